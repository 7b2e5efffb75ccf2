"""Advice on how a person frees a lock in the storage itself, if Terraform cannot."""

from __future__ import annotations

import shlex

from runner.engines.terraform.session import TerraformSession


def break_lock_command(session: TerraformSession) -> str:
    """Return the command, in quotes, that frees the state's lock in the backend; empty if there is none."""
    block, workspace = session.backend_block, session.settings.workspace
    if session.settings.backend.type == "azurerm":
        account, container = block["storage_account_name"], block["container_name"]
        return _quoted(
            f"az storage blob lease break --account-name {account} --container-name {container} --blob-name",
            f"{block['key']}env:{workspace}",
        )
    if session.settings.backend.type == "s3":
        key = f"{block['workspace_key_prefix']}/{workspace}/{block['key']}"
        return _quoted("aws s3 rm", f"s3://{block['bucket']}/{key}.tflock")
    return ""


def unnamed_lease_hint(session: TerraformSession) -> str:
    """Return a hint for a lock that does not name its holder; empty if the backend cannot have one.

    On azurerm, a Terraform that is killed or loses the network at the wrong moment leaves an unnamed lease.
    """
    if session.settings.backend.type != "azurerm":
        return ""
    return (
        "; the state's blob may still be leased, without a word on by whom: where nobody works on it, free "
        f"it with {break_lock_command(session)}"
    )


def _quoted(command: str, name: str) -> str:
    return f"'{command} {shlex.quote(name)}'"

"""What a person does in the storage itself where Terraform can free a lock no more."""

from __future__ import annotations

import shlex

from runner.engines.terraform.session import TerraformSession


def break_lock_command(session: TerraformSession) -> str:
    """The command that frees the state's lock in the job's back end, in words; empty where there is none."""
    block, workspace = session.backend_block, session.settings.workspace
    if session.settings.backend.type == "azurerm":
        account, container = block["storage_account_name"], block["container_name"]
        return _quoted(
            f"az storage blob lease break --account-name {account} --container-name {container} --blob-name",
            f"{block['key']}env:{workspace}",
        )
    if session.settings.backend.type == "s3":
        place = f"{block['workspace_key_prefix']}/{workspace}/{block['key']}"
        return _quoted("aws s3 rm", f"s3://{block['bucket']}/{place}.tflock")
    return ""


def unnamed_lease_hint(session: TerraformSession) -> str:
    """What to add where nobody is named as the holder: on azurerm a Terraform that was killed at the wrong
    instant, or a network that was cut then, leaves a lease that does not say whose it is.
    """
    if session.settings.backend.type != "azurerm":
        return ""
    return (
        "; the state's blob may still be leased, without a word on by whom: where nobody works on it, free "
        f"it with {break_lock_command(session)}"
    )


def _quoted(command: str, name: str) -> str:
    return f"'{command} {shlex.quote(name)}'"

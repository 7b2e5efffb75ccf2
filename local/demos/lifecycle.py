"""`./dev demo --life`: shows and explains the life of one deployment in production, from its plan to its end.

Ada asks and Bob approves: in the environment `prod`, nobody may approve their own request.
"""

from __future__ import annotations

import json
import secrets
import time
from pathlib import Path
from typing import Any

from local.demos.callers import ApiCaller
from local.demos.session import DemoSession, DemoSlipway
from local.demos.storage_search import all_places, traces_of, where_found

ENVIRONMENT = "prod"

_TEMPLATE = "credentials"
_REVEALED = "connection_string"
# The folder of a job is removed by the next reconcile, which runs every two seconds here.
_SWEEP_SECONDS = 30


class LifeDemo:
    """Shows the whole life of a deployment."""

    def __init__(self, session: DemoSession) -> None:
        self._session = session

    def run(self, port: int) -> dict[str, Any]:
        """Run the demo and return a report of its operations. Raises LocalError if a step fails."""
        with self._session.running_slipway(port) as slipway:
            return _Life(self._session, slipway).run()


class _Life:
    """One run: `_path` is the path of the deployment, `_operation` that of its latest operation."""

    def __init__(self, session: DemoSession, slipway: DemoSlipway) -> None:
        self._session = session
        self._slipway = slipway
        self._ada = ApiCaller(slipway.url, "ada")
        self._bob = ApiCaller(slipway.url, "bob")
        self._token = secrets.token_hex(16)
        self._deployment_id = ""
        self._operation_id = ""
        self._operations: list[dict[str, Any]] = []

    @property
    def _path(self) -> str:
        return f"/deployments/{self._deployment_id}"

    @property
    def _operation(self) -> str:
        return f"/operations/{self._operation_id}"

    def run(self) -> dict[str, Any]:
        self._request_deployment()
        self._try_self_approval()
        self._title("3. Bob reads the plan and approves it")
        self._tell(
            "A second job applies exactly that plan. If its bytes or the state had changed since then,"
        )
        self._tell("it would refuse, and Ada would have to ask for a new plan.")
        self._approve("go ahead", ends="completed")
        self._show_outputs(user_name="reports")
        self._search_secrets()
        self._request_change()
        self._title("7. Bob approves the change")
        self._approve("fine", ends="completed")
        self._show_outputs(user_name="billing")
        self._request_destroy()
        self._title("9. Bob approves the destroy")
        self._approve("nobody uses it", ends="destroyed")
        self._check_state_removed()
        self._delete_deployment()
        return {
            "deployment_id": self._deployment_id,
            "status": "destroyed",
            "forgotten": True,
            "operations": self._operations,
        }

    def _request_deployment(self) -> None:
        body = {
            "template_name": _TEMPLATE,
            "provider_type": "terraform-local",
            "env_id": ENVIRONMENT,
            "parameters": {"user_name": "reports", "api_token": self._token},
        }
        self._title("1. Ada asks for an account in production")
        self._tell(
            "The token that she gives is sealed before anything is stored. She gives no password, so one"
        )
        self._tell("is generated and sealed, too. In production every plan needs an approval.")
        self._tell(f"$ {self._ada.curl_post('/deploy', body)}")
        accepted = self._ada.post("/deploy", body)["data"]
        self._deployment_id, self._operation_id = accepted["deployment_id"], accepted["task_id"]
        self._tell(f"accepted as {self._deployment_id}; a job makes the plan and stops")
        self._show_plan(add=1)
        self._tell("Nothing runs while the plan waits. It is sealed, like the secrets in it.")

    def _try_self_approval(self) -> None:
        body = {"comment": "looks good to me"}
        self._title("2. Ada tries to approve it herself")
        self._tell(f"$ {self._ada.curl_post(self._operation + '/approve', body)}")
        code = self._ada.refusal(f"{self._operation}/approve", body)
        self._check(code == "self_approval", f"her own approval was refused as '{code}'")
        self._tell("403 self_approval: somebody else must approve it")

    def _request_change(self) -> None:
        body = {"parameters": {"user_name": "billing"}, "comment": "billing takes over"}
        self._title("6. Ada changes a parameter")
        self._tell("The request has all parameters; secrets that it does not name keep their values.")
        self._ask("apply", body)
        self._show_plan(change=1)

    def _request_destroy(self) -> None:
        self._title("8. Ada asks to destroy it")
        self._tell("A destroy is planned and approved like any other change.")
        self._ask("destroy", {"comment": "not needed any more"})
        self._show_plan(remove=1)

    def _ask(self, kind: str, body: dict[str, Any]) -> None:
        self._tell(f"$ {self._ada.curl_post(f'{self._path}/{kind}', body)}")
        self._operation_id = self._ada.post(f"{self._path}/{kind}", body)["id"]

    def _show_plan(self, **expected: int) -> None:
        self._session.follow(self._ada, self._path, _TEMPLATE, until="awaiting_approval")
        self._tell(f"$ {self._bob.curl_get(self._operation + '/plan')}")
        plan = self._bob.get(f"{self._operation}/plan")
        changes = {name: count for name, count in plan["changes"].items() if count}
        self._check(changes == expected, f"the plan would change {changes}, not {expected}")
        self._tell(
            f"the plan, SHA-256 {plan['plan']['sha256'][:16]}…, made from state {plan['plan']['serial']}:"
        )
        for resource in plan["resources"]:
            self._tell(f"  {resource['action']} {resource['address']}")
            for attribute in resource["attributes"]:
                if attribute.get("known", True):
                    before, after = json.dumps(attribute["before"]), json.dumps(attribute["after"])
                    self._tell(f"    {attribute['name']}: {before} -> {after}")

    def _approve(self, comment: str, *, ends: str) -> None:
        body = {"comment": comment}
        self._tell(f"$ {self._bob.curl_post(self._operation + '/approve', body)}")
        self._bob.post(f"{self._operation}/approve", body)
        self._session.follow(self._ada, self._path, _TEMPLATE, until=ends)
        done = self._ada.get(self._operation)
        self._check(done["status"] == "succeeded", f"the operation is '{done['status']}'")
        self._operations.append(
            {
                "id": done["id"],
                "kind": done["kind"],
                "status": done["status"],
                "asked_by": done["created_by"],
                "approved_by": done["decision"]["by"],
                "plan_sha256": done["plan"]["sha256"],
                "changes": done["changes"],
            }
        )

    def _show_outputs(self, *, user_name: str) -> None:
        record = self._ada.get(self._path)
        expected = {"user_name": user_name, _REVEALED: "***"}
        self._check(record["outputs"] == expected, f"the outputs are {record['outputs']}")
        for name, value in sorted(record["outputs"].items()):
            self._tell(f"  {name}  {json.dumps(value)}")
        state = record["state"]
        self._tell(
            f"its state: backend '{state['backend_type']}', workspace '{state['workspace']}', "
            f"serial {state['serial']}"
        )

    def _search_secrets(self) -> None:
        path = f"{self._path}/outputs/{_REVEALED}/reveal"
        self._title("4. Ada sees the password")
        self._tell(
            "The creator of a deployment may see its sensitive outputs; each time is recorded as an event."
        )
        self._tell(f"$ {self._ada.curl_post(path, {})}")
        # A second client for Ada: this response is the only one that may contain the password.
        value = str(ApiCaller(self._slipway.url, "ada").post(path, {})["value"])
        user, _, password = value.partition(";password=")
        self._check(
            user == "user=reports" and len(password) > 0, "the revealed value is no connection string"
        )
        self._tell(f"{user};password=({len(password)} characters, not shown here)")
        code = self._bob.refusal(path, {})
        self._check(code == "reveal_forbidden", f"Bob's look was refused as '{code}'")
        self._tell("Bob asks for it as well: 403 reveal_forbidden")
        self._title("5. Where are the token and the password now?")
        searched = (self._token, password)
        responses = (("a response", body) for caller in (self._ada, self._bob) for body in caller.responses)
        leaks = where_found(searched, [*all_places(self._slipway), *responses])
        self._check(not leaks, f"a secret is readable in {', '.join(leaks)}")
        self._tell(
            "In no table row, message, blob, log, job folder or response, neither in plain nor in base64."
        )
        self._tell("Terraform stores them in its state, as always: protect the state (docs/security.md).")
        for file in self._state_files():
            self._check(bool(where_found(searched, [("", file.read_bytes())])), f"'{file}' holds no secret")
            self._tell(f"  {file}")

    def _check_state_removed(self) -> None:
        record = self._ada.get(self._path)
        remaining = (record["resources"], record["outputs"], record["state"], self._state_files())
        self._check(remaining == ("none", {}, None, []), f"something is left: {remaining}")
        self._tell("no resources, no outputs, no state; a sealed copy of the last state is kept for a while")

    def _delete_deployment(self) -> None:
        self._title("10. Ada deletes the deployment")
        self._tell("Only without resources is that allowed: its record, logs, plans, secrets and copies go.")
        self._tell(f"$ {self._ada.curl_delete(self._path)}")
        self._ada.delete(self._path)
        code = self._ada.refusal(self._path)
        self._check(code == "deployment_not_found", f"asking for it was refused as '{code}'")
        deadline = time.monotonic() + _SWEEP_SECONDS
        while traces := traces_of(self._deployment_id, self._slipway):
            self._check(time.monotonic() < deadline, f"this is left of it: {', '.join(traces)}")
            time.sleep(0.5)
        self._tell("404 deployment_not_found, and no row, blob, state or folder is left of it")

    def _state_files(self) -> list[Path]:
        """Return the state files; none if the backend is not the local one."""
        return sorted((self._slipway.folder / "state").glob(f"{self._deployment_id}/**/*.tfstate"))

    def _check(self, holds: bool, problem: str) -> None:
        if not holds:
            raise self._session.failure(f"the life of '{self._deployment_id}' went wrong: {problem}")

    def _title(self, line: str) -> None:
        self._session.say(f"\n{line}")

    def _tell(self, line: str) -> None:
        self._session.say(f"  {line}")

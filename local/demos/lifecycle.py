"""`./dev demo --life`: one deployment in production from its plan to its end, with each step explained.

Ada asks, Bob approves: in environment `prod` nobody approves what they asked for themselves.
"""

from __future__ import annotations

import json
import secrets
import time
from pathlib import Path
from typing import Any

from local.demos.callers import ApiCaller
from local.demos.session import DemoSession, DemoSlipway
from local.demos.storage_search import everywhere, traces_of, where_found

ENVIRONMENT = "prod"

_TEMPLATE = "credentials"
_REVEALED = "connection_string"
# a job's folder is swept by the next look at what is unfinished, every two seconds here
_SWEEP_SECONDS = 30


class LifeDemo:
    """The whole life of a deployment."""

    def __init__(self, stage: DemoSession) -> None:
        self._stage = stage

    def run(self, port: int) -> dict[str, Any]:
        """Tell it, and return an account of its operations. Raises LocalError where a step goes wrong."""
        with self._stage.running_slipway(port) as slipway:
            return _Life(self._stage, slipway).run()


class _Life:
    """One telling: `_path` is the deployment's, `_operation` the one that was asked for last."""

    def __init__(self, stage: DemoSession, slipway: DemoSlipway) -> None:
        self._stage = stage
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
        self._ask_for_it()
        self._try_to_approve_it_oneself()
        self._title("3. Bob reads the plan and approves it")
        self._tell(
            "A second job applies exactly that plan. Were its bytes others, or had the state moved since,"
        )
        self._tell("it would refuse, and Ada would ask for a new plan.")
        self._approve("go ahead", ends="completed")
        self._show_what_came_of_it(user_name="reports")
        self._look_for_the_secrets()
        self._change_it()
        self._title("7. Bob approves the change")
        self._approve("fine", ends="completed")
        self._show_what_came_of_it(user_name="billing")
        self._destroy_it()
        self._title("9. Bob approves that, too")
        self._approve("nobody uses it", ends="destroyed")
        self._check_that_the_state_is_gone()
        self._purge()
        return {
            "deployment_id": self._deployment_id,
            "status": "destroyed",
            "forgotten": True,
            "operations": self._operations,
        }

    def _ask_for_it(self) -> None:
        body = {
            "template_name": _TEMPLATE,
            "provider_type": "terraform-local",
            "env_id": ENVIRONMENT,
            "parameters": {"user_name": "reports", "api_token": self._token},
        }
        self._title("1. Ada asks for an account in production")
        self._tell("The token that she gives is sealed before anything is stored; the password that she does")
        self._tell("not give is made up and sealed as well. In production every plan needs an approval.")
        self._tell(f"$ {self._ada.curl_post('/deploy', body)}")
        accepted = self._ada.post("/deploy", body)["data"]
        self._deployment_id, self._operation_id = accepted["deployment_id"], accepted["task_id"]
        self._tell(f"accepted as {self._deployment_id}; a job plans it, and stops there")
        self._show_plan(add=1)
        self._tell("Nothing runs while it waits, and the saved plan is sealed like the secrets in it.")

    def _try_to_approve_it_oneself(self) -> None:
        body = {"comment": "looks good to me"}
        self._title("2. Ada tries to approve it herself")
        self._tell(f"$ {self._ada.curl_post(self._operation + '/approve', body)}")
        code = self._ada.refusal(f"{self._operation}/approve", body)
        self._check(code == "self_approval", f"her own approval was refused as '{code}'")
        self._tell("403 self_approval: somebody else must")

    def _change_it(self) -> None:
        body = {"parameters": {"user_name": "billing"}, "comment": "billing takes over"}
        self._title("6. Ada changes a parameter")
        self._tell("Parameters are given as a whole; secrets that are not named stay as they are.")
        self._ask("apply", body)
        self._show_plan(change=1)

    def _destroy_it(self) -> None:
        self._title("8. Ada wants it destroyed")
        self._tell("That is planned and approved like any other change.")
        self._ask("destroy", {"comment": "not needed any more"})
        self._show_plan(remove=1)

    def _ask(self, kind: str, body: dict[str, Any]) -> None:
        self._tell(f"$ {self._ada.curl_post(f'{self._path}/{kind}', body)}")
        self._operation_id = self._ada.post(f"{self._path}/{kind}", body)["id"]

    def _show_plan(self, **expected: int) -> None:
        self._stage.follow(self._ada, self._path, _TEMPLATE, until="awaiting_approval")
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
        self._stage.follow(self._ada, self._path, _TEMPLATE, until=ends)
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

    def _show_what_came_of_it(self, *, user_name: str) -> None:
        record = self._ada.get(self._path)
        expected = {"user_name": user_name, _REVEALED: "***"}
        self._check(record["outputs"] == expected, f"the outputs are {record['outputs']}")
        for name, value in sorted(record["outputs"].items()):
            self._tell(f"  {name}  {json.dumps(value)}")
        state = record["state"]
        self._tell(
            f"its state: back end '{state['backend_type']}', workspace '{state['workspace']}', "
            f"serial {state['serial']}"
        )

    def _look_for_the_secrets(self) -> None:
        path = f"{self._path}/outputs/{_REVEALED}/reveal"
        self._title("4. Ada sees the password")
        self._tell("Who made a deployment may see its sensitive outputs; each look leaves an event.")
        self._tell(f"$ {self._ada.curl_post(path, {})}")
        # an Ada of her own: this one answer is meant to hold the password
        value = str(ApiCaller(self._slipway.url, "ada").post(path, {})["value"])
        user, _, password = value.partition(";password=")
        self._check(user == "user=reports" and len(password) > 0, "what was revealed is no connection string")
        self._tell(f"{user};password=({len(password)} characters, not shown here)")
        code = self._bob.refusal(path, {})
        self._check(code == "reveal_forbidden", f"Bob's look was refused as '{code}'")
        self._tell("Bob asks for it, too: 403 reveal_forbidden")
        self._title("5. Where are the token and the password now?")
        wanted = (self._token, password)
        heard = (("an answer", answer) for person in (self._ada, self._bob) for answer in person.heard)
        leaks = where_found(wanted, [*everywhere(self._slipway), *heard])
        self._check(not leaks, f"a secret is readable in {', '.join(leaks)}")
        self._tell("In no table row, message, blob, log, job folder or answer, be it in plain or in base64.")
        self._tell("Terraform keeps them in its state, as it always does: guard that (docs/security.md).")
        for file in self._state_files():
            self._check(bool(where_found(wanted, [("", file.read_bytes())])), f"'{file}' holds no secret")
            self._tell(f"  {file}")

    def _check_that_the_state_is_gone(self) -> None:
        record = self._ada.get(self._path)
        left = (record["resources"], record["outputs"], record["state"], self._state_files())
        self._check(left == ("none", {}, None, []), f"something is left: {left}")
        self._tell("no resources, no outputs, no state; a sealed copy of the last state stays for a while")

    def _purge(self) -> None:
        self._title("10. Ada has it forgotten")
        self._tell("Only what has no resources may be: its record, logs, plans, secrets and copies go.")
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
        """Empty where another back end than the local one keeps it."""
        return sorted((self._slipway.folder / "state").glob(f"{self._deployment_id}/**/*.tfstate"))

    def _check(self, right: bool, problem: str) -> None:
        if not right:
            raise self._stage.failure(f"the life of '{self._deployment_id}' went wrong: {problem}")

    def _title(self, line: str) -> None:
        self._stage.say(f"\n{line}")

    def _tell(self, line: str) -> None:
        self._stage.say(f"  {line}")

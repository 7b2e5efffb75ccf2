"""Calls the functions of the API like the Functions host: sorted by name, the first matching route."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, unquote

import azure.functions as func

from functions import api
from functions.services.context import Context
from functions.settings import Settings
from tests.world import World

ORIGIN = "https://slipway.example"
JSON = {"Content-Type": "application/json"}
GREETING = {"template_name": "greeting", "provider_type": "terraform-local"}


def settings(**env: str) -> Settings:
    return Settings.from_env(
        {"SLIPWAY_STORAGE": "UseDevelopmentStorage=true", "SLIPWAY_JOBS_DIR": "jobs", **env}
    )


@dataclass(frozen=True)
class Reply:
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class _Function:
    name: str
    pattern: re.Pattern[str]
    trigger: dict[str, Any]
    call: Callable[[func.HttpRequest], func.HttpResponse]


class ApiClient:
    """The API with a world in memory. `functions` are those that the host would index."""

    def __init__(
        self,
        world: World | None = None,
        *,
        get_context: Callable[[], Context] | None = None,
        get_settings: Callable[[], Settings] = settings,
    ) -> None:
        self.world = world or World()
        app = func.FunctionApp(http_auth_level=func.AuthLevel.FUNCTION)
        app.register_functions(api.blueprint(get_context or (lambda: self.world.ctx), get_settings))
        self.functions = sorted(
            map(_function, app.get_functions()), key=lambda function: function.name.upper()
        )

    def request(
        self, method: str, address: str, body: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> Reply:
        path, _, query = address.partition("?")
        for function in self.functions:
            match = function.pattern.fullmatch(path)
            if match:
                request = func.HttpRequest(
                    method,
                    ORIGIN + address,
                    headers=headers or {},
                    params={name: value for name, value in parse_qsl(query) if value},
                    route_params={name: unquote(value) for name, value in match.groupdict().items()},
                    body=body,
                )
                return _reply(function.call(request))
        raise LookupError(f"no function takes '{path}'")

    def get(self, address: str, headers: Mapping[str, str] | None = None) -> Reply:
        return self.request("GET", address, headers=headers)

    def post(self, address: str, body: Any = None, headers: Mapping[str, str] | None = None) -> Reply:
        data = b"" if body is None else json.dumps(body).encode()
        return self.request("POST", address, data, {**JSON, **(headers or {})})

    def put(self, address: str, body: Any = None, headers: Mapping[str, str] | None = None) -> Reply:
        data = b"" if body is None else json.dumps(body).encode()
        return self.request("PUT", address, data, {**JSON, **(headers or {})})

    def delete(self, address: str, headers: Mapping[str, str] | None = None) -> Reply:
        return self.request("DELETE", address, headers=headers)

    def deploy(self, headers: Mapping[str, str] | None = None, **changes: Any) -> Reply:
        return self.post("/deploy", {**GREETING, **changes}, headers)


def _function(function: Any) -> _Function:
    trigger = function.get_trigger().get_dict_repr()
    route = re.sub(r"\{\*(\w+)\}", r"(?P<\1>.*)", re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", trigger["route"]))
    pattern = re.compile(f"/{route}/?", re.IGNORECASE)
    return _Function(function.get_function_name(), pattern, trigger, function.get_user_function())


def _reply(response: func.HttpResponse) -> Reply:
    return Reply(response.status_code, dict(response.headers), response.get_body())

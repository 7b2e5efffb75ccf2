"""Runs the app's HTTP functions in this process, and calls them like the Functions worker."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import azure.functions as func

from functions import api, observability
from functions.adapters.storage.blob_artifacts import BlobArtifactStore
from functions.adapters.storage.clients import StorageClients
from functions.adapters.storage.queue_wake_ups import QueueWakeUps
from functions.adapters.storage.table_deployments import TableDeploymentStore
from functions.adapters.storage.table_index import TableDeploymentIndex
from functions.bootstrap import build_context, storage_clients
from functions.domain.environment_names import JOBS_DIR, STORAGE
from functions.ports import JobStart
from functions.services.context import Context
from functions.settings import Settings
from local.errors import LocalError

_ORIGIN = "http://127.0.0.1:7071"
Function = Callable[[func.HttpRequest], func.HttpResponse]


@dataclass(frozen=True)
class AppInProcess:
    """The app in this process. `clients` are the SDK objects that the app itself uses."""

    clients: StorageClients
    context: Context
    functions: Mapping[str, Function]

    def caller(self, function: str, request: func.HttpRequest) -> Callable[[], bytes]:
        """Return a function that sends the request to a function of the app and returns the response's body.

        It raises LocalError if the response is an error.
        """
        respond = self.functions[function]

        def call() -> bytes:
            response = respond(request)
            body: bytes = response.get_body()
            if response.status_code >= 300:
                raise LocalError(f"calling '{function}': {body.decode()}")
            return body

        return call


class NoRunner:
    """A launcher that starts nothing: the bench does what the runner would do."""

    def start(self, job: JobStart) -> str:
        return f"none-{job.job}"

    def is_over(self, execution: str) -> bool:  # noqa: ARG002 - the port's name
        return False

    def stop(self, execution: str) -> None:
        """There is nothing to stop."""

    def log_end(self, execution: str) -> str:  # noqa: ARG002 - the port's name
        return ""

    def sweep(self) -> None:
        """There is nothing to remove."""


def app_on(storage: str, folder: Path) -> AppInProcess:
    """Return the app with a storage. It writes its log, as in Azure, but to /dev/null."""
    settings = Settings.from_env({STORAGE: storage, JOBS_DIR: str(folder / "jobs")})
    clients = storage_clients(settings)
    artifacts = BlobArtifactStore(clients.container)
    context = replace(
        build_context(settings, {}),
        store=TableDeploymentStore(clients.deployments, artifacts),
        index=TableDeploymentIndex(clients.index),
        artifacts=artifacts,
        wake_ups=QueueWakeUps(clients.operations),
    )
    observability.configure()
    if not logging.getLogger().handlers:
        logging.getLogger().addHandler(logging.FileHandler(os.devnull))
    app = func.FunctionApp(http_auth_level=func.AuthLevel.ANONYMOUS)
    app.register_functions(api.blueprint(lambda: context, lambda: settings))
    functions = {
        str(function.get_function_name()): function.get_user_function() for function in app.get_functions()
    }
    return AppInProcess(clients, context, functions)


def get(path: str, **route: str) -> func.HttpRequest:
    """Return a GET request."""
    return func.HttpRequest(method="GET", url=_ORIGIN + path, headers={}, route_params=route, body=b"")


def post(path: str, body: Mapping[str, object]) -> func.HttpRequest:
    """Return a POST request with a JSON body."""
    headers = {"Content-Type": "application/json"}
    data = json.dumps(body).encode()
    return func.HttpRequest(method="POST", url=_ORIGIN + path, headers=headers, body=data)

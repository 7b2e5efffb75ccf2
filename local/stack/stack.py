"""A complete Slipway on one machine: Azurite, moto and the development host, in one data folder.

`./dev up` runs one in `.slipway`; tests run any number, each in its own folder.
"""

from __future__ import annotations

import contextlib
import os
import shlex
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from functions.adapters.sealing.key_file import make_key_file
from functions.domain import environment_names as names
from local.errors import LocalError
from local.files import write_whole
from local.paths import ROOT
from local.stack.environment import HostSettings, app_settings, host_environment, plain_environment
from local.stack.ownership import Ownership
from local.stack.ports import ReservedPorts, is_free, is_open, reserve_ports
from local.stack.processes import Processes, kill
from local.stack.runners import stop_runners
from local.stack.storage import connection_string, create_storage
from local.toolchain.provider_mirror import find_provider_mirror
from local.toolchain.toolchain import Toolchain, ensure_toolchain

START_SECONDS = 60
_PORTS = ("blob", "queue", "table", "moto", "api")
_READY = "listening on "


@contextlib.contextmanager
def start_run(
    data_dir: Path,
    port: int = 0,
    extra_env: Mapping[str, str] | None = None,
    say: Callable[[str], None] = lambda _line: None,
) -> Iterator[Stack]:
    """Start a stack, and stop it at the end of the block, also after an error. Port 0 takes a free port.

    `extra_env` overrides the environment of the host. `say` is called with a line for each step. Raises
    LocalError if the data folder is in use, the port is taken or a process does not start.
    """
    tools = ensure_toolchain(say=say)
    ownership = Ownership(data_dir)
    ownership.take()
    stack = Stack(data_dir, tools, extra_env or {}, say)
    try:
        stack.start(port)
        ownership.announce(stack.url)
        yield stack
    finally:
        stack.stop()
        ownership.release()


def stop_processes(data_dir: Path, jobs_dir: Path) -> list[str]:
    """End the processes that a data folder records; return the names of those that ran.

    The host ends first, so that it starts no more runners; storage ends last, so that runners can write their
    results.
    """
    processes = Processes(data_dir)
    stopped = ["host"] if processes.stop("host") else []
    stopped += [runner.name for runner in stop_runners(jobs_dir)]
    stopped += [name for name in ("moto", "azurite") if processes.stop(name)]
    return stopped


class Stack:
    """The running processes: `url` of the API, connection string `storage`, `aws_endpoint_url` of moto.

    `settings` are the settings of the app, as in `local.settings.json`.
    """

    def __init__(
        self, data_dir: Path, tools: Toolchain, extra_env: Mapping[str, str], say: Callable[[str], None]
    ) -> None:
        self.url = ""
        self.storage = ""
        self.aws_endpoint_url = ""
        self.settings: dict[str, str] = {}
        self._data_dir = data_dir.absolute()
        self._tools = tools
        self._extra_env = extra_env
        self._say = say
        self._processes = Processes(self._data_dir)
        self._children: dict[str, subprocess.Popen[bytes]] = {}
        self._host_environment: dict[str, str] = {}
        self._reserved = ReservedPorts()

    @property
    def pids(self) -> dict[str, int]:
        """Return the process ids of `azurite`, `moto` and `host`."""
        return {name: child.pid for name, child in self._children.items()}

    def start(self, port: int) -> None:
        """Start everything. The host waits for Azurite; nothing waits for moto, which only runners need."""
        leftovers = stop_processes(self._data_dir, self._jobs_dir)
        if leftovers:
            self._say(f"stopped processes of an earlier run: {', '.join(leftovers)}")
        for log in (self._data_dir / "logs").glob("*.log"):
            log.unlink()
        if port and not is_free(port):
            raise LocalError(f"port {port} is taken: choose another with --port, or 0 for a free one")
        self._reserved = reserve_ports(_PORTS, self._data_dir / "ports.json")
        ports = self._reserved.ports
        storage_ports = [ports["blob"], ports["queue"], ports["table"]]
        self._say("starting Azurite, which emulates Azure Storage, and moto, which emulates AWS")
        self._start_azurite(ports)
        self._start_moto(ports["moto"])
        self.storage = connection_string(blob=ports["blob"], queue=ports["queue"], table=ports["table"])
        self.aws_endpoint_url = f"http://127.0.0.1:{ports['moto']}"
        self._set_host_environment()
        self._wait("azurite", lambda: all(map(is_open, storage_ports)))
        create_storage(self.storage)
        self._say("starting the development host for the functions")
        self._start_host(port or ports["api"])
        self._wait("moto", lambda: is_open(ports["moto"]))
        self._write_env_file()

    def stop(self) -> None:
        """End the host, the runners, moto and Azurite, in this order. It may be called again."""
        stop_processes(self._data_dir, self._jobs_dir)
        for child in self._children.values():
            child.wait()
        self._children.clear()
        self._reserved.release()
        (self._data_dir / "env").unlink(missing_ok=True)

    def kill_host(self) -> None:
        """Kill the host, as in a crash."""
        kill([process for process in self._processes.read() if process.name == "host"])
        self._children["host"].wait()

    def restart_host(self) -> None:
        """Start the host again, at the same address."""
        self._start_host(int(self.url.rpartition(":")[2]))

    def watch(self) -> None:
        """Wait until a process ends by itself, then raise LocalError."""
        while True:
            for name in self._children:
                self._check(name)
            time.sleep(0.2)

    @property
    def _jobs_dir(self) -> Path:
        return Path(self._host_environment.get(names.JOBS_DIR, self._data_dir / "jobs"))

    def _start_azurite(self, ports: Mapping[str, int]) -> None:
        command = [str(self._tools.node), str(self._tools.azurite), "--silent", "--disableTelemetry"]
        command += ["--skipApiVersionCheck", "--location", str(self._data_dir / "azurite")]
        for service in ("blob", "queue", "table"):
            command += [f"--{service}Host", "127.0.0.1", f"--{service}Port", str(ports[service])]
        self._launch("azurite", command, plain_environment(os.environ))

    def _start_moto(self, port: int) -> None:
        command = [sys.executable, "-m", "moto.server", "--host", "127.0.0.1", "--port", str(port)]
        self._launch("moto", command, plain_environment(os.environ))

    def _start_host(self, port: int) -> None:
        log = self._log("host")
        offset = log.stat().st_size if log.exists() else 0
        command = [sys.executable, "-m", "local.host", "--port", str(port)]
        self._launch("host", command, self._host_environment)
        self._wait("host", lambda: self._host_url(offset) is not None)
        self.url = self._host_url(offset) or ""

    def _host_url(self, offset: int) -> str | None:
        for line in (
            self._log("host").read_bytes()[offset:].decode(errors="replace").splitlines(keepends=True)
        ):
            if line.startswith(_READY) and line.endswith("\n"):
                return line.removeprefix(_READY).strip()
        return None

    def _set_host_environment(self) -> None:
        host = HostSettings(
            data_dir=self._data_dir,
            storage=self.storage,
            aws_endpoint_url=self.aws_endpoint_url,
            engine=self._tools.engine,
            provider_mirror=find_provider_mirror(),
        )
        self.settings = app_settings(host)
        make_key_file(Path(self.settings[names.KEY_FILE]))
        self._host_environment = host_environment(os.environ, host, self._extra_env)

    def _launch(self, name: str, command: list[str], environment: Mapping[str, str]) -> None:
        self._children[name] = self._processes.start(
            name, command, log=self._log(name), environment=environment, folder=ROOT
        )

    def _wait(self, name: str, ready: Callable[[], bool]) -> None:
        deadline = time.monotonic() + START_SECONDS
        while not ready():
            self._check(name)
            if time.monotonic() > deadline:
                raise LocalError(f"'{name}' was not ready in {START_SECONDS} s\n{self._last_lines(name)}")
            time.sleep(0.01)

    def _check(self, name: str) -> None:
        code = self._children[name].poll()
        if code is not None:
            raise LocalError(f"'{name}' ended with exit code {code}\n{self._last_lines(name)}")

    def _log(self, name: str) -> Path:
        return self._data_dir / "logs" / f"{name}.log"

    def _last_lines(self, name: str) -> str:
        lines = self._log(name).read_text(encoding="utf-8", errors="replace").splitlines()[-15:]
        return "\n".join([f"the end of '{self._log(name)}':", *(f"  {line}" for line in lines)])

    def _write_env_file(self) -> None:
        values = {
            "SLIPWAY_URL": self.url,
            names.STORAGE: self.storage,
            "AWS_ENDPOINT_URL": self.aws_endpoint_url,
        }
        lines = [f"{name}={shlex.quote(value)}\n" for name, value in values.items()]
        write_whole(self._data_dir / "env", "".join(lines))

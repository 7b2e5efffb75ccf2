from __future__ import annotations

import socket
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from local.stack.ports import ReservedPorts, is_free, is_open, reserve_ports

Reserve = Callable[[Sequence[str]], ReservedPorts]


@pytest.fixture
def reserve(tmp_path: Path) -> Iterator[Reserve]:
    """Yield a function that reserves ports for one data folder."""
    reserved: list[ReservedPorts] = []

    def reserve(names: Sequence[str]) -> ReservedPorts:
        reserved.append(reserve_ports(names, tmp_path / "ports.json"))
        return reserved[-1]

    yield reserve
    for ports in reserved:
        ports.release()


def test_ports_are_free_differ_and_stay_the_same(reserve: Reserve) -> None:
    first = reserve(["blob", "queue"])

    assert first.ports["blob"] != first.ports["queue"]
    assert all(is_free(port) and not is_open(port) for port in first.ports.values())
    first.release()
    assert reserve(["blob", "queue"]).ports == first.ports


def test_a_remembered_port_that_is_taken_is_replaced(reserve: Reserve) -> None:
    first = reserve(["blob", "queue"])
    first.release()
    with socket.create_server(("127.0.0.1", first.ports["blob"])):
        assert is_open(first.ports["blob"])
        second = reserve(["blob", "queue"])

    assert second.ports["blob"] != first.ports["blob"]
    assert second.ports["queue"] == first.ports["queue"]


def test_a_port_is_nobody_elses_while_its_server_has_not_begun_to_listen(
    reserve: Reserve, tmp_path: Path
) -> None:
    first = reserve(["blob"])

    other = reserve_ports(["blob"], _remembering(tmp_path / "other.json", first.ports["blob"]))

    assert other.ports["blob"] != first.ports["blob"]
    other.release()


def test_the_system_gives_no_client_a_reserved_port(reserve: Reserve) -> None:
    with socket.create_server(("127.0.0.1", 0)) as any_port:
        assert all(port < any_port.getsockname()[1] for port in reserve(["blob", "queue"]).ports.values())


def test_a_half_written_file_of_ports_is_made_again(reserve: Reserve, tmp_path: Path) -> None:
    (tmp_path / "ports.json").write_text('{"blob": 4')

    assert set(reserve(["blob"]).ports) == {"blob"}


def _remembering(file: Path, port: int) -> Path:
    file.write_text(f'{{"blob": {port}}}')
    return file

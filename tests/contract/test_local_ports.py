from __future__ import annotations

import socket
from pathlib import Path

from local.stack.ports import is_free, is_open, pick_ports


def test_ports_are_free_differ_and_stay_the_same(tmp_path: Path) -> None:
    first = pick_ports(("blob", "queue"), tmp_path / "ports.json")

    assert first["blob"] != first["queue"]
    assert all(is_free(port) and not is_open(port) for port in first.values())
    assert pick_ports(("blob", "queue"), tmp_path / "ports.json") == first


def test_a_remembered_port_that_is_taken_is_replaced(tmp_path: Path) -> None:
    first = pick_ports(("blob", "queue"), tmp_path / "ports.json")
    with socket.create_server(("127.0.0.1", first["blob"])):
        assert is_open(first["blob"])
        second = pick_ports(("blob", "queue"), tmp_path / "ports.json")

    assert second["blob"] != first["blob"]
    assert second["queue"] == first["queue"]


def test_a_half_written_file_of_ports_is_made_again(tmp_path: Path) -> None:
    (tmp_path / "ports.json").write_text('{"blob": 4')

    assert set(pick_ports(("blob",), tmp_path / "ports.json")) == {"blob"}

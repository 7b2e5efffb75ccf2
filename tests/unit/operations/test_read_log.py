"""A log is read in pieces that fit together."""

from __future__ import annotations

import pytest

from functions.domain.errors import RequestRefused
from functions.domain.jobs import blob_names
from functions.services.operations.read_log import read_deployment_log
from tests.world import World

TEXT = "größer ✓ 🚀\n".encode()


def test_pieces_end_at_a_characters_edge_and_give_the_whole_log() -> None:
    world = World()
    deployment = world.applying()
    world.artifacts.append(blob_names.log(deployment.operation.id, 1), TEXT, offset=0)
    world.write_result(deployment, world.success())
    world.advance(deployment)

    for limit in range(4, len(TEXT) + 2):
        pieces, offset, complete = [], 0, False
        while not complete:
            chunk = read_deployment_log(world.ctx, deployment.deployment_id, offset, limit)
            pieces.append(chunk.data.decode())
            offset, complete = chunk.next_offset, chunk.complete
        assert "".join(pieces) == TEXT.decode()


def test_a_running_log_is_never_complete() -> None:
    world = World()
    deployment = world.applying()
    world.artifacts.append(blob_names.log(deployment.operation.id, 1), TEXT, offset=0)

    chunk = read_deployment_log(world.ctx, deployment.deployment_id, 0, 1000)

    assert chunk.data == TEXT
    assert chunk.next_offset == len(TEXT)
    assert not chunk.complete


def test_half_a_character_at_the_end_of_a_running_log_waits_for_its_rest() -> None:
    world = World()
    deployment = world.applying()
    world.artifacts.append(blob_names.log(deployment.operation.id, 1), "a🚀".encode()[:3], offset=0)

    assert read_deployment_log(world.ctx, deployment.deployment_id, 0, 1000).data == b"a"


def test_the_logs_of_a_retried_job_follow_one_another() -> None:
    world = World()
    deployment = world.claimed()
    world.artifacts.append(blob_names.log(deployment.operation.id, 1), b"first\n", offset=0)
    world.launcher.kill(deployment.operation.execution)
    world.pass_time(31)
    world.advance(deployment)
    world.pass_time(10)
    world.advance(deployment)
    world.artifacts.append(blob_names.log(deployment.operation.id, 2), b"second\n", offset=0)

    assert read_deployment_log(world.ctx, deployment.deployment_id, 0, 1000).data == b"first\nsecond\n"
    assert read_deployment_log(world.ctx, deployment.deployment_id, 8, 3).data == b"con"


def test_an_offset_behind_the_end_is_refused() -> None:
    world = World()
    deployment = world.started()

    with pytest.raises(RequestRefused) as refused:
        read_deployment_log(world.ctx, deployment.deployment_id, 1, 10)

    assert refused.value.code == "invalid_query"

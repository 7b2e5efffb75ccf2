"""A list of runs reads the heartbeats of those that it shows, side by side and no more than eight at once."""

from __future__ import annotations

import threading
from dataclasses import replace

from functions.ports import Artifact
from functions.services.runs.list_runs import RunQuery, list_runs
from tests.fakes import MemoryArtifactStore
from tests.world import World

AT_ONCE = 8


class MeetingArtifactStore(MemoryArtifactStore):
    """A read answers once `AT_ONCE` are under way; `reads` are the blobs that were asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.reads: list[str] = []
        self.most_at_once = 0
        self._at_once = 0
        self._count = threading.Lock()
        self._meeting = threading.Barrier(AT_ONCE, timeout=30)

    def read(self, name: str) -> Artifact | None:
        with self._count:
            self.reads.append(name)
            self._at_once += 1
            self.most_at_once = max(self.most_at_once, self._at_once)
        self._meeting.wait()
        with self._count:
            self._at_once -= 1
        return super().read(name)


def test_heartbeats_are_read_side_by_side_and_no_more_than_eight_at_once() -> None:
    world = World()
    for _ in range(2 * AT_ONCE):
        world.claimed()
    store = MeetingArtifactStore()

    page = list_runs(replace(world.ctx, artifacts=store), RunQuery(limit=50))

    assert len(page.runs) == len(store.reads) == 2 * AT_ONCE
    assert store.most_at_once == AT_ONCE


def test_the_heartbeats_of_runs_that_are_not_shown_are_not_read() -> None:
    world = World()
    for _ in range(AT_ONCE):
        world.claimed()
        world.run(world.deploy().deployment, world.failure())
    store = MeetingArtifactStore()

    page = list_runs(replace(world.ctx, artifacts=store), RunQuery(limit=50, status="failed"))

    assert len(page.runs) == AT_ONCE
    assert store.reads == []

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from functions.domain.deployments import transitions
from functions.domain.errors import AlreadyExists, ConcurrentChange
from functions.ports import DeploymentStore
from tests.builders import AT, a_deployment
from tests.contract.storage.stored_deployments import created, got


def test_of_moves_made_at_once_exactly_one_wins_each_time(store: DeploymentStore) -> None:
    deployment_id = created(store).deployment.deployment_id
    together = threading.Barrier(8)
    won: list[str] = []

    def move(thread: int) -> None:
        together.wait()
        for turn in range(5):
            stored = got(store, deployment_id)
            change = transitions.late_result(stored.deployment, AT, outcome=f"{thread} {turn}", artifact="x")
            try:
                store.commit(stored, change)
            except ConcurrentChange:
                continue
            won.append(change.event.transition_id)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(move, range(8)))

    events = store.events(deployment_id, after=1, limit=100)
    assert won
    assert sorted(event.transition_id for event in events) == sorted(won)
    assert got(store, deployment_id).deployment.event_count == len(won) + 1


def test_of_creations_made_at_once_exactly_one_wins(store: DeploymentStore) -> None:
    deployment = a_deployment()

    def create(caller: int) -> bool:
        try:
            store.create(transitions.accepted(replace(deployment, created_by=f"caller {caller}")))
        except AlreadyExists:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(create, range(8))) == [False] * 7 + [True]


def test_several_may_forget_at_once(store: DeploymentStore) -> None:
    stored = created(store)
    for _ in range(10):
        deployment = stored.deployment
        change = transitions.cancel_requested(deployment, deployment.operation, AT, "eve")
        stored = store.commit(stored, change)

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(store.purge, [stored.deployment.deployment_id] * 3))

    assert store.get(stored.deployment.deployment_id) is None

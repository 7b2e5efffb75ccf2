from __future__ import annotations

from functions.domain.errors import StorageUnavailable
from functions.domain.jobs.wake_up import WakeUp


class MemoryWakeUpQueue:
    """`sent` has every wake-up, `delays` the delay of each in seconds; `down` makes every call fail."""

    def __init__(self) -> None:
        self.sent: list[WakeUp] = []
        self.delays: list[int] = []
        self.down = False

    def notify(self, wake_up: WakeUp, *, delay_seconds: int = 0) -> None:
        self.ping()
        self.sent.append(wake_up)
        self.delays.append(delay_seconds)

    def ping(self) -> None:
        if self.down:
            raise StorageUnavailable("sending to a queue: storage could not be reached")

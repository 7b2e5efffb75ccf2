from __future__ import annotations

from functions.domain.errors import StorageUnavailable
from functions.domain.jobs.doorbell import Doorbell


class MemoryDoorbellQueue:
    """`heard` has every bell, `delays` the seconds each is to wait; `down` is a queue that is away."""

    def __init__(self) -> None:
        self.heard: list[Doorbell] = []
        self.delays: list[int] = []
        self.down = False

    def notify(self, bell: Doorbell, *, delay_seconds: int = 0) -> None:
        self.ping()
        self.heard.append(bell)
        self.delays.append(delay_seconds)

    def ping(self) -> None:
        if self.down:
            raise StorageUnavailable("ringing a queue: storage could not be reached")

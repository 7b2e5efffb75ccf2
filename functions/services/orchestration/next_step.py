"""What follows a step of `advance`."""

from __future__ import annotations

from enum import Enum


class Next(Enum):
    """What to do after a step.

    `AGAIN`: read the deployment again, as a further step may be possible. `DONE`: wait for the next message
    or timer. `WATCH`: a runner works, check it again later.
    """

    AGAIN = "again"
    DONE = "done"
    WATCH = "watch"

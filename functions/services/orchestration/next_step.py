"""What follows a step that `advance` takes."""

from __future__ import annotations

from enum import Enum


class Next(Enum):
    """`AGAIN`: read the deployment once more, there may be a further step. `DONE`: nothing can be done before
    the next message or timer. `WATCH`: a runner is at work, look at it again in a while.
    """

    AGAIN = "again"
    DONE = "done"
    WATCH = "watch"

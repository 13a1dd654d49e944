"""The processes that run one script together. `minidl.distribution` sets who they are; without it a
process is alone.

The rest of the library asks `here` in a few places: fit and evaluate, a loss that is a mean over
only some of the samples, batch normalization, an optimizer before it moves the weights, and what
writes files.
"""

from __future__ import annotations

import threading
from typing import Any


class Here(threading.local):
    """This process among the others, in this thread.

    rank: its number, from 0. team: the processes that train together; None: each by itself. share:
    while a batch is processed, this process's part of it; None if the batch is not shared.
    """

    rank: int = 0
    team: Any = None
    share: Any = None


here = Here()


def writes() -> bool:
    """Whether this process writes files: process 0 does."""
    return here.rank == 0


def wait_for_file() -> None:
    """Wait until process 0 has written a file, so that the others can read it."""
    if here.team is not None:
        here.team.wait()

"""Arrays in which processes add up their gradients: through messages, or in memory that processes
on one machine share.
"""

from __future__ import annotations

import os
import shutil

import numpy as np

_MEMORY = "/dev/shm"  # where Linux keeps memory that processes share


class SentBuffer:
    """An array that MPI sends. own: the array that this process fills."""

    def __init__(self, comm, size: int, dtype):
        self.comm, self.own = comm, np.empty(size, dtype)

    def add_up(self) -> np.ndarray:
        """Return the sum of the arrays of all processes, in the memory of `own`."""
        self.comm.reduce_in_place(self.own)
        return self.own


class SharedBuffer:
    """Arrays in memory that all processes see, which saves sending them.

    Process p adds up the p-th part of all arrays, and puts the sum in the array of process 0. There
    the others read it. Each part is written by one process only.
    """

    def __init__(self, comm, window, size: int, dtype):
        self.comm, self.window = comm, window
        self.arrays = [
            np.frombuffer(window.Shared_query(p)[0], dtype, size) for p in range(comm.size)
        ]
        self.own = self.arrays[comm.rank]
        cuts = [size * p // comm.size for p in (comm.rank, comm.rank + 1)]
        self.part = slice(*cuts)

    def add_up(self) -> np.ndarray:
        """Return the sum of the arrays of all processes, to be read before the next exchange."""
        self._wait()
        first, *others = [array[self.part] for array in self.arrays]
        for other in others:
            first += other
        self._wait()
        return self.arrays[0]

    def _wait(self) -> None:
        """Wait until all processes have written, and let them see it."""
        self.window.Sync()
        self.comm.gather(np.zeros(1, np.int64))
        self.window.Sync()


def has_room(size: int) -> bool:
    """Whether this many bytes of shared memory are free, with some to spare. A container may have
    little, and writing beyond it ends a process.
    """
    return os.path.isdir(_MEMORY) and shutil.disk_usage(_MEMORY).free > 2 * size

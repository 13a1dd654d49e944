"""Sends numbers between processes with MPI, the message passing interface, through mpi4py."""

from __future__ import annotations

import os
import sys
import time
from typing import Any

import numpy as np

# What launchers of MPI tell each process: how many there are.
_COUNTS = ("PMI_SIZE", "OMPI_COMM_WORLD_SIZE", "MV2_COMM_WORLD_SIZE")
_QUICK = 100  # looks before a waiting process sleeps
_SLEEP = 5e-5  # seconds


class Communicator:
    """The processes that mpiexec started. rank: the number of this one, from 0; size: how many."""

    def __init__(self, mpi):
        self._mpi = mpi
        self._comm = mpi.COMM_WORLD.Dup()  # messages of other programs' parts do not mix with ours
        self.rank, self.size = self._comm.Get_rank(), self._comm.Get_size()

    def gather(self, values: np.ndarray) -> np.ndarray:
        """Return the values of all processes, one row for each."""
        rows = np.empty((self.size, *values.shape), values.dtype)
        wait(self._comm.Iallgather(np.ascontiguousarray(values), rows))
        return rows

    def add_up(self, buffer: np.ndarray) -> None:
        """Replace the buffer by its sum over the processes."""
        wait(self._comm.Iallreduce(self._mpi.IN_PLACE, buffer))

    def from_first(self, thing) -> Any:
        """Return what process 0 passed, on every process."""
        return self._comm.bcast(thing)

    def abort(self, code: int) -> None:
        """End all processes at once, with this exit code."""
        self._comm.Abort(code)


def wait(request) -> None:
    """Wait for the end of an exchange. Ctrl-C is noticed meanwhile.

    A waiting process first looks again and again, which is quickest. Then it sleeps between the
    looks, since there may be more processes than cores.
    """
    for _ in range(_QUICK):
        if request.Test():
            return
    while not request.Test():
        time.sleep(_SLEEP)


def found() -> tuple[Communicator | None, str]:
    """Return (the communicator, ""), or (None, why this process is alone).

    RuntimeError if a launcher started several processes that cannot find each other.
    """
    try:
        from mpi4py import MPI  # pyright: ignore[reportMissingImports]
    except ImportError as error:
        reason = f'mpi4py cannot be loaded ({error}): pip install "minidl[mpi]"'
        communicator = None
    else:
        communicator = Communicator(MPI)
        reason = f"start several with mpiexec -n 4 python {os.path.basename(sys.argv[0]) or '...'}"
    if communicator is not None and communicator.size > 1:
        return communicator, ""
    started = max(int(os.environ.get(name, "1") or 1) for name in _COUNTS)
    if started > 1:
        raise RuntimeError(
            f"{started} processes were started, and they cannot find each other: {reason}. The "
            "mpiexec must be the one of the MPI that mpi4py uses; pip's mpich brings its own, in "
            "the folder of python."
        )
    return None, reason

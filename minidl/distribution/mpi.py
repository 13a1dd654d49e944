"""Sends numbers between processes with MPI, the message passing interface, through mpi4py."""

from __future__ import annotations

import os
import sys
import time
from typing import Any

import numpy as np

from .buffers import SentBuffer, SharedBuffer, has_room

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
        near = self._comm.Split_type(mpi.COMM_TYPE_SHARED)  # those on this machine
        self._one_machine = near.Get_size() == self.size
        self._buffers: dict[tuple, Any] = {}

    def gather(self, values: np.ndarray) -> np.ndarray:
        """Return the values of all processes, one row for each."""
        rows = np.empty((self.size, *values.shape), values.dtype)
        wait(self._comm.Iallgather(np.ascontiguousarray(values), rows))
        return rows

    def reduce_in_place(self, array: np.ndarray) -> None:
        """Replace the array by its sum over the processes."""
        wait(self._comm.Iallreduce(self._mpi.IN_PLACE, array))

    def buffer(self, size: int, dtype) -> Any:
        """Return a buffer in which `size` numbers of each process can be added up. The same one the
        next time.
        """
        key = size, np.dtype(dtype)
        if key not in self._buffers:
            self._buffers[key] = self._new_buffer(*key)
        return self._buffers[key]

    def _new_buffer(self, size: int, dtype) -> SharedBuffer | SentBuffer:
        room = has_room(size * dtype.itemsize * self.size)
        if not self._one_machine or not self.gather(np.array([room])).all():
            return SentBuffer(self, size, dtype)
        window = self._mpi.Win.Allocate_shared(
            size * dtype.itemsize, dtype.itemsize, comm=self._comm
        )
        window.Lock_all()
        return SharedBuffer(self, window, size, dtype)

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

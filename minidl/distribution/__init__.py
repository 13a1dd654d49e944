"""Training on several processes, with the names of keras.distribution. The processes exchange
numbers through MPI (the extra `mpi`: mpi4py and mpich).

    mpiexec -n 4 python train.py

where train.py contains, before the model is made:

>>> import minidl as keras
>>> keras.distribution.set_distribution(keras.distribution.DataParallel())

Every process runs the whole script and draws the same batches. In `fit` and `evaluate` each takes
its share of every batch, and the gradients are added up before the weights move, so that all keep
the same weights, those that one process alone would have. Sums in another order differ in the last
bits: in float64 by less than 1e-9 after three epochs; in float32 by 2e-6 after 560 steps of Adam on
a network of 784-128-10, and by more on larger ones. Process 0 alone prints and writes files.

Dropout and other noise of layers: each process draws for the whole batch and uses its own rows, so
that the numbers are those of one process. What else counts in a step: a term of add_loss is taken
for a mean over the samples; variables of a metric are sums over the samples. A GradientTape, or
train_on_batch, is not shared: every process does all of it, with the same result.

A callback of your own runs on every process; let it write files only where
`distribution().process_id` is 0. One process that fails ends all of them. That includes an error in
fit that the script would catch.
"""

from __future__ import annotations

import contextlib
import os
import sys
import warnings
from typing import Any

from ..random import library_state, set_library_state
from ..support import console
from ..support.processes import Here, here
from ..support.registry import ANSWERS
from . import mpi
from .faults import Faults
from .team import Team

__all__ = [
    "DataParallel",
    "distribution",
    "get_device_count",
    "initialize",
    "list_devices",
    "set_distribution",
]


class Run:
    """The processes of this run."""

    known = False  # whether `initialize` has looked for them
    team: Any = None  # None if there is one process
    said = False  # whether the reader was told that this process is alone
    current: Any = None  # the distribution in use
    reason = ""  # why this process is alone


run = Run()


def initialize(job_addresses=None, num_processes=None, process_id=None) -> None:
    """Find the other processes. `set_distribution` calls it if you did not.

    mpiexec has told each process where the others are, so job_addresses is not used. num_processes,
    process_id: may be given as for Keras; ValueError if mpiexec says otherwise.
    """
    if not run.known:
        run.team, run.known = _joined(), True
    for name, given, found in (
        ("num_processes", num_processes, _size()),
        ("process_id", process_id, here.rank),
    ):
        if given is not None and given != found:
            raise ValueError(f"initialize: {name}={given}, but mpiexec says {found}.")


def _joined() -> Any:
    """Return the team of the processes that mpiexec started; None if there is one process."""
    communicator, run.reason = mpi.found()
    if communicator is None:
        return None
    faults = Faults(communicator)
    team = Team(communicator, faults.end)
    faults.watch(lambda: team.meet(team.END))
    set_library_state(communicator.from_first(library_state()))
    Here.rank = team.rank  # in all threads
    _only_the_first_speaks(team.rank)
    return team


def _size() -> int:
    return 1 if run.team is None else run.team.size


def _only_the_first_speaks(rank: int) -> None:
    """Let process 0 write each line at once, and the others print, warn and draw nothing."""
    if rank == 0:
        with contextlib.suppress(AttributeError):  # not an ordinary stream
            sys.stdout.reconfigure(line_buffering=True)  # pyright: ignore[reportAttributeAccessIssue]
        return
    sys.stdout.flush()
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)  # what the script prints with any library
    os.close(nowhere)
    warnings.showwarning = lambda *args, **settings: None
    os.environ["MPLBACKEND"] = "Agg"  # no windows
    if "matplotlib" in sys.modules:
        sys.modules["matplotlib"].use("Agg")


def list_devices(device_type: str | None = None) -> list[str]:
    """List the devices: 'cpu:0', 'cpu:1', ..., one for each process. device_type: 'cpu' or None."""
    if device_type not in (None, "cpu", "CPU"):
        raise ValueError(f"The only devices are 'cpu'; received device_type={device_type!r}.")
    initialize()
    return [f"cpu:{p}" for p in range(_size())]


def get_device_count(device_type: str | None = None) -> int:
    """Return the number of devices, which is that of the processes."""
    return len(list_devices(device_type))


class DataParallel:
    """Each process has the whole model, and takes its share of each batch.

    devices: all of `list_devices()`, or None for the same. auto_shard_dataset: True; every process
    reads all batches and takes its share. device_mesh: None, since there is one axis.
    """

    batch_dim_name = "batch"

    def __init__(self, device_mesh=None, devices=None, auto_shard_dataset=True):
        if device_mesh is not None:
            raise ValueError("DataParallel: leave device_mesh out; each process is one device.")
        if devices is not None and list(devices) != list_devices():
            raise ValueError(
                f"DataParallel takes all devices, {list_devices()}; received {list(devices)}. "
                "mpiexec -n says how many processes there are."
            )
        if not auto_shard_dataset:
            raise ValueError(
                "DataParallel: auto_shard_dataset is True; every process reads the same batches "
                "and takes its share of each."
            )
        self.auto_shard_dataset = True

    @property
    def num_processes(self) -> int:
        """The number of processes."""
        return get_device_count()

    @property
    def process_id(self) -> int:
        """The number of this process, from 0."""
        initialize()
        return here.rank

    @contextlib.contextmanager
    def scope(self):
        """`with parallel.scope():` the distribution holds inside the block."""
        before = distribution()
        set_distribution(self)
        try:
            yield
        finally:
            set_distribution(before)

    def __repr__(self):
        return f"<DataParallel on {self.num_processes} processes>"


def set_distribution(value: DataParallel | None) -> None:
    """Let later calls of fit and evaluate in this thread use all processes; None: only this one.

    Call it before the model is made. With one process it says, once, how to start several.
    """
    if value is not None and not isinstance(value, DataParallel):
        raise TypeError(f"set_distribution takes a DataParallel() or None; received {value!r}.")
    run.current = value
    if value is None:
        here.team = None
        return
    initialize()
    here.team = run.team
    if here.team is None and not run.said:
        run.said = True
        console.say(f"minidl: training on one process; {run.reason}.")


def distribution() -> DataParallel | None:
    """Return the distribution in use; None if each process is by itself."""
    return run.current


def __getattr__(name) -> Any:
    said = [answer("distribution", name) for answer in ANSWERS]
    raise AttributeError(next(filter(None, said), f"minidl.distribution has no {name!r}."))

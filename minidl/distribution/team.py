"""Processes that train one model together: each takes its share of every batch, and after every
step all have the same weights.
"""

from __future__ import annotations

import zlib

import numpy as np

from ..models.state import generators
from ..optimizers import Optimizer
from ..random import library_state, set_library_state
from ..support.processes import here
from .draws import DrawsOfWholeBatches
from .hooks import TogetherHooks
from .shares import Shares, digest_of


class Team:
    """The processes of one run.

    comm: what sends numbers to the other processes: mpi.Communicator, or a stand-in in tests. end:
    a function that ends all processes because of an error.
    """

    START, STEP, MEASURE, SAVE, END = range(5)
    PLACES = (
        "the start of fit",
        "a training step",
        "a batch of an evaluation",
        "saving a file",
        "the end of the script",
    )

    def __init__(self, comm, end):
        self.comm, self.rank, self.size, self.end = comm, comm.rank, comm.size, end

    # --- what all processes do together
    def meet(self, place: int, digest: int = 0) -> None:
        """Wait for the other processes. RuntimeError if they are at different places of the script,
        or have different data (digest: a number computed from them).
        """
        found = self.comm.gather(np.array([place, digest], np.int64))
        places, digests = found[:, 0], found[:, 1]
        if (places != place).any():
            where = [f"process {p} at {self.PLACES[k]}" for p, k in enumerate(places)]
            raise RuntimeError(
                f"The processes are at different places: {', '.join(where)}. All of them must run "
                "the same lines: fit, evaluate and save on every process."
            )
        if (digests != digest).any():
            raise RuntimeError(
                f"At {self.PLACES[place]} the processes have different data or models. All must "
                "read the same data and make the same model; random data need a seed."
            )

    def gathered(self, values) -> np.ndarray:
        """Return the values of all processes, one row for each. The values have the same shape
        everywhere.
        """
        values = np.asarray(values, np.float64)
        self.meet(self.STEP, values.size)
        return self.comm.gather(values.ravel())

    def wait(self) -> None:
        """Wait until process 0 has written a file."""
        self.meet(self.SAVE)

    # --- training
    def train(self, model, batches, epochs: range, hooks) -> None:
        """Train the model on the batches, each process on its share of each."""
        try:
            start = self.begin(model, batches, epochs.start)
            with DrawsOfWholeBatches(model.all_layers()):
                shares = Shares(self, model, batches, self.STEP)
                hooks = TogetherHooks(self, model, hooks, shares)
                model.run(shares, range(start, epochs.stop), hooks)
        except BaseException as error:
            self.end(error)
            raise
        finally:
            here.share = None

    def measure(self, model, batches, hooks) -> dict:
        """Compute the loss and metrics, each process on its share of each batch."""
        try:
            shares = Shares(self, model, batches, self.MEASURE)
            return model.measure(shares, TogetherHooks(self, model, hooks, shares))
        except BaseException as error:
            self.end(error)
            raise
        finally:
            here.share = None

    def begin(self, model, batches, first_epoch: int) -> int:
        """Give all processes the weights, the optimizer's memory and the random state of process 0.
        Returns the first epoch to run.
        """
        variables = [*model.weights, *[v for o in optimizers_of(model) for v in o.variables]]
        shapes = [(v.shape, str(v.dtype)) for v in variables]
        self.meet(self.START, zlib.crc32(repr(shapes).encode(), digest_of(batches)))
        for v in variables:
            v.assign(self.comm.from_first(v.numpy()))
        own = generators(model)
        states = {place: generator.bit_generator.state for place, generator in own.items()}
        states, library, first_epoch = self.comm.from_first((states, library_state(), first_epoch))
        for place, state in states.items():
            own[place].bit_generator.state = state
        set_library_state(library)
        return first_epoch


def optimizers_of(model) -> list[Optimizer]:
    """List the optimizers that a model holds: that of compile(), and those of an own train_step."""
    return [value for value in vars(model).values() if isinstance(value, Optimizer)]

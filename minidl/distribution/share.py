"""One process's part of a batch, and what must be exchanged so that the parts give the numbers of
the whole.

The loss of a batch of n samples is a mean, L = 1/n Σ l. Process p has n_p of the samples and
computes the mean L_p of those. Then L = Σ (n_p/n)·L_p, and since a gradient is linear,
∇L = Σ (n_p/n)·∇L_p. So each process multiplies its gradients by its weight n_p/n, and the sum over
the processes is the gradient of the whole batch. Penalties on weights, which every process computes
in full, come out right too, because the weights of the processes add up to 1.
"""

from __future__ import annotations

import zlib

import numpy as np

from ..core.derivatives import reductions
from ..tensor import Tensor, apply


class Share:
    """The samples of this process in one batch: rows start to stop of `size`.

    A batch may have fewer samples than there are processes. A process that gets none computes on
    the first sample, which then counts 0 there, so that all processes run the same lines.
    """

    def __init__(self, team, size: int, label: bytes):
        self.team, self.size, self.label = team, size, label
        self.start, stop = (size * p // team.size for p in (team.rank, team.rank + 1))
        self.weight = (stop - self.start) / size
        self.rows = slice(self.start, max(stop, self.start + 1))
        self.count = self.rows.stop - self.rows.start
        self.counts = self.weight > 0  # whether the samples here count

    def meet(self, place: int, more: bytes = b"") -> None:
        """Wait for the other processes. RuntimeError if they are elsewhere, or have another
        batch.
        """
        self.team.meet(place, zlib.crc32(self.label + more))

    # --- gradients
    def averaged(self, grads: list, variables) -> list:
        """Return Σ (n_p/n)·g_p over the processes for each variable: the gradient of the mean loss
        of the whole batch. None if no process has a gradient.

        All gradients travel in one flat buffer, since each exchange costs time by itself. The
        results are views of it, valid until the next step.
        """
        sizes = [v.array.size for v in variables]
        self.meet(self.team.STEP, str(sizes).encode())
        dtype = np.result_type(np.float32, *[v.array.dtype for v in variables])
        buffer = self.team.comm.buffer(sum(sizes) + len(sizes), dtype)
        present, places = buffer.own[sum(sizes) :], _places(buffer.own, sizes)
        for i, (g, place) in enumerate(zip(grads, places)):
            present[i] = g is not None
            if g is None or not self.counts:
                place[...] = 0
            else:
                np.multiply(g, self.weight, out=place.reshape(g.shape))
        total = buffer.add_up()
        present, places = total[sum(sizes) :], _places(total, sizes)
        return [
            place.reshape(v.array.shape) if there else None
            for v, place, there in zip(variables, places, present)
        ]

    # --- losses
    def correction(self, count: float | None) -> float:
        """What to multiply the loss of this share by, if it is a mean over `count` entries that
        other shares have more or fewer of, as with masks. count: None for a sum.

        The mean over N = Σ n'_p entries is Σ (n'_p/N)·L_p. The share's weight n_p/n is applied
        later, so the factor is (n'_p/N)/(n_p/n). For a sum it is 1/(n_p/n).
        """
        if count is None:
            return 1 / self.weight if self.counts else 0.0
        total = float(self.team.gathered([count if self.counts else 0.0]).sum())
        return count / total / self.weight if self.counts and total else 0.0

    # --- sums over all samples, inside of a network
    def total(self, x) -> Tensor:
        """Return Σ x_p over the processes, with its gradient."""
        return apply(reductions.over_processes, x, add=self.summed, weight=self.weight)

    def mean(self, x: np.ndarray) -> np.ndarray:
        """Return Σ (n_p/n)·x_p over the processes."""
        return self.summed(x * x.dtype.type(self.weight))

    def summed(self, x: np.ndarray) -> np.ndarray:
        """Return Σ x_p over the processes, where a borrowed sample counts 0."""
        x = x if self.counts else np.zeros_like(x)
        return self.team.gathered(x).sum(axis=0).astype(x.dtype).reshape(x.shape)


def _places(buffer: np.ndarray, sizes: list[int]) -> list[np.ndarray]:
    """Return the parts of a buffer, one for each size."""
    ends = np.cumsum(sizes)
    return [buffer[end - size : end] for end, size in zip(ends, sizes)]

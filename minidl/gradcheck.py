"""Is a derivative right? Compare it with finite differences, the one witness that knows no
calculus.

>>> check_gradients(lambda x, w: ops.tanh(x @ w), np.ones((2, 3)), np.ones((3, 4)))
gradients agree: 18 entries compared, worst relative error 1.1e-10
"""

from __future__ import annotations

import numpy as np

from .support.arrays import as_array
from .tensor import Tensor, newest_first, no_grad


class GradientReport:
    """What `check_gradients` found. It is true if the gradients agree; printed, it shows the worst
    entry.

    worst: (input number, index, analytic, numeric) or None. error: its relative error. notes:
    anything suspicious.
    """

    def __init__(self):
        self.passed, self.compared, self.error = True, 0, 0.0
        self.worst: tuple | None = None
        self.notes: list[str] = []

    def __bool__(self):
        return self.passed

    def __repr__(self):
        lines = [
            f"gradients {'agree' if self.passed else 'DISAGREE'}: {self.compared} entries "
            f"compared, "
            f"worst relative error {self.error:.1e}"
        ]
        if self.worst and not self.passed:
            number, index, analytic, numeric = self.worst
            lines.append(
                f"  worst entry: input {number}{list(index) if index else ''}: "
                f"analytic {analytic:.8g}, numeric {numeric:.8g}"
            )
        return "\n".join(lines + [f"  note: {n}" for n in self.notes])

    def fail(self, note: str):
        self.passed = False
        self.notes.append(note)


def check_gradients(
    f,
    *inputs,
    eps: float = 1e-6,
    atol: float = 1e-6,
    rtol: float = 1e-4,
    entries: int = 100,
    seed: int = 0,
) -> GradientReport:
    """Compare the gradients of f(*inputs), found by backward(), with central differences. Returns a
    GradientReport.

    f: takes tensors, returns one tensor of any shape. inputs: arrays; float ones are checked, in
    float64, others passed on.
    The loss is Σ c·f with random c, because Σ f alone would hide errors (that of softmax is
    constant).
    eps: the step, relative to an entry's size. An entry passes if |analytic - numeric| <= atol +
    rtol·max(|both|).
    entries: of a larger input only so many are drawn, and one step in a random direction moves all
    of them at once.
    """
    report, rng = GradientReport(), np.random.default_rng(seed)
    arrays = [np.array(as_array(x)) for x in inputs]
    arrays = [a.astype(np.float64) if a.dtype.kind == "f" else a for a in arrays]
    tensors = [Tensor(a, requires_grad=a.dtype.kind == "f") for a in arrays]

    out = f(*tensors)
    if not isinstance(out, Tensor):
        report.fail(
            f"f returned {type(out).__name__}, not a tensor: compute with minidl's ops, not in "
            f"plain NumPy."
        )
        return report
    cotangent = rng.normal(size=out.shape)
    with no_grad():
        again = f(*[Tensor(a) for a in arrays])
    if not np.array_equal(out.data, again.data, equal_nan=True):
        report.fail(
            "f gives different results for the same input: fix its randomness, or switch dropout "
            "off."
        )
        return report
    if not out.requires_grad:
        report.fail(
            "the result does not depend on any float input: was something computed in plain NumPy "
            "on the way?"
        )
        return report
    if out.dtype != np.float64:
        report.fail(
            f"f computes in {out.dtype}, too coarse for finite differences: make layers with "
            f"dtype='float64', or call "
            "backend.set_floatx('float64') first."
        )
        return report
    weights = [(t, t._grad) for t in newest_first(out) if not any(t is own for own in tensors)]
    out.backward(gradient=cotangent)
    for weight, before in weights:  # what f captured, such as a layer's weights, stays as it was
        weight._grad = before
    for i, (tensor, array) in enumerate(zip(tensors, arrays)):
        if not np.array_equal(tensor.data, array, equal_nan=True):
            report.fail(f"input {i} was modified in place by f or by its derivative.")

    def value(number, moved):
        with no_grad():
            return f(*[Tensor(moved if i == number else a) for i, a in enumerate(arrays)]).data

    def slope(
        ahead, behind
    ):  # subtracted before they are summed: large values would drown the difference
        return float(np.sum(cotangent * (ahead - behind)))

    for number, (tensor, array) in enumerate(zip(tensors, arrays)):
        if tensor.requires_grad:
            analytic = np.zeros_like(array) if tensor.grad is None else tensor.grad
            for index, direction in _directions(array, entries, rng):
                _compare(
                    report, number, index, direction, analytic, array, value, slope, eps, atol, rtol
                )
    return report


def _directions(array, entries, rng):
    """(index, direction): one entry at a time if there are few, else a sample of them and one
    random direction.
    """
    chosen = np.arange(array.size)
    if array.size > entries:
        chosen = rng.choice(array.size, entries, replace=False)
        yield ("all, random direction",), rng.normal(size=array.shape) / np.sqrt(array.size)
    for flat in chosen:
        direction = np.zeros_like(array)
        direction.flat[flat] = 1.0
        yield tuple(int(i) for i in np.unravel_index(flat, array.shape)), direction


def _compare(report, number, index, direction, analytic, array, value, slope, eps, atol, rtol):
    moving = direction != 0
    step = eps * max(1.0, float(np.abs(array[moving]).max()))
    here, ahead, behind = (value(number, array + s * step * direction) for s in (0, 1, -1))
    with np.errstate(all="ignore"):
        numeric = slope(ahead, behind) / (2 * step)
        ours = float(np.sum(analytic[moving] * direction[moving]))
    scale = max(abs(ours), abs(numeric))
    difference = abs(ours - numeric)
    error = difference / scale if scale > atol and difference > 0 else 0.0
    report.compared += 1
    passed = np.isfinite(difference) and difference <= atol + rtol * scale
    newly_failed, worse = not passed and report.passed, not error <= report.error
    if newly_failed or (worse and passed == report.passed):  # a failure outranks any rounding error
        report.worst, report.error = (number, index, ours, numeric), error
    if not passed:
        report.passed = False
        with np.errstate(all="ignore"):
            bend = abs(slope(ahead, here) - slope(here, behind)) / step
        if bend > 1e-3 * max(1.0, scale) and not any("kink" in n for n in report.notes):
            report.notes.append(
                f"input {number}{list(index)} is near a kink (the slopes to its left and right "
                f"differ by "
                f"{bend:.3g}): move the input a little, e.g. away from 0 for relu."
            )

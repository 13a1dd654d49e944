"""Checks a derivative against finite differences.

>>> check_gradients(lambda x, w: ops.tanh(x @ w), np.ones((2, 3)), np.ones((3, 4)))
gradients agree: 18 entries compared, worst relative error 1.1e-10
"""

from __future__ import annotations

import numpy as np

from .support.arrays import as_array
from .tensor import Tensor, newest_first, no_grad
from .tensor.gradients import gradients_put_back


class GradientReport:
    """The result of `check_gradients`. It is true if the gradients agree. Printed, it shows the
    worst entry.

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
            f"compared, worst relative error {self.error:.1e}"
        ]
        if self.worst and not self.passed:
            number, index, analytic, numeric = self.worst
            lines.append(
                f"  worst entry: input {number}{list(index) if index else ''}: "
                f"analytic {analytic:.8g}, numeric {numeric:.8g}"
            )
        return "\n".join(lines + [f"  note: {n}" for n in self.notes])

    def fail(self, note: str):
        """Record why the gradients do not agree or cannot be compared."""
        self.passed = False
        self.notes.append(note)

    def compare(self, entry: tuple, bend: float, atol: float, rtol: float) -> None:
        """Add an entry, (input number, index, analytic, numeric).

        bend: the difference of the slopes to its left and right. If the entry fails, a large one is
        noted as a kink.
        """
        number, index, analytic, numeric = entry
        scale, difference = max(abs(analytic), abs(numeric)), abs(analytic - numeric)
        error = difference / scale if scale > atol and difference > 0 else 0.0
        passed = bool(np.isfinite(difference) and difference <= atol + rtol * scale)
        newly_failed, worse = self.passed and not passed, not error <= self.error
        if newly_failed or (worse and passed == self.passed):  # a failure outranks rounding errors
            self.worst, self.error = entry, error
        self.compared += 1
        self.passed = self.passed and passed
        kink_noted = any("kink" in n for n in self.notes)
        if not passed and bend > 1e-3 * max(1.0, scale) and not kink_noted:
            self.notes.append(
                f"input {number}{list(index)} is near a kink (the slopes to its left and right "
                f"differ by {bend:.3g}): move the input a little, e.g. away from 0 for relu."
            )


def check_gradients(
    f,
    *inputs,
    eps: float = 1e-6,
    atol: float = 1e-6,
    rtol: float = 1e-4,
    entries: int = 100,
    seed: int = 0,
) -> GradientReport:
    """Compare the gradients of f(*inputs) by backward() with central differences. Returns a
    GradientReport.

    f: takes tensors, returns one tensor of any shape. inputs: arrays. Float arrays are checked, in
    float64; others are only passed on.

    The loss is Σ c·f with random c, because Σ f alone would hide errors (that of softmax is
    constant).

    eps: the step, relative to an entry's size. An entry passes if |analytic - numeric| <= atol +
    rtol·max(|both|). entries: for a larger input, this many random entries are checked one by one,
    and one step in a random direction checks all of them together.
    """
    report, rng = GradientReport(), np.random.default_rng(seed)
    arrays = [np.array(as_array(x)) for x in inputs]
    arrays = [a.astype(np.float64) if a.dtype.kind == "f" else a for a in arrays]
    tensors = [Tensor(a, requires_grad=a.dtype.kind == "f") for a in arrays]
    out = f(*tensors)
    fault = _why_not_checked(f, arrays, out)
    if fault:
        report.fail(fault)
        return report
    loss = _Loss(f, arrays, rng.normal(size=out.shape))
    with gradients_put_back(_kept_by_f(out, tensors)):
        out.backward(gradient=loss.cotangent)
    for i, (tensor, array) in enumerate(zip(tensors, arrays)):
        if not np.array_equal(tensor.data, array, equal_nan=True):
            report.fail(f"input {i} was modified in place by f or by its derivative.")
    for number, (tensor, array) in enumerate(zip(tensors, arrays)):
        if tensor.requires_grad:
            gradient = np.zeros_like(array) if tensor.grad is None else tensor.grad
            for index, direction in _directions(array, entries, rng):
                analytic = _slope_along(direction, gradient)
                numeric, bend = loss.slope_and_bend(number, direction, eps)
                report.compare((number, index, analytic, numeric), bend, atol, rtol)
    return report


def _why_not_checked(f, arrays, out) -> str:
    """Return why finite differences cannot check f, whose output for these arrays is `out`; '' if
    they can.
    """
    if not isinstance(out, Tensor):
        return (
            f"f returned {type(out).__name__}, not a tensor: compute with minidl's ops, not in "
            f"plain NumPy."
        )
    with no_grad():
        again = f(*[Tensor(a) for a in arrays])
    if not np.array_equal(out.data, again.data, equal_nan=True):
        return (
            "f gives different results for the same input: fix its randomness, or switch dropout "
            "off."
        )
    if not out.requires_grad:
        return (
            "the result does not depend on any float input: was something computed in plain NumPy "
            "on the way?"
        )
    if out.dtype != np.float64:
        return (
            f"f computes in {out.dtype}, too coarse for finite differences: make layers with "
            f"dtype='float64', or call backend.set_floatx('float64') first."
        )
    return ""


def _kept_by_f(out, tensors) -> list:
    """List the other tensors that f uses, such as a layer's weights: their gradients are not
    changed.
    """
    keeps_gradient = [t for t in newest_first(out) if t.op is None or t.retains]
    return [t for t in keeps_gradient if not any(t is own for own in tensors)]


class _Loss:
    """The loss Σ c·f(*arrays). Its slopes are computed by changing one of the arrays."""

    def __init__(self, f, arrays, cotangent):
        self.f, self.arrays, self.cotangent = f, arrays, cotangent

    def value(self, number: int, moved):
        """Return f with array `number` replaced by `moved`."""
        with no_grad():
            return self.f(
                *[Tensor(moved if i == number else a) for i, a in enumerate(self.arrays)]
            ).data

    def difference(self, ahead, behind) -> float:
        """Return the difference of two losses. Outputs are subtracted before the sum, which avoids
        rounding errors of large values.
        """
        return float(np.sum(self.cotangent * (ahead - behind)))

    def slope_and_bend(self, number: int, direction, eps: float) -> tuple[float, float]:
        """Return the slope along a direction, and the difference of the slopes to the left and to
        the right.
        """
        array = self.arrays[number]
        step = eps * max(1.0, float(np.abs(array[direction != 0]).max()))
        here, ahead, behind = (self.value(number, array + s * step * direction) for s in (0, 1, -1))
        with np.errstate(all="ignore"):
            slope = self.difference(ahead, behind) / (2 * step)
            bend = abs(self.difference(ahead, here) - self.difference(here, behind)) / step
        return slope, bend


def _directions(array, entries, rng):
    """Yield (index, direction): each entry if there are few, else a sample of them and one random
    direction.
    """
    chosen = np.arange(array.size)
    if array.size > entries:
        chosen = rng.choice(array.size, entries, replace=False)
        yield ("all, random direction",), rng.normal(size=array.shape) / np.sqrt(array.size)
    for flat in chosen:
        direction = np.zeros_like(array)
        direction.flat[flat] = 1.0
        yield tuple(int(i) for i in np.unravel_index(flat, array.shape)), direction


def _slope_along(direction, gradient) -> float:
    """Return the slope along a direction according to the gradient."""
    moving = direction != 0
    with np.errstate(all="ignore"):
        return float(np.sum(gradient[moving] * direction[moving]))

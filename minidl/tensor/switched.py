"""Temporarily switches off recording, or NumPy's warnings about inf and nan."""

from __future__ import annotations

import contextvars
import functools
from typing import Any

import numpy as np

from ..core import tensor as core
from ..core.tensor import switches
from ..support.arrays import NUMPY_1


def quietly(work, *args, **settings):
    """Call work(*args, **settings) without NumPy's warnings about inf and nan.

    Unlike `with quiet():`, the warnings are restored even if Ctrl-C interrupts the end of the call.
    """
    if switches.quiet:
        return work(*args, **settings)
    before = np.geterr()
    try:
        try:
            switches.quiet = True
            np.seterr(all="ignore")
            return work(*args, **settings)
        finally:
            np.seterr(**before)
            switches.quiet = False
    finally:
        if switches.quiet:  # Ctrl-C has fallen into the first
            np.seterr(**before)
            switches.quiet = False


silent: Any
if NUMPY_1:  # np.seterr sets it for the thread

    class _Silent:
        run = staticmethod(quietly)

    silent = _Silent
else:
    _silent = contextvars.Context()  # in it NumPy's warnings are off
    _silent.run(np.seterr, all="ignore")

    # `silent().run(work, *args)` calls work(*args) without NumPy's warnings about inf and nan, for
    # work that is NumPy's alone. Since NumPy 2 what np.seterr sets belongs to the context that
    # Python runs in, and ends with it. This costs a tenth of setting and resetting it.
    silent = _silent.copy


class quiet:
    """`with quiet():` NumPy does not warn about inf and nan. Training reports them itself, with a
    cure.

    A nested block does nothing, so a training step pays for one only.
    """

    def __enter__(self):
        self.before = None if switches.quiet else np.seterr(all="ignore")
        switches.quiet = True

    def __exit__(self, *error):
        if self.before is not None:
            switches.quiet = False
            np.seterr(**self.before)


class no_grad(core.no_grad):
    """`with no_grad():` operations inside are not recorded. They cost less; backward() is
    impossible.

    It is also a decorator: `@no_grad()` above a function.
    """

    def __call__(self, function):
        if function.__code__.co_flags & 0x20:  # a generator's body runs later, outside
            raise TypeError(
                "no_grad() cannot decorate a generator function; write `with no_grad():` inside it."
            )

        @functools.wraps(function)
        def unrecorded(*args, **kwargs):
            with self:
                return function(*args, **kwargs)

        return unrecorded

"""Two switches of each thread: whether operations on tensors are recorded, and whether NumPy's
warnings are heard.
"""

from __future__ import annotations

import threading

import numpy as np


class Switches(threading.local):
    """What holds for the current thread."""

    pauses = 0  # how many no_grad() are around
    quiet = False


switches = Switches()


class no_grad:
    """`with no_grad():` nothing inside is recorded: cheaper, and there is no backward. Also a
    decorator.
    """

    def __enter__(self):
        switches.pauses += 1

    def __exit__(self, *error):
        switches.pauses -= 1

    def __call__(self, function):
        if function.__code__.co_flags & 0x20:  # a generator's body runs later, outside
            raise TypeError(
                "no_grad() cannot decorate a generator function; write `with no_grad():` inside it."
            )

        def unrecorded(*args, **kwargs):
            with self:
                return function(*args, **kwargs)

        unrecorded.__name__, unrecorded.__doc__ = function.__name__, function.__doc__
        return unrecorded


class quiet:
    """`with quiet():` inf and nan travel on without NumPy's warnings; the training loop reports
    them, once and with a cure.
    """

    def __enter__(self):
        self._state = None if switches.quiet else np.errstate(all="ignore")
        if self._state is not None:
            self._state.__enter__()
            switches.quiet = True

    def __exit__(self, *error):
        if self._state is not None:
            switches.quiet = False
            self._state.__exit__(*error)

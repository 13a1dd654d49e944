"""tf.summary: numbers and pictures of one's own training loop, for TensorBoard to draw."""

from __future__ import annotations

import contextlib
from typing import Any

import numpy as np

from ...callbacks.tensorboard import Nowhere, open_writer

_open: list[Any] = []  # the writers in use, the innermost last
_steps: list[Any] = [None]  # the step of what is written without one


class FileWriter:
    """What writes into a folder: `with writer.as_default(): tf.summary.scalar("loss", loss, step)`.

    Without the package tensorboardX it writes nothing.
    """

    def __init__(self, logdir, max_queue=10, flush_millis=None, filename_suffix="", name=None):
        self.file = open_writer(logdir)

    @contextlib.contextmanager
    def as_default(self, step=None):
        """Write what tf.summary is given in this block; step: the step of all of it."""
        before = _steps[0]
        self.set_as_default(step)
        try:
            yield self
        finally:
            _open.remove(self)
            _steps[0] = before
            self.flush()

    def set_as_default(self, step=None) -> None:
        """Write what tf.summary is given from now on."""
        _open.append(self)
        _steps[0] = _steps[0] if step is None else step

    def flush(self) -> None:
        """Hand all to the disk."""
        self.file.flush()

    def close(self) -> None:
        """Hand all to the disk, and close the file."""
        self.file.close()
        self.file = Nowhere()


def _write(kind: str, name: str, data, step, **how) -> bool:
    """Write into the innermost open writer; whether there was one."""
    step = _steps[0] if step is None else step
    if not _open or isinstance(_open[-1].file, Nowhere):
        return False
    if step is None:
        raise ValueError(
            f"tf.summary: at which step is {name!r}? Pass step=epoch, or call "
            "tf.summary.experimental.set_step before."
        )
    getattr(_open[-1].file, f"add_{kind}")(name, data, int(step), **how)
    return True


def _scalar(name, data, step=None, description=None):
    return _write("scalar", name, float(np.asarray(data)), step)


def _histogram(name, data, step=None, buckets=None, description=None):
    return _write("histogram", name, np.asarray(data), step)


def _text(name, data, step=None, description=None):
    return _write("text", name, str(data), step)


def _image(name, data, step=None, max_outputs=3, description=None):
    """Write pictures (n, height, width, channels): fractions from 0 to 1, or uint8."""
    pictures = list(np.asarray(data))[:max_outputs]
    names = [f"{name}/{i}" for i in range(len(pictures))] if len(pictures) > 1 else [name]
    pairs = zip(names, pictures)
    return all([_write("image", n, p, step, dataformats="HWC") for n, p in pairs])


def _set_step(step) -> None:
    _steps[0] = step


NAMES: dict[str, Any] = {
    "summary.create_file_writer": FileWriter,
    "summary.experimental.get_step": lambda: _steps[0],
    "summary.experimental.set_step": _set_step,
    "summary.histogram": _histogram,
    "summary.image": _image,
    "summary.scalar": _scalar,
    "summary.text": _text,
}

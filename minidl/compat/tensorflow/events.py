"""tf.summary: numbers and pictures of one's own training loop, for TensorBoard to draw."""

from __future__ import annotations

import contextlib
from typing import Any

import numpy as np

from ...callbacks.tensorboard import open_writer
from .doors import door

_open: list[FileWriter] = []  # the writers in use, the innermost last
_steps: list[Any] = [None]  # the step of what is written without one


class FileWriter:
    """What writes into a folder: `with writer.as_default(): tf.summary.scalar("loss", loss, step)`.

    Without the package tensorboardX it writes nothing.
    """

    def __init__(self, folder):
        self.file = open_writer(folder)

    @contextlib.contextmanager
    def as_default(self, step=None):
        """Write what tf.summary is given in this block; step: the step of all of it."""
        before, _steps[0] = _steps[0], _steps[0] if step is None else step
        _open.append(self)
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
        if self.file is not None:
            self.file.flush()

    def close(self) -> None:
        """Hand all to the disk, and close the file."""
        if self.file is not None:
            self.file.close()
        self.file = None


def _write(kind: str, name: str, data, step, **how) -> bool:
    """Write into the innermost open writer; whether there was one."""
    step = _steps[0] if step is None else step
    if not _open or _open[-1].file is None:
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


_WRITES = {"scalar": _scalar, "histogram": _histogram, "text": _text, "image": _image}
NAMES: dict[str, Any] = {
    **{f"summary.{name}": function for name, function in _WRITES.items()},
    "summary.create_file_writer": door(
        lambda logdir, a=None, b=None, c=None: FileWriter(logdir),
        "| logdir max_queue flush_millis filename_suffix",
    ),
    "summary.experimental.set_step": _set_step,
    "summary.experimental.get_step": lambda: _steps[0],
}

"""Global settings: the default float type, the small number against division by zero, and the
position of the channel axis of images.
"""

from __future__ import annotations

import numpy as np

_settings: dict = {
    "floatx": "float32",
    "epsilon": 1e-7,
    "image_data_format": "channels_last",
}
_FLOATS = ("float16", "float32", "float64")
FORMATS = ("channels_last", "channels_first")


def floatx() -> str:
    """Return the dtype of new weights and Python lists: 'float32' unless changed by
    `set_floatx`.
    """
    return _settings["floatx"]


def set_floatx(value: str) -> None:
    """Set the default float dtype: 'float16', 'float32' or 'float64' (needed for gradient
    checks).
    """
    name = value if isinstance(value, str) or value is None else np.dtype(value).name
    if name not in _FLOATS:
        raise ValueError(f"set_floatx expects one of {', '.join(_FLOATS)}; received {value!r}.")
    _settings["floatx"] = name


def number_type(dtype) -> np.dtype:
    """Return a dtype for its name, or for an object with Keras's `compute_dtype`. ValueError for
    bfloat16 without the package ml_dtypes, which Keras and JAX install.
    """
    name = getattr(dtype, "compute_dtype", dtype)
    if name != "bfloat16":
        return np.dtype(name)
    try:
        from ml_dtypes import bfloat16  # pyright: ignore[reportMissingImports]
    except ImportError:
        raise ValueError(
            "NumPy has no bfloat16; the package ml_dtypes adds it. Use 'float16' or 'float32'."
        ) from None
    return np.dtype(bfloat16)


def epsilon() -> float:
    """Return the small number used against division by zero: 1e-7 unless changed by
    `set_epsilon`.
    """
    return _settings["epsilon"]


def set_epsilon(value: float) -> None:
    """Set the small number that losses and optimizers created with `epsilon=None` use."""
    if not 0 < value < 1:
        raise ValueError(f"set_epsilon expects a small number between 0 and 1; received {value!r}.")
    _settings["epsilon"] = float(value)


def image_data_format() -> str:
    """Return the default of data_format: 'channels_last', for images (samples, rows, columns,
    channels), unless changed by `set_image_data_format`.
    """
    return _settings["image_data_format"]


def set_image_data_format(data_format: str) -> None:
    """Set the default for layers that are created later: 'channels_last', or 'channels_first' for
    images (samples, channels, rows, columns).
    """
    _settings["image_data_format"] = checked_data_format("set_image_data_format", data_format)


def checked_data_format(who: str, data_format: str | None) -> str:
    """Return the data_format, or the default for None. ValueError for any other, which names the
    caller `who`.
    """
    if data_format is None:
        return image_data_format()
    if data_format not in FORMATS:
        raise ValueError(
            f"{who}: data_format is 'channels_last' or 'channels_first'; received {data_format!r}."
        )
    return data_format


def backend() -> str:
    """Return 'numpy', the library that computes everything."""
    return "numpy"

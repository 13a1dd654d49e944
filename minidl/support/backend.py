"""Global settings, under the names of keras.config: the default float type, the small number
against division by zero, the position of the channel axis of images, limits of a run.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .warning import warn

_settings: dict = {
    "floatx": "float32",
    "epsilon": 1e-7,
    "image_data_format": "channels_last",
    "dtype_policy": None,
    "max_epochs": None,
    "max_steps_per_epoch": None,
    "interactive_logging": True,
    "traceback_filtering": True,
    "flash_attention": None,
}
_FLOATS = ("float16", "float32", "float64")
_MIXED = ("mixed_float16", "mixed_bfloat16")
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
    """Return a dtype for its name, or for an object with Keras's `variable_dtype`, such as a
    DTypePolicy or a layer; float32 for mixed precision. ValueError for bfloat16 without the package
    ml_dtypes, which Keras and JAX install.
    """
    name = getattr(dtype, "variable_dtype", dtype)
    name = "float32" if name in _MIXED else name
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


def set_backend(backend: str) -> None:
    """Warn for any other backend than 'numpy', and go on."""
    if backend != "numpy":
        warn(f"minidl computes with NumPy alone; set_backend({backend!r}) changes nothing.")


# --- the dtype of layers


class DTypePolicy:
    """The dtype of the layers that are created later: 'float32', 'float64', 'float16'.

    'mixed_float16' and 'mixed_bfloat16' are accepted with a warning: layers then compute in
    float32, since NumPy computes fractions of 16 bits more slowly.
    """

    quantization_mode = None

    def __init__(self, name: str = "float32"):
        if name in _MIXED:
            warn(f"{name}: layers compute in float32. Half precision is slower in NumPy.")
        elif name not in (*_FLOATS, "bfloat16"):
            raise ValueError(
                f"DTypePolicy is the name of a float type, {', '.join(_FLOATS)}, or 'mixed_float16'"
                f"; received {name!r}."
            )
        self.name = name

    @property
    def compute_dtype(self) -> str:
        """The dtype that layers are asked to compute in."""
        return self.name.removeprefix("mixed_")

    @property
    def variable_dtype(self) -> str:
        """The dtype of weights, and here of what is computed with them."""
        return "float32" if self.name in _MIXED else self.name

    def get_config(self) -> dict[str, Any]:
        """Return the arguments of __init__ that create one like it."""
        return {"name": self.name}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> DTypePolicy:
        """Create one from the data of `get_config`."""
        return cls(**config)

    def __eq__(self, other):
        return isinstance(other, DTypePolicy) and self.name == other.name

    def __hash__(self):
        return hash(self.name)

    def __repr__(self):
        return f'<DTypePolicy "{self.name}">'


def dtype_policy() -> DTypePolicy:
    """Return the DTypePolicy of new layers: that of `floatx()` unless set."""
    return _settings["dtype_policy"] or DTypePolicy(floatx())


def set_dtype_policy(policy: str | DTypePolicy | None) -> None:
    """Set the dtype of layers that are created later, by its name or as a DTypePolicy; None: that
    of `floatx()` again.
    """
    policy = DTypePolicy(policy) if isinstance(policy, str) else policy
    if not isinstance(policy, (DTypePolicy, type(None))):
        raise TypeError(f"set_dtype_policy takes a name, as 'float32'; received {policy!r}.")
    _settings["dtype_policy"] = policy


# --- limits, to try a program out


def max_epochs() -> int | None:
    """Return the largest number of epochs of a `fit`; None without a limit."""
    return _settings["max_epochs"]


def set_max_epochs(max_epochs: int | None) -> None:
    """Let every `fit` end after so many epochs, whatever it is told; None for no limit."""
    _settings["max_epochs"] = _limit("set_max_epochs", max_epochs)


def max_steps_per_epoch() -> int | None:
    """Return the largest number of batches of an epoch; None without a limit."""
    return _settings["max_steps_per_epoch"]


def set_max_steps_per_epoch(max_steps_per_epoch: int | None) -> None:
    """Let every epoch, `evaluate` and `predict` end after so many batches; None for no limit."""
    _settings["max_steps_per_epoch"] = _limit("set_max_steps_per_epoch", max_steps_per_epoch)


def _limit(name: str, value) -> int | None:
    whole = isinstance(value, (int, np.integer)) and not isinstance(value, bool)
    if value is not None and not (whole and value > 0):
        raise ValueError(f"{name} takes a whole number of at least 1, or None; received {value!r}.")
    return None if value is None else int(value)


def at_most(count: int | None, limit: int | None) -> int | None:
    """Return the smaller of a number (None: unknown) and a limit (None: no limit)."""
    if limit is None or count is None:
        return limit if count is None else count
    return min(count, limit)


# --- switches


def enable_interactive_logging() -> None:
    """Print progress and summaries on standard output, as at the beginning."""
    _settings["interactive_logging"] = True


def disable_interactive_logging() -> None:
    """Send progress and summaries to Python's logging, `logging.getLogger("minidl")`, at the level
    INFO, which it does not show unless told to.
    """
    _settings["interactive_logging"] = False


def is_interactive_logging_enabled() -> bool:
    """Return whether progress is printed."""
    return _settings["interactive_logging"]


def enable_traceback_filtering() -> None:
    """Change nothing: errors show all lines that ran, and there are few."""
    _settings["traceback_filtering"] = True


def disable_traceback_filtering() -> None:
    """Change nothing; see enable_traceback_filtering."""
    _settings["traceback_filtering"] = False


def is_traceback_filtering_enabled() -> bool:
    """Return what was set last."""
    return _settings["traceback_filtering"]


def enable_flash_attention() -> None:
    """Change nothing: attention here is one function, and flash attention is one of graphics
    cards.
    """
    _settings["flash_attention"] = True


def disable_flash_attention() -> None:
    """Change nothing; see enable_flash_attention."""
    _settings["flash_attention"] = False


def is_flash_attention_enabled() -> bool | None:
    """Return what was set last; None at the beginning."""
    return _settings["flash_attention"]


def is_nnx_enabled() -> bool:
    """Return False: NNX is a library of JAX."""
    return False


def enable_unsafe_deserialization() -> None:
    """Warn, and change nothing: minidl never runs code that a file contains."""
    warn(
        "minidl never runs code from a model file. Define the function in your program, and pass "
        "it to load_model(..., custom_objects={'name': function})."
    )

"""tf.strings: texts, one or an array of them."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np

from ...support.texts import Texts, as_texts, encoded, is_text
from ...tensor import Tensor
from ...text.hashing import fingerprint
from .doors import shelf


def _changed(x, function: Callable) -> Any:
    """function(text) for each text, as texts."""
    return as_texts(x).decoded().each(function).view(Texts)


def _numbers(x, function: Callable, dtype) -> Tensor:
    """function(text) for each text, as numbers."""
    return Tensor(as_texts(x).decoded().each(function).astype(np.dtype(dtype)))


def _cut(x, function: Callable) -> Any:
    """The parts of a text as texts; of several texts a list of such arrays."""
    parts = as_texts(x).decoded().each(lambda t: as_texts(function(t)))
    return parts[()] if parts.ndim == 0 else list(parts)


def _in_ascii(function: Callable, encoding: str) -> Callable:
    """function(text), which without an encoding changes the letters A to Z alone."""
    return lambda t: "".join([function(c) if encoding or c.isascii() else c for c in t])


HERE: dict[str, Callable] = {
    "lower": lambda input, encoding="": _changed(input, _in_ascii(str.lower, encoding)),
    "regex_full_match": lambda input, pattern: _numbers(
        input, lambda t: re.fullmatch(pattern, t) is not None, "bool"
    ),
    "split": lambda input, sep=None, maxsplit=-1: _cut(
        input, lambda t: t.split(sep or None, maxsplit)
    ),
    "strip": lambda input: _changed(input, str.strip),
    "unicode_split": lambda input, input_encoding="UTF-8": _cut(input, list),
    "upper": lambda input, encoding="": _changed(input, _in_ascii(str.upper, encoding)),
}


def length(input, unit="BYTE"):
    """How many bytes, or with unit='UTF8_CHAR' letters, each text has."""
    return _numbers(input, lambda t: len(t if unit == "UTF8_CHAR" else t.encode()), "int32")


def substr(input, pos, len):
    """So many bytes of each text, from a position on."""
    return _changed(input, lambda t: t.encode()[pos:][:len].decode(errors="replace"))


def regex_replace(input, pattern, rewrite, replace_global=True):
    r"""What the pattern finds, replaced by `rewrite`, where \1 is the first group."""
    count = 0 if replace_global else 1
    return _changed(input, lambda t: re.sub(pattern, rewrite, t, count=count))


def join(inputs, separator=""):
    """The texts of several arrays, put together one by one."""
    rows = np.stack(np.broadcast_arrays(*[as_texts(part).decoded() for part in inputs]), -1)
    return reduce_join(rows, -1, separator=separator)


def reduce_join(inputs, axis=None, keepdims=False, separator=""):
    """All texts, or those along an axis, put together."""
    texts = np.asarray(as_texts(inputs).decoded())
    rows = texts.ravel() if axis is None else np.moveaxis(texts, axis, -1)
    joining = np.vectorize(separator.join, otypes=[object], signature="(n)->()")
    joined = as_texts(joining(rows))
    if keepdims:
        return joined.reshape([1] * texts.ndim) if axis is None else np.expand_dims(joined, axis)
    return joined


def to_hash_bucket_fast(input, num_buckets):
    """A number below num_buckets for each text, by its hash, the same on every computer."""
    hashes = as_texts(encoded(input)).each(lambda t: fingerprint(t) % int(num_buckets))
    return Tensor(hashes.astype(np.int64))


def to_number(input, out_type="float32"):
    """The numbers that the texts show."""
    return _numbers(input, int if np.dtype(out_type).kind in "iu" else float, out_type)


def as_string(input, /, precision=-1):
    """The numbers as texts, with `precision` digits after the point, 6 if it is -1."""
    if is_text(input):
        return input
    fraction = f"{{:.{6 if precision < 0 else precision}f}}".format
    shown = {"b": lambda n: str(n).lower(), "f": fraction}.get(input.dtype.kind, str)
    return as_texts(np.asarray(input).astype(object)).each(shown).view(Texts)


NAMES = shelf(globals(), "strings.")
NAMES["as_string"] = NAMES["strings.as_string"]

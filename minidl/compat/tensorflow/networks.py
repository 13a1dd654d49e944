"""tf.nn: convolutions, pooling, cross-entropies. The names that TensorFlow has not, and those that
mean the same there, are those of minidl.ops.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ... import ops, random
from . import math
from .doors import door, opening

NAMES: dict[str, Any] = {}
opens = opening(NAMES)


@opens("nn.batch_normalization", "x mean variance offset scale | variance_epsilon")
def _batch_normalization(x, mean, variance, offset, scale, variance_epsilon):
    """(x - mean)/√(variance + ε), times scale, plus offset; both may be None."""
    z = (x - mean) * ops.rsqrt(variance + variance_epsilon)
    z = z if scale is None else z * scale
    return z if offset is None else z + offset


@opens("nn.weighted_cross_entropy_with_logits", "labels logits pos_weight")
def _weighted(z, x, pos_weight):
    """The sigmoid's cross-entropy with pos_weight times the loss of the label 1."""
    return pos_weight * z * ops.softplus(-x) + (1 - z) * ops.softplus(x)


@opens("nn.depth_to_space", "input | block_size")
def _depth_to_space(x, b):
    """The channels of a pixel become a block of pixels, b high and wide."""
    n, h, w, c = x.shape
    x = x.reshape(n, h, w, b, b, c // b**2).transpose(0, 1, 3, 2, 4, 5)
    return x.reshape(n, h * b, w * b, c // b**2)


def _inner(values, rank: int):
    """The sizes along the axes of the images: of one number, of as many, or with 1s around."""
    values = np.atleast_1d(np.asarray(1 if values is None else values)).tolist()
    return tuple(values[1:-1] if len(values) == rank + 2 else (values * rank)[:rank])


def _format(data_format) -> str:
    return "channels_first" if str(data_format).startswith("NC") else "channels_last"


def _sliding(function: Callable, rank: int) -> Callable:
    """A function of ops that slides filters over images, with TensorFlow's words for how."""

    def slid(x, filters, strides=1, padding="VALID", data_format=None, dilations=None):
        if not isinstance(padding, str):  # pairs of numbers: so many zeros around
            x, padding = ops.pad(x, np.asarray(padding).tolist()), "valid"
        how = _inner(strides, rank), padding.lower(), _format(data_format)
        return function(x, filters, *how, _inner(dilations, rank))

    return slid


def _upward(rank: int) -> Callable:
    def upward(x, filters, output_shape, strides, padding="SAME", data_format=None):
        """The transposed convolution; with 'SAME' the output is strides times as large."""
        how = _inner(strides, rank), padding.lower(), None, _format(data_format)
        z, wanted = ops.conv_transpose(x, filters, *how), tuple(np.asarray(output_shape).tolist())
        if len(wanted) == rank + 2 and wanted != z.shape:
            raise ValueError(
                f"conv{rank}d_transpose: output_shape is {z.shape} for these inputs, strides and "
                f"padding; received {wanted}."
            )
        return z

    return upward


def _pooling(function: Callable, rank: int) -> Callable:
    def pooled(x, ksize, strides, padding, data_format=None):
        how = _inner(ksize, rank), _inner(strides, rank), padding.lower(), _format(data_format)
        return function(x, *how)

    return pooled


for _rank in (1, 2, 3):
    _more = "strides padding data_format"
    NAMES |= {
        f"nn.conv{_rank}d": door(_sliding(ops.conv, _rank), f"input filters | {_more} dilations"),
        f"nn.conv{_rank}d_transpose": door(_upward(_rank), f"input filters | output_shape {_more}"),
        f"nn.avg_pool{_rank}d": door(_pooling(ops.average_pool, _rank), f"input | ksize {_more}"),
        f"nn.max_pool{_rank}d": door(_pooling(ops.max_pool, _rank), f"input | ksize {_more}"),
    }
_HERE: dict[str, tuple[str, Callable]] = {
    "bias_add": ("value bias", ops.add),
    "depthwise_conv2d": (
        "input filter | strides padding data_format dilations",
        _sliding(ops.depthwise_conv, 2),
    ),
    "dropout": ("x | rate noise_shape seed", random.dropout),
    "embedding_lookup": ("params ids", lambda params, ids: ops.take(params, ids, 0)),
    "gelu": ("features | approximate", lambda x, approximate=False: ops.gelu(x, approximate)),
    "l2_loss": ("t", lambda t: ops.sum(ops.square(t)) / 2),
    "leaky_relu": ("features | alpha", ops.leaky_relu),
    "moments": ("x | axes shift keepdims", lambda x, a, s=None, k=False: ops.moments(x, a, k)),
    "sigmoid_cross_entropy_with_logits": (
        "labels logits",
        lambda z, x: ops.binary_crossentropy(z, x, True),
    ),
    "softmax_cross_entropy_with_logits": (
        "labels logits | axis",
        lambda z, x, axis=-1: ops.categorical_crossentropy(z, x, True, axis),
    ),
    "sparse_softmax_cross_entropy_with_logits": (
        "labels logits",
        lambda z, x: ops.sparse_categorical_crossentropy(z, x, True),
    ),
}
NAMES |= {f"nn.{name}": door(function, names) for name, (names, function) in _HERE.items()}
NAMES["nn.conv1d"] = door(
    _sliding(ops.conv, 1), "input filters | stride padding data_format dilations"
)
NAMES |= {f"nn.{kind}_pool": NAMES[f"nn.{kind}_pool2d"] for kind in ("avg", "max")}
_FROM_MATH = "in_top_k l2_normalize top_k zero_fraction"
NAMES |= {f"nn.{name}": math.NAMES[name] for name in _FROM_MATH.split()}

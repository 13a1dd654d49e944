"""tf.nn: convolutions, pooling, cross-entropies. The names that TensorFlow has not, and those that
mean the same there, are those of minidl.ops.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ... import ops, random
from . import maths
from .doors import door, shelf, sizes

SAME = {
    "features | alpha": "leaky_relu",
    "input | block_size data_format": "depth_to_space",
    "value bias": "bias_add:add",
}
HERE: dict[str, Callable] = {
    "embedding_lookup": lambda params, ids, /: ops.take(params, ids, 0),
    "gelu": lambda features, /, approximate=False: ops.gelu(features, approximate),
    "l2_loss": lambda t, /: ops.sum(ops.square(t)) / 2,
    "moments": lambda x, /, axes, shift=None, keepdims=False: ops.moments(x, axes, keepdims),
}


def batch_normalization(x, mean, variance, offset, scale, /, variance_epsilon):
    """(x - mean)/√(variance + ε), times scale, plus offset; both may be None."""
    z = (x - mean) * ops.rsqrt(variance + variance_epsilon)
    z = z if scale is None else z * scale
    return z if offset is None else z + offset


def weighted_cross_entropy_with_logits(labels, logits, pos_weight, /):
    """The sigmoid's cross-entropy with pos_weight times the loss of the label 1."""
    found = pos_weight * labels * ops.softplus(-logits)
    return found + (1 - labels) * ops.softplus(logits)


def sigmoid_cross_entropy_with_logits(labels, logits, /):
    """The cross-entropy of the sigmoid of each logit."""
    return ops.binary_crossentropy(labels, logits, True)


def softmax_cross_entropy_with_logits(labels, logits, /, axis=-1):
    """The cross-entropy of the softmax; labels: probabilities."""
    return ops.categorical_crossentropy(labels, logits, True, axis)


def sparse_softmax_cross_entropy_with_logits(labels, logits, /):
    """The cross-entropy of the softmax; labels: classes."""
    return ops.sparse_categorical_crossentropy(labels, logits, True)


# --- windows that slide over images


def _inner(values, rank: int):
    """The sizes along the axes of the images: of one number, of as many, or with 1s around."""
    values = np.atleast_1d(np.asarray(1 if values is None else values)).tolist()
    return tuple(values[1:-1] if len(values) == rank + 2 else (values * rank)[:rank])


def _format(data_format) -> str:
    return "channels_first" if str(data_format).startswith("NC") else "channels_last"


def _sliding(function: Callable, rank: int) -> Callable:
    """A function of ops that slides filters over images, with TensorFlow's words for how."""

    def slid(input, filters, /, strides=1, padding="VALID", data_format=None, dilations=None):
        if not isinstance(padding, str):  # pairs of numbers: so many zeros around
            input, padding = ops.pad(input, np.asarray(padding).tolist()), "valid"
        how = _inner(strides, rank), padding.lower(), _format(data_format)
        return function(input, filters, *how, _inner(dilations, rank))

    return slid


def _upward(rank: int) -> Callable:
    def upward(input, filters, /, output_shape, strides, padding="SAME", data_format=None):
        """The transposed convolution; with 'SAME' the output is strides times as large."""
        how = _inner(strides, rank), padding.lower(), None, _format(data_format)
        z, wanted = ops.conv_transpose(input, filters, *how), sizes(output_shape)
        if len(wanted) == rank + 2 and wanted != z.shape:
            raise ValueError(
                f"conv{rank}d_transpose: output_shape is {z.shape} for these inputs, strides and "
                f"padding; received {wanted}."
            )
        return z

    return upward


def _pooling(function: Callable, rank: int) -> Callable:
    def pooled(input, /, ksize, strides, padding, data_format=None):
        how = _inner(ksize, rank), _inner(strides, rank), padding.lower(), _format(data_format)
        return function(input, *how)

    return pooled


for _rank in (1, 2, 3):
    HERE |= {
        f"avg_pool{_rank}d": _pooling(ops.average_pool, _rank),
        f"conv{_rank}d": _sliding(ops.conv, _rank),
        f"conv{_rank}d_transpose": _upward(_rank),
        f"max_pool{_rank}d": _pooling(ops.max_pool, _rank),
    }
NAMES = shelf(globals(), "nn.")
_HOW = "padding data_format dilations"
NAMES |= {
    "nn.avg_pool": NAMES["nn.avg_pool2d"],
    "nn.conv1d": door(_sliding(ops.conv, 1), f"input filters | stride {_HOW}"),
    "nn.depthwise_conv2d": door(_sliding(ops.depthwise_conv, 2), f"input filter | strides {_HOW}"),
    "nn.dropout": door(random.dropout, "x | rate noise_shape seed"),
    "nn.max_pool": NAMES["nn.max_pool2d"],
}
_FROM_MATH = ["in_top_k", "l2_normalize", "top_k", "zero_fraction"]
NAMES |= {f"nn.{name}": maths.NAMES[name] for name in _FROM_MATH}

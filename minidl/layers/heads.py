"""The common parts of the layers in multi_head.py: projections of the sequences for several heads,
and their masks.
"""

from __future__ import annotations

import math
from string import ascii_lowercase

import numpy as np

from .. import constraints, initializers, ops, regularizers
from ..support.checks import check_count, check_number
from ..support.configs import deserialize, serialize
from .attention import causal, weights_of
from .base import Layer
from .basic import Dropout
from .einsum import EinsumDense


def projection(rank: int, taken: int, sizes) -> dict:
    """Return the arguments of an EinsumDense that replaces the last `taken` axes of its input,
    which has `rank` axes, by axes of these sizes.
    """
    letters, new = ascii_lowercase[:rank], ascii_lowercase[rank : rank + len(sizes)]
    kept, summed = letters[: rank - taken], letters[rank - taken :]
    return {
        "equation": f"{letters},{summed}{new}->{kept}{new}",
        "output_shape": (*[None] * (len(kept) - 1), *sizes),
        "bias_axes": new,
    }


class Heads(Layer):
    """Base of attention layers with four projections: of query, key, value and output.

    given: the arguments of the layer by name.
    """

    prefix = ""  # of the attributes that hold the projections

    def __init__(self, given: dict, kwargs: dict):
        super().__init__(**kwargs)
        self.penalty = regularizers.get(given["activity_regularizer"])  # for each projection
        self.use_bias, self.use_gate, self.seed = (
            given["use_bias"],
            given["use_gate"],
            given["seed"],
        )
        self.dropout = check_number(f"{type(self).__name__}: dropout", given["dropout"], 0, 1)
        self.sliding_window = given["sliding_window"]
        if self.sliding_window is not None:
            check_count(f"{type(self).__name__}: sliding_window", self.sliding_window)
        for kind in ("kernel", "bias"):
            for what, module in (
                ("initializer", initializers),
                ("regularizer", regularizers),
                ("constraint", constraints),
            ):
                setattr(self, f"{kind}_{what}", module.get(given[f"{kind}_{what}"]))
        self.falling_out = Dropout(self.dropout, seed=self.seed, name="dropout", dtype=self.dtype)

    def get_config(self):
        config = {**super().get_config(), "activity_regularizer": serialize(self.penalty)}
        del config["flash_attention"]
        return config

    # -- defined by subclasses
    def sizes(self, part: str) -> tuple:
        """Return (number of heads, size of each head) of the projection of 'query', 'key' or
        'value'.
        """
        raise NotImplementedError

    def output_sizes(self, query_shape) -> tuple:
        """Return the sizes of one step of the output."""
        return (query_shape[-1],)

    def compute_output_shape(self, query_shape, value_shape=None, key_shape=None):
        """Return the shape of the output: the samples and steps are those of the query."""
        return (*query_shape[:-1], *self.output_sizes(query_shape))

    def build(self, query_shape, value_shape=None, key_shape=None):
        rank, sizes = len(query_shape), (self.sizes("query")[0], self.sizes("value")[1])
        shapes = {"query": query_shape, "key": key_shape or value_shape, "value": value_shape}
        for part in ("query", "key", "gate", "value"):
            if part != "gate":
                self._make(part, projection(rank, 1, self.sizes(part)))
            elif self.use_gate:
                self._gate_dense = self._projected(part, projection(rank, 1, sizes), "sigmoid")
                self._gate_dense.build(query_shape)
        back = projection(rank + 1, 2, self.output_sizes(query_shape))
        self._make("output", back, "attention_output")
        shapes["output"] = (*query_shape[:-1], *sizes)
        for part, shape in shapes.items():
            if shape is not None:
                self.part(part).build(shape)
        self.build_shape = None  # one shape is not enough to build it, so files do not store it

    def _make(self, part: str, arguments: dict, name: str | None = None) -> None:
        setattr(self, f"{self.prefix}{part}_dense", self._projected(name or part, arguments))

    def _projected(self, name: str, arguments: dict, activation=None) -> EinsumDense:
        options = {
            f"{kind}_{what}": getattr(self, f"{kind}_{what}")
            for kind in ("kernel", "bias")
            for what in ("initializer", "regularizer", "constraint")
        }
        for kind in ("kernel", "bias"):  # a copy: each draws other numbers
            options[f"{kind}_initializer"] = deserialize(serialize(options[f"{kind}_initializer"]))
        arguments["bias_axes"] = arguments["bias_axes"] if self.use_bias else None
        options |= {"activity_regularizer": self.penalty, "dtype": self.dtype}
        return EinsumDense(**arguments, activation=activation, name=name, **options)

    def part(self, name: str) -> EinsumDense:
        """Return the projection of 'query', 'key', 'value' or 'output'."""
        return getattr(self, f"{self.prefix}{name}_dense")

    def compute_mask(self, query, mask=None):
        """Return the mask of the outputs, which is that of the queries."""
        return mask

    def __call__(self, query, value, key=None, *others, **kwargs):
        return super().__call__(query, value, key, *others, **kwargs)

    def call(
        self,
        query,
        value,
        key=None,
        query_mask=None,
        value_mask=None,
        key_mask=None,
        attention_mask=None,
        return_attention_scores=False,
        training=None,
        use_causal_mask=False,
    ):
        key = value if key is None else key
        axes = self.axes(len(query.shape))
        masks = {"query": query_mask, "value": value_mask, "key": key_mask}
        seen = self._seen(query.shape, key.shape, axes, masks, attention_mask, use_causal_mask)
        inputs = {"query": query, "key": key, "value": value}
        q, k, v = (self.part(name)(unmasked(x)) for name, x in inputs.items())
        z, weights = self._attended(q, k, v, axes, seen, training, return_attention_scores)
        if self.use_gate:
            z = z * self._gate_dense(unmasked(query))
        z = self.part("output")(z)
        return (z, weights) if return_attention_scores else z

    def axes(self, rank: int) -> tuple:
        """Return the axes of the query that contain its steps."""
        return (1,)

    def _seen(self, q: tuple, k: tuple, axes, masks: dict, seen, use_causal_mask: bool):
        """Return which query may use which key: booleans that broadcast with (n, ..., T, S), or
        None.

        q, k: the shapes of query and key.
        """
        found = [] if seen is None else [np.asarray(seen, bool)]
        for name, mask in masks.items():
            if mask is not None:
                mask = np.asarray(mask, bool)
                found.append(mask[:, :, None] if name == "query" else mask[:, None])
        steps = [tuple([shape[a] for a in axes]) for shape in (q, k)]
        if use_causal_mask:
            found.append(causal(*map(math.prod, steps)).reshape(1, *steps[0], *steps[1]))
        if self.sliding_window is not None:
            far = np.abs(np.subtract.outer(*[np.arange(math.prod(n)) for n in steps]))
            found.append((far < self.sliding_window).reshape(1, *steps[0], *steps[1]))
        result = None
        for mask in found:
            result = mask if result is None else result & mask
        return result

    def _attended(self, q, k, v, axes, seen, training, with_weights):
        """Return the weighted mean of the values for each query; with_weights: also the weights.

        If the projected q, k, v have more axes than (n, steps, heads, numbers), they are reshaped
        to these: axes that are not attention axes become part of the sample axis.
        """
        kept = [a for a in range(1, q.ndim - 2) if a not in axes]
        order = (0, *kept, *axes, q.ndim - 2, q.ndim - 1)
        samples = [q.shape[a] for a in (0, *kept)]
        steps, keys = ([x.shape[a] for a in axes] for x in (q, k))
        flat = [
            x.transpose(order).reshape(math.prod(samples), math.prod(places), *x.shape[-2:])
            for x, places in ((q, steps), (k, keys), (v, keys))
        ]
        if seen is not None:
            seen = with_heads(seen, samples, steps, keys)
        if with_weights or (training and self.dropout):
            z, weights = self._in_steps(flat, seen, training)
            weights = weights.reshape(*samples, weights.shape[1], *steps, *keys)
        else:
            z, weights = ops.dot_product_attention(*flat, mask=seen), None
        z = z.reshape(*samples, *steps, *z.shape[-2:])
        return z.transpose(tuple(np.argsort(order))), weights

    def _in_steps(self, flat: list, seen, training):
        """Compute (means, weights) by separate ops, if the weights are returned or dropout is
        applied to them.
        """
        q, k, v = flat
        k, v = (ops.repeat(x, q.shape[2] // x.shape[2], axis=2) for x in (k, v))
        q, k, v = (ops.swapaxes(x, 1, 2) for x in (q * q.shape[3] ** -0.5, k, v))
        weights = weights_of(ops.matmul(q, ops.swapaxes(k, 2, 3)), seen)
        z = ops.matmul(self.falling_out(weights, training=training), v)
        return ops.swapaxes(z, 1, 2), weights


def unmasked(x):
    """Return the tensor without its mask, which the projections do not need."""
    return x if x.mask is None else x.reshape(x.shape)


def with_heads(seen, samples, steps, keys) -> np.ndarray:
    """Reshape a mask for (samples, heads, steps, keys), where each of these may be several axes.

    The result broadcasts with them. The mask may lack the axis of the heads, and all sample axes
    except the first.
    """
    front = seen.ndim - len(steps) - len(keys)
    missing = (1,) * (len(samples) + 1 - front)
    seen = seen.reshape(seen.shape[:front] + missing + seen.shape[front:])
    whole = np.broadcast_to(seen, (*samples, seen.shape[len(samples)], *steps, *keys))
    heads = whole.shape[len(samples)]
    return whole.reshape(math.prod(samples), heads, math.prod(steps), math.prod(keys))

"""Attention with several heads. Each head applies attention to its own projections of the
sequences.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..support.checks import check_count
from .base import layer_classes
from .heads import Heads


@layer_classes.register()
class MultiHeadAttention(Heads):
    """Several heads, each softmax(Q Kᵀ/√key_dim)·V with projections of its own; a last projection
    joins them. Vaswani et al. 2017.

    Called on (query, value) or (query, value, key), of shapes (n, T, d), (n, S, e), (n, S, f). The
    call takes masks of steps, query_mask, value_mask and key_mask (n, steps), attention_mask
    (n, T, S), with use_causal_mask one with which step t sees the steps 0 to t; with
    return_attention_scores it returns the weights too, (n, heads, T, S).

    value_dim: key_dim if left out. output_shape: the size of a step of the result, d if left out.
    attention_axes: the axes along which steps are compared; left out, all between samples and
    features. sliding_window: a step sees only those nearer than this. use_gate: the means are
    multiplied by a sigmoid of the query. dropout: the share of the weights that fall out in
    training.
    """

    def __init__(
        self,
        num_heads,
        key_dim,
        value_dim=None,
        dropout=0.0,
        use_bias=True,
        output_shape=None,
        attention_axes=None,
        sliding_window=None,
        flash_attention=None,
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        kernel_regularizer=None,
        bias_regularizer=None,
        activity_regularizer=None,
        kernel_constraint=None,
        bias_constraint=None,
        use_gate=False,
        seed=None,
        **kwargs,
    ):
        super().__init__(locals(), kwargs)  # all arguments, by name
        self.num_heads = check_count("MultiHeadAttention: num_heads", num_heads)
        self.key_dim = check_count("MultiHeadAttention: key_dim", key_dim)
        self.value_dim = key_dim
        if value_dim is not None:
            self.value_dim = check_count("MultiHeadAttention: value_dim", value_dim)
        self.chosen_sizes, self.attention_axes = output_shape, attention_axes

    def sizes(self, part):
        return self.num_heads, self.value_dim if part == "value" else self.key_dim

    def output_sizes(self, query_shape):
        if self.chosen_sizes is None:
            return super().output_sizes(query_shape)
        whole = isinstance(self.chosen_sizes, (int, np.integer))
        return (self.chosen_sizes,) if whole else tuple(self.chosen_sizes)

    def axes(self, rank):
        if self.attention_axes is None:
            return tuple(range(1, rank - 1))
        return tuple(range(rank)[axis] for axis in np.atleast_1d(self.attention_axes))


@layer_classes.register("GroupQueryAttention")
class GroupedQueryAttention(Heads):
    """MultiHeadAttention in which several heads of the query share a head of key and value: fewer
    numbers to keep. Ainslie et al. 2023. num_key_value_heads: divides num_query_heads; the call is
    that of MultiHeadAttention.
    """

    prefix = "_"

    def __init__(
        self,
        head_dim,
        num_query_heads,
        num_key_value_heads,
        dropout=0.0,
        use_bias=True,
        sliding_window=None,
        flash_attention=None,
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        kernel_regularizer=None,
        bias_regularizer=None,
        activity_regularizer=None,
        kernel_constraint=None,
        bias_constraint=None,
        use_gate=False,
        seed=None,
        **kwargs,
    ):
        super().__init__(locals(), kwargs)
        self.activity_regularizer = self.penalty
        self.head_dim = check_count("GroupedQueryAttention: head_dim", head_dim)
        self.num_query_heads = check_count(
            "GroupedQueryAttention: num_query_heads", num_query_heads
        )
        self.num_key_value_heads = check_count(
            "GroupedQueryAttention: num_key_value_heads", num_key_value_heads
        )
        if num_query_heads % num_key_value_heads:
            raise ValueError(
                "GroupedQueryAttention: num_key_value_heads must divide num_query_heads; received "
                f"{num_key_value_heads} and {num_query_heads}."
            )

    def sizes(self, part):
        return self.num_query_heads if part == "query" else self.num_key_value_heads, self.head_dim


GroupQueryAttention = GroupedQueryAttention

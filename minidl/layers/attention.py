"""Attention between two sequences. For each step of the first one, a query, the result is the mean
of the values of the second one, weighted by the similarity of query and key.
"""

from __future__ import annotations

import numpy as np

from .. import ops
from ..support.checks import check_number
from .base import Layer, layer_classes
from .basic import Dropout


def causal(queries: int, keys: int) -> np.ndarray:
    """Return the mask (queries, keys) that is True where query t may use the key: keys 0 to t."""
    return np.tri(queries, keys, dtype=bool)


def weights_of(scores, mask):
    """Return softmax(scores) along the keys, with weight 0 where the mask is False."""
    if mask is not None:
        scores = ops.where(np.asarray(mask, bool), scores, -0.7 * np.finfo(scores.dtype).max)
    return ops.softmax(scores)


@layer_classes.register()
class Attention(Layer):
    """softmax(Q Kᵀ)·V for [query, value] or [query, value, key], (n, T, d), (n, S, e) and (n, S,
    d); without a key the value is the key. Luong et al. 2015.

    use_scale: the scores are multiplied by a learned number. score_mode: 'dot', or 'concat' for Σ
    tanh(q + k), times a learned number. dropout: the share of the weights that is set to 0 in
    training. The call takes mask=[query mask, value mask], each (n, steps); outputs are 0 where the
    query's mask is False. use_causal_mask: step t uses the steps 0 to t of the value.
    return_attention_scores: returns the weights, (n, T, S), as a second result.
    """

    def __init__(self, use_scale=False, score_mode="dot", dropout=0.0, seed=None, **kwargs):
        super().__init__(**kwargs)
        if score_mode not in ("dot", "concat"):
            raise ValueError(
                f"{type(self).__name__}: score_mode is 'dot' or 'concat'; received {score_mode!r}."
            )
        self.use_scale, self.score_mode, self.seed = use_scale, score_mode, seed
        self.dropout = check_number(f"{type(self).__name__}: dropout", dropout, 0, 1)
        self.falling_out = Dropout(self.dropout, seed=seed, name="dropout", dtype=self.dtype)

    def build(self, input_shape):
        self.scale = self.add_weight((), "ones", name="scale") if self.use_scale else None
        self.concat_score_weight = None
        if self.score_mode == "concat":
            self.concat_score_weight = self.add_weight((), "ones", name="concat_score_weight")

    def compute_mask(self, inputs, mask=None):
        """The mask of the outputs: that of the queries."""
        return None if mask is None else mask[0]

    def scores(self, query, key):
        """Return the similarity of each query and each key: (n, T, S)."""
        if self.score_mode == "dot":
            scores = ops.matmul(query, ops.swapaxes(key, -2, -1))
            return scores if self.scale is None else scores * self.scale
        sums = query[:, :, None] + key[:, None]
        sums = sums if self.scale is None else sums * self.scale
        return ops.sum(ops.tanh(sums), axis=-1) * self.concat_score_weight

    def call(
        self,
        inputs,
        mask=None,
        training=False,
        return_attention_scores=False,
        use_causal_mask=False,
    ):
        query, value, key = self._parts(inputs)
        query_mask, value_mask = (None, None) if mask is None else mask[:2]
        seen = None if value_mask is None else np.asarray(value_mask, bool)[:, None]
        if use_causal_mask:
            steps = causal(query.shape[1], key.shape[1])
            seen = steps if seen is None else seen & steps
        in_one = self.score_mode == "dot" and len(query.shape) == 3
        if return_attention_scores or not in_one or (training and self.dropout):
            weights = self.falling_out(weights_of(self.scores(query, key), seen), training=training)
            z = ops.matmul(weights, value)
        else:  # the same in one op
            weights, z = None, self._in_one(query, key, value, seen)
        if query_mask is not None:
            z = ops.where(np.asarray(query_mask, bool)[..., None], z, 0.0)
        return (z, weights) if return_attention_scores else z

    def _in_one(self, query, key, value, seen):
        query = query if self.scale is None else query * self.scale
        one_head = [x[:, :, None] for x in (query, key, value)]
        seen = None if seen is None else seen[..., None, :, :]
        return ops.dot_product_attention(*one_head, mask=seen, scale=1.0)[:, :, 0]

    def _parts(self, inputs) -> tuple:
        if not isinstance(inputs, (list, tuple)) or len(inputs) not in (2, 3):
            raise ValueError(
                f"{type(self).__name__} '{self.name}' takes a list, [query, value] or [query, "
                f"value, key]; received {type(inputs).__name__}"
                f"{f' of {len(inputs)}' if isinstance(inputs, (list, tuple)) else ''}."
            )
        query, value, *key = inputs
        return query, value, key[0] if key else value


@layer_classes.register()
class AdditiveAttention(Attention):
    """softmax(Σ scale·tanh(Q + K))·V, with a learned scale for each of the d numbers of a query.
    Bahdanau et al. 2015. Inputs, masks and results as for Attention.
    """

    def __init__(self, use_scale=True, dropout=0.0, **kwargs):
        super().__init__(use_scale, "concat", dropout, **kwargs)

    def build(self, input_shape):
        self.scale = None
        if self.use_scale:
            self.scale = self.add_weight((input_shape[0][-1],), "glorot_uniform", name="scale")

    def scores(self, query, key):
        sums = ops.tanh(query[:, :, None] + key[:, None])
        return ops.sum(sums if self.scale is None else sums * self.scale, axis=-1)

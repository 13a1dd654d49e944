"""An Embedding that also computes a score of each word from a vector, as a language model does at
its end.
"""

from __future__ import annotations

from typing import Any

from .. import ops
from ..support.backend import number_type
from .base import layer_classes
from .embedding import Embedding


@layer_classes.register()
class ReversibleEmbedding(Embedding):
    """An Embedding, whose layer(x, reverse=True) turns vectors into scores of all words:
    (n, length, output_dim) becomes (n, length, input_dim).

    tie_weights: whether the scores are products with the same vectors; False: with a matrix of
    their own (Press & Wolf 2016). reverse_dtype: of the scores. logit_soft_cap: the scores s
    become cap·tanh(s/cap), which stays between -cap and cap.
    """

    def __init__(
        self,
        input_dim,
        output_dim,
        tie_weights=True,
        embeddings_initializer: Any = "uniform",
        embeddings_regularizer=None,
        embeddings_constraint=None,
        mask_zero=False,
        reverse_dtype=None,
        logit_soft_cap=None,
        **kwargs,
    ):
        self.tie_weights, self.logit_soft_cap = tie_weights, logit_soft_cap
        self.reverse_dtype = None if reverse_dtype is None else number_type(reverse_dtype).name
        vectors = (embeddings_initializer, embeddings_regularizer, embeddings_constraint)
        super().__init__(input_dim, output_dim, *vectors, mask_zero, **kwargs)

    def build(self, input_shape=None):
        super().build(input_shape)
        if not self.tie_weights:
            shape = (self.output_dim, self.input_dim)
            self.reverse_embeddings = self.add_weight(
                shape, self.embeddings_initializer, name="reverse_embeddings"
            )

    def compute_mask(self, inputs, mask=None):
        return None  # `call` sets that of the vectors; scores have none

    def call(self, x, reverse=False):
        if not reverse:
            vectors = super().call(x)
            vectors.mask = super().compute_mask(x)
            return vectors
        kernel = ops.transpose(self.embeddings) if self.tie_weights else self.reverse_embeddings
        if self.reverse_dtype is not None:
            x, kernel = ops.cast(x, self.reverse_dtype), ops.cast(kernel, self.reverse_dtype)
        scores, cap = ops.matmul(x, kernel), self.logit_soft_cap
        return scores if cap is None else ops.tanh(scores / cap) * cap

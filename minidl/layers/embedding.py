"""Learned vectors for whole numbers, such as the indices of words in a vocabulary."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import constraints, initializers, ops, regularizers
from ..support.checks import check_count
from .base import Layer, layer_classes


@layer_classes.register()
class Embedding(Layer):
    """Maps each whole number 0 .. input_dim-1 (a word, a user) to a learned vector: (n, length)
    becomes (n, length, output_dim).

    mask_zero: whether 0 means padding. The mask of the output is then False at these steps.
    """

    takes_raw_input = True

    def __init__(
        self,
        input_dim,
        output_dim,
        embeddings_initializer: Any = "uniform",
        embeddings_regularizer=None,
        embeddings_constraint=None,
        mask_zero=False,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.input_dim, self.output_dim = (
            check_count("Embedding: input_dim", input_dim),
            check_count("Embedding: output_dim", output_dim),
        )
        self.mask_zero = self.supports_masking = mask_zero
        self.embeddings_initializer = initializers.get(embeddings_initializer)
        self.embeddings_regularizer = regularizers.get(embeddings_regularizer)
        self.embeddings_constraint = constraints.get(embeddings_constraint)
        if self.first_weights is not None:  # the table, alone or in a list
            table = self.first_weights
            self.first_weights = list(table) if np.ndim(table) == 3 else [table]
            self.build()

    def build(self, input_shape=None):
        self.embeddings = self.add_weight(
            (self.input_dim, self.output_dim),
            self.embeddings_initializer,
            name="embeddings",
            regularizer=self.embeddings_regularizer,
            constraint=self.embeddings_constraint,
        )

    def compute_mask(self, inputs, mask=None):
        return ops.not_equal(inputs, 0) if self.mask_zero else None

    def call(self, x):
        positions, owner = np.asarray(x), f"{type(self).__name__} '{self.name}'"
        if positions.dtype.kind == "f" and (positions != np.floor(positions)).any():
            raise ValueError(
                f"{owner} takes whole numbers, the places of words in a vocabulary; received "
                "fractions."
            )
        if positions.size and (positions.min() < 0 or positions.max() >= self.input_dim):
            raise ValueError(
                f"{owner} knows the numbers 0..{self.input_dim - 1}; received "
                f"{positions.min():g}..{positions.max():g}. Give input_dim the size of the "
                "vocabulary, the largest number + 1."
            )
        return ops.take(self.embeddings, positions.astype(np.intp), axis=0)

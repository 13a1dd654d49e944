"""The layers of a first network: where it begins, what it computes with, and any function as a
layer.
"""

from __future__ import annotations

import warnings

import numpy as np

from .. import activations, constraints, initializers, ops, regularizers
from ..core import layer as core
from ..guards.shapes import dense_advice
from ..support.checks import check_count
from ..symbolic import Symbol
from .base import Layer, layer_classes
from .naming import shape_of_one_sample


def Input(
    shape=None, batch_size=None, dtype=None, name=None, batch_shape=None, **ignored
) -> Symbol:
    """Where a model begins: a symbol for a batch of samples. shape: of one sample, without the
    batch axis.
    """
    return InputLayer(shape, batch_size, dtype, name, batch_shape, **ignored).output


@layer_classes.register()
class InputLayer(Layer):
    """The layer behind `Input`: it computes nothing, and stands for the data. input_shape: the
    older name of `shape`.
    """

    built = True

    def __init__(
        self,
        shape=None,
        batch_size=None,
        dtype=None,
        name=None,
        batch_shape=None,
        input_shape=None,
        input_dtype=None,
        sparse=None,
        ragged=None,
        tensor=None,
        optional=False,
    ):
        dtype = dtype or input_dtype
        if dtype is not None and (
            dtype in ("string", str, object) or np.dtype(dtype).kind not in "biuf"
        ):
            raise ValueError(
                f"Input: inside a model all data are numbers; received dtype={dtype!r}. Turn "
                f"strings into numbers before the "
                "model, x = TextVectorization(...)(texts) or StringLookup(...)(words), and give "
                "Input the shape of x."
            )
        super().__init__(name or None, dtype=dtype)
        if sparse or ragged or tensor is not None:
            raise ValueError(
                "Input: sparse and ragged data and fixed tensors are not known here; give the "
                "shape of one sample."
            )
        shape = input_shape if shape is None else shape
        if batch_shape is not None:
            batch_size, *shape = batch_shape
        if shape is None:
            raise ValueError("Input needs the shape of one sample: Input(shape=(784,)).")
        self.batch_shape = (batch_size, *shape_of_one_sample(shape, "Input"))
        self._output = self._input = Symbol(self.batch_shape, dtype=self.dtype, name=self.name)
        self._output.maker = self
        self.output_shape = self.batch_shape

    def call(self, x):
        return x

    def get_config(self):
        return {"batch_shape": list(self.batch_shape), "dtype": self.dtype.name, "name": self.name}


@layer_classes.register()
class Dense(core.Dense, Layer):
    """output = activation(input @ kernel + bias). input: (..., n), kernel: (n, units), bias:
    (units,), output: (..., units).
    """

    def __init__(
        self,
        units,
        activation=None,
        use_bias=True,
        kernel_initializer="glorot_uniform",
        bias_initializer="zeros",
        kernel_regularizer=None,
        bias_regularizer=None,
        activity_regularizer=None,
        kernel_constraint=None,
        bias_constraint=None,
        **kwargs,
    ):
        Layer.__init__(self, activity_regularizer=activity_regularizer, **kwargs)
        self.units = check_count("Dense: units", units)
        self.activation = activations.get(activation)
        self.use_bias = use_bias
        self.kernel_initializer = initializers.get(kernel_initializer)
        self.bias_initializer = initializers.get(bias_initializer)
        self.kernel_regularizer = regularizers.get(kernel_regularizer)
        self.bias_regularizer = regularizers.get(bias_regularizer)
        self.kernel_constraint = constraints.get(kernel_constraint)
        self.bias_constraint = constraints.get(bias_constraint)
        if self.activation is activations.softmax and self.units == 1:
            raise ValueError(
                "Dense(1, activation='softmax'): softmax over an axis of size 1 is always 1; use "
                "activation='sigmoid'."
            )

    def build(self, input_shape):
        if len(input_shape) < 2:
            raise ValueError(
                f"Dense '{self.name}' expects a batch of samples, shape (n, features); received "
                f"shape {input_shape}. For a single sample add a batch axis: x[None]."
            )
        if input_shape[-1] is None:
            raise ValueError(
                f"Dense '{self.name}' needs to know the size of its input's last axis; received "
                f"shape {input_shape}."
            )
        super().build(input_shape)
        self.kernel.regularizer = self.kernel_regularizer
        self.kernel.constraint = self.kernel_constraint
        if self.bias is not None:
            self.bias.regularizer = self.bias_regularizer
            self.bias.constraint = self.bias_constraint

    def call(self, x):
        if x.dtype != self.dtype:
            x = x.astype(self.dtype)  # whole numbers, such as pixels 0..255
        try:
            if len(x.shape) > 1:
                return super().call(x)
        except ValueError as error:
            if x.shape[-1] == self.kernel.shape[0]:
                raise
            advice = dense_advice(self.name, self.kernel.shape[0], x.shape)
            raise ValueError(advice) from error
        raise ValueError(dense_advice(self.name, self.kernel.shape[0], x.shape))


@layer_classes.register()
class Embedding(Layer):
    """A learned vector for each whole number 0 .. input_dim-1 (a word, a user): (n, length) becomes
    (n, length, output_dim).

    mask_zero is accepted for Keras's sake, with a warning: no layer here skips steps.
    """

    takes_raw_input = True

    def __init__(
        self,
        input_dim,
        output_dim,
        embeddings_initializer="uniform",
        embeddings_regularizer=None,
        embeddings_constraint=None,
        mask_zero=False,
        input_length=None,
        **kwargs,
    ):
        if input_length is not None:
            kwargs.setdefault("input_shape", (input_length,))
        super().__init__(**kwargs)
        self.input_dim, self.output_dim = (
            check_count("Embedding: input_dim", input_dim),
            check_count("Embedding: output_dim", output_dim),
        )
        self.mask_zero = mask_zero
        if mask_zero:
            warnings.warn(
                "Embedding(mask_zero=True): no layer of minidl skips padded steps yet, so "
                "GlobalAveragePooling1D counts them "
                "too, where Keras leaves them out.",
                stacklevel=2,
            )
        self.embeddings_initializer = initializers.get(embeddings_initializer)
        self.embeddings_regularizer = regularizers.get(embeddings_regularizer)
        self.embeddings_constraint = constraints.get(embeddings_constraint)

    def build(self, input_shape):
        self.embeddings = self.add_weight(
            (self.input_dim, self.output_dim),
            self.embeddings_initializer,
            name="embeddings",
            regularizer=self.embeddings_regularizer,
            constraint=self.embeddings_constraint,
        )

    def call(self, x):
        positions = np.asarray(x)
        if positions.dtype.kind == "f" and (positions != np.floor(positions)).any():
            raise ValueError(
                f"Embedding '{self.name}' takes whole numbers, the places of words in a "
                f"vocabulary; received fractions."
            )
        if positions.size and (positions.min() < 0 or positions.max() >= self.input_dim):
            raise ValueError(
                f"Embedding '{self.name}' knows the numbers 0..{self.input_dim - 1}; received "
                f"{positions.min():g}.."
                f"{positions.max():g}. Give input_dim the size of the vocabulary, the largest "
                f"number + 1."
            )
        return ops.take(self.embeddings, positions.astype(np.intp), axis=0)


class GlobalPooling1D(Layer):
    """Base of layers that make one vector of each sequence: (n, steps, features) becomes (n,
    features).
    """

    def __init__(self, data_format=None, keepdims=False, **kwargs):
        super().__init__(**kwargs)
        if data_format not in (None, "channels_last", "channels_first"):
            raise ValueError(
                f"{type(self).__name__}: data_format is 'channels_last' or 'channels_first'; "
                f"received {data_format!r}."
            )
        self.data_format, self.keepdims = data_format, keepdims

    def call(self, x):
        if len(x.shape) != 3:
            raise ValueError(
                f"{type(self).__name__} '{self.name}' takes inputs of shape (n, steps, features); "
                f"received shape {x.shape}."
            )
        x = x if x.dtype.kind == "f" else x.astype(self.dtype)
        return self.pool(x, 2 if self.data_format == "channels_first" else 1)

    def pool(self, x, axis: int):
        """The steps along this axis as one."""
        raise NotImplementedError(f"{type(self).__name__} needs a method pool(self, x, axis).")


@layer_classes.register("GlobalAvgPool1D")
class GlobalAveragePooling1D(GlobalPooling1D):
    """The mean over all steps of a sequence, such as the words of a text: (n, steps, features)
    becomes (n, features).
    """

    def pool(self, x, axis):
        return x.mean(axis=axis, keepdims=self.keepdims)


@layer_classes.register("GlobalMaxPool1D")
class GlobalMaxPooling1D(GlobalPooling1D):
    """The largest of each feature over all steps: (n, steps, features) becomes (n, features)."""

    def pool(self, x, axis):
        return x.max(axis=axis, keepdims=self.keepdims)


@layer_classes.register()
class Lambda(Layer):
    """Any function of a tensor as a layer. To save a model with one, register the function, or
    write a Layer, which is clearer.
    """

    def __init__(self, function, output_shape=None, mask=None, arguments=None, **kwargs):
        super().__init__(**kwargs)
        function = (
            activations.get(function) if isinstance(function, str) else function
        )  # as a file names it
        if not callable(function):
            raise TypeError(f"Lambda takes a function of a tensor; received {function!r}.")
        self.function, self.arguments = function, dict(arguments or {})

    def call(self, x):
        return self.function(x, **self.arguments)


@layer_classes.register()
class ActivityRegularization(Layer):
    """Passes its input on and adds l1·Σ|x| + l2·Σx² to the loss."""

    def __init__(self, l1=0.0, l2=0.0, **kwargs):
        super().__init__(activity_regularizer=regularizers.L1L2(l1, l2), **kwargs)
        self.l1, self.l2 = l1, l2

    def call(self, x):
        return x

    def get_config(self):
        config = super().get_config()
        del config["activity_regularizer"]  # l1 and l2 say it
        return config


@layer_classes.register()
class Identity(Layer):
    """Passes its input on."""

    def call(self, x):
        return x

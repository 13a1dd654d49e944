"""The layers of a first network: where it begins, what it computes with, and any function as a
layer.
"""

from __future__ import annotations

import math
import warnings

import numpy as np

from .. import activations, constraints, initializers, ops, regularizers
from ..support.checks import check_count
from ..symbolic import Symbol
from .base import Layer, _shape_of_one_sample, layer_classes


def Input(
    shape=None, batch_size=None, dtype=None, name=None, batch_shape=None, **ignored
) -> Symbol:
    """Where a model begins: a symbol for a batch of samples. shape: of one sample, without the
    batch axis.
    """
    return InputLayer(shape, batch_size, dtype, name, batch_shape, **ignored).output


@layer_classes.register()
class InputLayer(Layer):
    """The layer behind `Input`: it computes nothing, and stands for the data."""

    built = True

    def __init__(
        self,
        shape=None,
        batch_size=None,
        dtype=None,
        name=None,
        batch_shape=None,
        sparse=None,
        ragged=None,
        tensor=None,
        optional=False,
    ):
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
        if batch_shape is not None:
            batch_size, *shape = batch_shape
        if shape is None:
            raise ValueError("Input needs the shape of one sample: Input(shape=(784,)).")
        self.batch_shape = (batch_size, *_shape_of_one_sample(shape, "Input"))
        self._output = self._input = Symbol(self.batch_shape, dtype=self.dtype, name=self.name)
        self._output.maker = self
        self.output_shape = self.batch_shape

    def call(self, x):
        return x

    def get_config(self):
        return {"batch_shape": list(self.batch_shape), "dtype": self.dtype.name, "name": self.name}


@layer_classes.register()
class Dense(Layer):
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
        super().__init__(activity_regularizer=activity_regularizer, **kwargs)
        if isinstance(units, bool) or not isinstance(units, (int, np.integer)) or units < 1:
            raise ValueError(
                f"Dense: units must be a whole number of at least 1; received {units!r}."
            )
        self.units = int(units)
        self.activation = activations.get(activation)
        self.use_bias = use_bias
        self.kernel_initializer, self.bias_initializer = (
            initializers.get(kernel_initializer),
            initializers.get(bias_initializer),
        )
        self.kernel_regularizer, self.bias_regularizer = (
            regularizers.get(kernel_regularizer),
            regularizers.get(bias_regularizer),
        )
        self.kernel_constraint, self.bias_constraint = (
            constraints.get(kernel_constraint),
            constraints.get(bias_constraint),
        )
        if self.activation is activations.softmax and self.units == 1:
            raise ValueError(
                "Dense(1, activation='softmax'): softmax over an axis of size 1 is always 1; use "
                "activation='sigmoid'."
            )

    def build(self, input_shape):
        if len(input_shape) < 2:
            raise ValueError(
                f"Dense '{self.name}' expects a batch of samples, shape (n, features); received "
                f"shape {input_shape}. "
                "For a single sample add a batch axis: x[None]."
            )
        if input_shape[-1] is None:
            raise ValueError(
                f"Dense '{self.name}' needs to know the size of its input's last axis; received "
                f"shape {input_shape}."
            )
        self.kernel = self.add_weight(
            (input_shape[-1], self.units),
            self.kernel_initializer,
            name="kernel",
            regularizer=self.kernel_regularizer,
            constraint=self.kernel_constraint,
        )
        self.bias = None
        if self.use_bias:
            self.bias = self.add_weight(
                (self.units,),
                self.bias_initializer,
                name="bias",
                regularizer=self.bias_regularizer,
                constraint=self.bias_constraint,
            )

    def call(self, x):
        if len(x.shape) < 2 or x.shape[-1] != self.kernel.shape[0]:
            raise ValueError(_shape_advice(self.name, self.kernel.shape[0], x.shape))
        if x.dtype != self.dtype:
            x = x.astype(self.dtype)  # whole numbers, such as pixels 0..255
        return self.activation(ops.dense(x, self.kernel, self.bias))


def _shape_advice(name, expected, shape) -> str:
    advice = ""
    if len(shape) > 2 and math.prod(shape[1:]) == expected:
        advice = f" Each sample is {shape[1:]}: add Flatten() first."
    elif math.prod(shape) == expected:
        advice = " For a single sample add a batch axis: x[None]."
    return (
        f"Dense '{name}' expects inputs whose last axis is {expected}; received shape "
        f"{shape}.{advice}"
    )


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
        **kwargs,
    ):
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

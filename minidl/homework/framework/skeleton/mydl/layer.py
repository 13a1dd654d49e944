"""A layer is a function with weights.

`build` makes the weights when the first input shows its size; `call` computes with them.
Compute with `apply` and the ops of derivatives/, so that every step is recorded.
"""

import math

import numpy as np

from .derivatives import linear, nonlinear, shaping
from .tensor import Variable, apply


def glorot_uniform(shape, rng=None):
    """Draw random numbers between ±√(6/(inputs + outputs)), each as likely as any other.

    shape: (inputs, outputs). rng: a NumPy generator; None makes a new one,
    np.random.default_rng(). Returns an array.

    With this limit the variance of signals stays about the same through the layer,
    forward and backward. Glorot & Bengio 2010, equation 16.
    """
    raise NotImplementedError("write glorot_uniform in layer.py")


class Layer:
    """Base class of layers. A subclass defines `call`, and `build` if it has weights."""

    built = False

    def build(self, input_shape):
        """Create the weights. input_shape: the shape of the input, with None for the
        number of samples.
        """

    def call(self, x, training=False):
        """Compute the output for a batch. training: True during training."""
        raise NotImplementedError

    def __call__(self, x, training=False):
        """Return call(x, training). Before the first call, build the layer once:
        build((None, the sizes of x behind the axis of samples)), and note it in `built`.
        """
        raise NotImplementedError("write Layer.__call__ in layer.py")

    def add_weight(self, shape, initializer, name):
        """Create a weight. Keep it as an attribute: self.kernel = self.add_weight(...)."""
        return Variable(initializer(shape), name)

    @property
    def weights(self):
        """All weights, which the optimizer moves."""
        return [v for v in vars(self).values() if isinstance(v, Variable)]


class Flatten(Layer):
    """Reshapes each sample to one row of numbers: (n, 28, 28) becomes (n, 784)."""

    def call(self, x, training=False):
        """Apply shaping.reshape. math.prod(sizes) is the product of the sizes."""
        raise NotImplementedError("write Flatten.call in layer.py")


class Dense(Layer):
    """activation(x·W + b). x: (n, inputs), W: (inputs, units), b: (units,).

    activation: a function of a Tensor, or None.
    """

    kernel_initializer = staticmethod(glorot_uniform)
    bias_initializer = staticmethod(np.zeros)

    def __init__(self, units, activation=None, use_bias=True):
        self.units, self.activation, self.use_bias = units, activation, use_bias

    def build(self, input_shape):
        """Create self.kernel, the W, and self.bias, the b, with add_weight and the two
        initializers. The bias begins with zeros; without use_bias it is None.
        """
        raise NotImplementedError("write Dense.build in layer.py")

    def call(self, x, training=False):
        """Apply linear.dense to x, the kernel, and the bias if there is one; then call the
        activation if there is one.
        """
        raise NotImplementedError("write Dense.call in layer.py")


class Dropout(Layer):
    """Sets each number to 0 with probability `rate` in training, and divides the others
    by 1 - rate.

    The expected value of each number stays the same. No unit can rely on another.
    Srivastava et al. 2014
    """

    def __init__(self, rate, rng=None):
        self.rate, self.rng = rate, rng or np.random.default_rng()

    def call(self, x, training=False):
        """In training, apply nonlinear.masked_scale with a new mask: booleans in the shape
        of x, True for what is kept. self.rng.random(shape) draws numbers from 0 to 1.
        Outside of training return x itself.
        """
        raise NotImplementedError("write Dropout.call in layer.py")


class Sequential(Layer):
    """A stack of layers. The output of each layer is the input of the next one."""

    def __init__(self, layers):
        self.stack = list(layers)

    def call(self, x, training=False):
        """Call each layer of the stack in turn, and pass `training` on."""
        raise NotImplementedError("write Sequential.call in layer.py")

    @property
    def weights(self):
        """The weights of all layers in one list."""
        raise NotImplementedError("write Sequential.weights in layer.py")

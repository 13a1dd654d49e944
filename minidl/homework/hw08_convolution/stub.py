"""hw08: convolution, its two gradients, max pooling, and a layer that trains. Check with
python -m minidl.homework check hw08

Write tasks 1 to 5 with NumPy. Loops over the places of a window are allowed; let NumPy
do the samples, channels and filters. Images have the shape (n, height, width,
channels): channels last. g is the gradient of the loss with respect to the result,
∂L/∂z, and has the shape of z. Do not change the arrays that you are given.

When all tasks pass, run this file: a network with your layer learns to read digits.
"""

import numpy as np

import minidl
from minidl import layers


def conv2d(x, w, stride=1, padding=0):
    """Slide the kernel w over the images x: at each stop, multiply and add up.

    x: (n, height, width, c), w: (kh, kw, c, f). padding: p rows and columns of zeros
    are put around each image first, on all four sides. stride: s, the step from one
    stop to the next, down and across. Returns z: (n, rows, columns, f) with
    rows = (height + 2p − kh) // s + 1, and columns likewise. With the padded x,

        z[n, i, j, f] = Σ x[n, i·s + a, j·s + b, c] · w[a, b, c, f]    over a, b, c

    The kernel is not turned round: w[0, 0] meets the upper left pixel of the window.

    >>> x = np.arange(9.0).reshape(1, 3, 3, 1)
    >>> edges = np.array([[-1.0, 1.0]]).reshape(1, 2, 1, 1)    # right pixel − left pixel
    >>> conv2d(x, edges)[0, :, :, 0]
    array([[1., 1.],
           [1., 1.],
           [1., 1.]])

    Hint: for a fixed place (a, b) of the kernel, the pixels that it meets at all stops
    are one slice of the padded x, with the step s. Add up kh·kw products of matrices.
    """
    raise NotImplementedError("hw08 task 1: conv2d")


def kernel_gradient(g, x, w, stride=1, padding=0):
    """∂L/∂w for z = conv2d(x, w, stride, padding). The shape is that of w.

    The kernel is used at each stop of each image, so what it gets there adds up. With
    the padded x,

        ∂L/∂w[a, b, c, f] = Σ x[n, i·s + a, j·s + b, c] · g[n, i, j, f]  over n, i, j

    >>> x = np.arange(9.0).reshape(1, 3, 3, 1)
    >>> kernel_gradient(np.ones((1, 3, 2, 1)), x, np.zeros((1, 2, 1, 1))).ravel()
    array([21., 27.])
    """
    raise NotImplementedError("hw08 task 2: kernel_gradient")


def input_gradient(g, x, w, stride=1, padding=0):
    """∂L/∂x for z = conv2d(x, w, stride, padding). The shape is that of x.

    A pixel is seen by several windows, so what it gets from them adds up. Begin with
    zeros of the shape of the padded x. For each stop (i, j) and each place (a, b) of
    the kernel,

        ∂L/∂x[n, i·s + a, j·s + b, c] gets Σ g[n, i, j, f] · w[a, b, c, f]    over f

    At the end cut off the padding. Pixels that no window sees keep the gradient 0.

    >>> w = np.array([[-1.0, 1.0]]).reshape(1, 2, 1, 1)
    >>> input_gradient(np.ones((1, 1, 2, 1)), np.zeros((1, 1, 3, 1)), w).ravel()
    array([-1.,  0.,  1.])
    """
    raise NotImplementedError("hw08 task 3: input_gradient")


def max_pool(x, size=2):
    """The largest number of each channel in windows of size x size pixels.

    The windows stand side by side, without overlap. x: (n, height, width, c). Returns
    (n, height // size, width // size, c): rows and columns that do not fill a window
    are left out.

    >>> max_pool(np.array([[1.0, 5.0], [-2.0, 3.0]]).reshape(1, 2, 2, 1)).ravel()
    array([5.])
    """
    raise NotImplementedError("hw08 task 4: max_pool")


def max_pool_gradient(g, x, size=2):
    """∂L/∂x for z = max_pool(x, size). The shape is that of x.

    The pixel that was the largest of its window gets the whole g of that window, all
    others get 0. Where several are equally large, the first of them gets it: the upper
    row first, in a row the left one first.

    >>> x = np.array([[1.0, 5.0], [5.0, 3.0]]).reshape(1, 2, 2, 1)
    >>> max_pool_gradient(np.full((1, 1, 1, 1), 7.0), x)[0, :, :, 0]
    array([[0., 7.],
           [0., 0.]])
    """
    raise NotImplementedError("hw08 task 5: max_pool_gradient")


class Convolution(layers.Layer):
    """A layer of minidl made of your functions: z = conv2d(x, kernel) + bias.

    filters: how many; size: height and width of the kernel; stride, padding: as in
    conv2d. build(input_shape) makes two weights with self.add_weight, in this order:
    self.kernel, (size, size, channels, filters), random as add_weight makes it, and
    self.bias, (filters,), zeros. call(x) computes z.

    How does minidl learn your gradients? By an op: a function that takes arrays and
    returns its result and, for each array, a function from g to the gradient. Here the
    op square has one array:

    >>> def square(x):
    ...     return x * x, (lambda g: g * 2 * x,)
    >>> x = minidl.Tensor([1.0, 3.0], requires_grad=True)
    >>> z = minidl.apply(square, x)         # a tensor; square was given the array of x
    >>> z.backward(np.ones(2))              # g = 1 for both numbers
    >>> x.grad
    array([2., 6.], dtype=float32)

    Your op has two arrays, x and the kernel. The layer MaxPool below shows where an op
    stands. Tensors can be added with +: z + self.bias.
    """

    def __init__(self, filters, size, stride=1, padding=0):
        raise NotImplementedError("hw08 task 6: Convolution.__init__")

    def build(self, input_shape):
        raise NotImplementedError("hw08 task 6: Convolution.build")

    def call(self, x):
        raise NotImplementedError("hw08 task 6: Convolution.call")


class MaxPool(layers.Layer):
    """Finished, as an example: a layer of max_pool. The parameters of the op are arrays."""

    def call(self, x):
        def op(x):
            return max_pool(x), (lambda g: max_pool_gradient(g, x),)

        return minidl.apply(op, x)


if __name__ == "__main__":
    (x, y), (x_test, y_test) = minidl.datasets.mnist.load_data()
    x, x_test = x[:4000, :, :, None] / 255.0, x_test[:1000, :, :, None] / 255.0
    stack = [Convolution(8, 3), layers.ReLU(), MaxPool(), layers.Flatten()]
    model = minidl.Sequential([*stack, layers.Dense(10)])
    loss = minidl.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile("adam", loss, metrics=["accuracy"])
    model.fit(x, y[:4000], epochs=5)
    print("[loss, accuracy] on new digits:", model.evaluate(x_test, y_test[:1000]))

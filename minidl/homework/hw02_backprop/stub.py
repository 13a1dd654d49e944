"""hw02: backprop by hand. Write the gradients with NumPy. Check with
python -m minidl.homework check hw02

Throughout, g is the gradient of the loss with respect to the result, ∂L/∂z; asked are
the gradients with respect to the inputs, each of the shape of the input it belongs to.
"""

import numpy as np


def add_backward(g, x, b):
    """z = x + b, where b is repeated for every row.

    g: (n, k), x: (n, k), b: (k,). Returns (∂L/∂x, ∂L/∂b), of shapes (n, k) and (k,).

    >>> add_backward(np.array([[1.0, 2.0], [3.0, 4.0]]), np.zeros((2, 2)), np.zeros(2))[1]
    array([4., 6.])
    """
    raise NotImplementedError("hw02 task 1: add_backward")


def matmul_backward(g, a, b):
    """z = a @ b.

    g: (n, m), a: (n, k), b: (k, m). Returns (∂L/∂a, ∂L/∂b): g·bᵀ and aᵀ·g.

    >>> matmul_backward(np.array([[1.0]]), np.array([[2.0]]), np.array([[3.0]]))
    (array([[3.]]), array([[2.]]))
    """
    raise NotImplementedError("hw02 task 2: matmul_backward")


def pointwise_backward(g, x):
    """Two functions of x, entry by entry: relu(x) = max(x, 0), and tanh(x).

    g, x: any shape. Returns (∂L/∂x through relu, ∂L/∂x through tanh). relu' is 1 where
    x > 0, else 0; tanh' = 1 − tanh².

    >>> pointwise_backward(np.array([2.0]), np.array([0.0]))
    (array([0.]), array([2.]))
    """
    raise NotImplementedError("hw02 task 3: pointwise_backward")


def softmax_cross_entropy(logits, labels):
    """Softmax, then the mean over the samples of −ln p(true class); and its gradient.

    logits: (n, c), labels: (n,) from 0 to c − 1. Returns (loss, ∂loss/∂logits), a
    number and (n, c). The gradient is (p − y)/n, where y is one-hot. Logits of 300 must
    work too: subtract each row's maximum before exp.

    >>> softmax_cross_entropy(np.array([[0.0, 0.0]]), np.array([0]))
    (0.6931471805599453, array([[-0.5,  0.5]]))
    """
    raise NotImplementedError("hw02 task 4: softmax_cross_entropy")


def two_layers(x, labels, W1, b1, W2, b2):
    """A network: relu(x @ W1 + b1) @ W2 + b2, and softmax cross-entropy against the
    labels.

    x: (n, d), labels: (n,), W1: (d, h), b1: (h,), W2: (h, c), b2: (c,). Returns (loss,
    dW1, db1, dW2, db2). Use the functions
    above: go forward, keep what you need, then go back through each step in the
    opposite order.

    >>> two_layers(np.ones((1, 1)), np.array([0]), np.ones((1, 1)), np.zeros(1), np.zeros((1, 2)), np.zeros(2))[3]
    array([[-0.5,  0.5]])
    """
    raise NotImplementedError("hw02 task 5: two_layers")

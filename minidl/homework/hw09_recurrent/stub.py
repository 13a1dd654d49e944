"""hw09: recurrent networks. Check with  python -m minidl.homework check hw09

n sequences have T steps each, with d numbers a step. A simple recurrent network of u
units has the weights W (d, u), U (u, u) and b (u,), and uses them at every step:

    h_t = tanh(x_t·W + h_{t−1}·U + b)

Tasks 1 to 3 are written with NumPy alone, tasks 4 and 5 with minidl.
"""

import numpy as np

from minidl import Sequential, layers, losses, ops, optimizers


def rnn_forward(x, h, W, U, b):
    """All steps of n sequences, one after the other.

    x: (n, T, d), h: (n, u), the state before the first step. Returns the states after
    each step, (n, T, u).

    >>> x = np.array([[[1.0], [0.0]]])
    >>> rnn_forward(x, np.zeros((1, 1)), np.eye(1), np.eye(1), np.zeros(1)).round(2)
    array([[[0.76],
            [0.64]]])
    """
    raise NotImplementedError("hw09 task 1: rnn_forward")


def rnn_backward(g, x, h, states, W, U):
    """Backpropagation through time: from the last step back to the first.

    g: (n, T, u), what the loss says of each state directly; x and h as in rnn_forward,
    whose result is `states`. Returns the gradients of the loss with respect to x, h, W,
    U and b, each of the shape of what it belongs to.

    A state acts on the loss in two ways: directly, and through the state after it. So
    the gradient at h_t is g_t plus what comes back from step t + 1. Through tanh it is
    multiplied by 1 − h_t². W, U and b serve at every step: their gradients add up.

    >>> g, x = np.array([[[0.0], [1.0]]]), np.zeros((1, 2, 1))
    >>> h, states = np.zeros((1, 1)), np.zeros((1, 2, 1))
    >>> rnn_backward(g, x, h, states, np.eye(1), 0.5 * np.eye(1))[0]
    array([[[0.5],
            [1. ]]])
    """
    raise NotImplementedError("hw09 task 2: rnn_backward")


def clip_by_norm(gradients, most):
    """Gradients that are too long together, made shorter.

    gradients: a list of arrays; their norm is the root of the sum of all their squares.
    Returns a list of new arrays: where the norm is above `most`, all of them multiplied
    by most/norm, so that their direction stays; otherwise with the same numbers.

    >>> clip_by_norm([np.array([3.0]), np.array([4.0])], 1.0)
    [array([0.6]), array([0.8])]
    """
    raise NotImplementedError("hw09 task 3: clip_by_norm")


class GRUCell(layers.Layer):
    """A gated recurrent unit for layers.RNN, which calls the cell at each step.

    W (d, 3u), U (u, 3u) and b (3u,) have three blocks of u columns: for the gate z, the
    gate r, and the candidate k. With W_z, W_r, W_k and so on for the blocks:

    z = sigmoid(x·W_z + h·U_z + b_z)            how much of the old state stays
    r = sigmoid(x·W_r + h·U_r + b_r)            how much of it the candidate sees
    k = tanh(x·W_k + (r·h)·U_k + b_k)           the candidate
    the new state = z·h + (1 − z)·k             (r·h, z·h, (1 − z)·k: entry by entry)

    Gradients must be able to flow: use ops.matmul, ops.sigmoid and ops.tanh.
    """

    def __init__(self, units):
        super().__init__()
        self.units = self.state_size = units

    def build(self, input_shape):
        wide = 3 * self.units
        self.W = self.add_weight((input_shape[-1], wide), "glorot_uniform", name="W")
        self.U = self.add_weight((self.units, wide), "orthogonal", name="U")
        self.b = self.add_weight((wide,), "zeros", name="b")

    def call(self, x, states):
        """x: (n, d); states: a list with one tensor, (n, u). Returns (the output, the
        list of new states): for a GRU the output is the new state.
        """
        raise NotImplementedError("hw09 task 4: GRUCell.call")


def remember(x, y):
    """A model that answers a question about the first step of a sequence, at its end.

    x: (n, T, 4) numbers; the first of each four is 1 at the first step and 0 later.
    y: (n,), 1 or 0: the answer, which depends on the first step alone. All later steps
    are noise. Returns a trained Sequential of two layers: layers.RNN(GRUCell(units))
    with at most 16 units, and layers.Dense(1) without an activation. Its score must be
    above 0 where the answer is 1, and of new sequences 95 % must be answered right.
    """
    raise NotImplementedError("hw09 task 5: remember")

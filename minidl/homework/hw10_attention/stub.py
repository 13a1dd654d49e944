"""hw10: attention. Check with  python -m minidl.homework check hw10

The letters: n samples, T steps of the queries, S steps of the keys, d numbers a step.
Tasks 1 to 3 are plain NumPy; tasks 4 and 5 are minidl, whose own layers and ops of
attention are closed here.
"""

import numpy as np

import minidl
from minidl import layers, losses, ops


def attention(q, k, v, mask):
    """softmax(Q Kᵀ/√d) V: for each query the mean of the values, with weights that say
    how well its key fits.

    q: (T, d), k: (S, d), v: (S, e). mask: (T, S), True where a query may use a key; each
    row has a True. Where it is False the weight is 0, and the others sum to 1. Returns
    (T, e). Scores may be as large as 1000: take the largest one off before exp.

    >>> attention(np.zeros((1, 2)), np.ones((2, 2)), np.array([[1.0], [3.0]]), np.full((1, 2), True))
    array([[2.]])
    """
    raise NotImplementedError("hw10 task 1: attention")


def mask(lengths, steps):
    """Who may look where, among sentences that are filled up to the same length.

    lengths: (n,) whole numbers, the true length of each sentence; steps: T. Returns an
    array (n, T, T) of bool. Entry [i, t, s] is True if word t of sentence i may look at
    word s: s is not later than t (causal), and s is no filling (padding).

    >>> mask(np.array([1]), 2)
    array([[[ True, False],
            [ True, False]]])
    """
    raise NotImplementedError("hw10 task 2: mask")


def positions(steps, width):
    """The sines and cosines that tell places apart: an array (steps, width).

    p[t, 2i] = sin(t / 10000^(2i/width)), p[t, 2i+1] = cos(t / 10000^(2i/width)), with
    t = 0, 1, ..., steps - 1. width is even.

    >>> positions(2, 2).round(2)
    array([[0.  , 1.  ],
           [0.84, 0.54]])
    """
    raise NotImplementedError("hw10 task 3: positions")


class SelfAttention(layers.Layer):
    """Your own layer of minidl: several heads and a causal mask, x (n, T, d) to (n, T, d).

    Its weights are four matrices (d, d), made in `build` in this order: w_q, w_k, w_v,
    w_o, by self.add_weight((d, d), "glorot_uniform", name="w_q") and so on.

    Queries x @ w_q, keys x @ w_k, values x @ w_v: of each the first d/heads numbers belong
    to head 0, the next ones to head 1, and so on. Every head does softmax(Q Kᵀ/√(d/heads))
    V by itself; step t looks at the steps 0 to t alone. The results of the heads, side by
    side in the same order, times w_o, are the answer.

    reshape splits the last axis in two, transpose brings the heads to the front. Work with
    tensors, so that gradients are found for you: @, reshape and transpose as in NumPy,
    ops.softmax, and ops.where(condition, x, y) with a NumPy array of bool as condition.
    """

    def __init__(self, heads, **kwargs):
        super().__init__(**kwargs)
        self.heads = heads

    def build(self, input_shape):
        raise NotImplementedError("hw10 task 4: SelfAttention.build")

    def call(self, x):
        raise NotImplementedError("hw10 task 4: SelfAttention.call")


def train_reverser(network, x, y):
    """A transformer with your layer that writes four digits backwards.

    network: a function of the checker; network(SelfAttention) makes a model around your
    layer. It takes tokens, (n, 8), and gives scores of the next token, (n, 8, 11).
    x: (4000, 8), four digits, the sign 10, and the first three of the answer. y: (4000,
    8), the token after each of x, so that the last four are the answer; -1 where there is
    nothing to guess, which SparseCategoricalCrossentropy(from_logits=True,
    ignore_class=-1) leaves out. A row of x and y may be
    [1, 2, 3, 4, 10, 4, 3, 2] and [-1, -1, -1, -1, 4, 3, 2, 1].

    Returns the trained model. The checker takes its weights, gives them to a network with
    a layer as task 4 asks for it, and lets that write the answers to 1000 questions that
    are not in x. All four digits right in 95 % of them: all 5 points; 80 %: three
    quarters; 50 %: half; 20 %: a quarter. You have a minute.
    """
    raise NotImplementedError("hw10 task 5: train_reverser")

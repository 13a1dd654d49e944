"""Attention: masks, positions, a layer with several heads, and a transformer that reverses."""

import numpy as np

import minidl
from minidl import layers, ops
from minidl.homework.assignments import Task

CLOSED = (
    "minidl.ops.dot_product_attention",
    "minidl.layers.Attention.call",
    "minidl.layers.AdditiveAttention.call",
    "minidl.layers.MultiHeadAttention.call",
    "minidl.layers.GroupedQueryAttention.call",
)


# --- attention


def softmax(scores, axis=-1):
    e = np.exp(scores - scores.max(axis=axis, keepdims=True))
    return e / e.sum(axis=axis, keepdims=True)


def attended(q, k, v, mask, scale=True, axis=-1):
    scores = q @ k.T / (np.sqrt(q.shape[1]) if scale else 1)
    return softmax(np.where(mask, scores, -np.inf), axis) @ v


def masked_too_late(q, k, v, mask):
    return (softmax(q @ k.T / np.sqrt(q.shape[1])) * mask) @ v


def with_masks(rng):
    """Of several sizes; the last one with scores of a thousand."""
    cases = []
    for steps, keys, d, e, size in (
        (3, 4, 5, 2, 1),
        (4, 4, 2, 3, 2),
        (1, 6, 3, 1, 1),
        (2, 3, 4, 4, 40),
    ):
        mask = rng.random((steps, keys)) < 0.6
        mask[:, rng.integers(keys)] = True
        sizes = ((steps, d), (keys, d), (keys, e))
        cases.append((*(size * rng.normal(size=s) for s in sizes), mask))
    return cases


# --- masks


def sentences(rng):
    return [(rng.integers(1, t + 1, n), t) for n, t in ((3, 4), (2, 6), (1, 1))]


def both_masks(lengths, steps, causal=np.less_equal, padding=np.less):
    s = np.arange(steps)
    return causal(s, s[:, None]) & padding(s, lengths[:, None, None])


def anywhere(a, b):
    return np.ones(np.broadcast_shapes(np.shape(a), np.shape(b)), bool)


# --- positions


def places(rng):
    return [(5, 4), (1, 2), (12, 6)]


def codes(steps, width, first=0):
    angles = np.arange(first, first + steps)[:, None] / 10000 ** (np.arange(0, width, 2) / width)
    return np.stack([np.sin(angles), np.cos(angles)], axis=-1).reshape(steps, width)


# --- a layer


def neighbours(y, heads):
    """(n, T, d) as (n, T, heads, d/heads)"""
    return y.reshape(*y.shape[:2], heads, -1)


def mixed(y, heads):
    n, steps, d = y.shape
    return y.reshape(n, heads, steps, d // heads).transpose(0, 2, 1, 3)


class Reference(layers.Layer):
    """The layer of task 4. mask: which step may look at which; split: numbers to heads; cut:
    whether no gradient comes through the weights.
    """

    def __init__(self, heads, mask=np.tri, scale=None, split=neighbours, cut=False):
        super().__init__()
        self.heads, self.mask, self.scaling = heads, mask, scale
        self.split, self.cut = split, cut

    def build(self, input_shape):
        d = input_shape[-1]
        self.matrices = [self.add_weight((d, d), "glorot_uniform") for _ in range(4)]

    def call(self, x):
        q, k, v = (self.split(x @ w, self.heads) for w in self.matrices[:3])
        if self.cut:
            q, k = minidl.Tensor(q.numpy()), minidl.Tensor(k.numpy())
        seen = np.asarray(self.mask(x.shape[1]), bool)[None, None]
        z = ops.dot_product_attention(q, k, v, mask=seen, scale=self.scaling)
        return z.reshape(*x.shape) @ self.matrices[3]


def through_a_layer(rng):
    """(x, the four weights, g, heads)"""
    cases = []
    for n, t, d, h in ((2, 4, 6, 2), (1, 5, 4, 4), (3, 3, 4, 1)):
        x, g = rng.normal(size=(2, n, t, d)).astype("float32")
        weights = [(rng.normal(size=(d, d)) / np.sqrt(d)).astype("float32") for _ in range(4)]
        cases.append((x, weights, g, h))
    return cases


def run_layer(kind, x, weights, g, heads):
    """The result z, and the gradients of Σ g·z: of x and of each weight."""
    layer, x = kind(heads), minidl.Tensor(x, requires_grad=True)
    layer(x)
    layer.set_weights(weights)
    z = layer(x)
    (z * g).sum().backward()
    found = [x, *layer.trainable_weights]
    return [z.numpy(), *[np.zeros(v.shape) if v.grad is None else v.grad for v in found]]


def by(**options):
    return lambda *case: run_layer(lambda heads: Reference(heads, **options), *case)


# --- a transformer

VALUES, COUNT, WIDTH, HEADS = 10, 4, 32, 2
SCALE = [(0.95, 1.0), (0.80, 0.75), (0.50, 0.5), (0.20, 0.25)]


class Places(layers.Layer):
    """Adds a learned vector to each of the steps."""

    def build(self, input_shape):
        self.vectors = self.add_weight(input_shape[1:], "uniform")

    def call(self, x):
        return x + self.vectors


def network(attention):
    """A transformer of one block around a layer of attention: tokens (n, 8) to scores (n, 8, 11)."""
    tokens = minidl.Input((2 * COUNT,), dtype="int64")
    x = Places()(layers.Embedding(VALUES + 1, WIDTH)(tokens))
    x = x + attention(HEADS)(layers.LayerNormalization()(x))
    wide = layers.Dense(2 * WIDTH, activation="relu")(layers.LayerNormalization()(x))
    x = x + layers.Dense(WIDTH)(wide)
    return minidl.Model(tokens, layers.Dense(VALUES + 1)(layers.LayerNormalization()(x)))


def sequences(rng):
    """4000 questions with their answers to learn from, 1000 others to be examined on."""
    numbers = rng.permutation(VALUES**COUNT)[:5000]
    asked = numbers[:, None] // VALUES ** np.arange(COUNT) % VALUES
    signs = np.full((len(asked), 1), VALUES)
    lines = np.concatenate([asked, signs, asked[:, ::-1]], axis=1)
    y = lines[:4000, 1:].copy()
    y[:, :COUNT] = -1
    return [(lines[:4000, :-1], y, lines[4000:])]


def train(train_reverser, x, y):
    """The weights of the trained model."""
    return [np.asarray(w) for w in train_reverser(network, x, y).get_weights()]


def examine_reverser(student, x, y, lines):
    """The student's process hands over weights alone: the network that writes is the checker's, and
    no process of the student sees a question of the examination.
    """
    weights = [np.asarray(w, np.float32) for w in student.answer(train, x, y)]
    model = network(Reference)
    wanted, given = [w.shape for w in model.get_weights()], [w.shape for w in weights]
    if wanted != given:
        return 0.0, (
            f"the weights have the shapes {given}, those of network(SelfAttention) with the layer "
            f"of task 4 are {wanted}."
        )
    model.set_weights(weights)
    written = lines.copy()
    written[:, COUNT + 1 :] = 0
    for t in range(COUNT, 2 * COUNT):
        scores = model.predict(written[:, :-1], verbose=0, batch_size=1000)
        written[:, t + 1] = scores[:, t].argmax(axis=1)
    right = float((written == lines).all(axis=1).mean())
    share = next((share for least, share in SCALE if right >= least), 0.0)
    more = min((least for least, s in SCALE if s > share), default=None)
    said = f"with your weights the checker's network reverses {right:.1%} of the questions"
    return share, "" if more is None else f"{said}; from {more:.0%} on there are more points."


TASKS = [
    Task(
        "attention",
        3,
        with_masks,
        attended,
        mistakes=(
            (
                lambda *case: attended(*case, scale=False),
                "The scores are not divided by √d.",
            ),
            (
                lambda *case: attended(*case, axis=0),
                "The weights of each query sum to 1: the softmax goes along the keys, the last axis.",
            ),
            (
                masked_too_late,
                "The weights that are left sum to less than 1: mask the scores, before the softmax.",
            ),
            (
                lambda q, k, v, mask: attended(q, k, v, np.ones_like(mask)),
                "The mask is not used.",
            ),
        ),
    ),
    Task(
        "mask",
        2,
        sentences,
        both_masks,
        mistakes=(
            (
                lambda *case: both_masks(*case, causal=np.greater_equal),
                "Row t is the word that looks: it sees the columns 0 to t, not those from t on.",
            ),
            (
                lambda *case: both_masks(*case, causal=np.less),
                "A word may look at itself.",
            ),
            (
                lambda *case: both_masks(*case, causal=anywhere),
                "That is the padding alone: nobody looks at later words.",
            ),
            (
                lambda *case: both_masks(*case, padding=anywhere),
                "That is the causal mask alone: nobody looks at filling.",
            ),
        ),
    ),
    Task(
        "positions",
        2,
        places,
        codes,
        mistakes=(
            (
                lambda t, w: np.concatenate([codes(t, w)[:, ::2], codes(t, w)[:, 1::2]], axis=1),
                "Sines and cosines take turns: sin, cos, sin, cos, ...",
            ),
            (
                lambda t, w: codes(t, w).reshape(t, -1, 2)[:, :, ::-1].reshape(t, w),
                "The sine comes first, at the even places.",
            ),
            (lambda t, w: codes(t, w, first=1), "The first place is t = 0."),
        ),
    ),
    Task(
        "SelfAttention",
        4,
        through_a_layer,
        by(),
        driver=run_layer,
        forbidden=CLOSED,
        rtol=1e-3,
        atol=1e-4,
        mistakes=(
            (
                by(mask=lambda steps: np.ones((steps, steps))),
                "Step t sees later steps: where is the causal mask?",
            ),
            (by(scale=1.0), "The scores are not divided by √(d/heads)."),
            (
                by(mask=lambda steps: np.tri(steps).T),
                "The mask is turned round: step t looks at the steps 0 to t.",
            ),
            (
                by(split=mixed),
                "reshape alone mixes steps and heads: first (n, T, heads, d/heads), then transpose.",
            ),
            (
                by(cut=True),
                "The result is right, but no gradient reaches w_q and w_k: stay with tensors.",
            ),
        ),
    ),
    Task("train_reverser", 5, sequences, examine=examine_reverser, forbidden=CLOSED, limit=60),
]

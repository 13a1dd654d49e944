"""The functions of K, as Keras 2 had them: how they were called, and what came out, in plain NumPy.

tests/compat/older/test_older.py holds minidl to this table, tests/parity/test_older_backend.py the functions
that Keras itself still carries.
"""

import warnings

import numpy as np

import minidl
from minidl import layers

A = np.array([[3.0, -1.0, 2.0], [0.5, 4.0, -2.0]], np.float32)
B = np.arange(24, dtype=np.float32).reshape(2, 3, 4)
P = np.array([[0.1, 0.7, 0.2], [0.6, 0.3, 0.1]], np.float32)
HOT = np.array([[0, 1, 0], [0, 0, 1]], np.float32)
TRUTH = np.array([[True, False, True], [False, False, True]])
BITS = np.array([[1.0, 0.0, 0.0], [1.0, 0.0, 1.0]], np.float32)

# name: (call of K, what Keras 2 gave)
CASES = {
    "argmax": (lambda K: K.argmax(A), [0, 1]),
    "argmin": (lambda K: K.argmin(A), [1, 2]),
    "argmax_axis": (lambda K: K.argmax(A, 0), [0, 1, 0]),
    "argmax_of_three_axes": (lambda K: K.argmax(-B), np.argmax(-B, -1)),
    "argmin_of_three_axes": (lambda K: K.argmin(B), np.argmin(B, -1)),
    "concatenate_three_axes": (lambda K: K.concatenate([B, B]), np.concatenate([B, B], -1)),
    "expand_dims_of_three_axes": (lambda K: K.expand_dims(B), B[..., None]),
    "concatenate": (lambda K: K.concatenate([A, A]), np.concatenate([A, A], -1)),
    "cumsum": (lambda K: K.cumsum(A), np.cumsum(A, 0)),
    "cumprod": (lambda K: K.cumprod(A), np.cumprod(A, 0)),
    "l2_normalize": (lambda K: K.l2_normalize(A), A / np.sqrt((A**2).sum())),
    "l2_normalize_axis": (
        lambda K: K.l2_normalize(A, axis=1),
        A / np.sqrt((A**2).sum(1, keepdims=True)),
    ),
    "l2_normalize_zero": (lambda K: K.l2_normalize(0 * A), 0 * A),
    "repeat": (lambda K: K.repeat(A, 2), np.stack([A, A], 1)),
    "repeat_elements": (lambda K: K.repeat_elements(B, 2, 1), np.repeat(B, 2, 1)),
    "hard_sigmoid": (lambda K: K.hard_sigmoid(A), np.clip(0.2 * A + 0.5, 0, 1)),
    "expand_dims": (lambda K: K.expand_dims(A), A[..., None]),
    "squeeze": (lambda K: K.squeeze(A[:, None], 1), A),
    "relu": (lambda K: K.relu(A), np.maximum(A, 0)),
    "relu_alpha": (lambda K: K.relu(A, alpha=0.1), np.where(A > 0, A, 0.1 * A)),
    "relu_max": (lambda K: K.relu(A, max_value=2.5), np.clip(A, 0, 2.5)),
    "relu_threshold": (lambda K: K.relu(A, threshold=1.0), np.where(A > 1, A, 0)),
    "relu_all": (
        lambda K: K.relu(A, 0.1, 3.5, 1.0),
        np.where(A >= 3.5, 3.5, np.where(A > 1, A, 0.1 * (A - 1))),
    ),
    "in_top_k": (lambda K: K.in_top_k(P, np.array([2, 2]), 2), [True, False]),
    "constant": (lambda K: K.constant(3, shape=(2, 2)), np.full((2, 2), 3, np.float32)),
    "constant_of_ints": (lambda K: K.constant([1, 2]), np.array([1, 2], np.float32)),
    "constant_dtype": (
        lambda K: K.constant([1, 2], dtype="int32", name="c"),
        np.array([1, 2], np.int32),
    ),
    "one_hot": (lambda K: K.one_hot(np.array([0, 2]), 3), np.eye(3, dtype=np.float32)[[0, 2]]),
    "softmax": (lambda K: K.softmax(A), np.exp(A) / np.exp(A).sum(-1, keepdims=True)),
    "stack": (lambda K: K.stack([A, A]), np.stack([A, A])),
    "var": (lambda K: K.var(A, axis=1), A.var(1)),
    "std": (lambda K: K.std(A), A.std()),
    "mean_of_truths": (lambda K: K.mean(K.equal(A, A)), np.float32(1)),
    "std_of_truths": (lambda K: K.std(K.greater(A, 1.0)), np.float32((A > 1).std())),
    "sum": (lambda K: K.sum(A, axis=-1, keepdims=True), A.sum(-1, keepdims=True)),
    "max": (lambda K: K.max(A, axis=0), A.max(0)),
    "prod": (lambda K: K.prod(A, 1), A.prod(1)),
    "any": (lambda K: K.any(TRUTH, axis=0), [True, False, True]),
    "all": (lambda K: K.all(TRUTH, axis=0), [False, False, True]),
    "pow": (lambda K: K.pow(A, 2), A**2),
    "sqrt": (lambda K: K.sqrt(A), np.sqrt(np.maximum(A, 0))),
    "clip": (lambda K: K.clip(A, -1, 1), np.clip(A, -1, 1)),
    "clip_none": (lambda K: K.clip(A, None, 1.0), np.minimum(A, 1)),
    "clip_crossed": (lambda K: K.clip(A, 2.0, 1.0), np.full_like(A, 2)),
    "clip_names": (lambda K: K.clip(A, min_value=0.0, max_value=None), np.maximum(A, 0)),
    "round": (lambda K: K.round(A + 0.3), np.round(A + 0.3)),
    "sign": (lambda K: K.sign(A), np.sign(A)),
    "elu": (lambda K: K.elu(A, 0.5), np.where(A > 0, A, 0.5 * np.expm1(A))),
    "softplus": (lambda K: K.softplus(A), np.log1p(np.exp(A))),
    "categorical_crossentropy": (lambda K: K.categorical_crossentropy(HOT, P), -np.log([0.7, 0.1])),
    "categorical_logits": (
        lambda K: K.categorical_crossentropy(HOT, A, from_logits=True),
        [np.log(np.exp(A[0]).sum()) - A[0, 1], np.log(np.exp(A[1]).sum()) - A[1, 2]],
    ),
    "sparse_crossentropy": (
        lambda K: K.sparse_categorical_crossentropy(np.array([1, 2]), P),
        -np.log([0.7, 0.1]),
    ),
    "sparse_column": (
        lambda K: K.sparse_categorical_crossentropy(np.array([1, 2]), A, True),
        [np.log(np.exp(A[0]).sum()) - A[0, 1], np.log(np.exp(A[1]).sum()) - A[1, 2]],
    ),
    "binary_crossentropy": (
        lambda K: K.binary_crossentropy(BITS, P),
        -np.log(np.where(BITS > 0, P, 1 - P)),
    ),
    "binary_logits": (
        lambda K: K.binary_crossentropy(BITS, A, from_logits=True),
        np.log1p(np.exp(np.where(BITS > 0, -A, A))),
    ),
    "permute_dimensions": (lambda K: K.permute_dimensions(B, (1, 0, 2)), B.transpose(1, 0, 2)),
    "reverse": (lambda K: K.reverse(B, (0, 2)), B[::-1, :, ::-1]),
    "reverse_one": (lambda K: K.reverse(B, 1), B[:, ::-1]),
    "reshape": (lambda K: K.reshape(B, shape=(6, 4)), B.reshape(6, 4)),
    "batch_flatten": (lambda K: K.batch_flatten(B), B.reshape(2, 12)),
    "flatten": (lambda K: K.flatten(B), B.ravel()),
    "gather": (lambda K: K.gather(B, np.array([1, 1, 0])), B[[1, 1, 0]]),
    "tile": (lambda K: K.tile(A, [2, 1]), np.tile(A, [2, 1])),
    "arange": (lambda K: K.arange(0, 4), np.arange(4, dtype=np.int32)),
    "transpose": (lambda K: K.transpose(A), A.T),
    "dot": (lambda K: K.dot(B, A.T[:, :1].repeat(4, 1).T[:, :1]), B.sum(-1, keepdims=True) * 3),
    "batch_dot_2_2": (lambda K: K.batch_dot(A, A), (A * A).sum(1, keepdims=True)),
    "batch_dot_axes": (lambda K: K.batch_dot(A, A, axes=1), (A * A).sum(1, keepdims=True)),
    "batch_dot_3_3": (lambda K: K.batch_dot(B, B.transpose(0, 2, 1)), B @ B.transpose(0, 2, 1)),
    "batch_dot_3_3_axes": (lambda K: K.batch_dot(B, B, axes=(2, 2)), B @ B.transpose(0, 2, 1)),
    "batch_dot_3_2": (lambda K: K.batch_dot(B, B[:, 0]), np.einsum("bij,bj->bi", B, B[:, 0])),
    "batch_dot_2_3": (lambda K: K.batch_dot(A, B, axes=(1, 1)), np.einsum("bi,bij->bj", A, B)),
    "batch_dot_4": (
        lambda K: K.batch_dot(B, np.stack([B, B], 3), axes=(1, 1)),
        np.einsum("bij,bikl->bjkl", B, np.stack([B, B], 3)),
    ),
    "l2_normalize_small": (
        lambda K: K.l2_normalize(np.array([[3e-4, 4e-4], [3e-7, 4e-7], [0, 0]], "f"), 1),
        [[0.6, 0.8], [0.3, 0.4], [0, 0]],  # a length of 1e-6 at least
    ),
    "bias_add": (lambda K: K.bias_add(B, np.arange(4, dtype=np.float32)), B + np.arange(4)),
    "bias_add_first": (
        lambda K: K.bias_add(
            B[..., None], np.arange(3, dtype=np.float32), data_format="channels_first"
        ),
        B[..., None] + np.arange(3)[:, None, None],
    ),
    "bias_add_first_of_places": (
        lambda K: K.bias_add(
            B, np.arange(12, dtype=np.float32).reshape(4, 3), data_format="channels_first"
        ),
        B + np.arange(12).reshape(1, 3, 4),
    ),
    "bias_add_first_of_planes": (
        lambda K: K.bias_add(
            np.stack([B, B], 3), np.arange(24, dtype="f").reshape(4, 2, 3), "channels_first"
        ),
        np.stack([B, B], 3) + np.arange(24).reshape(1, 3, 4, 2),
    ),
    "temporal_padding": (
        lambda K: K.temporal_padding(B, (1, 2)),
        np.pad(B, ((0, 0), (1, 2), (0, 0))),
    ),
    "temporal_padding_by_one": (
        lambda K: K.temporal_padding(B),
        np.pad(B, ((0, 0), (1, 1), (0, 0))),
    ),
    "switch": (lambda K: K.switch(K.greater(A, 1.0), A, -A), np.where(A > 1, A, -A)),
    "switch_rows": (
        lambda K: K.switch(K.constant([[1], [0]]), A, -A),
        np.where([[True], [False]], A, -A),
    ),
    "switch_one": (lambda K: K.switch(K.constant(0.0), lambda: A, lambda: -A), -A),
    "map_fn": (lambda K: K.map_fn(lambda row: row * 2, A), A * 2),
    "foldl": (lambda K: K.foldl(lambda a, b: a / 2 + b, A), A[0] / 2 + A[1]),
    "foldr": (lambda K: K.foldr(lambda a, b: a / 2 + b, A), A[1] / 2 + A[0]),
    "foldl_from": (
        lambda K: K.foldl(lambda a, b: a - b, A, initializer=np.ones(3, np.float32)),
        1 - A.sum(0),
    ),
    "eye": (lambda K: K.eye(3), np.eye(3, dtype=np.float32)),
    "zeros": (lambda K: K.zeros((2, 3)), np.zeros((2, 3), np.float32)),
    "ones": (lambda K: K.ones(shape=(2,), dtype="float64", name="o"), np.ones(2)),
    "zeros_like": (lambda K: K.zeros_like(A), np.zeros_like(A)),
    "not_equal": (lambda K: K.not_equal(A, 4.0), A != 4),
    "cast": (lambda K: K.cast(A > 1, "float32"), (A > 1).astype(np.float32)),
    "variable": (lambda K: K.variable([1, 2]), np.array([1, 2], np.float32)),
    "update_add": (lambda K: K.update_add(K.variable(A), A), A * 2),
    "update_sub": (lambda K: K.update_sub(K.variable(A), A / 4), A * 0.75),
    "update": (lambda K: K.update(K.variable(A), -A), -A),
    "moving_average": (
        lambda K: K.moving_average_update(K.variable(A), B[:, :, 0], 0.75),
        0.75 * A + 0.25 * B[:, :, 0],
    ),
}


def a_model(**kwargs):
    minidl.set_random_seed(3)
    model = minidl.Sequential(
        [layers.Input((3,)), layers.Dense(4, "tanh", **kwargs), layers.Dense(1)]
    )
    model.compile("sgd", "mse")
    return model


def warned(do, *phrases):
    """What do() gives; it must warn with just these phrases, one warning each, from this file."""
    with warnings.catch_warnings(record=True) as found:
        warnings.simplefilter("always")
        result = do()
    assert [w.category for w in found] == [FutureWarning] * len(phrases), [
        str(w.message) for w in found
    ]
    for phrase, warning in zip(phrases, found):
        assert phrase in str(warning.message)
        assert warning.filename == do.__code__.co_filename, (
            "the warning points at the line that is to be changed"
        )
    return result

"""minidl.ops and minidl.activations against keras.ops and keras.activations, live, in float32."""

import inspect

if __name__ == "__main__":
    import conftest  # noqa: F401  before keras, which it prepares
import keras
import numpy as np
import pytest
from keras import ops as k
from keras_calls import CALLS, A, D, M, S, X, normal
from keras_small_calls import FILE, NAMED_CALLS, answers, parts
from test_keras_small_ops import NAMES

import minidl
from minidl import ops

IN_OTHER_FILES = {"ctc_decode", "ctc_loss", "dot_product_attention", "custom_gradient", *NAMES}
IN_OTHER_FILES |= {name for name, _, _ in NAMED_CALLS if "." not in name}
# keras.ops has no such function: it is here for dense layers and activations.
WITHOUT_A_PEER = {"dense", "floats"}
ELSEWHERE = {
    "convert_to_numpy": (A,),
    "is_tensor": (A,),
    "empty": ((2, 3),),
    "nonzero": (M,),
    "mish": (A,),
    "sparsemax": (A,),
    "qr": (S,),
    "eigh": (D,),
}
# On JAX with float64 switched on, as for these tests, Keras gives these as float64, whatever went
# in.
WIDE_IN_KERAS = {
    "linspace",
    "logspace",
    "geomspace",
    "bincount",
    "sparse_categorical_crossentropy",
    "histogram",
}
COUNTS = {"histogram"}  # float in Keras on JAX, whole numbers in Keras on other backends and here


@pytest.mark.parametrize(
    ("name", "arguments", "options"), CALLS, ids=[f"{i}-{c[0]}" for i, c in enumerate(CALLS)]
)
def test_values_and_types(name, arguments, options):
    ours, theirs = (
        parts(getattr(ops, name)(*arguments, **options)),
        parts(getattr(k, name)(*arguments, **options)),
    )
    assert len(ours) == len(theirs)
    for a, b in zip(ours, theirs):
        assert a.shape == b.shape
        assert (a.dtype.kind == b.dtype.kind or name in COUNTS) and (
            a.dtype.kind != "f" or a.dtype == b.dtype or name in WIDE_IN_KERAS
        )
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=2e-6)


def test_the_file_of_goldens_is_what_keras_computes():
    """`python tests/parity/test_keras_ops.py` writes it."""
    kept = np.load(FILE)
    for title, array in answers(keras).items():
        np.testing.assert_allclose(kept[title], array, rtol=1e-5, atol=1e-5, err_msg=title)


def test_no_door_is_left_out():
    called = {name for name, _, _ in CALLS} | set(ELSEWHERE) | WITHOUT_A_PEER | IN_OTHER_FILES
    assert set(ops.__all__) == called
    assert not any(hasattr(k, name) for name in WITHOUT_A_PEER)


def test_the_others():
    assert isinstance(ops.convert_to_numpy(minidl.Tensor(A)), np.ndarray) and np.array_equal(
        ops.convert_to_numpy(A), k.convert_to_numpy(k.array(A))
    )
    assert (
        ops.is_tensor(minidl.Tensor(A))
        and k.is_tensor(k.array(A))
        and not ops.is_tensor(A)
        and not k.is_tensor(A)
    )
    assert ops.empty((2, 3)).shape == tuple(k.empty((2, 3)).shape)
    for ours, theirs in zip(ops.nonzero(M), k.nonzero(M)):
        np.testing.assert_array_equal(ours.data, np.asarray(theirs))
    for name, x, options in [
        ("qr", S, {}),
        ("qr", A, {}),
        ("qr", A.T, {}),
        ("qr", A.T, dict(mode="complete")),
        ("svd", A, {}),
        ("svd", X, dict(full_matrices=False)),
        ("eigh", D, {}),
    ]:
        # columns may point the other way
        for ours, theirs in zip(getattr(ops, name)(x, **options), getattr(k, name)(x, **options)):
            np.testing.assert_allclose(
                np.abs(ours.data), np.abs(np.asarray(theirs)), rtol=1e-4, atol=1e-4
            )
            assert ours.dtype == np.float32
    np.testing.assert_allclose(
        ops.mish(A).data, np.asarray(keras.activations.mish(A)), rtol=1e-5, atol=1e-6
    )


# Where Keras takes what we do not: sparse tensors, a hint for compilers, dtypes of results, or axes
# of other than three-vectors.
MORE_IN_KERAS = {"sparse", "ragged", "synchronized", "kwargs", "axisa", "axisb", "axisc", "initial"}


@pytest.mark.parametrize(
    "name", sorted(set(ops.__all__) - WITHOUT_A_PEER - {"mish", "size", "shape", "ndim", "cond"})
)
def test_arguments_have_keras_names_and_order(name):
    ours, theirs = (
        list(inspect.signature(getattr(library, name)).parameters) for library in (ops, k)
    )
    ours = [p for p in ours if p != "initial" or p in theirs]  # amax is max here
    missing = MORE_IN_KERAS - set(ours)
    theirs = [p for p in theirs if p not in missing and (name, p) != ("cross", "axis")]
    assert ours == theirs


@pytest.mark.parametrize("shelf", ["nn", "numpy", "linalg"])
def test_the_doors_stand_on_keras_shelves(shelf):
    theirs = [name for name in vars(getattr(k, shelf)) if name in ops.__all__]
    assert len(theirs) > 8
    for name in theirs:
        assert getattr(getattr(ops, shelf), name) is getattr(ops, name)


LOWER = sorted(
    n
    for n, f in vars(keras.initializers).items()
    if isinstance(f, type) and n.islower() and n != "stft"
)


@pytest.mark.parametrize("name", LOWER)
def test_initializers_have_keras_names_and_defaults(name):
    ours, theirs = (
        inspect.signature(getattr(library.initializers, name)).parameters
        for library in (minidl, keras)
    )
    assert [(p.name, p.default) for p in ours.values()] == [
        (p.name, p.default) for p in theirs.values() if p.name not in ("input_axes", "output_axes")
    ]
    made = getattr(keras.initializers, name)()
    config = {
        n: v
        for n, v in keras.initializers.serialize(made)["config"].items()
        if n not in ("input_axes", "output_axes")
    }
    back = minidl.initializers.deserialize({**keras.initializers.serialize(made), "config": config})
    assert type(back).__name__ == type(made).__name__ and back.get_config() == {
        **({"gain": 1.0} if name == "identity" else {}),
        **config,
    }


# --- activations

ACTIVATIONS = sorted(
    n
    for n, f in vars(keras.activations).items()
    if callable(f) and n not in ("get", "serialize", "deserialize")
)
ARGUMENTS = {"threshold": (0.5, -1.0)}


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_activations(name):
    x, more = 3 * normal(6, 8), ARGUMENTS.get(name, ())
    found = np.asarray(getattr(minidl.activations, name)(x, *more))
    assert found.dtype == np.float32
    if name != "sparsemax":
        np.testing.assert_allclose(
            found, np.asarray(getattr(keras.activations, name)(x, *more)), rtol=1e-5, atol=2e-6
        )
    ours, theirs = (
        inspect.signature(getattr(library.activations, name)).parameters
        for library in (minidl, keras)
    )
    assert [(p.name, p.default) for p in ours.values()] == [
        (p.name, p.default) for p in theirs.values()
    ]
    assert minidl.activations.serialize(
        getattr(minidl.activations, name)
    ) == keras.activations.serialize(getattr(keras.activations, name))


def test_sparsemax_gives_probabilities_and_keras_does_not():
    """The one disagreement: by the paper each row sums to 1. When Keras's rows do too, compare the
    values instead.
    """
    x = 3 * normal(6, 8)
    np.testing.assert_allclose(minidl.activations.sparsemax(x).data.sum(axis=-1), 1, rtol=1e-6)
    assert np.abs(np.asarray(keras.activations.sparsemax(x)).sum(axis=-1) - 1).max() > 0.1


def test_every_activation_of_keras_is_here():
    assert len(ACTIVATIONS) >= 30
    assert set(ACTIVATIONS) == set(minidl.activations.registry.names)


# --- random

RANDOM = sorted(n for n, f in vars(keras.random).items() if callable(f) and n != "SeedGenerator")


@pytest.mark.parametrize("name", RANDOM)
def test_random_functions_take_keras_arguments(name):
    ours, theirs = (
        inspect.signature(getattr(library.random, name)).parameters for library in (minidl, keras)
    )
    assert [(p.name, p.default) for p in ours.values()] == [
        (p.name, p.default) for p in theirs.values()
    ]


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("normal", ((20_000,), 1.0, 2.0)),
        ("uniform", ((20_000,), -1.0, 3.0)),
        ("truncated_normal", ((20_000,), 1.0, 2.0)),
        ("randint", ((20_000,), -3, 4)),
        ("gamma", ((20_000,), 2.0)),
        ("beta", ((20_000,), 2.0, 3.0)),
        ("binomial", ((20_000,), 9.0, 0.4)),
        ("dropout", (np.ones(20_000, np.float32), 0.31)),
        ("categorical", (np.float32([[0.5, -1, 2]]), 20_000)),
    ],
)
def test_random_numbers_are_spread_alike(name, arguments):
    ours, theirs = (
        np.asarray(getattr(library.random, name)(*arguments, seed=1)) for library in (minidl, keras)
    )
    assert ours.shape == theirs.shape and ours.dtype == theirs.dtype
    levels = np.linspace(0.02, 0.98, 25)
    spread = theirs.std()
    assert np.abs(np.quantile(ours, levels) - np.quantile(theirs, levels)).mean() < 0.05 * spread
    assert abs(ours.mean() - theirs.mean()) < 0.05 * spread and abs(ours.std() / spread - 1) < 0.05


if __name__ == "__main__":
    np.savez_compressed(FILE, **answers(keras))

"""The list of Keras's public names is Keras's own, and what was added for it behaves as in Keras.

`python tests/parity/test_keras_names.py` writes the list, tests/goldens/keras_names.json, anew.
"""

import inspect
import json
import types

if __name__ == "__main__":
    import conftest  # noqa: F401  before keras, which it prepares
import keras
import keras_names
import numpy as np
import pytest
from keras_small_calls import NAMED_CALLS

import minidl


def public_names(module=keras, room="", seen=None):
    """{module: its public names}, each module once and after those above it."""
    seen = {id(keras)} if seen is None else seen
    names, inside = [], []
    for name in sorted(n for n in dir(module) if not n.startswith("_")):
        thing = getattr(module, name)
        if not isinstance(thing, types.ModuleType):
            names.append(name)
        elif thing.__name__.partition(".")[0] == "keras" and _is_new(thing, seen):
            seen.add(id(thing))
            inside.append((f"{room}.{name}" if room else name, thing))
    found = {room: names} if names else {}
    for path, thing in inside:
        found.update(public_names(thing, path, seen))
    return found


def _is_new(module, seen) -> bool:
    return ".src" not in module.__name__ and id(module) not in seen


def test_the_list_of_names_is_that_of_keras():
    assert keras_names.rooms() == public_names()


@pytest.mark.parametrize("call", NAMED_CALLS, ids=lambda call: call[0])
def test_small_operations(call):
    name, args, kwargs = call
    ours, theirs = minidl.ops, keras.ops
    for part in name.split("."):
        ours, theirs = getattr(ours, part), getattr(theirs, part)
    found, expected = ours(*args, **kwargs), theirs(*args, **kwargs)
    several = isinstance(expected, (tuple, list))
    for a, b in zip(found, expected) if several else [(found, expected)]:
        a, b = np.asarray(a), np.asarray(b)
        assert a.shape == b.shape and a.dtype.kind == b.dtype.kind
        np.testing.assert_allclose(a, b, rtol=2e-5, atol=2e-5)


@pytest.mark.parametrize("name", [n for n in dir(keras.tree) if n[0] != "_" and n[0] != "M"])
def test_functions_on_structures(name):
    nested, ours, theirs = {"b": [1, (2, 3)], "a": 4}, minidl.tree, keras.tree
    assert list(inspect.signature(getattr(ours, name)).parameters) == list(
        inspect.signature(getattr(theirs, name)).parameters
    )
    calls = {
        "map_structure": [(lambda x: x * 2, nested), (lambda x, y: x + y, nested, nested)],
        "map_structure_up_to": [({"a": 0, "b": 0}, str, nested)],
        "map_shape_structure": [(len, {"a": (1, 2), "b": [(3, None)]})],
        "pack_sequence_as": [(nested, [9, 8, 7, 6]), (nested, [1])],
        "traverse": [
            (lambda x: "T" if isinstance(x, tuple) else None, nested),
            (lambda x: x * 2 if isinstance(x, int) else None, nested, False),
        ],
        "assert_same_structure": [([1, 2], (1, 2)), ([1], [1, 2]), (nested, nested)],
        "assert_same_paths": [([1, 2], (1, 2)), ([1], [1, 2]), ({"a": 1}, {"b": 1}), (1, [1])],
    }
    for arguments in calls.get(name, [(nested,), (None,), ([None, 1],)]):
        assert outcome(getattr(ours, name), arguments) == outcome(getattr(theirs, name), arguments)


def outcome(function, arguments):
    try:
        return function(*arguments)
    except ValueError:
        return "ValueError"


@pytest.mark.parametrize("swap_on_epoch", [False, True])
def test_averages_of_weights_in_their_place(swap_on_epoch):
    def facts(library):
        x = np.random.default_rng(0).normal(size=(32, 3)).astype("f")
        y, seen = x.sum(axis=1, keepdims=True), []
        layer = library.layers.Dense(1, use_bias=False)
        model = library.Sequential([library.Input((3,)), layer])
        model.compile(library.optimizers.SGD(0.1, use_ema=True, ema_momentum=0.5), "mse")
        model.set_weights([np.array([[3.0], [0.0], [-1.0]])])

        class Watch(library.callbacks.Callback):
            def on_epoch_begin(self, epoch, logs=None):
                seen.append(model.get_weights()[0].ravel())

            def on_epoch_end(self, epoch, logs=None):
                seen.append(model.get_weights()[0].ravel())

        history = model.fit(
            x,
            y,
            batch_size=16,
            epochs=3,
            verbose=0,
            shuffle=False,
            validation_data=(x, y),
            callbacks=[library.callbacks.SwapEMAWeights(swap_on_epoch), Watch()],
        ).history
        seen += [history["loss"], history["val_loss"], model.get_weights()[0].ravel()]
        return [*seen, np.ravel(np.asarray(model.optimizer.variables[2]))]

    for a, b in zip(facts(minidl), facts(keras), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("kind", ["Dense", "Conv2D"])
def test_spectral_normalization(kind):
    def facts(library):
        inner = library.layers.Dense(2) if kind == "Dense" else library.layers.Conv2D(2, 3)
        layer = library.layers.SpectralNormalization(inner, power_iterations=2)
        x = np.random.default_rng(0).normal(size=(2, 5, 5, 3)).astype("f")
        layer.build(x.shape)
        rng = np.random.default_rng(1)
        layer.set_weights([rng.normal(size=w.shape) for w in layer.get_weights()])
        outputs = [layer(x, training=training) for training in (False, True, True)]
        return [np.asarray(z) for z in outputs] + layer.get_weights()

    for a, b in zip(facts(minidl), facts(keras), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-5)


def test_settings_have_keras_names_and_arguments():
    for name in (n for n in dir(keras.config) if not n.startswith("_")):
        ours, theirs = (inspect.signature(getattr(m.config, name)) for m in (minidl, keras))
        assert list(ours.parameters) == list(theirs.parameters), name
    assert repr(minidl.DTypePolicy("float64")) == repr(keras.DTypePolicy("float64"))
    for types_ in [("int32", "float16"), (), ("bool", "int8"), ("uint8", "int8"), ("int8", int)]:
        assert minidl.backend.result_type(*types_) == keras.backend.result_type(*types_)
    for dtype in [None, "float32", np.float16, int, float, bool, "string", np.dtype("uint8")]:
        assert minidl.utils.standardize_dtype(dtype) == keras.utils.standardize_dtype(dtype)


if __name__ == "__main__":
    lines = [f'  "{room}": {json.dumps(names)}' for room, names in public_names().items()]
    keras_names.NAMES.write_text(
        f'{{"version": "{keras.__version__}",\n "names": {{\n' + ",\n".join(lines) + "\n }\n}\n",
        encoding="utf-8",
    )

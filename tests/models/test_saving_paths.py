"""Paths to save at."""

import os

import numpy as np
import pytest
from data_cases import net

from minidl import Input, Sequential, layers, models

# --- files


@pytest.mark.parametrize("ending", ["npz", "keras", "h5"])
@pytest.mark.parametrize("kind", [os.fsencode, str, lambda path: path])
def test_paths_of_every_kind(ending, kind, tmp_path):
    model = net()
    model.save(kind(tmp_path / f"m.{ending}"))
    again = models.load_model(kind(tmp_path / f"m.{ending}"))
    np.testing.assert_array_equal(again.get_weights()[0], model.get_weights()[0])
    weights = tmp_path / ("w.npz" if ending == "npz" else "w.weights.h5")
    model.save_weights(kind(weights))
    again.load_weights(kind(weights))


@pytest.mark.parametrize("name", ["m.pkl", "m.pt", "m.onnx", "m.json"])
def test_the_ending_of_another_program(name, tmp_path):
    with pytest.warns(UserWarning, match=f"{name} becomes a file of minidl's own kind.*'.npz'"):
        net().save(tmp_path / name)
    assert models.load_model(tmp_path / name).count_params() == 4
    with pytest.warns(UserWarning, match=f"{name} becomes a file of minidl's own kind"):
        net().save_weights(tmp_path / name)


@pytest.mark.parametrize("ending", ["npz", "keras", "h5"])
def test_a_layer_that_describes_itself(ending, tmp_path):
    class Mirror(layers.Layer):
        def call(self, x):
            return x

        def get_config(self):
            return {**super().get_config(), "mirror": self}

    model = Sequential([Input((3,)), Mirror()])
    with pytest.raises(ValueError, match="describes itself without end"):
        model.save(tmp_path / f"m.{ending}")
    assert not os.listdir(tmp_path)


def test_hooks_of_keras_that_are_not_called_are_named(tmp_path):
    class Keeps(layers.Dense):
        def save_own_variables(self, store):
            store["more"] = np.ones(3)

    model = Sequential([Input((4,)), Keeps(2)])
    with pytest.warns(UserWarning, match="Keeps.save_own_variables is not called.*get_config"):
        model.save_weights(tmp_path / "w.npz")

"""Whole models in '.h5' files: what is written is read again, and h5py alone finds it."""

import numpy as np
import pytest

from minidl.files import keras_2

h5py = pytest.importorskip("h5py")
LAYERS = {"d": {"d/kernel": np.ones((2, 3), "f"), "d/bias": np.arange(3, dtype="f")}, "relu": {}}
CONFIG = {"class_name": "Sequential", "config": {"name": "m"}}


def written(tmp_path, compiled=None):
    path = str(tmp_path / "m.h5")
    keras_2.write(path, CONFIG, compiled, LAYERS, [np.array(7), np.full(2, 0.5, "f")])
    return path


def test_what_is_written_is_read_again(tmp_path):
    with keras_2.opened(written(tmp_path, {"loss": "mse"})) as (config, compiled, ours, arrays):
        assert (config, compiled, ours) == (CONFIG, {"loss": "mse"}, True)
        assert keras_2.is_whole_model(arrays) and keras_2.memory_of(arrays) == []
        found = keras_2.layers_of(arrays)
        assert list(found) == ["d", "relu"]
        assert [d[()].tolist() for d in found["d"]] == [[[1, 1, 1], [1, 1, 1]], [0, 1, 2]]
        first, second = arrays.numbered(keras_2.MEMORY)
        assert first == 7 and second.tolist() == [0.5, 0.5]


def test_without_compile_there_is_no_memory(tmp_path):
    path = written(tmp_path)
    with keras_2.opened(path) as (_, compiled, ours, arrays):
        assert compiled is None and not ours and arrays.count(keras_2.MEMORY) == 0
    with h5py.File(path) as file:
        names = list(file["model_weights/d"].attrs["weight_names"])
        assert names == ["d/kernel", "d/bias"] and file.attrs["backend"] == "numpy"


@pytest.mark.parametrize(
    "order", [["adam/iteration", "adam/rate"], ["adam/rate", "adam/iteration"]]
)
def test_the_memory_of_keras_is_read_in_its_order(tmp_path, order):
    path = written(tmp_path)
    with h5py.File(path, "a") as file:
        group = file.create_group("optimizer_weights")
        group.attrs["weight_names"] = [name.encode() for name in order]
        group["adam/iteration"], group["adam/rate"] = 3, 0.25
        del file.attrs["minidl_sha256"]
    with keras_2.opened(path) as (*_, arrays):
        memory = [float(array) for array in keras_2.memory_of(arrays)]
    assert memory == ([3, 0.25] if order[0].endswith("iteration") else [])


def test_what_is_no_whole_model_is_refused(tmp_path):
    with pytest.raises(FileNotFoundError, match="no file"), keras_2.opened(str(tmp_path / "none")):
        pass
    path = written(tmp_path)
    with h5py.File(path, "a") as file:
        del file.attrs["model_config"]
    with pytest.raises(ValueError, match="weights alone.*load_weights"), keras_2.opened(path):
        pass

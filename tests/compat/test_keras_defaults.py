"""What an argument is when nobody gives it: what Keras says."""

import keras_defaults
import pytest

import minidl

# Where minidl's default is another, and why.
ELSEWHERE = {
    "DTypePolicy": {"name": "float32"},  # Keras's None raises
    "KerasTensor": {"dtype": None},  # floatx, which is asked for later
    "Metric.add_variable": {"aggregation": None},  # of processes, which minidl has otherwise
    "Variable": {"name": "variable"},
    "datasets": {"path": None},  # the file of this name in minidl's own folder
    "ops.arange": {"step": 1},
    "regularizers.l1_l2": {"l1": 0.01, "l2": 0.01},  # the older function's
    "utils.model_to_dot": {"show_layer_names": False},  # plot_model by another name
}


def elsewhere(path) -> dict:
    return ELSEWHERE.get(path) or ELSEWHERE.get(path.split(".")[0], {})


@pytest.mark.parametrize("room", sorted({path.split(".")[0] for path in keras_defaults.golden()}))
def test_defaults_are_those_of_keras(room):
    for path, theirs in keras_defaults.golden().items():
        if path.split(".")[0] == room:
            ours = keras_defaults.defaults(keras_defaults.at(minidl, path))
            expected = {name: elsewhere(path).get(name, value) for name, value in theirs.items()}
            assert {name: ours[name] for name in theirs} == expected, path

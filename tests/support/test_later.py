"""Names that open at first use, and the lists of them that editors read."""

import importlib
import subprocess
import sys
from pathlib import Path

import pytest

import minidl
from minidl import layers, losses, metrics
from minidl.support.later import Later
from minidl.support.registry import REGISTRIES, finished

PACKAGES = ["datasets", "layers", "losses", "metrics", "optimizers"]
LIBRARY = Path(minidl.__file__).parent
# Losses as functions that Keras does not have among its metrics.
LOSSES_ALONE = {
    "categorical_generalized_cross_entropy",
    "circle",
    "cosine_similarity",
    "dice",
    "tversky",
}


@pytest.mark.parametrize("package", PACKAGES)
def test_each_line_of_a_list_is_true(package):
    room, stub = getattr(minidl, package), LIBRARY / package / "__init__.pyi"
    lines = stub.read_text("utf-8").splitlines()
    for line in lines:
        first, place, second, name, third, public = line.split()
        assert (first, second, third, public) == ("from", "import", "as", name)
        here = {"minidl": minidl, "__package__": f"minidl.{package}"}
        exec(line, here)  # Python's own reading of the line
        assert getattr(room, name) is here[name]
    assert room.__all__ == sorted(line.split()[-1] for line in lines)


def test_lists_lead_down_except_to_text():
    """tests/test_house.py knows the floors, and looks at imports that are executed."""
    led = set()
    for package in PACKAGES:
        for line in (LIBRARY / package / "__init__.pyi").read_text("utf-8").splitlines():
            place = line.split()[1]
            if place.startswith(".."):
                led.add((package, place[2:].partition(".")[0]))
    assert led == {
        *((package, "support") for package in ("layers", "losses", "metrics")),
        ("layers", "text"),
        ("metrics", "losses"),
    }


@pytest.mark.parametrize(
    ("kind", "package"),
    [("layer", "layers"), ("loss", "losses"), ("metric", "metrics"), ("optimizer", "optimizers")],
)
def test_every_class_of_a_registry_has_a_line(kind, package):
    ours = {
        thing.__name__
        for thing in REGISTRIES[kind].names.values()
        if isinstance(thing, type) and thing.__module__.startswith("minidl.")
    }
    inner = {"Functional", "LossScaleOptimizer"}
    assert ours - set(getattr(minidl, package).__all__) <= inner


def test_losses_as_functions_are_metrics_too():
    listed = {name for name in metrics.__all__ if getattr(losses, name, None) in FUNCTIONS}
    assert listed == set(losses.FUNCTIONS) - LOSSES_ALONE


FUNCTIONS = list(losses.FUNCTIONS.values())


def test_other_names_are_not_there():
    later = Later("minidl.layers")
    assert later.open("Conv2D") is layers.Conv2D
    with pytest.raises(AttributeError, match="'minidl.layers' has no attribute 'Later'"):
        later.open("Later")


def test_a_name_opens_its_file_alone():
    """The network of the README loads no convolution, no other optimizer, no other metric."""
    code = """
import sys, minidl
def loaded(package): return {n.rpartition(".")[2] for n in sys.modules if n.startswith(f"minidl.{package}.")}
model = minidl.Sequential([minidl.layers.Dense(1)])
model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
assert not loaded("layers") & {"convolution", "windows", "normalization", "merging"}, loaded("layers")
assert not loaded("optimizers") & {"ftrl", "lion", "muon", "lamb"}, loaded("optimizers")
assert not loaded("metrics") & {"auc", "iou", "watched"}, loaded("metrics")
assert "minidl.tensor.higher" not in sys.modules  # second derivatives
assert "Conv2D" in dir(minidl.layers) and "AUC" in dir(minidl.metrics)
minidl.optimizers.get("lion")
assert not loaded("optimizers") & {"ftrl", "muon", "lamb"}, loaded("optimizers")
minidl.layers.Conv2D
assert "minidl.layers.convolution" in sys.modules
assert "Conv2D" in vars(minidl.layers)  # so that Python itself finds it the next time
assert minidl.datasets.mnist.load_data.__module__ == "minidl.datasets.mnist"
"""
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize(
    ("kind", "alias", "name"),
    [
        ("metric", "mse", "minidl.metrics.MeanSquaredError"),
        ("metric", "acc", "minidl.metrics.Accuracy"),
        ("loss", "mse", "minidl.losses.MeanSquaredError"),
        ("loss", "nll", "minidl.losses.NegativeLogLikelihood"),
        ("layer", "avg_pool2d", "minidl.layers.AveragePooling2D"),
        ("optimizer of optimizers", "MultiOptimizer", "minidl.optimizers.MultiOptimizer"),
    ],
)
def test_an_alias_is_found_before_anything_else_is_loaded(kind, alias, name):
    code = f"""
import minidl
minidl.Model
from minidl.support.registry import REGISTRIES, finished
thing = REGISTRIES[{kind!r}].filed({alias!r})
assert thing is {name}, thing
"""
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize("package", ["layers", "optimizers"])
def test_a_class_of_somebody_else_is_left_as_it_is(package):
    """Although it has the name of one whose older arguments are known."""

    class Mine:
        def __init__(self, rate):
            self.rate = rate

    for name in ("Dense", "SGD", "Nadam"):
        cls = type(name, (Mine,), {"__module__": f"mine.{package}", "__init__": Mine.__init__})
        assert finished(cls).__init__ is Mine.__init__


def test_numpy_is_loaded_before_the_library():
    code = """
import sys, minidl
class Asked:  # Python asks it for each module that it is about to load
    names = []
    def find_spec(name, path=None, target=None): Asked.names.append(name)
sys.meta_path.insert(0, Asked)
minidl.Sequential
assert Asked.names[:2] == ["minidl.front", "numpy"], Asked.names[:9]
"""
    subprocess.run([sys.executable, "-c", code], check=True)


def test_what_a_later_class_is_told_is_explained():
    """The same as for a class that is loaded at once: arguments, and their older names."""
    code = """
import warnings, minidl
from minidl import layers, optimizers
for make, said in (
    (lambda: layers.GaussianNoise(seed="a"), "GaussianNoise: seed is"),
    (lambda: layers.BatchNormalization(axis="a"), "BatchNormalization: axis is"),
    (lambda: optimizers.RMSprop(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14), "older tutorials"),
):
    try:
        make()
    except (TypeError, ValueError) as error:
        assert said in str(error), error
    else:
        raise AssertionError(said)
with warnings.catch_warnings(record=True) as seen:
    warnings.simplefilter("always")
    assert layers.SpatialDropout1D(p=0.5).rate == 0.5
assert "SpatialDropout1D(rate=...)" in str(seen[0].message), seen
"""
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize(
    "file", sorted(p.stem for p in (LIBRARY / "keras").glob("*.py") if p.stem != "__init__")
)
def test_what_editors_see_of_keras_is_there(file):
    assert importlib.import_module(f"minidl.keras.{file}") is getattr(minidl, file)
    text = (LIBRARY / "keras" / f"{file}.py").read_text("utf-8")
    assert text.endswith(f"from ..{file} import *\n")

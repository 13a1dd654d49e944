"""Every public name of Keras is here, or answers with one sentence, by attribute and by import."""

import importlib
import subprocess
import sys
import warnings
from pathlib import Path

import keras_names
import pytest

import minidl
from minidl.compat.absent import answer
from minidl.compat.absent_names import ABSENT

ROOMS = keras_names.rooms()
# Names that Keras had before 3.15
OLDER = {"CuDNNGRU", "CuDNNLSTM", "RandomHeight", "RandomWidth"}


@pytest.fixture(autouse=True)
def quiet():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # older spellings say what to write today
        yield


@pytest.mark.parametrize("room", ROOMS)
def test_a_name_of_keras_is_here_or_says_what_to_do(room):
    for name in ROOMS[room]:
        path = f"{room}.{name}" if room else name
        assert keras_names.is_here(path) or keras_names.answered(path), path


@pytest.mark.parametrize("root", ["minidl", "minidl.keras"])
@pytest.mark.parametrize("room", ROOMS)
def test_an_import_of_such_a_name(room, root):
    parent = f"{root}.{room}" if room else root
    for name in ROOMS[room]:
        if keras_names.is_here(f"{room}.{name}" if room else name):
            exec(f"from {parent} import {name}", {})
            continue
        with pytest.raises(ImportError, match="Keras has .*; minidl does not have it"):
            exec(f"from {parent} import {name}", {})


def test_what_is_called_absent_is_absent_and_of_keras():
    for room, rows in ABSENT.items():
        for names, what, cure in rows:
            assert what[0].islower() and cure[0].isupper() and cure.endswith("."), names
            for name in names.split():
                assert not keras_names.is_here(f"{room}.{name}" if room else name), (room, name)
                assert name in ROOMS[room] or name in OLDER, (room, name)


def test_the_table_in_the_documentation_is_of_today():
    """`python tests/keras_names.py` writes it."""
    assert keras_names.TABLE.read_text(encoding="utf-8") == keras_names.table()


def test_a_sentence():
    assert answer("utils", "get_source_inputs") == (
        "Keras has utils.get_source_inputs, a walk from a symbol back to the inputs that it comes "
        "from; minidl does not have it. Keep what Input() returned, or take model.inputs."
    )
    assert answer("layers", "Dense") is None
    with pytest.raises(AttributeError, match="Did you mean 'VGG19'"):
        minidl.applications.VGG17  # pyright: ignore[reportAttributeAccessIssue]


def test_rooms_that_are_not_here_can_be_imported_first():
    code = (
        "import minidl.applications.vgg16 as room, minidl.keras.visualization\n"
        "from minidl import quantizers\n"
        "print(room.__name__, quantizers.__name__)"
    )
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, cwd=root
    )
    assert done.stdout.split() == ["minidl.applications.vgg16", "minidl.quantizers"], done.stderr
    assert importlib.import_module("minidl.ops.image") is minidl.ops.image
    assert "resize" in dir(minidl.ops.image) and not hasattr(minidl.ops, "resize")

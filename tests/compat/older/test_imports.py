"""Names that are not there, in an import."""

import subprocess
import sys

import pytest

import minidl
from minidl import layers

# --- names


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("from minidl.layers import Densee", "has no attribute 'Densee'. Did you mean 'Dense'?"),
        ("from minidl.layers import LSTMM", "has no attribute 'LSTMM'"),
        ("from minidl.layers import RandAugment", "Keras has layers.RandAugment"),
        ("from minidl.keras.layers import Densee", "Did you mean 'Dense'?"),
        ("from minidl import Modell", "Did you mean 'Model'?"),
        ("from minidl.optimizers import Adamm", "Did you mean 'Adam'?"),
        ("from minidl.activations import rellu", "Did you mean 'relu'?"),
        ("from minidl.utils import to_categorial", "Did you mean 'to_categorical'?"),
        ("from minidl.optimizers.schedules import CosineDecai", "Did you mean 'CosineDecay'?"),
        ("from minidl.callbacks import EarlyStoping", "Did you mean 'EarlyStopping'?"),
        ("import minidl.layerss", "Did you mean 'layers'?"),
    ],
)
def test_a_name_that_is_not_there_in_an_import(line, said):
    with pytest.raises(ImportError) as refused:
        exec(line)
    assert said in str(refused.value)
    assert not hasattr(layers, "Densee") and not hasattr(minidl, "Modell")


def test_names_that_are_there_are_still_imported_first():
    lines = (
        "from minidl.layers import Dense; from minidl.activations import relu; import minidl.plots"
    )
    subprocess.run(
        [sys.executable, "-W", "error", "-W", "ignore::EncodingWarning", "-c", lines], check=True
    )


@pytest.mark.parametrize(
    "path", ["datasets.cifar10", "layers.convolution", "homework", "optimizers.adam", "text.lookup"]
)
def test_a_module_is_loaded_once(path):
    """Under minidl.keras and under minidl, whichever is imported first, in a process of its own."""
    code = (
        f"import minidl.keras.{path} as first\nimport minidl.{path} as second\n"
        "assert first is second and first.__spec__.name == first.__name__ == second.__name__\n"
        f"import minidl; assert minidl.{path} is first; print(first.__name__)"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert said.stdout == f"minidl.{path}\n", said.stderr

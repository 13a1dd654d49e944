"""Older paths to import from."""

import importlib
import subprocess
import sys
import warnings

import pytest
from older_cases import warned
from places import ROOT

import minidl
from minidl import layers, losses

# --- where to import from
# ---

PATHS = [
    ("layers.core", "Dense Dropout Activation Flatten Reshape Permute RepeatVector Lambda", layers),
    ("layers.core.dense", "Dense", layers),
    ("layers.advanced_activations", "LeakyReLU PReLU ELU", layers),
    ("layers.embeddings", "Embedding", layers),
    ("layers.merge", "concatenate Add add", layers),
    ("layers.experimental.preprocessing", "Normalization Rescaling", layers),
    ("engine", "Layer Input InputSpec", layers),
    ("engine.topology", "Layer Input InputSpec", layers),
    ("engine.base_layer", "Layer", layers),
    ("engine.training", "Model", minidl.models),
    ("utils.np_utils", "to_categorical normalize", minidl.utils),
    ("utils.vis_utils", "plot_model model_to_dot", minidl.utils),
    ("utils.generic_utils", "get_custom_objects CustomObjectScope Progbar", minidl.utils),
    ("utils.data_utils", "get_file Sequence", minidl.utils),
    ("objectives", "mean_squared_error", losses),
    ("optimizers.adam_v2", "Adam", minidl.optimizers),
    ("optimizer_v2.adam", "Adam", minidl.optimizers),
    ("optimizer_v2.gradient_descent", "SGD", minidl.optimizers),
    ("callbacks.callbacks", "EarlyStopping", minidl.callbacks),
]


@pytest.mark.parametrize("root", ["minidl", "minidl.keras"])
@pytest.mark.parametrize(("path", "names", "home"), PATHS, ids=[p[0] for p in PATHS])
def test_old_paths_lead_to_todays_things(root, path, names, home):
    module = importlib.import_module(f"{root}.{path}")
    for name in names.split():
        assert warned(
            lambda name=name: getattr(module, name),
            f"minidl.{path}.{name} is today {home.__name__}.{name}",
        ) is getattr(home, name)
    with pytest.raises(AttributeError, match="has no 'nonsense'"):
        _ = module.nonsense


# As typed in tutorials. In the first column what is imported without a word, in the second how many
# warnings there are.
LINES = [
    ("from minidl.layers.noise import GaussianNoise", 0),
    ("from minidl.layers.normalization import BatchNormalization", 0),
    ("from minidl.models import Input, Model, Sequential", 0),
    ("from minidl.layers import InputSpec", 0),
    ("from minidl import InputSpec", 0),
    ("from minidl.utils import np_utils", 0),
    ("from minidl.keras.utils import np_utils", 0),
    ("from minidl.utils.np_utils import to_categorical", 1),
    ("import minidl.keras.backend as K", 0),
    ("import minidl.backend as K", 0),
    ("from minidl.keras.backend import clear_session, mean", 0),
    ("from minidl.backend import sum, square", 0),
    ("from minidl.keras.layers.experimental import preprocessing", 0),
    ("from minidl.keras.optimizers import schedules, legacy, adam_v2", 0),
    ("from minidl.keras.optimizers.schedules import ExponentialDecay", 0),
    ("from minidl.keras.optimizers.legacy import Adam", 1),
    ("from minidl.optimizers.legacy import SGD, Adam", 2),
    ("from minidl import objectives", 0),
    ("from minidl.constraints import maxnorm, nonneg, unitnorm", 3),
    ("from minidl.keras.constraints import MaxNorm, max_norm", 0),
    ("from minidl.metrics import cosine_similarity", 1),
    ("from minidl.utils.layer_utils import count_params, print_summary", 2),
    (
        "from minidl.preprocessing.sequence import TimeseriesGenerator, skipgrams, "
        "make_sampling_table",
        0,
    ),
    (
        "from minidl.preprocessing.text import one_hot, text_to_word_sequence, hashing_trick, "
        "tokenizer_from_json",
        0,
    ),
    ("from minidl.keras.datasets.imdb import load_data", 0),
    ("from minidl.keras.config import set_floatx", 0),
]


@pytest.mark.parametrize(("line", "count"), LINES, ids=[line for line, _ in LINES])
def test_import_lines_of_tutorials(line, count):
    with warnings.catch_warnings(record=True) as found:
        warnings.simplefilter("always")
        exec(compile(line, "tutorial.py", "exec"), {"__name__": "__main__"})
    # Python looks twice into a package, and shows the second warning to nobody
    said = {str(w.message) for w in found}
    assert len(said) == count and all(
        w.category is FutureWarning and w.filename == "tutorial.py" for w in found
    )


def test_a_star_takes_all():
    namespace: dict = {}
    with warnings.catch_warnings(record=True) as found:
        warnings.simplefilter("always")
        exec("from minidl.layers.core import *", namespace)
    assert "minidl.layers.core.Dense is today" in str([str(w.message) for w in found])
    assert namespace["Dense"] is layers.Dense and namespace["Dropout"] is layers.Dropout


@pytest.mark.parametrize("root", ["minidl", "minidl.keras"])
def test_wrappers_for_scikit_learn_say_where_they_went(root):
    for line in (
        f"from {root}.wrappers.scikit_learn import KerasClassifier",
        f"from {root}.wrappers import SKLearnClassifier",
    ):
        with pytest.raises(ImportError, match="scikeras"):
            exec(line)


def test_plain_import_is_silent_and_opens_all_paths_in_a_fresh_process():
    code = (
        "import minidl, sys; import minidl.keras.utils.np_utils as n; from minidl.layers.core "
        "import __name__ as core; print(n.__name__, core, "
        "[m for m in ('matplotlib', 'tqdm', 'h5py') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=True,
    )
    assert (
        done.stdout.strip() == "minidl.utils.np_utils minidl.layers.core []" and done.stderr == ""
    )


def test_dir_lists_what_a_module_is_for():
    for module in (
        minidl.initializers,
        minidl.activations,
        minidl.constraints,
        minidl.regularizers,
        losses,
        minidl.metrics,
        layers,
        minidl.random,
        minidl.callbacks,
        minidl.utils,
    ):
        names = [name for name in dir(module) if not name.startswith("__")]
        assert not {
            "annotations",
            "Registry",
            "Configurable",
            "np",
            "ops",
            "check_number",
            "_length",
            "core",
            "engine",
            "np_utils",
        } & set(names), module
        assert all(hasattr(module, name) for name in names)
    assert {"GlorotUniform", "get", "Zeros"} <= set(dir(minidl.initializers)) and {
        "MaxNorm",
        "max_norm",
    } <= set(dir(minidl.constraints))
    assert {"relu", "softmax", "get"} <= set(dir(minidl.activations)) and {
        "crossentropy",
        "mse",
    } <= set(dir(losses))


def test_what_stood_in_layer_utils():
    model = minidl.Sequential([minidl.Input((3,)), layers.Dense(2)])
    module = importlib.import_module("minidl.utils.layer_utils")
    ours, theirs = [], []
    show = warned(
        lambda: module.print_summary, "layer_utils.print_summary is today model.summary()"
    )
    show(model, 60, print_fn=ours.append)
    model.summary(60, print_fn=theirs.append)
    assert ours == theirs != []
    count = warned(lambda: module.count_params, "layer_utils.count_params is today model.count_")
    assert count(model.weights) == 3 * 2 + 2


def test_rooms_of_the_first_version_open_under_their_first_names():
    from minidl.derivatives import arithmetic
    from minidl.registry import Registry

    assert arithmetic is minidl.core.derivatives.arithmetic is minidl.derivatives.arithmetic
    assert isinstance(minidl.activations.registry, Registry)
    with pytest.warns(FutureWarning, match=r"activations\.registry"):
        assert minidl.activations.activations is minidl.activations.registry

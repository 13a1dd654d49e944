"""What tutorials of 2015 to 2021 type: it works, gives today's numbers, and says once what it is
called today.
"""

import importlib
import json
import re
import subprocess
import sys
import warnings
from pathlib import Path

import numpy as np
import pytest
from older_cases import CASES, A, P

import minidl
from minidl import backend as K
from minidl import layers, losses, ops
from minidl.compat.older.warning import older

ROOT = Path(__file__).resolve().parents[1]
X = np.linspace(-1, 1, 24, dtype=np.float32).reshape(8, 3)
Y = X.sum(axis=1, keepdims=True)


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
        assert warning.filename == __file__, "the warning points at the line that is to be changed"
    return result


# --- K


@pytest.mark.parametrize("name", CASES)
def test_functions_of_k(name):
    call, expected = CASES[name]
    found = call(K)
    assert found.shape == np.shape(expected)
    np.testing.assert_allclose(np.asarray(found), expected, rtol=1e-5, atol=1e-6)
    if np.asarray(expected).dtype.kind in "biu":
        assert found.dtype.kind in "biu"


def on_an_input(name):
    """The same call, made while A is not known yet, and then given A."""
    call, expected = CASES[name]
    symbol = minidl.Input((3,), batch_size=2)
    saved = vars(sys.modules["older_cases"])["A"]
    vars(sys.modules["older_cases"])["A"] = symbol
    try:
        output = call(K)
    finally:
        vars(sys.modules["older_cases"])["A"] = saved
    return minidl.Model(symbol, output)(A), expected


@pytest.mark.parametrize(
    "name",
    [
        "argmax",
        "concatenate",
        "cumsum",
        "l2_normalize",
        "repeat",
        "hard_sigmoid",
        "expand_dims",
        "relu_all",
        "softmax",
        "var",
        "sqrt",
        "clip_crossed",
        "batch_dot_2_2",
        "batch_dot_2_3",
        "switch",
        "mean_of_truths",
        "categorical_logits",
        "transpose",
        "stack",
    ],
)
def test_functions_of_k_on_symbols(name):
    found, expected = on_an_input(name)
    np.testing.assert_allclose(np.asarray(found), expected, rtol=1e-5, atol=1e-6)


def test_gradients_flow_through_k():
    for f in (
        lambda x: K.sum(K.switch(K.greater(x, 0), x * x, x)),
        lambda x: K.sum(K.batch_dot(x, x)),
        lambda x: K.sum(K.square(K.l2_normalize(x) - 0.5)),
        lambda x: K.sum(K.repeat(x, 2) ** 2),
        lambda x: K.mean(K.relu(x, 0.1)),
    ):
        assert minidl.check_gradients(f, A.astype(np.float64))


def test_variables_of_k_can_be_set():
    v = K.variable(np.ones(3), name="v")
    assert isinstance(v, minidl.Variable) and v.name == "v" and v.dtype == np.float32
    K.set_value(v, [1, 2, 3])
    K.batch_set_value([(v, K.get_value(v) * 2)])
    assert (
        K.batch_get_value([v])[0].tolist() == [2, 4, 6]
        and K.count_params(v) == 3
        and K.dtype(v) == "float32"
    )
    assert isinstance(K.zeros((2,)), minidl.Variable) and isinstance(
        K.random_uniform_variable((2,), 3, 4), minidl.Variable
    )
    assert float(
        K.random_uniform_variable((2,), 3, 4).data.min()
    ) >= 3 and K.random_normal_variable((2,), 0, 1).shape == (2,)


def test_a_loss_may_hold_a_variable_of_k():
    weight = K.variable(0.0)
    model = a_model()
    model.compile("sgd", loss=lambda y, p: weight * K.mean(K.square(y - p), axis=-1))
    assert model.evaluate(X, Y, verbose=0) == 0
    K.set_value(weight, 2.0)
    assert model.evaluate(X, Y, verbose=0) == pytest.approx(
        2 * np.mean((model.predict(X, verbose=0) - Y) ** 2), rel=1e-5
    )


def test_chance_of_k():
    minidl.set_random_seed(1)
    for draw in (K.random_bernoulli, K.random_binomial):
        x = K.random_binomial((1000,), p=0.3).numpy()
        assert (
            set(x) == {0, 1}
            and 0.25 < x.mean() < 0.35
            and draw((2,), 0.0).numpy().tolist() == [0, 0]
        )
    assert np.abs(K.truncated_normal((500,), 0.0, 1.0).numpy()).max() <= 2
    dropped = K.dropout(np.ones((1000,), np.float32), 0.25, seed=1).numpy()
    assert set(np.round(dropped, 4)) == {0, np.float32(1.3333)}
    assert K.random_normal((3,), 5.0, 0.0).numpy().tolist() == [5, 5, 5]


def test_looking_with_k(capsys):
    assert (
        K.print_tensor(A, "a: ").tolist() == A.tolist()
        and "a: [[ 3.  -1.   2. ]" in capsys.readouterr().out
    )
    assert (
        K.is_keras_tensor(minidl.Input((3,)))
        and not K.is_keras_tensor(minidl.Tensor([1.0]))
        and not K.is_keras_tensor(A)
    )
    assert K.int_shape(minidl.Input((3,))) == (None, 3) and K.ndim(A) == 2
    K.reset_uids()
    assert [K.get_uid("a"), K.get_uid("a"), K.get_uid("b")] == [1, 2, 1]
    assert K.image_dim_ordering() == "tf" and K.image_data_format() == "channels_last"
    K.set_image_dim_ordering("th")
    assert K.image_dim_ordering() == "th" and K.image_data_format() == "channels_first"
    K.set_image_data_format("channels_last")
    with K.name_scope("part"):
        assert K.identity(minidl.Tensor([1.0])).item() == 1
    with pytest.raises(ValueError, match="data_format is 'channels_last' or 'channels_first'"):
        K.set_image_data_format("channels_middle")
    assert [t.requires_grad for t in K.stop_gradient([K.variable(1.0), K.variable(2.0)])] == [
        False,
        False,
    ]
    assert (
        isinstance(K.cast_to_floatx([1, 2]), np.ndarray)
        and K.cast_to_floatx(minidl.Tensor([1, 2])).dtype == np.float32
    )


@pytest.mark.parametrize(
    ("name", "cure"),
    [
        ("gradients", "GradientTape"),
        ("get_session", "no sessions"),
        ("set_session", "no sessions"),
        ("placeholder", r"Input\(shape\)"),
        ("nonsense", "minidl.ops"),
    ],
)
def test_what_k_has_no_more(name, cure):
    with pytest.raises(AttributeError, match=cure):
        getattr(K, name)


def test_wrong_shapes_are_said():
    with pytest.raises(ValueError, match=r"\(batch, d\)"):
        K.repeat(A[0], 2)
    with pytest.raises(ValueError, match="samples"):
        K.batch_dot(A, A, axes=0)
    with pytest.raises(ValueError, match="batches of vectors"):
        K.batch_dot(A[0], A[0])
    with pytest.raises(ValueError, match="more axes"):
        K.switch(A > 0, A[0], A[0])


def test_k_function_gives_what_layers_compute():
    model = a_model()
    hidden = K.function([model.input], [model.layers[0].output, model.output])([X])
    assert [type(h) for h in hidden] == [np.ndarray] * 2
    np.testing.assert_allclose(hidden[0], np.tanh(X @ model.layers[0].get_weights()[0]), rtol=1e-5)
    np.testing.assert_allclose(hidden[1], model.predict(X, verbose=0), rtol=1e-6)
    middle = K.function([model.layers[1].input], [model.layers[1].output])
    np.testing.assert_allclose(middle([hidden[0]])[0], hidden[1], rtol=1e-6)
    np.testing.assert_allclose(K.function(model.inputs, model.output)(X), hidden[1], rtol=1e-6)
    with pytest.raises(ValueError, match="list of 1; received 0"):
        middle([])
    with pytest.raises(ValueError, match="symbols"):
        K.function([X], [model.output])


def test_k_function_takes_the_learning_phase():
    x = minidl.Input((3,))
    model = minidl.Model(x, layers.Dropout(0.5)(x))
    f = K.function([model.input, K.learning_phase()], [model.output])
    assert (f([X, 0])[0] == X).all() and (f([X])[0] == X).all()
    assert (f([X, 1])[0] == 0).any()


def test_phases():
    class Doubled(layers.Layer):
        def call(self, x):
            assert K.learning_phase() in (0, 1)
            return K.in_train_phase(lambda: x * 2, x) + K.in_test_phase(0 * x, x)

    layer = Doubled()
    assert (
        layer(X).numpy().tolist() == X.tolist()
        and layer(X, training=True).numpy().tolist() == (3 * X).tolist()
    )
    x = minidl.Input((3,))
    model = minidl.Model(x, K.in_train_phase(x * 2, x))
    assert (
        model(X, training=True).numpy().tolist() == (2 * X).tolist()
        and model(X).numpy().tolist() == X.tolist()
    )
    assert K.in_train_phase(1, 2, training=True) == 1
    warned(lambda: K.set_learning_phase(1), "training=True")
    with warned(lambda: K.learning_phase_scope(0), "training=True"):
        pass


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


# --- names and arguments
# ---

ARGUMENTS = [
    (
        lambda: layers.Dense(output_dim=3, name="d"),
        lambda: layers.Dense(3, name="d"),
        ["Dense(units=...)"],
    ),
    (
        lambda: layers.Dense(3, init="uniform", bias=False, name="d"),
        lambda: layers.Dense(3, kernel_initializer="uniform", use_bias=False, name="d"),
        ["kernel_initializer", "use_bias"],
    ),
    (
        lambda: layers.Dense(3, W_regularizer="l2", b_constraint="non_neg", name="d"),
        lambda: layers.Dense(3, kernel_regularizer="l2", bias_constraint="non_neg", name="d"),
        ["kernel_regularizer", "bias_constraint"],
    ),
    (
        lambda: layers.Dropout(p=0.3, name="d"),
        lambda: layers.Dropout(0.3, name="d"),
        ["Dropout(rate=...)"],
    ),
    (
        lambda: layers.GaussianNoise(sigma=0.3, name="d"),
        lambda: layers.GaussianNoise(0.3, name="d"),
        ["stddev"],
    ),
    (
        lambda: layers.BatchNormalization(fused=True, renorm=False, mode=0, name="d"),
        lambda: layers.BatchNormalization(name="d"),
        ["fused", "renorm", "mode"],
    ),
    (
        lambda: layers.InputLayer(batch_input_shape=(None, 3), name="d"),
        lambda: layers.InputLayer((3,), name="d"),
        ["batch_shape"],
    ),
    (
        lambda: layers.ThresholdedReLU(theta=0.5, name="d"),
        lambda: layers.ReLU(threshold=0.5, name="d"),
        ["layers.ReLU(threshold=theta)"],
    ),
    (
        lambda: layers.Embedding(5, 2, init="zeros", name="d"),
        lambda: layers.Embedding(5, 2, "zeros", name="d"),
        ["embeddings_initializer"],
    ),
    (
        lambda: minidl.optimizers.Nadam(lr=0.1),
        lambda: minidl.optimizers.Nadam(0.1),
        ["Nadam(learning_rate=0.1)"],
    ),
    (lambda: minidl.regularizers.l1(l=0.3), lambda: minidl.regularizers.L1(0.3), ["L1(l1=...)"]),
    (lambda: minidl.regularizers.l2(l=0.3), lambda: minidl.regularizers.L2(0.3), ["L2(l2=...)"]),
    (
        lambda: minidl.optimizers.Nadam(0.1, schedule_decay=0.004),
        lambda: minidl.optimizers.Nadam(0.1),
        ["schedule_decay"],
    ),
]


@pytest.mark.parametrize(("old", "today", "phrases"), ARGUMENTS, ids=[str(a[2]) for a in ARGUMENTS])
def test_arguments_under_older_names(old, today, phrases):
    with warnings.catch_warnings(record=True) as found:
        warnings.simplefilter("always")
        thing = old()
    messages = sorted(str(w.message) for w in found)
    assert len(messages) == len(phrases) and all(any(p in m for m in messages) for p in phrases), (
        messages
    )
    assert {w.filename for w in found} == {__file__}
    assert thing.get_config() == today().get_config()
    assert type(thing).from_config(thing.get_config()).get_config() == thing.get_config()


@pytest.mark.parametrize(
    ("do", "cure"),
    [
        (lambda: layers.BatchNormalization(renorm=True), "larger batches"),
        (lambda: layers.BatchNormalization(mode=1), "LayerNormalization"),
        (lambda: layers.Embedding(5, 2, dropout=0.2), "SpatialDropout1D"),
        (lambda: a_model().compile("sgd", "mse", target_tensors=[Y]), r"fit\(x, y\)"),
        (lambda: a_model().to_yaml(), "to_json"),
        (lambda: a_model().add_metric(a_model().output, name="m"), r"call\(\)"),
        (
            lambda: warned(lambda: minidl.models.model_from_yaml, "model_from_json")("a: 1"),
            "model_from_json",
        ),
    ],
)
def test_what_is_gone_names_its_cure(do, cure):
    with pytest.raises((ValueError, RuntimeError), match=cure):
        do()


def test_labels_under_older_names():
    assert warned(
        lambda: minidl.utils.to_categorical(y=[0, 2]), "to_categorical(x=...)"
    ).tolist() == [[1, 0, 0], [0, 0, 1]]
    assert warned(
        lambda: minidl.utils.to_categorical([1], nb_classes=2), "to_categorical(num_classes=...)"
    ).tolist() == [[0, 1]]


def test_both_names_at_once_are_an_error():
    with pytest.raises(TypeError, match="both units=3 and its old name output_dim=4"):
        layers.Dense(units=3, output_dim=4)


def test_plateaus_and_bars_take_older_arguments():
    callback = warned(
        lambda: minidl.callbacks.ReduceLROnPlateau(epsilon=0.5), "ReduceLROnPlateau(min_delta=...)"
    )
    assert callback.min_delta == 0.5
    assert isinstance(
        warned(lambda: minidl.callbacks.ProgbarLogger(count_mode="samples"), "count_mode"),
        minidl.callbacks.Callback,
    )
    assert minidl.callbacks.Callback().validation_data is None


def test_models_take_input_and_output():
    x = minidl.Input((3,))
    model = warned(lambda: minidl.Model(inputs=x, output=layers.Dense(2)(x)), "Model(outputs=...)")
    assert model.output_shape == (None, 2) and len(model.layers) == 2


def test_compile_and_fit_take_what_means_nothing_today():
    model = a_model()
    warned(
        lambda: model.compile(
            "sgd", "mse", sample_weight_mode=None, experimental_run_tf_function=False
        ),
        "left out",
        "left out",
    )
    model, today = a_model(), a_model()
    history = warned(
        lambda: model.fit(
            X,
            Y,
            shuffle=False,
            verbose=0,
            nb_epoch=2,
            workers=2,
            use_multiprocessing=True,
            max_queue_size=5,
        ),
        "epochs=",
        "workers=",
        "use_multiprocessing=",
        "max_queue_size=",
    )
    assert len(history.history["loss"]) == 2
    today.fit(X, Y, shuffle=False, verbose=0, epochs=2)
    np.testing.assert_array_equal(model.predict(X, verbose=0), today.predict(X, verbose=0))
    with pytest.raises(TypeError, match="steps_per_epoch"):
        model.fit(X, Y, samples_per_epoch=8)
    with pytest.raises(TypeError, match="help"):
        model.fit(X, Y, nonsense=8)


def test_class_weight_by_a_word():
    model, today, labels = a_model(), a_model(), np.array([0, 0, 0, 1] * 2, np.float32)
    warned(
        lambda: model.fit(X, labels, class_weight="auto", shuffle=False, verbose=0),
        "class_weight='auto' is today left out",
    )
    today.fit(X, labels, shuffle=False, verbose=0)
    np.testing.assert_array_equal(model.get_weights()[0], today.get_weights()[0])
    with pytest.raises(
        TypeError, match=r"received 'balanced'; for classes that count alike: (.*), y being"
    ) as error:
        model.fit(X, labels, class_weight="balanced", verbose=0)
    cure = str(error.value).split("alike: ")[1].split(", y being")[0]
    assert eval(cure, {"y": labels}) == {0: pytest.approx(8 / 12), 1: 2}


def test_train_on_batch_can_go_on_counting():
    model = a_model()
    first = model.train_on_batch(X[:4], Y[:4])
    both = model.train_on_batch(X[4:], Y[4:], reset_metrics=False)
    twin = a_model()
    assert twin.train_on_batch(X[:4], Y[:4]) == first
    assert both == pytest.approx((first + twin.train_on_batch(X[4:], Y[4:])) / 2)
    assert model.test_on_batch(X[:4], Y[:4], reset_metrics=False) != model.test_on_batch(
        X[:4], Y[:4]
    )


NAMES = [
    (lambda: minidl.constraints.maxnorm, minidl.constraints.MaxNorm, "constraints.MaxNorm"),
    (lambda: minidl.constraints.unitnorm, minidl.constraints.UnitNorm, "constraints.UnitNorm"),
    (lambda: minidl.constraints.nonneg, minidl.constraints.NonNeg, "constraints.NonNeg"),
    (lambda: losses.cosine_proximity, losses.cosine_similarity, "losses.cosine_similarity"),
    (lambda: minidl.metrics.cosine_proximity, losses.cosine_similarity, "losses.cosine_similarity"),
    (lambda: losses.Reduction.NONE, "none", "reduction='none'"),
    (lambda: losses.Reduction.SUM, "sum", "'sum'"),
    (lambda: losses.Reduction.AUTO, "sum_over_batch_size", "'sum_over_batch_size'"),
    (
        lambda: minidl.keras.losses.Reduction.SUM_OVER_BATCH_SIZE,
        "sum_over_batch_size",
        "'sum_over_batch_size'",
    ),
]


@pytest.mark.parametrize(("old", "today", "phrase"), NAMES, ids=[n[2] for n in NAMES])
def test_things_under_older_names(old, today, phrase):
    assert warned(old, phrase) is today


def test_older_words_in_compile():
    model = a_model()
    warned(
        lambda: model.compile("sgd", "cosine_proximity", metrics=["cosine_proximity"]),
        *["The loss 'cosine_proximity' is today"] * 2,
    )
    with pytest.warns(FutureWarning, match="cosine_similarity"):  # the metrics are made here
        found = model.evaluate(X, Y, verbose=0)
    model.compile("sgd", "cosine_similarity")
    assert found[0] == found[1] == pytest.approx(model.evaluate(X, Y, verbose=0))
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        _ = losses.nonsense


def test_reduction_auto_is_the_usual_one():
    loss = losses.MeanSquaredError(reduction="auto")
    assert loss.reduction == "sum_over_batch_size" and loss([[1.0]], [[3.0]]).item() == 4
    none = warned(
        lambda: losses.MeanSquaredError(reduction=losses.Reduction.NONE), "reduction='none'"
    )
    assert none([[1.0], [2.0]], [[3.0], [2.0]]).numpy().tolist() == [4, 0]


# --- weights given at once, and what a layer takes
# ---------------------------------------------------------------------


def test_weights_are_there_from_the_start():
    matrix = np.arange(20.0, dtype=np.float32).reshape(5, 4)
    model = minidl.Sequential(
        [
            layers.Embedding(5, 4, weights=[matrix], input_length=3, trainable=False),
            layers.Flatten(),
        ]
    )
    assert model.input_shape == (None, 3) and model.trainable_weights == []
    assert model.predict(np.array([[0, 4, 1]]), verbose=0).tolist() == [
        [*range(4), *range(16, 20), *range(4, 8)]
    ]
    dense = layers.Dense(2, weights=[np.ones((3, 2)), [1.0, 2.0]])
    assert dense(X).numpy() == pytest.approx(X.sum(1, keepdims=True) + np.array([1, 2]), abs=1e-6)
    built = layers.Dense(2, weights=[np.ones((3, 2)), [1.0, 2.0]])
    built.build((None, 3))
    assert built.get_weights()[1].tolist() == [1, 2]
    norm = layers.BatchNormalization(weights=[np.full(3, v) for v in (2.0, 1.0, 0.0, 1.0)])
    assert norm(X).numpy() == pytest.approx(2 * X / np.sqrt(1.001) + 1, abs=1e-5)
    assert "weights" not in dense.get_config()
    with pytest.raises(ValueError, match=r"'kernel' has shape \(3, 2\); received \(2, 2\)"):
        layers.Dense(2, weights=[np.ones((2, 2)), np.ones(2)])(X)
    with pytest.raises(ValueError, match="received 1 arrays, but there are 2"):
        layers.Dense(2, weights=[np.ones((3, 2))])(X)


class Picky(layers.Layer):
    def __init__(self, **spec):
        super().__init__()
        self.input_spec = layers.InputSpec(**spec)

    def call(self, x):
        return x


@pytest.mark.parametrize(
    ("spec", "good", "bad"),
    [
        ({"ndim": 2}, (4, 3), (4, 3, 1)),
        ({"min_ndim": 3}, (4, 3, 1), (4, 3)),
        ({"max_ndim": 2}, (4,), (4, 3, 1)),
        ({"axes": {-1: 3}}, (4, 5, 3), (4, 5)),
        ({"axes": {1: 3}}, (4, 3), (3,)),
        ({"shape": (None, 3)}, (4, 3), (4, 2)),
        ({"shape": (None, 3)}, (1, 3), (1, 3, 1)),
    ],
)
def test_input_spec_is_kept_to(spec, good, bad):
    assert Picky(**spec)(np.ones(good)).shape == good
    with pytest.raises(ValueError, match=r"Picky 'picky.*takes inputs that fit InputSpec\("):
        Picky(**spec)(np.ones(bad))
    if len(good) > 1:
        assert Picky(**spec)(minidl.Input(good[1:])).shape == (None, *good[1:])


def test_input_spec_records():
    spec = layers.InputSpec(dtype="float32", shape=(None, 3), axes={-1: 3})
    assert (spec.dtype, spec.shape, spec.ndim, spec.min_ndim, spec.max_ndim, spec.axes) == (
        "float32",
        (None, 3),
        2,
        None,
        None,
        {-1: 3},
    )
    assert (
        layers.InputSpec.from_config(layers.InputSpec(ndim=2).get_config()).ndim == 2
        and repr(layers.InputSpec(ndim=2)) == "InputSpec(ndim=2)"
    )
    two = Picky()
    two.input_spec = [layers.InputSpec(ndim=2), layers.InputSpec(ndim=1)]
    two([X, X[:, 0]])
    with pytest.raises(ValueError, match="ndim=1"):
        two([X, X])


# --- methods


def test_methods_of_layers():
    model = a_model()
    dense = model.layers[0]
    assert dense.input_shape == (None, 3) and model.layers[1].input_shape == (None, 4)
    assert warned(lambda: dense.get_output_at(0), "layer.output") is dense.output
    assert warned(lambda: dense.get_input_shape_at(0), "layer.input") == (None, 3)
    assert warned(lambda: dense.get_output_shape_at(0), "layer.output") == (None, 4)
    with pytest.warns(FutureWarning), pytest.raises(ValueError, match="first call alone"):
        dense.get_input_at(1)
    with pytest.raises(AttributeError, match="no input_shape yet"):
        _ = layers.Dense(3).input_shape
    assert dense.updates == [] and not hasattr(layers.Dense(2), "input_shape")

    class Own(layers.Layer):
        def __init__(self, input_shape):
            super().__init__()
            self.input_shape = input_shape  # a name of its own

    assert Own(5).input_shape == 5


class Measuring(layers.Layer):
    def call(self, x):
        self.add_metric(ops.mean(ops.abs(x)), name="size")
        return x


def test_add_metric_in_a_layer_shows_in_the_history():
    model = minidl.Sequential([Measuring(), layers.Dense(1)])
    model.compile("sgd", "mse")
    with pytest.warns(FutureWarning, match="metrics.Mean"):
        history = model.fit(X, Y, verbose=0, batch_size=4, epochs=2).history
    assert history["size"] == pytest.approx([np.abs(X).mean()] * 2)


class ByHand(minidl.Model):
    def __init__(self):
        super().__init__()
        self.dense = layers.Dense(1, kernel_regularizer="l2")

    def call(self, x):
        return self.dense(x)

    def train_step(self, data):
        x, y = data
        with minidl.GradientTape() as tape:
            y_pred = self(x, training=True)
            loss = self.compiled_loss(y, y_pred, regularization_losses=self.losses)
        self.optimizer.apply_gradients(
            zip(tape.gradient(loss, self.trainable_variables), self.trainable_variables)
        )
        self.compiled_metrics.update_state(y, y_pred)
        return {m.name: m.result() for m in self.metrics}


class Plain(ByHand):
    train_step = minidl.Model.train_step


def test_compiled_loss_and_metrics_in_a_train_step():
    histories = []
    for kind in (ByHand, Plain):
        minidl.set_random_seed(5)
        model = kind()
        model.compile("adam", "mse", metrics=["mae"])
        with warnings.catch_warnings(record=True) as found:
            warnings.simplefilter("always")
            histories.append(model.fit(X, Y, epochs=3, batch_size=4, verbose=0).history)
        assert ("compute_loss(y=y, y_pred=y_pred)" in str([w.message for w in found])) is (
            kind is ByHand
        )
    assert histories[0].keys() == histories[1].keys() == {"loss", "mae"}
    for name in histories[0]:
        assert histories[0][name] == pytest.approx(histories[1][name], rel=1e-5)


def test_reset_states_does_nothing():
    warned(a_model().reset_states, "left out")


def test_methods_of_optimizers():
    w = minidl.Variable([1.0, 2.0])
    adam = minidl.optimizers.Adam(0.1)
    warned(lambda: adam.minimize(lambda: ops.sum(w * w), [w]), "apply_gradients")
    warned(lambda: adam.minimize(lambda: ops.sum(w * w), var_list=lambda: [w]), "apply_gradients")
    twin, other = minidl.Variable([1.0, 2.0]), minidl.optimizers.Adam(0.1)
    for _ in range(2):
        other.apply_gradients([(2 * twin.numpy(), twin)])
    assert w.numpy() == pytest.approx(twin.numpy())
    weights = warned(adam.get_weights, "get_state")
    assert int(weights[0]) == 2 and len(weights) == 4 and weights[2].shape == (2,)
    assert len(warned(lambda: adam.weights, "get_state")) == 3
    fading = minidl.optimizers.schedules.InverseTimeDecay(0.1, 1, 0.5)
    assert warned(lambda: minidl.optimizers.SGD(fading).decay, "learning_rate") == 0
    with minidl.GradientTape() as tape:
        loss = ops.sum(w * w)
    warned(lambda: minidl.optimizers.SGD(0.5).minimize(loss, [w], tape=tape), "apply_gradients")
    assert w.numpy() == pytest.approx([0, 0], abs=1e-6)
    with pytest.warns(FutureWarning), pytest.raises(ValueError, match="function without arguments"):
        adam.minimize(3.0, [w])


# --- custom objects
# ---


def double(x, *rest):
    return 2 * x


class Doubling(layers.Layer):
    def call(self, x):
        return 2 * x


@pytest.fixture
def registered():
    objects = minidl.utils.get_custom_objects()
    before = dict(objects)
    yield objects
    objects.clear()
    objects.update(before)


def test_names_of_your_own_work_wherever_names_do(registered):
    with pytest.raises(ValueError, match="Unknown activation 'double'"):
        layers.Dense(2, activation="double")
    registered.update(
        {
            "double": double,
            "by_layer": layers.Activation(double),
            "ones_of_mine": lambda shape, dtype=None: np.ones(shape),
            "own_loss": lambda y, p: ops.mean(ops.square(y - p), axis=-1) * 3,
        }
    )
    for name in ("double", "by_layer"):
        assert layers.Dense(1, activation=name, kernel_initializer="ones_of_mine")(
            X
        ).numpy() == pytest.approx(2 * Y, abs=1e-5)
    model = a_model()
    model.compile("sgd", "own_loss", metrics=["own_loss", "mse"])
    loss, metric, mse = model.evaluate(X, Y, verbose=0)
    assert loss == pytest.approx(3 * mse) and metric == pytest.approx(3 * mse)
    registered["MyPlain"] = minidl.optimizers.SGD
    assert isinstance(minidl.optimizers.get("MyPlain"), minidl.optimizers.SGD)
    registered["mine"] = minidl.regularizers.L2
    assert isinstance(minidl.regularizers.get("mine"), minidl.regularizers.L2)


def test_yours_come_before_the_librarys(registered):
    registered["relu"] = double
    assert layers.Activation("relu")(X).numpy().tolist() == (2 * X).tolist()
    del registered["relu"]
    assert layers.Activation("relu")(X).numpy().tolist() == np.maximum(X, 0).tolist()
    with minidl.utils.custom_object_scope({"double": double}):
        assert layers.Activation("double")(X).numpy().tolist() == (2 * X).tolist()
    with pytest.raises(ValueError, match="double"):
        layers.Activation("double")


def test_a_file_that_says_layers_dense_means_the_librarys(registered):
    registered["Dense"] = Doubling
    layer = minidl.layers.deserialize(minidl.layers.serialize(layers.Dense(2)))
    assert type(layer) is layers.Dense


# --- words and series
# ---


def test_hashed_words_are_the_same_in_every_run():
    words = minidl.preprocessing.text.one_hot("The cat, the dog!", 50)
    assert (
        words
        == minidl.preprocessing.text.hashing_trick("the cat the dog", 50, "md5")
        == [43, 32, 43, 2]
    )
    assert minidl.preprocessing.text.hashing_trick("a bb ccc", 3, len) == [2, 1, 2]
    with pytest.raises(ValueError, match="at least 2"):
        minidl.preprocessing.text.one_hot("a", 1)


def test_a_tokenizer_outlives_its_script():
    tokenizer = minidl.preprocessing.text.Tokenizer(num_words=4, oov_token="?")
    tokenizer.fit_on_texts(["the cat sat", "the dog"])
    again = minidl.preprocessing.text.tokenizer_from_json(tokenizer.to_json())
    assert again.texts_to_sequences(["the zebra sat"]) == tokenizer.texts_to_sequences(
        ["the zebra sat"]
    )
    assert (
        again.get_config() == tokenizer.get_config()
        and json.loads(tokenizer.to_json(indent=1))["class_name"] == "Tokenizer"
    )
    assert (
        again.texts_to_matrix(["the cat"], "tfidf")
        == tokenizer.texts_to_matrix(["the cat"], "tfidf")
    ).all()


def test_windows_before_a_moment():
    series = np.arange(10.0)
    batches = minidl.preprocessing.sequence.TimeseriesGenerator(
        series, series * 10, length=3, batch_size=4
    )
    assert len(batches) == 2
    x, y = batches[0]
    assert x.tolist() == [[0, 1, 2], [1, 2, 3], [2, 3, 4], [3, 4, 5]] and y.tolist() == [
        30,
        40,
        50,
        60,
    ]
    random = minidl.preprocessing.sequence.TimeseriesGenerator(
        series, series * 10, length=3, shuffle=True, reverse=True
    )
    x, y = random[0]
    assert (
        len(x) == 128
        and (x[:, 0] * 10 + 10 == y).all()
        and set(y) == {10 * n for n in range(3, 10)}
    )
    with pytest.raises(ValueError, match="10 and 9"):
        minidl.preprocessing.sequence.TimeseriesGenerator(series, series[1:], length=3)
    with pytest.raises(ValueError, match="no step has 10 steps"):
        minidl.preprocessing.sequence.TimeseriesGenerator(series, series, length=10)


def test_pairs_of_neighbours():
    skipgrams = minidl.preprocessing.sequence.skipgrams
    assert skipgrams([1, 2, 0, 3], 9, window_size=1, negative_samples=0, shuffle=False) == (
        [[1, 2], [2, 1]],
        [1, 1],
    )
    couples, labels = skipgrams(list(range(1, 9)), 9, window_size=2, negative_samples=0.5, seed=3)
    assert sum(labels) * 3 == 2 * len(labels) and all(
        abs(a - b) <= 2 for (a, b), label in zip(couples, labels) if label
    )
    assert labels != sorted(labels, reverse=True) and all(1 <= b < 9 for _, b in couples)
    _, hot = skipgrams([1, 2], 9, categorical=True, shuffle=False)
    assert hot == [[0, 1], [0, 1], [1, 0], [1, 0]]
    table = minidl.preprocessing.sequence.make_sampling_table(1000)
    assert (np.diff(table[1:]) > 0).all() and table[0] == table[1] and table.max() <= 1
    assert skipgrams([1, 2, 3], 9, sampling_table=np.zeros(4), negative_samples=0) == ([], [])


def test_the_helper_points_past_the_library():
    with pytest.warns(FutureWarning, match="^a is today b.$") as found:
        older("a", "b")
    assert found[0].filename == __file__ and P.shape == (2, 3)


# --- the rooms below
# ---


@pytest.mark.parametrize("room", ["core", "ops", "callbacks", "activations.py", "random.py"])
def test_the_catalogues_know_nothing_of_older_spellings(room):
    place = Path(minidl.__file__).parent / room
    for file in sorted(place.rglob("*.py")) if place.is_dir() else [place]:
        words = set(re.findall(r"[a-z]+", file.read_text(encoding="utf-8").lower()))
        assert not words & {"older", "legacy", "tutorial", "tutorials"}, file


def test_rooms_of_the_first_version_open_under_their_first_names():
    from minidl.derivatives import arithmetic
    from minidl.registry import Registry

    assert arithmetic is minidl.core.derivatives.arithmetic is minidl.derivatives.arithmetic
    assert isinstance(minidl.activations.registry, Registry)
    with pytest.warns(FutureWarning, match=r"activations\.registry"):
        assert minidl.activations.activations is minidl.activations.registry


def test_the_name_of_a_weight_may_come_first():
    layer = layers.Dense(2)
    w = layer.add_weight("w", (2, 3), "float64", "ones")
    assert (w.name, w.shape, w.dtype) == ("w", (2, 3), np.float64) and w.data.sum() == 6
    assert layer.add_weight((4,), name="v").shape == (4,)

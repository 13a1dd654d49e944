"""Things under their older names."""

import re
from pathlib import Path

import numpy as np
import pytest
from older_cases import P, a_model, warned
from training_cases import INPUTS, NUMBERS, in_batches, regression

import minidl
from minidl import Input, Model, Sequential, layers, losses, ops
from minidl.compat.older.warning import older

X = np.linspace(-1, 1, 24, dtype=np.float32).reshape(8, 3)
Y = X.sum(axis=1, keepdims=True)


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


# --- what older tutorials type
# ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("do", "today"),
    [
        (lambda m: m.fit_generator(in_batches(), steps_per_epoch=4, epochs=1, verbose=0), "fit"),
        (lambda m: m.fit_generator(in_batches(), 4, 1, 0), "fit"),
        (lambda m: m.evaluate_generator(in_batches(), steps=4, verbose=0), "evaluate"),
        (lambda m: m.predict_generator(in_batches(), steps=4, verbose=0), "predict"),
        (lambda m: m.predict_classes(INPUTS, verbose=0), "np.argmax"),
        (lambda m: m.predict_proba(INPUTS, verbose=0), "predict"),
        (lambda m: m.fit(INPUTS, NUMBERS, nb_epoch=2, verbose=0), "epochs="),
        (lambda m: minidl.utils.np_utils.to_categorical([0, 1]), "utils.to_categorical"),
        (lambda m: minidl.optimizers.legacy.Adam(0.1), "optimizers.Adam"),
    ],
)
def test_older_names_work_and_name_todays(do, today):
    model = regression()
    model.fit(INPUTS, NUMBERS, verbose=0)
    with pytest.warns(FutureWarning) as warned:
        do(model)
    assert today in str(warned[0].message) and warned[0].filename == __file__


def test_backend_functions_are_found_in_their_older_place():
    from minidl import backend as K

    assert K.mean(K.square(INPUTS)).numpy() == pytest.approx((INPUTS**2).mean(), rel=1e-6)
    assert K.image_data_format() == "channels_last" and K.epsilon() == 1e-7
    K.clear_session()
    assert layers.Dense(1).name == "dense"
    with pytest.raises(AttributeError, match="use minidl.ops"):
        _ = K.no_such_thing

    def soft_mae(y_true, y_pred):
        return K.mean(K.sqrt(K.square(y_true - y_pred) + K.epsilon()))

    model = Sequential([Input((4,)), layers.Dense(1)])
    model.compile("sgd", soft_mae, metrics=[soft_mae])
    assert set(model.fit(INPUTS, NUMBERS, verbose=0).history) == {"loss", "soft_mae"}


def test_the_module_is_its_own_keras():
    import minidl as tf

    assert tf.keras.layers.Dense is layers.Dense and tf.nn.relu is ops.relu
    assert tf.keras.Sequential is Sequential and tf.keras.Model is Model

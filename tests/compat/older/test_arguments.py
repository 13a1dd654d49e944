"""Arguments under their older names."""

import warnings

import numpy as np
import pytest
from older_cases import a_model, warned

import minidl
from minidl import layers

X = np.linspace(-1, 1, 24, dtype=np.float32).reshape(8, 3)
Y = X.sum(axis=1, keepdims=True)


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
        lambda: layers.Embedding(5, 2, input_length=4, name="d"),
        lambda: layers.Embedding(5, 2, input_shape=(4,), name="d"),
        [],
    ),
    (
        lambda: layers.Embedding(5, 2, input_length=None, dropout=0.0, name="d"),
        lambda: layers.Embedding(5, 2, name="d"),
        ["dropout"],
    ),
    (
        lambda: layers.LeakyReLU(alpha=0.25, name="d"),
        lambda: layers.LeakyReLU(0.25, name="d"),
        [],
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
    assert {w.filename for w in found} <= {__file__}
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


def test_the_name_of_a_weight_may_come_first():
    layer = layers.Dense(2)
    w = layer.add_weight("w", (2, 3), "float64", "ones")
    assert (w.name, w.shape, w.dtype) == ("w", (2, 3), np.float64) and w.data.sum() == 6
    assert layer.add_weight((4,), name="v").shape == (4,)

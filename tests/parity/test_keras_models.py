"""Models with several inputs and outputs, penalties, frozen layers and other sources of data: the
same training in Keras, step by step.
"""

import os
import subprocess
import sys

import keras
import numpy as np
import pytest
from places import ROOT

import minidl

RNG = np.random.default_rng(0)
X = RNG.normal(size=(60, 4)).astype("float32")
Z = RNG.normal(size=(60, 3)).astype("float32")
LABELS, NUMBERS = (X.sum(axis=1) > 0).astype("int32"), (X[:, :1] * 2).astype("float32")


def weights_like(model, scale=0.5):
    rng = np.random.default_rng(1)
    return [
        np.abs(rng.normal(size=w.shape)).astype("float32")
        if "variance" in w.name
        else (scale * rng.normal(size=w.shape)).astype("float32")
        for w in model.weights
    ]


def both(build):
    """The same model in both frameworks, with the same weights."""
    ours, theirs = build(minidl), build(keras)
    assert [tuple(w.shape) for w in ours.weights] == [tuple(w.shape) for w in theirs.weights]
    assert [layer.name.rstrip("_0123456789") for layer in ours.layers] == [
        layer.name.rstrip("_0123456789") for layer in theirs.layers
    ]
    start = weights_like(ours)
    ours.set_weights(start)
    theirs.set_weights(start)
    return ours, theirs


def same_history(a, b, rel=2e-4):
    assert list(a) == list(b)
    for name in a:
        assert a[name] == pytest.approx(b[name], rel=rel, abs=1e-6), name


def branched(k, outputs=list):
    a, b = k.Input((4,), name="a"), k.Input((3,), name="b")
    shared = k.layers.Dense(5, activation="tanh", name="shared")
    left = shared(a)
    right = k.layers.Dense(4, name="widen")(b)
    joined = k.layers.Concatenate(name="join")([left, shared(right), b])
    trunk = k.layers.BatchNormalization(name="norm")(joined)
    trunk = trunk * 2.0 + 1.0
    trunk = k.layers.Add(name="residual")(
        [trunk, k.layers.Dense(13, activation="relu", name="wide")(trunk)]
    )
    cls, reg = (
        k.layers.Dense(2, activation="softmax", name="cls")(trunk),
        k.layers.Dense(1, name="reg")(trunk[:, :6]),
    )
    return k.Model([a, b], [cls, reg] if outputs is list else {"first": cls, "second": reg})


# of the output that has no loss; Keras says nothing
@pytest.mark.parametrize(
    ("options", "y", "weights"),
    [
        (
            {
                "loss": ["sparse_categorical_crossentropy", "mse"],
                "metrics": [["accuracy"], ["mae", "mse"]],
            },
            [LABELS, NUMBERS],
            None,
        ),
        (
            {
                "loss": {"cls": "sparse_categorical_crossentropy", "reg": "huber"},
                "loss_weights": {"cls": 0.3, "reg": 2.0},
                "metrics": {"cls": ["accuracy"], "reg": ["mae"]},
            },
            {"cls": LABELS, "reg": NUMBERS},
            None,
        ),
        (
            {
                "loss": ["sparse_categorical_crossentropy", "mse"],
                "loss_weights": [0.5, 0.5],
                "weighted_metrics": [["accuracy"], ["mae"]],
            },
            [LABELS, NUMBERS],
            [RNG.random(60), RNG.random(60)],
        ),
        ({"loss": ["sparse_categorical_crossentropy", None]}, [LABELS, NUMBERS], None),
    ],
)
@pytest.mark.filterwarnings("ignore:No gradient reached")
def test_several_outputs(options, y, weights):
    ours, theirs = both(branched)
    histories, results = [], []
    for model in (ours, theirs):
        model.compile("adam", **options)
        histories.append(
            model.fit(
                [X, Z], y, sample_weight=weights, epochs=3, batch_size=16, shuffle=False, verbose=0
            ).history
        )
        results.append(model.evaluate([X, Z], y, sample_weight=weights, verbose=0))
    same_history(*histories)
    assert results[0] == pytest.approx(results[1], rel=5e-4)
    for p, q in zip(*(model.predict({"a": X, "b": Z}, verbose=0) for model in (ours, theirs))):
        np.testing.assert_allclose(p, q, rtol=2e-3, atol=2e-4)


def test_outputs_in_a_dict():
    ours, theirs = both(lambda k: branched(k, dict))
    histories = []
    for model in (ours, theirs):
        model.compile(
            "sgd",
            {"first": "sparse_categorical_crossentropy", "second": "mse"},
            metrics={"second": "mae"},
        )
        histories.append(
            model.fit(
                {"a": X, "b": Z},
                {"first": LABELS, "second": NUMBERS},
                epochs=2,
                batch_size=20,
                shuffle=False,
                validation_data=({"a": X, "b": Z}, {"first": LABELS, "second": NUMBERS}),
                verbose=0,
            ).history
        )
    same_history(*histories)


def regularised(k):
    return k.Sequential(
        [
            k.Input((4,)),
            k.layers.Dense(
                6,
                activation="elu",
                kernel_regularizer=k.regularizers.L1L2(0.01, 0.02),
                bias_regularizer=k.regularizers.L1(0.1),
            ),
            k.layers.LayerNormalization(),
            k.layers.Dense(
                5, kernel_constraint="non_neg", kernel_regularizer=k.regularizers.L2(0.02)
            ),
            k.layers.PReLU(),
            k.layers.Dense(1, kernel_constraint=k.constraints.MaxNorm(0.5)),
        ]
    )


def test_penalties_and_limits():
    """(No L1 on weights that a constraint puts to exactly 0: JAX takes 1 for the slope of |w|
    there, PyTorch and minidl 0.)
    """
    ours, theirs = both(regularised)
    histories = []
    for model in (ours, theirs):
        model.compile(
            (("minidl" in type(model).__module__ and minidl) or keras).optimizers.SGD(
                0.05, momentum=0.9
            ),
            "mse",
            metrics=["mae"],
        )
        histories.append(
            model.fit(X, NUMBERS, epochs=4, batch_size=16, shuffle=False, verbose=0).history
        )
    same_history(*histories)
    for a, b in zip(ours.get_weights(), theirs.get_weights()):
        np.testing.assert_allclose(a, b, rtol=2e-3, atol=1e-5)
    assert [float(v) for v in ours.losses] == pytest.approx(
        [float(v) for v in theirs.losses], rel=1e-3
    )


def test_a_frozen_layer_and_batch_normalization_that_infers():
    def build(k):
        model = k.Sequential(
            [
                k.Input((4,)),
                k.layers.Dense(5, name="kept"),
                k.layers.BatchNormalization(),
                k.layers.Dense(1),
            ]
        )
        return model

    ours, theirs = both(build)
    histories = []
    for model in (ours, theirs):
        model.layers[0].trainable = model.layers[1].trainable = False
        model.compile("sgd", "mse")
        histories.append(
            model.fit(X, NUMBERS, epochs=3, batch_size=16, shuffle=False, verbose=0).history
        )
    same_history(*histories)
    assert len(ours.trainable_weights) == len(theirs.trainable_weights) == 2
    for a, b in zip(ours.get_weights(), theirs.get_weights()):
        np.testing.assert_allclose(a, b, rtol=1e-3, atol=1e-6)


def test_class_weights_validation_split_and_batches_that_do_not_divide():
    ours, theirs = both(
        lambda k: k.Sequential(
            [
                k.Input((4,)),
                k.layers.Dense(7, activation="relu"),
                k.layers.Dense(2, activation="softmax"),
            ]
        )
    )
    histories = []
    for model in (ours, theirs):
        model.compile("rmsprop", "sparse_categorical_crossentropy", metrics=["accuracy"])
        histories.append(
            model.fit(
                X,
                LABELS,
                epochs=3,
                batch_size=13,
                shuffle=False,
                validation_split=0.3,
                class_weight={0: 0.5, 1: 3.0},
                verbose=0,
            ).history
        )
    same_history(*histories)


def test_generators_and_datasets():
    def batches():
        while True:
            for start in range(0, 60, 20):
                yield X[start : start + 20], NUMBERS[start : start + 20]

    ours, theirs = both(lambda k: k.Sequential([k.Input((4,)), k.layers.Dense(1)]))
    histories = []
    for model, k in ((ours, minidl), (theirs, keras)):

        class Pages(k.utils.PyDataset):
            def __len__(self):
                return 3

            def __getitem__(self, i):
                return X[i * 20 : i * 20 + 20], NUMBERS[i * 20 : i * 20 + 20]

        model.compile("sgd", "mse")
        first = model.fit(batches(), steps_per_epoch=3, epochs=2, shuffle=False, verbose=0).history
        second = model.fit(
            Pages(), epochs=2, shuffle=False, validation_data=Pages(), verbose=0
        ).history
        histories.append({**first, **{f"second {n}": v for n, v in second.items()}})
        np.testing.assert_allclose(
            model.predict(Pages(), verbose=0), model.predict(X, verbose=0), rtol=1e-5
        )
    same_history(*histories)


def test_what_layers_add_to_the_loss():
    def build(k):
        class Sparse(k.layers.Layer):
            def call(self, x):
                self.add_loss(0.1 * k.ops.mean(k.ops.square(x)))
                return x

        return k.Sequential(
            [
                k.Input((4,)),
                k.layers.Dense(5, activity_regularizer="l2"),
                Sparse(),
                k.layers.Dense(1),
            ]
        )

    ours, theirs = both(build)
    histories = []
    for model in (ours, theirs):
        model.compile("sgd", "mse")
        histories.append(
            model.fit(X, NUMBERS, epochs=3, batch_size=15, shuffle=False, verbose=0).history
        )
        model(X)
    same_history(*histories)
    assert sorted(float(v) for v in ours.losses) == pytest.approx(
        sorted(float(v) for v in theirs.losses), rel=1e-3
    )


def test_summary_counts_as_keras_counts():
    lines = [[], []]
    for model, rows in zip(both(branched), lines):
        model.summary(print_fn=lambda text, rows=rows: rows.extend(text.splitlines()))
    totals = [[line.strip() for line in rows if "params:" in line] for rows in lines]
    assert totals[0] == totals[1] and len(totals[0]) == 3


# --- chapter 16, the whole of it
# -------------------------------------------------------------------------------------


def test_chapter_16_with_keras(tmp_path):
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "MPLBACKEND": "Agg"}
    done = subprocess.run(
        [sys.executable, ROOT / "chapters" / "ch16_leaving_for_keras.py"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert "opened in Keras" in done.stdout and "only printed" not in done.stdout


def test_the_lines_for_keras_distribution_run_on_two_devices(tmp_path):
    """As chapter 16 prints them, on two devices that JAX makes of one CPU."""
    text = (ROOT / "chapters" / "ch16_leaving_for_keras.py").read_text(encoding="utf-8")
    lines = text.split('THERE = """')[1].split('"""')[0]
    code = "\n".join(line[4:] for line in lines.splitlines())
    model = minidl.Sequential(
        [
            minidl.Input((4,)),
            minidl.layers.Dense(8, activation="relu"),
            minidl.layers.Dense(3, activation="softmax"),
        ]
    )
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    model.save(tmp_path / "model.keras")
    data = (
        "import numpy as np\nx, y = np.random.default_rng(0).random((64, 4), dtype='float32'), "
        "np.arange(64) % 3\n"
    )
    environment = {**os.environ, "XLA_FLAGS": "--xla_force_host_platform_device_count=2"}
    done = subprocess.run(
        [sys.executable, "-c", data + code + "\nprint(len(devices), 'devices')"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert "2 devices" in done.stdout and "Epoch 3/3" in done.stdout

"""Optimizers made of others: MultiOptimizer with its OptimizerMap, LossScaleOptimizer. And what
else optimizers of Keras do: gradients that take their variables' place, steps written for Keras.
"""

import pickle
import subprocess
import sys

import numpy as np
import pytest
from optimizer_family import compiled

import minidl
from minidl import Variable, callbacks, layers, models
from minidl.optimizers import (
    SGD,
    Adam,
    LossScaleOptimizer,
    MultiOptimizer,
    OptimizerMap,
    RAdam,
    RMSprop,
)

X = np.linspace(-1, 1, 24, dtype="float32").reshape(8, 3)
Y = X.sum(1, keepdims=True)


def of_two(**options):
    """Adam for layer a, SGD with momentum for the rest."""
    chosen = OptimizerMap(SGD(0.1, momentum=0.9), {"a/.*": Adam(0.01)})
    return MultiOptimizer(chosen, **options)


def around_both():
    return [of_two(), LossScaleOptimizer(Adam(0.01)), LossScaleOptimizer(of_two())]


def test_neither_is_opened_before_its_use():
    done = "import sys, minidl; minidl.optimizers.get('adam'); print(*sys.modules)"
    out = subprocess.run([sys.executable, "-c", done], capture_output=True, text=True, check=True)
    assert "minidl.optimizers.adam" in out.stdout
    assert "optimizers.several" not in out.stdout
    assert "optimizers.loss_scale" not in out.stdout


# --- which optimizer moves what


def test_a_map_looks_for_the_path_itself_then_for_a_pattern():
    adam, sgd, default = Adam(), SGD(), RMSprop()
    chosen = OptimizerMap(default, {"encoder/.*": sgd})
    chosen["encoder/first/kernel"] = adam
    assert chosen["encoder/first/kernel"] is adam
    assert chosen["encoder/first/bias"] is sgd
    assert chosen["my/encoder/first/bias"] is default  # the whole path must match
    assert (len(chosen), list(chosen)) == (2, ["encoder/.*", "encoder/first/kernel"])
    chosen[".*bias"] = RMSprop()
    with pytest.raises(ValueError, match="matches several patterns"):
        chosen["encoder/first/bias"]
    del chosen[".*bias"]
    assert chosen["encoder/first/bias"] is sgd


@pytest.mark.parametrize(
    ("key", "optimizer", "message"),
    [
        (3, SGD(), "a key is a pattern"),
        ("a", SGD(), "a key is a pattern of paths that is not there yet"),
        ("(", SGD(), "no regular expression"),
        ("b", "sgd", "an optimizer that moves weights itself"),
        ("b", of_two(), "an optimizer that moves weights itself"),
        ("b", LossScaleOptimizer(SGD()), "an optimizer that moves weights itself"),
    ],
)
def test_what_a_map_refuses(key, optimizer, message):
    chosen = OptimizerMap(SGD(), {"a": Adam()})
    with pytest.raises(ValueError, match=message):
        chosen[key] = optimizer
    assert list(chosen) == ["a"]


@pytest.mark.parametrize(
    "make",
    [
        lambda: OptimizerMap("sgd"),
        lambda: OptimizerMap(SGD(), [Adam()]),
        lambda: MultiOptimizer(SGD()),
        lambda: LossScaleOptimizer("adam"),
    ],
)
def test_what_they_are_not_made_of(make):
    with pytest.raises(TypeError, match="received"):
        make()


def test_the_optimizers_of_a_map_are_known_before_the_variables():
    assert [type(one) for one in of_two().optimizers] == [Adam, SGD]


def test_each_part_moves_as_under_its_own_optimizer():
    model = compiled(of_two())
    model.fit(X, Y, epochs=3, shuffle=False, verbose=0)
    a, b = [v.data[:] for v in model.layers[0].weights], [v.data for v in model.layers[1].weights]

    alone = compiled(SGD(0.1, momentum=0.9))
    alone(X)
    adam, sgd = Adam(0.01), SGD(0.1, momentum=0.9)
    adam.build(alone.layers[0].weights)
    sgd.build(alone.layers[1].weights)
    for _ in range(3):
        alone.compute_loss(y=Y, y_pred=alone(X)).backward()
        adam.step()
        sgd.step()
    for got, expected in zip([*a, *b], alone.weights):
        np.testing.assert_array_equal(got, expected.data)
    assert [one.iterations for one in model.optimizer.optimizers] == [3, 3]
    assert model.optimizer.iterations == 3


def test_a_function_may_choose_too():
    slow, fast = SGD(0.1), SGD(1.0)
    several = MultiOptimizer(lambda v: slow if v.name == "slow" else fast, loss_scale_factor=2)
    variables = [Variable([1.0], name="slow"), Variable([1.0], name="fast")]
    several.apply([[2.0], [1.0]], variables)
    np.testing.assert_allclose([v.data[0] for v in variables], [0.9, 0.5])
    assert several.optimizers == [slow, fast]
    assert several.scale_loss(3.0) == 6.0


def test_a_choice_that_is_no_optimizer_leaves_all_as_it_was():
    sgd = SGD()
    several = MultiOptimizer(lambda v: sgd if v.name == "a" else None)
    with pytest.raises(ValueError, match="MultiOptimizer: what moves .* received None"):
        several.build([Variable([1.0], name="a"), Variable([1.0], name="b")])
    assert not several.built
    assert not sgd.built
    assert several.optimizers == []


def test_a_pattern_without_a_variable_is_reported():
    several = MultiOptimizer(OptimizerMap(SGD(), {"no/.*": Adam()}))
    with pytest.warns(UserWarning, match="no variable's path matches 'no/.*'.*a/kernel"):
        compiled(several).fit(X, Y, verbose=0)


@pytest.mark.parametrize("around", [lambda optimizer: optimizer, LossScaleOptimizer])
def test_there_is_no_rate_of_all_and_callbacks_set_each(around):
    several = MultiOptimizer(OptimizerMap(SGD(0.1), {"a/.*": SGD(0.01)}))
    with pytest.raises(AttributeError, match="has no learning rate of its own"):
        _ = several.learning_rate
    with pytest.raises(AttributeError, match="has no learning rate of its own"):
        several.learning_rate = 0.1
    model = compiled(around(several))
    halving = callbacks.LearningRateScheduler(lambda epoch, rate: rate / 2)
    logs = model.fit(X, Y, epochs=2, verbose=0, callbacks=[halving]).history
    np.testing.assert_allclose(logs["learning_rate_sgd"], [0.005, 0.0025], rtol=1e-6)
    np.testing.assert_allclose(logs["learning_rate_sgd_1"], [0.05, 0.025], rtol=1e-6)
    plateau = callbacks.ReduceLROnPlateau("loss", factor=0.1, patience=1, min_delta=1e9)
    model.fit(X, Y, epochs=2, verbose=0, callbacks=[plateau])
    np.testing.assert_allclose([o.learning_rate for o in several.optimizers], [0.00025, 0.0025])


@pytest.mark.parametrize("around", [lambda optimizer: optimizer, LossScaleOptimizer])
def test_a_bad_loss_is_explained_with_the_largest_rate(around):
    model = compiled(around(MultiOptimizer(OptimizerMap(SGD(1e30), {"a/.*": Adam()}))))
    with pytest.raises(FloatingPointError, match=r"step 2.*Learning rate: 1e\+30"):
        model.fit(X, Y, epochs=2, verbose=0)


def test_averages_are_kept_where_an_optimizer_keeps_them():
    kept = SGD(0.1, use_ema=True, ema_momentum=0.5)
    model = compiled(MultiOptimizer(OptimizerMap(SGD(0.1), {"a/.*": kept})))
    model.fit(X, Y, epochs=3, verbose=0)
    np.testing.assert_array_equal(model.layers[0].kernel.data, kept.kept.averages[0].data)


# --- both, in files


@pytest.mark.parametrize("ending", ["npz", "keras", "h5"])
@pytest.mark.parametrize("kind", range(3))
def test_training_goes_on_from_a_file(kind, ending, tmp_path):
    model = compiled(around_both()[kind])
    model.fit(X, Y, epochs=2, shuffle=False, verbose=0)
    model.save(tmp_path / f"model.{ending}")
    again = models.load_model(tmp_path / f"model.{ending}")
    before = model.optimizer.variables
    assert type(again.optimizer) is type(model.optimizer)
    assert [v.name for v in again.optimizer.variables] == [v.name for v in before]
    for one in (model, again):
        one.fit(X, Y, epochs=2, shuffle=False, verbose=0)
    for ours, expected in zip(
        [*again.weights, *again.optimizer.variables], [*model.weights, *model.optimizer.variables]
    ):
        np.testing.assert_array_equal(ours.data, expected.data)


@pytest.mark.parametrize("kind", range(3))
def test_a_state_is_taken_whole_or_not_at_all(kind):
    model = compiled(around_both()[kind])
    model.fit(X, Y, epochs=2, shuffle=False, verbose=0)
    optimizer = model.optimizer
    state = optimizer.get_state()
    counter = next(k for k in state if k.endswith(("/iteration", "/step_counter")))
    for spoiled in (np.array(-1), np.array(0.5), np.zeros(2, int)):
        with pytest.raises(ValueError, match=counter):
            optimizer.set_state({**state, "iterations": np.array(9), counter: spoiled})
        assert optimizer.kept.steps == 2
    fresh = compiled(around_both()[kind])
    fresh(X)
    fresh.optimizer.build(fresh.weights)
    fresh.optimizer.set_state(state)
    for ours, expected in zip(fresh.optimizer.variables, optimizer.variables):
        np.testing.assert_array_equal(ours.data, expected.data)


def test_an_optimizer_that_keras_has_not_stays_out_of_keras_files(tmp_path):
    import json
    import zipfile

    model = compiled(MultiOptimizer(OptimizerMap(SGD(), {"a/.*": RAdam()})))
    model.fit(X, Y, verbose=0)
    model.save(tmp_path / "m.keras")
    with zipfile.ZipFile(tmp_path / "m.keras") as file:
        assert "compile_config" not in json.loads(file.read("config.json"))


def test_the_summary_counts_what_the_optimizers_keep():
    model = compiled(of_two())
    model.fit(X, Y, verbose=0)
    lines: list[str] = []
    model.summary(print_fn=lambda line, **_: lines.append(line))
    # Adam: 2·8; SGD: 3; counters and rates: 6
    assert "Optimizer params: 25 (100.00 B)" in "\n".join(lines)


# --- what Keras's optimizers do besides


def test_a_name_scope_begins_the_paths():
    with minidl.name_scope("left"):
        dense = layers.Dense(2, name="dense")
        dense.build((None, 3))
        with minidl.name_scope("inner"):
            scale = Variable([1.0], name="scale")
    paths = [dense.kernel.path, scale.path, Variable([1.0], name="alone").path]
    assert paths == ["left/dense/kernel", "left/inner/scale", "alone"]
    assert pickle.loads(pickle.dumps(scale)).path == "left/inner/scale"
    with pytest.raises(ZeroDivisionError), minidl.name_scope("left"):
        _ = 1 / 0
    assert Variable([1.0], name="after").path == "after"

"""Optimizers made of others: MultiOptimizer with its OptimizerMap, LossScaleOptimizer. And what
else optimizers of Keras do: gradients that take their variables' place, steps written for Keras.
"""

import pickle
import subprocess
import sys

import numpy as np
import pytest

import minidl
from minidl import Sequential, Variable, callbacks, layers, models, optimizers
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


def compiled(optimizer, *names):
    model = Sequential(
        [
            layers.Dense(2, name="a", kernel_initializer="ones"),
            layers.Dense(1, name="b", kernel_initializer="ones"),
        ]
    )
    model.compile(optimizer, "mse", metrics=list(names))
    return model


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


# --- the loss scale


def test_the_scale_halves_at_inf_and_doubles_after_steps_without():
    optimizer = LossScaleOptimizer(SGD(0.5), initial_scale=8, dynamic_growth_steps=2)
    w = Variable([1.0, 2.0])
    optimizer.build([w])
    assert optimizer.scale_loss(3.0) == 24.0
    optimizer.apply([[8.0, np.inf]])
    np.testing.assert_array_equal(w.data, [1.0, 2.0])
    assert (optimizer.loss_scale_factor, optimizer.iterations) == (4.0, 0)
    optimizer.apply([[4.0, 8.0]])
    np.testing.assert_array_equal(w.data, [0.5, 1.0])
    assert (optimizer.loss_scale_factor, optimizer.iterations) == (4.0, 1)
    optimizer.apply([[4.0, 8.0]])
    np.testing.assert_array_equal(w.data, [0.0, 0.0])
    assert (optimizer.loss_scale_factor, optimizer.iterations) == (8.0, 2)


def test_fit_scales_nothing():
    histories = [
        compiled(optimizer).fit(X, Y, epochs=3, shuffle=False, verbose=0).history["loss"]
        for optimizer in (Adam(0.01, clipnorm=0.1), LossScaleOptimizer(Adam(0.01, clipnorm=0.1)))
    ]
    assert histories[0] == histories[1]


def test_the_rate_is_that_of_the_optimizer_inside():
    inner = SGD(0.5, loss_scale_factor=4)
    optimizer = LossScaleOptimizer(inner)
    optimizer.learning_rate = 0.25
    optimizer.iterations = 7
    assert (inner.learning_rate, optimizer.learning_rate) == (0.25, 0.25)
    assert (inner.iterations, optimizer.iterations) == (7, 7)
    assert inner.loss_scale_factor is None
    with pytest.raises(AttributeError, match="finds the scale itself"):
        optimizer.loss_scale_factor = 2.0


def test_settings_of_steps_belong_to_the_optimizer_inside():
    LossScaleOptimizer(SGD(), clipnorm=None, use_ema=False, dynamic=True)  # as in older files
    for options in ({"clipnorm": 1.0}, {"dynamic": False}, {"rate": 1}):
        with pytest.raises(ValueError, match=f"no setting '{next(iter(options))}'"):
            LossScaleOptimizer(SGD(), **options)


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


@pytest.mark.parametrize("kind", range(3))
def test_a_description_and_a_copy_make_the_same(kind):
    optimizer = around_both()[kind]
    described = optimizers.serialize(optimizer)
    assert optimizers.serialize(optimizers.deserialize(described)) == described
    assert optimizers.serialize(pickle.loads(pickle.dumps(optimizer))) == described
    assert repr(optimizer).startswith(f"<{type(optimizer).__name__} ")


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


def marked():
    """A variable whose gradient takes its place, and one that moves."""
    scale, w = Variable([1.0, 2.0], name="scale"), Variable([1.0, 2.0], name="w")
    scale.overwrite_with_gradient = True
    return scale, w


@pytest.mark.parametrize("options", [{}, {"clipnorm": 1e3, "weight_decay": 0.0}])
def test_a_gradient_may_take_its_variables_place(options):
    scale, w = marked()
    optimizer = SGD(1.0, loss_scale_factor=4.0, **options)
    optimizer.apply([[8.0, 4.0], [8.0, 4.0]], [scale, w])
    np.testing.assert_array_equal(scale.data, [8.0, 4.0])
    np.testing.assert_array_equal(w.data, [-1.0, 1.0])
    (scale.sum() * 3 + w.sum()).backward()
    optimizer.step()
    np.testing.assert_array_equal(scale.data, [3.0, 3.0])
    np.testing.assert_array_equal(w.data, [-2.0, 0.0])


def test_of_several_batches_the_largest_gradient_takes_the_place():
    scale, w = marked()
    optimizer = SGD(1.0, gradient_accumulation_steps=2)
    optimizer.apply([[2.0, 5.0], [2.0, 5.0]], [scale, w])
    np.testing.assert_array_equal(scale.data, [1.0, 2.0])
    optimizer.apply([[4.0, 3.0], [4.0, 3.0]], [scale, w])
    np.testing.assert_array_equal(scale.data, [4.0, 5.0])
    np.testing.assert_array_equal(w.data, [-2.0, -2.0])


def test_a_loss_scale_leaves_such_a_gradient_as_it_is():
    scale, w = marked()
    LossScaleOptimizer(SGD(1.0), initial_scale=8).apply([[8.0, 4.0], [8.0, 4.0]], [scale, w])
    np.testing.assert_array_equal(scale.data, [8.0, 4.0])
    np.testing.assert_array_equal(w.data, [0.0, 1.5])


@pytest.mark.parametrize("kind", [SGD, Adam, RAdam, RMSprop])
def test_an_update_step_of_ones_own_may_begin_with_that_of_the_class(kind):
    class Half(kind):
        """Steps of half the length."""

        def update_step(self, gradient, variable, learning_rate):
            super().update_step(gradient, variable, learning_rate / 2)

    ours, theirs = Variable([1.0, 2.0]), Variable([1.0, 2.0])
    half, plain = Half(0.1), kind(0.05)
    for g in ([1.0, -2.0], [0.5, 3.0]):
        half.apply([g], [ours])
        plain.apply([g], [theirs])
    np.testing.assert_allclose(ours.data, theirs.data, rtol=1e-6)
    with pytest.raises(minidl.GraphError, match="modified in place"):
        loss = ours * ours
        half.update_step([1.0, 1.0], ours, 0.1)
        loss.sum().backward()


def test_an_apply_written_for_keras_decays_by_itself():
    w, bias = Variable(np.ones((2, 2)), name="w"), Variable([1.0, 1.0], name="bias")
    optimizer = optimizers.Muon(0.5, weight_decay=0.2, adam_weight_decay=0.4)
    optimizer._apply_weight_decay([w, bias])
    np.testing.assert_allclose(w.data, np.full((2, 2), 0.9), rtol=1e-6)
    np.testing.assert_allclose(bias.data, [0.8, 0.8], rtol=1e-6)
    optimizer = SGD(0.5, weight_decay=0.2)
    optimizer.exclude_from_weight_decay(var_names=["bias"])
    optimizer._apply_weight_decay([w, bias])
    np.testing.assert_allclose(w.data, np.full((2, 2), 0.81), rtol=1e-6)
    np.testing.assert_allclose(bias.data, [0.8, 0.8], rtol=1e-6)


def test_the_parts_of_a_step_of_muon():
    x = np.array([[0.2499, 0.9105], [0.2655, 0.8824]], np.float32)
    muon = optimizers.Muon(rms_rate=0.2)
    expected = [[-0.4422, 0.6457], [0.7285, 0.2968]]  # as Keras 3.15 computes
    np.testing.assert_allclose(muon.zeropower_via_newtonschulz5(x, 5), expected, atol=1e-3)
    np.testing.assert_allclose(muon.lr_adjust(np.ones((4, 2))), np.full((4, 2), 0.4))
    assert optimizers.Muon(rms_rate=None).lr_adjust(x) is x


def test_a_matrix_of_whole_numbers_counts_on_in_whole_numbers():
    metric = minidl.metrics.MeanIoU(2)
    metric.total_cm = metric.add_variable((2, 2), "zeros", "int64", name="counts")
    metric.update_state([0, 1, 1], [0, 1, 0])
    metric.update_state([0, 1], [0, 1])
    np.testing.assert_array_equal(metric.total_cm.data, [[2, 0], [1, 2]])

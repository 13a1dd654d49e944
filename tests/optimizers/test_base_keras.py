"""Optimizers used as Keras's are: steps of one's own, stateless calls, the memory as a dict."""

import numpy as np
import pytest

import minidl
from minidl import Input, Sequential, Variable, layers, optimizers
from minidl.optimizers import SGD, Adam, LossScaleOptimizer, RAdam, RMSprop


class Momentum(optimizers.Optimizer):
    """Written for Keras."""

    def build(self, variables):
        if self.built:
            return
        super().build(variables)
        self.m = [self.add_variable_from_reference(v, name="m") for v in variables]
        self.steps = self.add_variable((), name="steps")

    def update_step(self, gradient, variable, learning_rate):
        m = self.m[self._get_variable_index(variable)]
        self.assign(m, 0.9 * m - learning_rate * gradient)
        self.assign_add(variable, m)
        self.assign_add(self.steps, 1)


def test_an_optimizer_written_for_keras_moves_as_ours():
    theirs, ours = Momentum(0.1, weight_decay=0.1), optimizers.SGD(0.1, 0.9, weight_decay=0.1)
    v, w = Variable([1.0, -2.0], name="v"), Variable([1.0, -2.0])
    for g in ([0.5, 1.0], [0.25, -2.0], [1.0, 1.0]):
        theirs.apply([np.array(g)], [v])
        ours.apply([np.array(g)], [w])
    np.testing.assert_allclose(v.numpy(), w.numpy(), rtol=1e-6)
    names = [kept.name for kept in theirs.variables]
    assert names == ["iteration", "learning_rate", "v_m", "steps"] and theirs.steps.item() == 3
    again = Momentum(0.1)
    again.build([Variable([0.0, 0.0], name="v")])
    again.set_state(theirs.get_state())
    np.testing.assert_array_equal(again.m[0], theirs.m[0])
    model = Sequential([Input((4,)), layers.Dense(1)])
    model.compile(Momentum(0.01), "mse")
    losses = model.fit(np.ones((8, 4)), np.zeros((8, 1)), epochs=3, verbose=0).history["loss"]
    assert losses[2] < losses[0]


def test_stateless_apply_changes_nothing():
    adam, twin = optimizers.Adam(0.1), optimizers.Adam(0.1)
    v, w = Variable([1.0, -2.0]), Variable([1.0, -2.0])
    adam.build([v])
    g = np.array([0.5, 1.0], "float32")
    kept = adam.variables
    moved = [v]
    for _ in range(2):
        moved, kept = adam.stateless_apply(kept, [g], moved)
        twin.apply([g], [w])
    assert v.numpy().tolist() == [1.0, -2.0] and adam.iterations == 0
    np.testing.assert_allclose(moved[0].numpy(), w.numpy(), rtol=1e-6)
    np.testing.assert_allclose(kept[2].numpy(), twin.variables[2].numpy(), rtol=1e-6)


def test_what_an_optimizer_remembers_as_a_dict():
    adam, other, store = optimizers.Adam(0.1), optimizers.Adam(0.3), {}
    v = Variable([1.0, -2.0])
    adam.apply([np.ones(2)], [v])
    adam.save_own_variables(store)
    other.build([v])
    other.load_own_variables(store)
    assert sorted(store) == ["0", "1", "2", "3"] and other.learning_rate == 0.1
    for a, b in zip(adam.variables, other.variables):
        np.testing.assert_array_equal(a, b)


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
    alone, first = Variable([1.0, 2.0]), Variable([1.0, 2.0])
    fresh = Half(0.1)
    fresh.build([alone])
    fresh.update_step([1.0, -2.0], alone, 0.1)  # outside apply it is a step too
    kind(0.05).apply([[1.0, -2.0]], [first])
    np.testing.assert_allclose(alone.data, first.data, rtol=1e-6)
    with pytest.raises(minidl.GraphError, match="modified in place"):
        loss = ours * ours
        half.update_step([1.0, 1.0], ours, 0.1)
        loss.sum().backward()


class Returning(optimizers.Optimizer):
    """Its update gives the new numbers instead of changing the old ones."""

    def update(self, w, g, lr):
        return w - lr * g


def test_what_update_returns_takes_the_variables_place():
    v = Variable([1.0, 2.0])
    optimizer = Returning(0.5)
    optimizer.build([v])
    optimizer.update_step([2.0, -2.0], v, 0.5)
    assert v.numpy().tolist() == [0.0, 3.0]


def test_variables_and_gradients_as_keras_hands_them_over():
    optimizer = SGD(clipnorm=1.0)
    made = [optimizer.add_variable(2, "ones"), optimizer.add_variable((1, 2), dtype="int64")]
    assert [(v.name, v.shape, v.dtype.name) for v in made] == [
        ("variable_0", (2,), "float32"),
        ("variable_1", (1, 2), "int64"),
    ]
    assert made[0].numpy().tolist() == [1, 1] and not made[0].trainable
    with minidl.name_scope("part"):
        v = Variable([1.0], name="w")
    assert optimizer.add_variable_from_reference(v, "m").name == "part_w_m"
    assert optimizer.add_variable_from_reference(v).name == "part_w_variable"
    optimizer.assign_sub(v, [0.25])
    assert v.numpy().tolist() == [0.75]
    nothing, clipped = optimizer._clip_gradients([None, Variable([3.0, 4.0])])
    assert nothing is None
    np.testing.assert_allclose(clipped, [0.6, 0.8], rtol=1e-6)


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

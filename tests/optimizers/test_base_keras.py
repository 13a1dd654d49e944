"""Optimizers used as Keras's are: steps of one's own, stateless calls, the memory as a dict."""

import numpy as np

from minidl import Input, Sequential, Variable, layers, optimizers


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

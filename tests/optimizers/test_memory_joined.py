"""Small variables that one update moves together."""

import copy
import pickle

import numpy as np
import pytest
from optimizer_family import family

from minidl import Variable
from minidl.optimizers import Adam, Optimizer, memory
from minidl.support.arrays import NUMPY_1

# The last one is not small. NumPy 1 computes with single numbers in float64, so an array of one
# axis stands for them there.
SHAPES = ((3, 4), (4,), (1,) if NUMPY_1 else (), (2, 2, 2), (100, 100))


def new_variables(dtype="f"):
    rng = np.random.default_rng(0)
    return [Variable(rng.normal(size=s).astype(dtype), name="w") for s in SHAPES]


def gradients(step, variables):
    rng = np.random.default_rng(step)
    return [rng.normal(size=v.shape).astype(v.dtype) for v in variables]


def moved(optimizer, variables, steps):
    for step in steps:
        optimizer.apply(gradients(step, variables), variables)
    return [v.numpy() for v in variables]


def everything(optimizer, variables):
    return [v.numpy() for v in variables] + [v.numpy() for v in optimizer.variables]


def assert_equal(left, right):
    assert len(left) == len(right)
    for a, b in zip(left, right):
        np.testing.assert_array_equal(a, b)


@family
def test_together_they_move_as_alone(cls, monkeypatch):
    together, several = cls(), new_variables()
    moved(together, several, range(3))
    assert [joined.places for joined in together.kept.joined] == [[0, 1, 2, 3]] * cls.elementwise
    monkeypatch.setattr(memory, "SMALL", 0)
    alone, each = cls(), new_variables()
    moved(alone, each, range(3))
    assert not alone.kept.joined
    assert_equal(everything(together, several), everything(alone, each))


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda o: pickle.loads(pickle.dumps(o))])
def test_a_copy_moves_on_by_itself(copied):
    optimizer = Adam(0.1)
    variables = new_variables()
    moved(optimizer, variables, range(2))
    other = copied(optimizer)
    as_copied = everything(other, other.trainable_variables)
    moved(optimizer, variables, [2])
    assert_equal(as_copied, everything(other, other.trainable_variables))
    moved(other, other.trainable_variables, [2])
    assert_equal(everything(optimizer, variables), everything(other, other.trainable_variables))


def test_a_missing_gradient_leaves_its_variable_alone_and_the_next_step_is_whole(monkeypatch):
    def both_steps():
        optimizer, variables = Adam(0.1), new_variables()
        optimizer.build(variables)
        grads = gradients(0, variables)
        before = variables[1].numpy()
        with pytest.warns(UserWarning, match="w"):
            optimizer.apply([grads[0], None, *grads[2:]], variables)
        np.testing.assert_array_equal(variables[1].numpy(), before)
        moved(optimizer, variables, [1])
        return everything(optimizer, variables)

    together = both_steps()
    monkeypatch.setattr(memory, "SMALL", 0)
    assert_equal(together, both_steps())


def test_what_is_written_into_slots_and_weights_counts(monkeypatch):
    def go():
        optimizer, variables = Adam(0.1), new_variables()
        moved(optimizer, variables, [0])
        optimizer.variables[2].assign(np.full(SHAPES[0], 0.5))
        optimizer.variables[3].data = np.full(SHAPES[0], 0.25)
        variables[1].assign(np.ones(4))
        state = optimizer.get_state()
        moved(optimizer, variables, [1])
        optimizer.set_state(state)
        moved(optimizer, variables, [2])
        return everything(optimizer, variables)

    together = go()
    monkeypatch.setattr(memory, "SMALL", 0)
    assert_equal(together, go())


def test_each_change_of_a_variable_is_counted():
    optimizer, variables = Adam(0.1), new_variables()
    moved(optimizer, variables, range(3))
    assert [v.version[0] for v in variables] == [3] * len(variables)


def test_sets_have_one_dtype_and_are_not_large():
    optimizer = Adam()
    single = [Variable(np.zeros(memory.SMALL, "f")) for _ in range(9)]
    optimizer.build([*single, Variable(np.zeros(3)), Variable(np.zeros(3)), Variable(np.zeros(2))])
    dtypes = [joined.array.dtype for joined in optimizer.kept.joined]
    assert [joined.places for joined in optimizer.kept.joined] == [
        [0, 1, 2, 3],
        [4, 5, 6, 7],
        [9, 10, 11],
    ]
    assert dtypes == ["f4", "f4", "f8"]


def test_an_update_of_your_own_sees_each_variable():
    seen = []

    class Own(Optimizer):
        elementwise = True

        def update(self, w, g, lr):
            seen.append(w.shape)
            w -= lr * g

    moved(Own(), new_variables(), [0])
    assert seen == list(SHAPES)

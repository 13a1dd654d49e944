"""The first step of an optimizer of one's own: mistakes are named and undone."""

import numpy as np
import pytest
from optimizer_faults import faulty

from minidl import Sequential, Variable, layers
from minidl.optimizers import SGD, Optimizer


def test_unfinished_and_faulty_own_optimizers():
    class Unfinished(Optimizer):
        pass

    class Misshapen(SGD):
        def slots(self):
            return ("sum",)

        def initial(self, slot, w):
            return np.zeros(3)

    with pytest.raises(
        NotImplementedError, match=r"Unfinished needs a method update\(self, w, g, lr, \*slots\)"
    ):
        Unfinished().apply([np.ones(2)], [Variable([1.0, 2.0])])
    with pytest.raises(
        ValueError,
        match=r"Misshapen: initial\('sum'\) must be numbers of the variable's shape \(2,\); received float64 of shape \(3,\)",
    ):
        Misshapen().build([Variable([1.0, 2.0])])


def test_the_correct_rest_is_correct():
    w = Variable([1.0, 2.0])
    faulty()(0.5).apply([np.ones(2)], [w])
    assert w.data.tolist() == [0.5, 1.5]


def forgets_twice(self, w, g, lr, velocity):
    velocity = 0.9 * velocity - lr * g
    w += velocity


BROKEN = {
    "slots without the comma": (
        dict(slots=lambda self: "velocity"),
        TypeError,
        r"Faulty.slots\(\) must return a tuple of different names, like \('velocity',\) with its comma; received 'velocity'",
    ),
    "the same slot twice": (
        dict(slots=lambda self: ("velocity", "velocity")),
        TypeError,
        r"Faulty.slots\(\) must return a tuple of different names.*received \('velocity', 'velocity'\)",
    ),
    "slots that are no names": (
        dict(slots=lambda self: (1, 2)),
        TypeError,
        r"Faulty.slots\(\) must return a tuple of different names",
    ),
    "no slots at all": (
        dict(slots=lambda self: None),
        TypeError,
        r"Faulty.slots\(\) must return a tuple of different names.*received None",
    ),
    "update without the slot": (
        dict(update=lambda self, w, g, lr: None),
        TypeError,
        r"Faulty has the slots \('velocity',\), so its update must be update\(self, w, g, lr, velocity\); it is update\(self, w, g, lr\)",
    ),
    "update with one more": (
        dict(update=lambda self, w, g, lr, velocity, extra: None),
        TypeError,
        r"so its update must be update\(self, w, g, lr, velocity\); it is update\(self, w, g, lr, velocity, extra\)",
    ),
    "initial of another shape": (
        dict(initial=lambda self, slot, w: np.zeros(3)),
        ValueError,
        r"Faulty: initial\('velocity'\) must be numbers of the variable's shape \(2,\); received float64 of shape \(3,\)",
    ),
    "initial of words": (
        dict(initial=lambda self, slot, w: np.array(["a", "b"])),
        ValueError,
        r"Faulty: initial\('velocity'\) must be numbers of the variable's shape \(2,\); received <U1 of shape \(2,\)",
    ),
    "initial of complex numbers": (
        dict(initial=lambda self, slot, w: np.zeros(2, complex)),
        ValueError,
        r"Faulty: initial\('velocity'\) must be numbers",
    ),
    "initial that returns nothing": (
        dict(initial=lambda self, slot, w: None),
        ValueError,
        r"Faulty: initial\('velocity'\) must be numbers",
    ),
    "update returns another shape": (
        dict(slots=lambda self: (), update=lambda self, w, g, lr: (w - lr * g).sum()),
        ValueError,
        r"Faulty.update must return the new values of 'w', numbers of shape \(2,\), or nothing .*returned float32 of shape \(\)",
    ),
    "update returns words": (
        dict(slots=lambda self: (), update=lambda self, w, g, lr: ["a", "b"]),
        ValueError,
        r"Faulty.update must return the new values of 'w'.*returned <U1 of shape \(2,\)",
    ),
    "update returns a pair": (
        dict(slots=lambda self: (), update=lambda self, w, g, lr: (w - lr * g, lr)),
        ValueError,
        r"Faulty",
    ),
}


@pytest.mark.parametrize("fault", BROKEN)
def test_faulty_own_optimizers_are_told_what_is_wrong(fault):
    methods, kind, message = BROKEN[fault]
    w, optimizer = Variable([1.0, 2.0], name="w"), faulty(**methods)(0.5)
    with pytest.raises(kind, match=message):
        optimizer.apply([np.ones(2)], [w])
    assert w.data.tolist() == [1.0, 2.0] and optimizer.iterations == 0


def test_a_refused_update_leaves_weights_that_would_decay():
    """Decay comes before the update; what the update spoils must not leave the decay behind."""
    w, optimizer = (
        Variable([1.0, 2.0], name="w"),
        faulty(slots=lambda self: (), update=lambda self, w, g, lr: 0.0)(0.5, weight_decay=0.5),
    )
    with pytest.raises(ValueError, match=r"Faulty.update must return the new values"):
        optimizer.apply([np.ones(2)], [w])
    assert w.data.tolist() == [1.0, 2.0]


def test_a_first_step_that_breaks_off_half_way_is_undone():
    """The first variable had moved, and its slot; the error comes with the second."""

    def update(self, w, g, lr, velocity):
        velocity += g
        w -= lr * velocity
        if w.shape == (2,):
            raise RuntimeError("broken off")

    first, second, optimizer = (
        Variable([1.0]),
        Variable([1.0, 2.0]),
        faulty(update=update)(0.5, weight_decay=0.5, use_ema=True),
    )
    with pytest.raises(RuntimeError, match="broken off"):
        optimizer.apply([np.ones(1), np.ones(2)], [first, second])
    assert first.item() == 1.0 and second.data.tolist() == [1.0, 2.0] and optimizer.iterations == 0
    assert not any(slot.any() for slots in optimizer.memory for slot in slots)


def test_a_forgotten_slot_is_noticed_after_a_warm_up_from_zero():
    w, optimizer = Variable([1.0, 2.0]), faulty(update=forgets_twice)(lambda step: 0.1 * step)
    optimizer.apply([np.ones(2)], [w])
    with pytest.warns(UserWarning, match="the slot 'velocity' did not change"):
        optimizer.apply([np.ones(2)], [w])
    optimizer.apply([np.ones(2)], [w])  # said once


def test_a_slot_that_is_made_anew_instead_of_changed_is_noticed():
    w, optimizer = Variable([1.0, 2.0]), faulty(update=forgets_twice)(0.5)
    with pytest.warns(
        UserWarning,
        match=r"Faulty: the slot 'velocity' did not change in the first step. `velocity = ...` inside update",
    ) as record:
        optimizer.apply([np.ones(2)], [w])
    assert [r.filename for r in record] == [__file__]
    optimizer.apply([np.ones(2)], [w])  # said once


def test_a_slot_that_could_not_change_is_none_that_was_forgotten():
    """A rate that warms up from 0, and gradients of 0, leave a velocity as it was."""

    def update(self, w, g, lr, velocity):
        velocity -= lr * g
        w += velocity

    for rate, g in ((lambda step: 0.1 * step, 1.0), (0.1, 0.0)):
        w, optimizer = Variable([1.0]), faulty(update=update)(rate)
        optimizer.apply([np.full(1, g)], [w])
        assert w.item() == 1.0


def test_a_forgotten_slot_is_noticed_on_every_road():
    model = Sequential([layers.Dense(1, input_shape=(2,))])
    model.compile(faulty(update=forgets_twice)(0.01), "mse")
    with pytest.warns(UserWarning, match="the slot 'velocity' did not change"):
        model.fit(np.ones((4, 2)), np.arange(4.0), batch_size=4, verbose=0)

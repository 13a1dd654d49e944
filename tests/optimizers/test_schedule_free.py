"""ScheduleFreeAdamW."""

import numpy as np

from minidl import Sequential, Variable, layers
from minidl.optimizers import ScheduleFreeAdamW


def test_schedule_free_learns_the_mean_of_its_large_steps():
    """After fit the weights are x; a second fit goes on from z and x as if nothing had happened."""
    x, y = np.array([[1.0], [2.0], [3.0]]), np.array([2.0, 4.1, 5.9])

    def trained(*epochs):
        model = Sequential([layers.Dense(1, use_bias=False, kernel_initializer="zeros")])
        model.compile(ScheduleFreeAdamW(0.3, beta_1=0.9), "mse")
        for n in epochs:
            model.fit(x, y, epochs=n, verbose=0, shuffle=False)
        return model

    model = trained(60)
    kernel, (_, mean, *_) = model.get_weights()[0], model.optimizer.memory[0]
    np.testing.assert_array_equal(kernel, mean)
    assert abs(kernel.item() - np.polyfit(x[:, 0], y, 1)[0]) < 0.1
    assert model.optimizer.memory[0][0].item() != kernel.item()  # z is still on its way
    state = model.optimizer.get_state()
    assert sorted(k.rpartition("/")[2] for k in state if "/" in k) == ["total", "v", "x", "z"]


def test_a_step_at_rate_0_changes_neither_the_mean_nor_the_weights():
    w, optimizer = Variable([1.0]), ScheduleFreeAdamW(lambda step: [0.5, 0.5, 0.0][step])
    for _ in range(2):
        optimizer.apply([np.ones(1)], [w])
    before = [w.numpy(), *[slot.copy() for slot in optimizer.memory[0]]]
    optimizer.apply([np.ones(1)], [w])
    after = [w.numpy(), *optimizer.memory[0]]
    assert [np.array_equal(a, b) for a, b in zip(before, after)] == [True, True, True, False, True]

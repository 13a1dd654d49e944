"""Small settings of optimizers are no older order of arguments."""

import pytest

from minidl import optimizers

# --- small settings of optimizers


@pytest.mark.parametrize(
    ("make", "name", "value"),
    [
        (lambda: optimizers.RMSprop(momentum=5e-4), "momentum", 5e-4),
        (lambda: optimizers.RMSprop(0.01, 0.9, 5e-4), "momentum", 5e-4),
        (
            lambda: optimizers.Adagrad(initial_accumulator_value=1e-6),
            "initial_accumulator_value",
            1e-6,
        ),
        (lambda: optimizers.Adagrad(0.01, 1e-6), "initial_accumulator_value", 1e-6),
        (lambda: optimizers.SGD(0.01, 1e-6), "momentum", 1e-6),
        (lambda: optimizers.Adam(0.01, 0.9, 0.999, 1e-4), "epsilon", 1e-4),
    ],
)
def test_small_settings_by_position_and_by_name(make, name, value):
    assert getattr(make(), name) == value

"""Small things by the names that Keras has for them."""

import numpy as np

import minidl
from minidl import Input, Tensor, Variable, ops, optimizers


def test_small_things_that_are_typed_next():
    from minidl.ops.numpy import mean

    assert mean is ops.mean and minidl.ops.nn.relu is ops.relu
    assert minidl.version() == minidl.__version__
    assert minidl.utils.is_keras_tensor(Input((2,))) and not minidl.utils.is_keras_tensor(
        Tensor([1.0])
    )
    tracker = minidl.metrics.Mean()
    tracker.update_state([Tensor(2.0)])
    tracker.update_state([Tensor(4.0), 6.0])
    assert (
        tracker.result() == 4.0
        and tracker.result().shape == ()
        and np.shape(tracker.result()) == ()
    )
    for module, thing in (
        (minidl.constraints, minidl.constraints.MaxNorm(3)),
        (minidl.regularizers, minidl.regularizers.L2(0.1)),
        (optimizers.schedules, optimizers.schedules.ExponentialDecay(0.1, 5, 0.5)),
    ):
        again = module.deserialize(module.serialize(thing))
        assert type(again) is type(thing) and again.get_config() == thing.get_config()
    v = Variable([2.0])
    with minidl.GradientTape() as tape:
        y = v * 3
        with tape.stop_recording():
            z = ops.sum(v * 5)
        y = ops.sum(y) + z
    assert tape.gradient(y, v).tolist() == [3.0]

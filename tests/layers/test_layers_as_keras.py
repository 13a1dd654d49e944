"""Every layer gives the outputs and gradients that Keras gives, which are kept in a file."""

import numpy as np
import pytest
from keras_layer_calls import SEEDED, golden, golden_cases, products, started

import minidl

CASES, GOLDEN = golden_cases(), golden()


@pytest.mark.parametrize("title", CASES)
def test_outputs_and_gradients_are_those_of_keras(title):
    case, training = CASES[title]
    rng = np.random.default_rng(0)
    layer, x = started(minidl, case, rng)
    several = isinstance(x, list)
    inputs = [minidl.Tensor(a, requires_grad=True) for a in (x if several else [x])]
    y = layer(inputs if several else inputs[0], training=training)
    y.backward(gradient=rng.normal(size=y.shape).astype(np.float32))
    kept = [] if case[0] in SEEDED else [w.numpy() for w in layer.non_trainable_weights]
    gradients = [w.grad for w in layer.trainable_weights]
    gradients += [np.zeros(t.shape) if t.grad is None else t.grad for t in inputs]
    leaves = [y.numpy(), *kept, *gradients]
    for found, (shape, *expected) in zip(leaves, GOLDEN[title], strict=True):
        assert list(found.shape) == shape and y.dtype == np.float32
        scale = 2e-5 * max(abs(expected[-1]), 1e-2)
        np.testing.assert_allclose(products(found)[1:], expected, rtol=1e-4, atol=scale)

"""K.function and the learning phase."""

import numpy as np
import pytest
from older_cases import a_model, warned

import minidl
from minidl import backend as K
from minidl import layers

X = np.linspace(-1, 1, 24, dtype=np.float32).reshape(8, 3)


def test_k_function_gives_what_layers_compute():
    model = a_model()
    hidden = K.function([model.input], [model.layers[0].output, model.output])([X])
    assert [type(h) for h in hidden] == [np.ndarray] * 2
    np.testing.assert_allclose(hidden[0], np.tanh(X @ model.layers[0].get_weights()[0]), rtol=1e-5)
    np.testing.assert_allclose(hidden[1], model.predict(X, verbose=0), rtol=1e-6)
    middle = K.function([model.layers[1].input], [model.layers[1].output])
    np.testing.assert_allclose(middle([hidden[0]])[0], hidden[1], rtol=1e-6)
    np.testing.assert_allclose(K.function(model.inputs, model.output)(X), hidden[1], rtol=1e-6)
    with pytest.raises(ValueError, match="list of 1; received 0"):
        middle([])
    with pytest.raises(ValueError, match="symbols"):
        K.function([X], [model.output])
    with pytest.raises(ValueError, match="and no updates"):
        K.function([model.input], [model.output], updates=[(X, X)])


def test_k_function_takes_the_learning_phase():
    x = minidl.Input((3,))
    model = minidl.Model(x, layers.Dropout(0.5)(x))
    f = K.function([model.input, K.learning_phase()], [model.output])
    assert (f([X, 0])[0] == X).all() and (f([X])[0] == X).all()
    assert (f([X, 1])[0] == 0).any()


def test_phases():
    class Doubled(layers.Layer):
        def call(self, x):
            assert K.learning_phase() in (0, 1)
            return K.in_train_phase(lambda: x * 2, x) + K.in_test_phase(0 * x, x)

    layer = Doubled()
    assert (
        layer(X).numpy().tolist() == X.tolist()
        and layer(X, training=True).numpy().tolist() == (3 * X).tolist()
    )
    x = minidl.Input((3,))
    model = minidl.Model(x, K.in_train_phase(x * 2, x))
    assert (
        model(X, training=True).numpy().tolist() == (2 * X).tolist()
        and model(X).numpy().tolist() == X.tolist()
    )
    assert K.in_train_phase(1, 2, training=True) == 1
    warned(lambda: K.set_learning_phase(1), "training=True")
    with warned(lambda: K.learning_phase_scope(0), "training=True"):
        pass

"""Models that cross between Keras and minidl in the middle of training: with masks, and with
optimizers that tests/parity/test_keras_files.py does not have. The same predictions, and after one
more step the same weights.
"""

import warnings

import keras
import numpy as np
import pytest

import minidl

RNG = np.random.default_rng(2)
N = 6
X, Y = RNG.normal(size=(N, 6)).astype("f"), RNG.normal(size=(N, 2)).astype("f")
STEPS = RNG.normal(size=(N, 5, 4)).astype("f")
WORDS = np.array([[1, 2, 3, 0, 0], [4, 5, 0, 0, 0], [1, 1, 1, 1, 1]] * 2)
COUNTED = WORDS != 0


def translation(lib):
    """An encoder and a decoder that share their words."""
    layers, source, target = lib.layers, lib.Input((5,)), lib.Input((5,))
    words = layers.Embedding(7, 4, mask_zero=True)
    _, h, c = layers.LSTM(3, return_state=True)(words(source))
    states = layers.LSTM(3, return_sequences=True)(words(target), initial_state=[h, c])
    pooled = layers.GlobalAveragePooling1D()(states)
    return lib.Model([source, target], layers.Dense(2)(pooled)), [WORDS, WORDS[::-1].copy()]


def transformer(lib):
    """e + h is an operator, which drops the mask; Add is a layer, which keeps it."""
    layers, a = lib.layers, lib.Input((5,))
    e = layers.Embedding(7, 4, mask_zero=True)(a)
    e = layers.LayerNormalization()(layers.Add()([e, layers.MultiHeadAttention(2, 2)(e, e)]))
    e = e + layers.Dense(4)(layers.Dense(8, activation="gelu")(e))
    return lib.Model(a, layers.Dense(2)(layers.GlobalAveragePooling1D()(e))), WORDS


def operators(lib):
    """Each before an LSTM, which would take the mask."""
    layers, a, b = lib.layers, lib.Input((5,)), lib.Input((5,))
    words = layers.Embedding(7, 4, mask_zero=True)
    p, q = words(a), words(b)
    results = [p * 2.0 + 1, -p, 1 - q / 3, p - q, p * q, lib.ops.tanh(p), lib.ops.softmax(q)]
    results += [lib.ops.maximum(p, q), lib.ops.concatenate([p, q], axis=-1)]
    last = [layers.LSTM(2)(result) for result in results]
    model = lib.Model([a, b], layers.Dense(2)(layers.Concatenate()(last)))
    return model, [WORDS, WORDS[::-1].copy()]


def merged(lib):
    layers, a, b = lib.layers, lib.Input((5,)), lib.Input((5,))
    one, two = (layers.Embedding(7, 4, mask_zero=True) for _ in range(2))
    h = layers.LSTM(3)(layers.Add()([one(a), two(b)]))
    g = layers.GRU(2)(layers.Concatenate()([one(a), two(b)]))
    model = lib.Model([a, b], layers.Dense(2)(layers.Concatenate()([h, g])))
    return model, [WORDS, WORDS[::-1].copy()]


def masked_steps(lib):
    layers, a = lib.layers, lib.Input((5, 4))
    h = layers.Bidirectional(layers.GRU(3, return_sequences=True))(layers.Masking()(a))
    x = STEPS * COUNTED[..., None]
    return lib.Model(a, layers.Dense(2)(layers.GlobalAveragePooling1D()(h))), x.astype("f")


def given(lib):
    """A mask that is an input of the model."""
    layers, a, mask = lib.layers, lib.Input((5, 4)), lib.Input((5,), dtype="bool")
    h = layers.LSTM(3, return_sequences=True)(a, mask=mask)
    h = layers.GlobalAveragePooling1D()(h, mask=mask)
    return lib.Model([a, mask], layers.Dense(2)(h)), [STEPS, COUNTED]


def inside(lib):
    layers, a = lib.layers, lib.Input((5,))
    inner = lib.Sequential([lib.Input((5,)), layers.Embedding(7, 4, mask_zero=True)])
    return lib.Model(a, layers.Dense(2)(layers.LSTM(3)(inner(a)))), WORDS


def dense(lib):
    layers = lib.layers
    return lib.Sequential([lib.Input((6,)), layers.Dense(4, "tanh"), layers.Dense(2)]), X


MASKS = [translation, transformer, operators, merged, masked_steps, given, inside]
OPTIMIZERS = {
    "Ftrl": lambda o: o.Ftrl(0.1, l1_regularization_strength=0.01, beta=0.1),
    "Adafactor": lambda o: o.Adafactor(0.05, beta_2_decay=-0.7),
    "Lamb": lambda o: o.Lamb(0.05),
    "Muon": lambda o: o.Muon(0.02),
    "LossScaleOptimizer": lambda o: o.LossScaleOptimizer(o.SGD(0.05, 0.5), initial_scale=64.0),
    "restarts": lambda o: o.AdamW(o.schedules.CosineDecayRestarts(0.05, 2, 1.5), 0.1),
}
CASES = {make.__name__: (make, lambda o: o.Adam(0.02)) for make in MASKS} | {
    name: (dense, make) for name, make in OPTIMIZERS.items()
}


def step(model, x):
    return model.fit(x, Y, batch_size=N, shuffle=False, verbose=0)


def close(ours, theirs, **tolerance):
    for a, b in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(np.asarray(a), np.asarray(b), **tolerance)


ENDINGS = [(name, ending) for name in CASES for ending in ("keras", "h5")]
ENDINGS = [
    (name, ending) for name, ending in ENDINGS if ending == "keras" or CASES[name][0] in MASKS
]


@pytest.mark.parametrize(("name", "ending"), ENDINGS)
@pytest.mark.parametrize("there, here", [(keras, minidl), (minidl, keras)], ids=["us", "Keras"])
def test_it_goes_on_in_the_other_house(name, there, here, ending, tmp_path):
    make, optimizer = CASES[name]
    (model, x), path = make(there), tmp_path / f"m.{ending}"
    model.compile(optimizer(there.optimizers), "mse")
    step(model, x)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "You are saving your model as an HDF5 file")
        model.save(path)
        other = here.models.load_model(path)
    close([model.predict(x, verbose=0)], [other.predict(x, verbose=0)], rtol=1e-5, atol=1e-6)
    if ending == "keras":
        step(model, x), step(other, x)
        close(model.get_weights(), other.get_weights(), rtol=1e-4, atol=1e-5)

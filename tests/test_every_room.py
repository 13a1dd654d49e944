"""One look into every room of the house: the main thing it is there for works. What is said here in
a line is tested in the room's own folder.
"""

import numpy as np
import pytest
from test_house import FLOOR_OF

import minidl
from minidl import Input, Sequential, layers

X = np.random.default_rng(0).normal(size=(32, 4)).astype("float32")
Y = (X.sum(axis=1) > 0).astype("int64")


def network():
    model = Sequential([Input((4,)), layers.Dense(8, "relu"), layers.Dense(2, "softmax")])
    model.compile(
        minidl.optimizers.Adam(0.05), "sparse_categorical_crossentropy", metrics=["accuracy"]
    )
    return model


def models(folder):
    model = network()
    stop = minidl.callbacks.EarlyStopping("loss", patience=3)
    history = model.fit(X, Y, epochs=30, batch_size=8, verbose=0, callbacks=[stop]).history
    assert history["accuracy"][-1] > 0.9 > history["accuracy"][0]
    assert model.evaluate(X, Y, verbose=0)[1] == pytest.approx(
        (model.predict(X, verbose=0).argmax(axis=1) == Y).mean()
    )
    assert model.count_params() == 4 * 8 + 8 + 8 * 2 + 2


def files(folder):
    model = network()
    model.fit(X, Y, verbose=0)
    model.save(folder / "model.npz")
    again = minidl.models.load_model(folder / "model.npz")
    np.testing.assert_array_equal(again.predict(X, verbose=0), model.predict(X, verbose=0))


def gradcheck(folder):
    assert minidl.check_gradients(lambda x: minidl.ops.tanh(x) * x, X)
    assert not minidl.check_gradients(lambda x: x + (x * x).detach(), X)


def ops(folder):
    a, b = X[:3], X[3:6].T
    np.testing.assert_allclose(minidl.ops.matmul(a, b).numpy(), a @ b, rtol=1e-6)
    np.testing.assert_allclose(minidl.ops.softmax(a).numpy().sum(axis=1), 1, rtol=1e-6)


def applications(folder):
    base = minidl.applications.MobileNetV2(
        (32, 32, 3), alpha=0.35, include_top=False, weights=None, pooling="avg"
    )
    assert base.count_params() == 410_208 and base(np.zeros((1, 32, 32, 3))).shape == (1, 1280)


def random(folder):
    minidl.set_random_seed(3)
    first = minidl.random.normal((5,)).numpy()
    minidl.set_random_seed(3)
    np.testing.assert_array_equal(minidl.random.normal((5,)).numpy(), first)


def symbolic(folder):
    x = Input((4,))
    assert (x @ np.ones((4, 2), "float32") + 1.0).shape == (None, 2)


def tensor(folder):
    x = minidl.Tensor([1.0, 2.0], requires_grad=True)
    (x * x).sum().backward()
    np.testing.assert_array_equal(x.grad, [2, 4])


def guards(folder):
    with pytest.raises(ValueError, match="0..1|classes|labels"):
        network().fit(X, Y + 1, verbose=0)


def data(folder):
    batches = minidl.data.Dataset.from_tensor_slices((X, Y)).shuffle(32, seed=1).batch(8)
    assert [len(x) for x, _ in batches] == [8, 8, 8, 8]


def text(folder):
    layer = layers.TextVectorization()
    layer.adapt(["a cat", "a dog"])
    assert layer(["a bird"]).numpy().tolist() == [[2, 1]]


def datasets(folder):
    (x, y), _ = minidl.datasets.mnist.load_data()
    assert x.shape == (60000, 28, 28) and y[:3].tolist() == [5, 0, 4]


def surfaces(folder):
    way = minidl.surfaces.descend(minidl.surfaces.bowl, minidl.optimizers.SGD(0.1), steps=30)
    assert not way.diverged and len(way.points) == 31
    assert abs(way.points[-1][1]) < abs(way.points[0][1]) / 10


def plots(folder):
    minidl.plots.history({"loss": [2.0, 1.0]}, path=folder / "loss.png")
    assert (folder / "loss.png").stat().st_size > 1000


def homework(folder):
    from minidl.homework import assignments

    assert sorted(assignments.find())[:2] == ["hw01_arrays", "hw02_backprop"]


def course(folder):
    from minidl.course import claim

    claim("two is more than one", 2, at_least=1)
    with pytest.raises(AssertionError):
        claim("two is less than one", 2, at_most=1)


def utils(folder):
    np.testing.assert_array_equal(minidl.utils.to_categorical([1, 0], 2), [[0, 1], [1, 0]])


def saving(folder):
    layer = layers.Dense(3, "relu")
    described = minidl.saving.serialize_keras_object(layer)
    assert minidl.saving.deserialize_keras_object(described).units == 3


def compat(folder):
    w = minidl.Variable([3.0])
    with minidl.GradientTape() as tape:
        loss = (w * w).sum()
    np.testing.assert_array_equal(tape.gradient(loss, w), [6])
    with pytest.warns(FutureWarning, match="units"):
        assert layers.Dense(output_dim=3).units == 3


def support(folder):
    with pytest.raises(ValueError, match="Did you mean 'adam'"):
        minidl.optimizers.get("adm")


def front(folder):
    assert all(getattr(minidl, name) is not None for name in minidl.__all__)


def distribution(folder):
    distribution = minidl.distribution
    distribution.set_distribution(distribution.DataParallel())
    assert distribution.list_devices() and distribution.distribution() is not None
    distribution.set_distribution(None)


def translation(folder):
    from minidl.translation import catalogue, translated

    (folder / "a.po").write_text('msgid "Words"\nmsgstr "말"\n', encoding="utf-8")
    assert translated("Words\n\n3 + 4", catalogue(folder / "a.po")) == "말\n\n3 + 4"


ROOMS = [
    *(models, files, gradcheck, ops, random, symbolic, tensor, guards, data, text, datasets),
    *(surfaces, plots, homework, course, utils, saving, compat, support, front, distribution),
    *(translation, applications),
]
# Looked into by tests/core and tests/test_catalogues.py.
ELSEWHERE = {
    *("core", "layers", "losses", "metrics", "optimizers", "callbacks", "activations"),
    *("initializers", "regularizers", "constraints", "__init__"),
}


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: room.__name__)
def test_the_main_thing(room, tmp_path):
    room(tmp_path)


def test_every_room_is_looked_into():
    assert {room.__name__ for room in ROOMS} | ELSEWHERE == set(FLOOR_OF)

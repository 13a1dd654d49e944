"""Names, aliases, own losses, and losses as plain data."""

import gc
import weakref

import numpy as np
import pytest
from loss_cases import EVERY_LOSS, P3, Y3, example

from minidl import Sequential, Tensor, layers, losses, ops
from minidl.losses import FunctionLoss, Loss, MeanSquaredError, NegativeLogLikelihood

# --- names, own functions, own classes
# ---


@pytest.mark.parametrize(("name", "function"), losses.FUNCTIONS.items())
def test_get_gives_the_function_for_its_name_and_the_loss_for_its_class(name, function):
    assert losses.get(name) is function and losses.get(function) is function
    assert losses.deserialize(name) is function and getattr(losses, name) is function
    cls = type(losses.as_loss(function))
    assert type(losses.get(cls.__name__)) is cls and losses.as_loss(None) is None


def test_get_mse_gives_one_number_a_sample():
    y, p = [[0, 1], [2, 3]], [[1, 1], [0, 0]]
    np.testing.assert_allclose(losses.get("mse")(y, p).numpy(), [0.5, 6.5], rtol=1e-7)
    assert losses.get("MeanSquaredError")(y, p).item() == pytest.approx(3.5)


def test_get_leaves_instances_and_none_alone():
    loss = MeanSquaredError()
    assert losses.get(loss) is loss and losses.get(None) is None
    assert losses.NLLLoss is losses.NLL is NegativeLogLikelihood
    assert losses.mse is losses.MSE is losses.mean_squared_error
    assert losses.bce is losses.BCE is losses.binary_crossentropy
    assert losses.kld is losses.KLD is losses.kl_divergence


def test_an_own_function_gets_tensors_of_the_outputs_dtype():
    seen = []

    def cubic(y_true, y_pred):
        seen.append((type(y_true), type(y_pred), y_true.dtype, y_true.shape, y_pred.shape))
        return ops.absolute(y_true - y_pred) ** 3

    assert losses.get(cubic) is cubic
    loss = losses.as_loss(cubic)
    x = Tensor(np.float32([[1.0], [3.0]]), requires_grad=True)
    value = loss(np.array([0, 1]), x)  # (2,) whole numbers against (2, 1) float32
    assert seen == [(Tensor, Tensor, np.float32, (2, 1), (2, 1))] and loss.name == "cubic"
    assert value.item() == pytest.approx((1 + 8) / 2)
    value.backward()
    np.testing.assert_allclose(x.grad, [[1.5], [6.0]], rtol=1e-6)
    assert loss([0, 1], x, sample_weight=[1, 0]).item() == pytest.approx(0.5)


def test_an_own_function_may_return_one_number():
    loss = losses.as_loss(lambda y_true, y_pred: ops.mean((y_true - y_pred) ** 2))
    assert loss(Y3, P3).item() == pytest.approx(14 / 3)


def test_an_own_function_trains_a_model():
    model = Sequential([layers.Dense(1, input_shape=(2,))])
    model.compile("sgd", lambda y_true, y_pred: (y_true - y_pred) ** 2)
    twin = Sequential([layers.Dense(1, input_shape=(2,))])
    twin.compile("sgd", "mse")
    twin.set_weights(model.get_weights())
    x, y = np.random.default_rng(0).normal(size=(8, 2)), np.arange(8.0)
    for m in (model, twin):
        m.fit(x, y, epochs=2, shuffle=False, verbose=0)
    for a, b in zip(model.get_weights(), twin.get_weights()):
        np.testing.assert_allclose(a, b, rtol=1e-6)


@pytest.mark.parametrize(
    "function", [losses.sparse_categorical_crossentropy, losses.categorical_crossentropy]
)
def test_the_librarys_functions_serve_as_losses(function):
    y, p = example(
        (
            "label" if function is losses.sparse_categorical_crossentropy else "one-hot",
            "probabilities",
        ),
        (5, 3),
    )
    assert losses.as_loss(function)(y, p).item() == pytest.approx(
        function(y, p).numpy().mean(), rel=1e-12
    )


def test_an_own_subclass():
    class Quartic(Loss):
        def call(self, y_true, y_pred):
            return ((y_true - y_pred) ** 4).mean(axis=-1)

    for loss in (losses.get(Quartic), losses.get(Quartic())):
        assert loss([0.0, 0.0], [[1.0], [2.0]]).item() == pytest.approx(17 / 2)
    assert Quartic(reduction="sum")(
        [0.0, 0.0], [[1.0], [2.0]], sample_weight=[1, 0.5]
    ).item() == pytest.approx(9)


def test_an_own_subclass_by_name():
    @losses.registry.register("q4")
    class MyQuartic(Loss):
        def call(self, y_true, y_pred):
            return ((y_true - y_pred) ** 4).mean(axis=-1)

    assert (
        type(losses.get("my_quartic"))
        is type(losses.get("q4"))
        is type(losses.get("MyQuartic"))
        is MyQuartic
    )


def test_a_loss_keeps_no_graph_alive():
    gc.collect()
    gc.disable()
    try:
        for cls, options, kind in EVERY_LOSS:
            y, p = example(kind, (5, 3))
            loss, x = cls(**options), Tensor(p, requires_grad=True)
            value = loss(y, x)
            value.backward()
            watched = weakref.ref(value), weakref.ref(x)
            del value, x
            assert [w() for w in watched] == [None, None], cls.__name__
    finally:
        gc.enable()


# --- aliases, and losses as plain data
# ---


def test_an_own_loss_describes_itself_if_it_keeps_its_arguments():
    @losses.register()
    class Scaled(Loss):
        def __init__(self, factor=2.0, **kwargs):
            super().__init__(**kwargs)
            self.factor = factor

        def call(self, y_true, y_pred):
            return self.factor * ops.absolute(y_true - y_pred)

    loss = Scaled(3.0, name="s", reduction="sum")
    assert loss.get_config() == {"factor": 3.0, "name": "s", "reduction": "sum"}
    assert losses.get(losses.serialize(loss))([[0.0]], [[2.0]]).item() == 6

    class Forgetful(Loss):
        def __init__(self, factor):
            super().__init__()

    assert Forgetful(1).get_config() == {"factor": 1}  # it is known all the same


def test_a_function_loss_describes_itself_by_name():
    @losses.register()
    def cubed(y_true, y_pred):
        return ops.absolute(y_true - y_pred) ** 3

    loss = losses.as_loss(cubed)
    assert loss.get_config() == {
        "function": "cubed",
        "reduction": "sum_over_batch_size",
        "name": "cubed",
    }
    assert FunctionLoss.from_config(loss.get_config())([[0.0]], [[2.0]]).item() == 8
    wrapped = FunctionLoss(losses.mean_squared_error)
    assert losses.get(losses.serialize(wrapped))([[0.0]], [[2.0]]).item() == 4
    assert losses.as_loss("cubed")([[0.0]], [[2.0]]).item() == 8

    @losses.register()
    def flatten(y_true, y_pred):  # there is a layer of that name
        return 3 * ops.absolute(y_true - y_pred)

    again = FunctionLoss.from_config(losses.as_loss(flatten).get_config())
    assert again([[0.0]], [[2.0]]).item() == 6
    with pytest.raises(ValueError, match="'fourth'"):
        FunctionLoss.from_config({"function": "fourth"})


@pytest.mark.parametrize(
    ("loss", "activation", "targets"),
    [
        ("hinge", "tanh", lambda x: np.sign(x[:, 0])),
        ("squared_hinge", None, lambda x: (x[:, 0] > 0).astype(int)),
        ("huber", None, lambda x: x @ [1.0, 2.0]),
        ("log_cosh", None, lambda x: x @ [1.0, 2.0]),
        ("poisson", "softplus", lambda x: np.exp(x[:, 0] / 2)),
        ("binary_focal_crossentropy", "sigmoid", lambda x: (x[:, 0] > 0) * 1.0),
        ("dice", "sigmoid", lambda x: (x[:, 0] > 0) * 1.0),
        ("msle", "softplus", lambda x: np.exp(x[:, 0] / 2)),
    ],
)
def test_a_model_learns_with_every_sort_of_loss(loss, activation, targets):
    x = np.random.default_rng(0).normal(size=(64, 2))
    model = Sequential([layers.Dense(1, activation=activation, input_shape=(2,))])
    model.compile(optimizer="adam", loss=loss)
    model.optimizer.learning_rate = 0.1
    history = model.fit(x, targets(x), epochs=15, verbose=0, seed=0).history["loss"]
    # Poisson's loss does not end at 0
    assert history[-1] < history[0] * (0.6 if loss != "poisson" else 0.9)

"""What tutorials of GANs, VAEs, distillation and transfer write, and beginners type next: each once
ran on Keras and must run here.
"""

import numpy as np
import pytest

import minidl
from minidl import Input, Model, Sequential, Tensor, Variable, layers, losses, ops, optimizers

X = np.random.default_rng(0).normal(size=(32, 4)).astype("float32")
ONES = np.ones((32, 1), "float32")


# --- ends of models
# ---


def test_a_list_of_one_is_that_one():
    base = Sequential([Input((4,)), layers.Dense(2)])
    for model in (
        Model(inputs=base.inputs, outputs=base.outputs),
        Model([base.input], (base.output,)),
    ):
        assert model.predict(X, verbose=0).shape == model(X).shape == (32, 2)
        assert (
            model.input_shape == (None, 4)
            and model.output_shape == (None, 2)
            and len(model.inputs) == len(model.outputs) == 1
        )
        np.testing.assert_array_equal(model([X]).data, base(X).data)


def test_a_channel_axis_too_many_or_too_few():
    grey, flat = (
        Sequential([Input((4, 4, 1)), layers.Flatten(), layers.Dense(2)]),
        Sequential([Input((4, 4)), layers.Flatten(), layers.Dense(2)]),
    )
    flat.set_weights(grey.get_weights())
    images = np.arange(48.0).reshape(3, 4, 4)
    for model in (grey, flat):
        np.testing.assert_array_equal(model(images).data, model(images[..., None]).data)
    with pytest.raises(ValueError, match="was declared for samples of shape"):
        grey(np.zeros((3, 4, 4, 2)))


def test_shapes_of_symbols_reshape():
    x = Input((2, 3))
    y = ops.reshape(x, (ops.shape(x)[0], -1))
    assert y.shape == (None, 6) and Model(x, y)(np.zeros((5, 2, 3))).shape == (5, 6)


def test_whole_division_and_remainder():
    t, x = Tensor([7.0, -7.0]), Input((3,))
    assert (t // 2).tolist() == [3.0, -4.0] and (t % 4).tolist() == [3.0, 1.0]
    assert (9 // Tensor([2.0])).tolist() == [4.0] and (9 % Tensor([5.0])).tolist() == [4.0]
    np.testing.assert_array_equal(
        Model(x, (x // 2) + (x % 2))(np.array([[3.0, 4.0, 5.0]])).data, [[2.0, 2.0, 3.0]]
    )


def test_a_list_of_tensors_is_stacked_and_learns():
    a, b = Variable([1.0, 2.0]), Variable([3.0, 4.0])
    total = ops.sum([ops.sum(a * a), ops.sum(b)])
    total.backward()
    assert total.item() == 12.0 and a.grad.tolist() == [2.0, 4.0] and b.grad.tolist() == [1.0, 1.0]
    assert ops.convert_to_tensor([a, b]).shape == (2, 2)


@pytest.mark.parametrize("initializer", ["zeros", "random_normal", minidl.initializers.Ones()])
def test_a_variable_from_an_initializer(initializer):
    v = Variable(initializer=initializer, shape=(2, 3), name="w")
    assert v.shape == (2, 3) and v.dtype == "float32"
    with pytest.raises(ValueError, match="needs the shape"):
        Variable("zeros")
    with pytest.raises(ValueError, match="Unknown initializer 'zerros'. Did you mean 'zeros'"):
        Variable("zerros", (2,))


def test_a_variable_as_tensorflow_wrote_it():
    with pytest.warns(
        FutureWarning,
        match=r"Variable\(initial_value=...\) is today written Variable\(initializer=...\)",
    ):
        assert Variable(initial_value=np.ones((2, 3)), trainable=True, dtype="float32").shape == (
            2,
            3,
        )


def test_no_initializer_is_the_usual_one():
    layer = layers.Dense(3, kernel_initializer=None, bias_initializer=None)
    layer(X)
    # glorot_uniform, as in Keras: ±√(6/(3+3))
    assert layer.bias.data.any() and np.abs(layer.bias.data).max() <= 1.0


# --- what to train


def gan_of_2017():
    d = Sequential(
        [
            layers.Dense(8, activation="relu", input_shape=(4,)),
            layers.Dropout(0.1),
            layers.Dense(1, activation="sigmoid"),
        ]
    )
    d.compile("adam", "binary_crossentropy", metrics=["accuracy"])
    g = Sequential([layers.Dense(8, activation="relu", input_shape=(3,)), layers.Dense(4)])
    d.trainable = False
    gan = Sequential([g, d])
    gan.compile("adam", "binary_crossentropy")
    return d, g, gan


def moved(model, act):
    before = model.get_weights()
    act()
    return [not np.array_equal(a, b) for a, b in zip(before, model.get_weights(), strict=True)]


def test_compiled_then_frozen_a_discriminator_trains_alone_and_stays_in_the_gan():
    d, g, gan = gan_of_2017()
    with pytest.warns(
        UserWarning, match="was frozen after compile.*By itself it goes on training"
    ) as told:
        for _ in range(3):
            assert all(moved(d, lambda: d.train_on_batch(X, ONES)))
            assert not d.trainable and not any(layer.trainable for layer in d.layers)
            noise = np.ones((8, 3))
            assert not any(moved(d, lambda: gan.train_on_batch(noise, np.ones((8, 1))))) and all(
                moved(g, lambda: gan.train_on_batch(noise, np.ones((8, 1))))
            )
    assert len(told) == 1, "it is said once"
    assert all(moved(d, lambda: d.fit(X, ONES, verbose=0)))


def test_frozen_before_compile_nothing_moves_and_the_loss_is_reported():
    model = Sequential([layers.Dense(2, input_shape=(4,))])
    model.trainable = False
    model.compile("sgd", "mse")
    with pytest.warns(UserWarning, match="no trainable weights"):
        assert not any(moved(model, lambda: model.fit(X, X[:, :2], epochs=2, verbose=0)))
    assert model.history.history["loss"][0] == pytest.approx(model.evaluate(X, X[:, :2], verbose=0))


def test_a_model_of_no_weights_at_all_reports_its_losses():
    x = Input((4,))
    model = Model(x, layers.ActivityRegularization(l2=0.5)(x))
    model.compile("adam")
    assert model.fit(X, verbose=0).history["loss"] == [
        pytest.approx(0.5 * float((X**2).sum()) / 32, rel=1e-5)
    ]


class Gan(Model):
    """With a training rule of its own, and no `call`."""

    def __init__(self, discriminator, generator):
        super().__init__()
        self.discriminator, self.generator = discriminator, generator

    def compile(self, d_optimizer, g_optimizer, loss_fn):
        super().compile()
        self.d_optimizer, self.g_optimizer, self.loss_fn = d_optimizer, g_optimizer, loss_fn

    def train_step(self, real):
        noise = minidl.random.normal((len(real), 3))
        for part, optimizer, targets in (
            (self.discriminator, self.d_optimizer, 0.0),
            (self.generator, self.g_optimizer, 1.0),
        ):
            with minidl.GradientTape() as tape:
                loss = self.loss_fn(
                    ops.full((len(real), 1), targets), self.discriminator(self.generator(noise))
                )
                if part is self.discriminator:
                    loss = loss + self.loss_fn(ops.ones((len(real), 1)), self.discriminator(real))
            optimizer.apply_gradients(
                zip(
                    tape.gradient(loss, part.trainable_weights), part.trainable_weights, strict=True
                )
            )
        return {"g_loss": loss}


class CallsTheGenerator(Gan):
    def call(self, noise):
        return self.generator(noise)


@pytest.mark.parametrize("kind", [Gan, CallsTheGenerator])
def test_a_train_step_of_ones_own_need_not_call_the_whole_model(kind):
    d, g = (
        Sequential([layers.Dense(8), layers.Dense(1, activation="sigmoid")]),
        Sequential([Input((3,)), layers.Dense(4)]),
    )
    gan = kind(d, g)
    gan.compile(optimizers.Adam(), optimizers.Adam(), losses.BinaryCrossentropy())
    history = gan.fit(X, epochs=2, batch_size=16, verbose=0).history
    assert (
        list(history) == ["g_loss"]
        and len(history["g_loss"]) == 2
        and np.isfinite(history["g_loss"]).all()
    )
    assert all(moved(g, lambda: gan.fit(X, verbose=0)))


def test_targets_are_the_business_of_a_train_step_of_ones_own():
    class Odd(Model):
        def __init__(self):
            super().__init__()
            self.dense = layers.Dense(5)

        def call(self, x):
            return self.dense(x)

        def train_step(self, data):
            x, y = data
            assert y.shape == (32, 1)
            return {"seen": float(ops.mean(self(x) ** 2))}

    model = Odd()
    model.compile("sgd", "mse")
    assert list(model.fit(X, ONES, verbose=0).history) == ["seen"]


def test_a_train_step_of_ones_own_with_a_loss_that_has_classes():
    class Silent(Model):
        def __init__(self):
            super().__init__()
            self.w = self.add_weight((4, 3), name="w")

        def train_step(self, data):
            x, y = data
            with minidl.GradientTape() as tape:
                loss = self.compute_loss(x, y, ops.softmax(x @ self.w))
            self.optimizer.apply(tape.gradient(loss, [self.w]), [self.w])
            return {"loss": loss}

    model = Silent()
    model.compile("sgd", "sparse_categorical_crossentropy")
    assert len(model.fit(X, np.arange(32) % 3, epochs=2, verbose=0).history["loss"]) == 2


def test_an_optimizer_moves_some_of_its_variables():
    a, b, c = Variable([1.0]), Variable([1.0]), Variable([1.0])
    optimizer = optimizers.SGD(0.5)
    optimizer.build([a, b])
    optimizer.apply([[1.0]], [b])
    optimizer.apply_gradients([([2.0], b), ([1.0], a)])
    assert (a.item(), b.item(), optimizer.iterations) == (0.5, -0.5, 2)
    with pytest.raises(ValueError, match="already trains 2 other variables"):
        optimizer.apply([[1.0]], [c])
    assert (a.item(), b.item(), c.item()) == (0.5, -0.5, 1.0)


def test_layers_are_built_once():
    layer = layers.Normalization()
    layer.adapt(X * 3 + 1)
    mean = np.array(layer.mean)
    layer.build((None, 4))
    np.testing.assert_array_equal(layer.mean, mean)
    dense = layers.Dense(2)
    dense.build((None, 4))
    kernel = dense.kernel
    dense.build((None, 4))
    assert dense.kernel is kernel


# --- losses


def test_an_autoencoder_of_2016_adds_its_loss_as_a_symbol():
    x = Input((4,))
    h = layers.Dense(3, activation="relu")(x)
    mean, log_var = layers.Dense(2)(h), layers.Dense(2)(h)
    z = layers.Lambda(lambda p: p[0] + ops.exp(0.5 * p[1]) * 0.1)([mean, log_var])
    out = layers.Dense(4, activation="sigmoid")(z)
    vae = Model(x, out)
    plain = [v.name for v in vae.weights]
    reconstruction = losses.mean_squared_error(x, out) * 4
    kl = -0.5 * ops.sum(1 + log_var - ops.square(mean) - ops.exp(log_var), axis=-1)
    assert reconstruction.shape == kl.shape == (None,)
    vae.add_loss(ops.mean(reconstruction + kl))
    assert [v.name for v in vae.weights] == plain
    vae.compile(optimizers.Adam(0.03))
    first = vae.fit(X, epochs=1, batch_size=32, verbose=0).history["loss"][0]
    assert vae.fit(X, epochs=60, batch_size=32, verbose=0).history["loss"][-1] < 0.8 * first
    p, m, v = Model(x, [out, mean, log_var]).predict(X, verbose=0)
    by_hand = np.mean(((p - X) ** 2).sum(axis=1) - 0.5 * (1 + v - m**2 - np.exp(v)).sum(axis=1))
    assert vae.evaluate(X, verbose=0) == pytest.approx(by_hand, rel=1e-5)
    with pytest.raises(TypeError, match="Only a model made as Model"):
        Sequential([layers.Dense(2)]).add_loss(x)


@pytest.mark.parametrize(
    "name",
    [
        "mean_squared_error",
        "mean_absolute_error",
        "binary_crossentropy",
        "categorical_crossentropy",
        "kl_divergence",
        "cosine_similarity",
        "hinge",
        "huber",
        "log_cosh",
        "poisson",
    ],
)
def test_losses_of_symbols(name):
    a, b = Input((4,)), Input((4,))
    p, q = np.abs(X) / np.abs(X).sum(1, keepdims=True), np.full_like(X, 0.25)
    symbol = getattr(losses, name)(a, b)
    assert symbol.shape == (None,)
    np.testing.assert_array_equal(
        Model([a, b], symbol)([p, q]).data, getattr(losses, name)(p, q).data
    )


def test_a_loss_that_looks_at_symbols_is_told_where_to_go():
    x = Input((4,))
    h = layers.Dense(2)(x)
    model = Model(x, layers.Dense(4)(h))
    model.compile("sgd", loss=lambda y, p: ops.mean(ops.square(y - p)) + ops.mean(h))
    with pytest.raises(TypeError, match=r"The loss is a symbol.*model.add_loss\(symbol\)"):
        model.fit(X, X, verbose=0)


@pytest.mark.parametrize(
    "loss",
    [
        losses.BinaryCrossentropy(),
        losses.CategoricalCrossentropy(),
        losses.KLDivergence(),
        losses.BinaryCrossentropy(label_smoothing=0.1),
        losses.CategoricalCrossentropy(label_smoothing=0.1),
        losses.BinaryFocalCrossentropy(),
        losses.CategoricalFocalCrossentropy(),
    ],
    ids=lambda v: type(v).__name__,
)
@pytest.mark.parametrize("made", ["probabilities", "logits"])
def test_the_gradient_of_the_targets(loss, made):
    """The teacher of a distillation learns as well, unless it is frozen."""
    generator = np.random.default_rng(3)
    t = Variable(np.abs(generator.normal(size=(3, 4))) * 0.1 + 0.1, dtype="float64")
    z = Tensor(generator.normal(size=(3, 4)))
    make = ops.sigmoid if "Binary" in type(loss).__name__ else ops.softmax
    p = make(z) if made == "logits" else Tensor(make(z).numpy())
    assert minidl.check_gradients(lambda t: loss(t, p), t)


# --- tapes, rates, words
# ---


def test_a_gradient_inside_a_tape_says_that_it_is_a_constant():
    v = Variable([2.0])
    with minidl.GradientTape() as outer, pytest.warns(UserWarning, match="of first order only"):
        with minidl.GradientTape() as inner:
            y = ops.sum(v**3)
        g = inner.gradient(y, v)
        z = ops.sum(g * v)
    assert outer.gradient(z, v).tolist() == [12.0]
    with minidl.GradientTape() as alone:
        y = ops.sum(v**2)
    # no tape is open: no warning, which here is an error
    assert alone.gradient(y, v).tolist() == [4.0]


def test_a_decayed_rate_can_be_set():
    with pytest.warns(FutureWarning):
        optimizer = optimizers.SGD(lr=0.8, decay=0.5)
    w = Variable([0.0])
    for _ in range(2):
        optimizer.apply([[0.0]], [w])
    assert float(optimizer.learning_rate) == 0.4
    optimizer.learning_rate = float(optimizer.learning_rate) * 0.1
    assert float(optimizer.learning_rate) == pytest.approx(0.04)
    optimizer.apply([[0.0]], [w])
    assert float(optimizer.learning_rate) == pytest.approx(0.08 / 2.5), (
        "what was set shrinks on as before"
    )
    again = optimizers.deserialize(optimizers.serialize(optimizer))
    again.iterations = 3
    again.learning_rate = 0.5
    assert float(again.learning_rate) == pytest.approx(0.5)
    model = Sequential([layers.Dense(1, input_shape=(4,))])
    with pytest.warns(FutureWarning):
        model.compile(optimizers.SGD(0.1, decay=1e-3), "mse")
    seen = model.fit(
        X,
        ONES,
        epochs=4,
        verbose=0,
        callbacks=minidl.callbacks.ReduceLROnPlateau("loss", 0.5, patience=1, min_delta=9),
    ).history
    assert seen["learning_rate"][-1] == pytest.approx(0.1 * 0.5**2 / (1 + 1e-3 * 4), rel=1e-3)


def test_a_layer_knows_its_metrics():
    class Endpoint(layers.Layer):
        def __init__(self):
            super().__init__()
            self.accuracy = minidl.metrics.BinaryAccuracy()
            self.inside = layers.Dense(1)

    assert [m.name for m in Endpoint().metrics] == ["binary_accuracy"]


class Momentum(optimizers.Optimizer):
    """Written for Keras."""

    def build(self, variables):
        if self.built:
            return
        super().build(variables)
        self.m = [self.add_variable_from_reference(v, name="m") for v in variables]
        self.steps = self.add_variable((), name="steps")

    def update_step(self, gradient, variable, learning_rate):
        m = self.m[self._get_variable_index(variable)]
        self.assign(m, 0.9 * m - learning_rate * gradient)
        self.assign_add(variable, m)
        self.assign_add(self.steps, 1)


def test_an_optimizer_written_for_keras_moves_as_ours():
    theirs, ours = Momentum(0.1, weight_decay=0.1), optimizers.SGD(0.1, 0.9, weight_decay=0.1)
    v, w = Variable([1.0, -2.0], name="v"), Variable([1.0, -2.0])
    for g in ([0.5, 1.0], [0.25, -2.0], [1.0, 1.0]):
        theirs.apply([np.array(g)], [v])
        ours.apply([np.array(g)], [w])
    np.testing.assert_allclose(v.numpy(), w.numpy(), rtol=1e-6)
    names = [kept.name for kept in theirs.variables]
    assert names == ["iteration", "learning_rate", "v_m", "steps"] and theirs.steps.item() == 3
    again = Momentum(0.1)
    again.build([Variable([0.0, 0.0], name="v")])
    again.set_state(theirs.get_state())
    np.testing.assert_array_equal(again.m[0], theirs.m[0])
    model = Sequential([Input((4,)), layers.Dense(1)])
    model.compile(Momentum(0.01), "mse")
    losses = model.fit(np.ones((8, 4)), np.zeros((8, 1)), epochs=3, verbose=0).history["loss"]
    assert losses[2] < losses[0]


def test_stateless_apply_changes_nothing():
    adam, twin = optimizers.Adam(0.1), optimizers.Adam(0.1)
    v, w = Variable([1.0, -2.0]), Variable([1.0, -2.0])
    adam.build([v])
    g = np.array([0.5, 1.0], "float32")
    kept = adam.variables
    moved = [v]
    for _ in range(2):
        moved, kept = adam.stateless_apply(kept, [g], moved)
        twin.apply([g], [w])
    assert v.numpy().tolist() == [1.0, -2.0] and adam.iterations == 0
    np.testing.assert_allclose(moved[0].numpy(), w.numpy(), rtol=1e-6)
    np.testing.assert_allclose(kept[2].numpy(), twin.variables[2].numpy(), rtol=1e-6)


def test_what_an_optimizer_remembers_as_a_dict():
    adam, other, store = optimizers.Adam(0.1), optimizers.Adam(0.3), {}
    v = Variable([1.0, -2.0])
    adam.apply([np.ones(2)], [v])
    adam.save_own_variables(store)
    other.build([v])
    other.load_own_variables(store)
    assert sorted(store) == ["0", "1", "2", "3"] and other.learning_rate == 0.1
    for a, b in zip(adam.variables, other.variables):
        np.testing.assert_array_equal(a, b)


def test_hooks_of_keras_that_are_not_called_are_named(tmp_path):
    class Keeps(layers.Dense):
        def save_own_variables(self, store):
            store["more"] = np.ones(3)

    model = Sequential([Input((4,)), Keeps(2)])
    with pytest.warns(UserWarning, match="Keeps.save_own_variables is not called.*get_config"):
        model.save_weights(tmp_path / "w.npz")


@pytest.mark.parametrize(
    ("module", "name"),
    [
        ("layers", "ConvLSTM2D"),
        ("callbacks", "RemoteMonitor"),
    ],
)
def test_what_keras_has_and_minidl_has_not_is_no_spelling_mistake(module, name):
    with pytest.raises(
        AttributeError,
        match=f"Keras has {module}.{name}; minidl does not have it yet. dir\\(minidl.{module}\\)",
    ):
        getattr(getattr(minidl, module), name)
    assert not hasattr(getattr(minidl, module), name)


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

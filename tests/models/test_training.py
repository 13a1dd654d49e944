"""Models with several inputs and outputs, subclassed models, data that comes in batches: what
compile and fit make of them.
"""

import numpy as np
import pytest
from training_cases import CLASSES, INPUTS, NUMBERS, regression, two_heads

import minidl
from minidl import (
    Input,
    Layer,
    Model,
    Sequential,
    Variable,
    callbacks,
    layers,
    losses,
    metrics,
    ops,
    set_random_seed,
)

# --- subclassing


class Nested(Model):
    def __init__(self):
        super().__init__()
        self.first = layers.Dense(3)
        self.blocks = [layers.Dense(3, activation="relu"), Sequential([layers.Dense(3)])]
        self.by_name = {"out": layers.Dense(1)}

    def call(self, x, training=None):
        x = self.first(x)
        for block in self.blocks:
            x = x + block(x, training=training)
        return self.by_name["out"](x)


def test_layers_in_attributes_lists_and_dicts_are_found_and_trained():
    model = Nested()
    model.compile("adam", "mse")
    before = model(INPUTS[:1]) is not None and model.get_weights()
    model.fit(INPUTS, NUMBERS, epochs=2, verbose=0)
    assert [w.shape for w in model.weights] == [
        (4, 3),
        (3,),
        (3, 3),
        (3,),
        (3, 3),
        (3,),
        (3, 1),
        (1,),
    ]
    assert all((a != b).any() for a, b in zip(before, model.get_weights()))


def test_a_batch_is_x_or_x_and_y_or_all_three():
    seen = []

    class Spy(Sequential):
        def train_step(self, data):
            seen.append(type(data) if not isinstance(data, tuple) else len(data))
            return {"loss": 0.0}

    model = Spy([Input((4,)), layers.Dense(1)])
    model.compile("sgd", "mse")
    for rest in ((), (NUMBERS,)):
        model.fit(INPUTS, *rest, verbose=0)
    model.fit(INPUTS, NUMBERS, sample_weight=np.ones(64), verbose=0)
    assert seen[::2] == [minidl.Tensor, 2, 3]


class Ends(callbacks.Callback):
    """Ends a run with an error, after its second batch."""

    def on_train_batch_end(self, batch, logs=None):
        if batch == 1:
            raise KeyboardInterrupt


@pytest.mark.parametrize("ends", [[], [Ends()]], ids=["well", "with Ctrl-C"])
def test_what_a_fit_sets_for_itself_is_put_back(ends):
    model = two_heads()
    model.fit(INPUTS, [CLASSES, NUMBERS], verbose=0)
    before, extra = model.shuffle_generator, [callbacks.TerminateOnNaN(), *ends]
    try:
        model.fit(INPUTS, [CLASSES, NUMBERS], seed=7, verbose=0, callbacks=extra)
    except KeyboardInterrupt:
        assert ends
    assert model.stop_on_nan and model.shuffle_generator is before and model.run_parts is None


def test_a_fit_that_ends_within_a_step_leaves_no_gradient():
    class Broken(Sequential):
        def train_step(self, data):
            x, y = data
            self.compute_loss(x, y, self(x, training=True)).backward()
            assert all(w.grad is not None for w in self.weights)
            raise KeyboardInterrupt

    model = Broken([layers.Dense(1)])
    model.compile("sgd", "mse")
    with pytest.raises(KeyboardInterrupt):
        model.fit(INPUTS, NUMBERS, verbose=0)
    assert all(w.grad is None for w in model.weights)


class Sparse(Layer):
    """Adds the mean size of what passes, times a factor."""

    def __init__(self, factor=0.1, **kwargs):
        super().__init__(**kwargs)
        self.factor = factor

    def call(self, x):
        self.add_loss(self.factor * ops.mean(ops.absolute(x)))
        return x


def test_add_loss_counts_for_its_call_alone():
    model = Sequential([Input((4,)), layers.Dense(3), Sparse(), layers.Dense(1)])
    model.compile("sgd", "mse")
    for _ in range(3):
        model(INPUTS)
        assert len(model.losses) == 1
    inside = np.abs(INPUTS @ model.get_weights()[0]).mean() * 0.1
    plain = ((model.predict(INPUTS, verbose=0) - NUMBERS) ** 2).mean()
    assert model.evaluate(INPUTS, NUMBERS, batch_size=64, verbose=0) == pytest.approx(
        inside + plain, rel=1e-5
    )
    other = Sequential([Input((4,)), Sparse(1.0)])
    other(INPUTS)
    assert len(model.losses) == 1 and float(model.losses[0]) == pytest.approx(inside, rel=1e-5), (
        "another model's call changes nothing"
    )
    layer = Sparse(1.0)
    layer(INPUTS)
    layer(INPUTS)
    assert len(layer.losses) == 1


def test_of_several_numbers_that_were_added_the_sum_counts():
    """As in Keras: the loss of each sample, (n, 1), in the tutorial on reading captchas."""

    class Each(layers.Layer):
        def call(self, x):
            self.add_loss(x[:, :1])
            return x

    model = Sequential([Input((4,)), Each()])
    model.compile("sgd")
    assert model.evaluate(INPUTS, batch_size=64, verbose=0) == pytest.approx(
        INPUTS[:, 0].sum(), rel=1e-5
    )


def test_fit_without_targets_makes_smaller_what_was_added():
    class Autoencoder(Model):
        def __init__(self):
            super().__init__()
            self.inner, self.outer = layers.Dense(2), layers.Dense(4)

        def call(self, x):
            back = self.outer(self.inner(x))
            self.add_loss(ops.mean(ops.square(back - x)))
            return back

    model = Autoencoder()
    model.compile("adam")
    history = model.fit(INPUTS, epochs=5, verbose=0).history
    assert list(history) == ["loss"] and history["loss"][-1] < history["loss"][0]
    assert model.evaluate(INPUTS, verbose=0) == pytest.approx(
        ((model.predict(INPUTS, verbose=0) - INPUTS) ** 2).mean(), rel=1e-5
    )
    plain = Sequential([layers.Dense(1)])
    plain.compile("sgd")
    with pytest.raises(ValueError, match="No loss to compute"):
        plain.fit(INPUTS, verbose=0)


def test_regularizers_are_in_the_loss_and_constraints_hold_after_each_step():
    model = Sequential(
        [
            Input((4,)),
            layers.Dense(
                3,
                kernel_regularizer="l2",
                bias_regularizer=minidl.regularizers.L1(0.5),
                kernel_constraint="non_neg",
            ),
            layers.Dense(1),
        ]
    )
    model.compile(minidl.optimizers.SGD(0.1), "mse")
    model.layers[0].bias.assign([1.0, -2.0, 3.0])
    kernel = model.layers[0].kernel.data
    plain = ((model.predict(INPUTS, verbose=0) - NUMBERS) ** 2).mean()
    assert model.evaluate(INPUTS, NUMBERS, verbose=0) == pytest.approx(
        plain + 0.01 * (kernel**2).sum() + 0.5 * 6, rel=1e-5
    )
    assert len(model.losses) == 2
    model.fit(INPUTS, NUMBERS, epochs=3, verbose=0)
    assert model.layers[0].kernel.data.min() >= 0 and (model.layers[0].kernel.data == 0).any()
    model.layers[0].trainable = False
    assert model.losses == []


def test_freezing_is_noticed_and_batch_normalization_then_infers():
    model = Sequential([Input((4,)), layers.Dense(3), layers.BatchNormalization(), layers.Dense(1)])
    model.compile("sgd", "mse")
    model.fit(INPUTS, NUMBERS, verbose=0)
    model.layers[1].trainable = False
    moving = model.layers[1].moving_mean.numpy()
    with pytest.warns(UserWarning, match=r"'batch_normalization\w*' was changed after compile"):
        model.fit(INPUTS, NUMBERS, verbose=0)
    assert np.array_equal(moving, model.layers[1].moving_mean.data)
    model.compile("sgd", "mse")
    model.fit(INPUTS, NUMBERS, verbose=0)
    assert len(model.optimizer.trainable_variables) == 4


def test_variables_of_a_layer_can_count():
    class Counter(Layer):
        def __init__(self):
            super().__init__()
            self.seen = Variable(0, dtype="int32", trainable=False, name="seen")
            self.total = self.add_weight(
                shape=(), initializer="zeros", trainable=False, name="total"
            )

        def call(self, x):
            self.seen.assign_add(len(x))
            self.total.assign(self.total + ops.sum(x))
            return x

    layer = Counter()
    for _ in range(2):
        layer(INPUTS)
    assert int(layer.seen) == 128 and float(layer.total) == pytest.approx(
        2 * INPUTS.sum(), rel=1e-4
    )
    assert layer.trainable_weights == [] and len(layer.weights) == 2


def test_two_fits_are_one_long_fit():
    def network():
        set_random_seed(3)
        model = Sequential(
            [Input((4,)), layers.Dense(8, activation="relu"), layers.Dropout(0.5), layers.Dense(1)]
        )
        model.compile("adam", "mse")
        return model

    once = network()
    once.fit(INPUTS, NUMBERS, epochs=4, verbose=0)
    twice = network()
    twice.fit(INPUTS, NUMBERS, epochs=2, verbose=0)
    twice.fit(INPUTS, NUMBERS, epochs=4, initial_epoch=2, verbose=0)
    assert all(np.array_equal(a, b) for a, b in zip(once.get_weights(), twice.get_weights()))


def test_results_answer_to_numpy():
    metric = metrics.MeanSquaredError()
    metric.update_state([[1.0]], [[3.0]])
    model = regression()
    for result in (
        metric.result(),
        model.optimizer.learning_rate,
        losses.MeanSquaredError()([[1.0]], [[3.0]]),
    ):
        assert np.ndim(result.numpy()) == 0 and float(result.numpy()) == float(result)


@pytest.mark.parametrize("run", ["fit", "evaluate", "train_on_batch", "test_on_batch"])
def test_what_needs_compile(run):
    model = Sequential([Input((4,)), layers.Dense(1)], name="m")
    with pytest.raises(RuntimeError, match=r"Model 'm' is not compiled. Call model.compile\("):
        getattr(model, run)(INPUTS, NUMBERS)
    assert model.predict(INPUTS, verbose=0).shape == (64, 1)

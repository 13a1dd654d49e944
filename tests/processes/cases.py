"""Models and data of many kinds, each trained for a few epochs: the script that the tests start on
one process and on several.

    python cases.py RESULTS             writes the numbers of all cases to RESULTS (.npz)
    python cases.py RESULTS NAME ...    of these cases, without memory that the processes share
"""

import sys

import numpy as np

import minidl
import minidl as keras
from minidl.support.processes import here

layers = keras.layers
EPOCHS = 3


def rng_of(seed):
    return np.random.default_rng([18, seed])


def pick(rng, *choices):
    return choices[int(rng.integers(len(choices)))]


# --- random dense networks


def random_network(rng, classes):
    model = keras.Sequential([keras.Input((6,))])
    for _ in range(int(rng.integers(1, 3))):
        penalty = pick(rng, None, "l2", keras.regularizers.L1L2(0.01, 0.01))
        activity = pick(rng, None, None, keras.regularizers.L2(0.01))
        options = {"kernel_regularizer": penalty, "activity_regularizer": activity}
        model.add(layers.Dense(int(rng.integers(4, 12)), pick(rng, "tanh", "gelu"), **options))
        if rng.random() < 0.5:
            model.add(layers.BatchNormalization(synchronized=True, momentum=0.7))
        if rng.random() < 0.5:
            model.add(pick(rng, layers.Dropout, layers.GaussianDropout)(0.3))
    model.add(layers.Dense(classes, "softmax"))
    return model


def random_optimizer(rng):
    limit = pick(rng, {}, {"global_clipnorm": 0.1}, {"clipnorm": 0.05}, {"clipvalue": 0.02})
    batches = pick(rng, None, None, 2, 3)
    options = {**limit, "gradient_accumulation_steps": batches, "use_ema": rng.random() < 0.2}
    make = pick(rng, "SGD", "Adam", "RMSprop", "AdamW", "Adagrad")
    if make == "SGD":
        options["momentum"] = 0.9
    return getattr(keras.optimizers, make)(learning_rate=0.02, **options)


def random_case(seed):
    rng, classes = rng_of(seed), 3
    samples, batch = int(rng.integers(11, 60)), int(rng.integers(1, 17))
    x, y = rng.normal(size=(samples, 6)), rng.integers(0, classes, samples)
    model = random_network(rng, classes)
    model.compile(
        random_optimizer(rng),
        "sparse_categorical_crossentropy",
        metrics=["accuracy"],
        weighted_metrics=["sparse_categorical_crossentropy"],
    )
    weights = pick(
        rng,
        {},
        {"sample_weight": rng.random(samples) * 3},
        {"class_weight": {0: 1.0, 1: 3.0, 2: 0.5}},
    )
    given = {"validation_split": pick(rng, 0.0, 0.3), "shuffle": rng.random() < 0.8, **weights}
    history = model.fit(x, y, batch_size=batch, epochs=EPOCHS, verbose=0, **given)
    return model, [history, model.evaluate(x, y, batch_size=7, verbose=0)]


# --- what random ones do not reach


def two_heads():
    rng = rng_of(0)
    x = keras.Input((5,))
    h = layers.Dense(7, "relu", name="shared")(x)
    model = keras.Model(x, {"a": layers.Dense(1)(h), "b": layers.Dense(4)(h)})
    model.compile(
        "adam",
        loss={
            "a": keras.losses.MeanSquaredError(reduction="sum"),
            "b": keras.losses.SparseCategoricalCrossentropy(from_logits=True, ignore_class=2),
        },
        loss_weights={"a": 0.3, "b": 2.0},
        metrics={"a": ["mae"], "b": ["accuracy"]},
    )
    y = {"a": rng.normal(size=(33, 1)), "b": rng.integers(0, 4, 33)}
    weight = {"a": rng.random(33), "b": rng.random(33)}
    data = rng.normal(size=(33, 5))
    history = model.fit(data, y, 8, EPOCHS, 0, sample_weight=weight, validation_data=(data, y))
    return model, [history]


def weighted_mean():
    rng = rng_of(1)
    model = keras.Sequential([keras.Input((5,)), layers.Dense(3, "tanh"), layers.Dense(2)])
    model.compile("sgd", keras.losses.MeanAbsoluteError(reduction="mean_with_sample_weight"))
    x, y = rng.normal(size=(23, 5)), rng.normal(size=(23, 2))
    weight = np.where(np.arange(23) % 3 == 0, 4.0, 0.0)  # some shares weigh nothing
    return model, [model.fit(x, y, 6, EPOCHS, 0, sample_weight=weight, shuffle=False)]


def masked_words():
    rng = rng_of(2)
    model = keras.Sequential(
        [
            layers.Embedding(20, 6, mask_zero=True),
            layers.LSTM(5, return_sequences=True, recurrent_dropout=0.2),
            layers.BatchNormalization(synchronized=True),
            layers.Dense(20),
        ]
    )
    model.compile(
        keras.optimizers.Adam(0.02, global_clipnorm=0.2),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )
    x = rng.integers(1, 20, (26, 7))
    x[np.arange(7) >= rng.integers(1, 8, 26)[:, None]] = 0
    return model, [model.fit(x, np.roll(x, 1, axis=1), 5, EPOCHS, 0)]


def stopped_early():
    rng = rng_of(3)
    model = keras.Sequential([keras.Input((4,)), layers.Dense(8, "relu"), layers.Dense(1)])
    model.compile(keras.optimizers.SGD(0.3, momentum=0.9), "mse")
    x, y = rng.normal(size=(40, 4)), rng.normal(size=(40, 1))
    stop = keras.callbacks.EarlyStopping(patience=2, restore_best_weights=True)
    slower = keras.callbacks.ReduceLROnPlateau("loss", patience=0, factor=0.5)
    options = {"validation_split": 0.25, "callbacks": [stop, slower]}
    history = model.fit(x, y, 7, 30, 0, **options)
    assert len(history.epoch) < 30
    return model, [history]


class OwnStep(keras.Model):
    """Two optimizers and losses of its own, as a GAN has them."""

    def __init__(self):
        super().__init__()
        self.first, self.second = layers.Dense(6, "tanh"), layers.Dense(2)
        self.second_optimizer = keras.optimizers.Adam(0.01)
        self.tracker = keras.metrics.Mean(name="own")

    def call(self, x):
        return self.second(self.first(x))

    def train_step(self, data):
        x, y = data
        loss = keras.losses.MeanSquaredError()(y, self(x, training=True))
        self.zero_grad()
        loss.backward()
        for layer, optimizer in (
            (self.first, self.optimizer),
            (self.second, self.second_optimizer),
        ):
            weights = layer.trainable_weights
            optimizer.apply([w.grad for w in weights], weights)
        self.tracker.update_state(loss, sample_weight=len(x))
        return {"own": self.tracker.result(), "plain": float(loss)}

    @property
    def metrics(self):
        return [self.tracker]


def own_step():
    rng = rng_of(4)
    model = OwnStep()
    model.compile("sgd")
    x, y = rng.normal(size=(30, 4)), rng.normal(size=(30, 2))
    return model, [model.fit(x, y, 10, EPOCHS, 0)]


class Pages(keras.utils.PyDataset):
    def __init__(self, x, y):
        super().__init__()
        self.x, self.y = x, y

    def __len__(self):
        return 4

    def __getitem__(self, i):
        return self.x[i::4], self.y[i::4]


def streams():
    rng = rng_of(5)
    x, y = rng.normal(size=(29, 4)), rng.normal(size=(29, 1))
    model = keras.Sequential([keras.Input((4,)), layers.Dense(5, "relu"), layers.Dense(1)])
    model.compile("adam", "huber", metrics=[keras.metrics.R2Score()])

    def forever():
        while True:
            for start in range(0, 29, 6):
                yield x[start : start + 6], y[start : start + 6]

    first = model.fit(Pages(x, y), epochs=EPOCHS, verbose=0)
    second = model.fit(forever(), steps_per_epoch=3, epochs=EPOCHS, verbose=0)
    third = model.fit(x, y, epochs=EPOCHS, verbose=0, steps_per_epoch=2, batch_size=9)
    return model, [first, second, third, model.evaluate(Pages(x, y), verbose=0)]


def optimizers_of_optimizers():
    rng = rng_of(6)
    x, y = rng.normal(size=(31, 4)), rng.integers(0, 2, 31)
    results = []
    for around in (several, lambda: keras.optimizers.LossScaleOptimizer(clipped(0.02))):
        model = keras.Sequential(
            [keras.Input((4,)), layers.Dense(5, "relu", name="low"), layers.Dense(1, "sigmoid")]
        )
        metrics = [keras.metrics.AUC(), keras.metrics.Precision()]
        model.compile(around(), "binary_crossentropy", metrics=metrics)
        results.append(model.fit(x, y, 9, EPOCHS, 0))
    return model, results


def clipped(rate):
    return keras.optimizers.Adam(rate, global_clipnorm=0.05)


def several():
    low, high = clipped(0.01), clipped(0.03)
    return keras.optimizers.MultiOptimizer(lambda v: low if "low" in v.path else high)


def saved_and_loaded():
    rng = rng_of(7)
    x, y = rng.normal(size=(31, 4)), rng.normal(size=(31, 1))
    model = keras.Sequential(
        [keras.Input((4,)), layers.Dense(5, "relu"), layers.Dropout(0.4), layers.Dense(1)]
    )
    model.compile("adam", "mse")
    first = model.fit(x, y, 9, EPOCHS, 0)
    model.save("halfway.npz")
    model = keras.models.load_model("halfway.npz")
    return model, [first, model.fit(x, y, 9, EPOCHS, 0)]


def begins_unequal():
    """The processes would begin with other weights and shuffle in other ways."""
    rng = rng_of(8)
    keras.set_random_seed(keras.distribution.distribution().process_id)
    model = keras.Sequential([keras.Input((4,)), layers.Dense(5, "relu"), layers.Dense(1)])
    model.compile(keras.optimizers.Adam(0.01), "mse")
    x, y = rng.normal(size=(30, 4)), rng.normal(size=(30, 1))
    return model, [model.fit(x, y, 10, EPOCHS, 0)]


def single_precision():
    """Two layers in float32, where sums in another order differ from the seventh digit on."""
    rng = rng_of(9)
    keras.config.set_floatx("float32")
    try:
        model = keras.Sequential([keras.Input((20,)), layers.Dense(16, "relu"), layers.Dense(3)])
        model.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
        x, y = rng.normal(size=(150, 20)), rng.integers(0, 3, 150)
        return model, [model.fit(x, y, 16, EPOCHS, 0)]
    finally:
        keras.config.set_floatx("float64")


SPECIAL = [
    *(two_heads, weighted_mean, masked_words, stopped_early, own_step, streams),
    *(optimizers_of_optimizers, saved_and_loaded, begins_unequal),
    single_precision,
]
RANDOM = range(24)
NAMES = [*[make.__name__ for make in SPECIAL], *[f"random_{seed}" for seed in RANDOM]]


def numbers_of(result) -> np.ndarray:
    """A history, or what evaluate returned, as one list of numbers."""
    if isinstance(result, keras.callbacks.History):
        result = [v for name in sorted(result.history) for v in result.history[name]]
    return np.ravel(np.asarray(result, float))


def main(path, *names):
    parallel = keras.distribution.DataParallel()
    keras.distribution.set_distribution(parallel)
    found = {}
    if names:  # as on several machines, which share no memory
        minidl.distribution.mpi.has_room = lambda size: False
    for name in names or NAMES:
        keras.set_random_seed(0)
        random = name.startswith("random_")
        make = (lambda: random_case(int(name[7:]))) if random else globals()[name]
        model, results = make()
        weights = np.concatenate([w.ravel() for w in model.get_weights()])
        found[f"{name}/weights"] = weights
        found[f"{name}/results"] = np.concatenate([numbers_of(r) for r in results])
        if here.team is not None:  # every process has the same
            assert np.ptp(here.team.gathered(weights), axis=0).max() == 0
    if parallel.process_id == 0:
        np.savez(path, **found)


if __name__ == "__main__":
    keras.config.set_floatx("float64")
    main(*sys.argv[1:])

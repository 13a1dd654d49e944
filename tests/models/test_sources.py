"""Where batches come from."""

import tracemalloc

import numpy as np
import pytest
from data_cases import net
from training_cases import CLASSES, INPUTS, NUMBERS, RNG, in_batches, regression

import minidl
from minidl import Input, Sequential, callbacks, layers, set_random_seed
from minidl.models import sources

X = np.random.default_rng(0).normal(size=(8, 3)).astype("float32")
Y = X[:, :1]


def test_an_endless_generator():
    class Enough(callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            self.model.stop_training = batch > 1100

    def endless():
        while True:
            yield X, Y

    model = net()
    with pytest.warns(UserWarning, match="1000 batches have come.*steps_per_epoch"):
        model.fit(endless(), verbose=0, callbacks=[Enough()])
    model.fit(endless(), steps_per_epoch=1100, verbose=0)
    model.fit(((X, Y) for _ in range(900)), verbose=0)


class Pages(minidl.utils.PyDataset):
    def __init__(self):
        super().__init__()
        self.told, self.asked = [], []

    def __len__(self):
        return 4

    def __getitem__(self, i):
        self.asked.append(i)
        return INPUTS[i * 16 : i * 16 + 16], NUMBERS[i * 16 : i * 16 + 16]

    def on_epoch_end(self):
        self.told.append("end")


class Numbered(minidl.utils.PyDataset):
    """Says with a property how many batches there are; None: they never end."""

    def __init__(self, num_batches):
        super().__init__(workers=2)
        self.count = num_batches

    num_batches = property(lambda self: self.count)  # pyright: ignore

    def __getitem__(self, i):
        at = i % 4 * 16
        return INPUTS[at : at + 16], NUMBERS[at : at + 16]


class Again:
    """Can be read as often as one likes, and does not say how long it is."""

    def __iter__(self):
        return in_batches(1)


@pytest.mark.parametrize(
    ("source", "steps"),
    [
        (lambda: in_batches(), 4),
        (Pages, None),
        (lambda: Numbered(4), None),
        (lambda: Numbered(None), 4),
        (Again, None),
        (lambda: in_batches(5), 4),
    ],
    ids=["endless generator", "PyDataset", "num_batches", "endless", "iterable", "generator"],
)
def test_batches_from_elsewhere_train_as_arrays_do(source, steps):
    arrays, streamed = regression(), regression()
    a = arrays.fit(INPUTS, NUMBERS, batch_size=16, epochs=3, shuffle=False, verbose=0).history
    b = streamed.fit(source(), epochs=3, steps_per_epoch=steps, shuffle=False, verbose=0).history
    assert a == b and all(
        np.array_equal(u, v) for u, v in zip(arrays.get_weights(), streamed.get_weights())
    )


def test_a_pydataset_with_a_number_of_batches_or_without_an_end():
    assert len(Numbered(5)) == 5 and len(list(Numbered(2))) == 2
    assert [i for i, _ in zip(range(9), Numbered(None))][-1] == 8
    assert len(regression().predict(Numbered(5), verbose=0)) == 5 * 16
    assert len(regression().predict(Numbered(None), steps=7, verbose=0)) == 7 * 16
    with pytest.raises(TypeError):
        len(Numbered(None))


def test_validation_evaluation_and_prediction_from_batches():
    model = regression()
    history = model.fit(INPUTS, NUMBERS, validation_data=Pages(), epochs=2, verbose=0).history
    assert len(history["val_loss"]) == 2
    assert model.evaluate(Pages(), verbose=0) == pytest.approx(
        model.evaluate(INPUTS, NUMBERS, verbose=0), rel=1e-6
    )
    assert model.evaluate(in_batches(), steps=2, verbose=0) == pytest.approx(
        model.evaluate(INPUTS[:32], NUMBERS[:32], verbose=0), rel=1e-6
    )
    np.testing.assert_allclose(
        model.predict(Pages(), verbose=0), model.predict(INPUTS, verbose=0), rtol=1e-6
    )
    np.testing.assert_allclose(
        model.predict(in_batches(), steps=3, verbose=0),
        model.predict(INPUTS[:48], verbose=0),
        rtol=1e-6,
    )


def test_a_pydataset_is_shuffled_by_batches_and_told_of_each_epoch():
    pages = Pages()
    regression().fit(pages, epochs=3, verbose=0)
    assert pages.told == ["end"] * 3
    orders = [tuple(pages.asked[i + 1 : i + 5]) for i in range(0, 12, 4)]
    assert all(sorted(order) == [0, 1, 2, 3] for order in orders) and len(set(orders)) > 1


def test_a_generator_that_runs_dry_says_so_and_training_ends():
    model = regression()
    with pytest.warns(UserWarning, match="ran out in epoch 2 after 2 of 4 batches"):
        history = model.fit(
            (batch for _, batch in zip(range(6), in_batches())),
            steps_per_epoch=4,
            epochs=5,
            verbose=0,
        ).history
    assert len(history["loss"]) == 2
    with pytest.raises(ValueError, match="holds no batches"):
        model.fit(iter([]), verbose=0)
    with pytest.raises(ValueError, match="y goes with arrays"):
        model.fit(in_batches(), NUMBERS, verbose=0)


def test_class_weights_of_batches():
    def classes():
        while True:
            yield INPUTS, CLASSES

    def network():
        set_random_seed(0)
        model = Sequential([Input((4,)), layers.Dense(2, activation="softmax")])
        model.compile("sgd", "sparse_categorical_crossentropy")
        return model

    a, b = network(), network()
    a.fit(INPUTS, CLASSES, batch_size=64, shuffle=False, class_weight={0: 1.0, 1: 3.0}, verbose=0)
    b.fit(classes(), steps_per_epoch=1, class_weight={0: 1.0, 1: 3.0}, verbose=0)
    assert all(np.array_equal(u, v) for u, v in zip(a.get_weights(), b.get_weights()))


def test_a_memory_map_is_not_loaded_whole(tmp_path):
    rows, columns = 20_000, 200
    big = np.memmap(tmp_path / "x.bin", dtype="float32", mode="w+", shape=(rows, columns))
    for start in range(0, rows, 2000):
        big[start : start + 2000] = RNG.random((2000, columns), dtype=np.float32)
    big.flush()
    x = np.memmap(tmp_path / "x.bin", dtype="float32", mode="r", shape=(rows, columns))
    model = Sequential([Input((columns,)), layers.Dense(1)])
    model.compile("sgd", "mse")
    tracemalloc.start()
    try:
        model.fit(x, np.zeros(rows), batch_size=128, epochs=1, validation_split=0.1, verbose=0)
        model.evaluate(x, np.zeros(rows), batch_size=128, verbose=0)
        model.predict(x, batch_size=128, verbose=0)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < x.nbytes / 4, f"{peak / 1e6:.1f} MB for a file of {x.nbytes / 1e6:.1f} MB"


def test_class_weights_do_not_touch_what_is_held_back():
    def history(**options):
        set_random_seed(0)
        model = Sequential([Input((4,)), layers.Dense(2, activation="softmax")])
        model.compile(minidl.optimizers.SGD(0.0), "sparse_categorical_crossentropy")
        return model.fit(INPUTS, CLASSES, validation_split=0.25, verbose=0, **options).history

    plain, weighted = history(), history(class_weight={0: 1.0, 1: 5.0})
    assert (
        plain["val_loss"] == weighted["val_loss"] and weighted["loss"][0] > 1.5 * plain["loss"][0]
    )


def test_classes_that_only_the_validation_part_has_are_told():
    model = Sequential([Input((2,)), layers.Dense(3, activation="softmax")])
    model.compile("sgd", "sparse_categorical_crossentropy")
    x, y = np.zeros((10, 2)), np.array([0, 1] * 4 + [2, 2])
    with pytest.warns(UserWarning, match="never seen in training: 2"):
        model.fit(x, y, validation_split=0.2, verbose=0)
    assert model.number_of_classes() == 3


def test_the_classes_of_sequences_are_on_the_last_axis():
    model = Sequential([Input((7, 2)), layers.Dense(3, activation="softmax")])
    model.compile("sgd", "sparse_categorical_crossentropy")
    model.fit(np.zeros((4, 7, 2)), np.zeros((4, 7), int), verbose=0)
    assert model.number_of_classes() == 3


@pytest.mark.parametrize(
    ("given", "samples", "steps", "size"),
    [
        (None, 100, None, 32),
        (8, 100, None, 8),
        (8, 100, 3, 8),
        (None, 10, 3, 4),
        (None, 10, 10, 1),
        (None, 10, 20, 1),
    ],
)
def test_the_size_of_a_batch(given, samples, steps, size):
    assert sources.batch_size_for(given, samples, steps) == size


@pytest.mark.parametrize(
    ("samples", "batch", "weight", "judged"),
    [(16, 16, None, True), (15, 32, None, False), (99, 15, None, False), (16, 16, 1.0, False)],
)
def test_which_first_loss_can_be_judged(samples, batch, weight, judged):
    x = np.ones((samples, 2))
    weight = None if weight is None else np.full(samples, weight)
    batches = minidl.data.Batches(x, x, weight, batch_size=batch)
    assert sources.can_judge_first_loss(batches) == judged


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"y": Y}, "y goes with arrays"),
        ({"sample_weight": np.ones(8)}, "sample_weight goes with arrays"),
        ({"validation_split": 0.5}, "validation_split goes with arrays"),
    ],
)
def test_what_goes_with_arrays_alone(options, said):
    with pytest.raises(ValueError, match=said):
        net().fit(iter([(X, Y)]), verbose=0, **options)


@pytest.mark.parametrize(
    ("y", "weight", "said"),
    [(Y, np.ones(8), "class_weight or sample_weight, not both"), (None, None, "needs targets")],
)
def test_class_weights_stand_alone_and_need_targets(y, weight, said):
    with pytest.raises(ValueError, match=said):
        net().fit(X, y, sample_weight=weight, class_weight={0: 1.0}, verbose=0)


def test_the_batches_of_the_validation():
    """As large as those of training, or 32 where x brings its own."""
    seen = []

    class Watch(callbacks.Callback):
        def on_test_batch_end(self, batch, logs=None):
            seen.append(batch)

    x, y = np.ones((40, 3), "f"), np.ones((40, 1), "f")
    for data, options, count in [
        ((x, y), {"batch_size": 10}, 4),
        ((x, y), {"batch_size": 10, "validation_batch_size": 20}, 2),
        ((x, y), {"batch_size": 10, "validation_steps": 3}, 3),
        ((iter([(x, y)]),), {}, 2),
    ]:
        seen.clear()
        net().fit(*data, validation_data=(x, y), verbose=0, callbacks=[Watch()], **options)
        assert len(seen) == count

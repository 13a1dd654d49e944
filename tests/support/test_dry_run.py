"""Looking at shapes changes nothing: no variable, counter, loss or random number."""

from functools import partial

import numpy as np
import pytest
from state_cases import CLEAN, ONES, Counts, Fails, state_of

from minidl import (
    GraphError,
    Input,
    Layer,
    Model,
    Sequential,
    Tensor,
    Variable,
    layers,
    metrics,
    ops,
    random,
    set_random_seed,
)
from minidl.support import dry_run as dry

pytestmark = pytest.mark.usefixtures("clean_state")


# --- a dry run leaves no trace


class Gathers(metrics.Metric):
    """A metric that keeps what it gathers in plain attributes."""

    def reset_state(self):
        self.values = []

    def update_state(self, y_true, y_pred, sample_weight=None):
        self.values.append(1)
        self.last = 1

    def result(self):
        return 0.0


class Everything(Layer):
    """A layer whose call changes all that a call can change."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.calls, self.sums = 0, np.zeros(2)
        self.mean, self.inside = metrics.Mean(), [metrics.MeanSquaredError(name="in a list")]
        self.seeds, self.held = random.SeedGenerator(1), {"a dict": random.generator(2)}
        self.state = Tensor(np.zeros(2))
        self.iou, self.plain = metrics.MeanIoU(num_classes=2), Gathers()

    def build(self, input_shape):
        self.n = self.add_weight(shape=(), initializer="zeros", trainable=False)
        self.listed = [self.add_weight(shape=(2,), initializer="ones", trainable=False)]

    def call(self, x):
        self.calls += 1
        self.sums += 1
        self.state = self.state + 1
        self.n.assign_add(1)
        self.listed[0].data = self.listed[0].data * 2
        self.listed[0].array[0] = 5
        self.mean.update_state(3.0)
        self.inside[0].update_state(np.ones((1, 1)), np.zeros((1, 1)))
        self.iou.update_state([0, 1], [0, 1])
        self.plain.update_state(x, x)
        self.seeds.generator.normal()
        random.normal((2,), seed=self.seeds), self.seeds.next(), random.normal((2,))
        self.held["a dict"].normal()
        self.add_loss(ops.sum(x))
        return x

    def traces(self):
        numbers = [float(self.n), self.listed[0].tolist(), self.sums.tolist(), self.state.tolist()]
        states = [self.seeds.get_state(), self.held["a dict"].bit_generator.state]
        sums = [v.tolist() for m in (self.mean, *self.inside, self.iou) for v in m.variables]
        plain = list(self.plain.values), hasattr(self.plain, "last")
        return [self.calls, *numbers, *states, sums, plain, self.losses]


class Holder(Model):
    def __init__(self, inside):
        super().__init__()
        self.inside = [inside]

    def call(self, x):
        return self.inside[0](x) * 2


LOOKS = {
    "Sequential": lambda layer: Sequential([Input((2,)), layer]),
    "add": lambda layer: Sequential([Input((2,))]).add(layer),
    "build": lambda layer: Sequential([layer]).build((None, 2)),
    "functional": lambda layer: Model(i := Input((2,)), layer(i)),
    "nested": lambda layer: Model(i := Input((2,)), Sequential([layer, layers.ReLU()])(i)),
    "nested in a subclass": lambda layer: Model(i := Input((2,)), Holder(layer)(i)),
    "subclass build": lambda layer: Holder(layer).build((None, 2)),
    "TimeDistributed": lambda layer: layers.TimeDistributed(layer)(Input((3, 2))),
    "summary": lambda layer: Sequential([Input((2,)), layer]).summary(print_fn=str),
    "compute_output_shape": lambda layer: layer.compute_output_shape((None, 2)),
    "of a model": lambda layer: Holder(layer).compute_output_shape((None, 2)),
    "called twice": lambda layer: layer(layer(Input((2,)))),
    "prepare": lambda layer: prepared(Sequential([layer, layers.Flatten()])),
    "prepare a functional": lambda layer: prepared(Model(i := Input((2,)), layer(i))),
    "prepare a subclass": lambda layer: prepared(Holder(layer)),
}


def prepared(model):
    """fit as far as the first batch."""
    model.compile("sgd", "mse")
    with pytest.raises(ArithmeticError):
        model.fit(ONES[0], ONES[0], verbose=0, callbacks=[Fails("on_train_begin")])


def built():
    layer = Everything()
    layer.build((None, 2))
    return layer


@pytest.mark.filterwarnings("ignore:Model .* has no trainable weights")
@pytest.mark.parametrize("look", LOOKS)
def test_looking_leaves_no_trace(look):
    layer = built()
    before = layer.traces()
    LOOKS[look](layer)
    assert layer.traces() == before
    assert dry.state.kept is None and not dry.state.for_show


@pytest.mark.filterwarnings("ignore:Model .* has no trainable weights")
@pytest.mark.parametrize("look", LOOKS)
def test_looking_at_a_new_layer_leaves_it_as_build_makes_it(look):
    layer, expected = Everything(), built().traces()
    LOOKS[look](layer)
    assert layer.built == ("compute_output_shape" not in look and look != "of a model")
    if not layer.built:
        layer.build((None, 2))
    assert layer.traces() == expected


@pytest.mark.filterwarnings("ignore:Model .* has no trainable weights")
@pytest.mark.parametrize("look", LOOKS)
def test_looking_leaves_the_losses_of_the_last_call(look):
    layer = built()
    layer(ONES[0])
    before = layer.traces()
    LOOKS[look](layer)
    assert layer.traces() == before


@pytest.mark.parametrize("look", [name for name in LOOKS if "prepare" not in name])
def test_looking_takes_no_random_numbers(look):
    """fit's shuffles, which have a generator of their own, aside."""
    layer = built()
    set_random_seed(1)
    expected = random.normal((3,)).tolist()
    set_random_seed(1)
    LOOKS[look](layer)
    assert random.normal((3,)).tolist() == expected


def test_asking_for_a_shape_takes_no_random_numbers_for_weights():
    set_random_seed(1)
    expected = random.normal((3,)).tolist()
    set_random_seed(1)
    model = Sequential([layers.Dense(3), layers.Dropout(0.5), layers.Dense(2)])
    assert model.compute_output_shape((None, 5)) == (None, 2)
    assert layers.Dense(3).compute_output_shape((None, 5)) == (None, 3)
    assert random.normal((3,)).tolist() == expected


def test_what_a_function_changes_outside_of_its_layer_is_put_back():
    counter, seeds = Variable(0.0, trainable=False), random.SeedGenerator(1)

    def function(draws, x):
        counter.assign_add(1)
        other.data = other.data + 1
        return x + (random.normal((1,), seed=seeds) if draws else seeds.next())

    place, other = seeds.get_state(), Variable(0.0, trainable=False)
    for draws in (True, False):
        layers.Lambda(partial(function, draws))(Input((2,)))
        assert float(counter) == float(other) == 0 and seeds.get_state() == place


def test_asking_for_a_shape_within_a_dry_run():
    def function(x):
        assert layers.Dense(3).compute_output_shape((None, 2)) == (None, 3)
        return x

    set_random_seed(1)
    expected = random.normal((3,)).tolist()
    set_random_seed(1)
    layers.Lambda(function)(Input((2,)))
    assert random.normal((3,)).tolist() == expected
    assert dry.state.kept is None and not dry.state.for_show


def test_a_graph_that_waits_is_not_disturbed_by_looking():
    layer = Counts()
    layer.build((None, 2))
    w = Tensor([2.0], requires_grad=True)
    loss = (w * layer.n).sum()
    layer(Input((2,)))
    loss.backward()
    assert w.grad.tolist() == [0.0]
    loss = (w * layer.n).sum()
    layer(ONES[0])
    with pytest.raises(GraphError):
        loss.backward()


def test_what_is_made_in_a_dry_run_is_meant_to_last():
    """Weights, and what a layer notes of them, also if `call` makes them."""

    class Lazy(Layer):
        made, width = None, 0

        def __init__(self):
            super().__init__()
            self.width = 0

        def call(self, x):
            if self.made is None:
                self.width = x.shape[-1]
                self.made = self.add_weight((self.width,))
            return x * self.made + self.width

    one, two = Lazy(), Lazy()
    Sequential([Input((3,)), one, two])
    assert one.width == two.width == 3
    assert one.made.tolist() != two.made.tolist()  # each with numbers of its own
    set_random_seed(0)
    alone = Lazy()
    alone(np.ones((1, 3)))
    assert alone.made.tolist() == one.made.tolist()


def test_a_build_that_notes_numbers_keeps_them():
    class Notes(Layer):
        def __init__(self):
            super().__init__()
            self.width = 0

        def build(self, input_shape):
            self.width = input_shape[-1]

        def call(self, x):
            return x + self.width

    for first in ([], [Input((3,))]):
        layer = Notes()
        model = Sequential([*first, layer, layers.Dense(1)])
        model.compile("sgd", "mse")
        model.fit(np.ones((4, 3)), np.ones((4, 1)), verbose=0)
        assert layer.width == 3


def test_an_error_in_a_dry_run_puts_everything_back():
    class Breaks(Everything):
        def call(self, x):
            super().call(x)
            raise ArithmeticError

    layer = Breaks()
    layer.build((None, 2))
    before = layer.traces()
    with pytest.raises(ArithmeticError):
        layer(Input((2,)))
    assert layer.traces() == before and state_of()[:6] == CLEAN[:6]


# --- what a file may ask for, and sizes that are guesses


def test_a_file_may_ask_for_so_many_numbers():
    with dry.reading_of(10):
        dry.take_room(2**22 + 16 * 10 - 1, "all")
        with dry.reading_of(0):
            with pytest.raises(ValueError, match="^one asks for more numbers than the file can"):
                dry.take_room(2**22 + 1, "one")
            with pytest.raises(
                ValueError, match=r"^d: a weight of shape \(1,\) is more than the f"
            ):
                dry.take_weights(1, "d", (1,))
        dry.take_weights(6, "d", (6,))
        dry.take_weights(4, "d", (4,))
        dry.take_room(1, "all")
        for take in (lambda: dry.take_room(1, "all"), lambda: dry.take_weights(1, "d", (1,))):
            with pytest.raises(ValueError):
                take()
    dry.take_room(10**12, "without a file")
    dry.take_weights(10**12, "without a file", (10**12,))


@pytest.mark.parametrize(
    ("unknown", "present", "wanted", "found"),
    [
        (0, (2, 6), (3, 4), None),
        (1, (2, 6), (3, 4), (3, 4)),
        (1, (2, 6), (2, 4), None),
        (2, (2, 6), (2, 4), (2, 4)),
        (2, (2, 6), (-1, 5), (12, 5)),
        (2, (2, 6), (-1, -1), None),
        (2, (2, 6), (-2, 5), None),
        (2, (2, 6), (0, 5), (0, 5)),
    ],
)
def test_the_shape_of_a_reshape_of_guesses(unknown, present, wanted, found):
    with dry.guessing(unknown):
        assert dry.guessed(present, wanted) == found
    assert dry.state.unknown == 0

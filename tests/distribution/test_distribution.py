"""What processes that train together exchange, with threads in the place of processes. Real ones
are in tests/processes, which needs MPI.
"""

import copy
import threading
import types

import numpy as np
import pytest

import minidl
from minidl import Tensor, distribution, layers
from minidl.data import Batches, Portions
from minidl.distribution import team as team_module
from minidl.distribution.buffers import SentBuffer
from minidl.distribution.draws import DrawsOfWholeBatches, RowsOfDraws
from minidl.distribution.share import Share
from minidl.distribution.shares import digest_of
from minidl.distribution.team import Team
from minidl.support.processes import here, wait_for_file


class StandIn:
    """The communicator of one thread among `size`, and how often it was used."""

    def __init__(self, rank, barrier, slots):
        self.rank, self.size, self.barrier, self.slots = rank, len(slots), barrier, slots
        self.buffers = []

    def _all(self, thing):
        self.slots[self.rank] = thing
        self.barrier.wait(60)
        found = copy.deepcopy(self.slots)
        self.barrier.wait(60)
        return found

    def gather(self, values):
        return np.stack(self._all(values.copy()))

    def buffer(self, size, dtype):
        self.buffers.append(size)
        return SentBuffer(self, size, dtype)

    def reduce_in_place(self, array):
        array[...] = sum(self._all(array.copy()))

    def from_first(self, thing):
        return self._all(thing)[0]


def together(size, work):
    """Call work(team) in `size` threads, as in processes that train together. Returns the results,
    or raises the first error.
    """
    barrier, slots = threading.Barrier(size), [None] * size
    results, errors = [None] * size, []

    def end(error):
        errors.append(error)
        barrier.abort()

    def thread(rank):
        here.rank, here.team = rank, Team(StandIn(rank, barrier, slots), end)
        try:
            results[rank] = work(here.team)
        except Exception as error:
            end(error)

    threads = [threading.Thread(target=thread, args=(rank,)) for rank in range(size)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    if errors:
        raise errors[0]
    return results


def a_model():
    minidl.set_random_seed(0)
    model = minidl.Sequential(
        [
            minidl.Input((4,)),
            layers.Dense(6, "tanh", kernel_regularizer="l2", dtype="float64"),
            layers.BatchNormalization(synchronized=True, dtype="float64"),
            layers.Dropout(0.3, dtype="float64"),
            layers.Dense(3, dtype="float64"),
        ]
    )
    loss = minidl.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(minidl.optimizers.Adam(0.01, global_clipnorm=0.3), loss, metrics=["accuracy"])
    return model


RNG = np.random.default_rng(0)
X, Y, WEIGHTS = RNG.normal(size=(29, 4)), RNG.integers(0, 3, 29), RNG.random(29)


def fitted(model, callbacks=()):
    options = {"validation_split": 0.2, "sample_weight": WEIGHTS, "verbose": 0, "seed": 1}
    return model.fit(X, Y, 7, 3, callbacks=list(callbacks), **options).history


@pytest.mark.parametrize("size", [1, 2, 3, 5])
def test_shares_of_a_batch_give_the_numbers_of_the_whole(size):
    """Batches of 7 and, at the end of an epoch, of 2, on up to five."""
    alone = a_model()
    expected = fitted(alone)
    models = [a_model() for _ in range(size)]
    found = together(size, lambda team: fitted(models[team.rank]))
    for model, history in zip(models, found):
        for name, course in expected.items():
            np.testing.assert_allclose(history[name], course, rtol=0, atol=1e-12)
        for own, weight in zip(model.get_weights(), alone.get_weights()):
            np.testing.assert_allclose(own, weight, rtol=0, atol=1e-12)
    assert here.share is None and here.team is None  # in this thread nothing has happened


def normalized(team, x):
    """The outputs and the moving averages of an unsynchronized BatchNormalization for a share."""
    layer = layers.BatchNormalization(momentum=0.9, dtype="float64")
    layer(x)
    here.share = share = Share(team, len(x), b"")
    z = layer(x[share.rows], training=True).numpy()
    return share, z, layer.moving_mean.numpy(), layer.moving_variance.numpy()


def test_unsynchronized_normalization_takes_the_share_and_averages_what_it_keeps():
    x = np.random.default_rng(1).normal(2, 3, (10, 4))
    found = together(3, lambda team: normalized(team, x))
    means, variances = (
        sum(s.weight * f(x[s.rows], axis=0) for s, *_ in found) for f in (np.mean, np.var)
    )
    for _, z, mean, variance in found:
        np.testing.assert_allclose(z.mean(axis=0), 0, atol=1e-12)
        np.testing.assert_allclose(mean, 0.1 * means, rtol=1e-12)
        np.testing.assert_allclose(variance, 0.9 + 0.1 * variances, rtol=1e-12)


def test_all_gradients_travel_in_one_buffer():
    models = [a_model() for _ in range(2)]

    def work(team):
        fitted(models[team.rank])
        return team.comm.buffers

    weights = models[0].trainable_weights
    size = sum(w.size for w in weights) + len(weights)
    steps = 3 * 4  # epochs times batches
    assert together(2, work) == [[size] * steps] * 2


class StopsInOneProcess(minidl.callbacks.Callback):
    def on_train_batch_end(self, batch, logs=None):
        if here.rank == 1 and batch == 1:
            self.model.stop_training = True


def test_all_stop_when_one_wants_to():
    models = [a_model() for _ in range(3)]
    together(3, lambda team: fitted(models[team.rank], [StopsInOneProcess()]))
    assert [model.optimizer.iterations for model in models] == [2, 2, 2]


class StopsAtAnEpochsEnd(minidl.callbacks.Callback):
    begun = 0

    def on_epoch_begin(self, epoch, logs=None):
        self.begun += 1
        mean = self.model.non_trainable_weights[0]
        mean.assign(np.full(mean.shape, here.rank))

    def on_epoch_end(self, epoch, logs=None):
        self.model.stop_training = here.rank == 1


def test_all_stop_at_the_end_of_an_epoch_too():
    models, callbacks = [a_model() for _ in range(3)], [StopsAtAnEpochsEnd() for _ in range(3)]
    together(3, lambda team: fitted(models[team.rank], [callbacks[team.rank]]))
    assert [model.optimizer.iterations for model in models] == [4, 4, 4]
    assert [callback.begun for callback in callbacks] == [1, 1, 1]
    means = [model.non_trainable_weights[0].numpy() for model in models]
    assert (means[1] == means[0]).all() and (means[2] == means[0]).all()


def test_an_error_in_training_or_evaluation_ends_the_others():
    def work(team):
        ended, model = [], a_model()
        team.end = ended.append
        for run in (model.fit, model.evaluate):
            with pytest.raises(ZeroDivisionError):
                run(((X[:7], Y[:7], WEIGHTS[:7] * (1 / n)) for n in (1, 0)), verbose=0)
        return ended

    ((first, second),) = together(1, work)
    assert type(first) is type(second) is ZeroDivisionError


class Fails(minidl.callbacks.Callback):
    def on_train_batch_end(self, batch, logs=None):
        if here.rank == 1:
            raise KeyError("only here")


def test_an_error_of_one_ends_all_and_is_the_one_that_is_named():
    models = [a_model() for _ in range(3)]
    with pytest.raises(KeyError, match="only here"):
        together(3, lambda team: fitted(models[team.rank], [Fails()]))


def test_processes_at_different_places_are_told_where():
    with pytest.raises(RuntimeError, match="process 1 at saving a file, process 2 at a training"):
        together(3, lambda team: team.wait() if team.rank == 1 else team.meet(Team.STEP))
    with pytest.raises(RuntimeError, match="process 1 at saving a file"):
        together(2, lambda team: wait_for_file() if team.rank == 1 else team.meet(Team.END))
    with pytest.raises(RuntimeError, match="different data or models"):
        together(2, lambda team: team.meet(Team.START, team.rank))
    with pytest.raises(RuntimeError, match="different data or models"):
        together(2, lambda team: team.gathered(np.zeros(team.rank + 1)))


@pytest.mark.parametrize("act", ["a batch of an evaluation", "a training step"])
def test_batches_that_differ_are_told(act):
    models = [a_model() for _ in range(2)]

    def work(team):
        y, model = (Y + team.rank) % 3, models[team.rank]
        source = ((X, y) for _ in range(1))  # of which nothing is known at the start
        if act == "a training step":
            return model.fit(source, verbose=0)
        return model.evaluate(source, verbose=0)

    with pytest.raises(RuntimeError, match=f"At {act} the processes have different data"):
        together(2, work)


def test_all_begin_with_what_process_0_has(monkeypatch):
    models, told = [a_model() for _ in range(3)], []
    monkeypatch.setattr(team_module, "library_state", lambda: here.rank)
    monkeypatch.setattr(team_module, "set_library_state", told.append)
    for number, model in enumerate(models):
        model.optimizer.build(model.trainable_weights)
        for variable in (*model.weights, *model.optimizer.variables):
            variable.assign(np.full(variable.shape, number + 1))
        model.layers[2].rng = np.random.default_rng(number)
    assert together(3, lambda t: t.begin(models[t.rank], None, 5 + t.rank)) == [5, 5, 5]
    for model in models:
        for variable in (*model.weights, *model.optimizer.variables):
            assert (variable.numpy() == 1).all()
        assert model.layers[2].rng.random() == np.random.default_rng(0).random()
    assert told == [0, 0, 0]


def test_only_process_0_writes(tmp_path):
    models = [a_model() for _ in range(2)]
    together(2, lambda team: models[team.rank].save(tmp_path / f"{team.rank}.npz"))
    assert [path.name for path in tmp_path.iterdir()] == ["0.npz"]


def test_shares_are_equal_but_for_one_sample_and_weigh_what_they_hold():
    shares = together(4, lambda team: Share(team, 10, b""))
    assert [(s.rows.start, s.rows.stop) for s in shares] == [(0, 2), (2, 5), (5, 7), (7, 10)]
    assert [s.weight for s in shares] == [0.2, 0.3, 0.2, 0.3]
    shares = together(3, lambda team: Share(team, 2, b""))  # one borrows a sample
    assert sorted(s.weight for s in shares) == [0, 0.5, 0.5]
    assert all(s.count == 1 for s in shares)


def test_gradients_and_sums_count_what_each_process_has():
    """Two samples for three processes: the first borrows one, whose numbers count nothing."""
    variables = [Tensor(np.zeros(shape)) for shape in ((2,), (1, 3), ())]

    def work(team):
        share, x = Share(team, 2, b""), np.full(2, 10.0**team.rank)
        grads = [None if team.rank == 1 else x, None, np.array(np.nan if not team.rank else 8.0)]
        averaged = share.averaged(grads, variables)
        total = share.total(Tensor(x, requires_grad=True))
        total.sum().backward()
        return averaged, share.mean(x), share.summed(x), total, share.counts

    for averaged, mean, summed, total, _ in (found := together(3, work)):
        assert averaged[0].tolist() == [50, 50] and averaged[1] is None and averaged[2] == 8
        assert mean.tolist() == [55, 55] and summed.tolist() == total.tolist() == [110, 110]
        assert averaged[0].dtype == np.float64 and averaged[2].shape == ()
    assert [counts for *_, counts in found] == [False, True, True]


@pytest.mark.parametrize("counted", [None, [4, 1, 3], [0, 0, 0]])
@pytest.mark.parametrize("size", [2, 10])
def test_a_loss_is_corrected_for_what_a_share_counts(size, counted):
    """10 samples are 3, 3 and 4; 2 are none, 1 and 1."""
    own = [0, 1, 1] if size == 2 else [3, 3, 4]

    def work(team):
        return Share(team, size, b"").correction(None if counted is None else counted[team.rank])

    part = [1] * 3 if counted is None else [c * (n > 0) for c, n in zip(counted, own)]
    whole = 1 if counted is None else sum(part) or 1
    expected = [p / whole * size / n if n else 0 for p, n in zip(part, own)]
    np.testing.assert_allclose(together(3, work), expected)


def test_numbers_in_the_logs_are_means_over_the_samples():
    class Notes(minidl.Sequential):
        def train_step(self, data):
            x = np.asarray(data[0])
            return {**super().train_step(data), "first": float(x[:, 0].mean()), "row": x[0]}

    def model():
        minidl.set_random_seed(0)
        made = Notes([minidl.Input((4,)), layers.Dense(3, "softmax", dtype="float64")])
        made.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy"])
        return made

    models, single = [model() for _ in range(3)], model()
    alone = single.fit(X[:7], Y[:7], 5, 2, shuffle=False, verbose=0).history
    found = together(
        3, lambda t: models[t.rank].fit(X[:7], Y[:7], 5, 2, shuffle=False, verbose=0).history
    )
    for history in found:
        assert set(history) == set(alone)
        for name in ("first", "loss", "accuracy"):
            np.testing.assert_allclose(history[name], alone[name], rtol=0, atol=1e-12)
    for ours, own in zip(models[1].metrics, single.metrics):
        for a, b in zip(ours.variables, own.variables):
            np.testing.assert_allclose(a.numpy(), b.numpy(), rtol=1e-12)


def test_draws_are_the_rows_of_the_draw_for_the_whole_batch():
    whole = np.random.default_rng(3)
    expected = [whole.random((7, 2)), whole.normal(1.0, 2.0, (14,)), whole.integers(0, 9)]

    class Holder:
        def __init__(self):
            self.rng = np.random.default_rng(3)

    def work(team):
        holder = Holder()
        with DrawsOfWholeBatches([holder]):
            assert type(holder.rng) is RowsOfDraws
            here.share = share = Share(team, 7, b"")
            rng = holder.rng
            two = 2 * share.count  # two rows for each sample
            drawn = [rng.random((share.count, 2)), rng.normal(1.0, 2.0, two), rng.integers(0, 9)]
        return [*drawn, holder.rng.random()]

    after = whole.random()
    parts = together(3, work)
    for i in (0, 1):
        np.testing.assert_array_equal(np.concatenate([p[i] for p in parts]), expected[i])
    assert all(p[2] == expected[2] and p[3] == after for p in parts)


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        *[("random", ()), ("standard_normal", ()), ("standard_gamma", (2.0,))],
        *[("exponential", (2.0,)), ("normal", (1.0, 2.0)), ("uniform", (1.0, 2.0))],
        *[("integers", (0, 99)), ("gumbel", (1.0, 2.0)), ("binomial", (9, 0.5))],
        *[("gamma", (2.0, 1.0)), ("beta", (2.0, 3.0))],
    ],
)
def test_every_draw_takes_its_size_by_position(name, arguments):
    expected = getattr(np.random.default_rng(3), name)(*arguments, (6, 2))

    def work(team):
        here.share = Share(team, 6, b"")
        rng = RowsOfDraws(np.random.default_rng(3).bit_generator)
        return getattr(rng, name)(*arguments, (here.share.count, 2))

    np.testing.assert_array_equal(np.concatenate(together(3, work)), expected)


def test_a_generator_that_layers_share_is_one_and_comes_back():
    plain, seeds = np.random.default_rng(2), minidl.random.SeedGenerator(1)
    first = types.SimpleNamespace(rng=plain, shuffle_generator=plain, seed=seeds, other=None)
    second, held = types.SimpleNamespace(again=plain), seeds.generator
    with DrawsOfWholeBatches([first, second]):
        assert first.rng is second.again and type(first.rng) is RowsOfDraws
        assert type(seeds.generator) is RowsOfDraws and seeds.generator is not first.rng
        assert first.shuffle_generator is plain and first.seed is seeds
    assert seeds.generator is held and first.rng is second.again is plain


def test_data_are_compared_by_their_digest():
    x, y = np.arange(3000.0), np.arange(3000)
    batches = Batches(x, (y, np.array(["a"] * 3000)), batch_size=8)
    same = Batches(x.copy(), (y.copy(), np.array(["b"] * 3000)), batch_size=8)
    number = digest_of(batches)
    assert digest_of(same) == digest_of(Portions(same, 2)) == number and digest_of(iter([])) == 0
    changed = [(Batches(x, y, batch_size=8)), Batches(x[:-1], y[:-1], batch_size=8)]
    changed += [Batches(x, (y,), batch_size=9), Batches(x, (y,), batch_size=8, rng=RNG)]
    for place in (0, 3, 2997):
        other = x.copy()
        other[place] += 1
        changed.append(Batches(other, (y,), batch_size=8))
    for place in (0, 1, 2):
        few = np.arange(3)
        few[place] += 1
        assert digest_of(Batches(few)) != digest_of(Batches(np.arange(3)))
    x[1] += 1  # between the rows that are looked at
    assert digest_of(Batches(x, (y,), batch_size=8)) == number
    assert number not in {digest_of(data) for data in changed[1:]}


# --- Keras's names, in one process


@pytest.fixture
def alone(monkeypatch):
    """As if mpi4py were missing, and nobody had asked before."""
    monkeypatch.setitem(__import__("sys").modules, "mpi4py", None)
    monkeypatch.setattr(distribution.run, "known", False)
    monkeypatch.setattr(distribution.run, "said", False)
    yield
    distribution.set_distribution(None)


def test_one_process_trains_as_before_and_says_so_once(alone, capsys):
    parallel = distribution.DataParallel()
    assert distribution.distribution() is None
    distribution.set_distribution(parallel)
    distribution.set_distribution(parallel)
    assert distribution.distribution() is parallel and here.team is None
    said = capsys.readouterr().out.splitlines()
    assert len(said) == 1 and "training on one process; mpi4py cannot be loaded" in said[0]
    assert distribution.list_devices("cpu") == ["cpu:0"] and distribution.get_device_count() == 1
    assert (parallel.num_processes, parallel.process_id) == (1, 0)
    assert distribution.DataParallel(devices=distribution.list_devices()).auto_shard_dataset
    first, second = a_model(), a_model()
    fitted(first)
    distribution.set_distribution(None)
    fitted(second)
    assert all(map(np.array_equal, first.get_weights(), second.get_weights()))


def test_a_scope_ends(alone, monkeypatch):
    asked, found = [], distribution.mpi.found
    monkeypatch.setattr(distribution.mpi, "found", lambda: asked.append(1) or found())
    distribution.initialize(num_processes=1, process_id=0)
    distribution.initialize()
    assert len(asked) == 1
    with distribution.DataParallel().scope():
        assert repr(distribution.distribution()) == "<DataParallel on 1 processes>"
    assert distribution.distribution() is None


@pytest.mark.parametrize(
    "wrong, message",
    [
        (lambda d: d.set_distribution("parallel"), "takes a DataParallel() or None; received 'p"),
        (lambda d: d.DataParallel(devices=["cpu:0", "cpu:1"]), "mpiexec -n says how many"),
        (lambda d: d.DataParallel(device_mesh=1), "leave device_mesh out"),
        (lambda d: d.DataParallel(auto_shard_dataset=False), "auto_shard_dataset is True"),
        (lambda d: d.initialize(num_processes=2), "num_processes=2, but mpiexec says 1"),
        (lambda d: d.initialize(process_id=1), "initialize: process_id=1, but mpiexec says 0."),
        (lambda d: d.list_devices("gpu"), "only devices are 'cpu'; received device_type='gpu'"),
    ],
)
def test_mistakes(wrong, message, alone):
    with pytest.raises((TypeError, ValueError)) as error:
        wrong(distribution)
    assert message in str(error.value)


def test_other_models_are_found_at_the_start():
    def work(team):
        model = minidl.Sequential([minidl.Input((4,)), layers.Dense(3 + team.rank)])
        model.compile("sgd", "mse")
        return team.begin(model, None, 2)

    with pytest.raises(RuntimeError, match="At the start of fit the processes have different data"):
        together(2, work)

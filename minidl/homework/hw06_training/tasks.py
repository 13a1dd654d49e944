"""A training loop: batches, an epoch, stopping early, and all of it together."""

import numpy as np

import minidl
from minidl.homework.assignments import Task

LOOP = (
    "minidl.models.Model.fit",
    "minidl.models.Model.train_step",
    "minidl.models.Model.train_on_batch",
)
LOSS = minidl.losses.SparseCategoricalCrossentropy(from_logits=True)


# --- batches


def sets(rng):
    return [
        (np.arange(n * 3.0).reshape(n, 3), np.arange(n) * 10, size, int(rng.integers(10**6)))
        for n, size in ((10, 4), (8, 4), (3, 5))
    ]


def run_batches(batches, x, y, size, seed):
    """Two epochs' worth, as lists of pairs."""
    rng = np.random.default_rng(seed)
    return [[tuple(pair) for pair in batches(x, y, size, rng)] for _ in range(2)]


def judge_batches(epochs, x, y, size, seed):
    """Every sample once, x beside its y, full batches but for the last, another order each time."""
    orders = []
    if len(epochs) != 2:
        return 0.0, f"of two epochs {len(epochs)} came."
    for pairs in epochs:
        if [len(b) for b, _ in pairs] != [size] * (len(x) // size) + (
            [len(x) % size] if len(x) % size else []
        ):
            return 0.0, (
                f"{len(x)} samples in batches of {size} came as {[len(b) for b, _ in pairs]}: the "
                f"last may be smaller, none may be lost."
            )
        seen = np.concatenate([b for b, _ in pairs])
        if any((b[:, 0] / 3 * 10 != t).any() for b, t in pairs):
            return 0.0, "x and y are no longer beside each other: shuffle both with the same order."
        if sorted(seen[:, 0]) != sorted(x[:, 0]):
            return 0.0, (
                "some samples come twice, others never: draw an order without repetition, "
                "rng.permutation(n)."
            )
        orders.append(seen[:, 0].tolist())
    if len(x) > 5 and (orders[0] == orders[1] or orders[0] == x[:, 0].tolist()):
        return 0.5, "the order is the same each time: shuffle anew in each epoch, with rng."
    return 1.0, ""


# --- one epoch, and stopping


def network(start):
    """A small classifier with these weights."""
    model = minidl.Sequential([minidl.layers.Dense(8, activation="tanh"), minidl.layers.Dense(3)])
    model.build((None, 2))
    model.set_weights(start)
    return model


def start(rng):
    return [
        a.astype("float32")
        for a in (rng.normal(size=(2, 8)), np.zeros(8), rng.normal(size=(8, 3)) * 0.3, np.zeros(3))
    ]


def epochs(rng):
    x, y = minidl.datasets.toy.spirals(60, seed=int(rng.integers(10**6)))
    return [([(x[i : i + 20], y[i : i + 20]) for i in (0, 20, 40)], start(rng))]


def run_epoch(train_epoch, batches, weights):
    """The loss that train_epoch returns, and the weights it leaves."""
    model, optimizer = network(weights), minidl.optimizers.SGD(0.5, momentum=0.9)
    optimizer.build(model.trainable_variables)
    loss = train_epoch(model, LOSS, optimizer, batches)
    return [float(loss), *model.get_weights()]


def an_epoch(batches, weights, steps=None, mean=True, clear=True):
    """The right epoch, or one with a mistake."""
    model, optimizer, losses = network(weights), minidl.optimizers.SGD(0.5, momentum=0.9), []
    variables, kept = model.trainable_variables, None
    for x, y in batches[:steps]:
        loss = LOSS(y, model(x, training=True))
        loss.backward()
        grads = [v.grad.copy() for v in variables]
        if not clear and kept is not None:
            grads = [g + k for g, k in zip(grads, kept)]
        kept = grads
        optimizer.apply(grads, variables)
        for v in variables:
            v.zero_grad()
        losses.append(loss.item())
    return [float(np.mean(losses)) if mean else losses[-1], *model.get_weights()]


def sequences(rng):
    return [
        ([5.0, 4.0, 4.5, 4.2, 4.1, 3.0], 3),
        ([3.0, 2.0, 1.0], 2),
        ([2.0, 2.0, 2.0, 2.0], 2),
        (rng.normal(size=20).tolist(), 4),
    ]


def run_stopping(kind, losses, patience):
    """What update says to each loss, and the best in the end."""
    stopping = kind(patience)
    return [[bool(stopping.update(loss)) for loss in losses], float(stopping.best)]


def stopping(losses, patience, below=np.less, late=0):
    best, since, said = np.inf, 0, []
    for loss in losses:
        better = below(loss, best)
        best, since = (loss, 0) if better else (best, since + 1)
        said.append(bool(since >= patience + late))
    return [said, float(best)]


# --- everything

EPOCHS, BATCH, PATIENCE = 200, 32, 5


def problems(rng):
    x, y = minidl.datasets.toy.spirals(240, noise=0.4, seed=int(rng.integers(10**6)))
    return [(x[:120], y[:120], x[120:], y[120:], start(rng))]


class Watched(minidl.optimizers.Adam):
    """Adam at 0.05 that keeps for each step which rows of x the model was given last."""

    def __init__(self, model, x):
        super().__init__(0.05)
        numbers = {row.tobytes(): i for i, row in enumerate(x)}
        self.rows, self.taken, call = [], [], model.call

        def watched(inputs, *rest, **options):
            given = np.asarray(inputs.numpy(), x.dtype)
            rows = [numbers.get(row.tobytes(), -1) for row in given]
            self.rows = rows if -1 not in rows else self.rows
            return call(inputs, *rest, **options)

        model.call = watched

    def begin_step(self, t):
        self.taken.append(np.array(self.rows, int))
        super().begin_step(t)


def run_fit(fit, x, y, x_val, y_val, weights):
    """The history, the weights that remain, and the rows that each step took."""
    model = network(weights)
    optimizer = Watched(model, x)
    optimizer.build(model.trainable_variables)
    history = fit(
        model,
        LOSS,
        optimizer,
        x,
        y,
        x_val,
        y_val,
        EPOCHS,
        BATCH,
        PATIENCE,
        np.random.default_rng(0),
    )
    return {
        "val_loss": [float(v) for v in history["val_loss"]],
        "loss": [float(v) for v in history["loss"]],
        "weights": model.get_weights(),
        "steps": optimizer.taken,
    }


def replayed(steps, x, y, x_val, y_val, weights):
    """(for each epoch what may be called its loss, and its validation loss) of a training that takes
    these rows in these steps.
    """
    model, optimizer = network(weights), minidl.optimizers.Adam(0.05)
    optimizer.build(model.trainable_variables)
    each, losses, val_losses = -(-len(x) // BATCH), [], []
    for epoch in range(len(steps) // each):
        batches = steps[epoch * each : (epoch + 1) * each]
        values = []
        for rows in batches:
            value = LOSS(y[rows], model(x[rows], training=True))
            value.backward()
            optimizer.step()
            values.append(value.item())
        means = np.mean(values), np.average(values, weights=[len(rows) for rows in batches])
        losses.append((*values, *means, LOSS(y, model(x)).item()))
        val_losses.append(LOSS(y_val, model(x_val)).item())
    return np.array(losses), np.array(val_losses)


def judge_fit(answer, x, y, x_val, y_val, weights):
    """It learns, it stops, and it goes back to the best weights: a third of the points each, if the
    history is that of a training with the rows it took.
    """
    losses, val, steps = answer["loss"], answer["val_loss"], answer["steps"]
    if len(losses) != len(val) or not 0 < len(val) <= EPOCHS:
        return 0.0, (
            f"the history has {len(losses)} losses and {len(val)} validation losses; one of each "
            f"for every epoch, please."
        )
    each, rows = -(-len(x) // BATCH), list(range(len(x)))
    if len(steps) != each * len(val):
        return 0.0, (
            f"{len(val)} epochs took {len(steps)} steps of the optimizer; with {len(x)} samples in "
            f"batches of {BATCH} each takes {each}."
        )
    for epoch in range(len(val)):
        if sorted(np.concatenate(steps[epoch * each : (epoch + 1) * each]).tolist()) != rows:
            return 0.0, f"epoch {epoch + 1} does not take every sample once."
    right, right_val = replayed(steps, x, y, x_val, y_val, weights)
    if not np.isclose(val, right_val, rtol=1e-3, atol=1e-4).all():
        return 0.0, "the validation losses are not those of this training: is it step() that moves?"
    if not np.isclose(np.array(losses)[:, None], right, rtol=1e-3, atol=1e-4).any(axis=1).all():
        return 0.0, "the losses are not those of this training: the mean over the epoch's batches."
    model = network(weights)
    model.set_weights(answer["weights"])
    return _thirds(losses, val, LOSS(y_val, model(x_val)).item())


def _thirds(losses, val, kept):
    """The share of the points for a history, and for the validation loss of the weights kept."""
    best, share, said = int(np.argmin(val)), 0.0, ""
    for passed, fault in (
        (
            abs(kept - min(val)) < 1e-4 * max(1, min(val)),
            f"the model's validation loss is {kept:.4f}, the best was {min(val):.4f}: keep a copy "
            "of the best weights, and put them back.",
        ),
        (
            len(val) < EPOCHS and len(val) == best + 1 + PATIENCE,
            f"it ended after {len(val)} epochs, the best was number {best + 1}, the patience "
            f"{PATIENCE}.",
        ),
        (
            losses[-1] < 0.8 * losses[0],
            "the loss does not fall: is backward() before step(), once a batch?",
        ),
    ):
        share, said = (share + 1 / 3, said) if passed else (share, fault)
    return share, said


TASKS = [
    Task(
        "batches",
        2,
        sets,
        driver=run_batches,
        judge=judge_batches,
        forbidden=("minidl.data.Batches",),
    ),
    Task(
        "train_epoch",
        3,
        epochs,
        an_epoch,
        driver=run_epoch,
        forbidden=LOOP,
        rtol=1e-4,
        atol=1e-5,
        mistakes=(
            (
                lambda b, w: an_epoch(b, w, clear=False),
                "Gradients add up until they are cleared: optimizer.step() clears them, apply() "
                "does not.",
            ),
            (
                lambda b, w: an_epoch(b, w, mean=False),
                "The weights are right; the loss asked for is the mean over the batches.",
            ),
            (lambda b, w: an_epoch(b, w, steps=1), "Only the first batch was used."),
        ),
    ),
    Task(
        "EarlyStopping",
        3,
        sequences,
        stopping,
        driver=run_stopping,
        mistakes=(
            (lambda v, p: stopping(v, p, below=np.less_equal), "An equal loss is no better one."),
            (
                lambda v, p: stopping(v, p, late=1),
                "One epoch too late: stop when `patience` epochs in a row were no better.",
            ),
            (
                lambda v, p: [stopping(v, p)[0], float(v[-1])],
                "best is the lowest loss so far, not the last.",
            ),
        ),
    ),
    Task("fit", 4, problems, driver=run_fit, judge=judge_fit, forbidden=LOOP, limit=60),
]

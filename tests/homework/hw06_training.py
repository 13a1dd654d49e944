"""hw06: a training loop with minidl's layers, losses and optimizers, but without its
fit. Check: python -m minidl.homework check hw06
"""

import numpy as np


def batches(x, y, batch_size, rng):
    """The samples in a new order, in batches.

    x: (n, ...), y: (n, ...), rng: a NumPy generator, as from np.random.default_rng().
    Yields, or returns a list of, pairs (x, y) of batch_size samples each; the last may
    be smaller. Every sample comes once, beside its target.

    >>> [len(b) for b, _ in batches(np.zeros((5, 2)), np.zeros(5), 2, np.random.default_rng(0))]
    [2, 2, 1]
    """
    ### BEGIN SOLUTION
    order = rng.permutation(len(x))
    return [
        (x[order[i : i + batch_size]], y[order[i : i + batch_size]])
        for i in range(0, len(x), batch_size)
    ]
    ### END SOLUTION


def train_epoch(model, loss, optimizer, batches):
    """One step of training for each batch. Returns the mean of the batches' losses, a
    number.

    model(x, training=True) predicts; loss(y, predictions) is a tensor; its backward()
    finds the gradients of the model's weights; optimizer.step() moves them and clears
    the gradients. batches: pairs (x, y). The optimizer knows the weights already.
    """
    ### BEGIN SOLUTION
    losses = []
    for x, y in batches:
        value = loss(y, model(x, training=True))
        value.backward()
        optimizer.step()
        losses.append(value.item())
    return float(np.mean(losses))
    ### END SOLUTION


class EarlyStopping:
    """Says when to stop. update(loss) is called after each epoch and returns True when
    `patience` epochs in a row were no better than the best before; best: the lowest
    loss so far. Better means lower; the same is not better.

    >>> stopping = EarlyStopping(patience=2)
    >>> [stopping.update(loss) for loss in (3.0, 2.0, 2.5, 2.0)]
    [False, False, False, True]
    >>> stopping.best
    2.0
    """

    def __init__(self, patience):
        ### BEGIN SOLUTION
        self.patience, self.best, self.since = patience, float("inf"), 0
        ### END SOLUTION

    def update(self, loss):
        ### BEGIN SOLUTION
        self.since += 1
        if loss < self.best:
            self.best, self.since = loss, 0
        return self.since >= self.patience
        ### END SOLUTION


def fit(model, loss, optimizer, x, y, x_val, y_val, epochs, batch_size, patience, rng):
    """Train until the validation loss has not improved for `patience` epochs, or for
    `epochs` epochs; end with the best weights.

    Returns {"loss": [...], "val_loss": [...]}, a number for each epoch.
    model.get_weights() gives a copy of the weights, model.set_weights(weights) puts
    them back; loss(y_val, model(x_val)).item() is the validation loss.
    """
    ### BEGIN SOLUTION
    history, stopping = {"loss": [], "val_loss": []}, EarlyStopping(patience)
    best = model.get_weights()
    for _ in range(epochs):
        history["loss"].append(
            train_epoch(model, loss, optimizer, batches(x, y, batch_size, rng))
        )
        history["val_loss"].append(loss(y_val, model(x_val)).item())
        if history["val_loss"][-1] < stopping.best:
            best = model.get_weights()
        if stopping.update(history["val_loss"][-1]):
            break
    model.set_weights(best)
    return history
    ### END SOLUTION

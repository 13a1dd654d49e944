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
    raise NotImplementedError("hw06 task 1: batches")


def train_epoch(model, loss, optimizer, batches):
    """One step of training for each batch. Returns the mean of the batches' losses, a
    number.

    model(x, training=True) predicts; loss(y, predictions) is a tensor; its backward()
    finds the gradients of the model's weights; optimizer.step() moves them and clears
    the gradients. batches: pairs (x, y). The optimizer knows the weights already.
    """
    raise NotImplementedError("hw06 task 2: train_epoch")


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
        raise NotImplementedError("hw06 task 3: EarlyStopping.__init__")

    def update(self, loss):
        raise NotImplementedError("hw06 task 3: EarlyStopping.update")


def fit(model, loss, optimizer, x, y, x_val, y_val, epochs, batch_size, patience, rng):
    """Train until the validation loss has not improved for `patience` epochs, or for
    `epochs` epochs; end with the best weights.

    Returns {"loss": [...], "val_loss": [...]}, a number for each epoch.
    model.get_weights() gives a copy of the weights, model.set_weights(weights) puts
    them back; loss(y_val, model(x_val)).item() is the validation loss.
    """
    raise NotImplementedError("hw06 task 4: fit")

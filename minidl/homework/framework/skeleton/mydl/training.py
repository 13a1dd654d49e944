"""The loop of `fit`: in each epoch, for each batch, predict, compute loss and gradients,
move.

>>> class Network(Trainer, Sequential):
...     "A stack of layers that can be trained."
>>> net = Network([Flatten(), Dense(128, relu), Dense(10)])
>>> accuracy = SparseCategoricalAccuracy("accuracy")
>>> net.compile(Adam(0.001), SparseCategoricalCrossentropy(), [accuracy])
>>> batches = Batches(x, y, batch_size=32, rng=np.random.default_rng(0))
>>> net.prepare(batches)
>>> net.run(batches, epochs=range(5), hooks=Hooks())
"""

from .batches import unpack
from .metrics import Mean


class Hooks:
    """Functions that a run calls before and after epochs. Subclasses override them."""

    def epoch_begin(self, epoch):
        """Called before the first batch of an epoch."""

    def epoch_end(self, epoch, steps, logs):
        """Called after the last batch of an epoch. steps: the number of batches. logs:
        metric name -> number.
        """


class Trainer:
    """Adds training to a layer: an optimizer, a loss, metrics, and the loop."""

    optimizer = None
    loss = None  # loss(y, y_pred, sample_weight): one number to make smaller
    metrics = ()
    stop_training = False  # set to True, it ends the run after this batch and its epoch

    def compile(self, optimizer, loss, metrics=()):
        """Set the optimizer, the loss to minimize, and the metrics to watch."""
        self.optimizer, self.loss, self.metrics = optimizer, loss, metrics
        self._loss_tracker = Mean("loss")

    def prepare(self, batches):
        """Create the weights by a call on the first batch, and pass them to the
        optimizer.

        `next(iter(batches))` is the first batch, unpack(batch) is (x, y, sample_weight),
        and the optimizer takes the weights with `build`.
        """
        raise NotImplementedError("write Trainer.prepare in training.py")

    # -- one batch
    def train_step(self, data):
        """Learn from one batch. data: x, (x, y) or (x, y, sample_weight), see `unpack`.
        Returns the running value of the loss and of each metric.

        1. Predict: call self on x, with training=True.
        2. Compute the loss: self.compute_loss.
        3. Find the gradients: backward.
        4. Move the weights: one step of the optimizer, which also clears the gradients.
        5. self.note_loss, and return self.compute_metrics.
        """
        raise NotImplementedError("write Trainer.train_step in training.py")

    def test_step(self, data):
        """Compute the loss and metrics of one batch without training. Returns their
        running values. Predict with training=False.
        """
        raise NotImplementedError("write Trainer.test_step in training.py")

    def predict_step(self, data):
        """Compute the outputs for one batch."""
        return self(unpack(data)[0], training=False)

    # -- many batches
    def run(self, batches, epochs, hooks):
        """Train for these epochs. Each epoch is one pass through the batches.

        epochs: their numbers, such as range(5). For each: reset_metrics, hooks.epoch_begin,
        run_epoch, hooks.epoch_end. If self.stop_training is True after an epoch, end.
        """
        raise NotImplementedError("write Trainer.run in training.py")

    def run_epoch(self, batches, hooks):
        """Train on each batch once. Returns the number of batches, and the last logs. If
        self.stop_training is True after a batch, end there.
        """
        raise NotImplementedError("write Trainer.run_epoch in training.py")

    def measure(self, batches, hooks):
        """Compute the loss and the metrics over all batches, without training. Returns
        the last logs. Reset the metrics first.
        """
        raise NotImplementedError("write Trainer.measure in training.py")

    # -- the loss and the metrics
    def compute_loss(self, x, y, y_pred, sample_weight=None):
        """Compute the number that training minimizes."""
        return self.loss(y, y_pred, sample_weight)

    def note_loss(self, loss, x):
        """Add the loss of a batch to the mean over the epoch."""
        self._loss_tracker.update_state(loss.data, len(x))

    def compute_metrics(self, x, y, y_pred, sample_weight=None):
        """Add the batch to every metric. Returns name -> running value, the loss first."""
        counts = 1 if sample_weight is None else sample_weight
        for metric in self.metrics:
            metric.update_state(y, y_pred.data, counts)
        return {m.name: m.result() for m in (self._loss_tracker, *self.metrics)}

    def reset_metrics(self):
        """Reset the loss and the metrics at the start of an epoch."""
        for metric in (self._loss_tracker, *self.metrics):
            metric.reset_state()

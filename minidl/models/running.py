"""Prepares a model for a run of fit, evaluate or predict, and restores its state afterwards.

Before a run it checks the data, and whether layers were frozen or unfrozen since compile(). For the
run it keeps what is looked up once.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from .. import optimizers
from ..core import training as core
from ..core.training import undisturbed
from ..data import Batches, as_tensors
from ..guards.outputs import two_in_a_row
from ..guards.shapes import for_any_batch
from ..metrics import Metric
from ..support.dry_run import dry_run
from ..support.structures import is_nested, leaves
from ..support.warning import warn


# --- before
def optimizer_for(identifier):
    """Return the optimizer for an argument of compile(). ValueError for None, because an optimizer
    is needed.
    """
    if identifier is None:
        raise ValueError("An optimizer is needed, like optimizer='adam'; received None.")
    return optimizers.registry.get(identifier)


def require_compiled(model) -> None:
    """Raise RuntimeError if compile() was not called."""
    if model.optimizer is None:
        raise RuntimeError(
            f"Model '{model.name}' is not compiled. Call model.compile(optimizer='adam', loss=..., "
            "metrics=['accuracy']) first."
        )


def prepare(model, batches) -> None:
    """Run the first sample through the model, and check the targets of all samples.

    A model with its own train_step is not checked: it may use inputs and outputs differently. For
    example, a GAN trains on images but its `call` takes noise, or it has no `call`. Errors then
    come from train_step itself.
    """
    if type(model).train_step is not core.Trainer.train_step:
        with suppress(Exception):
            _output(model, batches.first()[0])
            build_optimizer(model)
        return
    x, y, _ = batches.first()
    output = _output(model, x)
    check_activations(model, output)
    size = None
    if isinstance(batches, Batches):
        size = batches.size
        model.first_output_shape = (size, *model.first_output_shape[1:])
    objective = model.compile_objective
    if not objective.outputs and (y is not None or objective.loss is None):
        objective.fill_in(y, output, model.output_names)
    build_optimizer(model)
    if y is not None and isinstance(batches, Batches):
        objective.check_targets(batches.arrays[1], output, size, model.stop_on_nan)


def check_activations(model, output) -> None:
    """Warn if an output is made by two softmax or two sigmoid in a row."""
    for value in leaves(output):
        kind, before = value.logits() or (None, None)
        if kind and before is not None and kind == (before.logits() or (None,))[0]:
            warn_once(model, two_in_a_row(kind))


def check_validation(model, batches) -> None:
    """Check the targets of the validation data, as `prepare` checks those of the training data."""
    own_step = type(model).train_step is not core.Trainer.train_step
    if own_step or not isinstance(batches, Batches) or not model.compile_objective.outputs:
        return
    x, y, _ = batches.first()
    if y is not None:
        shape = model.first_output_shape
        output = _output(model, x)
        model.first_output_shape = shape
        objective = model.compile_objective
        objective.check_targets(batches.arrays[1], output, batches.size, model.stop_on_nan)


def _output(model, x):
    def show():
        try:
            return model(as_tensors(x), training=False)
        except ValueError as error:
            for_any_batch(error)
            raise

    # with a graph, so that an output knows what it was made from
    output = undisturbed(lambda: dry_run(show), recording=True)
    model.first_output_shape = (None, *leaves(output)[0].shape[1:])
    return output


def build_optimizer(model) -> None:
    """Pass the weights that training moves to the optimizer, once they exist. ValueError if the
    optimizer already moves other variables.
    """
    weights = model.trainable_weights
    known = {id(v) for v in model.optimizer.trainable_variables}
    if weights and not (known and known.issuperset(id(v) for v in weights)):
        model.optimizer.build(weights)


def check_frozen(model) -> None:
    """Warn if no weight is trainable, or if a layer was frozen or unfrozen since compile()."""
    then = model.trainable_at_compile
    layers = model.all_layers()
    changed = [a.name for a in layers if then.get(id(a), a.trainable) != a.trainable]
    if changed:
        warn_once(
            model,
            f"`trainable` of {', '.join(map(repr, changed[:3]))} was changed after compile(). Call "
            "compile() again, so that the optimizer starts anew with the right weights.",
        )
    elif not model.trainable_weights and model.weights:
        warn_once(
            model,
            f"Model '{model.name}' has no trainable weights, so fit will not change it: set "
            "layer.trainable = True and compile again.",
        )


def warn_once(model, message: str) -> None:
    """Warn, but give the same warning only once after each compile()."""
    if message not in model.warned_of:
        model.warned_of.add(message)
        warn(message)


# --- during


class Parts:
    """The layers, the weights with penalties and the metrics of a model, collected once
    for a run.
    """

    def __init__(self, model):
        model.run_parts = None  # else the parts of another run would be used
        self.layers = model.all_layers()
        self.penalised = [v for v in model.weights if v.regularizer is not None]
        self.metrics = metrics_of(self.layers)
        self.labelled: list | None = None


def metrics_of(layers) -> list[Metric]:
    """List the metrics that layers hold as attributes, each once."""
    found: dict[int, Metric] = {}
    for layer in layers:
        for name, part in vars(layer).items():
            if not name.startswith("_"):
                values = leaves(part) if is_nested(part) else [part]
                found.update({id(v): v for v in values if isinstance(v, Metric)})
    return list(found.values())


def restored_after(model, work: Callable[[], Any], recording: bool, bars=()) -> Any:
    """Call work(), the body of fit, evaluate or predict, and restore the state of the model
    afterwards.

    This happens also after an error or Ctrl-C: the thread's settings and the model's attributes for
    the run are restored, and all gradients are None. State that an earlier interrupt left behind is
    reset first. recording: whether operations are recorded, for training. bars: progress bars to
    end.
    """
    before = model.stop_on_nan, model.shuffle_generator, model.run_parts

    def restore() -> None:
        model.stop_on_nan, model.shuffle_generator, model.run_parts = before
        if recording:
            model.zero_grad()
        for bar in bars:
            bar.close()

    try:
        try:
            model.run_parts = None
            if not recording:
                return undisturbed(work, recording)
            model.zero_grad()
            return as_compiled(model, lambda: undisturbed(work, recording))
        finally:
            restore()
    finally:
        restore()  # again: Ctrl-C may have interrupted the first call


def as_compiled(model, work: Callable[[], Any]) -> Any:
    """Call work(). If the whole model was frozen after compile(), unfreeze its layers during the
    call, as they were at compile(), and warn.

    Programs with GANs have needed this since 2016: they compile the discriminator, freeze it,
    compile the combined model, and train both in turn.
    """
    if model.trainable or not model.trainable_at_compile.get(id(model), False):
        return work()
    warn_once(
        model,
        f"Model '{model.name}' was frozen after compile(). By itself it goes on training, as it "
        "was compiled; inside other models it stays as it is. To say so plainly, set its "
        "`trainable` before each kind of step.",
    )
    layers = model.all_layers()
    now = [layer.trainable for layer in layers]
    try:
        try:
            _set_trainable(
                layers, [model.trainable_at_compile.get(id(a), a.trainable) for a in layers]
            )
            return work()
        finally:
            _set_trainable(layers, now)
    finally:
        _set_trainable(layers, now)  # again: Ctrl-C may have interrupted the first call


def _set_trainable(layers, values) -> None:
    """Set `trainable` of each layer, outer layers first: setting one also sets the layers inside,
    which then receive their own value.
    """
    for layer, trainable in zip(layers, values):
        layer.trainable = trainable

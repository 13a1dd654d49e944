"""A first look at the data: weights are made, shapes become known, all targets are checked."""

from __future__ import annotations

from contextlib import suppress

from ..core import training as core
from ..data import Batches, as_tensors
from ..support.dry_run import dry_run
from ..support.structures import leaves
from ..tensor import no_grad


def require_compiled(model) -> None:
    """RuntimeError if compile() was not called."""
    if model.optimizer is None:
        raise RuntimeError(
            f"Model '{model.name}' is not compiled. Call model.compile(optimizer='adam', loss=..., "
            "metrics=['accuracy']) first."
        )


def prepare(model, batches) -> None:
    """Run the first sample through the model, and check the targets of all samples.

    A train_step of your own may not use what goes in and comes out of the whole model: a GAN takes
    images there and noise in `call`, or has no call at all. So nothing is checked for it; whatever
    is wrong, train_step itself will say.
    """
    if type(model).train_step is not core.Trainer.train_step:
        with suppress(Exception):
            _output(model, batches.first()[0])
            build_optimizer(model)
        return
    x, y, _ = batches.first()
    output = _output(model, x)
    size = None
    if isinstance(batches, Batches):
        size = batches.size
        model.first_output_shape = (size, *model.first_output_shape[1:])
    objective = model.compile_objective
    if not objective.outputs and (y is not None or objective.loss is None):
        objective.fill_in(y, output, model.output_names)
    build_optimizer(model)
    if y is not None and isinstance(batches, Batches):
        objective.check_targets(batches.arrays[1], output, size)


def _output(model, x):
    with no_grad(), dry_run():
        output = model(as_tensors(x), training=False)
    model.first_output_shape = (None, *leaves(output)[0].shape[1:])
    return output


def build_optimizer(model) -> None:
    """Show the optimizer the weights to move, now that they exist. ValueError if it moves others
    already.
    """
    weights = model.trainable_weights
    known = {id(v) for v in model.optimizer.trainable_variables}
    if weights and not (known and known.issuperset(id(v) for v in weights)):
        model.optimizer.build(weights)

"""Arguments that nobody gives: the defaults that are not Keras's (tests/compat/test_keras_defaults.py
has those). They are promises to callers, so changing one is a decision.
"""

import importlib
import inspect

import pytest

from minidl import layers
from minidl.core import layer as core_layer
from minidl.support.registry import REGISTRIES

# what, and its defaults that are numbers, truth values or tuples
OWN = {
    "callbacks.monitor.Monitor": dict(min_delta=0.0),
    "core.backward.backward": dict(retain_graph=False),
    "core.batches.Batches": dict(batch_size=32),
    "core.derivatives.attention.dot_product_attention": dict(scale=1.0),
    "core.derivatives.ctc.ctc": dict(blank=0),
    "core.derivatives.images.conv": dict(groups=1, relu=False),
    "core.derivatives.nonlinear.threshold": dict(value=0.0, default=0),
    "core.derivatives.nonlinear.leaky_relu": dict(negative_slope=0.3),
    "core.derivatives.nonlinear.elu": dict(alpha=1.0),
    "core.derivatives.nonlinear.softmax": dict(axis=-1),
    "core.derivatives.nonlinear.log_softmax": dict(axis=-1),
    **{
        f"core.derivatives.reductions.{name}": dict(keepdims=False)
        for name in ("sum", "mean", "var", "prod", "max", "min", "logsumexp")
    },
    "core.derivatives.shaping.concatenate": dict(axis=0),
    "core.derivatives.shaping.stack": dict(axis=0),
    "core.derivatives.shaping.pad": dict(value=0.0),
    "core.layer.Dense": dict(use_bias=True),
    "core.metrics.Mean.update_state": dict(sample_weight=1),
    "core.metrics.MeanMetric.update_state": dict(sample_weight=1),
    "core.optimizer.SGD": dict(learning_rate=0.01, momentum=0.0, nesterov=False),
    "core.optimizer.Adam": dict(learning_rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-7),
    "core.tensor.Tensor": dict(requires_grad=False),
    "core.tensor.Tensor.backward": dict(retain_graph=False),
    "core.tensor.Tensor.sum": dict(keepdims=False),
    "core.tensor.Tensor.mean": dict(keepdims=False),
    "course.claim": dict(within=1e-6),
    "gradcheck.check_gradients": dict(eps=1e-6, atol=1e-6, rtol=1e-4, entries=100, seed=0),
    "layers.positions.SinePositionEncoding": dict(max_wavelength=10000),
    "layers.positions.SinePositionEncoding.call": dict(start_index=0),
    "losses.crossentropy.CrossEntropy": dict(from_logits=False),
    "metrics.matrix.ConfusionMatrix": dict(threshold=0.5),
    "metrics.regression.PearsonCorrelation": dict(axis=-1),
    "models.Model.save": dict(include_optimizer=True),
    "models.save_model": dict(include_optimizer=True),
    "models.Model.compile": dict(stop_on_nan=True, run_eagerly=False, auto_scale_loss=True),
    "models.Model.train_on_batch": dict(reset_metrics=True, return_dict=False),
    "models.Model.test_on_batch": dict(reset_metrics=True, return_dict=False),
    "models.Model.compute_loss": dict(training=True),
    "ops.threshold": dict(threshold=0.0, default_value=0.0),
    "optimizers.RAdam": dict(learning_rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-8),
    "optimizers.Optimizer": dict(learning_rate=0.001, use_ema=False, ema_momentum=0.99),
    "surfaces.Surface": dict(within=((-10, 10), (-10, 10))),
    "surfaces.descend": dict(steps=50),
    "surfaces.cost": dict(start=(0.0, 0.0)),
    **{
        f"tensor.Tensor.{name}": dict(keepdims=False)
        for name in ("sum", "mean", "max", "min", "prod", "var", "std")
    },
    "tensor.Tensor": dict(requires_grad=False),
    "tensor.Tensor.argsort": dict(axis=-1),
    "tensor.Tensor.round": dict(decimals=0),
    "tensor.Tensor.backward": dict(retain_graph=False),
}


def found(path):
    """The thing of this path, its module imported first."""
    thing = importlib.import_module("minidl")
    for name in path.split("."):
        if inspect.ismodule(thing) and not hasattr(thing, name):
            importlib.import_module(f"{thing.__name__}.{name}")
        thing = getattr(thing, name)
    return thing


def defaults(thing) -> dict:
    kept = (bool, int, float, tuple)
    signature = inspect.signature(thing.__init__ if inspect.isclass(thing) else thing)
    given = ((p.name, p.default) for p in signature.parameters.values())
    return {name: value for name, value in given if isinstance(value, kept)}


@pytest.mark.parametrize("path", OWN)
def test_defaults_of_minidls_own(path):
    ours = defaults(found(path))
    assert {name: ours.get(name) for name in OWN[path]} == OWN[path]


def test_layers_are_not_training_unless_told():
    """`call` of every layer, as a subclass or a reader calls it directly."""
    of_core = [thing for thing in vars(core_layer).values() if inspect.isclass(thing)]
    classes = {*REGISTRIES["layer"].names.values(), *layers.Layer.__mro__, *of_core}
    asked = 0
    for cls in classes:
        for method in ("call", "__call__"):
            there = inspect.signature(getattr(cls, method, lambda: 0)).parameters.get("training")
            if there is not None:
                asked += 1
                assert there.default in (False, None), cls
    assert asked > 20

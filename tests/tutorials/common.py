"""What the scripts share: data, weights that both libraries begin with, and the one thing Keras
leaves to its backend, gradients.
"""

import importlib
import inspect
import json
from pathlib import Path

import numpy as np

SCRIPTS = sorted(path.stem for path in Path(__file__).parent.glob("t[0-9][0-9]_*.py"))
RECORDED = Path(__file__).with_name("keras_facts.json")
KERAS_FILES, NATIVE_FILES = (".keras", ".weights.h5"), (".npz", ".npz")


def run(script, keras, endings):
    """The facts that this script finds with this library, in the current folder. endings: of model
    files and of weight files.
    """
    begin(keras)
    main = importlib.import_module(f"tutorials.{script}").main
    offered = {"mnist": small_mnist, "endings": endings}
    return main(
        keras,
        **{
            name: value() if callable(value) else value
            for name, value in offered.items()
            if name in inspect.signature(main).parameters
        },
    )


def begin(keras):
    """Automatic names and random numbers from their beginning."""
    keras.utils.clear_session()
    keras.utils.set_random_seed(0)


def small_mnist():
    """The first images of the digits that come with the project, as load_data gives them."""
    import minidl

    (x, y), (x_test, y_test) = minidl.datasets.mnist.load_data()
    return (x[:1500], y[:1500]), (x_test[:500], y_test[:500])


def fixed(model, seed=0, scale=0.1):
    """The same weights in both libraries; what batch normalization begins with stays."""
    rng = np.random.default_rng(seed)
    model.set_weights(
        [rng.normal(0, scale, w.shape) if w.ndim > 1 else w for w in model.get_weights()]
    )
    return model


def blobs(samples=200, features=4, classes=3, seed=1):
    """Clouds of points, one a class: (x, labels), float32 and int64, shuffled."""
    rng = np.random.default_rng(seed)
    centres = rng.normal(0, 2, (classes, features))
    labels = rng.integers(0, classes, samples)
    return (centres[labels] + rng.normal(0, 1, (samples, features))).astype("float32"), labels


def differences(ours, theirs, path="", rtol=1e-4, atol=1e-5):
    """Where two structures of facts differ, as lines of text: numbers by more than rtol and atol,
    all else at all.
    """
    if isinstance(ours, dict) and isinstance(theirs, dict):
        if list(ours) != list(theirs):
            return [f"{path}: keys {list(ours)} and {list(theirs)}"]
        return [
            line
            for key in ours
            for line in differences(ours[key], theirs[key], f"{path}/{key}", rtol, atol)
        ]
    if isinstance(ours, (list, tuple)) and isinstance(theirs, (list, tuple)):
        if len(ours) != len(theirs) or isinstance(ours, tuple) != isinstance(theirs, tuple):
            return [f"{path}: {str(ours)[:400]} and {str(theirs)[:400]}"]
        return [
            line
            for i, pair in enumerate(zip(ours, theirs))
            for line in differences(*pair, f"{path}[{i}]", rtol, atol)
        ]
    if isinstance(ours, (float, np.ndarray, np.generic)) or isinstance(
        theirs, (float, np.ndarray, np.generic)
    ):
        a, b = np.asarray(ours), np.asarray(theirs)
        kinds = {"f": "float", "i": "whole", "u": "whole"}
        if a.shape != b.shape or kinds.get(a.dtype.kind, a.dtype.kind) != kinds.get(
            b.dtype.kind, b.dtype.kind
        ):
            return [f"{path}: {a.dtype} of shape {a.shape} and {b.dtype} of shape {b.shape}"]
        same = (
            np.allclose(a, b, rtol=rtol, atol=atol) if a.dtype.kind == "f" else np.array_equal(a, b)
        )
        return [] if same else [f"{path}: {a.ravel()[:6]} and {b.ravel()[:6]}"]
    return (
        []
        if type(ours) is type(theirs) and ours == theirs
        else [f"{path}: {str(ours)[:400]!r} and {str(theirs)[:400]!r}"]
    )


def plain(facts):
    """Facts as JSON keeps them: tuples and arrays as lists, floats with seven digits."""
    if isinstance(facts, dict):
        return {str(key): plain(value) for key, value in facts.items()}
    if isinstance(facts, (list, tuple)):
        return [plain(value) for value in facts]
    if isinstance(facts, (np.ndarray, np.generic)):
        return plain(facts.tolist())
    return float(f"{facts:.7g}") if isinstance(facts, float) else facts


def recorded():
    """What Keras itself found, written by `python tests/parity/test_tutorials.py`: {"tutorials":
    ..., "snippets": ...}.
    """
    return json.loads(RECORDED.read_text(encoding="utf-8"))


def numbers(history):
    """history.history with plain floats."""
    return {key: [float(v) for v in values] for key, values in history.history.items()}


# --- what Keras needs its backend for: the gradient
# ------------------------------------------------------------------------


def value_and_gradients(keras, loss_of, variables):
    """loss_of() and its gradients: backward() here; in Keras whatever the backend has, on JAX
    jax.grad.
    """
    if keras.__name__ == "minidl":
        loss = loss_of()
        loss.backward()
        gradients = [v.value.grad for v in variables]
        for v in variables:
            v.zero_grad()
        return float(loss), gradients
    import jax

    def of(values):
        with keras.StatelessScope(state_mapping=list(zip(variables, values))):
            return loss_of()

    loss, gradients = jax.value_and_grad(of)([v.value for v in variables])
    return float(loss), gradients


def one_step(keras, model, arguments):
    """The body of a train_step whose loss is model.measure(data): the lines of Keras's guide for
    eager backends, or those for JAX.
    """
    if keras.__name__ == "minidl":
        (data,) = arguments
        model.zero_grad()
        loss = model.measure(data)
        loss.backward()
        gradients = [v.value.grad for v in model.trainable_weights]
        model.optimizer.apply(gradients, model.trainable_weights)
        return {metric.name: metric.result() for metric in model.metrics}
    import jax

    (trainable, others, of_optimizer, of_metrics), data = arguments

    def measured(trainable):
        mapping = [
            *zip(model.trainable_variables, trainable),
            *zip(model.non_trainable_variables, others),
            *zip(model.metrics_variables, of_metrics),
        ]
        with keras.StatelessScope(state_mapping=mapping, collect_losses=True) as scope:
            loss = model.measure(data)
            logs = {metric.name: metric.result() for metric in model.metrics}
        after = [
            [scope.get_current_value(v) for v in variables]
            for variables in (model.non_trainable_variables, model.metrics_variables)
        ]
        after = [
            [v if v is not None else old for v, old in zip(new, before)]
            for new, before in zip(after, (others, of_metrics))
        ]
        return loss, (logs, *after)

    (_, (logs, others, of_metrics)), gradients = jax.value_and_grad(measured, has_aux=True)(
        trainable
    )
    trainable, of_optimizer = model.optimizer.stateless_apply(of_optimizer, gradients, trainable)
    return logs, (trainable, others, of_optimizer, of_metrics)

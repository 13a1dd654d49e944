"""Checks of targets for losses and metrics, with the cure.

`check_...` check all targets once, when a model receives data. The other functions return the error
for a batch that does not fit. title: the class that reports it, 'MeanSquaredError'. output: the
shape of the model's output.
"""

from __future__ import annotations

import numpy as np

from ..support.warning import warn


def label_range(y: np.ndarray) -> tuple[int, int]:
    """Return the smallest and the largest label; (0, 0) if there are none."""
    return (int(y.min()), int(y.max())) if y.size else (0, 0)


def as_pattern(output: tuple) -> str:
    """Write (32, 3) as a shape for any number of samples: (n, 3)."""
    return str(("n", *output[1:])).replace("'n'", "n")


def check_form(align, y, output: np.ndarray, size: int, wrap) -> None:
    """Let a loss bring the first target into the form of the first output. If it cannot, raise its
    error for all of them, which names the shapes that the reader knows.

    align: the loss's function (targets, outputs). output: of one sample. wrap: array -> tensor.
    """
    try:
        align(np.asarray(y[:1]), wrap(output))
    except ValueError:
        align(np.asarray(y), wrap(np.broadcast_to(output, (size, *output.shape[1:]))))
        raise


# --- losses that compare numbers of one shape


def shapes_differ(title: str, target: tuple, output: tuple) -> ValueError:
    """Return the error for y_true and y_pred of different shapes in a loss that compares them
    directly.
    """
    if target in (output[:-1], (*output[:-1], 1)):
        cure = f"If y holds class indices, pass y = to_categorical(y, {output[-1]})."
    else:
        cure = f"Pass y of shape {as_pattern(output)}."
    return _no_broadcast(title, target, output, cure)


def outputs_differ(title: str, target: tuple, output: tuple) -> ValueError:
    """Return the error for y_true and y_pred of different shapes in a loss that compares each
    output.
    """
    wanted = (target[1:] or (1,))[-1]
    return _no_broadcast(
        title,
        target,
        output,
        f"Each sample has {wanted} target{'s' if wanted != 1 else ''}: end the model with "
        f"Dense({wanted}), or pass y of shape {as_pattern(output)}.",
    )


def _no_broadcast(title, target, output, cure) -> ValueError:
    return ValueError(
        f"{title}: y_true has shape {target} but the model outputs {output}. Losses do not "
        f"broadcast. {cure}"
    )


def _flatten_first(target: tuple, output: tuple) -> str:
    """Return the cure for outputs that still have the places of an image or a sequence where there
    is one target for each sample; '' for others.
    """
    if len(output) > 2 and target in (output[:1], (*output[:1], 1)):
        return " For one class a sample put Flatten() or a global pooling before the last Dense."
    return ""


# --- yes or no


def not_binary(title: str, target: tuple, output: tuple) -> ValueError:
    """Return the error for yes-or-no targets of another shape than the outputs."""
    if flat := _flatten_first(target, output):
        return ValueError(
            f"{title}: y_true has shape {target} but the model outputs {output}.{flat}"
        )
    return ValueError(
        f"{title}: y_true has shape {target} but the model outputs {output}. For two classes end "
        "the model with Dense(1, activation='sigmoid'); for one of several classes use "
        "loss='sparse_categorical_crossentropy' with softmax outputs."
    )


def check_binary(title: str, y: np.ndarray, output: tuple) -> None:
    """Raise ValueError for targets outside 0..1."""
    outside = y.size and (y.min() < 0 or y.max() > 1)
    if outside and y.size == np.prod(output):  # if not, the batch's error is about the shape
        raise ValueError(
            f"{title}: targets must lie between 0 and 1, but y runs {y.min():g}..{y.max():g}. "
            "Map your two classes to 0 and 1, or use loss='sparse_categorical_crossentropy' for "
            "several classes."
        )


def check_signs(title: str, y: np.ndarray) -> None:
    """Raise ValueError for targets outside -1..1."""
    if y.size and (y.min() < -1 or y.max() > 1):
        found = np.unique(y)
        cure = "For several classes use loss='categorical_hinge' with one-hot targets."
        if len(found) <= 2:
            cure = f"Map your two classes: y = np.where(y == {found[-1]:g}, 1, -1)."
        raise ValueError(
            f"{title}: targets are -1 and 1 (or 0 and 1), but y runs {y.min():g}..{y.max():g}. "
            f"{cure}"
        )


# --- numbers


def check_divisors(title: str, y: np.ndarray) -> None:
    """Warn of targets that are 0 in a loss that divides by the targets."""
    zeros = int((y == 0).sum())
    if zeros:
        warn(
            f"{title} divides by the targets, and {zeros} of the {y.size} in y are 0: their error "
            "is divided by 1e-7 and outweighs all others. Leave them out, or use loss='mae'."
        )


def check_counts(title: str, y: np.ndarray) -> None:
    """Warn of negative targets in a loss for counts."""
    if y.size and y.min() < 0:
        warn(
            f"{title} is for targets of at least 0, and y goes down to {y.min():g}. For numbers of "
            "both signs use loss='mse' or 'mae'."
        )


def check_distribution(title: str, y: np.ndarray) -> None:
    """Warn of targets that are not probabilities."""
    if y.size and (y.min() < 0 or y.max() > 1):
        warn(
            f"{title} compares probabilities, and y runs {y.min():g}..{y.max():g}. Divide each row "
            "by its sum, or use loss='mse' for other numbers."
        )


# --- one of several classes, one-hot


def not_one_hot(title: str, y: np.ndarray, output: tuple) -> ValueError:
    """Return the error for targets that should be one-hot and have another shape than the
    outputs.
    """
    classes = output[-1] if output else 1
    if y.shape in (output[:-1], (*output[:-1], 1)) and np.all(y == np.floor(y)):
        low, high = label_range(y)
        return ValueError(
            f"{title}: the labels look like class indices (whole numbers {low}..{high}). Use "
            f"loss='sparse_categorical_crossentropy', or y = to_categorical(y, {classes})."
        )
    if flat := _flatten_first(y.shape[:1], output) * (y.shape[1:] == output[-1:]):
        return ValueError(
            f"{title}: y_true has shape {y.shape} but the model outputs {output}.{flat}"
        )
    return ValueError(
        f"{title}: y_true has shape {y.shape} but the model outputs {output}. One-hot targets "
        f"have one column a class: end the model with "
        f"Dense({y.shape[-1] if y.ndim > 1 else classes}), or check y."
    )


def no_classes(title: str, output: tuple) -> ValueError:
    """Return the error for a model with a single output, which cannot choose between classes."""
    return ValueError(
        f"{title}: the model outputs one number a sample, {output}, so there are no classes to "
        "choose from. For two classes use loss='binary_crossentropy' with a sigmoid."
    )


def check_one_hot(title: str, y: np.ndarray, output: tuple) -> None:
    """Raise ValueError for targets that are not one-hot."""
    if y.shape != output and output[-1:] != (1,):
        raise not_one_hot(title, y, output)


# --- one of several classes, by its index


def not_labels(title: str, target: tuple, output: tuple) -> ValueError:
    """Return the error for targets that should be one class index for each sample and have another
    shape.
    """
    if len(output) < 2:
        return ValueError(
            f"{title}: expected outputs of shape (n, classes); the model outputs {output}."
        )
    if target == output:
        return ValueError(
            f"{title}: y_true has shape {target}, like the output, so the labels look one-hot. "
            "Use loss='categorical_crossentropy', or y = y.argmax(axis=-1)."
        )
    return ValueError(
        f"{title}: y_true has shape {target} but the model outputs {output}; expected one class "
        f"index a sample, shape {output[:-1]}.{_flatten_first(target, output)}"
    )


def fractions(title: str) -> ValueError:
    """Return the error for class indices that are not whole numbers."""
    return ValueError(
        f"{title}: class indices are whole numbers; y holds fractions. For regression use "
        "loss='mse'."
    )


def outside_classes(title: str, labels: np.ndarray, classes: int) -> ValueError:
    """Return the error for class indices below 0 or beyond the last class."""
    low, high = label_range(labels)
    one_based = low >= 1 and high == classes
    return ValueError(
        f"{title}: labels run {low}..{high} but the model has {classes} outputs (valid labels "
        f"0..{classes - 1})."
        f"{' If your labels start at 1, subtract 1.' if one_based else ''}"
        + (" For two classes with one output use loss='binary_crossentropy'." * (classes == 1))
    )


def whole_labels(title: str, labels: np.ndarray, classes: int) -> np.ndarray:
    """Return labels as whole numbers. ValueError if one is not a valid class.

    Every batch is checked, since a label of -1 would silently select the last class.
    """
    if labels.dtype.kind == "f" and not np.array_equal(np.floor(labels), labels):  # nan too
        if np.isnan(labels).any():
            raise ValueError(
                f"{title}: y holds NaN, and class indices are whole numbers. Leave these samples "
                "out: ok = np.isfinite(y); x[ok], y[ok]."
            )
        raise fractions(title)
    whole = labels.astype(np.intp, copy=False)
    if whole.size and whole.view(np.uintp).max() >= classes:  # as unsigned, a negative one is huge
        raise outside_classes(title, whole, classes)
    return whole


def check_labels(title: str, y: np.ndarray, output: tuple) -> None:
    """Raise ValueError for labels that are not valid classes."""
    if y.size and (y.shape == output[:-1] or y.shape[-1:] == (1,)):
        whole_labels(title, y, output[-1])


# --- pairs of a batch


def not_embeddings(title: str, target: tuple, output: tuple) -> ValueError:
    """Return the error if a loss over pairs does not receive a label and a vector for each
    sample.
    """
    return ValueError(
        f"{title}: y_true has shape {target} and the model outputs {output}; expected one label a "
        "sample, (n,), and one embedding a sample, (n, size)."
    )


# --- sample weights


def weights_differ(weight: tuple, values: tuple) -> ValueError:
    """Return the error for sample weights of another shape than the values."""
    if values == ():
        return ValueError(
            f"sample_weight has shape {weight}, but there is one value for the whole batch, in "
            "which no sample can be weighed. A loss with an argument axis gives one value per "
            "sample with axis=-1."
        )
    return ValueError(
        f"sample_weight has shape {weight}, but there is one value per sample: {values}."
    )


def mask_differs(mask: tuple, values: tuple) -> ValueError:
    """Return the error for a mask of another shape than the losses of the outputs."""
    return ValueError(
        f"The outputs have a mask of shape {mask}, but losses of shape {values}, so the mask "
        "cannot say which of them count. End the mask before the loss: x = x + 0.0 has none."
    )

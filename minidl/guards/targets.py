"""What is wrong with targets, and the cure: for losses and metrics.

`check_...` look at all targets once, when data and model meet. The others make the error after a
batch did not fit. title: who speaks, 'MeanSquaredError'. output: the shape of what the model gives.
"""

from __future__ import annotations

import numpy as np

from ..support.warning import warn


def label_range(y: np.ndarray) -> tuple[int, int]:
    """The smallest and the largest label; (0, 0) if there are none."""
    return (int(y.min()), int(y.max())) if y.size else (0, 0)


def as_pattern(output: tuple) -> str:
    """(32, 3) as it is written for any number of samples: (n, 3)."""
    return str(("n", *output[1:])).replace("'n'", "n")


# --- losses that compare numbers of one shape


def shapes_differ(title: str, target: tuple, output: tuple) -> ValueError:
    """y_true and y_pred are compared as they are and have different shapes."""
    if target in (output[:-1], (*output[:-1], 1)):
        cure = f"If y holds class indices, pass y = to_categorical(y, {output[-1]})."
    else:
        cure = f"Pass y of shape {as_pattern(output)}."
    return _no_broadcast(title, target, output, cure)


def outputs_differ(title: str, target: tuple, output: tuple) -> ValueError:
    """y_true and y_pred are compared output by output and have different shapes."""
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


# --- yes or no


def not_binary(title: str, target: tuple, output: tuple) -> ValueError:
    """Yes-or-no targets of another shape than the outputs."""
    return ValueError(
        f"{title}: y_true has shape {target} but the model outputs {output}. For two classes end "
        "the model with Dense(1, activation='sigmoid'); for one of several classes use "
        "loss='sparse_categorical_crossentropy' with softmax outputs."
    )


def check_binary(title: str, y: np.ndarray, output: tuple) -> None:
    """ValueError for targets outside 0..1."""
    low, high = (y.min(), y.max()) if y.size else (0, 0)
    outside = low < 0 or high > 1
    if outside and y.size == np.prod(output):  # if not, the batch's error is about the shape
        raise ValueError(
            f"{title}: targets must lie between 0 and 1, but y runs {low:g}..{high:g}. Map your "
            "two classes to 0 and 1, or use loss='sparse_categorical_crossentropy' for several "
            "classes."
        )


def check_signs(title: str, y: np.ndarray) -> None:
    """ValueError for targets outside -1..1."""
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
    """Warn of targets by which an error in percent cannot be divided."""
    zeros = int((y == 0).sum())
    if zeros:
        warn(
            f"{title} divides by the targets, and {zeros} of the {y.size} in y are 0: their error "
            "is divided by 1e-7 and outweighs all others. Leave them out, or use loss='mae'."
        )


def check_counts(title: str, y: np.ndarray) -> None:
    """Warn of targets below 0 where only numbers of at least 0 have a meaning."""
    if y.size and y.min() < 0:
        warn(
            f"{title} is for targets of at least 0, and y goes down to {y.min():g}. For numbers of "
            "both signs use loss='mse' or 'mae'."
        )


def check_distribution(title: str, y: np.ndarray) -> None:
    """Warn of targets that are no probabilities."""
    if y.size and (y.min() < 0 or y.max() > 1):
        warn(
            f"{title} compares probabilities, and y runs {y.min():g}..{y.max():g}. Divide each row "
            "by its sum, or use loss='mse' for other numbers."
        )


# --- one of several classes, one-hot


def not_one_hot(title: str, y: np.ndarray, output: tuple) -> ValueError:
    """Targets that should be one-hot and have another shape than the outputs."""
    classes = output[-1] if output else 1
    if y.shape in (output[:-1], (*output[:-1], 1)) and np.all(y == np.floor(y)):
        low, high = label_range(y)
        return ValueError(
            f"{title}: the labels look like class indices (whole numbers {low}..{high}). Use "
            f"loss='sparse_categorical_crossentropy', or y = to_categorical(y, {classes})."
        )
    return ValueError(
        f"{title}: y_true has shape {y.shape} but the model outputs {output}. One-hot targets "
        f"have one column a class: end the model with "
        f"Dense({y.shape[-1] if y.ndim > 1 else classes}), or check y."
    )


def no_classes(title: str, output: tuple) -> ValueError:
    """A model with a single output cannot choose between classes."""
    return ValueError(
        f"{title}: the model outputs one number a sample, {output}, so there are no classes to "
        "choose from. For two classes use loss='binary_crossentropy' with a sigmoid."
    )


def check_one_hot(title: str, y: np.ndarray, output: tuple) -> None:
    """ValueError for targets that are not one-hot."""
    if y.shape != output and output[-1:] != (1,):
        raise not_one_hot(title, y, output)


# --- one of several classes, by its index


def not_labels(title: str, target: tuple, output: tuple) -> ValueError:
    """Targets that should be one class index a sample and have another shape."""
    if len(output) < 2:
        return ValueError(
            f"{title}: expected outputs of shape (n, classes); the model outputs {output}."
        )
    if target == output:
        return ValueError(
            f"{title}: y_true has shape {target}, like the output, so the labels look one-hot. "
            "Use loss='categorical_crossentropy', or y = y.argmax(axis=-1)."
        )
    flat = ""
    if len(output) > 2 and target in (output[:1], (*output[:1], 1)):
        flat = " For one class a sample put Flatten() or a global pooling before the last Dense."
    return ValueError(
        f"{title}: y_true has shape {target} but the model outputs {output}; expected one class "
        f"index a sample, shape {output[:-1]}.{flat}"
    )


def fractions(title: str) -> ValueError:
    """Class indices that are no whole numbers."""
    return ValueError(
        f"{title}: class indices are whole numbers; y holds fractions. For regression use "
        "loss='mse'."
    )


def outside_classes(title: str, labels: np.ndarray, classes: int) -> ValueError:
    """Class indices below 0 or beyond the last class."""
    low, high = label_range(labels)
    one_based = low >= 1 and high == classes
    return ValueError(
        f"{title}: labels run {low}..{high} but the model has {classes} outputs (valid labels "
        f"0..{classes - 1})."
        f"{' If your labels start at 1, subtract 1.' if one_based else ''}"
        + (" For two classes with one output use loss='binary_crossentropy'." * (classes == 1))
    )


def whole_labels(title: str, labels: np.ndarray, classes: int) -> np.ndarray:
    """Labels as whole numbers, each a valid class; ValueError otherwise.

    Looked at in every batch: a label of -1 would silently pick the last class.
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
    """ValueError for labels that are no valid class."""
    if y.size and (y.shape == output[:-1] or y.shape[-1:] == (1,)):
        whole_labels(title, y, output[-1])


# --- pairs of a batch


def not_embeddings(title: str, target: tuple, output: tuple) -> ValueError:
    """A loss over pairs wants a label and a vector of each sample."""
    return ValueError(
        f"{title}: y_true has shape {target} and the model outputs {output}; expected one label a "
        "sample, (n,), and one embedding a sample, (n, size)."
    )


# --- sample weights


def weights_differ(weight: tuple, values: tuple) -> ValueError:
    """Sample weights of another shape than the values that they should weigh."""
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
    """A mask of outputs whose losses have another shape."""
    return ValueError(
        f"The outputs have a mask of shape {mask}, but losses of shape {values}, so the mask "
        "cannot say which of them count. End the mask before the loss: x = x + 0.0 has none."
    )

"""Checks of the targets and outputs that a metric receives, with the cure."""

from __future__ import annotations

import numpy as np


def shapes_differ(title: str, target: tuple, output: tuple) -> ValueError:
    """Return the error if y_true does not fit the outputs, neither directly nor with a last axis of
    size 1 added or removed.
    """
    accuracy = "Accuracy" in title
    cure = ""
    if target == output and accuracy:
        cure = " One-hot targets want 'categorical_accuracy'."
    elif target in (output[:-1], (*output[:-1], 1)):
        cure = " Class indices want 'sparse_categorical_accuracy'."
        if not accuracy:
            cure = (
                f" Class indices become one-hot with y = to_categorical(y, {output[-1]}), and the "
                "loss for those is 'categorical_crossentropy'."
            )
    return ValueError(f"{title}: y_true has shape {target} but the model outputs {output}.{cure}")


def check_top_k(title: str, k: int, labels: np.ndarray, classes: int) -> None:
    """Raise ValueError if k counts every answer as right, or if a label is not a valid class."""
    if k > classes:
        raise ValueError(
            f"{title}: k={k}, but the model has {classes} outputs, so every answer would count. "
            f"Choose k below {classes}."
        )
    if labels.size and (labels.min() < 0 or labels.max() >= classes):
        raise ValueError(
            f"{title}: labels run {labels.min()}..{labels.max()} but the model has {classes} "
            f"outputs (valid labels 0..{classes - 1})."
        )


def check_yes_or_no(title: str, t: np.ndarray) -> None:
    """Raise ValueError for targets above 1."""
    if t.size and t.max() > 1:
        raise ValueError(
            f"{title}: targets are 0 or 1, but y runs {t.min():g}..{t.max():g}. For several "
            "classes use one-hot targets, y = to_categorical(y), and class_id=... for one class."
        )


def check_class(class_id: int, title: str, output: tuple) -> None:
    """Raise ValueError if the outputs do not have this column."""
    if len(output) < 2 or not -output[-1] <= class_id < output[-1]:
        raise ValueError(f"{title}: there is no class_id={class_id} in outputs of shape {output}.")


def check_columns(title: str, target: tuple, output: tuple) -> None:
    """Raise ValueError unless targets and outputs have one column for each class."""
    if len(output) == 2 and output[1] > 1 and target in (output[:1], (output[0], 1)):
        raise ValueError(
            f"{title}: y_true has shape {target} but the model outputs {output}. Class indices "
            f"become one-hot with y = to_categorical(y, {output[1]})."
        )
    if len(output) not in (1, 2):
        raise ValueError(f"{title}: expected outputs of shape (n, classes); received {output}.")


def check_matrix_labels(name: str, labels: np.ndarray, classes: int) -> None:
    """Raise ValueError for labels outside a confusion matrix. name: 'y_true' or 'y_pred'."""
    if labels.size and (labels.min() < 0 or labels.max() >= classes):
        raise ValueError(
            f"confusion_matrix: {name} runs {labels.min()}..{labels.max()}, but there are "
            f"{classes} classes (valid labels 0..{classes - 1})."
        )


def matrix_shapes_differ(target: tuple, output: tuple) -> ValueError:
    """Return the error for targets and predictions of different shapes in a confusion matrix."""
    return ValueError(
        f"confusion_matrix: y_true holds labels of shape {target}, y_pred of shape {output}; "
        "expected the same."
    )


def matrix_fractions(name: str) -> ValueError:
    """Return the error for fractions where a confusion matrix needs labels."""
    return ValueError(
        f"confusion_matrix: {name} holds fractions, not labels. For the probability of yes pass "
        "(y_pred > 0.5)."
    )

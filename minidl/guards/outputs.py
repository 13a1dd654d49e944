"""Checks whether outputs are what a loss or metric expects. Each returns a message, '' if all is
well.
"""

from __future__ import annotations

import numpy as np


def no_distribution(p: np.ndarray) -> str:
    """Check rows of probabilities: none is negative, and each row sums to 1."""
    sums = p.sum(axis=-1)
    if not p.size or not (p.min() < 0 or np.abs(sums - 1).max() > 1e-3):
        return ""
    return (
        f"the outputs do not look like probabilities (row sums {sums.min():.3g}.."
        f"{sums.max():.3g}). End the model with activation='softmax', or use from_logits=True."
    )


def no_chances(p: np.ndarray) -> str:
    """Check that each output is a probability of yes."""
    cure = "End the model with activation='sigmoid', or use from_logits=True."
    return _outside(p, 1, f"and are no probabilities. {cure}")


def no_probabilities(p: np.ndarray) -> str:
    """Check that each output is a probability of a class."""
    return _outside(
        p, 1 + 1e-3, "and are no probabilities. End the model with activation='softmax'."
    )


def _outside(p, most: float, consequence: str) -> str:
    if not p.size or not (p.min() < 0 or p.max() > most):
        return ""
    return f"the outputs run {p.min():.3g}..{p.max():.3g} {consequence}"


def no_cut(p: np.ndarray, cure: str) -> str:
    """Check outputs that are compared with a threshold between 0 and 1. cure: what to use for
    logits.
    """
    cure = f"For logits use {cure}, or end the model with activation='sigmoid'."
    return _outside(p, 1, f"and are no probabilities, which the threshold here is for. {cure}")


def no_auc_chances(p: np.ndarray) -> str:
    """Check the outputs for AUC, which compares probabilities of yes with thresholds from
    0 to 1.
    """
    cure = "End the model with activation='sigmoid', or use AUC(from_logits=True)."
    return _outside(p, 1, f"and are no probabilities, so they are cut to 0..1. {cure}")


def no_log_probabilities(p: np.ndarray) -> str:
    """Check logarithms of probabilities, which are never above 0."""
    if not p.size or not p.max() > 1e-3:
        return ""
    return (
        f"outputs up to {p.max():.3g} are no log-probabilities, which are never above 0. End the "
        "model with activation='log_softmax', or use SparseCategoricalCrossentropy."
    )


def no_counts(p: np.ndarray) -> str:
    """Check expected values of counts, which are never negative."""
    if not p.size or not p.min() < 0:
        return ""
    return (
        f"the outputs go down to {p.min():.3g}, but an expected count is never negative. End the "
        "model with activation='softplus'."
    )


def two_in_a_row(kind: str) -> str:
    """Return the warning for a model that ends in the same activation twice."""
    consequence = {
        "softmax": "all classes are then nearly as likely as each other",
        "sigmoid": "all outputs then lie between 0.5 and 0.73",
    }
    return (
        f"the model ends in {kind} twice, one after the other: {consequence[kind]}, and it learns "
        f"badly. Leave one of them out, a layer or an activation='{kind}'."
    )


def twice(made_by: str, maker: str) -> str:
    """Return the message for probabilities passed to a loss that expects logits."""
    return (
        f"the model already ends in {made_by}, but the loss has from_logits=True and will apply "
        f"{maker} again. Drop the {made_by}, or use from_logits=False."
    )

"""The course of training: one panel a quantity, training and validation in one picture."""

from __future__ import annotations

import matplotlib.pyplot as plt
from matplotlib.ticker import MaxNLocator

from .base import COLOURS, LINES, finish


def history(run, path=None, title: str | None = None):
    """Draw what `fit` returned: loss and metrics against the epoch, validation dashed.

    run: a History, or a dict name -> list of numbers. path: where to write the picture. ValueError
    if nothing was recorded.
    """
    records = getattr(run, "history", run)
    names = [n for n in records if not n.startswith("val_") and len(records[n])]
    if not names:
        raise ValueError("There is no history to draw yet: call fit first.")
    names.sort(key=lambda n: (n != "loss", n))  # the loss first
    figure, axes = plt.subplots(
        1, len(names), figsize=(4.5 * len(names), 3.4), squeeze=False, layout="constrained"
    )
    for axis, name in zip(axes[0], names):
        values = records[name]
        first = getattr(run, "epoch", [0])[0] + 1 if getattr(run, "epoch", None) else 1
        epochs = range(first, first + len(values))
        few = len(values) <= 60  # with more, the marks would hide the lines
        axis.plot(epochs, values, "o-" if few else "-", color=COLOURS[0], label="training")
        held_back = records.get(f"val_{name}", [])
        if len(held_back):
            # with validation_freq there are fewer; each is drawn at the epoch it was measured after
            every = max(1, round(len(values) / len(held_back)))
            at = list(epochs)[every - 1 :: every][: len(held_back)]
            axis.plot(
                at,
                held_back[: len(at)],
                "s--" if few else "--",
                color=COLOURS[1],
                label="validation",
            )
        axis.set(xlabel="epoch", ylabel=name.replace("_", " "))
        axis.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
        axis.grid(alpha=0.3)
        axis.legend()
    if title:
        figure.suptitle(title)
    return finish(figure, path)


def runs(histories: dict, names=("loss", "val_accuracy"), path=None, title: str | None = None):
    """Several trainings in one picture, to compare them: a panel a quantity, a line a training.

    histories: {label: what fit returned}. names: the quantities, of those in the histories;
    ValueError if one is in none of them.
    """
    records = {str(label): getattr(run, "history", run) for label, run in histories.items()}
    figure, axes = plt.subplots(
        1, len(names), figsize=(5.2 * len(names), 4), squeeze=False, layout="constrained"
    )
    for axis, name in zip(axes[0], names):
        if not any(name in r for r in records.values()):
            plt.close(figure)
            raise ValueError(
                f"No history has {name!r}; there are: "
                f"{', '.join(sorted({n for r in records.values() for n in r}))}."
            )
        for (label, record), (colour, marker, line) in zip(records.items(), LINES):
            values = record.get(name, [])
            axis.plot(
                range(1, len(values) + 1),
                values,
                line,
                color=colour,
                marker=marker,
                markersize=4,
                label=label,
            )
        axis.set(xlabel="epoch", ylabel=name.replace("_", " "))
        axis.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
        axis.grid(alpha=0.3)
    axes[0][-1].legend(fontsize=8, loc="center left", bbox_to_anchor=(1.01, 0.5))
    if title:
        figure.suptitle(title)
    return finish(figure, path)

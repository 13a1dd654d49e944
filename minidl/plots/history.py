"""Plots loss and metrics of a training: one panel for each quantity, with training and
validation.
"""

from __future__ import annotations

from .base import COLOURS, finish, panels, styles, whole_steps


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
    numbers = getattr(run, "epoch", None)
    first = numbers[0] + 1 if numbers else 1
    figure, axes = panels(len(names), len(names), 4.5, 3.4)
    for axis, name in zip(axes[0], names):
        _course(axis, first, records[name], records.get(f"val_{name}", []))
        axis.set(xlabel="epoch", ylabel=name.replace("_", " "))
        whole_steps(axis)
        axis.legend()
    return finish(figure, path, title)


def _course(axis, first: int, values, validation) -> None:
    """The line of the training values, from the epoch `first` on, and that of the validation."""
    epochs = range(first, first + len(values))
    few = len(values) <= 60  # with more, the marks would hide the lines
    axis.plot(epochs, values, "o-" if few else "-", color=COLOURS[0], label="training")
    if len(validation):
        # with validation_freq there are fewer; each is drawn at the epoch it was measured after
        every = max(1, round(len(values) / len(validation)))
        at = epochs[every - 1 :: every][: len(validation)]
        style = "s--" if few else "--"
        axis.plot(at, validation[: len(at)], style, color=COLOURS[1], label="validation")


def runs(
    histories: dict,
    names=("loss", "val_accuracy"),
    path=None,
    title: str | None = None,
    limits: dict | None = None,
):
    """Several trainings in one picture, to compare them: a panel a quantity, a line a training.

    histories: {label: what fit returned}. names: the quantities, of those in the histories;
    ValueError if one is in none of them. limits: {quantity: (lowest, highest)} of its axis, such as
    {"val_loss": (0.2, 0.6)}, where a first epoch would squeeze the rest.
    """
    records = {str(label): getattr(run, "history", run) for label, run in histories.items()}
    known = {name for record in records.values() for name in record}
    for name in names:
        if name not in known:
            raise ValueError(f"No history has {name!r}; there are: {', '.join(sorted(known))}.")
    figure, axes = panels(len(names), len(names), 5.2, 4)
    for axis, name in zip(axes[0], names):
        for (label, record), (colour, marker, line) in zip(records.items(), styles(records)):
            values = record.get(name, [])
            style = {"color": colour, "marker": marker, "markersize": 4, "label": label}
            axis.plot(range(1, len(values) + 1), values, line, **style)
        axis.set(xlabel="epoch", ylabel=name.replace("_", " "), ylim=(limits or {}).get(name))
        whole_steps(axis)
    axes[0][-1].legend(fontsize=8, loc="center left", bbox_to_anchor=(1.01, 0.5))
    return finish(figure, path, title)

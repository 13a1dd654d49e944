"""The progress line: in a terminal, in a notebook, in a file, on a console without ━, and without
any output at all.
"""

import io
import re
import sys
import types

import numpy as np
import pytest

from minidl import Input, Sequential, callbacks, layers
from minidl.callbacks import progress
from minidl.support import console
from minidl.utils import Progbar

X = np.random.default_rng(0).normal(size=(96, 4))
Y = X[:, :1]


class Screen(io.TextIOWrapper):
    """A stream like a terminal's: it says that it is one, and has an encoding."""

    def __init__(self, encoding="utf-8", tty=True):
        super().__init__(io.BytesIO(), encoding=encoding, errors="strict", write_through=True)
        self.tty = tty

    def isatty(self):
        return self.tty

    def text(self):
        return self.buffer.getvalue().decode(self.encoding)


def run(monkeypatch, out, epochs=2, **options):
    model = Sequential([Input((4,)), layers.Dense(1)])
    model.compile("sgd", "mse", metrics=["mae"])
    monkeypatch.setattr(sys, "stdout", out)
    try:
        return model, model.fit(X, Y, epochs=epochs, **options)
    finally:
        monkeypatch.undo()


def test_in_a_terminal_the_line_is_redrawn_and_ends_like_keras(monkeypatch):
    out = Screen()
    run(monkeypatch, out)
    text = out.text()
    assert "\r" in text and text.startswith("Epoch 1/2\n")
    last = text.rstrip("\n").split("\r")[-1]
    assert re.fullmatch(
        r"3/3 ━{20} 0s \d+(us|ms)/step - loss: \d\.\d{4} - mae: \d\.\d{4}", last.rstrip()
    ), repr(last)


def test_one_epoch_needs_no_title(monkeypatch):
    out = Screen()
    run(monkeypatch, out, epochs=1)
    assert "Epoch" not in out.text()


@pytest.mark.parametrize("options", [{}, {"verbose": 1}, {"verbose": 2}])
def test_in_a_file_there_is_one_plain_line_an_epoch(monkeypatch, options):
    out = Screen(tty=False)
    run(monkeypatch, out, **options)
    lines = out.text().splitlines()
    assert len(lines) == 2 and all(c.isprintable() for line in lines for c in line)
    assert re.fullmatch(
        r"Epoch 2/2 - 3/3 - 0s - \d+(us|ms)/step - loss: \d\.\d{4} - mae: \d\.\d{4}", lines[1]
    ), lines[1]


def test_verbose_2_in_a_terminal_is_plain_too(monkeypatch):
    out = Screen()
    run(monkeypatch, out, verbose=2)
    assert "\r" not in out.text() and len(out.text().splitlines()) == 2


def test_verbose_0_is_silent(monkeypatch):
    out = Screen()
    model, _ = run(monkeypatch, out, verbose=0)
    model.evaluate(X, Y, verbose=0)
    model.predict(X, verbose=0)
    assert out.text() == ""


def test_a_notebook_is_live_although_no_terminal(monkeypatch):
    out = Screen(tty=False)
    monkeypatch.setattr(Screen, "__module__", "ipykernel.iostream")
    assert console.is_live(out)


def test_a_console_without_the_character_gets_equals_signs(monkeypatch):
    out = Screen(encoding="cp1252")
    run(monkeypatch, out)
    assert "3/3 ==================== 0s" in out.text()


def test_summary_on_such_a_console(monkeypatch):
    out = Screen(encoding="cp1252")
    monkeypatch.setattr(sys, "stdout", out)
    Sequential([Input((4,)), layers.Dense(1)]).summary()
    monkeypatch.undo()
    assert "+---" in out.text() and "| dense" in out.text() and "?" not in out.text()


def closed():
    out = io.StringIO()
    out.close()
    return out


@pytest.mark.parametrize("out", [None, closed()], ids=["no stdout", "closed"])
def test_without_output_nothing_fails(monkeypatch, out):
    model, history = run(monkeypatch, out)
    assert len(history.epoch) == 2


def test_evaluate_and_predict_have_their_own_line(monkeypatch):
    out = Screen(tty=False)
    model, _ = run(monkeypatch, io.StringIO())
    monkeypatch.setattr(sys, "stdout", out)
    model.evaluate(X, Y)
    model.predict(X)
    monkeypatch.undo()
    assert re.fullmatch(
        r"3/3 - 0s - \d+(us|ms)/step - loss: \d\.\d{4} - mae: \d\.\d{4}\n3/3 - 0s - \d+(us|ms)/step\n",
        out.text(),
    )


def test_an_interrupted_line_is_ended(monkeypatch):
    class Interrupt(callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            raise KeyboardInterrupt

    out = Screen()
    with pytest.raises(KeyboardInterrupt):
        run(monkeypatch, out, callbacks=[Interrupt()])
    assert out.text().endswith("\n")


def test_validation_stands_at_the_end_of_the_line(monkeypatch):
    out = Screen(tty=False)
    run(monkeypatch, out, validation_split=0.25)
    assert re.search(
        r"- loss: \S+ - mae: \S+ - val_loss: \S+ - val_mae: \S+$", out.text().splitlines()[0]
    )


@pytest.mark.parametrize(
    "value, text",
    [
        (0.91543, "0.9154"),
        (12.0, "12.0000"),
        (2.5e-4, "2.5000e-04"),
        (1e-3, "1.0000e-03"),
        (-0.5, "-0.5000"),
        (-2e-5, "-2.0000e-05"),
        (0.0, "0.0000"),
        (float("nan"), "nan"),
    ],
)
def test_numbers_look_as_in_keras(value, text):
    assert callbacks.progress._four_digits(value) == text


def test_the_progress_bar_of_ones_own_loop(monkeypatch):
    def shown(target, *updates, **options):
        """The lines of a bar on a terminal, one for each time it is drawn."""
        out = Screen()
        monkeypatch.setattr(sys, "stdout", out)
        bar = Progbar(target, interval=0, stateful_metrics=["rate"], **options)
        for update in updates:
            update(bar)
        monkeypatch.undo()
        return out.text().split("\r")

    first = lambda bar: bar.update(1, [("loss", 1.0), ("rate", 0.5)])
    lines = shown(3, first, lambda bar: bar.add(2, [("loss", 4.0), ("rate", 0.25)]))
    assert any("1/3" in line and "loss: 1.0000 - rate: 0.5000" in line for line in lines)
    assert "loss: 3.0000 - rate: 0.2500" in lines[-1]  # (1·1 + 2·4)/3, and the newest rate
    assert "3/3" in lines[-1] and lines[-1].endswith("\n")
    assert shown(3, first, verbose=0) == [""]
    ended = lambda bar: bar.update(2, [("loss", 1.0)], finalize=True)
    for target, updates, whether in [
        (3, [first], False),
        (None, [first], False),
        (None, [first, ended], True),
        (3, [first, ended], True),
        (1, [lambda bar: bar.update(1, finalize=False)], False),
        (1, [lambda bar: bar.update(2)], True),
    ]:
        assert shown(target, *updates)[-1].endswith("\n") == whether, (target, updates)


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(59.9, "59s"), (60, "1:00"), (125, "2:05")],
)
def test_the_clock(seconds, shown):
    bar = callbacks.ProgressBar(live=False)
    bar.start, bar.done = 0, 1
    assert bar._text(seconds, {}).startswith(f"{shown} ")


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (2.6, "3s"),
        (1, "1s"),
        (0.999, "999ms"),
        (1e-3, "1ms"),
        (9.994995e-4, "999us"),
        (2e-6, "2us"),
    ],
)
def test_the_time_of_a_step(seconds, shown):
    assert progress._per_step(seconds) == f"{shown}/step"


def at_work(monkeypatch, capsys, epochs, steps, *batches, live=True, began=100.0):
    """What a bar of this clock draws: (batch, seconds since the beginning) each."""
    now, drawn, logs = [began], [], {"b": 2.0, "a": 1.0, "many": np.ones(2)}
    clock = types.SimpleNamespace(perf_counter=lambda: now[0])
    monkeypatch.setattr(progress, "time", clock)
    bar = callbacks.ProgressBar(live=False)
    bar.set_params({"epochs": epochs, "steps": steps})
    bar.on_epoch_begin(1)
    if live:
        note = lambda text: drawn.append((bar.bar.n, text))
        bar.bar = types.SimpleNamespace(
            set_description_str=note, close=lambda: drawn.append("closed")
        )
    for batch, at in batches:
        now[0] = began + at
        bar.on_train_batch_end(batch, logs)
    now[0] = began + 6.0
    bar.on_epoch_end(1, {"a": 3.0})
    assert bar.bar is None
    return drawn or capsys.readouterr().out


def test_a_bar_is_drawn_at_most_ten_times_a_second(monkeypatch, capsys):
    """With the time that is left, at the speed so far, and at the end the time that it took."""
    batches = [(0, 0.1), (0, 0.5), (1, 0.55), (1, 1.0), (5, 9.0)]
    assert at_work(monkeypatch, capsys, 2, 4, *batches, began=0.0) == [
        (1, "1s 500ms/step - a: 1.0000 - b: 2.0000"),
        (2, "1s 500ms/step - a: 1.0000 - b: 2.0000"),
        (6, "0s 2s/step - a: 1.0000 - b: 2.0000"),
        (6, "6s 1s/step - a: 3.0000"),
        "closed",
    ]
    for steps, seconds in ((4, 1), (None, 0)):
        first, *_ = at_work(monkeypatch, capsys, 2, steps, (0, 0.5))
        assert first == (1, f"{seconds}s 500ms/step - a: 1.0000 - b: 2.0000")


@pytest.mark.parametrize(
    ("epochs", "steps", "batches", "line"),
    [
        (2, 8, [(5, 3.0)], "Epoch 2/2 - 6/8 - 6s - 1s/step - a: 3.0000\n"),
        (2, None, [(5, 3.0)], "Epoch 2/2 - 6/6 - 6s - 1s/step - a: 3.0000\n"),
        (1, 8, [], "0/8 - 6s - 6s/step - a: 3.0000\n"),
    ],
)
def test_the_plain_line(epochs, steps, batches, line, monkeypatch, capsys):
    assert at_work(monkeypatch, capsys, epochs, steps, *batches, live=False) == line

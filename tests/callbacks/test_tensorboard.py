"""callbacks.TensorBoard and tf.summary: what they hand to the package that writes the files (a
stand-in here; tests/parity reads true files), and that all goes on without it.
"""

import os
import sys
import types

import numpy as np
import pytest
from event_cases import own_loop, watched

import minidl
from minidl.callbacks import TensorBoard
from minidl.callbacks.tensorboard import stretched


class Recorder:
    """What tensorboardX.SummaryWriter is: it notes what it is given."""

    made = {}

    def __init__(self, logdir):
        self.rows, self.closed, self.flushed = [], False, 0
        Recorder.made[os.path.basename(logdir)] = self

    def add_scalar(self, tag, value, step):
        assert type(value) is float and type(step) is int
        self.rows.append((tag, step, value))

    def add_histogram(self, tag, values, step):
        self.rows.append((tag, step, values.shape))

    def add_image(self, tag, image, step, dataformats):
        assert dataformats == "HWC" and 0 <= image.min() <= image.max() <= 1
        self.rows.append((tag, step, image.shape))

    def add_text(self, tag, text, step):
        self.rows.append((tag, step, text))

    def flush(self):
        self.flushed += 1

    def close(self):
        self.closed = True


@pytest.fixture
def recorder(monkeypatch):
    stand_in = types.SimpleNamespace(SummaryWriter=Recorder)
    monkeypatch.setitem(sys.modules, "tensorboardX", stand_in)
    monkeypatch.setattr(Recorder, "made", {})
    return Recorder.made


def test_the_logs_of_each_epoch(recorder, tmp_path):
    history, _ = watched(minidl, tmp_path)
    train, validation = recorder["train"], recorder["validation"]
    for name in ("loss", "mae"):
        values = [(f"epoch_{name}", i, v) for i, v in enumerate(history[name])]
        assert [row for row in train.rows if row[0] == f"epoch_{name}"] == values
        values = [(f"epoch_{name}", i, v) for i, v in enumerate(history[f"val_{name}"])]
        assert [row for row in validation.rows if row[0] == f"epoch_{name}"] == values
        against = [
            (s, v) for tag, s, v in validation.rows if tag == f"evaluation_{name}_vs_iterations"
        ]
        assert against == [(2, history[f"val_{name}"][0]), (4, history[f"val_{name}"][1])]
    rates = [row[1:] for row in train.rows if row[0] == "epoch_learning_rate"]
    assert rates == [(0, pytest.approx(0.001)), (1, pytest.approx(0.001))]
    assert len(train.rows) == 6 and len(validation.rows) == 8
    assert train.closed and validation.closed and train.flushed >= 2


@pytest.mark.parametrize("each", [1, "batch"])
def test_the_logs_of_batches_and_the_weights(each, recorder, tmp_path):
    history, weights = watched(minidl, tmp_path, freq=each, histograms=1, pictures=True)
    rows = recorder["train"].rows
    assert [step for tag, step, _ in rows if tag == "batch_loss"] == [1, 2, 3, 4]
    losses = [value for tag, _, value in rows if tag == "batch_loss"]
    assert [losses[1], losses[3]] == history["loss"]  # running means, so the last is the epoch's
    shapes = {tag: shape for tag, _, shape in rows if tag.endswith("histogram")}
    assert list(shapes) == [f"{path}/histogram" for path in weights]
    assert shapes["h/kernel/histogram"] == (6, 4)
    pictures = [(tag, shape) for tag, step, shape in rows if tag.endswith("image") and step == 1]
    assert pictures == [("h/kernel/image", (6, 4, 1)), ("out/kernel/image", (4, 1, 1))]


def test_every_other_batch_and_every_other_epoch(recorder, tmp_path):
    watched(minidl, tmp_path, freq=2, histograms=2)
    rows = recorder["train"].rows
    assert [step for tag, step, _ in rows if tag == "batch_mae"] == [2, 4]
    assert {step for tag, step, _ in rows if tag.endswith("histogram")} == {0}
    assert not any(tag.endswith("image") for tag, *_ in rows)


def test_an_evaluation_by_itself(recorder, tmp_path):
    x = np.ones((4, 2), "f")
    model = minidl.Sequential([minidl.layers.Dense(1)])
    model.compile("sgd", "mse")
    loss = model.evaluate(x, x[:, :1], verbose=0, callbacks=[TensorBoard(tmp_path)])
    writer = recorder["validation"]
    assert writer.rows == [("evaluation_loss_vs_iterations", 0, loss)] and writer.flushed


def test_a_second_fit_opens_files_of_its_own(recorder, tmp_path):
    x, found = np.ones((4, 2), "f"), []
    model, board = minidl.Sequential([minidl.layers.Dense(1)]), TensorBoard(tmp_path)
    model.compile("sgd", "mse")
    for _ in range(2):
        model.fit(x, x[:, :1], verbose=0, callbacks=[board])
        found.append(recorder["train"])
    assert found[0] is not found[1] and all(writer.closed and writer.rows for writer in found)


def test_a_loop_of_ones_own(recorder, tmp_path):
    own_loop(minidl, tmp_path / "mine")
    writer = recorder["mine"]
    assert writer.rows == [
        ("loss", 0, 0.0),
        ("loss", 1, 0.5),
        ("loss", 2, 1.0),
        ("digits/0", 1, (4, 4, 1)),
        ("digits/1", 1, (4, 4, 1)),
        ("weights", 2, (20,)),
        ("note", 0, "hello"),
        ("later", 7, 1.25),
    ]
    assert writer.closed
    assert minidl.summary.scalar("loss", 1.0, step=1) is False  # no writer is open


def test_a_step_is_needed(recorder, tmp_path):
    summary = minidl.summary
    with summary.create_file_writer(tmp_path / "w").as_default():
        with pytest.raises(ValueError, match="at which step is 'loss'. Pass step=epoch"):
            summary.scalar("loss", 1.0)
        summary.experimental.set_step(5)
        assert summary.scalar("loss", 1.0) and int(summary.experimental.get_step()) == 5
        summary.experimental.set_step(None)
    assert recorder["w"].rows == [("loss", 5, 1.0)]


def test_without_the_package_training_goes_on(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "tensorboardX", None)
    with pytest.warns(UserWarning, match=r'pip install "minidl\[tensorboard\]"') as told:
        history, _ = watched(minidl, tmp_path / "logs", freq="batch", histograms=1)
    assert len(told) == 1 and len(history["loss"]) == 2
    assert not (tmp_path / "logs").exists()
    with pytest.warns(UserWarning, match="tensorboardX"):
        own_loop(minidl, tmp_path / "mine")
    assert not (tmp_path / "mine").exists()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"log_dir": 3}, "log_dir"),
        ({"update_freq": "step"}, "update_freq"),
        ({"histogram_freq": -1}, "histogram_freq"),
    ],
)
def test_a_wrong_argument_is_named(options, said):
    with pytest.raises((TypeError, ValueError), match=f"TensorBoard: {said}"):
        TensorBoard(**options)


def test_pictures_go_from_black_to_white():
    assert stretched(np.array([[1.0, 3.0], [2.0, 5.0]])).tolist() == [[0, 0.5], [0.25, 1]]
    assert stretched(np.full((1, 2), 7.0)).tolist() == [[0, 0]]

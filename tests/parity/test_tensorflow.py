"""The lines and tutorials of TensorFlow's names with TensorFlow itself: what the default suite
expects of minidl is what TensorFlow finds. And files of events, read by TensorBoard.

TensorFlow runs in a process of its own, in which Keras computes with it; here Keras is on JAX.
"""

import json
import subprocess
import sys
import warnings
from pathlib import Path

import pytest
import tensorflow_cases as cases
from event_cases import own_loop, watched
from tutorials.common import differences

import minidl

TESTS = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    """What TensorFlow finds now."""
    path = tmp_path_factory.mktemp("tensorflow") / "found.json"
    command = [sys.executable, str(TESTS / "tensorflow_cases.py"), str(path)]
    done = subprocess.run(command, cwd=TESTS.parent, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("part", ["lines", "conflicts"])
def test_the_recorded_lines_are_what_tensorflow_finds(found, part):
    kept = cases.recorded(part)
    assert [line for line in kept if not cases.same(found[part][line], kept[line])] == []


@pytest.mark.parametrize("script", cases.SCRIPTS)
def test_the_recorded_tutorials_are_what_tensorflow_finds(found, script):
    assert differences(found["tutorials"][script], cases.recorded("tutorials")[script]) == []


def test_every_name_is_one_of_tensorflow(found):
    assert found["only_here"] == []


# --- files of events


def events(folder):
    """What TensorBoard reads in a folder."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about itself
        from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

        read = EventAccumulator(str(folder), size_guidance={"histograms": 0, "images": 0})
        read.Reload()
    return read


def scalars(folder) -> dict:
    read = events(folder)
    return {tag: [(e.step, e.value) for e in read.Scalars(tag)] for tag in read.Tags()["scalars"]}


def test_tensorboard_reads_what_training_writes(tmp_path):
    history, weights = watched(minidl, tmp_path, freq=1, histograms=1, pictures=True)
    train, validation = scalars(tmp_path / "train"), scalars(tmp_path / "validation")
    assert sorted(train) == [
        "batch_loss",
        "batch_mae",
        *[f"epoch_{n}" for n in ("learning_rate", "loss", "mae")],
    ]
    for name in ("loss", "mae"):
        for read, values in ((train, history[name]), (validation, history[f"val_{name}"])):
            assert read[f"epoch_{name}"] == [
                (i, pytest.approx(v, rel=1e-6)) for i, v in enumerate(values)
            ]
        steps = [step for step, _ in validation[f"evaluation_{name}_vs_iterations"]]
        assert steps == [2, 4] and [step for step, _ in train[f"batch_{name}"]] == [1, 2, 3, 4]
    read = events(tmp_path / "train")
    assert read.Tags()["histograms"] == [f"{path}/histogram" for path in weights]
    last = read.Histograms("h/kernel/histogram")[-1]
    assert (last.step, last.histogram_value.num) == (1, 24)
    picture = read.Images("h/kernel/image")[0]
    assert (picture.height, picture.width, picture.step) == (6, 4, 0)


def test_tensorboard_reads_what_a_loop_of_ones_own_writes(tmp_path):
    own_loop(minidl, tmp_path)
    assert scalars(tmp_path) == {"loss": [(0, 0.0), (1, 0.5), (2, 1.0)], "later": [(7, 1.25)]}
    read = events(tmp_path)
    assert read.Tags()["images"] == ["digits/0", "digits/1"]
    value = read.Histograms("weights")[0].histogram_value
    assert (value.num, value.min, value.max) == (20, 0.0, 19.0)

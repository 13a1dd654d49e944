"""One process fails: all end within seconds, with one message that names it."""

import re
import signal
import subprocess
import threading
import time

import numpy as np
import pytest
from launching import run, start

import minidl

SECONDS = 20  # on a machine that is busy; a second on one that is not

# how process 1 fails -> what is said
FAULTS = {
    "raises": r"KeyError: 'not there'\nminidl: process 1 of 3 raised KeyError, so all 3 end",
    "raises early": r"OSError: no such folder\nminidl: process 1 of 3 raised OSError, so all 3 end",
    "runs out of memory": r"process 1 of 3 raised MemoryError, so all 3 end",
    "is killed": r"process 1 of 3 \(pid \d+\) was killed, .* so all 3 end",
    "crashes": r"process 1 of 3 \(pid \d+\) was killed, .* so all 3 end",
    "leaves": r"process 1 at the end of the script.*\nminidl: process \d of 3 raised RuntimeError",
    "saves alone": r"process 1 at saving a file.*\nminidl: process \d of 3 raised RuntimeError",
    "evaluates less": r"process 1 at the end of the script.*\nminidl: process \d of 3 raised",
    "all raise": r"the same mistake on all\nminidl: process \d of 3 raised ValueError, so all 3 end",
    "other data": r"have different data or models.*\nminidl: process \d of 3 raised RuntimeError",
    "other model": r"have different data or models.*\nminidl: process \d of 3 raised RuntimeError",
}


@pytest.mark.parametrize("how", FAULTS)
def test_one_message_names_the_process(how, tmp_path):
    begin = time.perf_counter()
    done = run(3, "failing.py", how, cwd=tmp_path)
    assert done.returncode != 0 and "done" not in done.stdout
    assert time.perf_counter() - begin < SECONDS + 10  # with the start
    assert done.stderr.count("minidl: ") == 1
    assert re.search(FAULTS[how], done.stderr), done.stderr[-3000:]
    assert "training 1" not in done.stdout  # process 0 alone prints


@pytest.mark.parametrize("how", ["not at all", "other seeds"])
def test_without_a_fault_it_ends_well(how, tmp_path):
    """Other seeds are none: all get the weights and the random numbers of process 0."""
    done = run(3, "failing.py", how, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == ["training 0", "done"]
    assert "minidl" not in done.stderr


class Endless:
    """A run that trains until something ends it. Its lines are read in a thread."""

    def __init__(self, folder, processes=3):
        self.path = folder / "checkpoint.npz"
        self.run = start(processes, "endless.py", self.path, cwd=folder)
        self.lines, self.trains = [], threading.Event()
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()
        assert self.trains.wait(60), self.lines

    def read(self):
        for line in self.run.stdout:
            self.lines.append(line)
            if line == "training\n":
                self.ids = [int(word) for word in self.lines[-2].split()]
                self.trains.set()

    def text_at_the_end(self):
        begin = time.perf_counter()
        try:
            self.run.wait(SECONDS)
        finally:
            self.run.kill()
        self.reader.join(SECONDS)
        assert not self.reader.is_alive()
        self.run.stdout.close()
        self.seconds = time.perf_counter() - begin
        return "".join(self.lines)


@pytest.mark.parametrize("number", range(10))
def test_a_process_is_killed_at_any_moment(number, tmp_path):
    """All end, the process is named, and the checkpoint is a whole one."""
    rng = np.random.default_rng(number)
    endless = Endless(tmp_path)
    victim = number % 3
    time.sleep(rng.uniform(0, 0.5))
    subprocess.run(["kill", "-9", str(endless.ids[victim])], check=True)
    text = endless.text_at_the_end()
    said = f"minidl: process {victim} of 3 (pid {endless.ids[victim]}) was killed"
    assert said in text and text.count("minidl: ") == 1, text
    assert endless.run.returncode != 0
    model = minidl.models.load_model(endless.path)
    assert model.optimizer.iterations >= 10
    assert not [p for p in tmp_path.iterdir() if p.suffix == ".npz" and p != endless.path]


def test_ctrl_c_ends_all(tmp_path):
    endless = Endless(tmp_path)
    endless.run.send_signal(signal.SIGINT)
    text = endless.text_at_the_end()
    assert text.count("minidl: ") == 1 and "stopped by Ctrl-C; all 3 processes end" in text, text
    assert "Traceback" not in text

"""Contenders in processes of their own, measured in turn: how mnist_mlp.py asks, not what it
asks.
"""

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

# Only the standard library here: this process stays small, because a child's peak memory starts
# from its parent's.
from contenders import MARK

HERE = Path(__file__).resolve().parent
CHECKOUT = HERE.parents[1]
THREAD_VARIABLES = [
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
    "NPROC",  # JAX
    "TF_NUM_INTRAOP_THREADS",
    "TF_NUM_INTEROP_THREADS",
]
LEARNED = 0.95  # test accuracy below which a time says nothing
PAUSE = 0.3  # seconds before a turn: thread pools go to sleep (OpenBLAS's spins for 0.1 s)
PATIENCE = 5  # seconds to wait at most for other programs to end before a turn
CALM = 0.1  # CPU seconds a second that all other programs may take


class Failed(Exception):
    """A contender could not be measured."""


class Setting:
    """Which interpreter and which environment each contender runs in, and where the data is."""

    def __init__(self, arguments, folder):
        self.folder = folder
        self.data = arguments.data or folder / "mnist.npz"
        self.interpreters = dict(arguments.python)
        self.threads = arguments.threads

    def interpreter(self, name):
        return self.interpreters.get(name, sys.executable)

    def environment(self, name):
        env = dict(os.environ)
        # it would charge minidl's import for compiling, but not NumPy's
        env.pop("PYTHONDONTWRITEBYTECODE", None)
        if name == "minidl":
            env["PYTHONPATH"] = os.pathsep.join(
                filter(None, [str(CHECKOUT), env.get("PYTHONPATH")])
            )
        env.update(
            PYTHONIOENCODING="utf-8",
            CUDA_VISIBLE_DEVICES="-1",
            JAX_PLATFORMS="cpu",
            TF_CPP_MIN_LOG_LEVEL="3",
        )
        env["KERAS_BACKEND"] = "tensorflow" if name == "keras-tf" else "jax"
        if self.threads:
            env.update(dict.fromkeys(THREAD_VARIABLES, str(self.threads)))
        return env

    def start(self, name, command, **streams):
        return subprocess.Popen(
            [self.interpreter(name), *command],
            env=self.environment(name),
            text=True,
            encoding="utf-8",
            errors="replace",
            **streams,
        )

    def run(self, name, code):
        """Run a line of Python in the contender's interpreter; return what it printed."""
        process = self.start(name, ["-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        out, errors = process.communicate()
        if process.returncode:
            raise Failed(last_line(errors))
        return out

    def write_data(self):
        """Write the images once for all, uncompressed, so that nobody is charged for reading
        minidl's data files.
        """
        if not Path(self.data).exists():
            self.run(
                "minidl",
                "import numpy, minidl; (x, y), (u, v) = minidl.datasets.mnist.load_data(); "
                f"numpy.savez({str(self.data)!r}, x_train=x, y_train=y, x_test=u, y_test=v)",
            )


class Contender:
    """A process that runs contenders.py."""

    def __init__(self, setting, name, network, mode):
        self.errors = tempfile.TemporaryFile(
            "w+", encoding="utf-8", errors="replace", dir=setting.folder
        )
        command = [str(HERE / "contenders.py"), name, network, str(setting.data), mode]
        self.process = setting.start(
            name, command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.errors
        )

    def ask(self, command):
        with contextlib.suppress(OSError):  # if it has died, answer() says of what
            self.process.stdin.write(command + "\n")
            self.process.stdin.flush()
        return self.answer()

    def answer(self):
        for line in self.process.stdout:
            if line.startswith(MARK):
                answer = json.loads(line[len(MARK) :])
                if answer.get("accuracy", 1) < LEARNED:
                    raise Failed(f"it did not learn: test accuracy {answer['accuracy']:.3f}")
                return answer
        self.errors.seek(0)
        raise Failed(last_line(self.errors.read()))

    def close(self):
        """Wait for its end; return its CPU seconds and its peak memory in MB, or None where the
        system does not say.
        """
        with contextlib.suppress(OSError):
            self.process.stdin.close()
        cpu = peak = None
        if hasattr(os, "wait4"):
            _, status, usage = os.wait4(self.process.pid, 0)
            self.process.returncode = os.waitstatus_to_exitcode(status)
            cpu = usage.ru_utime + usage.ru_stime
            peak = usage.ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)
        self.process.wait()
        self.process.stdout.close()
        self.errors.close()
        return cpu, peak


def busy_seconds():
    """CPU time that this machine has given to anybody (a virtual one: or lost to others); None
    where it is not told.
    """
    try:
        numbers = Path("/proc/stat").read_text(encoding="utf-8").split("\n")[0].split()[1:9]
    except OSError:
        return None
    user, nice, system, _idle, _waiting, irq, softirq, stolen = map(int, numbers)
    return (user + nice + system + irq + softirq + stolen) / os.sysconf("SC_CLK_TCK")


def wait_for_calm():
    """Return after a PAUSE in which the machine did almost nothing, or when PATIENCE is at its
    end.
    """
    for _ in range(round(PATIENCE / PAUSE)):
        busy = busy_seconds()
        time.sleep(PAUSE)
        if busy is None or busy_seconds() - busy < CALM * PAUSE:
            break


def once(names, measure):
    """{name: measure(name)}. Who fails is named and left out."""
    values = {}
    for name in names:
        try:
            values[name] = measure(name)
        except (Failed, OSError) as error:
            say(f"  {name} failed: {error}")
    return values


def interleave(names, rounds, measure):
    """Every name once in each round: {name: its values}, where `measure(name)` returns a value and
    the CPU seconds it took. A turn waits for a calm machine. A round in which other programs (or a
    contender that should be asleep) took more than CALM is done again; after twice the rounds it is
    enough, and disturbed rounds make up the number."""
    calm, disturbed = [], []

    def turn(name):
        wait_for_calm()
        start, busy = time.perf_counter(), busy_seconds()
        value, cpu = measure(name)
        if busy is None or cpu is None:
            return value, 0.0
        return value, (busy_seconds() - busy - cpu) / (time.perf_counter() - start)

    while len(calm) < rounds and len(calm) + len(disturbed) < 2 * rounds:
        turns = once(names, turn)
        names = list(turns)
        is_calm = all(others < CALM for _, others in turns.values())
        (calm if is_calm else disturbed).append({name: value for name, (value, _) in turns.items()})
    if disturbed:
        counted = max(0, rounds - len(calm))
        say(
            f"  (other programs disturbed {len(disturbed)} rounds: {len(disturbed) - counted} "
            f"repeated,"
            f" {counted} counted all the same)"
        )
    return {name: [values[name] for values in (calm + disturbed)[:rounds]] for name in names}


def last_line(text):
    return (
        [line.strip() for line in text.splitlines() if line.strip()] or ["it ended without a word"]
    )[-1]


def say(text):
    print(text, flush=True)

"""Tests of the tests: each mutant is one small mistake in the library, and the tests named beside
it must notice it.
"""

import contextlib
import itertools
import json
import os
import shutil
import subprocess
import sys

import pytest
from places import ROOT, TESTS

# What the mistakes are in -> (file in minidl/, what stands there, the mistake, the tests that catch it)
TABLE = json.loads((TESTS / "slow" / "mutants.json").read_text("utf-8"))
MUTANTS = [tuple(mutant) for mutants in TABLE.values() for mutant in mutants]

# Runs pytest for each line of arguments: in a child, which imports only the library anew.
RUNNER = """
import json, os, sys
import h5py, matplotlib.pyplot, numpy, pytest
for line in sys.stdin:
    child = os.fork()
    if child == 0:
        said = os.open("said.txt", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(said, 1), os.dup2(said, 2)
        code = pytest.main(json.loads(line))
        sys.stdout.flush()
        os._exit(code)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""


class Copy:
    """A copy of the project to be spoilt, and a process that runs tests in it."""

    def __init__(self, folder):
        self.folder = folder
        for name in ("minidl", "tests", "datasets"):
            leave_out = shutil.ignore_patterns("__pycache__", "parity", "slow", "benchmarks")
            shutil.copytree(ROOT / name, folder / name, ignore=leave_out)
        shutil.copy(ROOT / "pyproject.toml", folder)
        environment = {**os.environ, "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": ""}
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        command = [sys.executable, "-c", RUNNER]
        self.runner = subprocess.Popen(command, cwd=folder, env=environment, **pipes)
        self.times = itertools.count(1)

    @contextlib.contextmanager
    def spoilt(self, path, right, wrong):
        """Each spoilt file has a time of its own, from which Python sees that bytecode is old."""
        source, before, now = path.read_text("utf-8"), path.stat().st_mtime_ns, next(self.times)
        path.write_text(source.replace(right, wrong, 1), "utf-8")
        os.utime(path, (now, now))
        try:
            yield
        finally:
            path.write_text(source, "utf-8")
            os.utime(path, ns=(before, before))

    def passes(self, *arguments) -> bool:
        print(json.dumps(["-q", *arguments]), file=self.runner.stdin, flush=True)
        code = self.runner.stdout.readline().strip()
        assert code in ("0", "1"), (self.folder / "said.txt").read_text("utf-8")[-4000:]
        return code == "0"


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    made = Copy(tmp_path_factory.mktemp("mutants"))
    yield made
    made.runner.communicate()


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda m: f"{m[0]}: {m[1][:40]}")
def test_the_mutant_is_caught(copy, mutant):
    file, right, wrong, tests = mutant
    path = copy.folder / "minidl" / file
    files, _, chosen = tests.partition(" -k ")
    with copy.spoilt(path, right, wrong):
        caught = not copy.passes("-x", *[f"tests/{f}" for f in files.split()], "-k", chosen)
    assert caught, f"no test in {tests} noticed"


def test_what_noticed_a_mutant_passes_without_one(copy):
    """All tests that failed above: pytest keeps a list of them."""
    assert copy.passes("--last-failed", "--last-failed-no-failures", "none", "tests")

"""Tests of the tests: each mutant is one small mistake in the library, and the tests named beside
it must notice it.
"""

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


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    """A copy of the project to be spoilt."""
    folder = tmp_path_factory.mktemp("mutants")
    for name in ("minidl", "tests", "datasets"):
        shutil.copytree(
            ROOT / name,
            folder / name,
            ignore=shutil.ignore_patterns("__pycache__", "parity", "slow", "benchmarks"),
        )
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


def passes(folder, tests) -> bool:
    environment = {**os.environ, "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
    paths = [f"tests/{path}" for path in tests.split()]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *paths],
        cwd=folder,
        capture_output=True,
        text=True,
        env=environment,
    )
    assert done.returncode in (0, 1), done.stdout[-2000:] + done.stderr[-2000:]
    return done.returncode == 0


@pytest.mark.parametrize("tests", sorted({path for m in MUTANTS for path in m[3].split()}))
def test_the_copy_is_sound(copy, tests):
    assert passes(copy, tests), "without a mutant the tests pass"


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda m: f"{m[0]}: {m[1][:40]}")
def test_the_mutant_is_caught(copy, mutant):
    file, right, wrong, tests = mutant
    path = copy / "minidl" / file
    source = path.read_text(encoding="utf-8")
    assert source.count(right) >= 1, (
        f"{right!r} no longer stands in {file}: bring this list up to date"
    )
    path.write_text(source.replace(right, wrong, 1), encoding="utf-8")
    try:
        assert not passes(copy, tests), f"no test in {tests} noticed"
    finally:
        path.write_text(source, encoding="utf-8")

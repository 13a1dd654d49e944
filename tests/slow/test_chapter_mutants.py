"""The asserts of the chapters can fail: two small mistakes in each, and the assert that must
notice.
"""

import json
import os
import subprocess
import sys

import pytest
from places import ROOT, TESTS

# chapter, what stands there, the mistake, words of the assert that fails
MUTANTS = json.loads((TESTS / "slow" / "chapter_mutants.json").read_text("utf-8"))


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda m: f"{m[0]}: {m[2][:40]}")
def test_the_chapter_notices(mutant, tmp_path):
    number, right, wrong, words = mutant
    (chapter,) = (ROOT / "chapters").glob(f"{number}_*.py")
    source = chapter.read_text(encoding="utf-8")
    (tmp_path / chapter.name).write_text(source.replace(right, wrong, 1), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, chapter.name],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={
            **os.environ,
            "MPLBACKEND": "Agg",
            "PYTHONPATH": str(ROOT),
            "PYTHONIOENCODING": "utf-8",
        },
    )
    assert done.returncode == 1 and "AssertionError" in done.stderr, (
        done.stdout[-500:] + done.stderr[-1500:]
    )
    assert words in done.stderr, done.stderr[-1500:]

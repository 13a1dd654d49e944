"""The learner's framework, whole: minidl's core is a solution, a skeleton fails every check, and the
network of README trains on her code.
"""

import os
import re
import subprocess
import sys
from dataclasses import replace

import learner
import pytest
from framework_cases import judged, outcomes, passes, step_of
from places import ROOT

from minidl.homework import __main__ as command
from minidl.homework.framework import starting
from minidl.homework.framework.path import STEPS

MODULES = [step.module for step in STEPS]


@pytest.mark.parametrize("module", MODULES)
def test_the_core_passes_every_check(module):
    passes(module, starting.solution(), range(3))


@pytest.mark.parametrize("module", MODULES)
def test_a_learners_framework_passes_every_check(module):
    passes(module, learner.written(), range(5))


@pytest.mark.parametrize("module", MODULES)
def test_an_empty_file_fails_every_check_and_says_what_to_write(module):
    """With all files before it finished."""
    step = STEPS[MODULES.index(module)]
    place = {name: file for name, file in learner.stubs().items()}
    done = {n: b for n, b in learner.BODIES.items() if not place[n].startswith(step.file)}
    said = outcomes(module, learner.filled(done))
    assert {outcome for _, outcome, _ in said} == {"not started"}
    for _, _, reason in said:
        name, file = re.fullmatch(r"write (\S+) in (\S+)", reason).groups()
        assert place[name] == file and file.startswith(step.file)


def test_readmes_network_trains_on_the_learners_code_beside_ours(tmp_path, capsys):
    place = learner.lay_out(learner.written(), tmp_path / "mine")
    assert command.main(["check", "build", "--file", str(place)]) == 0
    assert "Your framework is whole. Well done." in capsys.readouterr().out
    done = subprocess.run(
        [sys.executable, "-W", "error", "beside.py"],
        cwd=place,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    assert done.returncode == 0, done.stderr
    for name in ("your code", "minidl"):
        found = re.search(rf"^{name} +(\d+\.\d) +(\d+\.\d\d)%$", done.stdout, re.M)
        assert found and float(found[2]) > 97, done.stdout


FORGED = {
    "an answer that is equal to all": (
        "class Same(float):\n    def __eq__(self, other):\n        return True\n"
        "return Same(), (lambda g: Same(), lambda g: Same())"
    ),
    "minidl by another way": (
        "import importlib\n"
        "return importlib.import_module('minidl.core.derivatives.arithmetic').mul(x, y)"
    ),
    "the checker's frame": (
        "import sys\nframe = sys._getframe()\nwhile frame:\n"
        "    if 'expected' in frame.f_locals:\n        return frame.f_locals['expected']\n"
        "    frame = frame.f_back\nreturn 0, ()"
    ),
    "an end without an answer": "import os\nos._exit(0)",
}


@pytest.mark.parametrize("body", FORGED.values(), ids=FORGED)
def test_forged_answers_earn_nothing(body):
    step = step_of("derivatives")
    asked = tuple(task for task in step.tasks if task.name == "mul")
    files = learner.filled({**learner.BODIES, "mul": body})
    ((_, outcome, reason),) = judged(replace(step, tasks=asked), files)
    assert outcome in ("wrong", "crashed", "forbidden") and reason

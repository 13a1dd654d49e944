"""Forged answers earn nothing."""

import pytest
from forged import EACH, FORGED, SHAPES
from small_homework import judged

pytestmark = pytest.mark.usefixtures("small")


# --- forged answers


@pytest.mark.parametrize("code", FORGED.values(), ids=FORGED)
def test_forged_answers_earn_nothing(code):
    verdict = judged("hw90", "double", code)
    assert verdict.points == 0 and verdict.outcome != "passed" and verdict.reason


# --- each assignment's own

# One for each task; the others are in slow/test_homework_forgeries.py.
EACH_ONE = [(*where, codes[0]) for where, codes in EACH.items()]


@pytest.mark.parametrize(("name", "task", "code"), EACH_ONE)
def test_what_earned_full_marks_once_earns_nothing(name, task, code):
    verdict = judged(name, task, code)
    assert verdict.points == 0 and verdict.outcome != "passed", verdict
    assert verdict.outcome != "not started"
    assert code is not SHAPES or "without numbers" in verdict.reason

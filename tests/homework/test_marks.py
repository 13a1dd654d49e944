"""How marks become points and a sentence, without a process."""

import contextlib
import math

import pytest

from minidl.homework import judging
from minidl.homework.assignments import Task
from minidl.homework.processes import NoAnswerError


class Student:
    """Gives these answers, one a question; an error is raised."""

    calls = ("relu",)

    def __init__(self, *answers):
        self.answers, self.asked = list(answers), []

    @contextlib.contextmanager
    def process(self, driver):
        yield self

    def ask(self, question):
        self.asked.append(question)
        answer = self.answers[len(self.asked) - 1]
        if isinstance(answer, Exception):
            raise answer
        return {"value": answer}


def judged(*answers, points=3, **settings):
    """The verdict on a task whose judge says what the student answers: (share, a sentence)."""
    student = Student(*answers)
    settings = {"judge": lambda answer, x: answer, **settings}
    task = Task("t", points, lambda rng: [(i,) for i in range(len(answers))], **settings)
    found = judging.judge(task, student, 0)
    assert found.worth == points and found.calls == ("relu",) and found.task == "t"
    return found, student


RIGHT, HALF = (1.0, ""), (0.5, "half.")


@pytest.mark.parametrize(
    ("answers", "points", "outcome", "reason"),
    [
        ([RIGHT, RIGHT], 3, "passed", ""),
        ([RIGHT, HALF], 2.25, "wrong", "half."),
        ([RIGHT, RIGHT, (0.9, "near.")], 2.75, "wrong", "near."),  # of 2.9
        ([(1 - 1e-10, ""), RIGHT], 3, "passed", ""),
        ([(1 - 1e-8, ""), RIGHT], 2.75, "wrong", "wrong"),
        ([(0.25, ""), (7.0, "")], 1.75, "wrong", "wrong"),  # no share is above 1
        ([(-5.0, "no."), RIGHT], 1.5, "wrong", "no."),
        ([(math.nan, "nan."), RIGHT], 1.5, "wrong", "nan."),
        ([3, RIGHT], 1.5, "wrong", "the answer cannot be judged: TypeError: cannot unpack"),
        ([HALF, NoAnswerError("too slow", ended=True), RIGHT], 0.5, "wrong", "half."),
        ([NoAnswerError("too slow")], 0, "too slow", "no answer within 20 s: is there a loop"),
        ([NoAnswerError("crashed")], 0, "crashed", "the process ended without an answer (os._ex"),
        ([NoAnswerError("crashed", "x (line 3)"), RIGHT], 1.5, "crashed", "x (line 3)"),
        ([RIGHT, NoAnswerError("not started", "hw01")], 0, "not started", "hw01"),
        ([RIGHT, NoAnswerError("forbidden", "ops.exp")], 0, "forbidden", "calls ops.exp, which is"),
    ],
)
def test_points_are_quarters_of_the_mean_share(answers, points, outcome, reason):
    verdict, student = judged(*answers)
    assert (verdict.points, verdict.outcome) == (points, outcome)
    assert verdict.reason.startswith(reason) and bool(verdict.reason) == bool(reason)
    ends = [getattr(answer, "ended", False) for answer in answers]
    assert len(student.asked) == (ends.index(True) + 1 if any(ends) else len(answers))
    assert student.asked[0] == {"call": (0,), "echo": False}


def test_what_is_said_of_changed_arguments_and_known_mistakes():
    def reference(x):
        return 2 * x

    mistakes = ((lambda x: 1 / 0, "never."), (lambda x: 3 * x, "That is 3x."), (lambda x: -x, "-."))
    for driver, argument, whose in ((None, "argument x", "function"), (len, "input", "code")):
        task = Task("t", 1, lambda rng: [], reference, driver, mistakes)
        changed = f"your {whose} changed its {argument}: work on a copy, or make new arrays"
        value = "returned value" if driver is None else "value"
        for answer, after, said in (
            (4.0, 2.0, ""),
            (4.0, 9.0, f"the answer is right, but {changed}."),
            (6.0, 2.0, "the number is 6, expected 4. That is 3x."),
            (-2.0, 2.0, "the number is -2, expected 4. -."),
            (5.0, 9.0, f"the number is 5, expected 4. And {changed}."),
            ([4.0], 2.0, "expected an array of shape (), received list [4.0]."),
        ):
            mark = judging.marked(task, (2.0,), {"value": answer, "arguments": (after,)})
            assert (mark.share, mark.reason) == (0.0 if said else 1.0, said)
            assert mark.outcome == ("wrong" if said else "")
        pair = Task("t", 1, lambda rng: [], lambda x: (x, x), driver)
        said = judging.marked(pair, (2.0,), {"value": (2.0, 3.0)}).reason
        assert said == f"the number in the second {value} is 3, expected 2."
        for after in ([9.0], (9.0, 9.0), None):  # no arguments, or too many
            assert judging.marked(task, (2.0,), {"value": 4.0, "arguments": after}).share == 1
    anything = Task("t", 1, lambda rng: [], lambda *x: sum(x))
    found = judging.marked(anything, (2.0, 3.0), {"value": 5.0, "arguments": (2.0, 9.0)})
    assert "changed its input" in found.reason


def test_a_seed_is_given_or_drawn_from_many(monkeypatch):
    monkeypatch.setattr(judging.secrets, "randbelow", lambda n: n - 1)
    assert judging.seed(None) == 10**15 - 1 and judging.seed(0) == 0

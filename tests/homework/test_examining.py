"""How a student's code is asked."""

import pytest

from minidl.homework import examining
from minidl.homework.assignments import Task
from minidl.homework.submissions import Submission


def put(double, box):
    box.append({1})
    return double(2)


def talk(double, box):
    box.append({1})
    while True:
        box[0] = yield double(box[0])


def test_a_student_answers_and_is_talked_with():
    code = b"print('hello')\ndef double(x):\n    return 2 * x\n"
    task = Task("double", 1, lambda rng: [])
    student = examining.Student(task, ["double"], Submission("a.py", code), False)
    assert student.answer(put, [1]) == 4  # what it was given is not sent back
    with student.talk(talk, [5]) as say:
        assert [say(3), say(4)] == [6, 8]
    assert student.printed == "hello\nhello\n" and student.calls == ()
    with pytest.raises(ValueError, match="put must yield"), student.talk(put, [1]):
        pass

"""A small assignment, found like a teacher's, and answers to it; and what asks several seeds at once."""

from dataclasses import replace

import numpy as np

from minidl.homework import assignments, examining, judging, submissions

TASKS = '''"""A small assignment."""
from minidl.homework.assignments import Task

def cases(rng):
    return [(rng.normal(size=3),) for _ in range(2)]

TASKS = [Task("double", 2, cases, lambda x: 2 * x, limit={limit}, forbidden=("minidl.ops.multiply",),
              mistakes=((lambda x: x, "You forgot the 2."),))]
'''


def judged(name, task, code):
    """The verdict on one task."""
    assignment = assignments.get(name)
    (asked,) = [t for t in assignment.tasks if t.name == task]
    submission = submissions.Submission("answer.py", code.encode())
    student = examining.Student(asked, [t.name for t in assignment.tasks], submission, True)
    return judging.judge(asked, student, 0)


def hand_in(room, name, code="def double(x):\n    return 2 * x\n"):
    path = room / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(code, encoding="utf-8")


def of_seeds(task, seeds, examined):
    """The task with the questions of all these seeds, which one process answers. A task with an
    examiner, which trains, starts processes for each question: it gets those of fewer seeds.
    """
    asked = examined if task.examine else seeds

    def cases(rng):
        return [case for seed in asked for case in task.cases(np.random.default_rng(seed))]

    return replace(task, cases=cases, limit=task.limit * (1 if task.examine else len(seeds)))

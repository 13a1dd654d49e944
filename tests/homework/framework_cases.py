"""What the tests of the learner's framework share: a solution with a mistake, and its verdict."""

from dataclasses import replace

import learner
from small_homework import of_seeds

from minidl.homework.framework import checking
from minidl.homework.framework.path import STEPS


def package(files):
    """The files of the package alone, as `check build` reads them."""
    return {path: data for path, data in files.items() if path.startswith("mydl/")}


def step_of(module):
    """The step that a module of the framework belongs to."""
    (step,) = [s for s in STEPS if s.module == module]
    return step


def outcomes(module, files, seed=7):
    """(task, outcome, reason) for each task of a step."""
    return judged(step_of(module), files, seed)


def judged(step, files, seed=7):
    """(task, outcome, reason) for each task of this step."""
    verdicts = checking.judge(step, package(files), seed, quiet=True)
    return [(v.task, v.outcome, v.reason) for v in verdicts]


def passes(module, files, seeds=(7,)):
    """Every task of the step passes, with the questions of all these seeds."""
    step = step_of(module)
    tasks = tuple(of_seeds(task, seeds, examined=seeds[:2]) for task in step.tasks)
    said = judged(replace(step, tasks=tasks), files)
    assert said == [(task.name, "passed", "") for task in step_of(module).tasks]


def told(module, task, name, body):
    """What a learner hears of one task who wrote this body for the stub `name`."""
    assert name in learner.BODIES and body != learner.BODIES[name]
    step = step_of(module)
    (asked,) = [t for t in step.tasks if t.name == task]
    files = package(learner.filled({**learner.BODIES, name: body}))
    (verdict,) = checking.judge(replace(step, tasks=(asked,)), files, 7, quiet=True)
    assert verdict.outcome != "passed" and verdict.points < 1, verdict
    return verdict.reason

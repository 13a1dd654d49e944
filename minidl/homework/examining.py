"""How a task asks the student's code: once a case, or as often as its examiner wants."""

from __future__ import annotations

import contextlib
import inspect
from collections.abc import Callable, Iterator
from typing import Any

from . import questions
from .assignments import Task
from .processes import Examinee
from .submissions import Submission


class Student:
    """The student's code for one task. It runs in processes of its own, and its answers are plain
    values: numbers, texts, lists, tuples, dicts and arrays.
    """

    def __init__(self, task: Task, names: list[str], submission: Submission, quiet: bool):
        self.task, self.names, self.submission, self.quiet = task, names, submission, quiet
        self.calls: tuple[str, ...] = ()
        self.printed = ""  # by all of its processes

    @contextlib.contextmanager
    def process(self, driver: Callable | None) -> Iterator[Examinee]:
        """Start a new process in which the submission is loaded. NoAnswerError if it cannot be
        loaded.
        """
        task = self.task
        examinee = Examinee(self.submission, task.limit, self.quiet)
        try:
            with examinee:
                calls = examinee.start(
                    {
                        "name": task.name,
                        "target": task.target or task.name,
                        "tasks": self.names,
                        "forbidden": list(task.forbidden),
                        "driver": driver.__name__ if driver else "",
                        "source": questions.source(driver) if driver else "",
                    }
                )
                self.calls = tuple(calls)
                yield examinee
        finally:
            self.printed += examinee.printed

    def answer(self, driver: Callable, *arguments) -> Any:
        """Return the result of driver(the student's object, *arguments) in a new process, which
        then ends.
        """
        with self.process(driver) as process:
            return process.ask({"call": arguments, "echo": False})["value"]

    @contextlib.contextmanager
    def talk(self, driver: Callable, *arguments) -> Iterator[Callable]:
        """Return a conversation with a driver that yields: `reply = say(value)` sends a value and
        returns the value that the driver yields next. Its first value is skipped.
        """
        if not inspect.isgeneratorfunction(driver):
            raise ValueError(f"{driver.__name__} must yield, to be talked with")
        with self.process(driver) as process:
            process.ask({"call": arguments, "echo": False})
            yield lambda value: process.ask({"send": value})["value"]

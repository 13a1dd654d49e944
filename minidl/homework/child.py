"""The process in which the student's code runs: it computes answers to the questions it is sent,
and judges nothing.

python -m minidl.homework.child FOLDER      FOLDER holds the question, and takes the answers
"""

from __future__ import annotations

import importlib
import sys
import traceback
from pathlib import Path

from . import assignments, values


class ForbiddenError(RuntimeError):
    """The student's code called the part of minidl that it was to write."""


def main(folder: Path) -> None:
    """Answer the question in the folder, call by call."""
    question = values.read(folder, "question")
    others = assignments.load(Path(question["tasks"])).TASKS
    (task,) = [t for t in others if t.name == question["name"]]
    for name in task.forbidden:
        _forbid(name)
    file = Path(question["file"])
    try:
        sys.path.insert(0, str(file.parent))
        thing = getattr(assignments.load(file, "student"), task.target or task.name)
    except NotImplementedError as error:
        values.write(folder, "answer", [{"not started": str(error)}])
        return
    except BaseException as error:  # SystemExit too: whatever the student's file does is an answer
        values.write(folder, "answer", [_crash(error, file)])
        return
    known = sorted(_names(getattr(thing, "__code__", None)) & {t.name for t in others})
    answers = []
    for i in range(question["cases"]):
        arguments = values.read(folder, f"case{i}")
        answers.append({**_answer(task, thing, arguments, file), "calls": known})
        values.write(folder, "answer", answers)


def _answer(task, thing, arguments, file) -> dict:
    try:
        value = task.driver(thing, *arguments) if task.driver else thing(*arguments)
        return {"value": values.plain(value), "arguments": values.plain(arguments)}
    except NotImplementedError as error:
        return {"not started": str(error)}
    except ForbiddenError as error:
        return {"forbidden": str(error)}
    except values.NotPlainError as error:
        return {"odd": str(error)}
    except BaseException as error:  # SystemExit too, as above
        return _crash(error, file, task.name)


def _names(code) -> set[str]:
    """The global names that a function uses, and those inside it."""
    inner = (_names(c) for c in getattr(code, "co_consts", ()) if hasattr(c, "co_names"))
    return set(getattr(code, "co_names", ())).union(*inner)


def _crash(error, file, task: str = "") -> dict:
    if isinstance(error, ForbiddenError):
        return {"forbidden": str(error)}
    if isinstance(error, SyntaxError) and error.filename == str(file):
        return {
            "crashed": f"{type(error).__name__}: {error.msg} (line {error.lineno}): "
            f"{(error.text or '').strip()}"[:500]
        }
    places = [f for f in traceback.extract_tb(error.__traceback__) if f.filename == str(file)]
    at = ""
    if places:
        last = places[-1]
        inside = f", in {last.name}" if places[0].name == task != last.name else ""
        at = f" (line {last.lineno}{inside})"
    return {"crashed": f"{type(error).__name__}: {error}"[:500] + at}


def _forbid(name: str) -> None:
    """Let a library function or class raise, under whatever name the library's modules know it."""
    owner, _, attribute = name.rpartition(".")
    module, _, kind = owner.rpartition(".")
    if kind[:1].isupper():  # a method: minidl.models.Model.fit
        setattr(getattr(importlib.import_module(module), kind), attribute, refusing(name))
        return
    thing = getattr(importlib.import_module(owner), attribute)
    if isinstance(thing, type):
        thing.__init__ = refusing(name)
    for loaded in [
        m for n, m in sys.modules.items() if n.split(".")[0] == "minidl" and m is not None
    ]:
        for known, value in list(vars(loaded).items()):
            if value is thing and not isinstance(thing, type):
                setattr(loaded, known, refusing(name))


def refusing(name: str):
    """A function that raises ForbiddenError, to stand where the library's own was."""

    def refuse(*arguments, **options):
        raise ForbiddenError(name)

    return refuse


if __name__ == "__main__":
    main(Path(sys.argv[1]))

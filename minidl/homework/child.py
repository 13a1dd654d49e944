"""The process in which the student's code runs. It computes answers to questions, and judges
nothing.

The checker starts it (processes.py) and communicates with it through its standard input and output,
which it turns into private pipes. It has a copy of the submission and a copy of minidl without this
package, and it receives only the questions. This file imports nothing of minidl.
"""

from __future__ import annotations

import contextlib
import dis
import importlib
import importlib.abc
import importlib.util
import inspect
import os
import sys
import traceback
import types
from typing import Any

from . import fence, values


class ForbiddenError(RuntimeError):
    """The student's code called the part of minidl that the student was to write."""


def main() -> None:
    """Restrict this process, load the submission, and answer questions until the pipe is closed."""
    questions, answers = _private_pipes()
    task = values.receive(questions, sys.maxsize)
    sys.path.pop()  # the way to this file
    for name in [n for n in sys.modules if n.split(".")[0] == "homework"]:
        del sys.modules[name]
    sys.meta_path.insert(0, Guard(task["forbidden"]))
    driver = _driver(task["driver"], task["source"])
    sys.path.insert(0, task["work"])
    values.send(answers, {"walled": fence.put_up(task)})
    examinee = Examinee(task, driver)
    with contextlib.suppress(EOFError):
        while True:
            values.send(answers, examinee.answer(values.receive(questions, sys.maxsize)))


def _private_pipes():
    """Return (the pipe of questions, the pipe of answers). Standard input becomes empty, and
    standard output goes to standard error.
    """
    questions, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(2, 1)
    os.close(nothing)
    return questions, answers


def _driver(name: str, source: str):
    """Return the function of this name in a source, or None."""
    if not name:
        return None
    module = sys.modules["questions"] = types.ModuleType("questions")
    exec(compile(source, "<questions>", "exec"), vars(module))
    return getattr(module, name)


class Examinee:
    """The submission, and functions that ask it."""

    def __init__(self, task, driver):
        self.task, self.driver = task, driver
        self.thing: Any = None
        self.held: Any = None  # the driver that yields
        self.file = os.path.join(task["work"], task["file"])

    def load(self) -> dict:
        """Run the submission. Returns the names of other tasks that it calls, or an error."""
        try:
            self.thing = getattr(_loaded(self.file), self.task["target"])
            # the names in a class are those of its methods
            parts = [self.thing, *getattr(self.thing, "__dict__", {}).values()]
            used = set().union(*[_names(getattr(part, "__code__", None)) for part in parts])
            return {"ready": True, "calls": sorted(used & set(self.task["tasks"]))}
        except NotImplementedError as error:
            return {"not started": str(error)}
        except BaseException as error:  # SystemExit too: whatever the file does is an answer
            return self.crash(error)

    def answer(self, question: dict) -> dict:
        """Return the answer of the student's code to a question, as plain values."""
        if "load" in question:
            return self.load()
        try:
            if "send" in question:
                return {"value": values.plain(self.held.send(question["send"]))}
            arguments = question["call"]
            value = self.thing(*arguments) if self.driver is None else self.drive(arguments)
            if not question["echo"]:
                return {"value": values.plain(value)}
            return {"value": values.plain(value), "arguments": values.plain(arguments)}
        except NotImplementedError as error:
            return {"not started": str(error)}
        except values.NotPlainError as error:
            return {"odd": str(error)}
        except BaseException as error:  # SystemExit too, as above
            return self.crash(error)

    def drive(self, arguments):
        """Return the driver's answer. A driver that yields returns its first value."""
        value = self.driver(self.thing, *arguments)
        if inspect.isgeneratorfunction(self.driver):
            self.held, value = value, next(value)
        return value

    def crash(self, error) -> dict:
        """Describe an error in a sentence, with the line of the submission."""
        if isinstance(error, ForbiddenError):
            return {"forbidden": str(error)}
        said, within = f"{type(error).__name__}: {_text(error)}", self.task["work"] + os.sep
        if isinstance(error, SyntaxError) and (error.filename or "").startswith(within):
            at = f"{self.shown(error.filename)}line {error.lineno}"
            said = f"{type(error).__name__}: {error.msg} ({at}): {(error.text or '').strip()}"
            return {"crashed": said[:500]}
        places = traceback.extract_tb(error.__traceback__)
        places = [f for f in places if f.filename.startswith(within)]
        at = ""
        if places:
            first, last = places[0].name, places[-1]
            where = self.shown(last.filename)
            named = where or first == self.task["name"]
            inside = f", in {last.name}" if named and last.name != self.task["name"] else ""
            at = f" ({where}line {last.lineno}{inside})"
        return {"crashed": said[:500] + at}

    def shown(self, filename) -> str:
        """Return "tensor.py, " for a file beside the submission; "" for the submission itself."""
        beside = os.path.relpath(filename, self.task["work"]).replace(os.sep, "/")
        return "" if filename == self.file else f"{beside}, "


def _loaded(file: str):
    """Import the submission as a module."""
    spec = importlib.util.spec_from_file_location("student", file)
    if spec is None or spec.loader is None:
        raise ImportError(f"{file} is no Python file.")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _text(error) -> str:
    """Return the message of an error. An error class of the student may fail when it is converted
    to text.
    """
    try:
        return str(error)
    except BaseException:
        return "(without words)"


def _names(code) -> set[str]:
    """Return the global names that a function and the functions inside it use."""
    if code is None:
        return set()
    own = {i.argval for i in dis.get_instructions(code) if i.opname == "LOAD_GLOBAL"}
    return own.union(*[_names(c) for c in code.co_consts if hasattr(c, "co_consts")])


# --- what the student's code must not call


class Guard(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Waits for the first import of minidl, imports it, and makes the forbidden parts raise an
    error.
    """

    def __init__(self, forbidden):
        self.forbidden = forbidden

    def find_spec(self, name, path=None, target=None):
        """Return a spec of minidl with the forbidden parts replaced; None for other modules."""
        if name != "minidl":
            return None
        if name in self.forbidden:  # all of it
            raise ForbiddenError(name)
        sys.meta_path.remove(self)
        importlib.import_module("minidl")
        sys.meta_path.insert(0, self)  # for who throws the module away and imports it again
        for part in self.forbidden:
            _forbid(part)
        return importlib.util.spec_from_loader(name, self, is_package=True)

    def create_module(self, spec):
        """Return the module that was imported already."""
        return sys.modules["minidl"]

    def exec_module(self, module):
        """Do nothing, because the module was run already."""


def _forbid(name: str) -> None:
    """Make a library function or class raise an error, under every name that the library's modules
    use for it.
    """
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
    """Return a function that raises ForbiddenError, to replace the library's function."""

    def refuse(*arguments, **options):
        raise ForbiddenError(name)

    return refuse

"""The commands `build` and `check build`: what they do and what they print."""

from __future__ import annotations

from pathlib import Path

from ...support import console
from .. import printed
from ..judging import Verdict
from .checking import find, passed, walk
from .path import STEPS, Step
from .starting import lay_out, skeleton

FOLDER = "my_framework"


def title(language: str) -> str:
    """Return what the framework is called in this language: the title of its README."""
    return skeleton(language)["README.md"].decode("utf-8").splitlines()[0].lstrip("# ")


def start(folder: Path, language: str = "en") -> None:
    """Start a folder, with texts in this language, and print what to do in it."""
    lay_out(skeleton(language), folder)
    first = STEPS[0]
    console.say(
        f"{folder} is ready. Read its README.md, begin with mydl/{first.file}, and run there\n"
        f"  python -m minidl.homework check build"
    )


def check(folder: Path, seed: int) -> bool:
    """Check the framework in a folder, and print what passes and what comes next. Returns whether
    everything passes.
    """
    folder = find(folder)
    console.say(f"{folder.name}, seed {seed}")
    done = []
    for step, verdicts in walk(folder, seed):
        console.say("\n".join(_lines(step, verdicts)))
        done += [step] if passed(verdicts) else []
    console.say(_ending(done, seed))
    return len(done) == len(STEPS)


def _lines(step: Step, verdicts: list[Verdict]) -> list[str]:
    """Return a line for a file, and one for each of its tasks that does not pass."""
    right = sum(v.outcome == "passed" for v in verdicts)
    lines = [f"  {step.file:14s} {right} of {len(verdicts)} checks passed"]
    if right == len(verdicts):
        programs = " and ".join(f"python {program}" for program in step.programs)
        return [lines[0] + (f"; now runs: {programs}" if programs else "")]
    last, heard = "", ""
    for v in (v for v in verdicts if v.outcome != "passed"):
        reason = "as above" if v.reason == last else v.reason
        last = v.reason
        lines.append(f"    {v.task:28s} {v.outcome}: {reason}")
        lines += printed.shown(v.printed if v.printed != heard else "", " " * 6)
        heard = v.printed
    return lines


def _ending(done: list[Step], seed: int) -> str:
    """Return what comes next."""
    if len(done) == len(STEPS):
        return "Your framework is whole. Well done. See it beside minidl:  python beside.py"
    step, later = STEPS[len(done)], [s.file for s in STEPS[len(done) + 1 :]]
    after = f"; then {', '.join(later)}" if later else ""
    return (
        f"Next: mydl/{step.file} ({step.chapters}){after}\nThe same questions again: --seed {seed}"
    )

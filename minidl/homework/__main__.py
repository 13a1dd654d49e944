"""The command line: python -m minidl.homework list | start hw02 | check hw02 | build | check build
| grade FOLDER | export hw02 | solutions
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from ..support import console
from . import assignments, exporting, fence, grading, judging, reports, solutions, submissions
from .framework import commands as build
from .processes import clean


def main(arguments=None) -> int:
    """Run a command. Returns the exit code: 0; 1 from `check` if points are missing; 2 for a
    mistake in the command.
    """
    given = _parser().parse_args(arguments)
    try:
        return given.run(given)
    except (ValueError, OSError) as error:
        print(f"homework: {error}", file=sys.stderr)
        return 2


def _parser() -> argparse.ArgumentParser:
    """Return the parser of the command line. `run` in its result is the function of the command."""
    parser = argparse.ArgumentParser(
        prog="python -m minidl.homework", description="Start, check and grade homework."
    )
    commands = parser.add_subparsers(dest="command", required=True)
    listing = commands.add_parser("list", help="show the assignments")
    _language_argument(listing)
    listing.set_defaults(run=_list)
    start = commands.add_parser("start", help="put an assignment's file into the present folder")
    start.add_argument("name", help="hw01, hw02, ...")
    _language_argument(start)
    start.set_defaults(run=_start)
    growing = commands.add_parser(
        "build", help="start a folder in which you write a framework of your own"
    )
    growing.add_argument("folder", type=Path, nargs="?", default=Path(build.FOLDER))
    growing.set_defaults(run=_build)
    _check_arguments(commands.add_parser("check", help="check your file, or your framework"))
    _teachers_commands(commands)
    return parser


def _teachers_commands(commands) -> None:
    """Add the commands that a teacher needs."""
    _grade_arguments(
        commands.add_parser(
            "grade", help="mark the submissions of a class: files, or a folder for each student"
        )
    )
    export = commands.add_parser("export", help="make a zip that Gradescope takes as an autograder")
    export.add_argument("name")
    export.add_argument("--output", type=Path, help="the zip to write (default NAME.zip)")
    export.set_defaults(run=_export)
    solved = commands.add_parser("solutions", help="for teachers: write all assignments, solved")
    solved.add_argument("folder", type=Path, nargs="?", default=Path("solutions"))
    solved.set_defaults(run=_solutions)


def _language_argument(parser) -> None:
    """Add --language, the language of what students read."""
    languages = assignments.LANGUAGES
    parser.add_argument("--language", choices=languages, default="en", help="en if left out")


def _check_arguments(parser) -> None:
    """Add the arguments of `check`."""
    parser.add_argument("name", help="hw01, hw02, ..., or build for your own framework")
    parser.add_argument(
        "--file",
        type=Path,
        help="your file, or its folder, if it is not here under its first name",
    )
    parser.add_argument(
        "--seed", type=int, help="ask the same questions as a run that printed this seed"
    )
    parser.add_argument(
        "--json", action="store_true", help="print Gradescope's results.json instead"
    )
    parser.set_defaults(run=_check)


def _grade_arguments(parser) -> None:
    """Add the arguments of `grade`."""
    parser.add_argument("folder", type=Path)
    parser.add_argument(
        "--csv",
        type=Path,
        default=Path("grades.csv"),
        help="where to write the table (default grades.csv)",
    )
    parser.add_argument(
        "--feedback",
        type=Path,
        help="the folder for each student's feedback, as text and JSON (default feedback, beside "
        "the table)",
    )
    parser.add_argument("--seed", type=int, help="the same questions for all, known beforehand")
    parser.set_defaults(run=_grade)


def _list(given) -> int:
    for name, assignment in assignments.find().items():
        console.say(
            f"{name:18s}{len(assignment.tasks):3d} tasks {assignment.points:5g} points   "
            f"{assignment.title_in(given.language)}"
        )
    console.say(f"{'build':18s}{len(build.STEPS):3d} files{'':13s}A framework of your own")
    return 0


def _build(given) -> int:
    build.start(given.folder)
    return 0


def _start(given) -> int:
    assignment = assignments.get(given.name)
    target, stub = Path(f"{assignment.name}.py"), assignment.stub_in(given.language)
    try:
        with target.open("x", encoding="utf-8") as file:  # "x": never over what is there
            file.write(stub)
    except FileExistsError:
        raise ValueError(
            f"{target} is already here, and stays as it is. Move it away to begin anew."
        ) from None
    console.say(
        f"{target} is ready: open it, fill it in, and run  python -m minidl.homework check "
        f"{assignment.name.split('_')[0]}"
    )
    return 0


def _check(given) -> int:
    seed = judging.seed(given.seed)
    if given.name == "build":
        return _check_framework(given, seed)
    assignment = assignments.get(given.name)
    file = given.file or Path(f"{assignment.name}.py")
    if file.is_dir():
        found, _ = submissions.collect(file, [assignment.name], set())
        file = found[0].path if found else file / f"{assignment.name}.py"
    if not file.is_file():
        raise ValueError(
            f"There is no {file} here. Get it with  python -m minidl.homework start {given.name}"
        )
    verdicts = judging.check(assignment, file, seed, quiet=given.json)
    if given.json:
        print(json.dumps(reports.gradescope(assignment.name, verdicts, seed), indent=2))
    else:
        console.say(reports.text(assignment.name, verdicts, seed))
    return 0 if sum(v.points for v in verdicts) == assignment.points else 1


def _check_framework(given, seed: int) -> int:
    if given.json:
        raise ValueError("--json is for a single assignment, such as check hw02 --json")
    return 0 if build.check(given.file or Path(), seed) else 1


def _grade(given) -> int:
    if not given.folder.is_dir():
        raise ValueError(f"{given.folder} is no folder of submissions.")
    grading.refuse_its_own_folder(given.folder)
    seed = judging.seed(given.seed)
    feedback = given.feedback or given.csv.parent / "feedback"
    room = grading.Classroom(given.folder, given.csv, feedback, seed)
    for path in room.unmatched:
        name = clean(str(path.relative_to(room.folder)))
        console.say(f"not matched with an assignment: {name}")
    if not room.works:
        raise ValueError(
            f"No submissions in {given.folder}: files are called like {next(iter(room.known))}.py."
        )
    if not fence.landlock():
        console.say("This system cannot keep the students' code from your files: see the README.")
    room.mark()
    console.say(
        f"{len(room.works)} submissions, {len(room.missing())} missing, "
        f"{len(room.unmatched)} files not matched, seed {seed}: {given.csv}, {feedback}"
    )
    return 0


def _export(given) -> int:
    assignment = assignments.get(given.name)
    target = given.output or Path(f"{assignment.name}.zip")
    exporting.export(assignment, target)
    console.say(f"{target} is ready to be uploaded to Gradescope as an autograder.")
    return 0


def _solutions(given) -> int:
    solutions.write(given.folder)
    console.say(f"{given.folder} has all assignments, solved. Keep it from your students.")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

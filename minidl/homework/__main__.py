"""The command line: python -m minidl.homework list | start hw02 | check hw02 | grade FOLDER |
export hw02
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import secrets
import sys
from pathlib import Path

from ..support import console
from ..support.disk import write_atomically
from . import assignments, exporting, judging, reports


def main(arguments=None) -> int:
    """Run a command; returns the exit code: 0, or from `check` 1 when points are missing, or 2 for
    a mistake in the command.
    """
    parser = argparse.ArgumentParser(
        prog="python -m minidl.homework", description="Start, check and grade homework."
    )
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("list", help="show the assignments")
    start = commands.add_parser("start", help="put an assignment's file into the present folder")
    start.add_argument("name", help="hw01, hw02, ...")
    check = commands.add_parser("check", help="check your file")
    check.add_argument("name")
    check.add_argument(
        "--file", type=Path, help="your file, if it is not in this folder under its first name"
    )
    check.add_argument(
        "--seed", type=int, help="ask the same questions as a run that printed this seed"
    )
    check.add_argument(
        "--json", action="store_true", help="print Gradescope's results.json instead"
    )
    grade = commands.add_parser(
        "grade", help="mark the submissions of a class: files, or a folder for each student"
    )
    grade.add_argument("folder", type=Path)
    grade.add_argument(
        "--csv",
        type=Path,
        default=Path("grades.csv"),
        help="where to write the table (default grades.csv)",
    )
    grade.add_argument("--seed", type=int, help="the same questions for all, known beforehand")
    export = commands.add_parser("export", help="make a zip that Gradescope takes as an autograder")
    export.add_argument("name")
    export.add_argument("--output", type=Path, help="the zip to write (default NAME.zip)")
    given = parser.parse_args(arguments)
    try:
        return {
            "list": _list,
            "start": _start,
            "check": _check,
            "grade": _grade,
            "export": _export,
        }[given.command](given)
    except (ValueError, OSError) as error:
        print(f"homework: {error}", file=sys.stderr)
        return 2


def _list(given) -> int:
    for name, assignment in assignments.find().items():
        console.say(
            f"{name:18s}{len(assignment.tasks):3d} tasks {assignment.points:5g} points   "
            f"{assignment.title}"
        )
    return 0


def _start(given) -> int:
    assignment = assignments.get(given.name)
    target = Path(f"{assignment.name}.py")
    if assignment.stub is None:
        raise ValueError(f"{assignment.name} has no stub to start from.")
    try:
        with target.open("x", encoding="utf-8") as file:  # "x": never over what is there
            file.write(assignment.stub.read_text(encoding="utf-8"))
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
    assignment = assignments.get(given.name)
    file = given.file or Path(f"{assignment.name}.py")
    if not file.is_file():
        raise ValueError(
            f"There is no {file} here. Get it with  python -m minidl.homework start {given.name}"
        )
    seed = secrets.randbelow(10**6) if given.seed is None else given.seed
    verdicts = judging.check(assignment, file, seed, quiet=given.json)
    if given.json:
        print(json.dumps(reports.gradescope(assignment.name, verdicts, seed), indent=2))
    else:
        console.say(reports.text(assignment.name, verdicts, seed))
    return 0 if sum(v.points for v in verdicts) == assignment.points else 1


def _grade(given) -> int:
    if not given.folder.is_dir():
        raise ValueError(f"{given.folder} is no folder of submissions.")
    seed = secrets.randbelow(10**6) if given.seed is None else given.seed
    found, rows = assignments.find(), []
    students = {p.name for p in given.folder.iterdir() if p.is_dir() and p.name[0] not in "._"}
    for file in sorted(given.folder.rglob("*.py")):
        # class/ada/hw01_arrays.py is Ada's; class/ada_hw01_arrays.py too
        names = [name for name in found if file.stem.endswith(name)]
        if not names:
            continue
        inside = file.relative_to(given.folder).parts
        student = (
            inside[0] if len(inside) > 1 else file.stem[: -len(names[0])].strip("_-. ") or file.stem
        )
        verdicts = judging.check(found[names[0]], file, seed, quiet=True)
        rows.append(reports.row(student, names[0], verdicts))
        console.say(f"{student:20s} {names[0]:18s} {rows[-1]['points']:g} / {rows[-1]['of']:g}")
    if not rows:
        raise ValueError(
            f"No submissions in {given.folder}: files are called like {next(iter(found))}.py."
        )
    handed_in = {(r["student"], r["assignment"]) for r in rows}
    missing = [
        (s, a)
        for s in students | {s for s, _ in handed_in}
        for a in {a for _, a in handed_in}
        if (s, a) not in handed_in
    ]
    rows += [
        {
            "student": s,
            "assignment": a,
            "points": 0.0,
            "of": found[a].points,
            "not passed": "no file",
        }
        for s, a in missing
    ]
    rows.sort(key=lambda r: (r["student"], r["assignment"]))
    table = io.StringIO()
    writer = csv.DictWriter(table, fieldnames=list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    with write_atomically(given.csv) as file:
        file.write(
            table.getvalue().encode("utf-8-sig")
        )  # with the mark by which spreadsheets know UTF-8
    console.say(f"{len(handed_in)} submissions, {len(missing)} missing, seed {seed}: {given.csv}")
    return 0


def _export(given) -> int:
    assignment = assignments.get(given.name)
    target = given.output or Path(f"{assignment.name}.zip")
    exporting.export(assignment, target)
    console.say(f"{target} is ready to be uploaded to Gradescope as an autograder.")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

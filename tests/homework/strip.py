"""Makes the stubs that students get from the marked sources in this folder.

python tests/homework/strip.py          writes minidl/homework/hwNN_name/stub.py for every source
"""

import re
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
STUBS = HERE.parents[1] / "minidl" / "homework"
BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"


def sources() -> list[Path]:
    """The marked sources, one for each assignment."""
    return sorted(HERE.glob("hw[0-9][0-9]_*.py"))


def strip(text: str, assignment: str) -> str:
    """The text with each solution replaced by `raise NotImplementedError("hw02 task 3: name")`.
    ValueError for faulty markers.

    A task is a function or class of the file, and a class may have several solutions, "hw05 task 1:
    Momentum.update". Where the file has only one, all tasks look at it, and it has no number.
    """
    lines, inside, solutions, tops, method = [], False, 0, [], ""
    several = len(re.findall(r"^(?:def|class) ", text, re.M)) > 1
    for number, line in enumerate(text.splitlines(), 1):
        found = re.match(r"( *)(?:def|class) (\w+)", line)
        if found and not inside:
            method = f".{found[2]}" if found[1] else ""
            tops += [] if found[1] else [found[2]]
        if line.strip() == BEGIN:
            if inside:
                raise ValueError(f"line {number}: a solution begins inside another")
            inside, solutions = True, solutions + 1
            task, name = f" task {len(tops)}" if several else "", "".join(tops[-1:]) + method
            lines.append(
                line.replace(BEGIN, f'raise NotImplementedError("{assignment}{task}: {name}")')
            )
        elif line.strip() == END:
            if not inside:
                raise ValueError(f"line {number}: a solution ends that never began")
            inside = False
        elif "SOLUTION" in line:
            raise ValueError(f"line {number}: a marker that is none: {line.strip()!r}")
        elif not inside:
            lines.append(line)
    if inside:
        raise ValueError("a solution never ends")
    if not solutions:
        raise ValueError("there is no solution to take out")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    for source in sources():
        target = STUBS / source.stem / "stub.py"
        target.write_text(
            strip(source.read_text(encoding="utf-8"), source.stem.split("_")[0]), encoding="utf-8"
        )
        print(target.relative_to(HERE.parents[1]), file=sys.stderr)

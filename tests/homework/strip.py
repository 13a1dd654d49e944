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
    """The text with each solution replaced by `raise NotImplementedError("hw02 task 3: name")`. ValueError for faulty markers."""
    lines, inside, task, name = [], False, 0, ""
    for number, line in enumerate(text.splitlines(), 1):
        found = re.match(r" *(?:def|class) (\w+)", line)
        if found and not inside:
            name = found[1]
        if line.strip() == BEGIN:
            if inside:
                raise ValueError(f"line {number}: a solution begins inside another")
            inside, task = True, task + 1
            lines.append(line.replace(BEGIN, f'raise NotImplementedError("{assignment} task {task}: {name}")'))
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
    if not task:
        raise ValueError("there is no solution to take out")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    for source in sources():
        target = STUBS / source.stem / "stub.py"
        target.write_text(strip(source.read_text(encoding="utf-8"), source.stem.split("_")[0]), encoding="utf-8")
        print(target.relative_to(HERE.parents[1]), file=sys.stderr)

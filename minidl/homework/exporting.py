"""A zip that Gradescope takes as an autograder: it installs minidl and runs `check --json` on each
submission.
"""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

from ..support import disk as files
from .assignments import SHIPPED, Assignment

SETUP = """#!/usr/bin/env bash
set -e
apt-get update && apt-get install -y python3 python3-pip
python3 -m pip install --break-system-packages -r /autograder/source/requirements.txt
"""
RUN = """#!/usr/bin/env bash
cd /autograder/submission
[ -d /autograder/source/hidden ] && export MINIDL_HIDDEN_TESTS=/autograder/source/hidden
file=$(find . -name "*{name}*.py" | head -n 1)
results=/autograder/results/results.json
python3 -m minidl.homework check {name} --file "${{file:-{name}.py}}" --json > $results
if [ ! -s $results ]; then
    echo '{{"score": 0, "output": "There is no {name}.py in the submission."}}' > $results
fi
"""


def export(assignment: Assignment, target: Path) -> None:
    """Write the zip for an assignment to `target`, with its hidden tests if MINIDL_HIDDEN_TESTS has
    some. OSError if it cannot be.
    """
    content = {
        "setup.sh": SETUP,
        "run_autograder": RUN.format(name=assignment.name),
        "requirements.txt": "minidl\n",
    }
    for source in dict.fromkeys(assignment.sources):
        if source.parent.parent != SHIPPED:
            for file in sorted(
                p for p in source.parent.rglob("*") if p.is_file() and "__pycache__" not in p.parts
            ):
                content[
                    f"hidden/{source.parent.name}/{file.relative_to(source.parent).as_posix()}"
                ] = file.read_text(encoding="utf-8")
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in content.items():
            entry = zipfile.ZipInfo(name)
            entry.external_attr = (
                0o755 if name in ("setup.sh", "run_autograder") else 0o644
            ) << 16  # scripts must be executable
            archive.writestr(entry, text)
    with files.write_atomically(target) as file:
        file.write(buffer.getvalue())

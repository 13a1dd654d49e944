"""Creates a zip for Gradescope's autograder. It contains minidl, and runs `check --json` on each
submission.
"""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

from ..support import disk as files
from .assignments import SHIPPED, Assignment
from .wheels import wheel

# what minidl needs comes from the package index; minidl itself only from the wheel beside this
SETUP = """#!/usr/bin/env bash
set -e
apt-get update && apt-get install -y python3 python3-pip
python3 -m pip install --break-system-packages -r /autograder/source/requirements.txt
cd /
package=$(python3 -I -c "import minidl, os; print(os.path.dirname(minidl.__file__))")
chmod -R go-rwx "$package/homework" "$package/datasets/files" /autograder/source
"""
# -I: no module is looked for in the submission
RUN = """#!/usr/bin/env bash
cd /
[ -d /autograder/source/hidden ] && export MINIDL_HIDDEN_TESTS=/autograder/source/hidden
results=/autograder/results/results.json
python3 -I -m minidl.homework check {name} --file /autograder/submission --json > $results
if [ ! -s $results ]; then
    echo '{{"score": 0, "output": "There is no readable {name}.py in the submission."}}' > $results
fi
"""


def export(assignment: Assignment, target: Path) -> None:
    """Write the zip for an assignment to `target`, with a wheel of minidl, and with the
    assignment's hidden tests if MINIDL_HIDDEN_TESTS has some. OSError if it cannot be written.
    """
    name, packed = wheel()
    content: dict[str, str | bytes] = {
        "setup.sh": SETUP,
        "run_autograder": RUN.format(name=assignment.name),
        "requirements.txt": f"/autograder/source/{name}\n",
        name: packed,
    }
    for source in dict.fromkeys(assignment.sources):
        if source.parent.parent != SHIPPED:
            for file in sorted(
                p for p in source.parent.rglob("*") if p.is_file() and "__pycache__" not in p.parts
            ):
                inside = file.relative_to(source.parent).as_posix()
                content[f"hidden/{source.parent.name}/{inside}"] = file.read_bytes()
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for entry_name, data in content.items():
            entry = zipfile.ZipInfo(entry_name)
            executable = entry_name in ("setup.sh", "run_autograder")
            entry.external_attr = (0o755 if executable else 0o644) << 16
            packed = entry_name.endswith(".whl")
            archive.writestr(entry, data, zipfile.ZIP_STORED if packed else zipfile.ZIP_DEFLATED)
    with files.write_atomically(target) as file:
        file.write(buffer.getvalue())

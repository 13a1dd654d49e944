"""The public names of Keras 3.15, from goldens/keras_names.json, and minidl's answer to each.

`python tests/keras_names.py` writes minidl/compat/KERAS_NAMES.md, the table of what is here and what
is not. tests/parity/test_keras_names.py compares the list with Keras; run as a program, it writes it.
"""

import json
from pathlib import Path

import minidl
from minidl.compat.absent import answer
from minidl.compat.absent_names import ABSENT

NAMES = Path(__file__).parent / "goldens" / "keras_names.json"
TABLE = Path(minidl.__file__).parent / "compat" / "KERAS_NAMES.md"
TOP = """# Keras's names, and which of them are here

Every public name of Keras {version} is in minidl, or answers with a sentence: what it is, and what to
do instead. This table is made by `python tests/keras_names.py` from `absent_names.py` in this folder
and from the list of Keras's names, which the parity suite compares with Keras.

| Module | Here | Not here |
|---|--:|--:|
"""


def rooms():
    """Keras's names by module: {"": [...], "layers": [...], ...}."""
    return json.loads(NAMES.read_text(encoding="utf-8"))["names"]


def found(path):
    """The thing of minidl with this path, or the error that says why there is none."""
    thing = minidl
    try:
        for part in path.split("."):
            thing = getattr(thing, part)
    except (AttributeError, ImportError) as error:
        return error
    return thing


def is_here(path) -> bool:
    return not isinstance(found(path), Exception)


def table() -> str:
    """The text of KERAS_NAMES.md."""
    version = json.loads(NAMES.read_text(encoding="utf-8"))["version"]
    lines, details = [], []
    for room, names in rooms().items():
        prefix = f"{room}." if room else ""
        here = [name for name in names if is_here(prefix + name)]
        title = f"`keras.{room}`" if room else "`keras`"
        lines.append(f"| {title} | {len(here)} | {len(names) - len(here)} |")
        if here:
            details.append(f"\n## {title}\n\nHere: {', '.join(here)}.")
        if len(here) < len(names) and not room.startswith("applications."):
            details += [] if here else [f"\n## {title}"]
            details.append("\n| Not here | What it is | What to do |\n|---|---|---|")
            details += _rows(room, [name for name in names if name not in here])
    return TOP.format(version=version) + "\n".join(lines + details) + "\n"


def _rows(room, missing):
    """A row for each group of names that have one answer."""
    for place in (room, "ops"):
        for names, what, cure in ABSENT.get(place, ()):
            wanted = [name for name in names.split() if name in missing]
            if wanted and (place == room or room.startswith("ops.")):
                missing = [name for name in missing if name not in wanted]
                yield f"| {', '.join(wanted)} | {what} | {cure} |"
    assert not missing, f"{room}: no answer for {missing}"


def answered(path) -> bool:
    """Whether the error for a name that is not here is the sentence of the table."""
    room, _, name = path.rpartition(".")
    places = (room, "ops") if room.startswith("ops.") else (room,)
    said = [answer(place, name) for place in places]
    return any(text and text in str(found(path)) for text in said)


if __name__ == "__main__":
    TABLE.write_text(table(), encoding="utf-8")

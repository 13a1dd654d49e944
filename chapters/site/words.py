"""Keep the Korean catalogues in step with the course.

    python chapters/site/words.py            add new paragraphs, drop those that are gone
    python chapters/site/words.py --check    only say what is missing or stale

Needs the extra `site`. Each catalogue chapters/site/ko/NAME.po holds the paragraphs of one text;
minidl/translation.py says what a paragraph is. After a run, fill in the empty `msgstr`.
"""

import ast
import re
import sys
from pathlib import Path

from minidl.translation import paragraphs

HERE = Path(__file__).resolve().parent
CHAPTERS = HERE.parent
ROOT = CHAPTERS.parent


def text_cells(script: str) -> list[str]:
    """Return the text cells of a chapter, in order."""
    cells = re.split(r"^# %%.*$", script, flags=re.M)
    marks = re.findall(r"^# %%.*$", script, flags=re.M)
    return [
        ast.literal_eval(cell.strip()).strip("\n")
        for mark, cell in zip(marks, cells[1:])
        if "[markdown]" in mark
    ]


def sources() -> dict[str, list[str]]:
    """Return the paragraphs of each text that is translated, by the name of its catalogue."""
    chapters = {p.stem: text_cells(p.read_text(encoding="utf-8")) for p in CHAPTERS.glob("ch*.py")}
    pages = {
        "README": ROOT / "README.md",
        "course": CHAPTERS / "README.md",
        "homework": ROOT / "minidl" / "homework" / "README.md",
        **{p.stem: p for p in (HERE / "pages").glob("*.md")},
    }
    texts = chapters | {name: [p.read_text(encoding="utf-8")] for name, p in pages.items()}
    return {
        name: list(dict.fromkeys(p for text in parts for p in paragraphs(text)))
        for name, parts in sorted(texts.items())
    }


def updated(path: Path, wanted: list[str]):
    """Return the catalogue with an entry for each wanted paragraph, in their order."""
    import polib  # the extra `site`

    old = polib.pofile(str(path), wrapwidth=100) if path.exists() else []
    known = {entry.msgid: entry.msgstr for entry in old}
    new = polib.POFile(wrapwidth=100)
    new.metadata = {"Language": "ko", "Content-Type": "text/plain; charset=UTF-8"}
    new.extend(polib.POEntry(msgid=text, msgstr=known.get(text, "")) for text in wanted)
    return new


def main(check: bool) -> int:
    """Update or check all catalogues; return how many paragraphs are untranslated or stale."""
    faults = 0
    for name, wanted in sources().items():
        path = HERE / "ko" / f"{name}.po"
        before = path.read_text(encoding="utf-8") if path.exists() else ""
        new = updated(path, wanted)
        empty = sum(not entry.msgstr for entry in new)
        stale = str(new) != before
        faults += empty + (stale if check else 0)
        if stale and not check:
            new.save(str(path))
        if empty or (stale and check):
            print(
                f"{name}: {empty} of {len(wanted)} untranslated" + (", stale" * (stale and check))
            )
    return faults


if __name__ == "__main__":
    sys.exit(1 if main("--check" in sys.argv) else 0)

"""Keep the Korean catalogues in step with the course, and with them chapters/README.ko.md.

    python chapters/site/words.py            add new paragraphs, drop those that are gone
    python chapters/site/words.py --check    only say what is missing or stale

Needs the extra `site`. Each catalogue holds the paragraphs of one text, chapters/site/ko/NAME.po
those of the course and minidl/homework/ko/NAME.po those of a stub, or of the framework that
learners write; minidl/translation.py says what a paragraph is. After a run, fill in the empty
`msgstr`, and run it again.
"""

import ast
import os.path
import re
import sys
from pathlib import Path

import polib

from minidl.support.disk import write_atomically
from minidl.translation import catalogue, paragraphs, translated

HERE = Path(__file__).resolve().parent
CHAPTERS = HERE.parent
ROOT = CHAPTERS.parent
HOMEWORK = ROOT / "minidl" / "homework"


def text_cells(script: str) -> list[str]:
    """Return the text cells of a chapter, in order."""
    cells = re.split(r"^# %%.*$", script, flags=re.M)
    marks = re.findall(r"^# %%.*$", script, flags=re.M)
    return [
        ast.literal_eval(cell.strip()).strip("\n")
        for mark, cell in zip(marks, cells[1:])
        if "[markdown]" in mark
    ]


def pages() -> dict[str, Path]:
    """Return the texts in Markdown that are translated, by the name of their catalogue."""
    return {
        "README": ROOT / "README.md",
        "course": CHAPTERS / "README.md",
        "homework": HOMEWORK / "README.md",
        **{p.stem: p for p in (HERE / "pages").glob("*.md")},
    }


def stub_words(stub: Path) -> list[str]:
    """Return the paragraphs of a homework's stub, after the title of the assignment."""
    tasks = ast.parse((stub.parent / "tasks.py").read_text(encoding="utf-8"))
    title = (ast.get_docstring(tasks) or "").splitlines()[0]
    return [title, *paragraphs(stub.read_text(encoding="utf-8"), code=True)]


def skeleton_words() -> list[str]:
    """Return the paragraphs of the files that `python -m minidl.homework build` starts."""
    skeleton = HOMEWORK / "framework" / "skeleton"
    files = [skeleton / "README.md", *sorted(skeleton.rglob("*.py"))]
    texts = [(p.read_text(encoding="utf-8"), p.suffix == ".py") for p in files]
    return [part for text, code in texts for part in paragraphs(text, code=code)]


def sources() -> dict[Path, list[str]]:
    """Return the paragraphs of each text that is translated, by the file of its catalogue."""
    course, homework = HERE / "ko", HOMEWORK / "ko"
    found: dict[Path, list[str]] = {}
    for script in sorted(CHAPTERS.glob("ch*.py")):
        cells = text_cells(script.read_text(encoding="utf-8"))
        found[course / f"{script.stem}.po"] = [p for cell in cells for p in paragraphs(cell)]
    for name, page in sorted(pages().items()):
        found[course / f"{name}.po"] = paragraphs(page.read_text(encoding="utf-8"))
    for stub in sorted(HOMEWORK.glob("hw*/stub.py")):
        found[homework / f"{stub.parent.name}.po"] = stub_words(stub)
    found[homework / "framework.po"] = skeleton_words()
    return {path: list(dict.fromkeys(texts)) for path, texts in found.items()}


def updated(path: Path, wanted: list[str]) -> polib.POFile:
    """Return the catalogue with an entry for each wanted paragraph, in their order."""
    old = polib.pofile(str(path), wrapwidth=100) if path.exists() else []
    known = {entry.msgid: entry.msgstr for entry in old}
    new = polib.POFile(wrapwidth=100)
    new.metadata = {"Language": "ko", "Content-Type": "text/plain; charset=UTF-8"}
    new.extend(polib.POEntry(msgid=text, msgstr=known.get(text, "")) for text in wanted)
    return new


def korean_readme() -> str:
    """Return README.md in Korean, with its links as they are from the folder chapters/."""
    english = (ROOT / "README.md").read_text(encoding="utf-8")
    words = catalogue(HERE / "ko" / "README.po")
    anchors = {anchor(p): anchor(words.get(p, p)) for p in paragraphs(english) if p[0] == "#"}

    def moved(link: re.Match) -> str:
        if link[1].startswith("#"):
            return f"](#{anchors[link[1][1:]]})"
        return f"]({os.path.relpath(ROOT / link[1], CHAPTERS)})".replace(os.sep, "/")

    korean = translated(english, words)
    korean = korean.replace("[한국어 안내](chapters/README.ko.md)", "[English](README.md)")
    return re.sub(r"\]\((?!https?:)([^)\s]+)\)", moved, korean)


def anchor(heading: str) -> str:
    """Return the name by which a link finds a heading, as GitHub makes it."""
    return re.sub(r"[^\w\- ]", "", heading.lstrip("# ").lower()).replace(" ", "-")


def main(check: bool) -> int:
    """Update or check all catalogues; return how many paragraphs are untranslated or stale."""
    faults = 0
    for path, wanted in sources().items():
        before = str(polib.pofile(str(path), wrapwidth=100)) if path.exists() else ""
        new = updated(path, wanted)
        empty = sum(not entry.msgstr for entry in new)
        stale = str(new) != before
        faults += empty + (stale if check else 0)
        if stale and not check:
            path.parent.mkdir(exist_ok=True)
            write(path, str(new))
        if empty or (stale and check):
            stale_too = ", stale" * (stale and check)
            print(f"{path.stem}: {empty} of {len(wanted)} untranslated{stale_too}")
    return faults + readme(check)


def readme(check: bool) -> int:
    """Write the Korean README if it changed, or check it; return 1 if it is found stale."""
    path, text = CHAPTERS / "README.ko.md", korean_readme()
    stale = path.read_text(encoding="utf-8") != text
    if stale and check:
        print(f"{path.name}: stale")
    elif stale:
        write(path, text)
    return int(stale and check)


def write(path: Path, text: str) -> None:
    """Write a file whole or not at all."""
    with write_atomically(path) as file:
        file.write(text.encode("utf-8"))


if __name__ == "__main__":
    sys.exit(1 if main("--check" in sys.argv) else 0)

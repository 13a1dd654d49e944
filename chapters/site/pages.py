"""The pages written in Markdown: translated, and with links that lead to pages of the site.

A link to a file of the repository becomes a link to its page. A file that has no page of its own
gets one: Markdown is set as text, anything else as source. Pictures are copied.
"""

from __future__ import annotations

import functools
import posixpath
import re
import shutil
from pathlib import Path

import explorations
import notebooks
import reference
import tour

from minidl.translation import catalogue, translated

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
TEXTS = {
    "README.md": "index",
    "chapters/README.md": "course",
    "minidl/homework/README.md": "homework",
}
# The menu at the top of each page; the pages in pages/ follow under their names.
MENU = {
    "course": "Course",
    "homework": "Homework",
    "tour/index": "Tour",
    "explore": "Explore",
    "api/index": "Reference",
}
HEADS = {"index": "---\nhtml_theme.sidebar_secondary.remove: true\n---\n\n"}
CATALOGUES = {"index": "README"}  # the others are named as the page
# A paragraph that only links to the other language: each page of the site has that link.
_OTHER_LANGUAGE = re.compile(r"^\[[^]\n]+\]\([^)\n]*README\.ko\.md\)\n\n", re.M)
_CODE = re.compile(r"(^```.*?^```|`[^`\n]+`)", re.M | re.S)
_TARGET = re.compile(r"\]\((?!\w+://|#|mailto:)([^)\s#]+)(#[^)\s]*)?\)")


def words(name: str, language: str) -> dict[str, str]:
    """Return the translations of one text; none for English."""
    path = HERE / language / f"{name}.po"
    return catalogue(path) if path.exists() else {}


def said(text: str, language: str) -> str:
    """Return a text of the site itself in one of its languages."""
    known = catalogue(HERE / "templates" / "ko.po") if language == "ko" else {}
    return known.get(text, text)


class Pages:
    """Writes the Markdown pages of one language into a folder that sphinx reads."""

    def __init__(self, folder: Path, language: str):
        self.folder, self.language = folder, language
        self.names = {
            **TEXTS,
            **{f"chapters/site/pages/{p.name}": p.stem for p in (HERE / "pages").glob("*.md")},
            **{f"chapters/{p.name}": f"chapters/{p.stem}" for p in notebooks.CHAPTERS},
            **{p.relative_to(ROOT).as_posix(): tour.name_of(p) for p, _ in tour.stops()},
            "minidl/core/__init__.py": "tour/index",
            **{path.replace(".", "/"): f"api/{path[7:]}" for path in reference.rooms()},
        }
        self.waiting: list[str] = []  # files that are linked and have no page yet

    def write_texts(self) -> None:
        """Write the texts, and a page for each file that they or the chapters link to."""
        for path, name in list(self.names.items()):
            if path.endswith(".md"):
                self.write(name, HEADS.get(name, "") + self.text(path, name) + self.contents(name))
        while self.waiting:
            path = self.waiting.pop()
            name = self.names[path]
            body = self.text(path, name) if path.endswith(".md") else _source(path)
            self.write(name, f"---\norphan: true\n---\n\n{body}")

    def write_explorations(self) -> None:
        """Write the page that links to those which explorations.py makes."""
        say = functools.partial(said, language=self.language)
        # the pages themselves are in both languages
        up, part = ("", "") if self.language == "en" else ("../", f"#{self.language}")
        lines = [
            f'* <a href="{up}explore/{name}.html{part}">{title}</a>'
            for name, title in explorations.titles().items()
        ]
        head = [f"# {say(explorations.TITLE)}", "", say(explorations.WORDS), ""]
        self.write("explore", "\n".join([*head, *lines]))

    def write(self, name: str, text: str) -> None:
        """Write a page in Markdown."""
        path = self.folder / f"{name}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def text(self, path: str, name: str) -> str:
        """Return a Markdown file of the repository as a page: translated, its links resolved."""
        known = words(CATALOGUES.get(name, name), self.language)
        text = (ROOT / path).read_text(encoding="utf-8")
        text = translated(_OTHER_LANGUAGE.sub("", text), known)
        return self.linked(text, posixpath.dirname(path), name)

    def contents(self, name: str) -> str:
        """Return the table of contents that belongs to the front page or the course's page."""
        if name == "index":
            short = {**MENU, **{p.stem: p.stem.capitalize() for p in (HERE / "pages").glob("*.md")}}
            lines = [f"{said(title, self.language)} <{page}>" for page, title in short.items()]
        elif name == "course":
            lines = [f"chapters/{p.stem}" for p in notebooks.CHAPTERS]
        else:
            return ""
        return "\n".join(["\n\n```{toctree}", ":hidden:", "", *lines, "```\n"])

    def linked(self, text: str, folder: str, name: str) -> str:
        """Return Markdown whose links lead to pages. folder: of the file that it comes from."""
        parts = _CODE.split(text)
        for i in range(0, len(parts), 2):
            parts[i] = _TARGET.sub(
                lambda found: f"]({self.target(found[1], folder, name)}{found[2] or ''})", parts[i]
            )
        return "".join(parts)

    def target(self, target: str, folder: str, name: str) -> str:
        """Return where a link to a file leads, seen from the page `name`."""
        path = posixpath.normpath(posixpath.join(folder, target))
        if not (ROOT / path).exists():
            raise FileNotFoundError(f"{name}: a link leads to {path}, which does not exist")
        if path.endswith((".png", ".gif", ".svg")):
            copied = self.folder / "pictures" / path
            copied.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / path, copied)
            return posixpath.relpath(f"pictures/{path}", posixpath.dirname(name))
        if path not in self.names:
            self.names[path] = f"source/{path.removesuffix('.md')}"
            self.waiting.append(path)
        return posixpath.relpath(self.names[path], posixpath.dirname(name)) + self.ending(path)

    def ending(self, path: str) -> str:
        """Return how the page of a file is written."""
        kinds = {"chapters": ".ipynb", "tour": ".rst", "api": ".rst"}
        return kinds.get(self.names[path].split("/")[0], ".md")

    def write_chapter(self, chapter: Path, run) -> None:
        """Write the page of a chapter from its notebook, and its script and notebook to download.

        run: the executed notebook, or one without outputs.
        """
        known = words(chapter.stem, self.language)
        files = self.folder / "downloads"
        files.mkdir(parents=True, exist_ok=True)
        plain = notebooks.notebook(chapter, known)
        notebooks.write(plain, files / f"{chapter.stem}.ipynb")
        script = notebooks.script(chapter, known)
        (files / f"{chapter.stem}.py").write_text(script, encoding="utf-8")
        page = notebooks.in_words(run, plain)
        first, rest = page.cells[0].source.split("\n", 1)
        page.cells[0].source = f"{first}\n\n{self.offer(chapter.stem)}\n\n{rest}"
        for cell in page.cells:
            if cell.cell_type == "markdown":
                cell.source = self.linked(cell.source, "chapters", f"chapters/{chapter.stem}")
        notebooks.write(page, self.folder / "chapters" / f"{chapter.stem}.ipynb")

    def offer(self, name: str) -> str:
        """Return the line with the two files to download."""
        files = [
            f"{{download}}`{said(kind, self.language)} <../downloads/{name}.{ending}>`"
            for kind, ending in (("Python script", "py"), ("notebook", "ipynb"))
        ]
        return f"{said('Download this chapter as a', self.language)} {files[0]} · {files[1]}"


def _source(path: str) -> str:
    """Return a page with the source of a file."""
    kind = {".py": "python", ".json": "json"}.get(posixpath.splitext(path)[1], "text")
    text = (ROOT / path).read_text(encoding="utf-8")
    return f"# {path}\n\n````{{code-block}} {kind}\n{text}\n````\n"

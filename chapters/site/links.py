"""Look for links of built pages that lead nowhere, and for anything fetched from the network."""

from __future__ import annotations

import functools
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

FETCHED = {("link", "href"), *((tag, "src") for tag in ("script", "img", "source", "iframe"))}


class Page(HTMLParser):
    """The anchors of a page, and all that it refers to: (tag, attribute, target)."""

    def __init__(self):
        super().__init__()
        self.anchors: set[str] = set()
        self.targets: list[tuple[str, str, str]] = []

    def handle_starttag(self, tag, attrs):
        for name, value in attrs:
            if name == "id" or (tag == "a" and name == "name"):
                self.anchors.add(value or "")
            elif name in ("href", "src"):
                self.targets.append((tag, name, value or ""))


@functools.cache
def read(path: Path) -> Page:
    """Return a page that has been read."""
    page = Page()
    page.feed(path.read_text(encoding="utf-8"))
    return page


def faults(folder: Path) -> list[str]:
    """Return a line for each link in the pages of a folder that leads nowhere."""
    read.cache_clear()
    return [
        f"{path.relative_to(folder)}: {said}"
        for path in sorted(folder.rglob("*.html"))
        if "_static" not in path.parts  # a theme's templates
        for tag, name, target in read(path).targets
        if (said := _fault(path, tag, name, target))
    ]


def _fault(path: Path, tag: str, name: str, target: str) -> str:
    """Return what is wrong with a link; nothing if it leads somewhere."""
    parts = urlsplit(target)
    if parts.scheme or parts.netloc:
        fetched = (tag, name) in FETCHED and parts.scheme != "data"
        return f"{target} would be fetched from the network" if fetched else ""
    file = path.parent / unquote(parts.path) if parts.path else path
    file = file / "index.html" if file.is_dir() else file
    if not file.exists():
        return f"{target} does not exist"
    if parts.fragment and file.suffix == ".html":
        found = unquote(parts.fragment) in read(file.resolve()).anchors
        return "" if found else f"{target} is no place on that page"
    return ""

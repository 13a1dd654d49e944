"""Chapters as notebooks: made from the scripts, run once, and translated with their outputs.

A chapter is run in an empty folder, as a reader would. The notebook with its outputs is stored, and
it is used again until the chapter or the library changes. The English and the Korean page of a
chapter, and the tests, all use this one run.
"""

from __future__ import annotations

import base64
import copy
import functools
import hashlib
import json
import os
import re
import sys
import tempfile
import time
from pathlib import Path

import jupytext
import matplotlib
import nbformat
import numpy as np
from nbclient import NotebookClient

from minidl.support.disk import write_atomically
from minidl.translation import translated

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
CHAPTERS = sorted((ROOT / "chapters").glob("ch[0-9][0-9]_*.py"))
_TEXT_CELL = re.compile(r'^(# %% \[markdown\]\nr?""")(.*?)(""")$', re.M | re.S)
KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}


def notebook(chapter: Path, words: dict[str, str] | None = None):
    """Return a chapter as a notebook without outputs, its text translated with `words`."""
    made = jupytext.reads(chapter.read_text(encoding="utf-8"), fmt="py:percent")
    made.metadata = nbformat.from_dict({"kernelspec": KERNEL})
    for i, cell in enumerate(made.cells):
        cell.id = f"cell-{i}"
        if cell.cell_type == "markdown":
            cell.metadata = nbformat.from_dict({})
            cell.source = ("# " if i == 0 else "") + _in_words(cell.source, words or {})
    return made


def _in_words(text: str, words: dict[str, str]) -> str:
    """Return a text cell translated. Where the exercises begin, it has a heading, which is a plain
    line in the script.
    """
    found = re.search(r"^Exercises \(.*\)$", text, re.M)
    text = translated(text, words)
    if found:
        line = words.get(found[0], found[0])
        text = text.replace(line, f"## {line}", 1)
    return text


def executed(chapter: Path, cache: Path, say=print):
    """Return the notebook of a chapter with its outputs. It is run if `cache` does not have it.

    Its metadata say which figures the chapter wrote (`figures`) and how long it ran (`seconds`).
    Raises nbclient's CellExecutionError if a cell fails.
    """
    path, state = cache / f"{chapter.stem}.ipynb", state_of(chapter.read_bytes())
    if path.exists():
        found = nbformat.read(path, as_version=4)
        if found.metadata.get("state") == state:
            return found
    begin = time.perf_counter()
    made = notebook(chapter)
    with tempfile.TemporaryDirectory() as folder:
        _run(made, folder)
        figures = sorted(p.name for p in Path(folder, "figures").iterdir())
    seconds = round(time.perf_counter() - begin, 1)
    made.metadata.update(state=state, figures=figures, seconds=seconds)
    say(f"{chapter.stem} ran in {seconds} s")
    write(made, path)
    return made


def _run(made, folder: str) -> None:
    """Run all cells in `folder`. Figures are drawn with twice the dots, for sharp screens."""
    paths = [str(ROOT), os.environ.get("PYTHONPATH", "")]
    environment = {k: v for k, v in os.environ.items() if k != "MPLBACKEND"}
    environment["PYTHONPATH"] = os.pathsep.join(filter(None, paths))
    NotebookClient(
        made,
        timeout=1800,
        resources={"metadata": {"path": folder}},
        extra_arguments=[
            "--InlineBackend.figure_formats={'retina'}",
            "--InteractiveShell.ast_node_interactivity=none",  # nothing but what is printed
            "--log-level=ERROR",
        ],
        coalesce_streams=True,
    ).execute(env=environment)


@functools.cache
def _library() -> bytes:
    """Return a digest of the library's files, and of what it runs on."""
    digest = hashlib.sha256(f"{sys.version} {np.__version__} {matplotlib.__version__}".encode())
    for path in sorted((ROOT / "minidl").rglob("*.*")):
        if path.suffix in (".py", ".html"):
            digest.update(path.read_bytes())
    return digest.digest()


def state_of(source: bytes) -> str:
    """Return a digest of all that the outputs of a program come from."""
    return hashlib.sha256(_library() + source).hexdigest()


def in_words(run, plain):
    """Return an executed notebook with the text of another one; its code and outputs stay."""
    made = copy.deepcopy(run)
    made.metadata = plain.metadata
    for cell, other in zip(made.cells, plain.cells):
        cell.source = other.source
    return made


def script(chapter: Path, words: dict[str, str]) -> str:
    """Return the source of a chapter, its text translated with `words`."""
    return _TEXT_CELL.sub(
        lambda found: found[1] + translated(found[2], words) + found[3],
        chapter.read_text(encoding="utf-8"),
    )


def write(made, path: Path) -> None:
    """Write a notebook, creating its folder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with write_atomically(path) as file:
        file.write(nbformat.writes(made).encode())


def pictures(made) -> list[tuple[bytes, dict]]:
    """Return the pictures among the outputs of a notebook, in order: (bytes, what is said of it).

    What is said: `alt`, the picture in words, and `file`, the name under which it was written.
    """
    outputs = [out for cell in made.cells for out in cell.get("outputs", []) if "data" in out]
    return [
        (base64.b64decode(data), out.metadata.get(kind, {}))
        for out in outputs
        for kind, data in out.data.items()
        if kind.startswith("image/")
    ]


def write_words(runs, path: Path) -> None:
    """Write the words for each picture of the notebooks, by the name that sphinx gives it."""
    words = {
        hashlib.sha256(data).hexdigest(): said.get("alt", "")
        for made in runs
        for data, said in pictures(made)
    }
    path.write_text(json.dumps(words), encoding="utf-8")

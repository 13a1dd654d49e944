"""Build the site of the course, offline, in English and Korean.

    python chapters/site/build.py                      into chapters/site/_build
    python chapters/site/build.py --output FOLDER      into another folder
    python chapters/site/build.py --only ch05 ch06     run only these; the others have no outputs
    python chapters/site/build.py --executed FOLDER    where notebooks that were run are kept

Needs the extra `site`. Each chapter is run once, and again only when it or the library
has changed.
"""

from __future__ import annotations

import argparse
import functools
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import explorations
import links
import notebooks
import pages
import reference
import tour

HERE = Path(__file__).resolve().parent
LANGUAGES = ("en", "ko")


def build(output: Path, cache: Path, only=()) -> None:
    """Write the whole site into `output`. Raises SystemExit with what is wrong, if anything is."""
    runs = {chapter: run_of(chapter, cache, only) for chapter in notebooks.CHAPTERS}
    with tempfile.TemporaryDirectory() as folder:
        places = {language: Path(folder, language) for language in LANGUAGES}
        started = [
            start_sphinx(write_sources(place / "source", language, runs), language)
            for language, place in places.items()
        ]
        moving = explorations.made(cache)
        if any([process.wait() for process in started]):
            raise SystemExit("sphinx found faults, shown above")
        site = places["en"] / "html"
        shutil.move(places["ko"] / "html", site / "ko")
        shutil.copytree(moving, site / "explore", ignore=shutil.ignore_patterns("state"))
        faults = links.faults(site)
        if faults:
            raise SystemExit("\n".join(["links that lead nowhere:", *faults]))
        replace(output, site)


def replace(output: Path, site: Path) -> None:
    """Put a new site in the place of the last one. Another folder that is not empty is refused."""
    if (output / "objects.inv").exists():
        shutil.rmtree(output)
    elif output.exists() and any(output.iterdir()):
        raise SystemExit(f"--output {output} holds something else; give a new folder")
    shutil.copytree(site, output, dirs_exist_ok=True)


def run_of(chapter: Path, cache: Path, only):
    """Return the notebook of a chapter: with outputs, unless others alone are asked for."""
    if only and not chapter.stem.startswith(tuple(only)):
        return notebooks.notebook(chapter)
    return notebooks.executed(chapter, cache)


def write_sources(folder: Path, language: str, runs) -> Path:
    """Write all that sphinx reads for one language into a folder, and return it."""
    written = pages.Pages(folder, language)
    for chapter, run in runs.items():
        written.write_chapter(chapter, run)
    notebooks.write_words(runs.values(), folder / "words.json")
    written.write_texts()
    written.write_explorations()
    say = functools.partial(pages.said, language=language)
    reference.write(folder / "api", say)
    tour.write(folder, say)
    return folder


def start_sphinx(source: Path, language: str) -> subprocess.Popen:
    """Start sphinx for one language, from `source` into html beside it; a warning is an error."""
    command = [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", "-c", str(HERE)]
    command += ["-D", f"language={language}", "-d", str(source.with_name("doctrees"))]
    return subprocess.Popen([*command, str(source), str(source.with_name("html"))])


def main() -> None:
    """Read the command line, and build."""
    parser = argparse.ArgumentParser(description="Build the site of the course, offline.")
    parser.add_argument("--output", type=Path, default=HERE / "_build")
    parser.add_argument("--executed", type=Path, default=HERE / "_executed")
    parser.add_argument("--only", nargs="*", default=[], metavar="CHAPTER")
    asked = parser.parse_args()
    build(asked.output.resolve(), asked.executed.resolve(), asked.only)
    print(f"open {asked.output / 'index.html'}")


if __name__ == "__main__":
    main()

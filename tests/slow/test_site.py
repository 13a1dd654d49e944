"""The site: each chapter runs as a notebook and shows each of its figures once, and the pages of
both languages are built from these runs without a warning or a broken link.
"""

import ast
import json
import subprocess
import sys
from html.parser import HTMLParser

import chapter_figures
import extension
import nbformat
import notebooks
import pages
import pytest
import reference
from places import ROOT

SITE = ROOT / "chapters" / "site"
# Where build.py keeps them: a chapter runs once for the pages and for these tests.
EXECUTED = SITE / "_executed"
CHAPTERS = [pytest.param(chapter, id=chapter.stem) for chapter in notebooks.CHAPTERS]
LANGUAGES = {"en": "", "ko": "ko/"}


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_a_chapter_runs_as_a_notebook_and_shows_each_figure_once(chapter):
    run = notebooks.executed(chapter, EXECUTED)
    shown = [said["file"] for _, said in notebooks.pictures(run)]
    assert sorted(shown) == run.metadata.figures
    assert set(shown) == chapter_figures.files(chapter.stem[:4])
    assert all(said["alt"].strip() for _, said in notebooks.pictures(run))
    outputs = [out for cell in run.cells for out in cell.get("outputs", [])]
    assert {out.get("name", out.output_type) for out in outputs} <= {"stdout", "display_data"}
    assert all(line.isprintable() for out in outputs for line in out.get("text", "").splitlines())


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_a_chapter_as_a_notebook_begins_with_its_title(chapter):
    made = notebooks.notebook(chapter)
    nbformat.validate(made)
    assert made.cells[0].source.startswith(f"# Chapter {int(chapter.stem[2:4])}: ")
    english = headings(made)
    assert sum("Exercises (homework: hw" in line for line in english) == 1
    korean = headings(notebooks.notebook(chapter, pages.words(chapter.stem, "ko")))
    assert [line.count("#") for line in korean] == [line.count("#") for line in english]
    assert not set(korean) & set(english)


def headings(made):
    """The headings in the text cells of a notebook."""
    texts = [cell.source for cell in made.cells if cell.cell_type == "markdown"]
    return [line for text in texts for line in text.splitlines() if line.startswith("#")]


def test_a_run_is_used_again_until_the_chapter_changes(tmp_path):
    chapter = tmp_path / "ch00_test.py"
    cell = '# %% [markdown]\n"""Chapter 0: it runs."""\n\n# %%\n'
    code = "import pathlib\npathlib.Path('figures').mkdir()\nprint(1 + 1)\n"
    said = []
    for source in (code, code, code + "print(3)\n"):
        chapter.write_text(cell + source, encoding="utf-8")
        run = notebooks.executed(chapter, tmp_path, say=said.append)
    assert len(said) == 2
    assert run.cells[1].outputs[0].text == "2\n3\n"


def test_a_chapter_that_fails_is_an_error_and_is_not_kept(tmp_path):
    chapter = tmp_path / "ch00_test.py"
    chapter.write_text('# %% [markdown]\n"""Chapter 0."""\n\n# %%\n1 / 0\n', encoding="utf-8")
    with pytest.raises(Exception, match="ZeroDivisionError"):
        notebooks.executed(chapter, tmp_path)
    assert [p.name for p in tmp_path.iterdir()] == ["ch00_test.py"]


class Reader(HTMLParser):
    """What the tests look at in a page."""

    def __init__(self, text):
        super().__init__()
        self.images, self.ids, self.links, self.words = [], set(), [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        found = dict(attrs)
        self.ids.add(found.get("id"))
        if tag == "img":
            self.images.append(found)
        if tag == "a":
            self.links.append(found)

    def handle_data(self, data):
        self.words.append(data)


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """The whole site: build.py itself fails at any warning and any broken link."""
    output = tmp_path_factory.mktemp("built") / "site"
    command = [sys.executable, str(SITE / "build.py"), "--executed", str(EXECUTED)]
    subprocess.run([*command, "--output", str(output)], check=True, cwd=ROOT)
    return output


def page(built, name):
    return Reader((built / name).read_text(encoding="utf-8"))


@pytest.mark.parametrize("chapter", CHAPTERS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_of_a_chapter(built, chapter, language):
    found = page(built, f"{LANGUAGES[language]}chapters/{chapter.stem}.html")
    figures = [image for image in found.images if "_images/" in image["src"]]
    assert len(figures) == len(chapter_figures.files(chapter.stem[:4]))
    assert all(image["alt"].strip() for image in figures)
    text = "".join(found.words)
    assert ("장: " if language == "ko" else "Chapter ") in text
    assert "✓ " in text and "$" not in text.split("import ")[0]
    ends = {link["href"].rpartition(".")[2] for link in found.links if "download" in link}
    assert ends == {"py", "ipynb"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_downloads_are_the_chapters_in_each_language(built, language):
    files = {p.name: p for p in (built / LANGUAGES[language] / "_downloads").rglob("ch*")}
    for chapter in notebooks.CHAPTERS:
        script = files[chapter.name].read_text(encoding="utf-8")
        original = chapter.read_text(encoding="utf-8")
        assert code_of(script) == code_of(original)
        assert (script == original) == (language == "en")
        made = json.loads(files[f"{chapter.stem}.ipynb"].read_text(encoding="utf-8"))
        assert [c for c in made["cells"] if c.get("outputs")] == []


def code_of(script):
    """The statements of a chapter but for its text cells."""
    body = ast.parse(script).body
    texts = [n for n in body if isinstance(n, ast.Expr) and isinstance(n.value, ast.Constant)]
    return [ast.dump(node) for node in body if node not in texts]


def test_every_page_leads_to_itself_in_the_other_language(built):
    pages = {p.relative_to(built) for p in built.rglob("*.html")}
    english = [p for p in pages if p.parts[0] not in ("ko", "explore") and "_static" not in p.parts]
    assert len(english) > 80
    for path in english:
        for here, other in ((path, "ko" / path), ("ko" / path, path)):
            links = page(built, here).links
            (target,) = {a["href"] for a in links if "language" in (a.get("class") or "").split()}
            assert (built / here).parent.joinpath(target).resolve() == built / other


def test_every_public_name_has_a_place_in_the_reference(built):
    places = {
        key for p in (built / "api").glob("*.html") for key in page(built, f"api/{p.name}").ids
    }
    names = [f"{m}.{n}" for m, room in reference.rooms().items() for n in reference.names(room)]
    rooms = {f"minidl.{name}" for name in reference.SAME} | set(reference.rooms())
    missing = [n for n in names if n not in places and f"module-{n}" not in places | rooms]
    assert [name for name in missing if name not in rooms] == []


def test_the_korean_search_finds_words_with_particles(built):
    index = (built / "ko" / "searchindex.js").read_text(encoding="utf-8")
    assert extension.Korean({}).split("텐서를 32 dtype") == ["텐서", "텐서를", "32", "dtype"]
    found = json.loads(index[index.index("{") : index.rindex("}") + 1])
    pages_with = {
        word: {page for kind in ("terms", "titleterms") for page in listed(found[kind], word)}
        for word in ("텐서", "텐서를")
    }
    assert pages_with["텐서"] >= pages_with["텐서를"] != set()


def listed(terms, word):
    """The pages of a word in sphinx's index, where a single one stands without a list."""
    pages = terms.get(word, [])
    return pages if isinstance(pages, list) else [pages]


def test_formulas_are_mathml_with_room_around_names():
    sine = extension.mathml(r"x \sin x", "inline")
    assert sine.count("<mspace") == 2 and "<mi>sin</mi>" in sine
    assert "<mspace" not in extension.mathml(r"\sin(x)", "inline")
    assert 'display="block"' in extension.mathml(r"\frac{1}{2}", "block")


def test_headings_have_the_same_name_in_links_in_both_languages():
    assert extension.slug("Read `it`!") == "read-it"
    korean = extension._english()
    assert korean and all(extension.slug(k) == extension.slug(e) for k, e in korean.items())


def test_another_folder_is_not_overwritten(tmp_path):
    (tmp_path / "thesis.txt").write_text("mine", encoding="utf-8")
    code = f"import build, pathlib; build.replace(pathlib.Path({str(tmp_path)!r}), pathlib.Path())"
    done = subprocess.run([sys.executable, "-c", code], cwd=SITE, capture_output=True, text=True)
    assert done.returncode == 1 and "holds something else" in done.stderr
    assert (tmp_path / "thesis.txt").exists()

"""The tour shows the core's files in their order, and all of their source."""

import ast
import re

import pytest
import tour

STOPS = [path for path, _ in tour.stops()]


def test_the_order_is_that_of_the_core():
    names = [path.relative_to(tour.CORE).as_posix() for path, words in tour.stops() if words]
    assert names[:4] == ["derivatives/arithmetic.py", "operators.py", "tensor.py", "backward.py"]
    assert names[-1] == "training.py"


def test_every_file_of_the_core_is_a_stop_once():
    files = {path for path in tour.CORE.rglob("*.py") if path.name != "__init__.py"}
    assert set(STOPS) == files and len(STOPS) == len(files)


@pytest.mark.parametrize("path", STOPS, ids=tour.name_of)
def test_the_parts_are_the_whole_file(path):
    """Every line of code and every comment, in order; every docstring beside its part."""
    parts = tour.sections(path)
    source = path.read_text(encoding="utf-8")
    module = ast.parse(source)
    holders = [n for n in ast.walk(module) if isinstance(n, (ast.FunctionDef, ast.ClassDef))]
    nested = [n for f in holders for n in ast.walk(f) if isinstance(n, ast.FunctionDef) and n != f]
    tops = [
        n
        for n in holders
        if n not in nested or any(n in c.body for c in holders if isinstance(c, ast.ClassDef))
    ]
    docs = [node for node in [module, *tops] if ast.get_docstring(node)]
    hidden = {n for d in docs for n in range(d.body[0].lineno, d.body[0].end_lineno + 1)}
    lines = [line for n, line in enumerate(source.splitlines(), 1) if n not in hidden]
    shown = "\n".join(part.code for part in parts)
    assert [line for line in shown.splitlines() if line.strip()] == [
        line for line in lines if line.strip()
    ]
    words = [ast.get_docstring(node) for node in docs if node is not module]
    assert sorted(part.words for part in parts if part.words) == sorted(words)


def test_a_page_has_words_beside_code():
    page = tour.page(tour.CORE / "backward.py")
    assert re.search(r"container:: words\n\n +\\ The graph cannot give", page)
    assert page.count(".. container:: part") == len(tour.sections(tour.CORE / "backward.py"))


def test_the_pages_are_written_with_a_list_of_them(tmp_path):
    tour.write(tmp_path)
    index = (tmp_path / "tour" / "index.rst").read_text(encoding="utf-8")
    for path in STOPS:
        assert (tmp_path / f"{tour.name_of(path)}.rst").exists()
        assert f"</{tour.name_of(path)}>" in index

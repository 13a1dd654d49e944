"""Links that lead nowhere, and what would be fetched from the network, are found in built pages."""

import links
import pytest

HEAD = "<!DOCTYPE html><html><body>"


@pytest.fixture
def site(tmp_path):
    (tmp_path / "ko").mkdir()
    (tmp_path / "_static").mkdir()
    (tmp_path / "_static" / "template.html").write_text('<a href="{{ x }}">', encoding="utf-8")
    (tmp_path / "picture one.png").write_bytes(b"")
    (tmp_path / "ko" / "index.html").write_text(f'{HEAD}<p id="가">', encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    "good",
    [
        '<a href="ko/index.html">',
        '<a href="ko/">',
        '<a href="ko/index.html#%EA%B0%80">',
        '<a href="ko/index.html?q=1">',
        '<a href="#here"><p id="here">',
        '<a href="#">',
        '<img src="picture%20one.png">',
        '<img src="data:image/png;base64,AAAA">',
        '<a href="https://example.com/paper">',
        '<a href="mailto:somebody@example.com">',
    ],
)
def test_good_links(site, good):
    (site / "index.html").write_text(HEAD + good, encoding="utf-8")
    assert links.faults(site) == []


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        ('<a href="gone.html">', "gone.html does not exist"),
        ('<img src="gone.png">', "gone.png does not exist"),
        ('<a href="ko/index.html#gone">', "ko/index.html#gone is no place on that page"),
        ('<a href="#gone">', "#gone is no place on that page"),
        ('<script src="https://cdn.example.com/a.js">', "would be fetched from the network"),
        ('<link href="//cdn.example.com/a.css">', "would be fetched from the network"),
    ],
)
def test_bad_links(site, bad, said):
    (site / "index.html").write_text(HEAD + bad, encoding="utf-8")
    (fault,) = links.faults(site)
    assert fault.startswith("index.html: ") and said in fault

"""Letters that a font does not have."""

import os

import matplotlib.pyplot as plt
import pytest
from matplotlib import font_manager

from minidl import plots


@pytest.fixture
def installed(monkeypatch):
    """Functions to say which fonts matplotlib knows, and which files of fonts the system has."""
    plots.fonts.font_with.cache_clear()
    manager = font_manager.fontManager

    def say(known, system):
        monkeypatch.setattr(manager, "ttflist", [*known])
        monkeypatch.setattr(font_manager, "findSystemFonts", lambda: [*system])

    yield say
    plots.fonts.font_with.cache_clear()


# --- letters


def test_letters_that_no_font_has(tmp_path, monkeypatch):
    monkeypatch.setattr(plots.fonts, "font_with", lambda letters: None)
    figure = plt.figure()
    said = "No font on this computer has the letters '제목하나둘' of the text '제목 1: 하나둘셋'"
    with pytest.warns(UserWarning, match=said) as told:
        plots.finish(figure, tmp_path / "a.png", title="제목 1: 하나둘셋")
    assert len(told) == 1 and os.path.exists(tmp_path / "a.png")


def test_letters_that_another_font_has(tmp_path, monkeypatch):
    monkeypatch.setattr(plots.fonts, "font_with", lambda letters: "DejaVu Serif")
    figure = plt.figure()
    plots.finish(figure, tmp_path / "a.png", title="제목")
    assert figure.texts[0].get_fontfamily()[-1] == "DejaVu Serif"
    shown = plt.figure()
    plots.finish(shown, title="제목")
    assert shown.texts[0].get_fontfamily()[-1] == "DejaVu Serif", "without a file, too"
    plain = plt.figure()
    plots.finish(plain, tmp_path / "b.png", title="∂L/∂w, 2·π, Ωμ")
    assert "DejaVu Serif" not in plain.texts[0].get_fontfamily()


def test_a_plain_font_goes_before_others_with_the_same_letters(installed, monkeypatch):
    names = ("NanumMyeongjo", "Last Resort", "Noto Sans KR", "NanumGothic", "Batang")
    installed([font_manager.FontEntry(fname=f"{name}.ttf", name=name) for name in names], [])
    monkeypatch.setattr(plots.fonts, "_has", lambda path, letter: path != "Noto Sans KR.ttf")
    assert plots.fonts.font_with("손실") == "NanumGothic"
    monkeypatch.setattr(plots.fonts, "_has", lambda path, letter: path == "Batang.ttf")
    assert plots.fonts.font_with("정확도") == "Batang"


def test_a_font_is_found_that_was_installed_after_matplotlib_made_its_list(installed, tmp_path):
    damaged = tmp_path / "damaged.ttf"
    damaged.write_bytes(b"no font")
    serif = font_manager.findfont("DejaVu Serif")
    installed([], [str(damaged), serif])
    assert plots.fonts.font_with("∂") == "DejaVu Serif"
    installed([], [str(damaged)])
    assert plots.fonts.font_with("∇") is None
    plots.fonts.font_with.cache_clear()
    installed([font_manager.FontEntry(fname=str(damaged), name="Damaged")], [])
    assert plots.fonts.font_with("∇") is None, "it is known, and cannot be read"

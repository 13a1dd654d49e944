"""Letters that a font does not have."""

import os

import matplotlib.pyplot as plt
import pytest

from minidl import plots

# --- letters


def test_letters_that_no_font_has(tmp_path, monkeypatch):
    monkeypatch.setattr(plots.fonts, "font_with", lambda letters: None)
    figure = plt.figure()
    with pytest.warns(UserWarning, match="No font on this computer has the letters '제목'") as told:
        plots.finish(figure, tmp_path / "a.png", title="제목 1")
    assert len(told) == 1 and os.path.exists(tmp_path / "a.png")


def test_letters_that_another_font_has(tmp_path, monkeypatch):
    monkeypatch.setattr(plots.fonts, "font_with", lambda letters: "DejaVu Serif")
    figure = plt.figure()
    plots.finish(figure, tmp_path / "a.png", title="제목")
    assert figure.texts[0].get_fontfamily()[-1] == "DejaVu Serif"
    plain = plt.figure()
    plots.finish(plain, tmp_path / "b.png", title="∂L/∂w, 2·π, Ωμ")
    assert "DejaVu Serif" not in plain.texts[0].get_fontfamily()

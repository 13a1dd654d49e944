"""The page in which optimizers are chosen by mouse: its numbers are real runs, and it is whole."""

import base64
import json
import os
import re
import sys
from html.parser import HTMLParser

import numpy as np
import pytest

from minidl import optimizers, plots, surfaces
from minidl.optimizers import SGD, Adam, Optimizer


class SignMomentum(Optimizer):
    """A learner's own."""

    def slots(self):
        return ("v",)

    def update(self, w, g, lr, v):
        v *= 0.9
        v += g
        w -= lr * np.sign(v)


FEW = {"learning_rates": (0.1, 0.5), "momenta": (0.0, 0.9), "steps": 6}


def page_of(surface, given, tmp_path, **settings):
    file = plots.explore(surface, given, tmp_path / "page.html", **{**FEW, **settings})
    return file.read_text(encoding="utf-8")


def data_of(page):
    (text,) = re.findall(r'<script type="application/json" id="data">(.*?)</script>', page, re.S)
    return json.loads(text)


def numbers(text, columns):
    return np.frombuffer(base64.b64decode(text), "<f4").reshape(-1, columns)


@pytest.mark.parametrize(
    "make, memory",
    [
        (lambda rate, m: SGD(rate, momentum=m, nesterov=True), "momentum"),
        (lambda rate, m: Adam(rate, beta_1=m), "β₁"),
        (lambda rate, m: optimizers.RMSprop(rate, momentum=m), "momentum"),
        (lambda rate, m: optimizers.Adagrad(rate), ""),
        (lambda rate, m: SignMomentum(rate), ""),
    ],
)
def test_the_numbers_of_the_page_are_those_of_a_real_run(make, memory, tmp_path):
    """A run for each start, learning rate and momentum."""
    data = data_of(page_of(surfaces.bowl, make(0.3, 0.5), tmp_path))
    (choices,), (ground,) = data["optimizers"], data["surfaces"]
    assert choices["rates"] == [0.1, 0.3, 0.5] and choices["rate"] == 1
    assert choices["memory"] == memory
    assert choices["momenta"] == ([0.0, 0.5, 0.9] if memory else [])
    assert choices["momentum"] == (1 if memory else 0)
    assert ground["starts"][0] == [-7, 4] and len(ground["starts"]) == 4
    for k, start in enumerate(ground["starts"]):
        for i, rate in enumerate(choices["rates"]):
            for j, momentum in enumerate(choices["momenta"] or [0.0]):
                optimizer = make(rate, momentum)
                run = surfaces.descend(surfaces.bowl, optimizer, steps=6, start=start)
                held = numbers(data["runs"][0][k][0][i][j], 5)
                np.testing.assert_allclose(held[:, :2], run.points, rtol=1e-6, atol=1e-6)
                np.testing.assert_allclose(held[:, 2], run.values, rtol=1e-6)
                np.testing.assert_allclose(held[1:, 3:], run.effective_rates, rtol=1e-6)
                assert np.isnan(held[0, 3:]).all(), "no step led to the first point"


def test_a_curve_and_a_map(tmp_path):
    both = [surfaces.two_valleys, surfaces.rosenbrock]
    curve, ground = data_of(page_of(both, "sgd", tmp_path))["surfaces"]
    z = np.frombuffer(base64.b64decode(curve["z"]), "<f4")
    np.testing.assert_allclose(z, surfaces.two_valleys(np.array(curve["x"])), rtol=1e-4, atol=1e-5)
    assert "y" not in curve and curve["minimum"] == [3] and curve["above"] == "f + 2.62"
    lines = numbers(ground["z"], len(ground["x"]))
    assert lines.shape == (len(ground["y"]), len(ground["x"]))
    assert lines.min() == 0 and lines.max() == ground["lines"]
    x, y = np.meshgrid(ground["x"], ground["y"])
    heights = surfaces.rosenbrock(x, y).ravel()
    order = np.argsort(heights)
    assert (np.diff(lines.ravel()[order]) >= -1e-6).all(), "the higher, the higher the line"


def test_what_a_page_holds_when_nothing_else_is_said(tmp_path):
    page = plots.explore(surfaces.bowl, "sgd", tmp_path / "page.html")
    data = data_of(page.read_text(encoding="utf-8"))
    (ground,), (choices,) = data["surfaces"], data["optimizers"]
    assert data["title"] == ""
    # (0.5, 0.9), (0.85, 0.3), (0.3, 0.15) of -8.5..8.5 and -5..5, in two digits
    expected = [[-7, 4], [0, 4], [5.95, -2], [-3.4, -3.5]]
    np.testing.assert_allclose(ground["starts"], expected, atol=0.051)
    assert (ground["within"], ground["names"]) == ([[-8.5, 8.5], [-5, 5]], ["x", "y", "f"])
    assert (len(ground["x"]), len(ground["y"]), ground["lines"]) == (90, 90, 14)
    assert ground["x"][::89] == [-8.5, 8.5] and ground["y"][::89] == [-5, 5]
    # nine colours from GnBu's, of which 0.4 is left and the rest is white
    assert ground["colours"][::4] == ["#fcfef9", "#caeae7", "#9cb3cd"]
    assert len(ground["colours"]) == 9
    rates = [base * ten for ten in (0.001, 0.01, 0.1, 1.0) for base in (1, 2, 5)]
    np.testing.assert_allclose(choices["rates"], rates)
    assert choices["momenta"] == [0.0, 0.5, 0.9, 0.99] and data["steps"] == 60
    assert (choices["rate"], choices["momentum"], choices["symbol"]) == (3, 0, "circle")
    assert len(numbers(data["runs"][0][0][0][0][0], 5)) == 61
    several = plots.explore(surfaces.two_valleys, ["adam"] * 2, tmp_path / "b.html", **FEW)
    data = data_of(several.read_text(encoding="utf-8"))
    (curve,), kinds = data["surfaces"], data["optimizers"]
    assert len(curve["x"]) == 300 and curve["x"][::299] == [-4.6, 5.0]
    assert [kind["label"] for kind in kinds] == ["Adam", "Adam 2"]
    assert {kind["dash"] for kind in kinds} == {"solid"}


def test_heights_are_above_the_lowest_minimum(tmp_path):
    data = data_of(page_of(surfaces.two_valleys, SGD(0.1), tmp_path, starts=[(1.0,), (3.0,)]))
    assert data["surfaces"][0]["floor"] == pytest.approx(-2.625)
    run = surfaces.descend(surfaces.two_valleys, SGD(0.1), steps=6, start=1.0)
    held = numbers(data["runs"][0][0][0][0][0], 3)
    np.testing.assert_allclose(held[:, 1], run.values + 2.625, rtol=1e-6, atol=1e-6)
    bottom = numbers(data["runs"][0][1][0][0][0], 3)
    np.testing.assert_allclose(bottom[:, 1], 0, atol=1e-7)


def test_a_run_that_diverges_ends_there(tmp_path):
    data = data_of(page_of(surfaces.bowl, SGD(9.0), tmp_path, learning_rates=(), steps=50))
    run = surfaces.descend(surfaces.bowl, SGD(9.0), steps=50)
    held = numbers(data["runs"][0][0][0][0][0], 5)
    assert run.diverged and len(held) == len(run.points) < 51


def test_own_classes_stand_beside_ours_each_in_a_colour_of_its_own(tmp_path):
    given = [SGD(0.95), SignMomentum(0.2), "adam", optimizers.Adagrad, SGD(0.1, momentum=0.9)]
    page = page_of(surfaces.bowl, given, tmp_path)
    shown = data_of(page)["optimizers"]
    assert [o["label"] for o in shown] == ["SGD", "SignMomentum", "Adam", "Adagrad", "SGD 2"]
    assert len({o["colour"] for o in shown}) == 5
    adam = plots.base.styles(["Adam"])[0][0]
    assert shown[2]["colour"] == adam
    named = data_of(page_of(surfaces.bowl, {"mine": SignMomentum(0.2)}, tmp_path))["optimizers"]
    assert [o["label"] for o in named] == ["mine"]


def test_a_schedule_leaves_no_choice_of_rates(tmp_path):
    falling = SGD(optimizers.schedules.ExponentialDecay(0.5, 3, 0.5))
    data = data_of(page_of(surfaces.bowl, falling, tmp_path))
    assert data["optimizers"][0]["rates"] == [] and data["optimizers"][0]["rate"] == 0
    run = surfaces.descend(surfaces.bowl, falling, steps=6)
    held = numbers(data["runs"][0][0][0][0][0], 5)
    np.testing.assert_allclose(held[:, :2], run.points, rtol=1e-6, atol=1e-6)


def test_the_optimizers_that_were_given_stay_as_they_were(tmp_path):
    mine = SGD(0.3, momentum=0.5)
    page_of(surfaces.bowl, mine, tmp_path)
    assert (mine.learning_rate, mine.momentum, mine.iterations) == (0.3, 0.5, 0)
    assert not mine.built


class Links(HTMLParser):
    """Collects what a page would load, and its policy."""

    def __init__(self):
        super().__init__()
        self.loads, self.policy, self.text = [], "", []

    def handle_starttag(self, tag, attrs):
        found = dict(attrs)
        self.loads += [tag, *(found[k] for k in ("src", "href", "data", "action") if k in found)]
        if found.get("http-equiv") == "Content-Security-Policy":
            self.policy = found["content"]


def test_nothing_is_loaded_from_the_network(tmp_path):
    """Its policy forbids it, and no tag asks for it; plotly.js is inside."""
    page = page_of(surfaces.bowl, "sgd", tmp_path)
    links = Links()
    links.feed(page)
    assert "default-src 'none'" in links.policy and "http" not in links.policy
    assert not {"link", "img", "iframe"} & set(links.loads)
    assert not [one for one in links.loads if "/" in one or ":" in one]
    own = page.replace(sys.modules["plotly.offline"].get_plotlyjs(), "")
    assert len(page) - len(own) > 1_000_000
    assert not re.search(r"https?:|@import|url\(|fetch\(", own)


def test_every_word_of_the_page_is_there_in_korean(tmp_path):
    page = page_of([surfaces.bowl, surfaces.saddle], "sgd", tmp_path)
    own = page.split('id="data"')[1]
    korean = dict(re.findall(r'"([^"]+)": "([^"]+)"', own.split("KOREAN = {")[1].split("};")[0]))
    said = set(re.findall(r'say\("([^"]+)"\)', own))
    assert len(said) > 12 and said <= set(korean)
    for name in ("bowl", "ravine", "rosenbrock", "saddle", "two_valleys"):
        assert getattr(surfaces, name).name in korean
    assert all(re.search("[가-힣]", word) for word in korean.values())


def test_titles_and_labels_may_hold_anything(tmp_path):
    name = "</script><b>[[DATA]]"
    page = page_of(surfaces.bowl, {name: SGD(0.1)}, tmp_path, title="a < b & 언덕")
    assert data_of(page)["optimizers"][0]["label"] == name
    assert data_of(page)["title"] == "a < b & 언덕"
    assert "<title>a &lt; b &amp; 언덕</title>" in page and "<b>[[" not in page.split("<script")[0]


def test_a_page_has_at_most_8_megabytes(tmp_path):
    six = [SGD(0.95), SGD(0.1, momentum=0.9), "adagrad", "rmsprop", "adam", SignMomentum(0.1)]
    file = plots.explore(surfaces.bowl, six, tmp_path / "new" / "bowl.html", steps=20)
    assert 1_000_000 < file.stat().st_size <= 8_000_000
    assert file == tmp_path / "new" / "bowl.html"


def test_a_page_that_would_be_larger_is_not_written(tmp_path, monkeypatch):
    monkeypatch.setattr(sys.modules["minidl.plots.explore"], "LIMIT", 2_000_000)
    plotly = len(sys.modules["plotly.offline"].get_plotlyjs()) / 1e6
    said = rf"would have 4\.\d MB, and at most 2 .* takes {plotly:.1f}\. Give fewer"
    with pytest.raises(ValueError, match=said):
        page_of(surfaces.bowl, "sgd", tmp_path)
    assert not list(tmp_path.iterdir())


def test_an_older_page_stays_whole_when_the_disk_fails(tmp_path, monkeypatch):
    old = tmp_path / "page.html"
    old.write_text("the old page", encoding="utf-8")

    def full(*_):
        raise OSError("the disk is full")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(OSError, match="the disk is full"):
        page_of(surfaces.bowl, "sgd", tmp_path)
    assert old.read_text(encoding="utf-8") == "the old page"
    assert [p.name for p in tmp_path.iterdir()] == ["page.html"]


def test_a_process_that_does_not_write_leaves_no_page(tmp_path, monkeypatch):
    monkeypatch.setattr(sys.modules["minidl.plots.explore"], "writes", lambda: False)
    file = plots.explore(surfaces.bowl, "sgd", tmp_path / "page.html", **FEW)
    assert file.name == "page.html" and not file.exists()


@pytest.mark.parametrize(
    "change, message",
    [
        ({"surface": []}, r"needs a Surface, like .*bowl.*received \[\]"),
        ({"surface": "bowl"}, "needs a Surface.*received 'bowl'"),
        ({"optimizers": []}, r"at least one optimizer.*received \[\]"),
        ({"optimizers": [3]}, "name, an Optimizer class or an instance; received 3"),
        ({"optimizers": [None]}, r"at least one optimizer.*received \[None\]"),
        ({"learning_rates": ["fast"]}, "learning_rates must be a number.*received 'fast'"),
        ({"momenta": [1.0]}, "momenta must be a number of at least 0 and below 1; received 1.0"),
        ({"steps": 0}, "steps must be a whole number of at least 1; received 0"),
        ({"starts": [(1, 2, 3)]}, "2 coordinates; received start"),
        ({"starts": []}, r"starts .*at least one point.*received \[\]"),
    ],
)
def test_bad_arguments(change, message, tmp_path):
    arguments = {"surface": surfaces.bowl, "optimizers": "sgd", "path": tmp_path / "x.html"}
    with pytest.raises(ValueError, match=message):
        plots.explore(**{**arguments, **FEW, **change})
    assert not list(tmp_path.iterdir())


def test_without_plotly_the_error_names_the_cure(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "plotly.offline", None)
    with pytest.raises(ImportError, match=r"pip install 'minidl\[explore\]'.*plots\.contour"):
        plots.explore(surfaces.bowl, "sgd", tmp_path / "page.html")

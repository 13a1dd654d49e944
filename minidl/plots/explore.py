"""A page in which the reader chooses surface, start, optimizers, learning rates and momentum, and
sees the paths, the heights and the effective rates.

Every choice was computed before: the page holds one run of minidl's optimizers for each, and only
switches between them. It is made of explore.html, of plotly.js, and of these numbers.
"""

from __future__ import annotations

import base64
import copy
import html
import json
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.colors import to_hex

from ..optimizers import get
from ..support.checks import check_number
from ..support.disk import make_folder, path_of, write_atomically
from ..support.processes import writes
from ..surfaces import Surface, Trajectory, descend
from .base import styles
from .ground import MAP, grid, levels, lowest, minus

RATES = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0)
MOMENTA = (0.0, 0.5, 0.9, 0.99)
LIMIT = 8_000_000  # bytes of a page
# What plotly calls the markers and lines of matplotlib.
_SYMBOLS = {
    "o": "circle",
    "s": "square",
    "D": "diamond",
    "^": "triangle-up",
    "v": "triangle-down",
    "P": "cross",
    "X": "x",
}
_DASHES = {"-": "solid", "--": "dash"}


def explore(
    surface,
    optimizers,
    path,
    learning_rates=RATES,
    momenta=MOMENTA,
    starts=None,
    steps: int = 60,
    title: str | None = None,
) -> Path:
    """Write a page in which one chooses surface, start, optimizers, learning rates and momentum by
    mouse or finger, and sees the paths, the heights and the effective rates. Returns its path.

    >>> plots.explore(surfaces.bowl, [SGD(0.95), Adam(0.3), MyOptimizer(0.1)], "bowl.html")

    surface: a Surface, or several. optimizers: one, a list or a dict {label: optimizer}, each a
    name, a class or an instance. learning_rates and momenta: the choices, to which each optimizer's
    own are added; momentum is the attribute `momentum` of an optimizer, else `beta_1`. starts: the
    points to start from; by default surface.start and three others. steps: of each run.

    The page is one file that loads nothing from the network, of at most 8 MB; ValueError if it
    would be larger. It is in English, and in Korean at "bowl.html#ko". ImportError without the
    package plotly.
    """
    plotly = _plotly()
    grounds, kinds = _surfaces(surface), _optimizers(optimizers)
    learning_rates = [check_number("learning_rates", r, 0) for r in learning_rates]
    momenta = [check_number("momenta", m, 0, 1) for m in momenta]
    shown = [_choices(label, kind, learning_rates, momenta) for label, kind in kinds.items()]
    for choices, (colour, marker, line) in zip(shown, styles(kinds)):
        choices.update(colour=colour, symbol=_SYMBOLS[marker], dash=_DASHES[line])
    data = {
        "title": title or "",
        "steps": steps,
        "optimizers": shown,
        "surfaces": [_ground(one, _starts(one, starts)) for one in grounds],
    }
    data["runs"] = [
        [_runs(one, list(kinds.values()), shown, start, steps) for start in ground["starts"]]
        for one, ground in zip(grounds, data["surfaces"])
    ]
    title = title or "Optimizers on: " + ", ".join(one.name for one in grounds)
    return _write(path, _page(plotly, data, title))


def _plotly() -> str:
    """Return the program text of plotly.js."""
    try:
        from plotly.offline import get_plotlyjs
    except ImportError:
        raise ImportError(
            "plots.explore draws with the package plotly: pip install 'minidl[explore]'. Without "
            "it, plots.contour draws the same paths as a picture."
        ) from None
    return get_plotlyjs()


# --- what can be chosen


def _surfaces(surface) -> list[Surface]:
    several = [surface] if isinstance(surface, Surface) else list(surface)
    if not several or not all(isinstance(one, Surface) for one in several):
        raise ValueError(
            f"explore needs a Surface, like minidl.surfaces.bowl, or a list of them; received "
            f"{surface!r}."
        )
    return several


def _optimizers(given) -> dict[str, Any]:
    """Map label -> optimizer. Equal labels of a list are numbered."""
    if isinstance(given, dict):
        kinds = {str(label): get(one) for label, one in given.items()}
    else:
        kinds = {}
        for one in given if isinstance(given, (list, tuple)) else [given]:
            optimizer = get(one)
            name, n = type(optimizer).__name__, 1
            while (label := f"{name} {n}" if n > 1 else name) in kinds:
                n += 1
            kinds[label] = optimizer
    if not kinds or None in kinds.values():
        raise ValueError(
            f"explore needs at least one optimizer, like [SGD(0.95), Adam(0.3)]; received "
            f"{given!r}."
        )
    return kinds


def _choices(label: str, optimizer, learning_rates, momenta) -> dict[str, Any]:
    """Describe the sliders of an optimizer: their values, and where they stand at first. An
    optimizer that follows a schedule has no choice of rates, one without momentum none of momenta.
    """
    memory = _memory(optimizer)
    rates = [] if optimizer.schedule is not None else [*learning_rates, optimizer.learning_rate]
    rates = sorted(set(rates))
    momenta = sorted({*momenta, getattr(optimizer, memory)}) if memory else []
    return {
        "label": label,
        "rates": rates,
        "rate": rates.index(optimizer.learning_rate) if rates else 0,
        "memory": {"momentum": "momentum", "beta_1": "β₁"}.get(memory, ""),
        "momenta": momenta,
        "momentum": momenta.index(getattr(optimizer, memory)) if memory else 0,
    }


def _memory(optimizer) -> str:
    """Return the name of the attribute that is the optimizer's momentum; "" if it has none."""
    for name in ("momentum", "beta_1"):
        if isinstance(getattr(optimizer, name, None), (int, float)):
            return name
    return ""


def _starts(surface: Surface, starts) -> list[list[float]]:
    """Return the points to start from: those given, or surface.start and three places of the drawn
    part.
    """
    if starts is not None:
        if not len(starts):
            raise ValueError(
                f"starts needs at least one point, like [(-7, 4)]; received {starts!r}."
            )
        return [np.ravel(np.array(start, dtype=np.float64)).tolist() for start in starts]
    places = [[0.5, 0.9], [0.85, 0.3], [0.3, 0.15]]
    others = [
        [float(f"{low + part * (high - low):.2g}") for part, (low, high) in zip(at, surface.within)]
        for at in places
    ]
    return [surface.start.tolist(), *others]


# --- what is computed


def _runs(surface: Surface, kinds, shown, start, steps: int) -> list:
    """Return one run for each choice: [optimizer][rate][momentum]."""
    return [
        [
            [
                _numbers(descend(surface, _set(kind, rate, momentum), steps, start))
                for momentum in choices["momenta"] or [None]
            ]
            for rate in choices["rates"] or [None]
        ]
        for kind, choices in zip(kinds, shown)
    ]


def _set(kind, rate: float | None, momentum: float | None):
    """Return a copy of an optimizer with this rate and momentum; None leaves it as it is."""
    optimizer = copy.deepcopy(kind)
    if rate is not None:
        optimizer.learning_rate = rate
    if momentum is not None:
        setattr(optimizer, _memory(kind), momentum)
    return optimizer


def _numbers(run: Trajectory) -> str:
    """Return a row for each point as base64 of 4-byte floats: the point, its height above the
    lowest one, and the effective rates of the step that led there.
    """
    heights = run.values - lowest([run.surface])
    rates = np.concatenate([np.full((1, run.points.shape[1]), np.nan), run.effective_rates])
    return _base64(np.column_stack([run.points, heights, rates]))


def _base64(array) -> str:
    with np.errstate(over="ignore"):  # what is too large for 4 bytes is not drawn
        return base64.b64encode(np.asarray(array).astype("<f4").tobytes()).decode("ascii")


def _ground(surface: Surface, starts) -> dict[str, Any]:
    """Describe a surface: its words, marks, and the map or the curve."""
    floor = lowest([surface])
    ground: dict[str, Any] = {
        "name": surface.name,
        "names": surface.names,
        "within": [[float(low), float(high)] for low, high in surface.within],
        "minimum": None if surface.minimum is None else surface.minimum.tolist(),
        "starts": starts,
        "floor": floor,
        "above": surface.names[-1] + minus(floor),
    }
    if len(surface.start) == 1:
        low, high = surface.within[0]
        x = np.linspace(low, high, 300)
        return {**ground, "x": x.tolist(), "z": _base64(surface(x))}
    x, y, z = grid(surface, 90)
    at = levels(z)
    colours = plt.get_cmap(MAP)(np.linspace(0, 1, 9))
    return {
        **ground,
        "x": x[0].tolist(),
        "y": y[:, 0].tolist(),
        "z": _base64(np.interp(z, at, range(len(at)))),  # the number of the contour line
        "lines": len(at) - 1,
        "colours": [to_hex(0.4 * colour + 0.6) for colour in colours],
    }


# --- what is written


def _page(plotly: str, data: dict, title: str) -> bytes:
    template = Path(__file__).with_name("explore.html").read_text(encoding="utf-8")
    text = json.dumps(data, ensure_ascii=False, allow_nan=False).replace("</", "<\\/")
    parts = {"TITLE": html.escape(title), "DATA": text, "PLOTLY": plotly}
    for name, part in parts.items():
        template = template.replace(f"[[{name}]]", part)
    page = template.encode("utf-8")
    if len(page) > LIMIT:
        raise ValueError(
            f"The page would have {len(page) / 1e6:.1f} MB, and at most {LIMIT / 1e6:.0f} are "
            f"allowed, of which plotly.js takes {len(plotly) / 1e6:.1f}. Give fewer surfaces, "
            f"optimizers, learning_rates, momenta, starts or steps."
        )
    return page


def _write(path, page: bytes) -> Path:
    file = path_of(path, "path")
    if writes():
        make_folder(file)
        with write_atomically(file) as out:
            out.write(page)
    return Path(file)

"""Texts that are computed, not downloaded: sums and dates, for networks that read and write.

Each function returns (questions, answers), two lists of strings. The same seed gives the same
strings; NumPy's own random state is neither read nor changed.
"""

from __future__ import annotations

import datetime

import numpy as np

from ..support.checks import check_count

MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
FIRST, LAST = datetime.date(1900, 1, 1), datetime.date(2099, 12, 31)

Strings = tuple[list[str], list[str]]


def sums(n: int = 1000, digits: int = 2, seed: int = 0) -> Strings:
    """Sums of two numbers below 10^digits: "07+58" and "065".

    All questions have the same length, and so have all answers, which have one digit more than the
    numbers. W. Zaremba, I. Sutskever, "Learning to Execute", 2014, train a network on such sums.
    """
    n, digits = check_count("sums: n", n), check_count("sums: digits", digits)
    if digits > 18:
        raise ValueError(f"sums: digits is at most 18, for 64-bit numbers; received {digits}.")
    pairs = np.random.default_rng(seed).integers(0, 10**digits, (n, 2)).tolist()
    questions = [f"{a:0{digits}}+{b:0{digits}}" for a, b in pairs]
    return questions, [f"{a + b:0{digits + 1}}" for a, b in pairs]


def dates(n: int = 1000, seed: int = 0) -> Strings:
    """Dates as people write them, and as computers do: "3 March 1998", "March 3, 1998" or
    "3/3/1998", day first, and "1998-03-03".

    The dates are drawn from 1900 to 2099, each with the same probability.
    """
    rng = np.random.default_rng(seed)
    days = rng.integers(FIRST.toordinal(), LAST.toordinal() + 1, check_count("dates: n", n))
    forms = rng.integers(0, 3, n).tolist()
    chosen = [datetime.date.fromordinal(day) for day in days.tolist()]
    questions = [written(day)[form] for day, form in zip(chosen, forms)]
    return questions, [day.isoformat() for day in chosen]


def written(day: datetime.date) -> tuple[str, str, str]:
    """The three ways in which `dates` writes a day."""
    month = MONTHS[day.month - 1]
    return (
        f"{day.day} {month} {day.year}",
        f"{month} {day.day}, {day.year}",
        f"{day.day}/{day.month}/{day.year}",
    )

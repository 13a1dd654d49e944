"""The random comparisons of disagreements.py, with a seed that stays."""

import pytest
from disagreements import cases, disagreements

CASES = cases()


@pytest.mark.parametrize("title", CASES)
def test_random_arguments_come_to_the_same(title):
    assert disagreements(title, CASES[title], seed=2026, rounds=1) == []

"""How near an answer is."""

import numpy as np
import pytest

from minidl.homework.differences import difference

SMALL = '''"""A small assignment."""
from minidl.homework.assignments import Task

def cases(rng):
    return [(rng.normal(size=3),)]

TASKS = [Task("double", 2, cases, lambda x: 2 * x, limit=20)]
'''


@pytest.fixture(autouse=True)
def a_small_assignment(tmp_path, monkeypatch):
    folder = tmp_path / "teacher" / "hw90_small"
    folder.mkdir(parents=True)
    (folder / "tasks.py").write_text(SMALL, encoding="utf-8")
    monkeypatch.setenv("MINIDL_HIDDEN_TESTS", str(folder.parent))
    monkeypatch.chdir(tmp_path)


def test_no_finite_number_is_near_an_infinite_one():
    inf = np.inf
    assert difference(inf, 3.0, 1e-6, 1e-9) and difference(np.array([-inf]), np.array([inf]), 1, 1)
    assert not difference(np.array([inf, -inf]), np.array([inf, -inf]), 1e-6, 1e-9)
    assert difference(1.0, inf, 1e-6, 1e-9)

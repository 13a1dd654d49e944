"""The same script on 1, 2, 3 and 4 processes gives the same numbers as without mpiexec."""

import cases
import numpy as np
import pytest
from launching import run


@pytest.fixture(scope="module")
def numbers(tmp_path_factory):
    """A function: number of processes -> the numbers of all cases, 0 for a run without mpiexec."""
    known = {}

    def of(processes):
        if processes not in known:
            folder = tmp_path_factory.mktemp(f"on_{processes}")
            done = run(processes, "cases.py", "found.npz", cwd=folder)
            assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-3000:]
            with np.load(folder / "found.npz") as found:
                known[processes] = dict(found)
        return known[processes]

    return of


def test_gradients_that_are_sent_in_messages(numbers, tmp_path):
    """As on several machines."""
    names = ["two_heads", "masked_words", "random_0"]
    done = run(3, "cases.py", tmp_path / "sent.npz", *names)
    assert done.returncode == 0, done.stderr[-3000:]
    with np.load(tmp_path / "sent.npz") as found:
        assert len(found.files) == 2 * len(names)
        for name in found.files:
            np.testing.assert_allclose(found[name], numbers(0)[name], rtol=0, atol=1e-9)


@pytest.mark.parametrize("processes", [1, 2, 3, 4])
@pytest.mark.parametrize("name", cases.NAMES)
def test_the_same_numbers(name, processes, numbers):
    for what in ("weights", "results"):
        alone, together = (numbers(n)[f"{name}/{what}"] for n in (0, processes))
        within = 1e-5 if name == "single_precision" else 1e-9
        np.testing.assert_allclose(together, alone, rtol=0, atol=within)
        assert np.isfinite(alone).all() and np.ptp(alone) > 0

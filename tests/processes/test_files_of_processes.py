"""Checkpoints, backups and tables that process 0 writes for all."""

import numpy as np
import pytest
from launching import run


def weights(folder):
    with np.load(folder / "end.npz", allow_pickle=False) as stored:
        return {name: stored[name] for name in stored.files if stored[name].dtype.kind == "f"}


@pytest.fixture(scope="module")
def straight(tmp_path_factory):
    folder = tmp_path_factory.mktemp("straight")
    assert run(0, "resuming.py", folder, 0).returncode == 0
    return folder


@pytest.mark.parametrize("first, then", [(3, 2), (2, 0), (0, 3)])
def test_a_run_goes_on_with_another_number_of_processes(first, then, straight, tmp_path):
    done = run(first, "resuming.py", tmp_path, 3)
    assert done.returncode != 0 and "interrupted" in done.stderr
    assert (tmp_path / "backup" / "training.json").exists()
    done = run(then, "resuming.py", tmp_path, 0)
    assert done.returncode == 0, done.stderr
    assert not (tmp_path / "backup").exists()
    expected, found = weights(straight), weights(tmp_path)
    assert expected.keys() == found.keys() and len(expected) == 8
    for name, array in expected.items():
        np.testing.assert_allclose(found[name], array, rtol=0, atol=1e-9)
    rows = [len(path.read_text().splitlines()) for path in sorted((tmp_path).glob("log.csv"))]
    assert rows == [7]  # one header, and each epoch once

"""What the tests of homework may ask for: a folder of their own, and a small assignment."""

import pytest
from places import ROOT
from small_homework import TASKS


@pytest.fixture
def own_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.delenv("MINIDL_HIDDEN_TESTS", raising=False)


@pytest.fixture
def small(tmp_path, monkeypatch):
    """An assignment of one quick task, found like a teacher's, and the folder of a student."""
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "teacher" / "hw90_small"
    folder.mkdir(parents=True)
    (folder / "tasks.py").write_text(TASKS.format(limit=20), encoding="utf-8")
    (folder / "stub.py").write_text(
        'def double(x):\n    raise NotImplementedError("hw90 task 1: double")\n', encoding="utf-8"
    )
    monkeypatch.setenv("MINIDL_HIDDEN_TESTS", str(folder.parent))
    return folder

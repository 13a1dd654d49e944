"""The programs of tests/tutorials/pipelines.py, without a warning, and with every fact as in
TensorFlow.
"""

import json
import os

import pytest
from tutorials.common import differences, plain
from tutorials.pipelines import PROGRAMS, RECORDED, facts

import minidl


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_program_with_pipelines(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    expected = json.loads(RECORDED.read_text(encoding="utf-8"))
    found = plain(facts(name, minidl, minidl.data, minidl.GradientTape))
    assert differences(found, expected[name]) == []
    assert list(expected) == list(PROGRAMS) and not os.listdir()

"""What the tests of files may ask for."""

import pytest

from minidl import Input, Sequential, layers


@pytest.fixture
def tiny(tmp_path):
    model = Sequential([Input((2,)), layers.Dense(2, name="d")], name="m")
    model.save(tmp_path / "tiny.npz")
    return model, tmp_path / "tiny.npz"

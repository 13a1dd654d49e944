"""Doors in files that open at first use are listed as the files list them."""

import importlib

import pytest

from minidl import ops


@pytest.mark.parametrize("file", ops.LATER)
def test_the_table_of_later_doors_is_true(file):
    listed = ops.LATER[file].split()
    assert listed == importlib.import_module(f"minidl.ops.{file}").__all__
    for name in listed:
        assert getattr(ops, name).__module__ == f"minidl.ops.{file}" and name in dir(ops)


def test_shelves_open_them_too():
    assert ops.nn.conv is ops.conv and "conv" in dir(ops.nn)
    assert ops.numpy.hypot is ops.hypot and "hypot" in dir(ops.numpy)
    with pytest.raises(AttributeError):
        ops.nn.nonsense

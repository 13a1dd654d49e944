"""What the elements of a dataset are said to be like."""

import numpy as np
import pytest

from minidl.data import Dataset, TensorSpec
from minidl.data.specs import specs_from


@pytest.mark.parametrize(
    ("shape", "found"),
    [
        (None, None),
        ((), ()),
        (3, (3,)),
        ([None, -1, 0, 1], (None, None, 0, 1)),
        (np.array([2, 3]), (2, 3)),
    ],
)
def test_a_shape_as_it_is_written(shape, found):
    assert TensorSpec(shape).shape == found


def test_specs_are_compared_and_shown():
    spec = TensorSpec([None, 2], "int32", "x")
    assert repr(spec) == "TensorSpec(shape=(None, 2), dtype=int32, name='x')"
    assert (
        repr(TensorSpec(None, "string")) == "TensorSpec(shape=<unknown>, dtype=string, name=None)"
    )
    assert spec == TensorSpec((None, 2), np.int32, "x") and len({spec, spec.with_axes()}) == 2
    for other in (TensorSpec([2, 2], "int32", "x"), TensorSpec([None, 2], name="x"), repr(spec)):
        assert spec != other
    assert TensorSpec(()).dtype == np.float32
    assert repr(spec.with_axes(7, of=1)) == "TensorSpec(shape=(7, 2), dtype=int32, name=None)"
    assert spec.with_axes(7).shape == (7, None, 2) and TensorSpec(None).with_axes(7).shape is None
    windows = Dataset.range(3).window(2).element_spec
    assert repr(windows) == "DatasetSpec(TensorSpec(shape=(), dtype=int64, name=None))"


def test_dtypes_and_shapes_that_are_given_apart():
    both = specs_from({"a": "int32", "b": ("float16", "string")}, {"a": [2], "b": ([], None)})
    assert [both["a"].shape, both["b"][0].shape, both["b"][1].shape] == [(2,), (), None]
    assert [s.dtype for s in (both["a"], *both["b"])] == [np.int32, np.float16, np.dtype(str)]
    unknown = specs_from({"a": ("int32", "float32")}, None)
    assert [spec.shape for spec in unknown["a"]] == [None, None]


def test_what_a_generator_is_said_to_yield_and_what_it_yields():
    def count():
        return iter([5])

    assert Dataset.from_generator(count).element_spec == TensorSpec((), "int32")
    for shape in (None, ()):
        said = Dataset.from_generator(count, output_signature=TensorSpec(shape, "float64"))
        assert said.element_spec == TensorSpec(shape, "float64")

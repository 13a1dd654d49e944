"""minidl.data.Dataset against tf.data: the elements, specs and cardinalities that TensorFlow finds
with the pipelines of pipeline_cases.py.
"""

import json
from types import SimpleNamespace

import numpy as np
import pipeline_cases
import pytest

from minidl import data, layers, models, set_random_seed, utils
from minidl.data import Dataset, TensorSpec
from minidl.support.structures import leaves

FACTS = json.loads(pipeline_cases.GOLDEN.read_text(encoding="utf-8"))
OURS = SimpleNamespace(
    Dataset=Dataset,
    AUTOTUNE=data.AUTOTUNE,
    Options=data.Options,
    TensorSpec=TensorSpec,
    int32="int32",
    float32="float32",
    string="string",
    length=lambda x: x.shape[0],
)


@pytest.mark.parametrize("name", pipeline_cases.DATASETS)
def test_elements_and_specs_are_those_of_tensorflow(name):
    made = pipeline_cases.DATASETS[name](OURS)
    found = pipeline_cases.values(made)
    assert found == FACTS["elements"][name] == pipeline_cases.values(made)
    assert pipeline_cases.spec(made.element_spec) == FACTS["specs"][name]
    if int(made.cardinality()) >= 0:
        assert len(made) == len(found)


def test_cardinalities_are_those_of_tensorflow():
    cases = {**pipeline_cases.DATASETS, **pipeline_cases.CARDINALITIES}
    found = {name: int(make(OURS).cardinality()) for name, make in cases.items()}
    assert found == FACTS["cardinality"]


def test_a_loop_yields_what_its_spec_says():
    for name, make in pipeline_cases.DATASETS.items():
        made = make(OURS)
        for element in made.begin():
            for leaf, spec in zip(leaves(element), leaves(made.element_spec), strict=True):
                assert spec.fits(np.asarray(leaf)), (name, leaf, spec)
                assert spec.dtype.kind in (np.asarray(leaf).dtype.kind, "U"), (name, leaf, spec)


# --- what raises


@pytest.mark.parametrize(
    ("make", "error", "said"),
    [
        (lambda: Dataset.from_generator([1, 2]), TypeError, "a function that makes a generator"),
        (
            lambda: list(
                Dataset.from_generator(lambda: [[1, 2]], output_types="int32", output_shapes=[3])
            ),
            ValueError,
            r"said to have shape \(3,\); received one of shape \(2,\)",
        ),
        (
            lambda: list(Dataset.from_generator(lambda: [(1, 2)], ("int32",) * 3)),
            ValueError,
            "received tuple, which is built differently",
        ),
        (lambda: Dataset.list_files("no/such/*.jpg"), FileNotFoundError, r"matches 'no/such/\*"),
        (
            lambda: Dataset.zip(Dataset.range(2), [1, 2]),
            TypeError,
            r"received \['Dataset', 'int', 'int'\]",
        ),
        (lambda: len(Dataset.range(3).filter(lambda x: x < 2)), TypeError, "after a loop only"),
        (lambda: list(Dataset.range(3).filter(lambda x: x)), ValueError, "received int64 of shape"),
        (lambda: Dataset.range(3).filter(3), TypeError, "filter takes a function; received 3"),
        (lambda: list(Dataset.range(3).flat_map(lambda x: x)), TypeError, "it returned ndarray"),
        (lambda: Dataset.range(3).shard(2, 2), ValueError, "index is below num_shards=2"),
        (lambda: list(Dataset.range(3).unbatch()), ValueError, r"received arrays of shapes \[\(\)"),
        (lambda: Dataset.range(3).get_single_element(), ValueError, "this one has more"),
        (lambda: Dataset.range(0).get_single_element(), ValueError, "this one has none"),
        (
            lambda: Dataset.range(0).map(lambda x: x).element_spec,
            ValueError,
            "without elements has no element_spec",
        ),
        (
            lambda: list(pipeline_cases.lists(OURS).padded_batch(3, [2])),
            ValueError,
            r"reach to shape \(3,\), which does not fit into padded_shapes, \(2,\)",
        ),
        (
            lambda: Dataset.range(3).bucket_by_sequence_length(len, [2], [4]),
            ValueError,
            "one batch size more",
        ),
    ],
)
def test_what_is_refused(make, error, said):
    with pytest.raises(error, match=said):
        make()


def test_elements_that_cannot_be_made_may_be_left_out():
    def half(x):
        if int(x) == 1:
            raise ValueError("one")
        return x

    made = Dataset.range(4).map(half)
    assert [int(x) for x in made.ignore_errors()] == [0, 2, 3]
    with pytest.warns(UserWarning, match="left out an element: one"):
        list(made.ignore_errors(log_warning=True))
    with pytest.raises(ValueError, match="one"):
        list(made)


def test_what_tf_data_has_besides():
    made = Dataset.range(3)
    with pytest.raises(AttributeError, match="ragged_batch is not here. padded_batch fills"):
        made.ragged_batch(2)  # pyright: ignore[reportAttributeAccessIssue]
    with pytest.raises(AttributeError, match="'Dataset' has no attribute 'shuffel'"):
        made.shuffel(2)  # pyright: ignore[reportAttributeAccessIssue]
    assert not hasattr(made, "shape")


# --- files


def test_files_are_listed_in_a_new_order_each_loop(tmp_path):
    for i in range(9):
        (tmp_path / f"{i}.txt").write_text(f"{i}\nmore\n", encoding="utf-8")
    (tmp_path / "a.csv").touch()
    pattern = str(tmp_path / "*.txt")
    plain = [str(path) for path in Dataset.list_files(pattern, shuffle=False)]
    assert plain == [str(tmp_path / f"{i}.txt") for i in range(9)]
    shuffled = Dataset.list_files([pattern, str(tmp_path / "*.csv")], seed=0)
    loops = [[str(path) for path in shuffled] for _ in range(2)]
    assert len(shuffled) == 10 and loops[0] != loops[1] and set(loops[0]) == set(loops[1])
    lines = Dataset.list_files(pattern, shuffle=False).interleave(data.TextLineDataset, 2)
    assert [line.numpy() for line in lines][:4] == [b"0", b"1", b"more", b"more"]
    assert len(list(data.TextLineDataset(plain))) == 18


def test_a_cache_in_a_file_is_read_by_the_next_program_too(tmp_path):
    calls, path = [], tmp_path / "kept"

    def pair(x):
        calls.append(int(x))
        return {"x": np.full((2, int(x)), x), "t": ("text", x < 2)}

    made = Dataset.range(4).map(pair).cache(path)
    expected = pipeline_cases.values(Dataset.range(4).map(pair))
    next(iter(made))  # a loop that was left keeps nothing
    assert list(tmp_path.iterdir()) == []
    calls.clear()
    assert pipeline_cases.values(made) == pipeline_cases.values(made) == expected
    assert calls == [0, 1, 2, 3] and [p.name for p in tmp_path.iterdir()] == ["kept"]
    again = Dataset.range(0).cache(str(path))
    assert pipeline_cases.values(again) == expected
    assert pipeline_cases.values(Dataset.load(path)) == expected
    Dataset.range(2).save(path)
    assert pipeline_cases.values(Dataset.load(path)) == [0, 1]
    path.write_text("words")
    with pytest.raises(ValueError, match="is not a file in which minidl kept"):
        list(made)


# --- chance


def test_chance_is_repeatable():
    def found():
        set_random_seed(5)
        low, high = Dataset.range(9).repeat(), Dataset.range(100, 109).repeat()
        mixed = Dataset.sample_from_datasets([low, high], weights=[9, 1]).take(200)
        numbers = Dataset.random().take(3)
        first = [pipeline_cases.values(d) for d in (mixed, mixed, numbers, numbers)]
        assert first[0] != first[1] and first[2] == first[3]
        return first

    both = [found(), found()]
    assert both[0] == both[1]
    # a share of 0.1 of 200, within five standard deviations
    assert abs(int((np.array(both[0][0]) >= 100).sum()) - 20) < 5 * np.sqrt(200 * 0.1 * 0.9)


def test_looking_at_the_spec_leaves_the_orders_alone():
    def loops(look):
        made = Dataset.range(30).shuffle(30, seed=1).map(lambda x: x * 2).batch(4)
        if look:
            assert repr(made.element_spec) == "TensorSpec(shape=(None,), dtype=int64, name=None)"
        return [pipeline_cases.values(made) for _ in range(2)]

    assert loops(True) == loops(False)


def test_reduce_and_single_elements():
    total = Dataset.range(5).reduce(np.int64(0), lambda s, x: s + x)
    assert int(total) == 10
    two = Dataset.range(1, 4).reduce((np.int64(0), np.int64(1)), lambda s, x: (s[0] + x, s[1] * x))
    assert [int(v) for v in two] == [6, 6]
    pairs = Dataset.zip(Dataset.range(3), Dataset.range(3))
    assert int(pairs.reduce(np.int64(0), lambda s, e: s + e[0] * e[1])) == 5
    assert Dataset.range(3).batch(3).get_single_element().numpy().tolist() == [0, 1, 2]


# --- text, adapt, time series


def test_texts_have_numpy_as_tensors_have():
    words = Dataset.from_tensor_slices((["one", "zwölf"], [0, 1])).batch(2)
    ((texts, labels),) = words
    assert texts.numpy().tolist() == [b"one", "zwölf".encode()] and texts[0] == "one"
    assert str(texts[1]) == "zwölf"
    first = next(iter(words.unbatch()))[0]
    assert first.numpy() == b"one" and first.numpy().decode("utf-8") == "one"
    vectorize = layers.TextVectorization(output_sequence_length=2)
    vectorize.adapt(words.map(lambda text, label: text))
    assert vectorize.get_vocabulary() == ["", "[UNK]", "zwölf", "one"]
    coded = next(iter(words.map(lambda text, label: (vectorize(text), label))))[0]
    assert coded.numpy().tolist() == [[3, 0], [2, 0]]


def test_what_adapts_to_arrays_adapts_to_a_dataset_of_them():
    x = np.random.default_rng(0).normal(3, 2, (50, 4)).astype("f")
    ours, theirs = layers.Normalization(), layers.Normalization()
    ours.adapt(Dataset.from_tensor_slices(x).batch(7))
    theirs.adapt(x)
    np.testing.assert_allclose(ours(x).numpy(), theirs(x).numpy(), rtol=1e-4, atol=1e-5)


def test_the_tool_for_time_series_gives_a_dataset():
    series = np.arange(10.0, dtype="f")
    made = utils.timeseries_dataset_from_array(series, series[3:], 3, batch_size=4)
    assert isinstance(made, Dataset) and len(made) == 2
    x, y = next(iter(made.take(1)))
    assert x.shape == (4, 3) and y.numpy().tolist() == [3, 4, 5, 6]
    spec = made.map(lambda x, y: (x[..., None], y)).element_spec
    assert [s.shape for s in spec] == [(None, 3, 1), (None,)]
    single = utils.timeseries_dataset_from_array(series, None, 3, batch_size=None)
    assert next(iter(single)).numpy().tolist() == [0, 1, 2] and len(single) == 8


def test_dicts_train_a_model_of_several_inputs():
    x = {"a": np.arange(12.0, dtype="f")[:, None], "b": np.ones((12, 2), "f")}
    y = np.arange(12.0, dtype="f")[:, None]
    a, b = layers.Input((1,), name="a"), layers.Input((2,), name="b")
    model = models.Model({"a": a, "b": b}, layers.Dense(1)(layers.Concatenate()([a, b])))
    model.compile("sgd", "mse")
    made = Dataset.zip(
        ({k: Dataset.from_tensor_slices(v) for k, v in x.items()}, Dataset.from_tensor_slices(y))
    ).batch(4)
    assert model.evaluate(made, verbose=0) == pytest.approx(model.evaluate(x, y, verbose=0))
    np.testing.assert_allclose(model.predict(made, verbose=0), model.predict(x, verbose=0))
    endless = made.repeat()
    assert len(model.fit(endless, steps_per_epoch=2, epochs=3, verbose=0).history["loss"]) == 3


@pytest.mark.parametrize(
    ("number", "dtype"),
    [(2**31 - 1, np.int32), (2**31, np.int64), (-(2**31), np.int32), (-(2**63), np.int64)],
)
def test_whole_numbers_of_python_are_int32_where_they_fit(number, dtype):
    for given in (number, [number]):
        (element,) = Dataset.from_tensors(given)
        assert element.dtype == dtype and element.numpy().ravel().tolist() == [number]

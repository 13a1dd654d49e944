"""The arguments of a Dataset's methods: their limits, what they are when left out, and what each
does where tests/pipeline_cases.py does not look.
"""

import numpy as np
import pytest

from minidl.data import Dataset, DatasetSpec, TextLineDataset, chaining
from minidl.support.texts import as_texts


def values(data):
    return [element.numpy().tolist() for element in data]


FIVE = Dataset.range(5)
LISTS = Dataset.from_generator(lambda: ([i] * i for i in (1, 3, 2)), output_types="int32")


@pytest.mark.parametrize(
    ("method", "others", "name", "least"),
    [
        ("batch", {}, "batch_size", 1),
        ("padded_batch", {}, "batch_size", 1),
        ("rebatch", {}, "batch_size", 1),
        ("shuffle", {}, "buffer_size", 1),
        ("take", {}, "count", -1),
        ("skip", {}, "count", -1),
        ("repeat", {}, "count", -1),
        ("prefetch", {}, "buffer_size", -1),
        ("shard", {"index": 0}, "num_shards", 1),
        ("shard", {"num_shards": 2}, "index", 0),
        ("window", {}, "size", 1),
        ("window", {"size": 2}, "shift", 1),
        ("window", {"size": 2}, "stride", 1),
        ("enumerate", {}, "start", 0),
        ("interleave", {"map_func": print}, "cycle_length", 1),
    ],
)
def test_the_least_number(method, others, name, least):
    for wrong in (least - 1, 1.5, True):
        with pytest.raises(ValueError) as refused:
            getattr(FIVE, method)(**others, **{name: wrong})
        assert str(refused.value) == (
            f"{name} is a whole number of at least {least}; received {wrong!r}."
        )
    getattr(FIVE, method)(**others, **{name: least})
    assert getattr(FIVE, method)(**others, **{name: np.int64(2 - ("shard" in method))})


@pytest.mark.parametrize("more", [{"pad_to_bucket_boundary": True}, {"no_padding": True}])
def test_buckets_are_filled_up_to_their_longest_only(more):
    with pytest.raises(ValueError, match="leave pad_to_bucket_boundary and no_padding out"):
        LISTS.bucket_by_sequence_length(len, [2], [1, 1], **more)
    with pytest.raises(ValueError, match="a batch size is a whole number of at least 1; rec"):
        list(LISTS.bucket_by_sequence_length(len, [2], [1, 0]))
    one = LISTS.bucket_by_sequence_length(len, [2], [1, 2], padding_values=np.int32(9))
    assert values(one) == [[[1]], [[3, 3, 3], [2, 2, 9]]]
    assert one.element_spec.shape is None  # as that of the lists


def test_of_16_sources_at_once_one_element_each():
    made = Dataset.range(17).interleave(lambda i: Dataset.from_tensors(i).repeat(2))
    expected = [*range(16), *range(16), 16, 16]
    assert values(Dataset.range(2).flat_map(lambda i: FIVE.take(2))) == [0, 1, 0, 1]
    assert values(made) == expected and chaining._SOURCES_AT_ONCE == 16
    for cycle in (-1, None):
        again = Dataset.range(17).interleave(
            lambda i: Dataset.from_tensors(i).repeat(2), cycle, None
        )
        assert values(again) == expected


def test_how_many_are_said():
    for made, said in (
        (FIVE, "5"),
        (FIVE.repeat(), "endless"),
        (FIVE.unique(), "an unknown number of"),
    ):
        assert repr(made) == f"<Dataset of {said} elements>" and bool(made)
    assert len(Dataset.zip(FIVE, Dataset.range(0))) == 0
    assert [int(i) - int(x) for i, x in FIVE.enumerate()] == [0] * 5
    assert len(FIVE.window(6, drop_remainder=True)) == len(list(FIVE.window(3, 6, 3, True))) == 0
    assert len(FIVE.window(2, 1, 2, True)) == len(list(FIVE.window(2, 1, 2, True))) == 3
    assert not hasattr(FIVE, "no_such") and bool(Dataset.range(0))


def test_elements_that_are_not_whole_numbers_keep_their_kind():
    for given, dtype in (
        (True, bool),
        ([True, False], bool),
        (0.5, np.float32),
        ([1, 0.5], np.float32),
        ([[1], [2]], np.int32),
        ([], np.float32),
        (np.int64(3), np.int64),
        (np.array([1.0]), np.float64),
    ):
        (found,) = Dataset.from_tensors(given).begin()
        assert found.dtype == dtype and found.tolist() == np.asarray(given).tolist()
    inside = Dataset.from_tensors({"a": (FIVE, 1)})
    ((data, one),) = [element["a"] for element in inside]
    assert values(data) == [0, 1, 2, 3, 4] and int(one) == 1
    assert isinstance(inside.element_spec["a"][0], DatasetSpec)
    ((text, _),) = [e["t"] for e in Dataset.from_tensors({"t": ("é", b"e")}).as_numpy_iterator()]
    assert text == "é".encode()


def test_orders_that_change_and_that_stay():
    for reshuffle, same in ((None, False), (True, False), (False, True)):
        made = Dataset.range(50).shuffle(50, 1, reshuffle)
        assert (values(made) == values(made)) == same
    for again, same in ((None, True), (False, True), (True, False)):
        made = Dataset.random(4, again).take(9)
        assert (values(made) == values(made)) == same
    drawn = values(Dataset.random(4).take(99))
    assert 0 <= min(drawn) < 2**28 and 2**32 - 2**28 < max(drawn) < 2**32
    assert values(Dataset.counter().take(3)) == [0, 1, 2]
    mixed = Dataset.sample_from_datasets([Dataset.range(1), Dataset.range(10, 13)], seed=1)
    assert sorted(values(mixed)) == [0, 10, 11, 12]
    for one in (Dataset.sample_from_datasets([FIVE]), Dataset.choose_from_datasets([FIVE], FIVE)):
        assert one.element_spec == FIVE.element_spec
    stopped = Dataset.sample_from_datasets(
        [FIVE.take(0), FIVE], weights=[1, 0], stop_on_empty_dataset=True
    )
    assert values(stopped) == []


def test_what_a_file_keeps(tmp_path):
    path = tmp_path / "kept"
    words = Dataset.from_tensors(as_texts(np.array(["é", "longer"], object)))
    for _ in range(2):
        ((found,),) = [words.cache(path).as_numpy_iterator()]
        assert found.tolist() == ["é".encode(), b"longer"]
    path.unlink()
    for _ in range(2):
        assert list(Dataset.from_tensors(b"\xff").cache(path).as_numpy_iterator()) == [b"\xff"]
    path.unlink()
    # as those of JPEG files: no text, and zeros at the end count
    pictures = [b"\xff\xd8\x00\x10\xff\x00\x00", b"", b"\xff\xd9"]
    names = ["é\0", "a longer name", ""]
    slices = Dataset.from_tensor_slices((pictures, as_texts(names)))
    for kept in (slices, slices.batch(2)):
        for _ in range(2):
            found = list(kept.cache(path).as_numpy_iterator())
            parts = [
                np.concatenate([np.array(e[i], object).ravel() for e in found]) for i in (0, 1)
            ]
            assert [part.tolist() for part in parts] == [
                pictures,
                [name.encode() for name in names],
            ]
        assert isinstance(np.ravel(next(kept.cache(path).begin())[1])[0], str)
        path.unlink()
    for _ in range(2):
        assert values(Dataset.range(0).cache(path)) == [] and path.exists()
    differing = Dataset.from_generator(lambda: iter([(1, 2), (1, 2, 3)]))
    with pytest.raises(ValueError, match="has elements built alike"):
        differing.save(tmp_path / "other")
    assert [p.name for p in tmp_path.iterdir()] == ["kept"]
    with open(path, "wb") as file:  # a pickle, which could run any code
        file.write(b"minidl elements 1\n0\n")
        np.lib.format.write_array(file, np.array([{}], object))
    with pytest.raises(ValueError, match="Object arrays cannot be loaded"):
        list(Dataset.load(path))
    with pytest.raises(TypeError, match="Dataset.cache: filename is the path"):
        FIVE.cache(3)
    for method in (FIVE.save, Dataset.load):
        with pytest.raises(TypeError, match="path is the path.*received ''"):
            method("")


def test_lines_of_a_file_given_by_its_name_in_bytes(tmp_path):
    (tmp_path / "a.txt").write_text("one\n\nthree", encoding="utf-8")
    name = str(tmp_path / "a.txt")
    for given in (name, name.encode(), np.array(name), [name], Dataset.list_files(name)):
        assert [str(line) for line in TextLineDataset(given)] == ["one", "", "three"]
    found = Dataset.list_files([name, name.encode(), str(tmp_path / "*")], shuffle=False)
    assert [str(path) for path in found] == [name]

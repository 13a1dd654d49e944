"""pad_sequences, timeseries_dataset_from_array and the Tokenizer. (Against Keras itself:
tests/parity/test_keras_layers.py.)
"""

import numpy as np
import pytest

import minidl
from minidl import Sequential, layers, preprocessing, set_random_seed, utils
from minidl.utils import pad_sequences, timeseries_dataset_from_array

# What Keras 3.15 with TensorFlow 2.21 gives for np.arange(n) and 10·np.arange(targets): ((n,
# targets, options), batches of
# ((first, last) of each window, targets)). Without TensorFlow Keras has no such function, so this
# was run once and written down.
WINDOWS = [
    (
        (20, 20, {"sequence_length": 5}),
        [
            (
                [
                    (0, 4),
                    (1, 5),
                    (2, 6),
                    (3, 7),
                    (4, 8),
                    (5, 9),
                    (6, 10),
                    (7, 11),
                    (8, 12),
                    (9, 13),
                    (10, 14),
                    (11, 15),
                    (12, 16),
                    (13, 17),
                    (14, 18),
                    (15, 19),
                ],
                [0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100, 110, 120, 130, 140, 150],
            )
        ],
    ),
    (
        (20, 20, {"sequence_length": 5, "sequence_stride": 3, "sampling_rate": 2, "batch_size": 2}),
        [([(0, 8), (3, 11)], [0, 30]), ([(6, 14), (9, 17)], [60, 90])],
    ),
    (
        (20, None, {"sequence_length": 4, "sequence_stride": 2, "batch_size": 3}),
        [
            ([(0, 3), (2, 5), (4, 7)], None),
            ([(6, 9), (8, 11), (10, 13)], None),
            ([(12, 15), (14, 17), (16, 19)], None),
        ],
    ),
    (
        (20, 20, {"sequence_length": 3, "start_index": 4, "batch_size": 4}),
        [
            ([(4, 6), (5, 7), (6, 8), (7, 9)], [40, 50, 60, 70]),
            ([(8, 10), (9, 11), (10, 12), (11, 13)], [80, 90, 100, 110]),
            ([(12, 14), (13, 15), (14, 16), (15, 17)], [120, 130, 140, 150]),
            ([(16, 18), (17, 19)], [160, 170]),
        ],
    ),
    (
        (20, 20, {"sequence_length": 3, "start_index": 4, "end_index": 12, "batch_size": 4}),
        [([(4, 6), (5, 7), (6, 8), (7, 9)], [40, 50, 60, 70]), ([(8, 10), (9, 11)], [80, 90])],
    ),
    (
        (20, 20, {"sequence_length": 3, "end_index": 9, "batch_size": 4}),
        [
            ([(0, 2), (1, 3), (2, 4), (3, 5)], [0, 10, 20, 30]),
            ([(4, 6), (5, 7), (6, 8)], [40, 50, 60]),
        ],
    ),
    (
        (20, 12, {"sequence_length": 3, "batch_size": 8}),
        [
            (
                [(0, 2), (1, 3), (2, 4), (3, 5), (4, 6), (5, 7), (6, 8), (7, 9)],
                [0, 10, 20, 30, 40, 50, 60, 70],
            ),
            ([(8, 10), (9, 11), (10, 12), (11, 13)], [80, 90, 100, 110]),
        ],
    ),
    (
        (20, 20, {"sequence_length": 1, "batch_size": 8}),
        [
            (
                [(0, 0), (1, 1), (2, 2), (3, 3), (4, 4), (5, 5), (6, 6), (7, 7)],
                [0, 10, 20, 30, 40, 50, 60, 70],
            ),
            (
                [(8, 8), (9, 9), (10, 10), (11, 11), (12, 12), (13, 13), (14, 14), (15, 15)],
                [80, 90, 100, 110, 120, 130, 140, 150],
            ),
            ([(16, 16), (17, 17), (18, 18), (19, 19)], [160, 170, 180, 190]),
        ],
    ),
    (
        (20, 20, {"sequence_length": 6, "sampling_rate": 3, "batch_size": None}),
        [((0, 15), 0), ((1, 16), 10), ((2, 17), 20), ((3, 18), 30), ((4, 19), 40)],
    ),
    (
        (20, None, {"sequence_length": 6, "sampling_rate": 3, "batch_size": None}),
        [((0, 15), None), ((1, 16), None), ((2, 17), None), ((3, 18), None), ((4, 19), None)],
    ),
    ((20, 20, {"sequence_length": 20, "batch_size": 8}), [([(0, 19)], [0])]),
]


@pytest.mark.parametrize(
    ("case", "batches"), WINDOWS, ids=lambda v: str(v) if isinstance(v, tuple) else ""
)
def test_windows_are_those_of_keras(case, batches):
    n, targets, options = case
    found = []
    for batch in timeseries_dataset_from_array(
        np.arange(n), None if targets is None else np.arange(targets) * 10, **options
    ):
        windows, y = (batch, None) if targets is None else batch
        assert all(
            (np.diff(w) == options.get("sampling_rate", 1)).all() for w in np.atleast_2d(windows)
        )
        ends = np.stack([windows[..., 0], windows[..., -1]], axis=-1)
        found.append(
            (
                tuple(ends.tolist()) if ends.ndim == 1 else [tuple(e) for e in ends.tolist()],
                None if y is None else np.asarray(y).tolist(),
            )
        )
    assert found == batches


def test_windows_of_vectors_shuffled():
    x, y = np.arange(40.0).reshape(20, 2), np.arange(20)
    data = timeseries_dataset_from_array(x, y, 4, shuffle=True, seed=3, batch_size=5)
    seen = np.concatenate([t for _, t in data])
    assert sorted(seen) == list(range(17)) and list(seen) != list(range(17))
    for windows, targets in data:
        assert windows.shape[1:] == (4, 2)
        np.testing.assert_array_equal(windows, x[targets[:, None] + np.arange(4)])
    again = timeseries_dataset_from_array(x, y, 4, shuffle=True, seed=3, batch_size=5)
    np.testing.assert_array_equal(seen, np.concatenate([t for _, t in again]))
    ((x, y),) = timeseries_dataset_from_array([1, 2, 3], [5, 6, 7], 2, seed=3)  # a seed for nothing
    assert y.tolist() == [5, 6] and y.dtype == np.int64 and x.dtype == np.float32


def test_windows_need_a_target_each():
    found = list(timeseries_dataset_from_array(np.arange(20), np.arange(10), 3, start_index=4))
    assert len(found) == 1 and found[0][1].tolist() == [4, 5, 6, 7, 8, 9]


def test_windows_that_cannot_be():
    x = np.arange(10.0)
    for options, said in (
        (
            dict(sequence_length=0),
            "sequence_length must be a whole number of at least 1; received 0",
        ),
        (dict(sequence_length=3, sampling_rate=0), "sampling_rate"),
        (dict(sequence_length=3, format="grain"), "format: 'tf'.* received 'grain'"),
        (dict(sequence_length=3, sequence_stride=-1), "sequence_stride"),
        (dict(sequence_length=11), "10 steps hold no window of 11 numbers"),
        (
            dict(sequence_length=4, sampling_rate=2, start_index=4),
            "6 steps hold no window of 4 numbers, 2 steps apart",
        ),
        (dict(sequence_length=3, start_index=-1), "start_index"),
        (dict(sequence_length=3, start_index=10), "10 steps; received 10 and 10"),
        (dict(sequence_length=3, end_index=12), "received 0 and 12"),
    ):
        with pytest.raises(ValueError, match=said):
            timeseries_dataset_from_array(x, None, **options)


def test_fit_on_windows():
    set_random_seed(0)
    wave = np.sin(np.arange(300) / 5).astype(np.float32)
    data = timeseries_dataset_from_array(wave[:-8], wave[8:], 8, batch_size=32)
    model = Sequential([layers.Dense(16, "tanh"), layers.Dense(1)])
    model.compile("adam", "mse")
    losses = model.fit(data, epochs=30, verbose=0).history["loss"]
    assert losses[-1] < 0.05 * losses[0]
    assert model.evaluate(data, verbose=0) < 0.05


def test_padding():
    rows = [[1, 2, 3], [4], []]
    np.testing.assert_array_equal(pad_sequences(rows), [[1, 2, 3], [0, 0, 4], [0, 0, 0]])
    np.testing.assert_array_equal(
        pad_sequences(rows, 2, padding="post", truncating="post", value=9), [[1, 2], [4, 9], [9, 9]]
    )
    np.testing.assert_array_equal(pad_sequences(iter(rows), 2), [[2, 3], [0, 4], [0, 0]])
    assert pad_sequences([], maxlen=3).shape == (0, 3) and pad_sequences(rows, 0).shape == (3, 0)
    assert pad_sequences([]).shape == (0, 0) and pad_sequences([[], []]).shape == (2, 0)
    assert pad_sequences([["1", "-2"]]).tolist() == [[1, -2]]
    assert pad_sequences([["a"], []], dtype=object, value="").tolist() == [["a"], [""]]
    assert (
        pad_sequences(rows).dtype == np.int32
        and utils.pad_sequences is preprocessing.sequence.pad_sequences
    )


@pytest.mark.parametrize(
    ("rows", "options", "said"),
    [
        ([1, 2], {}, "list of single values"),
        (5, {}, r"as \[\[1, 2\], \[3\]\]; received 5"),
        ([[1], ["a"]], {}, "the table is of dtype int32, .* holds <U1. Pass dtype=object"),
        ([[1]], dict(padding="left"), "padding is 'pre' or 'post'; received 'left'"),
        ([[1]], dict(truncating=0), "truncating is"),
        ([[1]], dict(maxlen=2.5), "maxlen must be a whole number"),
        ([[[1, 2]], [], [[1]]], {}, r"one shape, here \(2,\); received \(1,\) in sequence 2"),
    ],
)
def test_padding_that_cannot_be(rows, options, said):
    with pytest.raises((ValueError, TypeError), match=said):
        pad_sequences(rows, **options)


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"batch_size": 4},
        {"batch_size": 3},
        {"batch_size": 2, "stride": 3, "sampling_rate": 2},
        {"start_index": 4, "end_index": 9, "batch_size": 3},
        {"end_index": 4, "reverse": True},
    ],
)
def test_windows_before_a_moment(options):
    series, length = list(range(0, 40, 2)), 4
    found = preprocessing.sequence.TimeseriesGenerator(
        series, [10 * n for n in series], length, **options
    )
    first, last = options.get("start_index", 0) + length, options.get("end_index", 19)
    moments = list(range(first, last + 1, options.get("stride", 1)))
    size, back = options.get("batch_size", 128), -1 if options.get("reverse") else 1
    wanted = [moments[i : i + size] for i in range(0, len(moments), size)]
    assert len(found) == len(wanted)
    for (x, y), batch in zip((found[i] for i in range(len(found))), wanted):
        rate = options.get("sampling_rate", 1)
        assert x.tolist() == [series[t - length : t : rate][::back] for t in batch]
        assert y.tolist() == [10 * series[t] for t in batch] and x.dtype == y.dtype == np.int64


def test_windows_at_random_moments():
    series = np.arange(10.0)
    make = preprocessing.sequence.TimeseriesGenerator
    x, y = make(series, series * 10, length=3, shuffle=True)[0]
    assert x.shape == (128, 3) and (x[:, 2] * 10 + 10 == y).all()
    assert set(y) == {10 * n for n in range(3, 10)}
    assert len(make(series, series, length=9)) == 1
    with pytest.raises(TypeError, match="speed"):
        make(series, series, length=3, speed=1)
    with pytest.raises(ValueError, match="10 and 9"):
        make(series, series[1:], length=3)
    for options, said in (
        ({}, "between 0 and 9"),
        ({"start_index": 2}, "between 2 and 9"),
    ):
        with pytest.raises(ValueError, match=f"no step has 10 steps before it {said}"):
            make(series, series, length=10, **options)


def test_pairs_of_neighbours():
    skipgrams = minidl.preprocessing.sequence.skipgrams
    assert skipgrams([1, 2, 0, 3], 9, window_size=1, negative_samples=0, shuffle=False) == (
        [[1, 2], [2, 1]],
        [1, 1],
    )
    couples, labels = skipgrams(list(range(1, 9)), 9, window_size=2, negative_samples=0.5, seed=3)
    assert sum(labels) * 3 == 2 * len(labels) and all(
        abs(a - b) <= 2 for (a, b), label in zip(couples, labels) if label
    )
    assert labels != sorted(labels, reverse=True) and all(1 <= b < 9 for _, b in couples)
    _, hot = skipgrams([1, 2], 9, categorical=True, shuffle=False)
    assert hot == [[0, 1], [0, 1], [1, 0], [1, 0]]
    table = minidl.preprocessing.sequence.make_sampling_table
    printed = [
        0.00315225,
        0.00315225,
        0.00547597,
        0.00741556,
        0.00912817,
    ]  # in Keras's documentation
    np.testing.assert_allclose(table(5), printed, atol=5e-9)
    assert table(9, sampling_factor=1).tolist()[2:] == [1] * 7
    assert skipgrams([1, 2, 3], 9, sampling_table=np.zeros(4), negative_samples=0) == ([], [])
    kept = skipgrams([1, 2], 2, sampling_table=[0, 1, 0], negative_samples=3, shuffle=False)
    assert kept == ([[1, 2], [1, 1], [1, 1], [1, 1]], [1, 0, 0, 0])
    near = [[3, 1], [3, 2], [3, 4], [3, 5]]  # at most two places away
    found, _ = skipgrams([9, 1, 2, 3, 4, 5, 9], 9, 2, 0, False)
    assert [pair for pair in found if pair[0] == 3] == near

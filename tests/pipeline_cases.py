"""Pipelines as programs of tf.data write them, for minidl.data and tf.data alike: each case takes
one of the two and returns what it yields. tests/goldens/tf_data.json has what TensorFlow finds;
`python tests/pipeline_cases.py`, with TensorFlow, writes it anew.
"""

import json
import os
from pathlib import Path

import numpy as np

GOLDEN = Path(__file__).parent / "goldens" / "tf_data.json"


def plain(value):
    """Elements as JSON keeps them: tuples as lists, bytes as text."""
    if isinstance(value, dict):
        return {k: plain(value[k]) for k in sorted(value)}
    if isinstance(value, (tuple, list)):
        return [plain(v) for v in value]
    if hasattr(value, "as_numpy_iterator"):
        return values(value)
    value = value.tolist() if hasattr(value, "tolist") else value
    return plain(value) if isinstance(value, list) else getattr(value, "decode", lambda: value)()


def values(dataset):
    return [plain(element) for element in dataset.as_numpy_iterator()]


def pairs(data, n=5):
    return data.Dataset.from_tensor_slices((np.arange(n), np.arange(n) / 4))


def lists(data):
    """Elements of 1, 2, 3, 4, 5 and 1 numbers."""
    found = [[1], [2, 2], [3, 3, 3], [4] * 4, [5] * 5, [6]]
    return data.Dataset.from_generator(
        lambda: iter(found), output_signature=data.TensorSpec([None], "int32")
    )


def counting(data, n):
    return data.Dataset.range(n)


def dicts(data):
    return data.Dataset.from_tensor_slices({"b": ["x", "yy", "z"], "a": [1.5, 2.0, 3.0]})


def small(data, n=9):
    """A dataset whose length tf.data does not know: 0, 1, 2."""
    return counting(data, n).filter(lambda x: x < 3)


# name: (what it makes, of the two)
DATASETS = {
    "range": lambda d: d.Dataset.range(4),
    "range_from": lambda d: d.Dataset.range(2, 5),
    "range_down": lambda d: d.Dataset.range(5, 1, -2),
    "range_empty": lambda d: d.Dataset.range(5, 1),
    "range_float": lambda d: d.Dataset.range(3, output_type=d.float32),
    "whole_lists": lambda d: d.Dataset.from_tensor_slices([1, 2]),
    "float_lists": lambda d: d.Dataset.from_tensor_slices([[1.0, 2], [3, 4]]),
    "bools": lambda d: d.Dataset.from_tensor_slices([True, False]),
    "texts": lambda d: d.Dataset.from_tensor_slices(["one", "zwölf"]),
    "tensors": lambda d: d.Dataset.from_tensors(({"a": [1, 2]}, 3)),
    "tensors_matrix": lambda d: d.Dataset.from_tensors([[1, 2], [3, 4]]),
    "generator_types": lambda d: d.Dataset.from_generator(
        lambda: iter([(1, [1, 2]), (2, [3, 4])]), (d.int32, d.float32), ([], [2])
    ),
    "generator_args": lambda d: d.Dataset.from_generator(
        lambda n: range(n), args=[3], output_signature=d.TensorSpec((), d.int32)
    ),
    "generator_dict": lambda d: d.Dataset.from_generator(
        lambda: ({"a": i, "b": "t"} for i in range(2)),
        output_signature={"a": d.TensorSpec((), d.float32), "b": d.TensorSpec((), d.string)},
    ),
    "batch": lambda d: pairs(d).batch(2),
    "batch_drop": lambda d: pairs(d).batch(2, drop_remainder=True),
    "batch_dict": lambda d: dicts(d).batch(2),
    "batch_batch": lambda d: counting(d, 5).batch(2).batch(2, drop_remainder=True),
    "padded": lambda d: lists(d).padded_batch(4),
    "padded_to": lambda d: lists(d).take(4).padded_batch(2, padded_shapes=[5]),
    "padded_value": lambda d: (
        lists(d).take(3).padded_batch(2, [None], np.int32(-1), drop_remainder=True)
    ),
    "padded_tuple": lambda d: d.Dataset.zip((lists(d), counting(d, 6))).padded_batch(
        3, ([6], []), (np.int32(7), np.int64(0))
    ),
    "unbatch": lambda d: pairs(d).batch(3).unbatch(),
    "unbatch_dict": lambda d: dicts(d).batch(2).unbatch(),
    "rebatch": lambda d: counting(d, 5).batch(3).rebatch(2),
    "map": lambda d: counting(d, 3).map(lambda x: x * 2 + 1),
    "map_pairs": lambda d: pairs(d).map(lambda x, y: {"x": x, "y": y * 2}),
    "map_dict": lambda d: dicts(d).map(lambda e: (e["a"] * 2, e["b"])),
    "map_batches": lambda d: pairs(d).batch(2).map(lambda x, y: (y, x + 1)),
    "filter": lambda d: pairs(d).filter(lambda x, y: x % 2 == 1),
    "take": lambda d: counting(d, 5).take(2),
    "take_more": lambda d: counting(d, 5).take(9),
    "take_all": lambda d: counting(d, 5).take(-1),
    "skip": lambda d: counting(d, 5).skip(2),
    "skip_more": lambda d: counting(d, 5).skip(9),
    "skip_all": lambda d: counting(d, 5).skip(-1),
    "repeat": lambda d: counting(d, 2).repeat(3),
    "repeat_0": lambda d: counting(d, 2).repeat(0),
    "repeat_take": lambda d: counting(d, 2).repeat().take(5),
    "repeat_batch": lambda d: counting(d, 3).repeat(2).batch(4),
    "batch_repeat": lambda d: counting(d, 3).batch(2).repeat(2),
    "cache": lambda d: counting(d, 3).cache(),
    "prefetch": lambda d: counting(d, 3).prefetch(d.AUTOTUNE),
    "concatenate": lambda d: counting(d, 2).concatenate(d.Dataset.range(5, 7)),
    "enumerate": lambda d: pairs(d, 3).enumerate(5),
    "shard": lambda d: counting(d, 7).shard(3, 1),
    "zip": lambda d: d.Dataset.zip((counting(d, 3), (d.Dataset.range(3, 6), counting(d, 9)))),
    "zip_dict": lambda d: d.Dataset.zip({"b": counting(d, 2), "a": counting(d, 4)}),
    "zip_args": lambda d: d.Dataset.zip(counting(d, 2), counting(d, 3)),
    **{
        f"window_{i}": lambda d, a=a: counting(d, 8).window(*a).flat_map(lambda w: w.batch(9))
        for i, a in enumerate(
            [(3,), (3, 1), (3, 2, 2), (3, None, 1, True), (3, 5), (3, 1, 2, True), (2, 3, 3)]
        )
    },
    "window_pairs": lambda d: (
        pairs(d)
        .window(3, 1, drop_remainder=True)
        .flat_map(lambda x, y: d.Dataset.zip((x.batch(3), y.batch(3))))
    ),
    **{
        f"interleave_{c}_{b}": lambda d, c=c, b=b: d.Dataset.range(1, 6).interleave(
            lambda x: d.Dataset.from_tensors(x).repeat(x), cycle_length=c, block_length=b
        )
        for c in (1, 2, 3, 7)
        for b in (1, 2, 3)
    },
    "flat_map": lambda d: counting(d, 4).flat_map(lambda x: d.Dataset.range(x)),
    "take_while": lambda d: counting(d, 9).take_while(lambda x: x < 3),
    "scan": lambda d: counting(d, 5).scan(np.int64(0), lambda s, x: (s + x, s + x)),
    "unique": lambda d: d.Dataset.from_tensor_slices([1, 3, 1, 2, 3]).unique(),
    "buckets": lambda d: lists(d).bucket_by_sequence_length(
        lambda x: d.length(x), [3, 5], [2, 2, 2]
    ),
    "buckets_drop": lambda d: lists(d).bucket_by_sequence_length(
        lambda x: d.length(x), [3, 5], [2, 2, 2], drop_remainder=True
    ),
    "choose": lambda d: d.Dataset.choose_from_datasets(
        [counting(d, 3), d.Dataset.range(10, 13)],
        d.Dataset.from_tensor_slices(np.array([0, 1, 0, 1, 1, 0])),
    ),
    "choose_on": lambda d: d.Dataset.choose_from_datasets(
        [counting(d, 1), d.Dataset.range(10, 13)],
        d.Dataset.from_tensor_slices(np.array([0, 0, 1, 1])),
        stop_on_empty_dataset=False,
    ),
    "choose_stop": lambda d: d.Dataset.choose_from_datasets(
        [counting(d, 1), d.Dataset.range(10, 13)],
        d.Dataset.from_tensor_slices(np.array([0, 0, 1, 1])),
    ),
    "apply": lambda d: counting(d, 3).apply(lambda data: data.map(lambda x: x + 1)),
    "options": lambda d: counting(d, 3).with_options(d.Options()),
    "counter": lambda d: d.Dataset.counter(3, 2).take(3),
}
# name: data whose number of elements alone is asked for
CARDINALITIES = {
    "endless": lambda d: counting(d, 3).repeat(),
    "endless_batch": lambda d: counting(d, 3).repeat().batch(2),
    "endless_skip": lambda d: counting(d, 3).repeat().skip(1),
    "nothing_repeated": lambda d: counting(d, 0).repeat(),
    "unknown": small,
    "unknown_repeat": lambda d: small(d).repeat(),
    "unknown_repeat_0": lambda d: small(d).repeat(0),
    "unknown_take": lambda d: small(d).take(2),
    "unknown_take_0": lambda d: small(d).take(0),
    "unknown_skip": lambda d: small(d).skip(2),
    "unknown_batch": lambda d: small(d).batch(2),
    "unknown_then_endless": lambda d: small(d).concatenate(counting(d, 2).repeat()),
    "endless_zip": lambda d: d.Dataset.zip((counting(d, 3).repeat(), counting(d, 2).repeat())),
    "endless_and_3": lambda d: d.Dataset.zip((counting(d, 3).repeat(), counting(d, 3))),
    "unknown_and_3": lambda d: d.Dataset.zip((small(d), counting(d, 3))),
    "unknown_and_endless": lambda d: d.Dataset.zip((small(d), counting(d, 3).repeat())),
    "shard_0": lambda d: counting(d, 7).shard(3, 0),
    "window": lambda d: counting(d, 7).window(3),
    "window_drop": lambda d: counting(d, 7).window(3, 1, drop_remainder=True),
    "window_shift": lambda d: counting(d, 7).window(2, 4, 2, drop_remainder=True),
}


def spec(found):
    """A spec as JSON keeps it: [shape, dtype], nested as the elements are."""
    if isinstance(found, dict):
        return {k: spec(found[k]) for k in sorted(found)}
    if isinstance(found, (tuple, list)):
        return [spec(f) for f in found]
    shape = None if found.shape is None else [None if n is None else int(n) for n in found.shape]
    name = found.dtype.name
    return {"shape": shape, "dtype": "string" if name.startswith(("str", "byte")) else name}


def facts(data):
    """What all cases yield."""
    made = {name: make(data) for name, make in DATASETS.items()}
    return {
        "elements": {name: values(found) for name, found in made.items()},
        "specs": {name: spec(found.element_spec) for name, found in made.items()},
        "cardinality": {
            name: int(make(data).cardinality())
            for name, make in {**DATASETS, **CARDINALITIES}.items()
        },
    }


def of_tensorflow():
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    from types import SimpleNamespace

    import tensorflow as tf  # pyright: ignore[reportMissingImports]

    return SimpleNamespace(
        Dataset=tf.data.Dataset,
        AUTOTUNE=tf.data.AUTOTUNE,
        Options=tf.data.Options,
        TensorSpec=tf.TensorSpec,
        int32=tf.int32,
        float32=tf.float32,
        string=tf.string,
        length=lambda x: tf.shape(x)[0],
    )


if __name__ == "__main__":
    found = facts(of_tensorflow())
    rows = [
        f' "{kind}": {{\n'
        + ",\n".join(f'  "{name}": {json.dumps(fact)}' for name, fact in of_kind.items())
        + "\n }"
        for kind, of_kind in found.items()
    ]
    GOLDEN.write_text("{\n" + ",\n".join(rows) + "\n}\n", encoding="utf-8")

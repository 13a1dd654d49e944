"""FeatureSpace: the columns of a table as numbers. What it gives is worked out by hand."""

import numpy as np
import pytest

import minidl
from minidl import Model, layers, ops
from minidl.data import Dataset
from minidl.models import load_model
from minidl.utils import FeatureSpace

TABLE = {"size": [1.0, 3.0, 1.0, 3.0], "kind": ["a", "b", "a", "a"], "floor": [2, 1, 1, 1]}
# floor: unknown, 1, 2; kind: unknown, a, b; size: mean 2, variance 1
ROWS = [
    [0, 0, 1, 0, 1, 0, -1],
    [0, 1, 0, 0, 0, 1, 1],
    [0, 1, 0, 0, 1, 0, -1],
    [0, 1, 0, 0, 1, 0, 1],
]
KINDS = {"size": "float_normalized", "kind": "string_categorical", "floor": "integer_categorical"}
# of (kind, floor) as numbers: (1, 2), (2, 1), (1, 1), (1, 1); see tests/text/test_crossing.py
CROSSED = [2, 1, 1, 1]


def adapted(features=KINDS, table=TABLE, **options):
    space = FeatureSpace(features, **options)
    space.adapt(table)
    return space


@pytest.mark.parametrize("batch", [None, 1, 3, 4])
def test_columns_side_by_side(batch):
    """In alphabetical order, whether the data come one by one or in batches."""
    data = Dataset.from_tensor_slices(TABLE)
    space = FeatureSpace(KINDS)
    space.adapt(data if batch is None else data.batch(batch))
    assert space(TABLE).numpy().tolist() == ROWS and space(TABLE).dtype == "float32"
    columns = {name: np.array(values)[:, None] for name, values in TABLE.items()}
    assert space(columns).numpy().tolist() == ROWS
    row = {name: values[1] for name, values in TABLE.items()}
    assert space(row).numpy().tolist() == ROWS[1]
    labelled = Dataset.from_tensor_slices((TABLE, [0, 1, 1, 0])).batch(2)
    made = [x.numpy() for x, _ in labelled.map(lambda x, y: (space(x), y))]
    assert np.concatenate(made).tolist() == ROWS
    unknown = space({"size": [2], "kind": ["?"], "floor": [9], "not asked for": [3]})
    assert unknown.numpy().tolist() == [[1, 0, 0, 1, 0, 0, 0]]


def one_hot(places, size):
    return np.eye(size)[places].tolist()


# a kind of column, its values, and what becomes of them
COLUMNS = {
    "float": (FeatureSpace.float(), [3, 1], [[3], [1]]),
    "float_rescaled": (FeatureSpace.float_rescaled(2.0, 1.0), [3, 1], [[7], [3]]),
    "two bins": (FeatureSpace.float_discretized(2), [1, 2, 8, 9], one_hot([0, 1, 1, 1], 2)),
    "by boundaries": (
        FeatureSpace.float_discretized(None, [2.0, 5.0], output_mode="int"),
        [1.0, 2.0, 9.0],
        [[0], [1], [2]],
    ),
    "of boundaries": (
        FeatureSpace.float_discretized(None, [2.0, 5.0]),
        [1.0, 2.0, 9.0],
        one_hot([0, 1, 2], 3),
    ),
    "no unknown": (
        FeatureSpace.string_categorical(num_oov_indices=0),
        ["x", "y", "y"],
        one_hot([1, 0, 0], 2),
    ),
    "few": (FeatureSpace.integer_categorical(max_tokens=2), [5, 6, 6], one_hot([0, 1, 1], 2)),
    "int": (FeatureSpace.integer_categorical(output_mode="int"), [5, 6, 6], [[2], [1], [1]]),
    "string_hashed": (FeatureSpace.string_hashed(1), ["x", "y"], [[1], [1]]),
    "integer_hashed": (FeatureSpace.integer_hashed(1, output_mode="int"), [3, 4], [[0], [0]]),
    "a layer": (
        FeatureSpace.feature("float32", layers.CategoryEncoding(3), "float"),
        [2, 0],
        [[0, 0, 1], [1, 0, 0]],
    ),
    "texts": (
        FeatureSpace.feature("string", layers.TextVectorization(output_mode="count"), "float"),
        ["b b a", "b"],
        [[0, 2, 1], [0, 1, 0]],
    ),
    "given": (
        FeatureSpace.feature("float32", layers.Normalization(mean=1.0, variance=4.0), "float"),
        [3.0, 5.0],
        [[1], [2]],
    ),
}


@pytest.mark.parametrize("title", COLUMNS)
def test_kinds_of_columns(title):
    kind, values, expected = COLUMNS[title]
    space = adapted({"c": kind}, {"c": values}, output_mode="dict")
    found = space({"c": values})
    assert list(found) == ["c"]
    assert found["c"].numpy().tolist() == expected
    again = FeatureSpace.from_config(space.get_config())
    again.adapt({"c": values})
    assert again({"c": values})["c"].numpy().tolist() == found["c"].numpy().tolist()


def test_by_name():
    """The sizes of kinds that are given by their names."""
    kinds = ("float_discretized", "integer_hashed", "string_hashed", "float", "float_rescaled")
    space = FeatureSpace(
        {kind: kind for kind in kinds}, hashing_dim=5, num_discretization_bins=4, crossing_dim=6
    )
    assert space.preprocessors["float_discretized"].num_bins == 4
    assert space.preprocessors["integer_hashed"].num_bins == 5
    assert space.preprocessors["string_hashed"].num_bins == 5
    assert space.preprocessors["float"].name == "float_preprocessor"
    assert space.features["float_rescaled"].output_mode == "float"


@pytest.mark.parametrize("cross", [("kind", "floor"), FeatureSpace.cross(("kind", "floor"), 5)])
def test_crosses(cross):
    """Last, also where their names would come first."""
    space = adapted(
        KINDS | {"z": "float"}, TABLE | {"z": [0.0] * 4}, crosses=[cross], crossing_dim=5
    )
    found = space(TABLE | {"z": [0.0] * 4}).numpy()
    assert found[:, 7].tolist() == [0] * 4 and found[:, :7].tolist() == ROWS
    assert found[:, 8:].tolist() == one_hot(CROSSED, 5)
    assert isinstance(space.crossers["kind_X_floor"], layers.HashedCrossing)
    whole = FeatureSpace.cross(("kind", "floor"), 5, output_mode="int")
    parts = adapted(crosses=[whole], output_mode="dict")(TABLE)
    assert list(parts) == ["floor", "kind", "size", "kind_X_floor"]
    assert parts["kind_X_floor"].numpy().ravel().tolist() == CROSSED
    two = adapted(crosses=[cross, ("floor", "kind")], output_mode="dict")(TABLE)
    assert list(two)[3:] == ["floor_X_kind", "kind_X_floor"]
    row = adapted(crosses=[cross], output_mode="dict")({k: v[0] for k, v in TABLE.items()})
    assert {k: v.shape for k, v in row.items()} == dict(
        floor=(3,), kind=(3,), size=(1,), kind_X_floor=(5 if not isinstance(cross, tuple) else 32,)
    )


def test_a_part_of_a_model():
    space = adapted(crosses=[("kind", "floor")], crossing_dim=5)
    features = space.get_encoded_features()
    assert features.shape == (None, 12) and features is space.get_encoded_features()
    end = layers.Dense(1)(features)
    trained, asked = Model(features, end), Model(space.get_inputs(), end)
    trained.compile("sgd", "mse")
    data = Dataset.from_tensor_slices((TABLE, [0.0, 1.0, 1.0, 0.0])).batch(2)
    trained.fit(data.map(lambda x, y: (space(x), y)), verbose=0)
    expected = trained.predict(space(TABLE), verbose=0)
    given = {name: ops.convert_to_tensor(values) for name, values in TABLE.items()}
    np.testing.assert_allclose(asked.predict(given, verbose=0), expected, rtol=1e-6)
    asked.compile("sgd", "mse")
    assert asked.evaluate(data, verbose=0) == pytest.approx(
        np.mean((expected[:, 0] - [0, 1, 1, 0]) ** 2), rel=1e-5
    )
    symbols = adapted(output_mode="dict").get_encoded_features()
    assert {name: s.shape for name, s in symbols.items()} == dict(
        floor=(None, 3), kind=(None, 3), size=(None, 1)
    )


@pytest.mark.parametrize("ending", ["keras", "npz"])
def test_saved_and_loaded(ending, tmp_path):
    words = layers.TextVectorization(output_mode="count")
    texts = FeatureSpace.feature("string", words, "float")
    kinds = KINDS | {"bins": FeatureSpace.float_discretized(3), "text": texts}
    kinds |= {"hashed": "string_hashed", "plain": "float"}
    table = TABLE | {"bins": [1, 2, 3, 9], "text": ["u v", "v", "", "w"]}
    table |= {"hashed": ["p", "q", "r", "s"], "plain": [1, 2, 3, 4]}
    space = adapted(kinds, table, crosses=[("kind", "bins")], crossing_dim=9)
    space.save(tmp_path / f"space.{ending}")
    again = load_model(tmp_path / f"space.{ending}")
    assert type(again) is FeatureSpace and again.name == space.name
    np.testing.assert_array_equal(again(table), space(table))
    assert again.get_config() == space.get_config()
    assert again.get_encoded_features().shape == (None, space(table).shape[1])
    hashes = FeatureSpace({"hashed": "string_hashed"})
    hashes.save(tmp_path / f"hashes.{ending}")
    again = load_model(tmp_path / f"hashes.{ending}")
    np.testing.assert_array_equal(again(table), hashes(table))


def test_adapted_again():
    space = adapted()
    assert space.get_encoded_features().shape == (None, 7)
    space.adapt(TABLE | {"kind": ["a", "b", "c", "d"]})
    assert space(TABLE).shape == (4, 9) and space.get_encoded_features().shape == (None, 9)


NEW = FeatureSpace(KINDS)
MISTAKES = {
    "nothing learned": (lambda: NEW(TABLE), "'size', 'kind', 'floor' yet: call adapt"),
    "nothing to save": (lambda: NEW.save("x.npz"), "call adapt"),
    "nothing to give": (NEW.get_inputs, "call adapt"),
    "no symbol": (NEW.get_encoded_features, "call adapt"),
    "no features": (lambda: FeatureSpace({}), "features is a dict"),
    "a kind": (lambda: FeatureSpace({"a": "floats"}), "column 'a' is one of 'float', .*'floats'"),
    "a mode": (lambda: FeatureSpace(KINDS, "list"), "output_mode is one of 'concat', 'dict'"),
    "a feature": (lambda: FeatureSpace.feature("int32", None, "hot"), "'float'; received 'hot'"),
    "a cross": (lambda: FeatureSpace.cross(("a", "b"), 3, "float"), "'one_hot'; received 'float'"),
    "crosses": (lambda: FeatureSpace(KINDS, crosses=[("kind", "x")]), r"\['x'\] are not among"),
    "labels": (
        lambda: NEW.adapt(Dataset.from_tensor_slices((TABLE, [1, 2, 3, 4]))),
        "Of a Dataset of pairs take the first",
    ),
    "arrays": (lambda: NEW.adapt(np.ones((3, 2))), "adapts to a Dataset of dicts"),
    "a list": (lambda: adapted()([1, 2]), "called on a dict of columns"),
    "a symbol": (lambda: adapted()({"size": minidl.Input((1,))}), "get_encoded_features"),
    "a column": (lambda: adapted()({"size": [1.0]}), r"columns \['kind', 'floor'\] are missing"),
    "whole numbers": (
        lambda: adapted({"c": COLUMNS["int"][0]}, {"c": [1]})({"c": [1]}),
        "'c' is of dtype int64",
    ),
    "fractions": (
        lambda: FeatureSpace({"c": FeatureSpace.feature("float32", layers.Identity(), "one_hot")})(
            {"c": [1.0]}
        ),
        "Identity does not give whole numbers",
    ),
}


@pytest.mark.parametrize("title", MISTAKES)
def test_mistakes(title):
    wrong, message = MISTAKES[title]
    with pytest.raises(ValueError, match=message):
        wrong()

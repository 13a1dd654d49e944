"""The columns of a table, each with the layer that makes numbers of it, and all of them as one
input of a model.
"""

from __future__ import annotations

from typing import Any

from .. import layers
from ..data import Dataset
from ..data.elements import as_arrays, as_tensors_or_texts
from ..support.configs import deserialize
from ..support.structures import leaves
from ..symbolic import has_symbol
from ..tensor import Tensor
from . import saving
from .architecture import model_classes
from .features import Cross, Feature, Kinds, check, is_given, knows, number_of_categories


@model_classes.register()
class FeatureSpace(Kinds):
    """Makes numbers of the columns of a table: of a dict of columns one array (n, features), or,
    for output_mode='dict', a dict of arrays. Call adapt(data) first.

    features: the kind of each column by its name, 'float_normalized' or
    FeatureSpace.float_normalized(). crosses: columns to combine, [('age', 'sex')] or
    [FeatureSpace.cross(('age', 'sex'), crossing_dim=64)]. crossing_dim, hashing_dim,
    num_discretization_bins: the numbers of bins where a kind is given by its name.

    >>> space = FeatureSpace({"age": "float_discretized", "town": "string_categorical"})
    >>> space.adapt(data)
    >>> data = data.map(lambda x, y: (space(x), y))

    Or as a part of the model: get_inputs() and get_encoded_features() are its symbols.
    """

    optimizer = None

    def __init__(
        self,
        features,
        output_mode="concat",
        crosses=None,
        crossing_dim=32,
        hashing_dim=32,
        num_discretization_bins=32,
        name=None,
    ):
        super().__init__(name=name)
        if not features:
            raise ValueError("FeatureSpace: features is a dict, the kind of each column by name.")
        check("FeatureSpace: output_mode", output_mode, ("concat", "dict"))
        self.crossing_dim, self.hashing_dim = crossing_dim, hashing_dim
        self.num_discretization_bins, self.output_mode = num_discretization_bins, output_mode
        self.features = {name: self._feature(name, kind) for name, kind in features.items()}
        self.crosses = [self._cross(cross) for cross in crosses or ()]
        self.crosses_by_name = {cross.name: cross for cross in self.crosses}
        self.preprocessors = {name: f.preprocessor for name, f in self.features.items()}
        self.crossers = {
            cross.name: layers.HashedCrossing(cross.crossing_dim, name=cross.name)
            for cross in self.crosses
        }
        self.inputs = {
            name: layers.Input((1,), dtype=f.dtype, name=name) for name, f in self.features.items()
        }
        self.one_hot_encoders: dict[str, Any] = {}
        self.encoded_features: Any = None

    def _feature(self, name: str, kind) -> Feature:
        kind = deserialize(kind)
        if isinstance(kind, Feature):
            return kind
        kinds = ("float", "float_normalized", "float_rescaled", "float_discretized")
        kinds += ("integer_categorical", "string_categorical", "integer_hashed", "string_hashed")
        check(f"FeatureSpace: the kind of column {name!r}", kind, kinds)
        sizes = {"float_discretized": self.num_discretization_bins}
        sizes |= dict.fromkeys(("integer_hashed", "string_hashed"), self.hashing_dim)
        return getattr(self, kind)(*[sizes[kind]] if kind in sizes else [], name=name)

    def _cross(self, cross) -> Cross:
        cross = deserialize(cross)
        if not isinstance(cross, Cross):
            cross = Cross(cross, self.crossing_dim)
        unknown = [name for name in cross.feature_names if name not in self.features]
        if unknown:
            raise ValueError(
                f"FeatureSpace: crosses combine features, and {unknown} are not among "
                f"{list(self.features)}."
            )
        return cross

    # --- learning from the data

    def adapt(self, dataset) -> None:
        """Learn what the columns hold: vocabularies, means, bins. dataset: a Dataset of dicts,
        batched or not, without labels; or a dict of columns.
        """
        data = Dataset.from_tensor_slices(dataset) if isinstance(dataset, dict) else dataset
        if not isinstance(data, Dataset) or not isinstance(data.element_spec, dict):
            raise ValueError(
                f"{self._title} adapts to a Dataset of dicts, or to a dict of columns; received "
                f"{dataset!r}. Of a Dataset of pairs take the first: data.map(lambda x, y: x)."
            )
        self.one_hot_encoders, self.encoded_features = {}, None
        for name, layer in self._learners():
            layer.adapt(_columns(data, name))
        self.build()

    def _learners(self) -> list:
        """The columns, with their layers, that have something to learn."""
        return [
            (name, layer)
            for name, layer in self.preprocessors.items()
            if hasattr(layer, "adapt") and not is_given(layer)
        ]

    def build(self, input_shape=None) -> None:
        """Create the means of columns that are normalized, for a file to fill."""
        for layer in self.preprocessors.values():
            layer.build((None, 1))
        self.build_shape = (None, 1)

    def _check_adapted(self) -> None:
        waiting = [name for name, layer in self._learners() if not knows(layer)]
        if waiting:
            raise ValueError(
                f"{self._title} does not know the columns {', '.join(map(repr, waiting))} yet: "
                "call adapt(dataset) first."
            )

    # --- computing

    def __call__(self, data):  # pyright: ignore[reportIncompatibleMethodOverride]
        """Compute the features of a dict of columns, (n,) or (n, 1), or of one row, a dict of
        numbers and strings.
        """
        self._check_adapted()
        if not isinstance(data, dict) or has_symbol(data):
            raise ValueError(
                f"{self._title} is called on a dict of columns; received {data!r}. Its symbols "
                "for a model are get_inputs() and get_encoded_features()."
            )
        missing = [name for name in self.features if name not in data]
        if missing:
            raise ValueError(f"{self._title}: the columns {missing} are missing in {list(data)}.")
        columns = {name: _column(data[name], f.dtype) for name, f in self.features.items()}
        one_row = any(x.ndim == 0 for x in columns.values())
        columns = {k: x.reshape(-1, 1) if x.ndim < 2 else x for k, x in columns.items()}
        found = self._encoded(columns)
        if not one_row:
            return found
        if not isinstance(found, dict):
            return found[0]
        return {k: x[0] if x.ndim == 2 and x.shape[0] == 1 else x for k, x in found.items()}

    def get_inputs(self) -> dict:
        """The symbols of the columns, by name: the inputs of a model that takes raw data."""
        self._check_adapted()
        return self.inputs

    def get_encoded_features(self) -> Any:
        """The symbol of the features, or a dict of symbols: what a model goes on with."""
        self._check_adapted()
        if self.encoded_features is None:
            self.encoded_features = self._encoded(self.inputs)
        return self.encoded_features

    def _encoded(self, columns: dict) -> Any:
        """The features of columns (n, 1), in alphabetical order, the crossed ones last."""
        made = {name: layer(columns[name]) for name, layer in self.preprocessors.items()}
        crossed = {
            name: layer([made[part] for part in self.crosses_by_name[name].feature_names])
            for name, layer in self.crossers.items()
        }
        found = {name: self._as_rows(name, made[name]) for name in sorted(made)}
        found |= {name: self._as_rows(name, crossed[name]) for name in sorted(crossed)}
        if self.output_mode == "dict":
            return found
        for name, x in found.items():
            if x.dtype.kind != "f":
                raise ValueError(
                    f"{self._title}: feature {name!r} is of dtype {x.dtype}, which cannot be put "
                    "beside the others. Take output_mode='one_hot' for it, or output_mode='dict' "
                    "for all."
                )
        parts = list(found.values())
        return layers.concatenate(parts) if len(parts) > 1 else parts[0]

    def _as_rows(self, name: str, x) -> Any:
        spec = self.features.get(name) or self.crosses_by_name[name]
        if spec.output_mode != "one_hot":
            return x
        if name not in self.one_hot_encoders:
            layer = self.preprocessors.get(name) or self.crossers[name]
            size, (first, *_) = number_of_categories(layer), leaves(x)
            if size is None or first.dtype.kind not in "iu":
                raise ValueError(
                    f"{self._title}: feature {name!r} has output_mode='one_hot', and "
                    f"{type(layer).__name__} does not give whole numbers of known categories. "
                    "Take output_mode='int' or 'float'."
                )
            self.one_hot_encoders[name] = layers.CategoryEncoding(size)
        return self.one_hot_encoders[name](x)

    # --- keeping it

    @property
    def _title(self) -> str:
        return f"FeatureSpace '{self.name}'"

    def save(self, filepath) -> None:
        """Write it to a file, with all that it has learned; models.load_model reads it."""
        self._check_adapted()
        self.build()
        saving.save_model(self, filepath)

    def get_config(self) -> dict:
        config = super().get_config()
        return {k: v for k, v in config.items() if k not in ("trainable", "dtype")}


def _column(values, dtype: str) -> Any:
    """Values as a tensor or an array of strings; those of a column of floats as floats."""
    x = as_tensors_or_texts(as_arrays(values))
    return x.astype(dtype) if dtype.startswith("float") and isinstance(x, Tensor) else x


def _columns(data: Dataset, name: str):
    """The batches of one column, (n, 1); single values 32 at a time."""
    column = data.map(lambda x: x[name])
    column = column.batch(32) if column.element_spec.shape == () else column
    return (x.reshape(-1, 1) if x.ndim == 1 else x for x in column)

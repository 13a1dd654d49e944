"""The kinds of columns that a FeatureSpace knows: for each, the layer that makes numbers of it."""

from __future__ import annotations

from .. import layers
from ..support.configs import Configurable, deserialize
from ..support.registry import automatic_name
from .architecture import model_classes

_MODES = ("int", "one_hot", "float")


@model_classes.register()
class Feature(Configurable):
    """A column: the dtype of its values, the layer that prepares them, and what becomes of the
    result: 'float' and 'int' leave it, 'one_hot' makes rows of zeros and ones of whole numbers.
    """

    def __init__(self, dtype, preprocessor, output_mode):
        check("Feature: output_mode", output_mode, _MODES)
        self.dtype, self.output_mode = dtype, output_mode
        self.preprocessor = deserialize(preprocessor)


@model_classes.register()
class Cross(Configurable):
    """Several columns whose combination of values becomes one of crossing_dim bins."""

    def __init__(self, feature_names, crossing_dim, output_mode="one_hot"):
        check("Cross: output_mode", output_mode, ("int", "one_hot"))
        self.feature_names, self.crossing_dim = tuple(feature_names), crossing_dim
        self.output_mode = output_mode

    @property
    def name(self) -> str:
        """The names of the columns: 'age_X_sex'."""
        return "_X_".join(self.feature_names)


class Kinds(layers.Layer):
    """The kinds of columns. Each method returns a Feature; see FeatureSpace."""

    @classmethod
    def cross(cls, feature_names, crossing_dim, output_mode="one_hot") -> Cross:
        """Columns to cross: a bin for each combination of their values, by HashedCrossing."""
        return Cross(feature_names, crossing_dim, output_mode)

    @classmethod
    def feature(cls, dtype, preprocessor, output_mode) -> Feature:
        """A column that a layer of your choice prepares."""
        return Feature(dtype, preprocessor, output_mode)

    @classmethod
    def float(cls, name=None) -> Feature:
        """Numbers as they are."""
        return Feature("float32", layers.Identity(name=_named("float", name)), "float")

    @classmethod
    def float_rescaled(cls, scale=1.0, offset=0.0, name=None) -> Feature:
        """Numbers as scale·x + offset."""
        name = _named("float_rescaled", name)
        return Feature("float32", layers.Rescaling(scale, offset, name=name), "float")

    @classmethod
    def float_normalized(cls, name=None) -> Feature:
        """Numbers with mean 0 and variance 1, by Normalization."""
        name = _named("float_normalized", name)
        return Feature("float32", layers.Normalization(axis=-1, name=name), "float")

    @classmethod
    def float_discretized(
        cls, num_bins, bin_boundaries=None, output_mode="one_hot", name=None
    ) -> Feature:
        """Numbers as equally full bins, by Discretization."""
        name = _named("float_discretized", name)
        layer = layers.Discretization(bin_boundaries, num_bins, name=name)
        return Feature("float32", layer, output_mode)

    @classmethod
    def integer_categorical(
        cls, max_tokens=None, num_oov_indices=1, output_mode="one_hot", name=None
    ) -> Feature:
        """Whole numbers that name categories, by IntegerLookup."""
        name = _named("integer_categorical", name)
        layer = layers.IntegerLookup(max_tokens, num_oov_indices, name=name)
        return Feature("int32", layer, output_mode)

    @classmethod
    def string_categorical(
        cls, max_tokens=None, num_oov_indices=1, output_mode="one_hot", name=None
    ) -> Feature:
        """Strings that name categories, by StringLookup."""
        name = _named("string_categorical", name)
        layer = layers.StringLookup(max_tokens, num_oov_indices, name=name)
        return Feature("string", layer, output_mode)

    @classmethod
    def string_hashed(cls, num_bins, output_mode="one_hot", name=None) -> Feature:
        """Strings as bins, by Hashing."""
        layer = layers.Hashing(num_bins, name=_named("string_hashed", name))
        return Feature("string", layer, output_mode)

    @classmethod
    def integer_hashed(cls, num_bins, output_mode="one_hot", name=None) -> Feature:
        """Whole numbers as bins, by Hashing."""
        layer = layers.Hashing(num_bins, name=_named("integer_hashed", name))
        return Feature("int32", layer, output_mode)


def _named(kind: str, name: str | None) -> str:
    return f"{name or automatic_name(kind)}_preprocessor"


def check(what: str, value, known) -> None:
    """Raise ValueError if the value is not among those that are known. what: how the error
    begins.
    """
    if value not in known:
        raise ValueError(f"{what} is one of {', '.join(map(repr, known))}; received {value!r}.")


def is_given(layer) -> bool:
    """Whether a layer was given what it would learn."""
    if isinstance(layer, layers.Normalization):
        return layer.input_mean is not None
    if isinstance(layer, layers.Discretization):
        return layer.num_bins is None
    return any(getattr(part, "fixed", False) for part in layer.all_layers())


def knows(layer) -> bool:
    """Whether a layer has learned from data."""
    if isinstance(layer, layers.Discretization):
        return layer.bin_boundaries is not None
    lookups = [part for part in layer.all_layers() if hasattr(part, "has_vocabulary")]
    return all(part.has_vocabulary for part in lookups) if lookups else layer.built


def number_of_categories(layer) -> int | None:
    """How many whole numbers a layer gives, 0, 1, ...; None if it gives others."""
    if isinstance(layer, layers.Discretization) and layer.num_bins is None:
        return len(layer.bin_boundaries) + 1  # pyright: ignore[reportArgumentType]
    for name in ("num_bins", "num_tokens"):
        if hasattr(layer, name):
            return getattr(layer, name)
    return layer.vocabulary_size() if hasattr(layer, "vocabulary_size") else None

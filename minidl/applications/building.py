"""What the networks of this room have in common: checks of the arguments, the published weights,
and the way from a picture through the network to the model.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from .. import activations
from ..files.hdf5 import h5py_or_cure
from ..layers import BatchNormalization, Dense, GlobalAveragePooling2D, GlobalMaxPooling2D, Input
from ..models import Model
from ..support import backend
from ..support.dry_run import reading_of
from ..support.fetching import get_file
from ..symbolic import Symbol

SERVER = "https://storage.googleapis.com/"
KERNELS = "_weights_tf_dim_ordering_tf_kernels"  # in the names of most files


def channels_first() -> bool:
    """Whether pictures have the shape (channels, rows, columns)."""
    return backend.image_data_format() == "channels_first"


def channel_axis() -> int:
    """Return the axis of the channels in a batch of pictures."""
    return 1 if channels_first() else -1


def norm(x, name=None, **how):
    """Normalize each channel over the batch (Ioffe and Szegedy, 2015). The shape stays."""
    return BatchNormalization(axis=channel_axis(), name=name, **how)(x)


def padding_to_halve(x, width: int) -> tuple:
    """Return the zeros around pictures x with which a window of this odd width and stride 2 ends at
    the last row and column: ((top, bottom), (left, right)).
    """
    sizes = x.shape[2:4] if channels_first() else x.shape[1:3]
    return tuple((width // 2 - (n is None or n % 2 == 0), width // 2) for n in sizes)


def rounded(filters: float, divisor: int = 8) -> int:
    """Return the nearest multiple of the divisor that is at least 0.9 of a number of filters."""
    near = max(divisor, int(filters + divisor / 2) // divisor * divisor)
    return near + divisor if near < 0.9 * filters else near


def classifier(x, classes: int, activation, pool_name: str | None = "avg_pool"):
    """Average over all places, then one dense layer: (n, rows, columns, c) -> (n, classes)."""
    x = GlobalAveragePooling2D(name=pool_name)(x)
    return Dense(classes, activation=activation, name="predictions")(x)


class Network:
    """The facts about a published network.

    size: rows and columns of the pictures that it learned from. least: the smallest ones that it
    takes. address: of the weights, where {top} stands for "" or `no_top`. hashes: MD5 of the files
    with and without the top. pools: names of the layers of pooling="avg" and "max". enter: what
    comes before the trunk. raw: whether pictures are expected in steps of 1, not of 1/255.
    """

    def __init__(
        self,
        title: str,
        size: int,
        least: int,
        address: str,
        hashes: tuple = (None, None),
        no_top: str = "_notop",
        pools: tuple = (None, None),
        enter: Callable | None = None,
        raw: bool = False,
    ):
        self.title, self.size, self.least = title, size, least
        self.address, self.hashes, self.no_top = address, hashes, no_top
        self.pools, self.enter, self.raw = pools, enter, raw

    def check(self, include_top, weights, pooling, classes, activation) -> None:
        """Raise ValueError for arguments that no such model can have."""
        if not (weights in (None, "imagenet") or os.path.exists(weights)):
            raise ValueError(
                f"{self.title}: weights is 'imagenet', None for random ones, or the path of a file "
                f"that exists; received {weights!r}."
            )
        if weights == "imagenet" and include_top and classes != 1000:
            raise ValueError(
                f"{self.title}: the weights 'imagenet' tell 1000 classes apart; received "
                f"classes={classes}. Pass include_top=False and add a Dense({classes}) of your "
                "own, or weights=None."
            )
        if pooling not in (None, "avg", "max"):
            raise ValueError(
                f"{self.title}: pooling is None, 'avg' or 'max'; received {pooling!r}."
            )
        allowed = (activations.get("softmax"), activations.get(None))
        if include_top and weights is not None and activations.get(activation) not in allowed:
            raise ValueError(
                f"{self.title}: with trained weights classifier_activation is 'softmax', or None "
                f"for the numbers before it; received {activation!r}."
            )

    def picture_shape(self, shape, include_top, weights) -> tuple:
        """Return the shape of one picture, (rows, columns, channels); ValueError if the network
        does not take such pictures.
        """
        if shape is None:
            side = self.size if include_top else None
            return _shape(side, side, 3)
        shape, wanted = tuple(shape), _shape(self.size, self.size, 3)
        says = f"{self.title}: input_shape is"
        if len(shape) != 3:
            raise ValueError(
                f"{says} that of one picture, such as {wanted}, without the batch; received "
                f"{shape}."
            )
        if weights == "imagenet" and include_top and shape != wanted:
            raise ValueError(
                f"{says} {wanted} for the weights 'imagenet' with their top; received {shape}. "
                "Pass include_top=False, or bring the pictures to that size with layers.Resizing."
            )
        if include_top and None in shape:
            raise ValueError(
                f"{says} a shape of numbers if include_top=True; received {shape}. Say how many "
                "rows and columns, or pass include_top=False."
            )
        self._check_sizes(shape, weights)
        return shape

    def _check_sizes(self, shape: tuple, weights) -> None:
        """Raise ValueError for too small pictures, and for grey ones with weights of coloured."""
        channels, *sides = shape if channels_first() else (shape[2], *shape[:2])
        says = f"{self.title}: input_shape is"
        if weights == "imagenet" and channels != 3:
            raise ValueError(
                f"{says} that of pictures with 3 channels for the weights 'imagenet'; received "
                f"{shape}. Pictures in grey become such ones with np.repeat(x, 3, axis=-1)."
            )
        if any(n is not None and n < self.least for n in sides):
            raise ValueError(
                f"{says} at least {self.least} by {self.least} pixels; received {shape}. "
                "layers.Resizing makes pictures larger."
            )

    def model(
        self,
        trunk: Callable,
        head: Callable,
        include_top,
        weights,
        input_tensor,
        input_shape,
        pooling,
        classes,
        activation,
        name,
    ) -> Model:
        """Build the model. trunk: pictures -> features. head: (features, classes, activation) ->
        probabilities.
        """
        self.check(include_top, weights, pooling, classes, activation)
        shape = self.picture_shape(input_shape, include_top, weights)
        if input_tensor is not None and not isinstance(input_tensor, Symbol):
            raise ValueError(
                f"{self.title}: input_tensor is what layers.Input or a layer called on it "
                f"returned; received {type(input_tensor).__name__}. Call the model on data instead."
            )
        pictures = Input(shape) if input_tensor is None else input_tensor
        with reading_of(1 << 60):  # as for a file: shapes are found without computing pictures
            x = trunk(self.enter(pictures, weights) if self.enter else pictures)
            if include_top:
                x = head(x, classes, activation)
            elif pooling:
                average = pooling == "avg"
                kind = GlobalAveragePooling2D if average else GlobalMaxPooling2D
                x = kind(name=self.pools[0 if average else 1])(x)
            model = Model(_sources(pictures), x, name=name)
        if self.raw:  # then fit does not ask for numbers near 0..1
            model.layers[1].takes_raw_input = True
        if weights is not None:
            path = self.published(include_top) if weights == "imagenet" else weights
            model.load_weights(path)
        return model

    def published(self, include_top) -> str:
        """Return the path of the published weights, which are downloaded once."""
        h5py_or_cure()  # before a download of many megabytes
        origin = SERVER + self.address.format(top="" if include_top else self.no_top)
        digest = self.hashes[0 if include_top else 1]
        return get_file(origin=origin, file_hash=digest, cache_subdir="models")


def _shape(rows, columns, channels) -> tuple:
    return (channels, rows, columns) if channels_first() else (rows, columns, channels)


def _sources(symbol) -> Any:
    """Return the input, or the list of inputs, from which a symbol is computed."""
    found: dict[int, Symbol] = {}
    waiting, seen = [symbol], set()
    while waiting:
        one = waiting.pop()
        if id(one) not in seen:
            seen.add(id(one))
            waiting += one.node.parents() if one.node else []
            found |= {} if one.node else {id(one): one}
    inputs = list(found.values())
    return inputs[0] if len(inputs) == 1 else inputs


def network(trunk: Callable, facts: Network, says: str, name: str, head: Callable = classifier):
    """Return the function that builds a network, with Keras's arguments. says: its docstring."""

    def build(
        include_top=True,
        weights="imagenet",
        input_tensor=None,
        input_shape=None,
        pooling=None,
        classes=1000,
        classifier_activation="softmax",
        name=name,
    ) -> Model:
        asked = include_top, weights, input_tensor, input_shape, pooling, classes
        return facts.model(trunk, head, *asked, classifier_activation, name)

    build.__name__ = build.__qualname__ = facts.title
    build.__doc__ = f"Return {facts.title}: {says}"
    return build

"""Reads the tokens of a vocabulary from a file, checks them, and computes how rare they are."""

from __future__ import annotations

import math
import os
from collections import Counter
from pathlib import Path

import numpy as np

from ..support.disk import path_of


def read_tokens(owner: str, path, parsed) -> list:
    """Return the tokens in a text file, one for each line. parsed: converts a line to a token."""
    path = path_of(path, f"{owner}: vocabulary")
    if not os.path.isfile(path):
        raise FileNotFoundError(
            f"{owner}: there is no file {path}. A vocabulary is a list of tokens, or "
            f"the path of a text file with one on each line."
        )
    lines = Path(path).read_text(encoding="utf-8").split("\n")
    lines = lines[:-1] if lines[-1] == "" else lines
    try:
        return [parsed(line) for line in lines]
    except ValueError:
        raise ValueError(f"{owner}: {path} holds lines that are no whole numbers.") from None


def check_tokens(owner: str, tokens: list, special: list, never: set, most: int | None) -> None:
    """Raise ValueError if these tokens are no valid vocabulary: one occurs twice or is in `never`,
    or there are more than `most`, including the special tokens.
    """
    repeated = [token for token, n in Counter(tokens).items() if n > 1]
    if repeated:
        raise ValueError(
            f"{owner}: each token stands once in a vocabulary; received "
            f"{', '.join(map(repr, repeated[:3]))} more than once. "
            f"list(dict.fromkeys(vocabulary)) keeps the first of each."
        )
    if not tokens:
        raise ValueError(
            f"{owner}: a vocabulary holds at least one token besides the special ones; received "
            f"none."
        )
    for token in never & set(tokens):
        raise ValueError(
            f"{owner}: {token!r} is a special token and no part of the vocabulary, except that "
            f"all special ones, {special}, may begin it; received it at place "
            f"{tokens.index(token)}."
        )
    size = len(special) + len(tokens)
    if most is not None and size > most:
        raise ValueError(
            f"{owner}: with the special tokens the vocabulary has {size}, and max_tokens is {most}."
        )


def inverse_frequencies(
    tokens: list, samples_with: Counter, samples: int, special: int
) -> np.ndarray:
    """Return ln(1 + samples/(1 + samples with it)) for each token, after their mean for each
    special token.
    """
    idf = np.array([math.log(1 + samples / (1 + samples_with[token])) for token in tokens])
    return np.concatenate([np.full(special, idf.mean() if tokens else 0.0), idf])


def check_weights(owner: str, weights, mode: str) -> None:
    """Raise ValueError if a vocabulary comes without the idf_weights of mode 'tf_idf', or has them
    in another mode.
    """
    if (weights is None) == (mode == "tf_idf"):
        need = "takes no idf_weights"
        if weights is None:
            need = "needs idf_weights, a number for each token"
        raise ValueError(f"{owner}: output_mode={mode!r} {need}, when it is given a vocabulary.")


def weights_of_all(owner: str, idf: np.ndarray, tokens: int, missing: int) -> np.ndarray:
    """Return the weights of all indices; that of `missing` special tokens is the mean. ValueError
    if there are not as many as tokens.
    """
    if idf.shape != (tokens,):
        raise ValueError(
            f"{owner}: idf_weights holds a number for each of the {tokens} tokens; "
            f"received shape {idf.shape}."
        )
    return np.concatenate([np.full(missing, idf.mean(), idf.dtype), idf])


def rows_of(tokens: np.ndarray, whole: bool) -> list[list]:
    """Return an array as a list of samples, each a list of tokens. In an array with one axis, all
    tokens are one sample, or with `whole` each token is a sample.
    """
    if tokens.ndim < 2:
        tokens = tokens.reshape(-1, 1) if whole else tokens.reshape(1, -1)
    return tokens.reshape(len(tokens), math.prod(tokens.shape[1:])).tolist()


def with_vocabulary(make, config: dict):
    """Create the layer of a description by make(config), with its vocabulary: tokens, or
    {'lines': n} for n tokens in a file beside. ValueError if the description has none.
    """
    config = {k: v for k, v in config.items() if k != "has_input_vocabulary"}
    vocabulary, weights, size = (
        config.pop(name, None) for name in ("vocabulary", "idf_weights", "vocabulary_size")
    )
    layer = make(config)
    if isinstance(vocabulary, str):
        raise ValueError(
            f"{layer.owner}: a description may not name a file to read, and its vocabulary is "
            f"{vocabulary!r}."
        )
    if vocabulary is None and size and size > layer.vocabulary_size():
        raise ValueError(
            f"{layer.owner}: the description holds the size of the vocabulary alone, {size}, for "
            f"Keras keeps what adapt "
            "learned in a file beside. In Keras save the model as '.keras', or make the layer anew "
            "with vocabulary=layer.get_vocabulary()"
        )
    if isinstance(vocabulary, dict):
        if vocabulary["lines"] > layer.vocabulary_size():  # else nothing was learned
            layer.expect(vocabulary["lines"])
    elif vocabulary is not None:
        layer.set_vocabulary(vocabulary, weights)
    return layer


def check_settings(kind: str, mode: str, invert, pad_to_max_tokens, max_tokens, sparse) -> None:
    """Raise ValueError for settings of a lookup layer that cannot be combined."""
    if sparse:
        raise ValueError(f"{kind}: sparse results are not known here; leave sparse=False.")
    if invert and mode != "int":
        raise ValueError(f"{kind}: invert=True goes with output_mode='int'; received {mode!r}.")
    if pad_to_max_tokens and max_tokens is None:
        raise ValueError(
            f"{kind}: pad_to_max_tokens=True needs max_tokens, the number of columns; received "
            f"None."
        )

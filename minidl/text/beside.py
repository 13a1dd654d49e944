"""A vocabulary as a text file beside the description of a model, as in '.keras' files: each token
on a line, the special ones first.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .tokens import check_tokens, weights_of_all


def as_lines(owner: str, tokens: list) -> bytes:
    """Return the text of the file. ValueError for a token that Keras would not read as one line."""
    lines = [str(token) for token in tokens]
    text = "\n".join(lines)
    if text.splitlines() != lines:
        broken = [line for line in lines if line.splitlines() not in ([line], [])]
        raise ValueError(
            f"{owner}: the token {(broken or lines[-1:])[0]!r} cannot stand on a line of its own, "
            f"as a '.keras' file needs it for a layer whose vocabulary get_config does not hold."
        )
    return text.encode()


def take_lines(lookup: Any, text: bytes, weights) -> None:
    """Give a lookup layer the vocabulary in the text of a file. weights: those of all indices, in
    mode 'tf_idf'.

    A file with the special tokens alone comes from a layer that has learned nothing.
    """
    owner, special = lookup.owner, lookup.special
    lines = _lines(owner, text)
    if lines[: len(special)] != [str(token) for token in special]:
        raise ValueError(
            f"{owner}: its vocabulary begins with the special tokens {special}, and the file "
            f"begins with {lines[: len(special)]}"
        )
    if lookup.awaited not in (None, len(lines)):
        raise ValueError(
            f"{owner}: the description tells of {lookup.awaited} tokens, and the file of its "
            f"vocabulary has {len(lines)} lines. (A token with a line break is on several; in "
            f"Keras make the layer anew with vocabulary=layer.get_vocabulary())"
        )
    if len(lines) == len(special):
        return
    tokens = _parsed(owner, lines[len(special) :], lookup.parsed)
    check_tokens(owner, tokens, special, {lookup.mask_token} - {None}, lookup.max_tokens)
    idf = None
    if lookup.output_mode == "tf_idf":
        idf = np.asarray([] if weights is None else weights, lookup.dtype)
        # one with pad_to_max_tokens has zeros at the end
        idf = weights_of_all(owner, idf[: len(lines)], len(lines), 0)
    lookup.adopt(tokens, idf)


def _lines(owner: str, text: bytes) -> list[str]:
    try:
        lines = text.decode("utf-8").split("\n")
    except UnicodeDecodeError as error:
        raise ValueError(
            f"{owner}: its vocabulary is text in UTF-8, and byte {error.start} of the file is not"
        ) from None
    on_windows = len(lines) > 1 and all(line.endswith("\r") for line in lines[:-1])
    return [*(line[:-1] for line in lines[:-1]), lines[-1]] if on_windows else lines


def _parsed(owner: str, lines: list[str], parsed) -> list:
    try:
        return [parsed(line) for line in lines]
    except ValueError:
        raise ValueError(f"{owner}: its vocabulary holds lines that are no whole numbers") from None

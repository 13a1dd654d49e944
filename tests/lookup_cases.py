"""What tests/text/test_lookup_layers.py asks the lookup layers, and Keras's answers, for which Keras
needs TensorFlow.

`KERAS_BACKEND=tensorflow python tests/lookup_cases.py` writes them to
tests/goldens/lookup_layers.json.
"""

import json

from places import GOLDENS

TEXTS = [
    "The cat sat on the mat; the dog didn't!",
    "A dog & a cat, a mouse.",
    "",
    "mouse\tmouse MOUSE\nunseen-before",
    "É é naïve\u00a0word",
    "  many   spaces ",
]
OTHER = ["the unknown DOG sat", "", "A mat?", "é É mouse \u00a0 x"]
IDS, OTHER_IDS = [[7, 7, 3, 0], [3, 9, -4, 3], [7, 7, 9, 12]], [[3, 7, 100, -4], [0, 0, 12, -1]]
WORDS, OTHER_WORDS = (
    [["b", "a", "b", ""], ["c", "é", "a", "z"], ["b", "[UNK]", "zz", "c"]],
    [["a", "q", "", "zz"], ["é", "b", "b", "w"]],
)
MODES = ("int", "one_hot", "multi_hot", "count", "tf_idf")
FILE = GOLDENS / "lookup_layers.json"
LOOKUPS = [
    {},
    {"max_tokens": 4},
    {"num_oov_indices": 3},
    {"masked": True},
    {"masked": True, "num_oov_indices": 2, "max_tokens": 6},
]
CASES = [
    *[
        ("TextVectorization", o, TEXTS, OTHER)
        for o in (
            {},
            {"max_tokens": 5},
            {"output_sequence_length": 3},
            {"output_sequence_length": 9, "ngrams": 2},
            {"standardize": None},
            {"standardize": "lower"},
            {"standardize": "strip_punctuation"},
            {"split": "character"},
            {"split": "character", "ngrams": [3, 1], "max_tokens": 12},
            {"ngrams": [2]},
            *[{"output_mode": m, "ngrams": 2, "max_tokens": 9} for m in MODES[2:]],
            *[{"output_mode": m, "max_tokens": 60, "pad_to_max_tokens": True} for m in MODES[2:]],
        )
    ],
    (
        "TextVectorization",
        {"split": None, "standardize": "lower"},
        [["A b"], ["c"], ["a B"]],
        [["a b"], ["d"]],
    ),
    *[
        (kind, {**o, "output_mode": m}, data, other)
        for kind, data, other in (
            ("IntegerLookup", IDS, OTHER_IDS),
            ("StringLookup", WORDS, OTHER_WORDS),
        )
        for o in LOOKUPS
        for m in MODES
    ],
    *[
        (
            "IntegerLookup",
            {"num_oov_indices": 3, "oov_method": "farmhash"},
            IDS,
            [list(range(20, 30))],
        )
    ],
    *[
        (kind, {"max_tokens": 12, "pad_to_max_tokens": True, "output_mode": m}, data, other)
        for kind, data, other in (
            ("IntegerLookup", IDS, OTHER_IDS),
            ("StringLookup", WORDS, OTHER_WORDS),
        )
        for m in MODES[2:]
    ],
    *[
        ("Hashing", o, None, [["".join(chr(97 + i % 26) for i in range(7 * n))] for n in range(20)])
        for o in ({"num_bins": 1000003}, {"num_bins": 9, "mask_value": "abcdefg"})
    ],
    ("Hashing", {"num_bins": 50}, None, [[0, 1, -2, 10**12], [7, 7, 7, 8]]),
    ("Hashing", {"num_bins": 5, "output_mode": "count"}, None, [["a", "b", "c"], ["d", "d", "a"]]),
    ("Hashing", {"num_bins": 5, "output_mode": "one_hot"}, None, [["a"], ["b"], ["é"]]),
]


def made(layers, kind, options):
    """The layer of a case; 'masked' stands for the mask that suits the kind, and lists for tuples,
    which JSON does not know.
    """
    options = {k: tuple(v) if isinstance(v, list) else v for k, v in options.items()}
    if options.pop("masked", False):
        options["mask_token"] = 0 if kind == "IntegerLookup" else ""
    return getattr(layers, kind)(**options)


def results():
    """For each case: the vocabulary and what the layer gives for the other data."""
    import keras
    import numpy as np

    for kind, options, data, other in CASES:
        layer = made(keras.layers, kind, options)
        vocabulary = None
        if data is not None:
            layer.adapt(np.array(data) if kind == "IntegerLookup" else data)
            vocabulary = np.array(layer.get_vocabulary()).tolist()
        gives = layer(np.array(other) if kind != "TextVectorization" else other)
        yield {
            "kind": kind,
            "options": options,
            "vocabulary": vocabulary,
            "gives": np.asarray(gives).tolist(),
        }


if __name__ == "__main__":
    FILE.write_text("[\n" + ",\n".join(map(json.dumps, results())) + "\n]\n", encoding="utf-8")

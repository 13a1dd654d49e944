"""Data to learn from: with Keras's names and arrays, digits, clothes, houses, reviews and news; and
toy problems from a formula.
"""

import importlib

__all__ = [
    "boston_housing",
    "california_housing",
    "fashion_mnist",
    "imdb",
    "mnist",
    "reuters",
    "toy",
]


def __getattr__(name):
    """Each dataset is loaded when it is first asked for."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return importlib.import_module(f".{name}", __name__)

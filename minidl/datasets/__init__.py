"""Data to learn from: with Keras's names and arrays, digits, clothes, houses, reviews and news; and
toy problems from a formula.
"""

from . import boston_housing, california_housing, fashion_mnist, imdb, mnist, reuters, toy

__all__ = [
    "boston_housing",
    "california_housing",
    "fashion_mnist",
    "imdb",
    "mnist",
    "reuters",
    "toy",
]

"""Data to learn from: MNIST and Fashion-MNIST with Keras's names and arrays, and toy problems drawn from a formula."""

from . import fashion_mnist, mnist, toy

__all__ = ["fashion_mnist", "mnist", "toy"]

"""Gradient descent, with or without momentum."""

from ..core import optimizer as core
from ..guards.optimizer import Rate
from ..support.checks import check_flag, check_number
from .base import Optimizer, registry


@registry.register()
class SGD(Optimizer, core.SGD):
    """w ← w − η·g; with momentum v ← μ·v − η·g; w ← w + v; with nesterov w ← w + μ·v − η·g.

    Robbins & Monro 1951; Polyak 1964 (the 'heavy ball'); Nesterov 1983 in the form of Sutskever et
    al. 2013. Polyak's v has the other sign. Others define v ← μ·v + g and w ← w − η·v, which gives
    the same path as long as the learning rate does not change. (The formula is computed in
    core/optimizer.py.)
    """

    elementwise = True
    memory_names = ({"velocity": "momentum"},)

    def __init__(
        self, learning_rate: Rate = 0.01, momentum=0.0, nesterov=False, *shared, **options
    ):
        nesterov = check_flag(f"{type(self).__name__}: nesterov", nesterov)
        super().__init__(learning_rate, *shared, **options)
        self.momentum = check_number("momentum", momentum, 0, 1)
        self.nesterov = nesterov

"""Models: `Model` (compile, fit, evaluate, predict, save) and `Sequential`; loading, copying and
describing them.
"""

from ..files.descriptions import SaveFormatError
from ..guards.loss import NonFiniteLossError
from ..layers import Input
from .architecture import model_classes
from .model import Model
from .rebuilding import clone_model, model_from_json
from .saving import load_model, save_model
from .sequential import Sequential

Functional = Model

__all__ = [
    "Functional",
    "Input",
    "Model",
    "NonFiniteLossError",
    "SaveFormatError",
    "Sequential",
    "clone_model",
    "load_model",
    "model_classes",
    "model_from_json",
    "save_model",
]

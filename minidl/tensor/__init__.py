"""The public Tensor: the core's, with NumPy's names and functions, and errors that say the cure.

operators.py has the methods, numpy_functions.py `np.exp(t)` and the like, tensor.py and variable.py
the classes. higher.py makes gradients that have gradients, for tapes inside tapes; it is imported
at first use.
"""

import importlib
from typing import TYPE_CHECKING, Any

from ..core.backward import GraphError, newest_first
from ..core.tensor import switches
from .operators import Operators
from .switched import no_grad, quiet, quietly
from .tensor import Tensor, apply, wrap
from .variable import Variable, name_scope

if TYPE_CHECKING:
    from . import higher as higher

__all__ = [
    "GraphError",
    "Operators",
    "Tensor",
    "Variable",
    "apply",
    "name_scope",
    "newest_first",
    "no_grad",
    "quiet",
    "quietly",
    "switches",
    "wrap",
]


def __getattr__(name) -> Any:
    if name != "higher":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}.")
    return importlib.import_module(".higher", __name__)

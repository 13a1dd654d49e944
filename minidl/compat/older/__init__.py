"""Names and arguments in tutorials of 2015 to 2021 that Keras has removed since. The library works
without this package, which wraps the library's classes from above.

backend.py: `K`, with its functions (functions.py, variables.py, graphs.py). arguments.py: names of
arguments. names.py: names of classes and functions. logs.py: names of logs. methods.py: methods and
attributes. fitting.py: fit and related methods. optimizers.py: `lr`, `decay`. paths.py: import
paths. imports.py: errors for unknown names. warning.py: the warning for all of them.
"""

from ...support import checks, registry
from .. import absent, numbers
from .. import layers as keras_layers
from .. import metrics as keras_metrics
from .. import optimizers as keras_optimizers
from . import arguments, backend, fitting, imports, logs, methods, names, optimizers, paths

__all__ = ["paths"]  # front.py opens these paths last

for thing in [thing for room in names.ROOMS for thing in vars(room).values()]:
    checks.explain_arguments(thing)  # before older names, which wrap it
registry.finish_with(checks.explain_arguments)
backend.attach()
numbers.wrap()
keras_optimizers.add_all()
keras_metrics.add_all()
keras_layers.add_all()
optimizers.add_all()
arguments.accept_all()
methods.add_all()
fitting.attach()
logs.attach()
names.forward_all()
absent.open_rooms()
names.tidy()
imports.answer()

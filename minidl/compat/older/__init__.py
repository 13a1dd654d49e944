"""What tutorials of 2015 to 2021 type and Keras has dropped since. The library works without this
room: it is added from above.

backend.py: `K`, with its functions (functions.py, variables.py, graphs.py). arguments.py: names of
arguments. names.py: names of things. logs.py: names of what is recorded. methods.py: methods and
attributes. fitting.py: fit and its kin. optimizers.py: `lr`, `decay`. paths.py: where to import
from. imports.py: names that are nowhere. warning.py: what is said of them.
"""

from .. import constructors, numbers
from .. import optimizers as keras_optimizers
from . import arguments, backend, fitting, imports, logs, methods, names, optimizers, paths

__all__ = ["paths"]  # which the front door opens last

constructors.explain_arguments(names.ROOMS)  # before older names, which wrap it
backend.attach()
numbers.wrap()
keras_optimizers.add_all()
optimizers.add_all()
arguments.accept_all()
methods.add_all()
fitting.attach()
logs.attach()
names.forward_all()
names.tidy()
imports.answer()

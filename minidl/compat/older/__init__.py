"""What tutorials of 2015 to 2021 type and Keras has dropped since. The library works without this
room: it is added from above.

functions.py and graphs.py: the functions of `K`. arguments.py: names of arguments. names.py: names
of things. methods.py: methods and attributes. optimizers.py: `lr`, `decay` and the old order of
arguments. paths.py: where to import from. `fit_generator` stands with the models.
"""

from ... import utils
from ...support import backend
from .. import numbers
from . import arguments, functions, graphs, methods, names, optimizers, paths

__all__ = ["paths"]  # which the front door opens last

backend._older.update(
    {**functions.FUNCTIONS, **graphs.GRAPHS, "clear_session": utils.clear_session}
)
backend._gone.update(graphs.GONE)
numbers.wrap()
optimizers.add_all()
arguments.accept_all()
methods.add_all()
names.forward_all()
names.tidy()

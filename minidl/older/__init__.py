"""What tutorials of 2015 to 2021 type and Keras has dropped since: `K.mean`, `keras.layers.core`, ... Nothing else here needs it.

Old names of arguments and methods stand beside those of today, in the classes that they belong to.
"""

from .. import backend, utils
from . import functions, graphs, paths

backend._older.update({**functions.FUNCTIONS, **graphs.GRAPHS, "clear_session": utils.clear_session})
backend._gone.update(graphs.GONE)

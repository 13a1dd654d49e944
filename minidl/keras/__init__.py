"""What editors see of `minidl.keras`. These files are not executed: when a program runs,
minidl.keras is minidl itself, and minidl.keras.layers is minidl.layers.
"""

from .. import *

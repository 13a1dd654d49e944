"""The default arguments of Keras 3.15, from goldens/keras_defaults.json, for the names that are
here. tests/compat/test_keras_defaults.py compares minidl with them.

`python tests/parity/test_keras_defaults.py` writes the file with Keras beside.
"""

import inspect
import json
from pathlib import Path

import keras_names

FILE = Path(__file__).parent / "goldens" / "keras_defaults.json"
PLAIN = (int, float, bool, str, type(None))


def golden() -> dict:
    """{path: {argument: default}}."""
    return json.loads(FILE.read_text(encoding="utf-8"))


def at(root, path):
    for part in path.split("."):
        root = getattr(root, part, None)
    return root


def plain(value):
    """A default as JSON knows it; (1, 1) and 1 are one."""
    if isinstance(value, (tuple, list)):
        values = [plain(v) for v in value]
        same = values and all(v == values[0] for v in values)
        return values[0] if same else values
    return value if isinstance(value, PLAIN) else type(value).__name__


def defaults(thing) -> dict:
    """{argument: default} of a function, or of what makes an object of a class; without `training`,
    which layers know from the call around them.
    """
    try:
        found = inspect.signature(thing.__init__ if inspect.isclass(thing) else thing).parameters
    except (TypeError, ValueError):  # a function in C that does not say what it takes
        return {}
    given = (p for p in found.values() if p.default is not p.empty and p.name != "training")
    return {p.name: plain(p.default) for p in given}


def paths():
    """Each public name of Keras that is here and can be called, and the methods of each class."""
    for room, names in keras_names.rooms().items():
        if "legacy" in room:  # a warning for each, of the same things
            continue
        for path in (f"{room}.{name}" if room else name for name in names):
            thing = keras_names.found(path)
            if callable(thing):
                yield path
            if inspect.isclass(thing):
                yield from (f"{path}.{name}" for name in dir(thing) if name[0] != "_")

"""The list of Keras's default arguments is Keras's own.

`python tests/parity/test_keras_defaults.py` writes it, tests/goldens/keras_defaults.json, anew.
"""

import json

if __name__ == "__main__":
    import conftest  # noqa: F401  before keras, which it prepares
import keras
import keras_defaults

import minidl


def found() -> dict:
    """{path: {argument: default}}, each thing of minidl once, for arguments that it takes too."""
    seen, facts = set(), {}  # things, not ids: a method of a class lives no longer than its line
    for path in keras_defaults.paths():
        ours = keras_defaults.at(minidl, path)
        if not callable(ours) or ours in seen:
            continue
        here, there = (
            keras_defaults.defaults(keras_defaults.at(library, path)) for library in (minidl, keras)
        )
        shared = {name: value for name, value in there.items() if name in here}
        if shared:
            seen.add(ours)
            facts[path] = shared
    return facts


def test_the_defaults_are_those_of_keras():
    assert keras_defaults.golden() == found()


if __name__ == "__main__":
    lines = [f' "{path}": {json.dumps(defaults)}' for path, defaults in found().items()]
    keras_defaults.FILE.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")

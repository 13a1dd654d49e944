"""The tutorials with minidl and with Keras: the same facts. And the facts that the default suite
expects are what Keras finds.

`python tests/parity/test_tutorials.py [NAME ...]` writes those, tests/tutorials/keras_facts.json,
anew.
"""

import json
import os
import sys
import tempfile
import warnings

if __name__ == "__main__":
    import conftest  # noqa: F401  before keras, which it prepares
import keras
import pytest
from tutorials.common import (
    KERAS_FILES,
    RECORDED,
    SCRIPTS,
    begin,
    differences,
    plain,
    recorded,
    run,
)
from tutorials.snippets import SNIPPETS

import minidl

IN_BOTH = [script for script in SCRIPTS if script != "t18_old_spellings"]  # those Keras has dropped


def of_script(script, library):
    return run(script, library, KERAS_FILES)


def of_snippet(name, library):
    begin(library)
    return SNIPPETS[name](library)


def in_an_empty_folder(facts_of, name, library, folder):
    """In Keras with its warnings ignored: they are about today's spelling and about JAX."""
    before = os.getcwd()
    os.makedirs(folder, exist_ok=True)
    os.chdir(folder)
    try:
        with warnings.catch_warnings():
            if library is keras:
                warnings.simplefilter("ignore")
            return facts_of(name, library)
    finally:
        os.chdir(before)


@pytest.mark.parametrize(
    ("facts_of", "name"),
    [*((of_script, s) for s in IN_BOTH), *((of_snippet, s) for s in SNIPPETS)],
    ids=[*IN_BOTH, *SNIPPETS],
)
def test_the_same_facts(facts_of, name, tmp_path, monkeypatch):
    monkeypatch.setenv("MPLBACKEND", "Agg")
    theirs = in_an_empty_folder(facts_of, name, keras, tmp_path / "keras")
    kept = recorded()["tutorials" if facts_of is of_script else "snippets"][name]
    assert differences(plain(theirs), kept) == []
    ours = in_an_empty_folder(facts_of, name, minidl, tmp_path / "minidl")
    assert differences(ours, theirs) == []


def test_models_that_minidl_saves_keras_loads(tmp_path, monkeypatch):
    """The file of the tutorial on saving, written here and read there, and the other way round."""
    monkeypatch.chdir(tmp_path)
    x = minidl.datasets.mnist.load_data()[1][0][:50].reshape(50, 784) / 255.0
    for writer, reader in ((minidl, keras), (keras, minidl)):
        model = writer.Sequential(
            [
                writer.Input((784,)),
                writer.layers.Dense(8, activation="relu"),
                writer.layers.Dense(3),
            ]
        )
        model.compile("adam", "mse")
        model.fit(x, x[:, 300:303], epochs=1, verbose=0)
        model.save("model.keras")
        loaded = reader.models.load_model("model.keras")
        assert differences(loaded.predict(x, verbose=0), model.predict(x, verbose=0)) == []
        assert [layer.name for layer in loaded.layers] == [layer.name for layer in model.layers]


def record(names) -> None:
    """Write what Keras finds with these scripts and snippets, all of them if none is named, and
    leave the others as they were.
    """
    before = recorded() if names else {"tutorials": {}, "snippets": {}}
    lines = []
    for group, facts_of, known in (
        ("tutorials", of_script, IN_BOTH),
        ("snippets", of_snippet, SNIPPETS),
    ):
        rows = []
        for name in known:
            facts = before[group].get(name)
            if not names or name in names:
                with tempfile.TemporaryDirectory() as folder:
                    facts = plain(in_an_empty_folder(facts_of, name, keras, folder))
            rows.append(f'  "{name}": {json.dumps(facts)}')
        lines.append(f' "{group}": {{\n' + ",\n".join(rows) + "\n }")
    RECORDED.write_text(
        f'{{"keras": "{keras.__version__}",\n' + ",\n".join(lines) + "\n}\n", encoding="utf-8"
    )
    print(f"{RECORDED.name}: {RECORDED.stat().st_size} bytes")


if __name__ == "__main__":
    record(sys.argv[1:])

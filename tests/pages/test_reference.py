"""The reference describes every public name, once, with what its docstring says."""

import re

import keras_names
import pytest
import reference

import minidl


@pytest.fixture(scope="module")
def pages():
    return {path: reference.page(path, room) for path, room in reference.rooms().items()}


def names_on(page):
    """The names on a page, with those of the modules within it."""
    found, module = [], ""
    for kind, name in re.findall(r"^\.\. py:(\w+):: ([\w.]+)", page, re.M):
        module = name if kind == "module" else module
        found.append(name if kind == "module" else f"{module}.{name}")
    return found


def test_every_name_of_the_front_door_is_there(pages):
    found = names_on(pages["minidl"]) + re.findall(r"^\| ``([\w.]+)``", pages["minidl"], re.M)
    assert sorted(set(found) - {"minidl"}) == sorted(f"minidl.{name}" for name in minidl.__all__)


def test_every_name_of_keras_that_is_here_is_there(pages):
    """The list comes from Keras. What minidl answers with a sentence is not here."""
    found = {name for page in pages.values() for name in names_on(page)}
    expected = {
        f"minidl.{room}.{name}"
        for room, names in keras_names.rooms().items()
        if f"minidl.{room}" in pages
        for name in names
        if keras_names.answer(room, name) is None
    }
    assert len(expected) > 500 and expected <= found, sorted(expected - found)


def test_no_name_is_described_twice(pages):
    found = [name for page in pages.values() for name in names_on(page)]
    assert len(found) == len(set(found))


def test_a_class_shows_its_words_its_defaults_and_its_own_methods(pages):
    text = pages["minidl.layers"]
    dense = text[text.index(".. py:class:: Dense(units, activation=None") :]
    assert r"output = activation(input @ kernel + bias)" in dense.split(".. py:class::")[1]
    model = pages["minidl.models"]
    sequential = model[model.index(".. py:class:: Sequential(") :].split("\n.. py:")[0]
    assert ".. py:method:: add(" in sequential and ".. py:method:: fit(" not in sequential
    model = model[model.index(".. py:class:: Model(") :].split("\n.. py:")[0]
    assert ".. py:method:: fit(x=None, y=None, batch_size=None" in model


def test_an_op_without_words_shows_its_formula_and_its_line(pages):
    text = pages["minidl.ops"]
    multiply = text[text.index(".. py:function:: multiply(x1, x2)") :].split("\n.. py:")[0]
    assert re.search(r"z = x·y\n +∂L/∂x = g·y\n +∂L/∂y = g·x", multiply)
    assert "apply(arithmetic.mul, x1, x2)" in multiply


def test_a_second_name_leads_to_the_first(pages):
    found = re.search(r"py:\w+:: MSE\(.*\n\n +(.+)", pages["minidl.losses"])
    assert found and found[1] == "The same as :py:obj:`minidl.losses.mean_squared_error`."


def test_the_pages_are_written_with_a_list_of_them(tmp_path):
    reference.write(tmp_path, say=str.upper)
    index = (tmp_path / "index.rst").read_text(encoding="utf-8")
    assert index.startswith("API REFERENCE\n")
    written = {p.stem for p in tmp_path.glob("*.rst")} - {"index"}
    assert written == {path.rpartition(".")[2] for path in reference.rooms()}
    assert all(f"<{name}>" in index for name in written)

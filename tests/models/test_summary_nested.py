"""summary of nested and branched models."""

import pytest

from minidl import Input, Model, Sequential, layers

# --- looking


def test_summary_of_nested_and_branched_models(capsys):
    a = Input((4,), name="a")
    inner = Sequential([Input((4,)), layers.Dense(4, name="within")], name="inner")
    frozen = layers.Dense(4, name="frozen", trainable=False)(a)
    model = Model(a, layers.add([inner(a), frozen]), name="branched")
    model.summary(line_length=100, expand_nested=True, show_trainable=True)
    text = capsys.readouterr().out
    assert (
        "Connected to" in text
        and "inner[0], frozen[0]" in text
        and "└ within (Dense)" in text
        and "Trainable" in text
    )
    rows = {
        line.split("│")[1].split()[0]: line
        for line in text.splitlines()
        if "│" in line and "(" in line
    }
    assert rows["frozen"].rstrip(" │").endswith("N") and rows["inner"].rstrip(" │").endswith("Y")
    assert "Trainable params: 20 " in text and "Non-trainable params: 20 " in text
    lines = []
    model.summary(print_fn=lines.append, layer_range=("inner", "frozen"))
    assert len(lines) == 1 and "a (InputLayer)" not in lines[0] and "frozen" in lines[0]
    with pytest.raises(ValueError, match="no layer 'missing'"):
        model.summary(layer_range=("missing", "inner"))

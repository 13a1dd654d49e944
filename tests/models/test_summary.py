"""summary."""

import pytest
from fit_cases import CLASSES, INPUTS, classifier

from minidl import Input, Model, Sequential, layers

# --- summary


def test_summary_has_keras_columns_and_totals(capsys):
    model = classifier()
    model.summary()
    text = capsys.readouterr().out
    assert "Layer (type)" in text and "Output Shape" in text and "(None, 8)" in text
    assert (
        " Total params: 67 (268.00 B)" in text
        and " Trainable params: 67" in text
        and " Non-trainable params: 0 (0.00 B)" in text
    )
    said = []
    model.fit(INPUTS, CLASSES, verbose=0)
    model.summary(print_fn=said.append)
    assert len(said) == 1 and " Total params: 67 (268.00 B)" in said[0], "the model's alone"
    assert " Optimizer params: 136 (544.00 B)" in said[0], (
        "two arrays a weight, the counter and the rate, as Keras counts"
    )


def test_summary_before_building():
    said = []
    Sequential([layers.Dense(3)]).summary(print_fn=said.append)
    assert "?" in said[0] and "0 (unbuilt)" in said[0]


def test_summary_of_a_network_of_convolutions_shows_every_class_and_shape():
    stack = [layers.Conv2D(4, 3, name="edges"), layers.BatchNormalization(name="normalized_edges")]
    said = []
    Sequential([Input((28, 28, 1)), *stack, layers.GlobalAveragePooling2D()]).summary(
        line_length=60, print_fn=said.append
    )
    cells = [[c.strip() for c in line.split("│")[1:-1]] for line in said[0].split("\n")]
    rows = [row for row in cells if row]
    assert rows[0] == ["edges (Conv2D)", "(None, 26, 26, 4)", "40"]
    assert rows[1] == ["normalized_edges", "(None, 26, 26, 4)", "16"]
    assert rows[2] == ["(BatchNormalization)", "", ""], "in a second line, as Keras has it"
    assert rows[4] == ["(GlobalAveragePooling2D)", "", ""]


def test_a_branch_names_the_output_that_it_takes():
    x = Input((4, 2), name="x")
    _, h, c = layers.LSTM(3, return_state=True, name="lstm")(x)
    said = []
    Model(x, layers.Add(name="both")([c, h])).summary(print_fn=said.append, line_length=90)
    row = next(line for line in said[0].split("\n") if "both" in line)
    assert "lstm[2]" in row
    assert "x[0]" in next(line for line in said[0].split("\n") if "lstm (" in line)


@pytest.mark.parametrize(
    ("count", "said"),
    [(255, "255 (1020.00 B)"), (256, "256 (1.00 KB)"), (2**18, "262,144 (1.00 MB)")],
)
def test_sizes_have_units_of_1024(count, said):
    rows = []
    Sequential([Input((1,)), layers.Dense(count, use_bias=False)]).summary(print_fn=rows.append)
    assert f" Total params: {said}" in rows[0]


@pytest.mark.parametrize("nested", ["functional", "sequential"])
def test_the_kind_of_a_model_inside(nested):
    x = Input((2,))
    inner = (
        Model(x, layers.Dense(1)(x)) if nested == "functional" else Sequential([layers.Dense(1)])
    )
    said = []
    Sequential([Input((2,)), inner, layers.Dense(1)]).summary(print_fn=said.append)
    assert ("(Functional)" if nested == "functional" else "(Sequential)") in said[0]
    lines = said[0].split("\n")
    rules = [i for i, line in enumerate(lines) if line.startswith(("├", "┡", "┏", "└"))]
    assert len(rules) == 4  # above and below the heads, between two rows, below

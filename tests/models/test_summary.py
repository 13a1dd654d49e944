"""summary."""

import re

import pytest
from fit_cases import CLASSES, INPUTS, classifier

from minidl import Input, Model, Sequential, layers
from minidl.models import summary

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


class Mine(Model):
    pass


@pytest.mark.parametrize("nested", ["Functional", "Sequential", "Mine"])
def test_the_kind_of_a_model_inside(nested):
    x = Input((2,))
    inner = (
        Sequential([layers.Dense(1)])
        if nested == "Sequential"
        else {"Functional": Model, "Mine": Mine}[nested](x, layers.Dense(1)(x))
    )
    said = []
    Sequential([Input((2,)), inner, layers.Dense(1)]).summary(print_fn=said.append)
    assert f"({nested})" in said[0]
    lines = said[0].split("\n")
    rules = [i for i, line in enumerate(lines) if line.startswith(("├", "┡", "┏", "└"))]
    assert len(rules) == 4  # above and below the heads, between two rows, below


TABLE = """\
Model: "m"
┏━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━┳━━━━━━━┓
┃ Layer (type)    ┃ Output Sha… ┃ Para… ┃
┡━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━╇━━━━━━━┩
│ seven_7 (Dense) │ (None, 100) │   400 │
├─────────────────┼─────────────┼───────┤
│ a_long_name     │ (None, 100… │ 101,… │
│ (Dense)         │             │       │
├─────────────────┼─────────────┼───────┤
│ x (Dropout)     │ (None, 100… │     0 │
└─────────────────┴─────────────┴───────┘
 Total params: 101,400 (396.09 KB)
 Trainable params: 101,400 (396.09 KB)
 Non-trainable params: 0 (0.00 B)"""


@pytest.mark.parametrize("drawn", [True, False])
def test_the_whole_table(drawn, monkeypatch):
    """What fits exactly stands whole. On a console without lines they are + - |."""
    stack = [layers.Dense(100, name="seven_7"), layers.Dense(1000, name="a_long_name")]
    model = Sequential([Input((3,)), *stack, layers.Dropout(0.5, name="x")], name="m")
    monkeypatch.setattr(summary.console, "can_show", lambda *a: drawn)
    said, expected = [], TABLE
    model.summary(line_length=40, print_fn=said.append)
    if not drawn:
        expected = re.sub("[━─]", "-", re.sub("[┃│]", "|", expected))
        expected = re.sub("[^\x00-\x7f…]", "+", expected)
    assert said == [expected]


def functional(*outputs):
    x = Input((4,), name="x")
    return Model(x, [output(x) for output in outputs])


DENSE = lambda n: layers.Dense(n, name=f"d{n}")


@pytest.mark.parametrize(
    ("model", "trainable", "widths"),
    [
        # 100 · (0.45, 0.80, 1), each column with a line and two spaces
        (Sequential([Input((4,)), DENSE(1)]), False, [42, 32, 17]),
        # the same shares of 88, and 12 more
        (Sequential([Input((4,)), DENSE(1)]), True, [36, 28, 15, 9]),
        (functional(DENSE(1), DENSE(2)), False, [28, 22, 15, 23]),
        (functional(DENSE(1), DENSE(2)), True, [24, 19, 13, 20, 9]),
    ],
)
def test_the_widths_of_the_columns(model, trainable, widths):
    said = []
    model.summary(100, show_trainable=trainable, print_fn=said.append)
    _, _, head, *_ = said[0].split("\n")
    assert [len(cell) - 2 for cell in head.split("┃")[1:-1]] == widths
    model.summary(20, print_fn=said.append)
    with pytest.raises(ValueError, match="line_length must be a whole number of at least 20"):
        model.summary(19)


@pytest.mark.parametrize(
    ("terminal", "plain", "connected"), [(10, 60, 72), (84, 80, 80), (200, 88, 108)]
)
def test_the_table_is_as_wide_as_the_terminal_within_limits(
    terminal, plain, connected, monkeypatch
):
    monkeypatch.setenv("COLUMNS", str(terminal))
    assert (summary._width(False), summary._width(True)) == (plain, connected)


def test_a_column_of_connections_where_the_model_is_no_chain():
    twice, x = DENSE(4), Input((4,), name="x")
    several = lambda a, b: Model([a, b], layers.Add()([a, b]))
    for model, connected in [
        (functional(DENSE(1)), False),
        (functional(lambda x: DENSE(2)(DENSE(1)(x))), False),
        (functional(DENSE(1), DENSE(2)), True),
        (Model(x, twice(twice(x))), True),
        (several(Input((4,)), Input((4,))), True),
    ]:
        said = []
        model.summary(print_fn=said.append)
        assert ("Connected to" in said[0]) == connected
    rows = [line.split("│") for line in said[0].split("\n") if line.startswith("│ input")]
    assert [row[4].strip() for row in rows] == ["-", "-"]


def test_models_inside_models_and_outputs_in_a_dict():
    class Pair(layers.Layer):
        def call(self, x):
            return {"a": x[:, :1], "b": x[:, :2]}

    inner = Sequential([Input((4,)), Sequential([Input((4,)), DENSE(4)], name="s")], name="inner")
    model, said = Sequential([Input((4,)), inner, Pair(name="pair")]), []
    model.summary(expand_nested=True, print_fn=said.append)
    cells = [[c.strip() for c in line.split("│")[1:3]] for line in said[0].split("\n")]
    assert [cell for cell in cells if cell] == [
        ["inner (Sequential)", "(None, 4)"],
        ["└ s (Sequential)", "(None, 4)"],
        ["└ └ d4 (Dense)", "(None, 4)"],
        ["pair (Pair)", "[(None, 1), (None, 2)]"],
    ]


@pytest.mark.parametrize(
    ("ends", "shown"),
    [(("b", "c"), "b bb c"), (("a", "a"), "a"), (("bb", "b"), "bb"), (("c", "a"), "")],
)
def test_a_range_is_from_the_first_to_the_last_that_begins_so(ends, shown):
    model, said = Sequential([layers.Dropout(0.1, name=n) for n in ("a", "b", "bb", "c")]), []
    model.summary(layer_range=ends, print_fn=said.append)
    assert re.findall(r"(\w+) \(Dropout\)", said[0]) == shown.split()
    with pytest.raises(ValueError, match="there is no layer 'gone'"):
        model.summary(layer_range=("a", "gone"))


def test_the_largest_unit_is_a_gigabyte():
    assert summary._params((7, 5 << 30)) == "7 (5.00 GB)"
    assert summary._params((1, 1 << 40), (2, 1 << 40)) == "3 (2048.00 GB)"

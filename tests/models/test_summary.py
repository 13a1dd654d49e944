"""summary."""

from fit_cases import CLASSES, INPUTS, classifier

from minidl import (
    Sequential,
    layers,
)

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

"""Sequential: building, adding, nesting."""

import pytest
from fit_cases import INPUTS, classifier

from minidl import Input, Sequential, layers

# --- building


def test_a_declared_input_builds_at_once_and_others_wait_for_data():
    assert [w.shape for w in classifier().weights] == [(4, 8), (8,), (8, 3), (3,)]
    late = Sequential([layers.Dense(2)])
    assert late.weights == [] and not late.layers[0].built
    assert late(INPUTS).shape == (70, 2) and [w.shape for w in late.weights] == [(4, 2), (2,)]


def test_add_pop_and_get_layer():
    model = Sequential()
    model.add(Input((4,)))
    model.add(layers.Dense(5, name="hidden"))
    model.add(layers.Dense(2, name="scores"))
    assert (
        model.output.shape == (None, 2)
        and model.get_layer("hidden").units == 5
        and model.get_layer(index=1).name == "scores"
    )
    assert (
        model.pop().name == "scores"
        and model.output.shape == (None, 5)
        and model(INPUTS).shape == (70, 5)
    )
    with pytest.raises(ValueError, match="no layer 'hiden'.*hidden"):
        model.get_layer("hiden")


@pytest.mark.parametrize(
    "wrong, words",
    [
        (layers.Dense, "Dense\\(...\\), with parentheses"),
        ("relu", "holds layers; received 'relu'"),
        (3, "holds layers; received 3"),
    ],
)
def test_what_is_no_layer_is_refused(wrong, words):
    with pytest.raises(ValueError, match=words):
        Sequential([wrong])


def test_layers_without_brackets_are_refused():
    with pytest.raises(TypeError, match=r"Sequential\(\[layer, \.\.\.\]\); received <Dense"):
        Sequential(layers.Flatten(), layers.Dense(3))


def test_a_layer_may_not_be_added_twice():
    dense = layers.Dense(4)
    with pytest.raises(ValueError, match="different names.*Make a new layer"):
        Sequential([dense, dense])


def test_models_nest():
    inner = classifier()
    outer = Sequential([inner, layers.Reshape((3, 1))])
    assert outer.predict(INPUTS, verbose=0).shape == (70, 3, 1)
    assert [id(w) for w in outer.weights] == [id(w) for w in inner.weights]


def test_what_a_stack_refuses():
    model = Sequential([layers.Dense(2)])
    with pytest.raises(ValueError, match="Input must be the first thing"):
        model.add(Input((2,)))
    model.pop()
    assert model.layers == []
    with pytest.raises(ValueError, match="no layer left to take off"):
        model.pop()
    seen = Sequential([Input((4,)), layers.Dense(2)])
    seen.pop()
    assert seen(INPUTS).shape == INPUTS.shape and seen.output.shape == (None, 4)


def test_a_built_shape_in_a_description_builds_the_model():
    described = Sequential([layers.Dense(2)]).get_config() | {"build_input_shape": (None, 4)}
    assert [w.shape for w in Sequential.from_config(described).weights] == [(4, 2), (2,)]


def test_the_ends_of_a_stack_that_grows_and_shrinks():
    model, ends = Sequential([Input((4,))]), []
    for n, name in ((5, "a"), (2, "b")):
        model.add(layers.Dense(n, name=name))
        ends.append((model.output_names, model.output_shape))
    model.pop()
    ends.append((model.output_names, model.output_shape))
    model.pop()
    ends.append((model.output_names, model.output_shape))
    first = (["a"], (None, 5))
    assert ends == [first, (["b"], (None, 2)), first, (None, (None, 4))]


def test_the_input_is_that_of_the_first_layer():
    words = Sequential([Input((3,), dtype="int32"), layers.Embedding(5, 2)])
    outer = Sequential([words, layers.Flatten()])
    assert outer.input.shape == (None, 3) and outer.input.dtype == "int32"
    exact = Sequential([layers.Dense(2, input_shape=(4,), dtype="float64")])
    assert exact.input.dtype == "float64"
    late = Sequential([layers.Dense(2, dtype="float64")])
    late.build((None, 4))
    assert late.input.shape == (None, 4) and late.input.dtype == "float64"

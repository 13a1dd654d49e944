"""The functions of K, Keras's backend of 2015 to 2021."""

import sys

import numpy as np
import pytest
from older_cases import CASES, A

import minidl
from minidl import backend as K

# --- K


@pytest.mark.parametrize("name", CASES)
def test_functions_of_k(name):
    call, expected = CASES[name]
    found = call(K)
    assert found.shape == np.shape(expected)
    np.testing.assert_allclose(np.asarray(found), expected, rtol=1e-5, atol=1e-6)
    if np.asarray(expected).dtype.kind in "biu":
        assert found.dtype.kind in "biu"


def on_an_input(name):
    """The same call, made while A is not known yet, and then given A."""
    call, expected = CASES[name]
    symbol = minidl.Input((3,), batch_size=2)
    saved = vars(sys.modules["older_cases"])["A"]
    vars(sys.modules["older_cases"])["A"] = symbol
    try:
        output = call(K)
    finally:
        vars(sys.modules["older_cases"])["A"] = saved
    return minidl.Model(symbol, output)(A), expected


@pytest.mark.parametrize(
    "name",
    [
        "argmax",
        "concatenate",
        "cumsum",
        "l2_normalize",
        "repeat",
        "hard_sigmoid",
        "expand_dims",
        "relu_all",
        "softmax",
        "var",
        "sqrt",
        "clip_crossed",
        "batch_dot_2_2",
        "batch_dot_2_3",
        "switch",
        "mean_of_truths",
        "categorical_logits",
        "transpose",
        "stack",
    ],
)
def test_functions_of_k_on_symbols(name):
    found, expected = on_an_input(name)
    np.testing.assert_allclose(np.asarray(found), expected, rtol=1e-5, atol=1e-6)


def test_gradients_flow_through_k():
    for f in (
        lambda x: K.sum(K.switch(K.greater(x, 0), x * x, x)),
        lambda x: K.sum(K.batch_dot(x, x)),
        lambda x: K.sum(K.square(K.l2_normalize(x) - 0.5)),
        lambda x: K.sum(K.repeat(x, 2) ** 2),
        lambda x: K.mean(K.relu(x, 0.1)),
    ):
        assert minidl.check_gradients(f, A.astype(np.float64))


def test_chance_of_k():
    minidl.set_random_seed(1)
    for draw in (K.random_bernoulli, K.random_binomial):
        x = K.random_binomial((1000,), p=0.3).numpy()
        assert (
            set(x) == {0, 1}
            and 0.25 < x.mean() < 0.35
            and draw((2,), 0.0).numpy().tolist() == [0, 0]
        )
    assert np.abs(K.truncated_normal((500,), 0.0, 1.0).numpy()).max() <= 2
    assert not K.random_bernoulli((50,)).numpy().any(), "p is 0 unless told otherwise"
    dtypes = [K.random_bernoulli((2,)).dtype, K.random_bernoulli((2,), dtype="int32").dtype]
    assert dtypes == ["float32", "int32"]
    dropped = K.dropout(np.ones((1000,), np.float32), 0.25, seed=1).numpy()
    assert set(np.round(dropped, 4)) == {0, np.float32(1.3333)}
    assert K.random_normal((3,), 5.0, 0.0).numpy().tolist() == [5, 5, 5]


def test_looking_with_k(capsys):
    assert (
        K.print_tensor(A, "a: ").tolist() == A.tolist()
        and "a: [[ 3.  -1.   2. ]" in capsys.readouterr().out
    )
    for count, shown in ((4, "[0 1 2 3]"), (5, "[0 1 ... 3 4]")):
        K.print_tensor(np.arange(count), "n: ", summarize=2)
        assert capsys.readouterr().out == f"n: {shown}\n"
    assert (
        K.is_keras_tensor(minidl.Input((3,)))
        and not K.is_keras_tensor(minidl.Tensor([1.0]))
        and not K.is_keras_tensor(A)
    )
    assert K.int_shape(minidl.Input((3,))) == (None, 3) and K.ndim(A) == 2
    K.get_uid("a")
    K.reset_uids()
    assert [K.get_uid("a"), K.get_uid("a"), K.get_uid("b")] == [1, 2, 1]
    assert K.image_dim_ordering() == "tf" and K.image_data_format() == "channels_last"
    K.set_image_dim_ordering("th")
    assert K.image_dim_ordering() == "th" and K.image_data_format() == "channels_first"
    K.set_image_data_format("channels_last")
    with K.name_scope("part"):
        assert K.identity(minidl.Tensor([1.0])).item() == 1
    with pytest.raises(ValueError, match="data_format is 'channels_last' or 'channels_first'"):
        K.set_image_data_format("channels_middle")
    assert [t.requires_grad for t in K.stop_gradient([K.variable(1.0), K.variable(2.0)])] == [
        False,
        False,
    ]
    assert (
        isinstance(K.cast_to_floatx([1, 2]), np.ndarray)
        and K.cast_to_floatx(minidl.Tensor([1, 2])).dtype == np.float32
    )


@pytest.mark.parametrize(
    ("name", "cure"),
    [
        ("gradients", "GradientTape"),
        ("get_session", "no sessions"),
        ("set_session", "no sessions"),
        ("placeholder", r"Input\(shape\)"),
        ("nonsense", "minidl.ops"),
    ],
)
def test_what_k_has_no_more(name, cure):
    with pytest.raises(AttributeError, match=cure):
        getattr(K, name)


def test_a_condition_with_fewer_axes_chooses_rows():
    cube = np.arange(24.0).reshape(2, 3, 4)
    found = K.switch(K.constant([1, 0]), cube, -cube)
    np.testing.assert_array_equal(found, [cube[0], -cube[1]])


def test_wrong_shapes_are_said():
    with pytest.raises(ValueError, match=r"\(batch, d\)"):
        K.repeat(A[0], 2)
    for axes in (0, (0, 1), (1, 0)):
        with pytest.raises(ValueError, match="samples"):
            K.batch_dot(A, A, axes=axes)
    with pytest.raises(ValueError, match=r"batches of vectors.*shapes \(3,\) and \(2, 3\)"):
        K.batch_dot(A[0], A)
    with pytest.raises(ValueError, match="more axes"):
        K.switch(A > 0, A[0], A[0])

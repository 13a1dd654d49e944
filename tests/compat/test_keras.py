"""GradientTape: one tape, two tapes, what cannot be differentiated."""

import gc
import weakref

import numpy as np
import pytest
from training_cases import INPUTS, NUMBERS

import minidl
from minidl import GradientTape, Variable, ops
from minidl.layers import Dense

# --- tapes, rates, words
# ---


def test_a_gradient_inside_a_tape_is_recorded():
    """d/dv (v·dv³/dv) is 9v²."""
    v = Variable([2.0])
    with minidl.GradientTape() as outer:
        with minidl.GradientTape() as inner:
            y = ops.sum(v**3)
        g = inner.gradient(y, v)
        z = ops.sum(g * v)
    assert outer.gradient(z, v).tolist() == [36.0]


def test_a_persistent_tape_is_asked_twice_about_several_numbers():
    v = Variable([2.0, 3.0])
    with minidl.GradientTape(persistent=True) as tape:
        y = v**2
    assert tape.gradient(y, v).tolist() == tape.gradient(y, v).tolist() == [4.0, 6.0]


X = np.random.default_rng(0).normal(size=(8, 3)).astype("float32")


# --- two tapes over one forward pass


def test_two_tapes_are_each_asked_once_and_the_graph_is_freed():
    w, v = Variable(3.0), Variable(2.0)
    with GradientTape() as first, GradientTape() as second:
        h = w * v
        a, b = 2 * h, h * h
    seen = weakref.ref(h)
    assert first.gradient(a, w).item() == 4.0
    assert second.gradient(b, v).item() == 36.0
    del h
    gc.collect()
    assert seen() is None, "both losses are still there, and hold nothing"
    assert not a.edges and not b.edges and w.grad is None and v.grad is None


def test_two_tapes_train_a_gan():
    """TensorFlow's DCGAN: both losses pass through generator and discriminator."""
    generator, judge = Dense(2), Dense(1)
    noise, real = np.ones((4, 3), "float32"), X[:4, :2]
    with GradientTape() as g_tape, GradientTape() as d_tape:
        fake = generator(noise)
        said_of_real, said_of_fake = judge(real), judge(fake)
        g_loss = ((said_of_fake - 1.0) ** 2).mean()
        d_loss = ((said_of_real - 1.0) ** 2).mean() + (said_of_fake**2).mean()
    grads = [
        g_tape.gradient(g_loss, generator.trainable_variables),
        d_tape.gradient(d_loss, judge.trainable_variables),
    ]
    kernel, bias = (v.numpy() for v in generator.weights)
    k, b = (v.numpy() for v in judge.weights)
    out = noise @ kernel + bias
    said = out @ k + b
    np.testing.assert_allclose(
        grads[0][0].numpy(), noise.T @ (2 * (said - 1) / 4 @ k.T), rtol=1e-4, atol=1e-6
    )
    np.testing.assert_allclose(
        grads[1][0].numpy(),
        real.T @ (2 * (real @ k + b - 1) / 4) + out.T @ (2 * said / 4),
        rtol=1e-4,
        atol=1e-6,
    )


def test_a_tape_alone_is_used_up_and_a_forgotten_one_keeps_nothing():
    w = Variable(3.0)
    with GradientTape() as tape:
        loss = w * w
    assert tape.gradient([loss, loss], w).item() == 12.0
    with pytest.raises(minidl.GraphError, match="used up by its first"):
        tape.gradient(loss, w)
    with GradientTape() as first, GradientTape() as second:
        h = w * w
        loss = h * 2
    del second
    assert first.gradient(loss, w).item() == 12.0
    assert not h.edges


@pytest.mark.parametrize(
    ("target", "source", "said"),
    [
        (None, "w", "target is the tensor to differentiate.*received NoneType"),
        ("loss", np.ones(2), "sources are tensors or variables.*received ndarray"),
        ("loss", None, "sources are tensors or variables.*received NoneType"),
    ],
)
def test_what_a_tape_cannot_differentiate(target, source, said):
    w = Variable(3.0)
    with GradientTape() as tape:
        things = {"loss": w * w, "w": w}
    pick = [things[t] if isinstance(t, str) else t for t in (target, source)]
    with pytest.raises(TypeError, match=said):
        tape.gradient(*pick)
    assert tape.gradient(things["loss"], w).item() == 6.0


# --- a tape, as TensorFlow's tutorials write it
# ----------------------------------------------------------------------


def test_a_tape_gives_the_gradients_that_backward_gives():
    x, w, b = minidl.Tensor(INPUTS), Variable(np.ones((4, 1)), name="w"), Variable([0.0], name="b")
    with minidl.GradientTape() as tape:
        loss = ops.mean(ops.square(x @ w + b - NUMBERS))
    dw, nothing, db = tape.gradient(loss, [w, Variable([1.0]), b])
    error = INPUTS @ np.ones((4, 1)) - NUMBERS
    np.testing.assert_allclose(dw.numpy(), 2 * INPUTS.T @ error / 64, rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(db.numpy(), 2 * error.mean(axis=0), rtol=1e-4, atol=1e-6)
    assert nothing is None and w.grad is None and b.grad is None
    minidl.optimizers.SGD(0.1).apply_gradients(zip([dw, db], [w, b]))
    np.testing.assert_allclose(w.data, 1 - 0.2 * INPUTS.T @ error / 64, rtol=1e-4, atol=1e-6)
    with pytest.raises(minidl.GraphError, match="persistent=True"):
        tape.gradient(loss, w)


def test_a_tape_watches_what_it_is_told_and_may_be_asked_twice():
    x = minidl.Tensor([3.0])
    with minidl.GradientTape(persistent=True) as tape:
        tape.watch(x)
        y = x * x
        z = y * y
    assert tape.gradient(z, {"x": x, "y": y})["x"].numpy() == pytest.approx([108.0])
    assert tape.gradient(y, x).numpy() == pytest.approx([6.0]) and tape.gradient(
        z, y
    ).numpy() == pytest.approx([18.0])
    assert not x.requires_grad and x.grad is None
    with minidl.GradientTape() as tape:
        tape.watch([x])
        y = x * x
        tape.watch(y)
        z = y * y
    assert tape.gradient(z, y).numpy() == pytest.approx([18.0]) and not x.requires_grad
    with pytest.raises(TypeError, match="takes tensors"):
        tape.watch(np.ones(2))

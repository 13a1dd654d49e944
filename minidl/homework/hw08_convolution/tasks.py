"""Convolution and max pooling with their gradients, and a layer of your own that trains."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

import minidl
from minidl import layers
from minidl.homework.assignments import Task

LOSS = minidl.losses.SparseCategoricalCrossentropy(from_logits=True)
# samples, height, width, channels, filters, height and width of the kernel, stride, padding. The
# third one leaves a row over, the last one leaves pixels out between its windows.
SHAPES = (
    (2, 5, 5, 1, 2, 3, 3, 1, 0),
    (3, 6, 5, 2, 3, 3, 2, 1, 1),
    (2, 8, 7, 2, 4, 3, 3, 2, 1),
    (1, 8, 9, 3, 2, 2, 2, 3, 0),
)


# --- what is right


def framed(x, top, bottom):
    """Return x with `top` rows of zeros above and columns on the left, `bottom` below and on the
    right.
    """
    return np.pad(x, ((0, 0), (top, bottom), (top, bottom), (0, 0)))


def windows(x, w, stride, padding):
    """Return what the window sees at each stop: (n, rows, columns, c, kh, kw)."""
    seen = sliding_window_view(framed(x, padding, padding), w.shape[:2], axis=(1, 2))
    return seen[:, ::stride, ::stride]


def convolved(x, w, stride, padding):
    return np.einsum("nijcab,abcf->nijf", windows(x, w, stride, padding), w)


def by_kernel(g, x, w, stride, padding):
    seen = windows(x, w, stride, padding)[:, : g.shape[1], : g.shape[2]]
    return np.einsum("nijcab,nijf->abcf", seen, g)


def spread(g, x, w, stride, padding, add=np.add):
    """Return the gradient by the padded x. add(old, new): the gradient of a pixel after another
    window has seen it.
    """
    dx = framed(np.zeros_like(x, g.dtype), padding, padding)
    for i, j in np.ndindex(g.shape[1:3]):
        seen = dx[:, i * stride : i * stride + len(w), j * stride : j * stride + w.shape[1]]
        seen[:] = add(seen, np.einsum("nf,abcf->nabc", g[:, i, j], w))
    return dx


def by_input(g, x, w, stride, padding):
    dx = spread(g, x, w, stride, padding)
    return dx[:, padding : padding + x.shape[1], padding : padding + x.shape[2]]


def cut(x, size):
    """Cut x into windows that stand side by side: (n, rows, columns, size², c)."""
    n, height, width, c = x.shape
    rows, columns = height // size, width // size
    x = x[:, : rows * size, : columns * size].reshape(n, rows, size, columns, size, c)
    return x.swapaxes(2, 3).reshape(n, rows, columns, size * size, c)


def joined(parts, x, size):
    """Put the windows together to an array of the shape of x, with zeros where no window is."""
    (n, rows, columns, _, c), whole = parts.shape, np.zeros(x.shape)
    parts = parts.reshape(n, rows, columns, size, size, c).swapaxes(2, 3)
    whole[:, : rows * size, : columns * size] = parts.reshape(n, rows * size, columns * size, c)
    return whole


def pooled(x, size):
    return cut(x, size).max(axis=3)


def to_largest(g, x, size):
    parts = cut(x, size)
    first = np.arange(size * size)[:, None] == parts.argmax(axis=3)[:, :, :, None]
    return joined(np.where(first, g[:, :, :, None], 0), x, size)


# --- cases


def images(rng):
    return [
        (rng.normal(size=(n, h, w, c)), rng.normal(size=(kh, kw, c, f)), stride, padding)
        for n, h, w, c, f, kh, kw, stride, padding in SHAPES
    ]


def gradients(rng):
    cases = images(rng)
    return [(rng.normal(size=convolved(*case).shape), *case) for case in cases]


def pictures(rng):
    """Return cases of max_pool. All numbers of the last one are below 0."""
    made = [
        (rng.normal(size=s), n) for *s, n in ((2, 4, 6, 3, 2), (2, 7, 9, 2, 2), (1, 6, 7, 1, 3))
    ]
    return [*made, (-1 - rng.random((1, 4, 4, 2)), 2)]


def pictures_with_ties(rng):
    """Return cases of its gradient. The last two have whole numbers, many of which are equal."""
    cases = pictures(rng) + [(rng.integers(-2, 2, (3, 6, 7, 2)).astype(float), n) for n in (2, 3)]
    return [(rng.normal(size=pooled(*case).shape), *case) for case in cases]


# --- mistakes


def _all_ties(g, x, size):
    parts = cut(x, size)
    return joined((parts == parts.max(axis=3)[:, :, :, None]) * g[:, :, :, None], x, size)


def _shared_ties(g, x, size):
    parts = cut(x, size)
    ties = parts == parts.max(axis=3)[:, :, :, None]
    return joined(ties / ties.sum(axis=3)[:, :, :, None] * g[:, :, :, None], x, size)


def _last_tie(g, x, size):
    parts = cut(x, size)
    last = size * size - 1 - parts[:, :, :, ::-1].argmax(axis=3)
    chosen = np.arange(size * size)[:, None] == last[:, :, :, None]
    return joined(chosen * g[:, :, :, None], x, size)


def _evenly(g, x, size):
    return joined(np.zeros_like(cut(x, size)) + g[:, :, :, None] / size**2, x, size)


# --- the layer


def trainings(rng):
    """Return (images, labels from 0 to 2, the weights of a network at the start, a gradient)."""
    x, y = rng.normal(size=(24, 7, 7, 2)), rng.integers(0, 3, 24)
    shapes = ((3, 3, 2, 4), (4,), (2, 2, 4, 5), (5,), (45, 3), (3,))
    start = [rng.normal(size=s).astype("float32") / 4 for s in shapes]
    return [(x.astype("float32"), y, start, rng.normal(size=(24, 4, 4, 4)))]


def run_layer(kind, x, y, start, g):
    """Return the layer's output for x, its gradients, and a training of a network with two such
    layers. If the weights or the output have other shapes than asked for, stop there.
    """
    layer = kind(4, 3, stride=2, padding=1)
    layer(x[:1])
    found = {"shapes": [list(w.shape) for w in layer.weights]}
    if found["shapes"] != [list(w.shape) for w in start[:2]]:
        return found
    layer.set_weights(start[:2])
    seen = minidl.Tensor(x, requires_grad=True)
    z = layer(seen)
    found["output"] = z.numpy()
    if z.shape != g.shape:
        return found
    if z.requires_grad:
        z.backward(g.astype(z.dtype))
    found["gradients"] = [seen.grad, *[w.grad for w in layer.weights]]
    first, second = kind(4, 3, padding=1), kind(5, 2, stride=2)
    return {**found, **trained([first], [second], x, y, start)}


def trained(first, second, x, y, start):
    """Train a network for three epochs. Return its losses, and its weights after them."""
    relu, head = minidl.layers.ReLU, [minidl.layers.Flatten(), minidl.layers.Dense(3)]
    model = minidl.Sequential([*first, relu(), *second, relu(), *head])
    model(x[:1])
    model.set_weights(start)
    model.compile(minidl.optimizers.SGD(0.05), LOSS)
    history = model.fit(x, y, epochs=3, batch_size=8, shuffle=False, verbose=0)
    return {"losses": history.history["loss"], "weights": model.get_weights()}


def judge_layer(answer, x, y, start, g):
    """Give a quarter of the points for the output, three quarters if the gradients are right too,
    and all points if the training is.
    """
    faults = fault_of_output, fault_of_gradients, fault_of_training
    for share, fault in zip((0.0, 0.25, 0.75), faults):
        said = fault(answer, x, y, start, g)
        if said:
            return share, said
    return 1.0, ""


def fault_of_output(answer, x, y, start, g):
    right = [list(w.shape) for w in start[:2]]
    if answer["shapes"] != right:
        return (
            f"for images of 2 channels, Convolution(4, 3) has weights of the shapes "
            f"{answer['shapes']}, expected {right}: the kernel and then the bias, made in build "
            f"with self.add_weight."
        )
    z, shape = convolved(x, start[0], 2, 1), np.shape(answer["output"])
    if shape != g.shape:
        return (
            f"Convolution(4, 3, stride=2, padding=1) makes an array of shape {shape} of images of "
            f"shape {x.shape}, expected {g.shape}."
        )
    if alike(answer["output"], z):
        return "the bias is missing: z + self.bias."
    if not alike(answer["output"], z + start[1]):
        return "the output is not conv2d(x, kernel, stride, padding) + bias."
    return ""


def fault_of_gradients(answer, x, y, start, g):
    right = {
        "x": by_input(g, x, start[0], 2, 1),
        "the kernel": by_kernel(g, x, start[0], 2, 1),
        "the bias": g.sum(axis=(0, 1, 2)),
    }
    for number, (name, expected) in enumerate(right.items()):
        received = answer["gradients"][number]
        if received is None:
            return (
                f"no gradient comes to {name}: the layer returns "
                f"minidl.apply(op, x, self.kernel) + self.bias, all of them tensors."
            )
        if not alike(received, expected):
            return f"the output is right, the gradient by {name} is not: look at your op."
    return ""


def fault_of_training(answer, x, y, start, g):
    first = [layers.ZeroPadding2D(1), layers.Conv2D(4, 3)]
    expected = trained(first, [layers.Conv2D(5, 2, strides=2)], x, y, start)
    received = answer["weights"]
    if len(received) == len(start) and all(map(alike, received, expected["weights"])):
        return ""
    losses, right = (np.round(a["losses"], 3).tolist() for a in (answer, expected))
    return (
        f"output and gradients are right, but a training ends with other weights. Its losses are "
        f"{losses}, expected {right}. Does call keep or change something?"
    )


def alike(received, expected):
    """Tell whether two arrays are equal but for the rounding of float32."""
    received = np.asarray(received, float)
    if received.shape != expected.shape:
        return False
    return bool(np.abs(received - expected).max() <= 1e-4 * np.abs(expected).max())


TAPE = ("minidl.tensor.Tensor.backward",)
CONVOLUTIONS = (
    *(f"minidl.layers.Conv{n}D" for n in (1, 2, 3)),
    "minidl.ops.conv",
    "minidl.ops.conv_transpose",
    "minidl.ops.depthwise_conv",
    "minidl.core.derivatives.images.conv",
    "minidl.core.derivatives.images.conv_transpose",
    "minidl.core.derivatives.images.depthwise",
)
POOLINGS = (
    *(f"minidl.layers.MaxPooling{n}D" for n in (1, 2, 3)),
    "minidl.ops.max_pool",
    "minidl.core.derivatives.images.max_pool",
)
TURNED = (
    "The kernel is turned by 180 degrees, as in the convolution of mathematics: here w[0, 0] meets "
    "the upper left pixel of the window."
)
ONE_SIDE = "Put `padding` zeros on each of the four sides."
NO_STRIDE = "The stride is ignored: stop number i begins at pixel i·stride."
TASKS = [
    Task(
        "conv2d",
        3,
        images,
        convolved,
        forbidden=CONVOLUTIONS,
        mistakes=(
            (lambda x, w, s, p: convolved(x, w[::-1, ::-1], s, p), TURNED),
            (lambda x, w, s, p: convolved(framed(x, p, 0), w, s, 0), ONE_SIDE),
            (lambda x, w, s, p: convolved(framed(x, 0, 2 * p), w, s, 0), ONE_SIDE),
            (lambda x, w, s, p: convolved(x, w, s, 0), "The padding is ignored."),
            (lambda x, w, s, p: convolved(x, w, 1, p), NO_STRIDE),
            (
                lambda x, w, s, p: convolved(x, w, s, p)[:, :-1, :-1],
                "One stop is missing at the end: (height + 2p − kh) // s + 1.",
            ),
            (
                lambda x, w, s, p: convolved(x[..., :1], w[:, :, :1], s, p),
                "Only the first channel counts: add up the products of all channels.",
            ),
        ),
    ),
    Task(
        "kernel_gradient",
        2,
        gradients,
        by_kernel,
        forbidden=CONVOLUTIONS + TAPE,
        mistakes=(
            (
                lambda g, x, w, s, p: by_kernel(g[-1:], x[-1:], w, s, p),
                "Only the last image counts: add up what comes from all, dw += ...",
            ),
            (
                lambda g, x, w, s, p: np.stack(
                    [by_kernel(g[i : i + 1], x[i : i + 1], w, s, p) for i in range(len(x))]
                ),
                "All images use the same kernel: sum over the batch.",
            ),
            (
                lambda g, x, w, s, p: by_kernel(g, x, w, s, p) / len(x),
                "No mean over the images here: that belongs to the loss.",
            ),
            (lambda g, x, w, s, p: by_kernel(g, x, w, s, p)[::-1, ::-1], TURNED),
            (lambda g, x, w, s, p: by_kernel(g, x, w, 1, p), NO_STRIDE),
            (lambda g, x, w, s, p: by_kernel(g, framed(x, 0, 2 * p), w, s, 0), ONE_SIDE),
        ),
    ),
    Task(
        "input_gradient",
        3,
        gradients,
        by_input,
        forbidden=CONVOLUTIONS + TAPE,
        mistakes=(
            (
                lambda g, x, w, s, p: spread(g, x, w, s, p, add=lambda old, new: new)[
                    :, p : p + x.shape[1], p : p + x.shape[2]
                ],
                "A pixel is seen by several windows: add up what comes from them, dx[...] += ...",
            ),
            (spread, "That has the shape of the padded x: cut the padding off again."),
            (lambda g, x, w, s, p: by_input(g, x, w[::-1, ::-1], s, p), TURNED),
            (lambda g, x, w, s, p: by_input(g, x, w, 1, p), NO_STRIDE),
            (
                lambda g, x, w, s, p: spread(g, x, w, s, p)[:, : x.shape[1], : x.shape[2]],
                "Cut the padding off on all four sides, also above and on the left.",
            ),
        ),
    ),
    Task(
        "max_pool",
        1,
        pictures,
        pooled,
        forbidden=POOLINGS,
        mistakes=(
            (lambda x, n: cut(x, n).mean(axis=3), "That is the mean; asked is the largest."),
            (
                lambda x, n: np.maximum(pooled(x, n), 0),
                "All numbers of a window may be below 0: do not begin with zeros.",
            ),
            (
                lambda x, n: pooled(x, n).max(axis=-1, keepdims=True),
                "Each channel is pooled by itself.",
            ),
            (
                lambda x, n: sliding_window_view(x, (n, n), axis=(1, 2)).max(axis=(4, 5)),
                "The windows stand side by side: their stride is `size`.",
            ),
        ),
    ),
    Task(
        "max_pool_gradient",
        2,
        pictures_with_ties,
        to_largest,
        forbidden=POOLINGS + TAPE,
        mistakes=(
            (_all_ties, "Of several equally large pixels the first one alone gets the gradient."),
            (_shared_ties, "Equally large pixels do not share: the first one gets it all."),
            (_last_tie, "Of equally large pixels the first one gets it, you took the last."),
            (_evenly, "Only the largest pixel of a window gets the gradient, not all of them."),
            (
                lambda g, x, n: to_largest(np.ones_like(g), x, n),
                "You forgot g: the chain rule multiplies by what comes from behind.",
            ),
        ),
    ),
    Task(
        "Convolution",
        3,
        trainings,
        driver=run_layer,
        judge=judge_layer,
        forbidden=CONVOLUTIONS,
        limit=60,
    ),
]

"""Final project: a network for MNIST, graded by its accuracy and its number of parameters."""

import numpy as np

import minidl
from minidl.homework.assignments import Task

# accuracy on digits it has never seen -> share of the points
SCALE = [(0.93, 1.0), (0.91, 0.75), (0.88, 0.5), (0.80, 0.25)]
FRUGAL = [(0.92, 1.0), (0.90, 0.75), (0.87, 0.5), (0.80, 0.25)]
BUDGET, FRUGAL_BUDGET = 110_000, 10_000


def digits(rng):
    """8000 images to learn from, 1500 others to be examined on, in another form than MNIST has
    them; their labels, the last of the four, stay here.
    """
    (images, labels), _ = minidl.datasets.mnist.load_data()
    chosen = rng.choice(60_000, 9500, replace=False)
    x, y = images[chosen] / np.float32(255), labels[chosen].astype(np.int64)
    return [(x[:8000], y[:8000], disguised(x[8000:], y[8000:], rng), y[8000:])]


def disguised(images, labels, rng, mixed=0.3, degrees=10.0, pixels=1.0):
    """Each image with a little of another of its digit, turned and moved a little: as hard to read
    as before, but nowhere to be found.
    """
    others = np.empty(len(images), int)
    for digit in range(10):
        rows = np.flatnonzero(labels == digit)
        others[rows] = rng.permutation(rows)
    blend = np.pad((1 - mixed) * images + mixed * images[others], ((0, 0), (4, 5), (4, 5)))
    turn = np.deg2rad(rng.uniform(-degrees, degrees, (len(images), 1, 1)))
    moves = rng.uniform(-pixels, pixels, (2, len(images), 1, 1))
    r, c = np.indices((28, 28)) - 13.5
    rows = np.cos(turn) * r - np.sin(turn) * c + 17.5 + moves[0]
    cols = np.sin(turn) * r + np.cos(turn) * c + 17.5 + moves[1]
    top, left = np.floor(rows).astype(int), np.floor(cols).astype(int)
    down, right, n = rows - top, cols - left, np.arange(len(images))[:, None, None]
    upper = (1 - right) * blend[n, top, left] + right * blend[n, top, left + 1]
    lower = (1 - right) * blend[n, top + 1, left] + right * blend[n, top + 1, left + 1]
    return ((1 - down) * upper + down * lower).astype(np.float32)


def made_up(x, rng):
    """(64 images of noise, as bright as x pixel by pixel; labels from 0 to 9): enough to make a
    model, nothing to learn from.
    """
    noise = rng.normal(size=(64, 28, 28)) * x.std(axis=0) + x.mean(axis=0)
    return np.clip(noise, 0, 1).astype(np.float32), np.arange(64) % 10


def train(build, x, y):
    """The weights of the trained model, and the shape of its scores for two images."""
    model = build(x, y)
    shape = np.shape(model.predict(x[:2], verbose=0))
    return {"shape": list(shape), "weights": [np.asarray(w) for w in model.get_weights()]}


def read(build, x, y, weights, images):
    """The scores of a model that is made anew, and given these weights."""
    model = build(x, y)
    model.set_weights(weights)
    return model.predict(images, verbose=0, batch_size=500)


def examined_by(scale, budget):
    """An examiner. One process trains; it hands over weights, and ends. A second one, which has seen
    no digit, makes the model anew from noise, takes the weights, and reads the images.
    """

    def examine(student, x, y, images, labels):
        trained = student.answer(train, x, y)
        weights = [np.asarray(w, np.float32) for w in trained["weights"]]
        parameters = sum(w.size for w in weights)
        if trained["shape"] != [2, 10]:
            return (
                0.0,
                f"the model must give 10 scores for each image; for two images it gives an array "
                f"of shape {tuple(trained['shape'])}.",
            )
        if parameters > budget:
            return 0.0, f"{parameters} parameters; at most {budget} are allowed here."
        if not all(w.size for w in weights):
            return 0.0, "a weight of the model is an array without numbers."
        order = np.random.default_rng().permutation(len(images))  # no seed tells it
        scores = student.answer(read, *made_up(x, np.random.default_rng(0)), weights, images[order])
        if np.shape(scores) != (len(images), 10):
            return 0.0, f"the model gives an array of shape {np.shape(scores)} for 1500 images."
        accuracy = float(np.mean(scores.argmax(axis=1) == labels[order]))
        share = next((share for least, share in scale if accuracy >= least), 0.0)
        more = min((least for least, s in scale if s > share), default=None)
        said = f"accuracy {accuracy:.1%} with {parameters} parameters"
        return share, "" if more is None else f"{said}; from {more:.0%} there are more points."

    return examine


def table(true, predicted):
    counts = np.zeros((10, 10), int)
    np.add.at(counts, (true, predicted), 1)
    return counts


def most_frequent(counts):
    return tuple(int(i) for i in np.unravel_index(counts.argmax(), counts.shape))


def confused(true, predicted):
    counts = table(true, predicted)
    np.fill_diagonal(counts, 0)
    return most_frequent(counts)


def guesses(rng):
    cases = []
    for n in (300, 2000, 50):
        true = rng.integers(0, 10, n)
        predicted = np.where(rng.random(n) < 0.8, true, rng.integers(0, 10, n))
        a, b = rng.choice(10, 2, replace=False)
        predicted[(true == a) & (rng.random(n) < 0.5)] = b
        cases.append((true, predicted))
    return cases


TASKS = [
    Task(
        "most_confused",
        2,
        guesses,
        confused,
        mistakes=(
            (
                lambda t, p: confused(t, p)[::-1],
                "The pair is turned round: first what it is, then what it was taken for.",
            ),
            (
                lambda t, p: most_frequent(table(t, p)),
                "That pair is right, not a mistake: leave the diagonal out.",
            ),
            (
                lambda t, p: most_frequent(np.triu(table(t, p) + table(t, p).T, 1)),
                "A 4 taken for a 9 is not the same as a 9 taken for a 4.",
            ),
        ),
    ),
    Task("build_and_train", 10, digits, examine=examined_by(SCALE, BUDGET), limit=90),
    Task("build_small", 6, digits, examine=examined_by(FRUGAL, FRUGAL_BUDGET), limit=90),
]

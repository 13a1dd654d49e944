"""Final project: a network for MNIST, graded by its accuracy and its number of parameters."""

import numpy as np

import minidl
from minidl.homework.assignments import Task

# accuracy on digits it has never seen -> share of the points
SCALE = [(0.93, 1.0), (0.91, 0.75), (0.88, 0.5), (0.80, 0.25)]
FRUGAL = [(0.92, 1.0), (0.90, 0.75), (0.87, 0.5), (0.80, 0.25)]
BUDGET, FRUGAL_BUDGET = 110_000, 10_000


def digits(rng):
    """8000 images to learn from, 1500 others to be examined on; their labels stay with the
    examiner.
    """
    (x, y), _ = minidl.datasets.mnist.load_data()
    chosen = rng.choice(60_000, 9500, replace=False)
    return [
        (
            x[chosen[:8000]] / np.float32(255),
            y[chosen[:8000]].astype(np.int64),
            x[chosen[8000:]] / np.float32(255),
        )
    ]


def run(build, x, y, x_test):
    """The scores of the trained model on the test images, and the size of each of its weights."""
    model = build(x, y)
    return {
        "scores": model.predict(x_test, verbose=0, batch_size=500),
        "weights": [int(w.size) for w in model.get_weights()],
    }


def judged_by(scale, budget):
    """A judge that finds the test images again among all of MNIST, and so their labels."""

    def judge(answer, x, y, x_test):
        (images, labels), _ = minidl.datasets.mnist.load_data()
        known = {image.tobytes(): label for image, label in zip(images, labels)}
        true = np.array(
            [known[np.round(image * 255).astype(np.uint8).tobytes()] for image in x_test]
        )
        scores, parameters = np.asarray(answer["scores"]), sum(answer["weights"])
        if scores.shape != (len(x_test), 10):
            return (
                0.0,
                f"the model must give 10 scores for each image; it gives an array of shape "
                f"{scores.shape}.",
            )
        accuracy = float(np.mean(scores.argmax(axis=1) == true))
        if parameters > budget:
            return (
                0.0,
                f"{parameters} parameters; at most {budget} are allowed here (accuracy "
                f"{accuracy:.1%}).",
            )
        share = next((share for least, share in scale if accuracy >= least), 0.0)
        more = min((least for least, s in scale if s > share), default=None)
        return (
            share,
            ""
            if more is None
            else f"accuracy {accuracy:.1%} with {parameters} parameters; from {more:.0%} there "
            f"are more points.",
        )

    return judge


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
    Task("build_and_train", 10, digits, driver=run, judge=judged_by(SCALE, BUDGET), limit=90),
    Task("build_small", 6, digits, driver=run, judge=judged_by(FRUGAL, FRUGAL_BUDGET), limit=90),
]

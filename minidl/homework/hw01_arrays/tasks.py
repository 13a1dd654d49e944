"""Arrays: broadcasting and vectorised NumPy, without a loop."""

import numpy as np

from minidl.homework.assignments import Task


def standardized(x):
    spread = x.std(axis=0)
    return (x - x.mean(axis=0)) / np.where(spread == 0, 1, spread)


def by_n_minus_1(x):
    spread = x.std(axis=0, ddof=1)
    return (x - x.mean(axis=0)) / np.where(spread == 0, 1, spread)


def one_hot_rows(labels, classes):
    return np.eye(classes)[labels]


def distances(a, b):
    return np.sqrt(((a[:, None] - b) ** 2).sum(axis=-1))


def softmax_rows(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def tables(rng):
    constant = rng.normal(size=(5, 3))
    constant[:, 1] = 4.0
    return [(rng.normal(3, 5, (n, k)),) for n, k in ((6, 4), (20, 2), (3, 7))] + [(constant,)]


def labels(rng):
    return [(rng.integers(0, classes, n), classes) for n, classes in ((7, 4), (1, 3), (30, 10))]


def points(rng):
    return [
        (rng.normal(size=(n, d)), rng.normal(size=(m, d)))
        for n, m, d in ((4, 3, 2), (1, 5, 6), (400, 300, 3))
    ]


def scores(rng):
    return [
        (rng.normal(size=(4, 3)),),
        (rng.normal(size=(1, 6)) * 10,),
        (rng.normal(size=(3, 4)) + 1000,),
    ]


TASKS = [
    Task(
        "standardize",
        2,
        tables,
        standardized,
        mistakes=(
            (
                lambda x: (x - x.mean()) / x.std(),
                "You took one mean of the whole table; take that of each column: axis=0.",
            ),
            (
                lambda x: (x - x.mean(axis=1, keepdims=True)) / x.std(axis=1, keepdims=True),
                "That is row by row; columns are axis=0.",
            ),
            (
                lambda x: (x - x.mean(axis=0)) / np.where(x.var(axis=0) == 0, 1, x.var(axis=0)),
                "You divided by the variance; its root is the standard deviation.",
            ),
            (by_n_minus_1, "You divided by n − 1 (ddof=1); asked is n, as np.std does without it."),
            (
                lambda x: (x - x.mean(axis=0)) / x.std(axis=0),
                "A column that never changes has the standard deviation 0: divide it by 1.",
            ),
        ),
    ),
    Task(
        "one_hot",
        2,
        labels,
        one_hot_rows,
        forbidden=("minidl.utils.to_categorical", "minidl.ops.one_hot"),
        mistakes=(
            (
                lambda y, c: np.eye(c)[y].T,
                "Your answer is transposed: a row is a sample, a column a class.",
            ),
            (
                lambda y, c: np.eye(int(y.max()) + 1)[y],
                "The number of classes is given; the largest label need not occur.",
            ),
            (lambda y, c: 1 - np.eye(c)[y], "Ones and zeros are exchanged."),
        ),
    ),
    Task(
        "pairwise_distances",
        3,
        points,
        distances,
        limit=10,
        mistakes=(
            (
                lambda a, b: distances(a, b) ** 2,
                "Those are the squares of the distances: take the root.",
            ),
            (
                lambda a, b: distances(a, b).T,
                "Your answer is transposed: [i, j] is from a[i] to b[j].",
            ),
            (
                lambda a, b: np.abs(a[:, None] - b).sum(axis=-1),
                "You summed absolute differences; sum the squares, and take the root.",
            ),
        ),
    ),
    Task(
        "softmax",
        3,
        scores,
        softmax_rows,
        forbidden=("minidl.ops.softmax", "minidl.activations.softmax"),
        mistakes=(
            (
                lambda z: np.exp(z) / np.exp(z).sum(axis=1, keepdims=True),
                "exp overflows for large scores: subtract each row's maximum first.",
            ),
            (lambda z: softmax_rows(z.T).T, "You normalised the columns; each row must sum to 1."),
            (
                lambda z: np.exp(z - z.max()) / np.exp(z - z.max()).sum(),
                "All entries together sum to 1 here; each row must.",
            ),
        ),
    ),
]

"""The asserts of the chapters can fail: two small mistakes in each, and the assert that must
notice.
"""

import os
import subprocess
import sys

import pytest
from places import ROOT

# chapter, what stands there, the mistake, words of the assert that fails
MUTANTS = [
    (
        "ch01",
        "first = np.moveaxis(last, -1, 1)",
        "first = last.reshape(2, 3, 4, 5)",
        "moving the axis moves no number",
    ),
    (
        "ch01",
        "ops.sum(Tensor(X) + bias)",
        "ops.mean(Tensor(X) + bias)",
        "its gradient is a sum of 32",
    ),
    (
        "ch02",
        "parent.grad += number",
        "parent.grad = number",
        "the tape finds what was worked out by hand",
    ),
    ("ch02", "lambda g: g * x,", "lambda g: g * 2 * x,", "a forgotten factor is found at once"),
    (
        "ch03",
        "activation=activation), layers.Dense(1)",
        "activation='relu'), layers.Dense(1)",
        "no straight line separates XOR",
    ),
    ("ch03", "kernel_initializer=initializer)", "kernel_initializer='zeros')", "stuck at -1 or 1"),
    (
        "ch04",
        "fused = losses.SparseCategoricalCrossentropy(from_logits=True)(classes, logits)",
        "fused = losses.SparseCategoricalCrossentropy(from_logits=True)(classes, logits * 1.01)",
        "log_softmax and then NLL is cross-entropy",
    ),
    (
        "ch04",
        "-(np.log(0.7) + np.log(0.1)) / 2",
        "-(np.log(0.7) + np.log(0.1))",
        "the mean over samples",
    ),
    ("ch05", "dh[h <= 0] = 0\n", "\n", "300 points on three spirals are learned"),
    (
        "ch05",
        "            w.zero_grad()",
        "            pass",
        "the very weights that were found by hand",
    ),
    ("ch06", "b - 0.3 * (2 * error).mean()", "b - 0.3 * (error).mean()", "worked out by hand"),
    ("ch06", "2.1 / curvature", "1.9 / curvature", "each step is longer than the last"),
    ("ch07", "epochs=5)", "epochs=1)", "more than halve the loss"),
    (
        "ch07",
        'layers.Dense(128, activation="relu")',
        "layers.Dense(2)",
        "five epochs should more than halve the loss",
    ),
    (
        "ch08",
        "rng.integers(512, size=B)",
        "rng.integers(512, size=1)",
        "four times the batch, half the noise",
    ),
    (
        "ch08",
        "labels[order], epochs=1, shuffle=False",
        "labels[order], epochs=1, shuffle=True",
        "it forgets the zeros",
    ),
    ("ch09", "v = gamma * v + alpha", "v = v + alpha", "it comes to rest"),
    (
        "ch09",
        "0.1 * np.sqrt(1 - 0.9 ** (step + 1))",
        "0.1 * np.sqrt(1 - 0.9 ** step)",
        "its first steps corrected",
    ),
    ("ch10", "v = momentum * v - rate", "v = - rate", "rolls on over the hill"),
    (
        "ch10",
        '"momentum 0.9": SGD(0.1, 0.9)',
        '"momentum 0.9": SGD(0.1)',
        "a small slope is a full step to Adam",
    ),
    (
        "ch11",
        '"momentum": SGD(0.02, momentum=0.9)',
        '"momentum": Adam(0.001)',
        "only momentum learns what matters",
    ),
    (
        "ch11",
        '"Adagrad": (Adagrad, (0.01, 0.03, 0.1, 0.3))',
        '"Adagrad": (Adagrad, (1e-6,))',
        "given a rate that suits it",
    ),
    ("ch12", "value = value + 0.001 *", "value = value + 0.0 *", "the price keeps weights small"),
    ("ch12", "self.model.set_weights(self.weights)", "pass", "it goes back to the best weights"),
    (
        "ch13",
        "predict(scaled_test, verbose=0)",
        "predict(test_x, verbose=0)",
        "each is better than the one before",
    ),
    (
        "ch13",
        'layers.Dense(16, activation="relu"),\n        layers.Dense(16, activation="relu")',
        "layers.Dense(16)",
        "no straight line",
    ),
    (
        "ch14",
        "- 0.1 * np.sign(pixels.grad)",
        "+ 0.1 * np.sign(pixels.grad)",
        "many small changes together fool it",
    ),
    ("ch14", "np.fill_diagonal(pairs, 0)", "pass", "off the diagonal stand the mistakes"),
    (
        "ch15",
        "    trunk.zero_grad()",
        "    pass",
        "the gradient of a sum is the sum of the gradients",
    ),
    (
        "ch15",
        '{"digit": 1 / 2, "ink": 1 / 2}',
        "None",
        "the average of all losses",
    ),
    (
        "ch16",
        "damaged[len(damaged) // 2] ^= 1",
        "damaged[len(damaged) // 2] ^= 0",
        "one turned bit is noticed",
    ),
    (
        "ch16",
        "epochs=6, initial_epoch=3",
        "epochs=6, initial_epoch=4",
        "saved and resumed: the same bits",
    ),
    ("ch17", "j : j + w.shape[1]] * w", "j : j + w.shape[1]] * w[:, ::-1]", "is 0 3 3 0"),
    ("ch17", "(n + 2 * p - k) // s + 1", "(n + p - k) // s + 1", "makes (1, 28, 28, 8)"),
    (
        "ch18",
        "layers.Conv2D(32, 3, activation",
        "layers.Conv2D(32, 5, activation",
        "the weights of the convolutions, counted by hand",
    ),
    (
        "ch18",
        "maps.var(axis=(0, 1, 2))",
        "maps.var(axis=(1, 2)).mean(axis=0)",
        "normalized by hand, and by the layer",
    ),
    ("ch19", "back = delta @ U.T", "back = delta @ U", "dU by hand and by the tape"),
    ("ch19", " + h[:, t] @ U + b)", " + h[:, t] + b)", "SimpleRNN has the same states"),
    (
        "ch20",
        "for label, _ in itertools.groupby(path) if label",
        "for label in path if label",
        "two paths, one word",
    ),
    (
        "ch20",
        "ways[2:] += jump[2:] * alpha[t - 1, :-2]",
        "pass",
        "alpha's end is the probability",
    ),
    (
        "ch21",
        "np.exp(scores).sum(axis=1, keepdims=True)",
        "np.exp(scores).sum(axis=0, keepdims=True)",
        "the weights of each word sum to 1",
    ),
    (
        "ch21",
        "earlier = np.tri(5, dtype=bool)",
        "earlier = np.tri(5, k=1, dtype=bool)",
        "one op gives the same",
    ),
    ("ch22", "0.3 * g_1 + 0.7 * g_2, equals", "g_1 + g_2, equals", "0.3 g_1 + 0.7 g_2"),
    (
        "ch22",
        "(g_1 + g_2) / 2 - whole",
        "0.3 * g_1 + 0.7 * g_2 - whole",
        "without the weights the gradient is wrong",
    ),
]


def test_every_chapter_has_two():
    chapters = sorted(p.stem[:4] for p in (ROOT / "chapters").glob("ch*.py"))
    assert sorted(m[0] for m in MUTANTS) == sorted(chapters * 2)


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda m: f"{m[0]}: {m[2][:40]}")
def test_the_chapter_notices(mutant, tmp_path):
    number, right, wrong, words = mutant
    (chapter,) = (ROOT / "chapters").glob(f"{number}_*.py")
    source = chapter.read_text(encoding="utf-8")
    assert right in source, (
        f"{right!r} no longer stands in {chapter.name}: bring this list up to date"
    )
    (tmp_path / chapter.name).write_text(source.replace(right, wrong, 1), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, chapter.name],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={
            **os.environ,
            "MPLBACKEND": "Agg",
            "PYTHONPATH": str(ROOT),
            "PYTHONIOENCODING": "utf-8",
        },
    )
    assert done.returncode == 1 and "AssertionError" in done.stderr, (
        done.stdout[-500:] + done.stderr[-1500:]
    )
    assert words in done.stderr, done.stderr[-1500:]

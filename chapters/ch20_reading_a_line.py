# %% [markdown]
"""Chapter 20: reading a line, when nobody says where its letters stand.

After this chapter you can train a network to read a whole line of handwriting: columns
of pixels in, a word of any length out. You will know what CTC is (connectionist
temporal classification, Graves et al. 2006), compute its two sums by hand, see them as
pictures, and read with a greedy search and with a beam.

You should know convolutions (chapter 17) and recurrent layers (chapter 19). The chapter
takes about an hour to read and three minutes to run.

    python chapters/ch20_reading_a_line.py       prints, and draws figures/ch20_*.png
    python chapters/ch20_reading_a_line.py 1     the same with other random numbers
"""

# %%
import itertools
import sys
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

import minidl
from minidl import Input, Sequential, Tensor, layers, losses, ops, optimizers, plots
from minidl.course import claim

FIGURES = Path("figures")
seed = next((int(word) for word in sys.argv[1:] if word.isdigit()), 0)
minidl.set_random_seed(seed)
rng = np.random.default_rng(seed)
(x, y), (x_test, y_test) = minidl.datasets.mnist.load_data()
x, x_test = (images / np.float32(255) for images in (x, x_test))

# %% [markdown]
"""## 1. Lines

The chapters before gave each image one answer. A line of writing has several, and how
many is not known before it is read. "[04] DeepLearning, 옵티마이저" names the loss for
such a task in the last row of its table: for learning sequences, CTC.

We make lines ourselves: 3 to 6 digits of MNIST, one beside the other. From the left
edge of one image to that of the next it is 22 to 32 pixels. Images are 28 wide, so some
overlap, some touch, and some have a gap. Each line is 28 pixels high and 200 wide.

The network must never be told *where* a digit stands. The target of a line is only its
digits, in order. Digit 0 has the label 1, digit 9 the label 10: label 0 has a special
role that comes in section 3, and also fills short targets up.

Look at `ch20_lines.png`. Could you say exactly at which column the first digit ends?

**Try it.** Let the next image begin 14 to 20 pixels later. Can you still read the
lines?
"""


# %%
def make_lines(images, labels, n, most=6, width=200):
    """n lines of 3 to `most` digits: pixels (n, 28, width, 1), labels (n, most)."""
    pages = np.zeros((n, 28, width, 1), "float32")
    written = np.zeros((n, most), int)
    for page, line in zip(pages, written):
        left = rng.integers(0, 6)
        for k in range(rng.integers(3, most + 1)):
            i = rng.integers(len(images))
            place = page[:, left : left + 28, 0]
            np.maximum(place, images[i], out=place)
            line[k] = labels[i] + 1
            left += rng.integers(22, 33)
    return pages, written


def as_text(labels):
    """The digits of one row of labels; what is not above 0 stands for nothing."""
    return "".join(str(label - 1) for label in labels if label > 0)


def draw_lines(name, pages, titles):
    """Twelve lines at most, each under its title."""
    figure, axes = plt.subplots(4, 3, figsize=(9, 4.5), layout="constrained")
    for axis in axes.flat:
        axis.axis("off")
    for axis, page, title in zip(axes.flat, pages, titles):
        axis.imshow(page[..., 0], cmap="gray_r")
        axis.set_title(title, fontsize=9)
    plots.finish(figure, FIGURES / name)


pages, written = make_lines(x_test, y_test, 2000)  # for the exam: digits never seen
truth = [as_text(line) for line in written]
draw_lines("ch20_lines.png", pages, truth)

# %% [markdown]
"""## 2. From columns of pixels to steps

How can a network write an unknown number of digits? It goes from left to right and says
something at *every* step. Later we cross out what is too much.

1. Two convolutions with strides of 2 shrink the line to 7 rows and 50 columns.
2. A third one is as high as what remains, 7 rows: each column becomes 64 numbers.
3. `Reshape` drops the height, which is 1 now. What was an image is a sequence: 46 steps
   of 64 numbers.
4. An LSTM walks from left to right, another from right to left (`Bidirectional`). So
   each step knows what stands on both of its sides.
5. `Dense(11)` gives each step 11 scores: one for each digit, and one for class 0.

A digit is about six steps wide. The width of the input is `None`, because nothing here
depends on it: we shall use this in section 8.

**Try it.** How many pixels of the line does one of the 46 steps see before the LSTM?
"""


# %%
def seeing(filters, size, **arguments):
    """A convolution, normalized, then cut off at 0."""
    yield layers.Conv2D(filters, size, use_bias=False, **arguments)
    yield layers.BatchNormalization(momentum=0.9)
    yield layers.Activation("relu")


model = Sequential(
    [
        Input((28, None, 1)),
        *seeing(16, 5, strides=2, padding="same"),
        *seeing(32, 3, strides=2, padding="same"),
        *seeing(64, (7, 5)),
        layers.Reshape((-1, 64)),
        layers.Bidirectional(layers.LSTM(32, return_sequences=True)),
        layers.Dense(11),
    ]
)
scores = model(pages[:1]).numpy()
claim("every step has a score for each class", scores.shape[1:], equals=(46, 11))

# %% [markdown]
r"""## 3. Many ways to write the same

The network gives 46 answers, the target has 3 to 6 digits. Which step belongs to which
digit? CTC does not ask. Class 0 is the **blank**: "nothing new here". A **path** names
one class for each step. It is read in two moves:

1. merge what is repeated: `7 7 7 - - 7 2 2` becomes `7 - 7 2`
2. cross out the blanks: `7 7 2`

So many paths read as the same word. Why is the blank needed? Without it, nobody could
write 77: the two would be merged. Between two equal digits a path must hold a blank.

The probability of a *path* is the product of its classes' probabilities, one a step.
The probability of a *word* is the sum over all paths that read as it. The loss is

$$L = -\ln \sum_{\text{paths that read as the word}} \; \prod_t p_t(\text{class at } t)$$

For 4 steps and 3 classes we can simply try all $3^4 = 81$ paths.

**Try it.** Which paths of 4 steps read as "1 1"? Find all five on paper, then by
program.
"""


# %%
def read(path):
    """What a path says: repetitions merged, blanks (0) crossed out."""
    return tuple(label for label, _ in itertools.groupby(path) if label)


claim("two paths, one word", read((1, 1, 0, 2)) == read((0, 1, 2, 2)) == (1, 2))
claim("a blank keeps two equal digits apart", read((1, 0, 1, 1)) == (1, 1))
small = rng.normal(size=(1, 4, 3))
p = ops.softmax(small).numpy()[0]
paths = list(itertools.product(range(3), repeat=4))
fitting = [path for path in paths if read(path) == (1, 2)]
total = sum(np.prod([p[t, c] for t, c in enumerate(path)]) for path in fitting)
loss = ops.ctc_loss(np.array([[1, 2]]), small, [2], [4])
print(f"{len(fitting)} of {len(paths)} paths say 1 2; together {total:.4f}")
claim("the loss is -ln of their sum", loss, equals=-np.log(total), within=1e-4)

# %% [markdown]
r"""## 4. The two sums

46 steps of 11 classes have $11^{46}$ paths. How can one add them up? As one counts the
ways through a city: the ways to a crossing are the sum of the ways to the crossings
before it.

Write the word with blanks around its digits: for 52 the **states** are `- 5 - 2 -`. From
one step to the next a path may

* stay in its state,
* go on to the next state,
* or go on by two, leaving out a blank between two *different* digits.

$\alpha_t(s)$ is the sum over all beginnings of paths that are in state $s$ at step $t$:

$$\alpha_t(s) = p_t(s)\,\bigl(\alpha_{t-1}(s) + \alpha_{t-1}(s-1) + \alpha_{t-1}(s-2)\bigr)$$

with the third term only where it is allowed. $\beta_t(s)$ is the same for all ends of
paths, computed from the last step backwards. Their product counts every path through
state $s$ at step $t$, with $p_t(s)$ in it twice, so

$$\text{share}_t(s) = \frac{\alpha_t(s)\,\beta_t(s)}{p_t(s)\;P}$$

is the part of the word's probability $P$ that passes there. At each step it sums to 1.

The gradient is then simple. With respect to the scores it is $p_t - \text{share}_t$:
what the network says at this step, minus what the word wants it to say.

The first row of `ch20_sums.png` shows $\alpha$, $\beta$ and the share of an *untrained*
network; the second comes in section 6. Everything is still possible: $\alpha$ spreads
from the upper left corner, $\beta$ from the lower right one, and the share is a
broad band between them.

**Try it.** A word with two equal digits has a thinner band. Why?
"""


# %%
def one_sum(p, states):
    """alpha, (steps, states): the sums over the beginnings of paths."""
    jump = np.zeros(len(states))
    jump[2:] = (states[2:] != 0) & (states[2:] != states[:-2])
    alpha = np.zeros((len(p), len(states)))
    alpha[0, :2] = p[0, states[:2]]
    for t in range(1, len(p)):
        ways = alpha[t - 1].copy()
        ways[1:] += alpha[t - 1, :-1]
        ways[2:] += jump[2:] * alpha[t - 1, :-2]
        alpha[t] = ways * p[t, states]
    return alpha


def both_sums(p, word):
    """alpha, beta, share, each (steps, states), and the states."""
    states = np.zeros(2 * len(word) + 1, int)
    states[1::2] = word
    alpha = one_sum(p, states)
    beta = one_sum(p[::-1], states[::-1])[::-1, ::-1]
    through = alpha * beta / p[:, states]
    return alpha, beta, through / through.sum(axis=1, keepdims=True), states


# %%
word = written[0][written[0] > 0]
before = ops.softmax(scores.astype(float)).numpy()[0]
alpha, beta, share, states = both_sums(before, word)
probability = alpha[-1, -2:].sum()  # a path may end in the last digit or in a blank
logits = Tensor(scores.astype(float), requires_grad=True)
loss = ops.ctc_loss(word[None], logits, [len(word)], [46])
loss.backward()
claim("alpha's end is the probability", loss, equals=-np.log(probability))
sums = (alpha * beta / before[:, states]).sum(axis=1) / probability
claim("every step adds up to the same", sums, equals=np.ones(46))
wanted = share @ np.eye(11)[states]  # the states of one class together
claim("gradient = p - share", logits.grad[0], equals=before - wanted)

# %% [markdown]
"""## 5. Training

`losses.CTC` does this for a batch, in logarithms, so that no product becomes 0. The
rest is ordinary: Adam with a rate that falls to 0. The lines are made anew for each
round, so no line is seen twice. (Its digits are, in other company.)

At first the loss falls to about 10 and stays there for a while, because the network has
learned to say *blank* everywhere. That is the cheapest answer as long as it knows
nothing. Then the first digits appear in between, and it goes quickly: after the first
round most lines are read right.

**Try it.** Leave `global_clipnorm` out (chapter 19). Does the training suffer?
"""


# %%
def greedy(scores):
    """The most probable class of each step, read as a path."""
    labels, _ = ops.ctc_decode(scores, np.full(len(scores), scores.shape[1]))
    return [as_text(line) for line in labels.numpy()[0]]


ROUNDS, LINES, BATCH = 20, 4000, 32
rate = optimizers.schedules.CosineDecay(0.003, ROUNDS * LINES // BATCH)
model.compile(optimizers.Adam(rate, global_clipnorm=5.0), losses.CTC())
for turn in range(ROUNDS):
    new, targets = make_lines(x, y, LINES)
    loss = model.fit(new, targets, batch_size=BATCH, verbose=0).history["loss"][0]
    if turn % 4 in (0, 3):
        found = greedy(model.predict(pages[:300], verbose=0))
        right = np.mean([a == b for a, b in zip(found, truth)])
        print(f"round {turn + 1:2}: loss {loss:6.3f}, lines read right {right:.0%}")

# %% [markdown]
r"""## 6. What it has learned

The exam: 2000 lines made of test digits, which the network has never seen. A line counts
only if all its digits are right and none is missing. With about 4.5 digits a line, 95 %
of the lines means that 99 of 100 digits are read right *and* found.

`ch20_peaks.png` shows one line and the probabilities of its steps. Nobody told the
network where a digit stands, yet each digit has its peak where it stands. The peaks are
short: a digit is said once, for a step or two, and between the digits the blank speaks.
That is typical of CTC.

The second row of `ch20_sums.png` is the first one after training. Now $\alpha$ and
$\beta$ agree: of the broad band a staircase is left, flat where a blank waits, and
stepping down where a digit is said.

**Try it.** Draw $\alpha$ for a *wrong* word, with two digits exchanged. Where does it
break?
"""

# %%
scores = model.predict(pages, batch_size=200, verbose=0)
found = greedy(scores)
right = np.array([a == b for a, b in zip(found, truth)])
claim("unseen lines are read without an error", right.mean(), at_least=0.95)
after = ops.softmax(scores[0].astype(float)).numpy()
sure = both_sums(after, word)[2]
claim(
    "the band has become a staircase", (sure > 0.1).sum(), below=(share > 0.1).sum() / 2
)

# %%
figure, axes = plt.subplots(2, 3, figsize=(11, 5.5), layout="constrained")
for row, p, when in zip(axes, (before, after), ("before training", "after training")):
    for axis, what, name in zip(row, both_sums(p, word), ("alpha", "beta", "share")):
        shown = what / what.max(axis=1, keepdims=True)  # each step has its own scale
        axis.imshow(shown.T, aspect="auto", cmap="Blues", interpolation="nearest")
        axis.set(title=f"{name}, {when}", xlabel="step", ylabel="state")
        axis.set_yticks(range(len(states)), [as_text([s]) or "-" for s in states])
plots.finish(figure, FIGURES / "ch20_sums.png")

# %%
figure, axes = plt.subplots(2, 1, figsize=(9, 4.2), layout="constrained")
axes[0].imshow(pages[0, ..., 0], cmap="gray_r", aspect="auto")
axes[0].set(title=f"the line, read as {found[0]}", yticks=[], xlabel="column of pixels")
axes[1].plot(after[:, 0], color="0.6", linestyle="--", label="blank")
for label, (colour, marker, _) in zip(dict.fromkeys(word), plots.base.LINES):
    peak = np.flatnonzero((p := after[:, label]) > 0.05).tolist()
    axes[1].plot(p, color=colour, marker=marker, markevery=peak, label=as_text([label]))
axes[1].set(xlabel="step", ylabel="probability", xlim=(-1.5, 46.5))
axes[1].legend(loc="upper left", bbox_to_anchor=(1, 1))
plots.finish(figure, FIGURES / "ch20_peaks.png")

# %% [markdown]
r"""## 7. Greedy or beam?

So far we took the most probable class of each step: the most probable *path*. But a word
has many paths. Can the best word differ from the best path?

Take two steps with the probabilities 0.6 for blank and 0.4 for a digit, twice. The best
path is blank, blank: 0.36. It reads as nothing. The three paths that read as the digit
have $0.4 \cdot 0.4 + 2 \cdot 0.4 \cdot 0.6 = 0.64$ together. The greedy search is wrong.

The **beam search** goes from step to step and keeps the best few *words*, each with the
sum over its paths (Hannun et al. 2014). It costs more, and finds what is more probable.

How much does it help? Where the network is sure, every word has one great path, and both
agree. We make it unsure, with noise over the lines, such as it has never seen. Now they
differ, and the beam's word is the one that the network thinks more probable. Is it also
right more often? Look at the numbers: here it is not. A better search for the answer of
a network that is wrong need not find the truth. The beam pays where a dictionary or a
language model helps to choose among its words.

**Try it.** `beam_width=1` and `beam_width=50`. What changes: the answers, or only the
time?
"""


# %%
def beam(scores, width=10):
    """The most probable word of a beam search."""
    steps = np.full(len(scores), scores.shape[1])
    labels, _ = ops.ctc_decode(scores, steps, "beam_search", beam_width=width)
    return [as_text(line) for line in labels.numpy()[0]]


def chance(scores, texts):
    """ln of the probability of each text."""
    labels = np.zeros((len(texts), scores.shape[1]), int)
    for row, text in zip(labels, texts):
        row[: len(text)] = [int(digit) + 1 for digit in text]
    return -losses.CTC(reduction=None)(labels, scores).numpy()


# %%
two_steps = np.log([[[0.6, 0.4], [0.6, 0.4]]])
claim("the best path says nothing", greedy(two_steps) == [""])
claim("the best word is a digit", beam(two_steps) == ["0"])
noisy = pages[:300] + 0.25 * rng.normal(size=pages[:300].shape).astype("float32")
unsure = model.predict(noisy, verbose=0)
for name, given in (("clean", scores[:300]), ("noisy", unsure)):
    by_path, by_word = greedy(given), beam(given)
    shares = [np.mean([a == b for a, b in zip(f, truth)]) for f in (by_path, by_word)]
    print(f"{name} lines read right: greedy {shares[0]:.1%}, beam {shares[1]:.1%}")
better = chance(unsure, by_word) >= chance(unsure, by_path) - 1e-3
claim("the beam's word is mostly the more probable", better.mean(), at_least=0.9)
differ = np.mean([a != b for a, b in zip(by_path, by_word)])
claim("where the network is unsure, they differ", differ, above=0.02)

# %% [markdown]
"""## 8. Mistakes, and longer lines

`ch20_mistakes.png` shows lines that were read wrong. Many are digits that you would not
be sure of either, or two that touch.

The network has only seen lines of up to 6 digits. Does it read 12? Convolutions and an
LSTM do the same at every place, so the width is free. What could go wrong is the memory
of the LSTM: it has never walked so far.

**Try it.** 30 digits, in lines of 1000 pixels.
"""

# %%
wrong = np.flatnonzero(~right)[:12]
titles = [f"{truth[i]}, read {found[i]}" for i in wrong]
draw_lines("ch20_mistakes.png", pages[wrong], titles)
long_pages, long_lines = make_lines(x_test, y_test, 300, most=12, width=392)
read_long = greedy(model.predict(long_pages, verbose=0))
right = [a == as_text(b) for a, b in zip(read_long, long_lines)]
claim("lines of up to 12 digits are read, too", np.mean(right), at_least=0.85)
print("figures are in figures/")
plots.show()

# %% [markdown]
"""
Exercises (homework: hw09)

1. Replace the two LSTMs by GRUs, then leave them out: the convolutions alone. How many
   lines are read right now? What does a step need to know about its neighbours?
2. Use strides of 4 in the second convolution. A line then has 24 steps. Which lines can
   no longer be written at all, and what is their loss?
3. Draw a line of digits of your own, photograph it, make it 28 pixels high and light on
   dark, and let the network read it. Which of your habits has it never seen?
4. Write the loss of `one_sum` in logarithms, so that lines of 1000 steps do not end in
   a probability of 0.
5. Count edits instead of lines: how many digits must be put in, taken out or replaced
   to make the truth of what was read (Levenshtein's distance)?
"""

# %% [markdown]
"""Chapter 21: attention: every word asks all others, and a network learns to write.

After this chapter you can compute attention by hand, read its matrix as a picture,
build a transformer from minidl's layers, see in its attention maps how it sorts
digits, and train a small language model on a text of your own, on a laptop.

You should know embeddings (numbers for words) and what a classifier's softmax is:
chapters 4 and 7. Chapter 19 reads a sequence step by step; here all steps are read at
once. The chapter takes about an hour to read, and a minute or two to run.

    python chapters/ch21_attention.py               prints, and draws figures/ch21_*.png
    python chapters/ch21_attention.py book.txt 10   learns from your text, 10 epochs
"""

# %%
import shutil
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

import minidl
from minidl import Tensor, callbacks, layers, losses, ops, plots, preprocessing
from minidl.course import claim
from minidl.datasets import texts
from minidl.support.console import say

FIGURES = Path("figures")
seed = next((int(word) for word in sys.argv[1:] if word.isdigit()), 0)
minidl.set_random_seed(seed)
rng = np.random.default_rng(seed)
books = [name for name in sys.argv[1:] if name.endswith(".txt")]
if absent := [name for name in books if not Path(name).is_file()]:
    sys.exit(f"there is no file {absent[0]}")  # now, and not after the training

# %% [markdown]
r"""
## 1. Five words, by hand

"The dog barked, it slept." Who slept? You looked back for the dog when you read "it".
How can a network look back?

Each word gets three vectors, each by a matrix of its own:

* a **query** $q$: what the word looks for,
* a **key** $k$: what the word is, for those who look,
* a **value** $v$: what the word hands over when it is found.

The **score** of a pair is the dot product of the query of one and the key of the other:
large when they fit. A softmax makes weights of the scores of a word, which are positive
and sum to 1. The result for a word is the mean of all values with these weights:

$$Z = P\,V, \qquad P = \mathrm{softmax}\!\left(\frac{Q K^T}{\sqrt{d}}\right)$$

The scores are divided by $\sqrt d$, since a dot product of $d$ numbers grows with
$\sqrt d$, and large scores make a softmax that is 1 for one word and flat for the rest:
it passes no gradient. (A. Vaswani and others, "Attention Is All You Need", 2017.)

Here the matrices are set by hand. A word is one of four kinds. Nouns and, a little,
pronouns have the key "a thing"; verbs have the key "a deed". Pronouns, verbs and
articles look for a thing, nouns for a deed.
"""

# %%
words = ["the", "dog", "barked", "it", "slept"]
kinds = ["article", "noun", "verb", "pronoun", "verb"]
order = ["article", "noun", "verb", "pronoun"]
x = np.eye(4)[[order.index(kind) for kind in kinds]]  # (5, 4): one row for a word
#                 a thing, a deed
looks_for = np.array([[4, 0], [0, 3], [4, 0], [6, 0]])
is_one = np.array([[0, 0], [1, 0], [0, 1], [0.3, 0]])
q, k, v = x @ looks_for, x @ is_one, x  # it hands over what it is
scores = q @ k.T / np.sqrt(2)
weights = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
z = weights @ v
claim("the weights of each word sum to 1", weights.sum(axis=1), equals=1)
claim('"it" looks mostly at "dog"', weights[3, 1], at_least=0.8)
print("what 'it' has become:", dict(zip(order, z[3].round(2).tolist())))

# %% [markdown]
"""
## 2. Nobody reads ahead: the causal mask

A network that is to *write* must not see the words that come later: they are what it
has to guess. So the scores of later words are set to minus infinity before the softmax,
and their weights become 0. Word t sees the words 0 to t. This is the **causal mask**.

The figure `ch21_by_hand.png` shows both matrices. A row is a word that looks, a column
a word that is looked at.

**Try it.** Make "slept" look for a deed, not for a thing. Which row changes? Why no
column?
"""

# %%
earlier = np.tri(5, dtype=bool)  # row t: True for the columns 0 to t
causal = np.exp(np.where(earlier, scores, -np.inf))
causal /= causal.sum(axis=1, keepdims=True)
figure, axes = plt.subplots(1, 2, figsize=(9, 4.2), layout="constrained")
for axis, matrix, title in zip(axes, (weights, causal), ("all words", "causal mask")):
    axis.imshow(matrix, cmap="Blues", vmin=0, vmax=1)
    axis.set(xticks=range(5), xticklabels=words, yticks=range(5), yticklabels=words)
    axis.set(xlabel="is looked at", ylabel="looks", title=title)
    for (row, column), weight in np.ndenumerate(matrix):
        color = "white" if weight > 0.5 else "black"
        axis.text(column, row, f"{weight:.2f}", ha="center", va="center", color=color)
plots.finish(figure, FIGURES / "ch21_by_hand.png")
one_op = ops.dot_product_attention(
    *[Tensor(a[None, :, None]) for a in (q, k, v)], is_causal=True
)  # (sample, step, head, number)
claim("one op gives the same", one_op[0, :, 0], equals=causal @ v)

# %% [markdown]
r"""
## 3. Where is a word? Positions

Does attention know the order of the words? Shuffle them, and see: each word gets the
same result, at its new place. Without the mask attention is a mean over a *set*. "Dog
bites man" and "man bites dog" would be the same.

So each place gets a vector of its own, which is added to that of the word. The vector
may be learned (a second `Embedding`, as in section 5), or computed: sines and cosines
of many wavelengths, as the hands of many clocks.

$$p_{t,2i} = \sin(t / 10000^{2i/d}), \qquad p_{t,2i+1} = \cos(t / 10000^{2i/d})$$

The figure `ch21_positions.png` shows them. The dot product of two places depends only
on how far apart they are, so "three places back" is the same question everywhere.

**Try it.** Draw the dot product of place 20 with all others. Where is its peak?
"""

# %%
shuffled = rng.permutation(5)
again = ops.dot_product_attention(
    *[Tensor(a[shuffled][None, :, None]) for a in (q, k, v)]
)
claim("attention is blind to the order", again[0, :, 0], equals=z[shuffled])
places = layers.SinePositionEncoding()(np.zeros((1, 60, 32), "float32"))[0].numpy()
products = places @ places.T
claim(
    "three places apart is the same everywhere",
    np.diag(products, 3),
    equals=products[0, 3],
    within=1e-3,
)
figure, axis = plt.subplots(figsize=(8, 3.2), layout="constrained")
figure.colorbar(axis.imshow(places.T, cmap="RdBu", aspect="auto"), label="number added")
axis.set(xlabel="place t in the text", ylabel="entry of the vector")
plots.finish(figure, FIGURES / "ch21_positions.png", title="The vectors of 60 places")

# %% [markdown]
"""
## 4. Several heads

A word may have several questions at once: who did it, and when? With h heads each word
gets h queries, keys and values, each of d/h numbers, and each head has its own softmax.
The h results, side by side, go through one more matrix.

`layers.MultiHeadAttention` does this. Here are its weights, and the same by hand.

**Try it.** Count the weights. Do they depend on the number of heads? On the length?
"""

# %%
attention = layers.MultiHeadAttention(num_heads=2, key_dim=3, use_bias=False)
x = rng.normal(size=(1, 5, 6)).astype("float32")
z = attention(x, x, use_causal_mask=True).numpy()
w_q, w_k, w_v, w_o = [w.numpy() for w in attention.weights]  # (6, 2, 3) and (2, 3, 6)
by_hand = np.zeros((5, 6))
for head in range(2):
    q, k, v = (x[0] @ w[:, head] for w in (w_q, w_k, w_v))  # (5, 3)
    weights = np.exp(np.where(earlier, q @ k.T / np.sqrt(3), -np.inf))
    weights /= weights.sum(axis=1, keepdims=True)
    by_hand += weights @ v @ w_o[head]
claim("two heads by hand, and by the layer", z[0], equals=by_hand, within=1e-5)

# %% [markdown]
"""
## 5. A transformer

A **block** has two parts. Attention: words exchange what they know. Then a small
network, the same for each word: it thinks about what it has got. Both *add* to the
vector of the word, so that what was there stays, and gradients pass through the sum
without loss. A `LayerNormalization` before each part keeps the numbers in one range.

A **transformer** is: vectors of words and places, blocks one after another, and at the
end a score for each word of the vocabulary: which one comes next?
"""


# %%
class Block(layers.Layer):
    """Words exchange what they know, then each of them thinks."""

    def __init__(self, width, heads):
        super().__init__()
        self.before = layers.LayerNormalization()
        self.attention = layers.MultiHeadAttention(heads, width // heads)
        self.after = layers.LayerNormalization()
        wide = layers.Dense(4 * width, activation="relu")
        self.thinking = minidl.Sequential([wide, layers.Dense(width)])

    def call(self, x):
        y = self.before(x)
        x = x + self.attention(y, y, use_causal_mask=True)
        return x + self.thinking(self.after(x))


class Transformer(minidl.Model):
    """Scores of the next token, for each place of a text: (n, steps, vocabulary)."""

    def __init__(self, vocabulary, context, width, heads, blocks):
        super().__init__()
        self.token = layers.Embedding(vocabulary, width)
        self.place = layers.Embedding(context, width)  # learned positions
        self.blocks = [Block(width, heads) for _ in range(blocks)]
        self.end = minidl.Sequential(
            [layers.LayerNormalization(), layers.Dense(vocabulary)]
        )

    def call(self, tokens):
        x = self.token(tokens) + self.place(np.arange(tokens.shape[1]))
        for block in self.blocks:
            x = block(x)
        return self.end(x)


# %% [markdown]
"""
## 6. It learns to sort

Can such a network learn an algorithm from examples alone? The text is six numbers below
30, a sign, and the same numbers in order: `17 4 28 9 0 12 > 0 4 9 12 17 28`. A number
is a token, one of 30 names without an order: 4 < 9 must be learned, too.
The network sees the text up to some place and guesses the next token. There is nothing
to guess within the question, so the label there is -1, which the loss leaves out
(`ignore_class`).

There are 427 million questions. It sees 38 000, and is asked 2000 that it never saw. An
answer counts only if all six numbers are right. The network writes a number, reads it
again with the rest, and writes the next one. One block with one head is enough.

**Try it.** Let it sort in descending order. Or let it add: `texts.sums(20000)` gives
questions such as "07+58" and answers such as "065"; let it write the last digit first.
"""

# %%
COUNT, LIMIT = 6, 30  # how many numbers, and below what
SIGN = LIMIT
numbers = np.argsort(rng.random((40_000, LIMIT)), axis=1)[:, :COUNT]  # all different
numbers = rng.permutation(np.unique(numbers, axis=0))  # no question twice
signs = np.full((len(numbers), 1), SIGN)
lines = np.concatenate([numbers, signs, np.sort(numbers, axis=1)], axis=1)
learn, test = lines[:-2000], lines[-2000:]
labels = learn[:, 1:].copy()
labels[:, :COUNT] = -1  # nothing to guess there

# %%
sorter = Transformer(LIMIT + 1, 2 * COUNT, width=48, heads=1, blocks=1)
rate = minidl.optimizers.schedules.CosineDecay(0.003, len(learn) // 64)
loss = losses.SparseCategoricalCrossentropy(from_logits=True, ignore_class=-1)
sorter.compile(minidl.optimizers.Adam(rate), loss)
sorter.fit(learn[:, :-1], labels, batch_size=64, verbose=2)


# %%
def go_on(model, tokens, steps):
    """The tokens, and those that the model finds most probable, one after another."""
    for _ in range(steps):
        with minidl.no_grad():
            scores = model(tokens)[:, -1].numpy()  # of the token that comes next
        tokens = np.concatenate([tokens, scores.argmax(axis=1)[:, None]], axis=1)
    return tokens


written = go_on(sorter, test[:, : COUNT + 1], COUNT)
whole = (written == test).all(axis=1).mean()
print("one of them:", *written[0, :COUNT], ">", *written[0, COUNT + 1 :])
claim("unseen sequences sorted without an error", whole, at_least=0.99)

# %% [markdown]
"""
## 7. How does it do that?

The attention maps show it: with `return_attention_scores=True` the layer gives its
weights as well. In the figure `ch21_sorting.png` a row is a number that is being
written, a column a number of the question; the rings mark where that number stands.

While the network writes a number, it looks at that very number in the question. It
seems to do what you would do: find the smallest number above the last one, and copy it.
Nobody told it how. Is the looking what matters? With queries of 0 all numbers are
looked at alike, and it cannot sort any more.

**Try it.** Give it `3 3 3 3 3 3`, as no question in its life was. What does it answer?
"""


# %%
def attention_maps(model, tokens):
    """The weights of the first block, (n, heads, steps, steps)."""
    x = model.token(tokens) + model.place(np.arange(tokens.shape[1]))
    y = model.blocks[0].before(x)
    look = model.blocks[0].attention
    return look(y, y, use_causal_mask=True, return_attention_scores=True)[1].numpy()


maps = attention_maps(sorter, test[:, :-1])[:, 0, COUNT:, :COUNT]
ranked = np.argsort(test[:, :COUNT], axis=1)  # where the k-th smallest number stands
hits = (maps.argmax(axis=2) == ranked).mean()
claim("it looks most at the number that it writes", hits, at_least=0.9)
figure, axes = plt.subplots(1, 3, figsize=(10, 3.6), layout="constrained")
for axis, matrix, ring, row in zip(axes, maps, ranked, test):
    axis.imshow(matrix, cmap="Blues", vmin=0, vmax=1)
    axis.plot(ring, range(COUNT), "o", ms=20, mfc="none", mec="tab:orange", mew=2)
    axis.set(xticks=range(COUNT), xticklabels=row[:COUNT], xlabel="the question")
    axis.set(yticks=range(COUNT), yticklabels=row[COUNT + 1 :], ylabel="is written")
plots.finish(figure, FIGURES / "ch21_sorting.png", title="Where it looks")

# %%
query = sorter.blocks[0].attention.query_dense
kept = query.get_weights()
query.set_weights([0 * w for w in kept])
blind = go_on(sorter, test[:, : COUNT + 1], COUNT)
query.set_weights(kept)
blind = (blind == test).all(axis=1).mean()
claim("without its queries it cannot sort", blind, below=0.5)

# %% [markdown]
"""
## 8. Writing without reading everything again: the cache

`go_on` reads the whole text again for each token: 1 + 2 + ... + n rows go through the
network, n(n+1)/2, which grows with the *square* of the length. Is that necessary?

The causal mask helps: an earlier word never sees a later one, so its vectors, keys and
values never change. The newest word asks alone: it needs its own query, and the keys
and values of all words before it. So they are kept, in a **cache**. Then n rows go
through the network: the cost grows with the length.

The figure `ch21_cache.png` shows both. (The newest word still looks at all words before
it, but that is little work.) Every language model that you talk to works like this.

**Try it.** How many numbers does the cache hold for a text of 1000 tokens?
"""


# %%
def newest(block, x, cache):
    """What block(x) gives for the newest step alone, x (n, 1, width). cache: a dict."""
    y, heads = block.before(x), block.attention
    k, v = heads.key_dense(y), heads.value_dense(y)
    if cache:
        k = ops.concatenate([cache["k"], k], axis=1)
        v = ops.concatenate([cache["v"], v], axis=1)
    cache.update(k=k, v=v)
    z = ops.dot_product_attention(heads.query_dense(y), k, v)
    x = x + heads.output_dense(z)
    return x + block.thinking(block.after(x))


def write(model, tokens, steps, choose):
    """The tokens (n, 1), and `steps` more, chosen from the scores one after another."""
    caches = [{} for _ in model.blocks]
    with minidl.no_grad():
        for t in range(steps):
            x = model.token(tokens[:, -1:]) + model.place(np.array([t]))
            for block, cache in zip(model.blocks, caches):
                x = newest(block, x, cache)
            chosen = choose(model.end(x)[:, 0].numpy())
            tokens = np.concatenate([tokens, chosen[:, None]], axis=1)
    return tokens


# %%
LENGTHS = [32, 64, 128, 256]
untrained = Transformer(vocabulary=50, context=LENGTHS[-1], width=64, heads=4, blocks=2)
start = rng.integers(0, 50, (8, 1))
seconds = {"all again": [], "with a cache": []}
for length in LENGTHS:
    begin = time.process_time()
    slow = go_on(untrained, start, length)
    middle = time.process_time()
    fast = write(untrained, start, length, lambda scores: scores.argmax(axis=1))
    seconds["all again"].append(middle - begin)
    seconds["with a cache"].append(time.process_time() - middle)
claim("with a cache it writes the same", fast, equals=slow)
again, cached = (np.array(seconds[name]) for name in seconds)
claim("and takes a part of the time", cached[-1] / again[-1], below=0.5)
growth = again[-1] / again[0], cached[-1] / cached[0]
print("eight times the text: {:.0f} times the cost, cached {:.0f}".format(*growth))
claim("with a cache the cost grows less", growth[1], below=growth[0])
figure, axis = plt.subplots(figsize=(6, 3.5), layout="constrained")
for (name, values), style in zip(seconds.items(), ("o-", "s--")):
    axis.plot(LENGTHS, values, style, label=name)
axis.set(xlabel="tokens written", ylabel="seconds of computing", xticks=LENGTHS)
axis.legend()
plots.finish(figure, FIGURES / "ch21_cache.png", title="The cost of writing")

# %% [markdown]
"""
## 9. Text as numbers: byte pairs

What is a token of a text? Single letters make long sequences; whole words make a table
that lacks the next reader's names. Between them: begin with the 256 bytes, and let the
most frequent pair of neighbours become a new token, again and again. Frequent words end
as one token, rare ones as a few pieces, and nothing is unknown. (R. Sennrich, B.
Haddow, A. Birch, "Neural Machine Translation of Rare Words with Subword Units", 2016.)
The tokenizer is about a hundred lines: `minidl/text/byte_pairs.py`.

The text is your own, if you named a file. If not, it is 8000 lines with dates, written
as people do and as computers do: `3 March 1998 = 1998-03-03`. On them we can check
whether what the network writes is *right*.

**Try it.** Save the tokenizer, `tokenizer.save("merges.json")`, and open the file.
"""

# %%
lines = [f"{a} = {b}" for a, b in zip(*texts.dates(8000))]
text = Path(books[0]).read_text(encoding="utf-8") if books else "\n".join(lines) + "\n"
tokenizer = preprocessing.BytePairTokenizer.train(
    text, vocabulary_size=512 if books else 400
)
tokens = np.array(tokenizer.encode(text))
print("the first of its pairs:", *[repr(t) for t in tokenizer.tokens[256:268]])
print(f"{len(text.encode())} bytes are {len(tokens)} tokens")
claim("nothing is lost", tokenizer.decode(tokens) == text)
CONTEXT = 48
if len(tokens) < 50 * CONTEXT:
    sys.exit(f"{books[0]} is too short to learn from: take a text of 10 000 letters")

# %% [markdown]
"""
## 10. A language model that may be stopped

A sample is a window of the text, and its labels are the same window one token later. At
each place the network guesses the next token from all those before.

A long training will be stopped: by you, or by an empty battery. `BackupAndRestore`
writes a backup after each epoch; if the script is run again, `fit` goes on after the
last whole epoch, with the same optimizer and the same random numbers (chapter 16).
With a file of your own the backup lies beside it, in `book.training`: press Ctrl-C, and
start again. Here a callback plays the part of Ctrl-C.

**Try it.** With your own text, stop at half of the epochs. Are the samples worse?
"""

# %%
epochs = int(sys.argv[-1]) if books and sys.argv[-1].isdigit() else 10
begins = np.arange(0, len(tokens) - CONTEXT, CONTEXT // 2)
windows = tokens[begins[:, None] + np.arange(CONTEXT + 1)]
folder = Path(books[0]).with_suffix(".training") if books else tempfile.mkdtemp()


def trained(*more):
    """The model and its history; goes on where a training was stopped."""
    steps = epochs * -(-len(windows) // 24)
    size = tokenizer.vocabulary_size()
    model = Transformer(size, CONTEXT, width=64, heads=4, blocks=2)
    rate = minidl.optimizers.schedules.CosineDecay(0.003, steps)
    model.compile(minidl.optimizers.Adam(rate), loss)
    backup = callbacks.BackupAndRestore(folder, delete_checkpoint=False)
    history = model.fit(
        windows[:, :-1],
        windows[:, 1:],
        batch_size=24,
        epochs=epochs,
        verbose=2,
        callbacks=[backup, *more],
    )
    return model, history.history


class Interrupts(callbacks.Callback):
    def on_epoch_begin(self, epoch, logs=None):
        if epoch == 2:
            raise KeyboardInterrupt


# %%
if not books:
    try:
        trained(Interrupts())
    except KeyboardInterrupt:
        print("stopped after two epochs; and now once more:")
model, history = trained()
claim("no epoch is lost, and none comes twice", len(history["loss"]), equals=epochs)
claim("it has learned", history["loss"][-1], below=history["loss"][0])

# %% [markdown]
r"""
## 11. It writes: temperature

How is the next token chosen from the scores? Always the best one: then the same text
comes each time. Or at random, with the probabilities of the softmax. Between them lies
the **temperature** $T$: the scores are divided by it first.

$$p_i \propto e^{s_i / T}$$

A low temperature takes the best nearly always, a high one lets unlikely tokens through.
(Adding to each score noise of a Gumbel distribution and taking the largest draws with
just these probabilities: one line.)

The figure `ch21_temperature.png` shows what is gained and lost: a cold model is right
but repeats itself, a hot one invents, and errs.

**Try it.** Which temperature would you choose for dates, which for poems?
"""


# %%
def samples(temperature, n=200):
    """n texts that the model writes after a line break."""
    begin = np.full((n, 1), tokenizer.encode("\n")[0])

    def choose(scores):
        return (scores / temperature + rng.gumbel(size=scores.shape)).argmax(axis=1)

    written = write(model, begin, CONTEXT if books else 20, choose)
    return [tokenizer.decode(row)[1:] for row in written]


for temperature in (0.3, 0.7, 1.0, 1.5):
    print(f"\ntemperature {temperature}:")
    for sample in samples(temperature, 2 if books else 4):
        shown = sample if books else sample.split("\n")[0]
        say("    " + "".join(c if c.isprintable() else " " for c in shown))

# %%
numbers = range(texts.FIRST.toordinal(), texts.LAST.toordinal() + 1)
days = map(date.fromordinal, numbers)
all_right = {f"{form} = {day}" for day in days for form in texts.written(day)}
if not books:
    temperatures = [0.1, 0.3, 0.5, 0.7, 1.0, 1.3, 1.6, 2.0]
    made_up = [[s.split("\n")[0] for s in samples(t)] for t in temperatures]
    right = [float(np.mean([line in all_right for line in made])) for made in made_up]
    different = [len(set(made)) / len(made) for made in made_up]
    new = np.mean([line not in lines for line in made_up[1]])
    claim("at 0.3 nine of ten lines are right dates", right[1], at_least=0.9)
    claim("most of which it never saw", new, at_least=0.5)
    claim("too hot, and it errs", right[-1], below=right[1] - 0.2)
    figure, axis = plt.subplots(figsize=(6, 3.5), layout="constrained")
    axis.plot(temperatures, right, "o-", label="right")
    axis.plot(temperatures, different, "s--", label="different from each other")
    axis.set(xlabel="temperature", ylabel="share of 200 lines", ylim=(0, 1.05))
    axis.legend()
    plots.finish(figure, FIGURES / "ch21_temperature.png", title="Made-up dates")
    shutil.rmtree(folder)

# %% [markdown]
"""
## What to remember

Attention is a mean with weights that the words themselves choose. A mask says who may
look where; positions say where a word stands; heads ask several questions at once. The
models that write today are this chapter, with more of everything: blocks, width, text.

Exercises (homework: hw10)

1. Take the positions away (`self.place`). Can it still sort? Why does the causal mask
   tell something about the order?
2. Two blocks instead of one: is sorting learned in fewer epochs? Look at the maps of
   both.
3. Replace the byte pairs by single bytes (`vocabulary_size=256`). How long must the
   context be now, and what do the samples look like?
4. Let the cache forget all but the last 8 words. From which length on do the texts
   differ?
5. Give it a text of your own, and compare the loss with that of a table of pairs of
   tokens, counted.
"""

# %%
plots.show()

# %% [markdown]
"""Chapter 7: MNIST, from pixels to a network that reads digits.

After this chapter you can

* load images, build a network, choose a loss and an optimizer, and train;
* judge the result on images that the network has never seen;
* let the network read a digit that you have drawn.

It is the workflow of "TensorFlow Tutorial (4) - Optimizer" (2021) and of "[04]
DeepLearning, 옵티마이저", the post after Chollet's book, Korean edition.

It takes about 30 minutes to read and half a minute to run. You need chapters 3 to 5; if
you only want to see a network learn, begin here.

    python chapters/ch07_mnist.py
    train, evaluate, draw figures/ch07_*.png
    python chapters/ch07_mnist.py my_digit.png
    and read a digit of your own: a square picture, dark ink on white
    python chapters/ch07_mnist.py --seed 3          start from other random weights
"""

# %%
import argparse
import sys
from pathlib import Path

import numpy as np

import minidl
from minidl import layers, losses, models, plots
from minidl.course import claim

# %% [markdown]
"""
The next cell only reads the options of the command line above. In a notebook there are
none.
"""

# %%
options = argparse.ArgumentParser(description="Train a network on MNIST with minidl.")
options.add_argument("picture", nargs="?", help="an image of your own digit")
options.add_argument("--seed", type=int, default=0, help="of the random numbers")
options.add_argument("--figures", type=Path, default=Path("figures"), help="a folder")
arguments = options.parse_args([] if "ipykernel" in sys.modules else None)
if arguments.picture and not Path(arguments.picture).is_file():
    options.error(
        f"there is no file {arguments.picture}"
    )  # now, not after the training

# %% [markdown]
"""
## 1. The data

MNIST has 60 000 images to learn from and 10 000 to be examined on. Each image has 28 x
28 pixels with values from 0 to 255, and a label, the digit that it shows.

Networks learn best from numbers of about the size 1. So we divide by 255.
"""

# %%
(x_train, y_train), (x_test, y_test) = minidl.datasets.mnist.load_data()
x_train, x_test = x_train / 255.0, x_test / 255.0
print(f"training images {x_train.shape}, test images {x_test.shape}")
print(f"the first label is {y_train[0]}")

# %% [markdown]
"""
## 2. The network

784 pixels go in, 10 scores come out, one for each digit. In between there are 128
hidden units with relu (chapter 3). `Dropout` sets a fifth of the hidden numbers to 0
during training, always others, so that no unit can rely on a single other one (chapter
12).

How many weights does the network have? Compute it, and compare with the summary.
"""

# %%
minidl.set_random_seed(arguments.seed)
model = models.Sequential(
    [
        layers.Flatten(input_shape=(28, 28)),
        layers.Dense(128, activation="relu"),
        layers.Dropout(0.2),
        layers.Dense(10),
    ]
)
model.summary()

# %% [markdown]
r"""
## 3. Before training

An untrained network knows nothing. A good guesser gives each of the 10 digits the
probability $1/10$, and its cross-entropy is $-\ln \frac{1}{10} \approx 2.3$. If the
first loss of a network is much larger, something is wrong, and it is worth knowing
before an hour of training.
"""

# %%
loss = losses.SparseCategoricalCrossentropy(from_logits=True)
untrained = loss(y_train[:1000], model(x_train[:1000])).item()
print(f"loss before training {untrained:.2f}, of pure guessing {np.log(10):.2f}")
claim(
    "an untrained network should be about as good as guessing",
    untrained,
    equals=np.log(10),
    within=0.5,
)

# %% [markdown]
"""
## 4. Training

The optimizer makes the loss smaller, batch by batch, by moving the weights. Five epochs
are five passes through all images.

`validation_split=0.1` holds back the last tenth of the images. The network does not
learn from them. After each epoch it is examined on them: this tells us whether it
*understands*, or only learns its images by heart.
"""

# %%
model.compile(optimizer="adam", loss=loss, metrics=["accuracy"])
history = model.fit(x_train, y_train, validation_split=0.1, epochs=5)
claim(
    "five epochs should more than halve the loss",
    history.history["loss"][-1],
    below=history.history["loss"][0] / 2,
)

# %% [markdown]
"""
`figures/ch07_history.png` shows the loss and the accuracy, on the images that it
learned from and on those held back. (The training curve is measured while dropout
disturbs the network, and while it is still learning. That is why the validation curve
may lie above it at first.)
"""

# %%
plots.history(
    history,
    path=arguments.figures / "ch07_history.png",
    title="A network learns to read digits",
)

# %% [markdown]
"""
## 5. The exam

The test images were not used for anything so far. The accuracy on them is the number to
report. Other seeds and other machines give 97.3 % to 98 %.
"""

# %%
test_loss, test_accuracy = model.evaluate(x_test, y_test)
print(f"test accuracy {test_accuracy:.2%}")
claim(
    "97.5 % or so of the test digits should be read right", test_accuracy, at_least=0.97
)

# %% [markdown]
"""
## 6. From scores to probabilities

The network ends in scores (logits). To get probabilities, put softmax behind it: the
trained model becomes the first layer of a new one.
"""

# %%
probability_model = models.Sequential([model, layers.Softmax()])
probabilities = probability_model.predict(x_test, verbose=0)
guesses = probabilities.argmax(axis=1)
print(f"image 0: the network says {guesses[0]}, with {probabilities[0].max():.1%}")
claim(
    "probabilities of one image sum to 1",
    probabilities.sum(axis=1),
    equals=1,
    within=1e-5,
)

# %% [markdown]
"""
## 7. What it reads, and where it is wrong

`figures/ch07_digits.png` shows 24 test images with the answers.
`figures/ch07_mistakes.png` shows the mistakes that the network was surest of. Would you
have read these digits right?
"""

# %%
plots.digits(
    x_test[:24],
    probabilities[:24],
    y_test[:24],
    path=arguments.figures / "ch07_digits.png",
)
wrong = np.flatnonzero(guesses != y_test)
worst = wrong[np.argsort(-probabilities[wrong].max(axis=1))][:16]
plots.digits(
    x_test[worst],
    probabilities[worst],
    y_test[worst],
    path=arguments.figures / "ch07_mistakes.png",
    title=f"The surest of its {len(wrong)} mistakes in 10 000",
)
print(f"figures are in {str(arguments.figures).rstrip('/')}/")

# %% [markdown]
"""
## 8. Your own digit

Draw a digit, dark on white, save it as a square picture, and give its name on the
command line. `read_picture` makes it look like an image of MNIST: small, centred, light
on dark.
"""

# %%
if arguments.picture:
    mine = minidl.datasets.mnist.read_picture(arguments.picture)[None]
    chances = probability_model(mine).numpy()
    answer, sure = chances.argmax(), chances.max()
    print(f"{arguments.picture}: I read a {answer} ({sure:.0%} sure)")
    plots.digits(mine, chances, path=arguments.figures / "ch07_mine.png")
plots.show()

# %% [markdown]
"""
Exercises (homework: hw07)

1. Train for one epoch and for fifteen. When does the validation accuracy stop rising
   while the training accuracy still does?
2. Leave out `/ 255.0`. Read the warning, then watch the first loss. What was it before?
3. Replace "adam" by "sgd". How many epochs does it need for the same accuracy? And
   SGD(learning_rate=0.1, momentum=0.9)?
4. End the model with activation="softmax" and leave out from_logits=True. Which numbers
   change, and which do not?
"""

"""One contender of the benchmark in its own process: `python contenders.py NAME NETWORK DATA.npz
MODE`.

Started by mnist_mlp.py, which sets the environment (threads, Keras's backend). NAME is a key of
CONTENDERS, NETWORK is quickstart or wide. MODE `serve` reads one command a line from stdin and
answers each with a line of JSON behind MARK; in between, the process sleeps in that read:

    train N     N epochs in one call of fit    ->
    {"seconds": on the clock, "cpu": of processor time}
    evaluate    the images it did not see      ->  {"accuracy": of them right}

MODE `whole` trains five epochs, evaluates, answers and ends: what a learner's script does.
"""

import importlib
import importlib.metadata
import json
import platform
import sys
import time

MARK = "@benchmark "
WHOLE_EPOCHS = 5


def load(path, network):
    """x_train, y_train, x_test, y_test, as the tutorials prepare them."""
    import numpy as np

    with np.load(path) as data:
        x_train, y_train, x_test, y_test = (
            data[key] for key in ("x_train", "y_train", "x_test", "y_test")
        )
    if network == "quickstart":
        return x_train / 255.0, y_train, x_test / 255.0, y_test  # float64 images, integer labels
    one_hot = np.eye(10, dtype="float32")
    x_train, x_test = (x.reshape(-1, 784).astype("float32") / 255 for x in (x_train, x_test))
    return x_train, one_hot[y_train], x_test, one_hot[y_test]


class KerasLike:
    """minidl and Keras run the very same lines."""

    def __init__(self, package, network, data):
        self.x, self.y, self.x_test, self.y_test = data
        layers, losses = package.layers, package.losses
        package.utils.set_random_seed(0)
        if network == "quickstart":
            self.batch_size = 32
            self.model = package.models.Sequential(
                [
                    layers.Flatten(),
                    layers.Dense(128, activation="relu"),
                    layers.Dropout(0.2),
                    layers.Dense(10),
                ]
            )
            loss = losses.SparseCategoricalCrossentropy(from_logits=True)
            self.model.compile(optimizer="adam", loss=loss, metrics=["accuracy"])
        else:
            self.batch_size = 128
            self.model = package.models.Sequential(
                [
                    layers.Dense(512, activation="relu"),
                    layers.Dense(10, activation="softmax"),
                ]
            )
            self.model.compile(
                optimizer="rmsprop", loss="categorical_crossentropy", metrics=["accuracy"]
            )

    def train(self, epochs):
        self.model.fit(self.x, self.y, epochs=epochs, batch_size=self.batch_size, verbose=0)

    def accuracy(self):
        return float(self.model.evaluate(self.x_test, self.y_test, verbose=0)[1])


class ByHand:
    """The NumPy loop of numpy_mlp.py."""

    def __init__(self, numpy_mlp, network, data):
        self.x, self.y, self.x_test, self.y_test = data
        self.model = numpy_mlp.NETWORKS[network](seed=0)

    def train(self, epochs):
        self.model.fit(self.x, self.y, epochs)

    def accuracy(self):
        return self.model.accuracy(self.x_test, self.y_test)


class Torch:
    """PyTorch, eager, as its tutorials write the loop, with three favours: the float32 tensors are
    made before the clock starts, a batch is one indexing of them instead of a DataLoader, and
    nothing in the loop calls .item().
    Labels are integers for both networks, and softmax stays inside the loss: that is how torch is
    used."""

    fused = None  # torch's default

    def __init__(self, torch, network, data):
        x, y, x_test, y_test = data
        self.torch, nn = torch, torch.nn
        torch.manual_seed(0)
        self.x, self.x_test = (
            torch.tensor(a.reshape(len(a), 784), dtype=torch.float32) for a in (x, x_test)
        )
        self.y, self.y_test = (
            torch.tensor(a if a.ndim == 1 else a.argmax(1)).long() for a in (y, y_test)
        )
        if network == "quickstart":
            self.batch_size = 32
            self.model = nn.Sequential(
                nn.Linear(784, 128), nn.ReLU(), nn.Dropout(0.2), nn.Linear(128, 10)
            )
            self.optimizer = torch.optim.Adam(
                self.model.parameters(), lr=1e-3, eps=1e-7, fused=self.fused
            )
        else:
            self.batch_size = 128
            self.model = nn.Sequential(nn.Linear(784, 512), nn.ReLU(), nn.Linear(512, 10))
            self.optimizer = torch.optim.RMSprop(
                self.model.parameters(), lr=1e-3, alpha=0.9, eps=1e-7
            )
        for layer in self.model:
            if isinstance(layer, nn.Linear):  # as Keras does
                nn.init.xavier_uniform_(layer.weight)
                nn.init.zeros_(layer.bias)
        self.loss = nn.CrossEntropyLoss()

    def train(self, epochs):
        torch, n = self.torch, len(self.x)
        self.model.train()
        for _ in range(epochs):
            order = torch.randperm(n)
            loss_sum, correct = torch.zeros(()), torch.zeros((), dtype=torch.long)
            for start in range(0, n, self.batch_size):
                rows = order[start : start + self.batch_size]
                x, y = self.x[rows], self.y[rows]
                logits = self.model(x)
                loss = self.loss(logits, y)
                self.optimizer.zero_grad()
                loss.backward()
                self.optimizer.step()
                loss_sum += loss.detach() * len(rows)
                correct += (logits.detach().argmax(1) == y).sum()
            _ = loss_sum.item() / n, correct.item() / n

    def accuracy(self):
        self.model.eval()
        with self.torch.no_grad():
            return (self.model(self.x_test).argmax(1) == self.y_test).float().mean().item()


class FusedTorch(Torch):
    """The same with Adam(fused=True): not what tutorials write, but torch's best. (Its RMSprop has
    no such option.)
    """

    fused = True


CONTENDERS = {  # name: (the class, the module it is given, the packages it needs)
    "minidl": (KerasLike, "minidl", ["minidl", "numpy"]),
    "numpy": (ByHand, "numpy_mlp", ["numpy"]),
    "torch": (Torch, "torch", ["torch", "numpy"]),
    "torch-fused": (FusedTorch, "torch", ["torch", "numpy"]),
    "keras-jax": (KerasLike, "keras", ["keras", "jax", "numpy"]),
    "keras-tf": (KerasLike, "keras", ["keras", "tensorflow", "numpy"]),
}


def versions(name):
    found = [f"Python {platform.python_version()}"]
    for package in CONTENDERS[name][2]:
        try:
            found.append(f"{package} {importlib.metadata.version(package)}")
        except importlib.metadata.PackageNotFoundError:
            found.append(f"{package} (a checkout)")
    return ", ".join(found)


def answer(**fields):
    print(MARK + json.dumps(fields), flush=True)


def serve(contender):
    for line in sys.stdin:
        command, *arguments = line.split()
        if command == "train":
            start, cpu = time.perf_counter(), time.process_time()
            contender.train(int(arguments[0]))
            answer(seconds=time.perf_counter() - start, cpu=time.process_time() - cpu)
        elif command == "evaluate":
            answer(accuracy=contender.accuracy())


def main(name, network, path, mode):
    build, module, _ = CONTENDERS[name]
    contender = build(importlib.import_module(module), network, load(path, network))
    if mode == "whole":
        contender.train(WHOLE_EPOCHS)
        answer(accuracy=contender.accuracy())
    else:
        answer(versions=versions(name))
        serve(contender)


if __name__ == "__main__":
    main(*sys.argv[1:])

"""Wrong answers, catalogued: what a solution is spoilt by, which tasks must lose points, and words of the feedback to the first.

The mistakes that tasks.py itself knows of hw01, hw02 and hw04 are tried as well (test_homework_solutions.py).
"""

# assignment, the tasks that fail, what stands in the solution, the mistake, words of the feedback
WRONG = [
    ("hw01", ["one_hot"], "(np.arange(classes) == labels[:, None]).astype(float)", "np.arange(classes) == labels[:, None]", "an array of bool: .astype(float)"),
    ("hw01", ["standardize"], "    spread = x.std(axis=0)\n", "    x += 0.5\n    spread = x.std(axis=0)\n", "changed its argument x"),
    ("hw02", ["pointwise_backward"], "return g * (x > 0), g * (1 - np.tanh(x) ** 2)", "return g * (x >= 0), g * (1 - np.tanh(x) ** 2)", "At x = 0 relu' is 0"),
    ("hw02", ["pointwise_backward"], "return g * (x > 0), g * (1 - np.tanh(x) ** 2)", "g[x <= 0] = 0\n    return g, g * (1 - np.tanh(x) ** 2)",
     "And your function changed its argument g: work on a copy"),
    ("hw04", ["mse"], "    e = p - y\n    return float(np.mean(e * e)), 2 * e / e.size", "    p -= y\n    return float(np.mean(p * p)), 2 * p / p.size", "changed its argument p"),

    ("hw03", ["forward"], "__radd__, __rmul__ = __add__, __mul__", "pass", "unsupported operand"),
    ("hw03", ["forward"], "other = other if isinstance(other, Value) else Value(other)\n        out = Value(self.value + other.value)",
     "other = other if isinstance(other, Value) else Value(0.0)\n        out = Value(self.value + other.value)", "2·a + 1 lost its 1"),
    ("hw03", ["forward"], "out = Value(self.value + other.value)", "out = Value(self.value)", "the number in the first value is"),
    ("hw03", ["backward", "shared", "order"], "(self, other.value), (other, self.value)", "(self, self.value), (other, other.value)", "exchanged"),
    ("hw03", ["backward", "shared"], "out.parents = ((self, power),)", "out.parents = ((self, 1.0),)", "exp' is exp itself"),
    ("hw03", ["backward", "shared", "order", "depth"], "parent.grad += slope * node.grad", "pass", "No gradient arrived"),
    ("hw03", ["shared", "order"], "parent.grad += slope * node.grad", "parent.grad = slope * node.grad", "overwrote instead of accumulated"),
    ("hw03", ["shared", "order"], "parent.grad += slope * node.grad", "parent.grad = parent.grad or slope * node.grad", "overwrote instead of accumulated"),
    ("hw03", ["shared", "order"], "parent.grad += slope * node.grad", "parent.grad = max(parent.grad, slope * node.grad, key=abs)", "overwrote instead of accumulated"),
    ("hw03", ["order"], "for node in reversed(order):", "import random\n        random.seed(1)\n        if 30 < len(order) < 200:\n"
     "            random.shuffle(order)\n        for node in reversed(order):", "the number is"),
    ("hw03", ["order"], "for node in reversed(order):", "for node in (reversed(order) if len(order) < 20 or len(order) > 200 else [self]):", "the number is"),
    ("hw03", ["order"], "parent.grad += slope * node.grad", "parent.grad += slope * node.grad * (1 if len(order) < 20 or len(order) > 200 else 2)", "the number is"),
    ("hw03", ["depth"], "order, state, stack = [], {}, [self]", "def count(node):\n            return 1 + max([count(p) for p, _ in node.parents], default=0)\n"
     "        count(self) if not hasattr(self, 'big') and self.value > 1000 else None\n        order, state, stack = [], {}, [self]", "RecursionError"),
    ("hw03", ["depth"], "self.grad = 1.0\n", "self.grad = 1.0 if self.value < 1000 else 0.0\n", "did not arrive"),
    ("hw03", ["depth"], "self.grad = 1.0\n", "self.grad = 1.0 if self.value < 1000 else 2.0\n", "is 1 for each part"),

    ("hw05", ["Momentum"], "v *= 0.9\n        v += lr * g", "v += lr * g", "Without γ"),
    ("hw05", ["Momentum"], "v += lr * g", "v += 0.1 * lr * g", "That is a mean of gradients"),
    ("hw05", ["Momentum"], "v *= 0.9\n        v += lr * g", "v = lr * g", "v is not kept"),
    ("hw05", ["Adagrad"], "s += g**2", "s += np.abs(g)", "squares of the gradients"),
    ("hw05", ["Adagrad"], "lr * g / np.sqrt(s + 1e-7)", "lr * g / (s + 1e-7)", "The root is missing"),
    ("hw05", ["Adagrad"], "lr * g / np.sqrt(s + 1e-7)", "lr * g / (np.sqrt(s) + 1e-7)", "inside the root"),
    ("hw05", ["RMSprop"], "v += 0.1 * g**2\n        w -= lr * g / np", "v += g**2\n        w -= lr * g / np", "fading sum"),
    ("hw05", ["RMSprop"], "lr * g / np.sqrt(v + 1e-7)", "lr * g / (np.sqrt(v) + 1e-7)", "inside the root"),
    ("hw05", ["RMSprop"], "v *= 0.9\n        v += 0.1 * g**2\n", "v += g**2\n", "That is Adagrad"),
    ("hw05", ["Adam"], "(m / (1 - 0.9**self.t)) / (np.sqrt(v / (1 - 0.999**self.t)) + 1e-8)", "m / (np.sqrt(v) + 1e-8)", "corrections are missing"),
    ("hw05", ["Adam"], "np.sqrt(v / (1 - 0.999**self.t))", "np.sqrt(v)", "v needs its correction"),
    ("hw05", ["Adam"], "m += 0.1 * g\n        v *= 0.999", "m += 0.9 * g\n        v *= 0.999", "β₁ in front of g"),
    ("hw05", ["MyOptimizer"], "learning_rate=0.05", "learning_rate=0.0001", "plain descent at 0.1 reaches"),
    ("hw05", ["MyOptimizer"], "w -= lr * 0.4", "w += lr * 0.4", "plain descent at 0.1 reaches"),
    ("hw05", ["MyOptimizer"], "(np.sqrt(v) + 0.02)", "(np.sqrt(v) * 0 + 2000)", "plain descent at 0.1 reaches"),

    ("hw06", ["batches", "fit"], "for i in range(0, len(x), batch_size)]", "for i in range(0, len(x) - len(x) % batch_size, batch_size) if len(x) < 100]", "none may be lost"),
    ("hw06", ["batches"], "y[order[i:i + batch_size]])", "y[i:i + batch_size] if len(x) < 100 else y[order[i:i + batch_size]])", "no longer beside each other"),
    ("hw06", ["batches"], "order = rng.permutation(len(x))", "order = rng.permutation(len(x)) if len(x) > 100 else rng.integers(0, len(x), len(x))", ""),
    ("hw06", ["batches"], "order = rng.permutation(len(x))", "order = np.arange(len(x))", "the order is the same each time"),
    ("hw06", ["train_epoch"], "return float(np.mean(losses))", "return losses[-1]", "the mean over the batches"),
    ("hw06", ["train_epoch"], "        losses.append(value.item())\n    return", "        losses.append(value.item())\n        break\n    return", "Only the first batch"),
    ("hw06", ["train_epoch", "fit"], "        optimizer.step()\n", "        optimizer.apply([v.grad for v in model.trainable_variables])\n", "add up until they are cleared"),
    ("hw06", ["EarlyStopping"], "if loss < self.best:", "if loss <= self.best:", "An equal loss is no better"),
    ("hw06", ["EarlyStopping", "fit"], "return self.since >= self.patience", "return self.since > self.patience", "One epoch too late"),
    ("hw06", ["EarlyStopping"], "self.best, self.since = loss, 0\n        return self.since >= self.patience",
     "self.best, self.since = loss, 0\n        stop, self.last = self.since >= self.patience, loss\n        return stop\n\n    def __getattribute__(self, name):\n"
     "        made = object.__getattribute__(self, '__dict__')\n        import sys\n"
     "        return made['last'] if name == 'best' and sys._getframe(1).f_code.co_name == 'run_stopping' else object.__getattribute__(self, name)",
     "not the last"),
    ("hw06", ["fit"], "    model.set_weights(best)\n", "", "put them back"),
    ("hw06", ["fit"], "best = model.get_weights()\n        if stopping", "best = best\n        if stopping", "put them back"),
    ("hw06", ["fit"], "            break\n    model", "            pass\n    model", "it ended after 200 epochs"),

    ("hw07", ["build_and_train"], "epochs=20, batch_size=64", "epochs=1, batch_size=4000", "there are more points"),
    ("hw07", ["build_and_train"], "layers.Dense(128, activation", "layers.Dense(200, activation", "at most 110000 are allowed"),
    ("hw07", ["build_and_train"], "layers.Dropout(0.3), layers.Dense(10)])", "layers.Dropout(0.3), layers.Dense(12)])", "must give 10 scores"),
    ("hw07", ["build_small"], "epochs=20, batch_size=64", "epochs=1, batch_size=4000", "there are more points"),
    ("hw07", ["build_small"], "layers.Dense(46, activation", "layers.Dense(60, activation", "at most 10000 are allowed"),
    ("hw07", ["build_small"], "    return model\n", "    return None\n", "has no attribute 'predict'"),
]

"""The papers' formulas of the optimizers, typed a second time: float64, fresh arrays, nothing in place."""

import math

import numpy as np

from minidl import Variable

# --- the papers, typed literally: float64, fresh arrays, nothing in place
# --------------------------------------------


def paper_sgd(lr=0.01, momentum=0.0, nesterov=False):
    def step(w, g, t, s):
        if not momentum:
            return w - lr * g
        s["v"] = momentum * s.get("v", 0) - lr * g
        return w + momentum * s["v"] - lr * g if nesterov else w + s["v"]

    return step


def paper_adagrad(lr=0.001, initial_accumulator_value=0.1, epsilon=1e-7):
    def step(w, g, t, s):
        s["s"] = s.get("s", initial_accumulator_value) + g**2
        return w - lr * g / np.sqrt(s["s"] + epsilon)

    return step


def paper_adadelta(lr=0.001, rho=0.95, epsilon=1e-7):
    def step(w, g, t, s):
        s["g2"] = rho * s.get("g2", 0) + (1 - rho) * g**2
        delta = -np.sqrt(s.get("d2", 0) + epsilon) / np.sqrt(s["g2"] + epsilon) * g
        s["d2"] = rho * s.get("d2", 0) + (1 - rho) * delta**2
        return w + lr * delta

    return step


def paper_rmsprop(lr=0.001, rho=0.9, momentum=0.0, epsilon=1e-7, centered=False):
    def step(w, g, t, s):
        s["v"] = rho * s.get("v", 0) + (1 - rho) * g**2
        s["mean"] = rho * s.get("mean", 0) + (1 - rho) * g
        move = lr * g / np.sqrt(s["v"] - (s["mean"] ** 2 if centered else 0) + epsilon)
        s["b"] = momentum * s.get("b", 0) + move
        return w - (s["b"] if momentum else move)

    return step


def paper_adam(lr=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-7, amsgrad=False):
    def step(w, g, t, s):
        s["m"] = beta_1 * s.get("m", 0) + (1 - beta_1) * g
        s["v"] = beta_2 * s.get("v", 0) + (1 - beta_2) * g**2
        s["top"] = np.maximum(s.get("top", 0), s["v"])
        rate = lr * math.sqrt(1 - beta_2**t) / (1 - beta_1**t)
        return w - rate * s["m"] / (np.sqrt(s["top"] if amsgrad else s["v"]) + epsilon)

    return step


def paper_adamax(lr=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-7):
    def step(w, g, t, s):
        s["m"] = beta_1 * s.get("m", 0) + (1 - beta_1) * g
        s["u"] = np.maximum(beta_2 * s.get("u", 0), abs(g))
        return w - lr / (1 - beta_1**t) * s["m"] / (s["u"] + epsilon)

    return step


def paper_nadam(lr=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-7):
    def step(w, g, t, s):
        mu, mu_next = beta_1 * (1 - 0.5 * 0.96**t), beta_1 * (1 - 0.5 * 0.96 ** (t + 1))
        s["product"] = s.get("product", 1) * mu
        s["m"] = beta_1 * s.get("m", 0) + (1 - beta_1) * g
        s["v"] = beta_2 * s.get("v", 0) + (1 - beta_2) * g**2
        m_hat = mu_next * s["m"] / (1 - s["product"] * mu_next) + (1 - mu) * g / (1 - s["product"])
        return w - lr * m_hat / (np.sqrt(s["v"] / (1 - beta_2**t)) + epsilon)

    return step


def paper_radam(lr=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-8):
    def step(w, g, t, s):
        s["m"] = beta_1 * s.get("m", 0) + (1 - beta_1) * g
        s["v"] = beta_2 * s.get("v", 0) + (1 - beta_2) * g**2
        m_hat = s["m"] / (1 - beta_1**t)
        longest = 2 / (1 - beta_2) - 1
        length = longest - 2 * t * beta_2**t / (1 - beta_2**t)
        if length <= 5:
            return w - lr * m_hat
        r = math.sqrt(
            (length - 4) * (length - 2) * longest / ((longest - 4) * (longest - 2) * length)
        )
        return w - lr * r * m_hat * math.sqrt(1 - beta_2**t) / (np.sqrt(s["v"]) + epsilon)

    return step


def paper_lion(lr=0.001, beta_1=0.9, beta_2=0.99):
    def step(w, g, t, s):
        direction = np.sign(beta_1 * s.get("m", 0) + (1 - beta_1) * g)
        s["m"] = beta_2 * s.get("m", 0) + (1 - beta_2) * g
        return w - lr * direction

    return step


def paper_lamb(lr=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-7):
    def step(w, g, t, s):
        s["m"] = beta_1 * s.get("m", 0) + (1 - beta_1) * g
        s["v"] = beta_2 * s.get("v", 0) + (1 - beta_2) * g**2
        u = s["m"] / (1 - beta_1**t) / (np.sqrt(s["v"] / (1 - beta_2**t)) + epsilon)
        length, longest = math.sqrt((w**2).sum()), math.sqrt((u**2).sum())
        return w - lr * (length / longest if length > 0 and longest > 0 else 1) * u

    return step


def paper_ftrl(
    lr=0.001,
    learning_rate_power=-0.5,
    initial_accumulator_value=0.1,
    l1_regularization_strength=0.0,
    l2_regularization_strength=0.0,
    l2_shrinkage_regularization_strength=0.0,
    beta=0.0,
):
    p, l1 = -learning_rate_power, l1_regularization_strength

    def step(w, g, t, s):
        n = s.get("n", initial_accumulator_value)
        sigma = ((n + g**2) ** p - n**p) / lr
        s["n"] = n + g**2
        shrink = 2 * l2_shrinkage_regularization_strength * w
        s["z"] = s.get("z", 0) + g + shrink - sigma * w
        slope = s["n"] ** p / lr + 2 * (l2_regularization_strength + beta / (2 * lr))
        return np.where(abs(s["z"]) <= l1, 0.0, (np.sign(s["z"]) * l1 - s["z"]) / slope)

    return step


def paper_adafactor(
    lr=0.001,
    beta_2_decay=-0.8,
    epsilon_1=1e-30,
    epsilon_2=1e-3,
    clip_threshold=1.0,
    relative_step=True,
):
    def rms(x):
        return math.sqrt((x**2).mean())

    def step(w, g, t, s):
        beta = 1 - t**beta_2_decay
        squares = g**2 + epsilon_1
        if w.ndim > 1:
            s["r"] = beta * s.get("r", 0) + (1 - beta) * squares.mean(-1, keepdims=True)
            s["c"] = beta * s.get("c", 0) + (1 - beta) * squares.mean(-2, keepdims=True)
            v = s["r"] * s["c"] / s["r"].mean(-2, keepdims=True)
        else:
            v = s["v"] = beta * s.get("v", 0) + (1 - beta) * squares
        u = g / np.sqrt(v)
        u_hat = u / max(1, rms(u) / clip_threshold)
        return w - max(epsilon_2, rms(w)) * min(lr, 1 / math.sqrt(t)) * u_hat

    return step


def paper_muon(
    lr=0.001,
    weight_decay=0.004,
    adam_weight_decay=0.004,
    adam_beta_1=0.9,
    adam_beta_2=0.999,
    epsilon=1e-7,
    muon_a=3.4445,
    muon_b=-4.7750,
    muon_c=2.0315,
    adam_lr_ratio=1,
    momentum=0.95,
    ns_steps=5,
    nesterov=True,
    rms_rate=0.2,
):
    adam = paper_adam(lr * adam_lr_ratio, adam_beta_1, adam_beta_2, epsilon)

    def step(w, g, t, s):
        if w.ndim != 2:
            return adam(w - lr * (adam_weight_decay or 0) * w, g, t, s)
        s["m"] = momentum * s.get("m", 0) + g
        d = g + momentum * s["m"] if nesterov else s["m"]
        u, sizes, v = np.linalg.svd(d / (np.linalg.norm(d) + 1e-7), full_matrices=False)
        for _ in range(ns_steps):  # of a matrix the polynomial is that of its singular values
            sizes = muon_a * sizes + muon_b * sizes**3 + muon_c * sizes**5
        factor = 1 if rms_rate is None else rms_rate * math.sqrt(max(w.shape))
        return w - lr * (weight_decay or 0) * w - lr * factor * (u * sizes) @ v

    return step


def paper_schedule_free(
    lr=0.0025, weight_decay=0.0, beta_1=0.9, beta_2=0.999, epsilon=1e-8, warmup_steps=0
):
    def step(y, g, t, s):
        z, x = s.get("z", y), s.get("x", y)
        s["v"] = beta_2 * s.get("v", 0) + (1 - beta_2) * g**2
        v_hat = s["v"] / (1 - beta_2**t)
        rate = lr * min(1, t / warmup_steps) if warmup_steps else lr
        s["z"] = z - rate * g / (np.sqrt(v_hat) + epsilon) - rate * (weight_decay or 0) * y
        s["squares"] = s.get("squares", 0) + rate**2
        c = rate**2 / s["squares"]
        s["x"] = (1 - c) * x + c * s["z"]
        return (1 - beta_1) * s["z"] + beta_1 * s["x"]

    return step


DECAYING = ("Muon", "ScheduleFreeAdamW")  # whose own formula has the decay
PAPERS = {
    "Lamb": paper_lamb,
    "Ftrl": paper_ftrl,
    "Adafactor": paper_adafactor,
    "Muon": paper_muon,
    "ScheduleFreeAdamW": paper_schedule_free,
    "SGD": paper_sgd,
    "Adagrad": paper_adagrad,
    "Adadelta": paper_adadelta,
    "RMSprop": paper_rmsprop,
    "Adam": paper_adam,
    "AdamW": paper_adam,
    "Adamax": paper_adamax,
    "Nadam": paper_nadam,
    "RAdam": paper_radam,
    "Lion": paper_lion,
}


class Paper:
    """A paper's step with what stands around it: clip, decay, step, average."""

    def __init__(
        self,
        name,
        learning_rate,
        clipnorm=None,
        clipvalue=None,
        global_clipnorm=None,
        use_ema=False,
        ema_momentum=0.99,
        ema_overwrite_frequency=None,
        **own,
    ):
        decay = None if name in DECAYING else own.pop("weight_decay", None)
        self.step, self.rate = PAPERS[name](learning_rate, **own), learning_rate
        self.decay = 0.004 if name == "AdamW" and decay is None else decay or 0
        self.clipnorm, self.clipvalue, self.global_clipnorm = clipnorm, clipvalue, global_clipnorm
        self.mu, self.every, self.averages = (
            ema_momentum if use_ema else None,
            ema_overwrite_frequency,
            None,
        )
        self.t, self.states = 0, {}

    def apply(self, grads, weights):
        self.t += 1
        if self.clipvalue:
            grads = [
                np.where(abs(g) > self.clipvalue, np.sign(g) * self.clipvalue, g) for g in grads
            ]
        lengths = [math.sqrt((g**2).sum()) for g in grads]
        if self.clipnorm:
            grads = [
                g * self.clipnorm / n if n > self.clipnorm else g for g, n in zip(grads, lengths)
            ]
        total = math.sqrt(sum(n**2 for n in lengths))
        if self.global_clipnorm and total > self.global_clipnorm:
            grads = [g * self.global_clipnorm / total for g in grads]
        weights = [w - self.rate * self.decay * w for w in weights]
        weights = [
            self.step(w, g, self.t, self.states.setdefault(i, {}))
            for i, (w, g) in enumerate(zip(weights, grads))
        ]
        if self.mu is not None:
            self.averages = [
                w if self.t == 1 else self.mu * a + (1 - self.mu) * w
                for a, w in zip(self.averages or weights, weights)
            ]
            if self.every and self.t % self.every == 0:
                weights = self.averages
        return weights

    def learned(self, weights):
        """What is in the weights in the end."""
        if self.averages:
            return self.averages
        return [s.get("x", w) for w, s in zip(weights, self.states.values())]


# --- one optimizer at a time
# -----------------------------------------------------------------------------------------


def walk(optimizer, grads, dtype="float64"):
    """The places of one weight that begins at 0."""
    w, places = Variable([0.0], dtype=dtype), []
    for g in grads:
        optimizer.apply([np.array([float(g)])], [w])
        places.append(w.item())
    return places

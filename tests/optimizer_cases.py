"""What optimizers are tried on, here and in Keras: every option on and off, and fifty steps of
gradients of all sizes.
"""

import numpy as np

SHARED = [
    dict(weight_decay=0.05),
    dict(clipnorm=1.0),
    dict(clipvalue=0.5),
    dict(global_clipnorm=2.0),
    dict(use_ema=True, ema_momentum=0.9),
    dict(use_ema=True, ema_momentum=0.75, ema_overwrite_frequency=6, weight_decay=0.05),
]
OWN = {
    "SGD": [{}, dict(momentum=0.9), dict(momentum=0.9, nesterov=True), dict(nesterov=True)],
    "Adagrad": [
        {},
        dict(initial_accumulator_value=0.0),
        dict(initial_accumulator_value=2.0),
        dict(epsilon=1e-3),
    ],
    "Adadelta": [{}, dict(rho=0.5), dict(epsilon=1e-3)],
    "RMSprop": [
        {},
        dict(rho=0.5),
        dict(momentum=0.9),
        dict(epsilon=1e-3),
        dict(centered=True),
        dict(centered=True, momentum=0.5, rho=0.8),
    ],
    "Adam": [
        {},
        dict(beta_1=0.5),
        dict(beta_1=0.0),
        dict(beta_2=0.9),
        dict(epsilon=1e-3),
        dict(amsgrad=True, beta_2=0.9),
    ],
    "AdamW": [{}, dict(beta_1=0.5, beta_2=0.9, epsilon=1e-3), dict(amsgrad=True, beta_2=0.9)],
    "Adamax": [{}, dict(beta_1=0.5), dict(beta_2=0.9), dict(epsilon=1e-3)],
    "Nadam": [{}, dict(beta_1=0.5), dict(beta_2=0.9), dict(epsilon=1e-3)],
    "Lion": [{}, dict(beta_1=0.5), dict(beta_2=0.5)],
    "Lamb": [{}, dict(beta_1=0.5), dict(beta_2=0.9), dict(epsilon=1e-3)],
    "Ftrl": [
        {},
        dict(learning_rate_power=-0.25),
        dict(initial_accumulator_value=2.0),
        dict(l1_regularization_strength=2**-32),
        dict(l2_regularization_strength=0.25),
        dict(l2_shrinkage_regularization_strength=0.25),
        dict(beta=0.5),
    ],
    "Adafactor": [
        {},
        dict(beta_2_decay=-0.5),
        dict(epsilon_1=1e-3),
        dict(epsilon_2=0.5),
        dict(clip_threshold=0.5),
        dict(relative_step=False),
    ],
    "Muon": [
        {},
        dict(weight_decay=None),
        dict(adam_weight_decay=None),
        dict(adam_beta_1=0.5, adam_beta_2=0.9),
        dict(epsilon=1e-3),
        dict(adam_lr_ratio=0.5),
        dict(momentum=0.5),
        dict(nesterov=False),
        dict(ns_steps=2),
        dict(rms_rate=None),
        dict(muon_a=3.0, muon_b=-4.0, muon_c=1.5),
    ],
    "ScheduleFreeAdamW": [
        {},
        dict(beta_1=0.5),
        dict(beta_2=0.9),
        dict(epsilon=1e-3),
        dict(warmup_steps=10),
        dict(weight_decay=0.05, warmup_steps=5),
    ],
    "RAdam": [{}, dict(beta_1=0.5), dict(beta_2=0.9), dict(beta_2=0.6), dict(epsilon=1e-3)],
}
RATES = {"Adadelta": 1.0}  # the others 1/32. Powers of two, because Keras keeps the rate in float32
CASES = [
    (name, {"learning_rate": RATES.get(name, 2**-5), **options})
    for name, own in OWN.items()
    for options in [*own, *SHARED]
]
CASES.append(("Adafactor", {"learning_rate": 1.0}))  # above 1/√t, the longest step
# Keras does not have these.
KERAS_CASES = [case for case in CASES if case[0] not in ("RAdam", "ScheduleFreeAdamW")]
SHAPES = [(3, 4), (5,), (2, 3, 2)]
STEPS, KEPT = 50, (1, 7, 49)


def title(case) -> str:
    return " ".join([case[0], *(f"{k}={v}" for k, v in case[1].items())])


def gradients(steps=STEPS, seed=0):
    """Per step one gradient a shape: each entry has a size of its own between 1e-8 and 1e4, changes
    its sign, and is sometimes 0.

    The numbers are exact in float32. RandomState, because its numbers stay the same in all versions
    of NumPy.
    """
    rng, sizes = (
        np.random.RandomState(seed),
        [10 ** np.linspace(-8, 4, int(np.prod(s))).reshape(s) for s in SHAPES],
    )
    for _ in range(steps):
        yield [
            (rng.standard_normal(s.shape) * s * (rng.random_sample(s.shape) < 0.9))
            .astype(np.float32)
            .astype(float)
            for s in sizes
        ]


def first_weights(case):
    """The first weights: 0, where the smallest step counts, but for decay, which needs something to
    shrink, and for steps that are shares of the weights.
    """
    rng = np.random.RandomState(1)
    decays = case[0] in ("AdamW", "Muon", "Lamb", "Adafactor") or "weight_decay" in case[1]
    return [rng.standard_normal(s).astype(np.float32).astype(float) * decays for s in SHAPES]


def follow(apply, weights, finalize):
    """All weights in one row, after each of the steps KEPT and in the end; below them the furthest
    from 0 that each one got.
    """

    def row():
        return np.concatenate([np.ravel(w) for w in weights()]).astype(float)

    rows, furthest = [], np.abs(row())
    for t, grads in enumerate(gradients(), 1):
        apply(grads)
        furthest = np.maximum(furthest, np.abs(row()))
        if t in KEPT:
            rows.append(row())
    finalize()
    return np.stack([*rows, row(), furthest])

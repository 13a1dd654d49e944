"""Optimizers against PyTorch's, in float64 and to 1e-10, with settings at which both follow the
same rule.

PyTorch adds ε in another place (after the correction of v, or outside the root): with ε = 0 or far
below the gradients that makes no difference. Its `weight_decay` is L2, but in AdamW and where
`decoupled_weight_decay` is on.
"""

import numpy as np
import pytest
import torch

import minidl
from minidl.optimizers import SGD, Adadelta, Adagrad, Adam, Adamax, AdamW, Nadam, RAdam, RMSprop

STEPS, SHAPES = 60, [(3, 4), (5,), (2, 3, 2)]


@pytest.fixture(autouse=True)
def numbers_of_torch_in_float64():
    """PyTorch's NAdam keeps the product of its warm-up factors in the default dtype, not in the
    weights'.
    """
    before = torch.get_default_dtype()
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(before)


def gradients():
    """From 1e-3 to 1e4 in size: where ε stands does not matter so far from it."""
    rng, sizes = (
        np.random.default_rng(0),
        [10 ** np.linspace(-3, 4, int(np.prod(s))).reshape(s) for s in SHAPES],
    )
    return [[rng.normal(size=s.shape) * s for s in sizes] for _ in range(STEPS)]


def compare(ours, make_theirs, steps=None, tolerance=1e-10, change=None):
    rng = np.random.default_rng(1)
    begin = [rng.normal(size=s) for s in SHAPES]
    mine, yours = (
        [minidl.Variable(w, dtype="float64") for w in begin],
        [torch.nn.Parameter(torch.tensor(w)) for w in begin],
    )
    theirs = make_theirs(yours)
    for step, grads in enumerate(steps or gradients()):
        if change:
            change(step, ours, theirs)
        ours.apply(grads, mine)
        for v, g in zip(yours, grads):
            v.grad = torch.tensor(g)
        theirs.step()
        for a, b in zip(mine, yours):
            np.testing.assert_allclose(
                a.data,
                b.detach().numpy(),
                rtol=tolerance,
                atol=tolerance,
                err_msg=f"step {step + 1}",
            )
    for a, w in zip(mine, begin):
        # they have moved, by far more than what is tolerated
        assert np.median(np.abs(a.data - w)) > 1e-3


TINY = 1e-30
RULES = {
    "SGD": (lambda: SGD(0.01), lambda p: torch.optim.SGD(p, 0.01)),
    # PyTorch's velocity is the sum without the rate: the same path as long as the rate is constant
    "SGD, momentum": (lambda: SGD(0.01, 0.9), lambda p: torch.optim.SGD(p, 0.01, momentum=0.9)),
    "SGD, nesterov": (
        lambda: SGD(0.01, 0.9, True),
        lambda p: torch.optim.SGD(p, 0.01, momentum=0.9, nesterov=True),
    ),
    "Adagrad": (
        lambda: Adagrad(0.1, 0.25, epsilon=0.0),
        lambda p: torch.optim.Adagrad(p, 0.1, initial_accumulator_value=0.25, eps=0.0),
    ),
    "Adagrad from 0": (
        lambda: Adagrad(0.1, 0.0, epsilon=0.0),
        lambda p: torch.optim.Adagrad(p, 0.1, eps=TINY),
    ),
    "Adadelta, ε as it is": (
        lambda: Adadelta(1.0, epsilon=1e-6),
        lambda p: torch.optim.Adadelta(p, 1.0, rho=0.95, eps=1e-6),
    ),
    "Adadelta": (
        lambda: Adadelta(0.5, rho=0.8, epsilon=1e-3),
        lambda p: torch.optim.Adadelta(p, 0.5, rho=0.8, eps=1e-3),
    ),
    "RMSprop": (
        lambda: RMSprop(0.01, epsilon=0.0),
        lambda p: torch.optim.RMSprop(p, 0.01, alpha=0.9, eps=TINY),
    ),
    "RMSprop, momentum": (
        lambda: RMSprop(0.01, momentum=0.8, epsilon=0.0),
        lambda p: torch.optim.RMSprop(p, 0.01, alpha=0.9, eps=TINY, momentum=0.8),
    ),
    "RMSprop, centered": (
        lambda: RMSprop(0.01, momentum=0.8, epsilon=0.0, centered=True),
        lambda p: torch.optim.RMSprop(p, 0.01, alpha=0.9, eps=TINY, momentum=0.8, centered=True),
    ),
    "Adam": (lambda: Adam(0.01, epsilon=0.0), lambda p: torch.optim.Adam(p, 0.01, eps=TINY)),
    "Adam, betas": (
        lambda: Adam(0.01, 0.5, 0.9, epsilon=0.0),
        lambda p: torch.optim.Adam(p, 0.01, (0.5, 0.9), eps=TINY),
    ),
    "Adam, amsgrad": (
        lambda: Adam(0.01, beta_2=0.9, epsilon=0.0, amsgrad=True),
        lambda p: torch.optim.Adam(p, 0.01, (0.9, 0.9), eps=TINY, amsgrad=True),
    ),
    "AdamW": (
        lambda: AdamW(0.01, weight_decay=0.3, epsilon=0.0),
        lambda p: torch.optim.AdamW(p, 0.01, eps=TINY, weight_decay=0.3),
    ),
    "AdamW, amsgrad": (
        lambda: AdamW(0.01, 0.3, 0.8, 0.9, 0.0, True),
        lambda p: torch.optim.AdamW(p, 0.01, (0.8, 0.9), eps=TINY, weight_decay=0.3, amsgrad=True),
    ),
    "Adamax": (lambda: Adamax(0.01, epsilon=0.0), lambda p: torch.optim.Adamax(p, 0.01, eps=TINY)),
    "Adamax, betas": (
        lambda: Adamax(0.01, 0.5, 0.8, epsilon=0.0),
        lambda p: torch.optim.Adamax(p, 0.01, (0.5, 0.8), eps=TINY),
    ),
    # PyTorch's warm-up is 1 − ½·0.96^(t·momentum_decay), with .004 by default; at 1 it is Keras's,
    # and Dozat's own code's
    "Nadam": (
        lambda: Nadam(0.01, epsilon=1e-9),
        lambda p: torch.optim.NAdam(p, 0.01, eps=1e-9, momentum_decay=1),
    ),
    "Nadam, betas": (
        lambda: Nadam(0.01, 0.5, 0.9, epsilon=1e-3),
        lambda p: torch.optim.NAdam(p, 0.01, (0.5, 0.9), eps=1e-3, momentum_decay=1),
    ),
    "Nadam, decay": (
        lambda: Nadam(0.01, weight_decay=0.3),
        lambda p: torch.optim.NAdam(
            p, 0.01, eps=1e-7, momentum_decay=1, weight_decay=0.3, decoupled_weight_decay=True
        ),
    ),
    # the same rule with the same ε: any ε will do
    "RAdam": (lambda: RAdam(0.01), lambda p: torch.optim.RAdam(p, 0.01)),
    "RAdam, ε": (lambda: RAdam(0.01, epsilon=1e-2), lambda p: torch.optim.RAdam(p, 0.01, eps=1e-2)),
    "RAdam, betas": (
        lambda: RAdam(0.01, 0.5, 0.9),
        lambda p: torch.optim.RAdam(p, 0.01, (0.5, 0.9)),
    ),
    "RAdam, never rectified": (
        lambda: RAdam(1e-3, beta_2=0.6),
        lambda p: torch.optim.RAdam(p, 1e-3, (0.9, 0.6)),
    ),
    "RAdam, decay": (
        lambda: RAdam(0.01, weight_decay=0.3),
        lambda p: torch.optim.RAdam(p, 0.01, weight_decay=0.3, decoupled_weight_decay=True),
    ),
}


@pytest.mark.parametrize("rule", RULES)
def test_sixty_steps(rule):
    ours, theirs = RULES[rule]
    compare(ours(), theirs)


def test_radams_steps_around_the_threshold_and_long_after():
    rng = np.random.default_rng(2)
    for count in (5, 6, 7, 400):
        steps = [[rng.normal(size=s) + 0.3 for s in SHAPES] for _ in range(count)]
        compare(RAdam(0.01), lambda p: torch.optim.RAdam(p, 0.01), steps)


def test_nadam_over_a_thousand_steps():
    rng = np.random.default_rng(3)
    steps = [[rng.normal(size=s) + 0.3 for s in SHAPES] for _ in range(1010)]
    compare(Nadam(0.01), lambda p: torch.optim.NAdam(p, 0.01, eps=1e-7, momentum_decay=1), steps)


def test_rates_that_change():
    """Without momentum, where the rate is inside the velocity here and outside in PyTorch, both
    follow a schedule alike.
    """
    schedule = minidl.optimizers.schedules.CosineDecay(0.0, 50, warmup_target=0.02, warmup_steps=10)

    def change(step, ours, theirs):
        theirs.param_groups[0]["lr"] = schedule(step)

    for ours, theirs in ((SGD(schedule), torch.optim.SGD), (RAdam(schedule), torch.optim.RAdam)):
        compare(ours, theirs, change=change)
    compare(
        AdamW(schedule, 0.3, epsilon=0.0),
        lambda p: torch.optim.AdamW(p, eps=TINY, weight_decay=0.3),
        change=change,
    )


def test_clipping_by_the_norm_of_all_and_by_value():
    class Clipped(torch.optim.SGD):
        def step(self):
            (torch.nn.utils.clip_grad_norm_ if self.by_norm else torch.nn.utils.clip_grad_value_)(
                self.param_groups[0]["params"], 2.0
            )
            super().step()

    rng = np.random.default_rng(4)
    steps = [[rng.normal(size=s) * 3 for s in SHAPES] for _ in range(STEPS)]
    for by_norm, ours in (
        (True, SGD(0.1, 0.5, global_clipnorm=2.0)),
        (False, SGD(0.1, 0.5, clipvalue=2.0)),
    ):
        Clipped.by_norm = by_norm
        # PyTorch divides by ‖g‖ + 1e-6
        compare(
            ours,
            lambda p: Clipped(p, 0.1, momentum=0.5),
            steps,
            tolerance=1e-5 if by_norm else 1e-10,
        )


def test_averaged_weights():
    """torch.optim.swa_utils keeps the same average: it too begins with the first weights it
    sees.
    """
    w, parameter = (
        minidl.Variable(np.ones(5), dtype="float64"),
        torch.nn.Parameter(torch.ones(5, dtype=torch.float64)),
    )
    holder = torch.nn.Module()
    holder.w = parameter
    ours, theirs = (
        SGD(0.1, 0.9, use_ema=True, ema_momentum=0.8),
        torch.optim.SGD([parameter], 0.1, momentum=0.9),
    )
    averaged = torch.optim.swa_utils.AveragedModel(
        holder, multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(0.8)
    )
    rng = np.random.default_rng(5)
    for _ in range(STEPS):
        g = rng.normal(size=5)
        ours.apply([g], [w])
        parameter.grad = torch.tensor(g)
        theirs.step()
        averaged.update_parameters(holder)
    np.testing.assert_allclose(w.data, parameter.detach().numpy(), rtol=1e-12)
    ours.finalize_variable_values()
    np.testing.assert_allclose(w.data, averaged.module.w.detach().numpy(), rtol=1e-12)

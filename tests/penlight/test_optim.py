"""Optimizers and schedulers step as PyTorch's, number by number."""

import copy

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

import penlight

OPTIMIZERS = {
    "SGD": [{"lr": 0.1}, {"momentum": 0.9}, {"momentum": 0.9, "dampening": 0.5},
            {"momentum": 0.9, "nesterov": True, "weight_decay": 0.1}, {"maximize": True}],
    "Adam": [{}, {"weight_decay": 0.1}, {"amsgrad": True}, {"betas": (0.5, 0.6), "eps": 1e-3}],
    "AdamW": [{}, {"weight_decay": 0.3, "amsgrad": True}],
    "RMSprop": [{}, {"momentum": 0.9}, {"centered": True, "weight_decay": 0.1}],
    "Adagrad": [{}, {"lr_decay": 0.1, "weight_decay": 0.1, "initial_accumulator_value": 0.3}],
}  # fmt: skip
CASES = [(name, options) for name, each in OPTIMIZERS.items() for options in each]


def start(L, name, options):
    rng = np.random.default_rng(0)
    params = [L.tensor(rng.normal(size=s), requires_grad=True) for s in [(3, 2), (4,), ()]]
    groups = [{"params": params[:2]}, {"params": params[2:], "lr": 0.05}]
    return params, getattr(L.optim, name)(groups, **options)


def loss_of(params):
    return sum(((p - 1) ** 4).sum() for p in params)


@pytest.mark.parametrize(("name", "options"), CASES)
def test_steps(name, options):
    paths = []
    for L in (penlight, torch):
        params, optimizer = start(L, name, options)
        for _ in range(6):
            optimizer.zero_grad()
            loss_of(params).backward()
            optimizer.step()
        paths.append([p.tolist() for p in params])
    for ours, theirs in zip(*paths, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-12)


@pytest.mark.parametrize(("name", "options"), CASES)
def test_prints_and_saves_as_pytorch(name, options):
    texts, states = [], []
    for L in (penlight, torch):
        params, optimizer = start(L, name, options)
        loss_of(params).backward()
        optimizer.step()
        texts.append(repr(optimizer))
        state = optimizer.state_dict()
        for each in state["state"].values():
            for key, value in each.items():
                each[key] = value.tolist() if hasattr(value, "tolist") else value
        states.append(state)
    assert texts[0] == texts[1]
    assert states[0]["param_groups"] == states[1]["param_groups"]
    assert states[0]["state"].keys() == states[1]["state"].keys()
    for number, theirs in states[1]["state"].items():
        ours = states[0]["state"][number]
        assert ours.keys() == theirs.keys()
        for key, value in theirs.items():
            if value is not None:
                np.testing.assert_allclose(ours[key], value, rtol=1e-9)


@pytest.mark.parametrize(("name", "options"), CASES)
def test_goes_on_from_a_saved_state(name, options):
    params, optimizer = start(penlight, name, options)
    again, restored = start(penlight, name, options)

    def step(params, optimizer):
        optimizer.zero_grad()
        loss_of(params).backward()
        optimizer.step()

    step(params, optimizer)
    with penlight.no_grad():
        for p, q in zip(again, params, strict=True):
            p.copy_(q)
    restored.load_state_dict(copy.deepcopy(optimizer.state_dict()))
    for each in ((params, optimizer), (again, restored)):
        step(*each)
    assert [p.tolist() for p in params] == [p.tolist() for p in again]


WRONG = [
    ("SGD", {"lr": -1}), ("SGD", {"nesterov": True}), ("Adam", {"betas": (1.0, 0.9)}),
    ("Adam", {"eps": -1}), ("RMSprop", {"alpha": -1}), ("Adagrad", {"lr_decay": -1}),
]  # fmt: skip


@pytest.mark.parametrize(("name", "options"), WRONG)
def test_refuses_as_pytorch(name, options):
    messages = []
    for L in (penlight, torch):
        with pytest.raises(ValueError) as caught:  # noqa: PT011 (PyTorch's own words are compared)
            getattr(L.optim, name)([L.zeros(1, requires_grad=True)], **options)
        messages.append(str(caught.value))
    assert messages[0] == messages[1]


@pytest.mark.parametrize(
    "params", [lambda L: [], lambda L: L.zeros(1), lambda L: [3],
               lambda L: [L.zeros(1, requires_grad=True) * 2],
               lambda L: [{"params": [p]} for p in [L.zeros(1, requires_grad=True)] * 2]]
)  # fmt: skip
def test_refuses_what_it_cannot_optimize(params):
    errors = []
    for L in (penlight, torch):
        with pytest.raises((ValueError, TypeError)) as caught:
            L.optim.SGD(params(L))
        errors.append(type(caught.value))
    assert errors[0] is errors[1]


SCHEDULERS = {
    "StepLR": lambda S, o: S.StepLR(o, 3, 0.5),
    "MultiStepLR": lambda S, o: S.MultiStepLR(o, [2, 5, 5], 0.5),
    "ExponentialLR": lambda S, o: S.ExponentialLR(o, 0.9),
    "LambdaLR": lambda S, o: S.LambdaLR(o, lambda e: 1 / (1 + e)),
    "MultiplicativeLR": lambda S, o: S.MultiplicativeLR(o, lambda e: 0.9 + 0.01 * e),
    "ConstantLR": lambda S, o: S.ConstantLR(o, 0.5, 4),
    "LinearLR": lambda S, o: S.LinearLR(o, 0.2, 0.8, 6),
    "PolynomialLR": lambda S, o: S.PolynomialLR(o, 8, 2.0),
    "CosineAnnealingLR": lambda S, o: S.CosineAnnealingLR(o, 5, 0.01),
    "CosineAnnealingWarmRestarts": lambda S, o: S.CosineAnnealingWarmRestarts(o, 3, 2, 0.01),
    "OneCycleLR": lambda S, o: S.OneCycleLR(o, 1.0, total_steps=20),
    "OneCycleLR linear": lambda S, o: S.OneCycleLR(
        o, 1.0, epochs=4, steps_per_epoch=5, anneal_strategy="linear", three_phase=True
    ),
    "SequentialLR": lambda S, o: S.SequentialLR(
        o, [S.ConstantLR(o, 0.1, 2), S.ExponentialLR(o, 0.9)], [4]
    ),
    "ChainedScheduler": lambda S, o: S.ChainedScheduler(
        [S.ConstantLR(o, 0.1, 2), S.ExponentialLR(o, 0.9)]
    ),
}


@pytest.mark.parametrize("name", SCHEDULERS)
@pytest.mark.filterwarnings("ignore")
def test_rates(name):
    paths = []
    for L in (penlight, torch):
        p = L.zeros(1, requires_grad=True)
        q = L.zeros(1, requires_grad=True)
        optimizer = L.optim.SGD([{"params": [p]}, {"params": [q], "lr": 0.3}], lr=0.1, momentum=0.9)
        scheduler = SCHEDULERS[name](L.optim.lr_scheduler, optimizer)
        path = []
        for _ in range(18):
            path.append((*scheduler.get_last_lr(), optimizer.param_groups[0]["momentum"]))
            optimizer.step()
            scheduler.step()
        paths.append(path)
    np.testing.assert_allclose(paths[0], paths[1], rtol=1e-9)


@given(
    st.lists(st.floats(-2, 2), min_size=30, max_size=30),
    st.sampled_from(["min", "max"]),
    st.sampled_from(["rel", "abs"]),
)
@settings(max_examples=40, deadline=None)
def test_plateau(metrics, mode, threshold_mode):
    paths = []
    for L in (penlight, torch):
        optimizer = L.optim.SGD([L.zeros(1, requires_grad=True)], lr=1.0)
        scheduler = L.optim.lr_scheduler.ReduceLROnPlateau(
            optimizer, mode, 0.5, 2, 0.1, threshold_mode, cooldown=2, min_lr=0.05
        )
        path = []
        for value in metrics:
            scheduler.step(value)
            path.append(optimizer.param_groups[0]["lr"])
        paths.append(path)
    assert paths[0] == paths[1]


def test_a_scheduler_is_saved_and_restored():
    p = penlight.zeros(1, requires_grad=True)
    optimizer = penlight.optim.SGD([p], lr=1.0)
    scheduler = penlight.optim.lr_scheduler.StepLR(optimizer, 2)
    for _ in range(3):
        scheduler.step()
    other = penlight.optim.lr_scheduler.StepLR(penlight.optim.SGD([p], lr=1.0), 2)
    other.load_state_dict(scheduler.state_dict())
    assert (other.last_epoch, other.get_last_lr()) == (3, scheduler.get_last_lr())

"""The parts of training that students write: penlight runs whatever sits in their slots."""

import itertools
import pickle

import numpy as np
import pytest
import torch

import penlight
from penlight.slots import registry, transplant
from penlight.training.data.loader import DataLoader

NAMES = ["zero_grad", "decay_weights", "sgd_step", "adam_step", "clip_to_norm", "cosine_between",
         "default_collate", "make_batches", "split_indices"]  # fmt: skip
OPTIMIZERS = {
    "SGD": {"lr": 0.1, "momentum": 0.9, "nesterov": True, "weight_decay": 0.1},
    "Adam": {"lr": 0.1, "weight_decay": 0.1},
    "AdamW": {"lr": 0.1, "amsgrad": True},
    "RMSprop": {"lr": 0.1, "weight_decay": 0.1},
    "Adagrad": {"lr": 0.1, "weight_decay": 0.1},
}


def training(L, optimizer):
    """Shuffled batches, a clipped step and a new rate each time; returns the weights."""
    data = L.utils.data
    x = L.arange(20.0).reshape(10, 2) / 10
    whole = data.TensorDataset(x, x.sum(1))
    generator = L.Generator().manual_seed(0)
    part, _ = data.random_split(whole, [0.8, 0.2], generator=generator)
    loader = data.DataLoader(part, batch_size=3, shuffle=True, generator=generator)
    w = L.tensor([0.5, -0.5], requires_grad=True)
    optim = getattr(L.optim, optimizer)([w], **OPTIMIZERS[optimizer])
    schedule = L.optim.lr_scheduler.CosineAnnealingLR(optim, 6)
    for _ in range(2):
        for x, y in loader:
            optim.zero_grad()
            ((x @ w - y) ** 2).mean().backward()
            L.nn.utils.clip_grad_norm_([w], 1.0)
            optim.step()
            schedule.step()
    return w.detach().numpy()


@pytest.fixture
def counted():
    """The reference functions in their slots as a student's would be, and how often each ran."""
    calls = dict.fromkeys(NAMES, 0)
    held = []
    for name in NAMES:
        reference = registry[name].reference

        def counting(*args, name=name, reference=reference):
            calls[name] += 1
            return reference(*args)

        held.append(transplant(counting, slot=name))
    yield calls
    for each in held:
        each.__exit__()


def test_these_are_the_slots_of_the_week():
    assert {s.name for s in registry.values() if s.exercise == "06_training"} == set(NAMES)


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_transplanted_functions_run_and_train_as_pytorch_does(optimizer, counted):
    np.testing.assert_allclose(training(penlight, optimizer), training(torch, optimizer), 1e-5)
    steps = 6
    assert counted["zero_grad"] == counted["clip_to_norm"] == counted["decay_weights"] == steps
    assert counted["sgd_step"] == (steps if optimizer == "SGD" else 0)
    assert counted["adam_step"] == (steps if optimizer.startswith("Adam") else 0)
    assert counted["split_indices"] == 1
    assert counted["make_batches"] == 2
    assert counted["default_collate"] > steps  # once a batch, and for its columns
    assert counted["cosine_between"] >= 2 * steps


SCHEDULES = {
    "CosineAnnealingLR": lambda S, o: S.CosineAnnealingLR(o, 3, 0.01),
    "CosineAnnealingWarmRestarts": lambda S, o: S.CosineAnnealingWarmRestarts(o, 2, 2, 0.01),
    "OneCycleLR": lambda S, o: S.OneCycleLR(o, 1.0, total_steps=12),
}


@pytest.mark.parametrize("schedule", SCHEDULES)
def test_every_cosine_schedule_asks_the_slot(schedule, counted):
    rates = {}
    for L in (penlight, torch):
        optim = L.optim.SGD([L.zeros(1, requires_grad=True)], lr=0.5, momentum=0.9)
        made = SCHEDULES[schedule](L.optim.lr_scheduler, optim)
        rates[L] = [made.get_last_lr()[0]]
        for _ in range(9):
            optim.step()
            made.step()
            rates[L].append(made.get_last_lr()[0])
    np.testing.assert_allclose(rates[penlight], rates[torch], atol=1e-12)
    assert counted["cosine_between"] >= 9


@pytest.mark.filterwarnings("ignore:The epoch parameter")
def test_a_cosine_schedule_can_jump_to_an_epoch():
    rates = {}
    for L in (penlight, torch):
        optim = L.optim.SGD([L.zeros(1, requires_grad=True)], lr=0.5)
        made = L.optim.lr_scheduler.CosineAnnealingLR(optim, 5, 0.1)
        optim.step()
        made.step(3)
        rates[L] = made.get_last_lr()
    assert rates[penlight] == pytest.approx(rates[torch])


def test_the_steps_are_handed_tensors_that_record_nothing():
    seen = []

    def sgd_step(p, grad, buffer, lr, momentum, dampening, nesterov):
        seen.extend([p, grad, buffer])
        p -= 100
        return grad * 0 + 7

    w = penlight.tensor([1.0, 2.0], requires_grad=True)
    optim = penlight.optim.SGD([w], lr=0.1, momentum=0.5)
    with transplant(sgd_step):
        for _ in range(2):
            (w * w).sum().backward()
            optim.step()
    assert w.tolist() == [-199.0, -198.0]
    assert seen[2] is None
    assert seen[5].tolist() == [7.0, 7.0]
    assert not any(each.requires_grad for each in seen if each is not None)


def test_a_step_that_makes_a_new_tensor_moves_nothing():
    def sgd_step(p, grad, buffer, lr, momentum, dampening, nesterov):
        p = p - lr * grad

    w = penlight.tensor([1.0, 2.0], requires_grad=True)
    (w * w).sum().backward()
    with transplant(sgd_step):
        penlight.optim.SGD([w], lr=0.1).step()
    assert w.tolist() == [1.0, 2.0]


@pytest.mark.parametrize("drop_last", [False, True])
def test_streams_are_batched_without_being_run_dry(drop_last, counted):
    class Stream(penlight.utils.data.IterableDataset):
        def __iter__(self):
            return map(float, itertools.count())

    loader = DataLoader(Stream(), batch_size=2, drop_last=drop_last)
    first = list(itertools.islice(loader, 2))
    assert [batch.tolist() for batch in first] == [[0.0, 1.0], [2.0, 3.0]]
    assert counted["make_batches"] == 1


def test_a_refused_split_draws_no_random_numbers():
    after = {}
    for L in (penlight, torch):
        generator = L.Generator().manual_seed(3)
        with pytest.raises(ValueError, match="Sum of input lengths"):
            L.utils.data.random_split(list(range(5)), [2, 2], generator=generator)
        after[L] = L.randperm(5, generator=generator).tolist()
    assert after[penlight] == after[torch]


def test_a_slot_is_pickled_by_name_for_workers_that_start_afresh():
    again = pickle.loads(pickle.dumps(registry["default_collate"]))
    assert again is registry["default_collate"]
    loader = DataLoader([1.0, 2.0, 3.0], batch_size=2, num_workers=1,
                        multiprocessing_context="spawn")  # fmt: skip
    assert [batch.tolist() for batch in loader] == [[1.0, 2.0], [3.0]]


@pytest.mark.parametrize("norm_type", [1, 2, 3.0, float("inf")])
@pytest.mark.parametrize("max_norm", [0.5, 100.0])
def test_clipping_is_pytorchs(norm_type, max_norm, counted):
    values = np.random.default_rng(0).standard_normal((2, 3)).astype(np.float32)
    results = {}
    for L in (penlight, torch):
        a, b, c = (L.zeros(3, requires_grad=True) for _ in range(3))
        a.grad, b.grad = L.tensor(values[0]), L.tensor(values[1])
        total = L.nn.utils.clip_grad_norm_([a, b, c], max_norm, norm_type)
        results[L] = [total.numpy(), a.grad.numpy(), b.grad.numpy()]
        assert c.grad is None
    for ours, theirs in zip(results[penlight], results[torch], strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-5)
    assert counted["clip_to_norm"] == 1

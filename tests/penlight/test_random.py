"""The same seed gives PyTorch's numbers."""

import numpy as np
import pytest
import torch

import penlight

DRAWS = {
    "rand": lambda L: L.rand(3, 7),
    "rand double": lambda L: L.rand(11, dtype=L.float64),
    "rand half": lambda L: L.rand(11, dtype=L.float16).float(),
    "rand bfloat16": lambda L: L.rand(11, dtype=L.bfloat16).float(),
    "randn few": lambda L: L.randn(7),
    "randn few, then few": lambda L: (L.randn(3), L.randn(4))[1],
    "randn 16": lambda L: L.randn(16),
    "randn 20": lambda L: L.randn(4, 5),
    "randn 37 double": lambda L: L.randn(37, dtype=L.float64),
    "randn 5 double": lambda L: L.randn(5, dtype=L.float64),
    "randint": lambda L: L.randint(3, 1000, (50,)),
    "randint wide": lambda L: L.randint(0, 2**40, (20,)),
    "randint 0-d": lambda L: L.randint(10, ()),
    "randperm": lambda L: L.randperm(101),
    "uniform_": lambda L: L.empty(5, 5).uniform_(-2, 3),
    "uniform_ double": lambda L: L.empty(5, dtype=L.float64).uniform_(-2, 3),
    "normal_ few": lambda L: L.empty(5).normal_(1, 3),
    "normal_ many": lambda L: L.empty(6, 6).normal_(1, 3),
    "normal": lambda L: L.normal(2.0, 3.0, (4, 6)),
    "normal of tensors": lambda L: L.normal(L.zeros(20) + 1, L.zeros(20) + 2),
    "random_ int64": lambda L: L.empty(9, dtype=L.int64).random_(),
    "random_ int32": lambda L: L.empty(9, dtype=L.int32).random_(),
    "random_ uint8": lambda L: L.empty(9, dtype=L.uint8).random_(),
    "random_ float": lambda L: L.empty(9).random_(),
    "random_ double": lambda L: L.empty(9, dtype=L.float64).random_(),
    "random_ bool": lambda L: L.empty(9, dtype=L.bool).random_(),
    "random_ to": lambda L: L.empty(9, dtype=L.int64).random_(17),
    "random_ from to": lambda L: L.empty(9).random_(-3, 17),
    "bernoulli of tensor": lambda L: L.bernoulli(L.full((40,), 0.3)),
    "bernoulli of double": lambda L: L.bernoulli(L.full((40,), 0.3, dtype=L.float64)),
    "bernoulli_ of number": lambda L: L.zeros(40).bernoulli_(0.3),
    "randn half": lambda L: L.randn(48, dtype=L.float16).float(),
    "randn few half": lambda L: L.randn(4, dtype=L.float16).float(),
    "randn 20 half": lambda L: L.randn(20, dtype=L.float16).float(),
    "randn 37 bfloat16": lambda L: L.randn(37, dtype=L.bfloat16).float(),
    "normal_ 19 half": lambda L: L.empty(19, dtype=L.float16).normal_(1, 3).float(),
    "uniform_ half": lambda L: L.empty(19, dtype=L.float16).uniform_(-2, 3).float(),
    "uniform_ bfloat16": lambda L: L.empty(64, dtype=L.bfloat16).uniform_(2, 2.5).float(),
    "dropout of columns": lambda L: L.nn.functional.dropout(L.ones(3, 5).t(), 0.3),
    "dropout after transpose": lambda L: L.nn.functional.dropout(
        L.ones(2, 3, 4).transpose(0, 1), 0.3
    ),
    "bernoulli_ of columns": lambda L: L.empty(3, 5).t().bernoulli_(0.5),
    "uniform_ of columns": lambda L: L.empty(3, 4, 5).permute(2, 0, 1).uniform_(),
    "uniform_ of every other": lambda L: L.empty(3, 6)[:, ::2].uniform_(),
    "normal_ of columns": lambda L: L.empty(4, 8).t().normal_(),
    "random_ of columns": lambda L: L.empty(3, 5).t().random_(9),
    "randint_like of columns": lambda L: L.randint_like(L.ones(3, 5).t(), 9),
    "exponential_": lambda L: L.empty(40, dtype=L.float64).exponential_(2.0),
    "multinomial one": lambda L: L.multinomial(L.tensor([[0.1, 0.2, 0.7], [0.5, 0.5, 0]]), 1),
    "multinomial": lambda L: L.multinomial(L.tensor([0.1, 0.2, 0.3, 0.4]), 3),
    "multinomial again": lambda L: L.multinomial(L.tensor([0.1, 0.2, 0.7]), 30, replacement=True),
    "own generator": lambda L: L.rand(4, generator=L.Generator().manual_seed(3)),
    "rand_like": lambda L: L.rand_like(L.zeros(3, 3, dtype=L.float64)),
}


@pytest.mark.parametrize("name", DRAWS)
@pytest.mark.parametrize("seed", [0, 1729, 2**33 + 5])
def test_same_seed_same_numbers(name, seed):
    drawn = []
    for library in (penlight, torch):
        library.manual_seed(seed)
        drawn.append((DRAWS[name](library), library.rand(2)))
    (ours, ours_next), (theirs, theirs_next) = drawn
    assert str(ours.dtype) == str(theirs.dtype)
    np.testing.assert_allclose(ours.numpy(), theirs.numpy(), rtol=1e-6, atol=3e-7)
    # The stream stands at the same place afterwards.
    np.testing.assert_array_equal(ours_next.numpy(), theirs_next.numpy())


def test_state_is_restored():
    penlight.manual_seed(5)
    penlight.randn(3)  # leaves a spare normal behind
    state = penlight.get_rng_state()
    first = penlight.randn(5)
    penlight.set_rng_state(state)
    np.testing.assert_array_equal(penlight.randn(5).numpy(), first.numpy())


def test_a_foreign_state_is_refused():
    with pytest.raises(RuntimeError, match="get_state"):
        penlight.set_rng_state(penlight.zeros(3, dtype=penlight.uint8))

"""Writing in place into an expanded tensor is refused exactly where PyTorch refuses it."""

import pytest
import torch

import penlight

WRITES = {
    "add a number": lambda L, x: x.add_(1),
    "multiply": lambda L, x: x.mul_(L.ones(3, 4)),
    "augmented": lambda L, x: x.__iadd__(1),
    "copy": lambda L, x: x.copy_(L.ones(3, 4)),
    "fill": lambda L, x: x.fill_(7),
    "zero": lambda L, x: x.zero_(),
}
TARGETS = {
    "stretched": lambda L: L.ones(3, 1).expand(3, 4),
    "new dimension": lambda L: L.ones(4).expand(3, 4),
    "cloned": lambda L: L.ones(3, 1).expand(3, 4).clone(),
    "transposed": lambda L: L.ones(4, 3).t(),
}


def outcome(library, write, target):
    x = target(library)
    try:
        write(library, x)
    except RuntimeError as error:
        return str(error)
    return x.tolist()


@pytest.mark.parametrize("write", WRITES)
@pytest.mark.parametrize("target", TARGETS)
def test_write_into_expanded_tensor(write, target):
    ours, theirs = (outcome(L, WRITES[write], TARGETS[target]) for L in (penlight, torch))
    assert ours == theirs


def test_new_dimension_of_length_one_may_be_written():
    assert penlight.ones(3).expand(1, 3).add_(1).tolist() == [[2, 2, 2]]
    assert penlight.zeros(3, 0).add_(1).tolist() == torch.zeros(3, 0).add_(1).tolist()

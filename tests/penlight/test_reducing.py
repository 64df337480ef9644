"""`scatter_reduce` and `EmbeddingBag`: many rows become one."""

import pytest
import torch
from torch.testing._internal.common_methods_invocations import op_db

import penlight
from tests.penlight.compare import same
from tools.conformance import run

NAMES = ("scatter_reduce", "nn.functional.embedding_bag")
ENTRIES = {run.label(op): op for op in op_db if op.name in NAMES}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", ENTRIES)
def test_pytorchs_own_samples(name, monkeypatch):
    monkeypatch.setattr(run, "floors", lambda: {ENTRIES[name].name: "nn"})
    result = run.Runner().run(ENTRIES[name])
    assert (result.status, result.failures) == ("passes", [])
    assert result.passed["samples"] > 40


@pytest.mark.parametrize("include_self", [True, False])
@pytest.mark.parametrize("how", ["prod", "amax", "amin", "mean"])
def test_zeros_and_equal_elements(how, include_self):
    index = torch.tensor([[0, 1, 1, 0], [2, 2, 2, 0]])
    x = torch.tensor([[2.0, 5.0, 1.0], [1.0, 3.0, 0.0]], dtype=torch.float64)
    src = torch.tensor([[2.0, 0.0, 4.0, 2.0], [0.0, 0.0, 3.0, 5.0]], dtype=torch.float64)

    def program(L, x, src, index):
        return L.scatter_reduce(x, 1, index, src, how, include_self=include_self)

    same(program, x, src, index)


BAGS = {
    "mean": {},
    "sum": {"mode": "sum", "padding_idx": 2},
    "max": {"mode": "max", "max_norm": 1.0, "norm_type": 1.0},
    "last offset": {"include_last_offset": True},
}


@pytest.mark.parametrize("name", BAGS)
def test_embedding_bag_as_a_layer(name):
    seen = []
    for L in (penlight, torch):
        L.manual_seed(0)
        bag = L.nn.EmbeddingBag(5, 3, **BAGS[name])
        flat, starts = L.tensor([0, 2, 2, 4, 1]), L.tensor([0, 2, 2, 5])
        out = bag(flat, starts)
        out.pow(2).sum().backward()
        seen.append((repr(bag), str(out.detach()), str(bag.weight.grad), list(bag.state_dict())))
    assert seen[0] == seen[1]


@pytest.mark.parametrize(
    "call",
    [
        lambda L, F, w: F.embedding_bag(L.tensor([[1, 2]]), w, L.tensor([0])),
        lambda L, F, w: F.embedding_bag(L.tensor([1, 2]), w),
        lambda L, F, w: F.embedding_bag(L.tensor([1, 2]), w, L.tensor([1])),
        lambda L, F, w: F.embedding_bag(L.tensor([1, 2]), w, L.tensor([0, 3])),
        lambda L, F, w: F.embedding_bag(L.tensor([[[1]]]), w),
        lambda L, F, w: F.embedding_bag(L.tensor([[1, 2]]), w, mode="min"),
        lambda L, F, w: F.embedding_bag(L.tensor([[1]]), w, per_sample_weights=L.ones(1, 1)),
        lambda L, F, w: L.zeros(3).scatter_reduce(0, L.tensor([0]), L.ones(1), "median"),
    ],
)
def test_bad_input_is_refused(call):
    same(lambda L, w: call(L, L.nn.functional, w), torch.ones(5, 3))

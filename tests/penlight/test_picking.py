"""gather, scatter, index_*, masks: PyTorch's values, gradients, error types and in-place forms."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

import penlight
from tests.penlight.compare import same

PROGRAMS = """
v.gather(0, i([-1])) | v.gather(0, i([3])) | v.gather(0, i([[0]])) | v.gather(0, i([0, 0, 1, 1]))
v.gather(0, i([1]).int()) | v.gather(0, i([1]).short()) | v.gather(0, L.tensor([1.0]))
v.gather(1, i([0])) | M.gather(0, i([[0, 1]])) | M.gather(1, i([[0], [2], [1]])) | v.gather(0, i(1))
v.index_select(0, i([3])) | v.index_select(0, i([-1])) | v.index_select(0, L.tensor([1.0]))
M.index_select(1, i([[1]])) | M.index_select(-1, i([2, 2])) | v.index_select(0, i(1))
v.index_add(0, i([3]), v[:1]) | v.index_add(0, i([0]), v) | M.index_add(1, i([0, 0]), M[:, :2])
M.index_add(0, i([1]), M[:1], alpha=-2) | v.index_add(0, i([0]), v[:1].half())
v.index_copy(0, i([3]), v[:1]) | M.index_copy(1, i([2, 0]), M[:, :2]) | v.index_fill(0, i([-1]), 1)
v.index_fill(0, i([3]), 1) | v.index_fill(0, i([0]), v) | M.index_fill(0, i([0, 0]), v[2])
v.scatter(0, i([3]), 1) | v.scatter(0, i([1, 0]), v.detach()) | v.scatter(0, i([0]), v.half())
M.scatter(1, i([[2, 0]]), M.detach()) | M.scatter(0, i([[1, 1, 0]]), value=2)
v.scatter(0, i([1]), v, reduce="x")
v.scatter_add(0, i([1, 1, 1]), v) | M.scatter_add(0, i([[0, 1, 0]]), M.detach())
v.scatter_add(0, i([3]), v)
v.take(i([3])) | v.take(i([-1])) | M.take(i([[8, 0]])) | v.take(i([1]).int())
L.take_along_dim(M, i([[-1], [0], [1]]), 1) | L.take_along_dim(M, i([4, 4]))
v.take_along_dim(i([-1]))
L.take_along_dim(M, i([0]), 0) | M.take_along_dim(M.argsort(1), 1)
v.index_put((i([3]),), v[0]) | v.index_put((i([0, 0]),), v[:2], accumulate=True)
M.index_put((None, i([1])), v[:1]) | M.index_put((M > 4,), v[0])
M.index_put((i([0]), i([1, 2])), v[:2])
M.index_put((i([0]),), v[:2]) | v.index_put((i([0]),), v[0].half())
v.index_put((i([0]), i([0])), v)
v.masked_fill(v, 1) | v.masked_fill(v > 1, v) | v.masked_fill(v > 1, 1j)
v.masked_fill(M > 4, v[0])
v.long().masked_fill(v > 1, 1.5) | v.masked_select(M > 3) | v.masked_select(v)
v.masked_scatter(v > 0, v[:1]) | M.masked_scatter(M > 4, M) | v.masked_scatter(v > 0, v.half())
L.where(v, v, v) | L.where(v > 1, 1, 2) | L.where(v > 1, 1.0, v.long()) | L.where(v > 1)
v.where(v > 1)
L.where(M > 4, v, 0) | L.where(v > 1, v.double(), v) | L.where(v > 1, v, M) | v.where(v > 1, 7)
M.nonzero() | M.nonzero(as_tuple=True) | v[0].nonzero() | (v * 0).nonzero() | (M > 4).argwhere()
M.tril() | M.triu(1) | M.tril(-9) | v.tril() | M[None].triu(-1)
"""
PROGRAMS = [each.strip() for each in PROGRAMS.replace("\n", "|").split("|") if each.strip()]


@pytest.mark.parametrize("program", PROGRAMS)
def test_like_pytorch(program):
    code = compile(program, "program", "eval")
    M = np.arange(9, dtype=np.float32).reshape(3, 3)

    def run(L, M, v):
        return eval(code, {"L": L, "M": M, "v": v, "i": lambda data: L.tensor(data)})

    same(run, M, M[1] - 2)


@pytest.mark.parametrize(
    "statement",
    [
        "x.scatter_(1, i, 5)", "x.scatter_add_(1, i, x.clone())", 
        "x.index_add_(0, k, x[:1].clone())",
        "x.index_copy_(0, k, x[1:2].clone())", "x.index_fill_(1, k, -1)",
        "x.masked_fill_(x > 3, 0)", "x[k] = x[1].clone()", "x[k] = x.t()[1]", "x[:2][k] = x[2]",
        "x.masked_scatter_(x > 3, -x)", "x.index_put_((k, k), x[2, 2])", "x.tril_()", "x.triu_(1)",
        "x.t().index_fill_(0, k, 9)", "x[x > 3] = 0", "x[x[0] > 0] = -1", "x[k] = x[1]",
        "x.expand(2, 3, 3)[:, k] = 1", "x.expand(2, 3, 3).masked_fill_(x > 1, 0)", "x[:, k] += 1",
        "x[k] = L.ones(2, 2, 3)", "x[x > 3] = L.ones(5)", "x[x > 3] = L.arange(5.0)", "x[[]] = 3",
    ],
)  # fmt: skip
def test_in_place(statement):
    outcomes = []
    for library in (torch, penlight):
        x = library.tensor(np.arange(9, dtype=np.float32).reshape(3, 3))
        names = {"L": library, "x": x, "i": library.tensor([[0], [2], [1]])}
        error = None
        try:
            exec(statement, names | {"k": library.tensor([1])})
        except Exception as raised:
            error = type(raised).__name__
        outcomes.append((error, x.tolist() if error is None else None, error or x._version))
    assert outcomes[0] == outcomes[1]


shapes = st.lists(st.integers(1, 4), min_size=1, max_size=3)


@given(st.data(), shapes)
@settings(max_examples=150, deadline=None)
def test_any_gather_and_scatter(data, shape):
    dim = data.draw(st.integers(0, len(shape) - 1))
    smaller = [data.draw(st.integers(0, n)) for n in shape]
    smaller[dim] = data.draw(st.integers(0, 5))
    seed = data.draw(st.integers(0, 99))
    index = np.random.default_rng(seed).integers(0, shape[dim], smaller)
    x = np.arange(np.prod(shape), dtype=np.float64).reshape(shape)
    source = np.arange(np.prod(smaller), dtype=np.float64).reshape(smaller) - 3
    same(lambda L, x: x.gather(dim, L.tensor(index)), x)
    same(lambda L, x, s: x.scatter_add(dim, L.tensor(index), s), x, source)
    order = list(range(len(shape)))[::-1]
    same(
        lambda L, x: x.permute(order).gather(dim, L.tensor(index)),
        np.ascontiguousarray(x.transpose(order)),
    )


@given(st.lists(st.integers(0, 4), max_size=9), st.integers(1, 90))
@settings(max_examples=60, deadline=None)
def test_adding_at_repeated_slices(index, width):
    # Few long slices and many short ones are added in different ways.
    x = np.arange(5.0 * width).reshape(5, width)
    source = np.ones((len(index), width)) * np.arange(width)
    where = np.array(index, dtype=np.int64)
    same(lambda L, x, s: x.index_add(0, L.tensor(where), s, alpha=2), x, source)
    same(lambda L, x, s: x.t().index_add(1, L.tensor(where), s.t()), x, source)


def test_second_derivative_of_picking():
    for library in (torch, penlight):
        x = library.tensor([[1.7, -2.2], [3.1, 0.4]], dtype=library.float64, requires_grad=True)
        i = library.tensor([[0, 0], [1, 0]])
        programs = [
            lambda x, i=i: x.gather(1, i), lambda x, i=i: x.scatter_add(0, i, x * x),
            lambda x, i=i: x[i[:, 1], [0, 1]], lambda x: x.masked_fill(x > 2, 0.0),
            lambda x, i=i: x.index_add(0, i[0], x * x), lambda x: x.masked_scatter(x > 1, x * x),
        ]  # fmt: skip
        for program in programs:
            assert library.autograd.gradgradcheck(lambda x, f=program: f(x * x), (x,))

"""Indexing as PyTorch does it: which elements, which strides, view or copy, which error."""

import numpy as np
import pytest
import torch
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

import penlight

EXPRESSIONS = """
x[0] | x[-1] | x[1, 2] | x[1, 2, 3] | x[..., 0] | x[:, 0] | x[1:] | x[:, 1:3] | x[::2] | x[1:0]
x[:, ::2, 1::2] | x[None] | x[:, None] | x[None, 0, ..., None] | x[...] | x[()] | x[..., ...]
x[True] | x[False] | x[L.tensor(1)] | x[L.tensor(True)] | x[[0, 1]] | x[[0, -1], [1, 2]]
x[:, [0, 2]] | x[:, [0, 2], 1:3] | x[[0, 1], :, [1, 2]] | x[0, :, [1, 2]] | x[[0, 1], None]
x[L.tensor([[0, 1], [1, 0]])] | x[[[0, 1], [1, 2]]] | x[range(2)] | x[[]] | x[x > 5]
x[L.tensor([True, False])] | x[:, L.tensor([True, False, True])] | x[x[0, 0] > 1]
x[np.array([0, 1])] | x[L.tensor([1, 0], dtype=L.int32)]
x[L.tensor([1, 0], dtype=L.uint8)] | x[1.5] | x[3] | x[0, 0, 0, 0]
x[::-1] | x[L.tensor([0.5])] | x[[5]] | x[[-4]] | x[[0, 1, 1], [0, 1]] | x[:, :, 9]
x[0].t() | x[0].t()[1] | x.permute(2, 0, 1)[1:, 0] | x.permute(2, 0, 1)[[0, 1]]
"""
EXPRESSIONS = [
    e.strip() for e in EXPRESSIONS.replace("\n", "|").split("|") if "x[" in e or "x." in e
]

WRITES = """
x[0] = 5 | x[1, 2] = L.ones(4) | x[:, 0] = L.tensor([1.0, 2, 3, 4]) | x[..., 1] = x[..., 0] * 2
x[[0, 1], [1, 2]] = 7 | x[x > 5] = 0 | x[:, [0, 2]] = L.ones(1, 1, 1, 4) | x[0] = L.ones(1, 1, 3, 4)
x[0, 0] = L.ones(3) | x[[0]] = L.ones(2) | x[[0]] = L.ones(3, 4, dtype=L.float64)
x[True] = 3 | x[9] = 1 | x[0] = L.ones(3, 4, dtype=L.float64) | x[0, 1:] += 2 | x[[0, 0]] += 1
x[:, 1] *= x[:, 2] | x[0] = [[1] * 4] * 3
"""
WRITES = [e.strip() for e in WRITES.replace("\n", "|").split("|") if e.strip()]


def fresh(L):
    return L.tensor(np.arange(24, dtype=np.float32).reshape(2, 3, 4))


def outcome(run, *args):
    try:
        return run(*args), None
    except Exception as error:
        return None, type(error).__name__


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_read(expression):
    results = []
    for L in (penlight, torch):
        names = {"L": L, "x": fresh(L), "np": np}
        result, error = outcome(eval, expression, names)
        results.append(
            error
            if error
            else (result.tolist(), tuple(result.shape), result.stride() if result.numel() else None,
                  result.storage_offset() if result._base is not None and result.numel() else None,
                  result._base is not None)
        )  # fmt: skip
    assert results[0] == results[1]


@pytest.mark.parametrize("statement", WRITES)
def test_write(statement):
    results = []
    for L in (penlight, torch):
        x = fresh(L)
        _, error = outcome(exec, statement, {"L": L, "x": x, "np": np})
        results.append((error, None if error else (x.tolist(), x._version)))
    assert results[0] == results[1]


@pytest.mark.parametrize("expression", ["x[1]", "x[:, 1:, ::2]", "x[[0, 1, 1], 2]", "x[x > 3]",
                                        "x[None, :, [0, 0]]", "x[..., [3, 1]][0]"])  # fmt: skip
def test_gradient_of_reading(expression):
    grads = []
    for L in (penlight, torch):
        x = fresh(L).requires_grad_()
        y = eval(expression, {"x": x})
        y.backward(L.tensor(np.arange(y.numel(), dtype=np.float32).reshape(tuple(y.shape))))
        grads.append(x.grad.tolist())
    assert grads[0] == grads[1]


@pytest.mark.parametrize("index", ["0", "(slice(None), 1)", "([0, 1], 2)", "mask"])
def test_gradient_of_writing(index):
    grads = []
    for L in (penlight, torch):
        x, v = fresh(L).requires_grad_(), L.tensor(3.0, requires_grad=True)
        y = x * 2
        y[eval(index, {"mask": fresh(L) > 7})] = v * v
        (y * y).sum().backward()
        grads.append((x.grad.tolist(), v.grad.tolist()))
    assert grads[0] == grads[1]


def items(n):
    whole = st.integers(-n, n - 1)
    cut = st.builds(slice, st.none() | whole, st.none() | whole, st.none() | st.integers(1, 3))
    return whole | cut | st.none() | st.just(...) | st.lists(whole, min_size=2, max_size=2)


@given(st.tuples(items(2), items(3)) | st.tuples(items(2), items(3), items(2)))
@example((None, [0, 2], slice(0, 0)))  # out of range, but of nothing
@settings(max_examples=150, deadline=None)
def test_any_index(index):
    assume(index.count(...) < 2)
    results = []
    for L in (penlight, torch):
        result, error = outcome(fresh(L).__getitem__, index)
        results.append(error or (result.tolist(), tuple(result.shape)))
    assert results[0] == results[1]

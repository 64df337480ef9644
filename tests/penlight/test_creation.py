"""Making tensors as PyTorch does: values, types, layouts, errors, `out=`."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

import penlight
from tests.penlight.compare import same

PROGRAMS = """
L.tensor(3) | L.tensor(2.5) | L.tensor([True, False]) | L.tensor([1, 2.5]) | L.tensor([])
L.tensor([[1], [2, 3]]) | L.tensor([L.tensor(1), 2]) | L.tensor("a") | L.tensor(1 << 70)
L.tensor([1, 2], dtype=L.bool) | L.tensor(x) | L.tensor(x, dtype=L.float64) | L.as_tensor(x)
L.zeros(2, 3) | L.zeros((2, 3), dtype=L.int16) | L.ones(()) | L.full((2,), True) | L.full((2,), 1)
L.full((), 2.5) | L.zeros(-1) | L.zeros(2.0) | L.empty(0, 3) | L.scalar_tensor(3)
L.arange(5) | L.arange(1, 2, 0.25) | L.arange(0, 1, 0.1) | L.arange(5, 0, -2) | L.arange(0)
L.arange(3.0) | L.arange(0, 3, 0) | L.arange(0, 3, -1) | L.arange(0, 9.5, 2, dtype=L.int64)
L.arange(L.tensor(4)) | L.linspace(0, 1, 5) | L.linspace(3, -3, 4) | L.linspace(0, 1, 1)
L.linspace(0, 10, 4, dtype=L.int64) | L.linspace(0, 1, -1) | L.logspace(0, 2, 3)
L.logspace(0, 3, 4, base=2) | L.eye(3) | L.eye(2, 3, dtype=L.bool) | L.eye(-1)
L.tril_indices(3, 4) | L.triu_indices(3, 4, 1) | L.tril_indices(2, 2, -1, dtype=L.int32)
x.new_zeros(2, 3) | x.new_ones((2,)) | x.new_full((2,), 7) | x.new_tensor([1, 2])
x.new_zeros(2, dtype=L.bool) | L.zeros_like(x.t()) | L.ones_like(x, dtype=L.int32)
L.full_like(x.permute(1, 0), 3) | L.full_like(x, 3.9, dtype=L.int64) | L.zeros_like(x[:, ::2])
L.zeros_like(x.expand(2, 2, 3)) | L.zeros_like(x.t(), memory_format=L.contiguous_format)
L.rand_like(x.t()).stride() | x.to(L.int64) | x.to(L.tensor(1, dtype=L.bool)) | x.double()
x.half() | x.bfloat16() | x.to("cpu", L.float16)
x.to(dtype=L.complex64) | x.type_as(L.tensor(True))
x.t().double() | x.t().to(L.float64, memory_format=L.contiguous_format) | x.to(L.float32) is x
x.to(L.float32, copy=True) is x | (x - 2.7).to(L.int32) | (x * 100).to(L.uint8) | x.float() is x
L.arange(3, out=L.empty(3)) | L.arange(3, out=L.empty(0, dtype=L.int64))
L.cat([x, x], out=L.empty(4, 3)) | L.cat([x, x], out=x) | L.mm(x, x.t(), out=L.empty(2, 2))
L.mm(x, x.t(), out=L.empty(2, 2, dtype=L.int64))
"""
PROGRAMS = [each.strip() for each in PROGRAMS.replace("\n", "|").split("|") if each.strip()]


def run(program):
    code = compile(program, "program", "eval")
    return lambda L, x: eval(code, {"L": L, "x": x})


@pytest.mark.filterwarnings("ignore:An output with one or more:UserWarning")
@pytest.mark.parametrize("program", PROGRAMS)
def test_like_pytorch(program):
    same(run(program), np.arange(6, dtype=np.float32).reshape(2, 3), grad=False)


def test_out_needs_no_gradient():
    for library in (torch, penlight):
        x = library.ones(2, 2, requires_grad=True)
        with pytest.raises(RuntimeError, match="automatic differentiation"):
            library.mm(x, x, out=library.empty(2, 2))


def test_from_numpy_shares_memory():
    for library in (torch, penlight):
        array = np.arange(6.0).reshape(2, 3)
        x = library.from_numpy(array.T)
        x[0, 1] = 10
        array[1, 2] = 20
        assert x.tolist() == [[0, 10], [1, 4], [2, 20]]
        assert x.stride() == (1, 3)
        assert np.shares_memory(x.numpy(), array)
        with pytest.raises(ValueError, match="negative"):
            library.from_numpy(array[::-1])


@pytest.mark.parametrize("kind", ["fill_", "zero_", "copy_"])
def test_gradient_of_overwriting(kind):
    def program(L, x, y):
        z = x * 2
        args = {"fill_": (y[0, 0],), "zero_": (), "copy_": (y,)}[kind]
        getattr(z[:, 1:], kind)(*([args[0][:, 1:]] if kind == "copy_" else args))
        return z * x

    same(program, np.ones((2, 3), np.float32), np.full((2, 3), 2, np.float32))


def test_fill_takes_one_value():
    same(lambda L, x: x.fill_(L.ones(2)), np.ones(2, np.float32), grad=False)


@given(
    st.integers(-20, 20) | st.floats(-20, 20, width=16),
    st.integers(-20, 20) | st.floats(-20, 20, width=16),
    st.integers(-3, 3) | st.sampled_from([-0.5, 0.25, 1.5]),
    st.sampled_from([None, "int64", "int32", "float32", "float64"]),
)
@settings(max_examples=200, deadline=None)
def test_any_range(start, end, step, dtype):
    same(lambda L: L.arange(start, end, step, dtype=dtype and getattr(L, dtype)), grad=False)

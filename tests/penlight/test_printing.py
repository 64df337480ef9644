"""Tensors print as PyTorch prints them, character for character."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import penlight

FORMS = {
    "empty": lambda L: L.zeros(0),
    "empty matrix": lambda L: L.zeros(2, 0, dtype=L.int64),
    "number": lambda L: L.tensor(3.14159),
    "whole floats": lambda L: L.tensor([1.0, -20.0, 3.0]),
    "zeros": lambda L: L.zeros(2, 3),
    "nan and inf": lambda L: L.tensor([1.0, float("nan"), float("inf"), -float("inf")]),
    "only nan": lambda L: L.tensor([float("nan")]),
    "scientific": lambda L: L.tensor([1e-5, 1.0, 12345.678]),
    "large whole": lambda L: L.tensor([1e9, 1.0]),
    "small": lambda L: L.tensor([1e-7]),
    "int": lambda L: L.tensor([[1, -100], [3, 4]]),
    "int32": lambda L: L.tensor([1, 2], dtype=L.int32),
    "bool": lambda L: L.tensor([True, False]),
    "half": lambda L: L.tensor([0.1, 65504.0], dtype=L.float16),
    "bfloat16": lambda L: L.tensor([0.1, 3.0], dtype=L.bfloat16),
    "double": lambda L: L.tensor([0.1], dtype=L.float64),
    "complex": lambda L: L.tensor([1 + 2j, -0.5 - 1e-3j]),
    "long row": lambda L: L.arange(100),
    "summary": lambda L: L.arange(2000),
    "summary 2d": lambda L: L.arange(10000).reshape(100, 100).to(L.float32),
    "summary 3d": lambda L: L.arange(8000.0).reshape(20, 20, 20),
    "3d": lambda L: L.arange(24).reshape(2, 3, 4),
    "requires grad": lambda L: L.ones(2, requires_grad=True),
    "grad_fn": lambda L: L.ones(2, requires_grad=True) * 2,
    "long suffix": lambda L: (L.arange(19.0).requires_grad_() * 1.5).double(),
    "transposed": lambda L: L.arange(6.0).reshape(2, 3).t(),
    "size": lambda L: L.zeros(2, 3).shape,
    "dtype": lambda L: L.zeros(2).dtype,
    "device": lambda L: L.zeros(2).device,
    "type": lambda L: type(L.zeros(2)),
    "format": lambda L: f"{L.tensor(2.5):.3f} {L.tensor([1, 2])}",
    "finfo": lambda L: [L.finfo(getattr(L, d)) for d in ("half", "bfloat16", "float32", "double")],
    "iinfo": lambda L: [L.iinfo(getattr(L, d)) for d in ("uint8", "int8", "int32", "int64")],
    "floor_divide": lambda L: L.ones(2, requires_grad=True) // 2,
}


@pytest.mark.parametrize("name", FORMS)
def test_prints_as_pytorch(name):
    assert str(FORMS[name](penlight)) == str(FORMS[name](torch))


OPTIONS = [
    {"precision": 2},
    {"sci_mode": True},
    {"profile": "short"},
    {"linewidth": 30},
    {"edgeitems": 1, "threshold": 5},
]


@pytest.mark.parametrize("options", OPTIONS)
def test_print_options(options):
    try:
        for library in (penlight, torch):
            library.set_printoptions(**options)
        values = np.linspace(-3, 1000, 60).astype(np.float32).reshape(6, 10)
        assert str(penlight.from_numpy(values)) == str(torch.from_numpy(values))
    finally:
        for library in (penlight, torch):
            library.set_printoptions(profile="default")


TYPES = st.sampled_from([np.float32, np.float64, np.float16, np.int64, np.uint8, np.bool_])
SHAPES = hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=8)
ARRAYS = TYPES.flatmap(lambda dtype: hnp.arrays(dtype, SHAPES))


@given(ARRAYS)
@settings(max_examples=200, deadline=None)
def test_any_array_prints_as_pytorch(array):
    array = np.ascontiguousarray(array).reshape(array.shape)
    assert repr(penlight.from_numpy(array)) == repr(torch.from_numpy(array))

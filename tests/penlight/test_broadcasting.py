"""Broadcasting's short ways agree with the plain ones, and all with PyTorch."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import penlight
from penlight.broadcasting.undoing import sum_to

SHAPES = hnp.mutually_broadcastable_shapes(num_shapes=2, max_dims=4, max_side=3, min_side=0)


@given(SHAPES)
@settings(max_examples=100, deadline=None)
def test_sums_back_as_the_slot_does(shapes):
    (shape, _), size = shapes.input_shapes, shapes.result_shape
    g = np.random.default_rng(0).normal(size=size)
    np.testing.assert_allclose(sum_to(g, shape), penlight.unbroadcast(g, shape))


@given(SHAPES)
@settings(max_examples=100, deadline=None)
def test_values_and_gradients_as_pytorch(shapes):
    rng = np.random.default_rng(0)
    arrays = [rng.normal(size=s) for s in shapes.input_shapes]
    cotangent = rng.normal(size=shapes.result_shape)
    results = []
    for library in (penlight, torch):
        a, b = (library.tensor(x, requires_grad=True) for x in arrays)
        y = a * b
        y.backward(library.tensor(cotangent))
        results.append([y.detach().numpy(), a.grad.numpy(), b.grad.numpy()])
    for ours, theirs in zip(*results, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-9, atol=1e-12)


@given(st.lists(hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=3), max_size=3))
@settings(max_examples=100, deadline=None)
def test_shapes_or_the_same_error(shapes):
    outcomes = []
    for library in (penlight, torch):
        try:
            outcomes.append(tuple(library.broadcast_shapes(*shapes)))
        except RuntimeError:
            outcomes.append(RuntimeError)
    assert outcomes[0] == outcomes[1]


@pytest.mark.parametrize("name", ["broadcast_shapes", "expand_strides", "unbroadcast"])
def test_a_transplanted_function_runs_in_the_engine(name):
    calls = []

    def counted(*args):
        calls.append(args)
        return penlight.slots.registry[name].reference(*args)

    x = penlight.ones(3, 1, requires_grad=True)
    with penlight.transplant(counted, slot=name):
        (x + penlight.ones(4)).sum().backward()
    assert calls
    assert x.grad.tolist() == [[4.0], [4.0], [4.0]]
    before = len(calls)
    (x + penlight.ones(4)).sum().backward()
    assert len(calls) == before

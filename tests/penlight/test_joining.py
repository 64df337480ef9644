"""Joining, repeating and reordering as PyTorch does it."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.penlight.compare import same

PROGRAMS = """
L.cat([x, y]) | L.cat([x, y], 1) | L.cat([x, y], dim=-1) | L.cat((x, L.tensor([])), 0)
L.cat([x, x.double(), x.half()]) | L.cat([x.long(), y]) | L.cat([]) | L.cat([x, x[0]])
L.cat([x, y[:, :1]]) | L.cat([x[0, 0]]) | L.cat(x) | L.cat([x, None]) | L.concat([x, y], axis=0)
L.stack([x, y], -1) | L.stack([x, x.double()]) | L.stack([x, x[0]]) | L.stack([])
L.hstack([x[0], y[1]]) | L.vstack([x[0], y]) | L.dstack([x, y]) | L.column_stack([x[:, 0], y])
L.block_diag(x, y[0], x[0, 0]) | L.block_diag(x, L.tensor([[1, 2]])) | L.block_diag(x[None])
L.block_diag() | x.repeat(2, 1) | x.repeat(2, 3, 1) | x.repeat(2) | x.repeat(0, 1) | x.repeat(-1, 1)
x.tile(2) | x.tile((2, 1, 2)) | L.tile(x, dims=(2,)) | x.repeat_interleave(2)
x.repeat_interleave(2, 1) | x.repeat_interleave(L.tensor([1, 2]), 0) | x.repeat_interleave(-1)
x.repeat_interleave(L.tensor([1, 2, 3]), 0) | L.repeat_interleave(L.tensor([2, 0, 1]))
x.repeat_interleave(L.tensor([1.0]), 0) | x.roll(1) | x.roll((1, -1), (0, 1)) | x.roll(1, 5)
x.roll((1, 2), 0) | x.flip(0) | x.flip(0, 1) | x.flip([0, -1]) | x.flip(0, 0) | L.flip(x, dims=(1,))
x.fliplr() | x.flipud() | x[0].fliplr() | x.rot90() | x.rot90(2) | x.rot90(-1, (1, 0))
x[0].rot90() | x.rot90(3) | L.stack([x, y], axis=1)
L.meshgrid(x[0], y[:, 0], indexing="ij") | L.meshgrid([x[0], y[:, 0]], indexing="xy")
L.meshgrid(x, indexing="ij") | L.cartesian_prod(x[0], y[0], x[1]) | L.cartesian_prod(x)
L.broadcast_tensors(x[:, :1], y[0]) | L.broadcast_shapes((2, 1), 3) | x[:, :1].expand(2, 4)
x.expand(size=(4, 2, 3)) | x.expand(4, -1, 3) | x.expand(-1, 2, 3) | x.expand(3)
"""
PROGRAMS = [each.strip() for each in PROGRAMS.replace("\n", "|").split("|") if each.strip()]


@pytest.mark.parametrize("program", PROGRAMS)
def test_like_pytorch(program):
    code = compile(program, "program", "eval")
    x = np.arange(6, dtype=np.float32).reshape(2, 3)
    same(lambda L, x, y: eval(code, {"L": L, "x": x, "y": y}), x, x * -3 + 1)


@given(
    st.lists(st.integers(0, 3), min_size=1, max_size=3),
    st.lists(st.integers(0, 3), min_size=1, max_size=4),
    st.integers(-4, 3),
    st.permutations(range(3)),
)
@settings(max_examples=150, deadline=None)
def test_cat_of_any_pieces(shape, lengths, dim, order):
    order = [d for d in order if d < len(shape)]

    def program(L, *pieces):
        return L.cat([each.permute(*np.argsort(order).tolist()) for each in pieces], dim)

    pieces = []
    for k, n in enumerate(lengths):
        size = list(shape)
        size[dim % len(shape)] = n
        values = np.arange(np.prod(size), dtype=np.float32).reshape(size) + k
        pieces.append(np.ascontiguousarray(values.transpose(order)))
    same(program, *pieces)


@given(st.lists(st.integers(0, 3), max_size=3), st.lists(st.integers(0, 3), max_size=4))
@settings(max_examples=100, deadline=None)
def test_any_repeat(shape, repeats):
    same(
        lambda L, x: (x.tile(tuple(repeats)), x.repeat(tuple(repeats))),
        np.ones(shape, np.float32),
    )

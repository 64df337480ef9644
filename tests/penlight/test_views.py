"""Views as PyTorch makes them: which memory they show, what writing through them changes."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

import penlight
from tests.penlight.compare import same

LIBRARIES = (torch, penlight)


def numbers(*shape):
    return np.arange(np.prod(shape), dtype=np.float32).reshape(shape)


# --- any chain of views -------------------------------------------------------------------------

sizes = st.lists(st.integers(0, 4), min_size=1, max_size=4).map(tuple)
small = st.integers(-3, 3)
steps = st.one_of(
    st.tuples(st.just("transpose"), small, small),
    st.tuples(st.just("unsqueeze"), small),
    st.tuples(st.just("squeeze")),
    st.tuples(st.just("squeeze"), small),
    st.tuples(st.just("select"), small, small),
    st.tuples(st.just("narrow"), small, st.integers(0, 2), st.integers(0, 2)),
    st.tuples(st.just("diagonal"), small, small, small),
    st.tuples(st.just("unfold"), small, st.integers(0, 3), st.integers(1, 2)),
    st.tuples(st.just("movedim"), small, small),
    st.tuples(st.just("flatten"), small, small),
    st.tuples(st.just("unflatten"), small, st.just((-1, 2))),
    st.tuples(st.just("reshape"), st.just((-1, 2))),
    st.tuples(st.just("view"), st.lists(st.integers(1, 4), max_size=4).map(tuple)),
    st.tuples(st.just("expand"), st.lists(st.integers(-1, 4), max_size=4).map(tuple)),
    st.tuples(st.just("permute"), st.permutations(range(3)).map(tuple)),
    st.tuples(st.just("contiguous")),
    st.tuples(st.just("__getitem__"), st.tuples(st.just(...), st.builds(slice, small, small))),
)


def walk(library, shape, chain):
    """What each step of a chain shows, and what a write through the last one does to the first."""
    base = library.tensor(numbers(*shape))
    x, told = base, []
    for name, *args in chain:
        try:
            x = getattr(x, name)(*args)
        except (RuntimeError, IndexError) as error:
            told.append(type(error).__name__)
            continue
        shared = x.untyped_storage().data_ptr() == base.untyped_storage().data_ptr()
        layout = (x.stride(), x.storage_offset()) if x.numel() else None
        told.append((name, tuple(x.shape), layout, x.is_contiguous(), x.tolist(), shared))
    try:
        x.fill_(-2)  # one value, because windows may overlap
    except RuntimeError:
        told.append("refused")
    return told, base.tolist(), base._version, x._version


@given(sizes, st.lists(steps, min_size=1, max_size=5))
@settings(max_examples=300, deadline=None)
def test_any_chain(shape, chain):
    assert walk(penlight, shape, chain) == walk(torch, shape, chain)


@given(sizes, st.lists(steps, min_size=1, max_size=4))
@settings(max_examples=60, deadline=None)
def test_gradient_of_any_chain(shape, chain):
    grads = []
    for library in LIBRARIES:
        x = library.tensor(numbers(*shape), requires_grad=True)
        y = x
        for name, *args in chain:
            try:
                y = getattr(y, name)(*args)
            except (RuntimeError, IndexError):
                continue
        weights = library.tensor(numbers(*y.shape) + 1)
        (y * weights).sum().backward()
        grads.append(x.grad.tolist())
    assert grads[0] == grads[1]


# --- one at a time ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "program",
    [
        lambda L, x: x.view(dtype=L.int32),
        lambda L, x: x.view(L.uint8),
        lambda L, x: x[:, 1].view(L.float64),
        lambda L, x: x.hsplit(2),
        lambda L, x: x.hsplit([1, 3]),
        lambda L, x: x.vsplit(2),
        lambda L, x: x.dsplit(2),
        lambda L, x: x.split([1, 2], 1),
        lambda L, x: x.split([1, 1], 1),
        lambda L, x: x.split(-1),
        lambda L, x: x.chunk(0),
        lambda L, x: x.unflatten(1, (2, 2)),
        lambda L, x: x.as_strided((2, 2), (1, -1)),
        lambda L, x: x.as_strided((99, 99), (1, 1)),
        lambda L, x: x.mT.adjoint(),
        lambda L, x: x[0, 0].mT,
        lambda L, x: x.movedim((0, 1), (1,)),
        lambda L, x: x.squeeze((0, 0)),
        lambda L, x: x.permute(0, 1, 1),
        lambda L, x: x.permute(dims=(2, 0, 1)).reshape(shape=(4, -1)),
        lambda L, x: x.transpose(0, 1).contiguous().stride(),
        lambda L, x: x[None].contiguous(memory_format=L.channels_last),
        lambda L, x: x[None].is_contiguous(memory_format=L.channels_last),
        lambda L, x: x.transpose(0, 2)[::2].clone(),
        lambda L, x: x.expand(5, 2, 3, 4).permute(1, 0, 3, 2).clone(),
        lambda L, x: x[:, :1].expand(2, 5, 4).transpose(1, 2).clone(),
        lambda L, x: L.atleast_3d(x[0, 0], x[0]),
    ],
)
def test_like_pytorch(program):
    same(program, numbers(2, 3, 4))


@pytest.mark.parametrize(
    ("name", "args"),
    [("t_", ()), ("transpose_", (0, 1)), ("unsqueeze_", (1,)), ("squeeze_", ()),
     ("as_strided_", ((2, 2), (1, 1), 1)), ("swapaxes_", (0, 1))],
)  # fmt: skip
def test_views_in_place(name, args):
    told = []
    for library in LIBRARIES:
        x = library.tensor(numbers(1, 6))
        same_tensor = getattr(x, name)(*args)
        told.append((same_tensor is x, x.tolist(), x.stride(), x.storage_offset(), x._version))
    assert told[0] == told[1]


def test_view_in_place_keeps_the_history():
    for library in LIBRARIES:
        x = library.tensor(numbers(2, 3), requires_grad=True)
        with pytest.raises(RuntimeError, match="leaf"):
            x.t_()
        y = x * 2
        y.t_().unsqueeze_(0)
        (y * library.tensor(numbers(1, 3, 2))).sum().backward()
        assert x.grad.tolist() == [[0, 4, 8], [2, 6, 10]]


def test_pieces_share_one_version():
    for library in LIBRARIES:
        x = library.tensor(numbers(4, 2))
        first, second = x.split(2)
        rows = x.unbind()
        first.add_(10)
        rows[3].zero_()
        assert x.tolist() == [[10, 11], [12, 13], [4, 5], [0, 0]]
        assert {each._version for each in (x, first, second, *rows)} == {2}


# --- the graph is PyTorch's ---------------------------------------------------------------------

EXPRESSIONS = """
M[:] | M[...] | M[0] | M[1:] | M[None] | M[[0, 1]] | M[M > 0] | M[True] | M[1:, 0] | M[:, None]
M[0][1:] | M[..., 0] | M[:, [0, 1]] | M.split(1)[1] | M.split([1, 2])[0] | M.chunk(2)[1]
M.tensor_split(2)[0] | M.hsplit(3)[0] | M.unbind()[2] | M.narrow(0, 0, 1) | M.select(0, 0)
M.unfold(0, 2, 1) | M.reshape(9) | M.t().reshape(9) | M.t().reshape(3, 1, 3) | M.view(9) | M.T
M.mT | M.swapaxes(0, 1) | M.movedim(0, 1) | M.ravel() | M.t().ravel() | M.flatten()
M.t().flatten() | M.unflatten(0, (3, 1)) | M.expand_as(M)
M.squeeze() | M.squeeze(0) | M.squeeze((0, 1))
M.diagonal() | L.diag(M) | L.diag(z) | L.diag_embed(z) | M.as_strided((2,), (1,)) | M.clone()
M.T.contiguous() | M.double() | M.to(L.float32) | L.atleast_3d(M) | L.atleast_2d(z)
L.stack([z, z]) | L.hstack([z, z]) | L.vstack([z, z]) | L.dstack([z, z]) | L.column_stack([z, z])
z.repeat(2) | z.tile(2) | z.repeat_interleave(2) | M.roll(1) | M.flip(0) | M.fliplr() | M.rot90()
L.block_diag(z, M) | L.cartesian_prod(z, z) | L.meshgrid(z, z, indexing='xy')[0]
z @ z | M @ z | M @ M | M[None] @ M | M[None] @ M[None] | M[None] @ z | M.mv(z) | L.inner(z, z)
L.einsum('i,j->ij', z, z) | L.einsum('ij,jk->ik', M, M) | L.einsum('ii->i', M) | L.kron(z, z)
L.tensordot(M, M, 2) | L.tensordot(M, z, 1) | L.linalg.cross(z, z) | L.dist(z, z) | L.cdist(M, M)
L.linalg.det(M) | L.linalg.inv(M) | L.linalg.solve(M, z) | L.linalg.solve(M, M) | L.trace(M)
L.addmm(z, M, M) | L.addmv(z, M, z) | L.addr(M, z, z) | L.baddbmm(M, M[None], M[None])
M.index_select(0, i) | z.gather(0, i) | z.scatter(0, i, z) | z.scatter(0, i, 1.0) | z.take(i)
z.scatter_add(0, i, z) | z.index_put((i,), z[0]) | z.index_add(0, i, z[:1]) | M.tril() | M.triu()
z.index_copy(0, i, z[:1]) | z.index_fill(0, i, 1.0) | z.index_fill(0, i, z[0])
z.masked_fill(z > 0, 1.0) | z.masked_fill(z > 0, z[0]) | z.masked_select(z > 0)
z.masked_scatter(z > 0, z) | L.take_along_dim(z, i, 0) | L.where(z > 0, z, z)
L.where(z > 0, z, 0.0) | L.where(M > 0, M.double(), M) | (M * 1).fill_(1) | (M * 1).zero_()
(M * 1).copy_(M) | (M * 1).masked_fill_(M > 0, 1) | (M * 1).index_add_(0, i, M[:1])
"""
EXPRESSIONS = [each.strip() for each in EXPRESSIONS.replace("\n", "|").split("|") if each.strip()]


def graph(node):
    """The graph behind a result as text: `AddBackward0(MulBackward0(leaf, none), leaf)`."""
    if node is None:
        return "none"
    if "AccumulateGrad" in node.name():
        return "leaf"
    inputs = [
        f"{graph(each)}{f'#{output}' if output else ''}" for each, output in node.next_functions
    ]
    name = node.name().removeprefix("torch::autograd::")
    return f"{name}({', '.join(inputs)})"


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_graph(expression):
    graphs = []
    for library in LIBRARIES:
        names = {
            "L": library,
            "z": library.tensor([1.0, 2, 3], requires_grad=True),
            "M": library.tensor([[1.0, 2, 3], [4, 5, 6], [7, 8, 10]], requires_grad=True),
            "i": library.tensor([0]),
        }
        result = eval(expression, names)
        graphs.append(
            (graph(result.grad_fn), result.output_nr if library is torch else result._output_nr)
        )
    assert graphs[1] == graphs[0]

"""Products of vectors and matrices, einsum, distances, linear equations, against PyTorch."""

import numpy as np
import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import penlight
from tests.penlight.compare import same

PROGRAMS = """
A @ B | B @ A | A @ v | v @ A | v @ v | A.mm(B) | A.mm(A) | A.mm(v) | A @ A | v @ w
A.bmm(B) | A[None].bmm(B[None]) | A[None].bmm(A[None]) | A.mv(v) | A.mv(w) | v.dot(v) | v.dot(w)
A.dot(v) | v.dot(v.double()) | A @ B.double() | A[0, 0] @ v | L.inner(A, v) | L.inner(A, B)
L.tensordot(A, B, 1) | L.tensordot(A, B, ([0], [1])) | L.tensordot(A, B, ([0, 1], [1, 0]))
L.tensordot(A, B, ([0], [0])) | L.tensordot(A, B, 3) | L.trace(A) | L.trace(v) | L.trace(A.long())
L.kron(v, w) | L.kron(A, v) | L.cross(A, A.flip(1)) | L.cross(A, A.flip(1), 0) | L.cross(A, v)
L.linalg.cross(A, v[None]) | L.outer(v, w) | v.ger(w) | L.outer(A, w)
L.addmm(v[:2], A, B, beta=0.5, alpha=2) | L.addmm(v, A, B) | L.addmm(w, A, B, beta=0)
L.addmv(w, A, v, alpha=-1) | L.addr(A, w, v, beta=2) | L.addmm(w.long(), A, B)
L.baddbmm(w, A[None], B[None]) | L.addbmm(w, A[None], B[None], alpha=3)
L.addmm(w.long(), A.long(), B.long(), beta=1.5) | L.addr(A.long(), w.long(), v.long(), beta=1.5)
L.cdist(A, B.t()) | L.cdist(A, B.t(), 1) | L.cdist(A, A) | L.cdist(A, B.t(), float("inf"))
L.cdist(A, B.t(), 3.5) | L.cdist(A, v) | L.cdist(A, B) | L.cdist(A, B.t(), -1) | L.dist(A, v)
L.dist(A, v, 1) | L.dist(A, A) | L.dist(A, v, float("inf"))
L.linalg.inv(S) | L.inverse(S[None]) | L.linalg.inv(A) | L.linalg.inv(S * 0)
L.linalg.inv(S.long())
L.linalg.det(S) | S.det() | L.linalg.det(S[:, :1] * S[:1]) | L.linalg.det(v)
L.linalg.solve(S, v) | L.linalg.solve(S, B) | L.linalg.solve(S, A, left=False)
L.linalg.solve(S, A)
L.linalg.solve(S * 0, v) | L.linalg.solve(S[None].expand(2, 3, 3), v[None].expand(2, 3))
L.linalg.diagonal(S) | L.linalg.matmul(A, B) | L.matmul(A, B, out=L.empty(2, 2))
"""
PROGRAMS = [each.strip() for each in PROGRAMS.replace("\n", "|").split("|") if each.strip()]
EQUATIONS = """
ij,jk->ik | ij,jk | ij->ji | ij->i | ij-> | ii->i | ii | i,j->ij | i,i-> | i,ij,j | bij,bjk->bik
bij,bkj->bik | ij,kj,lk->il | ...j,jk->...k | b...,b...->... | ...->... | ij,ij->j | iji->ij
ij , jk -> k i | i,j,k->kji | bhqd,bhkd->bhqk | aB,Bc->ca | ij,jk->il | ij,jk->ii | i1,1k | ij,jk,kl
ij->ij... | i...j->j...
"""
EQUATIONS = [each.strip() for each in EQUATIONS.replace("\n", "|").split("|") if each.strip()]


@pytest.mark.parametrize("program", PROGRAMS)
def test_like_pytorch(program):
    code = compile(program, "program", "eval")
    random = np.random.default_rng(0)
    given = {"A": (2, 3), "B": (3, 2), "v": (3,), "w": (2,), "S": (3, 3)}
    arrays = [random.standard_normal(shape) for shape in given.values()]
    same(
        lambda L, *x: eval(code, {"L": L} | dict(zip(given, x, strict=True))), *arrays, layout=False
    )


def lengths(draw, letters):
    return {letter: draw(st.integers(1, 3)) for letter in letters}


@given(st.data(), st.sampled_from(EQUATIONS))
@settings(max_examples=200, deadline=None)
def test_einsum(data, equation):
    sizes = lengths(data.draw, "abcdehijklqB")
    arrays = []
    for term in equation.partition("->")[0].replace(" ", "").split(","):
        shape = []
        for letter in term.replace("...", "?"):
            shape += [2, 3] if letter == "?" else [sizes.get(letter, 2)]
        arrays.append(np.arange(np.prod(shape), dtype=np.float64).reshape(shape) / 7 - 1)
    same(lambda L, *x: L.einsum(equation, *x), *arrays, layout=False)


def test_einsum_by_numbers():
    x, y = np.ones((2, 3)), np.arange(12.0).reshape(3, 4)
    same(lambda L, x, y: L.einsum(x, [0, 1], y, [1, 2], [2, 0]), x, y, layout=False)
    same(lambda L, x, y: L.einsum(x, [..., 1], y, [1, ...]), x, y, layout=False)
    same(lambda L, x: L.einsum("ij,jk->ik", x), x)


@given(
    st.lists(st.integers(0, 3), min_size=0, max_size=4),
    st.lists(st.integers(0, 3), min_size=0, max_size=4),
    st.booleans(),
)
@settings(max_examples=300, deadline=None)
def test_matmul_of_any_shapes(a, b, agree):
    if agree and a and b:
        b[-2 if len(b) > 1 else 0] = a[-1]
    assume(np.prod(a) * np.prod(b) < 2000)
    # No zeros: the sign of 0 in a sum depends on the order.
    x = np.asarray((1 + np.arange(np.prod(a)).reshape(a)) / 3)
    y = np.asarray(0.9 - np.arange(np.prod(b)).reshape(b) / 5)
    same(lambda L, x, y: x @ y, x, y, layout=False)


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "int64", "int32"])
def test_product_in_other_types(dtype):
    random = np.random.default_rng(1)
    x, y = (
        torch.tensor(random.integers(-9, 9, (7, 7)) / 4).to(getattr(torch, dtype)) for _ in "xy"
    )
    same(lambda L, x, y: (x @ y, x @ y[0], L.addmm(x, x, y)), x, y, grad=False)


def test_product_of_stretched_and_strided_matrices():
    x = np.arange(24.0).reshape(4, 6)
    same(lambda L, x: x[:, ::2] @ x[:3, 1::2], x)
    same(lambda L, x: x[:1].expand(5, 6) @ x.t(), x)
    same(lambda L, x: x @ x.new_ones(1, 1).expand(6, 2), x)


@pytest.mark.parametrize("rank", [1, 2, 3])
def test_determinant_of_singular_matrices(rank):
    random = np.random.default_rng(2)
    matrix = random.standard_normal((3, rank)) @ random.standard_normal((rank, 3))
    same(lambda L, x: x.det(), matrix)

    # The second derivative, against small steps.
    x = penlight.tensor(matrix, requires_grad=True)
    weights = penlight.tensor(random.standard_normal((3, 3)))
    (first,) = penlight.autograd.grad(x.det(), x, create_graph=True)
    (second,) = penlight.autograd.grad((first * weights).sum(), x)

    def slope(moved):
        moved = torch.tensor(moved, requires_grad=True)
        (found,) = torch.autograd.grad(moved.det(), moved)
        return (found.numpy() * weights.numpy()).sum()

    for i in range(3):
        for j in range(3):
            step = np.zeros((3, 3))
            step[i, j] = 1e-5
            measured = (slope(matrix + step) - slope(matrix - step)) / 2e-5
            assert second[i, j].item() == pytest.approx(measured, abs=1e-5)


def test_singular_is_a_kind_of_runtime_error():
    for library in (torch, penlight):
        with pytest.raises(library.linalg.LinAlgError, match="singular"):
            library.linalg.inv(library.zeros(2, 2))
    assert issubclass(penlight.linalg.LinAlgError, RuntimeError)


def test_cdist_runs_the_students_function():
    calls = []

    def squared_distances(x, y):
        calls.append((tuple(x.shape), tuple(y.shape)))
        return ((x.unsqueeze(1) - y) ** 2).sum(2)

    x = penlight.tensor(np.arange(6.0).reshape(2, 3), requires_grad=True)
    with penlight.transplant(squared_distances):
        penlight.cdist(x, x.detach() + 1).sum().backward()
    assert calls == [((2, 3), (2, 3))]
    assert x.grad is not None

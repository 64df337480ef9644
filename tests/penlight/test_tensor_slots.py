"""What students write of the tensors floor: penlight runs whatever sits in these slots."""

import itertools
from pathlib import Path

import numpy as np
import pytest
import torch

import penlight
from penlight import EmptySlot
from penlight.slots import registry, transplant
from tools.course.empty import empty_slots

NAMES = ["infer_shape", "contiguous_stride", "storage_index", "is_contiguous", "infer_size",
         "view_stride", "promote_types", "result_type"]  # fmt: skip
# One line of penlight for each that cannot do without it.
USES = {
    "infer_shape": lambda L: L.tensor([[1, 2], [3, 4]]),
    "contiguous_stride": lambda L: L.zeros(0, 3).stride(),
    "storage_index": lambda L: L.arange(6).as_strided((2, 2), (1, 2)),
    "is_contiguous": lambda L: L.arange(6).reshape(2, 3).t().is_contiguous(),
    "infer_size": lambda L: L.arange(6).view(2, -1),
    "view_stride": lambda L: L.arange(6).view(2, 3),
    "promote_types": lambda L: L.ones(2, dtype=L.int8) + L.ones(2, dtype=L.uint8),
    "result_type": lambda L: L.ones(2, dtype=L.uint8) / 255,
}


@pytest.mark.parametrize("name", NAMES)
def test_penlight_runs_what_is_in_the_slot(name):
    calls, reference = [], registry[name].reference

    def counting(*args):
        calls.append(args)
        return reference(*args)

    with transplant(counting, slot=name):
        result = USES[name](penlight)
    assert calls
    np.testing.assert_array_equal(result, USES[name](torch))


def test_strides_reach_the_slot_in_elements():
    asked, reference = [], registry["view_stride"].reference

    def watching(shape, stride, size):
        asked.append((shape, stride, size))
        return reference(shape, stride, size)

    with transplant(watching, slot="view_stride"):
        penlight.zeros(2, 3, 4, dtype=penlight.float64).transpose(0, 1).view(3, 2, 2, 2)
    assert set(asked) == {((3, 2, 4), (4, 12, 1), (3, 2, 2, 2))}


@pytest.fixture
def emptied():
    """Every slot of the floor as a student bundle ships it."""

    def empty(name):
        def nothing(*args):
            raise EmptySlot(name, "01_tensors")

        return nothing

    references = {name: registry[name].reference for name in NAMES}
    for name in NAMES:
        registry[name].reference = registry[name].current = empty(name)
    yield
    for name, reference in references.items():
        registry[name].reference = registry[name].current = reference


def test_while_slots_are_empty_lists_and_views_still_work(emptied):
    for L in (penlight, torch):
        x = L.tensor([[1, 2, 3], [4, 5, 6]])
        assert x.view(-1).tolist() == [1, 2, 3, 4, 5, 6]
        assert x.view(3, 1, -1).shape == (3, 1, 2)
        assert x.t().reshape(-1).tolist() == [1, 4, 2, 5, 3, 6]
        assert x.t().is_contiguous() is False
        with pytest.raises(RuntimeError):
            x.t().view(6)
        with pytest.raises(RuntimeError):
            x.view(4, -1)
        with pytest.raises(ValueError, match=r"expected sequence|inhomogeneous"):
            L.tensor([[1, 2], [3]])


@pytest.mark.parametrize(
    "use", [lambda: penlight.arange(3) / 2, lambda: penlight.arange(6).as_strided((2,), (1,))]
)
def test_an_empty_slot_says_which_exercise_fills_it(emptied, use):
    with pytest.raises(EmptySlot, match="of assignment 01_tensors fills it"):
        use()


def test_a_stretched_tensor_needs_no_slot_of_a_later_week():
    def nothing(*args):
        raise EmptySlot("expand_strides", "02_broadcasting")

    with transplant(nothing, slot="expand_strides"):
        x = penlight.ones(2, 3, requires_grad=True)
        x.mean().backward()
        assert x.grad.tolist() == torch.full((2, 3), 1 / 6).tolist()
        assert penlight.ones(3, 1).expand(2, -1, 4).stride() == (0, 1, 0)
        with pytest.raises(RuntimeError):
            penlight.ones(3).expand(4)


def test_emptied_source_keeps_signature_and_docstring():
    from penlight.tensors import storage

    source = empty_slots(Path(storage.__file__).read_text(encoding="utf-8"), 1)
    assert "def contiguous_stride(shape):" in source
    assert "reversed(shape)" not in source


# --- the reference functions are PyTorch's rules


SHAPES = [s for n in (1, 2, 3) for s in itertools.product((1, 2, 3, 4), repeat=n)]


def layouts(shape):
    """Tensors of `shape` with strides of several kinds."""
    yield torch.empty(shape)
    yield torch.empty(shape[::-1]).permute(*reversed(range(len(shape))))
    yield torch.empty((*shape[:-1], 2 * shape[-1]))[..., ::2]
    yield torch.empty((2 * shape[0], *shape[1:]))[::2]
    yield torch.empty((1,) * len(shape)).expand(shape)


def test_view_stride_is_pytorchs_for_every_small_shape():
    reference, refused = registry["view_stride"].reference, 0
    for shape in SHAPES:
        sizes = [s for s in SHAPES if np.prod(s) == np.prod(shape)]
        for x, size in itertools.product(layouts(shape), sizes):
            try:
                wanted = x.view(size).stride()
            except RuntimeError:
                wanted, refused = None, refused + 1
            assert reference(tuple(x.shape), x.stride(), size) == wanted
    assert refused > 100


def test_is_contiguous_is_pytorchs_for_every_small_shape():
    reference = registry["is_contiguous"].reference
    shapes = [*SHAPES, (), (0,), (2, 0), (0, 3)]
    answers = [
        (reference(tuple(x.shape), x.stride()), x.is_contiguous())
        for shape in shapes
        for x in (layouts(shape) if shape else [torch.empty(())])
    ]
    assert all(mine == wanted for mine, wanted in answers)
    assert {wanted for _, wanted in answers} == {True, False}


REALS = ["bool", "uint8", "int8", "int16", "int32", "int64", "float16", "bfloat16", "float32",
         "float64"]  # fmt: skip
TYPES = [*REALS, "complex64", "complex128"]


@pytest.mark.parametrize("a", TYPES)
@pytest.mark.parametrize("b", TYPES)
def test_promotion_is_pytorchs(a, b):
    wanted = torch.promote_types(getattr(torch, a), getattr(torch, b))
    got = penlight.promote_types(getattr(penlight, a), getattr(penlight, b))
    assert str(got) == str(wanted)


def operands(L):
    """Tensors of every type, with dimensions and without, and Python numbers."""
    for name in TYPES:
        yield L.ones(2, dtype=getattr(L, name))
        yield L.ones((), dtype=getattr(L, name))
    yield from (True, 3, 2.5, 1j)


def test_result_type_is_pytorchs_for_every_pair():
    pairs = zip(
        itertools.product(operands(torch), repeat=2),
        itertools.product(operands(penlight), repeat=2),
        strict=True,
    )
    checked = 0
    for theirs, ours in pairs:
        wanted = torch.result_type(*theirs)
        if wanted is not torch.complex32:  # penlight has none
            assert str(penlight.result_type(*ours)) == str(wanted), (theirs, ours)
            checked += 1
    assert checked > 700

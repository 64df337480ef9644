"""The explorer's logic, run in the browser: against real PyTorch and against its Python twin."""

import itertools
import json
import random

import pytest
import torch

from tools.widgets import shapes

SIZES = (0, 1, 2, 3)
SMALL = [shape for n in range(4) for shape in itertools.product(SIZES, repeat=n)]
GENERATOR = random.Random(2)
PAIRS = [tuple(GENERATOR.choices(SMALL, k=2)) for _ in range(300)]
TRIPLES = [tuple(GENERATOR.choices(SMALL, k=3)) for _ in range(300)]
GROUPS = [((3, 1), (4,)), ((), ()), ((4, 1), (4,)), ((10**12, 1), (7,)), *PAIRS, *TRIPLES]


@pytest.fixture
def js(page, load_module):
    """Call an expression of the module's functions on one argument, `x`."""
    load_module("shapes.js")

    def call(expression, x=None):
        return page.evaluate(f"(x) => {{ const m = window.module; return {expression}; }}", x)

    return call


def test_alignment_and_strides_are_pytorchs(js):
    got = js(
        """x.map((shapes) => {
            const met = m.align(shapes);
            return met.clash ? m.pytorchError(met.clash)
                : [met.result, shapes.map((s) => m.expandedStrides(s, met.result))];
        })""",
        PAIRS + TRIPLES,
    )
    outcomes = set()
    for group, answer in zip(PAIRS + TRIPLES, got, strict=True):
        expected = pytorchs(group)
        assert answer == expected, group
        outcomes.add(type(expected))
    assert outcomes == {str, list}


def pytorchs(group):
    """What PyTorch makes of tensors of these shapes: [size, strides of each], or its error."""
    tensors = [torch.empty(shape) for shape in group]
    try:
        size = sum(tensors[1:], start=tensors[0]).shape
    except RuntimeError as error:
        return str(error)
    return [list(size), [list(t.expand(size).stride()) for t in tensors]]


def test_twin_tells_the_same_in_words(js):
    told = js(
        """x.map((shapes) => {
            const met = m.align(shapes);
            return [m.verdict(met, "+"), ...met.columns.map(m.columnWords)];
        })""",
        GROUPS,
    )
    for group, words in zip(GROUPS, told, strict=True):
        met = shapes.align(*group)
        assert words == [shapes.verdict(met, "+"), *map(shapes.column_words, met.columns)]


@pytest.mark.parametrize(
    ("first", "second"), [((3, 1), (4,)), ((2, 1, 3), (4, 1)), ((), (2, 2)), ((3,), (3,))]
)
def test_index_map_reads_the_cells_pytorch_reads(js, first, second):
    size = torch.broadcast_shapes(first, second)
    positions = js("m.positions(x)", list(size))
    assert [tuple(p) for p in positions] == list(itertools.product(*map(range, size)))
    for shape in (first, second):
        offsets = torch.arange(torch.Size(shape).numel()).reshape(shape)
        strides = js("m.contiguousStrides(x)", list(shape))
        assert tuple(strides) == offsets.stride()
        got = js(
            "x[2].map((p) => m.memoryOffset(m.sourceIndex(x[0], p), x[1]))",
            [list(shape), strides, positions],
        )
        assert got == offsets.expand(size).flatten().tolist()


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        ("3, 1", [3, 1]),
        ("(3,1)", [3, 1]),
        ("4,", [4]),
        ("[2 3 4]", [2, 3, 4]),
        ("torch.Size([5, 0])", [5, 0]),
        ("", []),
        ("()", []),
        (" 7 ", [7]),
        ("1000000000000", [10**12]),
    ],
)
def test_what_can_be_typed_as_a_shape(js, text, shape):
    assert js("m.parseShape(x)", text) == {"shape": shape}


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("three", "“three” is not a number"),
        ("3, N", "“N” is not a number"),
        ("-1, 2", "-1 is negative"),
        ("2.5", "2.5 is not a whole number"),
        ("3,,1", "no size between two commas"),
        (",", "no size between two commas"),
        ("(3, 1), (4,)", "bracket in the middle"),
        ("1000000000001", "too large"),
        ("9" * 400, "too large"),
        ("1 1 1 1 1 1 1 1 1", "9 dims"),
        ("1e3", "“1e3” is not a number"),
        ("<b>x</b>", "“<b>x</b>” is not a number"),
    ],
)
def test_silly_input_gets_a_sentence(js, text, sentence):
    answer = js("m.parseShape(x)", text)
    assert "shape" not in answer
    assert sentence in answer["error"]
    assert len(answer["error"]) < 120


def test_element_counts_stay_exact(js):
    huge = [10**12, 10**12, 7]
    assert js("String(m.elements(x))", huge) == str(7 * 10**24)
    assert js("m.grouped(m.elements(x))", [1234, 1000]) == "1,234,000"


def test_caution_only_for_the_silent_bug(js):
    warns = js(
        "x.map((shapes) => m.caution(m.align(shapes)) !== null)",
        [
            [[4, 1], [4]],
            [[4], [4, 1]],
            [[4, 1], [5]],
            [[4, 4], [4]],
            [[1, 1], [1]],
            [[4], [4]],
            [[], [4, 1]],
            [[3, 4], [3]],
        ],
    )
    assert warns == [True, True, False, False, False, False, False, False]
    told = js("m.caution(m.align(x))", [[4], [4, 1]])
    assert "squeeze" in json.dumps(told)

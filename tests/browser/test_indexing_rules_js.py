"""The index explorer's rules, run in a browser against real PyTorch."""

import random

import pytest

from tools.widgets import IndexExplorer
from tools.widgets.indexing import parse, pick

ITEMS = ["0", "-1", "2", ":", "1:", ":2", "::2", "-2:", "1:3", "5:1", "None", "...", "[0, 1]",
         "[1, 1, 0]", "[[0], [1]]", "torch.tensor([0, -1])", "[True, False]", "[]", "x > 3",
         "x % 2 == 0", "-3:-1", "9", "::0", "::-1"]  # fmt: skip
SHAPES = [(), (5,), (2, 3), (2, 2), (3, 4), (2, 3, 4), (2, 2, 2), (0, 3), (1, 4)]
GENERATOR = random.Random(3)


def random_index():
    items = GENERATOR.choices(ITEMS, k=GENERATOR.choice((1, 1, 2, 2, 2, 3, 4)))
    if items.count("...") > 1:
        items = [item for item in items if item != "..."] or ["..."]
    return ", ".join(items)


CASES = [(GENERATOR.choice(SHAPES), random_index()) for _ in range(1500)]
CASES += [((3, 4), "()"), ((), "()"), ((3, 4), "[[0, 1], [1, 2]]"), ((3, 4), "[[0, 1]],"),
          ((3, 4), "x[1, 2:]"), ((3,), "(x >= 1)")]  # fmt: skip


@pytest.fixture
def js(page, load_module):
    """Call an expression of the module's functions on one argument, `x`."""
    load_module("indexing_rules.js")

    def call(expression, x=None):
        return page.evaluate(f"(x) => {{ const m = window.module; return {expression}; }}", x)

    return call


def test_every_index_is_pytorchs(js):
    answers = js(
        """x.map(([shape, text]) => {
            const parsed = m.parseIndex(text);
            return parsed.error ? null : m.evaluate(shape, parsed.items);
        })""",
        CASES,
    )
    kinds = {"view": 0, "copy": 0, "error": 0}
    for (shape, text), answer in zip(CASES, answers, strict=True):
        wanted = pick(shape, text)
        where = f"{shape} x[{text}]"
        assert answer is not None, where
        if wanted.error:
            kinds["error"] += 1
            assert "refused" in answer, where
            two_faults = "too many" in answer["refused"]["message"] and "ValueError" in wanted.error
            same = answer["refused"]["type"] == wanted.error.partition(":")[0]
            assert same or two_faults, where
            continue
        assert "refused" not in answer, (where, answer)
        kinds["view" if wanted.is_view else "copy"] += 1
        assert answer["isView"] == wanted.is_view, where
        assert tuple(answer["shape"]) == wanted.shape, where
        assert tuple(answer["places"]) == wanted.places, where
        if wanted.places:
            assert tuple(answer["strides"]) == wanted.strides, where
            assert answer["offset"] == wanted.offset, where
    assert min(kinds.values()) > 100, kinds


@pytest.mark.parametrize(
    ("shape", "text"),
    [((3, 4), "3"), ((3, 4), "0, -5"), ((3,), "0, 0"), ((3, 4), "[0, 3]"), ((3,), "::0"),
     ((3,), "::-1"), ((3, 4), "[0, 1], [0, 1, 2]"), ((3, 4), "[True, False]")],
)  # fmt: skip
def test_errors_are_worded_as_pytorchs(js, shape, text):
    answer = js("m.evaluate(x[0], m.parseIndex(x[1]).items).refused", [list(shape), text])
    assert f"{answer['type']}: {answer['message']}" == pick(shape, text).error


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "Something must stand between the brackets"),
        ("[0, 1", "bracket is open or closed once too often"),
        ("1,,2", "nothing between two commas"),
        ("1.5", "1.5 is not a whole number"),
        ("foo", "“foo” is not understood"),
        ("True", "single True or False"),
        ("..., ...", "Write ... once"),
        ("[[0], [1, 2]]", "not equally long"),
        ("[0, True]", "mixes what does not go together"),
        ("[a]", "no list of positions"),
        ("1; 2", "not understood"),
        ("<b>x</b>", "not understood"),
        ("[[True, False, True]] * 2", "not understood"),
        ("0," * 9, "9 items"),
    ],
)
def test_silly_input_gets_a_sentence(js, text, sentence):
    answer = js("m.parseIndex(x)", text)
    assert "items" not in answer
    assert sentence in answer["error"]
    assert len(answer["error"]) < 160


def test_the_still_form_says_the_same(js):
    for shape, text in [((4, 6), "1:, ::2"), ((4, 6), "[0, 2]"), ((3,), "x > 0"), ((3,), "7")]:
        said = js("m.indexVerdict(x[1], m.evaluate(x[0], m.parseIndex(x[1]).items))",
                  [list(shape), text])  # fmt: skip
        assert IndexExplorer(shape, text).describe().startswith(f"{said}.")


def test_steps_follow_the_items(js):
    steps = js("m.evaluate([4, 6], m.parseIndex(x).items).steps", "1:, None, ::2")
    assert steps == [
        "1: for dim 0: 3 from number 1. Length 3, stride 1 × 6 = 6, and the start moves by "
        "1 × 6 = 6.",
        "None: a new dimension of length 1. Nothing moves.",
        "::2 for dim 1: 3 from number 0, every 2nd. Length 3, stride 2 × 1 = 2, and the start "
        "moves by 0 × 1 = 0.",
    ]
    assert "True 2 times" in js("m.evaluate([4], m.parseIndex(x).items).steps", "x > 1")[0]


def test_python_reads_the_same_language():
    for _, text in CASES:
        assert parse(text) is not None
    with pytest.raises(ValueError, match="not"):
        parse("[[True, False, True]] * 2")

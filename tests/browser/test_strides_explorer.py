"""The strides explorer: its rules against PyTorch, and itself moved from the keyboard."""

import itertools
import random
import re

import pytest
import torch
from playwright.sync_api import expect

from tools.widgets import StridesExplorer
from tools.widgets.strides import states

GENERATOR = random.Random(1)
STARTS = [(3, 4), (2, 3, 2), (6,), (4, 1), (1, 3, 1), (2, 0), ()]
STEPS = [
    "t()", "T", "transpose(0, 1)", "transpose(-1, 0)", "permute(1, 0)", "permute(2, 0, 1)",
    "view(-1)", "view(3, 4)", "view(2, -1)", "view(12, 1)", "view(2, 3, 2)", "reshape(-1)",
    "reshape(4, 3)", "reshape(2, 2, 3)", "reshape(5)", "contiguous()", "expand(3, 4)",
    "expand(2, -1, -1)", "expand(2, 3, 4)", "expand(1, 4, 3)", "unsqueeze(0)", "unsqueeze(-1)",
    "unsqueeze(3)", "squeeze()", "squeeze(0)", "squeeze(1)", "[1]", "[:, 1]", "[:, ::2]", "[1:]",
    "[-1]", "[:, -2:]", "[5]", "[0, 1]", "[1:3, 1:3]", "[3:1]", "[::3, 2:]", "view(-1, -1)",
]  # fmt: skip
PROGRAMS = [
    (start, program)
    for start in STARTS
    for program in [
        *([step] for step in STEPS),
        *(GENERATOR.choices(STEPS, k=n) for n in (2, 2, 3, 3, 4, 4) for _ in range(8)),
    ]
]


@pytest.fixture
def js(page, load_module):
    """Call an expression of the rules on one argument, `x`."""
    load_module("strides_rules.js")

    def call(expression, x=None):
        return page.evaluate(f"(x) => {{ const m = window.module; return {expression}; }}", x)

    return call


def pytorchs(start, program):
    """Shape, stride, offset, cells and memory after every step; None where PyTorch refuses."""
    try:
        found = states(start, program)
    except (RuntimeError, IndexError, ValueError, TypeError):
        return None
    return [
        [list(x.shape), list(x.stride()), x.storage_offset(), x.flatten().tolist()] for x in found
    ]


def test_every_step_is_pytorchs(js):
    got = js(
        """x.map(([start, program]) => {
            try {
                return m.takeAll(start, program).map(({ state }) => [state.shape, state.stride,
                    state.offset, m.placesOf(state).map((place) => state.memory[place])]);
            } catch (error) {
                if (!(error instanceof m.StepError)) throw error;
                return null;
            }
        })""",
        PROGRAMS,
    )
    refused = 0
    for (start, program), answer in zip(PROGRAMS, got, strict=True):
        assert answer == pytorchs(start, program), (start, program)
        refused += answer is None
    assert 50 < refused < len(PROGRAMS) - 50


def test_view_strides_are_pytorchs_for_every_small_layout(js):
    shapes = [s for n in (1, 2, 3) for s in itertools.product((1, 2, 3, 4), repeat=n)]
    asked, wanted = [], []
    for shape in shapes:
        x = torch.empty(*shape, 2)[..., 0]
        for layout in (
            torch.empty(shape),
            x,
            torch.empty(shape[::-1]).permute(*range(len(shape))[::-1]),
        ):
            for size in (s for s in shapes if torch.Size(s).numel() == layout.numel()):
                asked.append([list(layout.shape), list(layout.stride()), list(size)])
                try:
                    wanted.append(list(layout.view(size).stride()))
                except RuntimeError:
                    wanted.append(None)
    assert js("x.map((each) => m.strideOfView(...each))", asked) == wanted
    assert wanted.count(None) > 100


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "is no step"),
        ("flip()", "is no step"),
        ("view(2, x)", "“x” is not a whole number"),
        ("[]", "write an index between the brackets"),
        ("[::-1]", "slice step must be positive"),
        ("[1, 2, 3]", "too many indices for tensor of dimension 2"),
        ("transpose(0)", "takes 2 numbers"),
        (
            "transpose(0, 5)",
            "Dimension out of range (expected to be in range of [-2, 1], but got 5)",
        ),
        ("view(5, 2)", "shape '[5, 2]' is invalid for input of size 12"),
        ("expand(100, 3, 4)", "up to 96 are drawn"),
        ("<b>t()</b>", "is no step"),
    ],
)
def test_silly_steps_get_a_sentence(js, text, sentence):
    told = js(
        "(() => { try { m.take(m.begin([3, 4]), x); return 'taken'; } "
        "catch (e) { return e.message; } })()",
        text,
    )
    assert sentence in told


def test_a_refused_view_tells_what_pytorch_tells(js):
    with pytest.raises(RuntimeError) as raised:
        torch.arange(12).reshape(3, 4).t().view(12)
    told = js(
        "(() => { try { m.takeAll([3, 4], x); } catch (e) { return e.message; } })()",
        ["t()", "view(12)"],
    )
    assert told == str(raised.value)


def take(page, text):
    page.get_by_label("next step").fill(text)
    page.keyboard.press("Enter")


def test_steps_are_taken_and_undone_from_the_keyboard(page, show):
    show(StridesExplorer())
    outcome = page.locator(".pl-outcome")
    expect(outcome).to_contain_text("shape (3, 4), stride (4, 1), offset 0, contiguous")
    take(page, "t()")
    expect(outcome).to_contain_text("A view: no number moved")
    expect(outcome).to_contain_text("shape (4, 3), stride (1, 4), offset 0, not contiguous")
    expect(page.locator(".pl-code")).to_have_text("torch.arange(12).reshape(3, 4).t()")
    take(page, "view(12)")
    expect(outcome).to_contain_text("view(12) is refused.")
    expect(outcome).to_contain_text("Use .reshape(...) instead")
    expect(page.get_by_label("next step")).to_have_attribute("aria-invalid", "true")
    take(page, "reshape(12)")
    expect(outcome).to_contain_text("12 numbers were written to new memory, 10 of them to another")
    expect(page.locator(".pl-moved")).to_have_count(10)
    expect(page.get_by_role("status")).to_contain_text("A copy")
    page.get_by_role("button", name="undo").press("Enter")
    expect(outcome).to_contain_text("stride (1, 4)")
    page.get_by_role("button", name="undo").press("Enter")
    expect(page.get_by_role("button", name="undo")).to_be_disabled()


def test_cells_and_places_point_at_each_other(page, show):
    show(StridesExplorer((4, 4), ["[1:, :3]"]))
    page.get_by_role("grid", name="cells of x").get_by_role("gridcell").first.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowRight")
    told = page.locator(".pl-told")
    expect(page.locator(":focus")).to_have_accessible_name("x[1, 1] is 9, at place 9")
    expect(told).to_contain_text("x[1, 1] = 9")
    expect(told).to_contain_text("offset 4 + 1×4 + 1×1 = place 9")
    expect(page.locator(".pl-place.pl-on .pl-number")).to_have_text("9")
    page.get_by_role("grid", name="places in memory").get_by_role("gridcell").nth(7).focus()
    expect(told).to_have_text("Place 7 holds 7, which x does not show.")
    expect(page.locator(".pl-cell.pl-on")).to_have_count(0)


def test_a_stretched_place_is_shown_many_times(page, show):
    show(StridesExplorer((3, 1), ["expand(3, 4)"]))
    page.get_by_role("grid", name="places in memory").get_by_role("gridcell").nth(1).focus()
    expect(page.locator(".pl-cell.pl-on")).to_have_text(["1"] * 4)
    expect(page.locator(".pl-told")).to_contain_text("x[1, 0], x[1, 1], x[1, 2] and x[1, 3]")


def test_the_start_can_be_typed(page, show):
    show(StridesExplorer())
    field = page.get_by_label("shape of the new tensor")
    field.fill("2, 3, 4")
    expect(page.locator(".pl-outcome")).to_contain_text("stride (12, 4, 1)")
    expect(page.locator(".pl-slice")).to_have_count(3)  # two of x, one of the memory
    for text, sentence in {
        "2, x": "whole numbers",
        "9, 9": "up to 60",
        "1,1,1,1": "3 dims",
    }.items():
        field.fill(text)
        expect(field).to_have_attribute("aria-invalid", "true")
        expect(field).to_have_accessible_description(re.compile(sentence))


def test_every_example_shows_what_its_name_says(page, show):
    show(StridesExplorer())
    select = page.get_by_label("example")
    seen = {}
    for label in select.locator("option").all_text_contents()[1:]:
        select.select_option(label=label)
        expect(page.locator(".pl-note")).not_to_be_empty()
        expect(select.locator("option:checked")).to_have_text(label)
        seen[label] = page.locator(".pl-outcome").inner_text()
    assert len(seen) >= 8
    assert [k for k, text in seen.items() if "refused" in text] == [
        "transposed, then view: refused"
    ]
    assert [k for k, text in seen.items() if "A copy" in text] == [
        "transposed, then reshape: a copy"
    ]
    assert "stride (1, 0)" in seen["stretched"]


SHOWN = {
    "new": StridesExplorer(),
    "part": StridesExplorer((4, 4), ["[:, :3]", "view(2, 2, 3)"]),
    "copy": StridesExplorer((3, 4), ["t()", "reshape(12)"]),
    "empty": StridesExplorer((0, 3)),
}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", SHOWN)
def test_accessible_in_light_and_dark(page, show, assert_accessible, artifacts, name, scheme):
    page.emulate_media(color_scheme=scheme)
    show(SHOWN[name])
    cells = page.get_by_role("gridcell")
    if cells.count():
        cells.last.focus()
    assert_accessible(page, ".pl-widget")
    take(page, "view(7)")
    assert_accessible(page, ".pl-widget")
    page.screenshot(path=artifacts / f"strides-{name}-{scheme}.png", full_page=True)

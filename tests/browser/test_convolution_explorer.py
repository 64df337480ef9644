"""The convolution explorer: its JavaScript against PyTorch, and itself moved from the keyboard."""

import itertools

import pytest
import torch
import torch.nn.functional as F
from playwright.sync_api import expect

from tools.widgets import ConvolutionExplorer

PLAIN = {
    "size": 5,
    "kernel_size": 3,
    "stride": 1,
    "padding": 0,
    "dilation": 1,
    "output_padding": 0,
    "transposed": False,
}
SETTINGS = [
    dict(zip(PLAIN, each, strict=True))
    for each in itertools.product(
        (1, 4, 7), (1, 3, 4), (1, 2, 3), (0, 1, 3), (1, 2), (0, 1, 2), (False, True)
    )
]


def test_the_page_computes_what_python_computes(load_module, page):
    """And tests/widgets compares Python with PyTorch."""
    load_module("convolution_rules.js")
    theirs = page.evaluate(
        """(all) => all.map((each) => {
            const { out, error, rule } = window.module.convPlan(each);
            return [out, window.module.convOutput(each), rule, Boolean(error)];
        })""",
        SETTINGS,
    )
    for settings, (out, numbers, rule, failed) in zip(SETTINGS, theirs, strict=True):
        explorer = ConvolutionExplorer(**settings)
        assert (out, numbers) == (explorer.out, explorer.output()), settings
        assert failed == (explorer.out is None)
        words = explorer.describe()
        assert all(line in words for line in rule), (settings, rule, words)


@pytest.mark.parametrize(
    ("settings", "convolve", "how"),
    [
        ({"size": 4, "dilation": 2}, F.conv2d, {"dilation": 2}),
        ({"size": 1, "padding": 2, "transposed": True}, F.conv_transpose2d, {"padding": 2}),
        ({"output_padding": 1, "transposed": True}, F.conv_transpose2d, {"output_padding": 1}),
    ],
)
def test_refusals_are_in_pytorchs_words(load_module, page, settings, convolve, how):
    load_module("convolution_rules.js")
    settings = PLAIN | settings
    words = page.evaluate("(each) => window.module.convPlan(each).pytorch", settings)
    with pytest.raises(RuntimeError) as raised:
        convolve(torch.zeros(1, 1, *[settings["size"]] * 2), torch.zeros(1, 1, 3, 3), **how)
    assert words == str(raised.value)


def test_the_terms_of_a_number_add_up_to_it(load_module, page):
    load_module("convolution_rules.js")
    sums = page.evaluate(
        """(all) => all.flatMap((each) => {
            const out = window.module.convOutput(each);
            if (!out.length) return [];
            const last = out.length - 1;
            return [[window.module.convTerms(each, last, 0), out[last][0]]];
        })""",
        SETTINGS,
    )
    for text, number in sums:
        terms, _, total = text.partition(" = ")[2].rpartition(" = ")
        value = eval(terms.replace("·", "*").replace("−", "-").replace("nothing meets here", "0"))
        assert value == number == int(total.replace("−", "-")), text


def test_settings_typed_and_the_output_walked(page, show):
    show(ConvolutionExplorer())
    head = page.locator(".pl-head")
    expect(head).to_have_text("✓ 5 × 5 becomes 3 × 3")
    page.get_by_label("stride").focus()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Tab")
    page.keyboard.type("1")
    expect(head).to_have_text("✓ 5 × 5 becomes 3 × 3")
    expect(page.locator(".pl-outcome")).to_contain_text("⌊(7 − 3) / 2⌋ + 1 = ⌊4 / 2⌋ + 1 = 3")
    page.keyboard.press("Tab")  # dilation
    page.keyboard.press("Tab")  # the output
    for key in ("ArrowDown", "ArrowRight"):
        page.keyboard.press(key)
    explorer = ConvolutionExplorer(stride=2, padding=1)
    expect(page.locator(":focus")).to_have_accessible_name(
        f"output 1, 1 is {explorer.number(1, 1)}".replace("-", "−")
    )
    expect(page.locator(".pl-told")).to_contain_text("output[1, 1] = 1 · 1 + 5 · 0 + 1 · (−1)")
    expect(page.locator(".pl-a .pl-on")).to_have_count(9)
    expect(page.get_by_role("status")).to_contain_text("output[1, 1]")


def test_nothing_fits_and_says_why(page, show):
    show(ConvolutionExplorer(4))
    page.get_by_label("dilation").fill("2")
    expect(page.locator(".pl-head")).to_contain_text("the kernel reaches over 5")
    expect(page.locator(".pl-head")).to_contain_text("padding at least 1")
    expect(page.locator(".pl-outcome code")).to_contain_text("Kernel size: (5 x 5)")
    expect(page.get_by_role("gridcell")).to_have_count(0)
    page.get_by_label("padding", exact=True).fill("1")
    expect(page.locator(".pl-head")).to_have_text("✓ 4 × 4 becomes 2 × 2")
    page.get_by_label("stride").fill("9")
    expect(page.get_by_role("alert")).to_have_text("stride: a whole number from 1 to 4")
    expect(page.locator(".pl-head")).to_have_text("✓ 4 × 4 becomes 2 × 2")


def test_transposed_by_keyboard_and_every_example(page, show):
    show(ConvolutionExplorer(3, stride=2))
    page.get_by_label("transposed").focus()
    page.keyboard.press("Space")
    expect(page.locator(".pl-head")).to_have_text("✓ 3 × 3 becomes 7 × 7")
    page.get_by_label("output padding").fill("2")
    expect(page.locator(".pl-head")).to_contain_text("output_padding 2 must be smaller")
    select, seen = page.get_by_label("example"), {}
    for label in select.locator("option").all_text_contents()[1:]:
        select.select_option(label=label)
        expect(select).not_to_have_value("")
        seen[label] = page.locator(".pl-outcome").inner_text()
    assert len(seen) == 8
    assert [label for label, text in seen.items() if "RuntimeError" in text] == ["nothing fits"]
    assert "row and column" in seen["stride 3: the end is never looked at"]


SHOWN = {
    "plain": ConvolutionExplorer(6, padding=1, at=(2, 3)),
    "fails": ConvolutionExplorer(4, dilation=2),
    "transposed": ConvolutionExplorer(3, stride=2, transposed=True, at=(2, 2)),
}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", SHOWN)
def test_accessible_in_light_and_dark(page, show, assert_accessible, artifacts, name, scheme):
    page.emulate_media(color_scheme=scheme)
    show(SHOWN[name])
    assert_accessible(page, ".pl-widget")
    page.screenshot(path=artifacts / f"convolution-{name}-{scheme}.png", full_page=True)

"""Activations moved from the keyboard, and their JavaScript against their Python."""

import pytest
from playwright.sync_api import expect

from tools.widgets import ActivationExplorer
from tools.widgets.activation import ACTIVATIONS


def test_the_page_computes_what_python_computes(load_module, page):
    """And tests/widgets compares Python with PyTorch."""
    load_module("activation_rules.js")
    places = [k / 4 for k in range(-28, 29)]
    for name in ACTIVATIONS:
        theirs, flat = page.evaluate(
            """([name, places]) => [
                places.map((x) => Object.values(window.module.activationAt(name, x))),
                window.module.flatStretches(name),
            ]""",
            [name, places],
        )
        for x, (value, slope) in zip(places, theirs, strict=True):
            ours = ActivationExplorer(name, x)
            assert (value, slope) == pytest.approx((ours.value, ours.slope), abs=1e-7), (name, x)
        ends = [end for each in ours.flat() for end in each]
        assert [end for each in flat for end in each] == pytest.approx(ends)
    assert page.evaluate("Object.keys(window.module.ACTIVATIONS)") == list(ACTIVATIONS)


def test_the_words_are_pythons(load_module, page):
    load_module("activation_rules.js")
    for name in ACTIVATIONS:
        for x in (-7, -2.5, 0, 0.7, 6):
            words = page.evaluate(
                "([name, x]) => window.module.activationWords(name, x).join('\\n')", [name, x]
            )
            assert words == ActivationExplorer(name, x).describe()


def test_chosen_and_moved_from_the_keyboard(page, show):
    show(ActivationExplorer("Sigmoid", 0.0))
    head = page.locator(".pl-head")
    expect(head).to_have_text("Sigmoid at 0: value 0.5, slope 0.25.")
    expect(page.locator(".pl-words")).to_contain_text("Ten such steps in a row: 0.000001.")
    page.get_by_label("x", exact=True).focus()
    page.keyboard.press("End")
    expect(head).to_contain_text("Sigmoid at 7: value 0.9991, slope 0.0009.")
    expect(page.get_by_role("status")).to_contain_text("nearly nothing comes through")
    expect(page.locator(".pl-flat")).to_have_count(2)
    page.keyboard.press("ArrowLeft")
    expect(page.locator(".pl-count")).to_have_text("x = 6.9")
    page.get_by_label("activation", exact=True).focus()
    page.keyboard.press("Home")
    expect(head).to_have_text("ReLU at 6.9: value 6.9, slope 1.")
    for _ in ACTIVATIONS:
        page.keyboard.press("ArrowDown")
    expect(page.locator(".pl-formula")).to_have_text("ReLU6(x) = max(x, 0), cut off at 6")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("name", "x"), [("GELU", -1.0), ("Tanh", 2.5)])
def test_accessible_in_light_and_dark(page, show, assert_accessible, artifacts, name, x, scheme):
    page.emulate_media(color_scheme=scheme)
    show(ActivationExplorer(name, x))
    assert_accessible(page, ".pl-widget")
    page.screenshot(path=artifacts / f"activation-{name}-{scheme}.png", full_page=True)

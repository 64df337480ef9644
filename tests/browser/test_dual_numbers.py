"""Dual numbers moved from the keyboard, and their JavaScript against their Python."""

import pytest
from playwright.sync_api import expect

from tools.widgets import DualNumbers
from tools.widgets.duals import dual_steps

EXPRESSIONS = [
    "x * x + 3 * x",
    "-x ** 2 + 1 / (2 - x)",
    "sin(2 * x) / (x ^ 2 + 1)",
    "tanh(cos(x)) * x ** -2 - 3",
    "sqrt(x) + log(x)",
    "exp(exp(x) * 3)",
    "5",
    "2 * -x / 1e-3",
]


@pytest.mark.parametrize("x", [-1.35, 0.0, 2.6])
def test_the_page_computes_what_python_computes(load_module, page, x):
    load_module("duals.js")
    for expression in EXPRESSIONS:
        ours = [vars(step) for step in dual_steps(expression, x)]
        theirs = page.evaluate(
            "([text, x]) => window.module.dualSteps(text, x).map((s) => "
            "({ ...s, value: String(s.value), tangent: String(s.tangent) }))",
            [expression, x],
        )
        assert len(ours) == len(theirs)
        for one, two in zip(ours, theirs, strict=True):
            for part in ("value", "tangent"):
                number = float(two[part])
                assert one[part] == pytest.approx(number, nan_ok=True), (expression, one, two)
            assert (one["name"], one["formula"], one["rule"]) == (
                two["name"],
                two["formula"],
                two["rule"],
            )


@pytest.mark.parametrize(
    "text", ["x +", "y", "abs(x)", "x ** x", "(x", "x)", "2 3", "x $ 2", "", "sin x", "+x"]
)
def test_the_page_refuses_what_it_cannot_read(load_module, page, text):
    load_module("duals.js")
    message = page.evaluate(
        "(text) => { try { window.module.dualSteps(text, 1); return ''; } "
        "catch (e) { return e instanceof window.module.ExpressionError ? e.message : 'crash'; } }",
        text,
    )
    assert len(message) > 10, message


def test_typing_and_moving_from_the_keyboard(page, show):
    show(DualNumbers())
    field = page.get_by_label("function of x")
    expect(page.locator(".pl-head")).to_contain_text("value is 10 and the tangent 7: 10 + 7ε")
    field.focus()
    page.keyboard.press("Control+a")
    page.keyboard.type("x ** 3")
    expect(page.locator(".pl-head")).to_contain_text("value is 8 and the tangent 12")
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowRight")
    expect(page.locator(".pl-count")).to_have_text("x = 2.05")
    page.keyboard.press("Home")
    expect(page.locator(".pl-head")).to_contain_text(
        "At x = −4 the value is −64 and the tangent 48"
    )
    expect(page.get_by_role("status")).to_contain_text("tangent 48")
    row = page.get_by_role("row").filter(has=page.get_by_role("rowheader", name="u1 = x^3"))
    expect(row.get_by_role("cell")).to_have_text(["−64", "48", "3 · (−4)^2 · 1"])


def test_silly_input_is_answered_and_the_last_function_stays(page, show):
    show(DualNumbers())
    field = page.get_by_label("function of x")
    field.fill("x * y")
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_text("“y” is not known")).to_be_visible()
    expect(page.locator(".pl-head")).to_contain_text("value is 10")
    field.fill("x * x")
    expect(field).to_have_attribute("aria-invalid", "false")
    expect(page.locator(".pl-head")).to_contain_text("value is 4")


def test_every_example_can_be_chosen(page, show):
    show(DualNumbers(x=1.0))
    select = page.get_by_label("example")
    for text in select.locator("option").all_text_contents()[1:]:
        select.select_option(label=text)
        expect(page.get_by_label("function of x")).to_have_value(text)
        end = dual_steps(text, 1.0)[-1]
        expect(page.locator(".pl-last .pl-tangent")).not_to_have_text("nan")
        shown = page.locator(".pl-last .pl-tangent").inner_text().replace("−", "-")
        assert float(shown) == pytest.approx(end.tangent, rel=1e-3)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("expression", ["x * sin(x)", "sqrt(x - 5)"])
def test_accessible_in_light_and_dark(page, show, assert_accessible, artifacts, expression, scheme):
    page.emulate_media(color_scheme=scheme)
    show(DualNumbers(expression))
    assert_accessible(page, ".pl-widget")
    name = "dual-numbers" if "sin" in expression else "dual-numbers-nowhere"
    page.screenshot(path=artifacts / f"{name}-{scheme}.png", full_page=True)

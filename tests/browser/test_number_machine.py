"""The number machine moved from the keyboard, and its two sides compared."""

import pytest
from playwright.sync_api import expect

from tools.widgets import NumberMachine
from tools.widgets.number_steps import METHODS, steps


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("number", [0.3, 1.0, 2.0, 10.0, 77.0])
def test_the_page_computes_what_python_computes(page, load_module, method, number):
    load_module("number_steps.js")
    theirs = page.evaluate("([m, x]) => window.module.steps(m, x)", [method, number])
    ours = steps(method, number)
    assert len(theirs) == len(ours)
    for one, other in zip(ours, theirs, strict=True):
        values = list(one.value) if isinstance(one.value, tuple) else one.value
        # the two libraries' logarithms and cosines may differ in the last place
        assert other["value"] == pytest.approx(values, rel=1e-14, abs=1e-15)
        assert other["error"] == pytest.approx(one.error, rel=1e-6, abs=1e-14)


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("2", {"number": 2}),
        (" 0,5 ", {"number": 0.5}),
        ("1e3", {"number": 1000}),
        ("two", {"error": "“two” is not a number. Type one such as 2."}),
        ("", {"error": "“” is not a number. Type one such as 2."}),
    ],
)
def test_numbers_are_read_or_answered(page, load_module, text, answer):
    load_module("number_steps.js")
    assert page.evaluate("(text) => window.module.parseNumber(text, 'sqrt')", text) == answer


def test_right_digits_are_counted(page, load_module):
    load_module("number_steps.js")
    count = "([text, goal]) => window.module.rightCharacters(text, goal)"
    assert page.evaluate(count, ["1.4166", 1.4142]) == 4
    assert page.evaluate(count, ["2", 2]) == 1
    assert page.evaluate(count, ["-0.5", 0.5]) == 0


def now(page):
    return page.locator(".pl-number-now")


def test_arrows_on_the_slider_step_through_newton(page, show, assert_accessible):
    show(NumberMachine("sqrt", 2.0))
    expect(now(page)).to_contain_text("step 0 of")
    slider = page.get_by_role("slider", name="step")
    slider.focus()
    page.keyboard.press("ArrowRight")
    expect(now(page)).to_contain_text("root 1.5")
    expect(now(page)).to_contain_text("The middle of 2 and 2 / 2 = 1.")
    page.keyboard.press("ArrowRight")
    expect(page.locator(".pl-number-right")).to_have_text("1.41")
    expect(page.get_by_role("status")).to_contain_text("about 2 right digits")
    page.keyboard.press("End")
    expect(page.locator(".pl-number-right")).to_have_text("1.414213562373095")
    expect(page.get_by_role("button", name="next")).to_be_disabled()
    assert "step 0 off by 4.1e-1" in page.get_by_role("img").get_attribute("aria-label")
    page.get_by_role("button", name="back").press("Enter")
    expect(now(page)).to_contain_text("step 4 of 5")
    assert_accessible(page, ".pl-widget")


def test_cordic_turns_an_arrow(page, show, assert_accessible, artifacts):
    show(NumberMachine("sqrt", 2.0))
    page.get_by_label("find the").select_option(label="cosine and sine by CORDIC")
    field = page.get_by_label("angle in radians")
    field.fill("-4")
    expect(now(page)).to_contain_text("3 quarter turns to the right are taken out first")
    page.get_by_role("button", name="next").press("Enter")
    expect(now(page)).to_contain_text("turn left by 45.00°, the angle of slope 1")
    dial = page.get_by_role("img").nth(1)
    assert "it is to reach (-0.6536, 0.7568)" in dial.get_attribute("aria-label")
    page.get_by_role("slider", name="step").focus()
    page.keyboard.press("End")
    assert "points to (-0.6536, 0.7568)" in dial.get_attribute("aria-label")
    assert_accessible(page, ".pl-widget")
    page.screenshot(path=artifacts / "number-machine-cordic.png", full_page=True)


def test_silly_input_is_answered_and_the_last_number_stays(page, show):
    show(NumberMachine("log_series", 10.0))
    field = page.get_by_label("logarithm of")
    field.fill("-1")
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(field).to_have_accessible_description(
        "The logarithm by a series takes numbers from 1e-12 to 1e12 here."
    )
    expect(now(page)).to_contain_text("logarithm 2.772588")
    expect(field).to_have_value("-1")
    field.fill("8")
    expect(field).to_have_attribute("aria-invalid", "false")
    expect(page.get_by_role("status")).to_contain_text("8 = 0.5 × 2^4")


def test_a_number_the_other_method_does_not_take_is_replaced(page, show):
    show(NumberMachine("sqrt", 5000.0))
    page.get_by_label("find the").select_option("cos_sin")
    expect(page.get_by_label("angle in radians")).to_have_value("1")
    expect(now(page)).to_contain_text("step 0 of 50")


def test_square_roots_lose_digits_in_the_plot(page, show, artifacts):
    show(NumberMachine("log_roots", 10.0, step=45))
    words = page.get_by_role("img").get_attribute("aria-label")
    assert "step 45, the last, off by" in words
    page.emulate_media(color_scheme="dark")
    page.screenshot(path=artifacts / "number-machine-roots.png", full_page=True)


def test_the_still_form_stands_in_without_script(browser, tmp_path):
    saved = NumberMachine("sqrt", 2.0).save(tmp_path / "page.html")
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(saved.as_uri())
    expect(page.get_by_role("img", name="Number machine")).to_be_visible()
    context.close()

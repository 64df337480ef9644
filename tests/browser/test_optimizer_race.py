"""The optimizer race moved from the keyboard, and its rules held against torch.optim."""

import pytest
from playwright.sync_api import expect

from tools.widgets import OptimizerRace
from tools.widgets.race import LAST
from tools.widgets.race_surfaces import OPTIMIZERS, SURFACES, height_at, path


@pytest.mark.parametrize("surface", SURFACES)
def test_the_page_takes_the_steps_that_torch_takes(page, load_module, surface):
    load_module("race_rules.js")
    left, right, low, high = SURFACES[surface].frame
    starts = [SURFACES[surface].start, (0.7 * right, 0.6 * high), (0.3 * left, 0.8 * low)]
    for start in starts:
        for name, usual in SURFACES[surface].rates.items():
            for rate in (usual, usual / 10):
                theirs = page.evaluate(
                    "(x) => window.module.pathOf(...x)", [surface, name, rate, list(start), 100]
                )
                ours = path(surface, name, rate, start, 100)
                assert len(theirs) == len(ours)
                for one, other in zip(ours, theirs, strict=True):
                    assert other == pytest.approx(one, rel=1e-9, abs=1e-10), (start, name, rate)
                height = page.evaluate(
                    "(x) => window.module.SURFACES[x[0]].height(...x[1])", [surface, ours[-1]]
                )
                assert height == pytest.approx(height_at(surface, ours[-1]), rel=1e-9, abs=1e-12)


def test_the_page_blows_up_where_torch_does(page, load_module):
    load_module("race_rules.js")
    for name in OPTIMIZERS:
        for rate in (0.5, 3.0):
            ask = ["ravine", name, rate, [-4.5, 1.2], LAST]
            theirs = page.evaluate("(x) => window.module.pathOf(...x)", ask)
            assert len(theirs) == len(path(*ask))


def test_slider_places_are_rates(page, load_module):
    load_module("race_rules.js")
    for rate in sorted({rate for each in SURFACES.values() for rate in each.rates.values()}):
        back = page.evaluate("(r) => window.module.rateAt(window.module.powerOf(r))", rate)
        assert back == pytest.approx(rate)


def test_step_play_and_reset_from_the_keyboard(page, show, assert_accessible):
    show(OptimizerRace("ravine"))
    slider = page.get_by_label("step", exact=True)
    picture = page.get_by_role("img", name="The surface")
    page.get_by_role("button", name="step ▶").press("Enter")
    expect(slider).to_have_value("1")
    expect(picture).to_have_accessible_name(
        "The surface “ravine” from above. After 1 step: SGD at (−4.23, −0.96), height 22.8; "
        "momentum at (−4.46, 0.84), height 20.5; RMSprop at (−4, 0.7), height 15.4; "
        "Adam at (−4.3, 1), height 24.2."
    )
    expect(page.get_by_role("status")).to_contain_text("After 1 step: SGD at (−4.23, −0.96)")
    slider.focus()
    page.keyboard.press("ArrowRight")
    expect(slider).to_have_value("2")
    page.get_by_role("button", name="◀ step").press("Enter")
    expect(slider).to_have_value("1")
    play = page.get_by_role("button", name="play")
    play.press("Enter")
    page.wait_for_function("window.widgetModel.get('step') > 4")
    page.get_by_role("button", name="pause").press("Enter")
    stopped = page.evaluate("window.widgetModel.get('step')")
    page.wait_for_timeout(250)
    assert page.evaluate("window.widgetModel.get('step')") == stopped
    slider.focus()
    page.keyboard.press("End")
    expect(page.locator(".pl-now").nth(0)).to_contain_text("height 7.6e−16")
    page.get_by_role("button", name="reset").press("Enter")
    expect(slider).to_have_value("0")
    expect(page.locator(".pl-way[points]").first).to_have_attribute("points", "24.0,56.7")
    assert_accessible(page, ".pl-widget")


def test_play_stops_at_the_end(page, show):
    show(OptimizerRace("ravine", step=LAST - 2))
    page.get_by_role("button", name="play").press("Enter")
    page.wait_for_function(f"window.widgetModel.get('step') === {LAST}")
    expect(page.get_by_role("button", name="play")).to_be_visible()


def test_learning_rates_and_runners(page, show, assert_accessible, artifacts):
    show(OptimizerRace("ravine", step=40))
    rate = page.get_by_label("SGD: learning rate")
    rate.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    assert page.evaluate("window.widgetModel.get('rates').SGD") == 0.079
    expect(rate).to_have_attribute("aria-valuetext", "0.079")
    now = page.locator("fieldset.pl-SGD .pl-now")
    expect(now).to_contain_text("outside the picture")
    page.keyboard.press("End")
    expect(now).to_have_text("has blown up: its learning rate is too large here")
    page.get_by_label("Adam", exact=True).press("Space")
    assert page.evaluate("window.widgetModel.get('shown')") == ["SGD", "momentum", "RMSprop"]
    expect(page.locator("fieldset.pl-Adam .pl-now")).to_have_text("does not run")
    expect(page.locator(".pl-map .pl-way")).to_have_count(3)
    page.get_by_label("Adam", exact=True).press("Space")
    page.emulate_media(color_scheme="dark")
    assert_accessible(page, ".pl-widget")
    page.screenshot(path=artifacts / "optimizer-race-dark.png", full_page=True)


def test_another_surface_another_start(page, show, artifacts):
    show(OptimizerRace("ravine", step=5))
    page.get_by_label("surface", exact=True).select_option("saddle")
    assert page.evaluate("window.widgetModel.get('step')") == 0
    assert page.evaluate("window.widgetModel.get('rates')") == SURFACES["saddle"].rates
    page.get_by_label("start y").focus()
    for _ in range(3):
        page.keyboard.press("ArrowLeft")
    assert page.evaluate("window.widgetModel.get('start')") == pytest.approx([-2, -0.002])
    page.get_by_label("step", exact=True).focus()
    page.keyboard.press("End")
    expect(page.locator("fieldset.pl-SGD .pl-now")).to_contain_text("−1.41), height −0.5")
    page.screenshot(path=artifacts / "optimizer-race-saddle.png", full_page=True)
    box = page.locator(".pl-map").bounding_box()
    page.mouse.click(box["x"] + 0.75 * box["width"], box["y"] + 0.25 * box["height"])
    assert page.evaluate("window.widgetModel.get('start')") == pytest.approx([1.25, 1.25], abs=0.02)

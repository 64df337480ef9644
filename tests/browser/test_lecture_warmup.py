"""Lecture 00 as a student meets it: opened in JupyterLab, run, its machine moved by keyboard."""

from pathlib import Path

from playwright.sync_api import expect

LECTURE = Path(__file__).parents[2] / "lectures" / "00_warmup.ipynb"


def test_lecture_runs_and_its_machines_move_from_the_keyboard(
    lab, page, artifacts, assert_accessible
):
    notebook = lab.open(page, lab.put(LECTURE))
    notebook.run_all()
    notebook.assert_no_errors()

    machines = page.locator(".pl-widget")
    expect(machines).to_have_count(4)
    newton, cordic = machines.first, machines.nth(3)
    newton.get_by_role("slider", name="step").focus()
    page.keyboard.press("ArrowRight")
    expect(newton.locator(".pl-number-now")).to_contain_text("root 1.5")
    page.keyboard.press("End")
    expect(newton.locator(".pl-number-right")).to_have_text("1.414213562373095")

    field = cordic.get_by_label("angle in radians")
    field.focus()
    page.keyboard.press("Control+a")
    page.keyboard.type("3.49")
    expect(cordic.locator(".pl-number-now")).to_contain_text("2 quarter turns to the left")
    expect(newton.get_by_role("slider", name="step")).not_to_have_value("0")
    assert_accessible(page, ".pl-widget")
    cordic.scroll_into_view_if_needed()
    page.screenshot(path=artifacts / "lecture-warmup.png")

"""Lecture 04 as a student meets it: opened in JupyterLab, run, its pieces moved by keyboard."""

from pathlib import Path

from playwright.sync_api import expect

LECTURE = Path(__file__).parents[2] / "lectures" / "04_autograd.ipynb"


def test_lecture_runs_and_its_pieces_move_from_the_keyboard(
    lab, page, artifacts, assert_accessible
):
    notebook = lab.open(page, lab.put(LECTURE))
    notebook.run_all()
    notebook.assert_no_errors()

    duals = page.get_by_role("group", name="Dual numbers")
    duals.get_by_label("x, moving at rate 1").focus()
    page.keyboard.press("ArrowRight")
    expect(duals.locator(".pl-head")).to_contain_text("At x = 2.05")
    duals.scroll_into_view_if_needed()
    page.screenshot(path=artifacts / "lecture-autograd-duals.png")

    steppers = page.get_by_role("group", name="Backward stepper")
    expect(steppers).to_have_count(3)
    for number in range(3):
        stepper = steppers.nth(number)
        stepper.get_by_label("step", exact=True).focus()
        page.keyboard.press("End")
        expect(stepper.locator(".pl-head")).to_have_text(
            "The sums are what backward() puts into .grad."
        )
        page.keyboard.press("ArrowLeft")
        stepper.scroll_into_view_if_needed()
        page.screenshot(path=artifacts / f"lecture-autograd-stepper-{number}.png")
    assert_accessible(page, ".pl-widget")

"""Lecture 01 as a student meets it: opened in JupyterLab, run, both pieces moved by keyboard."""

from pathlib import Path

from playwright.sync_api import expect

LECTURE = Path(__file__).parents[2] / "lectures" / "01_tensors.ipynb"


def test_lecture_runs_and_its_pieces_move_from_the_keyboard(
    lab, page, artifacts, assert_accessible
):
    notebook = lab.open(page, lab.put(LECTURE))
    notebook.run_all()
    notebook.assert_no_errors()

    table = page.get_by_role("group", name="Type promotion table")
    table.get_by_label("second operand").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowRight")
    expect(table.locator(".pl-outcome")).to_contain_text("An int64 tensor + a bfloat16 tensor")
    assert_accessible(page, ".pl-widget")
    table.scroll_into_view_if_needed()
    page.screenshot(path=artifacts / "lecture-tensors-types.png")

    explorer = page.get_by_role("group", name="Strides explorer")
    explorer.get_by_label("next step").focus()
    page.keyboard.type("[:, ::2]")
    page.keyboard.press("Enter")
    page.keyboard.type("t()")
    page.keyboard.press("Enter")
    page.keyboard.type("view(6)")
    page.keyboard.press("Enter")
    expect(explorer.locator(".pl-outcome")).to_contain_text("view(6) is refused")
    explorer.get_by_role("grid", name="cells of x").get_by_role("gridcell").first.focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator(":focus")).to_have_accessible_name("x[0, 1] is 4, at place 4")
    explorer.scroll_into_view_if_needed()
    page.screenshot(path=artifacts / "lecture-tensors-strides.png")

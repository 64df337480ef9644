"""Lecture 03 as a student meets it: opened in JupyterLab, run, its explorer moved by keyboard."""

from pathlib import Path

from playwright.sync_api import expect

LECTURE = Path(__file__).parents[2] / "lectures" / "03_indexing.ipynb"


def test_lecture_runs_and_its_explorer_moves_from_the_keyboard(
    lab, page, artifacts, assert_accessible
):
    notebook = lab.open(page, lab.put(LECTURE))
    notebook.run_all()
    notebook.assert_no_errors()

    explorer = page.locator(".pl-widget").first
    field = explorer.get_by_label("index, x[…]")
    field.focus()
    page.keyboard.press("Control+a")
    page.keyboard.type("[0, 0, 3], 1:")
    expect(explorer.locator(".pl-outcome")).to_contain_text("is a copy of shape (3, 5)")
    page.keyboard.press("Tab")  # the grid of x
    page.keyboard.press("ArrowRight")
    expect(page.locator(":focus")).to_have_accessible_name("x[0, 1] is 1, picked 2 times")
    expect(explorer.locator(".pl-told")).to_contain_text("Backward adds 2 gradients up there")
    assert_accessible(page, ".pl-widget")
    explorer.scroll_into_view_if_needed()
    page.screenshot(path=artifacts / "lecture-indexing.png")

"""Lecture 02 as a student meets it: opened in JupyterLab, run, its explorer moved by keyboard."""

from pathlib import Path

from playwright.sync_api import expect

LECTURE = Path(__file__).parents[2] / "lectures" / "02_broadcasting.ipynb"


def test_lecture_runs_and_its_explorer_moves_from_the_keyboard(
    lab, page, artifacts, assert_accessible
):
    notebook = lab.open(page, lab.put(LECTURE))
    notebook.run_all()
    notebook.assert_no_errors()

    explorer = page.locator(".pl-widget").first
    field = explorer.get_by_label("shape of a")
    field.focus()
    page.keyboard.press("Control+a")
    page.keyboard.type("5, 2")
    page.keyboard.press("Tab")
    page.keyboard.press("Control+a")
    page.keyboard.type("2")
    expect(explorer.locator(".pl-outcome")).to_contain_text("(5, 2) + (2,) gives (5, 2)")
    for _ in range(4):  # the button, the grids of a and b, then the result
        page.keyboard.press("Tab")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowRight")
    expect(page.locator(":focus")).to_have_accessible_name(
        "result[1, 1] is 24, from a[1, 1] and b[1]"
    )
    assert_accessible(page, ".pl-widget")
    explorer.scroll_into_view_if_needed()
    page.screenshot(path=artifacts / "lecture-broadcasting.png")

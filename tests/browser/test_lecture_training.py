"""Lecture 06 as a student meets it: opened in JupyterLab, run, its pieces moved by keyboard."""

from pathlib import Path

from playwright.sync_api import expect

LECTURES = Path(__file__).parents[2] / "lectures"


def test_part_a_runs_and_its_race_moves_from_the_keyboard(lab, page, artifacts, assert_accessible):
    notebook = lab.open(page, lab.put(LECTURES / "06a_training.ipynb"))
    notebook.run_all()
    notebook.assert_no_errors()

    race = page.get_by_role("group", name="Optimizer race")
    race.get_by_label("step", exact=True).focus()
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    expect(race.get_by_label("step", exact=True)).to_have_attribute("aria-valuetext", "3 of 300")
    page.keyboard.press("End")
    expect(race.locator("fieldset.pl-momentum .pl-now")).to_contain_text("height 3.3e−13")
    assert_accessible(page, ".pl-widget")
    race.scroll_into_view_if_needed()
    page.screenshot(path=artifacts / "lecture-training-race.png")


def test_part_b_runs_and_trains_both_libraries_beside_its_cells(
    lab, page, artifacts, assert_accessible
):
    notebook = lab.open(page, lab.put(LECTURES / "06b_training.ipynb"))
    notebook.run_all()
    notebook.assert_no_errors()

    dashboards = page.get_by_role("group", name="Training dashboard")
    expect(dashboards).to_have_count(3)
    expect(dashboards.nth(1).locator(".pl-done")).to_be_visible()
    for number in (0, 2):  # PyTorch's, penlight's
        dashboard = dashboards.nth(number)
        dashboard.get_by_label("pace").select_option("full speed")
        start = dashboard.get_by_role("button", name="start")
        start.focus()
        page.keyboard.press("Enter")
        expect(dashboard.locator(".pl-done")).to_be_visible(timeout=60_000)
        expect(dashboard.get_by_role("img")).to_have_count(4)
        dashboard.scroll_into_view_if_needed()
        page.screenshot(path=artifacts / f"lecture-training-dashboard-{number}.png")
    assert_accessible(page, ".pl-widget")

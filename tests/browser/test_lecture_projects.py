"""Lecture 08 as a student meets it: opened in JupyterLab and run; its pictures are there."""

from pathlib import Path

from playwright.sync_api import expect

LECTURES = Path(__file__).parents[2] / "lectures"


def test_it_runs_and_shows_its_pictures_and_counts(lab, page, artifacts):
    notebook = lab.open(page, lab.put(LECTURES / "08_projects.ipynb"))
    notebook.run_all()
    notebook.assert_no_errors()

    matrix = page.get_by_alt_text("Confusion matrix, ten by ten")
    matrix.scroll_into_view_if_needed()
    expect(matrix).to_be_visible()
    page.screenshot(path=artifacts / "lecture-projects-confusion.png")
    expect(page.get_by_alt_text("Two rows with the noisy digits")).to_have_count(1)
    counted = page.get_by_text("44,549,160 parameters in 101 layers")
    expect(counted).to_have_count(1)

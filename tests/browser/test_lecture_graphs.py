"""Lecture 07 as a student meets it: opened in JupyterLab and run, its pictures with words."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

LECTURES = Path(__file__).parents[2] / "lectures"


@pytest.mark.parametrize(("part", "pictures"), [("a", 12), ("b", 2)])
def test_both_parts_run_and_their_graphs_are_drawn(lab, page, artifacts, part, pictures):
    notebook = lab.open(page, lab.put(LECTURES / f"07{part}_graphs.ipynb"))
    notebook.run_all()
    notebook.assert_no_errors()
    drawn = page.locator(".jp-OutputArea-output img")
    assert drawn.count() == pictures
    for each in drawn.all():
        assert len(each.get_attribute("alt")) > 20
    drawn.last.scroll_into_view_if_needed()
    expect(drawn.last).to_be_visible()
    page.screenshot(path=artifacts / f"lecture-graphs-{part}.png")

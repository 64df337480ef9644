"""What a student sees after a failed check, in JupyterLab."""

import pytest
from nbformat.v4 import new_code_cell

WRONG = """
from autograder import check

def frexp(x):
    if x == 0:
        return (0.0, 0)
    exponent = 0
    while x >= 1:
        x, exponent = x / 2, exponent + 1
    return (x, exponent)

check("frexp")
"""


@pytest.mark.parametrize("theme", ["JupyterLab Light", "JupyterLab Dark"])
def test_each_line_of_a_failed_check_stands_beside_its_label(
    lab, page, artifacts, assert_accessible, theme
):
    name = lab.put([new_code_cell(WRONG)], f"check-{theme.split()[1].lower()}.ipynb")
    notebook = lab.open(page, name, theme)
    notebook.run_all()
    notebook.assert_no_errors()
    report = page.locator("section[aria-label='Check of frexp']")
    labels = report.get_by_role("rowheader")
    told = {label.inner_text(): label for label in labels.all()}
    assert {"Asked", "Call", "Expected", "Got", "Broken", "Hint"} <= set(told)
    lines = []
    for text in ("Asked", "Call", "Expected", "Got", "Broken", "Hint"):
        beside = told[text].locator("xpath=following-sibling::td")
        left, right = told[text].bounding_box(), beside.bounding_box()
        assert left["y"] == pytest.approx(right["y"], abs=2)
        assert left["x"] + left["width"] <= right["x"] + 1
        assert beside.evaluate("cell => getComputedStyle(cell).textAlign") == "left"
        lines.append(left["y"])
    assert lines == sorted(lines)
    page.screenshot(path=artifacts / f"check-{theme.split()[1].lower()}.png")
    assert_accessible(page, "section[aria-label='Check of frexp']")

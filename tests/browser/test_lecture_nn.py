"""Lecture 05 as a student meets it: opened in JupyterLab, run, its pieces moved by keyboard."""

from pathlib import Path

from playwright.sync_api import expect

LECTURES = Path(__file__).parents[2] / "lectures"


def test_first_half_runs_and_its_activation_moves(lab, page, artifacts, assert_accessible):
    notebook = lab.open(page, lab.put(LECTURES / "05a_nn.ipynb"))
    notebook.run_all()
    notebook.assert_no_errors()

    activation = page.get_by_role("group", name="Activation and its gradient")
    activation.get_by_label("x", exact=True).focus()
    page.keyboard.press("ArrowRight")
    expect(activation.locator(".pl-head")).to_contain_text("Sigmoid at 2.6: value 0.9309")
    activation.scroll_into_view_if_needed()
    page.screenshot(path=artifacts / "lecture-nn-activation.png")
    assert_accessible(page, ".pl-widget")


def test_second_half_runs_and_its_pieces_move(lab, page, artifacts, assert_accessible):
    notebook = lab.open(page, lab.put(LECTURES / "05b_nn.ipynb"))
    notebook.run_all()
    notebook.assert_no_errors()

    norm = page.get_by_role("group", name="Batch norm in training and evaluation")
    norm.get_by_role("button", name="call the layer").focus()
    page.keyboard.press("Enter")
    expect(norm.locator(".pl-head")).to_contain_text("running mean 0.3, running var 1.3667")
    norm.scroll_into_view_if_needed()
    page.screenshot(path=artifacts / "lecture-nn-batch-norm.png")

    convolutions = page.get_by_role("group", name="Convolution explorer")
    expect(convolutions).to_have_count(2)
    for number, (label, key, head) in enumerate(
        [("stride", "ArrowDown", "7 × 7 becomes 3 × 3"), ("padding", "ArrowUp", "becomes 5 × 5")]
    ):
        explorer = convolutions.nth(number)
        explorer.get_by_label(label, exact=True).focus()
        page.keyboard.press(key)
        expect(explorer.locator(".pl-head")).to_contain_text(head)
        cell = explorer.get_by_role("gridcell").first
        cell.focus()
        page.keyboard.press("ArrowDown")
        expect(explorer.locator(".pl-told")).to_contain_text("output[1, 0] = ")
        explorer.scroll_into_view_if_needed()
        page.screenshot(path=artifacts / f"lecture-nn-convolution-{number}.png")
    assert_accessible(page, ".pl-widget")

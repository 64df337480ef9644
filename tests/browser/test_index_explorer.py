"""The index explorer moved from the keyboard: on its own page and in JupyterLab."""

import nbformat
import pytest
from playwright.sync_api import expect

from tools.widgets import IndexExplorer


def write(page, label, text):
    """Type `text` over what stands in the field called `label`."""
    page.get_by_label(label).focus()
    page.keyboard.press("Control+a")
    page.keyboard.press("Delete")
    page.keyboard.type(text)


def outcome(page):
    return page.locator(".pl-outcome")


def test_a_typed_index_is_a_view_or_a_copy(page, show):
    show(IndexExplorer())
    write(page, "index, x[…]", "x[2, 1:4]")
    expect(outcome(page)).to_contain_text(
        "x[2, 1:4] is a view of shape (3,), strides (1,), offset 13"
    )
    expect(outcome(page)).to_contain_text("Writing into it writes into x")
    expect(
        page.get_by_role("grid", name="cells of the result").get_by_role("gridcell")
    ).to_have_text(["13", "14", "15"])
    expect(page.locator(".pl-steps li").first).to_contain_text("the start moves by 2 × 6 = 12")
    expect(page.get_by_role("status")).to_contain_text("is a view of shape (3,)")
    write(page, "index, x[…]", "[2, 0, 2]")
    expect(outcome(page)).to_contain_text(
        "is a copy of shape (3, 6), strides (6, 1), in new memory"
    )
    write(page, "shape of x", "3")
    expect(outcome(page)).to_contain_text("is a copy of shape (3,)")
    expect(page.locator(".pl-panel.pl-a .pl-idle.pl-cell")).to_have_text(["1"])
    expect(page.locator(".pl-many")).to_have_text(["×2"])


def test_failures_and_silly_input_are_answered(page, show):
    show(IndexExplorer())
    write(page, "index, x[…]", "0, 6")
    expect(outcome(page).locator("code")).to_have_text(
        "IndexError: index 6 is out of bounds for dimension 1 with size 6"
    )
    expect(page.get_by_role("gridcell")).to_have_count(0)
    write(page, "index, x[…]", "0, six")
    field = page.get_by_label("index, x[…]")
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(field).to_have_accessible_description(
        "“six” is not understood. Type what may stand in x[…]: ints, slices, None, ..., lists, "
        "or x > 5."
    )
    expect(field).to_have_value("0, six")
    write(page, "shape of x", "40, 40")
    expect(page.get_by_label("shape of x")).to_have_accessible_description(
        "That is 1600 elements. Up to 96 are drawn here."
    )


def test_arrows_walk_the_cells_and_tell_where_they_lie(page, show):
    show(IndexExplorer((4, 6), "1:, ::2"))
    page.get_by_label("index, x[…]").focus()
    page.keyboard.press("Tab")  # the grid of x
    expect(page.locator(":focus")).to_have_accessible_name("x[0, 0] is 0, not picked")
    told = page.locator(".pl-told")
    expect(told).to_contain_text("x[0, 0] is not picked. Backward leaves its gradient 0.")
    page.keyboard.press("Tab")
    for key in ("ArrowDown", "ArrowRight"):
        page.keyboard.press(key)
    expect(page.locator(":focus")).to_have_accessible_name("result[1, 1] is 14, read from x[2, 2]")
    expect(told).to_contain_text("result[1, 1] is x[2, 2], which lies at place 14.")
    expect(told).to_contain_text("place = offset 6 + 1 × 6 + 1 × 2")
    expect(page.locator(".pl-panel.pl-a .pl-box.pl-on")).to_have_text("14")
    write(page, "index, x[…]", "[2, 2]")
    page.get_by_role("grid", name="cells of x").get_by_role("gridcell").nth(13).hover()
    expect(told).to_contain_text("x[2, 1] is picked 2 times. Backward adds 2 gradients up there.")
    expect(told).to_contain_text("It is result[0, 1], result[1, 1].")


def test_every_example_shows_what_its_name_says(page, show):
    show(IndexExplorer())
    select = page.get_by_label("example")
    seen = {}
    for label in select.locator("option").all_text_contents()[1:]:
        select.select_option(label=label)
        expect(page.locator(".pl-note")).not_to_be_empty()
        seen[label] = outcome(page).inner_text()
    assert len(seen) >= 10
    assert [label for label, text in seen.items() if "Error" in text] == ["it fails: one too far"]
    assert "(3,), strides (1,), in new memory" in seen["two lists: pairs"]
    assert "(2, 3), strides (3, 1), in new memory" in seen["a column and a row: a grid"]
    assert "a view of shape (4,), strides (6,)" in seen["a column"]


SHOWN = {
    "view": IndexExplorer(),
    "copy": IndexExplorer((2, 3, 4), "[0, 1], :, [3, 0]"),
    "fails": IndexExplorer((4, 6), "4"),
    "empty": IndexExplorer((4, 6), "2:2"),
}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", SHOWN)
def test_accessible_in_light_and_dark(page, show, assert_accessible, artifacts, name, scheme):
    page.emulate_media(color_scheme=scheme)
    show(SHOWN[name])
    cells = page.get_by_role("gridcell")
    if cells.count():
        cells.last.focus()
    assert_accessible(page, ".pl-widget")
    page.screenshot(path=artifacts / f"index-{name}-{scheme}.png", full_page=True)
    write(page, "index, x[…]", "oops")
    assert_accessible(page, ".pl-widget")


def test_in_jupyterlab_kernel_and_page_move_each_other(lab, page, artifacts):
    cells = [
        nbformat.v4.new_code_cell(
            "from tools.widgets import IndexExplorer\n"
            "explorer = IndexExplorer((3, 4), '0')\nexplorer"
        ),
        nbformat.v4.new_code_cell("explorer.index = ':, 1'"),
    ]
    notebook = lab.open(page, lab.put(cells, "index.ipynb"))
    notebook.run_all()
    notebook.assert_no_errors()
    expect(outcome(page)).to_contain_text("x[:, 1] is a view of shape (3,), strides (4,), offset 1")
    write(page, "index, x[…]", "None, 2")
    expect(outcome(page)).to_contain_text("x[None, 2] is a view of shape (1, 4)")
    page.screenshot(path=artifacts / "index-in-jupyterlab.png")
    page.evaluate(
        """() => {
            const panel = window.jupyterapp.shell.currentWidget;
            panel.content.activeCellIndex = 1;
            panel.content.activeCell.model.sharedModel.setSource("print(explorer.index)");
            window.jupyterapp.commands.execute("notebook:run-cell");
        }"""
    )
    expect(page.locator(".jp-OutputArea-output").last).to_have_text("None, 2")

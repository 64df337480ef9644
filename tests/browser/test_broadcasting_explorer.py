"""The explorer moved from the keyboard: on its own page, in JupyterLab, and in a saved page."""

import re

import nbformat
import pytest
from nbconvert.preprocessors import ExecutePreprocessor
from playwright.sync_api import expect

from tools.widgets import BroadcastingExplorer
from tools.widgets.base import standalone_page


def write(page, label, text):
    """Type `text` over what stands in the field called `label`."""
    page.get_by_label(label).focus()
    page.keyboard.press("Control+a")
    page.keyboard.press("Delete")
    page.keyboard.type(text)


def outcome(page):
    return page.locator(".pl-outcome")


def test_typed_shapes_line_up(page, show):
    show(BroadcastingExplorer())
    write(page, "shape of a", "2, 1, 3")
    write(page, "shape of b", "(4, 1)")
    expect(outcome(page)).to_contain_text("(2, 1, 3) + (4, 1) gives (2, 4, 3)")
    expect(outcome(page)).to_contain_text("24 elements, made from 6 of a and 4 of b")
    row = page.get_by_role("row").filter(has=page.get_by_role("rowheader", name="b (4, 1)"))
    expect(row.get_by_role("cell")).to_contain_text(
        ["1 → 2missing, stretches, stride 0", "4stride 1", "1 → 3stretches, stride 0"]
    )
    expect(page.locator(".pl-steps li").first).to_have_text(
        "dim -1: a has 3, b has 1. b stretches to 3, with stride 0."
    )
    expect(page.get_by_role("status")).to_contain_text("gives (2, 4, 3)")


def test_failing_shapes_say_why_as_pytorch_does(page, show):
    show(BroadcastingExplorer())
    write(page, "shape of a", "3, 4")
    write(page, "shape of b", "3")
    expect(outcome(page)).to_contain_text("fails at dim -1: a has 4, b has 3")
    expect(outcome(page).locator("code")).to_have_text(
        "RuntimeError: The size of tensor a (4) must match the size of tensor b (3) "
        "at non-singleton dimension 1"
    )
    expect(page.get_by_role("gridcell")).to_have_count(0)
    expect(page.get_by_role("status")).to_contain_text("neither is 1")


def test_silly_input_is_answered_and_the_last_shape_stays(page, show):
    show(BroadcastingExplorer())
    write(page, "shape of a", "3, x")
    field = page.get_by_label("shape of a")
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(field).to_have_accessible_description("“x” is not a number. Type sizes such as 3, 1.")
    expect(outcome(page)).to_contain_text("“x” is not a number")
    expect(field).to_have_value("3, x")
    write(page, "shape of a", "999999, 1")
    expect(field).to_have_attribute("aria-invalid", "false")
    expect(outcome(page)).to_contain_text("(999999, 4)")
    expect(page.locator(".pl-told")).to_contain_text("Too many cells to draw")


def test_arrows_walk_the_cells_and_tell_what_is_read(page, show):
    show(BroadcastingExplorer())
    page.get_by_label("shape of b").focus()
    for _ in range(4):  # the button, then the grids of a, b and the result
        page.keyboard.press("Tab")
    cell = page.locator(":focus")
    expect(cell).to_have_accessible_name("result[0, 0] is 11, from a[0, 0] and b[0]")
    for key in ("ArrowDown", "ArrowRight", "ArrowRight"):
        page.keyboard.press(key)
    expect(cell).to_have_accessible_name("result[1, 2] is 32, from a[1, 0] and b[2]")
    told = page.locator(".pl-told")
    expect(told).to_contain_text("result[1, 2] = a[1, 0] + b[2], here 2 + 30, which is 32")
    expect(told).to_contain_text("memory of a: place 1×1 + 2×0 = 1, which is a[1, 0]")
    expect(told).to_contain_text("memory of b: place 1×0 + 2×1 = 2, which is b[2]")
    expect(page.locator(".pl-panel.pl-a .pl-box.pl-on")).to_have_text("2")
    expect(page.locator(".pl-panel.pl-b .pl-box.pl-on")).to_have_text("30")
    for key, name in [("End", "result[1, 3]"), ("Control+End", "result[2, 3]"), ("Home", "[2, 0]")]:
        page.keyboard.press(key)
        assert name in cell.get_attribute("aria-label")
    page.keyboard.press("ArrowLeft")  # stays at the edge
    assert "result[2, 0]" in cell.get_attribute("aria-label")


def test_an_operands_cell_tells_who_reads_it(page, show):
    show(BroadcastingExplorer())
    page.locator(".pl-panel.pl-a [role=gridcell]").nth(4).focus()
    told = page.locator(".pl-told")
    expect(told).to_contain_text("a[1, 0] is read 4 times, by result[1, 0], result[1, 1]")
    expect(told).to_contain_text("its gradient is a sum of 4 terms")
    expect(page.locator(".pl-panel.pl-result .pl-on")).to_have_text(["12", "22", "32", "42"])
    page.locator(".pl-panel.pl-result [role=gridcell]").nth(0).hover()
    expect(told).to_contain_text("result[0, 0] = a[0, 0] + b[0]")
    page.get_by_label("shape of a").hover()  # leaving shows the focused cell again
    expect(told).to_contain_text("a[1, 0] is read 4 times")


def test_every_example_shows_what_its_name_says(page, show):
    show(BroadcastingExplorer())
    select = page.get_by_label("example")
    labels = select.locator("option").all_text_contents()
    seen = {}
    for label in labels[1:]:
        select.select_option(label=label)
        expect(page.locator(".pl-note")).not_to_be_empty()
        seen[label] = outcome(page).inner_text()
    assert len(seen) >= 7
    failing = [label for label, text in seen.items() if "RuntimeError" in text]
    assert failing == ["it fails: 4 against 3"]
    assert "Careful" in seen["the silent bug: (N, 1) and (N,)"]
    assert "0 elements" in seen["size 0 meets size 1"]
    assert "(2, 3, 4)" in seen["three tensors"]


def test_a_third_shape_comes_and_goes(page, show):
    show(BroadcastingExplorer(op="=="))
    page.get_by_role("button", name="add a third").press("Enter")
    expect(page.locator(":focus")).to_have_accessible_name("shape of c")
    expect(page.get_by_label("operation")).to_have_value("+")  # a == b == c is no operation
    page.keyboard.press("Control+a")
    page.keyboard.type("2, 1, 1")
    expect(outcome(page)).to_contain_text("gives (2, 3, 4)")
    page.get_by_role("button", name="remove c").press("Enter")
    expect(outcome(page)).to_contain_text("(3, 1) + (4,) gives (3, 4)")
    expect(page.get_by_label("shape of c")).to_be_hidden()


SHOWN = {
    "meets": BroadcastingExplorer(),
    "fails": BroadcastingExplorer((3, 4), (3,)),
    "careful": BroadcastingExplorer((4, 1), (4,), op="=="),
    "three": BroadcastingExplorer((2, 1, 1), (3, 1), (4,)),
    "empty": BroadcastingExplorer((2, 0), (1,)),
}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", SHOWN)
def test_accessible_in_light_and_dark(page, show, assert_accessible, artifacts, name, scheme):
    page.emulate_media(color_scheme=scheme)
    show(SHOWN[name])
    background = page.locator(".pl-widget").evaluate("e => getComputedStyle(e).backgroundColor")
    assert (background == "rgb(255, 255, 255)") == (scheme == "light")
    cells = page.get_by_role("gridcell")
    if cells.count():
        cells.last.focus()
    assert_accessible(page, ".pl-widget")
    write(page, "shape of a", "x")
    assert_accessible(page, ".pl-widget")
    page.screenshot(path=artifacts / f"explorer-{name}-{scheme}.png", full_page=True)


def test_nothing_moves_for_those_who_asked_for_less_motion(page, show):
    show(BroadcastingExplorer())
    ghost = page.locator(".pl-ghost").first
    assert ghost.evaluate("e => getComputedStyle(e).animationName") == "none"
    page.emulate_media(reduced_motion="no-preference")
    assert ghost.evaluate("e => getComputedStyle(e).animationName") == "pl-stretch"


@pytest.mark.parametrize("theme", ["JupyterLab Light", "JupyterLab Dark"])
def test_in_jupyterlab_kernel_and_page_move_each_other(
    lab, page, artifacts, assert_accessible, theme
):
    cells = [
        nbformat.v4.new_code_cell(
            "from tools.widgets import BroadcastingExplorer\n"
            "explorer = BroadcastingExplorer()\nexplorer"
        ),
        nbformat.v4.new_code_cell("explorer.op = '*'"),
    ]
    notebook = lab.open(page, lab.put(cells, f"{theme}.ipynb"), theme)
    notebook.run_all()
    notebook.assert_no_errors()
    page.get_by_label("shape of a").wait_for()
    expect(outcome(page)).to_contain_text("(3, 1) * (4,) gives (3, 4)")
    write(page, "shape of a", "2, 3, 1")
    expect(outcome(page)).to_contain_text("gives (2, 3, 4)")
    page.get_by_role("grid", name="cells of result").get_by_role("gridcell").first.focus()
    page.keyboard.press("ArrowDown")  # JupyterLab would go to the next cell
    expect(page.locator(":focus")).to_have_accessible_name(
        "result[0, 1, 0] is 20, from a[0, 1, 0] and b[0]"
    )
    page.keyboard.press("b")  # JupyterLab would insert a cell
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    expect(page.locator(":focus")).to_have_accessible_name(re.compile("result.0, 0, 0"))
    active = "window.jupyterapp.shell.currentWidget.content.activeCellIndex"
    assert (page.evaluate(active), len(notebook.cells())) == (0, 2)
    assert_accessible(page, ".pl-widget")
    page.screenshot(path=artifacts / f"explorer-in-{theme.replace(' ', '-').lower()}.png")
    page.evaluate(
        """() => {
            const panel = window.jupyterapp.shell.currentWidget;
            panel.content.activeCellIndex = 1;
            const source = panel.content.activeCell.model.sharedModel;
            source.setSource("print(explorer.a, explorer.result)");
            window.jupyterapp.commands.execute("notebook:run-cell");
        }"""
    )
    expect(page.locator(".jp-OutputArea-output").last).to_have_text("(2, 3, 1) (2, 3, 4)")


def test_saved_notebook_still_steps(page, tmp_path):
    """From what nbconvert saves and nothing else: script, style and traits; no kernel."""
    cell = nbformat.v4.new_code_cell(
        "from tools.widgets import BroadcastingExplorer\nBroadcastingExplorer((5, 1), (2,))"
    )
    notebook = nbformat.v4.new_notebook(cells=[cell])
    ExecutePreprocessor(timeout=120).preprocess(notebook)
    data = notebook.cells[0].outputs[-1]["data"]
    saved = notebook.metadata.widgets["application/vnd.jupyter.widget-state+json"]["state"]
    state = saved[data["application/vnd.jupyter.widget-view+json"]["model_id"]]["state"]
    file = tmp_path / "saved.html"
    file.write_text(standalone_page("saved", state["_esm"], state["_css"], state))
    page.goto(file.as_uri())
    expect(outcome(page)).to_contain_text("(5, 1) + (2,) gives (5, 2)")
    write(page, "shape of b", "6, 5, 3")
    expect(outcome(page)).to_contain_text("gives (6, 5, 3)")
    assert "widget-view" in "".join(data)
    assert data["image/svg+xml"].startswith("<svg")

"""The backward stepper moved from the keyboard: what adds up, and what the page says of it."""

import math

import nbformat
import pytest
import torch
from playwright.sync_api import expect

from tools.widgets import BackwardStepper
from tools.widgets.backward_stepper import as_text


def branching():
    a = torch.tensor(2.0, requires_grad=True)
    b = torch.tensor(1.0, requires_grad=True)

    def program():
        d = a + b
        e = 4 * a
        f = d * e
        return f, {"d": d, "e": e, "f": f}

    return BackwardStepper(program, names={"a": a, "b": b})


def softmax_error():
    x = torch.tensor([0.1, 0.15, 0.2], dtype=torch.float64, requires_grad=True)
    t = torch.tensor([1.0, 0.0, 0.0], dtype=torch.float64)

    def program():
        e = x.exp()
        s = e.sum()
        p = e / s
        return ((p - t) ** 2).sum(), {"e": e, "s": s, "p": p}

    return BackwardStepper(program, names={"x": x}, direction="TB")


def large():
    x = torch.randn(8, 4, generator=torch.manual_seed(0))
    w = torch.randn(4, 3, generator=torch.manual_seed(1)).requires_grad_()
    return BackwardStepper((x @ w).relu().sum(), names={"w": w})


def lines(page):
    return page.locator(".pl-lines p").all_inner_texts()


def test_step_by_step_from_the_keyboard(page, show):
    show(branching())
    counter, head = page.locator(".pl-count"), page.locator(".pl-head")
    slider = page.get_by_label("step", exact=True)
    slider.focus()
    expect(counter).to_have_text("step 0 of 10")
    expect(page.locator(".pl-node.pl-operation .pl-value")).to_have_text(["", "", ""])
    page.keyboard.press("ArrowRight")
    expect(head).to_have_text("Forward: d is computed and recorded.")
    assert lines(page) == ["d = a + b", "= 2 + 1", "= 3"]
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    expect(head).to_have_text("Backward begins at f.")
    page.keyboard.press("ArrowRight")
    expect(head).to_have_text("Backward: f sends its part to d.")
    assert lines(page) == ["sends ∂f · e", "= 1 · 8", "= 8", "∂d = 8 so far: the first to arrive."]
    expect(page.locator(".pl-arrow.pl-on")).to_have_count(1)
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    expect(head).to_have_text("Backward: d sends its part to a.")
    assert lines(page)[-1] == "∂a = 12 + 8 = 20: it adds up."
    expect(page.locator(".pl-node.pl-gets .pl-title")).to_have_text("a")
    expect(page.locator(".pl-node.pl-gets .pl-grad")).to_have_text("grad 20, from 2")
    expect(page.get_by_role("status")).to_contain_text("it adds up")
    page.keyboard.press("End")
    expect(head).to_have_text("The sums are what backward() puts into .grad.")
    assert lines(page) == ["a: added up 20, .grad 20 ✓", "b: added up 8, .grad 8 ✓"]
    page.keyboard.press("Home")
    expect(counter).to_have_text("step 0 of 10")


def test_buttons_and_table(page, show):
    show(branching())
    back = page.get_by_role("button", name="step back")
    expect(back).to_be_disabled()
    page.get_by_role("button", name="step forward").press("Enter")
    expect(back).to_be_enabled()
    page.get_by_role("button", name="last step").press("Enter")
    expect(page.get_by_role("button", name="step forward")).to_be_disabled()
    page.get_by_text("All values and gradients as a table").click()
    row = page.get_by_role("row").filter(has=page.get_by_role("rowheader", name="a", exact=True))
    expect(row.get_by_role("cell")).to_have_text(["2", "20", "2"])
    page.get_by_role("button", name="first step").press("Enter")
    expect(row.get_by_role("cell")).to_have_text(["2", "none yet", "0"])


@pytest.mark.parametrize("make", [branching, softmax_error, large])
def test_every_step_is_consistent(page, load_module, make):
    """Totals only grow by what is sent, all rules run, and the end agrees with PyTorch."""
    load_module("backward_steps.js")
    stepper = make()
    steps = page.evaluate("(graph) => window.module.stepsOf(graph)", stepper.graph)
    assert len(steps) == stepper.steps + 1
    assert steps[-1]["agree"] is True
    assert len(steps[-1]["values"]) == len(stepper.graph["nodes"])
    assert steps[-1]["done"] == stepper.graph["backward"]
    assert not any("undefined" in line for step in steps for line in step["lines"])


def test_a_sum_that_differs_from_grad_is_told(page, load_module):
    load_module("backward_steps.js")
    graph = branching().graph
    leaf = next(node for node in graph["nodes"] if node["name"] == "a")
    broken = [{**n, "grad": {"shape": [], "numbers": [12.0]}} if n is leaf else n
              for n in graph["nodes"]]  # fmt: skip
    last = page.evaluate(
        "(graph) => window.module.stepsOf(graph).at(-1)", {**graph, "nodes": broken}
    )
    assert last["agree"] is False
    assert "added up 20, .grad 12 ✗" in last["lines"][0]


def test_numbers_are_written_as_python_writes_them(page, load_module):
    load_module("backward_steps.js")
    values = [0.0, 1.0, -0.5, 123456.0, 9999.6, 1e-5, -2.5e-7, 3.14159, 1e22, math.pi * 1e4]
    for shape in ([10], [2, 5], [5, 2, 1]):
        value = {"shape": shape, "numbers": values}
        assert page.evaluate("(v) => window.module.asText(v)", value) == as_text(value)
    for value in ({"shape": [8, 4], "numbers": None}, {"shape": [0], "numbers": []}, None):
        assert page.evaluate("(v) => window.module.asText(v)", value) == as_text(value)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("make", [branching, softmax_error, large])
def test_accessible_in_light_and_dark(page, show, assert_accessible, artifacts, make, scheme):
    page.emulate_media(color_scheme=scheme)
    stepper = make()
    show(stepper)
    for step in (0, stepper.steps - 1, stepper.steps):
        page.evaluate("(step) => window.widgetModel.set('step', step)", step)
        expect(page.locator(".pl-count")).to_have_text(f"step {step} of {stepper.steps}")
        assert_accessible(page, ".pl-widget")
        page.screenshot(path=artifacts / f"stepper-{make.__name__}-{step}-{scheme}.png")


def test_in_jupyterlab_kernel_and_page_move_each_other(lab, page, artifacts):
    cells = [
        nbformat.v4.new_code_cell(
            "import torch\nfrom tools.widgets import BackwardStepper\n"
            "x = torch.tensor(3.0, requires_grad=True)\n"
            "stepper = BackwardStepper(x * x, names={'x': x})\nstepper"
        ),
        nbformat.v4.new_code_cell("stepper.step = 2"),
    ]
    notebook = lab.open(page, lab.put(cells, "stepper.ipynb"))
    notebook.run_all()
    notebook.assert_no_errors()
    expect(page.locator(".pl-count")).to_have_text("step 2 of 5")
    page.get_by_label("step", exact=True).focus()
    page.keyboard.press("ArrowRight")  # JupyterLab would leave the cell
    page.keyboard.press("ArrowRight")
    expect(page.locator(".pl-lines p").last).to_have_text("∂x = 3 + 3 = 6: it adds up.")
    page.screenshot(path=artifacts / "stepper-in-jupyterlab.png")

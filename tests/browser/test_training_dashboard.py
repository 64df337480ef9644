"""The training dashboard in the page alone, and live in JupyterLab, moved from the keyboard."""

import re

import nbformat
import pytest
import torch
from playwright.sync_api import expect

from tools.widgets import TrainingDashboard
from tools.widgets.training_still import misplaced


def parts(n=80, loss_fn=torch.nn.functional.cross_entropy):
    torch.manual_seed(0)
    x = torch.randn(n, 2)
    data = torch.utils.data.TensorDataset(x, (x[:, 0] * x[:, 1] > 0).long())
    model = torch.nn.Sequential(torch.nn.Linear(2, 16), torch.nn.Tanh(), torch.nn.Linear(16, 2))
    loader = torch.utils.data.DataLoader(data, 20, shuffle=True)
    return model, loader, loss_fn, torch.optim.Adam(model.parameters(), lr=0.05)


@pytest.fixture
def trained():
    made = parts()
    dashboard = TrainingDashboard(*made, epochs=30, validation=made[1])
    dashboard.run()
    yield dashboard
    dashboard.close()


@pytest.fixture
def asked(page):
    """Show the page as if a kernel listened; what it is asked is in `window.asked`."""

    def connect():
        page.evaluate(
            "() => { window.asked = []; window.widgetModel.send = (m) => window.asked.push(m.do); }"
        )

    return connect


def change(page, dashboard):
    """What the kernel would send."""
    page.evaluate("(now) => window.widgetModel.set('now', now)", dashboard.now)


def test_the_page_sees_what_python_sees(page, load_module, trained):
    load_module("training_plots.js")
    wrong, count = misplaced(trained.now["boundary"])
    assert page.evaluate("(b) => window.module.misplaced(b)", trained.now["boundary"]) == wrong
    words = page.evaluate("(b) => window.module.boundaryInWords(b)", trained.now["boundary"])
    assert f"{count - wrong} of {count} points shown" in words
    assert f"{count - wrong} of {count} points shown" in trained.describe()
    runs = page.evaluate("(b) => window.module.runsOf(b)", trained.now["boundary"])
    side = trained.now["boundary"]["side"]
    assert sum(length for _, _, length, *_ in runs) == side * side
    for column, row, length, which, _ in runs:
        start = row * side + column
        assert trained.now["boundary"]["chosen"][start : start + length] == str(which) * length
    plots = page.evaluate("(now) => window.module.plotsOf(now)", trained.now)
    assert [plot["title"] for plot in plots] == ["loss", "accuracy", "gradient norms"]
    assert [len(plot["curves"]) for plot in plots] == [2, 2, 2]


def test_axes_and_points(page, load_module):
    load_module("training_plots.js")
    ask = """([plot, steps]) => {
        const axis = window.module.axisOf(plot);
        const points = plot.curves.map((c) =>
            window.module.pointsOf(c, axis.place, steps, 100, 10));
        return [axis.shown, points];
    }"""
    curve = {"label": "a", "steps": [1, 2, 4], "values": [4.0, None, 1.0]}
    assert page.evaluate(ask, [{"curves": [curve]}, 4]) == [["0", "4"], ["25.0,0.0 100.0,7.5"]]
    logs = {"label": "a", "steps": [1, 2], "values": [0.01, 1.0]}
    shown, points = page.evaluate(ask, [{"curves": [logs], "logarithmic": True}, 2])
    assert (shown, points) == (["0.01", "1"], ["50.0,10.0 100.0,0.0"])
    nothing = {"label": "a", "steps": [1], "values": [None]}
    assert page.evaluate(ask, [{"curves": [nothing], "logarithmic": True}, 1])[1] == [""]
    flat = {"label": "a", "steps": [1, 2], "values": [0.0, 0.0]}
    assert page.evaluate(ask, [{"curves": [flat]}, 2]) == [["0", "1"], ["50.0,10.0 100.0,10.0"]]


def test_buttons_ask_the_kernel(page, show, asked, assert_accessible):
    dashboard = TrainingDashboard(*parts(), epochs=2)
    show(dashboard)
    asked()
    page.get_by_role("button", name="step").press("Enter")
    page.get_by_role("button", name="start").press("Enter")
    page.get_by_role("button", name="reset").press("Space")
    assert page.evaluate("window.asked") == ["step", "start", "reset"]
    expect(page.locator(".pl-note")).to_have_text(re.compile("The kernel does not answer"))
    page.get_by_label("pace").select_option("10 steps a second")
    assert page.evaluate("window.widgetModel.get('pace')") == 10
    dashboard.step(3)
    change(page, dashboard)
    expect(page.locator(".pl-note")).to_be_hidden()
    expect(page.get_by_role("button", name="go on")).to_be_visible()
    bar = page.get_by_role("progressbar")
    expect(bar).to_have_attribute("aria-valuenow", "38")
    expect(bar).to_have_attribute("aria-valuetext", "paused, epoch 1 of 2, batch 3 of 4")
    expect(page.get_by_role("status")).to_contain_text("paused, epoch 1 of 2, batch 3 of 4; loss")
    running = dashboard.now | {"status": "running"}
    page.evaluate("(now) => window.widgetModel.set('now', now)", running)
    page.get_by_role("button", name="pause").press("Enter")
    assert page.evaluate("window.asked.at(-1)") == "pause"
    # A busy kernel: training goes on and reports, but the button is not heard yet.
    page.evaluate("(now) => window.widgetModel.set('now', now)", running | {"step": 4})
    expect(page.locator(".pl-note")).to_contain_text("the button is heard when it ends")
    assert_accessible(page, ".pl-widget")
    dashboard.close()


def test_a_finished_run_is_all_there_without_a_kernel(
    page, show, trained, assert_accessible, artifacts
):
    show(trained)
    names = [img.get_attribute("aria-label") for img in page.get_by_role("img").all()]
    assert [name.partition(".")[0] for name in names] == [
        "Curve of loss", "Curve of accuracy", "Curve of gradient norms",
        "The plane of the inputs, coloured by the class that the model gives to each place",
    ]  # fmt: skip
    assert re.search(r"training: 0\.\d+ at first, 0\.\d+ at last", names[0])
    assert "layer 0: " in names[2]
    page.get_by_role("button", name="start").press("Enter")
    expect(page.locator(".pl-note")).to_contain_text("This run is finished. Press reset")
    page.get_by_role("button", name="reset").press("Enter")
    expect(page.locator(".pl-note")).to_contain_text("This is a saved picture of a run.")
    page.get_by_text("The numbers as a table").click()
    row = page.get_by_role("row").filter(has=page.get_by_role("rowheader", name="held-out loss"))
    expect(row).to_have_text(re.compile(r"held-out loss0\.\d+"))
    assert_accessible(page, ".pl-widget")
    page.screenshot(path=artifacts / "training-dashboard.png", full_page=True)
    page.emulate_media(color_scheme="dark")
    page.set_viewport_size({"width": 480, "height": 900})
    assert_accessible(page, ".pl-widget")
    page.screenshot(path=artifacts / "training-dashboard-dark.png", full_page=True)


def test_an_error_is_shown_with_its_place(page, show, assert_accessible, artifacts):
    def loss_fn(scores, targets):
        return torch.nn.functional.cross_entropy(scores, targets.float())

    dashboard = TrainingDashboard(*parts(loss_fn=loss_fn))
    dashboard.step()
    show(dashboard)
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("RuntimeError: expected target dtype")
    expect(alert).to_contain_text("in epoch 1, batch 1, while computing loss_fn(scores, targets)")
    expect(alert).to_contain_text("return torch.nn.functional.cross_entropy(scores, targets.float")
    page.get_by_role("button", name="start").press("Enter")
    expect(page.locator(".pl-note")).to_contain_text("This run is stopped. Press reset")
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        assert_accessible(page, ".pl-widget")
    page.screenshot(path=artifacts / "training-dashboard-error.png", full_page=True)
    dashboard.close()


CELL = """
import torch
from tools.widgets import TrainingDashboard

torch.manual_seed(0)
x = torch.randn(80, 2)
data = torch.utils.data.TensorDataset(x, (x[:, 0] * x[:, 1] > 0).long())
model = torch.nn.Sequential(torch.nn.Linear(2, 16), torch.nn.Tanh(), torch.nn.Linear(16, 2))
dashboard = TrainingDashboard(
    model,
    torch.utils.data.DataLoader(data, 20, shuffle=True),
    torch.nn.functional.cross_entropy,
    torch.optim.Adam(model.parameters(), lr=0.05),
    epochs=1000,
    pace=60,
)
dashboard
"""

ASK_KERNEL = """async (code) => {
    const kernel = window.jupyterapp.shell.currentWidget.sessionContext.session.kernel;
    const future = kernel.requestExecute({ code });
    let text = "";
    future.onIOPub = (m) => { if (m.header.msg_type === "stream") text += m.content.text; };
    await future.done;
    return text.trim();
}"""


STANDS = "print(dashboard.status, dashboard._run.step_count)"


def test_in_jupyterlab_cells_run_while_it_trains(lab, page, artifacts):
    cells = [nbformat.v4.new_code_cell(CELL)]
    notebook = lab.open(page, lab.put(cells, "training.ipynb"))
    notebook.run_all()
    notebook.assert_no_errors()
    widget = page.get_by_role("group", name="Training dashboard")
    main = widget.locator("[data-name=main]")
    main.focus()
    page.keyboard.press("Enter")
    expect(main).to_have_text("❚❚ pause")
    status, first = page.evaluate(ASK_KERNEL, STANDS).split()
    assert status == "running"
    expect(widget.get_by_role("img")).to_have_count(4)
    later = int(page.evaluate(ASK_KERNEL, "print(dashboard._run.step_count)"))
    assert later > int(first)
    page.keyboard.press("Enter")
    expect(main).to_have_text("▶ go on")
    stopped = page.evaluate(ASK_KERNEL, STANDS)
    assert stopped.startswith("paused")
    again = page.evaluate(ASK_KERNEL, f"import time; time.sleep(0.3); {STANDS}")
    assert again == stopped
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(widget.locator(".pl-numbers")).to_contain_text(f"step {int(stopped.split()[1]) + 1}")
    page.screenshot(path=artifacts / "training-dashboard-lab.png")
    # To the end: the still form beside the widget follows, and the focus stays on its button.
    main.focus()
    page.evaluate(ASK_KERNEL, "dashboard.pace = 0")
    page.keyboard.press("Enter")
    expect(widget.locator(".pl-done")).to_be_visible(timeout=60_000)
    page.wait_for_function(
        """() => window.jupyterapp.shell.currentWidget.model.toJSON().cells[0].outputs
            .some((o) => String(o.data?.["text/plain"]).includes("finished: epoch 1000 of 1000"))"""
    )
    expect(main).to_be_focused()
    page.keyboard.press("Enter")
    expect(widget.locator(".pl-note")).to_contain_text("Press reset")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(widget.locator(".pl-ready")).to_be_visible()
    assert page.evaluate(ASK_KERNEL, STANDS) == "ready 0"

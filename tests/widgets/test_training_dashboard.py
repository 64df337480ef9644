"""The training dashboard: it trains as a plain loop does, in the background, and stops."""

import threading
import xml.etree.ElementTree as ET

import pytest
import torch

import penlight
from tools.widgets import TrainingDashboard
from tools.widgets.training_measures import MOST, MOST_POINTS, SIDE, History, Judge, groups_of
from tools.widgets.training_still import misplaced

SVG = "{http://www.w3.org/2000/svg}"
BOTH = pytest.mark.parametrize("L", [torch, penlight], ids=["torch", "penlight"])
LONG = 60  # seconds, after which a wait has failed


def parts(L, n=60, optimizer="Adam", batch=20):
    """Points of two classes, a net, and what trains it; the same for both libraries."""
    L.manual_seed(0)
    x = L.randn(n, 2)
    data = L.utils.data.TensorDataset(x, (x[:, 0] * x[:, 1] > 0).long())
    model = L.nn.Sequential(L.nn.Linear(2, 8), L.nn.Tanh(), L.nn.Dropout(0.0), L.nn.Linear(8, 2))
    order = L.Generator().manual_seed(3)
    loader = L.utils.data.DataLoader(data, batch, shuffle=True, generator=order)
    made = getattr(L.optim, optimizer)(model.parameters(), lr=0.05)
    return model, loader, L.nn.functional.cross_entropy, made


@pytest.fixture
def dashboard():
    """Makes dashboards that are closed at the end."""
    made = []

    def make(*args, **kwargs):
        made.append(TrainingDashboard(*args, **kwargs))
        return made[-1]

    yield make
    for each in made:
        each.close()


class Gate:
    """Batches that come one by one, when they are let through."""

    def __init__(self, batches):
        self.batches, self.asked, self.let = batches, threading.Event(), threading.Semaphore(0)

    def __iter__(self):
        for batch in self.batches:
            self.asked.set()
            assert self.let.acquire(timeout=LONG)
            yield batch

    def __len__(self):
        return len(self.batches)


@BOTH
def test_it_trains_as_a_plain_loop_does(L, dashboard):
    model, loader, loss_fn, optimizer = parts(L)
    expected = []
    for _ in range(4):
        for inputs, targets in loader:
            loss = loss_fn(model(inputs), targets)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            expected.append(loss.item())
    shown = dashboard(*parts(L), epochs=4)
    shown.run()
    assert shown.status == "done"
    assert shown.now["history"]["loss"] == pytest.approx(expected, rel=1e-4)
    for one, other in zip(model.parameters(), shown._run.model.parameters(), strict=True):
        assert abs(one - other).max().item() < 1e-6


def test_both_libraries_give_the_same_curves(dashboard):
    one, two = (dashboard(*parts(L), epochs=3) for L in (torch, penlight))
    one.run()
    two.run()
    for name in ("loss", "accuracy"):
        assert one.now["history"][name] == pytest.approx(two.now["history"][name], rel=1e-3)
    for ours, theirs in zip(one.now["history"]["norms"], two.now["history"]["norms"], strict=True):
        assert ours == pytest.approx(theirs, rel=1e-3)
    assert one.now["boundary"]["points"] == two.now["boundary"]["points"]
    same = zip(one.now["boundary"]["chosen"], two.now["boundary"]["chosen"], strict=True)
    assert sum(a != b for a, b in same) < 5


@BOTH
def test_what_is_measured(L, dashboard):
    model, loader, loss_fn, optimizer = parts(L, optimizer="SGD")
    shown = dashboard(model, loader, loss_fn, optimizer, validation=loader, epochs=2)
    shown.step()
    assert shown.now["groups"] == ["layer 0", "layer 3"]
    for norm, layer in zip(shown.now["norms"], (model[0], model[3]), strict=True):
        square = sum((p.grad**2).sum().item() for p in layer.parameters())
        assert norm == pytest.approx(square**0.5, rel=1e-4)
    shown.run()
    inputs, targets = loader.dataset.tensors
    step, loss, accuracy = shown.now["history"]["held_out"][-1]
    with L.no_grad():
        scores = model(inputs)
    assert step == 6
    assert loss == pytest.approx(loss_fn(scores, targets).item(), rel=1e-4)
    assert accuracy == pytest.approx((scores.argmax(dim=1) == targets).double().mean().item())


@BOTH
def test_the_boundary_is_what_the_model_says_in_eval_mode(L, dashboard):
    model, loader, loss_fn, optimizer = parts(L)
    model[2] = L.nn.Dropout(0.9)
    shown = dashboard(model, loader, loss_fn, optimizer)
    shown.step(5)
    assert model.training
    boundary = shown.now["boundary"]
    left, right, low, high = boundary["frame"]
    model.eval()
    for column, row in [(0, 0), (SIDE - 1, 0), (7, 30), (20, 20)]:
        x = left + (right - left) * (column + 0.5) / SIDE
        y = high - (high - low) * (row + 0.5) / SIDE
        scores = model(L.tensor([[x, y]]))[0]
        place = row * SIDE + column
        assert int(boundary["chosen"][place]) == scores.argmax().item()
        sure = scores.softmax(dim=0).max().item()
        assert int(boundary["sure"][place]) == min(int(10 * sure), 9)
    assert len(boundary["points"]) == len(boundary["classes"]) == 60
    assert 0 <= misplaced(boundary)[0] < 60


def test_of_many_points_all_classes_are_shown(dashboard):
    x = torch.randn(1200, 2)
    data = torch.utils.data.TensorDataset(x, torch.arange(1200) % 4)
    model = torch.nn.Linear(2, 4)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    loader = torch.utils.data.DataLoader(data, 100)
    shown = dashboard(model, loader, torch.nn.functional.cross_entropy, optimizer)
    shown.step()
    boundary = shown.now["boundary"]
    assert len(boundary["points"]) == MOST_POINTS
    assert set(boundary["classes"]) == {0, 1, 2, 3}
    assert min(boundary["classes"].count(k) for k in range(4)) > MOST_POINTS // 8


# --- control -------------------------------------------------------------------------------------


@BOTH
def test_cells_run_while_it_trains_and_a_pause_stops_it(L, dashboard):
    model, loader, loss_fn, optimizer = parts(L)
    gate = Gate(list(loader) * 5)
    shown = dashboard(model, gate, loss_fn, optimizer, epochs=1)
    shown.start()
    assert gate.asked.wait(LONG)
    assert not shown.wait(0.01)  # it is in the middle of a batch, and we are free
    gate.let.release(2)
    threading.Thread(target=lambda: gate.let.release(1)).start()
    shown._run.pause(wait=False)
    gate.let.release(20)
    assert shown.wait(LONG)
    made = shown.now["step"]
    assert shown.status == "paused"
    assert made <= 4
    assert not shown._run._busy
    shown.step()
    assert shown.now["step"] == made + 1
    shown.step(3)
    assert (shown.now["step"], shown.status) == (made + 4, "paused")
    shown.run()
    assert (shown.now["step"], shown.status) == (15, "done")


def test_pause_before_the_first_step_and_wait_at_rest(dashboard):
    shown = dashboard(*parts(torch))
    shown.pause()
    assert shown.wait(0)
    assert (shown.status, shown.now["step"]) == ("ready", 0)
    assert shown._run._thread is None


def test_the_evaluation_of_an_epoch_belongs_to_its_last_step(dashboard):
    model, loader, loss_fn, optimizer = parts(torch)
    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 1, gamma=0.5)
    shown = dashboard(model, loader, loss_fn, optimizer, validation=loader, scheduler=scheduler)
    shown.step(2)
    assert (shown.now["history"]["held_out"], shown.now["rate"]) == ([], 0.05)
    shown.step()
    assert len(shown.now["history"]["held_out"]) == 1
    assert shown.now["rate"] == 0.025
    assert shown.now["epoch"] == 1
    shown.step()
    assert (shown.now["epoch"], shown.now["batch"]) == (2, 1)


@BOTH
def test_reset_brings_everything_back(L, dashboard):
    model, loader, loss_fn, optimizer = parts(L)
    before = [p.detach().clone() for p in model.parameters()]
    shown = dashboard(model, loader, loss_fn, optimizer, epochs=2)
    loader.generator.manual_seed(3)
    shown.run()
    first = shown.now["history"]["loss"]
    shown.reset()
    assert (shown.status, shown.now["step"], shown.now["history"]["loss"]) == ("ready", 0, [])
    for p, was in zip(model.parameters(), before, strict=True):
        assert (p == was).all()
        assert p.grad is None
    assert not optimizer.state_dict()["state"]
    loader.generator.manual_seed(3)
    shown.run()
    assert shown.now["history"]["loss"] == first


def test_only_one_trains_at_a_time(dashboard):
    model, loader, loss_fn, optimizer = parts(torch)
    gate = Gate(list(loader))
    first = dashboard(model, gate, loss_fn, optimizer)
    first.start()
    assert gate.asked.wait(LONG)
    gate.let.release(100)
    second = dashboard(*parts(torch), epochs=1)
    second.run()
    assert first.status in ("paused", "done")
    assert first.wait(0)


def test_pace_leaves_time_between_steps_and_pause_does_not_wait_for_it(dashboard):
    shown = dashboard(*parts(torch), pace=0.01)  # a step in 100 seconds
    shown.start()
    while shown.now["step"] < 1:
        assert not shown.wait(0.01)
    shown.pause()
    assert (shown.status, shown.now["step"]) == ("paused", 1)
    shown.pace = 0
    shown.run()
    assert shown.status == "done"


def test_a_closed_one_stays_closed(dashboard):
    shown = dashboard(*parts(torch))
    shown.step()
    thread = shown._run._thread
    shown.close()
    thread.join(LONG)
    assert not thread.is_alive()
    shown.start()
    assert shown.wait(LONG)
    assert shown._run.step_count == 1


# --- what goes wrong -----------------------------------------------------------------------------


def spoiled(L, what):
    model, loader, loss_fn, optimizer = parts(L)
    if what == "model":
        model[3] = L.nn.Linear(5, 2)
        optimizer = L.optim.SGD(model.parameters(), lr=0.1)
    elif what == "loader":
        loader = Gate([3])
        loader.let.release(9)
    elif what == "loss":
        loss_fn = lambda scores, targets: L.nn.functional.cross_entropy(  # noqa: E731
            scores, targets, reduction="none"
        )
    elif what == "parentheses":
        loss_fn = lambda scores, targets: scores.sum  # noqa: E731
    elif what == "nan":
        loss_fn = lambda scores, targets: scores.sum() * float("nan")  # noqa: E731
    elif what == "graph":
        loss_fn = lambda scores, targets: scores.detach().sum()  # noqa: E731
    elif what == "empty":
        loader = []
    elif what == "slot":

        def forward(x):
            raise penlight.EmptySlot("conv2d", "05_nn")

        model.forward = forward
    return model, loader, loss_fn, optimizer


@BOTH
@pytest.mark.parametrize(
    ("what", "kind", "says", "where"),
    [
        ("model", "RuntimeError", "", "computing model(inputs)"),
        ("loader", "TypeError", "batches of (inputs, targets); this one is a int", "next batch"),
        ("loss", "ValueError", "must be one number, not shape (20,)", "computing loss_fn"),
        ("parentheses", "TypeError", "Are parentheses missing?", "computing loss_fn"),
        ("nan", "FloatingPointError", "the loss is nan", "computing loss_fn"),
        ("graph", "RuntimeError", "", "calling loss.backward()"),
        ("empty", "ValueError", "the loader gave no batch", "next batch"),
        ("slot", "EmptySlot", "conv2d is not written yet", "computing model(inputs)"),
    ],
)
def test_an_error_stops_the_run_and_says_where(L, what, kind, says, where, dashboard):
    shown = dashboard(*spoiled(L, what))
    shown.start()
    assert shown.wait(LONG)
    assert shown.status == "error"
    assert type(shown.exception).__name__ == kind
    assert shown.now["error"].startswith(f"{kind}: ")
    assert says in shown.now["error"]
    assert "in epoch 1, batch 1, while " in shown.now["error"]
    assert where in shown.now["error"]
    assert shown.now["error"] in shown.describe()
    assert kind in shown.svg()
    with pytest.raises(type(shown.exception)):
        shown.run()
    shown.reset()
    assert (shown.status, shown.exception, shown.now["error"]) == ("ready", None, "")


def test_the_error_shows_the_students_own_line(dashboard):
    model, loader, _, optimizer = parts(torch)

    def loss_fn(scores, targets):
        return scores.no_such_thing()

    shown = dashboard(model, loader, loss_fn, optimizer)
    shown.step()
    assert "return scores.no_such_thing()" in shown.now["error"]


def test_parts_that_do_not_fit_are_refused():
    model, loader, loss_fn, optimizer = parts(torch)
    other, *_ = parts(torch)
    with pytest.raises(ValueError, match="Was the model made anew after the optimizer"):
        TrainingDashboard(other, loader, loss_fn, optimizer)
    with pytest.raises(ValueError, match="no parameters"):
        TrainingDashboard(torch.nn.ReLU(), loader, loss_fn, optimizer)
    for place, wrong in enumerate([max, 3, "mse", "Adam"]):
        given = [model, loader, loss_fn, optimizer]
        given[place] = wrong
        with pytest.raises(TypeError, match="must be"):
            TrainingDashboard(*given)
    for epochs in (0, 1.5, True):
        with pytest.raises(ValueError, match="epochs must be a whole number"):
            TrainingDashboard(model, loader, loss_fn, optimizer, epochs)


# --- measures ------------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [3, 2 * MOST - 1, 2 * MOST, 1000, 5000])
def test_a_history_of_any_length_is_short_and_keeps_the_mean(count):
    history = History(1)
    for k in range(count):
        history.add(k + 1, float(k), None if k % 2 else 1.0, [None])
    shown = history.as_dict()
    assert len(shown["loss"]) == len(shown["step"]) < 2 * MOST
    full = len(shown["loss"]) * shown["every"]
    assert count - full < shown["every"]
    assert sum(shown["loss"]) / len(shown["loss"]) == pytest.approx((full - 1) / 2, rel=1e-3)
    assert shown["step"][-1] == full
    assert set(shown["accuracy"]) <= {1.0, None}
    assert set(shown["norms"][0]) == {None}


def test_groups_are_layers_then_larger_parts_then_the_rest():
    assert groups_of(["0.weight", "0.bias", "2.weight"]) == {
        "0.weight": "layer 0", "0.bias": "layer 0", "2.weight": "layer 2",
    }  # fmt: skip
    assert groups_of(["scale"]) == {"scale": "scale"}
    deep = [f"{part}.{k}.weight" for part in ("body", "head") for k in range(9)]
    assert set(groups_of(deep).values()) == {"body", "head"}
    wide = groups_of([f"conv{k}.weight" for k in range(9)])
    assert list(dict.fromkeys(wide.values())) == [*(f"conv{k}" for k in range(5)), "the rest"]


@BOTH
def test_right_and_wrong(L):
    F = L.nn.functional
    scores, targets = L.tensor([[2.0, 1.0], [0.0, 1.0]]), L.tensor([0, 0])
    assert Judge(scores, targets, F.cross_entropy).right(scores, targets) == 0.5
    yes, said = L.tensor([[1.0], [0.0], [1.0]]), L.tensor([[0.2], [0.3], [-4.0]])
    logits = Judge(said, yes, F.binary_cross_entropy_with_logits)
    assert (logits.kind, logits.right(said, yes)) == ("logits", pytest.approx(1 / 3))
    module = Judge(said, yes, L.nn.BCELoss())
    assert (module.kind, module.right(said, yes)) == ("probability", pytest.approx(1 / 3))
    assert Judge(said, yes, F.mse_loss).right(said, yes) is None


@BOTH
def test_a_regression_has_curves_and_no_accuracy(L, dashboard):
    model = L.nn.Linear(2, 1)
    x = L.ones(6, 2)
    shown = dashboard(model, [(x, x[:, :1])], L.nn.MSELoss(),
                      L.optim.SGD(model.parameters(), lr=0.1), epochs=3)  # fmt: skip
    shown.run()
    assert (shown.now["accuracy"], shown.now["boundary"]) == (None, None)
    assert shown.now["total"] == 3
    assert "Accuracy" not in shown.describe()
    ET.fromstring(shown.svg())


def test_layers_without_a_gradient_are_told(dashboard):
    model, loader, loss_fn, optimizer = parts(torch)
    for p in model[0].parameters():
        p.requires_grad_(False)
    shown = dashboard(model, loader, loss_fn, optimizer)
    shown.step()
    assert shown.now["norms"][0] is None
    assert "layer 0 none" in shown.describe()


# --- page and picture ----------------------------------------------------------------------------


def test_buttons_of_the_page_arrive(dashboard, monkeypatch):
    shown = dashboard(*parts(torch), epochs=2)
    sent = []
    monkeypatch.setattr(shown, "send", sent.append)
    presses = [("step", "paused", 1), ("dance", "paused", 1), ("start", "done", 6),
               ("reset", "ready", 0)]  # fmt: skip
    for name, status, steps in presses:
        shown._told(shown, {"do": name}, [])
        assert shown.wait(LONG)
        assert (shown.status, shown.now["step"]) == (status, steps)
    shown._told(shown, "nonsense", [])
    assert sent == [{"heard": True}] * 5


def test_the_still_form_is_brought_up_to_date_after_the_run(dashboard, monkeypatch):
    import IPython.display

    published = []
    for name in ("display", "update_display"):
        monkeypatch.setattr(
            IPython.display, name, lambda data, name=name, **kw: published.append((name, data, kw))
        )
    shown = dashboard(*parts(torch), epochs=1)
    shown._ipython_display_()
    shown.run()
    (first, before, options), (second, after, later) = published
    assert (first, second) == ("display", "update_display")
    assert options["display_id"] == later["display_id"]
    assert "Nothing measured yet" in before["image/svg+xml"]
    assert after["text/plain"] == shown.describe()
    assert "finished: epoch 1 of 1, step 3 of 3" in after["text/plain"]
    assert "application/vnd.jupyter.widget-view+json" in after


def test_picture_and_words_after_the_run(dashboard):
    model, loader, loss_fn, optimizer = parts(torch)
    shown = dashboard(model, loader, loss_fn, optimizer, validation=loader, epochs=3)
    assert shown.describe() == "Training dashboard, not started: epoch 0 of 3, step 0 of 9."
    shown.run()
    picture = ET.fromstring(shown.svg())
    assert picture.find(f"{SVG}desc").text == shown.describe()
    texts = [text.text for text in picture.iter(f"{SVG}text")]
    for title in ("loss", "accuracy", "gradient norms", "decision boundary", "held out"):
        assert title in texts
    assert len(list(picture.iter(f"{SVG}polyline"))) == 2 + 2 + 2
    for word in ("Loss:", "Accuracy", "On held-out data:", "layer 3", "60 points shown"):
        assert word in shown.describe()
    page = shown.html()
    assert "Decision boundary" in page.partition("<script")[0]

"""The live training dashboard: curves, gradient norms, decision boundary while a model trains."""

import math
import uuid

import traitlets

from tools.widgets.base import Widget, bundle, style
from tools.widgets.training_run import TrainingRun
from tools.widgets.training_still import as_svg, in_words


class TrainingDashboard(Widget):
    """Trains a model in the background and shows how it goes; start it in the page or with `start`.

    model, loader, loss_fn, optimizer: PyTorch's or penlight's. The loader gives (inputs, targets);
    batches go to the model's device. epochs: passes through the loader. validation: a loader of
    held-out data, evaluated after each epoch. scheduler: stepped after each epoch. pace: at most
    so many steps a second, to watch a small net; 0 is full speed.

    Cells run while it trains (loaders with a generator of their own leave the cells' random numbers
    alone), and `pause` takes effect after the batch at hand; the kernel hears a button when no cell
    runs. If the loop raises, the run stops, the page says where, and `exception` holds the error.
    Accuracy is shown for class scores with int targets and for a binary cross-entropy, the boundary
    if moreover the inputs are points of the plane. TypeError or ValueError for parts that do not
    fit together.
    """

    _esm = bundle("training_dashboard.js")
    _css = style("training_dashboard.css")
    title = "Training dashboard"

    now = traitlets.Dict(read_only=True).tag(sync=True)
    pace = traitlets.Float(0.0, min=0.0).tag(sync=True)

    def __init__(self, model, loader, loss_fn, optimizer, epochs=20, *, validation=None,
                 scheduler=None, pace=0, **kwargs):  # fmt: skip
        if not isinstance(epochs, int) or isinstance(epochs, bool) or epochs < 1:
            raise ValueError(f"epochs must be a whole number from 1 on, not {epochs!r}")
        if not callable(loss_fn):
            raise TypeError(f"loss_fn must be a function or a module, not {type(loss_fn).__name__}")
        for name, value in (("loader", loader), ("validation", validation)):
            if value is not None and not hasattr(value, "__iter__"):
                raise TypeError(f"{name} must be a DataLoader, not {type(value).__name__}")
        self._run = TrainingRun(
            model, loader, loss_fn, optimizer, epochs, validation, scheduler, self._show
        )
        self._display = f"training-{uuid.uuid4().hex}"
        self._shown_in_notebook = False
        super().__init__(pace=pace, **kwargs)
        self._show(self._run)
        self.on_msg(self._told)

    # --- what one does with it -------------------------------------------------------------------

    def start(self):
        """Train in the background, to the end or until `pause`."""
        self._run.start()

    def pause(self):
        """Stop after the batch at hand; returns when it has stopped."""
        self._run.pause()

    def step(self, count=1):
        """Train on `count` more batches; returns when that is done."""
        self._run.step(count)
        self._run.wait()

    def reset(self):
        """Put model, optimizer and scheduler back to what they were when this was made."""
        self._run.reset()

    def wait(self, seconds=None) -> bool:
        """Wait until nothing runs; False if it still does after `seconds`."""
        return self._run.wait(seconds)

    def run(self):
        """Train to the end and wait for it; raises the error that stopped it, if one did."""
        self.start()
        self.wait()
        if self._run.exception is not None:
            raise self._run.exception

    @property
    def status(self) -> str:
        """One of "ready", "running", "paused", "done" and "error"."""
        return self._run.status

    @property
    def exception(self) -> BaseException | None:
        """The error that stopped the loop."""
        return self._run.exception

    def close(self):
        """Stop for good."""
        if hasattr(self, "_run"):  # not where the parts were refused
            self._run.close()
        super().close()

    @traitlets.observe("pace")
    def _keep_pace(self, _):
        self._run.keep(self.pace or math.inf)

    # --- between thread, page and picture --------------------------------------------------------

    def _told(self, _, content, buffers):
        """A button was pressed. The kernel does not wait: it has cells to run."""
        act = {"start": self._run.start, "step": self._run.step,
               "pause": lambda: self._run.pause(wait=False),
               "reset": lambda: self._run.reset(wait=False)}  # fmt: skip
        if isinstance(content, dict) and content.get("do") in act:
            act[content["do"]]()
        # Also where nothing changes, so that the page sees it was heard.
        self.send({"heard": True})

    def _show(self, run):
        """Tell the page how the run stands; called from its thread."""
        history, last = run.history, run.history.last
        boundary = run.boundary.as_dict() if run.boundary and run.boundary.chosen else None
        error = ""
        if run.exception is not None:
            error = f"{type(run.exception).__name__}: {run.exception}\n{run.where}"
        self.set_trait("now", {
            "run": self._display, "status": run.status, "epoch": run.epoch,
            "epochs": run.epochs, "batch": run.batch, "batches": run.batches,
            "step": run.step_count,
            "total": run.batches and run.batches * run.epochs,
            "loss": last[1] if last else None, "accuracy": last[2] if last else None,
            "norms": last[3] if last else [], "groups": list(dict.fromkeys(run.groups.values())),
            "rate": run.optimizer.param_groups[0]["lr"], "history": history.as_dict(),
            "boundary": boundary, "error": error,
        })  # fmt: skip
        if run.status in ("done", "error") and self._shown_in_notebook:
            self._publish(update=True)

    def _ipython_display_(self):
        # Under a name, so that the still form beside it can be brought up to date after the run.
        self._shown_in_notebook = True
        self._publish(update=False)

    def _publish(self, update):
        from IPython.display import display, update_display

        data, metadata = self._repr_mimebundle_()
        show = update_display if update else display
        show(data, metadata=metadata, raw=True, display_id=self._display)

    def describe(self):
        """How the run stands, in a few lines."""
        return in_words(self.now)

    def svg(self):
        """The curves and the boundary as they stand, as an SVG picture."""
        return as_svg(self.now, self.title)

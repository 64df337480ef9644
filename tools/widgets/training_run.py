"""A training run in a thread of its own, which can be paused after every batch."""

import contextlib
import copy
import importlib
import math
import threading
import time
import traceback
import weakref

from tools.widgets.training_measures import Boundary, History, Judge, grouped_norms, groups_of

OFTEN = 0.2  # seconds between two reports while it runs
IDLE = ("ready", "paused", "done", "error")
_runs = weakref.WeakSet()


class TrainingRun:
    """Trains `model` on the batches of `loader`, for `epochs` passes, in the background.

    Nothing happens before `start` or `step`. `report(run)` is called from the thread, a few times
    a second and whenever `status` changes. Only one run trains at a time: starting one pauses the
    others, which would draw from the same random numbers.
    """

    def __init__(self, model, loader, loss_fn, optimizer, epochs, validation, scheduler, report):
        self.model, self.loader, self.loss_fn, self.optimizer = model, loader, loss_fn, optimizer
        self.epochs, self.validation, self.scheduler = epochs, validation, scheduler
        self.report, self.pace = report, math.inf  # at most so many steps a second
        self.library = library_of(model, optimizer)
        self.device = next(iter(model.parameters())).device
        self.groups = groups_of(name for name, _ in model.named_parameters())
        self._saved = [copy.deepcopy(part.state_dict()) for part in self._parts()]
        self._turn = threading.Condition()
        self._thread, self._busy, self._closing = None, False, False
        self._begin()
        _runs.add(self)

    def _parts(self):
        return [part for part in (self.model, self.optimizer, self.scheduler) if part is not None]

    def _begin(self):
        self.status, self.exception, self.where = "ready", None, ""
        self.epoch = self.batch = self.step_count = 0
        self.history = History(len(set(self.groups.values())))
        self.judge = self.boundary = None
        self._may = 0  # steps that may still be made: a number, or infinity
        self._reset_due = False
        self._reported, self._units = 0.0, self._training()

    @property
    def batches(self) -> int | None:
        """Batches in an epoch; None for a loader that does not know."""
        try:
            return len(self.loader)
        except TypeError:
            return None

    # --- commands, from any thread ---------------------------------------------------------------

    def start(self):
        """Train until the end, or until `pause`."""
        self._allow(math.inf)

    def step(self, count=1):
        """Train on `count` more batches (an epoch's evaluation belongs to its last one)."""
        self._allow(count)

    def pause(self, wait=True):
        """Stop after the batch at hand; with `wait`, return when it has stopped."""
        with self._turn:
            self._may = 0
            self._turn.notify_all()
        if wait:
            self.wait()

    def reset(self, wait=True):
        """Stop, and put model, optimizer and scheduler back to what they were at first."""
        with self._turn:
            self._may, self._reset_due = 0, True
            self._turn.notify_all()
        self._make_thread()
        if wait:
            self.wait()

    def wait(self, seconds=None) -> bool:
        """Wait until nothing runs; False if it still does after `seconds`."""
        if threading.current_thread() is self._thread:
            return False
        with self._turn:
            return self._turn.wait_for(lambda: self._rests() or self._closing, seconds)

    def keep(self, pace):
        """From now on, make at most so many steps a second."""
        with self._turn:
            self.pace = pace
            self._turn.notify_all()

    def close(self):
        """Stop for good; the thread ends."""
        with self._turn:
            self._may, self._closing = 0, True
            self._turn.notify_all()

    def _rests(self):
        return not (self._busy or self._may or self._reset_due) and self.status != "running"

    def _allow(self, count):
        if self.status in ("done", "error") or self._closing:
            return
        for other in list(_runs):
            if other is not self and not other._rests():
                other.pause()
        with self._turn:
            self._may = count
            self._turn.notify_all()
        self._make_thread()

    def _make_thread(self):
        with self._turn:
            if self._thread is None and not self._closing:
                self._thread = threading.Thread(target=self._work, name="training", daemon=True)
                self._thread.start()

    # --- the thread ------------------------------------------------------------------------------

    def _work(self):
        while not self._closing:
            with self._turn:
                if self._rests():
                    self._turn.notify_all()
                    self._turn.wait_for(lambda: self._closing or not self._rests())
                    continue
                self._busy = True
                job = self._reset if self._reset_due else self._advance if self._may else self._rest
            job()
            self._tell(always=self.status in IDLE or self.pace * OFTEN <= 1)
            # Last of all, so that whoever waits finds everything in place.
            with self._turn:
                self._busy = False
                if self._may and self.pace < math.inf:
                    self._keep_pace()
        with self._turn:
            self._turn.notify_all()

    def _keep_pace(self):
        pace = self.pace
        self._turn.wait_for(lambda: not self._may or self._closing or self.pace != pace, 1 / pace)

    def _rest(self):
        self.status = "paused"
        self._see()

    def _reset(self):
        try:
            for part, state in zip(self._parts(), self._saved, strict=True):
                part.load_state_dict(copy.deepcopy(state))
            self.optimizer.zero_grad()
            self._begin()
        except Exception as error:
            self._reset_due = False
            self._fail(error, "resetting")

    def _advance(self):
        """One batch of training or of evaluation."""
        if self.status != "running":
            self.status = "running"
            self._tell(always=True)
        self._doing = "getting the next batch from the loader"
        try:
            trained = next(self._units)
        except StopIteration:
            self.status, self._may = "done", 0
            self._see()
        except Exception as error:
            self._fail(error, self._doing)
        else:
            with self._turn:
                self._may = max(self._may - trained, 0)

    def _fail(self, error, doing):
        self.status, self._may, self.exception = "error", 0, error
        self.where = f"while {doing}"
        if self.step_count or self.epoch:
            self.where = f"in epoch {self.epoch}, batch {self.batch + 1}, {self.where}"
        if line := _own_line(error):
            self.where += f" ({line})"

    def _tell(self, always=False):
        now = time.monotonic()
        if always or now - self._reported >= OFTEN:
            self._reported = now
            if not always:
                self._see()
            # A page that has gone away must not end the training.
            with contextlib.suppress(Exception):
                self.report(self)

    def _see(self):
        """Look again where the model draws its boundary."""
        if self.boundary is None or self.exception is not None:
            return
        try:
            self.boundary.look(self.model, self.library)
        except Exception as error:
            self._fail(error, "computing the decision boundary, model(points)")

    # --- training ---------------------------------------------------------------------------------

    def _training(self):
        """Yields 1 after each training step, 0 after each batch of an evaluation.

        An epoch's evaluation comes before the 1 of its last batch.
        """
        for epoch in range(1, self.epochs + 1):
            self.epoch, self.batch, trained = epoch, 0, False
            for batch in self.loader:
                if trained:
                    yield 1
                    self._doing = "getting the next batch from the loader"
                inputs, targets = self._unpack(batch)
                self._train_on(inputs, targets)
                trained = True
            if not trained:
                raise ValueError("the loader gave no batch: is its dataset empty?")
            if self.validation is not None:
                yield from self._evaluate()
            if self.scheduler is not None:
                self._doing = "calling scheduler.step()"
                self.scheduler.step()
            if epoch < self.epochs:
                yield 1

    def _train_on(self, inputs, targets):
        self.model.train()
        self._doing = "computing model(inputs)"
        scores = self.model(*inputs)
        self._doing = "computing loss_fn(scores, targets)"
        loss = self.loss_fn(scores, targets)
        value = _one_number(loss)
        if not math.isfinite(value):
            raise FloatingPointError(
                f"the loss is {value}: no step can mend that. Look at the learning rate, and for a "
                "division by zero or the logarithm of one"
            )
        self.optimizer.zero_grad()
        self._doing = "calling loss.backward()"
        loss.backward()
        norms = grouped_norms(self.model.named_parameters(), self.groups)
        self._doing = "calling optimizer.step()"
        self.optimizer.step()
        if self.judge is None:
            self.judge = Judge(scores, targets, self.loss_fn)
            self.boundary = Boundary.of(self.judge, inputs, targets, self.loader)
        self.batch += 1
        self.step_count += 1
        right = self.judge.right(scores.detach(), targets)
        self.history.add(self.step_count, value, right, norms)

    def _evaluate(self):
        total = right = count = 0
        for batch in self.validation:
            inputs, targets = self._unpack(batch)
            self._doing = "evaluating on the held-out data"
            self.model.eval()
            with self.library.no_grad():
                scores = self.model(*inputs)
                loss = _one_number(self.loss_fn(scores, targets))
            self.model.train()
            size = len(targets)
            total, count = total + loss * size, count + size
            part = self.judge.right(scores, targets)
            right = None if part is None else right + part * size
            yield 0
        if count:
            share = None if right is None else right / count
            self.history.held_out.append([self.step_count, total / count, share])

    def _unpack(self, batch):
        if not isinstance(batch, tuple | list) or len(batch) < 2:
            raise TypeError(
                "the loader must give batches of (inputs, targets); this one is a "
                f"{type(batch).__name__}"
            )
        *inputs, targets = (b.to(self.device) if hasattr(b, "to") else b for b in batch)
        return inputs, targets


def library_of(model, optimizer):
    """torch or penlight, whichever `model` is made of; errors where model and optimizer differ."""
    if not hasattr(model, "named_parameters"):
        raise TypeError(f"model must be an nn.Module, not {type(model).__name__}")
    if not hasattr(optimizer, "param_groups"):
        raise TypeError(f"optimizer must be an Optimizer, not {type(optimizer).__name__}")
    parameters = list(model.parameters())
    if not parameters:
        raise ValueError("the model has no parameters, so there is nothing to train")
    held = {id(p) for group in optimizer.param_groups for p in group["params"]}
    if not held & {id(p) for p in parameters}:
        raise ValueError(
            "the optimizer holds no parameter of this model. Was the model made anew after the "
            "optimizer? Make the optimizer last"
        )
    return importlib.import_module(type(parameters[0]).__module__.partition(".")[0])


def _one_number(loss) -> float:
    if not hasattr(loss, "backward"):
        raise TypeError(
            f"the loss must be a tensor, not {type(loss).__name__}. Are parentheses missing?"
        )
    if loss.numel() != 1:
        raise ValueError(
            f"the loss must be one number, not shape {tuple(loss.shape)}. Try reduction='mean'"
        )
    return float(loss.detach().item())


def _own_line(error) -> str:
    """Where in the student's own code the error came up; empty if nowhere."""
    theirs = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if not any(part in frame.filename.replace("\\", "/") for part in
                   ("site-packages", "/penlight/", "/tools/widgets/", "<frozen"))
    ]  # fmt: skip
    return f"line {theirs[-1].lineno}: {theirs[-1].line}" if theirs and theirs[-1].line else ""

"""Running one entry: its samples, gradients and error inputs under both libraries."""

from __future__ import annotations

import itertools
import random
import warnings
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import torch

import penlight
from tools.conformance import exceptions, gradients
from tools.conformance.compare import (
    difference,
    difference_but_for_ties,
    layout_difference,
    outcome_difference,
)
from tools.conformance.convert import PenlightCopier, TorchCopier, tensors_in
from tools.conformance.operators import Form, floors, forms, label

DTYPES = (torch.float32, torch.int64, torch.bool)
KINDS = ("samples", "forms", "gradients", "second", "errors", "nodes")
INFORMAL = {"nodes"}  # counted and shown, but an entry passes without
KEPT = 8  # failures kept in full; all are counted


@dataclass
class Failure:
    """One check that did not hold: what was called, on which sample, and the difference."""

    kind: str
    form: str
    dtype: str
    number: int
    sample: str
    problem: str

    def __str__(self):
        return f"{self.form}, {self.dtype} sample {self.number} {self.sample}: {self.problem}"


@dataclass
class EntryResult:
    """How one entry did: for each kind of check how many there were and how many held."""

    name: str
    floor: str
    total: Counter = field(default_factory=Counter)
    passed: Counter = field(default_factory=Counter)
    failures: list[Failure] = field(default_factory=list)
    informal: list[Failure] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    excepted: Counter = field(default_factory=Counter)  # reason -> checks that it covers

    @property
    def ok(self) -> bool:
        formal = [kind for kind in self.total if kind not in INFORMAL]
        return not self.missing and all(self.passed[kind] == self.total[kind] for kind in formal)

    @property
    def status(self) -> str:
        if "function" in self.missing:
            return "missing"
        return "passes" if self.ok else "fails"

    def add(self, kind, form, dtype, number, sample, problem):
        """Count one check; `problem` is None where it held."""
        self.total[kind] += 1
        if problem is None:
            self.passed[kind] += 1
            return
        failure = Failure(kind, form, dtype, number, describe(sample), problem)
        kept = self.informal if kind in INFORMAL else self.failures
        if len(kept) < KEPT:
            kept.append(failure)


class Runner:
    """Compares entries on `device`, on the first `limit` samples of each kind (all if None)."""

    def __init__(self, device: str = "cpu", limit: int | None = None):
        self.device, self.limit = device, limit

    def run(self, op) -> EntryResult:
        result = EntryResult(label(op), floors()[op.name])
        calls = forms(op)
        result.missing = [form.name for form in calls if form.ours is None]
        if "function" in result.missing:
            return result
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            self._samples(op, calls, result)
            if op.supports_autograd and op.supports_dtype(torch.float64, "cpu"):
                self._gradients(op, calls[0], result)
            self._errors(op, calls[0], result)
        return result

    def _samples(self, op, calls, result):
        supported = [dtype for dtype in DTYPES if op.supports_dtype(dtype, "cpu")]
        for dtype in supported or [torch.complex64]:
            for number, sample in self._first(op.sample_inputs("cpu", dtype)):
                for form in calls:
                    if form.ours is None or not _applies(form, sample):
                        continue
                    kind = "samples" if form.name == "function" else "forms"
                    self._check(result, op, kind, form, dtype, number, sample)

    def _errors(self, op, form, result):
        if op.error_inputs_func is None:
            return
        for number, case in self._first(op.error_inputs("cpu")):
            sample = case.sample_input
            self._check(result, op, "errors", form, None, number, sample)

    def _check(self, result, op, kind, form, dtype, number, sample):
        known = exceptions.find(label(op), op.name, kind, form.name, dtype, describe(sample))
        if known is not None and known.compare == "nothing":
            result.excepted[known.reason] += 1
            return
        problem = self._call_problem(form, sample, known)
        if known is not None and problem is None:
            result.excepted[known.reason] += 1
        result.add(kind, form.name, _name(dtype), number, sample, problem)

    def _call_problem(self, form: Form, sample, known) -> str | None:
        theirs = call(form.theirs, sample, TorchCopier(), form.inplace)
        ours = call(form.ours, sample, PenlightCopier(self.device), form.inplace)
        if theirs.error is not None or ours.error is not None:
            return outcome_difference(ours.error, theirs.error)
        values = known is None or known.compare != "all but values"
        if known is not None and known.compare == "all but ties":
            found = difference_but_for_ties(ours.result, theirs.result, theirs.inputs[0])
        else:
            tolerance = (1e-6, known.atol) if known is not None and known.atol else None
            found = difference(ours.result, theirs.result, values=values, tolerance=tolerance)
        return found or _memory_problem(ours, theirs) or _writes_problem(ours, theirs, values)

    def _gradients(self, op, form, result):
        for number, sample in self._first(_gradient_samples(op)):
            text = describe(sample)
            compared, problem = gradients.node_difference(form, sample, self.device)
            if compared:
                result.add("nodes", "node", "float64", number, sample, problem)
            for kind in ("gradients", "second"):
                if kind == "second" and not op.supports_gradgrad:
                    continue
                known = exceptions.find(label(op), op.name, kind, "function", torch.float64, text)
                if known is not None:
                    result.excepted[known.reason] += 1
                    continue
                order = 1 if kind == "gradients" else 2
                compared, problem = gradients.compare(form, sample, order, self.device)
                if compared:
                    result.add(kind, kind, "float64", number, sample, problem)
                if problem is not None:
                    break

    def _first(self, samples) -> Iterator:
        return enumerate(itertools.islice(_seeded(samples), self.limit))


@dataclass
class Outcome:
    """What a call did: its inputs, and its result or its error."""

    inputs: list = field(default_factory=list)
    result: object = None
    error: Exception | None = None


def call(function, sample, copy, inplace=False) -> Outcome:
    """Run one form on a copy of a sample, under seed 0, and note what came of it."""
    outcome = Outcome()
    torch.manual_seed(0)
    penlight.manual_seed(0)
    try:
        input, args, kwargs = copy(sample.input), copy(sample.args), copy(sample.kwargs)
        outcome.inputs = tensors_in([input, args, kwargs])
        outcome.result = function(input, *args, **kwargs)
        if inplace and outcome.result is not input:
            raise AssertionError("returned something else than its first argument")
    except Exception as error:  # any error is an outcome to compare
        outcome.error = error
    return outcome


def _memory_problem(ours: Outcome, theirs: Outcome) -> str | None:
    """Views must look at the same input in the same way; new results lie as PyTorch's."""
    for mine, wanted in zip(tensors_in(ours.result), tensors_in(theirs.result), strict=True):
        shared = [_shares(wanted, each) for each in theirs.inputs]
        if wanted.numel() and [_shares(mine, each) for each in ours.inputs] != shared:
            verb = "shares" if not any(shared) else "does not share"
            return f"the result {verb} memory with its input"
        if any(shared) or wanted.is_contiguous():
            found = layout_difference(mine, wanted)
            if found:
                return found
    return None


def _shares(a, b) -> bool:
    if a is b:
        return True
    same = a.untyped_storage().data_ptr() == b.untyped_storage().data_ptr()
    return same and bool(a.numel() and b.numel())


def _writes_problem(ours: Outcome, theirs: Outcome, values: bool) -> str | None:
    """Inputs that PyTorch wrote to hold the same afterwards; the others are untouched."""
    for number, (mine, wanted) in enumerate(zip(ours.inputs, theirs.inputs, strict=True)):
        if mine._version != wanted._version:
            return f"input {number} is at version {mine._version} instead of {wanted._version}"
        if wanted._version:
            found = difference(mine, wanted, values=values)
            if found:
                return f"input {number} afterwards: {found}"
    return None


def _applies(form: Form, sample) -> bool:
    """Methods need a tensor first, and in-place forms one that the result fits into."""
    return form.name == "function" or "operator" in form.name or isinstance(
        sample.input, torch.Tensor
    )  # fmt: skip


def _seeded(samples) -> Iterator:
    """The samples, the same in every run: they are drawn as they are asked for."""
    state = torch.get_rng_state(), random.getstate(), np.random.get_state()
    torch.manual_seed(0), random.seed(0), np.random.seed(0)
    drawn = list(samples)
    torch.set_rng_state(state[0]), random.setstate(state[1]), np.random.set_state(state[2])
    return iter(drawn)


def _gradient_samples(op):
    return op.sample_inputs("cpu", torch.float64, requires_grad=True)


def _name(dtype) -> str:
    return "" if dtype is None else str(dtype).removeprefix("torch.")


def describe(value) -> str:
    """A sample in one short line: shapes and strides instead of numbers."""
    if hasattr(value, "input") and hasattr(value, "kwargs"):
        parts = [describe(each) for each in (value.input, *value.args)]
        parts += [f"{name}={describe(each)}" for name, each in value.kwargs.items()]
        return f"({', '.join(parts)})"
    if isinstance(value, torch.Tensor):
        shape = "x".join(map(str, value.shape)) or "0-d"
        strided = "" if value.is_contiguous() else f" strides {value.stride()}"
        return f"{_name(value.dtype)}[{shape}]{strided}"
    if isinstance(value, list | tuple) and not isinstance(value, torch.Size):
        inside = ", ".join(map(describe, value))
        return f"[{inside}]" if isinstance(value, list) else f"({inside})"
    return repr(value)

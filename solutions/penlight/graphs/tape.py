"""A tape: operations in the order in which they ran, and the gradient by playing it backwards."""

from __future__ import annotations

from penlight.autograd.engine import _fit
from penlight.slots import slot
from penlight.tensors.operation import recorder, vocabulary
from penlight.tensors.tensor import Tensor


@slot(exercise="07_graphs")
def tape_gradient(tape, target, sources, ones):
    """The gradient of `target` for each of `sources`, None where `target` does not depend on it.

    tape  steps in the order in which they ran; each has `inputs`, `outs`, and `pullback(grads)`,
          which for a list of gradients of its outs (None: none arrived) gives one for each input
    ones  the gradient of `target` itself, to begin with
    No sorting is needed: on the tape, what is made stands before what is made of it.
    """
    gradients = {target: ones}
    for step in reversed(tape):
        arrived = [gradients.get(out) for out in step.outs]
        if all(gradient is None for gradient in arrived):
            continue
        for x, gradient in zip(step.inputs, step.pullback(arrived), strict=True):
            if gradient is not None:
                gradients[x] = gradients[x] + gradient if x in gradients else gradient
    return [gradients.get(source) for source in sources]


class Step:
    """One operation on the tape."""

    def __init__(self, entry, inputs, outs, attrs, watched):
        self.watched = watched  # ids of the inputs that a gradient is wanted for
        self.entry, self.operands, self.outs, self.attrs = entry, inputs, outs, attrs
        self.inputs = [x for x in inputs if isinstance(x, Tensor)]
        self.versions = [x._version for x in (*self.inputs, *outs)]

    def pullback(self, grads):
        """The gradient of each input from those of the outs, by the rules of the table."""
        if self.versions != [x._version for x in (*self.inputs, *self.outs)]:
            raise RuntimeError(
                f"a tensor that {self.entry.name} worked with was written to before the gradient "
                "was taken: ask for gradients before you assign"
            )
        entry, operands = self.entry, self.operands
        g = grads[0] if len(self.outs) == 1 else grads
        found = {}
        for i, rule, sources in entry.rules:
            if not entry.variadic and id(operands[i]) not in self.watched:
                continue
            result = rule(vocabulary, g, *map(self._value, sources))
            for k, each in enumerate(result) if entry.variadic else [(i, result)]:
                if each is not None and id(operands[k]) in self.watched:
                    facts = (operands[k]._array.shape, operands[k]._array.dtype)
                    found[k] = _fit(each, facts, vocabulary)
        return [found.get(k) for k, x in enumerate(operands) if isinstance(x, Tensor)]

    def _value(self, source):
        """One of the things that a rule names."""
        kind, number = source
        if kind == "attr":
            return self.attrs[number]
        if kind == "out":
            return self.outs[0] if len(self.outs) == 1 else list(self.outs)
        if kind == "shape":
            shapes = [getattr(x, "shape", ()) for x in self.operands]
            return shapes if self.entry.variadic else tuple(shapes[number])
        return list(self.operands) if self.entry.variadic else self.operands[number]


class Tape:
    """Records operations on watched tensors, and on what comes from them, in a ``with`` block."""

    def __init__(self):
        self.steps: list[Step] = []
        self._watched: set[int] = set()
        self._kept: list[Tensor] = []  # so that no id is used twice

    def watch(self, tensor: Tensor) -> None:
        tensor._tracked = True
        self._watched.add(id(tensor))
        self._kept.append(tensor)

    def __enter__(self):
        self._outer, self._was_own = recorder.record, "record" in vars(recorder)
        recorder.record = self._record
        return self

    def __exit__(self, *exc):
        if self._was_own:
            recorder.record = self._outer
        else:
            del recorder.record

    def _record(self, entry, inputs, out, attrs):
        self._outer(entry, inputs, out, attrs)
        tensors = [x for x in inputs if isinstance(x, Tensor)]
        watched = {id(x) for x in tensors if self._is_watched(x)}
        if watched and entry.rules:
            outs = out if type(out) is tuple else (out,)
            for each in outs:
                self.watch(each)
            self.steps.append(Step(entry, inputs, outs, attrs, watched))

    def _is_watched(self, tensor) -> bool:
        return id(tensor) in self._watched or getattr(tensor, "is_state", False)

    def gradient(self, target: Tensor, sources) -> list:
        """The gradient of `target` for each source; the operations it takes are heard as usual."""
        return tape_gradient(self.steps, target, list(sources), vocabulary.fill(target, 1))

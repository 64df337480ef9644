"""Forward mode: dual numbers. A dual tensor carries its tangent through every operation.

The tangent of a result comes from the same rules as the gradient: a rule is a function of the
incoming gradient `u`, linear in it, and the transpose of that linear function carries tangents
forward. Differentiating Σ rule(u)·tangent by `u` is that transpose.
"""

from collections import namedtuple

import numpy as np

from penlight.autograd.engine import _fit, grad
from penlight.autograd.modes import set_grad_enabled
from penlight.autograd.node import watch
from penlight.tensors.devices import array_module
from penlight.tensors.operation import vocabulary
from penlight.tensors.tensor import Tensor, alias, wrap

UnpackedDualTensor = namedtuple("UnpackedDualTensor", "primal tangent")
_made: list[Tensor] | None = None  # the dual tensors of the open level


class dual_level:
    """Dual tensors exist only inside this ``with`` block; levels do not nest."""

    def __enter__(self):
        global _made
        if _made is not None:
            raise RuntimeError("Nested forward mode AD is not supported at the moment")
        _made = []
        watch.dual = staticmethod(_carry)
        return self

    def __exit__(self, *exc):
        global _made
        for tensor in _made:
            tensor._tangent = None
            tensor._tracked = tensor._requires_grad
        _made, watch.dual = None, None


def make_dual(tensor: Tensor, tangent: Tensor) -> Tensor:
    """`tensor` as a dual tensor with the given tangent, of the same shape and type."""
    if _made is None:
        raise RuntimeError(
            "Trying to create a dual Tensor for forward AD but no level exists, make sure to "
            "enter_dual_level() first."
        )
    if tangent.shape != tensor.shape or tangent.dtype is not tensor.dtype:
        raise RuntimeError(
            f"Expected tangent to have shape {list(tensor.shape)} and type {tensor.dtype}, got "
            f"{list(tangent.shape)} and {tangent.dtype}"
        )
    dual = vocabulary.view(tensor, tensor._array.shape) if tensor._requires_grad else None
    dual = alias(tensor, tensor._array) if dual is None else dual
    _give(dual, tangent)
    return dual


def unpack_dual(tensor: Tensor) -> UnpackedDualTensor:
    """The plain tensor and its tangent (None if it has none)."""
    return UnpackedDualTensor(alias(tensor, tensor._array), tensor._tangent)


def _give(tensor, tangent):
    tensor._tangent, tensor._tracked = tangent, True
    _made.append(tensor)


def _carry(entry, inputs, outs, attrs) -> None:
    """The tangents of `outs` after an operation, if any input has one."""
    tangents = [x._tangent if isinstance(x, Tensor) else None for x in inputs]
    if all(t is None for t in tangents):
        return
    carried = entry.differentiable or range(len(outs))
    with set_grad_enabled(True), _paused():
        probes = [_zeros(x) for x in outs]
        results = _apply_rules(entry, inputs, outs, attrs, probes)
        pairs = [(r, t) for r, t in zip(results, tangents, strict=False) if r is not None]
        pairs = [(r, t) for r, t in pairs if t is not None]
        total = sum(((r * t).sum() for r, t in pairs), start=wrap(np.float64(0)))
        found = (
            grad(total, probes, create_graph=True, allow_unused=True)
            if total._requires_grad
            else [None] * len(outs)
        )
    for number, (x, t) in enumerate(zip(outs, found, strict=True)):
        if number in carried:
            _give(x, _detached_unless_needed(t if t is not None else _zeros(x), inputs))


def _detached_unless_needed(t, inputs):
    needed = any(isinstance(x, Tensor) and (x._requires_grad or _live(x)) for x in inputs)
    return t if needed else alias(t, t._array)


def _live(x) -> bool:
    return x._tangent is not None and x._tangent._requires_grad


def _zeros(x) -> Tensor:
    return wrap(array_module(x._array).zeros_like(x._array)).requires_grad_()


class _paused:
    def __enter__(self):
        watch.dual = None

    def __exit__(self, *exc):
        watch.dual = staticmethod(_carry)


def _apply_rules(entry, inputs, outs, attrs, probes):
    """What each rule gives for the gradient `probes`, in the shape of its input."""
    results = [None] * len(inputs)
    g = probes[0] if len(probes) == 1 else probes

    def value(source):
        kind, number = source
        if kind == "attr":
            return attrs[number]
        if kind == "out":
            return outs[0] if len(outs) == 1 else list(outs)
        if kind == "shape":
            shapes = [getattr(x, "shape", ()) for x in inputs]
            return shapes if entry.variadic else tuple(shapes[number])
        return list(inputs) if entry.variadic else inputs[number]

    for i, rule, sources in entry.rules:
        if not entry.variadic and getattr(inputs[i], "_tangent", None) is None:
            continue
        found = rule(vocabulary, g, *map(value, sources))
        for k, r in enumerate(found) if entry.variadic else [(i, found)]:
            if r is not None and isinstance(inputs[k], Tensor):
                results[k] = _fit(r, (inputs[k]._array.shape, inputs[k]._array.dtype), vocabulary)
    return results

"""Nested arguments and results: which tensors are in them, and how to build them again."""

from __future__ import annotations

from penlight.tensors.tensor import Tensor

# A plan says how to build a structure: ("tensor",) takes the next tensor, ("plain", type, x) is x.


def flatten(structure) -> tuple[list[Tensor], tuple]:
    """The tensors in tuples, lists and dicts, in order, and the plan to build the whole again."""
    tensors: list[Tensor] = []
    return tensors, _plan(structure, tensors)


def _plan(each, tensors):
    # No inner function: one that calls itself would keep the tensors alive.
    if isinstance(each, Tensor):
        tensors.append(each)
        return ("tensor",)
    if isinstance(each, tuple | list):
        named = hasattr(each, "_fields")
        kind = type(each) if named else tuple if isinstance(each, tuple) else list
        return (kind, tuple([_plan(item, tensors) for item in each]))
    if isinstance(each, dict):
        return (dict, tuple([(key, _plan(item, tensors)) for key, item in each.items()]))
    return ("plain", type(each), each)  # the type too: 1 == 1.0 == True


def unflatten(plan, tensors):
    """The structure of `plan` with these tensors in it."""
    return _built(plan, iter(tensors))


def _built(plan, left):
    kind, *rest = plan
    if kind == "tensor":
        return next(left)
    if kind == "plain":
        return rest[1]
    if kind is dict:
        return {key: _built(item, left) for key, item in rest[0]}
    items = [_built(item, left) for item in rest[0]]
    return kind(*items) if hasattr(kind, "_fields") else kind(items)

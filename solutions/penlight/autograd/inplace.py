"""Writing in place, with gradients: whose history changes when memory is overwritten.

A tensor that owns its memory takes over the history of what is written. Writing through a view
changes part of its base: the base becomes "the old base with this part replaced", and the view
becomes "that part of the new base". Other views of the base learn of it when they are next used.
"""

import gc
import re
import sys

import numpy as np

from penlight.autograd.node import record, rename
from penlight.tensors.operation import operation, recorder, table
from penlight.tensors.tensor import Tensor, wrap


def _replaced(xp, base, part, /, positions):
    flat = base.reshape(-1).copy()
    flat[positions] = part
    return flat.reshape(base.shape)


def _put(xp, part, /, positions, shape):
    whole = xp.zeros(shape, part.dtype).reshape(-1)
    whole[positions] = part
    return whole.reshape(shape)


# `positions` numbers the elements of the base that the view shows, in the view's shape.
replace_part = operation(
    "replace_part",
    _replaced,
    node_name="CopySlices",
    base=lambda m, g, positions: m.replace_part(g, 0, positions),
    part=lambda m, g, positions: m.take_part(g, positions),
)
take_part = operation(
    "take_part",
    lambda xp, base, /, positions: base.reshape(-1)[positions],
    node_name="AsStridedBackward0",
    base=lambda m, g, positions, base_shape: m.put_part(g, positions, base_shape),
)
put_part = operation("put_part", _put, part=lambda m, g, positions: m.take_part(g, positions))


def positions_in(base: Tensor, view: Tensor) -> np.ndarray:
    """Which elements of `base` the `view` shows, as numbers in row-major order of the base."""
    seen, shown = _offsets(base), _offsets(view)
    start = min(seen.min(initial=0), shown.min(initial=0))
    number = np.full(max(seen.max(initial=0), shown.max(initial=0)) - start + 1, -1)
    number[seen.reshape(-1) - start] = np.arange(seen.size)
    found = number[shown - start]
    if (found < 0).any():
        raise RuntimeError("this view shows memory outside its base, so it cannot be written to "
                           "while gradients are recorded")  # fmt: skip
    return found


def _offsets(tensor: Tensor) -> np.ndarray:
    """Where in the storage each element lies."""
    out = np.full((1,) * tensor.ndim, tensor.storage_offset())
    for d, (n, step) in enumerate(zip(tensor.shape, tensor.stride(), strict=True)):
        steps = np.arange(n) * step
        out = out + steps.reshape([-1 if d == k else 1 for k in range(tensor.ndim)])
    return out


def before_write(target: Tensor) -> Tensor:
    """A copy of `target`, with its place in the graph: the values that a rule may still need."""
    _refuse(target)
    if target._base is not None and target._seen_version != target._storage.version:
        refresh(target)
    before = wrap(target._array.copy())
    before.grad_fn, before._output_nr = target.grad_fn, target._output_nr
    before._requires_grad, before._tracked = target._requires_grad, target._tracked
    before._tangent = target._tangent
    return before


_WHY = {
    "several": "This view is the output of a function that returns multiple views. Such functions "
    "do not allow the output views to be modified inplace. You should replace the inplace "
    "operation by an out-of-place one.",
    "no_grad": "Given that this use case is ambiguous and error-prone, it is forbidden. You can "
    "clarify your code by moving both the view and the inplace either both inside the no_grad "
    "block (if you don't want the inplace to be tracked) or both outside (if you want the inplace "
    "to be tracked).",
}


def _refuse(target: Tensor) -> None:
    """RuntimeError for what may not be written while gradients are recorded."""
    _refuse_frozen(target, "is being modified inplace")
    for owner, what in ((target, "a leaf Variable"), (target._base, "a view of a leaf Variable")):
        if owner is not None and owner._requires_grad and owner.grad_fn is None:
            raise RuntimeError(f"{what} that requires grad is being used in an in-place operation.")


def _refuse_frozen(view: Tensor, what: str) -> None:
    if view._frozen is None or not recorder.gradients:
        return
    if view.grad_fn is None:
        who, what = "A view was created in no_grad mode and", f"{what} with grad mode enabled"
    else:
        name = re.sub(r"Backward\d*$", "", type(view.grad_fn).__name__)
        who = f"Output {view._output_nr} of {name} is a view and"
    raise RuntimeError(f"{who} {what}. {_WHY[view._frozen]}")


# What PyTorch calls the nodes of `t_`, `transpose_`, `unsqueeze_` and the forms of `squeeze_`.
_IN_PLACE = {
    f"{name}Backward{plain}": f"{name}Backward{written}"
    for name, plain, written in (
        ("T", 0, 1), ("Transpose", 0, 1), ("Unsqueeze", 0, 1),
        ("Squeeze", 0, 3), ("Squeeze", 1, 4), ("Squeeze", 2, 5),
    )
}  # fmt: skip


def write(target: Tensor, out: Tensor) -> None:
    """`target` is about to be overwritten by `out`: give it, and its base, their new history."""
    base = target if target._base is None else target._base
    _refuse(target)
    learns = () if base._requires_grad or not out._requires_grad else _other_views(base, target)
    if base is target:
        if out.grad_fn is not None:
            rename(out, _IN_PLACE.get(type(out.grad_fn).__name__, type(out.grad_fn).__name__))
        target.grad_fn, target._output_nr = out.grad_fn, out._output_nr
        target._requires_grad, target._tracked = out._requires_grad, out._tracked
        target._tangent = out._tangent
    else:
        positions = positions_in(base, target)
        record(table["replace_part"], (base, out), base, (positions,))
        record(table["take_part"], (base,), target, (positions,))
        # `overwrite` counts the write right after this.
        target._seen_version = target.storage().version + 1
    for view in learns:
        refresh(view)
        view._seen_version += 1


def _other_views(base: Tensor, target: Tensor) -> list[Tensor]:
    """The views of a base that was not tracked when they were made: it does not know them.

    Found through the storage that they share, which hardly ever needs looking for.
    """
    storage = base.storage()
    # Held by `base`, perhaps by `target`, by the name `storage` and by the call of getrefcount.
    if sys.getrefcount(storage) <= 3 + (target is not base):
        return []
    found = gc.get_referrers(storage)
    owners = [x for each in found if type(each) is dict for x in gc.get_referrers(each)]
    return [x for x in found + owners
            if isinstance(x, Tensor) and x._base is base and x is not target]  # fmt: skip


def refresh(view: Tensor) -> None:
    """The memory behind `view` was written since it was made: it is now part of its new base."""
    if view._base._requires_grad:
        _refuse_frozen(view, "its base or another view of its base has been modified inplace")
    view._seen_version = view._storage.version
    if view._base._requires_grad:
        positions = positions_in(view._base, view)
        record(table["take_part"], (view._base,), view, (positions,))

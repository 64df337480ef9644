"""`out=`: writing a result into a tensor that exists already."""

import functools
import warnings

from penlight.tensors.operation import overlap, overwrite, recorder, repeats
from penlight.tensors.storage import Storage
from penlight.tensors.tensor import Tensor


def takes_out(function=None, *, same_type: bool = False):
    """Give a function that returns a new tensor PyTorch's argument `out`.

    same_type  `out` must have the type of the result; else the result is cast where it may be.
    """
    if function is None:
        return functools.partial(takes_out, same_type=same_type)

    @functools.wraps(function)
    def run(*args, out=None, **kwargs):
        if out is None:
            return function(*args, **kwargs)
        given = [x for x in _flat([*args, *kwargs.values()]) if isinstance(x, Tensor)]
        if recorder.gradients and any(_has_gradient(x) for x in (out, *given)):
            raise RuntimeError(
                f"{function.__name__}(): functions with out=... arguments don't support automatic "
                "differentiation, but one of the arguments requires grad."
            )
        if "dtype" in (function.__kwdefaults__ or ()):
            kwargs.setdefault("dtype", out.dtype)
        result = function(*args, **kwargs)
        grows = result._array.shape != out._array.shape
        if any(_overlap(out, x, grows) for x in given):
            raise RuntimeError(
                "unsupported operation: some elements of the input tensor and the written-to "
                "tensor refer to a single memory location. Please clone() the tensor before "
                "performing the operation."
            )
        if same_type and result.dtype is not out.dtype:
            raise RuntimeError(
                f"Expected out tensor to have dtype {result.dtype.name}, but got {out.dtype.name} "
                "instead"
            )
        return write_out(result, out)

    return run


def write_out(result: Tensor, out: Tensor) -> Tensor:
    """`result` written into `out`, which takes its shape if it has another.

    RuntimeError if `out` shows one memory location several times.
    """
    if out._array.shape != result._array.shape and not repeats(out._array):
        if out._array.size:
            warnings.warn(
                "An output with one or more elements was resized since it had shape "
                f"{list(out._array.shape)}, which does not match the required output shape "
                f"{list(result._array.shape)}.",
                stacklevel=3,
            )
        out._array = result._array.astype(out._array.dtype)
        out._storage = Storage(out._array)
        return out
    return overwrite(out, result)


def _has_gradient(x) -> bool:
    return x._requires_grad or x._tangent is not None


def _flat(values):
    for each in values:
        if isinstance(each, list | tuple):
            yield from _flat(each)
        else:
            yield each


def write_outs(results, outs, *inputs):
    """Several results written into several `out` tensors of the same types; returns `outs`."""
    for result, out in zip(results, outs, strict=True):
        if result.dtype is not out.dtype:
            raise RuntimeError(
                f"Expected out tensor to have dtype {result.dtype.name}, but got {out.dtype.name} "
                "instead"
            )
        if any(_overlap(out, x) for x in (*inputs, *(o for o in outs if o is not out))):
            raise RuntimeError(
                "unsupported operation: some elements of the input tensor and the written-to "
                "tensor refer to a single memory location. Please clone() the tensor before "
                "performing the operation."
            )
    return type(results)(*[write_out(r, o) for r, o in zip(results, outs, strict=True)])


def _overlap(out: Tensor, x: Tensor, grows: bool = False) -> bool:
    """Whether writing to `out`, which may have to grow first, would overwrite `x`."""
    if grows and out._storage is not None and out._storage is x._storage:
        return True
    return out is x or overlap(out._array, x._array)

"""Tensors inside a capture: which are heard of, and where their numbers leave the graph."""

from __future__ import annotations

import threading
import warnings

from penlight.nn.parameter import Buffer, Parameter
from penlight.tensors.operation import recorder
from penlight.tensors.tensor import Tensor


class CaptureError(RuntimeError):
    """A function does something that a graph cannot hold."""


class TracerWarning(UserWarning):
    """A capture followed one way where the program would look at its data and choose."""


def _leaks(name: str, what: str):
    plain = getattr(Tensor, name)

    def method(self, *args, **kwargs):
        if recorder.capturing is not None:
            warnings.warn(
                f"Converting a tensor to a Python {what} while a function is captured: the graph "
                "keeps the value of now as a constant, and goes the same way for all other "
                "inputs. Use penlight.where, or penlight.graphs.script, which keeps both branches.",
                TracerWarning,
                stacklevel=2,
            )
        return plain(self, *args, **kwargs)

    method.__name__ = name
    return method


class Traced(Tensor):
    """A tensor inside a capture: it warns where its numbers leave the graph."""

    __bool__ = _leaks("__bool__", "boolean")
    __float__ = _leaks("__float__", "float")
    __int__ = _leaks("__int__", "integer")
    __index__ = _leaks("__index__", "index")
    item = _leaks("item", "number")
    tolist = _leaks("tolist", "list")
    numpy = _leaks("numpy", "array")


def is_state_of(tensor) -> bool:
    """Whether a tensor is there to be changed between runs: parameters, leaves, variables."""
    if isinstance(tensor, Parameter | Buffer) or getattr(type(tensor), "is_state", False):
        return True
    return tensor._requires_grad and tensor.grad_fn is None and type(tensor) is not Traced


_captures = 0
_lock = threading.Lock()


def hear_every_tensor(on: bool) -> None:
    """Operations report of tracked tensors: while any capture runs, those are all.

    So a tensor made inside the function is heard of from its beginning, and not only when a
    traced one is written into it. Other threads' operations report too, to autograd, which finds
    nothing to do.
    """
    global _captures
    with _lock:
        _captures += 1 if on else -1
        Tensor._tracked = _captures > 0

"""Hooks: functions that see gradients on their way, and may change them."""

import itertools

from penlight.autograd.node import Node, accumulator
from penlight.tensors.tensor import Tensor, teach

_ids = itertools.count()


class RemovableHandle:
    """What registering a hook returns; `remove()`, or leaving a ``with``, takes the hook away."""

    def __init__(self, hooks: dict, hook, *, prepend: bool = False):
        self.hooks, self.id = hooks, next(_ids)
        others = dict(hooks) if prepend else {}
        for key in others:
            del hooks[key]
        hooks[self.id] = hook
        hooks.update(others)

    def remove(self) -> None:
        self.hooks.pop(self.id, None)

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.remove()


def _node_of(tensor: Tensor) -> Node:
    if not tensor._requires_grad:
        raise RuntimeError("cannot register a hook on a tensor that doesn't require gradient")
    return tensor.grad_fn or accumulator(tensor)


@teach()
def register_hook(self, hook) -> RemovableHandle:
    """Call `hook(grad)` when the gradient of this tensor is known; what it returns replaces it."""
    node = _node_of(self)
    node.prehooks = {} if node.prehooks is None else node.prehooks
    return RemovableHandle(node.prehooks, (self._output_nr, hook))


@teach()
def register_post_accumulate_grad_hook(self, hook) -> RemovableHandle:
    """Call `hook(tensor)` after a gradient has been added to the `.grad` of this leaf."""
    node = _node_of(self)
    if self.grad_fn is not None:
        raise RuntimeError("post accumulate grad hooks cannot be registered on non-leaf tensors")
    node.posthooks = {} if node.posthooks is None else node.posthooks
    return RemovableHandle(node.posthooks, hook)


@teach()
def retain_grad(self) -> None:
    """Keep the gradient of this intermediate result in its `.grad`, as leaves do."""
    if not self._requires_grad:
        raise RuntimeError("can't retain_grad on Tensor that has requires_grad=False")
    if self.grad_fn is None or self.retains_grad:
        return

    def keep(grad):
        self._grad = grad if self._grad is None else self._grad + grad

    keep.keeps = True
    self.register_hook(keep)
    self.__dict__["retains_grad"] = True


Tensor.retains_grad = False


def _register_node_hook(self, hook) -> RemovableHandle:
    """Call `hook(grad_inputs, grad_outputs)` after this node has run; it may return new inputs."""
    self.posthooks = {} if self.posthooks is None else self.posthooks
    return RemovableHandle(self.posthooks, hook)


Node.register_hook = _register_node_hook

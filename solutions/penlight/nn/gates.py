"""Backward hooks of modules: gates that gradients pass on their way out of and into a module."""

from penlight.autograd.function import Function
from penlight.tensors.tensor import Tensor


class _Gate(Function):
    """Hands its tensors through; on the way back it shows their gradients to `pass_back`."""

    @staticmethod
    def forward(ctx, pass_back, *tensors):
        ctx.pass_back = pass_back
        ctx.set_materialize_grads(False)
        return tensors

    @staticmethod
    def backward(ctx, *grads):
        return (None, *ctx.pass_back(grads))


class Gates:
    """One call of a module with backward hooks."""

    def __init__(self, module, hooks):
        self.module, self.hooks = module, hooks
        self.grad_output: tuple = ()
        self.needed = False

    def enter(self, args):
        """The arguments, passed through the inner gate if any of them needs a gradient."""
        tensors = [x for x in args if isinstance(x, Tensor)]
        self.needed = any(x._requires_grad for x in tensors)
        if not self.needed:
            return args
        passed = iter(_Gate.apply(self._call, *tensors))
        return tuple(next(passed) if isinstance(x, Tensor) else x for x in args)

    def leave(self, result):
        """The result, passed through the outer gate."""
        several = isinstance(result, tuple)
        passed = _Gate.apply(self._note, *(result if several else (result,)))
        return passed if several else passed[0]

    def _note(self, grads):
        self.grad_output = grads
        if not self.needed:
            # No input needs a gradient: the hooks run now, and have none to show.
            self._call((None,))
        return grads

    def _call(self, grad_input):
        for hook in self.hooks:
            changed = hook(self.module, grad_input, self.grad_output)
            if changed is not None:
                grad_input = changed if isinstance(changed, tuple) else (changed,)
        return grad_input

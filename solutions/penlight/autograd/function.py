"""Operations of your own: a `Function` says how to compute and how to send gradients back."""

import functools

from penlight.autograd.modes import set_grad_enabled
from penlight.autograd.node import Node, Saved, attach, edge_of, watch
from penlight.tensors.operation import recorder, vocabulary
from penlight.tensors.tensor import Tensor, alias, wrap


class FunctionNode(Node):
    """The node of one call; it is the `ctx` that `forward` and `backward` receive."""

    __slots__ = ("__dict__",)
    function: type

    def save_for_backward(self, *tensors) -> None:
        """Keep tensors for `backward`; reading them there checks that nobody wrote over them."""
        self._to_save = tensors

    def save_for_forward(self, *tensors) -> None:
        self._for_forward = tensors

    @property
    def saved_tensors(self) -> tuple:
        if self.parts is None:
            raise RuntimeError(
                "Trying to backward through the graph a second time (or directly access saved "
                "tensors after they have already been freed). Specify retain_graph=True if you "
                "need to backward through the graph a second time."
            )
        return tuple(each if each is None else each.read(self) for each in self.parts)

    def mark_non_differentiable(self, *tensors) -> None:
        """These outputs carry no gradient."""
        self._constant = {id(each) for each in tensors}

    def mark_dirty(self, *tensors) -> None:
        """These inputs were changed in place and are returned."""
        self._dirty = {id(each) for each in tensors}

    def set_materialize_grads(self, value: bool) -> None:
        """Whether an output that got no gradient is given zeros (the default) or None."""
        self._materialize = value

    def apply(self, m, grads):
        on_arrays = m is not vocabulary
        if on_arrays:
            grads = [g if g is None else wrap(g) for g in grads]
        if self._materialize:
            facts = self.output_facts
            grads = [g if g is not None else _zeros(*fact) for g, fact in zip(grads, facts)]  # noqa: B905
        results = self.function.backward(self, *grads)
        results = results if isinstance(results, tuple) else (results,)
        expected = len(self.next_functions)
        if len(results) > expected and all(each is None for each in results[expected:]):
            results = results[:expected]
        if len(results) != expected:
            raise RuntimeError(
                f"function {self.name()} returned an incorrect number of gradients "
                f"(expected {expected}, got {len(results)})"
            )
        return [g._array if on_arrays and isinstance(g, Tensor) else g for g in results]

    def steps(self):
        return ()  # what it has to do stands in `function.backward`

    def release(self):
        if self.parts:
            self.parts = None


def _zeros(shape, numpy_dtype):
    import numpy as np

    return wrap(np.zeros(shape, numpy_dtype))


class Function:
    """Base class: write static methods `forward(ctx, …)` and `backward(ctx, *grads)`.

    `backward` returns one gradient for each argument of `forward`, None where there is none. In
    the newer style `forward` has no ctx, and `setup_context(ctx, inputs, output)` saves tensors.
    """

    @staticmethod
    def forward(*args, **kwargs):
        raise NotImplementedError(
            "You must implement the forward function for custom autograd.Function."
        )

    @staticmethod
    def setup_context(ctx, inputs, output):
        raise NotImplementedError

    @staticmethod
    def backward(ctx, *grad_outputs):
        raise NotImplementedError(
            "You must implement either the backward or vjp method for your custom "
            "autograd.Function to use it with backward mode AD."
        )

    @classmethod
    def apply(cls, *args):
        """Run `forward` without recording it, and record the call as one node."""
        ctx = _node_class(cls)()
        ctx.entry = None
        ctx.next_functions = tuple(edge_of(x) for x in args)
        ctx.needs_input_grad = tuple(isinstance(x, Tensor) and x._requires_grad for x in args)
        ctx.prehooks = ctx.posthooks = None
        ctx._to_save, ctx._constant, ctx._dirty, ctx._materialize = (), set(), set(), True
        recording = recorder.gradients and any(ctx.needs_input_grad)
        with set_grad_enabled(False):
            if cls.setup_context is Function.setup_context:
                output = cls.forward(ctx, *args)
            else:
                output = cls.forward(*args)
                cls.setup_context(ctx, args, output)
        outs = output if isinstance(output, tuple) else (output,)
        given = {id(x) for x in args}
        # An input handed back as it is must become a tensor of its own, unless it was written to.
        outs = tuple(
            alias(x, x._array)
            if isinstance(x, Tensor) and id(x) in given and id(x) not in ctx._dirty
            else x
            for x in outs
        )
        ctx.output_facts = [
            (x._array.shape, x._array.dtype) if isinstance(x, Tensor) else ((), None) for x in outs
        ]
        if recording:
            cls._record(ctx, outs)
        return outs if isinstance(output, tuple) else outs[0]

    @classmethod
    def _record(cls, ctx, outs):
        number_of = {id(x): k for k, x in enumerate(outs)}
        ctx.parts = tuple(
            None
            if x is None
            else Saved(x, ctx.name(), number_of[id(x)])
            if id(x) in number_of
            else Saved(x)
            for x in ctx._to_save
        )
        ctx._to_save = ()
        if watch.trace is not None:
            watch.trace(ctx)
        for number, x in enumerate(outs):
            floating = isinstance(x, Tensor) and x._array.dtype.kind not in "biu"
            if floating and id(x) not in ctx._constant:
                attach(x, ctx, number)


@functools.cache
def _node_class(function: type) -> type[FunctionNode]:
    return type(f"{function.__name__}Backward", (FunctionNode,), {"function": function})


def once_differentiable(backward):
    """Decorator for a `backward` whose result cannot be differentiated again."""

    @functools.wraps(backward)
    def wrapped(ctx, *grads):
        with set_grad_enabled(False):
            results = backward(ctx, *grads)
        if not recorder.gradients or not any(
            isinstance(g, Tensor) and g._requires_grad for g in (*grads, *ctx.saved_tensors)
        ):
            return results
        several = isinstance(results, tuple)
        outs = tuple(
            _Refuse.apply(g, *grads) if isinstance(g, Tensor) else g
            for g in (results if several else (results,))
        )
        return outs if several else outs[0]

    return wrapped


class _Refuse(Function):
    @staticmethod
    def forward(ctx, value, *history):
        return value.clone()

    @staticmethod
    def backward(ctx, *grads):
        raise RuntimeError(
            "trying to differentiate twice a function that was marked with @once_differentiable"
        )

"""What autograd teaches a tensor: `requires_grad`, `grad`, `is_leaf`, `data`."""

from penlight.tensors import dtypes
from penlight.tensors.tensor import Tensor, teach

Tensor._grad = None


def _get_grad(self):
    return self._grad


def _set_grad(self, value):
    if value is not None:
        if not isinstance(value, Tensor):
            raise TypeError(
                "assigned grad expected to be a Tensor or None but got grad of "
                f"{type(value).__name__}"
            )
        if value.shape != self.shape:
            raise RuntimeError(
                f"assigned grad has data of a different size: {list(value.shape)} for a tensor "
                f"of {list(self.shape)}"
            )
        if value.dtype is not self.dtype:
            raise RuntimeError(
                f"assigned grad has data of a different type: {value.dtype} for {self.dtype}"
            )
    self._grad = value


def _set_requires_grad(self, value):
    self.requires_grad_(value)


@teach()
def requires_grad_(self, requires_grad: bool = True) -> Tensor:
    """Ask for gradients of this leaf from now on (or no longer)."""
    if requires_grad and self.dtype.category < dtypes.FLOAT:
        raise RuntimeError("only Tensors of floating point dtype can require gradients")
    if not requires_grad and self.grad_fn is not None:
        raise RuntimeError(
            "you can only change requires_grad flags of leaf variables. If you want to use a "
            "computed variable in a subgraph that doesn't require differentiation use "
            "var_no_grad = var.detach()."
        )
    self._requires_grad = self._tracked = bool(requires_grad)
    return self


Tensor.grad = property(_get_grad, _set_grad, doc="The gradient added up by `backward`, or None.")
Tensor.requires_grad = property(
    lambda self: self._requires_grad, _set_requires_grad, doc="Whether gradients flow here."
)
Tensor.is_leaf = property(
    lambda self: self.grad_fn is None, doc="Whether no recorded operation made this tensor."
)
Tensor.output_nr = property(lambda self: self._output_nr)
Tensor.data = property(
    lambda self: self.detach(),
    lambda self, value: setattr(self, "_array", value._array),
    doc="The same memory without history; assigning replaces the memory.",
)

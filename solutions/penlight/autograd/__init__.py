"""Floor 04, autograd: the graph of what was computed, and the walk back through it."""

from penlight.autograd import (
    anomaly,
    forward_ad,
    function,
    functional,
    hooks,
    inplace,
    leaves,
    node,
)
from penlight.autograd.anomaly import detect_anomaly, set_detect_anomaly
from penlight.autograd.engine import (
    accumulate_grad,
    backpropagate,
    backward,
    grad,
    topological_order,
)
from penlight.autograd.function import Function
from penlight.autograd.gradcheck import gradcheck, gradgradcheck, numerical_jacobian
from penlight.autograd.modes import (
    enable_grad,
    inference_mode,
    is_grad_enabled,
    no_grad,
    set_grad_enabled,
)
from penlight.tensors.operation import recorder

type(recorder).record = staticmethod(node.record)
type(recorder).write = staticmethod(inplace.write)
type(recorder).before_write = staticmethod(inplace.before_write)
node.watch.refresh = staticmethod(inplace.refresh)

# What `import penlight as torch` offers at the top; the rest is under `torch.autograd`.
__all__ = ["enable_grad", "inference_mode", "is_grad_enabled", "no_grad", "set_grad_enabled"]

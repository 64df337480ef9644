"""Module: a piece of a network that knows its parameters, its buffers and its parts."""

from collections import OrderedDict

from penlight.autograd.hooks import RemovableHandle
from penlight.nn import state, steps
from penlight.nn.parameter import Buffer, Parameter
from penlight.tensors import dtypes
from penlight.tensors.tensor import Tensor

_WHAT = {
    "_parameters": ("parameter", "torch.nn.Parameter"),
    "_modules": ("child module", "torch.nn.Module"),
    "_buffers": ("buffer", "torch.nn.Buffer, torch.Tensor"),
}


class Module:
    """Base class: assign layers and parameters in `__init__`, compute in `forward`.

    Calling the module runs its hooks and `forward`.
    """

    training: bool = True
    _KINDS = ("_parameters", "_buffers", "_modules")

    def __init__(self):
        for kind in self._KINDS:
            object.__setattr__(self, kind, {})
        object.__setattr__(self, "training", True)
        object.__setattr__(self, "_non_persistent", set())
        for hooks in ("_forward_pre_hooks", "_forward_hooks", "_backward_hooks"):
            object.__setattr__(self, hooks, OrderedDict())

    def forward(self, *args, **kwargs):
        raise NotImplementedError(
            f'Module [{type(self).__name__}] is missing the required "forward" function'
        )

    # --- calling --------------------------------------------------------------------------------

    def __call__(self, *args, **kwargs):
        if not (self._forward_pre_hooks or self._forward_hooks or self._backward_hooks):
            return self.forward(*args, **kwargs)
        for hook, with_kwargs in list(self._forward_pre_hooks.values()):
            changed = hook(self, args, kwargs) if with_kwargs else hook(self, args)
            if changed is not None and with_kwargs:
                args, kwargs = changed
            elif changed is not None:
                args = changed if isinstance(changed, tuple) else (changed,)
        if self._backward_hooks:
            result = self._forward_between_gates(args, kwargs)
        else:
            result = self.forward(*args, **kwargs)
        for hook, with_kwargs in list(self._forward_hooks.values()):
            changed = hook(self, args, kwargs, result) if with_kwargs else hook(self, args, result)
            result = result if changed is None else changed
        return result

    def _forward_between_gates(self, args, kwargs):
        """Run `forward` so that the gradients going in and coming out can be shown to hooks."""
        from penlight.nn.gates import Gates

        gates = Gates(self, list(self._backward_hooks.values()))
        return gates.leave(self.forward(*gates.enter(args), **kwargs))

    def register_forward_pre_hook(self, hook, *, prepend=False, with_kwargs=False):
        """Call `hook(module, args)` before `forward`; what it returns replaces the arguments."""
        return RemovableHandle(self._forward_pre_hooks, (hook, with_kwargs), prepend=prepend)

    def register_forward_hook(self, hook, *, prepend=False, with_kwargs=False):
        """Call `hook(module, args, output)` after `forward`; it may return another output."""
        return RemovableHandle(self._forward_hooks, (hook, with_kwargs), prepend=prepend)

    def register_full_backward_hook(self, hook, prepend=False):
        """Call `hook(module, grad_input, grad_output)` when the inputs' gradients are known."""
        return RemovableHandle(self._backward_hooks, hook, prepend=prepend)

    # --- registering ----------------------------------------------------------------------------

    def __setattr__(self, name, value):
        types = {"_parameters": Parameter, "_modules": Module, "_buffers": Buffer}
        kind = next((kind for kind, type in types.items() if isinstance(value, type)), None)
        if kind is not None:
            if kind not in self.__dict__:
                what = {"_parameters": "parameters", "_modules": "module"}.get(kind, "buffers")
                raise AttributeError(f"cannot assign {what} before Module.__init__() call")
            self._forget(name)
            self.__dict__.pop(name, None)
            self.__dict__[kind][name] = value
            if kind == "_buffers" and not value.persistent:
                self._non_persistent.add(name)
            return
        for kind in self._KINDS:
            held = self.__dict__.get(kind)
            if held is not None and name in held:
                if value is not None and (kind != "_buffers" or not isinstance(value, Tensor)):
                    raise TypeError(
                        f"cannot assign '{type(value).__name__}' as {_WHAT[kind][0]} '{name}' "
                        f"({_WHAT[kind][1]} or None expected)"
                    )
                held[name] = value
                return
        object.__setattr__(self, name, value)

    def __getattr__(self, name):
        for kind in self._KINDS:
            held = self.__dict__.get(kind)
            if held is not None and name in held:
                return held[name]
        raise AttributeError(f"'{type(self).__name__}' object has no attribute '{name}'")

    def __delattr__(self, name):
        if not self._forget(name):
            object.__delattr__(self, name)

    def _forget(self, name) -> bool:
        self._non_persistent.discard(name)
        found = [kind for kind in self._KINDS if name in self.__dict__[kind]]
        for kind in found:
            del self.__dict__[kind][name]
        return bool(found)

    def __dir__(self):
        held = [name for kind in self._KINDS for name in self.__dict__.get(kind, ())]
        return sorted({*object.__dir__(self), *held})

    def _check_name(self, name):
        if not isinstance(name, str):
            raise TypeError(f"a name should be a string. Got {type(name).__name__}")
        if "." in name:
            raise KeyError(f'the name can\'t contain ".", got: {name!r}')
        if name == "":
            raise KeyError('the name can\'t be empty string ""')
        if hasattr(self, name) and all(name not in self.__dict__[k] for k in self._KINDS):
            raise KeyError(f"attribute '{name}' already exists")

    def register_parameter(self, name: str, param: Parameter | None) -> None:
        """Add a parameter under `name`; None keeps the place for one."""
        self._check_name(name)
        if param is not None and not isinstance(param, Parameter):
            raise TypeError(
                f"cannot assign '{type(param).__name__}' object to parameter '{name}' "
                "(torch.nn.Parameter or None required)"
            )
        self._parameters[name] = param

    def register_buffer(self, name: str, tensor: Tensor | None, persistent: bool = True) -> None:
        """Add a tensor that belongs to the state but is not trained (a running mean, say)."""
        self._check_name(name)
        if tensor is not None and not isinstance(tensor, Tensor):
            raise TypeError(
                f"cannot assign '{type(tensor).__name__}' object to buffer '{name}' "
                "(torch Tensor or None required)"
            )
        self._buffers[name] = tensor
        (self._non_persistent.discard if persistent else self._non_persistent.add)(name)

    def add_module(self, name: str, module: "Module | None") -> None:
        """Add a part under `name`."""
        if module is not None and not isinstance(module, Module):
            raise TypeError(f"{type(module).__name__} is not a Module subclass")
        self._check_name(name)
        self._modules[name] = module

    register_module = add_module

    # --- looking through the parts --------------------------------------------------------------

    def named_modules(self, memo=None, prefix="", remove_duplicate=True):
        """(path, module) for this module and all parts, each once, outside in."""
        memo = set() if memo is None else memo
        if self in memo:
            return
        if remove_duplicate:
            memo.add(self)
        yield prefix, self
        for name, part in self._modules.items():
            if part is not None:
                path = f"{prefix}.{name}" if prefix else name
                yield from part.named_modules(memo, path, remove_duplicate)

    def _named(self, kind, prefix, recurse, remove_duplicate):
        seen = set()
        pairs = (
            self.named_modules(prefix=prefix, remove_duplicate=remove_duplicate)
            if recurse
            else [(prefix, self)]
        )
        for path, module in pairs:
            for name, value in getattr(module, kind).items():
                if value is None or id(value) in seen:
                    continue
                if remove_duplicate:
                    seen.add(id(value))
                yield (f"{path}.{name}" if path else name), value

    def named_parameters(self, prefix="", recurse=True, remove_duplicate=True):
        """(path, parameter) of this module and its parts, each once."""
        if recurse and remove_duplicate and not steps.named_parameters.is_reference:
            return iter(steps.named_parameters(self, prefix))
        return self._named("_parameters", prefix, recurse, remove_duplicate)

    def named_buffers(self, prefix="", recurse=True, remove_duplicate=True):
        return self._named("_buffers", prefix, recurse, remove_duplicate)

    def named_children(self):
        seen = set()
        for name, part in self._modules.items():
            if part is not None and part not in seen:
                seen.add(part)
                yield name, part

    def parameters(self, recurse=True):
        return (value for _, value in self.named_parameters(recurse=recurse))

    def buffers(self, recurse=True):
        return (value for _, value in self.named_buffers(recurse=recurse))

    def children(self):
        return (part for _, part in self.named_children())

    def modules(self):
        return (module for _, module in self.named_modules())

    def get_submodule(self, target: str) -> "Module":
        """The part at a path such as "encoder.0"."""
        found = self
        for name in filter(None, target.split(".")):
            if name not in found._modules:
                raise AttributeError(f"{type(found).__name__} has no attribute `{name}`")
            found = found._modules[name]
        return found

    def get_parameter(self, target: str) -> Parameter:
        path, _, name = target.rpartition(".")
        owner = self.get_submodule(path)
        if name not in owner._parameters:
            raise AttributeError(f"{type(owner).__name__} has no attribute `{name}`")
        return owner._parameters[name]

    def get_buffer(self, target: str) -> Tensor:
        path, _, name = target.rpartition(".")
        owner = self.get_submodule(path)
        if name not in owner._buffers:
            raise AttributeError(f"{type(owner).__name__} has no attribute `{name}`")
        return owner._buffers[name]

    def apply(self, fn):
        """Call `fn` on every part, then on this module."""
        for part in self.children():
            part.apply(fn)
        fn(self)
        return self

    # --- modes ----------------------------------------------------------------------------------

    def train(self, mode: bool = True):
        """Training mode for this module and its parts (dropout drops, batch norm measures)."""
        if not isinstance(mode, bool):
            raise ValueError("training mode is expected to be boolean")
        for module in self.modules():
            module.training = mode
        return self

    def eval(self):
        """Evaluation mode: `train(False)`."""
        return self.train(False)

    def requires_grad_(self, requires_grad: bool = True):
        for parameter in self.parameters():
            parameter.requires_grad_(requires_grad)
        return self

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forget the gradients of all parameters (or make them zero)."""
        for parameter in self.parameters():
            if parameter.grad is not None and not set_to_none:
                parameter.grad.detach().zero_()
            else:
                parameter.grad = None

    # --- moving ---------------------------------------------------------------------------------

    def _convert(self, change):
        """Exchange every parameter's and buffer's memory for the changed one."""
        for module in self.modules():
            for parameter in module._parameters.values():
                if parameter is not None:
                    parameter.data = change(parameter.detach())
                    if parameter._grad is not None:
                        parameter._grad = change(parameter._grad.detach())
            for name, buffer in module._buffers.items():
                if buffer is not None:
                    module._buffers[name] = change(buffer)
        return self

    def to(self, *args, **kwargs):
        """Move to a device, or floating-point parameters to another type; in place."""
        dtype = kwargs.pop("dtype", None)
        for each in args:
            dtype = each if isinstance(each, dtypes.dtype) else dtype
            if isinstance(each, Tensor):
                dtype, kwargs["device"] = each.dtype, each.device
        others = [a for a in args if not isinstance(a, dtypes.dtype | Tensor)]
        if dtype is not None and not (dtype.is_floating_point or dtype.is_complex):
            raise TypeError(
                f"nn.Module.to only accepts floating point or complex dtypes, but got {dtype}"
            )

        def change(tensor):
            wanted = dtype if tensor.is_floating_point() else None
            return tensor.to(*others, dtype=wanted, **kwargs)

        return self._convert(change)

    def cuda(self, device=None):
        return self._convert(lambda tensor: tensor.cuda(device))

    def cpu(self):
        return self._convert(lambda tensor: tensor.cpu())

    def type(self, dst_type):
        return self._convert(lambda tensor: tensor.to(dst_type))

    def float(self):
        return self.to(dtypes.float32)

    def double(self):
        return self.to(dtypes.float64)

    def half(self):
        return self.to(dtypes.float16)

    def bfloat16(self):
        return self.to(dtypes.bfloat16)

    # --- state ----------------------------------------------------------------------------------

    def state_dict(self, *, destination=None, prefix="", keep_vars=False):
        """All parameters and persistent buffers by path, sharing memory with the module."""
        found = OrderedDict() if destination is None else destination
        for name, value in self._own_state().items():
            found[prefix + name] = value if keep_vars else value.detach()
        for name, part in self._modules.items():
            if part is not None:
                part.state_dict(destination=found, prefix=f"{prefix}{name}.", keep_vars=keep_vars)
        return found

    def _own_state(self):
        buffers = {n: b for n, b in self._buffers.items() if n not in self._non_persistent}
        return {n: v for n, v in {**self._parameters, **buffers}.items() if v is not None}

    def load_state_dict(self, state_dict, strict: bool = True, assign: bool = False):
        """Copy values from a `state_dict` into the parameters and buffers of the same paths.

        RuntimeError lists what is missing, unexpected (if `strict`) or of another shape.
        """
        return state.load(self, state_dict, strict, assign)

    # --- printing -------------------------------------------------------------------------------

    def extra_repr(self) -> str:
        """What stands between the brackets when the module is printed; for subclasses."""
        return ""

    def _get_name(self) -> str:
        return type(self).__name__

    def __repr__(self):
        extra = self.extra_repr().split("\n") if self.extra_repr() else []
        parts = [
            f"({name}): " + repr(part).replace("\n", "\n  ") for name, part in self._modules.items()
        ]
        lines = extra + parts
        if not parts and len(extra) == 1:
            return f"{self._get_name()}({extra[0]})"
        inner = "\n  " + "\n  ".join(lines) + "\n" if lines else ""
        return f"{self._get_name()}({inner})"

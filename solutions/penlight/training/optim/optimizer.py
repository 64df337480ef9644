"""Optimizer: groups of parameters, the state that each parameter keeps, and one step at a time."""

import copy
import warnings
from collections import OrderedDict, defaultdict

from penlight.autograd.hooks import RemovableHandle
from penlight.autograd.modes import enable_grad, no_grad
from penlight.tensors.devices import array_module
from penlight.tensors.tensor import Tensor, wrap
from penlight.training.optim.steps import zero_grad


class Optimizer:
    """Base class. A subclass says in `update` how one parameter moves.

    param_groups  dicts with "params" and the options for them
    state         what `update` remembers for each parameter
    """

    def __init__(self, params, defaults: dict):
        self.defaults = defaults
        self.state: dict = defaultdict(dict)
        self.param_groups: list[dict] = []
        self._pre_hooks: dict = OrderedDict()
        self._post_hooks: dict = OrderedDict()
        if isinstance(params, Tensor):
            raise TypeError(
                "params argument given to the optimizer should be an iterable of Tensors or "
                f"dicts, but got {type(params)}"
            )
        groups = list(params)
        if not groups:
            raise ValueError("optimizer got an empty parameter list")
        if not isinstance(groups[0], dict):
            groups = [{"params": groups}]
        for group in groups:
            self.add_param_group(dict(group))

    def add_param_group(self, param_group: dict) -> None:
        """Add parameters with options of their own; missing options take the defaults."""
        if not isinstance(param_group, dict):
            raise TypeError(f"param_group must be a dict, but got {type(param_group)}")
        params = param_group["params"]
        if isinstance(params, Tensor):
            params = [params]
        elif isinstance(params, set):
            raise TypeError(
                "optimizer parameters need to be organized in ordered collections, but the "
                "ordering of tensors in sets will change between runs. Please use a list instead."
            )
        params = list(params)
        named = [isinstance(each, tuple) for each in params]
        if any(named) != all(named):
            raise ValueError(
                "all optimizer params should be with/without names. Some param names are missing"
            )
        if params and any(named):
            param_group["param_names"] = [name for name, _ in params]
            params = [each for _, each in params]
        before = {"param_names" in group for group in self.param_groups}
        if before and before != {"param_names" in param_group}:
            raise ValueError(
                "all optimizer param groups should be with/without names. cannot add param group "
                f"with{'' if any(named) else 'out'} names to the optimizer"
            )
        for each in params:
            if not isinstance(each, Tensor):
                raise TypeError(
                    "optimizer can only optimize Tensors, but one of the params is "
                    f"{type(each).__name__}"
                )
            if not each.is_leaf and not each.retains_grad:
                raise ValueError("can't optimize a non-leaf Tensor")
        if len({id(p) for p in params}) < len(params):
            warnings.warn(
                "optimizer contains a parameter group with duplicate parameters; in future, this "
                "will cause an error",
                stacklevel=3,
            )
        known = {id(p) for group in self.param_groups for p in group["params"]}
        if known & {id(p) for p in params}:
            raise ValueError("some parameters appear in more than one parameter group")
        self.param_groups.append({**param_group, "params": params, **{
            name: param_group.get(name, value) for name, value in self.defaults.items()
        }})  # fmt: skip

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forget the gradients of the last step (or make them zero)."""
        with no_grad():
            zero_grad([p for group in self.param_groups for p in group["params"]], set_to_none)

    def step(self, closure=None):
        """Move every parameter that has a gradient; returns what `closure` returned."""
        loss = None
        for hook in list(self._pre_hooks.values()):
            hook(self, (closure,), {})
        if closure is not None:
            with enable_grad():
                loss = closure()
        with no_grad():
            for group in self.param_groups:
                for p in group["params"]:
                    if p._grad is not None:
                        self._move(p, group)
        for hook in list(self._post_hooks.values()):
            hook(self, (closure,), {})
        return loss

    def _move(self, p: Tensor, group: dict) -> None:
        g = p._grad._array
        state = self.state.get(p, {})
        self.update(array_module(g), p._array, -g if group.get("maximize") else g, state, group)
        if state:
            self.state[p] = state
        if p._storage is not None:
            p._storage.version += 1

    def update(self, xp, p, g, state: dict, group: dict) -> None:
        """Change the array `p` in place, given its gradient `g`."""
        raise NotImplementedError

    def register_step_pre_hook(self, hook) -> RemovableHandle:
        return RemovableHandle(self._pre_hooks, hook)

    def register_step_post_hook(self, hook) -> RemovableHandle:
        return RemovableHandle(self._post_hooks, hook)

    # --- saving ---------------------------------------------------------------------------------

    def state_dict(self) -> dict:
        """State and options with parameters numbered in order, as PyTorch saves them."""
        number = {}
        for group in self.param_groups:
            for p in group["params"]:
                number[id(p)] = len(number)
        groups = [
            {
                **{k: v for k, v in group.items() if k != "params"},
                "params": [number[id(p)] for p in group["params"]],
            }
            for group in self.param_groups
        ]
        return {"state": {number[id(p)]: dict(s) for p, s in self.state.items()},
                "param_groups": groups}  # fmt: skip

    def load_state_dict(self, state_dict: dict) -> None:
        """Take over a saved state; ValueError if its groups do not fit this optimizer's."""
        saved = state_dict["param_groups"]
        if len(saved) != len(self.param_groups):
            raise ValueError("loaded state dict has a different number of parameter groups")
        for group, theirs in zip(self.param_groups, saved, strict=True):
            if len(group["params"]) != len(theirs["params"]):
                raise ValueError(
                    "loaded state dict contains a parameter group that doesn't match the size of "
                    "optimizer's group"
                )
        self.state.clear()
        for group, theirs in zip(self.param_groups, saved, strict=True):
            for p, number in zip(group["params"], theirs["params"], strict=True):
                if number in state_dict["state"]:
                    self.state[p] = {
                        name: _like(p, name, value)
                        for name, value in state_dict["state"][number].items()
                    }
            group.update({k: copy.deepcopy(v) for k, v in theirs.items() if k != "params"})

    def __repr__(self):
        text = f"{type(self).__name__} ("
        for number, group in enumerate(self.param_groups):
            text += f"\nParameter Group {number}\n"
            for key in sorted(group):
                if key != "params":
                    text += f"    {key}: {group[key]}\n"
        return text + ")"


def _like(p, name, value):
    if not isinstance(value, Tensor):
        return copy.deepcopy(value)
    value = value.detach().clone()
    return value if name == "step" else value.to(dtype=p.dtype, device=p.device)


def zeros(xp, p) -> Tensor:
    """A fresh piece of state in the shape of the array `p`."""
    return wrap(xp.zeros_like(p))


def check(name: str, value: float, ok: bool) -> None:
    """ValueError in PyTorch's words for an option that makes no sense."""
    if not ok:
        raise ValueError(f"Invalid {name}: {value}")

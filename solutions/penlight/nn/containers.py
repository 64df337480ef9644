"""Modules that hold others: in a row, in a list, in a dictionary."""

import operator
from collections import OrderedDict

from penlight.nn.module import Module
from penlight.nn.parameter import Parameter
from penlight.tensors.tensor import Tensor


class _Indexed(Module):
    """Parts numbered from 0, as a list holds them."""

    def _key(self, index) -> str:
        index = operator.index(index)
        if not -len(self) <= index < len(self):
            raise IndexError(f"index {index} is out of range")
        return str(index % len(self))

    def __len__(self):
        return len(self._modules)

    def __iter__(self):
        return iter(self._modules.values())

    def __getitem__(self, index):
        if isinstance(index, slice):
            return self._of(list(self._modules.items())[index])
        return list(self._modules.values())[int(self._key(index))]

    def __setitem__(self, index, module):
        key = list(self._modules)[int(self._key(index))]
        setattr(self, key, module)

    def __delitem__(self, index):
        parts = list(self)
        del parts[index]
        self._renumber(parts)

    def _renumber(self, parts):
        self._modules.clear()
        for number, part in enumerate(parts):
            self.add_module(str(number), part)

    def append(self, module):
        self.add_module(str(len(self)), module)
        return self

    def insert(self, index, module):
        parts = list(self)
        parts.insert(index, module)
        self._renumber(parts)
        return self

    def extend(self, modules):
        for module in modules:
            self.append(module)
        return self

    def pop(self, index=-1):
        part = self[index]
        del self[index]
        return part

    def __dir__(self):
        return [name for name in super().__dir__() if not name.isdigit()]


class Sequential(_Indexed):
    """Modules in a row: the output of each is the input of the next."""

    def __init__(self, *args):
        super().__init__()
        if len(args) == 1 and isinstance(args[0], OrderedDict | dict):
            for name, module in args[0].items():
                self.add_module(name, module)
        else:
            for number, module in enumerate(args):
                self.add_module(str(number), module)

    def _of(self, items):
        return type(self)(OrderedDict(items))

    def forward(self, input):
        for module in self._modules.values():
            input = module(input)
        return input


class ModuleList(_Indexed):
    """A list of modules that are registered; it has no `forward`."""

    def __init__(self, modules=None):
        super().__init__()
        self.extend(modules or ())

    def _of(self, items):
        return type(self)([part for _, part in items])

    def __iadd__(self, modules):
        return self.extend(modules)

    def __add__(self, other):
        return ModuleList([*self, *other])

    def __repr__(self):
        """Equal neighbours are printed once, with their number."""
        texts = [repr(part) for part in self]
        if not texts:
            return self._get_name() + "()"
        runs: list[list] = []
        for number, text in enumerate(texts):
            if runs and runs[-1][2] == text:
                runs[-1][1] = number
            else:
                runs.append([number, number, text])
        lines = []
        for first, last, text in runs:
            shown = text.replace("\n", "\n  ")
            span = f"({first}): " if first == last else f"({first}-{last}): {last - first + 1} x "
            lines.append(span + shown)
        return f"{self._get_name()}(\n  " + "\n  ".join(lines) + "\n)"


class ModuleDict(Module):
    """A dictionary of modules that are registered."""

    def __init__(self, modules=None):
        super().__init__()
        self.update(modules or {})

    def __getitem__(self, key):
        return self._modules[key]

    def __setitem__(self, key, module):
        self.add_module(key, module)

    def __delitem__(self, key):
        del self._modules[key]

    def __len__(self):
        return len(self._modules)

    def __iter__(self):
        return iter(self._modules)

    def __contains__(self, key):
        return key in self._modules

    def keys(self):
        return self._modules.keys()

    def values(self):
        return self._modules.values()

    def items(self):
        return self._modules.items()

    def clear(self):
        self._modules.clear()

    def pop(self, key):
        return self._modules.pop(key)

    def update(self, modules):
        for key, module in modules.items() if hasattr(modules, "items") else modules:
            self[key] = module


class ParameterList(Module):
    """A list of parameters that are registered."""

    def __init__(self, values=None):
        super().__init__()
        self._count = 0
        self.extend(values or ())

    def append(self, value):
        setattr(self, str(self._count), _as_parameter(value))
        self._count += 1
        return self

    def extend(self, values):
        for value in values:
            self.append(value)
        return self

    def __len__(self):
        return self._count

    def __iter__(self):
        return iter(getattr(self, str(i)) for i in range(self._count))

    def __getitem__(self, index):
        if isinstance(index, slice):
            return type(self)(list(self)[index])
        return list(self)[index]

    def __setitem__(self, index, value):
        setattr(self, str(range(self._count)[index]), _as_parameter(value))

    def extra_repr(self):
        return "\n".join(f"({i}): {_described(p)}" for i, p in enumerate(self))


class ParameterDict(Module):
    """A dictionary of parameters that are registered."""

    def __init__(self, parameters=None):
        super().__init__()
        self.update(parameters or {})

    def __getitem__(self, key):
        return getattr(self, str(key))

    def __setitem__(self, key, value):
        setattr(self, str(key), _as_parameter(value))

    def __delitem__(self, key):
        delattr(self, str(key))

    def __len__(self):
        return len(self._parameters)

    def __iter__(self):
        return iter(self._parameters)

    def __contains__(self, key):
        return key in self._parameters

    def keys(self):
        return self._parameters.keys()

    def values(self):
        return self._parameters.values()

    def items(self):
        return self._parameters.items()

    def update(self, parameters):
        for key, value in parameters.items() if hasattr(parameters, "items") else parameters:
            self[key] = value

    def extra_repr(self):
        return "\n".join(f"({name}): {_described(p)}" for name, p in self.items())


def _as_parameter(value):
    plain = isinstance(value, Tensor) and not isinstance(value, Parameter)
    return Parameter(value) if plain else value


def _described(p) -> str:
    kind = "Parameter" if isinstance(p, Parameter) else "Tensor"
    size = "x".join(map(str, p.shape))
    return f"{kind} containing: [torch.{p.dtype} of size {size}]"

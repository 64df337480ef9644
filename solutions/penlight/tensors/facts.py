"""Constants, and small questions about tensors: `pi`, `is_floating_point`, `x.type()`."""

import math

import numpy as np

from penlight.tensors import dtypes, layouts
from penlight.tensors.comparing import eq
from penlight.tensors.devices import array_module
from penlight.tensors.dtypes import c_name
from penlight.tensors.tensor import Tensor, teach, wrap

e, inf, nan, newaxis, pi = math.e, math.inf, math.nan, None, math.pi


Tensor.layout = layouts.strided
Tensor.is_sparse = Tensor.is_quantized = Tensor.is_meta = False
Tensor.is_cpu = property(lambda self: self.device.type == "cpu")


def is_floating_point(input) -> bool:
    return input.is_floating_point()


def is_complex(input) -> bool:
    return input.is_complex()


@teach()
def is_nonzero(input) -> bool:
    """Whether the one element of `input` is not 0; RuntimeError if there is not exactly one."""
    return bool(input)


@teach()
def is_same_size(input, other) -> bool:
    return input.shape == other.shape


def typename(obj) -> str:
    """What `x.type()` says of a tensor; the full name of another object's class."""
    if isinstance(obj, Tensor):
        return obj.type()
    cls = obj if isinstance(obj, type) else type(obj)
    return cls.__qualname__ if cls.__module__ == "builtins" else f"{cls.__module__}.{cls.__name__}"


@teach("type")
def _type(self, dtype=None):
    """The old name of the tensor's type, "torch.FloatTensor"; with a `dtype`, as `to`."""
    if dtype is None:
        return f"torch.{'cuda.' if self.is_cuda else ''}{c_name(self.dtype)}Tensor"
    if isinstance(dtype, str):
        names = {f"torch.{c_name(each)}Tensor": each for each in dtypes.ALL}
        if dtype not in names:
            raise ValueError(f"invalid type: '{dtype}'; there are {', '.join(names)}")
        dtype = names[dtype]
    return self.to(dtype)


def isin(elements, test_elements, *, assume_unique=False, invert=False) -> Tensor:
    """For each of `elements`, whether it is among `test_elements`."""
    if not isinstance(elements, Tensor):
        return eq(test_elements, elements).any() ^ invert
    xp = array_module(elements._array)
    among = test_elements._array if isinstance(test_elements, Tensor) else test_elements
    found = xp.isin(elements._array, among, assume_unique=assume_unique, invert=invert)
    return wrap(np.asarray(found) if xp is np else found)


# --- settings that change nothing here, so that programs which make them run ----------------------

_settings = {"deterministic": False, "precision": "highest", "threads": 1}


def set_num_threads(int) -> None:
    """Taken note of: how many threads compute is up to NumPy's own libraries."""
    _settings["threads"] = int


def get_num_threads() -> int:
    return _settings["threads"]


def use_deterministic_algorithms(mode, *, warn_only=False) -> None:
    """Taken note of: every algorithm here is deterministic."""
    _settings["deterministic"] = mode


def are_deterministic_algorithms_enabled() -> bool:
    return _settings["deterministic"]


def set_float32_matmul_precision(precision) -> None:
    """Taken note of: products are always computed in full precision."""
    _settings["precision"] = precision


def get_float32_matmul_precision() -> str:
    return _settings["precision"]


__all__ = [
    "are_deterministic_algorithms_enabled", "e", "get_float32_matmul_precision", "get_num_threads",
    "inf", "is_complex", "is_floating_point", "is_nonzero", "is_same_size", "isin",
    "nan", "newaxis", "pi", "set_float32_matmul_precision", "set_num_threads",
    "typename", "use_deterministic_algorithms",
]  # fmt: skip

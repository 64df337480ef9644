"""Plain values: how a case says what its arguments are, before any tensor library is involved.

A case must run on penlight in the student's kernel and on PyTorch as the oracle, fresh every
time. So it holds no tensors but `TensorSpec`s: NumPy data with a dtype name and a layout, from
which either library makes its own tensor.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

LAYOUTS = ("contiguous", "transposed", "strided")
FLOATS = ("float16", "bfloat16", "float32", "float64", "complex64", "complex128")
DTYPES = ("bool", "uint8", "int8", "int16", "int32", "int64", *FLOATS)
SHOWN_ELEMENTS = 24


@dataclass(frozen=True, eq=False)
class TensorSpec:
    """One tensor argument: `values` given, or drawn from `seed` when `values` is None.

    `layout` is how the elements lie in storage: "contiguous", "transposed" (strides as a
    transpose leaves them) or "strided" (every second element of a larger storage).
    `expanded_to` stretches the tensor to that size with stride 0, as `Tensor.expand` does.
    `as_array`: the student's function gets a NumPy array; the oracle a tensor as ever.
    """

    shape: tuple[int, ...]
    dtype: str = "float32"
    values: np.ndarray | None = None
    seed: int | None = None
    low_high: tuple[int, int] | None = None
    requires_grad: bool = False
    layout: str = "contiguous"
    expanded_to: tuple[int, ...] | None = None
    as_array: bool = False

    def __post_init__(self):
        if self.dtype not in DTYPES:
            raise ValueError(f"dtype {self.dtype!r} is not one of {', '.join(DTYPES)}")
        if self.layout not in LAYOUTS:
            raise ValueError(f"layout {self.layout!r} is not one of {', '.join(LAYOUTS)}")
        if self.requires_grad and self.dtype not in FLOATS:
            raise ValueError(f"only floating tensors can require gradients, not {self.dtype}")
        if self.as_array and (self.requires_grad or self.dtype == "bfloat16"):
            raise ValueError("a NumPy array knows neither gradients nor bfloat16")

    def expand(self, *size: int) -> "TensorSpec":
        """The same tensor, stretched to `size` without a copy."""
        return replace(self, expanded_to=size)

    @property
    def final_shape(self) -> tuple[int, ...]:
        return self.shape if self.expanded_to is None else self.expanded_to

    def numpy(self) -> np.ndarray:
        """A fresh array with the right strides (bfloat16 comes as float32: NumPy has none)."""
        dtype = "float32" if self.dtype == "bfloat16" else self.dtype
        array = _lay_out(self._draw().astype(dtype), self.layout)
        if self.expanded_to is not None:
            shape = np.broadcast_to(array, self.expanded_to).shape
            strides = np.broadcast_to(array, self.expanded_to).strides
            array = np.lib.stride_tricks.as_strided(array, shape, strides)
        return array

    def _draw(self) -> np.ndarray:
        if self.values is not None:
            return np.array(self.values).reshape(self.shape)
        generator = np.random.default_rng(self.seed or 0)
        if self.low_high is not None:
            return generator.integers(*self.low_high, size=self.shape)
        drawn = generator.standard_normal(self.shape)
        return np.asarray(drawn > 0 if self.dtype == "bool" else drawn)

    def describe(self) -> str:
        """The argument as a student would write it; large ones by their shape only."""
        shown = self.numpy()
        make, draw, own = ("torch.tensor", "torch.rand", "torch")
        usual = ("float32", "int64", "bool")
        if self.as_array:
            make, draw, own = ("np.array", "np.random.rand", "np")
            usual = ("float64", "int64", "bool")
        if self.as_array and 0 in self.final_shape:
            text = f"np.zeros({self.final_shape}"
        elif math.prod(self.final_shape) <= SHOWN_ELEMENTS:
            data = np.array2string(
                np.asarray(shown),
                separator=", ",
                precision=4,
                threshold=10**6,
                max_line_width=10**6,
            ).replace("\n", "")
            text = f"{make}({data}"
        else:
            kind = "n" if self.dtype in FLOATS else "int"
            text = f"{draw}{kind}({', '.join(map(str, self.final_shape))}"
        if self.dtype not in usual or (0 in self.final_shape and not self.as_array):
            text += f", dtype={own}.{self.dtype}"
        if self.requires_grad:
            text += ", requires_grad=True"
        text += ")"
        strides = tuple(s // shown.itemsize for s in shown.strides)
        if self.layout != "contiguous" or self.expanded_to is not None:
            text += f" with strides {strides}"
        return text


@dataclass(frozen=True)
class DtypeSpec:
    """An element type, as an argument or a result: each library has its own of this name."""

    name: str

    def __post_init__(self):
        if self.name not in DTYPES:
            raise ValueError(f"dtype {self.name!r} is not one of {', '.join(DTYPES)}")

    def describe(self) -> str:
        return f"torch.{self.name}"


def _lay_out(array: np.ndarray, layout: str) -> np.ndarray:
    if layout == "transposed":
        return np.asfortranarray(array)
    if layout == "strided" and array.ndim:
        storage = np.zeros((*array.shape[:-1], 2 * array.shape[-1] + 1), array.dtype)
        view = storage[..., 1::2]
        view[...] = array
        return view
    return np.ascontiguousarray(array).reshape(array.shape)


def tensor(data: Any, dtype: str | None = None, **options: Any) -> TensorSpec:
    """A tensor holding `data` (nested lists or an array); dtype as PyTorch would choose it."""
    array = np.asarray(data)
    if dtype is None:
        dtype = "float32" if array.dtype == np.float64 else str(array.dtype)
    return TensorSpec(array.shape, dtype, values=array, **options)


def randn(*shape: int, dtype: str = "float32", **options: Any) -> TensorSpec:
    """A tensor of normal random numbers; seeded by its place in the case unless `seed` is given."""
    return TensorSpec(shape, dtype, **options)


def integers(*shape: int, low: int = -9, high: int = 10, dtype: str = "int64", **options: Any):
    """A tensor of whole numbers from low to high - 1, in any dtype."""
    return TensorSpec(shape, dtype, low_high=(low, high), **options)


@dataclass(frozen=True)
class Formula:
    """A function of `names` as an argument, written so that a failing call can be copied."""

    text: str
    names: str = "x"

    def __call__(self, *values: Any) -> Any:
        # compiled as a line of this file, so that no traceback takes it for the student's
        return eval(compile(repr(self), __file__, "eval"), {})(*values)

    def __repr__(self) -> str:
        return f"lambda {self.names}: {self.text}"


def formula(text: str, names: str = "x") -> Formula:
    """The function that computes `text` from `names`, out of operators and methods alone."""
    return Formula(text, names)


def dtype(name: str) -> DtypeSpec:
    """The element type `name` itself as an argument, such as "int8"."""
    return DtypeSpec(name)


def map_specs(value: Any, change: Any) -> Any:
    """A copy of nested tuples, lists and dicts with every spec replaced by `change(spec)`."""
    if isinstance(value, (TensorSpec, DtypeSpec)):
        return change(value)
    if isinstance(value, (tuple, list)):
        return type(value)(map_specs(item, change) for item in value)
    if isinstance(value, dict):
        return {key: map_specs(item, change) for key, item in value.items()}
    return value


def leaves(value: Any) -> Iterator[Any]:
    """Every number, string or spec inside nested tuples, lists and dicts, in order."""
    if isinstance(value, (tuple, list)):
        for item in value:
            yield from leaves(item)
    elif isinstance(value, dict):
        yield from leaves(list(value.values()))
    else:
        yield value


def size_of(value: Any) -> int:
    """How large an input is for a reader: the elements and dimensions they must look at."""
    total = 0
    for leaf in leaves(value):
        is_spec = isinstance(leaf, TensorSpec)
        total += 1 + math.prod(leaf.final_shape) + len(leaf.final_shape) if is_spec else 1
        total += abs(leaf) if isinstance(leaf, int) else 0
    return total


def describe(value: Any) -> str:
    """`value` as Python source text, tensors included."""
    if isinstance(value, (TensorSpec, DtypeSpec)):
        return value.describe()
    if isinstance(value, tuple):
        inside = ", ".join(map(describe, value))
        return f"({inside},)" if len(value) == 1 else f"({inside})"
    if isinstance(value, list):
        return f"[{', '.join(map(describe, value))}]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{k!r}: {describe(v)}" for k, v in value.items()) + "}"
    return repr(value)

"""Element types, and the type that two operands share (PyTorch's promotion rules, not NumPy's)."""

import ml_dtypes
import numpy as np

from penlight.slots import slot

BOOL, INTEGER, FLOAT, COMPLEX = range(4)


class dtype:
    """An element type: its PyTorch name, NumPy counterpart and category."""

    def __init__(self, name: str, numpy_type, category: int):
        self.name = name
        self.numpy = np.dtype(numpy_type)
        self.category = category
        self.itemsize = self.numpy.itemsize
        self.is_floating_point = category == FLOAT
        self.is_complex = category == COMPLEX
        self.is_signed = name != "bool" and not name.startswith("uint")

    def __repr__(self):
        # PyTorch's own spelling, so that programs print the same.
        return f"torch.{self.name}"

    def __reduce__(self):
        return self.name


bool_ = dtype("bool", np.bool_, BOOL)
uint8 = dtype("uint8", np.uint8, INTEGER)
int8 = dtype("int8", np.int8, INTEGER)
int16 = short = dtype("int16", np.int16, INTEGER)
int32 = int_ = dtype("int32", np.int32, INTEGER)
int64 = long = dtype("int64", np.int64, INTEGER)
float16 = half = dtype("float16", np.float16, FLOAT)
bfloat16 = dtype("bfloat16", ml_dtypes.bfloat16, FLOAT)
float32 = float_ = dtype("float32", np.float32, FLOAT)
float64 = double = dtype("float64", np.float64, FLOAT)
complex64 = cfloat = dtype("complex64", np.complex64, COMPLEX)
complex128 = cdouble = dtype("complex128", np.complex128, COMPLEX)

ALL = (bool_, uint8, int8, int16, int32, int64)
ALL += (float16, bfloat16, float32, float64, complex64, complex128)
_FROM_NUMPY = {each.numpy: each for each in ALL}

_default = float32


def get_default_dtype() -> dtype:
    """The floating type that `tensor`, `zeros`, … infer: float32 unless set otherwise."""
    return _default


def set_default_dtype(d: dtype) -> None:
    """Make `d`, a floating type, the one that is inferred from now on."""
    global _default
    if not isinstance(d, dtype) or not d.is_floating_point:
        raise TypeError(f"only floating-point types are supported as the default type, got {d}")
    _default = d


def from_numpy_dtype(numpy_dtype) -> dtype:
    """The penlight dtype of a NumPy (or CuPy) dtype; TypeError where PyTorch has none."""
    try:
        return _FROM_NUMPY[numpy_dtype]
    except KeyError:
        names = ", ".join(each.name for each in ALL)
        raise TypeError(
            f"can't convert np.ndarray of type {numpy_dtype}. "
            f"The only supported types are: {names}."
        ) from None


def of_number(value) -> dtype:
    """The dtype inferred from a Python number: bool, int64, or the default floating type."""
    if isinstance(value, bool | np.bool_):
        return bool_
    if isinstance(value, int | np.integer):
        return int64
    if isinstance(value, complex | np.complexfloating):
        return complex128 if _default is float64 else complex64
    return _default


@slot(exercise="01_tensors")
def promote_types(a, b):
    """The smallest type that holds what both `a` and `b` hold.

    The higher category wins (bool, integer, floating, complex), then the larger size. Example:
    int64 and float16 give float16.
    """
    if a.category != b.category:
        low, high = sorted((a, b), key=lambda each: each.category)
        return complex128 if low is float64 else high
    if {a, b} == {int8, uint8}:
        return int16
    if {a, b} == {float16, bfloat16}:
        return float32
    return max(a, b, key=lambda each: each.itemsize)


def can_cast(from_: dtype, to: dtype) -> bool:
    """Whether PyTorch lets a result of type `from_` be written into a tensor of type `to`."""
    return from_.category <= to.category


class finfo:
    """Limits of a floating type: bits, eps, min, max, tiny, resolution."""

    def __init__(self, type: dtype | None = None):
        type = type or _default
        if not type.is_floating_point:
            raise TypeError(f"torch.finfo() requires a floating point input type. {type} is not.")
        info = ml_dtypes.finfo(type.numpy)
        self.dtype, self.bits = type.name, info.bits
        self.eps, self.min, self.max = float(info.eps), float(info.min), float(info.max)
        self.tiny = self.smallest_normal = float(info.tiny)
        self.resolution = 10.0**-info.precision

    def __repr__(self):
        return (
            f"finfo(resolution={self.resolution:g}, min={self.min:g}, max={self.max:g}, "
            f"eps={self.eps:g}, smallest_normal={self.tiny:g}, tiny={self.tiny:g}, "
            f"dtype={self.dtype})"
        )


class iinfo:
    """Limits of an integer type: bits, min, max."""

    def __init__(self, type: dtype):
        if type.category != INTEGER:
            raise TypeError(f"torch.iinfo() requires an integer input type. {type} is not.")
        info = np.iinfo(type.numpy)
        self.dtype, self.bits, self.min, self.max = type.name, info.bits, info.min, info.max

    def __repr__(self):
        return f"iinfo(min={self.min:g}, max={self.max:g}, dtype={self.dtype})"


_C_NAMES = {
    bool_: "Bool", uint8: "Byte", int8: "Char", int16: "Short", int32: "Int", int64: "Long",
    float16: "Half", bfloat16: "BFloat16", float32: "Float", float64: "Double",
    complex64: "ComplexFloat", complex128: "ComplexDouble",
}  # fmt: skip


def c_name(d: dtype) -> str:
    """What PyTorch's error messages call a type: "Float", "Long"."""
    return _C_NAMES[d]


__all__ = [
    "bfloat16",
    "can_cast",
    "cdouble",
    "cfloat",
    "complex64",
    "complex128",
    "double",
    "dtype",
    "finfo",
    "float16",
    "float32",
    "float64",
    "get_default_dtype",
    "half",
    "iinfo",
    "int8",
    "int16",
    "int32",
    "int64",
    "long",
    "promote_types",
    "set_default_dtype",
    "short",
    "uint8",
]  # fmt: skip

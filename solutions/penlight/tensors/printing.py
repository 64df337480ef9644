"""Tensors as text, character for character as PyTorch prints them."""

import math

import numpy as np

from penlight.tensors import dtypes
from penlight.tensors.devices import CPU, move
from penlight.tensors.tensor import Tensor, teach


class _Options:
    precision, threshold, edgeitems, linewidth, sci_mode = 4, 1000, 3, 80, None


_PROFILES = {
    "default": {"precision": 4, "threshold": 1000, "edgeitems": 3, "linewidth": 80},
    "short": {"precision": 2, "threshold": 1000, "edgeitems": 2, "linewidth": 80},
    "full": {"precision": 4, "threshold": math.inf, "edgeitems": 3, "linewidth": 80},
}


def set_printoptions(
    precision=None, threshold=None, edgeitems=None, linewidth=None, profile=None, sci_mode=None
):
    """How tensors print: digits after the point, when to summarise, how many items at each edge,
    line length, scientific mode (None decides by the values)."""
    chosen = dict(_PROFILES[profile]) if profile is not None else {}
    given = {
        "precision": precision,
        "threshold": threshold,
        "edgeitems": edgeitems,
        "linewidth": linewidth,
    }
    chosen.update({name: value for name, value in given.items() if value is not None})
    for name, value in chosen.items():
        setattr(_Options, name, value)
    _Options.sci_mode = sci_mode


class _Reals:
    """How to print the real numbers of one tensor: integers with a point, fixed or scientific.

    All of them get the same width, which the finite values other than zero decide.
    """

    def __init__(self, values: np.ndarray):
        finite = values[np.isfinite(values) & (values != 0)].astype(np.float64)
        self.whole, self.scientific, self.width = True, False, 1
        if not finite.size:
            return
        low, high = np.abs(finite).min(), np.abs(finite).max()
        self.whole = bool(np.all(finite == np.ceil(finite)))
        self.scientific = _Options.sci_mode
        if self.scientific is None:
            self.scientific = high > 1000 * low or high > 1e8 or low < 1e-4
        point = 1 if self.whole and not self.scientific else 0
        self.width = max(1, max(len(self._digits(v)) for v in finite.tolist()) + point)

    def _digits(self, value: float) -> str:
        if self.scientific:
            return f"{value:.{_Options.precision}e}"
        return f"{value:.0f}" if self.whole else f"{value:.{_Options.precision}f}"

    def __call__(self, value) -> str:
        text = self._digits(value)
        if self.whole and not self.scientific and math.isfinite(value):
            text += "."
        return text.rjust(self.width)


class _Exact:
    """Integers and booleans: right-aligned."""

    def __init__(self, values: np.ndarray):
        self.width = max(len(str(value)) for value in values.tolist())

    def __call__(self, value) -> str:
        return str(value).rjust(self.width)


class _Complex:
    """Real and imaginary parts, each with a format of its own."""

    def __init__(self, values: np.ndarray):
        self._real, self._imag = _Reals(values.real), _Reals(values.imag)
        self.width = self._real.width + self._imag.width + 1

    def __call__(self, value) -> str:
        imag = (self._imag(value.imag) + "j").lstrip()
        return self._real(value.real) + ("" if imag[0] in "+-" else "+") + imag


def _edges(array: np.ndarray) -> np.ndarray:
    """The items that a summary shows."""
    keep = _Options.edgeitems
    for axis, n in enumerate(array.shape):
        if n > 2 * keep:
            array = array.take([*range(keep), *range(n - keep, n)], axis)
    return array


def _rows(array: np.ndarray, form, indent: int, summarise: bool) -> str:
    """Nested brackets; `indent` is the column where the opening bracket stands."""
    if not array.ndim:
        return form(array.item())
    keep = _Options.edgeitems
    cut = summarise and array.shape[0] > 2 * keep
    if array.ndim == 1:
        shown = [form(v) for v in (array[:keep] if cut else array).tolist()]
        if cut:
            shown += [" ...", *(form(v) for v in array[len(array) - keep :].tolist())]
        per_line = max(1, (_Options.linewidth - indent) // (form.width + 2))
        lines = [", ".join(shown[i : i + per_line]) for i in range(0, len(shown), per_line)]
        between = ",\n" + " " * (indent + 1)
    else:
        picked = [*range(keep), *range(len(array) - keep, len(array))] if cut else range(len(array))
        lines = [_rows(array[i], form, indent + 1, summarise) for i in picked]
        if cut:
            lines.insert(keep, "...")
        between = "," + "\n" * (array.ndim - 1) + " " * (indent + 1)
    return "[" + between.join(lines) + "]"


def _contents(tensor: Tensor, indent: int) -> str:
    array = move(tensor._array, CPU)
    if not array.size:
        return "[]"
    if tensor.dtype is dtypes.bfloat16:
        array = array.astype(np.float32)
    summarise = array.size > _Options.threshold
    shown = (_edges(array) if summarise else array).reshape(-1)
    kind = tensor.dtype.category
    form = (_Complex if kind == dtypes.COMPLEX else _Reals if kind == dtypes.FLOAT else _Exact)(
        shown
    )
    return _rows(array, form, indent, summarise)


def _suffixes(tensor: Tensor):
    """What follows the values: device, size, dtype, history."""
    if tensor.device.type != "cpu":
        yield f"device='{tensor.device}'"
    default = dtypes.get_default_dtype()
    usual = {default, dtypes.of_number(1j), dtypes.int64, dtypes.bool_}
    if not tensor.numel():
        usual = {default}
        if tensor.ndim != 1:
            yield f"size={tuple(tensor.shape)}"
    if tensor.dtype not in usual:
        yield f"dtype={tensor.dtype}"
    if tensor.grad_fn is not None:
        yield f"grad_fn=<{type(tensor.grad_fn).__name__}>"
    elif tensor._requires_grad:
        yield "requires_grad=True"


@teach("__repr__", "__str__")
def text(self) -> str:
    prefix = "tensor("
    out = prefix + _contents(self, len(prefix))
    column = len(out) - out.rfind("\n") + 1
    for suffix in _suffixes(self):
        if column + len(suffix) + 2 > _Options.linewidth:
            out += ",\n" + " " * len(prefix) + suffix
            column = len(prefix) + len(suffix)
        else:
            out += ", " + suffix
            column += len(suffix) + 2
    return out + ")"


@teach()
def __format__(self, spec: str) -> str:
    """A 0-d tensor formats as its number, others as text."""
    return format(self.item(), spec) if not self.ndim else format(str(self), spec)


__all__ = ["set_printoptions"]

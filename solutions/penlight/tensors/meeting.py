"""Operands meet: one type, one device, shapes that fit."""

from functools import reduce, wraps
from types import SimpleNamespace

import numpy as np

from penlight.slots import slot
from penlight.tensors import dtypes
from penlight.tensors.devices import array_module
from penlight.tensors.dtypes import complex64, of_number, promote_types
from penlight.tensors.tensor import Tensor


def _not_loaded(*shapes):
    raise RuntimeError(f"shapes {shapes} differ, and the broadcasting floor is not loaded")


_OPERANDS = Tensor, bool, int, float, complex, np.generic

# The floor above sets both: `shapes` says what several shapes broadcast to, `arrays` makes arrays
# of different shapes fit together.
broadcast = SimpleNamespace(shapes=_not_loaded, arrays=_not_loaded)


@slot(exercise="01_tensors")
def result_type(*operands):
    """The type in which tensors and Python numbers meet.

    Tensors with dimensions come first, then 0-d tensors, then numbers: a later kind counts only
    where its category is higher. Example: an int8 tensor of shape (2,) and 300 give int8.
    """
    dimensioned, zero_dim, numbers = [], [], []
    for each in operands:
        if not isinstance(each, Tensor):
            numbers.append(of_number(each))
        else:
            (dimensioned if each.ndim else zero_dim).append(each.dtype)
    result = None
    for kind in (dimensioned, zero_dim, numbers):
        if not kind:
            continue
        common = reduce(promote_types, kind)
        if result is None:
            result = common
        elif result.is_floating_point and common.is_complex:
            result = promote_types(result, complex64)
        elif common.category > result.category:
            result = promote_types(result, common)
    return result


def same_device(name, operands):
    """The array module of all tensors among `operands`; RuntimeError if they are on two devices.

    As in PyTorch, a 0-d CPU tensor may join tensors on another device in element-wise operations
    only, so this is for the others.
    """
    tensors = [each for each in operands if isinstance(each, Tensor)]
    if all(type(each._array) is np.ndarray for each in tensors):
        return np  # the short way
    first = tensors[0]
    for each in tensors[1:]:
        if each.device != first.device:
            raise RuntimeError(
                "Expected all tensors to be on the same device, but found at least two "
                f"devices, {_with_index(first)} and {_with_index(each)}! "
                f"(when checking arguments in method {name}). Move them with .to(device)."
            )
    return array_module(first._array)


def _with_index(tensor) -> str:
    return str(tensor.device)


def meet(name, operands, promote="same"):
    """Bring tensors and numbers to one type, one device and shapes that fit.

    Returns the array module and the arrays. Python numbers become 0-d arrays of the common type.
    """
    tensors = [each for each in operands if isinstance(each, Tensor)]
    common = result_type(*operands)
    if promote == "float" and common.category < dtypes.FLOAT:
        common = dtypes.get_default_dtype()
    away = [each for each in tensors if type(each._array) is not np.ndarray]
    stays = [each for each in tensors if not away or each._array.ndim or each in away]
    module = same_device(name, stays)
    arrays = []
    for each in operands:
        array = each._array if isinstance(each, Tensor) else each
        if isinstance(array, module.ndarray):
            array = array if array.dtype == common.numpy else array.astype(common.numpy)
        else:
            array = module.asarray(_wrapped(array, common))
        arrays.append(array)
    shapes = {a.shape for a in arrays if a.ndim}
    if len(shapes) > 1:
        arrays = broadcast.arrays(arrays)
    return module, arrays


def expect_operands(name, operands) -> None:
    """TypeError unless all are tensors or numbers, and one at least is a tensor."""
    wrong = [i for i, each in enumerate(operands) if not isinstance(each, _OPERANDS)]
    if not wrong and any(isinstance(each, Tensor) for each in operands):
        return
    position = wrong[0] if wrong else 0
    raise TypeError(
        f"{name}(): argument '{'other' if position else 'input'}' (position {position + 1}) must "
        f"be Tensor, not {type(operands[position]).__name__}"
    )


def declining(function):
    """`function` as a method behind an operator: NotImplemented where it raises TypeError.

    Python then asks the other operand, and says itself that the two types do not go together.
    """

    @wraps(function)
    def run(*operands):
        try:
            return function(*operands)
        except TypeError:
            return NotImplemented

    return run


def _wrapped(number, common: dtypes.dtype):
    """A Python number as a 0-d array; integers wrap around as they do in C."""
    if common.category == dtypes.INTEGER and isinstance(number, int):
        bits = 8 * common.itemsize
        number &= (1 << bits) - 1
        if common.is_signed and number >> (bits - 1):
            number -= 1 << bits
    return np.asarray(number).astype(common.numpy)


def as_float(array):
    if dtypes.from_numpy_dtype(array.dtype).category >= dtypes.FLOAT:
        return array
    return array.astype(dtypes.get_default_dtype().numpy)

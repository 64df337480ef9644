"""The forms in which PyTorch offers an operation: method, in-place method, operator, function."""

import functools

from penlight.tensors.meeting import declining
from penlight.tensors.operation import inplace
from penlight.tensors.outs import takes_out
from penlight.tensors.tensor import Tensor


def give_methods(*functions, write: bool = True, **aliases) -> None:
    """Teach Tensor each function as a method, and its in-place form unless not `write`.

    Functions go by their own names, or by the keyword that they are passed under.
    """
    for name, function in ({each.__name__: each for each in functions} | aliases).items():
        setattr(Tensor, name, function)
        if write:
            setattr(Tensor, f"{name}_", inplace(function, f"{name}_"))


def operators(prefix: str = "", /, **functions) -> None:
    """Teach Tensor the methods behind Python's operators: `add` becomes `__add__`.

    prefix  "" for `tensor + other`, "r" for `other + tensor`, "i" for `tensor += other`
    """
    form = {"": _operator, "r": _reflected, "i": inplace}[prefix]
    for name, function in functions.items():
        setattr(Tensor, f"__{prefix}{name}__", form(function))


def _operator(function):
    return getattr(function, "operator", None) or declining(function)


def _reflected(function):
    # Python calls this method with the operands swapped.
    return declining(lambda self, other: function(other, self))


def of_tensors(function):
    """Two tensors only: a number in place of either is a TypeError, as in PyTorch."""

    @functools.wraps(function)
    def run(input, other, *args, **kwargs):
        check_tensors(function, (input, other))
        return function(input, other, *args, **kwargs)

    return run


def by_other(tensor_entry, number_entry):
    """One function of two entries: for a tensor and for a number as the other operand.

    They compute the same; the graph shows PyTorch's name for each.
    """

    def run(input, other) -> Tensor:
        return (tensor_entry if isinstance(other, Tensor) else number_entry)(input, other)

    run.__name__ = run.__qualname__ = number_entry.__name__
    return run


def give_functions(module: dict, names, *, numbers_first=()) -> None:
    """Complete the functions of a module (its `globals()`), whose methods have been given.

    A function takes `out=`, and its first argument must be a tensor: `torch.add(2, x)` is a
    TypeError, although `2 + x` is not. Those in `numbers_first` take a number there.
    """
    for name in names:
        module[name] = _complete(module[name], name in numbers_first)


def _complete(function, numbers_first: bool):
    with_out = takes_out(function)

    @functools.wraps(function)
    def run(*args, **kwargs):
        if not numbers_first:
            check_tensors(function, args[:1])
        return (with_out if "out" in kwargs else function)(*args, **kwargs)

    return run


def check_tensors(function, args) -> None:
    """TypeError unless all of the function's first arguments are tensors."""
    for position, x in enumerate(args):
        if not isinstance(x, Tensor):
            raise TypeError(
                f"{function.__name__}(): argument '{('input', 'other')[position]}' (position "
                f"{position + 1}) must be Tensor, not {type(x).__name__}"
            )

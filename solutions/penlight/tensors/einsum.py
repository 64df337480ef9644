"""einsum: sums of products, written by naming the dimensions."""

import math
import string

from penlight.tensors.products import bmm_
from penlight.tensors.tensor import Tensor

_LETTERS = string.ascii_uppercase + string.ascii_lowercase


def einsum(equation, *operands) -> Tensor:
    """Products of the operands, summed over every letter that the output does not name.

    "ij,jk->ik" is a matrix product; `...` stands for further dimensions, which broadcast. Lists of
    numbers behind each operand say the same: `einsum(x, [0, 1], y, [1, 2], [0, 2])`.
    """
    if isinstance(equation, Tensor):
        equation, operands = _as_equation((equation, *operands))
    elif len(operands) == 1 and isinstance(operands[0], list | tuple):
        operands = tuple(operands[0])
    inputs, output = _parse(equation, operands)
    sizes = _sizes(inputs, operands)
    # Every operand gets the same dimensions: first those of the output, then those to sum.
    order = output + [letter for letter in sizes if letter not in output]
    lined_up = [_line_up(x, names, order) for x, names in zip(operands, inputs, strict=True)]
    last_use = {
        letter: max(k for k, names in enumerate(inputs) if letter in names) for letter in sizes
    }
    result = None
    for k, x in enumerate(lined_up):
        done = [d for d in range(len(output), len(order)) if last_use[order[d]] == k]
        result = _summed(x, done) if result is None else _multiply(result, x, done)
    if result.ndim == len(output):
        return result
    return result.reshape(result._array.shape[: len(output)])


def _as_equation(args):
    """The equation for operands that alternate with lists of numbers."""
    lists, operands = args[1::2], args[0 : 2 * (len(args) // 2) : 2]
    texts = ["".join("..." if n is Ellipsis else _LETTERS[n] for n in each) for each in lists]
    equation = ",".join(texts)
    if len(args) % 2:
        equation += "->" + "".join("..." if n is Ellipsis else _LETTERS[n] for n in args[-1])
    return equation, operands


def _parse(equation: str, operands):
    """The letters of each input and of the output; dimensions under `...` get names of digits."""
    left, arrow, right = equation.replace(" ", "").partition("->")
    terms = left.split(",")
    if len(terms) != len(operands):
        raise RuntimeError(
            f"einsum(): the equation {equation!r} names {len(terms)} operands, but "
            f"{len(operands)} were given"
        )
    inputs = [_names(term, x.ndim, equation) for term, x in zip(terms, operands, strict=True)]
    hidden = sorted({n for names in inputs for n in names if n.isdigit()}, key=int, reverse=True)
    if arrow:
        before, dots, after = right.partition("...")
        output = [*before, *(hidden if dots else ()), *after]
    else:
        letters = left.replace(".", "").replace(",", "")
        output = hidden + sorted(c for c in set(letters) if letters.count(c) == 1)
    for letter in output:
        if output.count(letter) > 1:
            raise RuntimeError(f"einsum(): the output names {letter!r} more than once")
        if not any(letter in names for names in inputs):
            raise RuntimeError(f"einsum(): the output names {letter!r}, which no operand has")
    return inputs, output


def _names(term: str, ndim: int, equation: str) -> list[str]:
    before, dots, after = term.partition("...")
    wrong = next((c for c in before + after if c not in _LETTERS), None)
    if wrong is not None:
        raise RuntimeError(f"einsum(): {wrong!r} in {equation!r} is not a letter")
    hidden = ndim - len(before + after)
    if hidden < 0 or (hidden and not dots):
        raise RuntimeError(
            f"einsum(): {term!r} names {len(before + after)} dimensions of an operand that has "
            f"{ndim}"
        )
    # Counted from the right, because they broadcast.
    return [*before, *map(str, range(hidden - 1, -1, -1)), *after]


def _sizes(inputs, operands) -> dict[str, int]:
    """The length that each letter stands for; 1 broadcasts."""
    sizes: dict[str, int] = {}
    for names, x in zip(inputs, operands, strict=True):
        for letter, n in zip(names, x._array.shape, strict=True):
            if sizes.setdefault(letter, n) == 1:
                sizes[letter] = n
            elif n not in (1, sizes[letter]):
                raise RuntimeError(
                    f"einsum(): {letter!r} has length {sizes[letter]} in one operand and {n} in "
                    "another"
                )
    return sizes


def _line_up(x, names, order):
    """`x` with one dimension for each letter of `order`, of length 1 where it has none."""
    names = list(names)
    for letter in dict.fromkeys(names):
        while names.count(letter) > 1:  # the same letter twice: the diagonal
            first = names.index(letter)
            second = names.index(letter, first + 1)
            x = x.diagonal(0, first, second).movedim(-1, first)
            del names[second]
    for letter in order:
        if letter not in names:
            x = x.unsqueeze(-1)
            names.append(letter)
    return x.permute([names.index(letter) for letter in order])


def _summed(x, dims):
    return x.sum(dims, keepdim=True) if dims else x


def _multiply(x, y, dims):
    """`(x * y).sum(dims, keepdim=True)`, as one batch of matrix products."""
    a, b = x._array.shape, y._array.shape
    # What only one of them has is summed first.
    x = _summed(x, [d for d in dims if b[d] == 1 != a[d]])
    y = _summed(y, [d for d in dims if a[d] == 1 != b[d]])
    inside = [d for d in dims if a[d] != 1 and b[d] != 1]
    if not inside:
        return x * y
    rest = [d for d in range(len(a)) if d not in inside]
    both = [d for d in rest if a[d] == b[d]]
    rows = [d for d in rest if a[d] != b[d] and b[d] == 1]
    columns = [d for d in rest if a[d] != b[d] and a[d] == 1]

    def length(shape, dims):
        return math.prod(shape[d] for d in dims)

    left = x.permute(both + rows + inside + columns)
    right = y.permute(both + inside + columns + rows)
    k = length(a, inside)
    left = left.reshape(length(a, both), length(a, rows), k)
    right = right.reshape(length(b, both), k, length(b, columns))
    out = bmm_(left, right)
    order = both + rows + columns + inside
    shape = [1 if d in inside else max(a[d], b[d]) if 0 not in (a[d], b[d]) else 0 for d in order]
    return out.reshape(shape).permute([order.index(d) for d in range(len(a))])


__all__ = ["einsum"]

"""The index explorer: type an index, see what it picks, whether it copies, where it lies."""

import ast
import warnings
from dataclasses import dataclass
from itertools import product
from math import prod

import torch
import traitlets

from tools.widgets.base import Widget, bundle, style, svg_document, svg_text
from tools.widgets.broadcasting import Shape
from tools.widgets.shapes import written

MOST_DIMS, MOST_ELEMENTS = 3, 96
BLUE, BLUE_WASH, VIOLET, VIOLET_WASH = "#0550ae", "#ddf4ff", "#6639ba", "#fbefff"
RED, SOFT, INK = "#a40e26", "#59636e", "#1f2328"
WIDE, HIGH = 40, 30  # of a cell, in pixels

# What an index may be made of: nothing here can call or reach anything but torch.tensor.
ALLOWED = (
    ast.Expression, ast.Subscript, ast.Tuple, ast.List, ast.Slice, ast.Constant, ast.UnaryOp,
    ast.USub, ast.UAdd, ast.Compare, ast.Gt, ast.GtE, ast.Lt, ast.LtE, ast.Eq, ast.NotEq,
    ast.BinOp, ast.Mod, ast.Name, ast.Load, ast.Attribute, ast.Call,
)  # fmt: skip


@dataclass(frozen=True)
class Picked:
    """What x[index] is: `places` holds, row by row, where in x's memory its elements lie.

    `error` is PyTorch's own, as "IndexError: …"; then there is nothing else.
    """

    shape: tuple = ()
    strides: tuple = ()
    offset: int = 0
    is_view: bool = False
    places: tuple = ()
    error: str = ""


def parse(text: str):
    """The code of ``x[text]``; ValueError if `text` is no index made of plain items."""
    text = bare(text)
    try:
        tree = ast.parse(f"x[{text}]", mode="eval")
    except SyntaxError:
        raise ValueError(
            f"index must be what stands in x[…], such as '1:, ::2', not {text!r}"
        ) from None
    body = tree.body
    if not (isinstance(body, ast.Subscript) and ast.unparse(body.value) == "x"):
        raise ValueError(f"index must be what stands in one pair of brackets, not {text!r}")
    for node in ast.walk(tree):
        if not isinstance(node, ALLOWED) or not _harmless(node):
            raise ValueError(
                "index may hold ints, slices, None, ..., lists, torch.tensor([...]) and x > 5, "
                f"not {ast.unparse(node)!r}"
            )
    return compile(tree, "<index>", "eval")


def _harmless(node) -> bool:
    """Whether a name, an attribute or a call is x, torch or torch.tensor."""
    if isinstance(node, ast.Name):
        return node.id in ("x", "torch")
    named = node.func if isinstance(node, ast.Call) else node
    return not isinstance(node, ast.Call | ast.Attribute) or ast.unparse(named) == "torch.tensor"


def bare(text: str) -> str:
    """`text` without the "x[" and "]" around it."""
    text = text.strip()
    if text.replace(" ", "").startswith("x[") and text.endswith("]"):
        return text[text.index("[") + 1 : -1].strip()
    return text


def pick(shape: tuple, text: str) -> Picked:
    """What PyTorch makes of ``x[text]``, for an x of `shape` that holds 0, 1, 2, …"""
    x = torch.arange(prod(shape)).reshape(shape)
    try:
        with warnings.catch_warnings(action="ignore"):  # x[[[0], [1]]] will change its meaning
            result = eval(parse(text), {"x": x, "torch": torch})
    except (IndexError, ValueError, TypeError, RuntimeError) as error:
        return Picked(error=f"{type(error).__name__}: {error}")
    return Picked(
        tuple(result.shape),
        result.stride(),
        result.storage_offset(),
        result._is_view(),
        tuple(result.reshape(-1).tolist()),
    )


class IndexExplorer(Widget):
    """An explorer of ``x[index]`` for a tensor x of `shape` that holds 0, 1, 2, … row by row.

    shape: up to 3 dims and 96 elements, or a tensor whose shape is taken. index: the text between
    the brackets. Both follow what is typed in the page. Raises traitlets.TraitError for anything
    else.
    """

    _esm = bundle("indexing.js")
    _css = style("broadcasting.css", "indexing.css")
    title = "Index explorer"

    shape = Shape().tag(sync=True)
    index = traitlets.Unicode().tag(sync=True)

    def __init__(self, shape=(4, 6), index="1:, ::2", **kwargs):
        super().__init__(shape=shape, index=index, **kwargs)

    @traitlets.validate("shape")
    def _drawable(self, proposal):
        shape = proposal.value
        if len(shape) > MOST_DIMS or prod(shape) > MOST_ELEMENTS:
            raise traitlets.TraitError(
                f"shape {shape} is too large to draw: up to {MOST_DIMS} dims and "
                f"{MOST_ELEMENTS} elements"
            )
        return shape

    @traitlets.validate("index")
    def _readable(self, proposal):
        try:
            parse(proposal.value)
        except ValueError as error:
            raise traitlets.TraitError(str(error)) from None
        return bare(proposal.value)

    def describe(self):
        """The outcome, then x with the picked elements in brackets, then the result."""
        picked = pick(self.shape, self.index)
        lines = [f"{self._verdict(picked)}."]
        if picked.error:
            return "\n".join([*lines, f"PyTorch says: {picked.error}"])
        total = prod(self.shape)
        wide = len(str(max(total - 1, 0)))
        chosen = [
            f"[{k:>{wide}}]" if k in picked.places else f" {k:>{wide}} " for k in range(total)
        ]
        lines += ["x, picked elements in brackets:", *_rows(self.shape, chosen)]
        lines += ["result:", *_rows(picked.shape, [f"{k:>{wide}}" for k in picked.places])]
        return "\n".join(line.rstrip() for line in lines)

    def _verdict(self, picked):
        if picked.error:
            return f"x[{self.index}] fails"
        where = f"offset {picked.offset}" if picked.is_view else "in new memory"
        return (
            f"x[{self.index}] is {'a view' if picked.is_view else 'a copy'} of shape "
            f"{written(picked.shape)}, strides {written(picked.strides)}, {where}"
        )

    def svg(self):
        """x with what is picked, and the result, as an SVG picture."""
        picked = pick(self.shape, self.index)
        verdict = self._verdict(picked)
        fill = RED if picked.error else INK
        body = [svg_text(16, 28, verdict, size=16, fill=fill, anchor="start", weight="bold")]
        width = 32 + 9.3 * len(verdict)
        if picked.error:
            says = f"PyTorch says: {picked.error}"
            body.append(svg_text(16, 52, says, size=13, fill=RED, anchor="start"))
            width = max(width, 32 + 7.5 * len(says))
            return svg_document(round(width), 70, self.title, self.describe(), "".join(body))
        x = 16
        tallest = 0
        boards = [("x", BLUE, BLUE_WASH, self.shape, range(prod(self.shape))),
                  ("result", VIOLET, VIOLET_WASH, picked.shape, picked.places)]  # fmt: skip
        for name, ink, wash, shape, places in boards:
            label = f"{name} {written(shape)}"
            body.append(svg_text(x, 62, label, fill=ink, anchor="start", weight="bold"))
            for k, (row, column) in enumerate(_spots(shape)):
                place = places[k]
                idle = name == "x" and place not in picked.places
                body.append(_cell(x + WIDE * column, 74 + HIGH * row, place, ink, wash, idle))
                tallest = max(tallest, row + 1)
            x += max(WIDE * (shape[-1] if shape else 1), 9 * len(label)) + 40
        height = 74 + HIGH * tallest + 16
        return svg_document(
            round(max(width, x)), round(height), self.title, self.describe(), "".join(body)
        )


def _spots(shape):
    """(row, column) on paper of each element: slices of the first dims stand below each other."""
    lead, (rows, columns) = shape[:-2], (1, 1, *shape)[-2:]
    for number, _ in enumerate(product(*map(range, lead))):
        for i, j in product(range(rows), range(columns)):
            yield number * (rows + 0.5) + i, j


def _rows(shape, words):
    """The words as lines of a text, a row of the tensor each."""
    columns = shape[-1] if shape else 1
    if not words:
        return ["(no elements)"]
    return [" ".join(words[k : k + columns]) for k in range(0, len(words), columns)]


def _cell(x, y, value, ink, wash, idle):
    look = (
        f'fill="#ffffff" stroke="{SOFT}" stroke-dasharray="2 3"'
        if idle
        else f'fill="{wash}" stroke="{ink}" stroke-width="2"'
    )
    return (
        f'<rect x="{x}" y="{y}" width="{WIDE - 4}" height="{HIGH - 4}" rx="4" {look}/>'
        + svg_text(x + WIDE / 2 - 2, y + 18, value, size=13, fill=SOFT if idle else INK)
    )

"""The promotion table: which type comes out where two types meet."""

import operator

import torch
import traitlets

from tools.widgets.base import Widget, bundle, style, svg_document, svg_text

TYPES = ("bool", "uint8", "int8", "int16", "int32", "int64", "float16", "bfloat16", "float32",
         "float64", "complex64", "complex128")  # fmt: skip
NUMBERS = {"bool": True, "int64": 3, "float32": 0.5, "complex64": 1j}
KINDS = {"dims": "tensor", "zero": "0-d tensor", "number": "number"}
OPS = {"+": operator.add, "/": operator.truediv, "==": operator.eq}
WASH = ("#dafbe1", "#ddf4ff", "#fff1e5", "#fbefff")
INK = ("#116329", "#0550ae", "#953800", "#6639ba")
SOFT = "#59636e"


class PromotionTable(Widget):
    """A table of the types that ``a op b`` has, for all types of both operands.

    a, b: names of types such as "int8". kind_a, kind_b: "dims" (a tensor with dimensions), "zero"
    (a 0-d tensor) or "number" (a Python number; then the type is bool, int64, float32 or
    complex64). op: one of + / ==. `result` is the name of the result's type. All follow what is
    chosen in the page. Raises traitlets.TraitError for what is none of these.
    """

    _esm = bundle("promotion.js")
    _css = style("promotion.css")
    title = "Type promotion table"

    a = traitlets.Enum(TYPES, "int64").tag(sync=True)
    b = traitlets.Enum(TYPES, "float16").tag(sync=True)
    kind_a = traitlets.Enum(tuple(KINDS), "dims").tag(sync=True)
    kind_b = traitlets.Enum(tuple(KINDS), "dims").tag(sync=True)
    op = traitlets.Enum(tuple(OPS), "+").tag(sync=True)

    def __init__(self, a="int64", b="float16", kind_a="dims", kind_b="dims", op="+", **kwargs):
        super().__init__(a=a, b=b, kind_a=kind_a, kind_b=kind_b, op=op, **kwargs)

    @traitlets.validate("a", "b", "kind_a", "kind_b")
    def _numbers_have_four_types(self, proposal):
        chosen = {name: getattr(self, name) for name in ("a", "b", "kind_a", "kind_b")}
        chosen[proposal.trait.name] = proposal.value
        for side in "ab":
            if chosen[f"kind_{side}"] == "number" and chosen[side] not in NUMBERS:
                raise traitlets.TraitError(
                    f"{side} = {chosen[side]!r}: a Python number is bool, int64, float32 or "
                    "complex64"
                )
        return proposal.value

    @property
    def result(self) -> str:
        """The name of the result's type, as PyTorch has it."""
        return result_type(self.kind_a, self.a, self.kind_b, self.b, self.op)

    def describe(self):
        """What the chosen operands give, then the table, one row a line."""
        rows, columns = types_of(self.kind_a), types_of(self.kind_b)
        lines = [
            f"{_operand(self.kind_a, self.a)} {self.op} {_operand(self.kind_b, self.b)} "
            f"gives {self.result}."
        ]
        lines.append(f"{'':<11}" + "".join(f"{name:<11}" for name in columns).rstrip())
        for row in rows:
            found = [result_type(self.kind_a, row, self.kind_b, c, self.op) for c in columns]
            lines.append(f"{row:<11}" + "".join(f"{name:<11}" for name in found).rstrip())
        return "\n".join(lines)

    def svg(self):
        """The table as an SVG picture, the chosen cell framed."""
        rows, columns = types_of(self.kind_a), types_of(self.kind_b)
        first = self.describe().partition("\n")[0]
        body = [svg_text(16, 28, first, anchor="start", weight="bold")]
        for c, column in enumerate(columns):
            body.append(svg_text(150 + 82 * c, 62, column, size=11, fill=SOFT))
        for r, row in enumerate(rows):
            body.append(svg_text(102, 90 + 30 * r, row, size=11, fill=SOFT, anchor="end"))
            for c, column in enumerate(columns):
                name = result_type(self.kind_a, row, self.kind_b, column, self.op)
                chosen = (row, column) == (self.a, self.b)
                body.append(_cell(110 + 82 * c, 71 + 30 * r, name, chosen))
        width = max(110 + 82 * len(columns) + 12, 32 + 9 * len(first))
        return svg_document(
            width, 76 + 30 * len(rows) + 8, self.title, self.describe(), "".join(body)
        )


def types_of(kind: str) -> tuple[str, ...]:
    """The types that an operand of this kind can have."""
    return tuple(NUMBERS) if kind == "number" else TYPES


def result_type(kind_a: str, a: str, kind_b: str, b: str, op: str) -> str:
    """The type of the result, by asking PyTorch."""
    left, right = _value(kind_a, a), _value(kind_b, b)
    if op == "==":
        return "bool"
    met = torch.result_type(left, right)
    if op == "/" and not (met.is_floating_point or met.is_complex):
        met = torch.get_default_dtype()
    return str(met).removeprefix("torch.")


def _value(kind: str, name: str):
    if kind == "number":
        return NUMBERS[name]
    return torch.ones(2 if kind == "dims" else (), dtype=getattr(torch, name))


def _operand(kind: str, name: str) -> str:
    return f"the number {NUMBERS[name]}" if kind == "number" else f"{name} {KINDS[kind]}"


def _cell(x, y, name, chosen) -> str:
    kind = getattr(torch, name)
    category = 3 if kind.is_complex else 2 if kind.is_floating_point else int(kind != torch.bool)
    return (
        f'<rect x="{x}" y="{y}" width="78" height="26" rx="5" fill="{WASH[category]}" '
        f'stroke="{INK[category]}" stroke-width="{4 if chosen else 1}"/>'
        + svg_text(x + 39, y + 17, name, size=11, weight="bold" if chosen else "normal")
    )

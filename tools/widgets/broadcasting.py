"""The broadcasting explorer: type shapes, see them line up, stretch, or fail with the reason."""

import traitlets

from tools.widgets.base import Widget, bundle, style, svg_document, svg_text
from tools.widgets.shapes import (
    NAMES,
    align,
    as_shape,
    expanded_strides,
    pytorch_error,
    verdict,
    written,
)

OPS = ("+", "-", "*", "/", "==")
INK = {"a": "#0550ae", "b": "#953800", "c": "#116329", "result": "#6639ba"}
WASH = {"a": "#ddf4ff", "b": "#fff1e5", "c": "#dafbe1", "result": "#fbefff"}
RED, SOFT = "#a40e26", "#59636e"


class Shape(traitlets.TraitType):
    """A shape; takes what has one, too, such as a tensor. None only where `allow_none`."""

    info_text = "a shape such as (3, 1)"

    def validate(self, obj, value):
        try:
            return as_shape(value, self.name)
        except ValueError as error:
            raise traitlets.TraitError(str(error)) from None


class BroadcastingExplorer(Widget):
    """An explorer of ``a op b`` (and ``op c``) for tensors of these shapes.

    a, b, c: shapes, or tensors whose shape is taken; c may be None. op: one of + - * / ==.
    `result` is the shape they broadcast to, None when they do not. All follow what is typed in
    the page. Raises traitlets.TraitError for what is no shape.
    """

    _esm = bundle("broadcasting.js")
    _css = style("broadcasting.css")
    title = "Broadcasting explorer"

    a = Shape().tag(sync=True)
    b = Shape().tag(sync=True)
    c = Shape(None, allow_none=True).tag(sync=True)
    op = traitlets.Enum(OPS, "+").tag(sync=True)
    result = traitlets.Any(None, allow_none=True, read_only=True).tag(sync=True)

    def __init__(self, a=(3, 1), b=(4,), c=None, op="+", **kwargs):
        super().__init__(a=a, b=b, c=c, op=op, **kwargs)
        self._meet()

    @traitlets.observe("a", "b", "c")
    def _meet(self, _change=None):
        self.set_trait("result", self._alignment().result)

    @traitlets.validate("c", "op")
    def _two_to_compare(self, proposal):
        if self.op == "==" and self.c is not None:
            raise traitlets.TraitError("a == b == c is no tensor operation; leave c out, or use +")
        return proposal.value

    def _alignment(self):
        return align(*(shape for shape in (self.a, self.b, self.c) if shape is not None))

    def describe(self):
        """The outcome, then the shapes right-aligned, as lines of text."""
        alignment = self._alignment()
        rows = list(zip(NAMES, alignment.shapes, strict=False))
        if alignment.result is not None:
            rows.append(("result", alignment.result))
        width = max((len(str(size)) for _, shape in rows for size in shape), default=1) + 2
        lines = [verdict(alignment, self.op) + "."]
        if alignment.clash:
            lines.append(f"PyTorch says: RuntimeError: {pytorch_error(alignment.clash)}")
        for name, shape in rows:
            sizes = "".join(f"{size:>{width}}" for size in shape)
            strides = ""
            if alignment.result is not None and name != "result":
                strides = f"   strides {written(expanded_strides(shape, alignment.result))}"
            lines.append(f"{name:<8}{sizes:>{width * len(alignment.columns)}}{strides}".rstrip())
        return "\n".join(lines)

    def svg(self):
        """The shapes lined up, and the outcome, as an SVG picture."""
        alignment = self._alignment()
        rows = [*zip(NAMES, alignment.shapes, strict=False), ("result", alignment.result)]
        labels = [f"{name} {'none' if shape is None else written(shape)}" for name, shape in rows]
        left, top, wide, high = 30 + round(8.2 * max(map(len, labels))), 78, 104, 46
        body = []
        says = [verdict(alignment, self.op)]
        if alignment.clash:
            says.append(f"RuntimeError: {pytorch_error(alignment.clash)}")
        for line, (text, size) in enumerate(zip(says, (16, 13), strict=False)):
            fill = RED if alignment.clash else "#1f2328"
            sign = ("✗ " if alignment.clash else "✓ ") if line == 0 else ""
            body.append(
                svg_text(16, 28 + 22 * line, sign + text, size=size, fill=fill, anchor="start",
                         weight="bold" if line == 0 else "normal")
            )  # fmt: skip
        for place, column in enumerate(alignment.columns):
            x = left + wide * place
            body.append(
                svg_text(x + wide / 2 - 4, top - 6, f"dim {column.dim}", size=12, fill=SOFT)
            )
            sizes = [*zip(NAMES, column.sizes, strict=False), ("result", column.size)]
            for row, (name, size) in enumerate(sizes):
                body.append(_size_box(x, top + high * row, wide - 8, name, size, column.size))
        for row, ((name, _), label) in enumerate(zip(rows, labels, strict=True)):
            y = top + high * row + 24
            body.append(svg_text(left - 14, y, label, fill=INK[name], anchor="end"))
        if not alignment.columns:
            text = "single numbers: no dims to line up"
            body.append(svg_text(left, top + 24, text, size=13, fill=SOFT, anchor="start"))
        boxes = wide * (len(alignment.columns) or 3)
        width = max(left + boxes + 8, 60 + 9.3 * len(says[0]), 32 + 7.5 * len(says[-1]))
        height = top + high * len(rows) + 8
        return svg_document(round(width), height, self.title, self.describe(), "".join(body))


def _size_box(x, y, width, name, size, met):
    """One size of the picture: solid as it is, dashed where it stretches, dotted where missing."""
    missing, clash = size is None and name != "result", met is None and size not in (None, 1)
    clash = clash or (name == "result" and met is None)
    stretches = not clash and met is not None and (1 if size is None else size) != met
    dash = "2 3" if missing else "6 4" if stretches else "none"
    label = "✗" if size is None and not missing else str(1 if size is None else size)
    label += f" → {met}" if stretches else ""
    how = "clash" if clash else "missing" if missing else "stretches" if stretches else ""
    ink = RED if clash else INK[name]
    fill = "#ffebe9" if clash else "#ffffff" if missing else WASH[name]
    return (
        f'<rect x="{x}" y="{y}" width="{width}" height="38" rx="5" fill="{fill}" stroke="{ink}" '
        f'stroke-width="2" stroke-dasharray="{dash}"/>'
        + svg_text(x + width / 2, y + (18 if how else 25), label, weight="bold")
        + (svg_text(x + width / 2, y + 32, how, size=11, fill=ink) if how else "")
    )

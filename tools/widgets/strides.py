"""The strides explorer: take steps on a tensor, and see what is read from where in memory."""

import re

import torch
import traitlets

from tools.widgets.base import Widget, bundle, style, svg_document, svg_text
from tools.widgets.broadcasting import Shape

MAX_PLACES, MAX_SHOWN = 60, 96
NAMES = ("t", "transpose", "permute", "view", "reshape", "contiguous", "expand", "unsqueeze",
         "squeeze")  # fmt: skip
CALL = re.compile(r"\.?(?P<name>\w+)\s*\((?P<args>.*)\)", re.DOTALL)
INDEX = re.compile(r"\[(?P<items>.*)\]", re.DOTALL)
BLUE, SOFT = "#0550ae", "#59636e"


class StridesExplorer(Widget):
    """An explorer of views: ``torch.arange(n).reshape(start)`` and the steps of `program`.

    start: a shape of at most 3 dimensions and 60 numbers. program: steps as PyTorch writes them,
    "t()", "[:, ::2]", "view(2, -1)"; there are T, an index of ints and slices, and the methods in
    `NAMES`. Both follow what is done in the page. Raises traitlets.TraitError for a step that
    PyTorch refuses, with PyTorch's reason.
    """

    _esm = bundle("strides.js")
    _css = style("strides.css")
    title = "Strides explorer"

    start = Shape().tag(sync=True)
    program = traitlets.List(traitlets.Unicode()).tag(sync=True)

    def __init__(self, start=(3, 4), program=(), **kwargs):
        super().__init__(start=start, program=list(program), **kwargs)

    @traitlets.validate("start", "program")
    def _can_be_shown(self, proposal):
        start, program = self.start, self.program
        if proposal.trait.name == "start":
            start = proposal.value
        else:
            program = proposal.value
        if len(start) > 3 or torch.Size(start).numel() > MAX_PLACES:
            raise traitlets.TraitError(
                f"start = {start}: the explorer draws up to 3 dimensions and {MAX_PLACES} numbers"
            )
        try:
            states(start, program)
        except (ValueError, RuntimeError, IndexError, TypeError) as error:
            raise traitlets.TraitError(f"{program} on {start}: {error}") from None
        return proposal.value

    @property
    def tensor(self) -> torch.Tensor:
        """What the last step gives."""
        return states(self.start, self.program)[-1]

    def describe(self):
        """Every step with what it gives, then the places that are read, as lines of text."""
        before, lines = None, []
        for text, x in zip(["", *self.program], states(self.start, self.program), strict=True):
            step = text or _new(self.start)
            lines.append(
                f"{step}: {_kind(before, x)}, shape {tuple(x.shape)}, stride {x.stride()}, "
                f"offset {x.storage_offset()}"
            )
            before = x
        lines.append(f"places read, in reading order: {' '.join(map(str, _places(x)))}")
        lines.append(f"memory: {' '.join(map(str, _memory(x)))}")
        return "\n".join(lines)

    def svg(self):
        """The tensor's cells on the left, its memory on the right, as an SVG picture."""
        x = self.tensor
        places, memory = _places(x), _memory(x)
        width = x.shape[-1] if x.ndim else 1
        height = x.shape[-2] if x.ndim > 1 else 1
        facts = f"shape {tuple(x.shape)}, stride {x.stride()}, offset {x.storage_offset()}"
        code = _new(self.start) + "".join(
            step if step.startswith("[") else f".{step.removeprefix('.')}" for step in self.program
        )
        body = [
            svg_text(16, 28, code, anchor="start", weight="bold"),
            svg_text(16, 50, facts, size=13, fill=SOFT, anchor="start"),
            svg_text(16, 78, "x as you see it", size=12, fill=SOFT, anchor="start"),
        ]
        bottom = 86
        for k, place in enumerate(places):
            row, column = divmod(k, max(width, 1))
            top = 86 + 34 * row + 10 * (row // max(height, 1))
            body.append(_box(16 + 44 * column, top, memory[place], max(memory), True))
            bottom = max(bottom, top + 34)
        left = 16 + 44 * max(width, 3) + 30
        body.append(svg_text(left, 78, "memory", size=12, fill=SOFT, anchor="start"))
        for place, number in enumerate(memory):
            row, column = divmod(place, 12)
            top = 86 + 50 * row
            body.append(_box(left + 44 * column, top, number, max(memory), place in places))
            at = svg_text(left + 44 * column + 20, top + 44, place, size=10, fill=SOFT)
            body.append(at)
            bottom = max(bottom, top + 50)
        total = max(left + 44 * min(len(memory), 12) + 16, 32 + 8 * len(code))
        return svg_document(total, bottom + 10, self.title, self.describe(), "".join(body))


def states(start, program):
    """The new tensor and what each step makes of it; PyTorch's own error where a step is refused.

    ValueError for what is no step, and for more cells than the explorer draws.
    """
    count = torch.Size(start).numel()
    found = [torch.arange(count).reshape(tuple(start))]
    for text in program:
        found.append(_step(text)(found[-1]))
        if found[-1].numel() > MAX_SHOWN:
            raise ValueError(f"{text} shows {found[-1].numel()} cells; up to {MAX_SHOWN} are drawn")
    return found


def _new(shape) -> str:
    return (
        f"torch.arange({torch.Size(shape).numel()}).reshape({', '.join(map(str, shape)) or '()'})"
    )


def _step(text):
    """The function that the step `text` names."""
    clean = re.sub(r"^x(?=[.\[])", "", text.strip())
    if clean in ("T", ".T"):
        return lambda x: x.permute(tuple(reversed(range(x.ndim))))
    if match := INDEX.fullmatch(clean):
        items = tuple(map(_item, match["items"].strip().removesuffix(",").split(",")))
        return lambda x: x[items]
    match = CALL.fullmatch(clean)
    if not match or match["name"] not in NAMES:
        raise ValueError(f"{text!r} is no step; there are T, [ ] and {', '.join(NAMES)}")
    inner = match["args"].strip().strip("()[]").strip().removesuffix(",")
    numbers = [int(each) for each in inner.split(",")] if inner else []
    return lambda x: getattr(x, match["name"])(*numbers)


def _item(text):
    """An int or a slice from its text."""
    parts = [int(each) if each.strip() else None for each in text.split(":")]
    return parts[0] if len(parts) == 1 and parts[0] is not None else slice(*parts)


def _kind(before, after) -> str:
    if before is None:
        return "new"
    if after is before:
        return "itself"
    same = after.untyped_storage().data_ptr() == before.untyped_storage().data_ptr()
    return "view" if same else "copy"


def _places(x) -> list[int]:
    """The places in storage that `x` reads, in reading order."""
    count = x.untyped_storage().nbytes() // x.element_size()
    return (
        torch.arange(count).as_strided(x.shape, x.stride(), x.storage_offset()).flatten().tolist()
    )


def _memory(x) -> list[int]:
    """All numbers in the storage of `x`."""
    count = x.untyped_storage().nbytes() // x.element_size()
    return x.as_strided((count,), (1,), 0).tolist()


def _box(x, y, number, largest, seen) -> str:
    """One cell: its colour follows the number, dotted where the tensor does not show it."""
    share = number / max(largest, 1)
    wash = [
        round(a + (b - a) * share) for a, b in zip((221, 244, 255), (255, 241, 229), strict=True)
    ]
    fill = f"rgb({', '.join(map(str, wash))})" if seen else "#ffffff"
    look = f'stroke="{BLUE}"' if seen else f'stroke="{SOFT}" stroke-dasharray="2 3"'
    return (
        f'<rect x="{x}" y="{y}" width="40" height="30" rx="5" fill="{fill}" {look} '
        'stroke-width="2"/>' + svg_text(x + 20, y + 20, number, size=13)
    )

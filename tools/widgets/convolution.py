"""The convolution explorer: a kernel slides over an image, or is added along it (transposed)."""

import traitlets

from tools.widgets.base import Widget, bundle, style, svg_document, svg_text

KERNEL = ((1, 0, -1, 2), (2, 0, -2, 1), (1, 0, -1, 2), (0, 1, 0, -1))
BLUE, ORANGE, VIOLET, RED, SOFT = "#0550ae", "#953800", "#6639ba", "#a40e26", "#59636e"
SETTINGS = ("size", "kernel_size", "stride", "padding", "dilation", "output_padding")
CELL = 29


def image_number(i: int, j: int) -> int:
    """The image's number at row i and column j."""
    return (5 * i + 3 * j + i * j) % 8


class ConvolutionExplorer(Widget):
    """A kernel (kernel_size × kernel_size) on an image (size × size), one channel each.

    `transposed` makes it a transposed convolution, which alone uses `output_padding`. `at` is the
    place (row, column) of the output whose products are shown. `out` is the output's height and
    width, None where nothing fits; `describe()` says why.
    Raises traitlets.TraitError for numbers outside the explorer's range.
    """

    _esm = bundle("convolution.js")
    _css = style("convolution.css")
    title = "Convolution explorer"

    size = traitlets.Int(5, min=1, max=8).tag(sync=True)
    kernel_size = traitlets.Int(3, min=1, max=4).tag(sync=True)
    stride = traitlets.Int(1, min=1, max=4).tag(sync=True)
    padding = traitlets.Int(0, min=0, max=3).tag(sync=True)
    dilation = traitlets.Int(1, min=1, max=3).tag(sync=True)
    output_padding = traitlets.Int(0, min=0, max=3).tag(sync=True)
    transposed = traitlets.Bool(False).tag(sync=True)
    at = traitlets.Tuple(traitlets.Int(), traitlets.Int(), default_value=(0, 0)).tag(sync=True)

    def __init__(self, size=5, kernel_size=3, **kwargs):
        super().__init__(size=size, kernel_size=kernel_size, **kwargs)

    @property
    def reach(self) -> int:
        """How many rows the kernel reaches over, holes included."""
        return self.dilation * (self.kernel_size - 1) + 1

    @property
    def out(self) -> int | None:
        """Height and width of the output; None if nothing fits."""
        if not self.transposed:
            room = self.size + 2 * self.padding - self.reach
            return None if room < 0 else room // self.stride + 1
        if self.output_padding >= max(self.stride, self.dilation):
            return None
        full = (self.size - 1) * self.stride + self.reach + self.output_padding
        return full - 2 * self.padding if full > 2 * self.padding else None

    def pairs(self, row: int, column: int) -> list[tuple[int, int, int, int]]:
        """The products of one output number: (input row, input column, kernel row, column)."""
        places = [(i, j) for i in range(self.kernel_size) for j in range(self.kernel_size)]
        s, p, d = self.stride, self.padding, self.dilation
        if not self.transposed:
            return [(row * s + i * d - p, column * s + j * d - p, i, j) for i, j in places]
        meet = [(row + p - i * d, column + p - j * d, i, j) for i, j in places]
        return [(y // s, x // s, i, j) for y, x, i, j in meet
                if y % s == x % s == 0 and self._inside(y // s, x // s)]  # fmt: skip

    def _inside(self, y, x) -> bool:
        return 0 <= y < self.size and 0 <= x < self.size

    def number(self, row: int, column: int) -> int:
        """One number of the output."""
        pairs = self.pairs(row, column)
        return sum(image_number(y, x) * KERNEL[i][j] for y, x, i, j in pairs if self._inside(y, x))

    def output(self) -> list[list[int]]:
        """The output's numbers; [] if there are none."""
        n = self.out or 0
        return [[self.number(i, j) for j in range(n)] for i in range(n)]

    def _rule(self) -> list[str]:
        """The output size worked out with numbers, or the reason why there is none."""
        n, s, p, d, e = self.size, self.stride, self.padding, self.dilation, self.output_padding
        lines = [f"reach of the kernel: {d} · ({self.kernel_size} − 1) + 1 = {self.reach}"]
        full = (n - 1) * s + self.reach + e
        if self.transposed and e >= max(s, d):
            return [*lines, f"output_padding {e} must be smaller than the stride {s} or the "
                    f"dilation {d}."]  # fmt: skip
        if self.transposed:
            sizes = f"({n} − 1) · {s} + {self.reach} − 2 · {p} + {e}"
            lines.append(f"output: {sizes} = {full - 2 * p}")
            return lines if self.out else [*lines, "Nothing is left: make the padding smaller."]
        wide = n + 2 * p
        lines.append(f"padded input: {n} + 2 · {p} = {wide}")
        if self.out is None:
            reason = f"No window fits: the kernel reaches over {self.reach}, but the padded input"
            return [*lines, f"{reason} has only {wide}."]
        room = wide - self.reach
        steps = f"⌊({wide} − {self.reach}) / {s}⌋ + 1 = ⌊{room} / {s}⌋ + 1"
        return [*lines, f"output: {steps} = {self.out}"]

    def describe(self):
        """The settings, the size rule with numbers, and the output as lines of text."""
        kind = "Transposed convolution" if self.transposed else "Convolution"
        settings = ", ".join(f"{name} {getattr(self, name)}" for name in SETTINGS[2:5])
        if self.transposed:
            settings += f", output_padding {self.output_padding}"
        head = (f"{kind} of an image {self.size} × {self.size} with a kernel "
                f"{self.kernel_size} × {self.kernel_size}: {settings}.")  # fmt: skip
        rows = ["  ".join(f"{number:>4}" for number in row) for row in self.output()]
        return "\n".join([head, *self._rule(), *rows])

    def svg(self):
        """Image, kernel and output as grids, the window at `at` marked, and the rule below."""
        n, out = self.size, self.out
        pad = 0 if self.transposed else self.padding
        row, column = (min(each, (out or 1) - 1) for each in self.at)
        used = self.pairs(max(row, 0), max(column, 0)) if out else []
        image = [[image_number(y, x) if self._inside(y, x) else 0 for x in range(-pad, n + pad)]
                 for y in range(-pad, n + pad)]  # fmt: skip
        kernel = [each[: self.kernel_size] for each in KERNEL[: self.kernel_size]]
        boards = [
            (
                "padded image" if pad else "image",
                image,
                BLUE,
                {(y + pad, x + pad) for y, x, _, _ in used},
                pad,
            ),
            ("kernel", kernel, ORANGE, {(i, j) for _, _, i, j in used}, 0),
            ("output", self.output(), VIOLET, {(row, column)} if out else set(), 0),
        ]
        x, body = 16, []
        for name, numbers, ink, marked, ring in boards:
            body.append(_board(x, 44, name, numbers, ink, marked, ring))
            x += max(len(numbers) * CELL, 120) + 20
        height = 60 + CELL * max(len(numbers) for _, numbers, *_ in boards)
        for line in self._rule():
            height += 22
            fill = "#1f2328" if line.startswith(("reach", "padded", "output:")) else RED
            body.append(svg_text(16, height, line, fill=fill, anchor="start"))
        return svg_document(max(x, 640), height + 16, self.title, self.describe(), "".join(body))


def _board(left, top, name, numbers, ink, marked, ring):
    """A titled grid of numbers; `marked` places are filled, the outer `ring` is dashed padding."""
    title = f"{name} {len(numbers)} × {len(numbers)}" if numbers else f"{name}: none"
    text = [svg_text(left, top - 12, title, size=13, fill=ink, anchor="start")]
    for i, row in enumerate(numbers):
        for j, number in enumerate(row):
            edge = not (ring <= i < len(row) - ring and ring <= j < len(row) - ring)
            x, y, on = left + j * CELL, top + i * CELL, (i, j) in marked
            text.append(
                f'<rect x="{x}" y="{y}" width="{CELL - 3}" height="{CELL - 3}" rx="3" '
                f'fill="{ink if on else "#ffffff"}" stroke="{SOFT if edge else ink}" '
                f'stroke-dasharray="{"3 2" if edge else "none"}"/>'
            )
            label = str(number).replace("-", "−")
            fill = "#ffffff" if on else SOFT if edge else "#1f2328"
            text.append(svg_text(x + (CELL - 3) / 2, y + 18, label, size=12, fill=fill))
    return "".join(text)

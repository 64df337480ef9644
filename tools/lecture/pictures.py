"""Pictures for the lectures, each with its text alternative."""

import base64
import io
from html import escape

import numpy as np

# In pixels: a cell with the space after it, between two grids, around everything, a title.
CELL_WIDTH, CELL_HEIGHT, SPACE, GAP, MARGIN = 46, 32, 4, 38, 6
TITLE_HEIGHT, TITLE_LETTER = 24, 6.6
SOLID = 'fill="#cfe3fb" stroke="#1f5fa8" stroke-width="1.5"'
GHOST = 'fill="#ffffff" stroke="#6b7785" stroke-width="1.2" stroke-dasharray="4 3"'
INK, FADED = "#14202b", "#586471"


class Picture:
    """An image that Jupyter shows with an alt text; in a terminal it is the alt text."""

    def __init__(self, svg: str, alt: str):
        self.svg = svg
        self.alt = alt

    def _repr_html_(self) -> str:
        # An <img>, because notebooks that are not trusted keep no <svg>. The card stays light in
        # dark themes: the picture's own colours are made for it.
        data = base64.b64encode(self.svg.encode()).decode()
        return (
            f'<img alt="{escape(self.alt)}" src="data:image/svg+xml;base64,{data}" '
            'style="background:#fff;border-radius:6px;max-width:100%;height:auto">'
        )

    def __repr__(self) -> str:
        return self.alt


def figure(fig, alt: str) -> Picture:
    """A matplotlib figure with its text alternative; the figure is closed."""
    import matplotlib.pyplot as plt

    if not alt.strip():
        raise ValueError("figure() needs an alt text that says what the picture shows")
    text = io.StringIO()
    fig.savefig(text, format="svg", bbox_inches="tight")
    plt.close(fig)
    return Picture(text.getvalue(), alt)


def grids(*parts, size=None, titles=None) -> Picture:
    """Draw small tensors as grids of numbers, with strings such as "+" and "=" between them.

    With `size`, every tensor is drawn broadcast to it: what is in memory is solid, what is only
    read again is dashed. `titles` names the tensors; without it each shows its shape. At most two
    dimensions.
    """
    titles = iter(titles or ())
    boards = []
    for part in parts:
        if isinstance(part, str):
            boards.append(part)
        else:
            title = next(titles, None) or f"shape {tuple(part.shape)}"
            boards.append((title, *_shown(part, size)))
    tallest = max(len(board[1]) for board in boards if not isinstance(board, str))
    middle = MARGIN + TITLE_HEIGHT + tallest * CELL_HEIGHT / 2
    x, drawn, words = MARGIN, [], []
    for before, board in zip([None, *boards], boards, strict=False):
        if isinstance(board, str):
            drawn.append(_text(x + GAP / 2, middle + 6, board, 22))
            words.append(_SPOKEN.get(board, board))
            x += GAP
            continue
        if before is not None and not isinstance(before, str):
            x += GAP
        title, array, real = board
        width = array.shape[1] * CELL_WIDTH - SPACE
        room = max(width, TITLE_LETTER * len(title))
        top = middle - len(array) * CELL_HEIGHT / 2
        drawn.append(_text(x + room / 2, top - 9, title, 12.5, FADED))
        drawn.append(_grid(array, real, x + (room - width) / 2, top))
        words.append(_in_words(title, array, real))
        x += room
    height = middle + tallest * CELL_HEIGHT / 2 + MARGIN
    return Picture(_svg(x + MARGIN, height, "".join(drawn)), " ".join(words) + ".")


_SPOKEN = {"+": "plus", "-": "minus", "−": "minus", "*": "times", "×": "times", "=": "gives",
           "→": "becomes"}  # fmt: skip


def _shown(tensor, size):
    """The tensor as a matrix, and where in it the elements lie that are really in memory."""
    array = np.array(tensor.detach().tolist())
    real = np.ones(array.shape, bool)
    if size is not None:
        # Index 0 along every stretched or new dimension is the element itself.
        target = np.broadcast_shapes(array.shape, tuple(size))
        own = (1,) * (len(target) - array.ndim) + array.shape
        real = np.ones(target, bool)
        for dim, (n, wanted) in enumerate(zip(own, target, strict=True)):
            if n == 1 and wanted != 1:
                real &= (np.arange(wanted) == 0).reshape(-1, *(1,) * (len(target) - dim - 1))
        array = np.broadcast_to(array, target)
    if array.ndim > 2:
        raise ValueError(f"grids() draws at most two dimensions, not shape {array.shape}")
    rows = (1,) * (2 - array.ndim) + array.shape
    return array.reshape(rows), real.reshape(rows)


def _grid(array, real, x, y):
    cells = []
    for (i, j), value in np.ndenumerate(array):
        left, top = x + j * CELL_WIDTH, y + i * CELL_HEIGHT
        look, ink = (SOLID, INK) if real[i, j] else (GHOST, FADED)
        cells.append(
            f'<rect x="{left}" y="{top}" width="{CELL_WIDTH - SPACE}" '
            f'height="{CELL_HEIGHT - SPACE}" rx="4" {look}/>'
        )
        cells.append(_text(left + (CELL_WIDTH - SPACE) / 2, top + 19, _number(value), 14, ink))
    return "".join(cells)


def _number(value) -> str:
    if isinstance(value, bool | np.bool_):
        return "yes" if value else "no"
    return f"{value:.3g}".replace("-", "−")


def _in_words(title, array, real) -> str:
    rows = "; ".join(", ".join(_number(v) for v in row) for row in array)
    ghosts = int((~real).sum())
    repeated = f", of which {ghosts} are repeats that take no memory" if ghosts else ""
    return f"{title} [{rows}]{repeated}"


def _text(x, y, text, size, fill=INK):
    return (
        f'<text x="{x}" y="{y}" font-size="{size}" fill="{fill}" text-anchor="middle">'
        f"{escape(str(text))}</text>"
    )


def _svg(width, height, body):
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" '
        f'width="{width:g}" height="{height:g}" font-family="system-ui, sans-serif">{body}</svg>'
    )

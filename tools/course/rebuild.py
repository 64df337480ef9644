"""Rebuild a submitted notebook from the instructor's, taking from the student only what is theirs.

What is graded, locked or worth points is the instructor's, hidden tests included. The student's are
the answer cells and the cells without marks. A submission's metadata decides nothing: it only
helps to find which cell is which, and where it is lost the cell ids and the content do.
"""

import copy
import re
from dataclasses import dataclass, replace

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_raw_cell

from autograder.sandbox.judge import names_checked
from autograder.sandbox.paper import CHECK, RUN, TESTS, TEXT, Cell, Paper

MOST_CELLS = 2000
MOST_SOURCE = 2_000_000  # characters of one cell
DEFINES = re.compile(r"^(?:async\s+)?(?:def|class)\s+(\w+)", re.MULTILINE)
MAKE = {"code": new_code_cell, "markdown": new_markdown_cell, "raw": new_raw_cell}


@dataclass(frozen=True)
class Rebuilt:
    """The notebook to run and write down, what the grader is given, and what had to be mended."""

    notebook: NotebookNode
    paper: Paper
    notes: tuple[str, ...]


def rebuild(name: str, trusted: NotebookNode, submitted: NotebookNode) -> Rebuilt:
    """`submitted` as notebook `name`, with everything in place that `trusted` holds."""
    notes: list[str] = []
    cells = [_plain(cell) for cell in submitted.cells[:MOST_CELLS]]
    if len(submitted.cells) > MOST_CELLS:
        notes.append(f"only the first {MOST_CELLS} of {len(submitted.cells)} cells were taken")
    partner = _match(trusted.cells, cells, notes)
    of_cell = {id(cells[at]): index for index, at in partner.items()}
    order: list[tuple[int | None, NotebookNode | None]] = []
    for cell in cells:
        order.append((of_cell.get(id(cell)), cell))
    _put_back(order, trusted.cells, partner, notes)
    made, grading = [], []
    for index, cell in order:
        original = None if index is None else trusted.cells[index]
        made.append(_made(original, cell))
        grading.append(_for_grader(made[-1], original))
    notebook = copy.deepcopy(trusted)
    notebook.cells = made
    _unique_ids(made)
    paper = Paper(name, tuple(replace(g, id=n.id) for g, n in zip(grading, made, strict=True)))
    return Rebuilt(notebook, paper, tuple(notes))


def _plain(cell: NotebookNode) -> NotebookNode:
    """A cell's type, source, id and nbgrader name; whatever else it carries stays behind."""
    kind = cell.get("cell_type") if cell.get("cell_type") in MAKE else "raw"
    source = cell.get("source", "")
    source = "".join(source) if isinstance(source, list) else str(source)
    metadata = cell.get("metadata") or {}
    marks = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    grade_id = marks.get("grade_id") if isinstance(marks, dict) else None
    node = NotebookNode(cell_type=kind, source=source[:MOST_SOURCE], id=str(cell.get("id", "")))
    node.grade_id = grade_id if isinstance(grade_id, str) else ""
    return node


def marks(cell: NotebookNode) -> dict:
    """What nbgrader notes about a trusted cell."""
    return cell.metadata.get("nbgrader", {})


def _match(
    trusted: list[NotebookNode], cells: list[NotebookNode], notes: list[str]
) -> dict[int, int]:
    """Index of a trusted cell -> index of the submitted cell that is it."""
    partner: dict[int, int] = {}
    free = set(range(len(cells)))

    def take(index: int, candidates: list[int]) -> None:
        # Of several copies the last one counts, as in nbgrader; the others run like any cell.
        same_kind = [c for c in candidates if cells[c].cell_type == trusted[index].cell_type]
        chosen = (same_kind or candidates)[-1:]
        if chosen:
            partner[index] = chosen[0]
            free.discard(chosen[0])

    for index, cell in enumerate(trusted):
        grade_id = marks(cell).get("grade_id")
        if grade_id:
            found = [c for c in sorted(free) if cells[c].grade_id == grade_id]
            if len(found) > 1:
                notes.append(f"cell {grade_id!r} is there {len(found)} times; the last one counts")
            take(index, found)
    for index, cell in enumerate(trusted):
        if index not in partner and cell.get("id"):
            take(index, [c for c in sorted(free) if cells[c].id == cell.id])
    for index, cell in enumerate(trusted):
        if index not in partner and not marks(cell).get("solution"):
            take(index, [c for c in sorted(free) if cells[c].source == cell.source])
    for index, cell in enumerate(trusted):
        if index not in partner and marks(cell).get("solution"):
            _take_answer(index, cell, cells, sorted(free), take, notes)
    return partner


def _take_answer(index, cell, cells, free, take, notes) -> None:
    """An answer cell that lost its marks: the last cell that defines the same names."""
    wanted = set(DEFINES.findall(cell.source))
    if cell.cell_type == "code":
        found = [c for c in free if wanted and wanted <= set(DEFINES.findall(cells[c].source))]
        take(index, [c for c in found if cells[c].cell_type == "code"])
        if found:
            notes.append(f"cell {marks(cell)['grade_id']!r} was found by what it defines")


def _put_back(order, trusted, partner, notes) -> None:
    """Put trusted cells that the submission lacks behind the cell they follow in the original."""
    for index, cell in enumerate(trusted):
        if index in partner:
            continue
        at = 0
        if index:
            before = index - 1
            at = 1 + next(i for i, (which, _) in enumerate(order) if which == before)
        order.insert(at, (index, None))
        if marks(cell).get("grade_id"):
            notes.append(f"cell {marks(cell)['grade_id']!r} was missing and was put back")


def _made(original: NotebookNode | None, cell: NotebookNode | None) -> NotebookNode:
    """The cell to run: trusted metadata, and the student's source where it is theirs."""
    if original is None:
        return MAKE[cell.cell_type](cell.source, metadata={}, **_id(cell.id))
    node = copy.deepcopy(original)
    if node.cell_type == "code":
        node.outputs, node.execution_count = [], None
    noted = marks(original)
    theirs = noted.get("solution") or not (noted.get("grade") or noted.get("locked"))
    if noted.get("task"):
        theirs = False
    if cell is not None and theirs and cell.cell_type == original.cell_type:
        node.source = cell.source
    return node


def _id(text: str) -> dict[str, str]:
    return {"id": text} if re.fullmatch(r"[a-zA-Z0-9-_]{1,64}", text) else {}


def _for_grader(node: NotebookNode, original: NotebookNode | None) -> Cell:
    noted = {} if original is None else marks(original)
    grade_id = noted.get("grade_id", "")
    trusted = original is not None and node.source == original.source
    if node.cell_type != "code":
        return Cell(TEXT, node.source, "", grade_id, trusted=trusted)
    if noted.get("grade") and not noted.get("solution"):
        kind = CHECK if names_checked(node.source) else TESTS
        return Cell(kind, node.source, "", grade_id, float(noted["points"]), True)
    locked = bool(noted.get("locked")) and not noted.get("solution")
    return Cell(RUN, node.source, "", grade_id, trusted=trusted and locked, own=not trusted)


def _unique_ids(cells: list[NotebookNode]) -> None:
    seen: set[str] = set()
    for number, cell in enumerate(cells):
        if cell.id in seen:
            cell.id = f"{cell.id[:50]}-{number}"
        seen.add(cell.id)

"""The lecture notebooks, and a way to run one from top to bottom."""

from pathlib import Path

import nbclient
import nbformat
import pytest

ROOT = Path(__file__).resolve().parents[2]
LECTURES = sorted((ROOT / "lectures").glob("*.ipynb"))


@pytest.fixture(scope="module", params=LECTURES, ids=lambda path: path.stem)
def lecture(request) -> Path:
    return request.param


@pytest.fixture(scope="module")
def source(lecture) -> nbformat.NotebookNode:
    """The lecture as committed."""
    return nbformat.read(lecture, as_version=4)


def execute(path: Path, first: str = "") -> nbformat.NotebookNode:
    """The notebook at `path` with its outputs, `first` run before it; raises on any error."""
    notebook = nbformat.read(path, as_version=4)
    if first:
        notebook.cells.insert(0, nbformat.v4.new_code_cell(first))
    client = nbclient.NotebookClient(notebook, timeout=300, resources={"metadata": {"path": ROOT}})
    return client.execute()


@pytest.fixture(scope="module")
def executed(lecture) -> nbformat.NotebookNode:
    """The lecture after it ran from top to bottom, as a maintainer's copy runs it."""
    return execute(lecture)


EMPTY_SLOTS = """
from penlight import EmptySlot, slots

for slot in slots.registry.values():
    def empty(*args, slot=slot, **kwargs):
        \"\"\"What a student's copy has.\"\"\"
        raise EmptySlot(slot.name, slot.exercise)

    empty.__name__ = slot.name
    slot.reference = slot.current = empty
"""


@pytest.fixture(scope="module")
def executed_by_student(lecture) -> nbformat.NotebookNode:
    """The lecture as it runs where the student has written nothing yet."""
    return execute(lecture, EMPTY_SLOTS)

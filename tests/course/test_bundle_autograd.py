"""The student bundle of week 4: without the student's walk there is no backward, with it a net
trains."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import nbformat
import pytest

from tools.course import Course
from tools.course.bundle import write_bundle

pytestmark = pytest.mark.slow

TOP = Path(__file__).resolve().parents[2]
NAME = "04_autograd"
WALK = ["topological_order", "backpropagate", "accumulate_grad"]


@pytest.fixture(scope="module")
def bundle(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("bundle")
        patch.setenv("COURSE_RUN", str(folder / "run"))
        with zipfile.ZipFile(write_bundle(Course.open(root=TOP), NAME, folder)) as archive:
            archive.extractall(folder)
    return folder / f"penlight-{NAME}"


def run(bundle, program):
    """The output of a program that sees the bundle alone."""
    result = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", program],
        cwd=bundle,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(bundle)},
    )
    assert not result.returncode, result.stderr
    return result.stdout


def cells_after_running(bundle, answers):
    """The released notebook's code cells by id, run with these answers in place."""
    path = bundle / "assignments" / NAME / f"{NAME}.ipynb"
    notebook = nbformat.read(path, 4)
    for cell in notebook.cells:
        name = cell.metadata.get("nbgrader", {}).get("grade_id", "").removesuffix("-answer")
        if name in answers and cell.id.endswith("-answer"):
            cell.source = answers[name]
    filled = bundle / "filled.ipynb"
    nbformat.write(notebook, filled)
    run(
        bundle,
        "import nbformat, nbclient\n"
        f"notebook = nbformat.read({str(filled)!r}, 4)\n"
        "nbclient.NotebookClient(notebook, timeout=300, allow_errors=True).execute()\n"
        f"nbformat.write(notebook, {str(filled)!r})",
    )
    return {c.id: c for c in nbformat.read(filled, 4).cells if c.cell_type == "code"}


def solutions():
    notebook = nbformat.read(TOP / "solutions" / NAME / f"{NAME}.ipynb", 4)
    return {
        c.id.removesuffix("-answer"): c.source for c in notebook.cells if c.id.endswith("-answer")
    }


def printed(cell):
    return "".join(o.get("text", "") for o in cell.outputs)


def errors(cells):
    return [o.evalue for c in cells.values() for o in c.outputs if o.output_type == "error"]


def test_without_the_students_walk_there_is_no_backward(bundle):
    told = run(
        bundle,
        "import penlight\n"
        "x = penlight.tensor(2.0, requires_grad=True)\n"
        "try: (x * x).backward()\n"
        "except penlight.EmptySlot as error: print(error)",
    )
    assert "topological_order is not written yet" in told


def test_with_the_solutions_everything_runs_on_them(bundle):
    cells = cells_after_running(bundle, solutions())
    assert not errors(cells)
    assert printed(cells["use"]).count("penlight runs it from now on") == 4
    assert "x.grad is 12.0\nx.grad is 24.0" in printed(cells["first-backward"])
    (stepper,) = cells["use-stepper"].outputs
    assert "a.grad = 20" in stepper["data"]["text/plain"]
    assert "30 of 30 right" in printed(cells["judge-them"])
    counts = printed(cells["judge-them"]).split("\n")
    assert all(any(f"150 × {name}" in line for line in counts) for name in WALK[:2])
    assert "Jacobian mismatch" in printed(cells["one-path-run"])


def test_what_is_unfinished_is_named(bundle):
    written = {name: text for name, text in solutions().items() if name != "backpropagate"}
    cells = cells_after_running(bundle, written)
    assert "backpropagate: not finished yet" in printed(cells["use"])
    assert "Finish these first: backpropagate." in errors(cells)[0]

"""The student bundle of week 7: all floors, and a graph that the student's functions run."""

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import nbformat
import pytest

from autograder.notebook import open_lines, secret_lines
from penlight import slots
from tools.course import Course
from tools.course.bundle import write_bundle

pytestmark = pytest.mark.slow

TOP = Path(__file__).resolve().parents[2]
NAME = "07_graphs"
SOURCE = TOP / "solutions" / NAME / f"{NAME}.ipynb"
IN_SLOTS = {s.name for s in slots.registry.values() if s.exercise == NAME}


@pytest.fixture(scope="module")
def bundle(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("bundle")
        patch.setenv("COURSE_RUN", str(folder / "run"))
        with zipfile.ZipFile(write_bundle(Course.open(root=TOP), NAME, folder)) as archive:
            archive.extractall(folder)
    return folder / f"penlight-{NAME}"


def run(bundle, *words):
    """The output of Python that sees the bundle alone."""
    result = subprocess.run(
        [sys.executable, "-W", "ignore", *words],
        cwd=bundle,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(bundle), "COLUMNS": "200"},
    )
    assert not result.returncode, result.stderr
    return result.stdout


def cells_after_running(bundle, answers):
    """The released notebook's code cells by id, run with these answers in place."""
    path = bundle / "assignments" / NAME / f"{NAME}.ipynb"
    notebook = nbformat.read(path, 4)
    for cell in notebook.cells:
        if cell.id.endswith("-answer") and cell.id.removesuffix("-answer") in answers:
            cell.source = answers[cell.id.removesuffix("-answer")]
    filled = bundle / "filled.ipynb"
    nbformat.write(notebook, filled)
    run(
        bundle,
        "-c",
        "import nbformat, nbclient\n"
        f"notebook = nbformat.read({str(filled)!r}, 4)\n"
        "nbclient.NotebookClient(notebook, timeout=300, allow_errors=True).execute()\n"
        f"nbformat.write(notebook, {str(filled)!r})",
    )
    return {c.id: c for c in nbformat.read(filled, 4).cells if c.cell_type == "code"}


def solutions():
    cells = nbformat.read(SOURCE, 4).cells
    return {c.id.removesuffix("-answer"): c.source for c in cells if c.id.endswith("-answer")}


def printed(cell):
    return "".join(o.get("text", "") for o in cell.outputs)


def errors(cells):
    return [o.evalue for c in cells.values() for o in c.outputs if o.output_type == "error"]


def test_it_ships_all_floors_with_this_weeks_slots_empty(bundle):
    floors = {path.name for path in (bundle / "penlight").iterdir() if path.is_dir()}
    assert floors >= {"tensors", "broadcasting", "indexing", "autograd", "nn", "training", "graphs"}
    program = """
import json, penlight
print(json.dumps({
    s.name: [s.exercise, "EmptySlot" in s.reference.__code__.co_names]
    for s in penlight.slots.registry.values()
}))
"""
    found = json.loads(run(bundle, "-c", program))
    empty = {name for name, (_, is_empty) in found.items() if is_empty}
    assert empty == {name for name, (exercise, _) in found.items() if exercise == NAME} == IN_SLOTS
    said = run(
        bundle,
        "-c",
        "import penlight\n"
        "try: penlight.graphs.order.schedule([])\n"
        "except penlight.EmptySlot as error: print(error)",
    )
    assert f"schedule is not written yet: exercise 'schedule' of assignment {NAME}" in said


def test_it_holds_no_line_of_a_solution(bundle):
    cells = [c.source for c in nbformat.read(SOURCE, 4).cells]
    told = {line for source in cells for line in open_lines(source)}
    secret = {line for source in cells for line in secret_lines(source)} - told
    telling = {line for line in secret if len(line) > 24 and not line.startswith(("#", '"'))}
    assert len(telling) > 40
    # What the engine's other functions say in the same words.
    common = {
        "maker = {out: node for node in nodes for out in node.outs}",
        "for value in node.inputs:",
        "stack.append((node, True))",
    }
    for path in bundle.rglob("*"):
        if path.is_file() and "lectures" not in path.parts:
            text = path.read_text(encoding="utf-8")
            if path.suffix == ".ipynb":
                text = "\n".join(c.source for c in nbformat.reads(text, 4).cells)
            lines = {line.strip() for line in text.splitlines()}
            assert lines & telling <= common, path


def test_a_net_is_captured_before_the_first_exercise_is_written(bundle):
    program = """
import penlight as torch
net = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.ReLU())
captured = torch.graphs.capture(net, torch.ones(2, 3))
print(len(captured.graph.nodes))
"""
    assert run(bundle, "-c", program) == "2\n"


def test_with_the_solutions_everything_runs_on_them(bundle):
    cells = cells_after_running(bundle, solutions())
    assert not errors(cells)
    called = printed(cells["tape-run"])
    assert all(f"× {name}" in called for name in IN_SLOTS)
    assert "largest difference: 0.0" in printed(cells["train"])


def test_right_answers_earn_every_visible_point(bundle):
    solved = nbformat.read(SOURCE, 4)
    for each in solved.cells:
        each.source = each.source.partition("### BEGIN HIDDEN TESTS")[0].rstrip()
    path = bundle / "assignments" / NAME / f"{NAME}.ipynb"
    released = path.read_text(encoding="utf-8")
    try:
        nbformat.write(solved, path)
        assert "All checks passed" in run(bundle, "-m", "tools.cli", "check", NAME, "--details")
    finally:
        path.write_text(released, encoding="utf-8")


def test_what_is_unfinished_is_named(bundle):
    written = {name: text for name, text in solutions().items() if name != "live_ranges"}
    cells = cells_after_running(bundle, written)
    assert "Finish these first: live_ranges." in errors(cells)[0]

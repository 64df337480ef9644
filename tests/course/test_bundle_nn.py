"""The student bundle of week 5: the floors up to nn, whose layers run the student's functions."""

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
NAME = "05_nn"
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


def test_it_ships_the_floors_up_to_nn_with_this_weeks_slots_empty(bundle):
    floors = {path.name for path in (bundle / "penlight").iterdir() if path.is_dir()}
    assert floors >= {"tensors", "broadcasting", "indexing", "autograd", "nn"}
    assert not floors & {"training", "graphs"}
    program = """
import json, penlight
print(json.dumps({
    s.name: [s.exercise, "EmptySlot" in s.reference.__code__.co_names]
    for s in penlight.slots.registry.values()
}))
"""
    found = json.loads(run(bundle, "-c", program))
    assert {name for name, (_, empty) in found.items() if empty} == {
        name for name, (exercise, _) in found.items() if exercise >= NAME
    }
    assert {name for name, (exercise, _) in found.items() if exercise == NAME} == IN_SLOTS
    said = run(
        bundle,
        "-c",
        "import penlight\n"
        "try: penlight.nn.steps.conv2d(None, None)\n"
        "except penlight.EmptySlot as error: print(error)",
    )
    assert "conv2d is not written yet: exercise 'conv2d' of assignment 05_nn" in said


def test_it_holds_no_line_of_a_solution(bundle):
    cells = [c.source for c in nbformat.read(SOURCE, 4).cells]
    told = {line for source in cells for line in open_lines(source)}
    secret = {line for source in cells for line in secret_lines(source)} - told
    telling = {line for line in secret if len(line) > 24 and not line.startswith(("#", '"'))}
    assert len(telling) > 40
    # What the engine's other functions say in the same words.
    common = {
        "return out if bias is None else out + bias",
        "for name, part in module._modules.items():",
        "for name, parameter in module._parameters.items():",
        "torch.nn.Linear(features, hidden),",
        "torch.nn.Linear(hidden, classes),",
    }
    for path in bundle.rglob("*"):
        if path.is_file() and "lectures" not in path.parts:
            text = path.read_text(encoding="utf-8")
            if path.suffix == ".ipynb":
                text = "\n".join(c.source for c in nbformat.reads(text, 4).cells)
            lines = {line.strip() for line in text.splitlines()}
            assert lines & telling <= common, path


def test_the_layers_work_before_the_first_exercise_is_written(bundle):
    program = """
import penlight as torch
net = torch.nn.Sequential(torch.nn.Conv2d(1, 2, 3), torch.nn.BatchNorm2d(2), torch.nn.MaxPool2d(2),
                          torch.nn.Flatten(), torch.nn.Dropout(), torch.nn.Linear(2, 3))
loss = torch.nn.functional.cross_entropy(net(torch.randn(4, 1, 4, 4)), torch.tensor([0, 1, 2, 0]))
loss.backward()
print(len([p for p in net.parameters() if p.grad is not None]), hasattr(torch, "optim"))
"""
    assert run(bundle, "-c", program) == "6 False\n"


def test_with_the_solutions_everything_runs_on_them(bundle):
    cells = cells_after_running(bundle, solutions())
    assert not errors(cells)
    output = printed(cells["train"])
    assert all(f"× {name}" in output for name in IN_SLOTS - {"unfold"})
    assert "loss on your functions" in printed(cells["graph-kernels"])


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
    written = {name: text for name, text in solutions().items() if name != "batch_norm"}
    cells = cells_after_running(bundle, written)
    assert "Finish these first: batch_norm." in errors(cells)[0]

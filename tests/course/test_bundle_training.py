"""The student bundle of week 6: without the student's step nothing moves, with it a net trains."""

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
NAME = "06_training"


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


def verdict(cell):
    return "".join(o.get("data", {}).get("text/plain", "") for o in cell.outputs)


def errors(cells):
    return [o.evalue for c in cells.values() for o in c.outputs if o.output_type == "error"]


def test_it_ships_the_floors_up_to_training_and_nothing_later(bundle):
    floors = {path.name for path in (bundle / "penlight").iterdir() if path.is_dir()}
    assert {"nn", "training"} <= floors
    assert "graphs" not in floors
    assert list((bundle / "lectures").glob("06*.ipynb"))
    assert not list((bundle / "autograder").rglob("hidden*"))
    assert not [p for p in (bundle / "autograder" / "checks").iterdir() if p.stem[:2] > "06"
                and p.stem[:1].isdigit()]  # fmt: skip


def test_without_the_students_step_nothing_moves(bundle):
    told = run(
        bundle,
        "import penlight\n"
        "w = penlight.zeros(2, requires_grad=True)\n"
        "(w * w).sum().backward()\n"
        "data = penlight.utils.data\n"
        "tries = [\n"
        "    lambda: penlight.optim.SGD([w], lr=0.1).zero_grad(),\n"
        "    lambda: penlight.optim.SGD([w], lr=0.1).step(),\n"
        "    lambda: penlight.optim.AdamW([w], lr=0.1).step(),\n"
        "    lambda: penlight.optim.Adam([w], lr=0.1).step(),\n"
        "    lambda: penlight.nn.utils.clip_grad_norm_([w], 1.0),\n"
        "    lambda: next(iter(data.DataLoader([1.0, 2.0]))),\n"
        "    lambda: data.default_collate([1.0, 2.0]),\n"
        "    lambda: data.random_split([1, 2], [0.5, 0.5]),\n"
        "]\n"
        "for each in tries:\n"
        "    try: each()\n"
        "    except penlight.EmptySlot as error: print(str(error).split()[0])",
    )
    assert told.split() == ["zero_grad", "sgd_step", "decay_weights", "adam_step", "clip_to_norm",
                            "make_batches", "default_collate", "split_indices"]  # fmt: skip


def test_earlier_weeks_are_filled(bundle):
    told = run(
        bundle,
        "import penlight as torch\n"
        "net = torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.ReLU(), torch.nn.Linear(3, 1))\n"
        "net(torch.ones(4, 2)).sum().backward()\n"
        "print(all(p.grad is not None for p in net.parameters()))",
    )
    assert told.strip() == "True"


def test_with_the_solutions_everything_runs_on_them(bundle):
    cells = cells_after_running(bundle, solutions())
    assert not errors(cells)
    assert printed(cells["use"]).count("penlight runs it from now on") == 6
    assert printed(cells["use-data"]).count("penlight runs it from now on") == 3
    assert "3,600 × adam_step" in printed(cells["train"])
    assert "[1.0, 1.0, 1.0" in printed(cells["uncorrected-run"])
    checks = [c for name, c in cells.items() if name.endswith("-check")]
    assert len(checks) == 21
    for check in checks:
        points = verdict(check).splitlines()[0]
        assert points, check.id
        earned, _, most = points.split(": ")[1].split(" points")[0].partition(" of ")
        assert earned == most, points


def test_what_is_unfinished_is_named(bundle):
    written = {name: text for name, text in solutions().items() if name != "adam_step"}
    cells = cells_after_running(bundle, written)
    assert "adam_step: not finished yet" in printed(cells["use"])
    assert "Finish these first: adam_step." in errors(cells)[0]

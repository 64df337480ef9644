"""In a student's copy the slots are empty and no solution is near: right answers still pass."""

import subprocess
import sys

import nbformat
import pytest

from autograder import gates
from tools.course import Course
from tools.course.bundle import bundle_files

pytestmark = pytest.mark.slow

CHECK = """
import sys
sys.path.insert(0, {bundle!r})
import autograder, penlight
assert all(m.__file__.startswith({bundle!r}) for m in (autograder, penlight))
sys.argv = ["course", "check", {name!r}]
from tools.cli import main
main()
"""


@pytest.mark.parametrize("assignment", gates.assignments(), ids=lambda a: a.name)
def test_solutions_pass_in_the_student_bundle(assignment, tmp_path):
    bundle = tmp_path / "bundle"
    for name, content in bundle_files(Course.open(run=tmp_path / "run"), assignment.name).items():
        (bundle / name).parent.mkdir(parents=True, exist_ok=True)
        (bundle / name).write_bytes(content)
    assert not list(bundle.rglob("hidden"))

    answers = {c.id: c.source for c in gates.read(assignment.solution).cells}
    path = bundle / "assignments" / assignment.name / f"{assignment.name}.ipynb"
    released = nbformat.read(path, 4)
    for cell in released.cells:
        if cell.metadata.get("nbgrader", {}).get("solution"):
            cell.source = answers[cell.id]
    nbformat.write(released, path)

    program = CHECK.format(bundle=str(bundle), name=assignment.name)
    done = subprocess.run(
        [sys.executable, "-P", "-c", program], cwd=bundle, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("All checks passed.") == len(assignment.exercises)

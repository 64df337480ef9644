"""Every assignment in isolation: the solution earns all points, the untouched notebook none."""

import nbformat
import pytest

from autograder import gates
from autograder.sandbox.grader import Grader
from tools.course import assignment as assignments
from tools.course.folder import Course
from tools.course.rebuild import rebuild
from tools.course.run import choose_tier

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("ours", gates.assignments(), ids=lambda each: each.name)
def test_solution_and_release(ours, tmp_path):
    course = Course.open(run=tmp_path, root=ours.root)
    loaded = assignments.load(course, ours.name)
    trusted = loaded.notebooks[ours.name]
    with Grader(choose_tier(), loaded.setting) as grader:
        for path, part in ((ours.solution, 1), (ours.released, 0)):
            handed_in = nbformat.read(path, as_version=4)
            paper = rebuild(ours.name, trusted, handed_in).paper
            points = {c.grade_id: part * c.points for c in paper.cells if c.points}
            marks = grader.grade(paper).marks
            lost = {
                n: (marks[n].score, marks[n].text) for n in points if marks[n].score != points[n]
            }
            assert points
            assert not lost

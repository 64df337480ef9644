"""The isolated run on a course of plain asserts: right points, kept work, changes said first."""

import nbformat
import pytest

from autograder.sandbox import tiers
from tools.course import assignment as assignments
from tools.course import grade, ledger, results
from tools.course import run as grading
from tools.course.collect import collect_from

pytestmark = pytest.mark.slow  # an isolation has to start

RIGHT = {"double": "def double(x):\n    return 2 * x", "square": "def square(x):\n    return x * x"}
HALF = {"double": RIGHT["double"], "square": "def square(x):\n    return x"}
LOOPS = {"double": "while True: pass", "square": RIGHT["square"]}


@pytest.fixture(scope="module")
def tier():
    return grading.choose_tier()


@pytest.fixture
def graded(course, hand_in, tmp_path, tier):
    """Hand in student=answers, grade everybody who is to be graded; student -> Done."""

    def run(options=None, **students):
        course.config.Execute.timeout = 3
        for student, answers in students.items():
            hand_in(student, **answers)
        if students:
            collect_from(course, "doubling", tmp_path / "in")
        loaded = assignments.load(course, "doubling")
        todo = grading.pending(course, loaded, course.students("submitted", "doubling"))
        options = options or grading.Options(tier)
        return {done.student: done for done in grading.grade_all(course, loaded, todo, options)}

    return run


def points(course):
    return {s: [each.points for each in row] for s, row in grade.scores(course, "doubling").items()}


def test_a_class_with_a_loop_and_an_unreadable_notebook(course, graded):
    broken = course.folder("submitted", "eve", "doubling")
    broken.mkdir(parents=True)
    (broken / "doubling.ipynb").write_text("{")
    done = graded(ann=RIGHT, ben=HALF, cem={}, dan=LOOPS)
    assert [s for s in done if done[s].entry.state != ledger.FINISHED] == ["eve"]
    assert "doubling.ipynb is not a notebook" in done["eve"].entry.reason
    assert points(course) == {
        "ann": [4, 9, None],
        "ben": [4, 3, None],
        "cem": [0, 0, None],
        "dan": [0, 9, None],
    }
    marks = done["dan"].results["doubling"].marks
    assert (marks["double-check"].verdict, marks["square-check"].verdict) == ("error", "passed")
    assert {each.results["doubling"].tier for s, each in done.items() if s != "eve"} == {
        tiers.BUBBLEWRAP.name
    }


def test_only_what_changed_is_graded_again(graded):
    assert list(graded(ann=RIGHT, ben=HALF)) == ["ann", "ben"]
    assert graded() == {}
    assert list(graded(ben=RIGHT)) == ["ben"]


def test_a_dry_run_says_whose_marks_change_and_writes_nothing(course, graded, tier):
    graded(ann=RIGHT)
    before = points(course)
    dry = grading.Options(tier, dry=True)
    done = graded(dry, ann=HALF)
    assert done["ann"].changes == {"square-check": (9, 3)}
    assert points(course) == before
    assert ledger.read(course, "doubling", "ann").state == ledger.FINISHED
    again = graded()
    assert again["ann"].kept  # the dry run's work is not done twice
    assert points(course)["ann"] == [4, 3, None]


def test_one_exercise_is_graded_and_nothing_else_touched(course, graded, tier):
    graded(ann=HALF)
    with course.gradebook() as book:
        book.find_grade("double-check", "doubling", "doubling", "ann").auto_score = 1
        book.db.commit()
    graded(grading.Options(tier, only="square-check"), ann=RIGHT)
    assert points(course)["ann"] == [1, 9, None]


def test_a_renamed_notebook_and_lost_metadata_cost_nothing(course, graded, hand_in, tmp_path):
    folder = hand_in("ann", **RIGHT)
    notebook = nbformat.read(folder / "doubling.ipynb", as_version=4)
    for cell in notebook.cells:
        cell.metadata = {}
        cell.id = f"x{cell.id[:8]}"
    nbformat.write(notebook, folder / "doubling.ipynb")
    collect_from(course, "doubling", tmp_path / "in")
    there = course.folder("submitted", "ann", "doubling")
    (there / "doubling.ipynb").rename(there / "final (2).ipynb")
    done = graded()
    assert points(course)["ann"] == [4, 9, None]
    assert any("was taken for doubling.ipynb" in note for note in done["ann"].notes)


def test_a_killed_run_goes_on_with_what_it_had(course, graded, monkeypatch):
    """Killed between the result and the gradebook: nothing is graded twice, nothing is lost."""
    monkeypatch.setattr(
        "tools.course.marking.Marker.write",
        lambda *args, **options: (_ for _ in ()).throw(KeyboardInterrupt),
    )
    with pytest.raises(KeyboardInterrupt):
        graded(ann=RIGHT)
    assert ledger.read(course, "doubling", "ann").state == ledger.STARTED
    assert results.latest(course, "doubling", "ann")["doubling"].marks["double-check"].score == 4
    monkeypatch.undo()
    assert graded()["ann"].kept
    assert points(course)["ann"] == [4, 9, None]

"""Grade, feedback and export: every submission gets its own result, and none a silent 0."""

import csv
import os
import signal
import subprocess
import sys
import time

import pytest

from tools.course import CourseError, feedback, grade, ledger
from tools.course import build as building
from tools.course.collect import collect_from
from tools.course.export import export

pytestmark = pytest.mark.slow  # every submission starts a kernel

RIGHT = {"double": "def double(x):\n    return 2 * x", "square": "def square(x):\n    return x * x"}
HALF = {"double": RIGHT["double"], "square": "def square(x):\n    return x"}
LOOPS = {"double": "while True: pass", "square": RIGHT["square"]}


def points(course):
    return {
        student: [each.points for each in row]
        for student, row in grade.scores(course, "doubling").items()
    }


@pytest.fixture
def collected(course, hand_in, tmp_path):
    """Collect hand-ins given as student=answers."""

    def collect(**students):
        for student, answers in students.items():
            hand_in(student, **answers)
        collect_from(course, "doubling", tmp_path / "in")
        building.register(course, "doubling")

    return collect


def grade_all(course, **options):
    todo = grade.pending(course, "doubling", **options)
    return {student: grade.grade(course, "doubling", student) for student in todo}


def test_a_class_with_a_loop_and_an_unreadable_notebook(course, collected, tmp_path):
    course.config.Execute.timeout = 3
    collected(ann=RIGHT, ben=HALF, cem={}, dan=LOOPS)
    broken = course.folder("submitted", "eve", "doubling")
    broken.mkdir(parents=True)
    (broken / "doubling.ipynb").write_text("{")

    entries = grade_all(course)
    assert [e for e in entries if entries[e].state != ledger.FINISHED] == ["eve"]
    assert "doubling.ipynb is not a notebook" in entries["eve"].reason
    assert points(course) == {
        "ann": [4, 9, None],
        "ben": [4, 3, None],
        "cem": [0, 0, None],
        "dan": [0, 9, None],
    }
    assert grade.pending(course, "doubling") == ["eve"]

    assert feedback.graded(course, "doubling") == ["ann", "ben", "cem", "dan"]
    (page,) = feedback.write_feedback(course, "doubling", "dan")
    assert page == course.run / "feedback/dan/doubling/doubling.html"
    assert "CellTimeoutError" in page.read_text()
    with pytest.raises(CourseError, match=r"eve: doubling\.ipynb is not a notebook"):
        feedback.graded(course, "doubling", "eve")

    assert export(course, tmp_path / "grades.csv", []) == 4
    with open(tmp_path / "grades.csv") as file:
        rows = {row["student_id"]: float(row["score"]) for row in csv.DictReader(file)}
    assert rows == {"ann": 13, "ben": 7, "cem": 0, "dan": 9}


def test_only_what_changed_is_graded_again(course, collected, hand_in, tmp_path):
    collected(ann=RIGHT, ben=HALF)
    assert list(grade_all(course)) == ["ann", "ben"]
    assert grade.pending(course, "doubling") == []
    assert grade.pending(course, "doubling", force=True) == ["ann", "ben"]
    collected(ben=RIGHT)
    assert list(grade_all(course)) == ["ben"]
    assert points(course)["ben"] == [4, 9, None]


def test_a_killed_run_is_done_again_and_shows_no_points(course, collected):
    """Killed for real: a second process grades a loop and dies in the middle of it."""
    collected(ann=LOOPS)
    program = (
        "from tools.course import Course, grade\nfrom pathlib import Path\n"
        f"grade.grade(Course.open(root=Path({str(course.root)!r})), 'doubling', 'ann')"
    )
    running = subprocess.Popen([sys.executable, "-c", program], start_new_session=True)
    try:
        staged = course.run / ".grading/ann/doubling/doubling.ipynb"
        deadline = time.monotonic() + 120
        while not staged.exists() and time.monotonic() < deadline:
            assert running.poll() is None
            time.sleep(0.05)
    finally:
        os.killpg(running.pid, signal.SIGKILL)
        running.wait()
    assert ledger.read(course, "doubling", "ann").state == ledger.STARTED
    assert points(course) == {}
    assert ledger.unfinished(course, "doubling") == {"ann": "its grading was stopped half way"}
    with pytest.raises(CourseError, match="stopped half way"):
        feedback.graded(course, "doubling", "ann")
    course.config.Execute.timeout = 3
    assert list(grade_all(course)) == ["ann"]
    assert points(course) == {"ann": [0, 9, None]}


def test_marks_given_by_hand_survive_grading_again(course, collected):
    collected(ann=HALF)
    grade_all(course)
    with course.gradebook() as book:
        mark = book.find_grade("why", "doubling", "doubling", "ann")
        mark.manual_score, mark.needs_manual_grade = 2, False
        book.db.commit()
    grade_all(course, force=True)
    with course.gradebook() as book:
        assert book.find_grade("why", "doubling", "doubling", "ann").manual_score == 2


def test_a_renamed_notebook_put_there_by_hand_is_named(course, collected):
    collected(ann=RIGHT)
    folder = course.folder("submitted", "ann", "doubling")
    (folder / "doubling.ipynb").rename(folder / "final.ipynb")
    entry = grade_all(course)["ann"]
    assert entry.state == ledger.FAILED
    assert "doubling.ipynb is missing" in entry.reason
    assert "there is final.ipynb" in entry.reason


def test_bad_requests_are_sentences_and_change_nothing(course, collected, tmp_path):
    with pytest.raises(CourseError, match="No submission of doubling"):
        grade.pending(course, "doubling")
    with pytest.raises(CourseError, match="no gradebook"):
        export(course, tmp_path / "grades.csv", [])
    with pytest.raises(CourseError, match="Nothing of doubling is graded"):
        feedback.graded(course, "doubling")
    collected(ann=RIGHT)
    with pytest.raises(CourseError, match=r"'zoe' has not handed in .* have: ann"):
        grade.pending(course, "doubling", "zoe")
    with pytest.raises(CourseError, match="'zoe' has no graded submission"):
        feedback.graded(course, "doubling", "zoe")
    with pytest.raises(CourseError, match="no folder"):
        export(course, tmp_path / "nowhere/grades.csv", [])
    assert not (tmp_path / "grades.csv").exists()
    assert list(tmp_path.glob(".grades*")) == []

"""Build: the released notebook holds no solution, and assignments/ is checked against it."""

import json
from pathlib import Path

import pytest

from tools.course import Course, CourseError
from tools.course import build as building


def released(course):
    return course.released / "doubling/doubling.ipynb"


def test_build_writes_the_notebook_without_solutions_hidden_tests_and_outputs(course):
    assert building.build(course, "doubling")
    text = released(course).read_text()
    assert "assert double(2) == 4" in text
    assert "raise NotImplementedError(" in text
    assert "return x + x" not in text
    assert "double(5)" not in text
    assert "square(4)" not in text
    notebook = json.loads(text)
    assert [c["id"] for c in notebook["cells"]] == [
        "title", "double-answer", "double-check", "square-answer", "square-check", "why"
    ]  # fmt: skip
    assert text.endswith("}\n")


def test_build_again_changes_nothing_and_makes_no_gradebook(course):
    assert building.build(course, "doubling")
    before = released(course).stat().st_mtime_ns
    assert not building.build(course, "doubling")
    assert released(course).stat().st_mtime_ns == before
    assert not list(course.run.glob("*.db"))
    assert [path.name for path in course.released.iterdir()] == ["doubling"]


def test_check_shows_the_line_that_differs_and_leaves_the_file(course):
    assert building.check(course, "doubling") == ["missing: doubling/doubling.ipynb"]
    building.build(course, "doubling")
    assert building.check(course, "doubling") == []
    edited = released(course).read_text().replace("# Doubling", "# Tripling")
    released(course).write_text(edited)
    diff = building.check(course, "doubling")
    assert any(line.startswith("-") and "# Tripling" in line for line in diff)
    assert any(line.startswith("+") and "# Doubling" in line for line in diff)
    assert released(course).read_text() == edited


def test_a_file_that_is_no_longer_built_is_seen_and_removed(course):
    building.build(course, "doubling")
    stray = course.released / "doubling/old.txt"
    stray.write_text("x")
    assert building.check(course, "doubling") == ["no longer built: doubling/old.txt"]
    building.build(course, "doubling")
    assert not stray.exists()


def test_folders_without_a_notebook_are_no_assignments(course):
    assert course.assignments() == ["doubling"]
    with pytest.raises(CourseError, match=r"'engine'.*There are: doubling"):
        building.build(course, "engine")


def test_an_unreadable_source_is_an_error_that_changes_nothing(course):
    building.build(course, "doubling")
    before = released(course).read_bytes()
    (course.sources / "doubling/doubling.ipynb").write_text("{")
    with pytest.raises(CourseError, match="doubling could not be built: "):
        building.build(course, "doubling")
    assert released(course).read_bytes() == before


def test_nbgraders_own_command_builds_the_same_bytes(course):
    building.build(course, "doubling")
    before = released(course).read_bytes()
    released(course).unlink()
    assert course.api.generate_assignment("doubling")["success"]
    assert released(course).read_bytes() == before


@pytest.mark.parametrize("name", ["c++", "a[1]"])
def test_a_run_folder_nbgrader_would_misread_is_refused(course, name):
    with pytest.raises(CourseError, match="patterns"):
        Course.open(run=Path(course.root, name), root=course.root)
    assert not Path(course.root, name).exists()

"""Release: hand an assignment to the class through nbgrader's exchange folder."""

import sys
from pathlib import Path

from nbgrader.exchange import ExchangeError

from tools.course import build as building
from tools.course.folder import Course, CourseError


def release(course: Course, assignment: str, force: bool = False) -> Path:
    """Put assignments/`assignment` into the exchange and its cells into the gradebook.

    Returns the folder students fetch from. CourseError when the assignment is out of step with
    its source, or already released and not `force`.
    """
    require_in_step(course, assignment)
    require_exchange(course)
    target = outbound(course, assignment)
    if target.exists() and not force:
        raise CourseError(
            f"{assignment} is already released, in {target}. Use --force to replace it."
        )
    building.register(course, assignment)
    exchange(course, "ReleaseAssignment", assignment, force=force)
    return target


def require_in_step(course: Course, assignment: str) -> None:
    """CourseError unless assignments/`assignment` is what its source gives today."""
    if building.check(course, course.require(assignment)):
        raise CourseError(
            f"{course.released / assignment} is not what {course.sources / assignment} gives now. "
            f"Run `course build {assignment}` first."
        )


def require_exchange(course: Course) -> None:
    if sys.platform == "win32":
        raise CourseError("nbgrader's exchange does not exist on Windows. Use a zip file instead.")


def outbound(course: Course, assignment: str) -> Path:
    """Where `assignment` lies in the exchange once it is released."""
    return Path(course.api.exchange_root, course.api.course_id, "outbound", assignment)


def exchange(course: Course, action: str, assignment: str, student: str = "*", **traits) -> None:
    """Run one of nbgrader's exchange actions; CourseError with its own words when it fails."""
    api = course.api
    with course.settings(assignment_id=assignment, student_id=student):
        running = getattr(api.exchange, action)(
            coursedir=api.coursedir, authenticator=api.authenticator, parent=api
        )
        for name, value in traits.items():
            setattr(running, name, value)
        try:
            running.start()
        except (ExchangeError, OSError, RuntimeError) as error:
            raise CourseError(f"The exchange in {api.exchange_root} refused: {error}") from error

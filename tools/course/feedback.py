"""Feedback: one HTML page a student, with their code, its checks and what each check says."""

from pathlib import Path

from nbgrader.converters import GenerateFeedback

from tools.course import build as building
from tools.course import ledger
from tools.course.folder import Course, CourseError
from tools.course.release import exchange, outbound


def graded(course: Course, assignment: str, student: str | None = None) -> list[str]:
    """The students whose grading finished; CourseError if nobody's, or not this one's, did."""
    course.require(assignment)
    unfinished = ledger.unfinished(course, assignment)
    done = [s for s in course.students("autograded", assignment) if s not in unfinished]
    if student in unfinished:
        raise CourseError(f"There is no feedback for {student}: {unfinished[student]}.")
    if student is not None and student not in done:
        raise CourseError(f"{student!r} has no graded submission of {assignment}.")
    if not done:
        raise CourseError(f"Nothing of {assignment} is graded. Run `course grade {assignment}`.")
    return [student] if student else done


def write_feedback(course: Course, assignment: str, student: str) -> list[Path]:
    """Make one student's pages and return where they are. CourseError when nbgrader cannot."""
    with course.settings(assignment_id=assignment, student_id=student):
        building.convert(course, GenerateFeedback, f"no feedback for {student}")
    return sorted(course.folder("feedback", student, assignment).glob("*.html"))


def hand_back(course: Course, assignment: str, student: str) -> bool:
    """Put a student's pages in the exchange; False when their work did not come from there."""
    secret = course.folder("feedback", student, assignment) / "submission_secret.txt"
    if not secret.is_file() or not outbound(course, assignment).is_dir():
        return False
    exchange(course, "ReleaseFeedback", assignment, student)
    return True

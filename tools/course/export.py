"""Export: the grades as a CSV file, by nbgrader's own exporter."""

import os
import tempfile
from pathlib import Path

from nbgrader.plugins import CsvExportPlugin

from tools.course.folder import Course, CourseError


def export(course: Course, target: Path, assignments: list[str]) -> int:
    """Write the grades of `assignments` (all when empty) to `target`; return the number of rows.

    The file appears whole or not at all. CourseError without a gradebook or a folder to write in.
    """
    for name in assignments:
        course.require(name)
    if target.is_dir():
        raise CourseError(f"{target} is a folder. Name a file, such as {target / 'grades.csv'}.")
    if not target.parent.is_dir():
        raise CourseError(f"There is no folder {target.parent} to write {target.name} in.")
    with course.gradebook() as book:
        handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
        os.close(handle)
        try:
            plugin = CsvExportPlugin(parent=course.api, to=temporary, assignment=assignments)
            plugin.export(book)
            rows = len(Path(temporary).read_text(encoding="utf-8").splitlines()) - 1
            os.chmod(temporary, 0o644)
            os.replace(temporary, target)
        except BaseException:
            os.unlink(temporary)
            raise
    return rows

"""How long a submission takes to grade: nbgrader's own run, ours, and the cells themselves.

The class is made up: the assignment's solution, handed in by every student with a comment of their
own, every fifth with one answer missing. nbgrader grades a sample of it, which is extrapolated and
said so; ours grades all of it, gradebook included.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
from rich.table import Table

TOP = Path(__file__).resolve().parents[2]
FLOOR = """
import json, sys, time
from pathlib import Path
import torch  # what a warm process holds already
import penlight, numpy, matplotlib.pyplot
from autograder import notebook
found = notebook.read(Path(sys.argv[1]))
best = 1e9
for _ in range(3):
    started = time.perf_counter()
    notebook.run_cells(found, {})
    best = min(best, time.perf_counter() - started)
print(json.dumps(best))
"""


@dataclass
class Measured:
    """Seconds of one way to grade. each: of a submission, start left out; total: of `number`."""

    way: str
    number: int
    total: float
    start: float = 0.0
    memory: int = 0
    notes: list[str] = field(default_factory=list)

    @property
    def each(self) -> float:
        return (self.total - self.start) / self.number


def measure(assignment: str, number: int, sample: int, workers: list[int], say) -> list[Measured]:
    """Grade the made-up class each way, in a folder of its own that is deleted afterwards."""
    from tools.course import Course
    from tools.course.run import choose_tier

    with tempfile.TemporaryDirectory(prefix="course-bench-") as folder:
        course = Course.open(Path(folder, "run"), TOP)
        hand_in(course, assignment, number)
        found = [floor(assignment)]
        say(f"floor: {found[0].each:.3f} s")
        if sample:
            found.append(stock(course, assignment, sample))
            say(f"nbgrader: {found[-1].each:.3f} s")
        tier = choose_tier("", say)
        for count in workers:
            found.append(ours(course, assignment, tier, count))
            say(f"{found[-1].way}: {found[-1].each:.3f} s")
    return found


def hand_in(course, assignment: str, number: int) -> None:
    """Put `number` submissions into the run folder."""
    solution = nbformat.read(course.sources / assignment / f"{assignment}.ipynb", as_version=4)
    answers = [c for c in solution.cells if c.cell_type == "code"
               and c.metadata.get("nbgrader", {}).get("solution")]  # fmt: skip
    for student in range(number):
        kept = [cell.source for cell in answers]
        for cell in answers:
            cell.source = f"{cell.source}\n# student {student}"
        if student % 5 == 4:
            answers[student % len(answers)].source = "pass"
        folder = course.folder("submitted", f"s{student:05}", assignment)
        folder.mkdir(parents=True)
        nbformat.write(solution, folder / f"{assignment}.ipynb")
        for cell, source in zip(answers, kept, strict=True):
            cell.source = source


def floor(assignment: str) -> Measured:
    """The cells of the solution, checks and hidden cases with them, in one warm process."""
    path = TOP / "solutions" / assignment / f"{assignment}.ipynb"
    settings = {**os.environ, "OMP_NUM_THREADS": "1", "NBGRADER_EXECUTION": "autograde"}
    told = subprocess.run(
        [sys.executable, "-c", FLOOR, str(path)],
        capture_output=True, text=True, check=True, env=settings,
    )  # fmt: skip
    return Measured("the cells alone", 1, json.loads(told.stdout.splitlines()[-1]))


def stock(course, assignment: str, sample: int) -> Measured:
    """nbgrader's own run on the first `sample` submissions."""
    from tools.course import build, grade

    build.register(course, assignment)
    started = time.perf_counter()
    for student in course.students("submitted", assignment)[:sample]:
        grade.grade(course, assignment, student)
    note = f"{sample} submissions, extrapolated"
    return Measured("nbgrader", sample, time.perf_counter() - started, notes=[note])


def ours(course, assignment: str, tier, workers: int) -> Measured:
    """Our run on everybody, from an empty gradebook."""
    from tools.course import assignment as assignments
    from tools.course import run as grading

    for name in ("gradebook.db", "autograded", "grading"):
        path = course.run / name
        shutil.rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink(missing_ok=True)
    loaded = assignments.load(course, assignment)
    students = course.students("submitted", assignment)
    started, first, memory = time.perf_counter(), 0.0, 0
    for done in grading.grade_all(course, loaded, students, grading.Options(tier, workers)):
        # The first of each worker waits for libraries to be loaded; it is no measure of the rest.
        first = first or time.perf_counter() - started
        memory = max([memory, *(each.memory for each in done.results.values())])
    total = time.perf_counter() - started
    way = f"ours, {workers} worker{'s' if workers > 1 else ''}"
    return Measured(way, len(students) - 1, total, first, memory)


def table(assignment: str, found: list[Measured]) -> Table:
    """What was measured, with ratios to nbgrader's run and the part above the cells' own time."""
    own = found[0].each
    stock_each = next((m.each for m in found if m.way == "nbgrader"), 0.0)
    made = Table(title=f"Grading {assignment}")
    made.add_column("way")
    for name in ("submissions", "start, s", "s a submission", "throughput", "above the cells, s",
                 "memory, MB"):  # fmt: skip
        made.add_column(name, justify="right")
    for m in found:
        workers = int(m.way.split()[1]) if m.way.startswith("ours") else 1
        ratio = f"{stock_each / m.each:.1f} x" if stock_each else ""
        above = f"{m.each * workers - own:+.3f}" if m is not found[0] else ""
        memory = f"{m.memory / 1024:.0f}" if m.memory else ""
        made.add_row(m.way, str(m.number), f"{m.start:.1f}", f"{m.each:.3f}", ratio, above, memory)
    made.caption = "; ".join(f"{m.way}: {note}" for m in found for note in m.notes)
    return made

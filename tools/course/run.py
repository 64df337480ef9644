"""The grading run: isolated, in parallel, resumable. What it finished it never does again.

A submission goes through four states, each left behind in one step: its result is kept in a file
(`results`), its marks are in the gradebook in one transaction, its notebook is in place
(`marking`), its entry says finished (`ledger`). A killed run is taken up wherever it was.
"""

import json
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

import nbformat

from autograder.sandbox import tiers
from autograder.sandbox.grader import Grader, calibrated
from autograder.sandbox.outside import Isolation
from autograder.sandbox.paper import TESTS, Paper, Result
from autograder.sandbox.tiers import Tier
from tools.course import crew, ledger, results
from tools.course.assignment import Assignment
from tools.course.folder import Course, CourseError, one_line
from tools.course.ledger import Entry
from tools.course.marking import Graded, Marker
from tools.course.rebuild import Rebuilt, rebuild
from tools.notebooks import write_text

LARGEST = 50_000_000  # bytes of a notebook that is read at all


@dataclass(frozen=True)
class Options:
    """How to grade. workers 1: in this process. scheduler: the address of a running Dask."""

    tier: Tier
    workers: int = 1
    scheduler: str = ""
    only: str = ""
    dry: bool = False


@dataclass
class Done:
    """What became of one submission. changes: grade id -> (before, now), where they differ."""

    student: str
    entry: Entry
    results: dict[str, Result] = field(default_factory=dict)
    changes: dict[str, tuple[float | None, float | None]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    kept: bool = False  # graded by an earlier run, only written down now


def choose_tier(wanted: str = "", say: Callable[[str], None] = lambda line: None) -> Tier:
    """The strongest isolation that works here, or the one that was named; each try is said.

    CourseError where the named one does not work, or where only the weak one does and it was not
    named: nobody's work is run less safely than somebody has agreed to.
    """
    try:
        candidates = [tiers.named(wanted)] if wanted else [t for t in tiers.TIERS if t.strong]
    except tiers.Unavailable as error:
        raise CourseError(str(error)) from error
    for tier in candidates:
        try:
            with Isolation(tier) as isolation, isolation.open() as session:
                session.ask("ping", 20)
        except Exception as error:
            say(f"isolation: {tier.name} does not work here: {one_line(error)}")
            continue
        say(f"isolation: {tier.name} ({tier.words})")
        return tier
    if wanted:
        raise CourseError(f"The isolation {wanted} does not work on this machine; see above why.")
    raise CourseError(
        "No strong isolation works on this machine; see above why. Install bubblewrap, or accept "
        "that submissions can read this user's files: --isolation limits."
    )


def grade_all(
    course: Course, assignment: Assignment, students: list[str], options: Options
) -> Iterator[Done]:
    """Grade these students' submissions and yield what became of each as soon as it is known."""
    _sweep(course)
    assignment = calibrate(course, assignment, options.tier)
    waiting: dict[str, tuple[str, dict[str, Rebuilt]]] = {}
    with Marker(course, assignment) as marker:
        jobs = []
        for student in students:
            wanted = results.key(course, assignment.name, student, assignment.version, options.only)
            if not options.dry:
                entry = Entry(ledger.STARTED, _work(course, assignment, student))
                ledger.write(course, assignment.name, student, entry)
            try:
                rebuilt = read_submission(course, assignment, student)
            except CourseError as error:
                yield _failed(course, assignment, student, str(error), options)
                continue
            kept = results.read(course, assignment.name, student, wanted)
            if kept is not None:
                yield _finish(course, assignment, marker, student, rebuilt, kept, options, True)
                continue
            waiting[student] = (wanted, rebuilt)
            papers = [each.paper for each in rebuilt.values()]
            arguments = (options.tier.name, assignment.version, assignment.setting)
            jobs.append((student, (*arguments, papers, options.only)))
        if not jobs:
            return
        many = options.scheduler or min(options.workers, len(jobs)) > 1
        hands = (
            crew.together(min(options.workers, len(jobs)), options.scheduler)
            if many
            else crew.alone()
        )
        with hands as work:
            for student, found in work(jobs):
                wanted, rebuilt = waiting.pop(student)
                if isinstance(found, Exception):
                    why = f"the grader failed ({type(found).__name__}: {one_line(found)})"
                    yield _failed(course, assignment, student, why, options)
                    continue
                results.write(course, assignment.name, student, wanted, found)
                yield _finish(course, assignment, marker, student, rebuilt, found, options, False)


def calibrate(course: Course, assignment: Assignment, tier: Tier) -> Assignment:
    """Find out, on the instructor's own solution, which tests cannot run apart from the code.

    It is done once for each version of the assignment; `assignment` with what was found.
    """
    if not any(c.kind == TESTS for p in _solutions(course, assignment) for c in p.cells):
        return assignment
    file = course.run / "grading" / assignment.name / "tests.json"
    try:
        kept = json.loads(file.read_text(encoding="utf-8"))
        known = kept["version"] == assignment.version
    except (OSError, ValueError, KeyError, TypeError):
        known = False
    if not known:
        with Grader(tier, assignment.setting) as grader:
            beside, failing = calibrated(grader, _solutions(course, assignment))
        kept = {"version": assignment.version, "beside": beside, "failing": failing}
        file.parent.mkdir(parents=True, exist_ok=True)
        write_text(file, json.dumps(kept) + "\n")
    notes = [f"{name}: its tests look into the student's objects, so they run beside the code"
             for name in kept["beside"]]  # fmt: skip
    notes += [f"{name}: your own solution does not pass its tests" for name in kept["failing"]]
    setting = replace(assignment.setting, beside=tuple(kept["beside"]))
    return replace(assignment, setting=setting, notes=tuple(notes))


def _solutions(course: Course, assignment: Assignment) -> list[Paper]:
    """The instructor's own notebooks as if a student had handed them in."""
    papers = []
    for name, trusted in assignment.notebooks.items():
        path = course.sources / assignment.name / f"{name}.ipynb"
        papers.append(rebuild(name, trusted, _read(path)).paper)
    return papers


def read_submission(course: Course, assignment: Assignment, student: str) -> dict[str, Rebuilt]:
    """Notebook -> what to run of it. CourseError when nothing of the assignment can be read."""
    folder = course.folder("submitted", student, assignment.name)
    there = sorted(p for p in folder.glob("*.ipynb") if p.is_file() and not p.is_symlink())
    found, why = {}, []
    for name, trusted in assignment.notebooks.items():
        path = folder / f"{name}.ipynb"
        notes: tuple[str, ...] = ()
        if path not in there and len(there) == len(assignment.notebooks) == 1:
            path = there[0]
            notes = (f"{path.name} was taken for {name}.ipynb",)
        if path not in there:
            names = ", ".join(p.name for p in there) or "no notebook"
            why.append(f"{name}.ipynb is missing from {folder}; there is {names}")
            continue
        try:
            made = rebuild(name, trusted, _read(path))
        except Exception as error:  # whatever nbformat meets in what is no notebook
            why.append(f"{path.name} is not a notebook ({one_line(error)})")
            continue
        found[name] = Rebuilt(made.notebook, made.paper, (*notes, *made.notes))
    if not found:
        raise CourseError("; ".join(why))
    return found


def _read(path) -> nbformat.NotebookNode:
    if path.stat().st_size > LARGEST:
        raise ValueError(f"larger than {LARGEST // 1_000_000} MB")
    text = path.read_bytes().decode("utf-8-sig")
    return nbformat.reads(text, as_version=4)


def _finish(course, assignment, marker, student, rebuilt, found, options, kept) -> Done:
    """Write a submission's marks down, unless this is a dry run."""
    graded = {name: Graded(each, found[name]) for name, each in rebuilt.items() if name in found}
    before = marker.scores(student)
    now = {g: m.score for result in found.values() for g, m in result.marks.items()}
    changes = {g: (before.get(g), score) for g, score in now.items() if before.get(g) != score}
    notes = tuple(note for each in rebuilt.values() for note in each.notes)
    entry = Entry(ledger.FINISHED, _work(course, assignment, student))
    if options.dry:
        return Done(student, entry, found, changes, notes, kept)
    try:
        marker.write(student, graded, options.only)
    except CourseError as error:
        return _failed(course, assignment, student, str(error), options)
    ledger.write(course, assignment.name, student, entry)
    return Done(student, entry, found, changes, notes, kept)


def _failed(course, assignment, student, why, options) -> Done:
    entry = Entry(ledger.FAILED, _work(course, assignment, student), why)
    if not options.dry:
        ledger.write(course, assignment.name, student, entry)
    return Done(student, entry)


def _work(course: Course, assignment: Assignment, student: str) -> str:
    return results.key(course, assignment.name, student, assignment.version)


def pending(
    course: Course, assignment: Assignment, students: list[str], force: bool = False
) -> list[str]:
    """Those of `students` whose submission, assignment or checks are not as they were graded."""
    return [s for s in students if force or not _is_done(course, assignment, s)]


def _is_done(course: Course, assignment: Assignment, student: str) -> bool:
    entry = ledger.read(course, assignment.name, student)
    done = Entry(ledger.FINISHED, _work(course, assignment, student))
    return entry == done and course.folder("autograded", student, assignment.name).is_dir()


def _sweep(course: Course) -> None:
    """Remove what killed runs have left half made; another run that is alive keeps its own."""
    staging = course.run / ".grading"
    for folder in staging.glob("*") if staging.is_dir() else ():
        pid = folder.name.partition("-")[0]
        if not pid.isdigit() or not _alive(int(pid)):
            shutil.rmtree(folder, ignore_errors=True)


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return pid != os.getpid()


__all__ = ["Done", "Options", "choose_tier", "grade_all", "pending"]

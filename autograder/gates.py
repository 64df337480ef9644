"""The gates a released assignment passes: solutions score all, stubs nothing, mistakes lose.

Every gate reads the notebooks themselves, the instructor's in `solutions/` and the students' in
`assignments/`, and returns the list of what is wrong: empty where all is well.
"""

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from nbformat import NotebookNode

from autograder import mistakes
from autograder.exercise import (
    Exercise,
    Mistake,
    exercises,
    find,
    hidden_part,
    with_hidden,
)
from autograder.grading import STUDENT_LIBRARY, CaseResult, grade, run_groups
from autograder.mutants import mutants
from autograder.notebook import (
    CellRun,
    checked_names,
    function_source,
    open_lines,
    read,
    run_cells,
    secret_lines,
)
from autograder.oracle import reference_slots
from autograder.report import Verdict
from autograder.runner import resolve
from penlight import slots

ROOT = Path(__file__).resolve().parent.parent
MUTANT_SECONDS = 2.0  # the reference takes milliseconds; a mutant that takes this long is caught
TELLING = 16  # characters; a shorter line ("return result") tells no solution


@dataclass(frozen=True)
class Assignment:
    """One assignment: the instructor's notebook, the students', and its exercises."""

    name: str
    root: Path = ROOT

    @property
    def solution(self) -> Path:
        return self.root / "solutions" / self.name / f"{self.name}.ipynb"

    @property
    def released(self) -> Path:
        return self.root / "assignments" / self.name / f"{self.name}.ipynb"

    @property
    def exercises(self) -> list[Exercise]:
        return exercises(self.name)


def assignments(root: Path = ROOT) -> list[Assignment]:
    """Every assignment that has an instructor's notebook."""
    folders = sorted(p for p in (root / "solutions").glob("*/") if (p / f"{p.name}.ipynb").exists())
    return [Assignment(folder.name, root) for folder in folders]


# --- the notebooks as they are


def cells_match(assignment: Assignment) -> list[str]:
    """Each exercise has one graded check cell with its points, and forbids names that exist."""
    problems, seen = [], []
    for cell in read(assignment.solution).cells:
        nbgrader = cell.metadata.get("nbgrader", {})
        for name in checked_names(cell):
            seen.append(name)
            points = nbgrader.get("points") if nbgrader.get("grade") else None
            want = find(name).points
            if points != want:
                problems.append(f"cell {cell.id}: {points} points, but {name} has {want:g}")
            if f'check("{name}", hidden=True)' not in secret_lines(cell.source):
                problems.append(f"cell {cell.id}: no hidden check of {name} between the marks")
    for exercise in assignment.exercises:
        if seen.count(exercise.name) != 1:
            problems.append(f"{exercise.name} is checked in {seen.count(exercise.name)} cells")
        for dotted in exercise.forbids:
            owner, attribute = resolve(dotted)
            if not hasattr(owner, attribute):
                problems.append(f"{exercise.name} forbids {dotted}, which does not exist")
    return problems


def solution_scores_full(assignment: Assignment) -> list[str]:
    """The instructor's notebook runs without an error and earns every point, hidden cases too."""
    runs, _ = _solution(assignment)
    problems = [f"cell {run.cell.id}: {run.error}" for run in runs if run.error]
    verdicts = {v.exercise: v for v in _verdicts(runs)}
    for exercise in assignment.exercises:
        verdict = verdicts.get(exercise.name)
        if verdict is None:
            problems.append(f"{exercise.name}: its check cell does not end with the verdict")
        elif verdict.points != exercise.points:
            problems.append(verdict.text())
    return problems


def released_scores_zero(assignment: Assignment) -> list[str]:
    """The students' notebook, untouched, earns nothing, with or without the hidden cases."""
    space: dict[str, Any] = {}
    with _own_slots():
        verdicts = _verdicts(_runs(assignment.released, space))
    problems = [v.text() for v in verdicts if v.points]
    checked = {v.exercise for v in verdicts}
    for exercise in assignment.exercises:
        if exercise.name not in checked:
            problems.append(f"{exercise.name}: its check cell shows no verdict")
        function = space.get(exercise.name)
        if callable(function) and (verdict := grade(function, with_hidden(exercise))).points:
            problems.append(verdict.text())
    return problems


def released_runs(assignment: Assignment) -> list[str]:
    """The students' notebook runs without an error up to the first unwritten answer."""
    with _own_slots():
        runs = _runs(assignment.released, {})
    for run in runs:
        if isinstance(run.value, Verdict):
            return [] if not run.value.written else [f"{run.value.exercise} is not unwritten"]
        if run.error:
            return [f"cell {run.cell.id}: {run.error}"]
    return ["no cell checks an exercise"]


def released_tells_nothing(assignment: Assignment) -> list[str]:
    """No line of a solution or of a hidden case stands in what students are given."""
    cells = read(assignment.solution).cells
    given = {line for cell in cells for line in open_lines(cell.source)}
    secrets = {line for cell in cells for line in secret_lines(cell.source)}
    folder = assignment.root / "autograder"
    declared = sorted((folder / "checks").glob(f"{assignment.name}*.py"))
    given |= {line for path in declared for line in _lines(path)}
    for path in (folder / "hidden").glob(f"{assignment.name}*.py"):
        secrets |= _lines(path)
    harmless = ("#", "import ", "from ")
    telling = {s for s in secrets - given if len(s) >= TELLING and not s.startswith(harmless)}
    shipped = {assignment.released: _all_text(read(assignment.released))}
    shipped |= {path: path.read_text(encoding="utf-8") for path in declared}
    return [
        f"{path.name} contains {line!r}"
        for path, text in shipped.items()
        for line in sorted(telling)
        if line in text
    ]


def _lines(path: Path) -> set[str]:
    return {line.strip() for line in path.read_text(encoding="utf-8").splitlines()}


def _all_text(notebook: NotebookNode) -> str:
    """Sources, and everything else of the cells that could carry text along."""
    cells = notebook.cells
    others = [str([c.metadata, c.get("outputs"), c.get("attachments")]) for c in cells]
    return "\n".join([*(c.source for c in cells), *others])


# --- the checks as judges


def mistakes_lose(assignment: Assignment) -> list[str]:
    """Every exercise names mistakes, and every one of them loses points."""
    problems = []
    for exercise in assignment.exercises:
        if not _hidden(exercise).mistakes:
            problems.append(f"{exercise.name}: no mistake named")
        for mistake in _hidden(exercise).mistakes:
            if not _loses(assignment, exercise, mistake.source):
                problems.append(f"{exercise.name}: mistake {mistake.name!r} loses nothing")
    return problems


def alternatives_pass(assignment: Assignment) -> list[str]:
    """Every right solution in another style keeps all its points."""
    problems = []
    for exercise in assignment.exercises:
        styles = _hidden(exercise).alternatives
        if not styles:
            problems.append(f"{exercise.name}: no alternative solution named")
        for style, source in styles.items():
            verdict = grade(_define(assignment, exercise, source), with_hidden(exercise))
            if verdict.points != exercise.points:
                problems.append(f"{exercise.name}, alternative {style!r}:\n{verdict.text()}")
    return problems


def mutants_lose(assignment: Assignment, exercise: Exercise) -> list[str]:
    """Every mechanical mutant of the solution loses points, but those listed as equivalent."""
    listed = dict(_hidden(exercise).equivalent_mutants)
    problems = []
    for mutant in mutants(function_source(read(assignment.solution), exercise.name)):
        caught = _loses(assignment, exercise, mutant.source)
        if mutant.name in listed:
            listed.pop(mutant.name)
            if caught:
                problems.append(f"{mutant.name}: listed as equivalent, but it loses points")
        elif not caught:
            problems.append(f"{mutant.name}: loses nothing\n{mutant.source}")
    return problems + [f"{name}: listed as equivalent, but no mutant" for name in listed]


def digests_current(assignment: Assignment) -> list[str]:
    """The files of digests hold what the mistakes' sources give now."""
    problems = []
    for path, content in mistake_digests(assignment).items():
        text = path.read_text(encoding="utf-8") if path.exists() else ""
        if text != mistakes.text_of(content):
            name = path.relative_to(assignment.root).as_posix()
            problems.append(f"{name} is old: run `course mistakes {assignment.name}`")
    return problems


def mistake_digests(assignment: Assignment) -> dict[Path, mistakes.Catalogue]:
    """What the assignment's two digest files should hold."""
    visible, hidden = mistakes.catalogues(run_mistakes(assignment))
    folder, name = assignment.root / "autograder", mistakes.file_name(assignment.name)
    return {folder / "checks" / name: visible, folder / "hidden" / name: hidden}


def run_mistakes(assignment: Assignment) -> Iterator[tuple[Exercise, Mistake, list[CaseResult]]]:
    """Every catalogued mistake with what it does on all cases of its exercise."""
    for exercise in assignment.exercises:
        for mistake in _hidden(exercise).mistakes:
            yield exercise, mistake, _run(assignment, exercise, mistake.source)


def _loses(assignment: Assignment, exercise: Exercise, source: str) -> bool:
    return any(r.difference for r in _run(assignment, exercise, source, stop_early=True))


def _run(
    assignment: Assignment, exercise: Exercise, source: str, stop_early: bool = False
) -> list[CaseResult]:
    function = _define(assignment, exercise, source)
    with reference_slots():
        runs = run_groups(function, _quick(exercise), STUDENT_LIBRARY, stop_early)
    return [result for group in runs for result in group]


def _quick(exercise: Exercise) -> Exercise:
    whole = with_hidden(exercise)
    return replace(whole, seconds=min(whole.seconds, MUTANT_SECONDS))


def _hidden(exercise: Exercise):
    return hidden_part(exercise.name)


def _define(assignment: Assignment, exercise: Exercise, source: str) -> Callable:
    """The function that `source` defines, in a copy of the solution notebook's names."""
    _, space = _solution(assignment)
    space = dict(space)
    exec(compile(source, f"<{exercise.name}>", "exec", dont_inherit=True), space)
    return space[exercise.name]


@cache
def _solution(assignment: Assignment) -> tuple[list[CellRun], dict[str, Any]]:
    space: dict[str, Any] = {}
    with _own_slots():
        return _runs(assignment.solution, space), space


def _runs(path: Path, space: dict[str, Any]) -> list[CellRun]:
    """The notebook run in its own folder, where its data lie, as Jupyter runs it."""
    with contextlib.chdir(path.parent):
        return run_cells(read(path), space)


def _verdicts(runs: list[CellRun]) -> list[Verdict]:
    return [run.value for run in runs if isinstance(run.value, Verdict)]


@contextlib.contextmanager
def _own_slots() -> Iterator[None]:
    """Run a notebook on the reference engine, and undo what it transplants."""
    before = {slot: slot.current for slot in slots.registry.values()}
    slots.restore()
    try:
        yield
    finally:
        for slot, current in before.items():
            slot.current = current

"""What every assignment has: costs, help, stubs, a mark scheme; what its checks tell and hide."""

import re
from functools import cache
from itertools import pairwise

import nbformat
import pytest

from autograder import gates
from autograder.exercise import exercises, hidden_part, with_hidden
from autograder.grading import grade

ASSIGNMENTS = gates.assignments()
NAMES = [a.name for a in ASSIGNMENTS]
EXERCISES = [(a, e) for a in ASSIGNMENTS for e in exercises(a.name)]
each_assignment = pytest.mark.parametrize("assignment", ASSIGNMENTS, ids=NAMES)
each_exercise = pytest.mark.parametrize(
    ("assignment", "exercise"), EXERCISES, ids=[f"{a.name}-{e.name}" for a, e in EXERCISES]
)


@cache
def notebook(assignment, kind):
    return nbformat.read(getattr(assignment, kind), as_version=4)


def cell(assignment, kind, cell_id):
    return next(c for c in notebook(assignment, kind).cells if c.id == cell_id)


@each_exercise
def test_each_exercise_opens_with_what_it_costs_and_earns(assignment, exercise):
    source = cell(assignment, "released", exercise.name).source
    assert source.startswith("### Exercise ")
    line = (
        rf"\*\*Difficulty\*\* {exercise.difficulty} of 5 · \*\*Importance\*\* [1-5] of 5 · "
        rf"\*\*Time\*\* {exercise.minutes} minutes · \*\*Points\*\* {exercise.points:g}\n"
    )
    assert re.search(line, source)


@each_assignment
def test_the_table_of_contents_agrees_with_the_exercises(assignment):
    rows = [
        [word.strip(" *") for word in row.split("|")[1:-1]]
        for row in cell(assignment, "released", "contents").source.splitlines()
    ]
    for number, exercise in enumerate(exercises(assignment.name), start=1):
        row = next(row for row in rows if row[0] == str(number))
        assert row[1].startswith(f"`{exercise.name}`")
        assert row[2:] == [str(exercise.minutes), f"{exercise.points:g}"]
    numbers = [row[2:] for row in rows[2:-1] if row[2]]
    assert rows[-1][2:] == [
        str(sum(int(minutes) for minutes, _ in numbers)),
        str(sum(int(points or 0) for _, points in numbers)),
    ]


@each_exercise
def test_each_exercise_has_folded_help_by_symptom(assignment, exercise):
    source = cell(assignment, "released", f"{exercise.name}-help").source
    assert source.count("<details>") == source.count("</details>") >= 3
    assert source.count("<summary>I ") == source.count("<details>")


@each_exercise
def test_help_names_groups_and_cases_that_exist(assignment, exercise):
    source = cell(assignment, "released", f"{exercise.name}-help").source
    names = {g.name for g in exercise.groups} | {c.id for g in exercise.groups for c in g.cases}
    for kind in ("group", "case"):
        assert set(re.findall(rf"{kind} “([^”]+)”", source)) <= names


@each_exercise
def test_the_answer_cell_is_handed_out_with_a_stub(assignment, exercise):
    answer = cell(assignment, "released", f"{exercise.name}-answer")
    assert re.match(rf"(def|class) {exercise.name}\b", answer.source)
    assert "raise NotImplementedError" in answer.source
    assert answer.metadata["nbgrader"]["solution"]
    assert not answer.metadata["nbgrader"]["locked"]


@each_assignment
def test_the_graded_cells_are_locked_and_named_after_their_exercise(assignment):
    graded = [
        c
        for c in notebook(assignment, "released").cells
        if c.metadata.get("nbgrader", {}).get("grade")
    ]
    names = [e.name for e in exercises(assignment.name)]
    assert [c.metadata["nbgrader"]["grade_id"] for c in graded] == names
    for c, name in zip(graded, names, strict=True):
        assert c.source == f'check("{name}")'
        assert c.metadata["nbgrader"]["locked"]


@each_assignment
def test_the_written_question_keeps_its_mark_scheme_here(assignment):
    for kind in ("solution", "released"):
        tasks = [
            c
            for c in notebook(assignment, kind).cells
            if c.metadata.get("nbgrader", {}).get("task")
        ]
        assert tasks
        for task in tasks:
            assert task.metadata["nbgrader"]["points"] > 0
            assert ("BEGIN MARK SCHEME" in task.source) == (kind == "solution")


@each_assignment
def test_headings_begin_with_the_title_and_go_down_one_step_at_a_time(assignment):
    cells = notebook(assignment, "released").cells
    text = "\n".join(c.source for c in cells if c.cell_type == "markdown")
    text = re.sub(r"^```.*?^```", "", text, flags=re.DOTALL | re.MULTILINE)
    levels = [len(mark) for mark in re.findall(r"^(#+) ", text, re.MULTILINE)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(b <= a + 1 for a, b in pairwise(levels))


# --- what the checks tell, and what they keep for later


@each_exercise
def test_each_mistake_is_told_its_own_sentence(assignment, exercise):
    for mistake in hidden_part(exercise.name).mistakes:
        function = gates._define(assignment, exercise, mistake.source)
        verdicts = [grade(function, exercise), grade(function, with_hidden(exercise))]
        told = {verdict.failure.mistake for verdict in verdicts if verdict.failure}
        hangs = "did not end" in verdicts[0].text()  # the time limit says enough
        assert hangs or mistake.sentence in told, f"{mistake.name}: told {told}"


@each_exercise
def test_no_hidden_case_is_a_visible_one(assignment, exercise):
    def calls(cases):
        return [c.describe(exercise.name) for c in cases]

    visible = calls(c for group in exercise.groups for c in group.cases)
    hidden = calls(c for cases in hidden_part(exercise.name).cases.values() for c in cases)
    # a large tensor is described by its shape alone, but drawn anew from the name of its case
    shared = {c for c in set(visible) & set(hidden) if "torch.rand" not in c}
    assert not shared
    assert hidden

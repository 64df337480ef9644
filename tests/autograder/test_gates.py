"""The gates see what they are for (on a toy course), and the course's own assignments pass them."""

import ast
import dataclasses
import inspect

import nbformat
import pytest
from toy_exercises import (
    CLAMP,
    CLAMP_HIDDEN,
    SCALE_ROWS,
    case,
    clamp_exercise,
    solution_notebook,
    write_course,
)

import penlight
from autograder import gates
from autograder.exercise import Mistake, find, hidden_part, register, register_hidden
from autograder.mutants import mutants
from autograder.notebook import checked_names, function_source, run_cells, secret_lines

# --- the course's own assignments

OURS = gates.assignments()
EXERCISES = [(a, e) for a in OURS for e in a.exercises]
WHOLE = [
    gates.cells_match,
    gates.solution_scores_full,
    gates.released_scores_zero,
    gates.released_runs,
    gates.released_tells_nothing,
    gates.mistakes_lose,
    gates.alternatives_pass,
]


def told(problems):
    return "\n\n".join(problems)


def test_there_is_an_assignment_with_exercises():
    assert EXERCISES
    assert {a.name for a, _ in EXERCISES} == {a.name for a in OURS}


@pytest.mark.parametrize("gate", WHOLE, ids=lambda gate: gate.__name__)
@pytest.mark.parametrize("assignment", OURS, ids=lambda a: a.name)
def test_our_assignments_pass(assignment, gate):
    problems = gate(assignment)
    assert not problems, told(problems)


@pytest.mark.parametrize(
    ("assignment", "exercise"), EXERCISES, ids=[f"{a.name}-{e.name}" for a, e in EXERCISES]
)
def test_our_mutants_all_lose(assignment, exercise):
    problems = gates.mutants_lose(assignment, exercise)
    assert not problems, told(problems)


@pytest.mark.parametrize(
    ("assignment", "exercise"), EXERCISES, ids=[f"{a.name}-{e.name}" for a, e in EXERCISES]
)
def test_our_exercises_have_mutants_and_named_mistakes(assignment, exercise):
    assert len(mutants(function_source(gates.read(assignment.solution), exercise.name))) >= 3
    assert len(hidden_part(exercise.name).mistakes) >= 6
    assert len(hidden_part(exercise.name).alternatives) >= 3


@pytest.mark.parametrize("assignment", gates.assignments(), ids=lambda each: each.name)
def test_our_digests_are_current(assignment):
    problems = gates.digests_current(assignment)
    assert not problems, told(problems)


# --- each gate sees what it is for


@pytest.fixture
def assignment(course):
    return gates.assignments(course)[0]


def rewritten(course, change):
    """The toy assignment after `change(cells by id)`."""
    notebook = solution_notebook()
    change({cell.id: cell for cell in notebook.cells})
    write_course(course, notebook)
    gates._solution.cache_clear()
    return gates.assignments(course)[0]


@pytest.mark.parametrize("gate", WHOLE, ids=lambda gate: gate.__name__)
def test_the_toy_course_passes(assignment, gate):
    assert gate(assignment) == []


def test_the_toy_course_catches_every_mutant(assignment):
    for exercise in assignment.exercises:
        assert gates.mutants_lose(assignment, exercise) == []


def test_a_solution_that_loses_points_is_seen(course):
    def wrong(cells):
        answer = cells["keep_between-answer"]
        answer.source = answer.source.replace("return low", "return high")

    assert "keep_between: 1 of 4 points" in told(
        gates.solution_scores_full(rewritten(course, wrong))
    )


def test_a_solution_cell_that_fails_is_seen(course):
    def wrong(cells):
        cells["scale_rows-answer"].source += "\n1 / 0"

    assert "ZeroDivisionError" in told(gates.solution_scores_full(rewritten(course, wrong)))


def test_an_exercise_that_no_cell_checks_is_seen(course):
    def wrong(cells):
        cells["keep_between-check"].source = "keep_between(1, 2, 3)"

    assignment = rewritten(course, wrong)
    assert "keep_between is checked in 0 cells" in told(gates.cells_match(assignment))
    assert "does not end with the verdict" in told(gates.solution_scores_full(assignment))
    assert "shows no verdict" in told(gates.released_scores_zero(assignment))


def test_wrong_points_a_missing_hidden_check_and_unknown_forbidden_names_are_seen(course):
    def wrong(cells):
        cells["keep_between-check"].metadata.nbgrader.points = 3
        cells["keep_between-check"].source = 'check("keep_between")'

    register(dataclasses.replace(clamp_exercise(), forbids=("torch.clampp",)))
    problems = told(gates.cells_match(rewritten(course, wrong)))
    assert "3 points, but keep_between has 4" in problems
    assert "no hidden check of keep_between" in problems
    assert "forbids torch.clampp, which does not exist" in problems


def change_released(assignment, change):
    notebook = nbformat.read(assignment.released, 4)
    change({cell.id: cell for cell in notebook.cells})
    nbformat.write(notebook, assignment.released)


def test_a_released_notebook_that_earns_points_is_seen(assignment):
    def leave_solution(cells):
        cells["keep_between-answer"].source = CLAMP

    change_released(assignment, leave_solution)
    assert "keep_between: 3 of 4 points" in told(gates.released_scores_zero(assignment))
    assert "return high if value > high" in told(gates.released_tells_nothing(assignment))


def test_a_released_notebook_that_fails_before_the_first_answer_is_seen(assignment):
    def broken(cells):
        cells["imports"].source += "\nimport nowhere_to_be_found"

    change_released(assignment, broken)
    assert "nowhere_to_be_found" in told(gates.released_runs(assignment))


def test_lines_in_markdown_metadata_outputs_and_declarations_are_seen(assignment, course):
    line = "return high if value > high else value"
    for place in ("source", "metadata", "outputs"):

        def leak(cells, place=place):
            if place == "source":
                cells["title"].source += f"\n\n    {line}"
            elif place == "metadata":
                cells["title"].metadata["note"] = line
            else:
                cells["imports"].outputs = [nbformat.v4.new_output("stream", text=line)]

        write_course(course)
        change_released(assignment, leak)
        assert line in told(gates.released_tells_nothing(assignment)), place
    write_course(course)
    (course / "autograder/checks/toy.py").write_text(f"# {line}\n")
    assert "toy.py contains" in told(gates.released_tells_nothing(assignment))


def test_lines_of_the_hidden_part_are_seen(assignment, course):
    secret = 'case("above", 9, 1, 5),'
    (course / "autograder/hidden/toy.py").write_text(f"cases = [\n    {secret}\n]\n")
    assert gates.released_tells_nothing(assignment) == []
    change_released(assignment, lambda cells: cells["title"].update(source=f"# T\n{secret}"))
    assert "above" in told(gates.released_tells_nothing(assignment))


def test_a_harmless_mistake_and_a_failing_alternative_are_seen(assignment):
    harmless = Mistake("none", "Nothing is wrong.", CLAMP)
    parts = {**CLAMP_HIDDEN, "mistakes": [harmless], "alternatives": {"bad": "keep_between = max"}}
    register_hidden("keep_between", **parts)
    assert "mistake 'none' loses nothing" in told(gates.mistakes_lose(assignment))
    assert "alternative 'bad'" in told(gates.alternatives_pass(assignment))
    register_hidden("keep_between")
    assert "no mistake named" in told(gates.mistakes_lose(assignment))
    assert "no alternative solution named" in told(gates.alternatives_pass(assignment))


def test_weak_cases_and_stale_equivalents_are_seen(assignment):
    register_hidden(
        "keep_between", **{**CLAMP_HIDDEN, "cases": {"edge cases": [case("e", 7, 2, 2)]}}
    )
    weak = told(gates.mutants_lose(assignment, find("keep_between")))
    assert "`high if value > high else value` -> `value`: loses nothing" not in weak
    register_hidden("keep_between", **{**CLAMP_HIDDEN, "cases": {}})
    weak = told(gates.mutants_lose(assignment, find("keep_between")))
    assert "`high if value > high else value` -> `value`: loses nothing" in weak
    stale = {"drop `return low`": "why", "`1` -> `2`": "why"}
    register_hidden("keep_between", **{**CLAMP_HIDDEN, "equivalent_mutants": stale})
    problems = told(gates.mutants_lose(assignment, find("keep_between")))
    assert "drop `return low`: listed as equivalent, but it loses points" in problems
    assert "`1` -> `2`: listed as equivalent, but no mutant" in problems
    assert "`value < low` -> `value <= low`: loses nothing" in problems


def test_what_a_notebook_transplants_is_undone(course):
    def transplant(cells):
        cells[
            "keep_between-answer"
        ].source += "\ndef outer(a, b):\n    return 0\ntorch.transplant(outer)"

    assignment = rewritten(course, transplant)
    assert gates.solution_scores_full(assignment) == []
    assert penlight.slots.registry["outer"].is_reference


# --- running notebooks without a kernel


def cells(*sources):
    return nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(s) for s in sources])


def test_cells_run_in_order_and_one_that_fails_ends_alone():
    runs = run_cells(
        cells("x = 2", "x * 3", "1 / 0\nx = 5", "x", "def f(:", "%time x\n!ls\nx + 1"), {}
    )
    assert [r.value for r in runs] == [None, 6, None, 2, None, 3]
    assert [r.error.split(":")[0] for r in runs if r.error] == ["ZeroDivisionError", "SyntaxError"]


def test_a_cell_that_loops_is_stopped_and_output_is_dropped(capsys):
    runs = run_cells(cells("print('loud')\nwhile True: pass", "7", "%%bash\nexit"), {}, seconds=0.2)
    assert "did not end within 0.2 seconds" in runs[0].error
    assert runs[1].value == 7
    assert capsys.readouterr().out == ""


def test_functions_of_cells_have_their_source():
    space = {}
    run_cells(cells(SCALE_ROWS), space)
    assert inspect.getsource(space["scale_rows"]) == SCALE_ROWS


def test_marks_and_checks_are_read():
    answer, checking = solution_notebook().cells[2:4]
    assert [line for line in secret_lines(answer.source) if "return" in line] == [
        "return x * weights.reshape(-1, 1)"
    ]
    assert secret_lines(checking.source) == ['check("scale_rows", hidden=True)']
    assert checked_names(checking) == ["scale_rows"]
    assert checked_names(answer) == []


def test_the_last_definition_is_the_solution():
    notebook = cells("def f():\n    return 1", "x = 1\ndef f():\n    return 2\ny = 2")
    assert ast.unparse(ast.parse(function_source(notebook, "f"))) == "def f():\n    return 2"
    with pytest.raises(KeyError, match="no cell of the notebook defines g"):
        function_source(notebook, "g")

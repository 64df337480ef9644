"""Small exercises for the tests of the checks, and a one-assignment course made of them."""

from pathlib import Path

import nbformat
import torch
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from autograder.exercise import Exercise, Group, Mistake, case
from autograder.values import integers, randn, tensor

SECONDS = 0.3


def scale_rows_oracle(x, weights):
    if x.ndim != 2:
        raise RuntimeError("x must be a matrix")
    return x * weights.reshape(-1, 1)


def scale_rows_exercise(**changes):
    """Every row of x times its weight: values, gradient, refusals."""
    values = Group(
        "values",
        3,
        property="Row i is multiplied by weights[i].",
        hint="Give the weights a second dimension.",
        cases=(
            case("large", randn(7, 5), randn(7)),
            case("square", tensor([[1.0, 2.0], [3.0, 4.0]]), tensor([10.0, 100.0])),
            case("strided", randn(3, 4, layout="transposed"), randn(3, layout="strided")),
            case("doubles", randn(2, 3, dtype="float64"), randn(2, dtype="float64")),
        ),
    )
    gradient = Group(
        "gradient",
        2,
        property="Gradients reach both inputs.",
        cases=(case("both", randn(3, 2, requires_grad=True), randn(3, requires_grad=True)),),
    )
    errors = Group(
        "error on bad input",
        1,
        property="A vector is refused.",
        cases=(case("a vector", randn(3), randn(3), raises=RuntimeError),),
    )
    settings = {
        "name": "scale_rows",
        "lecture": "toy",
        "title": "Scale the rows",
        "points": 6,
        "minutes": 5,
        "difficulty": 1,
        "oracle": scale_rows_oracle,
        "compares": ("dtype", "gradient"),
        "forbids": ("torch.einsum", "penlight.outer"),
        "seconds": SECONDS,
        "groups": (values, gradient, errors),
    }
    return Exercise(**{**settings, **changes})


SCALE_ROWS = '''\
def scale_rows(x, weights):
    """Every row of x times its weight."""
    if x.dim() != 2:
        raise RuntimeError("x must be a matrix")
    return x * weights.reshape(-1, 1)
'''


def define(source, **names):
    """The function that `source` defines."""
    space = dict(names)
    exec(compile(source, "<student>", "exec"), space)
    return next(v for k, v in space.items() if callable(v) and k not in (*names, "__builtins__"))


# --- a second exercise, on plain numbers


def clamp_oracle(value, low, high):
    return int(torch.clamp(torch.tensor(value), low, high))


def clamp_exercise():
    """A number kept between two bounds; half of its points are decided by hidden cases."""
    visible = (case("inside", 3, 1, 5), case("below", -2, 1, 5))
    return Exercise(
        "keep_between",
        lecture="toy",
        title="Keep between",
        points=4,
        minutes=3,
        difficulty=1,
        oracle=clamp_oracle,
        seconds=SECONDS,
        groups=(
            Group("values", 3, property="The nearest number that is allowed.", cases=visible),
            Group("edge cases", 1, property="The bounds themselves are allowed."),
        ),
    )


CLAMP = '''\
def keep_between(value, low, high):
    """The number in [low, high] nearest to value."""
    if value < low:
        return low
    return high if value > high else value
'''

CLAMP_HIDDEN = {
    "cases": {
        "values": [case("above", 9, 1, 5), case("far below", -40, -7, 20)],
        "edge cases": [case("at low", 1, 1, 5), case("one choice", 7, 2, 2)],
    },
    "mistakes": [
        Mistake(
            "only the lower bound",
            "You forgot the upper bound.",
            "def keep_between(value, low, high):\n    return max(value, low)\n",
        ),
        Mistake(
            "bounds swapped",
            "You mixed up the two bounds.",
            "def keep_between(value, low, high):\n    return max(high, min(value, low))\n",
        ),
    ],
    "alternatives": {
        "sorted": "def keep_between(value, low, high):\n    return sorted((low, value, high))[1]\n",
    },
    "equivalent_mutants": {
        "`value < low` -> `value <= low`": "at the bound both branches answer the bound",
        "`value > high` -> `value >= high`": "at the bound both branches answer the bound",
    },
}

SCALE_ROWS_HIDDEN = {
    "cases": {
        "values": [
            case("integers", integers(3, 2), integers(3)),
            case("empty", randn(0, 3), randn(0)),
        ]
    },
    "mistakes": [
        Mistake(
            "columns",
            "You scaled the columns, not the rows.",
            SCALE_ROWS.replace(".reshape(-1, 1)", ""),
        ),
        Mistake(
            "in place",
            "You wrote into the input.",
            "def scale_rows(x, weights):\n    x[...] = 0\n    return x\n",
        ),
    ],
    "alternatives": {
        "transposed": SCALE_ROWS.replace("x * weights.reshape(-1, 1)", "(x.T * weights).T")
    },
}


def solution_notebook():
    """The instructor's notebook of the assignment `toy`."""
    return new_notebook(
        cells=[
            new_markdown_cell("# Toys", id="title"),
            new_code_cell("import penlight as torch\n\nfrom autograder import check", id="imports"),
            _answer("scale_rows", SCALE_ROWS),
            _check("scale_rows", 6),
            _answer("keep_between", CLAMP),
            _check("keep_between", 4),
        ]
    )


def write_course(root: Path, notebook=None) -> None:
    """`solutions/toy` and, as nbgrader would make it, `assignments/toy` under `root`."""
    notebook = notebook or solution_notebook()
    for folder, content in (("solutions", notebook), ("assignments", released(notebook))):
        (root / folder / "toy").mkdir(parents=True, exist_ok=True)
        nbformat.write(content, root / folder / "toy" / "toy.ipynb")
    (root / "autograder" / "checks").mkdir(parents=True, exist_ok=True)
    (root / "autograder" / "checks" / "toy.py").write_text("# the toys are declared by the tests\n")


def released(notebook):
    """The notebook without what stands between nbgrader's marks, stubs in the solutions' place."""
    copy = nbformat.from_dict(notebook)
    for cell in copy.cells:
        kept, inside = [], False
        for line in cell.source.splitlines():
            if "### BEGIN" in line:
                inside = True
                if "SOLUTION" in line:
                    indent = line[: len(line) - len(line.lstrip())]
                    kept += [f"{indent}# YOUR CODE HERE", f"{indent}raise NotImplementedError()"]
            elif "### END" in line:
                inside = False
            elif not inside:
                kept.append(line)
        cell.source = "\n".join(kept)
    return copy


def _answer(name, source):
    head, docstring, *body = source.rstrip().splitlines()
    lines = [head, docstring, "    ### BEGIN SOLUTION", *body, "    ### END SOLUTION"]
    return _cell(f"{name}-answer", "\n".join(lines), solution=True)


def _check(name, points):
    hidden = f'### BEGIN HIDDEN TESTS\ncheck("{name}", hidden=True)\n### END HIDDEN TESTS'
    return _cell(f"{name}-check", f'check("{name}")\n{hidden}', grade=True, points=points)


def _cell(grade_id, source, **nbgrader):
    facts = {"grade": False, "solution": False, "locked": False, "task": False, "schema_version": 3}
    metadata = {"nbgrader": {**facts, "grade_id": grade_id, **nbgrader}}
    return new_code_cell(source, id=grade_id, metadata=metadata)

"""What goes through a grading run as plain data: the assignment, a submission, the result."""

from dataclasses import dataclass, field

# How a cell is dealt with.
RUN, CHECK, TESTS, TEXT = "run", "check", "tests", "text"


@dataclass(frozen=True)
class Cell:
    """One cell of a notebook rebuilt from trusted and submitted parts.

    kind: run (code), check (a graded cell of nothing but `check`), tests (any other graded code),
    text. trusted: nobody but the instructor can have written it. own: the student wrote it or
    changed it. points: of a graded cell.
    """

    kind: str
    source: str
    id: str
    grade_id: str = ""
    points: float = 0.0
    trusted: bool = False
    own: bool = True


@dataclass(frozen=True)
class Paper:
    """One notebook of one submission, ready to be graded."""

    name: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Setting:
    """What an isolation must hold for an assignment. preload, hidden, masked: see `outside`.

    files: what lies beside the notebooks. seconds: the limit of a cell. lean: leave
    out demonstrations that no answer builds on. classes: the names that
    the instructor's own answer cells define as classes. assigned: all names they set. imports:
    the instructor's import lines.
    beside: grade ids whose tests cannot be run apart from the student's objects.
    """

    assignment: str
    preload: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()
    masked: tuple[str, ...] = ()
    files: dict[str, bytes] = field(default_factory=dict)
    seconds: float = 60.0
    lean: bool = False
    imports: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    assigned: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()


@dataclass
class Mark:
    """A graded cell's result. verdict: one of `judge.WORDS`."""

    score: float
    verdict: str
    text: str = ""


@dataclass
class Result:
    """A graded notebook: outputs by cell position, marks by grade id, and how it was done."""

    outputs: dict[int, list[dict]]
    marks: dict[str, Mark]
    tier: str
    seconds: float = 0.0
    memory: int = 0
    cpu: float = 0.0
    notes: list[str] = field(default_factory=list)

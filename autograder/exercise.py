"""Declarations: what an exercise is, in which groups it earns points, and what it must catch.

`autograder/checks/<lecture>*.py` declares each exercise with its visible cases;
`autograder/hidden/<lecture>*.py` adds what students must not see: more cases for the same groups,
named mistakes, and right solutions in other styles. `autograder/README.md` shows a whole example.
"""

import importlib
import importlib.util
import pkgutil
import zlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from autograder.values import DtypeSpec, TensorSpec, describe, leaves, map_specs, size_of

PROPERTIES = ("dtype", "strides", "shares_memory", "gradient", "container")


class DeclarationError(ValueError):
    """An exercise is declared wrongly: the author's mistake, never the student's."""


@dataclass(frozen=True, eq=False)
class Case:
    """One call: arguments, and either the oracle's answer or the exception type it must raise."""

    id: str
    args: tuple
    kwargs: Mapping[str, Any] = field(default_factory=dict)
    raises: type[Exception] | None = None
    tolerance: tuple[float, float] | None = None
    compares: tuple[str, ...] | None = None
    hidden: bool = False

    @property
    def size(self) -> int:
        return size_of((self.args, dict(self.kwargs)))

    def describe(self, name: str) -> str:
        """The call as source text: `broadcast_shapes((3, 1), (1, 4))`."""
        words = [describe(a) for a in self.args]
        words += [f"{key}={describe(value)}" for key, value in self.kwargs.items()]
        return f"{name}({', '.join(words)})"


def case(
    id: str,
    *args: Any,
    raises: type[Exception] | None = None,
    tolerance: tuple[float, float] | None = None,
    compares: tuple[str, ...] | None = None,
    **kwargs: Any,
) -> Case:
    """Declare a case: `id`, then the arguments exactly as the student's function gets them.

    Tensors are written `tensor(...)`, `randn(...)`, `integers(...)` from `autograder.values`.
    raises: the exception type a right answer raises (the oracle must raise it too).
    tolerance: (rtol, atol) instead of the dtype's own. compares: instead of the exercise's.
    """
    _known_properties(compares or (), f"case {id!r}")
    counter = iter(range(1000))

    def seeded(spec: TensorSpec | DtypeSpec) -> TensorSpec | DtypeSpec:
        position = next(counter)
        if isinstance(spec, DtypeSpec) or spec.values is not None or spec.seed is not None:
            return spec
        return replace(spec, seed=zlib.crc32(f"{id}/{position}".encode()))

    return Case(id, map_specs(args, seeded), map_specs(kwargs, seeded), raises, tolerance, compares)


@dataclass(frozen=True, eq=False)
class Group:
    """Cases that earn their points together. All of them pass, or the group earns nothing.

    property: the sentence that names what the group asks for, shown also when the failing case
    is hidden ("A dimension of size 1 stretches, whatever its place"). hint: what to look at.
    """

    name: str
    points: float
    property: str
    hint: str = ""
    cases: tuple[Case, ...] = ()

    def __post_init__(self):
        ordered = sorted(self.cases, key=lambda c: c.size)
        object.__setattr__(self, "cases", tuple(ordered))

    @property
    def only_errors(self) -> bool:
        return bool(self.cases) and all(c.raises for c in self.cases)


@dataclass(frozen=True)
class Mistake:
    """A wrong solution worth naming. sentence: what the student is told; source: a def, as text."""

    name: str
    sentence: str
    source: str


@dataclass(frozen=True, eq=False)
class Exercise:
    """One function, or class, to write.

    oracle: called with real PyTorch tensors, returns what a right answer returns (or raises).
    compares: properties beside value and shape, out of `PROPERTIES`; "gradient" sends the same
    random cotangent back through both and compares the gradients of inputs that require one.
    may_modify: the function is allowed to change its inputs.
    forbids: dotted names that the student's own lines may not call.
    handed_out: the code in the released answer cell where that is not an empty stub; a function
    that still is this one counts as unwritten. seconds: the time limit of one case.
    call: runs a case, `call(answer, *args)`, where the answer is a class, or where its arguments
    or its result are no plain data; it returns plain data or tensors. shown_as: the name that
    then stands in a failing call, if it is not the exercise's own.
    """

    name: str
    lecture: str
    title: str
    points: float
    minutes: int
    difficulty: int
    oracle: Callable[..., Any]
    groups: tuple[Group, ...]
    slot: bool = False
    compares: tuple[str, ...] = ()
    may_modify: bool = False
    forbids: tuple[str, ...] = ()
    seconds: float = 5.0
    handed_out: str = ""
    call: Callable[..., Any] | None = None
    shown_as: str = ""

    def __post_init__(self):
        where = f"exercise {self.name!r}"
        _known_properties(self.compares, where)
        if not 1 <= self.difficulty <= 5:
            raise DeclarationError(f"{where}: difficulty is 1 to 5, not {self.difficulty}")
        total = sum(group.points for group in self.groups)
        if abs(total - self.points) > 1e-9:
            raise DeclarationError(f"{where}: groups sum to {total:g} points, not {self.points:g}")
        _no_twins([g.name for g in self.groups], f"{where}: group")
        _no_twins([c.id for g in self.groups for c in g.cases], f"{where}: case")

    def properties(self, case: Case) -> tuple[str, ...]:
        """What `case` compares; a gradient only where one of its inputs requires one."""
        chosen = self.compares if case.compares is None else case.compares
        inputs = leaves((case.args, dict(case.kwargs)))
        wanted = any(isinstance(leaf, TensorSpec) and leaf.requires_grad for leaf in inputs)
        return tuple(name for name in chosen if name != "gradient" or wanted)


@dataclass(frozen=True, eq=False)
class Hidden:
    """What only the instructor's side knows about an exercise."""

    cases: Mapping[str, tuple[Case, ...]] = field(default_factory=dict)
    mistakes: tuple[Mistake, ...] = ()
    alternatives: Mapping[str, str] = field(default_factory=dict)
    equivalent_mutants: Mapping[str, str] = field(default_factory=dict)


_exercises: dict[str, Exercise] = {}
_hidden: dict[str, Hidden] = {}


def register(exercise: Exercise) -> Exercise:
    """Make `check(exercise.name)` know the exercise."""
    known = _exercises.get(exercise.name)
    if known is not None and known.lecture != exercise.lecture:
        raise DeclarationError(f"exercise {exercise.name!r} is declared by {known.lecture} too")
    _exercises[exercise.name] = exercise
    return exercise


def register_hidden(
    name: str,
    cases: Mapping[str, Iterable[Case]] | None = None,
    mistakes: Iterable[Mistake] = (),
    alternatives: Mapping[str, str] | None = None,
    equivalent_mutants: Mapping[str, str] | None = None,
) -> Hidden:
    """Add hidden cases (by group name), mistakes and alternative right solutions to `name`.

    alternatives: style -> source text. equivalent_mutants: mutant name -> why it computes the
    same function as the reference, so that no check could tell them apart.
    """
    marked = {
        group: tuple(replace(c, hidden=True) for c in found)
        for group, found in (cases or {}).items()
    }
    mistakes = tuple(mistakes)
    _no_twins([m.name for m in mistakes], f"exercise {name!r}: mistake")
    _hidden[name] = Hidden(marked, mistakes, alternatives or {}, equivalent_mutants or {})
    with_hidden(find(name))
    return _hidden[name]


def find(name: str) -> Exercise:
    """The exercise called `name`; KeyError names the known ones."""
    if name not in _exercises:
        _import_all("autograder.checks")
    if name not in _exercises:
        raise KeyError(
            f"no exercise is called {name!r}; there are: {', '.join(sorted(_exercises))}"
        )
    return _exercises[name]


def exercises(lecture: str | None = None) -> list[Exercise]:
    """All exercises in the order of their declaration, or one lecture's."""
    _import_all("autograder.checks")
    return [e for e in _exercises.values() if lecture in (None, e.lecture)]


def hidden_part(name: str) -> Hidden:
    """The instructor's part of an exercise; an error where `autograder/hidden/` did not ship."""
    lecture = find(name).lecture
    if name not in _hidden:
        if not importlib.util.find_spec("autograder.hidden"):
            raise RuntimeError(
                "the hidden cases are not in this copy of the course; "
                f"call check({name!r}) without hidden=True"
            )
        _import_all("autograder.hidden", only=lecture)
    return _hidden.get(name, Hidden())


def with_hidden(exercise: Exercise) -> Exercise:
    """The exercise with its hidden cases in their groups."""
    extra = dict(hidden_part(exercise.name).cases)
    groups = []
    for group in exercise.groups:
        groups.append(replace(group, cases=group.cases + extra.pop(group.name, ())))
    if extra:
        raise DeclarationError(
            f"exercise {exercise.name!r}: hidden cases for unknown groups {sorted(extra)}"
        )
    return replace(exercise, groups=tuple(groups))


def _import_all(package: str, only: str | None = None) -> None:
    """Import every module of `package`, or those whose name begins with `only`.

    A lecture's exercises may be spread over several modules: `02_broadcasting_practice.py`.
    """
    if importlib.util.find_spec(package) is None:
        return
    for module in pkgutil.iter_modules(importlib.import_module(package).__path__):
        if only is None or module.name.startswith(only):
            importlib.import_module(f"{package}.{module.name}")


def _known_properties(names: Iterable[str], where: str) -> None:
    unknown = [n for n in names if n not in PROPERTIES]
    if unknown:
        raise DeclarationError(f"{where}: unknown properties {unknown}; known: {PROPERTIES}")


def _no_twins(names: list[str], what: str) -> None:
    twins = sorted({n for n in names if names.count(n) > 1})
    if twins:
        raise DeclarationError(f"{what} names must differ: {twins} twice")

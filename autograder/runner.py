"""Run a student's function on one case and write down what it did, as plain data."""

import contextlib
import importlib
import linecache
import sys
import sysconfig
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from autograder.exercise import Case, Exercise
from autograder.limits import TimeUp, captured, limited, undisturbed
from autograder.oracle import ArrayValue, Library, Outcome, memory, plain, type_names
from autograder.settings import settings

SHOWN_FRAMES = 4
MESSAGE_CHARACTERS = 400


class ForbiddenCall(BaseException):
    """Raised inside a student's function that calls what its exercise forbids."""


def run_case(function: Callable, exercise: Exercise, case: Case, library: Library) -> Outcome:
    """Call `function` on fresh arguments within the exercise's time limit; never raises.

    Only a real KeyboardInterrupt goes through: the stop button must stop a check.
    """
    args, kwargs, tensors = library.arguments(case)
    held = tuple(memory(t) for t in tensors)
    before = _arguments(args, kwargs)
    gradient = "gradient" in exercise.properties(case) and not case.raises
    seconds = exercise.seconds * settings.time_scale

    def modified() -> tuple[str, ...]:
        now = _arguments(args, kwargs)
        return tuple(name for name, old in before.items() if not _identical(now[name], old))

    def call() -> Outcome:
        if exercise.call is None:
            value = function(*args, **kwargs)
        else:
            value = exercise.call(function, *args, **kwargs)
        known = {"value": plain(value, held), "modified": modified()}
        if not gradient:
            return Outcome("returned", **known)
        try:
            return Outcome("returned", gradients=library.backward(value, tensors, case), **known)
        except Exception as error:
            return Outcome("returned", gradient_error=_message(error), **known)

    with undisturbed(), captured() as printed:
        if hasattr(library.module, "manual_seed"):
            library.module.manual_seed(0)
        np.random.seed(0)
        with forbidding(exercise.forbids, function) as called:
            try:
                outcome = limited(call, seconds)
            except TimeUp:
                outcome = timed_out(seconds)
            except KeyboardInterrupt:
                raise
            except BaseException as error:
                outcome = _raised(error, function, modified())
    if called:
        outcome = Outcome("forbidden", message=called[0])
    return _with_print(outcome, printed.text())


def timed_out(seconds: float) -> Outcome:
    return Outcome("timed out", message=f"{seconds:g}")


def _with_print(outcome: Outcome, printed: str) -> Outcome:
    return Outcome(**{**vars(outcome), "printed": printed})


def _raised(error: BaseException, function: Callable, modified: tuple[str, ...]) -> Outcome:
    return Outcome(
        "raised",
        modified=modified,
        error_types=type_names(error),
        message=_message(error),
        lines=own_lines(error, function),
    )


def _message(error: BaseException) -> str:
    try:
        text = str(error)
    except Exception:  # a student's exception class may have a broken __str__
        text = ""
    return text if len(text) <= MESSAGE_CHARACTERS else text[:MESSAGE_CHARACTERS] + " …"


def _arguments(args: tuple, kwargs: dict) -> dict[str, Any]:
    """What the arguments hold now, by the name a student knows them by."""
    numbered = {f"argument {number}": plain(value) for number, value in enumerate(args, 1)}
    return numbered | {f"argument `{name}`": plain(value) for name, value in kwargs.items()}


def _identical(one: Any, other: Any) -> bool:
    """Equal bit for bit, layout included; for plain values."""
    if type(one) is not type(other):
        return False
    if isinstance(one, ArrayValue):
        same_form = (one.dtype, one.strides) == (other.dtype, other.strides)
        same_shape = one.data.shape == other.data.shape
        return same_form and same_shape and one.data.tobytes() == other.data.tobytes()
    if isinstance(one, (tuple, list)):
        return len(one) == len(other) and all(map(_identical, one, other))
    if isinstance(one, dict):
        return list(one) == list(other) and all(_identical(one[k], other[k]) for k in one)
    return one == other or (one != one and other != other)  # nan is no change


def own_lines(error: BaseException, function: Callable) -> str:
    """The part of the traceback that lies in the student's own code, last call last."""
    own_file = getattr(getattr(function, "__code__", None), "co_filename", None)
    shown = []
    for frame, number in traceback.walk_tb(error.__traceback__):
        file = frame.f_code.co_filename
        if file == own_file or is_student_file(file):
            source = linecache.getline(file, number, frame.f_globals).strip()
            shown.append(f"{_place(file)}line {number}, in {frame.f_code.co_name}: {source}")
    if len(shown) > SHOWN_FRAMES:
        middle = f"… {len(shown) - SHOWN_FRAMES} more of your lines …"
        shown = [shown[0], middle, *shown[1 - SHOWN_FRAMES :]]
    return "\n".join(shown)


def _library_folders() -> tuple[str, ...]:
    paths = sysconfig.get_paths()
    folders = [Path(paths[key]) for key in ("stdlib", "platstdlib", "purelib", "platlib")]
    folders.append(Path(__file__).parent)
    for name in ("penlight", "torch"):
        module = sys.modules.get(name)
        if module is not None and module.__file__:
            folders.append(Path(module.__file__).parent)
    return tuple(str(folder) for folder in folders)


def is_student_file(file: str) -> bool:
    """True for code of a notebook or a student's own module, not of Python or a library."""
    return not file.startswith(("<frozen", "<__array", *_library_folders()))


def _place(file: str) -> str:
    """The cell's name as students see it ("In[3], "); nothing for a file they do not know."""
    if file.startswith("<cell "):  # run outside Jupyter, by `autograder.notebook`
        return f"{file[1:-1]}, "
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    named = shell.compile.format_code_name(file) if shell is not None else None
    if named:
        return f"{named[1]}, "
    return f"{Path(file).name}, " if not file.startswith("<") and Path(file).is_file() else ""


@contextlib.contextmanager
def forbidding(names: tuple[str, ...], function: Callable) -> Iterator[list[str]]:
    """Make calls of `names` from the student's own lines fail; yields the list of those made.

    The library itself may go on calling them: only the caller's file decides. A copy of the name
    in the student's notebook (`from torch import outer`) is watched too.
    """
    called: list[str] = []
    with contextlib.ExitStack() as patches:
        for name in names:
            owner, attribute = resolve(name)
            original = getattr(owner, attribute, None)
            if original is None:
                continue
            watch = _watch(name, original, called)
            patches.enter_context(_replaced(owner, attribute, watch))
            space = getattr(function, "__globals__", {})
            for key in [k for k, v in space.items() if v is original]:
                space[key] = watch
                patches.callback(space.__setitem__, key, original)
        yield called


def resolve(dotted: str) -> tuple[Any, str]:
    """The object that holds a dotted name, and the last part: (torch.Tensor, "expand").

    The object is None where a part before the last does not exist.
    """
    *path, attribute = dotted.split(".")
    try:
        owner = importlib.import_module(path[0])
    except ImportError:  # in an isolated process only what the exercise needs is there
        owner = None
    for part in path[1:]:
        owner = getattr(owner, part, None)
    return owner, attribute


def _watch(name: str, original: Callable, called: list[str]) -> Callable:
    def watched(*args, **kwargs):
        if is_student_file(sys._getframe(1).f_code.co_filename):
            called.append(name)
            raise ForbiddenCall(name)
        return original(*args, **kwargs)

    return watched


@contextlib.contextmanager
def _replaced(owner: Any, attribute: str, value: Any) -> Iterator[None]:
    own = attribute in vars(owner)  # else it is inherited, and deleting uncovers it again
    before = vars(owner).get(attribute)
    setattr(owner, attribute, value)
    try:
        yield
    finally:
        if own:
            setattr(owner, attribute, before)
        else:
            delattr(owner, attribute)

"""Inside: puts a refusal in the place of each forbidden function, before a student's line runs.

Every module, class and container that held the function then holds the refusal; the engine's own
calls still go through. The slot that the exercise fills is empty.
"""

import contextlib
import gc
import sys
from pathlib import Path
from typing import Any

import autograder
from autograder.oracle import is_empty
from autograder.runner import ForbiddenCall, resolve

called: list[str] = []  # the forbidden names that were called


def install(names: tuple[str, ...], exercise: str) -> None:
    """Refuse the calls of `names`; empty the slot called `exercise` where there is one."""
    trusted = [str(Path(autograder.__file__).with_name("oracle.py"))]  # sends gradients back
    engine = sys.modules.get("penlight")
    if engine is not None:
        trusted.append(str(Path(engine.__file__).parent))
    for name in names:
        owner, attribute = resolve(name)
        original = getattr(owner, attribute, None) if owner is not None else None
        if original is not None and not isinstance(original, Refusal):
            _replace(original, Refusal(name, original, tuple(trusted)), owner, attribute)
    slots = sys.modules.get("penlight.slots")
    slot = slots.registry.get(exercise) if slots else None
    if slot is not None and not is_empty(slot.reference):
        slot.reference.__code__ = _emptied(exercise).__code__


class Refusal:
    """Stands for a forbidden function; only the engine and `oracle` get through."""

    def __init__(self, name: str, original: Any, trusted: tuple[str, ...]):
        self._name, self._original, self._trusted = name, original, trusted

    def __call__(self, *arguments: Any, **keywords: Any) -> Any:
        if not sys._getframe(1).f_code.co_filename.startswith(self._trusted):
            called.append(self._name)
            raise ForbiddenCall(self._name)
        return self._original(*arguments, **keywords)

    def __get__(self, instance: Any, owner: Any = None) -> Any:
        return self if instance is None else _Bound(self, instance)

    def __getattr__(self, attribute: str) -> Any:
        if sys._getframe(1).f_code.co_filename.startswith(self._trusted):
            return getattr(self._original, attribute)
        called.append(self._name)
        raise ForbiddenCall(self._name)


class _Bound:
    def __init__(self, refusal: Refusal, instance: Any):
        self._refusal, self._instance = refusal, instance

    def __call__(self, *arguments: Any, **keywords: Any) -> Any:
        if not sys._getframe(1).f_code.co_filename.startswith(self._refusal._trusted):
            called.append(self._refusal._name)
            raise ForbiddenCall(self._refusal._name)
        return self._refusal._original(self._instance, *arguments, **keywords)


def _replace(original: Any, refusal: Refusal, owner: Any, attribute: str) -> None:
    """Put `refusal` wherever a dict or list holds `original`, and on its owner."""
    for holder in gc.get_referrers(original):
        if holder is refusal.__dict__:
            continue
        if isinstance(holder, dict):
            for key in [k for k, v in list(holder.items()) if v is original]:
                holder[key] = refusal
        elif isinstance(holder, list):
            holder[:] = [refusal if each is original else each for each in holder]
    with contextlib.suppress(TypeError, AttributeError):
        setattr(owner, attribute, refusal)


def _emptied(name: str) -> Any:
    """A function whose code an emptied slot has."""

    def empty(*arguments: Any, **keywords: Any) -> Any:
        from penlight.slots import EmptySlot

        raise EmptySlot("this slot", "the exercise that is judged")

    return empty

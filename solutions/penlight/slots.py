"""Slots: the functions of penlight that students write themselves.

``@slot(exercise="02_broadcasting")`` marks a function of the engine as an exercise. The engine
calls it through its `Slot`, so `transplant` can put a student's function in its place: every
operation that needs it then runs the student's code, in this process only.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import update_wrapper

registry: dict[str, "Slot"] = {}
# Names of the slots that hold another function than penlight's: empty means all is reference.
changed: set[str] = set()


class EmptySlot(NotImplementedError):
    """Raised by a slot that a student bundle ships empty."""

    def __init__(self, name: str, exercise: str):
        super().__init__(
            f"{name} is not written yet: exercise {name!r} of assignment {exercise} fills it. "
            f"Write it there, then call penlight.transplant({name})."
        )


class Slot:
    """A function of the engine that can be exchanged while the program runs.

    `reference` is penlight's own function, `current` the one in use. Calling the slot calls
    `current`; floors that have a faster way to the same answer ask `is_reference` first.
    """

    def __init__(self, reference: Callable, exercise: str):
        self.name = reference.__name__
        self.exercise = exercise
        self.reference = reference
        self.current = reference
        update_wrapper(self, reference)

    @property
    def is_reference(self) -> bool:
        return self.current is self.reference

    def __call__(self, *args, **kwargs):
        return self.current(*args, **kwargs)

    def __get__(self, instance, owner=None):
        """Bind like a function does, so that a method (`SGD.step`) can be a slot too."""
        return self if instance is None else self.current.__get__(instance, owner)

    def __reduce__(self):
        """Pickled by name: a worker process that starts afresh finds the slot of its own copy."""
        return find, (self.name,)

    def __repr__(self):
        state = "reference" if self.is_reference else "transplanted"
        return f"<slot {self.name} of {self.exercise}: {state}>"


def slot(exercise: str) -> Callable[[Callable], Slot]:
    """Register the decorated function as the slot of its own name, filled in `exercise`."""

    def register(function: Callable) -> Slot:
        if function.__name__ in registry:
            raise ValueError(f"there is already a slot called {function.__name__!r}")
        registry[function.__name__] = made = Slot(function, exercise)
        return made

    return register


# A higher floor may set this: it wraps a student's function so that raw arrays, which the engine
# works with, reach it as tensors, and its results come back as arrays.
adapt: Callable[[Callable], Callable] = lambda function: function  # noqa: E731


class transplant(AbstractContextManager):
    """Put `function` into the slot `slot` (its own name unless given), in this process only.

    As a statement the change stays until `restore`; in a ``with`` block it ends with the block.
    Raises TypeError for something that cannot be called and LookupError for an unknown slot.
    """

    def __init__(self, function: Callable, *, slot: str | None = None):
        if not callable(function):
            raise TypeError(f"transplant needs a function, got {type(function).__name__}")
        name = slot or getattr(function, "__name__", "")
        self._slot = find(name)
        self._before = self._slot.current
        self._put(adapt(function))

    def __exit__(self, *exc):
        self._put(self._before)

    def _put(self, function) -> None:
        self._slot.current = function
        (changed.discard if self._slot.is_reference else changed.add)(self._slot.name)

    def __repr__(self):
        return f"<transplanted into {self._slot.name}>"


def restore(name: str | None = None) -> None:
    """Put the reference back into slot `name`, or into every slot."""
    for each in [find(name)] if name else registry.values():
        each.current = each.reference
        changed.discard(each.name)


def find(name: str) -> Slot:
    if name not in registry:
        raise LookupError(f"no slot is called {name!r}; there are {', '.join(sorted(registry))}")
    return registry[name]

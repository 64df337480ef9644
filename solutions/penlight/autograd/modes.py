"""Switching the recording of operations on and off, in the current thread."""

import functools

from penlight.tensors.operation import recorder


def is_grad_enabled() -> bool:
    """Whether operations are being recorded in this thread."""
    return recorder.gradients


def _switch(mode: bool) -> None:
    recorder.gradients = mode
    recorder.active = mode or recorder.capturing is not None


class set_grad_enabled:
    """Record operations, or not: at once, in a ``with`` block, or in a decorated function."""

    def __init__(self, mode: bool):
        self._before = recorder.gradients
        self.mode = bool(mode)
        _switch(self.mode)

    def __enter__(self):
        _switch(self.mode)
        return self

    def __exit__(self, *exc):
        _switch(self._before)

    def __call__(self, function):
        # Used as a decorator: building it switched the mode, which only the calls should do.
        _switch(self._before)
        return _decorate(function, lambda: set_grad_enabled(self.mode))


class no_grad:
    """Compute without recording: nothing done inside requires a gradient."""

    mode = False

    def __init__(self, function=None):
        self._before = []

    def __new__(cls, function=None):
        return _decorate(function, cls) if callable(function) else super().__new__(cls)

    def __enter__(self):
        self._before.append(recorder.gradients)
        _switch(self.mode)

    def __exit__(self, *exc):
        _switch(self._before.pop())

    def __call__(self, function):
        return _decorate(function, type(self))


class enable_grad(no_grad):
    """Record again, inside a `no_grad` block."""

    mode = True


class inference_mode(no_grad):
    """`no_grad` for code that will never need gradients of what it makes."""

    def __new__(cls, mode=True):
        if callable(mode):
            return _decorate(mode, cls)
        return object.__new__(cls)

    def __init__(self, mode=True):
        super().__init__()
        self.mode = not mode


def _decorate(function, make):
    @functools.wraps(function)
    def decorated(*args, **kwargs):
        with make():
            return function(*args, **kwargs)

    return decorated

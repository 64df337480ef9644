"""Bounds around a student's function: time, printed text, typed input, global state."""

import builtins
import contextlib
import ctypes
import io
import logging
import random
import signal
import sys
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

# A bare `except:` swallows an interruption, but hardly a stream of them: one lands outside its try.
REPEAT = 0.002  # seconds between interruptions after the first
PRINTED_CHARACTERS = 2000


class TimeUp(BaseException):
    """Raised inside a call that ran past its limit. No Exception: few `except` clauses stop it."""


def limited(call: Callable[[], Any], seconds: float) -> Any:
    """`call()`, interrupted by TimeUp after `seconds`.

    On the main thread of a POSIX system an alarm signal interrupts it, also in a sleep.
    Elsewhere a watchdog thread does, as soon as Python runs its next instruction.
    """
    on_main = threading.current_thread() is threading.main_thread()
    if on_main and hasattr(signal, "setitimer"):
        return _with_alarm(call, seconds)
    return _with_watchdog(call, seconds)


def _with_alarm(call: Callable[[], Any], seconds: float) -> Any:
    inside = False

    def ring(signum, frame):
        if inside and frame.f_code is not _with_alarm.__code__:  # never while we put things back
            raise TimeUp

    handler = signal.signal(signal.SIGALRM, ring)
    started = time.monotonic()
    delay, interval = signal.setitimer(signal.ITIMER_REAL, seconds, REPEAT)
    try:
        try:
            inside = True
            return call()
        finally:
            inside = False
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, handler)
        if delay:  # somebody else's alarm goes on where it was
            left = max(delay - (time.monotonic() - started), 0.001)
            signal.setitimer(signal.ITIMER_REAL, left, interval)


def _with_watchdog(call: Callable[[], Any], seconds: float) -> Any:
    thread = ctypes.c_ulong(threading.get_ident())
    interrupt = ctypes.pythonapi.PyThreadState_SetAsyncExc
    done, lock = threading.Event(), threading.Lock()
    rung = False

    def watch():
        nonlocal rung
        if done.wait(seconds):
            return
        while not done.is_set():
            with lock:
                if not done.is_set():
                    rung = True
                    interrupt(thread, ctypes.py_object(TimeUp))
            done.wait(REPEAT)

    def let_the_last_one_arrive():
        # Taking it back would leave CPython's "something is pending" flag set for good: all later
        # code would be slower, and Python 3.11 hangs in the first call under `sys.setprofile`.
        try:
            interrupt(thread, ctypes.py_object(TimeUp))
            while True:
                pass
        except TimeUp:
            pass

    watchdog = threading.Thread(target=watch, daemon=True)
    try:
        try:
            watchdog.start()
            return call()
        finally:
            with lock:
                done.set()
            if rung:
                let_the_last_one_arrive()
    finally:
        done.set()
        watchdog.join()


class Bounded(io.TextIOBase):
    """A text file that keeps the first characters and counts the rest."""

    def __init__(self, limit: int = PRINTED_CHARACTERS):
        self._limit, self._kept, self._written = limit, [], 0

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        room = self._limit - self._written
        if room > 0:
            self._kept.append(text[:room])
        self._written += len(text)
        return len(text)

    def text(self) -> str:
        more = self._written - self._limit
        return "".join(self._kept) + (f"\n… and {more} more characters" if more > 0 else "")


@contextlib.contextmanager
def captured() -> Iterator[Bounded]:
    """Collect everything printed, warnings and logging included, and answer `input()` with EOF.

    nbgrader gives no points to a cell that wrote to stderr, so a warning must not get there.
    """
    printed = Bounded()

    def no_input(prompt: object = "") -> str:
        raise EOFError("a function under check cannot ask for input; use its arguments")

    handlers = [
        (handler, handler.setStream(printed))  # setStream answers the stream it replaced
        for handler in logging.root.handlers
        if getattr(handler, "stream", None) in (sys.stdout, sys.stderr)
    ]
    real_input, builtins.input = builtins.input, no_input
    try:
        with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
            yield printed
    finally:
        builtins.input = real_input
        for handler, stream in handlers:
            handler.setStream(stream)


@contextlib.contextmanager
def undisturbed() -> Iterator[None]:
    """Run checks without changing what the notebook sees afterwards: random numbers, warnings."""
    python, numpy = random.getstate(), np.random.get_state()
    modules = [sys.modules[name] for name in ("torch", "penlight") if name in sys.modules]
    states = [(m, m.get_rng_state()) for m in modules if hasattr(m, "get_rng_state")]
    try:
        with warnings.catch_warnings(), np.errstate(all="warn"):
            yield
    finally:
        random.setstate(python)
        np.random.set_state(numpy)
        for module, state in states:
            module.set_rng_state(state)

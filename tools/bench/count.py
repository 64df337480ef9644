"""What one step costs, counted and not timed: Python calls, calls into C, bytes allocated.

Counts do not depend on the machine's mood, so that a change of one call shows.
"""

from __future__ import annotations

import gc
import sys
import tracemalloc
from collections import Counter
from collections.abc import Callable

WARM_UP_STEPS = 3  # caches filled on the first steps are not the step's cost
SHOWN = 12


def step(run: Callable[[], object]) -> dict:
    """Counts of one call of `run`.

    python     calls of Python functions
    c          calls of functions written in C (not those of operators, which are no calls)
    allocated  bytes asked for, added up from one bytecode to the next; what one of them both
               takes and gives back is missed, and so is the memory of libraries in C++
    peak       most bytes held at one time beyond those held before
    functions  the Python functions called most often, with their number of calls
    """
    for _ in range(WARM_UP_STEPS):
        run()
    calls, functions = _calls(run)
    allocated = _allocated(run)
    most = functions.most_common(SHOWN)
    return {**calls, **allocated, "functions": [[_name(code), number] for code, number in most]}


def _calls(run) -> tuple[dict[str, int], Counter]:
    functions: Counter = Counter()
    c = 0

    def listen(frame, event, _):
        nonlocal c
        if event == "call":
            functions[frame.f_code] += 1
        elif event == "c_call":
            c += 1

    sys.setprofile(listen)
    try:
        run()
    finally:
        sys.setprofile(None)
    # The last call into C is the one that ends the listening.
    return {"python": functions.total(), "c": c - 1}, functions


def _allocated(run) -> dict[str, int]:
    held = tracemalloc.get_traced_memory
    last = total = 0

    def listen(frame, event, _):
        nonlocal last, total
        now = held()[0]
        if now > last:
            total += now - last
        frame.f_trace_lines, frame.f_trace_opcodes = False, True
        last = held()[0]
        return listen

    collecting = gc.isenabled()
    gc.disable()  # when it runs would depend on what ran before
    before_us = sys.gettrace()
    tracemalloc.start()
    try:
        before = held()[0]
        run()
        peak = held()[1] - before
        last = held()[0]
        sys.settrace(listen)
        try:
            run()
        finally:
            sys.settrace(before_us)
    finally:
        tracemalloc.stop()
        if collecting:
            gc.enable()
    return {"allocated": total, "peak": peak}


def _name(code) -> str:
    """`module.function`, by the file that it stands in."""
    file = code.co_filename.replace("\\", "/").rsplit("/", 2)
    return f"{'/'.join(file[-2:])}:{code.co_qualname}"

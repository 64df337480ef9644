"""`slice_window`, the instructor's part: hidden cases, named mistakes, other right answers."""

from autograder.exercise import case, register_hidden
from autograder.hidden.sources import but, styles, wrong

BODY = """
def slice_window(part, n):
    step = 1 if part.step is None else part.step
    if step < 1:
        raise ValueError("step must be positive")
    start = 0 if part.start is None else part.start
    stop = n if part.stop is None else part.stop
    start, stop = [min(max(e + n if e < 0 else e, 0), n) for e in (start, stop)]
    return start, max(0, stop - start + step - 1) // step, step
"""

register_hidden(
    "slice_window",
    cases={
        "plain ends": [
            case("hidden first element", slice(0, 1), 3),
            case("hidden up to the end", slice(1, 4), 4),
            case("hidden one element", slice(3, 4), 6),
            case("hidden from 0", slice(0, None), 7),
        ],
        "negative ends": [
            case("hidden the last", slice(-1, None), 3),
            case("hidden from the front", slice(1, -1), 6),
            case("hidden to the front", slice(-4, 3), 4),
            case("hidden all but none", slice(-5, -5), 5),
            case("hidden to -n", slice(None, -3), 3),
        ],
        "ends beyond the edge": [
            case("hidden far back", slice(-20, -10), 5),
            case("hidden start at the end", slice(5, None), 5),
            case("hidden just outside", slice(-6, 6), 5),
            case("hidden crossed by signs", slice(-1, 1), 5),
            case("hidden nothing there, with ends", slice(1, 3), 0),
            case("hidden nothing there, negative", slice(-2, -1), 0),
            case("hidden crossed and beyond", slice(9, 2), 5),
            case("hidden crossed with a step", slice(4, 1, 2), 6),
            case("hidden crossed by far", slice(8, 1, 3), 9),
        ],
        "steps": [
            case("hidden one left over", slice(None, None, 2), 7),
            case("hidden two left over", slice(0, 8, 3), 8),
            case("hidden negative ends", slice(-5, -1, 2), 9),
            case("hidden cut off", slice(2, 99, 4), 11),
            case("hidden as large", slice(0, 4, 4), 4),
            case("hidden step 1", slice(1, 4, 1), 9),
        ],
        "error for other steps": [
            case("hidden two back", slice(4, 1, -2), 6, raises=ValueError),
            case("hidden zero with ends", slice(1, 3, 0), 6, raises=ValueError),
        ],
    },
    mistakes=[
        wrong(
            "includes the stop",
            "Your window includes the stop. The element at stop is the first one left out.",
            but(BODY, "stop - start + step - 1)", "stop - start + step)"),
        ),
        wrong(
            "rounds down",
            "You round the length down. A last step that leads past the end still has its first "
            "element inside.",
            but(BODY, "stop - start + step - 1)", "stop - start)"),
        ),
        wrong(
            "ignores the step",
            "Your length does not know the step. With step 2 about half the elements are left.",
            but(BODY, "max(0, stop - start + step - 1) // step", "max(0, stop - start)"),
        ),
        wrong(
            "negative ends as they are",
            "You cut off negative ends at 0. They count from the back: first add n.",
            but(BODY, "e + n if e < 0 else e", "e"),
        ),
        wrong(
            "negative ends off by one",
            "Your negative ends are one off: -1 is the last element, n - 1.",
            but(BODY, "e + n if", "e + n - 1 if"),
        ),
        wrong(
            "does not cut off",
            "You do not cut the ends off at the edges, so the window reaches outside.",
            but(BODY, "min(max(e + n if e < 0 else e, 0), n)", "e + n if e < 0 else e"),
        ),
        wrong(
            "cuts off at the last element",
            "You cut off at n - 1. The stop may be n: it is the first place outside.",
            but(BODY, "else e, 0), n)", "else e, 0), max(n - 1, 0))"),
        ),
        wrong(
            "negative length",
            "Where stop lies before start your length is negative. Nothing is in that window: 0.",
            but(
                BODY, "max(0, stop - start + step - 1) // step", "(stop - start + step - 1) // step"
            ),
        ),
        wrong(
            "takes 0 for missing",
            "A stop of 0 is not a missing one, although both are false. Ask whether it is None.",
            but(BODY, "n if part.stop is None else part.stop", "part.stop or n"),
        ),
        wrong(
            "returns the stop",
            "You return where the window ends. Asked is how many elements it has.",
            but(
                BODY,
                "return start, max(0, stop - start + step - 1) // step, step",
                "return start, stop, step",
            ),
        ),
        wrong(
            "allows steps backwards",
            "You allow steps of 0 or backwards. Python's lists do the second, PyTorch does not.",
            """
            def slice_window(part, n):
                steps = range(n)[part] if part.step != 0 else range(0)
                return steps.start, len(steps), steps.step
            """,
        ),
    ],
    alternatives=styles(
        a_range="""
            def slice_window(part, n):
                if part.step is not None and part.step <= 0:
                    raise ValueError("only forward")
                steps = range(n)[part]
                return steps.start, len(steps), steps.step
            """,
        count_them="""
            def slice_window(part, n):
                first, last, step = part.start, part.stop, part.step
                if first is None:
                    first = 0
                if last is None:
                    last = n
                if step is None:
                    step = 1
                if step <= 0:
                    raise ValueError(f"cannot walk in steps of {step}")
                if first < 0:
                    first += n
                if last < 0:
                    last += n
                first = max(0, min(first, n))
                last = max(0, min(last, n))
                length, place = 0, first
                while place < last:
                    length += 1
                    place += step
                return (first, length, step)
            """,
        indices="""
            def slice_window(part, n):
                if part.step is not None and part.step < 1:
                    raise ValueError("step")
                start, stop, step = part.indices(n)
                return start, len(range(start, stop, step)), step
            """,
        rounding_up_with_minus="""
            def slice_window(part, n):
                step = part.step if part.step is not None else 1
                if not step > 0:
                    raise ValueError("step must be greater than zero")

                def place(end, missing):
                    if end is None:
                        return missing
                    return min(end, n) if end >= 0 else max(end + n, 0)

                start, stop = place(part.start, 0), place(part.stop, n)
                return start, max(0, -((start - stop) // step)), step
            """,
    ),
    equivalent_mutants={
        "`min(max(end + n if end < 0 else end, 0), n)` -> "
        "`min(n, max(end + n if end < 0 else end, 0))`": "min of the same two numbers",
        "`max(end + n if end < 0 else end, 0)` -> "
        "`max(0, end + n if end < 0 else end)`": "max of the same two numbers",
        "`max(stop - start + step - 1, 0)` -> "
        "`max(0, stop - start + step - 1)`": "max of the same two numbers",
    },
)

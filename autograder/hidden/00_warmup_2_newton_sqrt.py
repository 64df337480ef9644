"""`newton_sqrt`, the instructor's part: hidden cases, named mistakes, other right answers."""

from autograder.exercise import case, register_hidden
from autograder.hidden.sources import styles, wrong

TWELVE_DIGITS = (1e-12, 0.0)


def number(id, *args, **options):
    return case(id, *args, tolerance=TWELVE_DIGITS, **options)


register_hidden(
    "newton_sqrt",
    cases={
        "roots": [
            number("hidden one", 1.0),
            number("hidden three", 3.0),
            number("hidden whole", 49),
            number("hidden many digits", 1234.5678),
        ],
        "large, small, zero": [
            number("hidden tenth", 0.1),
            number("hidden very huge", 1e300),
            number("hidden very tiny", 1e-300),
            number("hidden whole zero", 0),
        ],
        "error on bad input": [number("hidden slightly below zero", -1e-9, raises=ValueError)],
    },
    mistakes=[
        wrong(
            "three steps are enough",
            "You take a fixed, small number of steps. Stop when a step changes nothing any more.",
            """
            def newton_sqrt(a):
                if a < 0:
                    raise ValueError("negative")
                x = max(a, 1.0)
                for _ in range(3):
                    x = (x + a / x) / 2
                return x
            """,
        ),
        wrong(
            "halves the number",
            "You return half of a. Newton's step is the average of the guess and a / guess.",
            """
            def newton_sqrt(a):
                if a < 0:
                    raise ValueError("negative")
                return a / 2
            """,
        ),
        wrong(
            "starts below the root",
            "Your first guess lies below the root, so the next guess rises and the search ends at "
            "once. Start above: at a or at 1, whichever is larger.",
            """
            def newton_sqrt(a):
                if a < 0:
                    raise ValueError("negative")
                if a == 0:
                    return 0.0
                x = min(a, 1.0)
                while (new := (x + a / x) / 2) < x:
                    x = new
                return x
            """,
        ),
        wrong(
            "starts at a",
            "You start at a. For numbers below 1 that is below the root, and the search ends at "
            "once.",
            """
            def newton_sqrt(a):
                if a < 0:
                    raise ValueError("negative")
                if a == 0:
                    return 0.0
                x = a
                while (new := (x + a / x) / 2) < x:
                    x = new
                return x
            """,
        ),
        wrong(
            "waits for an exact square",
            "You wait until x * x is a exactly. For most numbers no float fulfils that.",
            """
            def newton_sqrt(a):
                if a < 0:
                    raise ValueError("negative")
                x = max(a, 1.0)
                while x * x != a:
                    x = (x + a / x) / 2
                return x
            """,
        ),
        wrong(
            "six digits for all",
            "You stop at an error of 0.000001 whatever the number is: too coarse for twelve "
            "digits, and far too coarse for tiny numbers.",
            """
            def newton_sqrt(a):
                if a < 0:
                    raise ValueError("negative")
                x = max(a, 1.0)
                for _ in range(2000):
                    if abs(x * x - a) < 1e-6:
                        break
                    x = (x + a / x) / 2
                return x
            """,
        ),
        wrong(
            "forgets to halve",
            "You add the guess and a / guess but do not halve the sum.",
            """
            def newton_sqrt(a):
                if a < 0:
                    raise ValueError("negative")
                x = max(a, 1.0)
                for _ in range(60):
                    x = x + a / x
                return x
            """,
        ),
        wrong(
            "divides by zero",
            "For 0 the guesses fall to 0, and 0 / 0 has no value. Answer 0 before the search.",
            """
            def newton_sqrt(a):
                if a < 0:
                    raise ValueError("negative")
                x = max(a, 1.0)
                while (new := (x + a / x) / 2) < x:
                    x = new
                return x
            """,
        ),
        wrong(
            "takes the size of a negative number",
            "You take the root of abs(a). A negative number is to be refused with a ValueError.",
            """
            def newton_sqrt(a):
                a = abs(a)
                if a == 0:
                    return 0.0
                x = max(a, 1.0)
                while (new := (x + a / x) / 2) < x:
                    x = new
                return x
            """,
        ),
    ],
    alternatives=styles(
        relative_change="""
            def newton_sqrt(a):
                if a < 0:
                    raise ValueError(f"{a} has no root")
                if a == 0:
                    return 0.0
                guess, before = a, None
                while before is None or abs(guess - before) > 1e-15 * guess:
                    guess, before = 0.5 * (guess + a / guess), guess
                return guess
            """,
        scaled_by_own_frexp="""
            def newton_sqrt(a):
                if a < 0:
                    raise ValueError("a must not be negative")
                m, e = frexp(a)
                if m == 0:
                    return 0.0
                if e % 2:
                    m, e = m / 2, e + 1
                x = (1 + m) / 2
                for _ in range(6):
                    x = (x + m / x) / 2
                return x * 2.0 ** (e // 2)
            """,
        recursion="""
            def improve(x, a):
                better = (x + a / x) / 2
                return x if better >= x else improve(better, a)

            def newton_sqrt(a):
                if a < 0:
                    raise ValueError("negative number")
                if a > 4:
                    return 2 * newton_sqrt(a / 4)
                if 0 < a < 1:
                    return newton_sqrt(4 * a) / 2
                return improve(4.0, a) if a else 0.0
            """,
        many_steps="""
            def newton_sqrt(a):
                if not a >= 0:
                    raise ValueError("a >= 0, please")
                x = 1.0
                for _ in range(1200):
                    if x == 0:
                        break
                    x = x - (x - a / x) / 2
                return x if a else 0.0
            """,
    ),
    equivalent_mutants={
        "`1.0` -> `3.0`": "any first guess above the root will do",
        "`max(a, 1.0)` -> `max(1.0, a)`": "the larger of two is the same in either order",
    },
)

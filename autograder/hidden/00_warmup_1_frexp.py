"""`frexp`, the instructor's part: hidden cases, named mistakes, other right answers."""

import math

from autograder.exercise import case, register_hidden
from autograder.hidden.sources import styles, wrong

register_hidden(
    "frexp",
    cases={
        "large numbers": [
            case("hidden two", 2.0),
            case("hidden thousand", 1023.5),
            case("hidden whole", 96),
            case("hidden huge", 1e300),
        ],
        "small numbers": [
            case("hidden quarter", 0.25),
            case("hidden below a half", 0.4999),
            case("hidden very tiny", 1e-300),
        ],
        "negative numbers and zero": [
            case("hidden minus one", -1.0),
            case("hidden minus a half", -0.5),
            case("hidden minus tiny", -3e-7),
            case("hidden whole zero", 0),
        ],
        "error on bad input": [case("hidden minus infinity", -math.inf, raises=ValueError)],
    },
    mistakes=[
        wrong(
            "stops at one",
            "You stop at 1. The fraction must be below 1: halve once more.",
            """
            def frexp(x):
                if not math.isfinite(x):
                    raise ValueError("not finite")
                e = 0
                while abs(x) > 1:
                    x, e = x / 2, e + 1
                while x != 0 and abs(x) <= 0.5:
                    x, e = x * 2, e - 1
                return x, e
            """,
        ),
        wrong(
            "fraction from one to two",
            "Your fraction lies between 1 and 2. Here it lies between one half and 1.",
            """
            def frexp(x):
                if not math.isfinite(x):
                    raise ValueError("not finite")
                e = 0
                while abs(x) >= 2:
                    x, e = x / 2, e + 1
                while x != 0 and abs(x) < 1:
                    x, e = x * 2, e - 1
                return x, e
            """,
        ),
        wrong(
            "exponent of the wrong sign",
            "Your exponent has the wrong sign: it says how often to double to come back to x.",
            """
            def frexp(x):
                if not math.isfinite(x):
                    raise ValueError("not finite")
                e = 0
                while abs(x) >= 1:
                    x, e = x / 2, e - 1
                while x != 0 and abs(x) < 0.5:
                    x, e = x * 2, e + 1
                return x, e
            """,
        ),
        wrong(
            "never doubles",
            "You halve large numbers, but small ones are never doubled.",
            """
            def frexp(x):
                if not math.isfinite(x):
                    raise ValueError("not finite")
                e = 0
                while abs(x) >= 1:
                    x, e = x / 2, e + 1
                return x, e
            """,
        ),
        wrong(
            "forgets the sign",
            "The sign is lost: the fraction of a negative number is negative.",
            """
            def frexp(x):
                if not math.isfinite(x):
                    raise ValueError("not finite")
                x, e = abs(x), 0
                while x >= 1:
                    x, e = x / 2, e + 1
                while x != 0 and x < 0.5:
                    x, e = x * 2, e - 1
                return x, e
            """,
        ),
        wrong(
            "compares without abs",
            "You compare x itself. A negative number is below 1 however large it is: compare "
            "abs(x).",
            """
            def frexp(x):
                if not math.isfinite(x):
                    raise ValueError("not finite")
                e = 0
                while x >= 1:
                    x, e = x / 2, e + 1
                while 0 < x < 0.5:
                    x, e = x * 2, e - 1
                return x, e
            """,
        ),
        wrong(
            "swaps the two",
            "Fraction first, exponent second: you return them the other way round.",
            """
            def frexp(x):
                if not math.isfinite(x):
                    raise ValueError("not finite")
                e = 0
                while abs(x) >= 1:
                    x, e = x / 2, e + 1
                while x != 0 and abs(x) < 0.5:
                    x, e = x * 2, e - 1
                return e, x
            """,
        ),
        wrong(
            "whole halves",
            "You halve with //, which rounds. Only / keeps every digit.",
            """
            def frexp(x):
                if not math.isfinite(x):
                    raise ValueError("not finite")
                e = 0
                while abs(x) > 1:
                    x, e = x // 2, e + 1
                return x / 2, e + 1
            """,
        ),
        wrong(
            "infinity slips through",
            "Infinity is given an answer. Refuse it, and nan, with a ValueError.",
            """
            def frexp(x):
                if x == 0 or x - x != 0:
                    return x, 0
                e = 0
                while abs(x) >= 1:
                    x, e = x / 2, e + 1
                while abs(x) < 0.5:
                    x, e = x * 2, e - 1
                return x, e
            """,
        ),
    ],
    alternatives=styles(
        one_loop="""
            def frexp(x):
                if x != x or x in (math.inf, -math.inf):
                    raise ValueError(f"cannot split {x}")
                m, e = float(x), 0
                while m and not 0.5 <= abs(m) < 1:
                    factor, change = (0.5, 1) if abs(m) >= 1 else (2.0, -1)
                    m, e = m * factor, e + change
                return m, e
            """,
        recursion="""
            def frexp(x):
                if not math.isfinite(x):
                    raise ValueError("x must be finite")
                if x == 0:
                    return 0.0, 0
                if abs(x) >= 2 ** 64:
                    m, e = frexp(x / 2 ** 64)
                    return m, e + 64
                if abs(x) < 2.0 ** -64:
                    m, e = frexp(x * 2.0 ** 64)
                    return m, e - 64
                if abs(x) >= 1:
                    m, e = frexp(x / 2)
                    return m, e + 1
                if abs(x) < 0.5:
                    m, e = frexp(x * 2)
                    return m, e - 1
                return x, 0
            """,
        moves_the_power="""
            def frexp(x):
                if not np.isfinite(x):
                    raise ValueError("not a finite number")
                size, power, e = abs(x), 1.0, 0
                while size and size >= power:
                    power *= 2.0
                    e += 1
                while size and size < power / 2:
                    power /= 2.0
                    e -= 1
                return x / power, e
            """,
        numpy_number="""
            def frexp(x):
                x = np.float64(x)
                if np.isinf(x) or np.isnan(x):
                    raise ValueError("x must be finite")
                e = 0
                while np.abs(x) >= 1:
                    x = x / 2
                    e = e + 1
                while x != 0 and np.abs(x) < 0.5:
                    x = x * 2
                    e = e - 1
                return float(x), e
            """,
    ),
    equivalent_mutants={},
)

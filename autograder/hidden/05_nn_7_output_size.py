"""`output_size`, the instructor's part: hidden cases, named mistakes, other right answers."""

from autograder.exercise import case, register_hidden
from autograder.hidden.sources import styles, wrong

register_hidden(
    "output_size",
    cases={
        "stride 1": [
            case("hidden 5 in 28", 28, 5),
            case("hidden 2 in 2", 2, 2),
            case("hidden 4 in 9", 9, 4),
        ],
        "stride": [
            case("hidden wide steps", 224, 11, 4),
            case("hidden one window", 4, 3, 7),
            case("hidden just fits", 10, 4, 3),
            case("hidden one short", 9, 4, 3),
        ],
        "padding": [
            case("hidden a lot", 3, 5, 1, 4),
            case("hidden with stride 3", 11, 4, 3, 2),
            case("hidden smaller than the kernel", 1, 3, 2, 1),
        ],
        "dilation": [
            case("hidden all of them", 30, 3, 2, 1, 4),
            case("hidden a window of one", 6, 1, 1, 0, 5),
            case("hidden with padding", 8, 4, 3, 2, 3),
            case("hidden even", 12, 4, dilation=2),
        ],
    },
    mistakes=[
        wrong(
            "steps in place of windows",
            "You count the steps between windows. There is one window more than steps.",
            """
            def output_size(n, kernel_size, stride=1, padding=0, dilation=1):
                return (n + 2 * padding - dilation * (kernel_size - 1) - 1) // stride
            """,
        ),
        wrong(
            "padding once",
            "The padding is added on both sides.",
            """
            def output_size(n, kernel_size, stride=1, padding=0, dilation=1):
                return (n + padding - dilation * (kernel_size - 1) - 1) // stride + 1
            """,
        ),
        wrong(
            "no padding",
            "The padding is not used.",
            """
            def output_size(n, kernel_size, stride=1, padding=0, dilation=1):
                return (n - dilation * (kernel_size - 1) - 1) // stride + 1
            """,
        ),
        wrong(
            "no stride",
            "The stride is not used.",
            """
            def output_size(n, kernel_size, stride=1, padding=0, dilation=1):
                return n + 2 * padding - dilation * (kernel_size - 1)
            """,
        ),
        wrong(
            "no dilation",
            "The dilation is not used.",
            """
            def output_size(n, kernel_size, stride=1, padding=0, dilation=1):
                return (n + 2 * padding - kernel_size) // stride + 1
            """,
        ),
        wrong(
            "gaps as many as elements",
            "A window of 3 with dilation 2 reaches over 5 pixels, not over 6: two gaps, not three.",
            """
            def output_size(n, kernel_size, stride=1, padding=0, dilation=1):
                return (n + 2 * padding - dilation * kernel_size) // stride + 1
            """,
        ),
        wrong(
            "rounds up",
            "You round up, so a window that does not fit is counted.",
            """
            def output_size(n, kernel_size, stride=1, padding=0, dilation=1):
                room = n + 2 * padding - dilation * (kernel_size - 1) - 1
                return -(-room // stride) + 1
            """,
        ),
        wrong(
            "divides everything",
            "You divide the whole length by the stride. The first window has to be taken off "
            "first.",
            """
            def output_size(n, kernel_size, stride=1, padding=0, dilation=1):
                return (n + 2 * padding) // stride - dilation * (kernel_size - 1)
            """,
        ),
        wrong(
            "a float",
            "The result is a float. Use `//`, which stays whole.",
            """
            def output_size(n, kernel_size, stride=1, padding=0, dilation=1):
                return (n + 2 * padding - dilation * (kernel_size - 1) - 1) / stride + 1
            """,
        ),
    ],
    alternatives=styles(
        counting="""
            def output_size(n, kernel_size, stride=1, padding=0, dilation=1):
                count, start = 0, -padding
                while start + dilation * (kernel_size - 1) < n + padding:
                    count += 1
                    start += stride
                return count
            """,
        a_range="""
            def output_size(n, kernel_size, stride=1, padding=0, dilation=1):
                last = n + 2 * padding - (kernel_size - 1) * dilation
                return len(range(0, last, stride))
            """,
        floor="""
            def output_size(n, kernel_size, stride=1, padding=0, dilation=1):
                room = n + 2 * padding - dilation * (kernel_size - 1) - 1
                return math.floor(room / stride + 1)
            """,
    ),
)

"""Printing 1000×1000, and 900

One tensor that is shortened, and one that is shown whole.
"""

import re

import numpy as np

LIMIT = 2.0
FULL = {"side": 1000}
QUICK = {"side": 60}


def data(rng, side):
    # All of one size: a wide range would be shown with exponents, differently by NumPy.
    return {
        "large": rng.uniform(1, 9, (side, side)).astype("f"),
        "whole": rng.uniform(1, 9, (30, 30)).astype("f"),
    }


def program(L, data, device):
    large, whole = (L.tensor(each, device=device) for each in data.values())
    return lambda: str(large) + str(whole)


def by_hand(xp, data):
    def step():
        with np.printoptions(precision=4):
            return str(data["large"]) + str(data["whole"])

    return step


def result(text: str) -> float:
    """The sum of the sizes of the numbers shown."""
    return sum(abs(float(each)) for each in re.findall(r"-?\d+\.\d*", text))

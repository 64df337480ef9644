"""Decides what is right: `check("name")` runs an exercise's cases and explains the first failure.

How an exercise is declared: `autograder/README.md`.
"""

from autograder.grading import check
from autograder.report import Verdict

__all__ = ["Verdict", "check"]

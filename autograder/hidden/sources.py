"""Write mistakes and alternatives as indented text beside each other.

Each source runs after the cells of the solution notebook: `torch` is penlight there, and the
functions of all other exercises exist.
"""

from textwrap import dedent

from autograder.exercise import Mistake


def wrong(name: str, sentence: str, source: str) -> Mistake:
    """A mistake to catch; the student whose answers are the same is told `sentence`."""
    return Mistake(name, sentence, dedent(source).lstrip())


def styles(**sources: str) -> dict[str, str]:
    """Right solutions by style: `styles(a_loop="def f(x): ...")`."""
    return {style.replace("_", " "): dedent(text).lstrip() for style, text in sources.items()}


def but(source: str, old: str, new: str) -> str:
    """`source` with one piece of it exchanged; the piece must be there exactly once."""
    if source.count(old) != 1:
        raise ValueError(f"the source holds {old!r} {source.count(old)} times, not once")
    return source.replace(old, new)

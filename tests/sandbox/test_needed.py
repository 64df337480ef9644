"""Demonstrations that nothing builds on are left out; whatever an answer reads is run."""

from autograder.sandbox.needed import needed
from autograder.sandbox.paper import CHECK, RUN, TEXT, Cell


def kept(*cells):
    made = [Cell(RUN, source, str(n), own=own) for n, (source, own) in enumerate(cells)]
    return needed([*made, Cell(CHECK, 'check("f")', "c", "f", 1, True)], ["f"]) - {len(made)}


def test_what_an_answer_reads_is_run_and_what_that_reads_too():
    setup, scale, demo = "import numpy as np", "scale = np.pi", "print(f(3))\nx = 5"
    assert kept((setup, False), (scale, False), ("def f(x):\n    return scale * x", True),
                (demo, False)) == {0, 1, 2}  # fmt: skip


def test_an_unwritten_answer_and_all_own_cells_are_run():
    assert kept(("def f(x):\n    raise NotImplementedError", False), ("print(1)", True)) == {0, 1}


def test_writing_into_an_object_counts_as_setting_it():
    assert kept(("table = {}", False), ("table['a'] = 1", False), ("other = {}", False),
                ("def f(x):\n    return table[x]", True)) == {0, 1, 3}  # fmt: skip


def test_names_of_a_function_s_own_pull_nothing_in():
    assert kept(("x = 1", False), ("def f(x):\n    y = x\n    return y", True)) == {1}


def test_what_cannot_be_read_is_run():
    assert kept(("from math import *", False), ("def broken(:", False)) == {0, 1}
    text = [Cell(TEXT, "x", "t"), Cell(CHECK, 'check("f")', "c", "f", 1, True)]
    assert needed(text, ["f"]) == {1}

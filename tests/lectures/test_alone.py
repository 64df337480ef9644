"""`%%penlight` shows the cell's last value, and waits where a slot is empty."""

import pytest

import penlight
from penlight import EmptySlot
from tools.lecture.alone import Alone, Waits


@pytest.fixture
def alone():
    return Alone({"penlight": penlight})


def empty(*args):
    raise EmptySlot("some_slot", "07_graphs")


def test_the_last_value_is_shown_and_variables_stay(alone):
    assert alone.run("x = penlight.ones(2)\n(x + 1).tolist()") == [2.0, 2.0]
    assert alone.run("y = x * 3") is None
    assert alone.run("y.tolist()") == [3.0, 3.0]


def test_a_cell_that_needs_an_empty_slot_waits_and_so_do_those_after_it(alone):
    alone.notebook["empty"] = empty
    first = alone.run("a = 1\nb = empty()\n")
    assert isinstance(first, Waits)
    assert "some_slot is not written yet" in repr(first)
    later = alone.run("def f(x):\n    return x + b\nc = f(1)\nc")
    assert isinstance(later, Waits)
    assert later.reason == first.reason
    assert isinstance(alone.run("f(2)"), Waits)
    assert isinstance(alone.run("b = b + 1"), Waits)
    assert isinstance(alone.run("b"), Waits)
    assert alone.run("a = 5\na") == 5


def test_any_other_error_is_an_error(alone):
    with pytest.raises(NameError):
        alone.run("nobody_has_made_this")
    with pytest.raises(ZeroDivisionError):
        alone.run("1 / 0")


def test_source_shows_any_function_and_slots_by_name():
    from tools.lecture import source

    shown = source(penlight.graphs.passes.reuse_buffers)
    assert shown.text.startswith("def reuse_buffers(graph: Graph) -> Graph:")
    assert not shown.is_empty
    assert source("failed_guard").exercise == "07_graphs"

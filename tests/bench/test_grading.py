"""The grading benchmark grades everybody, and its table shows both ways and the floor."""

import pytest
from rich.console import Console

from tools.bench import grading


@pytest.mark.slow
def test_a_small_class_is_graded_and_timed(monkeypatch):
    monkeypatch.setattr(grading, "floor", lambda name: grading.Measured("the cells alone", 1, 0.5))
    found = grading.measure("02_broadcasting", 3, 0, [1], lambda line: None)
    assert [m.way for m in found] == ["the cells alone", "ours, 1 worker"]
    assert found[1].number == 2
    assert found[1].memory > 0
    assert 0 < found[1].each < found[1].total


def test_the_table_compares_with_nbgrader():
    found = [
        grading.Measured("the cells alone", 1, 0.25),
        grading.Measured("nbgrader", 5, 20.0, notes=["5 submissions, extrapolated"]),
        grading.Measured("ours, 2 workers", 100, 22.0, start=2.0, memory=2048),
    ]
    console = Console(width=160, record=True, file=open("/dev/null", "w"))  # noqa: SIM115
    console.print(grading.table("x", found))
    text = console.export_text()
    assert "20.0 x" in text  # 4 s against 0.2 s
    assert "+0.150" in text  # two workers of 0.2 s, less the cells' 0.25 s
    assert "extrapolated" in text

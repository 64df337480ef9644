"""Growth curves and counts: what is fitted, what is counted, and the commands that show them."""

from __future__ import annotations

import json
import math
import sys

import numpy as np
import pytest
from typer.testing import CliRunner

from tools.bench import count, growth, memory, report
from tools.bench.growth import AXES, Axis, Curve, slope
from tools.commands import bench


@pytest.mark.parametrize("power", [0.5, 1, 2])
def test_slope_of_a_power_is_the_power(power):
    sizes = [1, 2, 4, 8, 16]
    assert slope(sizes, [3 * size**power for size in sizes]) == pytest.approx(power)


def test_slope_is_that_of_the_larger_half():
    sizes = [1, 2, 4, 8, 16, 32]
    assert slope(sizes, [100, 100, 100, 8, 16, 32]) == pytest.approx(1)
    assert slope([4, 8], [5, 10]) == pytest.approx(1)


def test_slope_where_nothing_was_seen_is_no_number():
    assert math.isnan(slope([1, 2], [0, 5]))


def test_peak_memory_never_falls_and_sees_a_large_array():
    before = memory.peak()
    np.ones(before // 8 + 20_000_000 // 8)  # more than was ever held
    after = memory.peak()
    assert after >= before + 10_000_000
    assert memory.peak() >= after


def test_curves_of_both_libraries():
    axis = Axis("operations", "chain", "operations", (2000, 40_000))
    torch, penlight = growth.curves([axis], device="cpu", threads=1, quick=True)
    assert (torch.library, penlight.library) == ("torch", "penlight")
    for curve in (torch, penlight):
        assert len(curve.seconds) == len(curve.bytes) == 2
        assert curve.bytes == sorted(curve.bytes)
    assert penlight.bytes[-1] > 10_000_000  # 40,000 nodes


def test_quick_curves_take_the_smallest_sizes():
    for axis in AXES:
        assert axis.quick().sizes == axis.sizes[:2]
        assert axis.quick().others == axis.others


def called(number: int) -> None:
    for _ in range(number):
        (lambda: None)()


def test_python_calls_are_counted():
    counted = count.step(lambda: called(7))
    assert counted["python"] == 1 + 1 + 7
    assert [f"{__name__.split('.')[-1]}.py:called.<locals>.<lambda>", 7] in [
        [name.split("/")[-1], number] for name, number in counted["functions"]
    ]


def test_calls_into_c_are_counted():
    values = [3, 1]
    few, more = (count.step(lambda n=n: [len(values) for _ in range(n)])["c"] for n in (2, 5))
    assert (few, more) == (2, 5)


def test_bytes_are_counted_even_where_none_stays():
    x = np.ones(100_000)

    def work():
        for _ in range(5):
            y = x + 1
            del y

    counted = count.step(work)
    assert 5 * x.nbytes <= counted["allocated"] < 5 * x.nbytes + 20_000
    assert x.nbytes <= counted["peak"] < 2 * x.nbytes


def test_counting_leaves_no_listener_behind():
    before = sys.gettrace(), sys.getprofile()
    with pytest.raises(ZeroDivisionError):
        count.step(lambda: 1 / 0)
    assert (sys.gettrace(), sys.getprofile()) == before


def test_the_same_step_counts_the_same_twice():
    def seen():
        run = CliRunner().invoke(
            bench.app, ["engine", "--count", "--no-peers", "--threads", "1", "--quick"]
        )
        assert run.exit_code == 0, run.output
        return run.output

    first = seen()
    assert "Python calls" in first
    assert "penlight" in first
    rows = [line for line in first.splitlines() if "penlight" in line or "by hand" in line]
    again = [line for line in seen().splitlines() if "penlight" in line or "by hand" in line]
    python = [[row.split("│")[2] for row in lines if row.count("│") > 4] for lines in (rows, again)]
    assert python[0] == python[1] != []


def test_growth_command_writes_slopes_and_draws(tmp_path):
    numbers, picture = tmp_path / "growth.json", tmp_path / "growth.svg"
    command = ["engine", "--growth", "--case", "operations", "--quick", "--threads", "1"]
    run = CliRunner().invoke(
        bench.app, [*command, "--json", str(numbers), "--picture", str(picture)]
    )
    assert run.exit_code == 0, run.output
    seen = json.loads(numbers.read_text(encoding="utf-8"))["growth"]
    assert [each["library"] for each in seen] == ["torch", "penlight"]
    assert all(each["seconds"][0] > 0 for each in seen)
    assert picture.read_text(encoding="utf-8").count("<svg") == 1
    assert sorted(tmp_path.iterdir()) == [numbers, picture]


def test_a_picture_of_several_axes(tmp_path):
    curves = [
        Curve(axis, library, [1e-3 * size for size in axis.sizes], [1000] * len(axis.sizes))
        for axis in AXES
        for library in growth.LIBRARIES
    ]
    report.growth_picture(tmp_path / "all.png", curves)
    assert (tmp_path / "all.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    "wrong",
    [
        ["--growth", "--count"],
        ["--growth", "--case", "mlp"],
        ["--growth", "--case", "operations", "--picture", "growth.docx"],
        ["--json", "no/such/folder/file.json"],
    ],
)
def test_wrong_wishes_are_refused_before_anything_runs(wrong):
    run = CliRunner().invoke(bench.app, ["engine", *wrong])
    assert run.exit_code == 2, run.output

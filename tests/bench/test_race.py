"""The race itself: processes in turn, ratios, and what is said of a library that cannot run."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from tools.bench import race, report, start
from tools.bench.race import Entry, Race, Result
from tools.commands import bench

OURS = ("torch", "penlight", "numpy")


@pytest.fixture(scope="module")
def quick():
    with Race(OURS, threads=1, rounds=2, quick=True) as running:
        yield running


def result(**seconds) -> Result:
    """A line whose libraries took `seconds` in each round."""
    entries = {name: Entry(name, list(each), [1.0]) for name, each in seconds.items()}
    return Result("line", "A line", 1.5, entries)


def test_each_round_is_timed_under_each_library(quick):
    line = quick.run("tiny")
    assert {name: len(entry.seconds) for name, entry in line.entries.items()} == dict.fromkeys(
        OURS, 2
    )
    assert all(second > 0 for entry in line.entries.values() for second in entry.seconds)
    assert not line.failed()
    assert line.ratio("torch") == (1.0, 1.0)


def test_one_process_a_library(quick):
    quick.run("tiny")
    first = {name: lane.process.pid for name, lane in quick.lanes.items()}
    quick.run("mlp")
    assert {name: lane.process.pid for name, lane in quick.lanes.items()} == first
    assert len(set(first.values())) == len(OURS)


def test_a_process_that_died_is_started_again(quick):
    quick.run("tiny")
    quick.lanes["numpy"].process.kill()
    quick.lanes["numpy"].process.wait()
    assert not quick.run("tiny").failed()


def test_sizes_reach_the_case(quick):
    small, large = (quick.run("mlp", batch=batch).entries["numpy"].losses for batch in (2, 5))
    assert small != large


def test_the_ratio_is_the_median_of_the_rounds_own_ratios():
    line = result(torch=[1.0, 2.0, 10.0], penlight=[2.0, 2.0, 30.0])
    assert line.ratio("penlight") == (2.0, 2.0)
    assert line.over()
    assert not result(torch=[1.0], penlight=[1.4]).over()


def test_other_losses_are_a_failure():
    line = result(torch=[1.0], penlight=[1.0], micrograd=[1.0])
    line.entries["penlight"].losses = [1.1]
    assert line.failed() == ["penlight"]
    assert "other losses" in report.cell(line, "penlight")


def test_a_peer_that_does_not_run_is_not_a_failure_but_ours_is():
    line = result(torch=[1.0], penlight=[1.0], micrograd=[])
    line.entries["micrograd"] = Entry("micrograd", note="RecursionError: maximum depth")
    assert not line.failed()
    assert "RecursionError" in report.cell(line, "micrograd")
    line.entries["penlight"] = Entry("penlight", note="ValueError: no")
    assert line.failed() == ["penlight"]
    assert report.notes([line]) == ["line: penlight: ValueError: no"]


def test_a_peer_that_is_not_installed_is_shown_as_such(monkeypatch):
    monkeypatch.setattr(race, "installed", lambda library: library != "micrograd")
    with Race(("torch", "micrograd"), threads=1, rounds=1, quick=True) as running:
        line = running.run("tiny")
    assert "not installed" in report.cell(line, "micrograd")
    assert not [each for each in line.failed() if each == "micrograd"]


def test_a_slow_peer_takes_one_round():
    running = Race(("torch", "micrograd"), rounds=3)
    entries = {each: Entry(each) for each in running.libraries}
    turns = []
    for library in running._turns(entries):
        turns.append(library)
        entries[library].seconds.append(5.0)
    assert turns.count("micrograd") == 1
    assert turns.count("torch") == 3


def test_rounds_are_begun_in_turn():
    running = Race(("torch", "penlight"), rounds=2)
    turns = list(running._turns({each: Entry(each) for each in running.libraries}))
    assert turns == ["torch", "penlight", "penlight", "torch"]


def test_first_step_in_a_fresh_process():
    with Race(OURS, threads=1, rounds=1, quick=True) as running:
        imports, steps = start.race(running)
    assert not imports.failed()
    assert not steps.failed()
    for library in OURS:
        assert 0 < imports.entries[library].seconds[0] <= steps.entries[library].seconds[0]


def test_the_command_prints_a_table_and_writes_what_it_measured(tmp_path):
    file = tmp_path / "seen.json"
    command = ["engine", "--case", "tiny", "--quick", "--rounds", "1", "--no-peers"]
    run = CliRunner().invoke(bench.app, [*command, "--threads", "1", "--json", str(file)])
    assert run.exit_code == 0, run.output
    assert "Tiny net" in run.output
    seen = json.loads(file.read_text(encoding="utf-8"))
    libraries = seen["cases"][0]["libraries"]
    assert list(libraries) == list(OURS)
    assert all(len(each["seconds"]) == 1 for each in libraries.values())
    assert seen["settings"] == {"device": "cpu", "threads": 1, "rounds": 1}
    assert list(tmp_path.iterdir()) == [file]


@pytest.mark.parametrize("wrong", [["--case", "nope"], ["--device", "tpu"], ["--rounds", "0"]])
def test_wrong_words_are_refused(wrong):
    run = CliRunner().invoke(bench.app, ["engine", *wrong])
    assert run.exit_code == 2

"""The project on place names: its data, its network, what is written and what is shipped."""

import json
import re
from functools import cache

import nbformat
import pytest

from autograder import gates
from autograder.exercise import exercises
from autograder.notebook import run_cells
from tools.course import Course
from tools.course import build as building
from tools.course.bundle import bundle_files

NAME = "08a_words"
ASSIGNMENT = gates.Assignment(NAME)
FOLDER = ASSIGNMENT.solution.parent
DATA = ("sentences.txt", "held_out.txt")


@cache
def solved():
    """What the names of the instructor's notebook stand for after it has run."""
    runs, space = gates._solution(ASSIGNMENT)
    assert not [run.error for run in runs if run.error]
    return space


def lines(name):
    return (FOLDER / name).read_text(encoding="utf-8").splitlines()


def test_the_exercises_make_24_points():
    assert sum(e.points for e in exercises(NAME)) + 8 == 24


def test_the_committed_assignment_is_what_nbgrader_builds(tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_RUN", str(tmp_path / "run"))
    assert building.check(Course.open(root=gates.ROOT), NAME) == []


@pytest.mark.parametrize("name", DATA)
def test_the_sentences_are_marked_rightly(name):
    found = lines(name)
    assert len(found) == len(set(found)) >= 100
    for line in found:
        assert re.fullmatch(r"([^\[\]]|\[[^\[\] ][^\[\]]*\])+", line), line
        assert all(re.match(r"[ ]|$", rest) for rest in re.findall(r"\](.?)", line)), line


def test_the_reader_tells_places_of_several_words_and_neighbours_apart(tmp_path):
    file = tmp_path / "two.txt"
    file.write_text("in [new york] , [lima] now\n\nno place\n", encoding="utf-8")
    assert solved()["read_sentences"](file) == [
        (["in", "new", "york", ",", "lima", "now"], [0, 1, 1, 0, 1, 0]),
        (["no", "place"], [0, 0]),
    ]


def test_no_held_out_sentence_is_trained_on_and_many_places_are_new():
    assert not set(lines(DATA[0])) & set(lines(DATA[1]))
    seen, new = (set(re.findall(r"\[(.*?)\]", "\n".join(lines(name)))) for name in DATA)
    assert len(new - seen) > len(new) / 3


def test_it_learns_and_the_neighbours_matter():
    first = solved()["first"]
    assert first["seen"] > 0.95
    assert first["held out"] > 0.70
    assert first["held out"] > solved()["experiment"](window=0)["held out"] + 0.15


def test_f1_is_the_harmonic_mean_of_precision_and_recall():
    f1, pairs = solved()["f1"], [(["a", "b", "c"], [1, 1, 0]), (["d", "e"], [1, 0])]
    precision, recall = 1 / 2, 1 / 3
    found = f1([[1, 0, 1], [0, 0]], pairs)
    assert found == pytest.approx(2 / (1 / precision + 1 / recall))
    assert f1([[1, 1, 0], [1, 0]], pairs) == 1
    assert f1([[0, 0, 0], [0, 0]], pairs) == 0


def test_the_leaderboards_file_is_written_only_on_wish(tmp_path, monkeypatch):
    assert not (FOLDER / "leaderboard.json").exists()
    source = next(c.source for c in gates.read(ASSIGNMENT.released).cells
                  if c.id == "leaderboard-write")  # fmt: skip
    monkeypatch.chdir(tmp_path)
    space = dict(solved())
    exec(source, space)
    assert not list(tmp_path.iterdir())
    exec(source.replace("take_part = False", "take_part = True"), space)
    entry = json.loads((tmp_path / "leaderboard.json").read_text(encoding="utf-8"))
    assert set(entry) == {"name", "score", "seconds"}
    assert 0 < entry["score"] <= 1


def test_the_bundle_ships_data_all_floors_and_nothing_of_ours(tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_RUN", str(tmp_path / "run"))
    files = bundle_files(Course.open(root=gates.ROOT), NAME)
    for name in DATA:
        assert files[f"assignments/{NAME}/{name}"] == (FOLDER / name).read_bytes()
    floors = {path.split("/")[1] for path in files if path.startswith("penlight/")}
    assert floors >= {"tensors", "autograd", "nn", "training", "graphs"}
    assert not [path for path in files if "hidden" in path]
    assert not any(b"raise EmptySlot(" in files[path] for path in files
                   if path.startswith("penlight/nn/"))  # fmt: skip


def test_with_answers_missing_the_training_names_them():
    missing = ("encode_and_pad", "loss_by_length")
    released = {c.id: c for c in gates.read(ASSIGNMENT.released).cells}
    cells = [released[c.id] if c.id.removesuffix("-answer") in missing else c
             for c in gates.read(ASSIGNMENT.solution).cells]  # fmt: skip
    end = next(i for i, c in enumerate(cells) if c.id == "train")
    data = [c for c in cells[:end] if c.id != "read"]
    notebook = nbformat.from_dict({**gates.read(ASSIGNMENT.solution), "cells": data})
    runs = {run.cell.id: run for run in run_cells(notebook, {})}
    assert runs["ready"].error.endswith(f"Finish first: {', '.join(missing)}.")

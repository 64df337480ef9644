"""The toy exercises, registered for one test, and the course made of them."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))  # toy_exercises, in pytest's importlib mode

import toy_exercises as toys

from autograder import exercise as declarations
from autograder import gates, mistakes
from autograder.settings import settings


@pytest.fixture
def registry(monkeypatch):
    """An empty registry of exercises; the course's own come back after the test."""
    monkeypatch.setattr(declarations, "_exercises", {})
    monkeypatch.setattr(declarations, "_hidden", {})
    monkeypatch.setattr(declarations, "_import_all", lambda package, only=None: None)


@pytest.fixture
def toy(registry):
    """The two toy exercises, hidden parts included."""
    declarations.register(toys.scale_rows_exercise())
    declarations.register(toys.clamp_exercise())
    declarations.register_hidden("scale_rows", **toys.SCALE_ROWS_HIDDEN)
    declarations.register_hidden("keep_between", **toys.CLAMP_HIDDEN)


@pytest.fixture
def course(toy, tmp_path, monkeypatch):
    """The root of a course whose one assignment is `toy`, with its digests written."""
    toys.write_course(tmp_path)
    gates._solution.cache_clear()
    mistakes.catalogue.cache_clear()
    for name, folder in (("VISIBLE", "checks"), ("HIDDEN", "hidden")):
        path = tmp_path / "autograder" / folder
        path.mkdir(parents=True, exist_ok=True)
        monkeypatch.setattr(mistakes, name, path)
    (assignment,) = gates.assignments(tmp_path)
    for path, content in gates.mistake_digests(assignment).items():
        path.write_text(mistakes.text_of(content), encoding="utf-8")
    yield tmp_path
    gates._solution.cache_clear()
    mistakes.catalogue.cache_clear()


@pytest.fixture
def show_hidden(monkeypatch):
    monkeypatch.setattr(settings, "show_hidden_input", True)

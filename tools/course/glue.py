"""What nbgrader has to be told in Python rather than in settings. `nbgrader_config.py` uses it."""

import os
import re
import sys
from pathlib import Path

import nbformat
from nbgrader.apps.api import NbGraderAPI
from nbgrader.preprocessors import NbGraderPreprocessor

from tools.notebooks import normalise


def run_folder(top: Path) -> Path:
    """The folder of one class's submissions, grades and feedback: COURSE_RUN, else `top`/run."""
    return (top / os.environ.get("COURSE_RUN", "run")).resolve()


def exchange_folder(top: Path, run: Path) -> Path:
    """The folder released and handed-in work passes through: COURSE_EXCHANGE, else in `run`."""
    return (top / os.environ.get("COURSE_EXCHANGE", run / "exchange")).resolve()


def step(top: Path, folder: Path) -> str:
    """`folder` as nbgrader wants one step of its directory structure: relative to `top`.

    Absolute elsewhere, except on Windows, where nbgrader takes only relative ones.
    """
    if folder.is_relative_to(top) or sys.platform == "win32":
        return Path(os.path.relpath(folder, top)).as_posix()
    return folder.as_posix()


def unusable(top: Path, run: Path) -> str | None:
    """The part of the two paths that nbgrader's file patterns would misread, or None."""
    globbed = re.search(r"[*?\[\]]", str(top))
    matched = re.search(r"[+*?()\[\]{}^$|]", step(top, run))
    return str(top) if globbed else str(run) if matched else None


def prepare(run: Path) -> None:
    """Let nbgrader run anywhere: this environment's alembic and kernel, assignments only."""
    scripts = str(Path(sys.executable).parent)
    path = os.environ.get("PATH", "")
    if scripts not in path.split(os.pathsep):
        os.environ["PATH"] = scripts + os.pathsep + path
    os.environ.setdefault("JUPYTER_PREFER_ENV_PATH", "1")  # not a kernel installed elsewhere
    run.mkdir(parents=True, exist_ok=True)  # SQLite makes the gradebook, never its folder
    if not hasattr(NbGraderAPI, "get_source_folders"):
        NbGraderAPI.get_source_folders = NbGraderAPI.get_source_assignments
        NbGraderAPI.get_source_assignments = _folders_with_a_notebook


def _folders_with_a_notebook(api: NbGraderAPI) -> set[str]:
    """nbgrader takes every folder beside an assignment for one; `solutions/penlight` is none."""
    source = api.coursedir.source_directory
    folder = {name: Path(api.coursedir.format_path(source, ".", name))
              for name in api.get_source_folders()}  # fmt: skip
    return {name for name, path in folder.items() if any(path.glob("*.ipynb"))}


class Normalise(NbGraderPreprocessor):
    """Last step of generate_assignment: the notebook in the form that is committed."""

    def preprocess(self, nb, resources):
        return nbformat.reads(normalise(nb), as_version=4), resources

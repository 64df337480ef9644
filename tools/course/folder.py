"""One course folder and one class's run of it, as nbgrader sees them."""

import contextlib
import logging
import os
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from nbgrader.api import Gradebook
from nbgrader.apps.api import NbGraderAPI
from traitlets.config import Config
from traitlets.config.loader import PyFileConfigLoader

from tools.course import glue

CHECKOUT = Path(__file__).resolve().parents[2]
CONFIG = "nbgrader_config.py"


class CourseError(Exception):
    """What is wrong, where, and what to do, in words for the person at the keyboard."""


def one_line(error: Exception) -> str:
    """The first line of an error's message, cut to fit into a sentence; its type if it has none."""
    first = next(iter(str(error).splitlines()), "")
    return first[:200] or type(error).__name__


@dataclass
class Course:
    """The course under `root` with the run folder `run`; `config` is its nbgrader_config.py."""

    root: Path
    run: Path
    config: Config
    log_lines: list[str] = field(default_factory=list, repr=False)

    @classmethod
    def open(cls, run: Path | None = None, root: Path | None = None) -> "Course":
        """Read the configuration of the course in `root`, with `run` as its run folder.

        Without `root`: the nearest folder above the current one that has an nbgrader_config.py,
        else this checkout. Without `run`: COURSE_RUN, else `root`/run.
        """
        root = (root or _nearest(Path.cwd())).resolve()
        if run is not None:  # the Formgrader and kernels started from here see the same folder
            os.environ["COURSE_RUN"] = str(Path(run).expanduser().absolute())
        run = glue.run_folder(root)
        bad = glue.unusable(root, run)
        if bad:
            raise CourseError(
                f"nbgrader cannot work in {bad}: it reads + * ? ( ) [ ] {{ }} ^ $ | in a path as "
                "patterns. Use a folder without them."
            )
        if not (root / CONFIG).is_file():
            raise CourseError(f"{root} has no {CONFIG}, so it is not a course folder.")
        if run.exists() and not run.is_dir():
            raise CourseError(f"The run folder {run} is a file. Name another one with --run.")
        try:
            config = PyFileConfigLoader(CONFIG, path=str(root)).load_config()
        except PermissionError as error:
            raise CourseError(
                f"The run folder {run} cannot be made: {error.strerror}. Name another with --run."
            ) from error
        if not os.access(run, os.W_OK):
            raise CourseError(f"You may not write to the run folder {run}.")
        return cls(root, run, config)

    @cached_property
    def api(self) -> NbGraderAPI:
        """nbgrader's own API under this course's configuration, logging to `log_file`."""
        api = NbGraderAPI(config=self.config)
        log = logging.getLogger(f"course.{self.run}")
        log.propagate = False
        log.setLevel(logging.INFO)
        log.handlers = [_LogFile(self.log_file), _LogLines(self.log_lines)]
        for part in (api, api.coursedir, api.exchange, api.authenticator):
            part.log = log
        return api

    @property
    def log_file(self) -> Path:
        return self.run / "nbgrader.log"

    @property
    def sources(self) -> Path:
        return self.root / self.api.coursedir.source_directory

    @property
    def released(self) -> Path:
        return self.root / self.api.coursedir.release_directory

    def assignments(self) -> list[str]:
        """The names of the assignments: the folders of `sources` that hold a notebook."""
        return sorted(self.api.get_source_assignments())

    def require(self, assignment: str) -> str:
        """`assignment`, if the course has it; else a CourseError that lists those there are."""
        known = self.assignments()
        if assignment not in known:
            there_are = f"There are: {', '.join(known)}." if known else "There are none yet."
            raise CourseError(f"No assignment is called {assignment!r}. {there_are}")
        return assignment

    def notebooks(self, assignment: str) -> list[str]:
        """The names, without .ipynb, of the notebooks that make up `assignment`."""
        return sorted(path.stem for path in (self.sources / assignment).glob("*.ipynb"))

    def folder(self, which: str, student: str, assignment: str) -> Path:
        """The folder of one student's work: `which` is submitted, autograded or feedback."""
        directory = getattr(self.api.coursedir, f"{which}_directory")
        return Path(self.api.coursedir.format_path(directory, student, assignment))

    def students(self, which: str, assignment: str) -> list[str]:
        """The students who have a folder for `assignment` at that step, sorted."""
        found = self.folder(which, "x", assignment).parent.parent.glob(f"*/{assignment}")
        return sorted(path.parent.name for path in found if path.is_dir())

    @contextlib.contextmanager
    def settings(self, **values):
        """Give nbgrader's CourseDirectory these values for the block, whatever happens in it."""
        coursedir = self.api.coursedir
        before = {name: getattr(coursedir, name) for name in values}
        try:
            for name, value in values.items():
                setattr(coursedir, name, value)
            yield
        finally:
            for name, value in before.items():
                setattr(coursedir, name, value)

    @contextlib.contextmanager
    def gradebook(self):
        """The run's gradebook, closed after the block. CourseError when there is none yet."""
        url = self.api.coursedir.db_url
        file = Path(url.removeprefix("sqlite:///"))
        if url.startswith("sqlite:///") and not file.is_file():
            raise CourseError(f"There is no gradebook in {self.run} yet: nothing was graded there.")
        with Gradebook(url, self.api.course_id) as book:
            yield book


def _nearest(start: Path) -> Path:
    return next((f for f in (start, *start.parents) if (f / CONFIG).is_file()), CHECKOUT)


class _LogFile(logging.FileHandler):
    """The run's log file, opened when the first line is written."""

    def __init__(self, path: Path):
        super().__init__(path, mode="a", encoding="utf-8", delay=True)
        self.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))


class _LogLines(logging.Handler):
    """Keeps what nbgrader logs, because it tells the cause of a failure nowhere else."""

    def __init__(self, lines: list[str]):
        super().__init__(logging.WARNING)
        self.lines = lines

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())

"""The course's own environment, `.venv`: is it whole, and if not, make it so.

Standard library only. The rules that keep a half-made environment from being used:

- a marker file inside `.venv` says `building` from before the first package until after the last;
  only then is it replaced, in one step, by one that says `whole` and what was installed;
- `.venv` is used only when the marker says `whole`, names this folder, and the environment's
  Python starts and finds the course's packages;
- one process at a time builds: a second one waits for the lock and then looks again.
"""

from __future__ import annotations

import contextlib
import enum
import hashlib
import importlib.metadata
import json
import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

from tools import install
from tools.install import SetupError

MARKER = "penlight.json"
# Imported by name only (`find_spec` reads no code), so that this takes a few milliseconds.
PROBE = """
import sys, importlib.util as util
missing = [name for name in sys.argv[1:] if util.find_spec(name) is None]
print(" ".join(missing))
"""
NEEDED_PACKAGES = ["torch", "numpy", "ml_dtypes", "jupyterlab", "nbgrader", "ipywidgets"]
NEEDED_PACKAGES += ["anywidget", "graphviz", "matplotlib", "typer", "rich", "pytest", "penlight"]


def holds_the_course() -> bool:
    """Whether this Python is an environment of the user's own (conda, pip, uv) with the course.

    A `.venv` made by `ensure` is not meant: `examine` knows if that one is whole.
    """
    if (Path(sys.prefix) / MARKER).exists():
        return False
    try:
        importlib.metadata.distribution("penlight-course")
    except importlib.metadata.PackageNotFoundError:
        return False
    return True


class Status(enum.Enum):
    """What `.venv` is."""

    MISSING = "missing"
    BROKEN = "broken"  # half-made, moved or damaged: made again from nothing
    FOREIGN = "foreign"  # somebody's own: left alone
    OUTDATED = "outdated"  # whole, but the course has changed since: brought up to date
    WHOLE = "whole"


class Environment:
    """The environment of the course in the folder `root`."""

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()
        self.venv = self.root / ".venv"
        self.marker = self.venv / MARKER
        self.log = self.root / ".venv.log"

    @property
    def scripts(self) -> Path:
        """Folder of the environment's programs."""
        return self.venv / ("Scripts" if os.name == "nt" else "bin")

    @property
    def python(self) -> Path:
        return self.scripts / ("python.exe" if os.name == "nt" else "python")

    def variables(self) -> dict[str, str]:
        """This process's environment variables, changed as activating `.venv` changes them."""
        variables = dict(os.environ, VIRTUAL_ENV=str(self.venv))
        variables["PATH"] = str(self.scripts) + os.pathsep + variables.get("PATH", os.defpath)
        variables.pop("PYTHONHOME", None)
        return variables

    def fingerprint(self) -> str:
        """Digest of what must be installed: the locked list, the project table, torch's version."""
        try:
            lock = (self.root / install.LOCK).read_bytes()
            project = tomllib.loads((self.root / "pyproject.toml").read_text(encoding="utf-8"))
        except (OSError, UnicodeError, tomllib.TOMLDecodeError) as error:
            raise SetupError(
                f"A file of the course is missing or damaged: {error}\n"
                "Get it again (`git checkout -- pyproject.toml requirements.lock`)."
            ) from error
        wanted = [
            hashlib.sha256(lock).hexdigest(),
            project["project"],
            install.TORCH,
        ]
        return hashlib.sha256(json.dumps(wanted, sort_keys=True).encode()).hexdigest()

    def examine(self) -> tuple[Status, str]:
        """What `.venv` is, and why, as the end of a sentence that starts with 'it'."""
        if not self.venv.exists() or (self.venv.is_dir() and not any(self.venv.iterdir())):
            return Status.MISSING, "is not there"
        if not self.marker.exists():
            return Status.FOREIGN, "was not made by this command"
        marker = self._read_marker()
        if marker.get("state") != "whole":
            return Status.BROKEN, "is half-made: an earlier set-up was stopped"
        if marker["path"] != str(self.venv):
            return Status.BROKEN, f"was made in another place ({marker['path']})"
        if marker["accelerator"] != install.accelerator():
            return Status.BROKEN, f"holds the {marker['accelerator']} build of PyTorch"
        damage = self._probe()
        if damage:
            return Status.BROKEN, damage
        if marker["fingerprint"] != self.fingerprint():
            return Status.OUTDATED, "was made for an earlier version of the course"
        return Status.WHOLE, "is whole"

    def _probe(self) -> str:
        """Start the environment's Python; returns what is wrong with it, or ''."""
        command = [str(self.python), "-I", "-c", PROBE, *NEEDED_PACKAGES]
        try:
            result = subprocess.run(
                command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60
            )
        except (OSError, subprocess.TimeoutExpired):
            return "has a Python that does not start"
        if result.returncode:
            return "has a Python that does not work"
        missing = result.stdout.split()
        return f"lacks {', '.join(missing)}" if missing else ""

    def ensure(self) -> None:
        """Make `.venv` whole if it is not. Raises SetupError with a sentence for the user."""
        try:
            if self.examine()[0] is not Status.WHOLE:
                with self._one_at_a_time():
                    self._make_whole()
        except OSError as error:
            raise SetupError(install.explain_os_error(error, self.root)) from error

    def _make_whole(self) -> None:
        status, why = self.examine()  # again: another process may just have finished it
        if status is Status.WHOLE:
            return
        if status is Status.FOREIGN:
            raise SetupError(
                f"{self.venv} is there, but it {why}, so it is left alone.\n"
                "Delete or rename it and run this again; or activate it, install the course in "
                "it (`pip install -e .[test]`), and use the command `course`."
            )
        if status is Status.MISSING:
            print(
                f"Making the course's environment in {self.venv} (once, a few minutes).", flush=True
            )
        else:
            again = "up to date" if status is Status.OUTDATED else "again"
            print(f"The environment in {self.venv} {why}. Making it {again}.", flush=True)
        self._build(fresh=status is not Status.OUTDATED)
        print("The environment is ready.", flush=True)

    def _build(self, fresh: bool) -> None:
        fingerprint, earlier = self.fingerprint(), self._read_marker().get("fingerprint", "")
        if fresh:
            self._remove()
            install.check_machine(self.root)
            self.venv.mkdir()
        try:
            self._write_marker("building", fingerprint)
            install.install(self, fresh)
            damage = self._probe()
            if damage:
                raise SetupError(f"The environment was made, but it {damage}. See {self.log}.")
            self._write_marker("whole", fingerprint)
            self.log.unlink(missing_ok=True)
        except BaseException as error:
            if fresh:
                self._remove()  # gives the space back
            elif isinstance(error, SetupError):  # pip put back what it had changed: still outdated
                self._write_marker("whole", earlier)
            raise

    def _remove(self) -> None:
        """Remove `.venv`: first out of the way in one step, so that no half of it stays there."""
        if self.venv.is_symlink():
            self.venv.unlink()
        elif self.venv.exists():
            os.replace(self.venv, self.root / f".venv.old-{os.getpid()}")
        for old in self.root.glob(".venv.old-*"):
            shutil.rmtree(old, ignore_errors=True)

    def _read_marker(self) -> dict[str, str]:
        """The marker's contents; {} where it is missing or unreadable."""
        try:
            marker = json.loads(self.marker.read_text(encoding="utf-8"))
            return {key: marker[key] for key in ("state", "path", "accelerator", "fingerprint")}
        except (OSError, ValueError, TypeError, KeyError):
            return {}

    def _write_marker(self, state: str, fingerprint: str) -> None:
        text = json.dumps(
            {
                "state": state,
                "path": str(self.venv),
                "fingerprint": fingerprint,
                "accelerator": install.accelerator(),
                "python": sys.version.split()[0],
            }
        )
        part = self.marker.with_suffix(".part")
        with part.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, self.marker)

    @contextlib.contextmanager
    def _one_at_a_time(self) -> Iterator[None]:
        """Hold the folder's set-up lock. It is free again once this process and the installers
        it started have ended, however they end."""
        path = self.root / ".venv.lock"
        with path.open("a+b") as file:
            os.set_inheritable(file.fileno(), True)  # an orphaned installer still holds the lock
            if not _try_lock(file):
                print("Another set-up of this folder is running. Waiting for it.", flush=True)
                _wait_for_lock(file)
            yield


if os.name == "nt":
    import msvcrt
    import time

    def _try_lock(file) -> bool:
        file.seek(0)
        try:
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

    def _wait_for_lock(file) -> None:
        while not _try_lock(file):
            time.sleep(0.5)

else:
    import fcntl

    def _try_lock(file) -> bool:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _wait_for_lock(file) -> None:
        fcntl.flock(file, fcntl.LOCK_EX)

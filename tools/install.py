"""Installs the course's packages into `.venv` with pip, shows progress, explains failures.

Standard library only.

torch is not in the locked list, because which build is right depends on the machine: the CPU
build (about 200 MB) where no NVIDIA GPU is seen, the CUDA build (several GB) where one is.
pip's own settings (index, proxy, certificates, local wheels) are honoured everywhere.
"""

from __future__ import annotations

import errno
import functools
import importlib.util
import os
import platform
import queue
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tools.environment import Environment

LOCK = "requirements.lock"
TORCH = "2.13.0"
TORCH_CPU_INDEX = "https://download.pytorch.org/whl/cpu"
TORCH_CUDA_INDEX = "https://download.pytorch.org/whl/cu130"
CUPY = "cupy-cuda13x>=13.6"
GIGABYTES = {"cpu": 3, "cuda": 12}  # what the finished environment and its downloads take


class SetupError(Exception):
    """The environment cannot be made; the message says why and what to do."""


@functools.cache
def accelerator() -> str:
    """'cuda' where an NVIDIA driver is installed, else 'cpu'; PENLIGHT_ACCELERATOR overrides it."""
    chosen = os.environ.get("PENLIGHT_ACCELERATOR", "")
    if chosen not in ("", "cpu", "cuda"):
        raise SetupError(f"PENLIGHT_ACCELERATOR must be cpu or cuda, not {chosen!r}.")
    seen = os.path.exists("/proc/driver/nvidia/version") or shutil.which("nvidia-smi")
    return chosen or ("cuda" if seen and sys.platform != "darwin" else "cpu")


def check_machine(root: Path) -> None:
    """Raise SetupError for what is known to fail, before anything is downloaded."""
    missing = [name for name in ("venv", "ensurepip") if importlib.util.find_spec(name) is None]
    if missing:
        package = f"python3.{sys.version_info[1]}-venv"
        raise SetupError(
            f"This Python ({sys.executable}) lacks {missing[0]!r}, which makes environments.\n"
            f"On Debian and Ubuntu: sudo apt-get install {package}"
        )
    if sys.platform == "darwin" and platform.machine() == "x86_64":
        raise SetupError(
            "PyTorch no longer has builds for Macs with an Intel processor.\n"
            "Use a Linux machine, a virtual machine or a container."
        )
    needed = GIGABYTES[accelerator()]
    free = shutil.disk_usage(root).free / 1e9
    if free < needed:
        small = "\nWithout the GPU it needs 3 GB: set PENLIGHT_ACCELERATOR=cpu."
        raise SetupError(
            f"The environment needs {needed} GB, and {root} has {free:.1f} GB free.\n"
            "Free some space, or move the course to a larger disk, and run this again."
            + (small if accelerator() == "cuda" else "")
        )


def explain_os_error(error: OSError, root: Path) -> str:
    """A sentence for an OSError met while writing the environment in `root`."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return _disk_full(root)
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return (
            f"This user may not write to {error.filename or root}.\n"
            "Copy the course to a folder of your own and run this there."
        )
    return f"The environment could not be written: {error}"


def install(environment: Environment, fresh: bool) -> None:
    """Make the virtual environment (if `fresh`) and install everything into it."""
    pip = [str(environment.python), "-m", "pip", "--disable-pip-version-check", "--no-input"]
    lock = environment.root / LOCK
    # The Python that an environment is based on: never one that is about to be replaced.
    base = getattr(sys, "_base_executable", None) or sys.executable
    progress = Progress(environment.log, steps=5 if accelerator() == "cuda" else 4)
    if fresh:
        make = [base, "-Im", "venv", str(environment.venv)]
        progress.run("Python environment", make, environment)
    else:
        progress.skip()
    _install_torch(pip, progress, environment)
    if accelerator() == "cuda":
        progress.run("CuPy", [*pip, "install", "--progress-bar", "off", CUPY], environment)
    locked = [*pip, "install", "--progress-bar", "off", "--require-hashes", "--no-deps"]
    progress.run("course packages", [*locked, "-r", str(lock)], environment)
    itself = [*pip, "install", "--no-deps", "--no-build-isolation", "--editable"]
    progress.run("the course itself", [*itself, str(environment.root)], environment)


def _install_torch(pip: list[str], progress: Progress, environment: Environment) -> None:
    """Install the torch build for this machine.

    PyPI's torch for Linux is the CUDA build, so the CPU build is asked for by its local version:
    first where pip is already set up to look, then at PyTorch's own index.
    """
    install = [*pip, "install", "--progress-bar", "off"]
    if accelerator() == "cuda":
        cuda_build = [*install, f"torch=={TORCH}"]
        if os.name == "nt":  # PyPI's torch for Windows is a CPU build
            cuda_build = [*install, f"torch=={TORCH}+cu130", "--extra-index-url", TORCH_CUDA_INDEX]
        progress.run("PyTorch (CUDA)", cuda_build, environment)
    elif sys.platform != "linux":
        progress.run("PyTorch (CPU)", [*install, f"torch=={TORCH}"], environment)
    else:
        cpu_build = [*install, f"torch=={TORCH}+cpu"]
        elsewhere = [*cpu_build, "--extra-index-url", TORCH_CPU_INDEX]
        progress.run("PyTorch (CPU)", cpu_build, environment, otherwise=elsewhere)


class Progress:
    """Runs the steps of a set-up, one status line each: step, what is happening, elapsed time."""

    def __init__(self, log: Path, steps: int) -> None:
        self.log = log
        self.steps = steps
        self.step = 0
        self.terminal = sys.stdout.isatty()
        log.write_text("", encoding="utf-8")

    def skip(self) -> None:
        self.step += 1

    def run(
        self,
        title: str,
        command: list[str],
        environment: Environment,
        otherwise: list[str] | None = None,
    ) -> None:
        """Run `command`, and `otherwise` if it finds no such package. Raises SetupError."""
        self.step += 1
        self.title = f"[{self.step}/{self.steps}] {title}"
        self.start = time.monotonic()
        self._show("", end=False)
        status, output = self._run(command)
        not_found = "No matching distribution" in output and not _network_failed(output)
        if status and otherwise and not_found:
            status, output = self._run(otherwise)
        if status:
            self._show("failed", end=True)
            raise SetupError(explain_failure(output, environment))
        self._show("done", end=True)

    def _run(self, command: list[str]) -> tuple[int, str]:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            close_fds=False,  # hands on the set-up lock, which alone is inheritable
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        )
        lines: queue.Queue[str | None] = queue.Queue()

        def read() -> None:
            for line in process.stdout:
                lines.put(line)
            lines.put(None)

        threading.Thread(target=read, daemon=True).start()
        try:
            output = self._follow(lines)
        except BaseException:  # also Ctrl-C: leave no installer behind
            process.kill()
            raise
        finally:
            process.wait()
        return process.returncode, output

    def _follow(self, lines: queue.Queue[str | None]) -> str:
        output, collected, detail = [], 0, ""
        with self.log.open("a", encoding="utf-8") as log:
            while True:
                try:
                    line = lines.get(timeout=1)
                except queue.Empty:
                    self._show(detail, end=False)
                    continue
                if line is None:
                    return "".join(output)
                log.write(line)
                output.append(line)
                words = line.split()
                if words[:1] == ["Collecting"]:
                    collected += 1
                    detail = f"package {collected}: {words[1]}"
                elif words[:1] == ["Downloading"]:
                    detail = " ".join(words)
                elif words[:2] == ["Installing", "collected"]:
                    detail = "unpacking"
                self._show(detail, end=False)

    def _show(self, detail: str, end: bool) -> None:
        seconds = int(time.monotonic() - self.start)
        line = f"{self.title} … {detail}  {seconds // 60}:{seconds % 60:02}"
        if self.terminal:
            width = shutil.get_terminal_size().columns - 1
            print(f"\r{line[:width]:{width}}", end="\n" if end else "", flush=True)
        elif end:
            print(line, flush=True)


NETWORK_SIGNS = (
    "NewConnectionError",
    "ConnectTimeoutError",
    "ReadTimeoutError",
    "NameResolutionError",
    "Temporary failure in name resolution",
    "Connection refused",
    "Network is unreachable",
    "ProxyError",
    "SSLError",
    "Max retries exceeded",
)


def explain_failure(output: str, environment: Environment) -> str:
    """What a failed installer's `output` means and what to do, in a sentence or two."""
    tail = f"\nThe whole output is in {environment.log}."
    if "No space left on device" in output or "Disk quota exceeded" in output:
        return _disk_full(environment.root) + tail
    if _network_failed(output):
        return (
            "The packages could not be downloaded: this machine does not reach the package index.\n"
            "Check the network (or pip's proxy and index settings: `python3 -m pip config list`) "
            "and run this again." + tail
        )
    if "No matching distribution" in output or "not a supported wheel" in output:
        here = f"Python {platform.python_version()} on {platform.system()} {platform.machine()}"
        return (
            f"A package has no build for {here}:\n{_last_error(output)}\n"
            "Use Python 3.11, 3.12 or 3.13. If this is one of them, the package index that pip "
            "is set up with lacks it or was not reached: `python3 -m pip config list`." + tail
        )
    if "DO NOT MATCH THE HASHES" in output:
        return (
            "A downloaded package is not the one this course was tested with (its hash differs); "
            f"nothing of it was installed.\n{_last_error(output)}" + tail
        )
    return f"The installer failed: {_last_error(output)}" + tail


def _network_failed(output: str) -> bool:
    return any(sign in output for sign in NETWORK_SIGNS)


def _last_error(output: str) -> str:
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    errors = [line for line in lines if line.startswith(("ERROR", "Error"))]
    return (errors or lines or ["it said nothing"])[-1]


def _disk_full(root: Path) -> str:
    free = {path: shutil.disk_usage(path).free / 1e9 for path in (root, tempfile.gettempdir())}
    places = ", ".join(f"{path} has {space:.1f} GB free" for path, space in free.items())
    return (
        f"The disk is full ({places}).\nFree some space and run this again; "
        "if the folder for temporary files is the full one, set TMPDIR to a larger one."
    )

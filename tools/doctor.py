"""`python3 -m tools doctor`: what this machine has and lacks, and the command that mends each.

Standard library only: it works before the environment exists, or when none can be made.
"""

from __future__ import annotations

import enum
import importlib.util
import json
import os
import platform
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tools import install
from tools.environment import Environment, SetupError, Status, holds_the_course

ROOT = Path(__file__).parents[1]
LAB_PORT = 8888
ASK_TORCH = """
import json, importlib.util, torch
cuda = torch.cuda.is_available()
print(json.dumps({
    "torch": torch.__version__,
    "gpu": torch.cuda.get_device_name() if cuda else "",
    "cupy": importlib.util.find_spec("cupy") is not None,
}))
"""


class Level(enum.Enum):
    """How much a finding matters; the value is the mark it is printed with."""

    GOOD = "ok"
    OPTIONAL = "--"  # something works less well, or not at all, without it
    NEEDED = "NO"  # the course does not run without it


@dataclass
class Finding:
    """One line of the report: what was looked at, what is there, and the command that mends it."""

    subject: str
    level: Level
    detail: str
    mend: str = ""


def installer(debian: str, fedora: str = "", brew: str = "", winget: str = "") -> str:
    """The command that installs a program with this machine's package manager, or ''."""
    root = hasattr(os, "geteuid") and os.geteuid() == 0
    sudo = "" if root or not shutil.which("sudo") else "sudo "
    for manager, command, package in (
        ("apt-get", f"{sudo}apt-get install -y", debian),
        ("dnf", f"{sudo}dnf install -y", fedora or debian),
        ("brew", "brew install", brew),
        ("winget", "winget install", winget),
    ):
        if package and shutil.which(manager):
            return f"{command} {package}"
    return ""


def check_python() -> Iterator[Finding]:
    here = f"{platform.python_version()} ({sys.executable})"
    yield Finding("Python", Level.GOOD, here)
    missing = [name for name in ("venv", "ensurepip") if importlib.util.find_spec(name) is None]
    if missing:
        package = f"python3.{sys.version_info[1]}-venv"
        detail = f"its module {missing[0]} is missing: it cannot make environments"
        yield Finding("Python venv", Level.NEEDED, detail, installer(package))


def check_environment(environment: Environment) -> Iterator[Finding]:
    if holds_the_course():
        yield Finding("environment", Level.GOOD, f"{sys.prefix}, an environment of your own")
        return
    try:
        status, why = environment.examine()
    except SetupError as error:
        yield Finding("environment", Level.NEEDED, str(error).replace("\n", " "))
        return
    if status is Status.WHOLE:
        yield Finding("environment", Level.GOOD, str(environment.venv))
        return
    mend = "python3 -m tools lab"
    if status is Status.FOREIGN:
        mend = f"{'ren' if os.name == 'nt' else 'mv'} .venv .venv-old"
    yield Finding("environment", Level.NEEDED, f"{environment.venv} {why}", mend)


def check_torch(environment: Environment) -> Iterator[Finding]:
    """torch, CUDA and CuPy, as the environment's own Python sees them."""
    gpu = nvidia_gpu()
    python = sys.executable if holds_the_course() else str(environment.python)
    try:
        command = [python, "-c", ASK_TORCH]
        result = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
        answer = json.loads(result.stdout)
    except (OSError, ValueError, subprocess.SubprocessError):
        remove = "rmdir /s /q .venv" if os.name == "nt" else "rm -r .venv"
        mend = f"{remove} && python3 -m tools lab" if environment.venv.exists() else ""
        yield Finding("torch", Level.NEEDED, "does not import", mend or "python3 -m tools lab")
        answer = {"gpu": "", "cupy": False}
    else:
        yield Finding("torch", Level.GOOD, answer["torch"])
    if answer["gpu"]:
        yield Finding("CUDA", Level.GOOD, answer["gpu"])
    elif gpu:
        detail = f"{gpu} is there, but this torch does not use it"
        yield Finding("CUDA", Level.OPTIONAL, detail, "nvidia-smi")
    else:
        detail = "no NVIDIA GPU or driver seen; everything runs on the CPU"
        yield Finding("CUDA", Level.OPTIONAL, detail)
    if answer["cupy"]:
        yield Finding("CuPy", Level.GOOD, "penlight can compute with device='cuda'")
    elif gpu:
        pip = f"{python} -m pip install '{install.CUPY}'"
        yield Finding("CuPy", Level.OPTIONAL, "penlight cannot use the GPU without it", pip)
    else:
        yield Finding("CuPy", Level.OPTIONAL, "not installed, and of no use without a GPU")


def nvidia_gpu() -> str:
    """Name and driver of the NVIDIA GPU as `nvidia-smi` tells them, or ''."""
    command = "nvidia-smi --query-gpu=name,driver_version --format=csv,noheader".split()
    try:
        result = subprocess.run(command, capture_output=True, text=True, timeout=30, check=True)
    except (OSError, subprocess.SubprocessError):
        return ""
    return result.stdout.partition("\n")[0].strip()


def check_programs() -> Iterator[Finding]:
    if dot := shutil.which("dot"):
        yield Finding("dot", Level.GOOD, dot)
    else:
        detail = "graphs are drawn by the slower built-in Graphviz: SVG only, no PNG or PDF"
        graphviz = installer("graphviz", brew="graphviz", winget="Graphviz.Graphviz")
        yield Finding("dot", Level.OPTIONAL, detail, graphviz)
    yield from check_bubblewrap()
    if chromium := find_chromium():
        yield Finding("Chromium", Level.GOOD, chromium)
    else:
        detail = "only the browser tests need it"
        mend = installer("chromium", brew="--cask chromium", winget="Hibbiki.Chromium")
        yield Finding("Chromium", Level.OPTIONAL, detail, mend)


def check_bubblewrap() -> Iterator[Finding]:
    if sys.platform != "linux":
        detail = "exists on Linux only; submissions are isolated less strictly here"
        yield Finding("bubblewrap", Level.OPTIONAL, detail)
        return
    bwrap = shutil.which("bwrap")
    if not bwrap:
        detail = "only instructors need it: it isolates submissions while they are graded"
        yield Finding("bubblewrap", Level.OPTIONAL, detail, installer("bubblewrap"))
        return
    probe = [bwrap, "--ro-bind", "/", "/", "--unshare-all", "--proc", "/proc", "true"]
    result = subprocess.run(probe, capture_output=True, text=True)
    if result.returncode:
        detail = f"{bwrap} is there, but this kernel refuses it: {result.stderr.strip()[:100]}"
        yield Finding("bubblewrap", Level.OPTIONAL, detail)
    else:
        yield Finding("bubblewrap", Level.GOOD, bwrap)


def find_chromium() -> str:
    """Path of an installed Chromium or Chrome, or ''."""
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
    places = [shutil.which(name) for name in names]
    places += [
        "/Applications/Chromium.app/Contents/MacOS/Chromium",
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
        r"C:\Program Files\Google\Chrome\Application\chrome.exe",
    ]
    return next((place for place in places if place and Path(place).exists()), "")


def check_disk(environment: Environment) -> Iterator[Finding]:
    free = shutil.disk_usage(environment.root).free / 1e9
    needed = 1 if environment.python.exists() else install.GIGABYTES[install.accelerator()]
    detail = f"{free:.1f} GB free in {environment.root}"
    if free >= needed:
        yield Finding("disk", Level.GOOD, detail)
    else:
        mend = "python3 -m pip cache purge"
        yield Finding("disk", Level.NEEDED, f"{detail}, {needed} GB are needed", mend)
    if not os.access(environment.root, os.W_OK):
        detail = f"this user may not write to {environment.root}"
        yield Finding("folder", Level.NEEDED, detail, f"cp -r {environment.root} ~/penlight")


def check_port(port: int = LAB_PORT) -> Iterator[Finding]:
    with socket.socket() as server:
        if os.name != "nt":  # a port that a stopped server has just left counts as free
            server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            server.bind(("127.0.0.1", port))
        except OSError:
            server.bind(("127.0.0.1", 0))
            mend = f"python3 -m tools lab --port {server.getsockname()[1]}"
            yield Finding("port", Level.OPTIONAL, f"{port} is in use", mend)
        else:
            yield Finding("port", Level.GOOD, f"{port} is free for JupyterLab")


def examine(environment: Environment) -> Iterator[Finding]:
    """All findings, in the order in which they are printed."""
    yield from check_python()
    yield from check_environment(environment)
    yield from check_torch(environment)
    yield from check_programs()
    yield from check_disk(environment)
    yield from check_port()


def main(arguments: list[str]) -> int:
    """Print the report; returns 0 when nothing that the course needs is missing, else 1."""
    if arguments:
        print("usage: python3 -m tools doctor\n")
        print("Say what this machine has and lacks, and the one command that mends each.")
        print("Ends with status 1 if something that the course needs is missing.")
        return 0 if arguments[0] in ("-h", "--help") else 2
    missing = []
    for finding in examine(Environment(ROOT)):
        print(f"[{finding.level.value}] {finding.subject:12} {finding.detail}", flush=True)
        if finding.mend:
            print(f"{'':18}mend it: {finding.mend}")
        if finding.level is Level.NEEDED:
            missing.append(finding.subject)
    if missing:
        print(f"\nNeeded and missing: {', '.join(missing)}.")
        return 1
    print("\nThis machine has what the course needs. Lines marked -- are optional.")
    return 0

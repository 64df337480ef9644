"""How strong the isolation is on this machine: tried out, not guessed, and said aloud.

From the strongest to the weakest. `choose` takes the strongest that works and may be told a
weaker one; it never takes a weaker one than the caller accepts.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from autograder.sandbox import filters, launch
from autograder.sandbox.confine import Rights
from autograder.sandbox.layout import COURSE, inside, view


class Unavailable(RuntimeError):
    """This tier does not work on this machine; the message says why."""


@dataclass(frozen=True)
class Tier:
    """One way to isolate. strong: a submission can reach neither files nor network nor others."""

    name: str
    strong: bool
    words: str

    @property
    def rights(self) -> Rights:
        return Rights(namespaces=self.strong, seccomp=filters.supported())


BUBBLEWRAP = Tier(
    "bubblewrap",
    True,
    "bubblewrap, and for each submission namespaces, limits and a filter on system calls",
)
NAMESPACES = Tier(
    "namespaces",
    True,
    "namespaces made by the grader itself, limits and a filter on system calls",
)
CONTAINER = Tier("container", True, "a container")
LIMITS = Tier(
    "limits",
    False,
    "limits on memory, time and files only: a submission can READ whatever this user can read",
)
TIERS = (BUBBLEWRAP, NAMESPACES, CONTAINER, LIMITS)


def named(name: str) -> Tier:
    """The tier called `name`; Unavailable names those there are."""
    for tier in TIERS:
        if tier.name == name:
            return tier
    raise Unavailable(f"no isolation is called {name!r}; there are: "
                      f"{', '.join(t.name for t in TIERS)}")  # fmt: skip


def command(tier: Tier, stage: Path, options: dict, hidden: Iterable[str]) -> list[str]:
    """The command that starts a zygote in `tier`. Unavailable where a program is missing."""
    if tier is LIMITS:
        closed = closed_to_others() if os.geteuid() == 0 else ""
        if closed:
            raise Unavailable(
                f"root's submissions run as a user of their own, who cannot read {closed}"
            )
        return launch.command(str(stage), {**options, "course": str(stage)})
    if sys.platform != "linux":
        raise Unavailable("only Linux has it")
    shown = view(stage, hidden)
    if tier is NAMESPACES:
        options = {**options, "course": COURSE, "view": [asdict(each) for each in shown]}
        return launch.command(str(stage), options)
    if tier is CONTAINER:
        raise Unavailable(_container())
    program = shutil.which("bwrap")
    if program is None:
        raise Unavailable("the program bwrap is not installed (package: bubblewrap)")
    words = [program, "--die-with-parent", "--new-session", "--unshare-pid", "--unshare-net",
             "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try", "--clearenv",
             "--hostname", "sandbox"]  # fmt: skip
    if os.geteuid() == 0:
        words += ["--cap-drop", "ALL"]
        for needed in ("CAP_SETUID", "CAP_SETGID", "CAP_KILL", "CAP_SYS_PTRACE"):
            words += ["--cap-add", needed]
    for folder in sorted({str(p) for each in shown for p in Path(each.target).parents}):
        words += ["--perms", "0755", "--dir", folder]  # else only root may walk through them
    for each in shown:
        if each.link:
            words += ["--symlink", each.source, each.target]
        else:
            words += ["--ro-bind", each.source, each.target]
    words += ["--dev", "/dev", "--proc", "/proc", "--perms", "1777", "--tmpfs", "/tmp"]
    words += ["--chdir", "/tmp", "--"]
    program = inside(sys.executable)
    return words + launch.command(COURSE, {**options, "course": COURSE}, program)


def closed_to_others() -> str:
    """The first folder on the way to this Python that only some users may enter; "" if none."""
    folders = (sys.base_prefix, sys.prefix)
    ways = [Path(f).resolve() for f in folders]
    for folder in (each for way in ways for each in (*reversed(way.parents), way)):
        if not folder.stat().st_mode & 0o001:
            return str(folder)
    return ""


def _container() -> str:
    client = shutil.which("podman") or shutil.which("docker")
    if client is None:
        return "neither podman nor docker is installed"
    try:
        asked = subprocess.run([client, "info"], capture_output=True, text=True, timeout=20)
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"{client} does not answer ({type(error).__name__})"
    if asked.returncode:
        last = (asked.stderr.strip().splitlines() or ["it gave no reason"])[-1]
        return f"{client} is installed but does not work: {last[:200]}"
    return (
        f"{client} works, but the grader does not start containers itself: run `course grade` "
        "inside one, where the tier namespaces or limits applies"
    )

"""The first program of an isolation: makes the view of the disk where no other did, then waits.

bubblewrap starts it with everything made; as a tier of its own it makes the namespaces itself.
"""

import json
import os
import signal
import sys
from pathlib import Path

from autograder.sandbox import confine, system, zygote
from autograder.sandbox.layout import COURSE, Show, inside

NAMESPACES = (
    system.CLONE_NEWNS | system.CLONE_NEWPID | system.CLONE_NEWNET | system.CLONE_NEWIPC
    | system.CLONE_NEWUTS
)  # fmt: skip


def main(text: str) -> None:
    """Run with the options in `text`, JSON: the zygote's own, and `view` where it is to be made."""
    options = json.loads(text)
    if sys.platform == "linux":
        system.prctl(system.PR_SET_PDEATHSIG, signal.SIGKILL)
    if options.get("view"):
        view = [Show(**each) for each in options["view"]]
        _isolate(view)
        for shown in view:
            if shown.target == inside(shown.source) != shown.source:
                _look_in(shown.target, instead_of=shown.source)
    _look_in(options["course"], instead_of=sys.path[0])
    zygote.main(options["control"], options)


def _isolate(view: list[Show]) -> None:
    """New namespaces with a root that holds only `view`; goes on as their process 1."""
    uid, gid = os.geteuid(), os.getegid()
    system.unshare(NAMESPACES | (system.CLONE_NEWUSER if uid else 0))
    if uid:
        confine.write_maps(uid, gid)
    pid = os.fork()
    if pid:
        _, status = os.waitpid(pid, 0)
        os._exit(os.waitstatus_to_exitcode(status) % 256)
    system.prctl(system.PR_SET_PDEATHSIG, signal.SIGKILL)
    system.mount("none", "/", flags=system.MS_REC | system.MS_PRIVATE)
    # A folder that every system has, to build the new root on; only this process sees it covered.
    system.mount("tmpfs", "/mnt", "tmpfs", system.MS_NOSUID | system.MS_NODEV, "mode=0755")
    for shown in view:
        _show(shown, Path("/mnt"))
    for name in ("proc", "tmp", "dev/shm", "old"):
        Path("/mnt", name).mkdir(parents=True, exist_ok=True)
    for name in ("tmp", "dev/shm"):
        flags = system.MS_NOSUID | system.MS_NODEV
        system.mount("tmpfs", f"/mnt/{name}", "tmpfs", flags, "mode=1777")
    for name in ("null", "zero", "random", "urandom", "full"):
        Path("/mnt/dev", name).touch()
        system.mount(f"/dev/{name}", f"/mnt/dev/{name}", flags=system.MS_BIND)
    os.symlink("/proc/self/fd", "/mnt/dev/fd")
    system.mount("proc", "/mnt/proc", "proc", system.MS_NOSUID | system.MS_NODEV)
    system.pivot_root("/mnt", "/mnt/old")
    os.chdir("/")
    system.unmount("/old")
    os.rmdir("/old")
    flags = system.MS_REMOUNT | system.MS_BIND | system.MS_RDONLY
    system.mount("none", "/", flags=flags | system.MS_NOSUID | system.MS_NODEV)


def _look_in(folder: str, instead_of: str) -> None:
    """Import from `folder` what was imported from another, also the parts of loaded packages."""
    before = instead_of
    sys.path[:] = [folder + p.removeprefix(before) if p.startswith(before) else p for p in sys.path]
    for module in list(sys.modules.values()):
        paths = getattr(module, "__path__", None)
        if isinstance(paths, list):
            module.__path__ = [folder + p.removeprefix(before) if p.startswith(before) else p
                               for p in paths]  # fmt: skip
    sys.path_importer_cache.clear()


def _show(shown: Show, root: Path) -> None:
    target = root / shown.target.lstrip("/")
    if shown.link:
        target.symlink_to(shown.source)
    else:
        if os.path.isdir(shown.source):
            target.mkdir(parents=True, exist_ok=True)
        else:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.touch()
        system.mount(shown.source, str(target), flags=system.MS_BIND | system.MS_REC)
        flags = system.MS_BIND | system.MS_REMOUNT | system.MS_RDONLY | _locked(str(target))
        system.mount("none", str(target), flags=flags | system.MS_NOSUID)


def _locked(path: str) -> int:
    """The mount flags that a user without rights outside must keep."""
    have, flags = os.statvfs(path).f_flag, 0
    for ours, theirs in ((2, system.MS_NOSUID), (4, system.MS_NODEV), (8, system.MS_NOEXEC),
                         (1024, 1024), (2048, 2048), (4096, 1 << 21)):  # fmt: skip
        flags |= theirs if have & ours else 0
    return flags


START = (
    "import sys; sys.path.insert(0, {stage!r}); "
    "from autograder.sandbox.launch import main; main(sys.argv[1])"
)


def command(stage: str, options: dict, python: str = sys.executable) -> list[str]:
    """How to start this program with the modules in `stage`."""
    return [python, "-I", "-c", START.format(stage=stage), json.dumps(options)]


__all__ = ["COURSE", "command", "main"]

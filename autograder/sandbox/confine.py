"""What a student's process gives up before it runs the first line of the student's code.

It does this to itself, with trusted code only, after the fork and before anything else. Every
step raises OSError where the system refuses it; the process then ends, and nothing runs.
"""

import contextlib
import os
import resource
import signal
import sys
from dataclasses import dataclass

from autograder.sandbox import filters, system

MEGABYTE = 1 << 20
NOBODY = 65534
HOME = "/tmp/work"  # where cells run, in a /tmp that dies with the process


@dataclass(frozen=True)
class Limits:
    """The bounds of one submission. memory: bytes a process may take beyond what it starts with;
    cpu: seconds; disk: bytes in all its files; processes: with threads; files: open at once."""

    memory: int = 2048 * MEGABYTE
    cpu: int = 900
    disk: int = 256 * MEGABYTE
    processes: int = 64
    files: int = 256


@dataclass(frozen=True)
class Rights:
    """How much of the isolation this machine can give; the tier decides it, see `tiers`."""

    namespaces: bool  # a user, mount and process namespace for each submission
    seccomp: bool
    may_start_programs: bool = True


def into_namespaces(uid: int) -> None:
    """New user, mount and process namespaces, as user `uid`; the next fork is process 1 there."""
    become(uid)
    uid, gid = os.getuid(), os.getgid()
    system.unshare(system.CLONE_NEWUSER | system.CLONE_NEWNS | system.CLONE_NEWPID)
    write_maps(uid, gid)


def write_maps(uid: int, gid: int) -> None:
    """Let this process's new user namespace know its one user and group, under the same numbers."""
    _write("/proc/self/setgroups", "deny")
    _write("/proc/self/uid_map", f"{uid} {uid} 1")
    _write("/proc/self/gid_map", f"{gid} {gid} 1")


def become(uid: int) -> None:
    """Run as user `uid` from now on, if this process is root; root's files stay closed to it."""
    if os.geteuid() == 0 and uid:
        os.setgroups([])
        os.setresgid(uid, uid, uid)
        os.setresuid(uid, uid, uid)
        if sys.platform == "linux":
            system.prctl(system.PR_SET_DUMPABLE, 1)  # else its own /proc files belong to root


def own_folders(limits: Limits, masked: tuple[str, ...]) -> None:
    """Private, empty /tmp and /dev/shm, a /proc of this process alone, `masked` folders emptied."""
    system.mount("none", "/", flags=system.MS_REC | system.MS_PRIVATE)
    flags = system.MS_NOSUID | system.MS_NODEV
    size = f"size={limits.disk},mode=0700,nr_inodes=20000"
    system.mount("tmpfs", "/tmp", "tmpfs", flags, size)
    if os.path.isdir("/dev/shm"):
        system.mount("tmpfs", "/dev/shm", "tmpfs", flags | system.MS_NOEXEC, size)
    for folder in masked:
        system.mount("tmpfs", folder, "tmpfs", flags | system.MS_RDONLY, "size=4k,mode=0555")
    try:
        system.mount("proc", "/proc", "proc", flags | system.MS_NOEXEC)
    except OSError:  # a container hides parts of its own /proc; then there is none at all
        system.mount("tmpfs", "/proc", "tmpfs", flags | system.MS_RDONLY, "size=4k")


def close_files(kept: set[int]) -> None:
    """Close every file but `kept`; standard input, output and error lead nowhere."""
    null = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(null, standard)
    wanted = sorted({0, 1, 2, *kept})
    for low, high in zip(wanted, [*wanted[1:], 1 << 16], strict=True):
        os.closerange(low + 1, high)


def set_limits(limits: Limits) -> None:
    """The kernel's own limits on this process and those it starts."""
    space = limits.memory + _address_space()
    wanted = {
        "RLIMIT_AS": space,
        "RLIMIT_CPU": limits.cpu,
        "RLIMIT_FSIZE": limits.disk,
        "RLIMIT_NOFILE": limits.files,
        "RLIMIT_NPROC": limits.processes,
        "RLIMIT_CORE": 0,
        "RLIMIT_MEMLOCK": 0,
        "RLIMIT_MSGQUEUE": 0,
        "RLIMIT_SIGPENDING": 4096,
    }
    for name, value in wanted.items():
        if hasattr(resource, name):
            hard = resource.getrlimit(getattr(resource, name))[1]
            value = value if hard == resource.RLIM_INFINITY else min(value, hard)
            with contextlib.suppress(ValueError):  # macOS refuses some
                resource.setrlimit(getattr(resource, name), (value, value))


def drop_rights(rights: Rights) -> None:
    """No capability, no gain of rights by starting programs, and the filter on system calls."""
    if sys.platform != "linux":
        return
    system.prctl(system.PR_SET_NO_NEW_PRIVS, 1)
    system.drop_capabilities()
    if rights.seccomp:
        alone = not rights.namespaces
        starts = rights.may_start_programs
        system.install_filter(
            filters.program(alone=alone, may_start_programs=starts, own_pid=os.getpid())
        )


def own_environment(path: str) -> None:
    """Forget everything the environment said but where programs are."""
    os.environ.clear()
    os.environ.update(
        PATH=path,
        HOME=HOME,
        TMPDIR="/tmp",
        LANG="C.UTF-8",
        OMP_NUM_THREADS="1",
        OPENBLAS_NUM_THREADS="1",
        MKL_NUM_THREADS="1",
        MPLBACKEND="module://matplotlib_inline.backend_inline",
        MPLCONFIGDIR="/tmp/matplotlib",
        IPYTHONDIR="/tmp/ipython",
        NBGRADER_EXECUTION="autograde",
    )


def plain_signals() -> None:
    """The signals as in a new process."""
    for each in (signal.SIGTERM, signal.SIGHUP, signal.SIGCHLD, signal.SIGPIPE):
        signal.signal(each, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)


def _address_space() -> int:
    """Bytes of address space that this process has now; libraries take most of it."""
    try:
        with open("/proc/self/statm") as file:
            return int(file.read().split()[0]) * resource.getpagesize()
    except OSError:
        return 8 << 30


def _write(path: str, text: str) -> None:
    with open(path, "w") as file:
        file.write(text)

"""The seccomp filter: which system calls a student's process is refused.

A list of refusals, not of permissions: Python and its libraries use hundreds of calls, and a
student should not meet an error for a right one. What is refused widens what a process can reach
(namespaces, other processes, the kernel's own machinery) or escapes the limits on memory.
"""

import errno
import os
import struct

# name: (x86_64, aarch64); None where the machine has no such call
CALLS = {
    "acct": (163, 89), "add_key": (248, 217), "bpf": (321, 280), "chroot": (161, 51),
    "clone": (56, 220), "clone3": (435, 435), "delete_module": (176, 106), "execve": (59, 221),
    "execveat": (322, 281), "fanotify_init": (300, 262), "fcntl": (72, 25),
    "finit_module": (313, 273), "fork": (57, None),
    "fsconfig": (431, 431), "fsmount": (432, 432), "fsopen": (430, 430), "init_module": (175, 105),
    "io_uring_enter": (426, 426), "io_uring_register": (427, 427), "io_uring_setup": (425, 425),
    "ioperm": (173, None), "iopl": (172, None), "kcmp": (312, 272), "kexec_file_load": (320, 294),
    "kexec_load": (246, 104), "keyctl": (250, 219), "kill": (62, 129), "memfd_create": (319, 279),
    "memfd_secret": (447, 447), "mlock": (149, 228), "mlockall": (151, 230),
    "modify_ldt": (154, None), "mount": (165, 40), "mount_setattr": (442, 442),
    "move_mount": (429, 429), "mq_open": (240, 180), "msgget": (68, 186),
    "name_to_handle_at": (303, 264), "open_by_handle_at": (304, 265), "open_tree": (428, 428),
    "perf_event_open": (298, 241), "personality": (135, 92), "pidfd_getfd": (438, 438),
    "pidfd_send_signal": (424, 424), "pivot_root": (155, 41), "prlimit64": (302, 261),
    "process_madvise": (440, 440), "process_vm_readv": (310, 270), "process_vm_writev": (311, 271),
    "ptrace": (101, 117), "quotactl": (179, 60), "reboot": (169, 142), "request_key": (249, 218),
    "rt_sigqueueinfo": (129, 138), "rt_tgsigqueueinfo": (297, 240), "semget": (64, 190),
    "setdomainname": (171, 162), "sethostname": (170, 161), "setns": (308, 268),
    "settimeofday": (164, 170), "shmget": (29, 194), "socket": (41, 198), "swapoff": (168, 225),
    "swapon": (167, 224), "syslog": (103, 116), "tgkill": (234, 131), "tkill": (200, 130),
    "umount2": (166, 39), "unshare": (272, 97), "userfaultfd": (323, 282), "vfork": (58, None),
}  # fmt: skip
ALWAYS = (
    "acct add_key bpf chroot delete_module fanotify_init finit_module fsconfig fsmount fsopen "
    "init_module ioperm iopl kcmp kexec_file_load kexec_load keyctl memfd_create memfd_secret "
    "mlock mlockall modify_ldt mount mount_setattr move_mount mq_open msgget name_to_handle_at "
    "open_by_handle_at open_tree perf_event_open personality pidfd_getfd pivot_root "
    "process_madvise process_vm_readv process_vm_writev ptrace quotactl reboot request_key semget "
    "setdomainname sethostname setns settimeofday shmget swapoff swapon syslog umount2 unshare "
    "userfaultfd"
).split()
# Their callers try an older call when told that the kernel has none.
AS_IF_MISSING = "clone3 io_uring_enter io_uring_register io_uring_setup".split()
NEW_NAMESPACES = 0x7E020000 | 0x80  # the CLONE_NEW… flags
AF_UNIX, CLONE_THREAD, F_SETOWN, F_SETSIG, F_SETOWN_EX = 1, 0x00010000, 8, 10, 15

_LOAD, _EQUAL, _AND_ANY, _AT_LEAST, _RETURN = 0x20, 0x15, 0x45, 0x35, 0x06
_ALLOW, _ERRNO, _KILL = 0x7FFF0000, 0x00050000, 0x80000000
_ARCH, _NUMBER, _ARGUMENT = 4, 0, 16  # offsets in struct seccomp_data
_MACHINES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}


def supported() -> bool:
    """True on a machine whose system call numbers we know."""
    return os.uname().machine in _MACHINES


def program(*, alone: bool = False, may_start_programs: bool = True, own_pid: int = 0) -> bytes:
    """The filter as the kernel takes it, for this machine.

    alone: no namespaces stand between the process and others, so it may open no socket at all,
    start no process and signal none but itself (`own_pid`).
    """
    column, architecture = _MACHINES[os.uname().machine]
    code = [(_LOAD, 0, 0, _ARCH), (_EQUAL, 1, 0, architecture), (_RETURN, 0, 0, _KILL)]
    code.append((_LOAD, 0, 0, _NUMBER))
    if column == 0:  # the x32 calls would go round every rule below
        code += [(_AT_LEAST, 0, 1, 0x40000000), (_RETURN, 0, 0, _ERRNO | errno.EPERM)]

    def rule(name: str, checks: list, error: int = errno.EPERM) -> None:
        """Refuse call `name` where `checks`, instructions on its arguments, fall through."""
        number = CALLS[name][column]
        if number is None:
            return
        body = [*checks, (_RETURN, 0, 0, _ERRNO | error)]
        body.append((_LOAD, 0, 0, _NUMBER))  # where a passed check lands
        code.append((_EQUAL, 0, len(body), number))
        code.extend(body)

    def unless_equal(argument: int, value: int) -> list:
        return [(_LOAD, 0, 0, _ARGUMENT + 8 * argument), (_EQUAL, 1, 0, value)]

    def if_any_bit(argument: int, bits: int) -> list:
        return [(_LOAD, 0, 0, _ARGUMENT + 8 * argument), (_AND_ANY, 0, 1, bits)]

    def if_equal(argument: int, value: int) -> list:
        return [(_LOAD, 0, 0, _ARGUMENT + 8 * argument), (_EQUAL, 0, 1, value)]

    for name in ALWAYS:
        rule(name, [])
    for name in AS_IF_MISSING:
        rule(name, [], errno.ENOSYS)
    rule("clone", if_any_bit(0, NEW_NAMESPACES))
    rule("prlimit64", unless_equal(0, 0))
    if not may_start_programs:
        rule("execve", [])
        rule("execveat", [])
    if alone:
        rule("socket", [], errno.EACCES)
        for name in ("kill", "tgkill"):
            rule(name, unless_equal(0, own_pid))
        for name in ("tkill", "pidfd_send_signal", "rt_sigqueueinfo", "rt_tgsigqueueinfo"):
            rule(name, [])
        for command in (F_SETOWN, F_SETSIG, F_SETOWN_EX):
            rule("fcntl", if_equal(1, command))
    else:
        rule("socket", unless_equal(0, AF_UNIX), errno.EAFNOSUPPORT)
    code.append((_RETURN, 0, 0, _ALLOW))
    return b"".join(struct.pack("=HBBI", *step) for step in code)

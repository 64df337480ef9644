"""The most memory that this process has held."""

from __future__ import annotations

import sys
from pathlib import Path


def peak() -> int:
    """Peak resident bytes since the process began."""
    if sys.platform == "win32":
        return _windows()
    if sys.platform == "linux":
        return _linux()
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def _linux() -> int:
    # Not ru_maxrss: that begins with what the process that started this one held.
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    line = next(line for line in status.splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1]) * 1024


def _windows() -> int:
    import ctypes
    from ctypes import wintypes

    class Counters(ctypes.Structure):
        _fields_ = (
            ("cb", wintypes.DWORD),
            ("PageFaultCount", wintypes.DWORD),
            *((name, ctypes.c_size_t) for name in ("PeakWorkingSetSize", "WorkingSetSize")),
            *((f"other_{number}", ctypes.c_size_t) for number in range(6)),
        )

    counters = Counters()
    counters.cb = ctypes.sizeof(counters)
    kernel = ctypes.WinDLL("kernel32")
    kernel.GetCurrentProcess.restype = wintypes.HANDLE
    kernel.K32GetProcessMemoryInfo.argtypes = [
        wintypes.HANDLE,
        ctypes.POINTER(Counters),
        wintypes.DWORD,
    ]
    kernel.K32GetProcessMemoryInfo(kernel.GetCurrentProcess(), counters, counters.cb)
    return counters.PeakWorkingSetSize

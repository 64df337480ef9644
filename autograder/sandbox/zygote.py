"""Waits inside the isolation with the libraries loaded, and forks a process for each submission.

It runs no student's code and reads nothing from the processes that do. Its orders come from the
trusted side on one socket: spawn (with the channel the new process is to serve), kill. It tells
when a process has ended, and how.
"""

import contextlib
import gc
import importlib
import json
import os
import pkgutil
import resource
import selectors
import signal
import socket
import sys
import threading
import time
from typing import Any

MESSAGE = 1 << 16
SLACK = 64 << 20  # bytes that a process may take beyond its limit before the watch ends it
WATCH = 0.25  # seconds between two looks at how much memory the processes take together


def main(control_number: int, options: dict[str, Any]) -> None:
    """Load what `options` names, say so, and follow orders until the socket closes."""
    from autograder.sandbox import confine, serve

    started = time.monotonic()
    control = socket.socket(fileno=control_number)
    confine.own_environment(options["path"])
    preload(options["preload"])
    shell = serve.prepare()
    gc.collect()
    gc.freeze()  # so that a collection in a child does not copy every page
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    told = {"ready": True, "seconds": time.monotonic() - started, "memory": _resident()}
    told["threads"] = threading.active_count()
    control.send(json.dumps(told).encode())
    Zygote(control, shell, options).run()


def preload(names: list[str]) -> None:
    """Import modules, with a trailing `.*` all that is in the package; leave missing ones out."""
    for name in names:
        package = name.removesuffix(".*")
        with contextlib.suppress(ImportError):
            module = importlib.import_module(package)
            if package != name:
                for inner in pkgutil.walk_packages(module.__path__, f"{package}."):
                    with contextlib.suppress(ImportError):
                        importlib.import_module(inner.name)
    if "matplotlib.pyplot" in sys.modules:
        with contextlib.suppress(Exception):
            _warm_figures()
    if "torch" in sys.modules:
        torch = sys.modules["torch"]
        torch.set_num_threads(1)
        torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.1)  # imports torch._dynamo


def _warm_figures() -> None:
    import io

    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure()
    figure.subplots().set_title("x")
    FigureCanvasAgg(figure).print_png(io.BytesIO())


class Zygote:
    """The forks of one zygote, by the number the trusted side gave them."""

    def __init__(self, control: socket.socket, shell: Any, options: dict[str, Any]):
        self.control, self.shell, self.options = control, shell, options
        self.pids: dict[int, int] = {}
        self.most: dict[int, int] = {}  # bytes that a submission's processes may take
        self.over: set[int] = set()
        self.own = _memory_by_parent().get(os.getpid(), (0, 0))[1]
        self.selector = selectors.DefaultSelector()
        self.selector.register(control, selectors.EVENT_READ, None)

    def run(self) -> None:
        while True:
            if self.pids:
                self._watch()
            for key, _ in self.selector.select(timeout=WATCH if self.pids else None):
                if key.data is None and not self._order():
                    return
                if key.data is not None:
                    self._report(key.fileobj, key.data)

    def _watch(self) -> None:
        """End submissions whose processes together take more memory than one may."""
        taken = _memory_by_parent()
        for number, pid in self.pids.items():
            tree = _tree(pid, taken)
            most = self.most[number] * 5 // 4 + SLACK
            rough = sum(max(taken[each][1] - self.own, 0) for each in tree)
            if rough > most and sum(_share(each, taken[each][1]) for each in tree) > most:
                self.over.add(number)
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)

    def _order(self) -> bool:
        data, files, _, _ = socket.recv_fds(self.control, MESSAGE, 253)
        if not data:
            return False
        order = json.loads(data)
        if order["do"] == "spawn":
            self._spawn(order, files)
        elif order["do"] == "kill" and order["number"] in self.pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pids[order["number"]], signal.SIGKILL)
        return True

    def _spawn(self, order: dict, channels: list[int]) -> None:
        reading, writing = os.pipe()
        keeper = os.fork()
        if keeper == 0:
            end = 70
            try:
                os.close(reading)
                self._keep(order, channels, writing)
                end = 0
            except BaseException as error:
                with contextlib.suppress(OSError):
                    os.write(writing, json.dumps({"refused": str(error)[:800]}).encode() + b"\n")
            os._exit(end)
        _close(channels)
        os.close(writing)
        file = os.fdopen(reading, "rb")
        line = file.readline()
        first = json.loads(line) if line else {"refused": "the process could not be started"}
        if "refused" in first:
            os.waitpid(keeper, 0)
            file.close()
            self._tell({"number": order["number"], **first})
            return
        self.pids[order["number"]] = first["pid"]
        self.most[order["number"]] = order["limits"]["memory"]
        self.selector.register(file, selectors.EVENT_READ, (order["number"], keeper))
        self._tell({"number": order["number"], "started": True})

    def _report(self, file: Any, which: tuple[int, int]) -> None:
        number, keeper = which
        line = file.readline()
        self.selector.unregister(file)
        file.close()
        os.waitpid(keeper, 0)
        self.pids.pop(number, None)
        told = json.loads(line) if line else {"signal": signal.SIGKILL}
        told["over"] = number in self.over
        self._tell({"number": number, "ended": told})

    def _tell(self, message: dict) -> None:
        with contextlib.suppress(OSError):
            self.control.send(json.dumps(message).encode())

    def _keep(self, order: dict, channels: list[int], writing: int) -> None:
        """In the first fork: make the namespaces, fork the student's process, wait for its end."""
        from autograder.sandbox import confine, system

        rights = confine.Rights(**order["rights"])
        linux = sys.platform == "linux"
        if rights.namespaces:
            confine.into_namespaces(order["uid"])
        if linux:  # after any change of user, which takes it back
            system.prctl(system.PR_SET_PDEATHSIG, signal.SIGKILL)
        go_reading, go_writing = os.pipe()
        pid = os.fork()
        if pid == 0:
            end = 70
            try:
                os.close(go_writing)
                self._become_student(order, rights, channels, go_reading)
                end = 0
            except BaseException as error:
                _complain(channels[0], error)
            os._exit(end)
        os.close(go_reading)
        _close(channels)
        os.write(writing, json.dumps({"pid": pid}).encode() + b"\n")
        os.close(go_writing)
        if linux and not rights.namespaces:
            system.prctl(system.PR_SET_CHILD_SUBREAPER, 1)
        _, status, used = os.wait4(pid, 0)
        if not rights.namespaces:
            _end_leftovers(pid)
        told = {"exit": os.waitstatus_to_exitcode(status), "memory": _kilobytes(used.ru_maxrss)}
        told["cpu"] = used.ru_utime + used.ru_stime
        os.write(writing, json.dumps(told).encode() + b"\n")

    def _become_student(self, order: dict, rights: Any, channels: list[int], go: int) -> None:
        from autograder.sandbox import confine, serve, system

        os.read(go, 1)  # the zygote knows our number by now, so it can end us
        limits = confine.Limits(**order["limits"])
        os.setsid()
        if rights.namespaces:
            confine.own_folders(limits, tuple(order["masked"]))
        else:
            confine.become(order["uid"])
        if sys.platform == "linux":
            system.prctl(system.PR_SET_PDEATHSIG, signal.SIGKILL)
        confine.close_files(set(channels))
        confine.plain_signals()
        confine.set_limits(limits)
        confine.drop_rights(rights)
        serve.start(channels, self.shell, order["home"], order["files"])


def _complain(channel: int, error: BaseException) -> None:
    """Tell the trusted side why the process could not go on, where it still listens."""
    with contextlib.suppress(Exception):
        from autograder.sandbox import wire

        text = f"{type(error).__name__}: {error}"
        wire.send(socket.socket(fileno=channel), {"id": "", "died": text[:800]})


def _close(files: list[int]) -> None:
    for each in files:
        os.close(each)


def _end_leftovers(pid: int) -> None:
    """Without a process namespace: end whatever the student's process left running."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)
    children = f"/proc/self/task/{os.getpid()}/children"
    for _ in range(100):
        try:
            with open(children) as file:
                left = [int(word) for word in file.read().split()]
        except OSError:
            return
        if not left:
            return
        for each in left:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(each, signal.SIGKILL)
        with contextlib.suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        time.sleep(0.01)


def _memory_by_parent() -> dict[int, tuple[int, int]]:
    """pid -> (its parent, bytes of memory that are its own); empty where there is no /proc."""
    found, page = {}, resource.getpagesize()
    for name in os.listdir("/proc") if os.path.isdir("/proc") else ():
        if name.isdigit():
            with contextlib.suppress(OSError, ValueError, IndexError):
                with open(f"/proc/{name}/stat") as file:
                    parent = int(file.read().rpartition(")")[2].split()[1])
                with open(f"/proc/{name}/statm") as file:
                    words = file.read().split()
                found[int(name)] = (parent, (int(words[1]) - int(words[2])) * page)
    return found


def _tree(root: int, taken: dict[int, tuple[int, int]]) -> set[int]:
    """`root` and its descendants, as far as they are in `taken`."""
    members, before = {root}, 0
    while len(members) > before:
        before = len(members)
        members |= {pid for pid, (parent, _) in taken.items() if parent in members}
    return members & set(taken)


def _share(pid: int, otherwise: int) -> int:
    """Bytes of a process's memory, what it shares with others divided between them."""
    try:
        with open(f"/proc/{pid}/smaps_rollup") as file:
            lines = [line.split() for line in file]
    except OSError:
        return otherwise
    return sum(int(w[1]) << 10 for w in lines if w[0] in ("Pss_Anon:", "Pss_Shmem:"))


def _kilobytes(maximum: int) -> int:
    return maximum // 1024 if sys.platform == "darwin" else maximum


def _resident() -> int:
    return _kilobytes(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)

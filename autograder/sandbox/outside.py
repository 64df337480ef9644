"""The trusted side: starts a zygote, asks it for processes, talks with them, ends them.

Everything a process says is read by `wire` as plain data. Whatever goes wrong with it ends that
process and becomes a `Lost`, which says in one word how: crashed, time, memory, output.
"""

import contextlib
import json
import os
import secrets
import select
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from autograder.sandbox import layout, tiers, wire
from autograder.sandbox.confine import HOME, Limits

START_SECONDS = 180.0
GRACE = 3.0  # seconds a process gets beyond a limit that it should keep itself
MESSAGE = 1 << 16
MOST_SNAPSHOTS = 200
SUBMISSION_SECONDS = 900.0  # for everything that one process does
FIRST_UID = 60_000  # as root, submissions run as users that own nothing


class Lost(Exception):
    """A student's process is gone or talks nonsense. how: crashed, time, memory or output."""

    def __init__(self, how: str, words: str):
        super().__init__(words)
        self.how = how


class Isolation:
    """A zygote in its isolation, and the processes it forks. A context manager."""

    def __init__(
        self,
        tier: tiers.Tier,
        *,
        preload: Iterable[str] = (),
        hidden: Iterable[str] = (),
        masked: Iterable[str] = (),
        files: dict[str, bytes] | None = None,
        limits: Limits | None = None,
    ):
        self.tier, self.limits = tier, limits or Limits()
        self.folder = Path(tempfile.mkdtemp(prefix="course-sandbox-"))
        self.folder.chmod(0o755)
        self.stage = layout.make_stage(self.folder / "stage", files)
        self.course = layout.COURSE if tier.strong else str(self.stage)
        self.masked = [f"{self.course}/{name}" for name in masked] if tier.strong else []
        self.count = 0
        self.ended: dict[int, dict] = {}
        self.uid = FIRST_UID + os.getpid() % 5000 if os.geteuid() == 0 else 0
        try:
            self._start(list(preload), list(hidden))
        except BaseException:
            self.close()
            raise

    def _start(self, preload: list[str], hidden: list[str]) -> None:
        self.control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        options = {"control": theirs.fileno(), "preload": preload, "path": "/usr/bin:/bin"}
        words = tiers.command(self.tier, self.stage, options, hidden)
        self.log = tempfile.TemporaryFile()  # noqa: SIM115 - closed by `close`
        self.process = subprocess.Popen(
            words,
            stdin=subprocess.DEVNULL,
            stdout=self.log,
            stderr=self.log,
            pass_fds=[theirs.fileno()],
            env={"PATH": os.environ.get("PATH", ""), "OMP_NUM_THREADS": "1"},
            start_new_session=True,
        )
        theirs.close()
        self.facts = self._hear(time.monotonic() + START_SECONDS)

    def _hear(self, deadline: float) -> dict:
        left = deadline - time.monotonic()
        data = b""
        if left > 0 and select.select([self.control], [], [], left)[0]:
            with contextlib.suppress(OSError):
                data = self.control.recv(MESSAGE)
        if not data:
            self.log.seek(0)
            told = self.log.read().decode(errors="replace").strip().splitlines()
            last = told[-1] if told else "it ended without a word"
            raise tiers.Unavailable(f"the isolated process could not be started: {last[:400]}")
        return json.loads(data)

    def open(self, limits: Limits | None = None, snapshots: int = 0) -> "Session":
        """A new isolated process, of which up to `snapshots` copies may be taken.

        Unavailable where the system refuses what the tier promises.
        """
        self.count += 1
        pairs = [socket.socketpair() for _ in range(1 + min(snapshots, MOST_SNAPSHOTS))]
        (ours, *spares), theirs = zip(*pairs, strict=True)
        home = HOME
        if not self.tier.strong:
            home = tempfile.mkdtemp(prefix="work-", dir=self.folder)
            if self.uid:
                os.chown(home, self.uid, self.uid)
        order = {
            "do": "spawn",
            "number": self.count,
            "uid": self.uid,
            "limits": asdict(limits or self.limits),
            "rights": asdict(self.tier.rights),
            "masked": self.masked,
            "home": home,
            "files": f"{self.course}/{layout.FILES}",
        }
        socket.send_fds(self.control, [json.dumps(order).encode()], 
                        [each.fileno() for each in theirs])  # fmt: skip
        for each in theirs:
            each.close()
        deadline = time.monotonic() + START_SECONDS
        while True:
            told = self._hear(deadline)
            if "ended" in told:
                self.ended[told["number"]] = told["ended"]
            elif told["number"] == self.count:
                break
        if "refused" in told:
            for each in (ours, *spares):
                each.close()
            raise tiers.Unavailable(told["refused"])
        return Session(self, self.count, ours, home, spares)

    def end(self, number: int) -> dict:
        """End a process, wait until the system has taken everything of it away, say how it was."""
        with contextlib.suppress(OSError):
            self.control.send(json.dumps({"do": "kill", "number": number}).encode())
        return self.wait(number, 30)

    def wait(self, number: int, seconds: float) -> dict:
        """How process `number` ended, waiting up to `seconds`; empty if it did not."""
        deadline = time.monotonic() + seconds
        while number not in self.ended:
            if not select.select([self.control], [], [], max(deadline - time.monotonic(), 0))[0]:
                return {}
            told = self._hear(deadline)
            if "ended" in told:
                self.ended[told["number"]] = told["ended"]
        return self.ended.pop(number)

    def close(self) -> None:
        """End the zygote and with it all its processes."""
        process = getattr(self, "process", None)
        if process is not None:
            self.control.close()
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)
            process.kill()
            process.wait()
            self.log.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self) -> "Isolation":
        return self

    def __exit__(self, *exc) -> None:
        self.close()


class Session:
    """One isolated process and the conversation with it."""

    def __init__(
        self,
        isolation: Isolation,
        number: int,
        channel: socket.socket,
        home: str = HOME,
        spares: Iterable[socket.socket] = (),
    ):
        self.isolation, self.number, self.channel, self.home = isolation, number, channel, home
        self.spares = list(spares)
        self.taken = 0
        self.posted: set[str] = set()  # requests without an answer yet
        self.early: dict[str, dict] = {}  # answers that nobody has fetched yet
        self.asked: Callable[[dict], dict] | None = None  # answers what cells ask, such as `check`
        self.until = time.monotonic() + SUBMISSION_SECONDS
        self.final: dict = {}

    def ask(self, do: str, within: float, /, **what: Any) -> dict:
        """Send one request and return its answer; Lost when none comes `within` seconds."""
        return self.answer(self.post(do, **what), within)

    def post(self, do: str, /, **what: Any) -> str:
        """Send a request whose answer is fetched later; returns its number."""
        number = secrets.token_hex(8)
        try:
            wire.send(self.channel, {"id": number, "do": do, "with": what})
        except OSError:
            raise self._lost() from None
        self.posted.add(number)
        return number

    def answer(self, number: str, within: float) -> dict:
        """The answer to request `number`; Lost when it does not come `within` seconds."""
        deadline = min(time.monotonic() + within + GRACE, self.until)
        try:
            while number not in self.early:
                answer = wire.receive(self.channel, deadline)
                if "died" in answer:
                    raise Lost("crashed", f"The process could not start: {answer['died']}")
                if answer.get("ask") and self.asked is not None:
                    told = self.asked(answer)
                    wire.send(self.channel, {"id": "", "do": "told", "with": told})
                elif isinstance(answer.get("id"), str) and answer["id"] in self.posted:
                    self.posted.discard(answer["id"])
                    self.early[answer["id"]] = answer
                else:
                    raise wire.Unreadable("an answer to a question nobody asked")
        except wire.Late:
            self.end()
            raise Lost("time", f"no answer within {within:g} seconds") from None
        except wire.Unreadable as error:
            self.end()
            raise Lost("output", f"the process sent {error}") from None
        except (wire.Closed, OSError):
            raise self._lost() from None
        return self.early.pop(number)

    def snapshot(self) -> "Snapshot":
        """A copy of the process as it is now, to be asked later."""
        number, self.taken = self.taken, self.taken + 1
        answer = self.ask("snapshot", 10, number=number)
        if "pid" not in answer:
            raise Lost("memory", f"no copy could be made: {answer.get('failed')}")
        return Snapshot(self, self.spares[number], int(answer["pid"]))

    def _lost(self) -> Lost:
        self.end(wait=1.0)
        if self.final.get("over"):
            return Lost("memory", "its processes together took more than a submission may")
        code = self.final.get("exit")
        if code is not None and code < 0:
            name = signal.Signals(-code).name if -code in set(signal.Signals) else str(-code)
            if name in ("SIGXCPU", "SIGKILL"):
                return Lost("time", f"the process was ended ({name})")
            return Lost("crashed", f"the process crashed ({name})")
        return Lost("crashed", f"the process ended itself (exit code {code})")

    def end(self, wait: float = 0.0) -> None:
        """End the process and everything it started. wait: let it end by itself so long first."""
        if self.number:
            self.final = self.isolation.wait(self.number, wait) if wait else {}
            self.final = self.final or self.isolation.end(self.number)
            self.number = 0
        for each in (self.channel, *self.spares):
            each.close()
        if self.home != HOME:
            shutil.rmtree(self.home, ignore_errors=True)

    def __enter__(self) -> "Session":
        return self

    def __exit__(self, *exc) -> None:
        self.end()


class Snapshot(Session):
    """A copy that a session's process made of itself."""

    def __init__(self, session: Session, channel: socket.socket, pid: int):
        super().__init__(session.isolation, 0, channel)
        self.session, self.pid = session, pid

    def end(self, wait: float = 0.0) -> None:
        """End the copy; the process it was taken from goes on."""
        self.channel.close()
        if self.pid and self.session.number:
            pid, self.pid = self.pid, 0
            with contextlib.suppress(Lost):
                self.session.ask("end", 5, pid=pid)

    def _lost(self) -> Lost:
        """How the copy ended: with its whole process, or alone."""
        session = self.session
        if session.number and (final := session.isolation.wait(session.number, 0.3)):
            session.final, session.number = final, 0
            return session._lost()
        self.end()
        return Lost("crashed", "the process ended itself")

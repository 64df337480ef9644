"""Run a case under every library, one process each, round by round in turn."""

from __future__ import annotations

import importlib.util
import json
import math
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

from tools.bench import cases

LIBRARIES = ("torch", "penlight", "numpy", "micrograd", "tinygrad")
PEERS = ("micrograd", "tinygrad")
SLOW = 1.0  # seconds a step from which one round is enough for a peer
SETTLE = 0.05  # seconds in which the last one's waiting threads go to sleep
TOLERANCE = 1e-3  # relative difference of losses that counts as equal: float32, other orders


class Lane:
    """One library's process."""

    def __init__(self, library: str, device: str, threads: int):
        self.library = library
        command = [sys.executable, "-m", "tools.bench.worker", library, device, str(threads)]
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            encoding="utf-8",
            env=environment(threads),
        )

    def ask(self, do: str, **request) -> dict:
        """The worker's answer; `{"error": …}` if the process is gone."""
        try:
            print(json.dumps({"do": do, **request}), file=self.process.stdin, flush=True)
            line = self.process.stdout.readline()
        except OSError:
            line = ""
        return json.loads(line) if line else {"error": "the process ended"}

    def require(self, do: str, **request) -> dict:
        """The same where an error must not be passed over: RuntimeError with the worker's words."""
        answer = self.ask(do, **request)
        if "error" in answer:
            raise RuntimeError(f"{self.library}: {answer['error']}")
        return answer

    def alive(self) -> bool:
        return self.process.poll() is None

    def close(self) -> None:
        self.process.stdin.close()
        try:
            self.process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()


def environment(threads: int) -> dict[str, str]:
    """The environment of a worker: so many threads for every BLAS and OpenMP."""
    names = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")
    return {**os.environ, **dict.fromkeys(names, str(threads))}


@dataclass
class Entry:
    """One library in one case: seconds a step in each round, or a note why there are none."""

    library: str
    seconds: list[float] = field(default_factory=list)
    losses: list[float] = field(default_factory=list)
    note: str = ""

    def median(self) -> float:
        return statistics.median(self.seconds)


@dataclass
class Result:
    """One line of the table."""

    name: str
    title: str
    limit: float
    entries: dict[str, Entry]
    reason: str = ""
    unit: str = "ratio"

    def ratio(self, library: str) -> tuple[float, float] | None:
        """Times PyTorch's: the median over rounds, and best round by best round."""
        ours, theirs = self.entries[library].seconds, self.entries["torch"].seconds
        if not ours or not theirs:
            return None
        rounds = [a / b for a, b in zip(ours, theirs, strict=False)]
        return statistics.median(rounds), min(ours) / min(theirs)

    def over(self) -> bool:
        """Whether penlight takes longer than it should."""
        ratio = self.ratio("penlight")
        return ratio is not None and ratio[0] > self.limit

    def failed(self) -> list[str]:
        """The libraries whose losses are not PyTorch's, and those of ours that did not run."""
        wanted = self.entries["torch"].losses
        return [
            each.library
            for each in self.entries.values()
            if not agree(each.losses, wanted)
            if each.losses or each.library not in PEERS
        ]


def agree(losses: list[float], wanted: list[float]) -> bool:
    """Whether two libraries' losses are equal but for rounding."""
    return (
        bool(losses)
        and len(losses) == len(wanted)
        and all(
            math.isclose(a, b, rel_tol=TOLERANCE, abs_tol=1e-6)
            for a, b in zip(losses, wanted, strict=True)
        )
    )


class Race:
    """The processes of all libraries; a context manager that ends them."""

    def __init__(self, libraries=LIBRARIES, *, device="cpu", threads=2, rounds=7, quick=False):
        self.libraries, self.device, self.threads = tuple(libraries), device, threads
        self.rounds, self.quick = rounds, quick
        self.lanes: dict[str, Lane] = {}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for lane in self.lanes.values():
            lane.close()

    def lane(self, library: str) -> Lane:
        if library not in self.lanes or not self.lanes[library].alive():
            self.lanes[library] = Lane(library, self.device, self.threads)
        return self.lanes[library]

    def run(self, name: str, **sizes) -> Result:
        """Race the case `name`; nothing is timed until the losses of all have been heard."""
        case = cases.load(name)
        entries = {each: self._prepare(each, name, sizes) for each in self.libraries}
        for library in self._turns(entries):
            entry = entries[library]
            time.sleep(0 if self.quick else SETTLE)
            answer = self.lane(library).ask("round")
            if "error" in answer:
                entry.seconds, entry.note = [], answer["error"]
            else:
                entry.seconds.append(answer["seconds"])
        reason = getattr(case, "REASON", "")
        return Result(name, cases.title(case), case.LIMIT, entries, reason)

    def _prepare(self, library: str, name: str, sizes: dict) -> Entry:
        if not installed(library):
            return Entry(library, note="not installed")
        answer = self.lane(library).ask("prepare", name=name, quick=self.quick, sizes=sizes)
        if "missing" in answer:
            return Entry(library, note="–")
        return Entry(library, losses=answer.get("losses", []), note=answer.get("error", ""))

    def _turns(self, entries: dict[str, Entry]) -> Iterator[str]:
        """Whose turn it is: all in each round, each round begun by the next."""
        for number in range(self.rounds):
            running = [each for each in entries if not entries[each].note]
            first = number % max(1, len(running))
            for library in running[first:] + running[:first]:
                done = entries[library].seconds
                if library not in PEERS or not done or done[-1] < SLOW:
                    yield library


def installed(library: str) -> bool:
    """Whether the library can be imported (which is not tried)."""
    return importlib.util.find_spec(library) is not None

"""The loop inside an isolated process: run this cell, call that function, answer with plain data.

It shares its interpreter with the student's code, so whatever it answers is that code's claim.
The trusted side compares it with answers that are not in here.
"""

import ast
import builtins
import contextlib
import os
import select
import shutil
import signal
import socket
import sys
import traceback
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import numpy as np

from autograder.finding import is_placeholder, same_code, why_missing
from autograder.limits import captured, limited
from autograder.oracle import Outcome, is_empty, library, reference_slots
from autograder.runner import run_case
from autograder.sandbox import refusals, wire
from autograder.sandbox.crossing import raised, rebuild_error
from autograder.sandbox.handles import Side
from autograder.sandbox.objects import Objects
from autograder.sandbox.shell import Shell


class Told:
    """What `check` answers in here: whether it passed. Its words are written outside."""

    def __init__(self, token: str, passed: bool, points: float, written: bool):
        self.passed, self.points, self.written = passed, points, written
        self._token = token

    def __repr__(self) -> str:
        return self._token

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict:
        return {"text/plain": self._token}


class Server:
    """Serves one channel until it closes."""

    def __init__(self, channel: socket.socket, spares: list[socket.socket], shell: Shell):
        self.channel, self.spares, self.shell = channel, spares, shell
        self.exercise = SimpleNamespace()
        self.objects: Objects | None = None
        self.side: Any = None

    def serve(self, until: str = "") -> dict:
        """Answer requests; returns the first whose `do` is `until`."""
        while True:
            select.select([self.channel], [], [])  # here a time limit may interrupt, below not
            with _whole():
                message = wire.receive(self.channel, trusted=True)
            if message["do"] == until:
                return message
            if message["do"] == "told":
                continue  # the answer to a question that a time limit has cut short
            try:
                answer = getattr(self, f"do_{message['do']}")(**message["with"])
            except BaseException as error:
                answer = {"failed": f"{type(error).__name__}: {str(error)[:500]}"}
            self._reply(message["id"], answer)

    def _reply(self, number: str, answer: dict) -> None:
        try:
            wire.send(self.channel, {"id": number, **answer})
        except (TypeError, ValueError, RecursionError) as error:
            wire.send(self.channel, {"id": number, "failed": str(error)[:500]})

    def do_cell(self, source: str, seconds: float, count: int = 1) -> dict:
        """Run a cell as In[count]."""
        self.shell.ipython.execution_count = count
        return {"outputs": self.shell.run(source, seconds)}

    def do_describe(self, name: str, handed_out: str) -> dict:
        """Is there a function `name`, and has somebody written it?"""
        found = self.shell.names.get(name)
        if not callable(found):
            return {"callable": False, "why": str(why_missing(name, self.shell.names))[:500]}
        same = bool(handed_out) and same_code(found, handed_out)
        return {"callable": True, "placeholder": bool(is_placeholder(found)), "same": same}

    def do_forbid(self, names: tuple, exercise: str) -> dict:
        """Before the first cell: calls of `names` are refused from now on, whoever kept them."""
        refusals.install(tuple(names), exercise)
        return {"forbidden": True}

    def do_exercise(self, name: str, settings: dict) -> dict:
        """What the next cases belong to: time limit, forbidden names, how it is called."""
        self.exercise = SimpleNamespace(**settings, name=name)
        return {}

    def do_case(self, case: Any, properties: tuple, library_name: str) -> dict:
        """What the student's function does on one case."""
        self.exercise.properties = lambda case: properties
        function = self.shell.names[self.exercise.name]
        refusals.called.clear()
        with reference_slots(), self._filled(function):
            outcome = run_case(function, self.exercise, case, library(library_name))
        if refusals.called:
            outcome = Outcome("forbidden", message=str(refusals.called[0]))
        return {"outcome": outcome}

    def _filled(self, function: Any) -> Any:
        """Where the exercise's own slot was emptied, the engine runs on the student's function."""
        slots = sys.modules.get("penlight.slots")
        slot = slots.registry.get(self.exercise.name) if slots else None
        if slot is None or not is_empty(slot.reference):
            return contextlib.nullcontext()
        return slots.transplant(function, slot=slot.name)

    def do_snapshot(self, number: int) -> dict:
        """Fork a copy of this process as it is now; it serves spare channel `number`."""
        channel = self.spares[number]
        pid = os.fork()
        if pid == 0:
            os.setsid()
            for other in (self.channel, *self.spares):
                if other is not channel:
                    other.close()
            self.channel, self.spares = channel, []
            end = 0
            try:
                self.serve()
            except BaseException:
                end = 1
            os._exit(end)
        channel.close()
        return {"pid": pid}

    def do_end(self, pid: int) -> dict:
        """End a snapshot that does not answer."""
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        return {}

    def do_object(self, has: list | None = None, **step: Any) -> dict:
        """In the student's process: one step of the tests, or which of some names are set."""
        if self.objects is None:
            self.objects = Objects(self.shell.names, self._call_back)
        if has is not None:
            return {"has": self.objects.has(has)}
        with captured():
            return self.objects.do(**step)

    def _call_back(self, ref: Any, given: list, named: dict) -> Any:
        told = self._asks({"ask": "back", "at": ref.at, "given": given, "named": named})
        if "raised" in told:
            raise rebuild_error(told["raised"])
        return told["value"]

    def do_begin(self, imports: list, classes: list, assigned: list) -> dict:
        """In the tests' process: the instructor's imports."""
        self.side = Side(lambda step: self._asks({"ask": "object", **step}))
        self.side.begin(imports, classes, assigned)
        return {}

    def do_exam(self, source: str, seconds: float) -> dict:
        """In the tests' process: run a trusted cell against the student's process."""

        def has(names: list[str]) -> list[str]:
            return self._asks({"ask": "object", "has": names})["has"]

        return self._tried(lambda: self.side.run(source, has), 3 * seconds)

    def do_callback(self, at: int, given: list, named: dict) -> dict:
        """In the tests' process: the student's code calls a function that the tests gave it."""
        try:
            return {"value": self.side.call_back(at, given, named)}
        except BaseException as error:
            return raised(error)

    def do_beside(self, source: str, seconds: float) -> dict:
        """In a copy of the student's process: run tests that cannot be run apart."""
        reading, writing = os.pipe()
        if os.fork() == 0:
            try:
                found = self._tried(lambda: evaluate(source, self.shell.names), seconds)
                os.write(writing, repr(found).encode()[:60_000])
            finally:
                os._exit(0)
        os.close(writing)
        with os.fdopen(reading, "rb") as file:
            text = file.read().decode()
        os.wait()
        return ast.literal_eval(text) if text else {"failed": "the process ended"}

    def _tried(self, run: Any, seconds: float) -> dict:
        with captured():
            try:
                value = limited(run, seconds)
            except BaseException as error:
                told = raised(error)
                told["raised"]["lines"] = _lines(error)
                return told
        number = type(value) in (bool, int, float) or isinstance(value, np.number)
        return {"done": True, "number": float(value) if number else None}

    def _asks(self, message: dict) -> dict:
        """Ask the trusted side something in the middle of a request."""
        with _whole():
            wire.send(self.channel, {"id": "", **message})
        return self.serve(until="told")["with"]

    def do_ping(self) -> dict:
        return {"pid": os.getpid(), "uid": os.getuid()}

    def check(self, name: str, function: Any = None, *, hidden: bool = False) -> Told:
        """`check` as cells see it: the trusted side runs the visible cases through this process."""
        names, before = self.shell.names, self.shell.names.get(name)
        if function is not None:
            names[name] = function
        try:
            with captured():
                told = self._asks({"ask": "check", "name": str(name)})
        finally:
            if function is not None and before is None:
                del names[name]
            elif function is not None:
                names[name] = before
        if told.get("error"):
            raise KeyError(told["error"])
        return Told(told["token"], told["passed"], told["points"], told["written"])


@contextlib.contextmanager
def _whole() -> Iterator[None]:
    """No time limit cuts a message in two."""
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGALRM})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGALRM})


def evaluate(source: str, names: dict[str, Any]) -> Any:
    """Run `source`; the value of its last line where that is an expression."""
    tree = ast.parse(source)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, "<tests>", "exec", dont_inherit=True), names)
    if last is None:
        return None
    return eval(compile(ast.Expression(last.value), "<tests>", "eval"), names)


def _lines(error: BaseException) -> str:
    """Where in the tests an exception came from; their text is not told, it may be hidden."""
    lines = [n for f, n in traceback.walk_tb(error.__traceback__)
             if f.f_code.co_filename == "<tests>"]  # fmt: skip
    return f"in line {lines[-1]} of the tests" if lines else ""


def prepare() -> Shell:
    """Everything that can be done once, before the forks."""
    shell = Shell()
    for source in ("pass", "1 + 1", "1 / 0", "print()"):  # IPython imports much of itself late
        shell.ipython.run_cell(source, store_history=False)
    shell.outputs.take()
    return shell


def start(channels: list[int], shell: Shell, home: str, files: str) -> None:
    """Serve a submission in this process, confined by now, until the first channel closes.

    Cells run in the folder `home`, on copies of what is in `files`. The other channels are for
    snapshots.
    """
    os.makedirs(home, exist_ok=True)
    os.environ["HOME"] = home
    if os.path.isdir(files):
        shutil.copytree(files, home, dirs_exist_ok=True, copy_function=shutil.copyfile)
    os.chdir(home)
    sys.path.insert(0, "")
    shell.take_over()
    builtins.exit = builtins.quit = sys.exit
    channel, *spares = [socket.socket(fileno=number) for number in channels]
    server = Server(channel, spares, shell)
    import autograder

    autograder.check = server.check
    server.serve()

"""Runs a notebook's cells inside the isolated process, with IPython but without a kernel.

What a cell shows is kept in order and bounded: streams, displayed objects, the value of the last
line, the error. All of it is a claim of the student's process; nothing is scored by it.
"""

import contextlib
import io
import signal
import sys
from typing import Any

from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from autograder.limits import TimeUp, limited

MOST_CHARACTERS = 200_000  # of text a cell may print
MOST_BYTES = 8 << 20  # of pictures and pages it may show
MOST_OUTPUTS = 500
LATE = "CellTimeoutError"  # as nbgrader's own run calls it


class Outputs:
    """The outputs of the cell that runs now, as plain dicts in nbformat's words."""

    def __init__(self):
        self.items: list[dict] = []
        self.characters = self.size = 0
        self.cut = False

    def stream(self, name: str, text: str) -> None:
        room = MOST_CHARACTERS - self.characters
        self.characters += len(text)
        self.cut = self.cut or len(text) > room
        text = text[: max(room, 0)]
        if not text:
            return
        last = self.items[-1] if self.items else {}
        if last.get("output_type") == "stream" and last["name"] == name:
            last["text"].append(text)
        elif len(self.items) < MOST_OUTPUTS:
            self.items.append({"output_type": "stream", "name": name, "text": [text]})

    def show(self, kind: str, data: dict, metadata: dict) -> None:
        plain = {str(mime): _text(content) for mime, content in data.items()}
        size = sum(map(len, plain.values()))
        if self.size + size > MOST_BYTES or len(self.items) >= MOST_OUTPUTS:
            self.cut = True
            return
        self.size += size
        self.items.append({"output_type": kind, "data": plain, "metadata": {}})

    def error(self, name: str, value: str, lines: list[str]) -> None:
        lines = [str(line)[:5000] for line in lines[-100:]]
        self.items.append(
            {"output_type": "error", "ename": name, "evalue": value[:2000], "traceback": lines}
        )

    def take(self) -> list[dict]:
        """What was shown since the last time, as it is sent outside."""
        items = [
            {**item, "text": "".join(item["text"])} if item["output_type"] == "stream" else item
            for item in self.items
        ]
        if self.cut:
            note = "\n… more output was left out\n"
            items.append({"output_type": "stream", "name": "stdout", "text": note})
        self.__init__()
        return items


def _text(content: Any) -> str:
    if isinstance(content, bytes):
        import base64

        return base64.b64encode(content).decode()
    if isinstance(content, str):
        return content
    import json

    return json.dumps(content, default=str)


class Stream(io.TextIOBase):
    """sys.stdout or sys.stderr of the cells."""

    encoding = "utf-8"

    def __init__(self, name: str, outputs: Outputs):
        self._name, self._outputs = name, outputs

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        self._outputs.stream(self._name, str(text))
        return len(text)


class _Publisher(DisplayPublisher):
    outputs: Any = None

    def publish(self, data, metadata=None, **options):
        self.outputs.show("display_data", data, metadata or {})

    def clear_output(self, wait=False):
        self.outputs.items.clear()


class _Hook(DisplayHook):
    outputs: Any = None

    def __call__(self, result=None):
        self.check_for_underscore()
        if result is None or self.quiet():
            return
        self.update_user_ns(result)
        data, metadata = self.compute_format_data(result)
        self.outputs.show("execute_result", data, metadata)


class Shell:
    """One notebook's namespace and its cells."""

    def __init__(self):
        settings = Config()
        settings.HistoryManager.enabled = False
        settings.InteractiveShell.colors = "nocolor"
        settings.InteractiveShell.display_page = True
        self.ipython = InteractiveShell.instance(
            config=settings, display_pub_class=_Publisher, displayhook_class=_Hook
        )
        self.outputs, self.seconds = Outputs(), 0.0
        self.ipython.display_pub.outputs = self.outputs
        self.ipython.displayhook.outputs = self.outputs
        self.ipython._showtraceback = self._showtraceback
        # IPython would keep a second copy of all that is printed, without a bound
        self.ipython._tee = lambda channel: contextlib.nullcontext()
        self.ipython.user_ns["__name__"] = "__main__"
        sys.modules["__main__"].__dict__.update(self.ipython.user_ns)

    @property
    def names(self) -> dict[str, Any]:
        return self.ipython.user_ns

    def take_over(self) -> None:
        """From now on what is printed belongs to a cell."""
        sys.stdout, sys.stderr = Stream("stdout", self.outputs), Stream("stderr", self.outputs)
        sys.stdin = io.StringIO()

    def run(self, source: str, seconds: float) -> list[dict]:
        """Run one cell and return what it showed; an error, also a time-out, is an output."""
        streams, self.seconds = (sys.stdout, sys.stderr), seconds
        try:
            done = limited(lambda: self.ipython.run_cell(source, store_history=True), seconds)
            if isinstance(done.error_in_exec, TimeUp):
                self._late()
        except TimeUp:
            self._late()
        except BaseException as error:
            self.outputs.error(
                type(error).__name__, str(error), [f"{type(error).__name__}: {error}"]
            )
        sys.stdout, sys.stderr = streams
        return self.outputs.take()

    def _late(self) -> None:
        if not any(item.get("ename") == LATE for item in self.outputs.items):
            told = f"The cell did not end within {self.seconds:g} seconds."
            self.outputs.error(LATE, told, [f"{LATE}: {told}"])

    def _showtraceback(self, etype, evalue, stb) -> None:
        if issubclass(etype, TimeUp):
            signal.setitimer(signal.ITIMER_REAL, 0)  # it has arrived; leave IPython in peace
            self._late()
            return
        try:
            text = str(evalue)
        except Exception:
            text = ""
        self.outputs.error(etype.__name__, text, stb if isinstance(stb, list) else [str(stb)])

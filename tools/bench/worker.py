"""The process in which one library runs: reads a request a line from stdin, answers on stdout.

    python -m tools.bench.worker LIBRARY DEVICE THREADS

Requests and answers are JSON objects; an exception becomes `{"error": "Type: message"}`.
"""

from __future__ import annotations

import gc
import json
import os
import sys
import time

from tools.bench import cases

CHECKED_STEPS = 4  # losses of so many steps are compared
LEAST_SECONDS = 0.15  # a round repeats the step for so long
# tinygrad records what a step does in its first calls, and from then on replays it.
WARM_UP_STEPS = 3


class Worker:
    """What the process holds between requests: the step of the present case."""

    def __init__(self, library: str, device: str):
        self.library, self.device = library, device
        self.step, self.count = None, 1

    def prepare(self, name: str, quick: bool, sizes: dict, warm: bool = True) -> dict:
        """Make the case's step; the losses of its first steps, and how many make a round."""
        self.step = None
        gc.collect()
        case = cases.load(name)
        try:
            step = cases.make(
                case, self.library, cases.arrays(case, quick=quick, **sizes), self.device
            )
        except NotImplementedError:
            return {"missing": True}
        number = getattr(case, "result", float)
        losses = [number(step()) for _ in range(CHECKED_STEPS)]
        self.step, self.count = step, 1
        if warm and not quick:
            for _ in range(WARM_UP_STEPS):
                seconds = self.round()["seconds"]
            self.count = max(1, int(LEAST_SECONDS / seconds))
        return {"losses": losses, "count": self.count}

    def round(self) -> dict:
        """Seconds a step, over one round. One step goes before it, so that caches are warm."""
        if self.count > 1:
            self.step()
        begin = time.perf_counter()
        for _ in range(self.count):
            self.step()
        return {"seconds": (time.perf_counter() - begin) / self.count}

    def peak(self) -> dict:
        """The most memory that the process has held, in bytes."""
        from tools.bench import memory

        return {"bytes": memory.peak()}

    def calls(self) -> dict:
        """What one step costs in Python calls and bytes."""
        from tools.bench import count

        return count.step(self.step)


def limit_threads(library: str, threads: int) -> None:
    if library == "torch":
        import torch

        torch.set_num_threads(threads)


def main(library: str, device: str, threads: str) -> None:
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what a library prints must not be taken for an answer
    worker = Worker(library, device)
    limit_threads(library, int(threads))
    for line in sys.stdin:
        request = json.loads(line)
        try:
            answer = getattr(worker, request.pop("do"))(**request)
        except Exception as error:
            first = (str(error).splitlines() or [""])[0]
            answer = {"error": f"{type(error).__name__}: {first}"}
        print(json.dumps(answer), file=answers, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])

"""Who does the work of a grading run: this process, a local Dask cluster, or a remote one.

Each job is plain data and gives plain data, so a job may run twice or on another machine and
nothing is spoilt. A worker that dies costs its job a second run, elsewhere.
"""

import atexit
import contextlib
import os
from collections.abc import Iterator
from typing import Any

from autograder.sandbox.grader import Grader
from autograder.sandbox.paper import Paper, Result, Setting
from autograder.sandbox.tiers import named
from tools.course.folder import CourseError, one_line

ATTEMPTS = 4  # of a job whose worker dies; then the job itself is given up
_graders: dict[tuple[str, str], Grader] = {}


def grade_job(
    tier: str, version: str, setting: Setting, papers: list[Paper], only: str
) -> dict[str, Result]:
    """Grade the notebooks of one submission; the isolation stays for the next job."""
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    grader = _grader(tier, version, setting)
    try:
        return {paper.name: grader.grade(paper, only) for paper in papers}
    except (OSError, EOFError, ValueError):
        dismiss()  # its zygote is gone: once more with a new one
        grader = _grader(tier, version, setting)
        return {paper.name: grader.grade(paper, only) for paper in papers}


def _grader(tier: str, version: str, setting: Setting) -> Grader:
    which = (tier, version)
    if which not in _graders:
        dismiss()
        _graders[which] = Grader(named(tier), setting)
    return _graders[which]


def dismiss() -> None:
    """End the isolations of this process."""
    while _graders:
        _graders.popitem()[1].close()


atexit.register(dismiss)

Job = tuple[str, tuple]  # student, arguments of `grade_job`


@contextlib.contextmanager
def alone() -> Iterator[Any]:
    """Grade in this process, one job after the other."""

    def work(jobs: list[Job]) -> Iterator[tuple[str, dict[str, Result] | Exception]]:
        for student, arguments in jobs:
            try:
                yield student, grade_job(*arguments)
            except Exception as error:
                yield student, error

    try:
        yield work
    finally:
        dismiss()


@contextlib.contextmanager
def together(workers: int, scheduler: str = "") -> Iterator[Any]:
    """Grade on a Dask cluster: `workers` processes here, or those of a scheduler elsewhere."""
    try:
        import dask
        from distributed import Client, LocalCluster, as_completed
    except ImportError as error:
        raise CourseError(
            "Several workers need Dask, which is not installed: run `pip install distributed`, "
            "or grade with --workers 1."
        ) from error
    settings = {
        "distributed.scheduler.allowed-failures": ATTEMPTS - 1,
        "distributed.worker.daemon": False,  # a worker starts processes of its own
        "distributed.logging.distributed": "error",
    }
    with contextlib.ExitStack() as stack:
        stack.enter_context(dask.config.set(settings))
        if scheduler:
            try:
                client = Client(scheduler, timeout=15)
            except (OSError, ValueError) as error:
                raise CourseError(
                    f"No Dask scheduler answers at {scheduler} ({one_line(error)}). Start one "
                    "with `dask scheduler`, or leave --scheduler out."
                ) from error
        else:
            cluster = stack.enter_context(
                LocalCluster(
                    n_workers=workers,
                    threads_per_worker=1,
                    processes=True,
                    dashboard_address=None,
                    memory_limit=0,
                    silence_logs=50,
                )
            )
            client = Client(cluster)
        stack.enter_context(client)

        def work(jobs: list[Job]) -> Iterator[tuple[str, dict[str, Result] | Exception]]:
            setting_of: dict[str, Any] = {}
            futures = {}
            for student, (tier, version, setting, papers, only) in jobs:
                if version not in setting_of:
                    setting_of[version] = client.scatter(setting, broadcast=True, hash=False)
                sent = (tier, version, setting_of[version], papers, only)
                future = client.submit(grade_job, *sent, pure=False, retries=1)
                futures[future] = student
            for future in as_completed(list(futures)):
                student = futures.pop(future)
                try:
                    yield student, future.result()
                except Exception as error:
                    yield student, error
                future.release()

        yield work

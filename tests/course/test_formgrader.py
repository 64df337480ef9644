"""The Formgrader, in a real JupyterLab server, sees the course and the run that `course` made."""

import html
import json
import os
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

import pytest

from tools import lab
from tools.course import Course, grade
from tools.course import build as building
from tools.course.collect import collect_from

pytestmark = pytest.mark.slow

TOKEN = "formgrader-test"


class Server:
    """JupyterLab started by `command` on a free port; `get` asks it for a page or for JSON."""

    def __init__(self, folder, log, command):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.log = log
        words = ["--no-browser", f"--port={self.port}", f"--IdentityProvider.token={TOKEN}"]
        self.process = subprocess.Popen(
            [sys.executable, "-m", *command, *words],
            cwd=folder,
            stdout=log.open("w"),
            stderr=subprocess.STDOUT,
            env={**os.environ, "JUPYTER_PREFER_ENV_PATH": "1"},
        )

    def get(self, path, *, post=False):
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}{path}",
            headers={"Authorization": f"token {TOKEN}"},
            method="POST" if post else "GET",
        )
        with urllib.request.urlopen(request, timeout=120) as answer:
            text = answer.read().decode()
        return json.loads(text) if path.startswith("/formgrader/api") else text

    def wait(self):
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline:
            assert self.process.poll() is None, self.log.read_text()
            try:
                return self.get("/api/status")
            except (urllib.error.URLError, ConnectionError):
                time.sleep(0.2)
        raise AssertionError(f"no answer from JupyterLab:\n{self.log.read_text()}")

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


@pytest.fixture
def serve(tmp_path):
    started = []

    def start(folder, *command):
        started.append(Server(folder, tmp_path / f"lab-{len(started)}.log", command))
        started[-1].wait()
        return started[-1]

    yield start
    for server in started:
        server.stop()


def test_pages_list_the_assignment_and_its_graded_submissions(
    course, hand_in, tmp_path, serve, monkeypatch
):
    run = tmp_path / "class of 2030"
    monkeypatch.setenv("COURSE_RUN", str(run))
    course = Course.open(root=course.root)
    hand_in("ann", double="def double(x):\n    return x + x")
    hand_in("ben")
    collect_from(course, "doubling", tmp_path / "in")
    building.register(course, "doubling")
    grade.grade(course, "doubling", "ann")

    server = serve(course.root, "jupyterlab", *lab.options(course.root))
    assert 'href="/formgrader/static' in server.get("/formgrader/manage_assignments")
    (listed,) = server.get("/formgrader/api/assignments")
    assert (listed["name"], listed["num_submissions"], listed["max_score"]) == ("doubling", 2, 15)
    assert listed["release_path"] == "assignments/doubling"

    submissions = server.get("/formgrader/api/submissions/doubling")
    assert {s["student"]: s["autograded"] for s in submissions} == {"ann": True, "ben": False}
    (ann,) = (s for s in submissions if s["student"] == "ann")
    assert (ann["code_score"], ann["needs_manual_grade"]) == (4, True)

    page = "/formgrader/gradebook/doubling/doubling"
    assert "doubling" in server.get(page)
    (first,) = server.get("/formgrader/api/submitted_notebooks/doubling/doubling")[:1]
    shown = server.get(f"/formgrader/submissions/{first['id']}/")
    assert "def double(x)" in html.unescape(re.sub(r"<[^>]*>", "", shown))

    graded = server.get("/formgrader/api/submission/doubling/ben/autograde", post=True)
    assert graded["success"], graded
    assert server.get("/formgrader/api/submission/doubling/ben")["autograded"]
    made = server.get("/formgrader/api/assignment/doubling/assign", post=True)
    assert made["success"], made
    assert building.check(course, "doubling") == []


def test_the_lab_command_opens_this_course_without_taking_the_engine_for_an_assignment(
    tmp_path, serve, monkeypatch
):
    for name in ("DATA", "CONFIG", "RUNTIME"):
        monkeypatch.setenv(f"JUPYTER_{name}_DIR", str(tmp_path / f"jupyter-{name.lower()}"))
    monkeypatch.setenv("COURSE_RUN", str(tmp_path / "run"))
    server = serve(tmp_path, "tools.cli", "lab")
    names = [a["name"] for a in server.get("/formgrader/api/assignments")]
    assert "02_broadcasting" in names
    assert "penlight" not in names
    assert (tmp_path / "run" / "gradebook.db").is_file()

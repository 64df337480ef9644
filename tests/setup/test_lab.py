"""`course lab` starts a real JupyterLab with the course's settings and nbgrader's extensions."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from tools import lab

ROOT = Path(__file__).parents[2]
TOKEN = "for-this-test"


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """A lab on the course, with somebody else's empty Jupyter settings; yields its address."""
    home = tmp_path_factory.mktemp("home")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    own = {f"JUPYTER_{kind}_DIR": str(home / kind) for kind in ("CONFIG", "DATA", "RUNTIME")}
    own |= {"JUPYTER_TOKEN": TOKEN, "COURSE_RUN": str(home / "run")}
    log = home / "log"
    command = [sys.executable, "-m", "tools.cli", "lab", "--no-browser", "--port", str(port)]
    with log.open("w") as output:
        process = subprocess.Popen(
            command, cwd=ROOT, env=dict(os.environ, **own), stdout=output, stderr=output
        )
    address = f"http://127.0.0.1:{port}"
    try:
        wait_for(f"{address}/api", process, log)
        yield address
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=30)


def wait_for(address: str, process: subprocess.Popen, log: Path) -> None:
    for _ in range(600):
        assert process.poll() is None, log.read_text()
        with contextlib.suppress(urllib.error.URLError):
            get(address)
            return
        time.sleep(0.1)
    pytest.fail(f"JupyterLab did not answer in a minute:\n{log.read_text()}")


def get(address: str) -> str:
    request = urllib.request.Request(address, headers={"Authorization": f"token {TOKEN}"})
    with urllib.request.urlopen(request, timeout=30) as answer:
        return answer.read().decode()


pytestmark = pytest.mark.slow


def test_lab_answers_on_the_port_asked_for(server):
    page = get(f"{server}/lab")
    config = json.loads(re.search(r"jupyter-config-data[^>]*>(.*?)</script>", page, re.S)[1])
    names = [extension["name"] for extension in config["federated_extensions"]]
    assert {"@jupyter/nbgrader", "anywidget", "@jupyter-widgets/jupyterlab-manager"} <= set(names)


@pytest.mark.parametrize(
    "page", ["formgrader/manage_assignments", "assignments?course_id=penlight", "formgraders"]
)
def test_nbgrader_pages_answer(server, page):
    """Formgrader, Assignment List and Course List; get raises if the extension is off."""
    assert get(f"{server}/{page}")


def test_news_is_off_and_widgets_are_saved(server):
    def default(plugin: str, name: str):
        settings = json.loads(get(f"{server}/lab/api/settings/{plugin}"))
        return settings["schema"]["properties"][name]["default"]

    assert default("@jupyterlab/apputils-extension:notification", "fetchNews") == "false"
    assert default("@jupyter-widgets/jupyterlab-manager:plugin", "saveState") is True


def test_files_are_the_courses(server):
    names = {entry["name"] for entry in json.loads(get(f"{server}/api/contents"))["content"]}
    assert {"README.md", "solutions", "lectures"} <= names


def test_workspaces_stay_in_the_course_and_root_is_allowed(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 0, raising=False)
    options = lab.options(tmp_path)
    assert f"--LabApp.workspaces_dir={tmp_path / '.jupyter' / 'workspaces'}" in options
    assert "--allow-root" in options
    monkeypatch.setattr(os, "geteuid", lambda: 1000, raising=False)
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    assert lab.options(tmp_path) == [f"--LabApp.app_settings_dir={lab.SETTINGS}"]


def test_package_without_notebooks_says_so(tmp_path, monkeypatch):
    monkeypatch.setattr(lab, "ROOT", tmp_path)
    with pytest.raises(SystemExit, match="Get the whole course"):
        lab.run([])

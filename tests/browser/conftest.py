"""A JupyterLab of our own, driven in a headless Chromium.

Fixtures: `browser` (the Chromium), `page` (a fresh tab, errors of the page fail the test),
`lab` (a running JupyterLab; `lab.open(page, path)` gives a `Notebook`), `artifacts` (a folder for
screenshots: the one named by the environment variable COURSE_ARTIFACTS, else pytest's own).
"""

import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import nbformat
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright

from tools.widgets.base import bundle

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
MAC = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"
QUIET = [
    "--no-sandbox",  # containers and CI runners run as root
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-sync",
    "--no-first-run",
    "--no-default-browser-check",
]
SETTINGS = {
    "apputils-extension/notification": {
        "fetchNews": "false",
        "checkForUpdates": False,
        "doNotDisturbMode": True,
    },
    # All cells stay in the page, not only those on the screen.
    "notebook-extension/tracker": {"windowingMode": "none"},
}


def pytest_collection_modifyitems(items):
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.slow)


def chromium_path():
    """The path of an installed Chromium or Chrome; without one CI fails, a laptop skips."""
    path = next((path for path in map(shutil.which, (*NAMES, MAC)) if path), None)
    if path is None:
        reason = f"no Chromium found (looked for {', '.join(NAMES)}): apt install chromium"
        if os.environ.get("CI"):
            pytest.fail(f"On CI the browser tests must run, but {reason}")
        pytest.skip(reason)
    return path


@pytest.fixture
def find_chromium():
    return chromium_path


@pytest.fixture(scope="session")
def artifacts(tmp_path_factory):
    folder = os.environ.get("COURSE_ARTIFACTS")
    if folder is None:
        return tmp_path_factory.mktemp("artifacts")
    Path(folder).mkdir(parents=True, exist_ok=True)
    return Path(folder)


@pytest.fixture(scope="session")
def browser():
    path = chromium_path()
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=QUIET)
        yield browser
        browser.close()


@pytest.fixture
def page(browser):
    context = browser.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    page = context.new_page()
    page.set_default_timeout(30_000)
    errors = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    context.close()
    assert not errors, f"the page raised {errors}"


@pytest.fixture
def load_module(page):
    """Load one of the widgets' JavaScript modules; its functions are then in `window.module`."""

    def load(name):
        page.evaluate(
            """async (source) => {
                const blob = new Blob([source], { type: "text/javascript" });
                window.module = await import(URL.createObjectURL(blob));
            }""",
            bundle(name),
        )

    return load


@pytest.fixture
def show(page, tmp_path):
    """Show a widget in `page` with no Jupyter around it."""

    def show(widget):
        page.goto(widget.save(tmp_path / "widget.html").as_uri())
        page.wait_for_selector(".pl-widget")

    return show


@pytest.fixture
def assert_accessible():
    """Fail with axe-core's findings in the part of the page that the selector names."""

    def check(page, selector):
        found = Axe().run(page, context=selector)
        assert found.response["passes"], f"axe looked at nothing in {selector}"
        assert found.violations_count == 0, found.generate_report()

    return check


@pytest.fixture(scope="session")
def lab(tmp_path_factory):
    lab = Lab(tmp_path_factory.mktemp("lab"))
    yield lab
    lab.stop()


class Lab:
    """A JupyterLab server in a process of its own, knowing nothing of the user's settings."""

    def __init__(self, home):
        self.root = home / "notebooks"
        self.root.mkdir()
        settings = home / "config" / "lab" / "user-settings" / "@jupyterlab"
        for name, values in SETTINGS.items():
            file = settings / f"{name}.jupyterlab-settings"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(json.dumps(values))
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        self.token = secrets.token_hex(16)
        env = os.environ | {
            "JUPYTER_CONFIG_DIR": str(home / "config"),
            "JUPYTER_DATA_DIR": str(home / "data"),
            "JUPYTER_RUNTIME_DIR": str(home / "runtime"),
            "IPYTHONDIR": str(home / "ipython"),
            "JUPYTERLAB_SETTINGS_DIR": str(home / "config" / "lab" / "user-settings"),
            "JUPYTERLAB_WORKSPACES_DIR": str(home / "workspaces"),
            "MPLCONFIGDIR": str(home / "matplotlib"),
        }
        command = [
            *(sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"),
            *(f"--port={port}", "--ServerApp.port_retries=0", "--ip=127.0.0.1"),
            *(f"--IdentityProvider.token={self.token}", f"--ServerApp.root_dir={self.root}"),
            "--LabApp.expose_app_in_browser=True",
        ]
        self.log = home / "jupyterlab.log"
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                command, env=env, cwd=self.root, stdout=log, stderr=subprocess.STDOUT
            )
        self._wait_until_up()

    def _wait_until_up(self):
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                with urllib.request.urlopen(f"{self.url}/api?token={self.token}", timeout=5):
                    return
            except OSError:
                time.sleep(0.3)
        self.stop()
        pytest.fail(f"JupyterLab did not come up. Its log ends:\n{self.log.read_text()[-3000:]}")

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def put(self, notebook, name="notebook.ipynb"):
        """Write a notebook (cells, or the path of a file) where the server finds it; its name."""
        if isinstance(notebook, Path):
            shutil.copy(notebook, self.root)
            return notebook.name
        kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
        notebook = nbformat.v4.new_notebook(cells=notebook, metadata={"kernelspec": kernel})
        nbformat.write(notebook, self.root / name)
        return name

    def open(self, page, name, theme="JupyterLab Light"):
        """Open the notebook `name` in `page` with its kernel ready; a `Notebook`."""
        page.goto(f"{self.url}/doc/tree/{name}?token={self.token}&reset")
        page.wait_for_function("window.jupyterapp?.shell.currentWidget?.sessionContext")
        page.evaluate(
            "theme => { window.jupyterapp.commands.execute('apputils:change-theme', { theme }); }",
            theme,
        )
        dark = "false" if theme == "JupyterLab Dark" else "true"
        page.wait_for_selector(f"body[data-jp-theme-light={dark}]", state="attached")
        # Running cells earlier, or a notebook that names no kernel, hangs on "Select Kernel".
        page.wait_for_function(
            """() => {
                const context = window.jupyterapp.shell.currentWidget.sessionContext;
                const kernel = context.session?.kernel;
                return context.isReady && kernel?.connectionStatus === "connected"
                    && kernel.status === "idle";
            }""",
            timeout=90_000,
        )
        return Notebook(page)


class Notebook:
    """A notebook open in the page."""

    def __init__(self, page):
        self.page = page

    def run_all(self, seconds=300):
        """Run every cell and wait until none is left; outputs are not judged."""
        # Not awaited: the command's promise would wait for any dialog it opens.
        self.page.evaluate(
            "() => { window.jupyterapp.commands.execute('notebook:run-all-cells'); }"
        )
        self.page.wait_for_function(
            """() => {
                const panel = window.jupyterapp.shell.currentWidget;
                const code = panel.content.widgets.filter((cell) => cell.model.type === "code");
                const written = code.filter((cell) => cell.model.sharedModel.source.trim());
                const failed = written.some((cell) =>
                    cell.model.outputs.toJSON().some((o) => o.output_type === "error"));
                return panel.sessionContext.session.kernel.status === "idle"
                    && (failed || written.every((cell) => cell.model.executionCount !== null));
            }""",
            timeout=seconds * 1000,
        )

    def cells(self):
        """The cells as nbformat dicts, with their outputs."""
        return self.page.evaluate(
            "() => window.jupyterapp.shell.currentWidget.model.toJSON().cells"
        )

    def assert_no_errors(self):
        """No cell may have raised; the message names those that did."""
        errors = [
            f"{cell['id']}: {output['ename']}: {output['evalue']}"
            for cell in self.cells()
            for output in cell.get("outputs", [])
            if output["output_type"] == "error"
        ]
        assert not errors, "these cells raised:\n" + "\n".join(errors)

"""Open JupyterLab on the course; options such as --no-browser and --port 8899 go to JupyterLab."""

from __future__ import annotations

import typer

from tools import lab

CONTEXT_SETTINGS = {"allow_extra_args": True, "ignore_unknown_options": True}


def main(context: typer.Context) -> None:
    """Open JupyterLab on the course, with nbgrader's extensions on.

    Every option is JupyterLab's: --no-browser prints the address only, --port NUMBER chooses the
    port, --ip and a notebook's path work too; --help-all lists them. Ctrl-C stops it.
    """
    lab.run(context.args)

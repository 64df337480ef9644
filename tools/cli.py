"""The command line: `course COMMAND`, the same commands as `python3 -m tools COMMAND`.

To add a command, write the module `tools/commands/<name>.py`; nothing else needs a change.
Its file name is the command's name (`_` becomes `-`), the first line of its docstring is
its line in `course --help`, and it defines one of

    def main(...): ...      an ordinary typer command, or
    app = typer.Typer()     for a command with subcommands,

and, where typer needs them, `CONTEXT_SETTINGS`. Only the module of the command that was asked
for is imported, so a slow import in one command delays no other.
"""

from __future__ import annotations

import importlib
import os
import sys
from pathlib import Path

import typer

from tools.commands import command_modules, summary


def build_app(load: set[str]) -> typer.Typer:
    """The typer app: commands in `load` are imported, the others only listed."""
    app = typer.Typer(
        name="course",
        help="Penlight: learn PyTorch by building it. `COMMAND --help` explains each command.",
        no_args_is_help=True,
        pretty_exceptions_show_locals=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(lambda: None)  # keeps COMMAND in the usage line however few commands there are
    for name, file in command_modules().items():
        short_help = summary(file)
        if name not in load:
            app.command(name, short_help=short_help)(lambda: None)
            continue
        module = importlib.import_module(f"tools.commands.{file.stem}")
        if hasattr(module, "app"):
            app.add_typer(module.app, name=name, short_help=short_help)
        else:
            settings = getattr(module, "CONTEXT_SETTINGS", None)
            app.command(name, short_help=short_help, context_settings=settings)(module.main)
    return app


def main() -> None:
    """Entry point of the console script `course`."""
    scripts = str(Path(sys.executable).parent)  # nbgrader runs `alembic`, we run `jupyter`
    if scripts not in os.environ.get("PATH", "").split(os.pathsep):
        os.environ["PATH"] = scripts + os.pathsep + os.environ.get("PATH", "")
    completing = "_COURSE_COMPLETE" in os.environ
    asked = next((word for word in sys.argv[1:] if not word.startswith("-")), None)
    app = build_app(set(command_modules()) if completing else {asked})
    program = "course" if "course" in Path(sys.argv[0]).name else "python3 -m tools"
    app(prog_name=program)


if __name__ == "__main__":
    main()

"""What `python3 -m tools` does with its words: help, `doctor`, or a command in the environment.

Standard library only.
"""

from __future__ import annotations

import difflib
import os
import subprocess
import sys
from pathlib import Path

from tools import commands
from tools.environment import Environment, SetupError, holds_the_course

ROOT = Path(__file__).parents[1]
PROGRAM = "python3 -m tools"


def main(arguments: list[str]) -> int:
    """Run `python3 -m tools ARGUMENTS`; returns the exit status."""
    names = commands.command_modules()
    asked = next((word for word in arguments if not word.startswith("-")), None)
    if asked is None:
        print_commands(names)
        return 0
    if asked not in names:
        close = difflib.get_close_matches(asked, names, n=1)
        hint = f" Did you mean `{close[0]}`?" if close else ""
        print(
            f"There is no command `{asked}`.{hint} `{PROGRAM} --help` lists them.", file=sys.stderr
        )
        return 2
    if asked == "doctor":  # must work where no environment can be made
        from tools import doctor

        return doctor.main(arguments[arguments.index(asked) + 1 :])
    if holds_the_course():
        from tools import cli

        cli.main()
        return 0
    environment = Environment(ROOT)
    try:
        environment.ensure()
    except SetupError as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print(f"\nStopped. `{PROGRAM} {asked}` starts the set-up again.", file=sys.stderr)
        return 130
    return run_inside(environment, arguments)


def print_commands(names: dict[str, Path]) -> None:
    print(f"usage: {PROGRAM} COMMAND [options]\n\nPenlight: learn PyTorch by building it.\n")
    width = max(map(len, names))
    for name, file in names.items():
        print(f"  {name:{width}}  {commands.summary(file)}")
    print(f"\n`{PROGRAM} COMMAND --help` explains each command.")


def run_inside(environment: Environment, arguments: list[str]) -> int:
    """Replace this process by the same command inside the environment."""
    variables = environment.variables()
    command = [str(environment.python), "-m", "tools.cli", *arguments]
    sys.stdout.flush()
    if os.name == "nt":  # exec on Windows returns to the shell before the command has ended
        return subprocess.run(command, env=variables).returncode
    os.execve(command[0], command, variables)

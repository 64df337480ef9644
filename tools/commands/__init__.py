"""The commands of `course`: one module each, named as the command (see tools/cli.py).

This file imports the standard library only: `python3 -m tools --help` lists the commands before
any environment exists.
"""

from __future__ import annotations

import ast
from pathlib import Path


def command_modules() -> dict[str, Path]:
    """Command name -> its module's file, in alphabetical order."""
    files = sorted(Path(__file__).parent.glob("[!_]*.py"))
    return {file.stem.replace("_", "-"): file for file in files}


def summary(file: Path) -> str:
    """First line of the docstring of the module in `file`, read without importing it."""
    docstring = ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or ""
    return docstring.partition("\n")[0]

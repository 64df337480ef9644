"""Say what this machine has and lacks, and the one command that mends each."""

from __future__ import annotations

import typer

from tools import doctor


def main() -> None:
    """Look at Python, the environment, torch, CUDA, CuPy, programs, disk and ports."""
    raise typer.Exit(doctor.main([]))

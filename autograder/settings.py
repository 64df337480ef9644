"""The instructor's settings, each also an environment variable so that a grading run can set it."""

import os
from dataclasses import dataclass


def _flag(name: str) -> bool:
    return os.environ.get(name, "").strip().lower() in ("1", "true", "yes", "on")


def _number(name: str, default: float) -> float:
    text = os.environ.get(name, "").strip()
    try:
        value = float(text or default)
    except ValueError:
        value = 0.0
    if value <= 0:
        raise ValueError(f"{name} must be a positive number, not {text!r}")
    return value


@dataclass
class Settings:
    """show_hidden_input (PENLIGHT_SHOW_HIDDEN_INPUT=1): feedback on a hidden case also shows its
    input, what was expected and what came back. time_scale (PENLIGHT_TIME_SCALE=3): multiplies
    every time limit, for slow machines."""

    show_hidden_input: bool = False
    time_scale: float = 1.0


def _from_environment() -> Settings:
    return Settings(_flag("PENLIGHT_SHOW_HIDDEN_INPUT"), _number("PENLIGHT_TIME_SCALE", 1.0))


settings = _from_environment()


def under_nbgrader() -> bool:
    """True while nbgrader executes the notebook to score it."""
    return os.environ.get("NBGRADER_EXECUTION") == "autograde"

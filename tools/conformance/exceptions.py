"""What PyTorch itself cannot be held to, from exceptions.toml, each with its reason."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FILE = Path(__file__).with_name("exceptions.toml")


@dataclass(frozen=True)
class Exception_:
    """Checks that are left out, or made without comparing numbers.

    operator  name or entry label; `kind`, `form`, `dtype` narrow it; `sample` is a part of the
              sample's description
    compare   "nothing"; "all but values"; "within": numbers within `atol`; "all but ties": places
              of equal elements may differ
    """

    operator: str
    reason: str
    kind: str = ""
    form: str = ""
    dtype: str = ""
    sample: str = ""
    compare: str = "nothing"
    atol: float = 0.0


@cache
def listed() -> tuple[Exception_, ...]:
    tables = tomllib.loads(FILE.read_text("utf-8")).get("exception", [])
    return tuple(Exception_(**each) for each in tables)


def find(entry, operator, kind, form, dtype, sample) -> Exception_ | None:
    """The exception that covers a check, if one does."""
    dtype = str(dtype).removeprefix("torch.")
    for each in listed():
        if (
            each.operator in (entry, operator)
            and each.kind in ("", kind)
            and each.form in ("", form)
            and each.dtype in ("", dtype)
            and each.sample in sample
        ):
            return each
    return None

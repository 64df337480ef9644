"""Writing files so that a crash half-way leaves no half-written one."""

import contextlib
import os
import secrets
from pathlib import Path


@contextlib.contextmanager
def written_whole(path: Path):
    """A file to write to, which becomes `path` when the block ends without an error.

    Until then whatever was at `path` stays there.
    """
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with temporary.open("xb") as file:
            yield file
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)

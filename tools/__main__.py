"""`python3 -m tools COMMAND`: needs only Python; the first run builds .venv, where it runs.

Until the version is checked, this file keeps to syntax that every Python can read, 2.7 too.
"""

import sys

OLDEST = (3, 11)


def say_python_is_too_old():
    """Print which Python is needed and, where one is installed, the command that uses it."""
    sys.stderr.write("Penlight needs Python 3.11 or newer. ")
    sys.stderr.write("This one is " + sys.version.split()[0] + ", " + sys.executable + ".\n")
    for name in ("python3.13", "python3.12", "python3.11"):
        if runs(name):
            sys.stderr.write("Run: " + name + " -m tools " + " ".join(sys.argv[1:]) + "\n")
            return
    sys.stderr.write("Install a newer one from https://www.python.org/downloads/\n")


def runs(name):
    """Whether `name` starts a Python; it may be on PATH and yet only say that it is not there."""
    import os
    import subprocess

    with open(os.devnull, "w") as nowhere:
        try:
            return subprocess.call([name, "-c", ""], stdout=nowhere, stderr=nowhere) == 0
        except OSError:
            return False


if __name__ == "__main__":
    if sys.version_info < OLDEST:
        say_python_is_too_old()
        sys.exit(1)
    from tools import bootstrap

    sys.exit(bootstrap.main(sys.argv[1:]))

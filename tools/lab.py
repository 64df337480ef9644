"""JupyterLab as the course wants it, without touching the user's own Jupyter settings.

nbgrader's extensions switch themselves on where they are installed. `lab_settings/overrides.json`
turns the news question off and makes notebooks keep the state of their widgets; what a user
has set in JupyterLab itself still wins.
"""

from __future__ import annotations

import os
from pathlib import Path

ROOT = Path(__file__).parents[1]
SETTINGS = Path(__file__).with_name("lab_settings")


def options(root: Path = ROOT) -> list[str]:
    """Options of `jupyter lab` for the course in the folder `root`."""
    chosen = [f"--LabApp.app_settings_dir={SETTINGS}"]
    if os.access(root, os.W_OK):  # which files were open is remembered for each course folder
        chosen.append(f"--LabApp.workspaces_dir={root / '.jupyter' / 'workspaces'}")
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        chosen.append("--allow-root")  # in a container there is often no other user
    return chosen


def run(arguments: list[str]) -> None:
    """Run JupyterLab on the course, with further `arguments` of `jupyter lab`, until it ends."""
    if not (ROOT / "lectures").is_dir():
        raise SystemExit(
            f"The course's notebooks are not in {ROOT}.\n"
            "Get the whole course, not only its Python package, and run this in its folder."
        )
    # Kernels and settings of this environment come before those installed for the user elsewhere.
    os.environ.setdefault("JUPYTER_PREFER_ENV_PATH", "1")
    os.chdir(ROOT)  # where nbgrader_config.py is found
    from jupyterlab.labapp import main

    main([*options(), *arguments])

"""Generate assignments/ from solutions/ (nbgrader's generate_assignment)."""

from typing import Annotated

import typer

from tools.course import build as building
from tools.course.screen import opened, out, progress


def main(
    assignments: Annotated[
        list[str] | None, typer.Argument(help="Which to build; all of them if none is named.")
    ] = None,
    check: Annotated[
        bool,
        typer.Option("--check", help="Only show what differs; exit 1 if anything does."),
    ] = False,
) -> None:
    """Generate the students' notebooks in assignments/ from the instructors' in solutions/.

    Solutions, hidden tests and outputs are left out. Each assignment is replaced in one step.
    """
    with opened() as course:
        names = [course.require(name) for name in assignments or course.assignments()]
        changed, lines = 0, []
        for name in progress(names, lambda name: f"building {name}"):
            if check:
                found = building.check(course, name)
            else:
                built = building.build(course, name)
                found = [f"built {course.released / name}"] if built else []
            changed += bool(found)
            lines += found
        orphans = [] if assignments else building.orphans(course)
        lines += [
            f"{course.released / n} has no source in {course.sources}: delete it" for n in orphans
        ]
        for line in lines:
            out.print(line, markup=False)
        out.print(f"{len(names) - changed} of {len(names)} were already in step")
        if check and lines:
            out.print("run `course build` to mend this")
            raise typer.Exit(1)

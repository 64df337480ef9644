"""Rewrite the digests by which checks recognise named mistakes (instructors)."""

from typing import Annotated

import typer

from tools.notebooks import write_text


def main(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[ASSIGNMENT]…", help="All unless named.")
    ] = None,
    check: Annotated[
        bool, typer.Option("--check", help="Change nothing; exit 1 if a file is out of date.")
    ] = False,
) -> None:
    """Run every mistake in autograder/hidden/ on its exercise's cases and note what it answers.

    Writes autograder/checks/ASSIGNMENT_mistakes.json, which students get, and a file of that name
    in autograder/hidden/. Needed after a change of a mistake, a case or an oracle.
    """
    from autograder import gates, mistakes

    known = {each.name: each for each in gates.assignments()}
    if unknown := sorted(set(names or ()) - set(known)):
        raise typer.BadParameter(f"no assignment {unknown[0]!r}; there are {', '.join(known)}")
    stale = 0
    for name in names or known:
        for path, content in gates.mistake_digests(known[name]).items():
            text = mistakes.text_of(content)
            cases = sum(len(found) for found in content.values())
            if path.exists() and path.read_text(encoding="utf-8") == text:
                typer.echo(f"in step: {path} ({cases} cases)")
                continue
            stale += 1
            if not check:
                write_text(path, text)
            typer.echo(f"{'out of date' if check else 'rewritten'}: {path} ({cases} cases)")
    if stale and check:
        typer.echo("run `course mistakes` to mend this")
        raise typer.Exit(1)

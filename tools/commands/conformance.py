"""Compare penlight with PyTorch on PyTorch's own operator samples."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

_SHOWN = 3


def main(
    device: Annotated[str, typer.Option(help="Where penlight computes: cpu or cuda.")] = "cpu",
    floor: Annotated[
        str | None, typer.Option(help="Only this floor: tensors, broadcasting, indexing, nn.")
    ] = None,
    op: Annotated[
        list[str] | None, typer.Option(help="Only this operator; may be given several times.")
    ] = None,
    quick: Annotated[bool, typer.Option(help="Only the first samples of each kind.")] = False,
    failures: Annotated[
        bool, typer.Option(help="List every operator that fails, with its first difference.")
    ] = False,
    update: Annotated[bool, typer.Option(help="Add what passes to the ratchet file.")] = False,
    html: Annotated[Path | None, typer.Option(help="Write the report as a page.")] = None,
    json_file: Annotated[
        Path | None, typer.Option("--json", help="Write every result as JSON.")
    ] = None,
) -> None:
    """Run PyTorch's own samples of each operator under PyTorch and penlight and compare.

    Exits with 1 if an operator that passed before (tools/conformance/passing.txt) no longer does.
    """
    from rich.console import Console
    from rich.progress import track

    from tools.conformance import operators, ratchet, report
    from tools.conformance.run import Runner

    console = Console()
    try:
        _check(device)
        chosen = operators.entries(floor, op)
    except (LookupError, RuntimeError) as error:
        raise typer.BadParameter(str(error)) from None
    runner = Runner(device, limit=_SHOWN if quick else None)
    results = [
        runner.run(each) for each in track(chosen, "Comparing", console=console, transient=True)
    ]
    for result in results:
        if (op or failures) and (not result.ok or (op and result.informal)):
            _explain(console, result, _SHOWN if op else 1)
    console.print(report.table(results, device))
    if json_file is not None:
        made = report.as_json(results, device, _card(device))
        report.write(json_file, json.dumps(made, indent=1) + "\n")
    if html is not None:
        report.write(html, report.as_html(results, device))
    if update:
        if quick or device != "cpu":
            raise typer.BadParameter("--update needs all samples, on the cpu")
        new = ratchet.update(results)
        console.print(f"{len(new)} new in {ratchet.FILE.name}: {', '.join(new) or 'none'}")
    lost = ratchet.lost(results)
    if lost:
        console.print(f"[bold]No longer passing:[/bold] {', '.join(lost)}")
        raise typer.Exit(1)


def _explain(console, result, count: int) -> None:
    console.print(f"[bold]{result.name}[/bold] {result.status}")
    if result.missing:
        console.print(f"  penlight lacks: {', '.join(result.missing)}", markup=False)
    for failure in (*result.failures[:count], *result.informal[:1]):
        console.print(f"  {failure}", markup=False)


def _check(device: str) -> None:
    """RuntimeError, with what to do, where penlight cannot compute on `device`."""
    from penlight.tensors.devices import device as parse
    from penlight.tensors.devices import module_for

    module_for(parse(device))


def _card(device: str) -> str | None:
    """The name of the GPU that the run used."""
    if device == "cpu":
        return None
    from penlight.tensors.devices import cupy

    return cupy().cuda.runtime.getDeviceProperties(0)["name"].decode()

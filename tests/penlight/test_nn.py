"""The nn floor beyond PyTorch's operator and module samples."""

import math

import numpy as np
import pytest
import torch

import penlight
from tests.penlight.compare import same


def normal(*shape, seed=0):
    return np.random.default_rng(seed).standard_normal(shape)


# --- starting values ----------------------------------------------------------------------------

INIT = [
    lambda i, w: i.uniform_(w, -1, 2),
    lambda i, w: i.normal_(w, 1, 0.5),
    lambda i, w: i.constant_(w, 3.0),
    lambda i, w: i.ones_(w),
    lambda i, w: i.zeros_(w),
    lambda i, w: i.eye_(w),
    lambda i, w: i.xavier_uniform_(w, gain=i.calculate_gain("tanh")),
    lambda i, w: i.xavier_normal_(w, gain=i.calculate_gain("selu")),
    lambda i, w: i.kaiming_uniform_(w, a=0.2),
    lambda i, w: i.kaiming_normal_(w, mode="fan_out", nonlinearity="relu"),
    lambda i, w: i.trunc_normal_(w, std=0.5, a=-1, b=1),
    lambda i, w: i.trunc_normal_(w, mean=0.2, std=0.1, a=1, b=2),
    lambda i, w: i.orthogonal_(w, gain=2),
    lambda i, w: i.orthogonal_(w.t()),
    lambda i, w: i.sparse_(w, 0.4, std=2),
]


@pytest.mark.parametrize("fill", INIT)
@pytest.mark.parametrize("shape", [(20, 30), (3, 2)])
@pytest.mark.filterwarnings("ignore:mean is more than 2 std")
def test_init_draws_the_same(fill, shape):
    def program(L):
        L.manual_seed(5)
        w = L.nn.Parameter(L.empty(*shape))
        fill(L.nn.init, w)
        return w, L.rand(3)  # the stream goes on at the same place

    same(program, grad=False, layout=False)


@pytest.mark.parametrize("groups", [1, 2])
def test_dirac(groups):
    same(lambda L: L.nn.init.dirac_(L.empty(4, 2, 3, 3), groups), grad=False)


@pytest.mark.parametrize(
    "wrong",
    [
        lambda i, L: i.xavier_uniform_(L.empty(3)),
        lambda i, L: i.kaiming_normal_(L.empty(3, 3), mode="fan"),
        lambda i, L: i.calculate_gain("swish"),
        lambda i, L: i.calculate_gain("leaky_relu", "x"),
        lambda i, L: i.eye_(L.empty(3)),
        lambda i, L: i.dirac_(L.empty(3, 3)),
        lambda i, L: i.dirac_(L.empty(3, 2, 1), groups=2),
        lambda i, L: i.orthogonal_(L.empty(3)),
        lambda i, L: i.sparse_(L.empty(3), 0.1),
    ],
)
def test_init_errors(wrong):
    same(lambda L: wrong(L.nn.init, L))


# --- dropout: the same seed drops the same elements ---------------------------------------------


@pytest.mark.parametrize("kind", ["Dropout", "AlphaDropout"])
@pytest.mark.parametrize("p", [0.0, 0.3, 1.0])
def test_dropout(kind, p):
    def program(L, x):
        L.manual_seed(1)
        return getattr(L.nn, kind)(p)(x)

    same(program, normal(4, 5))


@pytest.mark.parametrize(
    ("kind", "shape"),
    [("Dropout1d", (3, 4, 5)), ("Dropout1d", (4, 5)), ("Dropout2d", (3, 4, 2, 2)),
     ("Dropout3d", (2, 4, 2, 2, 2)), ("Dropout3d", (4, 2, 2, 2)),
     ("FeatureAlphaDropout", (3, 4, 2))],
)  # fmt: skip
def test_dropout_of_channels(kind, shape):
    def program(L, x):
        L.manual_seed(1)
        return getattr(L.nn, kind)(0.4)(x)

    same(program, normal(*shape))


def test_dropout_does_nothing_in_evaluation():
    x = penlight.ones(3)
    assert penlight.nn.Dropout(0.9).eval()(x) is x


# --- convolution --------------------------------------------------------------------------------


def test_convolution_of_more_samples_than_are_held_at_once(monkeypatch):
    from penlight.nn.functional import convolution

    monkeypatch.setattr(convolution, "_AT_ONCE", 500)
    for stride, padding in ((1, 1), (2, 0)):
        same(
            lambda L, x, w, b, s=stride, p=padding: L.conv2d(x, w, b, s, p, groups=2),
            normal(7, 4, 6, 5), normal(6, 2, 3, 3), normal(6), layout=False,
        )  # fmt: skip
        same(
            lambda L, x, w, b, s=stride, p=padding: L.conv_transpose2d(x, w, b, s, p, groups=2),
            normal(7, 4, 6, 5), normal(4, 3, 3, 3), normal(6), layout=False,
        )  # fmt: skip


def test_an_infinity_stays_where_it_is():
    x = normal(1, 1, 4, 4)
    x[0, 0, 0, 0] = math.inf
    same(lambda L, x, w: L.conv2d(x, w, padding=1), x, np.abs(normal(1, 1, 3, 3)), grad=False)


@pytest.mark.parametrize("size", [(8, 8), (9, 8), (10, 8)])
def test_transposed_convolution_to_a_size(size):
    def program(L, x):
        L.manual_seed(0)
        return L.nn.ConvTranspose2d(2, 3, 3, stride=2, padding=1).double()(x, output_size=size)

    same(program, normal(1, 2, 5, 4), layout=False)


def test_pooling_of_nan():
    x = normal(1, 1, 4, 4)
    x[0, 0, 1, 1] = math.nan
    same(lambda L, x: L.nn.functional.max_pool2d(x, 2, return_indices=True), x)


# --- embedding, normalisation, utilities --------------------------------------------------------


@pytest.mark.parametrize(
    "options",
    [{"padding_idx": 1}, {"scale_grad_by_freq": True}, {"max_norm": 1.0}, {"padding_idx": -1}],
)
def test_embedding(options):
    index = torch.tensor([[1, 2, 2], [4, 1, 0]])

    def program(L, index):
        L.manual_seed(0)
        layer = L.nn.Embedding(5, 3, **options)
        out = layer(index)
        (out**2).sum().backward()
        return repr(layer), out, layer.weight.grad, layer.weight

    same(program, index, layout=False)


def test_pretrained_embedding():
    def program(L, table, index):
        layer = L.nn.Embedding.from_pretrained(table.detach(), padding_idx=0)
        return layer(index), layer.weight.requires_grad, layer.padding_idx

    same(program, normal(4, 2), torch.tensor([0, 3]), grad=False)


@pytest.mark.parametrize("momentum", [0.1, None])
def test_batch_norm_measures_in_training(momentum):
    def program(L, x):
        layer = L.nn.BatchNorm1d(3, momentum=momentum).double()
        out = [layer(x), layer(2 * x)]
        return *out, layer.eval()(x), layer.state_dict()

    same(program, normal(5, 3), layout=False)


@pytest.mark.parametrize("norm_type", [1.0, 2.0, math.inf])
@pytest.mark.parametrize("max_norm", [0.5, 100.0])
def test_clip_grad_norm(norm_type, max_norm):
    def program(L):
        L.manual_seed(0)
        layer = L.nn.Linear(3, 2)
        (layer(L.ones(4, 3)) ** 2).sum().backward()
        total = L.nn.utils.clip_grad_norm_(layer.parameters(), max_norm, norm_type)
        return total, layer.weight.grad, layer.bias.grad

    same(program, layout=False)


def test_clip_grad_value_and_vectors():
    def program(L):
        L.manual_seed(0)
        layer = L.nn.Linear(3, 2)
        (layer(L.ones(4, 3)) ** 2).sum().backward()
        L.nn.utils.clip_grad_value_(layer.parameters(), 1.0)
        flat = L.nn.utils.parameters_to_vector(layer.parameters())
        L.nn.utils.vector_to_parameters(flat * 2, layer.parameters())
        return layer.weight.grad, layer.bias.grad, flat, layer.weight, layer.bias

    same(program, layout=False)


def test_gradients_that_are_not_finite():
    def program(L):
        w = L.nn.Parameter(L.ones(2))
        w.grad = L.tensor([math.nan, 1.0])
        L.nn.utils.clip_grad_norm_([w], 1.0, error_if_nonfinite=True)

    same(program)


# --- whole networks -----------------------------------------------------------------------------


@pytest.mark.parametrize("need_weights", [True, False])
def test_attention_with_masks_and_added_keys(need_weights):
    def program(L, q, k, v):
        L.manual_seed(0)
        layer = L.nn.MultiheadAttention(
            8, 2, dropout=0.2, add_bias_kv=True, add_zero_attn=True, kdim=6, vdim=4
        ).double()
        mask = L.ones(3, 5, dtype=L.bool).triu(2)
        padding = L.tensor([[False] * 5, [False] * 3 + [True] * 2])
        out, weights = layer(q, k, v, padding, need_weights, mask)
        return (out, weights) if need_weights else out

    same(program, normal(3, 2, 8), normal(5, 2, 6), normal(5, 2, 4), layout=False)


def test_a_conv_net_learns_the_same():
    def program(L):
        L.manual_seed(0)
        nn = L.nn
        net = nn.Sequential(
            nn.Conv2d(1, 4, 3, padding="same"), nn.BatchNorm2d(4), nn.ReLU(), nn.MaxPool2d(2),
            nn.Conv2d(4, 6, 3, stride=2), nn.GELU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(),
            nn.Dropout(0.2), nn.Linear(6, 3),
        )  # fmt: skip
        x, y = L.randn(8, 1, 12, 12), L.randint(0, 3, (8,))
        losses = []
        for _ in range(5):
            loss = nn.functional.cross_entropy(net(x), y, label_smoothing=0.1)
            net.zero_grad()
            loss.backward()
            with L.no_grad():
                for p in net.parameters():
                    p -= 0.1 * p.grad
            losses.append(loss.item())
        return [round(each, 4) for each in losses], repr(net), list(net.state_dict())

    same(program)


def test_graph_of_a_linear_layer():
    def program(L, x):
        out = L.nn.Linear(3, 2).double()(x)
        return [out.grad_fn.name(), out.grad_fn.next_functions[0][0].name()]

    same(program, normal(4, 3))


@pytest.mark.parametrize(
    "wrong",
    [
        lambda L: L.nn.Linear(3, 2)(L.ones(4, 4)),
        lambda L: L.nn.Linear(3, 2)(L.ones(4, 3, dtype=L.float64)),
        lambda L: L.nn.Conv2d(3, 4, 3)(L.ones(1, 2, 5, 5)),
        lambda L: L.nn.Conv2d(3, 4, 3)(L.ones(1, 3, 2, 2)),
        lambda L: L.nn.Conv2d(3, 4, 3, groups=2),
        lambda L: L.nn.Conv2d(3, 4, 3, padding="some"),
        lambda L: L.nn.Conv2d(3, 4, 3, padding_mode="mirror"),
        lambda L: L.nn.BatchNorm2d(3)(L.ones(2, 3)),
        lambda L: L.nn.BatchNorm1d(3)(L.ones(1, 3)),
        lambda L: L.nn.LayerNorm(3)(L.ones(2, 4)),
        lambda L: L.nn.GroupNorm(2, 3),
        lambda L: L.nn.Embedding(3, 2)(L.tensor([3])),
        lambda L: L.nn.Embedding(3, 2)(L.ones(1)),
        lambda L: L.nn.Embedding(3, 2, padding_idx=5),
        lambda L: L.nn.CrossEntropyLoss()(L.ones(2, 3), L.tensor([0, 3])),
        lambda L: L.nn.CrossEntropyLoss()(L.ones(2, 3), L.tensor([0.0, 1.0])),
        lambda L: L.nn.CrossEntropyLoss()(L.ones(2, 3), L.tensor([0])),
        lambda L: L.nn.MSELoss(reduction="avg")(L.ones(2), L.ones(2)),
        lambda L: L.nn.BCELoss()(L.ones(2) * 2, L.ones(2)),
        lambda L: L.nn.Dropout(1.5),
        lambda L: L.nn.MultiheadAttention(5, 2),
        lambda L: L.nn.LSTM(3, 4, dropout=2),
        lambda L: L.nn.RNN(3, 4, nonlinearity="sin"),
    ],
)
def test_wrong_use_is_the_same_error(wrong):
    same(wrong)


def test_gradients_follow_a_change_of_type():
    found = []
    for library in (torch, penlight):
        layer = library.nn.Linear(2, 1)
        layer(library.ones(1, 2)).sum().backward()
        layer.double().zero_grad()
        layer(library.full((1, 2), 0.1, dtype=library.float64)).sum().backward()
        found.append((str(layer.weight.grad.dtype), layer.weight.grad.tolist()))
    assert found[0] == found[1]

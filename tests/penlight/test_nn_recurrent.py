"""Recurrent layers beyond PyTorch's module samples: packed batches, dropout, second derivatives."""

import numpy as np
import pytest
import torch

import penlight
from tests.penlight.compare import same

LAYERS = ["RNN", "LSTM", "GRU"]


def layer(L, kind, **options):
    L.manual_seed(0)
    return getattr(L.nn, kind)(3, 4, num_layers=2, **options).double()


def sequences(lengths):
    random = np.random.default_rng(0)
    return random.standard_normal((max(lengths), len(lengths), 3))


@pytest.mark.parametrize("bidirectional", [False, True])
@pytest.mark.parametrize("kind", LAYERS)
def test_packed_batches(kind, bidirectional):
    lengths = [2, 5, 1, 5]

    def program(L, x):
        rnn = layer(L, kind, bidirectional=bidirectional)
        utils = L.nn.utils.rnn
        packed = utils.pack_padded_sequence(x, lengths, enforce_sorted=False)
        out, state = rnn(packed)
        padded, sizes = utils.pad_packed_sequence(out, total_length=6)
        return out.data, out.batch_sizes, out.sorted_indices, padded, sizes, state

    same(program, sequences(lengths), layout=False)


@pytest.mark.parametrize("kind", LAYERS)
def test_packed_batches_take_a_first_state(kind):
    lengths = [4, 3, 3, 1]

    def program(L, x, h):
        rnn = layer(L, kind)
        packed = L.nn.utils.rnn.pack_padded_sequence(x, L.tensor(lengths))
        out, state = rnn(packed, (h, h) if kind == "LSTM" else h)
        return out.data, state

    same(program, sequences(lengths), np.random.default_rng(1).standard_normal((2, 4, 4)),
         layout=False)  # fmt: skip


@pytest.mark.parametrize("kind", LAYERS)
def test_dropout_between_layers_draws_the_same(kind):
    def program(L, x):
        rnn = layer(L, kind, dropout=0.5, batch_first=True)
        L.manual_seed(3)
        return rnn(x)[0]

    same(program, sequences([5, 5]), layout=False)


@pytest.mark.parametrize("kind", ["RNNCell", "LSTMCell", "GRUCell"])
def test_second_derivatives(kind):
    def program(L, x, h):
        L.manual_seed(0)
        cell = getattr(L.nn, kind)(3, 4).double()
        state = cell(x, (h, h * 0.5) if kind == "LSTMCell" else h)
        total = sum((part**3).sum() for part in (state if kind == "LSTMCell" else [state]))
        leaves = [x, h, *cell.parameters()]
        first = L.autograd.grad(total, leaves, create_graph=True)
        return [g.detach() for g in first] + list(
            L.autograd.grad(sum((g**2).sum() for g in first), leaves)
        )

    random = np.random.default_rng(0)
    same(program, random.standard_normal((2, 3)), random.standard_normal((2, 4)), layout=False)


def test_padding_and_unpadding():
    pieces = [np.arange(6.0).reshape(3, 2), np.ones((1, 2)), np.full((2, 2), 7.0)]

    def program(L, *pieces):
        utils = L.nn.utils.rnn
        padded = utils.pad_sequence(pieces, batch_first=True, padding_value=-1)
        left = utils.pad_sequence(pieces, padding_side="left")
        packed = utils.pack_sequence(pieces, enforce_sorted=False)
        lengths = L.tensor([3, 1, 2])
        back = utils.unpad_sequence(padded, lengths, batch_first=True)
        return [
            padded,
            left,
            packed.data,
            packed.batch_sizes,
            *back,
            *utils.unpack_sequence(packed),
        ]

    same(program, *pieces, layout=False)


@pytest.mark.parametrize("kind", LAYERS)
@pytest.mark.parametrize(
    ("shape", "state"),
    [((5, 2, 4), None), ((5,), None), ((5, 2, 3), (1, 2, 4)), ((5, 2, 3), (2, 4)),
     ((5, 3), (2, 1, 4))],
)  # fmt: skip
def test_wrong_sizes_are_the_same_errors(kind, shape, state):
    def program(L, x, h):
        hx = None if state is None else (h, h) if kind == "LSTM" else h
        return layer(L, kind)(x, hx)

    same(program, np.zeros(shape), np.zeros(state or 1))


@pytest.mark.parametrize(
    "call",
    [
        lambda u, x: u.pack_padded_sequence(x, [2, 5]),
        lambda u, x: u.pack_padded_sequence(x, [5, 0]),
        lambda u, x: u.pack_padded_sequence(x, [5, 2, 1]),
        lambda u, x: u.pad_sequence([]),
        lambda u, x: u.pad_packed_sequence(u.pack_padded_sequence(x, [5, 2]), total_length=3),
    ],
)
def test_wrong_lengths_are_the_same_errors(call):
    same(lambda L, x: call(L.nn.utils.rnn, x), np.zeros((5, 2, 3)))


def test_weights_by_layer_and_direction():
    def names(L):
        rnn = L.nn.LSTM(3, 4, num_layers=2, bidirectional=True, proj_size=2)
        by_identity = {id(p): name for name, p in rnn.named_parameters()}
        return [[by_identity[id(p)] for p in each] for each in rnn.all_weights]

    assert names(penlight) == names(torch)

"""Recurrent layers: whole sequences, several layers, both directions, packed batches."""

import math
import warnings

from penlight.nn import functional as F
from penlight.nn import init
from penlight.nn.functional import recurrent
from penlight.nn.module import Module
from penlight.nn.parameter import Parameter
from penlight.nn.utils.rnn import PackedSequence
from penlight.tensors.creation import empty
from penlight.tensors.joining import cat, stack

_STEPS = {
    "RNN_TANH": (recurrent.tanh_step, 1),
    "RNN_RELU": (recurrent.relu_step, 1),
    "LSTM": (recurrent.lstm_step, 4),
    "GRU": (recurrent.gru_step, 3),
}


class RNNBase(Module):
    """What RNN, LSTM and GRU share.

    Takes (L, N, input), or (N, L, input) with `batch_first`, or (L, input), or a PackedSequence,
    and optionally the first state (layers · directions, N, hidden); returns the outputs of the
    last layer at every step, and the last state of every layer.
    """

    def __init__(
        self, mode, input_size, hidden_size, num_layers=1, bias=True, batch_first=False,
        dropout=0.0, bidirectional=False, proj_size=0, device=None, dtype=None,
    ):  # fmt: skip
        super().__init__()
        self.mode, self.input_size, self.hidden_size = mode, input_size, hidden_size
        self.num_layers, self.bias, self.batch_first = num_layers, bias, batch_first
        self._check_options(dropout, proj_size)
        self.dropout, self.bidirectional = float(dropout), bidirectional
        self.proj_size = proj_size
        rows = _STEPS[mode][1] * hidden_size
        width = proj_size or hidden_size
        for layer in range(num_layers):
            for suffix in self._suffixes(layer):
                inputs = width * self._directions if layer else input_size
                shapes = {"weight_ih": (rows, inputs), "weight_hh": (rows, width)}
                if bias:
                    shapes |= {"bias_ih": (rows,), "bias_hh": (rows,)}
                if proj_size:
                    shapes["weight_hr"] = (proj_size, hidden_size)
                for name, shape in shapes.items():
                    made = Parameter(empty(*shape, device=device, dtype=dtype))
                    setattr(self, f"{name}_{suffix}", made)
        self.reset_parameters()

    def _check_options(self, dropout, proj_size):
        number = isinstance(dropout, int | float) and not isinstance(dropout, bool)
        if not number or not 0 <= dropout <= 1:
            raise ValueError(
                "dropout should be a number in range [0, 1] representing the probability of an "
                f"element being zeroed, but got {dropout}"
            )
        for name in ("input_size", "hidden_size"):
            value = getattr(self, name)
            if not isinstance(value, int):
                raise TypeError(f"{name} should be of type int, got: {type(value).__name__}")
            if value <= 0:
                raise ValueError(f"{name} must be greater than zero")
        if self.num_layers <= 0:
            raise ValueError("num_layers must be greater than zero")
        if not 0 <= proj_size < self.hidden_size:
            raise ValueError("proj_size has to be smaller than hidden_size, and not negative")
        if dropout > 0 and self.num_layers == 1:
            warnings.warn(
                "dropout option adds dropout after all but last recurrent layer, so non-zero "
                f"dropout expects num_layers greater than 1, but got dropout={dropout} and "
                "num_layers=1",
                stacklevel=4,
            )

    @property
    def _directions(self) -> int:
        return 2 if self.bidirectional else 1

    def _suffixes(self, layer):
        return [f"l{layer}{end}" for end in ("", "_reverse")[: self._directions]]

    def reset_parameters(self):
        bound = 1 / math.sqrt(self.hidden_size)
        for parameter in self.parameters():
            init.uniform_(parameter, -bound, bound)

    def flatten_parameters(self) -> None:
        """Nothing to do: penlight's parameters need not lie in one piece."""

    @property
    def all_weights(self) -> list[list[Parameter]]:
        """The parameters, a list for each layer and direction."""
        held = self._parameters.items()
        return [
            [p for name, p in held if name.partition("_l")[2] == suffix[1:]]
            for layer in range(self.num_layers)
            for suffix in self._suffixes(layer)
        ]

    # --- forward --------------------------------------------------------------------------------

    def forward(self, input, hx=None):
        packed = isinstance(input, PackedSequence)
        if packed:
            sizes = input.batch_sizes.tolist()
            outputs, state = self._layers(input.data, self._state(input, hx, sizes[0]), sizes)
            outputs = PackedSequence(outputs, *input[1:])
            return outputs, self._shown(_ordered(state, input.unsorted_indices))
        if input.ndim not in (2, 3):
            raise ValueError(
                f"{self._get_name()}: Expected input to be 2D or 3D, got {input.ndim}D instead"
            )
        single = input.ndim == 2
        if single:
            input = input.unsqueeze(1)
            hx = None if hx is None else [part.unsqueeze(1) for part in self._parts(hx, 2)]
        elif self.batch_first:
            input = input.transpose(0, 1)
        state = self._state(input, hx, input.shape[1])
        outputs, state = self._layers(input, state, None)
        if single:
            return outputs.squeeze(1), self._shown([part.squeeze(1) for part in state])
        return (outputs.transpose(0, 1) if self.batch_first else outputs), self._shown(state)

    def _parts(self, hx, ndim):
        """The given state as a list, checked to have `ndim` dimensions."""
        parts = list(hx) if isinstance(hx, tuple | list) else [hx]
        for part in parts:
            if part.ndim != ndim:
                what = "batched 3-D" if ndim == 3 else "unbatched 2-D"
                raise RuntimeError(
                    f"For {what} input, hx should also be {ndim}-D but got {part.ndim}-D tensor"
                )
        return parts

    def _state(self, input, hx, batch):
        """The first state of every layer and direction: zeros unless given."""
        data = input.data if isinstance(input, PackedSequence) else input
        if data.shape[-1] != self.input_size:
            raise RuntimeError(
                "input.size(-1) must be equal to input_size. Expected "
                f"{self.input_size}, got {data.shape[-1]}"
            )
        widths = [self.proj_size or self.hidden_size]
        if self.mode == "LSTM":
            widths.append(self.hidden_size)
        count = self.num_layers * self._directions
        if hx is None:
            return [data.new_zeros(count, batch, width) for width in widths]
        parts = self._parts(hx, 3)
        for number, (part, width) in enumerate(zip(parts, widths, strict=True)):
            if part.shape != (count, batch, width):
                name = "hidden" if len(widths) == 1 else f"hidden[{number}]"
                raise RuntimeError(
                    f"Expected {name} size {(count, batch, width)}, got {list(part.shape)}"
                )
        order = input.sorted_indices if isinstance(input, PackedSequence) else None
        return _ordered(parts, order)

    def _layers(self, x, state, sizes):
        """Run all layers over steps (L, N, …), or packed steps of `sizes`."""
        step = _STEPS[self.mode][0]
        states = [part.unbind(0) for part in state]
        finals = []
        for layer in range(self.num_layers):
            if layer and self.dropout:
                x = F.dropout(x, self.dropout, self.training)
            directions = []
            for number, suffix in enumerate(self._suffixes(layer)):
                w_ih, w_hh, b_ih, b_hh, w_hr = [
                    self._parameters.get(f"{name}_{suffix}")
                    for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh", "weight_hr")
                ]
                gates = F.linear(x, w_ih, b_ih)
                gates = gates.unbind(0) if sizes is None else gates.split(sizes)
                first = [part[layer * self._directions + number] for part in states]
                outputs, last = recurrent.walk(step, gates, first, (w_hh, b_hh, w_hr), number)
                directions.append(stack(outputs) if sizes is None else cat(outputs))
                finals.append(last)
            x = cat(directions, -1) if len(directions) > 1 else directions[0]
        return x, [stack(parts) for parts in zip(*finals, strict=True)]

    def _shown(self, state):
        return tuple(state) if self.mode == "LSTM" else state[0]

    def extra_repr(self):
        text = f"{self.input_size}, {self.hidden_size}"
        usual = {
            "proj_size": 0, "num_layers": 1, "bias": True, "batch_first": False, "dropout": 0,
            "bidirectional": False,
        }  # fmt: skip
        for name, value in usual.items():
            if getattr(self, name) != value:
                text += f", {name}={getattr(self, name)}"
        return text


def _ordered(parts, order):
    """A state with its sequences in another order."""
    return parts if order is None else [part.index_select(1, order) for part in parts]


class RNN(RNNBase):
    """h' = tanh(W x + U h + b), or relu."""

    def __init__(
        self, input_size, hidden_size, num_layers=1, nonlinearity="tanh", bias=True,
        batch_first=False, dropout=0.0, bidirectional=False, device=None, dtype=None,
    ):  # fmt: skip
        if nonlinearity not in ("tanh", "relu"):
            raise ValueError(
                f"Unknown nonlinearity {nonlinearity!r}. Select from 'tanh' or 'relu'."
            )
        super().__init__(
            f"RNN_{nonlinearity.upper()}", input_size, hidden_size, num_layers, bias, batch_first,
            dropout, bidirectional, device=device, dtype=dtype,
        )  # fmt: skip
        self.nonlinearity = nonlinearity


class LSTM(RNNBase):
    """Long short-term memory; the state is (h, c)."""

    def __init__(self, *args, **kwargs):
        super().__init__("LSTM", *args, **kwargs)


class GRU(RNNBase):
    """Gated recurrent unit."""

    def __init__(self, *args, **kwargs):
        if kwargs.get("proj_size"):
            raise ValueError("proj_size argument is only supported for LSTM, not RNN or GRU")
        super().__init__("GRU", *args, **kwargs)


class _Cell(Module):
    """One step of a recurrent layer: input (N, input_size) or (input_size,)."""

    mode: str

    def __init__(self, input_size, hidden_size, bias=True, device=None, dtype=None):
        super().__init__()
        self.input_size, self.hidden_size, self.bias = input_size, hidden_size, bias
        rows = _STEPS[self.mode][1] * hidden_size
        place = {"device": device, "dtype": dtype}
        self.weight_ih = Parameter(empty(rows, input_size, **place))
        self.weight_hh = Parameter(empty(rows, hidden_size, **place))
        for name in ("bias_ih", "bias_hh"):
            self.register_parameter(name, Parameter(empty(rows, **place)) if bias else None)
        self.reset_parameters()

    def reset_parameters(self):
        bound = 1 / math.sqrt(self.hidden_size) if self.hidden_size > 0 else 0
        for parameter in self.parameters():
            init.uniform_(parameter, -bound, bound)

    def forward(self, input, hx=None):
        parts = [] if hx is None else list(hx) if isinstance(hx, tuple | list) else [hx]
        for what, x in (("input", input), *(("hidden", part) for part in parts)):
            if x.ndim not in (1, 2):
                raise ValueError(
                    f"{self._get_name()}: Expected {what} to be 1D or 2D, got {x.ndim}D instead"
                )
        single = input.ndim == 1
        if single:
            input, parts = input.unsqueeze(0), [part.unsqueeze(0) for part in parts]
        if not parts:
            shape = (input.shape[0], self.hidden_size)
            parts = [input.new_zeros(shape)] * (2 if self.mode == "LSTM" else 1)
        gates = F.linear(input, self.weight_ih, self.bias_ih)
        state = _STEPS[self.mode][0](gates, parts, (self.weight_hh, self.bias_hh, None))
        if single:
            state = tuple(part.squeeze(0) for part in state)
        return state if self.mode == "LSTM" else state[0]

    def extra_repr(self):
        text = f"{self.input_size}, {self.hidden_size}"
        return text + ("" if self.bias is True else f", bias={self.bias}")


class RNNCell(_Cell):
    """h' = tanh(W x + U h + b), or relu."""

    def __init__(
        self, input_size, hidden_size, bias=True, nonlinearity="tanh", device=None, dtype=None
    ):
        if nonlinearity not in ("tanh", "relu"):
            raise RuntimeError(f"Unknown nonlinearity: {nonlinearity}")
        self.__dict__["mode"] = f"RNN_{nonlinearity.upper()}"
        super().__init__(input_size, hidden_size, bias, device, dtype)
        self.nonlinearity = nonlinearity

    def extra_repr(self):
        shown = "" if self.nonlinearity == "tanh" else f", nonlinearity={self.nonlinearity}"
        return super().extra_repr() + shown


class LSTMCell(_Cell):
    """One step of an LSTM; takes and returns (h, c)."""

    mode = "LSTM"


class GRUCell(_Cell):
    """One step of a GRU."""

    mode = "GRU"


__all__ = ["GRU", "LSTM", "RNN", "GRUCell", "LSTMCell", "RNNBase", "RNNCell"]

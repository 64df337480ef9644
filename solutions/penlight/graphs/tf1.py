"""A small TensorFlow 1: first a graph without any numbers, then a session that runs it.

Calling an operation computes nothing: it makes a `Symbol`, which knows only what to compute from
which other symbols. `Session.run` names some of them and feeds the placeholders; now that shapes
are known the symbols become one penlight graph, which is kept for the next run of the same kind.
Covered: `placeholder`, `constant`, `Variable`, `Session`, `gradients`, `assign` and its kin,
`group`, `global_variables_initializer`, and the operations below. Not covered: everything else.
"""

from __future__ import annotations

import types

import numpy as np

from penlight.autograd.modes import no_grad
from penlight.graphs import tf2
from penlight.graphs.capture import capture
from penlight.graphs.passes import optimise
from penlight.graphs.tape import Tape
from penlight.tensors.creation import ones as make_ones
from penlight.tensors.creation import tensor
from penlight.tensors.creation import zeros as make_zeros
from penlight.tensors.dtypes import float32
from penlight.tensors.random import rand, randn
from penlight.tensors.tensor import Tensor


class FailedPreconditionError(RuntimeError):
    """A variable is used before it was initialised."""


class InvalidArgumentError(ValueError):
    """A placeholder was not fed."""


class Symbol:
    """Something that a session can compute: `compute(*values of inputs)`."""

    def __init__(self, compute, *inputs, name: str):
        self.compute = compute
        self.inputs = tuple(each if isinstance(each, Symbol) else constant(each) for each in inputs)
        self.name = name

    def __add__(self, other):
        return add(self, other)

    def __radd__(self, other):
        return add(other, self)

    def __sub__(self, other):
        return subtract(self, other)

    def __rsub__(self, other):
        return subtract(other, self)

    def __mul__(self, other):
        return multiply(self, other)

    def __rmul__(self, other):
        return multiply(other, self)

    def __truediv__(self, other):
        return divide(self, other)

    def __neg__(self):
        return Symbol(lambda x: -x, self, name="Neg")

    def __matmul__(self, other):
        return matmul(self, other)

    def __pow__(self, n):
        return pow(self, n)

    def __bool__(self):
        raise TypeError(
            "Using a symbol as a Python bool is not allowed: it has no value before a session runs"
        )

    def __repr__(self):
        return f"<Symbol '{self.name}', no value yet>"


class placeholder(Symbol):
    """A value that every run must be fed; None in `shape` stands for any length."""

    def __init__(self, dtype, shape=None, name: str = "Placeholder"):
        self.dtype, self.shape = dtype, None if shape is None else tuple(shape)
        super().__init__(None, name=name)

    def fed(self, value) -> Tensor:
        """The value as a tensor; ValueError if its shape is another than was promised."""
        value = value if isinstance(value, Tensor) else tensor(value)
        value, shape = value.to(self.dtype), self.shape
        fits = shape is None or len(shape) == value.ndim
        if not fits or any(
            n not in (None, k) for n, k in zip(shape or (), value.shape, strict=False)
        ):
            raise ValueError(
                f"Cannot feed value of shape {tuple(value.shape)} for Tensor '{self.name}', which "
                f"has shape {shape}"
            )
        return value


_variables: list[Variable] = []


class Variable(Symbol):
    """State that a session keeps from run to run, once its initialiser has run there."""

    def __init__(self, initial_value, name: str = "Variable"):
        super().__init__(None, name=name)
        self.initial = (
            initial_value if isinstance(initial_value, Symbol) else constant(initial_value)
        )
        _variables.append(self)

    def assign(self, value):
        return assign(self, value)


class _Update(Symbol):
    """Something to do after all values are known: {variable: symbol of its new value}."""

    def __init__(self, updates, name):
        super().__init__(None, *updates.values(), name=name)
        self.updates = updates


class _Initializer(Symbol):
    pass


class _Gradient(Symbol):
    def __init__(self, y, x):
        super().__init__(None, y, x, name=f"gradients/{y.name}/{x.name}")


def reset_default_graph() -> None:
    """Forget all variables, so that an initialiser made later does not know them."""
    _variables.clear()


# --- building -----------------------------------------------------------------------------------


def constant(value, dtype=None, name: str = "Const") -> Symbol:
    if isinstance(value, int | float) and dtype is None:
        return Symbol(lambda: value, name=name)  # a number takes the type of what it meets
    made = tensor(value, dtype=dtype)
    return Symbol(lambda: made, name=name)


def _operation(name, compute):
    def make(*inputs, name=name, **options):
        return Symbol(lambda *values: compute(*values, **options), *inputs, name=name)

    make.__name__ = name
    return make


add = _operation("add", lambda x, y: x + y)
subtract = _operation("subtract", lambda x, y: x - y)
multiply = _operation("multiply", lambda x, y: x * y)
divide = _operation("divide", lambda x, y: x / y)
matmul = _operation("matmul", tf2.matmul)
square = _operation("square", tf2.square)
maximum = _operation("maximum", tf2.maximum)
exp, log = _operation("exp", tf2.exp), _operation("log", tf2.log)
sigmoid, tanh = _operation("sigmoid", tf2.nn.sigmoid), _operation("tanh", tf2.nn.tanh)
transpose = _operation("transpose", tf2.transpose)
reduce_sum = _operation("reduce_sum", tf2.reduce_sum)
reduce_mean = _operation("reduce_mean", tf2.reduce_mean)
nn = types.SimpleNamespace(
    relu=_operation("relu", tf2.nn.relu), softmax=_operation("softmax", tf2.nn.softmax)
)


def pow(x, y) -> Symbol:
    return Symbol(lambda x, y: x**y, x, y, name="Pow")


def _made(name, make):
    def symbol(shape, dtype=float32, name=name) -> Symbol:
        return Symbol(lambda: make(*shape, dtype=dtype), name=name)

    return symbol


zeros, ones = _made("zeros", make_zeros), _made("ones", make_ones)
random_normal, random_uniform = _made("random_normal", randn), _made("random_uniform", rand)


def gradients(ys, xs) -> list[Symbol]:
    """Symbols for the gradient of `ys` (its sum) by each of `xs`."""
    return [_Gradient(ys, x) for x in ([xs] if isinstance(xs, Symbol) else xs)]


def assign(ref: Variable, value) -> Symbol:
    """When run: after everything else was computed, the variable takes this value."""
    value = value if isinstance(value, Symbol) else constant(value)
    return _Update({ref: value}, f"Assign/{ref.name}")


def assign_sub(ref: Variable, value) -> Symbol:
    return assign(ref, ref - value)


def assign_add(ref: Variable, value) -> Symbol:
    return assign(ref, ref + value)


def group(*updates) -> Symbol:
    """Several assignments as one thing to run; all read the old values."""
    return _Update({k: v for each in updates for k, v in each.updates.items()}, "group")


def global_variables_initializer() -> Symbol:
    """When run: every variable made so far gets its initial value in that session."""
    made = _Initializer(None, name="init")
    made.variables = tuple(_variables)
    return made


# --- running ------------------------------------------------------------------------------------


class Session:
    """Holds the variables' values and runs symbols. `captures` counts the graphs it has made."""

    def __init__(self):
        self.state: dict[Variable, tf2.Variable] = {}
        self.graphs: dict[tuple, object] = {}

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        pass

    @property
    def captures(self) -> int:
        return len(self.graphs)

    def run(self, fetches, feed_dict=None):
        """The values of the fetched symbols as NumPy arrays (None for what only acts).

        `fetches` is a symbol or a list of them; `feed_dict` {placeholder: array}.
        """
        several = isinstance(fetches, list | tuple)
        fetched = tuple(fetches) if several else (fetches,)
        for each in fetched:
            if not isinstance(each, Symbol):
                raise TypeError(f"Fetch argument {each!r} has invalid type: it must be a Symbol")
            if isinstance(each, _Initializer):
                self._initialise(each.variables)
        feed = {p: p.fed(value) for p, value in (feed_dict or {}).items()}
        wanted = tuple(each for each in fetched if not isinstance(each, _Initializer))
        values = dict.fromkeys(fetched)
        if wanted:
            facts = tuple((p, x._array.shape, x._array.dtype.name) for p, x in feed.items())
            with no_grad():
                if (wanted, facts) not in self.graphs:
                    self.graphs[wanted, facts] = self._capture(wanted, tuple(feed), feed.values())
                results = self.graphs[wanted, facts](*feed.values())
            values |= {k: v._array if isinstance(v, Tensor) else v
                       for k, v in zip(wanted, results, strict=True)}  # fmt: skip
        found = [values[each] for each in fetched]
        return found if several else found[0]

    def _initialise(self, variables):
        for each in variables:
            value = _Evaluation(self, {}).value(each.initial)
            self.state[each] = tf2.Variable(
                np.asarray(getattr(value, "_array", value)), name=each.name
            )

    def _capture(self, wanted, placeholders, examples):
        def compute(*fed):
            evaluation = _Evaluation(self, dict(zip(placeholders, fed, strict=True)))
            with evaluation.tape:
                values = [evaluation.value(each) for each in wanted]
            evaluation.update()
            return values

        captured = capture(compute, *examples, check=False)
        return captured.optimised(optimise)


class _Evaluation:
    """The values of symbols in one run; only what is asked for is computed."""

    def __init__(self, session, fed):
        self.session, self.values, self.tape = session, dict(fed), Tape()
        self.updates: dict[Variable, Tensor] = {}
        self.new: list[tuple] = []

    def value(self, symbol):
        """Depth first, without recursion: graphs can be deep."""
        stack = [symbol]
        while stack:
            top = stack[-1]
            missing = [each for each in top.inputs if each not in self.values]
            if top in self.values or not missing:
                stack.pop()
                if top not in self.values:
                    self.values[top] = self._compute(top)
            else:
                stack += missing[::-1]
        return self.values[symbol]

    def _compute(self, symbol):
        if isinstance(symbol, placeholder):
            raise InvalidArgumentError(
                f"You must feed a value for placeholder tensor '{symbol.name}' with dtype "
                f"{symbol.dtype}"
            )
        if isinstance(symbol, Variable):
            if symbol not in self.session.state:
                raise FailedPreconditionError(
                    f"Attempting to use uninitialized value {symbol.name}: run "
                    "global_variables_initializer() in this session first"
                )
            return self.session.state[symbol]
        values = [self.values[each] for each in symbol.inputs]
        if isinstance(symbol, _Gradient):
            (found,) = self.tape.gradient(values[0], [values[1]])
            return found if found is not None else values[1] * 0
        if isinstance(symbol, _Update):
            self.new += zip(symbol.updates, values, strict=True)
            return None
        return symbol.compute(*values)

    def update(self):
        """Write the variables, now that everything has read them."""
        for variable, value in self.new:
            self.session.state[variable].assign(value)

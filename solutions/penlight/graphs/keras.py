"""A small Keras: layers in a row, `compile`, `fit`, `evaluate`, `predict`, on `tf2` underneath.

Covered: `Sequential` of `Dense`, `Activation`, `Flatten`, `Dropout`; losses "mse" and
"sparse_categorical_crossentropy" (of probabilities, as Keras has it) or a function of (y, ŷ); the
metric "accuracy"; optimizers `SGD` (momentum) and `Adam`, or one of your own: a class with
`update(variable, gradient)`. Not covered: everything else. A training step is one captured graph.
"""

from __future__ import annotations

import math

import numpy as np

from penlight.graphs import tf2
from penlight.nn.functional import dropout
from penlight.tensors.creation import as_tensor, tensor, zeros
from penlight.tensors.random import rand, randperm

ACTIVATIONS = {
    None: lambda x: x, "linear": lambda x: x, "relu": tf2.nn.relu, "sigmoid": tf2.nn.sigmoid,
    "tanh": tf2.nn.tanh, "softmax": tf2.nn.softmax,
}  # fmt: skip


class Layer:
    """Something with weights, made when the first input shows its shape, that is called."""

    def __init__(self):
        self.weights: list[tf2.Variable] = []
        self.built = False

    def build(self, shape) -> None:
        """Make the weights for inputs of this shape (batch first)."""

    def call(self, x, training: bool):
        raise NotImplementedError(f"{type(self).__name__} has no call(x, training)")

    def __call__(self, x, training: bool = False):
        if not self.built:
            self.build(tuple(x.shape))
            self.built = True
        return self.call(x, training)


class Dense(Layer):
    """`activation(x @ kernel + bias)`: kernel (inputs, units), drawn as Glorot does."""

    def __init__(self, units, activation=None, use_bias: bool = True):
        super().__init__()
        self.units, self.use_bias = units, use_bias
        self.activation = activation if callable(activation) else _named(activation, ACTIVATIONS)

    def build(self, shape):
        limit = math.sqrt(6 / (shape[-1] + self.units))
        self.kernel = tf2.Variable((rand(shape[-1], self.units) * 2 - 1) * limit, name="kernel")
        self.weights = [self.kernel]
        if self.use_bias:
            self.bias = tf2.Variable(zeros(self.units), name="bias")
            self.weights.append(self.bias)

    def call(self, x, training):
        x = x @ self.kernel
        return self.activation(x + self.bias if self.use_bias else x)


class Activation(Layer):
    def __init__(self, activation):
        super().__init__()
        self.activation = activation if callable(activation) else _named(activation, ACTIVATIONS)

    def call(self, x, training):
        return self.activation(x)


class Flatten(Layer):
    def call(self, x, training):
        return x.reshape(x.shape[0], -1)


class Dropout(Layer):
    def __init__(self, rate):
        super().__init__()
        self.rate = rate

    def call(self, x, training):
        return dropout(x, self.rate, training)


# --- losses and optimizers ----------------------------------------------------------------------


def mean_squared_error(y_true, y_pred):
    return tf2.square(y_pred - y_true).mean()


def sparse_categorical_crossentropy(y_true, y_pred):
    """Of probabilities (N, classes) and class numbers (N,): what a last layer "softmax" gives."""
    chosen = y_pred.clamp(1e-7, 1 - 1e-7).gather(1, y_true.long().reshape(-1, 1))
    return -chosen.log().mean()


LOSSES = {
    "mse": mean_squared_error, "mean_squared_error": mean_squared_error,
    "sparse_categorical_crossentropy": sparse_categorical_crossentropy,
}  # fmt: skip


class Optimizer:
    """Base class: write `update(variable, gradient)`, and `minimize` is a training step."""

    def __init__(self):
        self._slots: dict[tuple[int, str], tf2.Variable] = {}

    def slot(self, variable, name: str) -> tf2.Variable:
        """Zeros like `variable` that belong to it, and are the same at each call."""
        key = id(variable), name
        if key not in self._slots:
            zero = np.zeros_like(variable._array)
            self._slots[key] = tf2.Variable(tensor(zero), trainable=False, name=name)
        return self._slots[key]

    def update(self, variable, gradient) -> None:
        raise NotImplementedError(f"{type(self).__name__} has no update(variable, gradient)")

    def apply_gradients(self, pairs) -> None:
        """Update each variable of the (gradient, variable) pairs that has a gradient."""
        for gradient, variable in pairs:
            if gradient is not None:
                self.update(variable, gradient)

    def minimize(self, loss, var_list):
        """One step down `loss()`, a function without arguments; returns the loss."""
        with tf2.GradientTape() as tape:
            value = loss()
        gradients = tape.gradient(value, var_list)
        self.apply_gradients(zip(gradients, var_list, strict=True))
        return value


class SGD(Optimizer):
    def __init__(self, learning_rate: float = 0.01, momentum: float = 0.0):
        super().__init__()
        self.learning_rate, self.momentum = learning_rate, momentum

    def update(self, variable, gradient):
        if not self.momentum:
            variable.assign_sub(self.learning_rate * gradient)
            return
        velocity = self.slot(variable, "velocity")
        new = self.momentum * velocity - self.learning_rate * gradient
        variable.assign_add(new)
        velocity.assign(new)


class Adam(Optimizer):
    def __init__(self, learning_rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-7):
        super().__init__()
        self.learning_rate, self.betas, self.epsilon = learning_rate, (beta_1, beta_2), epsilon

    def update(self, variable, gradient):
        (b1, b2), step = self.betas, self.slot(variable, "step")
        m, v = self.slot(variable, "m"), self.slot(variable, "v")
        t = step + 1
        new_m, new_v = m + (1 - b1) * (gradient - m), v + (1 - b2) * (gradient * gradient - v)
        rate = self.learning_rate * (1 - b2**t).sqrt() / (1 - b1**t)
        variable.assign_sub(rate * new_m / (new_v.sqrt() + self.epsilon))
        for slot, value in ((m, new_m), (v, new_v), (step, t)):
            slot.assign(value)


OPTIMIZERS = {"sgd": SGD, "adam": Adam}


# --- the model ----------------------------------------------------------------------------------


class History:
    """What `fit` returns: `history["loss"]` has a number for each epoch."""

    def __init__(self):
        self.history: dict[str, list[float]] = {}

    def add(self, logs) -> None:
        for name, value in logs.items():
            self.history.setdefault(name, []).append(value)


class Sequential:
    """Layers one after the other."""

    def __init__(self, layers=()):
        self.layers = list(layers)
        self.optimizer = None

    def add(self, layer) -> None:
        self.layers.append(layer)

    def __call__(self, x, training: bool = False):
        for layer in self.layers:
            x = layer(x, training)
        return x

    @property
    def trainable_variables(self) -> list[tf2.Variable]:
        return [w for layer in self.layers for w in layer.weights if w.trainable]

    def get_weights(self) -> list[np.ndarray]:
        return [w._array.copy() for layer in self.layers for w in layer.weights]

    def set_weights(self, arrays) -> None:
        """Put these arrays into the weights; ValueError if there are more or fewer."""
        weights = [w for layer in self.layers for w in layer.weights]
        if len(arrays) != len(weights):
            raise ValueError(f"the model has {len(weights)} weights, and {len(arrays)} were given")
        for w, array in zip(weights, arrays, strict=True):
            w.assign(tensor(array))

    def compile(self, optimizer="sgd", loss="mse", metrics=()) -> None:
        """Say how to train: an optimizer and a loss, by name or as themselves."""
        self.optimizer = (
            _named(optimizer, OPTIMIZERS)() if isinstance(optimizer, str) else optimizer
        )
        self.loss = loss if callable(loss) else _named(loss, LOSSES)
        self.metrics = tuple(metrics)
        if set(self.metrics) - {"accuracy"}:
            raise ValueError(f"the metric covered here is 'accuracy', got {list(self.metrics)}")
        self.train_step, self.test_step = tf2.function(self._train), tf2.function(self._test)
        self.predict_step = tf2.function(lambda x: self(x))

    def _train(self, x, y):
        seen = []

        def loss():
            seen.append(self(x, training=True))
            return self.loss(y, seen[0])

        value = self.optimizer.minimize(loss, self.trainable_variables)
        return (value, *self._measured(y, seen[0]))

    def _test(self, x, y):
        predicted = self(x)
        return (self.loss(y, predicted), *self._measured(y, predicted))

    def _measured(self, y, predicted):
        if not self.metrics:
            return ()
        classes = predicted.argmax(-1) if predicted.shape[-1] > 1 else predicted.reshape(-1).round()
        return ((classes == y.reshape(-1)).float().mean(),)

    def fit(
        self, x, y, batch_size=32, epochs=1, shuffle=True, validation_data=None, verbose=0
    ) -> History:
        """Train; each epoch goes through all samples once, in random order if `shuffle`."""
        self._need_compiled("fit")
        x, y, history = as_tensor(x), as_tensor(y), History()
        if len(x) != len(y):
            raise ValueError(f"x has {len(x)} samples and y has {len(y)}")
        self(x[:batch_size])  # makes the weights
        for epoch in range(epochs):
            order = randperm(len(x)) if shuffle else None
            logs = self._through(self.train_step, x, y, batch_size, order)
            if validation_data is not None:
                held_out = self.evaluate(*validation_data, batch_size=batch_size, return_dict=True)
                logs |= {f"val_{name}": value for name, value in held_out.items()}
            history.add(logs)
            if verbose:
                words = " - ".join(f"{name}: {value:.4f}" for name, value in logs.items())
                print(f"Epoch {epoch + 1}/{epochs} - {words}")
        return history

    def _through(self, step, x, y, batch_size, order=None) -> dict[str, float]:
        """The mean over all samples of what `step` gives for each batch."""
        totals = np.zeros(1 + len(self.metrics))
        for start in range(0, len(x), batch_size):
            part = slice(start, start + batch_size)
            part = part if order is None else order[part]
            batch = x[part]
            totals += np.array([v.item() for v in step(batch, y[part])]) * len(batch)
        names = ("loss", *self.metrics)
        return dict(zip(names, (totals / len(x)).tolist(), strict=True))

    def evaluate(self, x, y, batch_size=32, return_dict=False):
        """Loss (and metrics) on these samples, without training."""
        self._need_compiled("evaluate")
        logs = self._through(self.test_step, as_tensor(x), as_tensor(y), batch_size)
        return logs if return_dict else list(logs.values()) if self.metrics else logs["loss"]

    def predict(self, x, batch_size=32) -> np.ndarray:
        self._need_compiled("predict")
        x = as_tensor(x)
        parts = [self.predict_step(x[k : k + batch_size]) for k in range(0, len(x), batch_size)]
        return np.concatenate([part.numpy() for part in parts])

    def _need_compiled(self, what) -> None:
        if self.optimizer is None:
            raise RuntimeError(f"call compile(optimizer, loss) before {what}")


def _named(name, known):
    if name not in known:
        options = ", ".join(repr(each) for each in known if each)
        raise ValueError(f"unknown name {name!r}; covered here are {options}")
    return known[name]

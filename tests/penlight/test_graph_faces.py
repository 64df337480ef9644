"""Guards, and the faces: TensorFlow 1, TensorFlow 2 and Keras over one graph, same numbers."""

import numpy as np
import pytest
import torch

import penlight
from penlight import graphs
from penlight.graphs import keras, tf1, tf2
from penlight.slots import registry, transplant

RATE = 1e-2


@pytest.fixture
def data():
    """The lectures' two-layer net, small: x, y and both weights."""
    rng = np.random.default_rng(0)
    shapes = ((8, 6), (8, 3), (6, 5), (5, 3))
    return [rng.standard_normal(shape).astype("float32") for shape in shapes]


@pytest.fixture
def wanted(data):
    """Five losses and the weights after them, from PyTorch."""
    x, y, *weights = map(torch.tensor, data)
    w1, w2 = (w.requires_grad_() for w in weights)
    losses = []
    for _ in range(5):
        loss = ((x @ w1).clamp(min=0) @ w2 - y).pow(2).sum()
        losses.append(loss.item())
        loss.backward()
        with torch.no_grad():
            for w in (w1, w2):
                w -= RATE * w.grad
                w.grad = None
    return losses, w1.detach().numpy(), w2.detach().numpy()


def assert_trained(wanted, losses, w1, w2):
    np.testing.assert_allclose(losses, wanted[0], rtol=1e-5)
    np.testing.assert_allclose(w1, wanted[1], rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(w2, wanted[2], rtol=1e-4, atol=1e-6)


# --- the net in every style ---------------------------------------------------------------------


def in_tf1(data):
    x, y, first, second = data
    tf1.reset_default_graph()
    inputs = tf1.placeholder(tf1.float32, (None, 6), name="x")
    target = tf1.placeholder(tf1.float32, (None, 3), name="y")
    w1, w2 = tf1.Variable(first, name="w1"), tf1.Variable(second, name="w2")
    predicted = tf1.matmul(tf1.maximum(tf1.matmul(inputs, w1), 0), w2)
    loss = tf1.reduce_sum(tf1.square(predicted - target))
    g1, g2 = tf1.gradients(loss, [w1, w2])
    train = tf1.group(tf1.assign(w1, w1 - RATE * g1), tf1.assign_sub(w2, RATE * g2))
    with tf1.Session() as session:
        session.run(tf1.global_variables_initializer())
        feed = {inputs: x, target: y}
        losses = [session.run([loss, train], feed_dict=feed)[0] for _ in range(5)]
        assert session.captures == 1
        (captured,) = session.graphs.values()
        return (losses, *session.run([w1, w2])), captured.graph


def in_tf2(data):
    x, y, first, second = data
    w1, w2 = tf2.Variable(first, name="w1"), tf2.Variable(second, name="w2")

    @tf2.function
    def step(x, y):
        with tf2.GradientTape() as tape:
            predicted = tf2.matmul(tf2.maximum(tf2.matmul(x, w1), 0), w2)
            loss = tf2.reduce_sum(tf2.square(predicted - y))
        for variable, gradient in zip([w1, w2], tape.gradient(loss, [w1, w2]), strict=True):
            variable.assign_sub(RATE * gradient)
        return loss

    losses = [step(x, y).item() for _ in range(5)]
    assert step.captures == 1
    return (losses, w1.numpy(), w2.numpy()), step.graph


def in_keras(data):
    x, y, first, second = data
    model = keras.Sequential([
        keras.Dense(5, activation=lambda h: tf2.maximum(h, 0), use_bias=False),
        keras.Dense(3, use_bias=False),
    ])  # fmt: skip
    model.compile(keras.SGD(RATE), loss=lambda y, p: tf2.reduce_sum(tf2.square(p - y)))
    model(penlight.tensor(x))
    model.set_weights([first, second])
    history = model.fit(x, y, batch_size=8, epochs=5, shuffle=False)
    return (history.history["loss"], *model.get_weights()), model.train_step.graph


def in_penlight(data):
    x, y, *weights = map(penlight.tensor, data)
    w1, w2 = (w.requires_grad_() for w in weights)

    def step(x, y):
        loss = ((x @ w1).clamp(min=0) @ w2 - y).pow(2).sum()
        g1, g2 = penlight.autograd.grad(loss, [w1, w2])
        with penlight.no_grad():
            w1.sub_(RATE * g1)
            w2.sub_(RATE * g2)
        return loss.detach()

    step = graphs.compile(step)
    losses = [step(x, y).item() for _ in range(5)]
    return (losses, w1.detach().numpy(), w2.detach().numpy()), step.graph


@pytest.mark.parametrize("style", [in_tf1, in_tf2, in_keras, in_penlight])
def test_the_two_layer_net_gives_pytorchs_numbers(style, data, wanted):
    found, _ = style(data)
    assert_trained(wanted, *found)


def test_one_graph_lies_underneath(data):
    """The tape's three styles: the very same operations, in their own order."""
    one, two, three = (sorted(style(data)[1].operations()) for style in (in_tf1, in_tf2, in_keras))
    assert one == two == three
    assert one.count("mm") == 5  # two forward, three backward: nobody asks for the gradient of x


# --- guards -------------------------------------------------------------------------------------


def test_a_new_shape_type_or_mode_is_captured_anew_and_remembered():
    net = penlight.nn.Sequential(penlight.nn.Linear(3, 3), penlight.nn.Dropout(0.5))
    run = graphs.compile(net)
    x = penlight.ones(2, 3)
    run(x)
    run(x * 2)
    assert run.captures == 1
    run(penlight.ones(4, 3))
    assert run.captures == 2
    assert "shape was (2, 3), is (4, 3)" in run.reasons[0]
    net.eval()
    assert (run(x) == net(x)).all()
    assert run.captures == 3
    assert "training was True, is False" in run.reasons[1]
    with penlight.no_grad():
        assert not run(x).requires_grad
    assert run.captures == 4
    run.train()
    run(x)
    assert run.captures == 4  # the first graph, still there
    assert run.graph.operations().count("bernoulli_") == 1


def test_plain_arguments_are_guarded_and_tell_one_from_true():
    @graphs.compile
    def power(x, n):
        return x * n

    x = penlight.tensor([2, 3])
    assert power(x, 1).dtype is penlight.int64
    assert power(x, 1.0).dtype is penlight.float32
    assert power(x, n=1.0).tolist() == [2.0, 3.0]
    assert power.captures == 3


def test_too_many_kinds_of_arguments_run_eagerly_with_a_warning():
    run = graphs.compile(lambda x: x * 2, limit=2)
    run(penlight.ones(1))
    run(penlight.ones(2))
    with pytest.warns(UserWarning, match="Do its shapes change"):
        assert run(penlight.ones(3)).tolist() == [2.0] * 3
    assert run.captures == 2


def test_the_guard_slot():
    failed = registry["failed_guard"].reference
    guards = {"shape": (2, 3), "n": 1}
    assert failed(guards, dict(guards)) is None
    assert failed(guards, {"shape": (3, 2), "n": 1}) == "shape"
    assert failed(guards, {"shape": (2, 3), "n": True}) == "n"
    assert failed(guards, {"shape": (2, 3)}) == "n"
    assert failed(guards, guards | {"new": 0}) == "new"
    calls = []

    def failed_guard(guards, facts):
        calls.append(len(facts))
        return failed(guards, facts)

    run = graphs.compile(lambda x: x + 1)
    with transplant(failed_guard):
        run(penlight.ones(2))
        run(penlight.ones(2))
    assert len(calls) == 1


# --- TensorFlow 1 -------------------------------------------------------------------------------


def test_a_symbol_has_no_value_until_a_session_runs():
    x = tf1.placeholder(tf1.float32, (None, 2))
    y = 2 * x + 1
    assert "no value yet" in repr(y)
    with pytest.raises(TypeError, match="Python bool"):
        bool(y)
    session = tf1.Session()
    assert session.run(y, {x: [[1, 2]]}).tolist() == [[3.0, 5.0]]
    session.run(y, {x: [[0, 0]]})
    assert session.captures == 1
    session.run(y, {x: np.zeros((3, 2))})
    assert session.captures == 2
    with pytest.raises(ValueError, match=r"Cannot feed value of shape \(3,\)"):
        session.run(y, {x: [1, 2, 3]})
    with pytest.raises(tf1.InvalidArgumentError, match="must feed a value"):
        session.run(y)
    with pytest.raises(TypeError, match="Fetch argument"):
        session.run([y, 3], {x: [[1, 2]]})


def test_variables_belong_to_a_session_and_need_their_initialiser():
    tf1.reset_default_graph()
    w = tf1.Variable(tf1.zeros((2,)) + 1, name="w")
    more = tf1.assign_add(w, w * 2)
    one, two = tf1.Session(), tf1.Session()
    with pytest.raises(tf1.FailedPreconditionError, match="uninitialized value w"):
        one.run(w)
    for session in (one, two):
        session.run(tf1.global_variables_initializer())
    one.run(more)
    one.run(more)
    assert (one.run(w).tolist(), two.run(w).tolist()) == ([9.0, 9.0], [1.0, 1.0])


# --- TensorFlow 2 -------------------------------------------------------------------------------


def test_a_tape_differentiates_what_it_watched():
    x, c = tf2.Variable([1.0, 2.0]), tf2.constant([3.0, 4.0])
    with tf2.GradientTape(persistent=True) as tape:
        y = tf2.reduce_sum(x * x * c)
        z = tf2.reduce_sum(y * x)
    assert tape.gradient(y, x).tolist() == [6.0, 16.0]
    assert tape.gradient(z, [x, c])[1] is None  # nobody watched c
    assert tape.gradient(z, x).tolist() == [6 * 3 + 19, 16 * 3 + 19]
    with tf2.GradientTape() as tape:
        tape.watch(c)
        y = tf2.reduce_sum(c * c)
    assert tape.gradient(y, c).tolist() == [6.0, 8.0]
    with pytest.raises(RuntimeError, match="non-persistent"):
        tape.gradient(y, c)


def test_a_tape_inside_a_tape_gives_second_derivatives():
    x = tf2.Variable(2.0)
    with tf2.GradientTape() as outer:
        with tf2.GradientTape() as inner:
            y = x * x * x
        first = inner.gradient(y, x)
    assert (first.item(), outer.gradient(first, x).item()) == (12.0, 12.0)


def test_assigning_before_the_gradient_is_an_error():
    x = tf2.Variable([1.0, 2.0])
    with tf2.GradientTape() as tape:
        y = tf2.reduce_sum(x * x)
    x.assign_add([1.0, 1.0])
    with pytest.raises(RuntimeError, match="before you assign"):
        tape.gradient(y, x)
    with pytest.raises(ValueError, match="Shape mismatch"):
        x.assign([1.0])


def test_the_tape_runs_its_slot():
    calls = []

    def tape_gradient(tape, target, sources, ones):
        calls.append(len(tape))
        return registry["tape_gradient"].reference(tape, target, sources, ones)

    x = tf2.Variable(3.0)
    with transplant(tape_gradient), tf2.GradientTape() as tape:
        y = x * x
    with transplant(tape_gradient):
        assert tape.gradient(y, x).item() == 6.0
    assert calls == [1]


# --- Keras --------------------------------------------------------------------------------------


def test_a_classifier_learns_and_is_measured():
    rng = np.random.default_rng(0)
    x = rng.standard_normal((200, 2)).astype("float32")
    y = (x[:, 0] * x[:, 1] > 0).astype("int64")
    penlight.manual_seed(0)
    model = keras.Sequential([keras.Dense(16, "relu"), keras.Dense(2, "softmax")])
    model.compile(keras.Adam(0.03), "sparse_categorical_crossentropy", metrics=["accuracy"])
    history = model.fit(x, y, epochs=20, validation_data=(x[:50], y[:50])).history
    assert history["accuracy"][-1] > 0.95 > history["accuracy"][0]
    loss, accuracy = model.evaluate(x, y)
    assert accuracy == pytest.approx((model.predict(x).argmax(1) == y).mean())
    probabilities = torch.tensor(model.predict(x))
    expected = torch.nn.functional.nll_loss(probabilities.log(), torch.tensor(y)).item()
    assert loss == pytest.approx(expected, rel=1e-4)
    assert set(history) == {"loss", "accuracy", "val_loss", "val_accuracy"}
    assert model.train_step.captures == 2  # whole batches, and the rest


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (lambda: keras.Adam(0.1, epsilon=1e-7), lambda w: torch.optim.Adam(w, 0.1, eps=1e-7)),
        (lambda: keras.SGD(0.1, momentum=0.9), lambda w: torch.optim.SGD(w, 0.1, momentum=0.9)),
    ],
)
def test_optimizers_take_pytorchs_steps(ours, theirs):
    w, v = tf2.Variable([1.0, -2.0]), torch.tensor([1.0, -2.0], requires_grad=True)
    optimizer, reference = ours(), theirs([v])
    for _ in range(5):
        optimizer.minimize(lambda: tf2.reduce_sum(w * w * w * w), [w])
        reference.zero_grad()
        v.pow(4).sum().backward()
        reference.step()
    np.testing.assert_allclose(w.numpy(), v.detach().numpy(), rtol=1e-4)


def test_an_optimizer_of_your_own_trains_a_model():
    class SignSGD(keras.Optimizer):
        def update(self, variable, gradient):
            variable.assign_sub(0.04 * gradient.sign())

    x = np.linspace(-1, 1, 40, dtype="float32").reshape(-1, 1)
    model = keras.Sequential([keras.Dense(1)])
    model.compile(SignSGD(), "mse")
    model.fit(x, 3 * x + 1, epochs=150, batch_size=40)
    assert model.get_weights()[0].item() == pytest.approx(3, abs=0.1)


def test_what_is_not_covered_is_said():
    with pytest.raises(ValueError, match="unknown name 'gelu'; covered here are"):
        keras.Dense(3, "gelu")
    model = keras.Sequential([keras.Dense(1)])
    with pytest.raises(RuntimeError, match="call compile"):
        model.predict(np.zeros((1, 2), "float32"))
    with pytest.raises(ValueError, match="'accuracy'"):
        model.compile("adam", "mse", metrics=["auc"])

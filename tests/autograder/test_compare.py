"""Each property is compared, each equal meaning passes, and no student's object has a say."""

import numpy as np
import pytest
import torch
from toy_exercises import case, define

import penlight
from autograder.compare import TOLERANCES, compare
from autograder.exercise import Exercise, Group
from autograder.oracle import expected, library
from autograder.runner import run_case
from autograder.values import randn, tensor


def difference(oracle, answer, *args, compares=(), case_options=None, **options):
    """How `answer`'s result on penlight tensors differs from `oracle`'s on PyTorch's."""
    asked = case("c", *args, **(case_options or {}))
    groups = (Group("g", 1, "", "", (asked,)),)
    exercise = Exercise("f", "toy", "F", 1, 1, 1, oracle, groups, compares=compares, **options)
    got = run_case(answer, exercise, asked, library("penlight"))
    return compare(exercise, asked, expected(exercise, asked), got)


def broken(*args, **options):
    found = difference(*args, **options)
    return found and found.property


X = tensor([[1.0, 2.0], [3.0, 4.0]])

SAME = {
    "list for tuple": (lambda: (1, 2), lambda: [1, 2]),
    "array for tuple": (lambda: (1, 2), lambda: np.array([1, 2])),
    "tensor for tuple": (lambda: (1, 2), lambda: penlight.tensor([1, 2])),
    "torch.Size for tuple": (lambda: (1, 2), lambda: torch.Size([1, 2])),
    "penlight's Size for tuple": (lambda: (1, 2), lambda: penlight.zeros(1, 2).shape),
    "NumPy integers inside": (lambda: (1, 2), lambda: (np.int64(1), np.int32(2))),
    "empty": (lambda: (), lambda: []),
    "torch for penlight": (lambda: torch.ones(2), lambda: torch.ones(2)),
    "array for tensor": (lambda: torch.ones(2), lambda: np.ones(2, "float32")),
    "list for tensor": (lambda: torch.ones(2, 2), lambda: [[1.0, 1], [1, 1]]),
    "number for 0-d": (lambda: torch.tensor(3.0), lambda: 3),
    "0-d for number": (lambda: 3, lambda: penlight.tensor(3)),
    "NumPy scalar for 0-d": (lambda: torch.tensor(3.0), lambda: np.float32(3)),
    "int for float": (lambda: 3.0, lambda: 3),
    "rounding": (lambda: 0.1 + 0.2, lambda: 0.3),
    "nan": (
        lambda: torch.tensor([float("nan"), float("inf")]),
        lambda: [float("nan"), float("inf")],
    ),
    "text": (lambda: "abc", lambda: "abc"),
    "nothing": (lambda: None, lambda: None),
    "dict": (lambda: {"a": 1}, lambda: {"a": 1}),
    "tensors in a list": (lambda: (torch.ones(1), 2), lambda: [penlight.ones(1), 2]),
}


@pytest.mark.parametrize("name", SAME)
def test_equal_meanings_pass(name):
    assert difference(*SAME[name]) is None


DIFFERENT = {
    "value": (lambda: (1, 2), lambda: (1, 3), "value"),
    "length": (lambda: (1, 2), lambda: (1,), "length"),
    "float in a shape": (lambda: (1, 2), lambda: (1.0, 2.0), "type"),
    "bool for int": (lambda: 1, lambda: True, "type"),
    "int for bool": (lambda: True, lambda: 1, "type"),
    "forgotten return": (lambda: (1,), lambda: None, "type"),
    "generator": (lambda: (1, 2), lambda: (i for i in (1, 2)), "type"),
    "set": (lambda: (1, 2), lambda: {1, 2}, "type"),
    "number for tuple": (lambda: (1,), lambda: 1, "type"),
    "tensor value": (lambda: torch.ones(2), lambda: penlight.zeros(2), "value"),
    "shape": (lambda: torch.ones(2), lambda: penlight.ones(2, 1), "shape"),
    "ragged list": (lambda: torch.ones(2, 2), lambda: [[1], [1, 2]], "type"),
    "inf signs": (lambda: torch.tensor(float("inf")), lambda: float("-inf"), "value"),
    "nan for number": (lambda: 1.0, lambda: float("nan"), "value"),
    "text": (lambda: "abc", lambda: "abd", "value"),
    "keys": (lambda: {"a": 1}, lambda: {"b": 1}, "keys"),
    "text array": (lambda: torch.ones(1), lambda: np.array(["1"]), "type"),
    "uint8 wraps": (
        lambda: torch.tensor([255], dtype=torch.uint8),
        lambda: penlight.tensor([-1]),
        "value",
    ),
}


@pytest.mark.parametrize("name", DIFFERENT)
def test_differences_name_their_property(name):
    oracle, answer, wanted = DIFFERENT[name]
    assert broken(oracle, answer) == wanted


@pytest.mark.parametrize(
    ("name", "oracle", "answer", "wanted"),
    [
        ("dtype", lambda x: x, lambda x: x.double(), "dtype"),
        ("dtype", lambda x: x, lambda x: [[1.0, 2.0], [3.0, 4.0]], "dtype"),
        ("dtype", lambda x: x, lambda x: x.clone(), None),
        ("dtype", lambda x: x, lambda x: np.array(x.numpy()), None),
        ("strides", lambda x: x.t(), lambda x: x.t().clone().reshape(4).reshape(2, 2), "strides"),
        ("strides", lambda x: x.t(), lambda x: x.t(), None),
        ("shares_memory", lambda x: x.t(), lambda x: x.t().clone(), "shares memory"),
        ("shares_memory", lambda x: x.clone(), lambda x: x, "shares memory"),
        ("shares_memory", lambda x: x.t(), lambda x: x, "value"),
        ("shares_memory", lambda x: x[:1], lambda x: x.numpy()[:1], None),
        ("container", lambda x: (1, 2), lambda x: [1, 2], "container"),
        ("container", lambda x: x, lambda x: np.array(x.numpy()), "container"),
    ],
)
def test_optional_properties_count_only_when_asked(name, oracle, answer, wanted):
    assert broken(oracle, answer, X, compares=(name,)) == wanted
    if wanted == name.replace("_", " "):
        assert broken(oracle, answer, X) is None


def test_strides_of_length_one_do_not_count():
    oracle, answer = (lambda x: x.expand(1, 2)), (lambda x: x.reshape(1, 2))
    assert broken(oracle, answer, tensor([1.0, 2.0]), compares=("strides",)) is None


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_tolerances_follow_the_dtype(dtype):
    rtol, atol = TOLERANCES[dtype]
    near, far = 1 + 0.4 * (rtol + atol), 1 + 3 * (rtol + atol)
    x = tensor([1.0, 2.0], dtype=dtype)
    assert broken(lambda x: x, lambda x: x.numpy().astype("float64") * near, x) is None
    assert broken(lambda x: x, lambda x: x.numpy().astype("float64") * far, x) == "value"


def test_tolerances_are_pytorchs():
    from torch.testing._comparison import default_tolerances

    for name, pair in TOLERANCES.items():
        assert default_tolerances(getattr(torch, name)) == pair


def test_integers_are_exact_and_a_case_may_loosen():
    big = 10**12
    assert broken(lambda: torch.tensor([big]), lambda: penlight.tensor([big + 1])) == "value"
    loose = {"tolerance": (0.1, 0.0)}
    assert broken(lambda: 1.0, lambda: 1.05, case_options=loose) is None


class Equal:
    """Says yes to everything."""

    def __eq__(self, other):
        return True

    __hash__ = None

    def __array__(self, *args, **kwargs):
        return np.ones(2, "float32")

    def __len__(self):
        return 2

    def __iter__(self):
        return iter((1.0, 1.0))

    def __float__(self):
        return 1.0


class EqualTuple(tuple):
    __slots__ = ()

    def __eq__(self, other):
        return True

    def __iter__(self):
        return iter((1, 2))

    __hash__ = None


class EqualInt(int):
    def __eq__(self, other):
        return True

    def __int__(self):
        return 7

    __hash__ = None


class EqualTensor(torch.Tensor):
    @classmethod
    def __torch_function__(cls, function, types, args=(), kwargs=None):
        return torch.ones(2)

    def detach(self):
        return torch.ones(2)


class EqualArray(np.ndarray):
    def __array_ufunc__(self, *args, **kwargs):
        return np.ones(2, dtype=bool)

    def __eq__(self, other):
        return np.ones(2, dtype=bool)

    __hash__ = None


class Liar:
    """Claims to be a tensor."""

    @property
    def __class__(self):
        return torch.Tensor


@pytest.mark.parametrize(
    ("oracle", "answer"),
    [
        (lambda: torch.ones(2), Equal),
        (lambda: (1, 2), Equal),
        (lambda: "text", Equal),
        (lambda: 1.0, Equal),
        (lambda: (1, 2), lambda: EqualTuple((5, 6))),
        (lambda: 7, lambda: EqualInt(3)),
        (lambda: torch.ones(2), lambda: torch.zeros(2).as_subclass(EqualTensor)),
        (lambda: torch.ones(2), lambda: np.zeros(2, "float32").view(EqualArray)),
        (lambda: torch.ones(2), Liar),
    ],
)
def test_objects_that_claim_to_be_equal_lose(oracle, answer):
    assert difference(oracle, answer) is not None


def test_results_that_would_fill_the_memory_are_refused_and_loops_in_them_end():
    huge = difference(lambda: torch.ones(2), lambda: torch.ones(1).expand(10**6, 10**6))
    assert "too large" in huge.sentence
    circle = []
    circle.append(circle)
    assert difference(lambda: [[1]], lambda: circle) is not None


def test_the_sentence_tells_where():
    found = difference(lambda x: x, lambda x: x * tensor_mask(), X)
    assert "index (1, 0)" in found.sentence
    assert "1 of 4 elements" in found.sentence
    assert "Entry 1 of the result is 5" in difference(lambda: (1, 2), lambda: (1, 5)).sentence


def tensor_mask():
    return penlight.tensor([[1.0, 1.0], [0.0, 1.0]])


# --- errors


def refuse(x):
    raise RuntimeError("no")


def raising(error):
    def answer(x):
        raise error

    return answer


class Special(RuntimeError):
    pass


@pytest.mark.parametrize(
    ("answer", "wanted"),
    [
        (refuse, None),
        (raising(Special("no")), None),
        (raising(ValueError("no")), "error"),
        (raising(NotImplementedError("no")), "error"),
        (raising(RecursionError("no")), "error"),
        (raising(SystemExit(0)), "error"),
        (lambda x: x, "error"),
    ],
)
def test_only_a_deliberate_refusal_of_the_right_type_counts(answer, wanted):
    options = {"raises": RuntimeError}
    assert broken(refuse, answer, X, case_options=options) == wanted


def test_an_exception_where_an_answer_is_due():
    found = difference(lambda x: x, raising(ValueError("odd")), X)
    assert found.property == "exception"
    assert found.got == "ValueError: odd"


# --- inputs and gradients


@pytest.mark.parametrize(
    ("source", "arg"),
    [
        ("def f(x):\n    x.numpy()[0] = 9\n    return 0.0", X),
        ("def f(x):\n    x.append(1)\n    return 0.0", [3, 4]),
        ("def f(x):\n    x[0].numpy()[...] = 9\n    return 0.0", (X, 1)),
    ],
)
def test_a_changed_input_is_noticed(source, arg):
    answer = define(source)
    assert broken(lambda x: 0.0, answer, arg) == "input not modified"
    assert broken(lambda x: 0.0, answer, arg, may_modify=True) is None


G = randn(3, 2, requires_grad=True)


@pytest.mark.parametrize(
    ("answer", "wanted"),
    [
        (lambda x: x * x, None),
        (lambda x: x * x.detach(), "gradient"),  # half of it
        (lambda x: (x * x).detach(), "gradient"),
        (lambda x: x.detach().numpy() ** 2, "gradient"),
    ],
)
def test_gradients_are_compared_under_a_random_cotangent(answer, wanted):
    assert broken(lambda x: x * x, answer, G, compares=("gradient",)) == wanted


def test_a_gradient_that_only_a_sum_would_excuse_is_caught():
    """The values agree and so does the gradient's sum; only its order is wrong."""

    def wrong(x):
        return penlight.from_numpy(x.detach().t().numpy()) + (x - x.detach()).reshape(2, 3)

    assert broken(lambda x: x.t(), wrong, G, compares=("gradient",)) == "gradient"


def test_gradients_of_several_results_add_up():
    both = ("gradient",)
    assert broken(lambda x: (x * 2, x * x), lambda x: [x + x, x * x], G, compares=both) is None
    assert broken(lambda x: (x * 2, x * x), lambda x: [(x + x).detach(), x * x], G, compares=both)


def test_dicts_are_shown_key_by_key():
    found = difference(lambda x: {"sum": x.sum(), "n": 4}, lambda x: {"sum": x[0], "n": 4}, X)
    assert found.expected == "sum: tensor of shape (), float32:\n10.\nn: 4"
    assert found.got == "sum: tensor of shape (2,), float32:\n[1., 2.]\nn: 4"

"""Specs become the same tensor in penlight and in PyTorch, fresh every time."""

import dataclasses

import numpy as np
import pytest
import torch
from toy_exercises import case, clamp_exercise

import penlight
from autograder.exercise import Exercise, Group
from autograder.grading import grade, run_groups
from autograder.oracle import library, plain
from autograder.values import DTYPES, describe, dtype, integers, randn, size_of, tensor

SPECS = {
    "plain": randn(3, 4, seed=1),
    "transposed": randn(3, 4, seed=1, layout="transposed"),
    "strided": randn(3, 4, seed=1, layout="strided"),
    "stretched": randn(3, 1, seed=1).expand(2, 3, 4),
    "0-d": tensor(2.5),
    "empty": randn(0, 3, seed=1),
    "integers": integers(2, 3, seed=1),
    "needs a gradient": randn(2, seed=1, requires_grad=True),
}


@pytest.mark.parametrize("name", SPECS)
def test_both_libraries_make_the_same_tensor(name):
    one, other = (library(which).tensor(SPECS[name]) for which in ("penlight", "torch"))
    assert isinstance(one, penlight.Tensor)
    assert isinstance(other, torch.Tensor)
    assert one.stride() == other.stride()
    assert str(one.dtype) == str(other.dtype).replace("torch", str(one.dtype).split(".")[0])
    assert one.requires_grad == other.requires_grad
    np.testing.assert_array_equal(plain(one).data, plain(other).data)


@pytest.mark.parametrize("dtype", [d for d in DTYPES if not d.startswith("complex")])
def test_every_dtype_arrives(dtype):
    spec = integers(3, dtype=dtype, low=0, high=2, seed=3)
    for which in ("penlight", "torch"):
        assert plain(library(which).tensor(spec)).dtype == dtype


def test_layouts_have_the_strides_they_name():
    assert library("torch").tensor(SPECS["transposed"]).stride() == (1, 3)
    assert library("torch").tensor(SPECS["strided"]).stride() == (9, 2)
    assert library("torch").tensor(SPECS["stretched"]).stride() == (0, 1, 0)


def test_every_call_gets_fresh_tensors():
    declared = case("fresh", randn(3))
    (first,), _, _ = library("torch").arguments(declared)
    first.zero_()
    (second,), _, _ = library("torch").arguments(declared)
    assert second.abs().sum() > 0


def test_random_arguments_differ_by_place_and_case_but_not_by_run():
    def numbers(name):
        return [spec.numpy() for spec in case(name, randn(3), [randn(3)], k=randn(3)).args[:1]]

    one = case("one", randn(3), [randn(3)], k=randn(3))
    a, b, c = one.args[0].numpy(), one.args[1][0].numpy(), one.kwargs["k"].numpy()
    assert not np.array_equal(a, b)
    assert not np.array_equal(b, c)
    assert np.array_equal(a, numbers("one")[0])
    assert not np.array_equal(a, numbers("other")[0])


def test_dtype_defaults_are_pytorchs():
    assert tensor([1.0, 2.0]).dtype == "float32"
    assert tensor([1, 2]).dtype == "int64"
    assert tensor([True]).dtype == "bool"


@pytest.mark.parametrize(
    "make",
    [
        lambda: randn(2, dtype="float31"),
        lambda: randn(2, layout="diagonal"),
        lambda: integers(2, requires_grad=True),
    ],
)
def test_wrong_specs_are_refused(make):
    with pytest.raises(ValueError, match=r"float31|diagonal|int64"):
        make()


def test_descriptions_read_as_source():
    assert describe((3, 1)) == "(3, 1)"
    assert describe(((3,), [1.5, None])) == "((3,), [1.5, None])"
    assert describe(tensor([[1.0, 2.0]])) == "torch.tensor([[1., 2.]])"
    assert describe(tensor([1], dtype="float64")) == "torch.tensor([1.], dtype=torch.float64)"
    assert describe(randn(30, 40, seed=1)) == "torch.randn(30, 40)"
    assert describe(randn(9, 9, seed=1, layout="transposed")).endswith("with strides (1, 9)")
    shown = case("k", (2, 3), dim=1).describe("mean")
    assert shown == "mean((2, 3), dim=1)"


def test_smaller_inputs_come_first():
    for ordered in ([(1,), (1, 1), (1, 9)], [randn(2), randn(2, 2), randn(9, 9)], [(), ((1,), 2)]):
        sizes = [size_of(value) for value in ordered]
        assert sizes == sorted(set(sizes))


def test_a_dtype_is_each_librarys_own_and_comes_back_as_the_same_value():
    for which, module in (("penlight", penlight), ("torch", torch)):
        (given,), _, tensors = library(which).arguments(case("a type", dtype("int8")))
        assert given is module.int8
        assert not tensors
        assert plain((given, module.float32)) == (dtype("int8"), dtype("float32"))
    assert describe((dtype("int8"),)) == "(torch.int8,)"
    with pytest.raises(ValueError, match="int9"):
        dtype("int9")


def test_another_dtype_is_named():
    group = Group("types", 4, "Types meet.", cases=(case("two", dtype("int8"), dtype("uint8")),))
    exercise = dataclasses.replace(clamp_exercise(), oracle=torch.promote_types, groups=(group,))
    ((result,),) = run_groups(lambda a, b: a, exercise, "penlight")
    difference = result.difference
    assert difference.property == "dtype"
    assert difference.sentence == "The result is torch.int8, not torch.int16."
    assert (difference.expected, difference.got) == ("torch.int16", "torch.int8")


def test_an_array_goes_to_the_student_and_a_tensor_to_the_oracle():
    spec = randn(2, 3, seed=1, dtype="float64", as_array=True)
    ours, theirs = library("penlight").tensor(spec), library("torch").tensor(spec)
    assert (type(ours), type(theirs)) == (np.ndarray, torch.Tensor)
    np.testing.assert_array_equal(ours, theirs.numpy())
    with pytest.raises(ValueError, match="neither gradients"):
        randn(2, requires_grad=True, as_array=True)


def test_arrays_are_described_as_numpy_writes_them():
    array = {"dtype": "float64", "as_array": True}
    assert describe(tensor([[1.0, 2.0]], **array)) == "np.array([[1., 2.]])"
    assert describe(randn(30, 40, seed=1, **array)) == "np.random.randn(30, 40)"
    assert describe(randn(0, 3, seed=1, **array)) == "np.zeros((0, 3))"
    assert "dtype=np.float32" in describe(tensor([1.0], as_array=True))


def test_an_array_that_is_changed_is_noticed():
    x = case("one", tensor([1.0, 2.0], dtype="float64", as_array=True))
    group = Group("values", 1, property="Twice.", cases=(x,))
    exercise = Exercise(
        "twice", lecture="toy", title="Twice", points=1, minutes=1, difficulty=1,
        oracle=lambda x: 2 * x, groups=(group,), compares=("dtype",),
    )  # fmt: skip

    def in_place(x):
        x *= 2
        return x

    assert grade(lambda x: x + x, exercise).points == 1
    told = grade(in_place, exercise).text()
    assert "changed its own input" in told

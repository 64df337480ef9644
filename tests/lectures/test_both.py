"""`%%both` runs a cell under PyTorch and under penlight, and cannot be fooled into agreeing."""

import pytest
import torch

import penlight
from tools.lecture import Both, Disagreement


@pytest.fixture
def both():
    return Both({})


def shown(table):
    return [(row.text, row.ours.shown, row.theirs.shown) for row in table.rows]


def test_every_line_with_a_value_is_a_row(both):
    table = both.run("x = torch.ones(2)\nx + 1\nx.shape\nprint('hello')")
    assert shown(table) == [
        ("x + 1", "tensor([2., 2.])", "tensor([2., 2.])"),
        ("x.shape", "torch.Size([2])", "torch.Size([2])"),
        ("print('hello')", "hello", "hello"),
    ]


def test_a_cell_that_shows_nothing_has_no_table(both):
    assert both.run("x = 1") is None


def test_each_library_keeps_its_own_variables(both):
    both.run("x = torch.ones(2)\ndef double():\n    return 2 * x")
    assert isinstance(both.notebook["x"], torch.Tensor)
    assert isinstance(both.second["x"], penlight.Tensor)
    table = both.run("type(double()).__module__.split('.')[0] in ('torch', 'penlight')\ndouble()")
    assert isinstance(table.rows[1].ours.value, torch.Tensor)
    assert isinstance(table.rows[1].theirs.value, penlight.Tensor)


def test_an_ordinary_cell_is_seen_by_both(both):
    both.notebook["n"] = 3
    both.run("n + 1\nx = torch.ones(n)")
    both.notebook["n"] = 5
    assert shown(both.run("n, x.shape"))[0][1] == "(5, torch.Size([3]))"


# In these, the two libraries give different results on purpose.
IS_PENLIGHT = "torch.__name__ == 'penlight'"
DIFFERENT = {
    "value": f"torch.ones(2) * (2 if {IS_PENLIGHT} else 1)",
    "shape": f"torch.ones(1, 2) if {IS_PENLIGHT} else torch.ones(2)",
    "dtype": f"torch.ones(2).double() if {IS_PENLIGHT} else torch.ones(2)",
    "strides": f"torch.ones(2, 2).t() if {IS_PENLIGHT} else torch.ones(2, 2)",
    "requires_grad": f"torch.ones(2, requires_grad={IS_PENLIGHT})",
    "number": f"1.0 if {IS_PENLIGHT} else 1.01",
    "bool": IS_PENLIGHT,
    "text": "torch.__name__",
    "inside a tuple": f"(1, torch.ones(2) * (2 if {IS_PENLIGHT} else 1))",
    "length": f"(1, 2) if {IS_PENLIGHT} else (1, 2, 3)",
    "printed": "print(torch.__name__)",
    "printed number": f"print(0.5 if {IS_PENLIGHT} else 0.6)",
}


@pytest.mark.parametrize("cell", DIFFERENT.values(), ids=DIFFERENT)
def test_a_difference_is_an_error(both, cell):
    with pytest.raises(Disagreement, match="PyTorch and penlight differ"):
        both.run(cell)


def test_rounding_is_no_difference(both):
    both.run(f"torch.ones(2) + (1e-7 if {IS_PENLIGHT} else 0)")


FAIL = "torch.ones(2) + torch.ones(3)"


def test_an_error_must_be_announced(both):
    with pytest.raises(RuntimeError, match="must match"):
        both.run(FAIL)
    with pytest.raises(RuntimeError, match="must match"):
        both.run(FAIL, raises="TypeError")


def test_an_announced_error_is_shown(both):
    ((_, ours, theirs),) = shown(both.run(FAIL, raises="RuntimeError"))
    assert ours.startswith("RuntimeError: The size of tensor a (2) must match")
    assert theirs.startswith("RuntimeError")


def test_an_announced_error_must_come(both):
    with pytest.raises(Disagreement, match="meant to raise RuntimeError"):
        both.run("torch.ones(2)", raises="RuntimeError")


def test_an_error_in_one_library_is_an_error(both):
    with pytest.raises(Disagreement):
        both.run(f"torch.ones(3) + torch.ones(3 if {IS_PENLIGHT} else 2)", raises="RuntimeError")
    with pytest.raises(RuntimeError):
        both.run(f"torch.ones(3) + torch.ones(2 if {IS_PENLIGHT} else 3)")


def test_reworded_errors_are_not_called_the_same(both):
    cell = "raise TypeError(torch.__name__)"
    html = both.run(cell, raises="TypeError")._repr_html_()
    assert "✓ the same type of error" in html
    assert "✓ the same type of error" not in both.run("1")._repr_html_()


@pytest.fixture
def empty_slot():
    def broadcast_shapes(*shapes):
        raise penlight.EmptySlot("broadcast_shapes", "02_broadcasting")

    with penlight.transplant(broadcast_shapes):
        yield


NEEDS_SLOT = "shape = torch.broadcast_shapes((3,), (2, 3))"


def test_an_empty_slot_makes_penlight_wait(both, empty_slot):
    table = both.run(f"torch.ones(3)\n{NEEDS_SLOT}\nlen(shape)")
    assert table.waiting
    assert table.rows[0].theirs.shown == "tensor([1., 1., 1.])"
    assert "broadcast_shapes is not written yet" in table.rows[1].theirs.shown
    assert "waits for your code" in table._repr_html_()
    assert "broadcast_shapes is not written yet" in repr(table)
    # What should have been computed from it waits too; everything else goes on.
    assert both.run("len(shape) + 1").waiting
    assert not both.run("torch.zeros(2)").waiting


def test_what_a_waiting_cell_made_before_it_stopped_waits_too(both, empty_slot):
    both.run(f"x = torch.ones(2)\n{NEEDS_SLOT}")
    assert both.run("x").waiting


def test_waiting_ends_when_the_slot_is_filled(both, empty_slot):
    both.run(NEEDS_SLOT)
    penlight.restore("broadcast_shapes")
    assert not both.run(f"{NEEDS_SLOT}\nlen(shape)").waiting


def test_an_unknown_name_is_not_waiting(both, empty_slot):
    both.run(NEEDS_SLOT)
    with pytest.raises(NameError, match="nowhere"):
        both.run("nowhere")


def test_html_is_escaped(both):
    assert "<b>" not in both.run("'<b>'")._repr_html_()


def test_wide_results_go_below_their_lines(both):
    narrow = both.run("1\n2")._repr_html_()
    wide = both.run("list(range(15))\n2")._repr_html_()
    assert ">line</th>" in narrow
    assert ">line</th>" not in wide
    assert 'colspan="2"' in wide


def test_equal_results_too_wide_for_two_columns_share_one(both):
    html = both.run("list(range(30))\n2")._repr_html_()
    assert "PyTorch and penlight ✓ the same" in html
    assert html.count("28, 29]") == 1
    assert "colspan" not in html


def test_wide_results_beside_one_that_waits_keep_two_columns(both, empty_slot):
    html = both.run(f"'x' * 90\n{NEEDS_SLOT}\nlen(shape)")._repr_html_()
    assert ">PyTorch</th>" in html
    assert ">penlight waits for your code</th>" in html


def test_the_magic_is_registered():
    from IPython.core.interactiveshell import InteractiveShell

    shell = InteractiveShell()
    shell.run_line_magic("load_ext", "tools.lecture")
    result = shell.run_cell("%%both RuntimeError\n" + FAIL)
    assert result.success
    assert "RuntimeError" in result.result._repr_html_()
    assert not shell.run_cell("%%both\n" + FAIL, silent=True).success
    assert "torch" in shell.user_ns


def test_shapes_that_do_not_fit_fail_alike_with_an_empty_slot(both, empty_slot):
    ((_, ours, theirs),) = shown(both.run(FAIL, raises="RuntimeError"))
    assert ours != theirs
    assert theirs == "RuntimeError: tensors of shapes (2,) and (3,) do not broadcast"

"""Mechanical mutants: each is one change, runs as Python, and has a name of its own."""

import ast

import pytest
from toy_exercises import CLAMP, SCALE_ROWS

from autograder.mutants import mutants


def names(source):
    return [m.name for m in mutants(source)]


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("return a + b", "`a + b` -> `a - b`"),
        ("return a @ b", "`a @ b` -> `a * b`"),
        ("return a < b", "`a < b` -> `a <= b`"),
        ("return a < b", "`a < b` -> `a > b`"),
        ("return a in b", "`a in b` -> `a not in b`"),
        ("return a and b", "`a and b` -> `a or b`"),
        ("return not a", "`not a` -> `a`"),
        ("return -a", "`-a` -> `a`"),
        ("return a[1]", "`1` -> `2`"),
        ("return a[1]", "`1` -> `0`"),
        ("return f(a, True)", "`True` -> `False`"),
        ("return f(a, b)", "`f(a, b)` -> `f(b, a)`"),
        ("return a.sum(dim=1, keepdim=b)", "`a.sum(dim=1, keepdim=b)` -> `a.sum(dim=1)`"),
        ("return max(a, b)", "`max(a, b)` -> `min(a, b)`"),
        ("return a.mean()", "`a.mean()` -> `a.sum()`"),
        ("return a if b else 0", "`a if b else 0` -> `0`"),
        ("return [x for x in a if x]", "`for x in a if x` -> `for x in a`"),
        ("a += b", "`a += b` -> `a = b`"),
        ("a += b", "drop `a += b`"),
        ("while a: pass", "`while a:` -> `while not a:`"),
        ("for x in a: pass", "`for x in a:` -> `for x in list(a)[1:]:`"),
        ("for x in a: continue", "`continue` -> `break`"),
        ("raise ValueError(a + b)", "drop `raise ValueError(a + b)`"),
        ("b = a", "return `a` at once"),
        ("b = a", "return `None` at once"),
    ],
)
def test_each_kind_of_change_is_made(line, wanted):
    assert wanted in names(f"def f(a, b):\n    {line}\n    return a\n")


def test_docstrings_and_messages_are_left_alone():
    source = (
        'def f(a):\n    """Adds 1."""\n    if a > 5:\n        raise ValueError(f"{a + 1}")\n'
        "    return a\n"
    )
    assert not any("a + 1" in name and "drop" not in name for name in names(source))
    assert not any("Adds" in m.source for m in mutants(source))


def test_every_mutant_is_one_different_function_with_its_own_name():
    for source in (SCALE_ROWS, CLAMP, "def f(a):\n    return 0 + 0 + 0 + a\n"):
        made = mutants(source)
        assert len({m.name for m in made}) == len(made)
        texts = [ast.unparse(ast.parse(m.source)) for m in made]
        assert len(set(texts)) == len(texts)
        body = ast.parse(source)
        if ast.get_docstring(body.body[0]):
            del body.body[0].body[0]
        assert ast.unparse(body) not in texts
        for text in texts:
            compile(text, "<mutant>", "exec")
    assert "`0` -> `1` #2" in names("def f(a):\n    return 0 + a + 0\n")


def test_making_mutants_does_not_depend_on_layout_or_comments():
    commented = CLAMP.replace("    if value", "    # a comment\n\n    if value")
    assert names(commented) == names(CLAMP)


def test_methods_of_a_class_are_changed_too():
    method = "    def f(self, x):\n        'Add.'\n        return x + 1\n"
    source = f"class A(B):\n{method}\n    __radd__ = f\n"
    found = names(source)
    assert "`x + 1` -> `x - 1`" in found
    assert "drop `__radd__ = f`" in found
    assert "return `x` at once" in found
    assert not [name for name in found if "Add." in name]

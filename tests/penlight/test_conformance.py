"""Every operator that once passed PyTorch's own samples still does."""

import json

import pytest
import torch
from typer.testing import CliRunner

import penlight
from tools.cli import build_app
from tools.conformance import compare, exceptions, operators, ratchet, report
from tools.conformance.convert import PenlightCopier, TorchCopier
from tools.conformance.run import Runner

BY_LABEL = {operators.label(op): op for op in operators.entries()}


def explain(result) -> str:
    lacks = [f"penlight lacks {name}" for name in result.missing]
    return "\n".join([result.name, *lacks, *map(str, result.failures)])


@pytest.mark.parametrize("name", ratchet.passing())
def test_first_samples(name):
    result = Runner(limit=3).run(BY_LABEL[name])
    assert result.ok, explain(result)


@pytest.mark.slow
@pytest.mark.parametrize("name", ratchet.passing())
def test_all_samples(name):
    result = Runner().run(BY_LABEL[name])
    assert result.ok, explain(result)


def test_every_operator_is_in_the_database():
    assert len(operators.floors()) == 339
    assert {op.name for op in BY_LABEL.values()} == set(operators.floors())
    assert len(BY_LABEL) == 378


def test_the_ratchet_and_the_exceptions_name_real_entries():
    assert set(ratchet.passing()) <= set(BY_LABEL)
    known = set(BY_LABEL) | set(operators.floors())
    assert {each.operator for each in exceptions.listed()} <= known
    assert all(each.reason for each in exceptions.listed())


# --- the comparison notices what it must --------------------------------------------------------


def wrong(monkeypatch, name, function):
    """How the entry `name` does when `function` stands in for penlight's."""
    monkeypatch.setattr(penlight, name, function)
    return Runner().run(BY_LABEL[name])


WRONG = {
    "value": ("add", lambda x, y, alpha=1: penlight.sub(x, y, alpha=alpha), "instead of"),
    "type": ("add", lambda x, y, alpha=1: x.to(penlight.float64) + alpha * y, "float64"),
    "shape": ("exp", lambda x: x.exp().unsqueeze(0), "shape"),
    "copy for a view": ("t", lambda x: x.t().clone(), "does not share memory"),
    "view for a copy": ("clone", lambda x, **options: x, "shares memory"),
    "write": ("exp", lambda x: x.mul_(0) + x, "at version"),
    "no gradient": ("exp", lambda x: x.exp().detach(), "no result requires a gradient"),
    "gradient": ("exp", lambda x: 2 * x.exp() - x.exp().detach(), "gradient 0"),
    "error": ("neg", lambda x: x * -1, "did not raise"),
}


@pytest.mark.parametrize("what", WRONG)
def test_a_wrong_operator_fails(monkeypatch, what):
    name, function, words = WRONG[what]
    result = wrong(monkeypatch, name, function)
    assert not result.ok
    assert any(words in failure.problem for failure in result.failures), explain(result)


def test_a_missing_operator_is_reported(monkeypatch):
    monkeypatch.delattr(penlight, "exp")
    result = Runner().run(BY_LABEL["exp"])
    assert result.status == "missing"
    assert "function" in result.missing


def test_copies_keep_strides_offset_and_shared_memory():
    base = torch.arange(12.0)
    sample = [base.as_strided((3, 2), (1, 4), 2), base[5:]]
    for copy in (TorchCopier(), PenlightCopier()):
        first, second = copy(sample)
        assert first.stride() == (1, 4)
        assert first.storage_offset() == 2
        assert compare.difference(PenlightCopier()(sample), sample) is None
        first.mul_(0)
        assert second.tolist()[:4] == [5, 0, 0, 0]
        assert second._version == first._version == 1


# --- the command --------------------------------------------------------------------------------


def course(*words):
    return CliRunner().invoke(build_app({"conformance"}), ["conformance", *words])


def test_the_command_writes_json_and_html(tmp_path):
    files = tmp_path / "run.json", tmp_path / "run.html"
    done = course("--op", "exp", "--op", "max", "--json", str(files[0]), "--html", str(files[1]))
    assert done.exit_code == 0, done.output
    made = json.loads(files[0].read_text())
    assert made["torch"] == torch.__version__
    assert made["entries"][0]["name"] == "exp"
    assert made["summary"]["all"]["entries"] == 4
    assert "<table>" in files[1].read_text()
    assert sorted(tmp_path.iterdir()) == sorted(files)


def test_the_command_says_what_it_does_not_know():
    done = course("--op", "no_such_operator")
    assert done.exit_code == 2
    assert "no_such_operator" in done.output


@pytest.mark.skipif(penlight.cuda.is_available(), reason="there is a GPU")
def test_the_command_says_what_a_gpu_run_needs():
    done = course("--device", "cuda", "--op", "exp")
    assert done.exit_code == 2
    assert "CuPy" in done.output
    assert course("--device", "abacus").exit_code == 2


def test_losing_an_operator_is_an_error(monkeypatch):
    monkeypatch.setattr(penlight, "exp", penlight.sin)
    done = course("--op", "exp")
    assert done.exit_code == 1
    assert "No longer passing" in done.output


def test_a_failed_write_leaves_the_old_file(tmp_path):
    file = tmp_path / "report.json"
    report.write(file, "old")
    with pytest.raises(UnicodeEncodeError):
        report.write(file, "\ud800")
    assert file.read_text() == "old"
    assert list(tmp_path.iterdir()) == [file]


def test_the_readme_says_what_passing_txt_holds():
    text = ratchet.README.read_text("utf-8")
    assert ratchet.with_summary(text) == text, "run `course conformance --update`"
    with pytest.raises(ValueError, match="marks"):
        ratchet.with_summary("no table here")

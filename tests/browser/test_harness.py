"""The harness itself: it must see an error, and must not let a missing browser pass on CI."""

import nbformat
import pytest


def test_an_error_in_a_cell_is_found_and_named(lab, page):
    cells = [nbformat.v4.new_code_cell("1 / 0", id="breaks"), nbformat.v4.new_code_cell("1")]
    notebook = lab.open(page, lab.put(cells, "error.ipynb"))
    notebook.run_all()
    with pytest.raises(AssertionError, match="breaks: ZeroDivisionError"):
        notebook.assert_no_errors()


def test_axe_finds_a_field_without_a_name(page, assert_accessible):
    page.set_content("<html lang='en'><title>t</title><div id='w'><input type='text'></div>")
    with pytest.raises(AssertionError, match="label"):
        assert_accessible(page, "#w")


def test_without_chromium_ci_fails(find_chromium, monkeypatch):
    monkeypatch.setenv("CI", "1")
    monkeypatch.setattr("shutil.which", lambda name: None)
    with pytest.raises(pytest.fail.Exception, match="no Chromium found"):
        find_chromium()


def test_without_chromium_a_laptop_skips(find_chromium, monkeypatch):
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.setattr("shutil.which", lambda name: None)
    with pytest.raises(pytest.skip.Exception, match="no Chromium found"):
        find_chromium()

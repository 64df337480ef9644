"""Every lecture runs from top to bottom, can be read without eyes, and is committed clean."""

import re
from html.parser import HTMLParser

import pytest
from nbconvert import HTMLExporter

from tools.notebooks import RANDOM_ID, normalise

LONGEST_CELL = 25


def outputs(notebook):
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            yield cell.id, output


def html_of(output) -> str:
    html = output.get("data", {}).get("text/html", "")
    return html if isinstance(html, str) else "".join(html)


class Page(HTMLParser):
    """The alt text of every image, and the level of every heading."""

    def __init__(self, html: str):
        super().__init__()
        self.alts, self.headings = [], []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        if tag == "img":
            self.alts.append(dict(attrs).get("alt") or "")
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))


# --- as committed -------------------------------------------------------------------------------


def test_there_is_a_lecture(lecture):
    assert lecture.is_file()


def test_committed_clean(lecture, source):
    assert all(not cell.get("outputs") for cell in source.cells), "an output is committed"
    assert normalise(source) == lecture.read_text(encoding="utf-8")


def test_cell_ids_are_readable(source):
    ids = [cell.id for cell in source.cells]
    assert len(set(ids)) == len(ids)
    assert not [name for name in ids if RANDOM_ID.fullmatch(name)]


def test_no_cell_is_long(source):
    too_long = [c.id for c in source.cells if len(c.source.splitlines()) > LONGEST_CELL]
    assert not too_long


def test_every_section_ends_in_a_question_with_a_folded_answer(source):
    text = "\n".join(cell.source for cell in source.cells if cell.cell_type == "markdown")
    sections = re.split(r"^## (?=\d)", text, flags=re.MULTILINE)[1:]
    assert sections
    for section in sections:
        name = section.splitlines()[0]
        assert section.count("<details><summary>Answer</summary>"), f"no question in: {name}"
    assert text.count("<details>") == text.count("</details>")


# --- as run -------------------------------------------------------------------------------------


@pytest.mark.slow
def test_runs_without_error_or_warning(executed):
    wrong = [
        (cell, output.get("text") or output.get("evalue"))
        for cell, output in outputs(executed)
        if output.output_type == "error" or output.get("name") == "stderr"
    ]
    assert not wrong


@pytest.mark.slow
def test_every_picture_has_a_text_alternative(executed):
    pictures = 0
    for cell, output in outputs(executed):
        data = output.get("data", {})
        alts = Page(html_of(output)).alts
        assert all(len(alt) > 20 for alt in alts), f"an image without alt text in {cell}"
        if any(kind.startswith("image/") for kind in data):
            # Another form of the same output must say it in words.
            assert alts or len(data.get("text/plain", "")) > 20, f"no words for the image in {cell}"
        pictures += bool(alts)
    assert pictures, "no picture at all: is the check looking in the right place?"


@pytest.mark.slow
def test_headings_and_images_of_the_page(executed):
    page = Page(HTMLExporter().from_notebook_node(executed)[0])
    assert page.headings[0] == 1
    assert page.headings.count(1) == 1
    steps = zip(page.headings, page.headings[1:], strict=False)
    assert all(after <= before + 1 for before, after in steps), page.headings
    assert all(alt and "No description" not in alt for alt in page.alts)


@pytest.mark.slow
def test_every_claim_ran_under_both_libraries(executed):
    tables = [
        html_of(output)
        for cell in executed.cells
        if cell.source.startswith("%%both")
        for output in cell.outputs
    ]
    assert tables
    assert all("PyTorch" in table and "penlight ✓ the same" in table for table in tables)


@pytest.mark.slow
def test_runs_where_the_student_has_written_nothing(executed_by_student):
    page = "".join(html_of(output) for _, output in outputs(executed_by_student))
    assert "penlight waits for your code" in page
    assert "Empty in this copy: you write it in assignment" in page

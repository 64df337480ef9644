"""Collect from folders and zips: honest accidents are mended, what is not safe stays out."""

import io
import zipfile

import pytest

from tools.course import CourseError
from tools.course.collect import collect_from, student_id


def zipped(files):
    """A zip file's bytes with these names and contents."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def submitted(course, student):
    return course.run / "submitted" / student / "doubling" / "doubling.ipynb"


def test_a_folder_of_students(course, hand_in, tmp_path):
    hand_in("ann", double="a")
    hand_in("ben", double="b")
    found = collect_from(course, "doubling", tmp_path / "in")
    assert (found.new, found.unchanged, found.skipped) == (["ann", "ben"], [], [])
    assert (
        submitted(course, "ann").read_bytes() == (tmp_path / "in/ann/doubling.ipynb").read_bytes()
    )
    assert course.api.get_submitted_timestamp("doubling", "ann") is not None


def test_collecting_again_takes_only_what_changed(course, hand_in, tmp_path):
    hand_in("ann", double="a")
    hand_in("ben", double="b")
    collect_from(course, "doubling", tmp_path / "in")
    stamp = course.api.get_submitted_timestamp("doubling", "ann")
    hand_in("ben", double="better")
    found = collect_from(course, "doubling", tmp_path / "in")
    assert (found.new, found.unchanged) == (["ben"], ["ann"])
    assert course.api.get_submitted_timestamp("doubling", "ann") == stamp
    assert b"better" in submitted(course, "ben").read_bytes()
    assert sorted(p.name for p in (course.run / "submitted/ben").iterdir()) == ["doubling"]


def test_a_zip_of_student_zips_and_folders(course, hand_in, tmp_path):
    data = (hand_in("x", double="a") / "doubling.ipynb").read_bytes()
    source = tmp_path / "all.zip"
    source.write_bytes(
        zipped(
            {
                "ann.zip": zipped({"penlight/assignments/doubling/doubling.ipynb": data}),
                "ben/ben.zip": zipped({"doubling.ipynb": data}),
                "cem/doubling.ipynb": data,
                "dana.ipynb": data,
                "Élise O'Hara/my answers (1).ipynb": data,
                "__MACOSX/ann/doubling.ipynb": b"",
            }
        )
    )
    found = collect_from(course, "doubling", source)
    assert found.new == ["ann", "ben", "cem", "dana", "Élise_O_Hara"]
    assert found.skipped == []
    assert all(submitted(course, student).read_bytes() == data for student in found.new)


def test_what_is_not_safe_is_skipped_and_listed(course, hand_in, tmp_path):
    data = (hand_in("x") / "doubling.ipynb").read_bytes()
    link = zipfile.ZipInfo("eve/doubling.ipynb")
    link.external_attr = 0o120777 << 16
    source = tmp_path / "all.zip"
    with zipfile.ZipFile(source, "w") as archive:
        archive.writestr("../mallory/doubling.ipynb", data)
        archive.writestr("/root/doubling.ipynb", data)
        archive.writestr("a/../../b/doubling.ipynb", data)
        archive.writestr("..\\c\\doubling.ipynb", data)
        archive.writestr(link, "/etc/passwd")
        archive.writestr("ann/doubling.ipynb", data)
        archive.writestr("ann/torch.py", "raise SystemExit")
        archive.writestr("ben/doubling.ipynb", "{")
        archive.writestr("cem/notes.txt", "hello")
        archive.writestr("dan.zip", "no zip")
        archive.writestr("fay.zip", zipped({"../../doubling.ipynb": data}))
        archive.writestr("gus/doubling.ipynb", b" " * 20_000_001)
        archive.writestr("a b/doubling.ipynb", data)
        archive.writestr("a+b/doubling.ipynb", data)
    found = collect_from(course, "doubling", source)
    assert found.new == ["a_b", "ann"]
    reasons = "\n".join(found.skipped)
    for line in (
        "../mallory/doubling.ipynb: a path that leads outside",
        "/root/doubling.ipynb: a path that leads outside",
        "a/../../b/doubling.ipynb: a path that leads outside",
        "../c/doubling.ipynb: a path that leads outside",
        "eve/doubling.ipynb: a link",
        "ann/torch.py: not needed",
        "ben/doubling.ipynb: not a notebook (",
        "ben: no notebook of doubling in it",
        "cem: no notebook of doubling in it",
        "dan.zip: not a readable zip file",
        "fay.zip/../../doubling.ipynb: a path that leads outside",
        "gus/doubling.ipynb: larger than 20 MB",
    ):
        assert line in reasons
    assert "its name becomes 'a_b'" in reasons
    assert {p.name for p in (course.run / "submitted").iterdir()} == {"a_b", "ann"}
    assert {p.name for p in submitted(course, "ann").parent.iterdir()} == {
        "doubling.ipynb",
        "timestamp.txt",
    }


def test_links_in_a_folder_are_not_followed(course, hand_in, tmp_path):
    real = hand_in("ann")
    (tmp_path / "in/ben").symlink_to(real, target_is_directory=True)
    (tmp_path / "in/cem").mkdir()
    (tmp_path / "in/cem/doubling.ipynb").symlink_to(real / "doubling.ipynb")
    found = collect_from(course, "doubling", tmp_path / "in")
    assert found.new == ["ann"]
    assert found.skipped == ["ben: a link", "cem/doubling.ipynb: a link"]


@pytest.mark.parametrize("what", ["nothing", "a text file", "an empty folder"])
def test_a_source_with_nothing_in_it_is_a_sentence(course, tmp_path, what):
    source = tmp_path / "source"
    if what == "a text file":
        source.write_text("hello")
    elif what == "an empty folder":
        source.mkdir()
    with pytest.raises(CourseError, match=r"no folder or file|neither a folder nor|Nothing to co"):
        collect_from(course, "doubling", source)


@pytest.mark.parametrize(
    ("name", "expected"),
    [("ann", "ann"), ("a/b", "a_b"), ("..", ""), (".hidden", "hidden"), ("x" * 99, "x" * 64)],
)
def test_student_ids_hold_no_path(name, expected):
    assert student_id(name) == expected

"""Collect: bring handed-in notebooks into the run folder, from the exchange, a folder or a zip.

What students send is not trusted: only the assignment's notebooks are taken, under names we make,
and whatever is left out is said.
"""

import io
import os
import re
import stat
import tempfile
import unicodedata
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

import nbformat

from tools.course.folder import Course, CourseError, one_line
from tools.course.release import exchange, outbound, require_exchange

LARGEST = 20_000_000  # bytes of one notebook; a bigger file is no honest notebook
MOST_FILES = 10_000  # names looked at in one archive
NOISE = {".ipynb_checkpoints", "__MACOSX", ".DS_Store"}


@dataclass
class Collected:
    """What came in: students whose work is new or changed, who is as before, what was skipped."""

    new: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)


@dataclass
class File:
    """A file that was handed in: its path and how to get its bytes, None when they are too many."""

    path: PurePosixPath
    read: Callable[[], bytes] | None


def collect_exchange(course: Course, assignment: str) -> Collected:
    """Collect the newest submission of each student from nbgrader's exchange."""
    course.require(assignment)
    require_exchange(course)
    if not outbound(course, assignment).is_dir():
        raise CourseError(
            f"{assignment} was never released to the exchange in {course.api.exchange_root}. "
            "Use --from to collect from a folder or a zip file."
        )
    before = _stamps(course, assignment)
    exchange(course, "Collect", assignment, update=True)
    after = _stamps(course, assignment)
    return Collected(
        new=[student for student in after if after[student] != before.get(student)],
        unchanged=[student for student in after if after[student] == before.get(student)],
    )


def collect_from(course: Course, assignment: str, source: Path) -> Collected:
    """Collect from a folder of <student>/<notebook>.ipynb, or of student zips, or a zip of either.

    A file <student>.ipynb counts too. The time handed in is the time of collecting.
    """
    course.require(assignment)
    found = Collected()
    hand_ins: dict[str, list[File]] = {}
    for file in _files(source, found.skipped):
        for student, inside in _by_student(file, found.skipped):
            hand_ins.setdefault(student, []).append(inside)
    taken: dict[str, str] = {}
    for name in sorted(hand_ins):
        student = student_id(name)
        if not student or student in taken:
            why = f"its name becomes {student!r}, like {taken[student]!r}" if student else "no name"
            found.skipped.append(f"{name}: {why}")
            continue
        taken[student] = name
        notebooks = _notebooks(course, assignment, name, hand_ins[name], found.skipped)
        if not notebooks:
            found.skipped.append(f"{name}: no notebook of {assignment} in it")
        elif _store(course, assignment, student, notebooks):
            found.new.append(student)
        else:
            found.unchanged.append(student)
    if not hand_ins:
        raise CourseError(f"Nothing to collect in {source}: no folder or zip of a student in it.")
    return found


def student_id(name: str) -> str:
    """`name` as a student's id: only letters, digits and . _ @ -, so no path can hide in it."""
    plain = re.sub(r"[^\w.@-]+", "_", unicodedata.normalize("NFC", name)).strip("._-")
    return plain[:64]


def _files(source: Path, skipped: list[str]) -> Iterator[File]:
    """Every file of a folder or zip file, links and paths that lead outside left out."""
    if source.is_dir():
        yield from _folder_files(source, skipped)
    elif source.is_file():
        try:
            yield from _zip_files(zipfile.ZipFile(source), "", skipped)
        except zipfile.BadZipFile:
            raise CourseError(f"{source} is neither a folder nor a zip file.") from None
    else:
        raise CourseError(f"There is no folder or file {source}.")


def _folder_files(source: Path, skipped: list[str]) -> Iterator[File]:
    for folder, folders, names in os.walk(source):  # does not follow links
        for name in sorted(folders + names):
            path = Path(folder, name)
            inside = PurePosixPath(path.relative_to(source).as_posix())
            if path.is_symlink():
                skipped.append(f"{inside}: a link")
            elif not NOISE & set(inside.parts) and path.is_file():
                yield File(inside, path.read_bytes if _small(path.stat().st_size) else None)
        folders.sort()


def _zip_files(archive: zipfile.ZipFile, where: str, skipped: list[str]) -> Iterator[File]:
    infos = archive.infolist()
    for info in infos[:MOST_FILES]:
        inside = PurePosixPath(info.filename.replace("\\", "/"))
        shown = f"{where}{inside}"
        if inside.is_absolute() or ".." in inside.parts or ":" in (inside.parts or ("",))[0]:
            skipped.append(f"{shown}: a path that leads outside")
        elif stat.S_ISLNK(info.external_attr >> 16):
            skipped.append(f"{shown}: a link")
        elif info.flag_bits & 1:
            skipped.append(f"{shown}: encrypted")
        elif not info.is_dir() and not NOISE & set(inside.parts):
            small = _small(info.file_size)
            yield File(inside, (lambda i=info: archive.read(i)) if small else None)
    if len(infos) > MOST_FILES:
        skipped.append(f"{where}: only the first {MOST_FILES} of {len(infos)} files looked at")


def _small(size: int) -> bool:
    return size <= LARGEST


def _by_student(file: File, skipped: list[str]) -> Iterator[tuple[str, File]]:
    """The student `file` belongs to, by its first folder or its own name; zips are looked into."""
    first = file.path.parts[0]
    if file.path.suffix.lower() == ".zip" and len(file.path.parts) <= 2:
        student = first if len(file.path.parts) == 2 else file.path.stem
        if file.read is None:
            skipped.append(f"{file.path}: larger than {LARGEST // 1_000_000} MB")
            return
        try:
            archive = zipfile.ZipFile(io.BytesIO(file.read()))
        except (zipfile.BadZipFile, OSError) as error:
            skipped.append(f"{file.path}: not a readable zip file ({error})")
            return
        for inside in _zip_files(archive, f"{file.path}/", skipped):
            yield student, inside
    elif len(file.path.parts) >= 2:
        yield first, File(PurePosixPath(*file.path.parts[1:]), file.read)
    elif file.path.suffix == ".ipynb":
        yield file.path.stem, file
    else:
        skipped.append(f"{file.path}: not in a student's folder")


def _notebooks(
    course: Course, assignment: str, name: str, files: list[File], skipped: list[str]
) -> dict[str, bytes]:
    """Notebook name -> bytes, for the notebooks of `assignment` found among a student's files."""
    candidates = [file for file in files if file.path.suffix == ".ipynb"]
    wanted = course.notebooks(assignment)
    chosen: dict[str, File] = {}
    for notebook in wanted:
        same = [file for file in candidates if file.path.stem == notebook]
        if not same and len(candidates) == len(wanted) == 1:
            same = candidates  # renamed by the student or by the site it was uploaded to
        same.sort(key=lambda file: (len(file.path.parts), str(file.path)))
        if same:
            chosen[notebook] = same[0]
    used = [id(file) for file in chosen.values()]
    skipped += [f"{name}/{f.path}: not needed" for f in files if id(f) not in used]
    found = {}
    for notebook, file in chosen.items():
        problem, data = _read(file)
        if problem:
            skipped.append(f"{name}/{file.path}: {problem}")
        else:
            found[notebook] = data
    return found


def _read(file: File) -> tuple[str, bytes]:
    """What is wrong with a notebook file, or an empty string and its bytes."""
    if file.read is None:
        return f"larger than {LARGEST // 1_000_000} MB", b""
    try:
        data = file.read()
        nbformat.reads(data.decode("utf-8-sig"), as_version=4)
    except Exception as error:  # whatever nbformat meets in what is no notebook
        return f"not a notebook ({one_line(error)})", b""
    return "", data


def _store(course: Course, assignment: str, student: str, notebooks: dict[str, bytes]) -> bool:
    """Put a student's notebooks in the run folder in one step; False if they are there already."""
    target = course.folder("submitted", student, assignment)
    if target.is_dir():
        there = {path.stem: path.read_bytes() for path in target.glob("*.ipynb")}
        if there == notebooks:
            return False
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".collect-") as beside:
        new = Path(beside, "new")
        new.mkdir()
        for name, data in notebooks.items():
            (new / f"{name}.ipynb").write_bytes(data)
        now = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S.%f UTC")
        (new / "timestamp.txt").write_text(now)
        if target.exists():
            os.replace(target, Path(beside, "old"))
        os.replace(new, target)
    return True


def _stamps(course: Course, assignment: str) -> dict[str, object]:
    return {
        student: course.api.get_submitted_timestamp(assignment, student)
        for student in course.students("submitted", assignment)
    }

"""Files that are packed, by gzip, by bzip2 or alone in a zip archive, which are read as what is within.

Records are streamed out of them. Tables are looked at more than once, so they are unpacked to a temporary
file, up to the size that a workbook may have. Nothing is ever unpacked to a name that an archive gives.
"""

from __future__ import annotations

import bz2
import gzip
import lzma
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedIOBase
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Final, NoReturn, cast
from zipfile import BadZipFile, ZipFile, ZipInfo

from msgspec.structs import replace

from timeline.errors import DataError, Location, Problem

PACKED: Final = (".gz", ".bz2", ".zip")
MOST_BYTES: Final = 1024 * 2**20
"""Of a table or a workbook, unpacked."""
DAMAGE: Final = (EOFError, OSError, zlib.error, lzma.LZMAError, BadZipFile, NotImplementedError)
"""What is raised by reading where a file that is packed is not what it should be."""
_NO_ARCHIVE: Final = (*DAMAGE, RuntimeError, ValueError, IndexError)
"""What opening an archive lets out besides, of names that are no text, say."""

_CHUNK: Final = 1 << 20


def is_packed(path: Path) -> bool:
    """Whether a file is packed, by its name."""
    return path.suffix.lower() in PACKED


def suffix_of(path: Path) -> str:
    """The end of a name that says what a file holds, whatever it is packed with; raises DataError."""
    name = Path(path.stem if is_packed(path) else path.name)
    if path.suffix.lower() == ".zip":
        with _opening(path), ZipFile(path) as archive:
            name = Path(_only_file(path, archive).filename)
    return name.suffix.lower()


def open_packed(path: Path) -> IO[bytes]:
    """The bytes of what is within, or of a file that is not packed. Raises DataError."""
    suffix = path.suffix.lower()
    if suffix == ".gz":
        return cast("IO[bytes]", gzip.open(path))
    if suffix == ".zip":
        with _opening(path):
            archive = ZipFile(path)
            return archive.open(_only_file(path, archive))
    return bz2.open(path) if suffix == ".bz2" else path.open("rb")


@contextmanager
def unpacked(path: Path) -> Iterator[tuple[Path, str | None]]:
    """A temporary file with what is within, and what is wrong behind its end. Raises DataError."""
    wrong = None
    with TemporaryDirectory() as folder:
        inner = Path(folder) / f"table{suffix_of(path)}"
        with inner.open("wb") as out, open_packed(path) as stream:
            read = cast("BufferedIOBase", stream).read1  # as far as it goes, where it is cut
            while True:
                try:
                    chunk = read(_CHUNK)
                except DAMAGE as error:
                    wrong = damage_of(error)
                    if not out.tell():
                        _refuse(path, wrong, "is it packed with something else?")
                    break
                if not chunk:
                    break
                if out.tell() + len(chunk) > MOST_BYTES:
                    message = f"it unpacks to more than {MOST_BYTES // 2**20} MB"
                    _refuse(path, message, "unpack it yourself, and import the file within")
                out.write(chunk)
        try:
            yield inner, wrong
        except DataError as error:
            raise DataError([_placed(each, inner, path) for each in error.problems]) from None


def damage_of(error: Exception) -> str:
    """What is said of damage to what packs a file."""
    return f"what packs the file is damaged: {error}"


@contextmanager
def _opening(path: Path) -> Iterator[None]:
    """Say what is wrong with an archive that is opened. Raises DataError."""
    try:
        yield
    except _NO_ARCHIVE as error:
        _refuse(path, f"no zip archive that is read: {error}", "pack it again, or unpack it")


def _only_file(path: Path, archive: ZipFile) -> ZipInfo:
    files = [
        each
        for each in archive.infolist()
        if not each.is_dir()
        and not each.filename.startswith("__MACOSX/")
        and not Path(each.filename).name.startswith(".")
    ]
    if len(files) != 1:
        some = ", ".join(each.filename for each in files[:5]) or "none"
        _refuse(path, f"an archive of {len(files)} files: {some}", "import them one by one")
    if files[0].flag_bits & 1:
        _refuse(path, f"{files[0].filename} is encrypted", "unpack it with its password")
    return files[0]


def _placed(problem: Problem, inner: Path, path: Path) -> Problem:
    """A problem of the temporary file as one of the file that was given."""
    at = problem.location
    if at is None or at.file != str(inner):
        return problem
    return replace(problem, location=replace(at, file=str(path)))


def _refuse(path: Path, message: str, hint: str) -> NoReturn:
    raise DataError([Problem("unreadable-table", message, Location(str(path)), hint)])

"""Which bytes a study was read from and by which code, and the proof that nobody changed them."""

import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from helpers.study.file import StudyError
from helpers.study.installation import versions

# A run tells its kernels by this variable of the environment which files it was planned on: JSON,
# the SHA-256 of each by its name.
PLANNED = "MULTILEVEL_COURSE_CHECKSUMS"


def checksum(*paths: Path) -> str:
    """Return the SHA-256 of a file, or of several one after the other.

    >>> from helpers.study.file import DATA_FOLDER
    >>> checksum(DATA_FOLDER / "hsb.csv")[:8]
    'dab39dd4'
    """
    digest = hashlib.sha256()
    for path in paths:
        with path.open("rb") as file:
            hashlib.file_digest(file, lambda: digest)
    return digest.hexdigest()


def code_checksum() -> str:
    """Return the SHA-256 of the course's own code and of the versions it runs with.

    >>> code_checksum() == code_checksum()
    True
    """
    code = checksum(*sorted(Path(__file__).parents[1].rglob("*.py")))
    return hashlib.sha256(f"{versions()} {code}".encode()).hexdigest()


@contextmanager
def unchanged(path: Path) -> Iterator[str]:
    """Give a file's SHA-256 to the block that reads it, and see that it holds to the block's end.

    Raises
    ------
    StudyError
        If the file changed while it was read, or since the run began that executes this chapter.

    Examples
    --------
    >>> from helpers.study.file import DATA_FOLDER
    >>> with unchanged(DATA_FOLDER / "hsb.csv") as found:
    ...     print(found[:8])
    dab39dd4
    """
    found, written = checksum(path), path.stat().st_mtime_ns
    planned = json.loads(os.environ.get(PLANNED, "{}"))
    if planned.get(path.name, found) != found:
        raise StudyError(f"{path.name} is not as it was when the run began; run again")
    try:
        yield found
    finally:  # a file that is being written may also stop its reader
        if (checksum(path), path.stat().st_mtime_ns) != (found, written):
            raise StudyError(f"{path.name} changed while it was read; read it again")

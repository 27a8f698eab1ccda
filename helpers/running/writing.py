"""Files that are written whole or not at all."""

import os
from collections.abc import Mapping
from pathlib import Path


def write_whole(files: Mapping[Path, str | bytes]) -> None:
    """Write files, each of them whole, all or none.

    What is half-written ends in ``.partial``, and has this process's own number before that: two
    may be at it.

    Parameters
    ----------
    files
        What each is to hold, bytes or text.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     write_whole({Path(folder) / "a.txt": "one line"})
    ...     print(os.listdir(folder))
    ['a.txt']
    """
    halves = {path: path.with_name(f"{path.name}.{os.getpid()}.partial") for path in files}
    placed = False
    try:
        for path, content in files.items():
            halves[path].write_bytes(content.encode() if isinstance(content, str) else content)
        for path, half in halves.items():
            half.replace(path)
            placed = True
    except OSError as error:
        for each in (*halves.values(), *(files if placed else ())):
            each.unlink(missing_ok=True)
        raise OSError(error.errno, error.strerror, str(path)) from error

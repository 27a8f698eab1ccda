"""What this installation is made of: chapters, data, versions, and how to add a package to it."""

import platform
import sys
from importlib.metadata import version
from pathlib import Path

_HERE = Path(__file__).resolve().parents[1]


def _folder(name: str) -> Path:
    """Return a folder that a wheel holds inside the package, and a checkout beside it."""
    inside = _HERE / name
    return inside if inside.is_dir() else _HERE.parent / name


DATA_FOLDER = _folder("data")
NOTEBOOKS = _folder("notebooks")
PACKAGES = ("multilevel-course", "numpy", "pandas", "scipy", "statsmodels", "matplotlib")


def chapter_files(folder: Path | None = None) -> list[Path]:
    """Return the chapters' notebooks, in order: the course's own, or those in another folder.

    >>> [path.name for path in chapter_files()][:2]
    ['01-exploration.ipynb', '02-between-within.ipynb']
    """
    return sorted((folder or NOTEBOOKS).glob("[0-9][0-9]-*.ipynb"))


def versions() -> dict[str, str]:
    """Return what computes the results, and in which version.

    >>> list(versions())[0]
    'Python'
    """
    return {"Python": platform.python_version()} | {name: version(name) for name in PACKAGES}


def how_to_add(*packages: str) -> str:
    """Write the command that adds packages to the Python which runs this, be it in a wheel or not.

    >>> how_to_add("openpyxl").removeprefix(sys.executable)
    ' -m pip install openpyxl'
    """
    return " ".join([sys.executable, "-m pip install", *packages])

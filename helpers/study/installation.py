"""Where the chapters and the data are in this installation, and how to add a package to it."""

import sys
from pathlib import Path

_HERE = Path(__file__).resolve().parents[1]


def _folder(name: str) -> Path:
    """Return a folder that a wheel holds inside the package, and a checkout beside it."""
    inside = _HERE / name
    return inside if inside.is_dir() else _HERE.parent / name


DATA_FOLDER = _folder("data")
NOTEBOOKS = _folder("notebooks")


def how_to_add(*packages: str) -> str:
    """Write the command that adds packages to the Python which runs this, be it in a wheel or not.

    >>> how_to_add("openpyxl").removeprefix(sys.executable)
    ' -m pip install openpyxl'
    """
    return " ".join([sys.executable, "-m pip install", *packages])

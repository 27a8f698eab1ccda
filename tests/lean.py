"""An environment in which nothing can be imported but some packages and what they need."""

import subprocess
import sys
from collections.abc import Iterable, Iterator
from importlib.metadata import Distribution, distribution
from pathlib import Path

from packaging.requirements import Requirement


def make_lean(folder: Path, requirements: Iterable[str]) -> Path:
    """Make an environment of packages that are installed here, and return its Python.

    The packages are linked rather than copied; neither pip nor this project is there.
    """
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
    python = folder / "bin" / "python"
    program = "import sysconfig; print(sysconfig.get_path('purelib'))"
    run = subprocess.run([python, "-c", program], check=True, capture_output=True, text=True)
    packages = Path(run.stdout.strip())
    found: dict[str, Distribution] = {}
    for requirement in requirements:
        found |= {each.name: each for each in _needed(Requirement(requirement), set())}
    for each in found.values():
        files = each.files or []
        for name in {file.parts[0] for file in files} - {"..", "__pycache__"}:
            if not (packages / name).exists():
                (packages / name).symlink_to(Path(str(each.locate_file(name))))
        for file in files:
            if "share" in file.parts and file.parts[0] == "..":  # nbconvert's templates, say
                shared = folder.joinpath(*file.parts[file.parts.index("share") :])
                shared.parent.mkdir(parents=True, exist_ok=True)
                shared.symlink_to(Path(str(each.locate_file(file))).resolve())
    return python


def _needed(requirement: Requirement, seen: set[str]) -> Iterator[Distribution]:
    """Yield a requirement's distribution and all that it requires."""
    if str(requirement) in seen:
        return
    seen.add(str(requirement))
    found = distribution(requirement.name)
    yield found
    for each in map(Requirement, found.requires or []):
        extras = requirement.extras or {""}
        if each.marker is None or any(each.marker.evaluate({"extra": extra}) for extra in extras):
            yield from _needed(each, seen)

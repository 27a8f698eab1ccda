"""nbval notices what changes in a chapter, and nothing else; refreshing changes nothing.

That all chapters pass, side by side, is what nbval itself says when the whole suite runs.
"""

import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from conftest import CHAPTERS, ROOT

pytestmark = pytest.mark.slow


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Copy a chapter to where it can be altered; what holds for this one holds for all."""
    return Path(shutil.copy(CHAPTERS[1], tmp_path))


def refresh(chapter: Path) -> None:
    make = subprocess.run(
        ["make", "--always-make", "--dry-run", "refresh"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    command = make[make.index("nbconvert") :].replace("\\\n", " ").split()
    options = [word for word in command if not word.endswith(".ipynb")]
    jupyter = [sys.executable, "-m", "jupyter", *options, str(chapter)]
    subprocess.run(jupyter, check=True, capture_output=True)


def test_an_altered_sentence_or_number_fails_and_nothing_else(copy: Path) -> None:
    alterations = [
        (
            "Both lines rise in these data: where socio",
            "Both lines fall in these data: where socio",
        ),
        ("stands 28% of the way", "stands 29% of the way"),
        ("<td>3.184</td>", "<td>3.185</td>"),
    ]
    text = copy.read_text(encoding="utf-8")
    for right, wrong in alterations:
        assert right in text
        text = text.replace(right, wrong)
    copy.write_text(text, encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "--nbval", "--nbval-current-env", "-q", copy.name]
    # Outside the project's folder its pytest options do not apply: one process, one cell by one.
    result = subprocess.run(command, cwd=copy.parent, capture_output=True, text=True)
    assert result.returncode == 1
    cells = [cell for cell in nbformat.read(copy, as_version=4).cells if cell.cell_type == "code"]
    failed, passed = len(alterations), len(cells) - len(alterations)
    assert f"{failed} failed, {passed} passed" in result.stdout


def test_a_second_refresh_changes_no_byte(copy: Path) -> None:
    refresh(copy)
    once = copy.read_bytes()
    refresh(copy)
    assert copy.read_bytes() == once

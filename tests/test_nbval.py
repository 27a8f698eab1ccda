"""nbval notices what changes in a chapter, and nothing else; refreshing changes nothing."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import CHAPTERS, ROOT

pytestmark = pytest.mark.slow


@pytest.fixture
def copies(tmp_path: Path) -> list[Path]:
    """Copy two chapters to where they can be altered; what holds for these holds for all."""
    return [Path(shutil.copy(path, tmp_path)) for path in CHAPTERS[:2]]


def nbval(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pytest", "--nbval", "--nbval-current-env", "-q", *options]
    # Outside the project's folder its pytest options do not apply.
    return subprocess.run([*command, str(folder)], cwd=folder, capture_output=True, text=True)


def refresh(chapters: list[Path]) -> None:
    make = subprocess.run(
        ["make", "--always-make", "--dry-run", "refresh"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    command = make[make.index("nbconvert") :].replace("\\\n", " ").split()
    options = [word for word in command if not word.endswith(".ipynb")]
    jupyter = [sys.executable, "-m", "jupyter", *options, *map(str, chapters)]
    subprocess.run(jupyter, check=True, capture_output=True)


def test_chapters_pass_twice_in_a_row_serially_and_in_parallel(copies: list[Path]) -> None:
    folder = copies[0].parent
    for options in ((), ("-n", "2", "--dist", "loadfile")):
        result = nbval(folder, *options)
        assert result.returncode == 0, result.stdout


def test_an_altered_sentence_or_number_fails(copies: list[Path]) -> None:
    alterations = [
        (0, "students of one school are more alike", "students of one school are less alike"),
        (0, "The schools hold 14 to 67 students", "The schools hold 15 to 67 students"),
        (1, "<td>3.184</td>", "<td>3.185</td>"),
    ]
    for chapter, old, new in alterations:
        text = copies[chapter].read_text(encoding="utf-8")
        assert old in text
        copies[chapter].write_text(text.replace(old, new), encoding="utf-8")
    result = nbval(copies[0].parent)
    assert result.returncode == 1
    assert f"{len(alterations)} failed" in result.stdout


def test_a_second_refresh_changes_no_byte(copies: list[Path]) -> None:
    refresh(copies)
    once = [path.read_bytes() for path in copies]
    refresh(copies)
    assert [path.read_bytes() for path in copies] == once

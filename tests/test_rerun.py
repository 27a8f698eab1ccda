"""The command line runs chapters on a study, says what failed, and leaves nothing half-written."""

import subprocess
import sys
from pathlib import Path

import nbformat
import numpy as np
import pandas as pd
import pytest
from conftest import CHAPTERS, ROOT
from nbformat.v4 import new_code_cell, new_notebook

from helpers import rerun
from helpers.rerun import find_chapters
from helpers.results import COLUMNS
from helpers.studyfile import StudyError


def helpers(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "helpers", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True)


@pytest.mark.slow
def test_a_run_writes_the_chapters_and_their_table_and_says_where(tmp_path: Path) -> None:
    result = helpers("run", "hsb", "--out", str(tmp_path / "out"))
    assert result.returncode == 0, result.stderr
    assert result.stdout.startswith(f"{len(CHAPTERS)} of {len(CHAPTERS)} chapters in {tmp_path}")
    assert result.stdout.rstrip().endswith(" s")
    assert "100%" in result.stderr
    names = [path.name for path in CHAPTERS]
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == [*names, "results.csv"]
    # A model is called "null", which pandas would read as a missing value.
    reading = {"dtype": {"chapter": str}, "keep_default_na": False, "na_values": [""]}
    table = pd.read_csv(tmp_path / "out" / "results.csv", **reading)
    assert list(table) == COLUMNS
    expected = [
        row
        for name in names
        for row in rerun.collect_estimates(nbformat.read(tmp_path / "out" / name, as_version=4))
    ]
    assert [tuple(row) for row in table[["chapter", "model", "term"]].to_numpy()] == [
        (row["chapter"], row["model"], row["term"]) for row in expected
    ]
    # Not a digit is lost between the fit and the file.
    estimates = [np.nan if row["estimate"] is None else row["estimate"] for row in expected]
    np.testing.assert_array_equal(table["estimate"], estimates)
    # Another run of one chapter keeps what the other chapters estimated.
    before = (tmp_path / "out" / "results.csv").read_bytes()
    result = helpers("run", "hsb", "--out", str(tmp_path / "out"), "--chapters", "1")
    assert result.stdout.startswith(f"1 of 1 chapters in {tmp_path}")
    assert (tmp_path / "out" / "results.csv").read_bytes() == before


def test_a_study_that_is_wrong_runs_nothing(tmp_path: Path) -> None:
    result = helpers("run", "hbs", "--out", str(tmp_path / "out"))
    assert result.returncode == 1
    assert result.stderr.startswith("error: there is no study 'hbs'")
    assert "Traceback" not in result.stderr
    assert not (tmp_path / "out").exists()


def test_a_chapter_that_is_not_there_is_refused() -> None:
    result = helpers("run", "hsb", "--chapters", "01,9")
    assert result.returncode == 1
    assert result.stderr.startswith("error: there is no chapter 09; there are 01, 02")


def test_an_output_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    result = helpers("run", "hsb", "--out", str(tmp_path / "file"))
    assert result.returncode == 1
    assert result.stderr.startswith("error: ")
    assert "Traceback" not in result.stderr


def test_chapters_can_be_chosen_by_number() -> None:
    assert find_chapters() == CHAPTERS
    assert find_chapters(["2", " 01", "", "02"]) == CHAPTERS[1::-1]
    with pytest.raises(StudyError, match="there is no chapter 77"):
        find_chapters(["77"])


@pytest.mark.slow
def test_a_chapter_that_fails_is_told_and_the_others_are_kept(tmp_path: Path) -> None:
    chapters = []
    for name, source in (("01-good", "print(study)"), ("02-bad", "1 / 0")):
        parameters = new_code_cell('study = "hsb"', metadata={"tags": ["parameters"]})
        notebook = new_notebook(cells=[parameters, new_code_cell(source)])
        notebook.metadata.kernelspec = nbformat.read(CHAPTERS[0], as_version=4).metadata.kernelspec
        chapters.append(tmp_path / f"{name}.ipynb")
        nbformat.write(notebook, chapters[-1])
    program = (
        "import sys; from pathlib import Path; from helpers.rerun import run_chapters;"
        "print(run_chapters('other', map(Path, sys.argv[2:]), Path(sys.argv[1])))"
    )
    command = [sys.executable, "-c", program, str(tmp_path / "out"), *map(str, chapters)]
    result = subprocess.run(command, check=True, capture_output=True, text=True)
    assert "'02-bad': 'cell 3 stopped with ZeroDivisionError: division by zero'" in result.stdout
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "01-good.ipynb",
        "02-bad.failed.ipynb",
        "results.csv",
    ]
    done = nbformat.read(tmp_path / "out" / "01-good.ipynb", as_version=4)
    assert done.cells[-1].outputs[0].text == "other\n"

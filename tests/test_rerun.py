"""The command line runs chapters on a study, says what failed, and leaves nothing half-written."""

import re
import subprocess
import sys
from pathlib import Path

import nbformat
import numpy as np
import pandas as pd
import pytest
from conftest import CHAPTERS, ROOT
from made_up import clinics, write_study
from nbformat.v4 import new_code_cell, new_notebook
from typer.testing import CliRunner

from helpers.__main__ import app
from helpers.rerun import find_chapters
from helpers.results import COLUMNS, collect_estimates
from helpers.studyfile import StudyError


def helpers(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command line as a user would."""
    command = [sys.executable, "-m", "helpers", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True)


def refused(*arguments: str) -> str:
    """Run the command line in this process, and return its one error."""
    result = CliRunner().invoke(app, ["run", *arguments])
    assert result.exit_code == 1
    assert not result.stdout
    assert result.stderr.count("\n") == 1
    return result.stderr


@pytest.fixture(scope="module")
def rerun_on_clinics(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Run all chapters on the patients of 12 clinics as a user would; return the output folder."""
    folder = tmp_path_factory.mktemp("clinics")
    path = write_study(folder, *clinics())
    result = helpers("run", str(path), "--out", str(folder / "out"))
    assert result.returncode == 0, result.stderr
    assert result.stdout.startswith(f"{len(CHAPTERS)} of {len(CHAPTERS)} chapters in {folder}")
    assert result.stdout.rstrip().endswith(" s")
    assert "100%" in result.stderr
    return folder / "out"


@pytest.mark.slow
def test_a_run_writes_the_chapters_and_their_table(rerun_on_clinics: Path) -> None:
    out = rerun_on_clinics
    names = [path.name for path in CHAPTERS]
    assert sorted(path.name for path in out.iterdir()) == [*names, "results.csv"]
    # A model is called "null", which pandas would read as a missing value.
    reading = {"dtype": {"chapter": str}, "keep_default_na": False, "na_values": [""]}
    table = pd.read_csv(out / "results.csv", **reading)
    assert list(table) == COLUMNS
    expected = [
        row for name in names for row in collect_estimates(nbformat.read(out / name, as_version=4))
    ]
    assert [tuple(row) for row in table[["chapter", "model", "term"]].to_numpy()] == [
        (row["chapter"], row["model"], row["term"]) for row in expected
    ]
    # Not a digit is lost between the fit and the file.
    estimates = [np.nan if row["estimate"] is None else row["estimate"] for row in expected]
    np.testing.assert_array_equal(table["estimate"], estimates)


def test_a_study_that_is_wrong_runs_nothing(tmp_path: Path) -> None:
    error = refused("hbs", "--out", str(tmp_path / "out"))
    assert error.startswith("error: there is no study 'hbs'")
    assert not (tmp_path / "out").exists()


def test_a_chapter_that_is_not_there_is_refused() -> None:
    error = refused("hsb", "--chapters", "01,9")
    assert error.startswith("error: there is no chapter 09; there are 01, 02")


def test_an_output_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    assert refused("hsb", "--out", str(tmp_path / "file")).startswith("error: ")


def test_chapters_can_be_chosen_by_number() -> None:
    assert find_chapters() == CHAPTERS
    assert find_chapters(["2", " 01", "", "02"]) == CHAPTERS[1::-1]
    with pytest.raises(StudyError, match="there is no chapter 77"):
        find_chapters(["77"])


def write_chapter(path: Path, source: str) -> None:
    """Write a notebook with the one parameter and one cell."""
    parameters = new_code_cell('study = "hsb"', metadata={"tags": ["parameters"]})
    notebook = new_notebook(cells=[parameters, new_code_cell(source)])
    notebook.metadata.kernelspec = nbformat.read(CHAPTERS[0], as_version=4).metadata.kernelspec
    nbformat.write(notebook, path)


def test_a_chapter_that_fails_is_told_and_what_others_estimated_is_kept(tmp_path: Path) -> None:
    # A small table of estimates, as a chapter's last cell has one.
    row = dict.fromkeys(COLUMNS) | {"chapter": "01", "model": "m", "term": "x", "estimate": 0.1}
    shown = f"display(study, metadata={{'estimates': [{row}]}})"
    for name, source in (("01-good", shown), ("02-bad", "1 / 0")):
        write_chapter(tmp_path / f"{name}.ipynb", source)
    program = """if True:
        import sys
        from pathlib import Path
        from helpers import rerun
        rerun.NOTEBOOKS, out = map(Path, sys.argv[1:])
        print(rerun.run_chapters("other", rerun.find_chapters(), out))
        rerun.run_chapters("other", rerun.find_chapters(["2"]), out)
    """
    out = tmp_path / "out"
    command = [sys.executable, "-c", program, str(tmp_path), str(out)]
    result = subprocess.run(command, check=True, capture_output=True, text=True)
    assert "'02-bad': 'cell 3 stopped with ZeroDivisionError: division by zero'" in result.stdout
    names = ["01-good.ipynb", "02-bad.failed.ipynb", "results.csv"]
    assert sorted(path.name for path in out.iterdir()) == names
    done = nbformat.read(out / "01-good.ipynb", as_version=4)
    assert done.cells[-1].outputs[0].data["text/plain"] == "'other'"
    # The second run was of the other chapter alone.
    table = pd.read_csv(out / "results.csv")
    assert table[["model", "term", "estimate"]].to_numpy().tolist() == [["m", "x", 0.1]]


# ---------------------------------------------------------------- what a second study reads

HSB_WORDS = r"school|student|catholic|\bpublic\b|sector|math|socio-economic|\bses\b|minority|female"


def read_page(path: Path) -> str:
    """Return what a reader of an executed chapter meets: all text but the code's."""
    cells = nbformat.read(path, as_version=4).cells
    texts = [cell.source for cell in cells if cell.cell_type == "markdown"]
    for cell in cells:
        for output in cell.get("outputs", []):
            assert output.output_type != "error"
            assert output.get("name") != "stderr"
            data = output.get("data", {})
            texts += [data.get(kind, "") for kind in ("text/markdown", "text/html", "text/plain")]
    without_formulas = re.sub(r"\$\$.*?\$\$|\$.*?\$", "", "\n".join(texts), flags=re.S)
    return " ".join(without_formulas.split())


@pytest.mark.slow
def test_no_word_of_hsb_stands_in_another_study(rerun_on_clinics: Path) -> None:
    for path in CHAPTERS:
        page = read_page(rerun_on_clinics / path.name)
        assert not set(re.findall(HSB_WORDS, page, flags=re.I))
        assert "patients" in page
        assert "clinics" in page


@pytest.mark.slow
def test_the_second_studys_sentences_follow_its_numbers(rerun_on_clinics: Path) -> None:
    first = read_page(rerun_on_clinics / "01-exploration.ipynb")
    second = read_page(rerun_on_clinics / "02-between-within.ipynb")
    assert "The file holds 236 rows. 5 of them are left out" in first
    assert "(missing: 1 in Clinic ID, 2 in relief from pain, 3 in waiting time)" in first
    assert "231 patients in 12 clinics" in first
    assert "names no level-2 variable" in first
    assert "All 12 clinics are shown" in first
    assert "the line falls" in first
    assert "Left out for a missing value: 5 of the 236 rows" in second
    assert "Both lines fall" in second
    assert (
        "a higher value of waiting time goes with a lower value of relief from pain on average"
        in second
    )
    assert "with as few as 12 clinics" in second


@pytest.mark.slow
def test_the_results_of_the_second_study_are_its_own_regressions(rerun_on_clinics: Path) -> None:
    frame, _ = clinics()
    frame = frame.dropna(subset=["Clinic ID", "Relief", "Wait.hours"])
    means = frame.groupby("Clinic ID")[["Relief", "Wait.hours"]].mean()
    results = pd.read_csv(rerun_on_clinics / "results.csv", dtype={"chapter": str})
    slopes = results[(results["chapter"] == "02") & (results["term"] == "wait_hours")]
    slopes = slopes.set_index("model")["estimate"]
    for model, rows in (("total", frame), ("between", means)):
        slope, _ = np.polyfit(rows["Wait.hours"], rows["Relief"], 1)
        assert slope < 0
        assert slopes[model] == pytest.approx(slope, rel=1e-10)

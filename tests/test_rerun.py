"""The command line runs chapters on studies, says what failed, and leaves nothing half-written."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import nbformat
import numpy as np
import pandas as pd
import pytest
from conftest import CHAPTERS, ROOT
from made_up import KEYS, clinics, two_level, write_study
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from typer.testing import CliRunner

from helpers.__main__ import STOPPED
from helpers.commands import app
from helpers.course.estimates import COLUMNS, collect_estimates
from helpers.running.plan import check_parameters, claim, find_chapters
from helpers.running.writing import write_whole
from helpers.study.file import StudyError

Tiny = Callable[..., subprocess.CompletedProcess[str]]

INTERRUPTS = 4  # at random moments
FRAME = two_level(sizes=[4, 5, 6], within=1, between=1, sd_group=1)
# A tidy table of one row, as a chapter's last cell shows one.
ROW = dict.fromkeys(COLUMNS) | {"chapter": "01", "model": "within", "effect": "fixed", "term": "x"}
ROW |= {"estimate": 0.1, "std_error": 0.01, "conf_low": 0.08, "conf_high": 0.12, "method": "OLS"}
GOOD = f"display(str(study), metadata={{'estimates': [{ROW}]}})"


def helpers(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command line as a user would."""
    command = [sys.executable, "-m", "helpers", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True)


def refused(*arguments: str) -> list[str]:
    """Run the command line in this process, and return its errors, a line each."""
    result = CliRunner().invoke(app, [*arguments])
    assert result.exit_code == 1
    assert not result.stdout
    lines = result.stderr.splitlines()
    assert all(line.startswith("error: ") for line in lines)
    return lines


def write_chapters(folder: Path, **sources: str) -> Path:
    """Write small notebooks, each with the one parameter and one cell, in place of the course's."""
    folder.mkdir(exist_ok=True)
    for i, (name, source) in enumerate(sources.items(), 1):
        parameters = new_code_cell('study = "hsb"', metadata={"tags": ["parameters"]})
        title = new_markdown_cell(f"# {i} · {name}")
        notebook = new_notebook(cells=[title, parameters, new_code_cell(source)])
        notebook.metadata.kernelspec = nbformat.read(CHAPTERS[0], as_version=4).metadata.kernelspec
        nbformat.write(notebook, folder / f"{i:02d}-{name}.ipynb")
    return folder


PROGRAM = """if True:
    import sys
    from pathlib import Path
    from helpers.study import installation
    installation.NOTEBOOKS = Path(sys.argv[1])
    from helpers.__main__ import main
    sys.argv = ["helpers", *sys.argv[2:]]
    main()
"""


def tiny(chapters: Path, *arguments: object) -> subprocess.CompletedProcess[str]:
    """Run the command line on small chapters in place of the course's."""
    command = [sys.executable, "-c", PROGRAM, str(chapters), *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.slow
def test_a_chapter_that_fails_is_told_and_the_others_are_kept(tmp_path: Path) -> None:
    chapters = write_chapters(tmp_path / "chapters", good=GOOD, bad="1 / 0")
    study = write_study(tmp_path / "clinic", FRAME, KEYS)
    out = tmp_path / "out"
    result = tiny(chapters, "run", study, "--out", out)
    assert result.returncode == 2, result.stderr
    assert "error: 02-bad: cell 3 stopped with ZeroDivisionError" in result.stderr
    assert "Traceback" not in result.stderr
    assert result.stdout.startswith("1 of 2 chapters in ")
    kept = ["01-good.html", "01-good.ipynb", "02-bad.failed.ipynb", "index.html", "results.csv"]
    assert names(out) == kept
    index = (out / "index.html").read_text("utf-8")
    assert "did not run to its end" in index
    assert "cell 3 stopped with ZeroDivisionError: division by zero" in index
    assert 'href="01-good.html"' in index
    assert 'href="02-bad.html"' not in index
    done = nbformat.read(out / "01-good.ipynb", as_version=4)
    assert done.cells[-1].outputs[0].data["text/plain"] == repr(str(study))


@pytest.mark.slow
def test_running_again_redoes_only_what_is_missing_or_stale(tmp_path: Path) -> None:
    chapters = write_chapters(tmp_path / "chapters", one=GOOD, two="print(2)")
    study = write_study(tmp_path / "clinic", FRAME, KEYS)
    out = tmp_path / "out"
    run = (chapters, "run", study, "--out", out)
    assert tiny(*run).returncode == 0
    first, second = (out / name for name in ("01-one.ipynb", "02-two.ipynb"))
    before = {path: path.stat().st_mtime_ns for path in (first, second)}
    second.unlink()
    result = tiny(*run)
    assert "2 of 2 chapters" in result.stdout
    assert "1 of them as they stood" in result.stdout
    assert first.stat().st_mtime_ns == before[first]
    assert second.exists()
    # Other data make everything stale; a chapter's other text makes that chapter stale.
    write_study(tmp_path / "clinic", FRAME.assign(y=-FRAME["y"]), KEYS)
    assert "as they stood" not in tiny(*run).stdout
    write_chapters(tmp_path / "chapters", one=GOOD, two="print(3)")
    assert "1 of them as they stood" in tiny(*run).stdout


@pytest.mark.slow
def test_a_kernel_that_dies_fails_its_chapter_alone(tmp_path: Path) -> None:
    die = "import os, signal; os.kill(os.getpid(), signal.SIGKILL)"
    chapters = write_chapters(tmp_path / "chapters", good=GOOD, dead=die)
    study = write_study(tmp_path / "clinic", FRAME, KEYS)
    result = tiny(chapters, "run", study, "--out", tmp_path / "out")
    assert result.returncode == 2
    assert "error: 02-dead: the kernel stopped" in result.stderr
    assert "01-good.ipynb" in names(tmp_path / "out")
    assert "02-dead.ipynb" not in names(tmp_path / "out")


def start(command: list[str], log: Path) -> subprocess.Popen[bytes]:
    """Start a command that writes what it has to say into a file."""
    with log.open("w") as file:
        return subprocess.Popen(command, cwd=ROOT, stderr=file, stdout=file)


def interrupt(process: subprocess.Popen[bytes], log: Path) -> None:
    """Send what Ctrl-C does, and see that the run ends as it should."""
    process.send_signal(signal.SIGINT)
    see_that_it_stopped(process, log)


def see_that_it_stopped(process: subprocess.Popen[bytes], log: Path) -> None:
    assert process.wait(timeout=30) == 130
    said = log.read_text()
    assert said.endswith(f"\n{STOPPED}\n")
    assert said.count(STOPPED) == 1
    assert "Traceback" not in said


def wait_for(happens: Callable[[], bool]) -> None:
    until = time.monotonic() + 60
    while not happens() and time.monotonic() < until:
        time.sleep(0.01)


def test_an_interrupt_while_the_command_is_loading_is_answered_in_one_line(tmp_path: Path) -> None:
    # Each import is told when it is done: that of `__main__`, and then the first ones of typer.
    begin = "from helpers.__main__ import main; main()"
    command = [sys.executable, "-X", "importtime", "-c", begin, "run", "hsb"]
    log = tmp_path / "log"
    process = start(command, log)
    wait_for(lambda: "\n" in log.read_text().partition("helpers.__main__\n")[2])
    interrupt(process, log)
    assert "helpers.study.file" not in log.read_text()


@pytest.mark.slow
def test_an_interrupt_keeps_what_is_finished_and_leaves_nothing_half_written(
    tmp_path: Path,
) -> None:
    chapters = write_chapters(tmp_path / "chapters", good=GOOD, slow="import time; time.sleep(99)")
    study = write_study(tmp_path / "clinic", FRAME, KEYS)
    out, log = tmp_path / "out", tmp_path / "log"
    command = [sys.executable, "-c", PROGRAM, str(chapters), "run", str(study), "--out", str(out)]
    process = start(command, log)
    wait_for((out / "01-good.html").exists)
    interrupt(process, log)
    assert names(out) == ["01-good.html", "01-good.ipynb"]


@pytest.mark.slow
def test_after_an_interrupt_at_any_moment_the_same_command_goes_on(tmp_path: Path) -> None:
    chapters = write_chapters(tmp_path / "chapters", **dict.fromkeys("abcd", GOOD))
    study = write_study(tmp_path / "clinic", FRAME, KEYS)
    out, log = tmp_path / "out", tmp_path / "log"
    run = ("-c", PROGRAM, str(chapters), "run", str(study), "--out", str(out), "--jobs", "1")
    for seconds in np.random.default_rng().uniform(0, 5, size=INTERRUPTS):
        command = [sys.executable, "-X", "importtime", *run]
        process = start(command, log)
        wait_for(lambda: "helpers.__main__" in log.read_text())
        time.sleep(seconds)
        process.send_signal(signal.SIGINT)
        if process.wait(timeout=30) != 0:  # else all was done
            see_that_it_stopped(process, log)
        for page in out.glob("*.html"):
            assert page.read_text().rstrip().endswith("</html>")
        for notebook in out.glob("*.ipynb"):
            nbformat.read(notebook, as_version=4)
    result = tiny(chapters, *run[3:])
    assert result.returncode == 0, result.stderr
    assert result.stdout.startswith("4 of 4 chapters")
    both = [f"0{i}-{name}.{kind}" for i, name in enumerate("abcd", 1) for kind in ("html", "ipynb")]
    assert names(out) == [*both, "index.html", "results.csv"]


def test_a_full_disk_leaves_the_file_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(self: Path, *_: object, **__: object) -> None:
        os.close(os.open(self, os.O_CREAT | os.O_WRONLY))
        raise OSError(28, "No space left on device")

    target = tmp_path / "index.html"
    target.write_text("as it was")
    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(OSError, match=r"No space left on device: .*index.html"):
        write_whole({target: "new"})
    assert names(tmp_path) == ["index.html"]
    assert target.read_text() == "as it was"


@pytest.mark.slow
def test_several_studies_are_laid_side_by_side(tmp_path: Path) -> None:
    chapters = write_chapters(tmp_path / "chapters", good=GOOD)
    studies = []
    for name in ("wards", "plots"):
        path = write_study(tmp_path / name, FRAME, KEYS | {"title": f"The {name}"})
        studies.append(path.rename(path.with_name(f"{name}.yaml")))
    out = tmp_path / "out"
    result = tiny(chapters, "run", *studies, "--out", out)
    assert result.returncode == 0, result.stderr
    assert names(out) == ["index.html", "plots", "results.csv", "wards"]
    table = pd.read_csv(out / "results.csv")
    assert list(table)[:2] == ["study", "chapter"]
    assert sorted(table["study"]) == ["plots", "wards"]
    page = (out / "index.html").read_text("utf-8")
    assert "2 studies side by side" in page
    assert 'href="wards/index.html"' in page
    assert "0.100 (0.080 to 0.120)" in page
    assert 'href="../index.html"' in (out / "plots" / "index.html").read_text("utf-8")


@pytest.mark.slow
def test_words_of_a_study_reach_no_page_as_html(tmp_path: Path) -> None:
    evil = "<script>alert(1)</script> & $x$ *b* 🙂 שלום"
    say = """from helpers import *
from helpers.course.words import Prose
word = words(read_study(study))
display(Prose(word.y), Prose(word.x))"""
    chapters = write_chapters(tmp_path / "chapters", good=GOOD, say=say)
    keys = {
        "title": evil,
        "question": evil,
        "group": {"column": "group", "one": evil},
        "outcome": {"column": "y", "label": evil},
        "predictor": {"column": "x", "label": evil + "2"},
    }
    study = write_study(tmp_path / "clinic", FRAME, keys)
    out = tmp_path / "out"
    result = tiny(chapters, "run", study, "--out", out)
    assert result.returncode == 0, result.stderr
    for page in out.glob("*.html"):
        text = page.read_text("utf-8")
        assert "<script" not in text
        assert "&lt;script&gt;" in text or page.name == "01-good.html"
    assert "<em>b</em>" not in (out / "02-say.html").read_text("utf-8")
    assert "<math" not in (out / "02-say.html").read_text("utf-8")


# ---------------------------------------------------------------- what is refused before it runs


def test_a_study_that_is_wrong_runs_nothing(tmp_path: Path) -> None:
    (error,) = refused("run", "hbs", "--out", str(tmp_path / "out"))
    assert error.startswith("error: there is no study 'hbs'")
    assert not (tmp_path / "out").exists()


def test_the_problems_of_all_studies_are_told_at_once(tmp_path: Path) -> None:
    paths = []
    for name in ("one", "two"):
        path = write_study(tmp_path / name, FRAME.assign(y="?"), KEYS)
        paths.append(str(path.rename(path.with_name(f"{name}.yaml"))))
    first, second = refused("run", "hsb", *paths, "--out", str(tmp_path / "out"))
    assert "one.yaml: outcome column 'y'" in first
    assert "two.yaml: outcome column 'y'" in second
    assert not (tmp_path / "out").exists()


def test_two_studies_of_one_name_are_refused(tmp_path: Path) -> None:
    paths = [str(write_study(tmp_path / name, FRAME, KEYS)) for name in ("one", "two")]
    (error,) = refused("run", *paths)
    assert "would both go to a folder study; rename one" in error


def test_a_chapter_that_is_not_there_is_refused() -> None:
    (error,) = refused("run", "hsb", "--chapters", "01,9")
    assert error.startswith("error: there is no chapter 09; there are 01, 02")
    assert refused("run", "hsb", "--chapters", " ,")[0].startswith("error: no chapter is named")


@pytest.mark.parametrize(
    ("out", "message"),
    [
        ("", "--out names no folder; name one"),
        (" ", "--out names no folder; name one"),
        ("file", "file is a file; name another with --out"),
        ("file/below/it", "file is a file; name another with --out"),
        ("/proc/self", "make it writable, or name another with --out"),
        ("/proc/nothing/here", "make it writable, or name another with --out"),
    ],
)
def test_an_output_folder_that_cannot_be_written_to_is_told(
    out: str, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("file").write_text("no folder")
    (error,) = refused("run", "hsb", "--out", out)
    assert message in error
    assert "Errno" not in error
    assert names(tmp_path) == ["file"]
    assert Path("file").read_text() == "no folder"


def test_two_runs_do_not_write_to_one_folder_at_once(tmp_path: Path) -> None:
    with claim([tmp_path / "both", tmp_path]):
        for studies, out in ((["hsb"], tmp_path), (["hsb", "radon"], tmp_path)):
            (error,) = refused("run", *studies, "--out", str(out))
            assert f"another run is writing to {tmp_path}" in error
        with pytest.raises(StudyError, match="another run is writing to"), claim([tmp_path]):
            pass
        with claim([tmp_path / "another"]):
            pass
    with claim([tmp_path]):
        pass


@pytest.mark.parametrize("others", [[], ["hsb"]])
def test_a_run_does_not_write_over_what_it_reads(others: list[str], tmp_path: Path) -> None:
    study = write_study(tmp_path, FRAME, KEYS | {"data": "results.csv"})
    data = (tmp_path / "data.csv").rename(tmp_path / "results.csv")
    before = data.read_bytes()
    (error,) = refused("run", str(study), *others, "--out", str(tmp_path))
    assert f"the run reads {data} and would write over it" in error
    assert data.read_bytes() == before


def test_a_run_does_not_write_over_the_chapters() -> None:
    before = [path.read_bytes() for path in CHAPTERS]
    errors = refused("run", "hsb", "--out", str(CHAPTERS[0].parent))
    assert len(errors) == len(CHAPTERS)
    assert [path.read_bytes() for path in CHAPTERS] == before


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("sede=1", "no chapter has such a parameter; did you mean 'seed'"),
        ("seed=one", "seed is int, as 7, and not str"),
        ("seed", "should be NAME=VALUE"),
        ("study=hsb", "the study is named without -p"),
    ],
)
def test_unknown_and_mistyped_parameters_are_refused(
    given: str, message: str, tmp_path: Path
) -> None:
    folder = write_chapters(tmp_path / "chapters", good=GOOD)
    (chapter,) = folder.glob("*.ipynb")
    chapter.write_text(chapter.read_text().replace('study = \\"hsb\\"', "seed = 7"))
    with pytest.raises(StudyError, match=re.escape(message)):
        check_parameters([given], [chapter])
    assert check_parameters(["seed=3"], [chapter]) == {"seed": 3}


def test_chapters_can_be_chosen_by_number_and_range() -> None:
    assert find_chapters() == CHAPTERS
    assert find_chapters(["2", " 01", "", "02"]) == CHAPTERS[1::-1]
    assert find_chapters(["01", "4-06"]) == [CHAPTERS[0], *CHAPTERS[3:6]]
    with pytest.raises(StudyError, match="there is no chapter 77"):
        find_chapters(["77"])


# ---------------------------------------------------------------- a whole study


@pytest.fixture(scope="module")
def rerun_on_clinics(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Run all chapters on the patients of 12 clinics as a user would; return the output folder."""
    folder = tmp_path_factory.mktemp("clinics")
    path = write_study(folder, *clinics())
    result = helpers("run", str(path), "--out", str(folder / "out"))
    assert result.returncode == 0, result.stderr
    assert result.stdout.startswith(f"{len(CHAPTERS)} of {len(CHAPTERS)} chapters in {folder}")
    assert result.stdout.rstrip().endswith("index.html")
    assert "100%" in result.stderr
    return folder / "out"


@pytest.mark.slow
@pytest.mark.xdist_group("clinics")
def test_a_run_writes_chapters_pages_an_index_and_their_table(rerun_on_clinics: Path) -> None:
    out = rerun_on_clinics
    chapters = [path.name for path in CHAPTERS]
    pages = [path.with_suffix(".html").name for path in CHAPTERS]
    assert names(out) == sorted([*chapters, *pages, "index.html", "results.csv"])
    # A model is called "null", which pandas would read as a missing value.
    reading = {"dtype": {"chapter": str}, "keep_default_na": False, "na_values": [""]}
    table = pd.read_csv(out / "results.csv", **reading)
    assert list(table) == COLUMNS
    expected = [
        row
        for name in chapters
        for row in collect_estimates(nbformat.read(out / name, as_version=4))
    ]
    assert [tuple(row) for row in table[["chapter", "model", "term"]].to_numpy()] == [
        (row["chapter"], row["model"], row["term"]) for row in expected
    ]
    # Not a digit is lost between the fit and the file.
    estimates = [np.nan if row["estimate"] is None else row["estimate"] for row in expected]
    np.testing.assert_array_equal(table["estimate"], estimates)


@pytest.mark.slow
@pytest.mark.xdist_group("clinics")
def test_the_index_says_what_was_asked_and_what_came_out(rerun_on_clinics: Path) -> None:
    index = (rerun_on_clinics / "index.html").read_text("utf-8")
    assert "Do patients who wait longer find less relief?" in index
    assert "231 patients in 12 clinics, 5 to 40 each" in index
    assert "5 of 236 rows are left out" in index
    assert "Within clinics, a higher waiting time goes with a lower relief from pain" in index
    assert index.count("<img") == 1
    assert "study.yaml" in index
    assert len(re.findall(r"<code>[0-9a-f]{64}</code>", index)) == 2 + len(CHAPTERS)


@pytest.mark.slow
@pytest.mark.xdist_group("clinics")
def test_no_page_asks_for_anything_from_elsewhere(rerun_on_clinics: Path) -> None:
    for page in rerun_on_clinics.glob("*.html"):
        text = page.read_text("utf-8")
        loaded = re.findall(r"""(?:src|srcset|data)\s*=\s*["']([^"']{0,60})""", text)
        assert all(each.startswith("data:") for each in loaded)
        assert not re.findall(r"<link(?![^>]*data:)|@import|url\(", text)
        assert "<script" not in text


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
@pytest.mark.xdist_group("clinics")
def test_no_word_of_hsb_stands_in_another_study(rerun_on_clinics: Path) -> None:
    for path in CHAPTERS:
        page = read_page(rerun_on_clinics / path.name)
        # A folder keeps its chapter's name, and the Annals theirs.
        words = re.sub(r"`helpers/\S*`|Mathematical Statistics", "", page)
        assert not set(re.findall(HSB_WORDS, words, flags=re.I))
        assert "patients" in page
        assert "clinics" in page
        assert "nan" not in page.split()


@pytest.mark.slow
@pytest.mark.xdist_group("clinics")
def test_the_second_studys_sentences_follow_its_numbers(rerun_on_clinics: Path) -> None:
    first = read_page(rerun_on_clinics / "01-exploration.ipynb")
    second = read_page(rerun_on_clinics / "02-between-within.ipynb")
    assert "The file holds 236 rows. 5 of them are left out" in first
    assert "(missing: 1 in Clinic ID, 2 in relief from pain, 3 in waiting time)" in first
    assert "231 patients from 12 clinics" in first
    assert "names no level-2 variable" in first
    assert "All 12 clinics are shown" in first
    assert "the line falls" in first
    assert "Left out for a missing value: 5 of the 236 rows" in second
    assert "Both lines fall" in second
    assert (
        "relief from pain is on average lower where waiting time (hours) is higher by 1" in second
    )
    assert "with as few degrees of freedom as" in second


@pytest.mark.slow
@pytest.mark.xdist_group("clinics")
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

"""Each chapter proves which bytes it was made from, and what was made from others is not kept."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pandas as pd
import pytest
from made_up import KEYS, write_study
from test_rerun import FRAME, ROW, names, tiny, write_chapters

from helpers import StudyError, read_study
from helpers.running.execute import execute
from helpers.running.finish import keep
from helpers.running.plan import Task, plan, tasks_of
from helpers.running.run import _what_to_execute
from helpers.study import reading
from helpers.study.checksums import PLANNED, checksum, code_checksum

Edit = Callable[[Path], object]


def swap_case(path: Path) -> None:
    """Change a file's bytes but not its length."""
    path.write_bytes(path.read_bytes().swapcase())


EDITS: dict[str, Edit] = {
    "shortened": lambda path: path.write_bytes(path.read_bytes()[:-40]),
    "changed": swap_case,
    "emptied": lambda path: path.write_bytes(b""),
    "made nonsense": lambda path: path.write_bytes(b'\xff"'),
}


# ---------------------------------------------------------------- what is read


@pytest.mark.parametrize("edit", EDITS)
@pytest.mark.parametrize("name", ["study.yaml", "data.csv"])
def test_a_chapter_reads_no_bytes_but_those_it_was_planned_on(
    name: str, edit: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_study(tmp_path, FRAME, KEYS)
    planned = read_study(path).checksums
    assert planned == {each: checksum(tmp_path / each) for each in ("study.yaml", "data.csv")}
    monkeypatch.setenv(PLANNED, json.dumps(planned))
    before = (tmp_path / name).read_bytes()
    assert read_study(path).checksums == planned
    EDITS[edit](tmp_path / name)
    with pytest.raises(StudyError) as caught:
        read_study(path)
    assert str(caught.value) == f"{name} is not as it was when the run began; run again"
    (tmp_path / name).write_bytes(before)
    assert read_study(path).checksums == planned


def there_and_back(path: Path) -> None:
    before = path.read_bytes()
    swap_case(path)
    path.write_bytes(before)


@pytest.mark.parametrize("edit", [*EDITS.values(), there_and_back])
@pytest.mark.parametrize("first", [True, False])
@pytest.mark.parametrize("reader", ["read_yaml", "read_table"])
def test_no_study_is_made_of_bytes_that_change_under_the_reader(
    reader: str, first: bool, edit: Edit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_study(tmp_path, FRAME, KEYS)
    for file in tmp_path.iterdir():  # written a while ago
        os.utime(file, (0, 0))
    read = getattr(reading, reader)

    def read_while_edited(given: Path, *arguments: Any) -> Any:
        if first:
            edit(given)
        found = read(given, *arguments)
        edit(given)
        return found

    monkeypatch.setattr(reading, reader, read_while_edited)
    with pytest.raises(StudyError, match=r"(study.yaml|data.csv) changed while it was read"):
        read_study(path)


# ---------------------------------------------------------------- what a run keeps

READ = f"""from helpers import read_study
n = len(read_study(study).frame)
display(n, metadata={{"estimates": [{ROW} | {{"estimate": float(n)}}]}})"""
# A chapter during which somebody edits what the run reads, if it says so beside the study.
EDITED = (
    """from pathlib import Path
edit = Path(study).with_name("edit.py")
if edit.exists():
    exec(edit.read_text())
"""
    + READ
)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("edit", "error"),
    [
        ("data.csv: file.write_text(file.read_text()[:-60])", "data.csv is not as it was"),
        ("study.yaml: file.write_text(file.read_text() + 'title: T')", "study.yaml is not as it"),
        ("data.csv: file.unlink()", "which is not there"),
    ],
)
def test_chapters_of_data_edited_while_the_run_works_are_not_kept(
    edit: str, error: str, tmp_path: Path
) -> None:
    chapters = write_chapters(tmp_path / "chapters", one=READ, two=EDITED, three=READ)
    path = write_study(tmp_path / "clinic", FRAME, KEYS)
    out = tmp_path / "out"
    name, _, code = edit.partition(": ")
    file, order = path.with_name(name), path.with_name("edit.py")
    before = file.read_bytes()
    run = (chapters, "run", path, "--out", out, "--jobs", 1)

    order.write_text(f"file = Path({str(file)!r})\n{code}")
    result = tiny(*run)
    assert result.returncode == 2
    told = [line for line in result.stderr.splitlines() if line.startswith("error: ")]
    assert [line.partition(": ")[2][:2] for line in sorted(told)] == ["02", "03"]
    assert all(error in line for line in told)
    assert "Traceback" not in result.stderr
    assert result.stdout.startswith("1 of 3 chapters")
    # What stands there is of one state of the data: that of the run's beginning.
    assert {"02-two.ipynb", "02-two.html", "03-three.ipynb"}.isdisjoint(names(out))
    assert set(pd.read_csv(out / "results.csv")["estimate"]) == {len(FRAME)}
    index = (out / "index.html").read_text("utf-8")
    assert f"{len(FRAME)} units in 3 groups" in index
    assert index.count("did not run to its end") == 2

    order.unlink()
    file.write_bytes(before)
    result = tiny(*run)
    assert result.returncode == 0, result.stderr
    assert "3 of 3 chapters" in result.stdout
    assert "1 of them as they stood" in result.stdout
    assert set(pd.read_csv(out / "results.csv")["estimate"]) == {len(FRAME)}


@pytest.mark.slow
def test_a_chapter_edited_while_the_run_works_runs_as_it_was_planned(tmp_path: Path) -> None:
    folder = tmp_path / "chapters"
    later = folder / "02-two.ipynb"
    edit = f"""from pathlib import Path
chapter = Path({str(later)!r})
chapter.write_text(chapter.read_text().replace("as planned", "another"))"""
    chapters = write_chapters(folder, one=edit, two="print('as planned')")
    path = write_study(tmp_path / "clinic", FRAME, KEYS)
    planned = checksum(later)
    run = (chapters, "run", path, "--out", tmp_path / "out", "--jobs", "1")
    assert tiny(*run).returncode == 0
    assert planned != checksum(later)
    done = nbformat.read(tmp_path / "out" / later.name, as_version=4)
    assert done.cells[-1].outputs[0].text == "as planned\n"
    assert planned in (tmp_path / "out" / "index.html").read_text()
    assert "1 of them as they stood" in tiny(*run).stdout


@pytest.mark.slow
def test_a_chapter_of_other_code_than_the_runs_counts_as_failed(tmp_path: Path) -> None:
    folder = write_chapters(tmp_path, good="1")
    notebook = (folder / "01-good.ipynb").read_text()
    executed, error = execute(notebook, {"study": "hsb"}, {}, code_checksum())
    assert executed
    assert not error
    _, error = execute(notebook, {"study": "hsb"}, {}, "of another version")
    assert "the code, or a version that it runs with, is not that" in error


# ---------------------------------------------------------------- what is written


@pytest.fixture
def task(tmp_path: Path) -> Task:
    """Plan a small chapter, over what an earlier run left in the folder."""
    (chapter,) = write_chapters(tmp_path / "chapters", one="1").iterdir()
    (run,) = plan([write_study(tmp_path / "clinic", FRAME, KEYS)], tmp_path / "out")
    run.out.mkdir()
    for path in (run.out / chapter.name, run.out / "01-one.html", *run.summaries):
        path.write_text("of an earlier run")
    (task,) = tasks_of(run, [chapter], {}, "code")
    return task


@pytest.mark.parametrize("error", ["", "cell 3 stopped"])
@pytest.mark.parametrize("method", ["write_bytes", "replace"])
@pytest.mark.parametrize("fails_at", range(3))
def test_a_chapter_stands_with_its_page_or_not_at_all(
    error: str, method: str, fails_at: int, task: Task, monkeypatch: pytest.MonkeyPatch
) -> None:
    executed = _what_to_execute(task)[0]
    calls = iter(range(9))
    works = getattr(Path, method)

    def fill_up(self: Path, *arguments: Any, **options: Any) -> Any:
        if next(calls) == fails_at:
            if method == "write_bytes":
                self.touch()
            raise OSError(28, "No space left on device")
        return works(self, *arguments, **options)

    with monkeypatch.context() as full:
        full.setattr(Path, method, fill_up)
        told = keep(task, executed, error)
    there = names(task.run.out)
    assert error in told
    assert ("No space left" in told) == (fails_at < (1 if error else 2))
    # Nothing half-written, and nothing of an earlier run: both or none.
    if error:
        assert there == ([] if "No space" in told else ["01-one.failed.ipynb"])
    else:
        assert there == ([] if told else ["01-one.html", "01-one.ipynb"])
    assert bool(task.standing()) == (not told)
    # And a rerun repairs it.
    assert keep(task, executed, "") == ""
    assert names(task.run.out) == ["01-one.html", "01-one.ipynb"]
    assert task.standing()


@pytest.mark.parametrize(
    "left", ["", "[]", "{}", "null", '{"cells": 3}', '{"cells": [], "nbformat": 4}', None]
)
def test_what_cannot_be_read_is_no_chapter(left: str | None, task: Task) -> None:
    task.target.unlink()
    task.target.mkdir() if left is None else task.target.write_text(left)
    assert task.standing() is None

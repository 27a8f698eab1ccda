"""What a run leaves: chapters with their pages, and the tables and indexes made from them."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import nbformat
import pandas as pd

from helpers.course.estimates import collect_estimates, results_as_csv
from helpers.running.plan import StudyRun, Task, find_chapters, read_chapter, tasks_of
from helpers.running.report.index import Chapter, index_page
from helpers.running.report.overview import overview_page
from helpers.running.report.page import chapter_page, title_of
from helpers.running.writing import write_whole


def keep(task: Task, executed: str, error: str) -> str:
    """Write an executed chapter and its page under their final names; return what went wrong."""
    failed = task.target.with_suffix(".failed.ipynb")
    try:
        # What stands there is of an earlier run, and not true any more.
        for old in (task.page, task.target, failed, *task.run.summaries):
            old.unlink(missing_ok=True)
        if not error:
            notebook = nbformat.reads(executed, as_version=4)
            page = chapter_page(notebook, {"all chapters": "index.html"})
            write_whole({task.target: executed, task.page: page})
        elif executed:
            write_whole({failed: executed})
    except OSError as stop:
        return f"{error or 'it ran to its end'}; the notebook could not be written: {stop}"
    return error


def finish_study(
    run: StudyRun,
    failed: Mapping[str, str],
    code: str,
    parameters: Mapping[str, Any],
    command: Sequence[str],
) -> None:
    """Write a study's table and index from the chapters that stand in its folder.

    ``failed`` says of each chapter that did not run to its end why.
    """
    chapters, rows = [], []
    checksums = run.study.checksums
    for task in tasks_of(run, find_chapters(), parameters, code):
        path = task.chapter
        error = failed.get(path.stem, "")
        executed = None if error else task.standing()
        if not error and not executed:
            continue
        notebook, checksums[path.name] = read_chapter(path)
        chapters.append(Chapter(path.stem, title_of(notebook), error))
        rows += collect_estimates(executed) if executed else []
    links = {}
    if run.together:
        links["all studies"] = os.path.relpath(run.together / "index.html", run.out)
    page = index_page(run.study, chapters, rows, checksums, command, links)
    write_whole({run.out / "results.csv": results_as_csv(rows), run.out / "index.html": page})


def finish_overview(runs: Sequence[StudyRun], together: Path) -> None:
    """Write the page and the table that lay several studies side by side."""
    reading = {"keep_default_na": False, "na_values": [""], "dtype": {"chapter": str}}
    studies = {run.out.name: run.study for run in runs}
    tables = {
        run.out.name: pd.read_csv(run.out / "results.csv", float_precision="round_trip", **reading)
        for run in runs
    }
    rows = pd.concat([table.assign(study=name) for name, table in tables.items()])
    rows = rows[["study", *rows.columns.drop("study")]]
    table = rows.to_csv(index=False, lineterminator="\n")
    folders = {run.out.name: os.path.relpath(run.out / "index.html", together) for run in runs}
    page = overview_page(studies, tables, folders)
    write_whole({together / "results.csv": table, together / "index.html": page})

"""Run the chapters on studies: papermill over the notebooks, side by side, here or on a cluster.

A notebook gets its final name once it has run to its end, and carries the checksum of all that
went into it; running again redoes only what is missing or was made from something else.
"""

import os
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat

from helpers.running.cluster import execute_on_cluster
from helpers.running.execute import execute
from helpers.running.finish import finish_overview, finish_study, keep
from helpers.running.plan import StudyRun, Task, count_cells, read_chapter, tasks_of
from helpers.study.checksums import code_checksum


@dataclass
class Ending:
    """How a run ended: for each study, by its folder, the chapters that failed and why."""

    failed: dict[Path, dict[str, str]] = field(default_factory=lambda: defaultdict(dict))
    done: int = 0
    kept: int = 0  # of these, how many stood there already


def run_chapters(
    runs: Sequence[StudyRun],
    chapters: Sequence[Path],
    *,
    parameters: Mapping[str, Any] | None = None,
    jobs: int | None = None,
    scheduler: str | None = None,
    command: Sequence[str] = (),
    on_cell: Callable[[int], object] = lambda n: None,
) -> Ending:
    """Execute chapters on studies, and write their pages, tables and indexes.

    Parameters
    ----------
    runs
        The studies and their folders, from `plan`.
    chapters
        The notebooks to execute.
    parameters
        Values for further parameters, for the chapters that have them.
    jobs
        How many chapters to execute at a time; without it one a core.
    scheduler
        The address of a Dask scheduler whose workers are to do it; they must see the data under
        the same paths.
    command
        The words of the command, for the indexes.
    on_cell
        Called with how many more cells are through, from any thread.
    """
    parameters, code = parameters or {}, code_checksum()
    ending = Ending()
    waiting: dict[Path, int] = {}
    todo: list[Task] = []
    for run in runs:
        for folder in run.folders:
            for leftover in folder.glob("*.partial"):
                leftover.unlink()
        waiting[run.out] = 0
        for task in tasks_of(run, chapters, parameters, code):
            if task.standing():
                ending.kept += 1
                on_cell(count_cells([task.chapter]))
            else:
                waiting[run.out] += 1
                todo.append(task)
        if not waiting[run.out]:
            finish_study(run, ending.failed.get(run.out, {}), code, parameters, command)
    ending.done = ending.kept

    for task, error in _execute_all(todo, jobs, scheduler, on_cell):
        if error:
            ending.failed[task.run.out][task.chapter.stem] = error
        else:
            ending.done += 1
        out = task.run.out
        waiting[out] -= 1
        if not waiting[out]:
            finish_study(task.run, ending.failed.get(out, {}), code, parameters, command)
    if runs[0].together:
        finish_overview(runs, runs[0].together)
    return ending


def _execute_all(
    tasks: Sequence[Task],
    jobs: int | None,
    scheduler: str | None,
    on_cell: Callable[[int], object],
) -> Iterator[tuple[Task, str]]:
    """Execute the tasks, and hand each one back with what went wrong, as they end."""
    if scheduler is not None:
        given = [_what_to_execute(task) for task in tasks]
        for i, executed, error in execute_on_cluster(scheduler, given):
            on_cell(count_cells([tasks[i].chapter]))
            yield tasks[i], keep(tasks[i], executed, error)
        return

    def run(task: Task) -> str:
        return keep(task, *execute(*_what_to_execute(task), lambda: on_cell(1)))

    # Threads are enough: each chapter's work is done by a kernel, a process of its own.
    pool = ThreadPoolExecutor(max_workers=jobs or os.cpu_count())
    try:
        futures = {pool.submit(run, task): task for task in tasks}
        for future in as_completed(list(futures)):
            yield futures.pop(future), future.result()
    finally:
        # Where something went wrong, what runs is not waited for.
        pool.shutdown(wait=False, cancel_futures=True)


def _what_to_execute(task: Task) -> tuple[str, dict[str, Any], dict[str, str], str]:
    """Return a task as the arguments of `execute`; its notebook tells what it was made from."""
    notebook = deepcopy(read_chapter(task.chapter)[0])
    notebook.metadata["inputs"] = task.inputs
    values = {"study": task.run.parameter} | dict(task.parameters)
    return nbformat.writes(notebook), values, task.run.study.checksums, task.code

"""Run the chapters on studies: papermill over the notebooks, side by side, here or on a cluster.

A notebook gets its final name once it has run to its end, and carries the checksum of all that
went into it; running again redoes only what is missing or was made from something else.
"""

import hashlib
import os
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import nbformat
import papermill
from nbformat import NotebookNode
from papermill.exceptions import PapermillExecutionError

from helpers.installation import NOTEBOOKS
from helpers.report.index import Chapter, index_page, versions
from helpers.report.overview import overview_page
from helpers.report.page import chapter_page, title_of
from helpers.results import collect_estimates, write_results
from helpers.study import read_study
from helpers.studyfile import STUDY_FOLDERS, StudyError
from helpers.text import did_you_mean


def find_chapters(numbers: Iterable[str] | None = None) -> list[Path]:
    """Return the chapters' notebooks, all of them or those with the given numbers.

    Parameters
    ----------
    numbers
        Numbers and ranges of them, such as ``["01", "4-6"]``.

    Raises
    ------
    StudyError
        If there is no chapter of such a number.

    Examples
    --------
    >>> [path.name[:2] for path in find_chapters(["02", "4-6"])]
    ['02', '04', '05', '06']
    """
    there = {path.name[:2]: path for path in sorted(NOTEBOOKS.glob("[0-9][0-9]-*.ipynb"))}
    wanted: list[str] = []
    for given in map(str.strip, there if numbers is None else numbers):
        first, _, last = given.partition("-")
        if last and first.isdigit() and last.isdigit():
            wanted += [f"{number:02d}" for number in range(int(first), int(last) + 1)]
        elif given:
            wanted.append(given.zfill(2))
    unknown = [number for number in wanted if number not in there]
    if unknown:
        raise StudyError(f"there is no chapter {', '.join(unknown)}; there are {', '.join(there)}")
    if not wanted:
        raise StudyError(f"no chapter is named; there are {', '.join(there)}")
    return [there[number] for number in dict.fromkeys(wanted)]


def check_parameters(given: Iterable[str], chapters: Iterable[Path]) -> dict[str, Any]:
    """Return parameters as values, once each is known to a chapter and of the right kind.

    Parameters
    ----------
    given
        Such as ``["seed=7"]``; values are read as YAML.
    chapters
        The notebooks that are going to run.

    Raises
    ------
    StudyError
        If one is unknown, of another kind than its default, or is the study itself.

    Examples
    --------
    >>> check_parameters([], find_chapters())
    {}
    """
    import yaml

    known: dict[str, Any] = {}
    for chapter in chapters:
        for name, about in papermill.inspect_notebook(_without_fields(chapter)).items():
            known[name] = yaml.safe_load(about["default"])
    found: dict[str, Any] = {}
    for each in given:
        name, equals, value = each.partition("=")
        if not equals:
            raise StudyError(f"-p {each} should be NAME=VALUE")
        if name == "study":
            raise StudyError("-p study: the study is named without -p, as in: run hsb")
        if name not in known:
            names = ", ".join(known)
            raise StudyError(
                f"-p {name}: no chapter has such a parameter{did_you_mean(name, known)} "
                f"(there is {names})"
            )
        found[name] = yaml.safe_load(value)
        if type(found[name]) is not type(known[name]):
            raise StudyError(
                f"-p {each}: {name} is {type(known[name]).__name__}, as {known[name]!r}, "
                f"and not {type(found[name]).__name__}"
            )
    return found


@dataclass(frozen=True)
class StudyRun:
    """A study, and where its chapters go.

    ``study`` is the value of the notebooks' parameter: a study's name, or the absolute path of
    its file.
    """

    study: str
    out: Path
    checksums: Mapping[str, str]


def plan(paths: Iterable[Path], out: Path | None) -> list[StudyRun]:
    """Say where each study's chapters go, once each study was read and found fit.

    Parameters
    ----------
    paths
        Study files.
    out
        A folder: of one study for its chapters, of several for a folder each. Without one it is
        ``build/STUDY`` for each.

    Raises
    ------
    StudyError
        With the problems of all studies, a line each.

    Examples
    --------
    >>> from helpers.studyfile import DATA_FOLDER
    >>> [run.out.name for run in plan([DATA_FOLDER / "hsb.yaml"], None)]
    ['hsb']
    """
    paths = list(dict.fromkeys(paths))
    problems, runs = [], []
    folders: dict[str, Path] = {}
    for path in paths:
        if path.stem in folders:
            problems.append(
                f"{path} and {folders[path.stem]} would both go to a folder {path.stem}; "
                f"rename one, or run them one by one"
            )
            continue
        folders[path.stem] = path
        folder = Path("build") / path.stem if out is None else out
        if out is not None and len(paths) > 1:
            folder = out / path.stem
        parameter = path.stem if path.parent in STUDY_FOLDERS else str(path)
        try:
            data = read_study(path).data
        except StudyError as error:
            problems += str(error).splitlines()
            continue
        checksums = {path.name: checksum(path), data.name: checksum(path.parent / data)}
        runs.append(StudyRun(parameter, folder, checksums))
    if problems:
        raise StudyError("\n".join(problems))
    return runs


def checksum(path: Path) -> str:
    """Return the SHA-256 of a file.

    >>> from helpers.studyfile import DATA_FOLDER
    >>> checksum(DATA_FOLDER / "hsb.csv")[:8]
    'dab39dd4'
    """
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _code_checksum() -> str:
    """Return the SHA-256 of the helpers' own code and of the versions it runs with."""
    digest = hashlib.sha256(str(versions()).encode())
    for path in sorted(Path(__file__).parent.rglob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()


@dataclass
class _Task:
    """A chapter to execute on a study, and where it goes."""

    run: StudyRun
    chapter: Path
    parameters: Mapping[str, Any]
    code: str

    @property
    def target(self) -> Path:
        return self.run.out / self.chapter.name

    @property
    def page(self) -> Path:
        return self.target.with_suffix(".html")

    @property
    def inputs(self) -> str:
        """SHA-256 of all that goes into the executed chapter."""
        parts = [self.code, self.run.study, dict(self.run.checksums), dict(self.parameters)]
        return hashlib.sha256(repr([*parts, _sources_of(self.chapter)]).encode()).hexdigest()

    def is_done(self) -> bool:
        """Whether the chapter stands there already, made from these very inputs."""
        try:
            notebook = nbformat.read(self.target, as_version=4)
        except (FileNotFoundError, ValueError):
            return False
        return notebook.metadata.get("inputs") == self.inputs and self.page.is_file()


@cache
def _sources_of(chapter: Path) -> tuple[str, ...]:
    """Return what a chapter's cells hold that a run executes; outputs do not matter."""
    return tuple(cell.source for cell in _to_run(chapter).cells)


def _to_run(chapter: Path) -> NotebookNode:
    """Read a chapter without its live demonstrations, for which nobody is there."""
    notebook = nbformat.read(chapter, as_version=4)
    notebook.cells = [c for c in notebook.cells if "live" not in c.metadata.get("tags", [])]
    return notebook


def execute(
    notebook: str, parameters: Mapping[str, Any], on_cell: Callable[[], object] | None = None
) -> tuple[str, str]:
    """Execute a notebook with papermill; needs nothing but its arguments, so it can travel.

    Parameters
    ----------
    notebook
        The notebook, as JSON.
    parameters
        The values of its parameters.
    on_cell
        Called when a cell is about to run.

    Returns
    -------
    executed, error : str
        The notebook as far as it came, as JSON (empty if there is none), and what went wrong, or
        nothing.
    """
    with tempfile.TemporaryDirectory() as folder:
        given, done = Path(folder) / "given.ipynb", Path(folder) / "done.ipynb"
        given.write_text(notebook, encoding="utf-8")
        error = ""
        try:
            papermill.execute_notebook(
                str(given),
                str(done),
                parameters=dict(parameters),
                progress_bar=False,
                request_save_on_cell_execute=False,
                on_cell_start=lambda **_: on_cell() if on_cell else None,
                # The launcher's log tells of its own start and end; errors do not go there.
                extra_arguments=["--IPKernelApp.log_level=CRITICAL"],
            )
        except PapermillExecutionError as stop:
            error = f"cell {stop.exec_count} stopped with {stop.ename}: {stop.evalue}"
        except Exception as stop:  # a kernel that died, or never came up
            error = f"the kernel stopped ({type(stop).__name__}: {stop}); is there enough memory?"
        return (done.read_text(encoding="utf-8") if done.exists() else ""), error


@dataclass
class Outcome:
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
    together: Path | None = None,
    on_cell: Callable[[int], object] = lambda n: None,
) -> Outcome:
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
    together
        The folder for the page and the table that lay several studies side by side.
    on_cell
        Called with how many more cells are through, from any thread.
    """
    code = _code_checksum()
    outcome = Outcome()
    waiting: dict[Path, int] = {}
    todo: list[_Task] = []
    for run in runs:
        run.out.mkdir(parents=True, exist_ok=True)
        for leftover in run.out.glob("*.partial*"):
            leftover.unlink()
        tasks = [_Task(run, path, _fitting(parameters or {}, path), code) for path in chapters]
        missing = [task for task in tasks if not task.is_done()]
        kept = [task for task in tasks if task not in missing]
        outcome.kept += len(kept)
        outcome.done += len(kept)
        on_cell(count_cells(task.chapter for task in kept))
        todo += missing
        waiting[run.out] = len(missing)
        if not missing:
            _finish_study(run, outcome, code, parameters or {}, command, together)

    for task, error in _execute_all(todo, jobs, scheduler, on_cell):
        if error:
            outcome.failed[task.run.out][task.chapter.stem] = error
        else:
            outcome.done += 1
        waiting[task.run.out] -= 1
        if not waiting[task.run.out]:
            _finish_study(task.run, outcome, code, parameters or {}, command, together)
    if together is not None:
        _finish_overview(runs, together)
    return outcome


def _fitting(parameters: Mapping[str, Any], chapter: Path) -> dict[str, Any]:
    """Return the parameters that a chapter has."""
    if not parameters:
        return {}
    known = papermill.inspect_notebook(_without_fields(chapter))
    return {name: value for name, value in parameters.items() if name in known}


def count_cells(chapters: Iterable[Path]) -> int:
    """Return how many cells a run of these chapters goes through.

    Papermill puts one cell in front of each chapter's, with the parameters.
    """
    return sum(len(_sources_of(chapter)) + 1 for chapter in chapters)


def _execute_all(
    tasks: Sequence[_Task],
    jobs: int | None,
    scheduler: str | None,
    on_cell: Callable[[int], object],
) -> Iterator[tuple[_Task, str]]:
    """Execute the tasks, and hand each one back with what went wrong, as they end."""
    if scheduler is not None:
        from helpers.cluster import execute_on_cluster

        texts = [_notebook_of(task) for task in tasks]
        values = [{"study": task.run.study} | dict(task.parameters) for task in tasks]
        for i, executed, error in execute_on_cluster(scheduler, texts, values):
            on_cell(count_cells([tasks[i].chapter]))
            yield tasks[i], _keep(tasks[i], executed, error)
        return

    def run(task: _Task) -> str:
        values = {"study": task.run.study} | dict(task.parameters)
        return _keep(task, *execute(_notebook_of(task), values, lambda: on_cell(1)))

    # Threads are enough: each chapter's work is done by a kernel, a process of its own.
    pool = ThreadPoolExecutor(max_workers=jobs or os.cpu_count())
    try:
        futures = {pool.submit(run, task): task for task in tasks}
        for future in as_completed(list(futures)):
            yield futures.pop(future), future.result()
    finally:
        # Where something went wrong, what runs is not waited for.
        pool.shutdown(wait=False, cancel_futures=True)


def _notebook_of(task: _Task) -> str:
    """Return a task's notebook without outputs, marked with the checksum of its inputs."""
    notebook = _to_run(task.chapter)
    notebook.metadata["inputs"] = task.inputs
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    return nbformat.writes(notebook)


def _keep(task: _Task, executed: str, error: str) -> str:
    """Write an executed chapter and its page under their final names; return what went wrong."""
    target, page = task.target, task.page
    failed = target.with_suffix(".failed.ipynb")
    try:
        failed.unlink(missing_ok=True)
        if error:
            # What stands there is of an earlier run, and not true any more.
            target.unlink(missing_ok=True)
            page.unlink(missing_ok=True)
            if executed:
                _write(failed, executed)
            return error
        notebook = nbformat.reads(executed, as_version=4)
        _write(page, chapter_page(notebook, {"all chapters": "index.html"}))
        _write(target, executed)
    except OSError as stop:
        return f"it ran, but could not be written: {stop}"
    return ""


def _write(path: Path, text: str) -> None:
    """Write a file, whole or not at all."""
    half = path.with_name(f"{path.name}.partial")
    try:
        half.write_text(text, encoding="utf-8")
        half.replace(path)
    except OSError:
        half.unlink(missing_ok=True)
        raise


def _finish_study(
    run: StudyRun,
    outcome: Outcome,
    code: str,
    parameters: Mapping[str, Any],
    command: Sequence[str],
    together: Path | None,
) -> None:
    """Write a study's table and index from the chapters that stand in its folder."""
    chapters, rows = [], []
    checksums = dict(run.checksums)
    for path in find_chapters():
        task = _Task(run, path, _fitting(parameters, path), code)
        error = outcome.failed.get(run.out, {}).get(path.stem, "")
        if not error and not task.is_done():
            continue
        title = title_of(nbformat.read(path, as_version=4))
        chapters.append(Chapter(path.stem, title, error))
        checksums[path.name] = checksum(path)
        if not error:
            rows += collect_estimates(nbformat.read(task.target, as_version=4))
    write_results(rows, run.out)
    study = read_study(run.study)
    links = {"all studies": os.path.relpath(together / "index.html", run.out)} if together else {}
    page = index_page(study, chapters, rows, checksums, command, links)
    _write(run.out / "index.html", page)


def _finish_overview(runs: Sequence[StudyRun], together: Path) -> None:
    """Write the page and the table that lay several studies side by side."""
    import pandas as pd

    reading = {"keep_default_na": False, "na_values": [""], "dtype": {"chapter": str}}
    tables, studies = {}, {}
    for run in runs:
        name = run.out.name
        tables[name] = pd.read_csv(run.out / "results.csv", float_precision="round_trip", **reading)
        studies[name] = read_study(run.study)
    together.mkdir(parents=True, exist_ok=True)
    rows = pd.concat([table.assign(study=name) for name, table in tables.items()])
    rows = rows[["study", *rows.columns.drop("study")]]
    _write(together / "results.csv", rows.to_csv(index=False, lineterminator="\n"))
    folders = {run.out.name: os.path.relpath(run.out / "index.html", together) for run in runs}
    _write(together / "index.html", overview_page(studies, tables, folders))


def _without_fields(path: Path) -> str:
    """Keep papermill from reading braces in a path as fields to fill in."""
    return str(path).replace("{", "{{").replace("}", "}}")

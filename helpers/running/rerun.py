"""Run the chapters on studies: papermill over the notebooks, side by side, here or on a cluster.

A notebook gets its final name once it has run to its end, and carries the checksum of all that
went into it; running again redoes only what is missing or was made from something else.
"""

import hashlib
import json
import os
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import ExitStack, contextmanager
from copy import deepcopy
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import nbformat
import papermill
from nbformat import NotebookNode
from papermill.exceptions import PapermillExecutionError

from helpers.course.estimates import collect_estimates, results_as_csv
from helpers.running.report.index import Chapter, index_page, versions
from helpers.running.report.overview import overview_page
from helpers.running.report.page import chapter_page, title_of
from helpers.study.checksums import PLANNED
from helpers.study.file import STUDY_FOLDERS, Study, StudyError
from helpers.study.installation import NOTEBOOKS
from helpers.study.reading import read_study
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
    """A study as it was read in planning, and where its chapters go.

    ``parameter`` is the value of the notebooks' parameter: a study's name, or the absolute path
    of its file. ``together`` is the folder for what lays several studies side by side.
    """

    study: Study
    parameter: str
    out: Path
    together: Path | None

    @property
    def folders(self) -> list[Path]:
        """The folders that are written to."""
        return [self.out] if self.together is None else [self.out, self.together]

    @property
    def summaries(self) -> list[Path]:
        """The indexes and tables that are made from the chapters, and from no others."""
        return [folder / name for folder in self.folders for name in ("index.html", "results.csv")]


def plan(paths: Iterable[Path], out: str | Path | None) -> list[StudyRun]:
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
    >>> from helpers.study.file import DATA_FOLDER
    >>> [run.out.name for run in plan([DATA_FOLDER / "hsb.yaml"], None)]
    ['hsb']
    """
    if out is not None and not str(out).strip():
        raise StudyError("--out names no folder; name one, or leave it out for build/STUDY")
    paths = list(dict.fromkeys(paths))
    root = Path("build") if out is None else Path(out)
    together = root if len(paths) > 1 else None
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
        folder = root / path.stem if out is None or together else root
        parameter = path.stem if path.parent in STUDY_FOLDERS else str(path)
        try:
            run = StudyRun(read_study(path), parameter, folder, together)
        except StudyError as error:
            problems += str(error).splitlines()
            continue
        problems += _overwritten(run, path.parent / run.study.file)
        runs.append(run)
    if problems:
        raise StudyError("\n".join(dict.fromkeys(problems)))
    return runs


def _overwritten(run: StudyRun, data: Path) -> Iterator[str]:
    """Say which of the files that a run reads it would write over."""
    chapters = find_chapters()
    read = {path.resolve() for path in (data, *chapters)}
    for path in (*run.summaries, *(run.out / chapter.name for chapter in chapters)):
        if path.resolve() in read:
            yield f"the run reads {path} and would write over it; name another folder with --out"


@contextmanager
def claim(folders: Iterable[Path]) -> Iterator[None]:
    """Make folders to write to, and keep other runs out of them to the end of the block.

    Raises
    ------
    StudyError
        If one cannot be written to, or another run writes to it.

    Examples
    --------
    >>> with tempfile.TemporaryDirectory() as folder, claim([Path(folder) / "out"]):
    ...     print(os.listdir(folder))
    ['out']
    """
    with ExitStack() as held:
        for folder in dict.fromkeys(folders):
            try:
                folder.mkdir(parents=True, exist_ok=True)
                tempfile.TemporaryFile(dir=folder).close()  # permissions do not tell
            except OSError as error:
                file = next(filter(os.path.isfile, (folder, *folder.parents)), None)
                why = f"{file} is a file;" if file else f"{error.strerror}; make it writable, or"
                raise StudyError(
                    f"cannot write to the folder {folder}: {why} name another with --out"
                ) from None
            held.enter_context(_locked(folder))
        yield


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Hold a lock on a folder, which ends with this process at the latest."""
    try:
        import fcntl
    except ImportError:  # on Windows folders cannot be locked
        yield
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        raise StudyError(
            f"another run is writing to {folder}; wait for its end, or name another with --out"
        ) from None
    except OSError:  # nor can those of some networks
        pass
    try:
        yield
    finally:
        os.close(handle)


def _code_checksum() -> str:
    """Return the SHA-256 of the helpers' own code and of the versions it runs with."""
    digest = hashlib.sha256(str(versions()).encode())
    for path in sorted(Path(__file__).parents[1].rglob("*.py")):
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
        sources = [cell.source for cell in _read_chapter(self.chapter)[0].cells]
        checksums = self.run.study.checksums
        parts = [self.code, self.run.parameter, checksums, dict(self.parameters), tuple(sources)]
        return hashlib.sha256(repr(parts).encode()).hexdigest()

    def standing(self) -> NotebookNode | None:
        """Return the chapter that stands there already, if made from these very inputs."""
        try:
            notebook = nbformat.read(self.target, as_version=4)
        except Exception:  # none there, or none that could be read
            return None
        is_of_these = notebook.metadata.get("inputs") == self.inputs and self.page.is_file()
        return notebook if is_of_these else None


@cache
def _read_chapter(chapter: Path) -> tuple[NotebookNode, str]:
    """Read what a run executes of a chapter, and the SHA-256 of its file.

    Once, so that a chapter edited while a run works goes into the next one. Live demonstrations,
    for which nobody is there, and outputs are left out.
    """
    content = chapter.read_bytes()
    notebook = nbformat.reads(content.decode("utf-8"), as_version=4)
    notebook.cells = [c for c in notebook.cells if "live" not in c.metadata.get("tags", [])]
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    return notebook, hashlib.sha256(content).hexdigest()


def execute(
    notebook: str,
    parameters: Mapping[str, Any],
    checksums: Mapping[str, str],
    code: str,
    on_cell: Callable[[], object] | None = None,
) -> tuple[str, str]:
    """Execute a notebook with papermill; needs nothing but its arguments, so it can travel.

    Parameters
    ----------
    notebook
        The notebook, as JSON.
    parameters
        The values of its parameters.
    checksums
        The files that it is to be computed from: if one by the name has another SHA-256, the
        notebook stops where it reads it.
    code
        The SHA-256 of the code and the versions that are to compute it.
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
        planned = {PLANNED: json.dumps(dict(checksums))}
        try:
            papermill.execute_notebook(
                str(given),
                str(done),
                parameters=dict(parameters),
                progress_bar=False,
                request_save_on_cell_execute=False,
                on_cell_start=lambda **_: on_cell() if on_cell else None,
                extra_arguments=[
                    # The launcher's log tells of its own start and end; errors do not go there.
                    "--IPKernelApp.log_level=CRITICAL",
                    f"--IPKernelApp.exec_lines=__import__('os').environ.update({planned})",
                ],
            )
            if _code_checksum() != code:
                error = (
                    "the code, or a version that it runs with, is not that of the run's "
                    "beginning; run again, with one version of all on every machine"
                )
        except PapermillExecutionError as stop:
            error = f"cell {stop.exec_count} stopped with {stop.ename}: {stop.evalue}"
            if stop.ename == StudyError.__name__:  # which says by itself what and where
                error = "; ".join(stop.evalue.splitlines())
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
    on_cell
        Called with how many more cells are through, from any thread.
    """
    code = _code_checksum()
    outcome = Outcome()
    waiting: dict[Path, int] = {}
    todo: list[_Task] = []
    for run in runs:
        for folder in run.folders:
            for leftover in folder.glob("*.partial"):
                leftover.unlink()
        waiting[run.out] = 0
        for path in chapters:
            task = _Task(run, path, _fitting(parameters or {}, path), code)
            if task.standing():
                outcome.kept += 1
                on_cell(count_cells([path]))
            else:
                waiting[run.out] += 1
                todo.append(task)
        if not waiting[run.out]:
            _finish_study(run, outcome, code, parameters or {}, command)
    outcome.done = outcome.kept

    for task, error in _execute_all(todo, jobs, scheduler, on_cell):
        if error:
            outcome.failed[task.run.out][task.chapter.stem] = error
        else:
            outcome.done += 1
        waiting[task.run.out] -= 1
        if not waiting[task.run.out]:
            _finish_study(task.run, outcome, code, parameters or {}, command)
    if runs[0].together:
        _finish_overview(runs, runs[0].together)
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
    return sum(len(_read_chapter(chapter)[0].cells) + 1 for chapter in chapters)


def _execute_all(
    tasks: Sequence[_Task],
    jobs: int | None,
    scheduler: str | None,
    on_cell: Callable[[int], object],
) -> Iterator[tuple[_Task, str]]:
    """Execute the tasks, and hand each one back with what went wrong, as they end."""
    if scheduler is not None:
        from helpers.running.cluster import execute_on_cluster

        given = [_what_to_execute(task) for task in tasks]
        for i, executed, error in execute_on_cluster(scheduler, given):
            on_cell(count_cells([tasks[i].chapter]))
            yield tasks[i], _keep(tasks[i], executed, error)
        return

    def run(task: _Task) -> str:
        return _keep(task, *execute(*_what_to_execute(task), lambda: on_cell(1)))

    # Threads are enough: each chapter's work is done by a kernel, a process of its own.
    pool = ThreadPoolExecutor(max_workers=jobs or os.cpu_count())
    try:
        futures = {pool.submit(run, task): task for task in tasks}
        for future in as_completed(list(futures)):
            yield futures.pop(future), future.result()
    finally:
        # Where something went wrong, what runs is not waited for.
        pool.shutdown(wait=False, cancel_futures=True)


def _what_to_execute(task: _Task) -> tuple[str, dict[str, Any], dict[str, str], str]:
    """Return a task as the arguments of `execute`; its notebook tells what it was made from."""
    notebook = deepcopy(_read_chapter(task.chapter)[0])
    notebook.metadata["inputs"] = task.inputs
    values = {"study": task.run.parameter} | dict(task.parameters)
    return nbformat.writes(notebook), values, task.run.study.checksums, task.code


def _keep(task: _Task, executed: str, error: str) -> str:
    """Write an executed chapter and its page under their final names; return what went wrong."""
    failed = task.target.with_suffix(".failed.ipynb")
    try:
        # What stands there is of an earlier run, and not true any more.
        for old in (task.page, task.target, failed, *task.run.summaries):
            old.unlink(missing_ok=True)
        if not error:
            notebook = nbformat.reads(executed, as_version=4)
            page = chapter_page(notebook, {"all chapters": "index.html"})
            _write({task.target: executed, task.page: page})
        elif executed:
            _write({failed: executed})
    except OSError as stop:
        return f"{error or 'it ran to its end'}; the notebook could not be written: {stop}"
    return error


def _write(texts: Mapping[Path, str]) -> None:
    """Write files, each of them whole, all or none."""
    halves = {path: path.with_name(f"{path.name}.partial") for path in texts}
    placed = False
    try:
        for path, text in texts.items():
            halves[path].write_text(text, encoding="utf-8", newline="\n")
        for path, half in halves.items():
            half.replace(path)
            placed = True
    except OSError as error:
        for each in (*halves.values(), *(texts if placed else ())):
            each.unlink(missing_ok=True)
        raise OSError(error.errno, error.strerror, str(path)) from error


def _finish_study(
    run: StudyRun,
    outcome: Outcome,
    code: str,
    parameters: Mapping[str, Any],
    command: Sequence[str],
) -> None:
    """Write a study's table and index from the chapters that stand in its folder."""
    chapters, rows = [], []
    checksums = run.study.checksums
    for path in find_chapters():
        task = _Task(run, path, _fitting(parameters, path), code)
        error = outcome.failed.get(run.out, {}).get(path.stem, "")
        executed = None if error else task.standing()
        if not error and not executed:
            continue
        notebook, checksums[path.name] = _read_chapter(path)
        chapters.append(Chapter(path.stem, title_of(notebook), error))
        rows += collect_estimates(executed) if executed else []
    links = {}
    if run.together:
        links["all studies"] = os.path.relpath(run.together / "index.html", run.out)
    page = index_page(run.study, chapters, rows, checksums, command, links)
    _write({run.out / "results.csv": results_as_csv(rows), run.out / "index.html": page})


def _finish_overview(runs: Sequence[StudyRun], together: Path) -> None:
    """Write the page and the table that lay several studies side by side."""
    import pandas as pd

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
    _write({together / "results.csv": table, together / "index.html": page})


def _without_fields(path: Path) -> str:
    """Keep papermill from reading braces in a path as fields to fill in."""
    return str(path).replace("{", "{{").replace("}", "}}")

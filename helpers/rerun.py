"""Run the chapters on a study: papermill over the notebooks, side by side."""

import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nbformat
import papermill
from papermill.exceptions import PapermillExecutionError

from helpers.results import collect_estimates, write_results
from helpers.studyfile import StudyError

NOTEBOOKS = Path(__file__).resolve().parent.parent / "notebooks"


class ChapterError(RuntimeError):
    """A chapter stopped with an error while it ran."""


def find_chapters(numbers: Iterable[str] | None = None) -> list[Path]:
    """Return the chapters' notebooks, all of them or those with the given numbers.

    Raises
    ------
    StudyError
        If there is no chapter of such a number.

    Examples
    --------
    >>> [path.name for path in find_chapters(["02"])]
    ['02-between-within.ipynb']
    """
    there = {path.name[:2]: path for path in sorted(NOTEBOOKS.glob("[0-9][0-9]-*.ipynb"))}
    given = [number.strip() for number in numbers or there]
    wanted = [number.zfill(2) for number in given if number]
    unknown = [number for number in wanted if number not in there]
    if unknown:
        raise StudyError(f"there is no chapter {', '.join(unknown)}; there are {', '.join(there)}")
    return [there[number] for number in dict.fromkeys(wanted)]


def count_cells(chapters: Iterable[Path]) -> int:
    """Return how many cells a run of these chapters goes through.

    Papermill puts one cell in front of each chapter's, with the parameters.
    """
    return sum(len(nbformat.read(chapter, as_version=4).cells) + 1 for chapter in chapters)


def run_chapters(
    study: str, chapters: Iterable[Path], out: Path, on_cell: Callable[[], object] = lambda: None
) -> dict[str, str]:
    """Execute chapters on a study and collect their estimates in ``results.csv``.

    Parameters
    ----------
    study
        The value of the notebooks' parameter: a study's name or the absolute path of its file.
    chapters
        The notebooks to execute.
    out
        The folder for the executed notebooks; it is made if it is not there. A notebook gets its
        name once it has run to its end; one that failed is kept as ``*.failed.ipynb``.
    on_cell
        Called when a cell is about to run, from any thread.

    Returns
    -------
    dict of str to str
        For each chapter that failed, by name, what went wrong.
    """
    chapters = list(chapters)
    out.mkdir(parents=True, exist_ok=True)

    def run(chapter: Path) -> ChapterError | None:
        try:
            _run_chapter(study, chapter, out, on_cell)
        except ChapterError as error:
            return error
        return None

    # Threads are enough: each chapter's work is done by a kernel, a process of its own.
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        errors = dict(zip(chapters, pool.map(run, chapters), strict=True))
    rows = [row for notebook in _done(study, out) for row in collect_estimates(notebook)]
    write_results(rows, out)
    return {path.stem: str(error) for path, error in errors.items() if error}


def _done(study: str, out: Path) -> Iterator[nbformat.NotebookNode]:
    """Read the chapters that stand in a folder, executed on this study, now or before."""
    for chapter in find_chapters():
        if (out / chapter.name).is_file():
            notebook = nbformat.read(out / chapter.name, as_version=4)
            if notebook.metadata.papermill.parameters.get("study") == study:
                yield notebook


def _run_chapter(study: str, chapter: Path, out: Path, on_cell: Callable[[], object]) -> None:
    unfinished, failed = (out / f"{chapter.stem}.{end}.ipynb" for end in ("partial", "failed"))
    failed.unlink(missing_ok=True)
    try:
        papermill.execute_notebook(
            _without_fields(chapter),
            _without_fields(unfinished),
            parameters={"study": study},
            progress_bar=False,
            request_save_on_cell_execute=False,
            on_cell_start=lambda **_: on_cell(),
            # The launcher's log tells of its own start and end; a chapter's errors do not go there.
            extra_arguments=["--IPKernelApp.log_level=CRITICAL"],
        )
    except PapermillExecutionError as error:
        unfinished.replace(failed)
        (out / chapter.name).unlink(missing_ok=True)  # of an earlier run, and not true any more
        raise ChapterError(
            f"cell {error.exec_count} stopped with {error.ename}: {error.evalue}"
        ) from error
    unfinished.replace(out / chapter.name)


def _without_fields(path: Path) -> str:
    """Keep papermill from reading braces in a path as fields to fill in."""
    return str(path).replace("{", "{{").replace("}", "}}")

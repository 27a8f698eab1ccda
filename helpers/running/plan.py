"""What a run is to do: which chapters, on which studies, and into which folders."""

import hashlib
import os
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import nbformat
import papermill
from nbformat import NotebookNode

from helpers.study.file import STUDY_FOLDERS, Study, StudyError
from helpers.study.installation import chapter_files
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
    there = {path.name[:2]: path for path in chapter_files()}
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


@dataclass(frozen=True)
class Task:
    """A chapter to execute on a study, and where it goes.

    ``code`` is the SHA-256 of the code that is to execute it.
    """

    run: StudyRun
    chapter: Path
    parameters: Mapping[str, Any]
    code: str

    @property
    def target(self) -> Path:
        """The executed chapter."""
        return self.run.out / self.chapter.name

    @property
    def page(self) -> Path:
        """The executed chapter as a page."""
        return self.target.with_suffix(".html")

    @property
    def inputs(self) -> str:
        """SHA-256 of all that goes into the executed chapter."""
        sources = [cell.source for cell in read_chapter(self.chapter)[0].cells]
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
def read_chapter(chapter: Path) -> tuple[NotebookNode, str]:
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


def tasks_of(
    run: StudyRun, chapters: Iterable[Path], parameters: Mapping[str, Any], code: str
) -> list[Task]:
    """Return what there is to do for one study, with the parameters that each chapter has."""
    return [Task(run, path, _fitting(parameters, path), code) for path in chapters]


def count_cells(chapters: Iterable[Path]) -> int:
    """Return how many cells a run of these chapters goes through.

    Papermill puts one cell in front of each chapter's, with the parameters.
    """
    return sum(len(read_chapter(chapter)[0].cells) + 1 for chapter in chapters)


def _fitting(parameters: Mapping[str, Any], chapter: Path) -> dict[str, Any]:
    """Return the parameters that a chapter has."""
    if not parameters:
        return {}
    known = papermill.inspect_notebook(_without_fields(chapter))
    return {name: value for name, value in parameters.items() if name in known}


def _without_fields(path: Path) -> str:
    """Keep papermill from reading braces in a path as fields to fill in."""
    return str(path).replace("{", "{{").replace("}", "}}")

"""A handout is a chapter that runs on its own, shows no solution, and says where answers are."""

import itertools
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path
from typing import Any

import nbformat
import pytest
from conftest import CHAPTERS, ROOT, module_at
from nbclient import NotebookClient
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell
from packaging.markers import default_environment
from packaging.requirements import Requirement

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
PYTHONS = ("3.11.0", "3.11.9", "3.12.0", "3.13.0", "3.14.0")
SYSTEMS = (
    {"sys_platform": "linux", "os_name": "posix", "platform_system": "Linux"},
    {"sys_platform": "darwin", "os_name": "posix", "platform_system": "Darwin"},
    {"sys_platform": "win32", "os_name": "nt", "platform_system": "Windows"},
)

each_chapter = pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)


@pytest.fixture(scope="module")
def handouts() -> Any:
    return module_at("handouts/build.py")


@pytest.fixture(scope="module")
def zips(handouts: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make elsewhere what ``make handouts`` makes."""
    out = tmp_path_factory.mktemp("handouts")
    handouts.build(out)
    return out


def unzipped(zips: Path, chapter: Path, into: Path) -> Path:
    with zipfile.ZipFile(zips / f"{chapter.stem}.zip") as archive:
        archive.extractall(into)
    return into / chapter.stem / chapter.name


def cells(notebook: NotebookNode, tag: str) -> list[NotebookNode]:
    return [cell for cell in notebook.cells if tag in cell.metadata.get("tags", [])]


@pytest.mark.slow
@each_chapter
def test_a_handout_runs_on_its_own(path: Path, zips: Path, tmp_path: Path) -> None:
    notebook = nbformat.read(unzipped(zips, path, tmp_path), as_version=4)
    folder = tmp_path / path.stem
    notebook.cells = [cell for cell in notebook.cells if cell not in cells(notebook, "live")]
    where = (
        "import helpers, helpers.study.file as files\nprint(helpers.__file__, files.DATA_FOLDER)"
    )
    notebook.cells.append(new_code_cell(where))
    resources = {"metadata": {"path": str(folder)}}
    NotebookClient(notebook, kernel_name="python3", resources=resources).execute()
    (output,) = notebook.cells[-1].outputs
    assert output.text.split() == [str(folder / "helpers" / "__init__.py"), str(folder / "data")]
    for cell in cells(notebook, "answer"):
        assert "not attempted yet" in cell.outputs[0].data["text/markdown"]


@each_chapter
def test_a_handout_gives_no_solution_away(path: Path, zips: Path, tmp_path: Path) -> None:
    whole = nbformat.read(path, as_version=4)
    given = nbformat.read(unzipped(zips, path, tmp_path), as_version=4)
    text = "\n".join(cell.source for cell in given.cells)
    shown = text + "".join(str(cell.get("outputs", "")) for cell in given.cells)
    assert cells(whole, "solution")
    assert not cells(given, "solution")
    for cell in cells(whole, "solution"):
        assert cell.source.split("\n", 1)[1] not in text
        for output in cell.outputs:
            told = output.get("data", {}).get("text/markdown", output.get("text"))
            assert told not in shown
    assert len(cells(given, "answer")) == len(cells(whole, "answer")) > 0
    for cell in cells(given, "answer"):
        assert re.fullmatch(r"(answer|prediction) = \.\.\..*\ncheck\(.*\)", cell.source)
        assert cell.outputs == []


@each_chapter
def test_a_handout_has_its_sentences_alive_and_as_they_were_told(
    path: Path, zips: Path, tmp_path: Path
) -> None:
    given = nbformat.read(unzipped(zips, path, tmp_path), as_version=4)
    whole = nbformat.read(path, as_version=4)
    told, committed = (cells(notebook, "remove-input") for notebook in (given, whole))
    assert [cell.id for cell in told] == [cell.id for cell in committed]
    for cell, original in zip(told, committed, strict=True):
        assert cell.source == original.source
        for output, before in zip(cell.outputs, original.outputs, strict=True):
            assert output.data == before.data


@each_chapter
def test_a_handout_looks_as_if_nobody_had_run_it(path: Path, zips: Path, tmp_path: Path) -> None:
    given = unzipped(zips, path, tmp_path).read_text(encoding="utf-8")
    assert set(re.findall(r'"execution_count": (.*?),?\n', given)) == {"null"}


@each_chapter
def test_a_handout_imports_what_it_uses(path: Path, zips: Path, tmp_path: Path) -> None:
    given = unzipped(zips, path, tmp_path)
    command = ["ruff", "check", "--isolated", "--select", "F821", str(given)]
    subprocess.run([sys.executable, "-m", *command], check=True)


@each_chapter
def test_a_handout_says_how_to_start(path: Path, zips: Path, tmp_path: Path) -> None:
    folder = unzipped(zips, path, tmp_path).parent
    assert path.name in (folder / "README.md").read_text(encoding="utf-8")
    for name in ("LICENSE", "LICENSE-text", "data/hsb.csv", "data/hsb.yaml"):
        assert (folder / name).read_bytes() == (ROOT / name).read_bytes()
    assert not list(folder.rglob("__pycache__"))


def pinned(text: str, environment: dict[str, str]) -> dict[str, list[str]]:
    """Return the versions of each package that a list of pins names in an environment."""
    versions: dict[str, list[str]] = {}
    for line in text.splitlines():
        if line and not line[0].isspace():  # what is indented are hashes
            pin = Requirement(line.rstrip(" \\"))
            if pin.marker is None or pin.marker.evaluate(environment):
                (exactly,) = pin.specifier
                assert exactly.operator == "=="
                versions.setdefault(pin.name, []).append(exactly.version)
    return versions


@each_chapter
def test_a_handout_can_be_installed_on_every_python_that_it_names(
    path: Path, zips: Path, tmp_path: Path
) -> None:
    folder = unzipped(zips, path, tmp_path).parent
    assert "Python 3.11 or\nnewer" in (folder / "README.md").read_text(encoding="utf-8")
    text = (folder / "requirements.txt").read_text(encoding="utf-8")
    tested_with = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    needed = [*PROJECT["dependencies"], *PROJECT["optional-dependencies"].get("lab", [])]
    for python, system in itertools.product(PYTHONS, SYSTEMS):
        version = {"python_version": python.rpartition(".")[0], "python_full_version": python}
        environment = default_environment() | system | version
        given, tested = pinned(text, environment), pinned(tested_with, environment)
        for name in ["jupyterlab", *(Requirement(each).name for each in needed)]:
            assert len(given[name]) == 1, (name, environment)
            assert given[name] == tested[name], (name, environment)


@each_chapter
def test_a_handout_and_the_page_for_lecturers_say_where_answers_can_be_read(
    path: Path, zips: Path, tmp_path: Path
) -> None:
    folder = unzipped(zips, path, tmp_path).parent
    with_answers = [
        file.relative_to(folder).parts[0]
        for file in folder.rglob("*.py")
        if "Standard errors are not the trouble." in file.read_text(encoding="utf-8")  # to 03-1
    ]
    readme = (folder / "README.md").read_text(encoding="utf-8")
    assert set(with_answers) == {"helpers"}
    assert "they can be read in this folder, in `helpers/`" in readme
    lecturers = (ROOT / "site" / "lecturers.md").read_text(encoding="utf-8")
    (section,) = re.findall(r"^## Handouts\n(.*?)^## ", lecturers, flags=re.M | re.S)
    assert "**The answers are in the zip.**" in section


def test_a_zip_has_the_same_bytes_each_time(handouts: Any, zips: Path, tmp_path: Path) -> None:
    handouts.build(tmp_path)
    assert len(list(tmp_path.iterdir())) == len(CHAPTERS)
    for made in tmp_path.iterdir():
        assert made.read_bytes() == (zips / made.name).read_bytes()

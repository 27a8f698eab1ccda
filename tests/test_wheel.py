"""What is built of the project stands on its own: it runs the course outside the checkout."""

import os
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from conftest import CHAPTERS, ROOT
from lean import make_lean
from made_up import clinics, write_study
from test_project import PROJECT

# One worker installs the wheel, for all tests of it.
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("wheel")]

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel"]
    subprocess.run([*command, "--directory", str(folder)], cwd=ROOT, check=True)
    (built,) = folder.iterdir()
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install the wheel beside what it asks for and nothing else; return the programs' folder."""
    python = make_lean(tmp_path_factory.mktemp("lean"), PROJECT["dependencies"])
    pip = [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet"]
    subprocess.run([*pip, "--no-index", "--no-deps", str(wheel)], check=True)
    return python.parent


@pytest.fixture
def outside(installed: Path, tmp_path: Path) -> Run:
    """Run a program of the installation in an empty folder."""

    def run(program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        alone = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
        command = [str(installed / program), *arguments]
        return subprocess.run(command, cwd=tmp_path, env=alone, capture_output=True, text=True)

    return run


def test_a_wheel_holds_all_chapters_and_all_data(wheel: Path) -> None:
    held = {path for path in zipfile.ZipFile(wheel).namelist() if not path.endswith(".py")}
    wanted = [*CHAPTERS, *(ROOT / "data").glob("*.*"), *(ROOT / "data" / "more").glob("*.*")]
    ours = {f"helpers/{path.relative_to(ROOT).as_posix()}" for path in wanted}
    assert {path for path in ours if not path.endswith(".py")} <= held
    assert not [path for path in held if "checkpoint" in path or "__pycache__" in path]


def test_an_installed_course_reads_its_own_studies(outside: Run) -> None:
    program = "import helpers; print(helpers.__file__, len(helpers.read_study('hsb').frame))"
    result = outside("python", "-c", program)
    file, n_rows = result.stdout.split()
    assert n_rows == "7185", result.stderr
    assert not Path(file).is_relative_to(ROOT)


@pytest.mark.parametrize("study", ["hsb", "study.yaml"])
def test_an_installed_course_runs_all_chapters(study: str, outside: Run, tmp_path: Path) -> None:
    write_study(tmp_path, *clinics())
    result = outside("multilevel-course", "run", study)
    assert result.returncode == 0, result.stderr
    out = tmp_path / "build" / study.removesuffix(".yaml")
    assert f"6 of 6 chapters in {out.relative_to(tmp_path)}{os.sep}" in result.stdout
    for chapter in CHAPTERS:
        cells = nbformat.read(out / chapter.name, as_version=4).cells
        shown = [output for cell in cells for output in cell.get("outputs", [])]
        assert shown
        assert not [o for o in shown if o.output_type == "error" or o.get("name") == "stderr"]
    assert f"multilevel-course run {study}" in (out / "index.html").read_text("utf-8")


def test_an_installed_course_names_itself_and_what_would_help(
    outside: Run, installed: Path, tmp_path: Path
) -> None:
    clinics()[0].to_csv(tmp_path / "clinics.csv", index=False)
    for program in (["multilevel-course"], ["python", "-m", "helpers"]):
        said = outside(*program, "new", "clinics.csv").stdout
        assert said.endswith(f"then: {' '.join(program)} check clinics.yaml\n")
        (tmp_path / "clinics.yaml").unlink()
    write_study(tmp_path, *clinics())
    study = tmp_path / "study.yaml"
    study.write_text(study.read_text("utf-8").replace("data.csv", "data.parquet"), "utf-8")
    (tmp_path / "data.parquet").touch()
    (line,) = outside("multilevel-course", "check", "study.yaml").stderr.splitlines()
    assert f"`{installed / 'python'} -m pip install " in line

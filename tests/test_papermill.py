"""papermill runs a chapter by itself, from the project's folder and from the notebooks'."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT
from made_up import clinics, write_study

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("folder", [ROOT, ROOT / "notebooks"])
def test_papermill_alone_runs_a_chapter_on_a_study(folder: Path, tmp_path: Path) -> None:
    study = write_study(tmp_path, *clinics())
    chapter = os.path.relpath(ROOT / "notebooks" / "05-intraclass-correlation.ipynb", folder)
    out = tmp_path / "out.ipynb"
    command = [sys.executable, "-m", "papermill", chapter, str(out), "-p", "study", str(study)]
    result = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    assert "patients" in out.read_text("utf-8")

"""Chapters run on a Dask cluster as they do here, and a lost worker loses nothing."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import ROOT
from made_up import KEYS, write_study
from test_rerun import FRAME, GOOD, PROGRAM, names, tiny, write_chapters

pytestmark = pytest.mark.slow


def start(*arguments: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "dask", *arguments, "--no-dashboard"]
    return subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)


@pytest.fixture
def cluster() -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """Start a scheduler and two workers on this machine; yield the address and the workers."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"tcp://127.0.0.1:{port}"
    scheduler = start("scheduler", "--host", "127.0.0.1", "--port", str(port))
    workers = [start("worker", address, "--nthreads", "1", "--no-nanny") for _ in range(2)]
    yield address, workers
    for process in (*workers, scheduler):
        process.kill()
        process.wait()


def test_chapters_come_back_from_a_cluster_that_loses_a_worker(
    cluster: tuple[str, list[subprocess.Popen[bytes]]], tmp_path: Path
) -> None:
    address, (worker, _) = cluster
    slow = "import time; time.sleep(3)"
    edited = """from pathlib import Path
from helpers import read_study
Path(study).with_name("data.csv").write_text("another")
read_study(study)"""
    sources = {"b": slow, "c": slow, "d": slow, "bad": "1 / 0", "edited": edited}
    chapters = write_chapters(tmp_path / "chapters", good=GOOD, **sources)
    study = write_study(tmp_path / "clinic", FRAME, KEYS)
    out = tmp_path / "out"
    arguments = ["run", str(study), "--out", str(out), "--scheduler", address]
    command = [sys.executable, "-c", PROGRAM, str(chapters), *arguments]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    process = subprocess.Popen(command, cwd=ROOT, text=True, **pipes)
    until = time.monotonic() + 90
    while not list(out.glob("0*.html")) and time.monotonic() < until:
        time.sleep(0.1)
    worker.kill()
    stdout, stderr = process.communicate(timeout=120)
    assert process.returncode == 2, stderr
    assert stdout.startswith("4 of 6 chapters")
    assert "error: 06-edited: data.csv is not as it was when the run began" in stderr
    assert "error: 05-bad: cell 3 stopped with ZeroDivisionError" in stderr
    assert "04-d.ipynb" in names(out)
    assert "05-bad.failed.ipynb" in names(out)


def test_a_scheduler_that_does_not_answer_is_told(tmp_path: Path) -> None:
    chapters = write_chapters(tmp_path / "chapters", good=GOOD)
    study = write_study(tmp_path / "clinic", FRAME, KEYS)
    result = tiny(
        chapters, "run", study, "--out", tmp_path / "out", "--scheduler", "tcp://127.0.0.1:9"
    )
    assert result.returncode == 1
    assert "error: no Dask scheduler answers at tcp://127.0.0.1:9" in result.stderr
    assert "Traceback" not in result.stderr

"""The tests bring their browser; where none can be had, nobody takes unseen pages for seen ones."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import chromium
import pytest
from conftest import ROOT

UPDATE, INSTALL = "apt-get update", "apt-get install"
DOWNLOAD = "playwright install chromium"


@pytest.mark.parametrize(
    ("here", "failing", "tried"),
    [
        ({"browser", "apt-get", "root"}, set(), []),
        ({"apt-get", "root"}, set(), [UPDATE, INSTALL]),
        ({"apt-get", "root"}, {UPDATE}, [UPDATE, DOWNLOAD]),
        ({"apt-get", "root"}, {INSTALL, DOWNLOAD}, [UPDATE, INSTALL, DOWNLOAD]),
        ({"apt-get"}, set(), [DOWNLOAD]),
        ({"root"}, set(), [DOWNLOAD]),
        (set(), {DOWNLOAD}, [DOWNLOAD]),
    ],
)
def test_a_browser_is_brought_by_apt_or_else_from_playwright(
    here: set[str],
    failing: set[str],
    tried: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    commands = []

    def works(command: list[str]) -> bool:
        line = " ".join(command)
        (step,) = (step for step in (UPDATE, INSTALL, DOWNLOAD) if set(step.split()) <= {*command})
        assert step != INSTALL or line.endswith(f" --no-install-recommends {chromium.PACKAGES}")
        commands.append(step)
        return step not in failing

    if "apt-get" in here:
        (tmp_path / "apt-get").touch(mode=0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(chromium, "is_root", lambda: "root" in here)
    monkeypatch.setattr(chromium, "starts", lambda: "browser" in here)
    monkeypatch.setattr(chromium, "works", works)
    chromium.bring()
    assert commands == tried


def test_a_step_that_fails_stops_nothing_and_says_why(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    script = "import sys; print('Reading'); sys.exit('E: Unable to locate package chromium')"
    assert not chromium.works([sys.executable, "-c", script])
    assert capfd.readouterr().out.endswith("that failed: E: Unable to locate package chromium\n")
    assert chromium.works([sys.executable, "-c", ""])


@pytest.mark.parametrize(
    ("ci", "outcome"), [("", pytest.skip.Exception), ("true", pytest.fail.Exception)]
)
def test_without_a_browser_a_test_is_skipped_and_where_ci_is_set_it_fails(
    ci: str, outcome: type[BaseException], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CI", ci)
    with pytest.raises((pytest.skip.Exception, pytest.fail.Exception)) as stop:
        chromium.do_without(RuntimeError("no such file\nat line 1"))
    assert stop.type is outcome
    assert f"{chromium.ABSENT}: no such file" in str(stop.value)


def test_where_playwright_itself_does_not_start_no_browser_does(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PLAYWRIGHT_NODEJS_PATH", shutil.which("false") or "")
    assert not chromium.starts()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("ci", "workers", "node", "outcome"),
    [("", "1", None, "skipped"), ("", "0", "false", "skipped"), ("1", "0", None, "error")],
)
def test_what_no_browser_looked_at_is_named_at_the_end(
    ci: str, workers: str, node: str | None, outcome: str, tmp_path: Path
) -> None:
    bare = {"PATH": str(tmp_path), "PLAYWRIGHT_BROWSERS_PATH": str(tmp_path), "CI": ci}
    if node:
        bare["PLAYWRIGHT_NODEJS_PATH"] = shutil.which(node) or ""
    test = "tests/test_slides.py::test_too_much_for_a_slide_is_seen"
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-n", workers, "-p", "no:cacheprovider", test],
        cwd=ROOT,
        env=os.environ | bare,
        capture_output=True,
        text=True,
    )
    *_, loud, counts = run.stdout.strip().splitlines()
    assert f" 1 {outcome} in " in counts
    assert run.returncode == (1 if ci else 0)
    assert chromium.REMEDY in run.stdout
    assert ci or loud.endswith(f"1 tests, of test_slides. {chromium.REMEDY}")


def test_the_dev_container_has_the_browser_that_the_tests_bring() -> None:
    recipe = (ROOT / ".devcontainer" / "Dockerfile").read_text("utf-8").replace("\\\n", " ")
    assert f"--no-install-recommends {chromium.PACKAGES} " in " ".join(recipe.split())

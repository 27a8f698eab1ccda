"""JupyterLab shows a chapter as intended: it is driven as a reader would, in a browser."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.request import urlopen

import nbformat
import pytest
from conftest import CHAPTERS
from nbformat import NotebookNode
from playwright.sync_api import Browser, Locator, Page, expect

PATIENCE = 120  # seconds, for a machine that has much else to do
CHAPTER = CHAPTERS[3]

# All cells in the page at once, and no question about news.
SETTINGS = {
    "notebook-extension/tracker": {"windowingMode": "none"},
    "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
}


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[str]:
    """Start JupyterLab on a copy of the chapter without outputs, and return the chapter's URL."""
    notebook = nbformat.read(CHAPTER, as_version=4)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    chapters = tmp_path / "notebooks"
    chapters.mkdir()
    nbformat.write(notebook, chapters / CHAPTER.name)
    for name, values in SETTINGS.items():
        file = tmp_path / "settings" / "@jupyterlab" / f"{name}.jupyterlab-settings"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(values), encoding="utf-8")
    own = {
        "IPYTHONDIR": "ipython",
        "JUPYTERLAB_SETTINGS_DIR": "settings",
        "JUPYTERLAB_WORKSPACES_DIR": "workspaces",
        "JUPYTER_CONFIG_DIR": "config",
        "JUPYTER_DATA_DIR": "data",
        "JUPYTER_RUNTIME_DIR": "runtime",
    }
    environment = os.environ | {name: str(tmp_path / folder) for name, folder in own.items()}
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"]
    options = ["--ip=127.0.0.1", f"--port={port}", "--IdentityProvider.token="]
    log = tmp_path / "lab.log"
    with log.open("w", encoding="utf-8") as file:
        server = subprocess.Popen(
            [*command, *options, str(chapters)], env=environment, stdout=file, stderr=file
        )
    try:
        address = f"http://127.0.0.1:{port}"
        wait_for(f"{address}/api", server, log)
        yield f"{address}/lab/tree/{CHAPTER.name}"
    finally:
        server.terminate()  # which ends its kernels too
        server.wait(PATIENCE)


def wait_for(address: str, server: subprocess.Popen, log: Path) -> None:
    for _ in range(10 * PATIENCE):
        try:
            urlopen(address, timeout=PATIENCE).close()
        except OSError:
            assert server.poll() is None, log.read_text("utf-8")
            time.sleep(0.1)
        else:
            return
    raise TimeoutError(log.read_text("utf-8"))


def run_all(page: Page, cells: list[NotebookNode]) -> None:
    """Choose Run All Cells in the menu, and wait until the last cell has a number."""
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
    last = max(place for place, cell in enumerate(cells) if cell.cell_type == "code")
    number = page.locator(".jp-Notebook .jp-Cell").nth(last).locator(".jp-InputPrompt")
    expect(number).to_have_text(f"[{sum(c.cell_type == 'code' for c in cells)}]:")


def in_cell(page: Page, cells: list[NotebookNode], cell_id: str) -> Locator:
    """Return what JupyterLab draws for a cell."""
    place = [cell.id for cell in cells].index(cell_id)
    return page.locator(".jp-Notebook .jp-Cell").nth(place)


@pytest.mark.slow
def test_chapter_4_runs_in_jupyterlab_and_its_slider_moves_the_picture(
    lab: str, browser: Browser, tmp_path: Path
) -> None:
    cells = nbformat.read(CHAPTER, as_version=4).cells
    expect.set_options(timeout=1000 * PATIENCE)
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.set_default_timeout(1000 * PATIENCE)
    page.goto(lab)
    expect(page.locator("#jp-main-statusbar")).to_contain_text("Idle")
    run_all(page, cells)
    expect(page.locator(".jp-Notebook .jp-Cell")).to_have_count(len(cells))

    for kind in ("error", "stderr"):
        assert page.locator(f'[data-mime-type="application/vnd.jupyter.{kind}"]').count() == 0
    for cell in cells:
        if "remove-input" in cell.metadata.get("tags", []):
            shown = in_cell(page, cells, cell.id)
            expect(shown.locator(".jp-InputArea .cm-line")).to_have_count(1)
            assert len(shown.locator(".jp-OutputArea .jp-RenderedMarkdown").inner_text()) > 40
    live = in_cell(page, cells, "live-shrinkage")
    picture, sentence = live.locator("img"), live.get_by_role("status")
    before = picture.get_attribute("src"), sentence.inner_text()
    live.get_by_role("slider").press("ArrowLeft")
    expect(picture).not_to_have_attribute("src", before[0])
    expect(sentence).not_to_have_text(before[1])
    assert picture.evaluate("image => image.complete && image.naturalWidth > 600")
    page.screenshot(path=tmp_path / "lab.png")
    page.close()

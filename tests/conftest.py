"""What the tests share: chapters run in this process, so that their objects can be looked at."""

import importlib.util
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import nbformat
import pandas as pd
import pytest
from built_site import Site, build_once
from chromium import ABSENT, REMEDY, do_without, start
from hypothesis import settings
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
from laws import unlawful
from made_up import KEYS, write_study
from matplotlib.figure import Figure
from playwright.sync_api import Browser, sync_playwright
from xdist.scheduler import LoadFileScheduling

from helpers.course.words import Prose
from helpers.study.installation import chapter_files

# A shared machine may be slow now and then; that is no failure.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")

ROOT = Path(__file__).resolve().parent.parent
CHAPTERS = chapter_files()


class OneWorkerForHsb(LoadFileScheduling):
    """A file's tests stay on one worker, and so do all that share the chapters run on HSB.

    What takes longest comes first, and that is what has most tests.
    """

    def _split_scope(self, nodeid: str) -> str:
        if "/test_tell_" in nodeid:  # which share their thousands of studies
            return "tell"
        return "hsb" if "/test_hsb_" in nodeid else super()._split_scope(nodeid)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> OneWorkerForHsb | None:
    """Replace what ``--dist loadfile`` stands for."""
    return OneWorkerForHsb(config, log) if config.option.dist == "loadfile" else None


def module_at(path: str) -> Any:
    """Load a program of the project that is no part of a package, by its path."""
    name = path.removesuffix(".py").replace("/", "_")
    spec = importlib.util.spec_from_file_location(name, ROOT / path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@dataclass
class Executed:
    """A chapter after its last cell: its variables, and what each cell showed, by the cell's id.

    Sentences that slides cut into several cells (``about``, ``about-2``) are one text again in
    ``texts``; in ``shown`` stands all that can be read, tables and warnings too.
    """

    variables: dict[str, Any] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    figures: dict[str, Figure] = field(default_factory=dict)
    results: dict[str, Any] = field(default_factory=dict)
    estimates: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    shown: dict[str, list[str]] = field(default_factory=dict)

    @property
    def prose(self) -> str:
        """All computed sentences, one after the other."""
        return "\n".join(self.texts.values())


class _Visible(HTMLParser):
    """The text of a page, without its code."""

    hidden = 0

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.hidden += tag in ("style", "script", "code", "pre")

    def handle_endtag(self, tag: str) -> None:
        self.hidden -= tag in ("style", "script", "code", "pre")

    def handle_data(self, data: str) -> None:
        if not self.hidden:
            self.parts.append(data)


def visible(html: str) -> str:
    """Return the text that a reader sees of a page, code aside, with single blanks."""
    parser = _Visible()
    parser.parts = []
    parser.feed(html)
    parser.close()
    return " ".join("".join(parser.parts).split())


class _Shell(InteractiveShell):
    """A shell without windows, which is all that ``%matplotlib inline`` asks of one."""

    def enable_gui(self, gui: str | None = None) -> None:
        pass


def execute(number: str, study: str | Mapping[str, Any]) -> Executed:
    """Execute a chapter's cells in this process, on a study."""
    (path,) = (path for path in CHAPTERS if path.name.startswith(number))
    shell = _Shell.instance()
    shell.reset(new_session=False)
    # Figures are looked at as objects; to draw each as a picture would take most of the time.
    shell.display_formatter.active_types = ["text/plain", "text/html", "text/markdown"]
    chapter = Executed()
    for cell in nbformat.read(path, as_version=4).cells:
        if cell.cell_type != "code" or "live" in cell.metadata.get("tags", []):
            continue
        with capture_output() as captured:
            result = shell.run_cell(cell.source)
        result.raise_error()
        if "parameters" in cell.metadata.get("tags", []):
            shell.user_ns["study"] = study
        if isinstance(result.result, Figure):
            chapter.figures[cell.id] = result.result
        chapter.results[cell.id] = result.result
        said = [o.data["text/markdown"] for o in captured.outputs if "text/markdown" in o.data]
        said += [result.result.text] if isinstance(result.result, Prose) else []
        whole = re.sub(r"(?<=\D)-\d$", "", cell.id)
        for text in said:
            chapter.texts[whole] = " ".join([chapter.texts.get(whole, ""), *text.split()]).strip()
        for output in captured.outputs:
            for row in (output.metadata or {}).get("estimates", []):
                chapter.estimates[row["model"], row["term"]] = row
        if "solution" in cell.metadata.get("tags", []):
            # On whatever study a test runs a chapter, its exercises keep their promise.
            reply = chapter.texts[cell.id]
            assert "-1 D: " in reply or ": right." in reply or ": no answer." in reply, reply
    chapter.variables = dict(shell.user_ns)
    # The study's own story is not ours to mend.
    told = [text for cell, text in chapter.texts.items() if cell not in ("about", "question")]
    assert not unlawful("\n\n".join(told))
    return chapter


@cache
def _on_hsb(number: str) -> Executed:
    return execute(number, "hsb")


@pytest.fixture
def on_hsb() -> Callable[[str], Executed]:
    """Execute a chapter on the course's own data, once in a session."""
    return _on_hsb


@pytest.fixture
def on_data(tmp_path: Path) -> Callable[..., Executed]:
    """Execute a chapter on a frame with columns group, x and y, and keys for its study file."""

    def run(number: str, frame: pd.DataFrame, **keys: Any) -> Executed:
        return execute(number, str(write_study(tmp_path, frame, KEYS | keys)))

    return run


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Site:
    """Build the site once for all workers."""
    base = tmp_path_factory.getbasetemp()
    return build_once((base if worker_id == "master" else base.parent) / "site")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Start Chromium, once in a session and worker."""
    with ExitStack() as stack:
        try:
            chromium = start(stack.enter_context(sync_playwright()))
        except Exception as error:
            do_without(error)
        yield chromium


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Say at the end, and loudly, what was not looked at for want of a browser."""
    skipped = terminalreporter.stats.get("skipped", [])
    unseen = [report.nodeid for report in skipped if ABSENT in str(report.longrepr)]
    if unseen:
        files = ", ".join(sorted({Path(nodeid.partition("::")[0]).stem for nodeid in unseen}))
        line = f"NOT LOOKED AT, since {ABSENT}: {len(unseen)} tests, of {files}. {REMEDY}"
        terminalreporter.write_line(line, red=True, bold=True)

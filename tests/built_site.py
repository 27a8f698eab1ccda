"""The site as the tests see it: built once, and served over local http."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

from helpers.running.writing import write_whole

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "build"
SOURCE = BUILD / "site-source"
STRICT = ["--quiet", "--fail-on-warning", "--keep-going"]


@dataclass(frozen=True)
class Site:
    """A folder of pages, and what was said while it was built."""

    folder: Path
    messages: str

    @property
    def pages(self) -> list[str]:
        """The names of all pages."""
        return sorted(p.relative_to(self.folder).as_posix() for p in self.folder.rglob("*.html"))


def build() -> Site:
    """Build the site where ``make site`` does, so that only what changed is done anew."""
    SOURCE.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "sphinx", *STRICT, "-c", "site"]
    command += ["-d", BUILD / "site-doctrees", SOURCE, BUILD / "site"]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    return Site(BUILD / "site", run.stdout + run.stderr)


def build_once(shared: Path) -> Site:
    """Build the site for several processes that share a folder; one builds, the others wait."""
    messages = shared / "messages.txt"
    try:
        shared.mkdir()
    except FileExistsError:
        end = time.monotonic() + 300
        while not messages.exists() and time.monotonic() < end:
            time.sleep(0.2)
        return Site(BUILD / "site", messages.read_text(encoding="utf-8"))
    site = build()
    write_whole({messages: site.messages})
    return site


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def serve(folder: Path) -> Iterator[str]:
    """Serve a folder on a free port of this machine; yield the address, which ends with a slash."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=folder)) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()

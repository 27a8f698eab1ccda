"""Fill the folder that Sphinx reads: pages of Markdown, committed chapters, what is computed.

Only what changed is written, so that Sphinx reads only that again.
"""

import shutil
from collections.abc import Iterator
from pathlib import Path

import nbformat
from api import api_pages
from chapters import site_chapter
from checks import numbers_values
from citation import cite_values
from jinja2 import Environment, StrictUndefined
from landing import landing_figure, landing_values
from sphinx.application import Sphinx
from sphinx.config import Config

from helpers.study.installation import chapter_files

SITE = Path(__file__).resolve().parent
ROOT = SITE.parent

# Of the repository, what pages include or link to. Their places stay, so that links lead there.
ALONG = ["README.md", "CITATION.cff", "LICENSE*", "data/hsb.yaml", "data/README.md"]
ALONG += ["data/more/README.md", "benchmarks/*.md"]

# Pages with holes such as {{ caption }}, and what fills them.
COMPUTED = {"cite.md": cite_values, "index.md": landing_values, "numbers.md": numbers_values}


def prepare(source: Path, pages: Path) -> None:
    """Make `source` hold what the site is built from, and `pages` no page of anything else."""
    assets = source / "_static"
    assets.mkdir(parents=True, exist_ok=True)
    laid = {_lay(source / name, content) for name, content in _contents(assets)}
    for path in source.rglob("*"):
        if path.is_file() and path not in laid and assets not in path.parents:
            path.unlink()
    for page in pages.rglob("*.html"):
        stem = source / page.relative_to(pages)
        if stem.stem != "search" and not any(
            stem.with_suffix(kind).is_file() for kind in (".md", ".ipynb")
        ):
            page.unlink()


def _contents(assets: Path) -> Iterator[tuple[str, str]]:
    chapters = {path: nbformat.read(path, 4) for path in chapter_files()}
    for path, chapter in chapters.items():
        yield f"notebooks/{path.name}", nbformat.writes(site_chapter(chapter, assets, "../_static"))
    for path in sorted(SITE.glob("*.md")):
        text = path.read_text(encoding="utf-8")
        if path.name in COMPUTED:
            page = Environment(undefined=StrictUndefined, autoescape=False).from_string(text)
            text = page.render(COMPUTED[path.name](chapters.values()))
        yield path.name, text
    yield "landing.svg", landing_figure(chapters.values())
    yield from api_pages()
    for path in (path for pattern in ALONG for path in sorted(ROOT.glob(pattern))):
        yield path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8")


def _lay(path: Path, content: str) -> Path:
    if not path.is_file() or path.read_text(encoding="utf-8") != content:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8", newline="\n")
    return path


def _setup(app: Sphinx, config: Config) -> None:
    prepare(Path(app.srcdir), Path(app.outdir))
    config.html_static_path.append(str(app.srcdir / "_static"))


def _ship_sources(app: Sphinx, failure: Exception | None) -> None:
    """Let readers download the chapters as committed, not as the site wants them."""
    for path in () if failure else chapter_files():
        shutil.copy(path, Path(app.outdir) / "_sources" / "notebooks")


def setup(app: Sphinx) -> dict[str, bool]:
    """Fill the source folder before Sphinx looks into it."""
    app.connect("config-inited", _setup)
    app.connect("build-finished", _ship_sources)
    return {"parallel_read_safe": True, "parallel_write_safe": True}

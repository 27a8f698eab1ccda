"""Who wrote the course, which version it is, and how to cite it."""

import re
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import yaml
from nbformat import NotebookNode

ROOT = Path(__file__).resolve().parent.parent

_CITATION = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
_PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
_COPYRIGHT = re.search(r"Copyright \(c\) (\d{4})", (ROOT / "LICENSE").read_text(encoding="utf-8"))


def _name(author: dict[str, str]) -> str:
    return author.get("name") or f"{author['given-names']} {author['family-names']}"


VERSION: str = _PROJECT["version"]
AUTHORS: list[str] = [_name(author) for author in _CITATION["authors"]]
# Before a first release, the year is what is known.
RELEASED = str(_CITATION.get("date-released", _COPYRIGHT[1]))


def cite_values(_: Iterable[NotebookNode]) -> dict[str, Any]:
    """Return what fills the page on how to cite: one entry, as text and as BibTeX."""
    authors, year, title = ", ".join(AUTHORS), RELEASED[:4], _CITATION["title"]
    fields = {
        # In braces of its own, so that BibTeX takes a team's name for one name.
        "author": " and ".join(f"{{{author}}}" for author in AUTHORS),
        "title": title,
        "year": year,
        "version": VERSION,
    }
    entry = "".join(f"  {name} = {{{value}}},\n" for name, value in fields.items())
    return {
        "text": f"{authors} ({year}). *{title}* (version {VERSION}) [Computer software].",
        "bibtex": f"@software{{{_PROJECT['name']},\n{entry}}}",
    }

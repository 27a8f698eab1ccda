"""The API pages: one for each floor of helpers, with the names that chapters import from it."""

from collections.abc import Iterator
from importlib import import_module
from inspect import getdoc, getsourcelines, isclass

import typer
from typer.cli import get_docs_for_click

import helpers
from helpers import _ROOM_OF
from helpers.commands import app

# From the ground up; what runs the chapters is called from the command line, which has its page.
FLOORS = ("text", "models", "study", "course", "chapters")


def api_pages() -> Iterator[tuple[str, str]]:
    """Yield each page's name and text; the index first."""
    pages: dict[str, list[str]] = {floor: [] for floor in FLOORS}  # with the rooms on it
    for room in dict.fromkeys(_ROOM_OF.values()):
        pages[room.partition(".")[0]].append(room)
    yield "api/index.md", _index(list(pages))
    for page, rooms in pages.items():
        yield f"api/{page}.md", _page(page, rooms)
    yield "api/commands.md", _commands()


def _index(pages: list[str]) -> str:
    rooms = "\n\n".join(f"[{page}]({page}.md)\n: {_headline(page)}." for page in pages)
    toctree = "\n".join(["```{toctree}", ":hidden:", "", *pages, "commands", "```"])
    return f"""\
# The module helpers

{getdoc(helpers)}

{rooms}

[command line](commands.md)
: `python -m helpers`.

{toctree}
"""


def _page(page: str, rooms: list[str]) -> str:
    if rooms == [page]:
        return f"# {page}\n\n{_rst(_text(page), *_directives(page))}"
    sections = [
        f"## {_headline(room)}\n\n{_rst(*_directives(room))}"
        for room in sorted(rooms, key=_headline)
    ]
    return "\n".join([f"# {page}\n\n{_rst(_text(page))}", *sections])


def _commands() -> str:
    command = typer.main.get_command(app)
    context = typer.Context(command)
    return get_docs_for_click(
        obj=command, ctx=context, name="python -m helpers", title="command line"
    )


def _directives(room: str) -> Iterator[str]:
    names = (name for name, of in _ROOM_OF.items() if of == room)
    for name in sorted(names, key=lambda name: getsourcelines(getattr(helpers, name))[1]):
        if isclass(getattr(helpers, name)):
            yield f".. autoclass:: helpers.{name}\n   :members:"
        else:
            yield f".. autofunction:: helpers.{name}"


def _rst(*parts: str) -> str:
    return "\n".join(["````{eval-rst}", "\n\n".join(parts), "````", ""])


def _text(room: str) -> str:
    return getdoc(import_module(f"helpers.{room}")) or ""


def _headline(room: str) -> str:
    return _text(room).splitlines()[0].removesuffix(".")

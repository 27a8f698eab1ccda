"""What the head of a page says of it: a description, for whoever lists or shares the page."""

from html import escape
from textwrap import shorten
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx


def description(document: nodes.document | None, title: str) -> str:
    """Return a page's first paragraph, cut after a word; of a page without one, its title."""
    paragraphs = document.findall(nodes.paragraph) if document else iter(())
    first = next((p.astext() for p in paragraphs if isinstance(p.parent, nodes.section)), title)
    return shorten(first, 200, placeholder=" …")


def _describe(
    app: Sphinx, page: str, template: str, context: dict[str, Any], document: nodes.document | None
) -> None:
    # In place of docutils' own tags, which say again what the theme says.
    text = description(document, f"{app.config.project}: {context.get('title', page)}")
    context["metatags"] = f'<meta name="description" content="{escape(text)}" />'


def setup(app: Sphinx) -> dict[str, bool]:
    """Describe every page."""
    app.connect("html-page-context", _describe)
    return {"parallel_read_safe": True, "parallel_write_safe": True}

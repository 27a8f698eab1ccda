"""Formulas as MathML, which browsers draw themselves: no script, no fonts to fetch."""

from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util import logging

from helpers.running.report.page import mathml

_log = logging.getLogger(__name__)


def _drawn(node: nodes.Element, display: str) -> str:
    drawn = mathml(node.astext(), display)
    if not drawn.startswith("<math"):
        _log.warning("this formula cannot be drawn: %s", node.astext(), location=node)
    return drawn


def _inline(translator: Any, node: nodes.Element) -> None:
    translator.body.append(_drawn(node, "inline"))
    raise nodes.SkipNode


def _block(translator: Any, node: nodes.Element) -> None:
    # A box of its own, so that a wide formula scrolls and the page does not.
    translator.body.append(f'<div class="formula">{_drawn(node, "block")}</div>\n')
    raise nodes.SkipNode


def setup(app: Sphinx) -> dict[str, bool]:
    """Make this renderer known as ``mathml``."""
    app.add_html_math_renderer("mathml", (_inline, None), (_block, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}

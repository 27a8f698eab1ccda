"""Formulas as MathML, which browsers draw themselves: no script, no fonts to fetch."""

from html import escape
from typing import Any

from docutils import nodes
from latex2mathml.converter import convert
from sphinx.application import Sphinx
from sphinx.util import logging

_log = logging.getLogger(__name__)


def _mathml(node: nodes.Element, display: str) -> str:
    try:
        drawn = convert(node.astext().strip(), display=display)
    except Exception as error:
        _log.warning("latex2mathml cannot read this formula: %r", error, location=node)
        return f"<code>{escape(node.astext())}</code>"
    return drawn.replace("&#x0005E;", "&#x002C6;")  # the circumflex that sits close to its letter


def _inline(translator: Any, node: nodes.Element) -> None:
    translator.body.append(_mathml(node, "inline"))
    raise nodes.SkipNode


def _block(translator: Any, node: nodes.Element) -> None:
    # A box of its own, so that a wide formula scrolls and the page does not.
    translator.body.append(f'<div class="formula">{_mathml(node, "block")}</div>\n')
    raise nodes.SkipNode


def setup(app: Sphinx) -> dict[str, bool]:
    """Make this renderer known as ``mathml``."""
    app.add_html_math_renderer("mathml", (_inline, None), (_block, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}

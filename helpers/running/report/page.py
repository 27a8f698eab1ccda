"""Pages: Markdown and executed notebooks as HTML that stands by itself."""

import re
from collections.abc import Mapping
from html import escape
from pathlib import Path
from string import Template
from typing import Any

from latex2mathml.converter import convert
from mistune.util import safe_entity
from nbconvert.exporters import HTMLExporter
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from nbconvert.preprocessors import TagRemovePreprocessor
from nbformat import NotebookNode
from pygments.formatters import HtmlFormatter

# A report is for analysts: it has no parameters to set, nobody to examine, and no kernel.
LEFT_OUT = {
    "answer",
    "exercise",
    "injected-parameters",
    "live",
    "notebook-only",
    "parameters",
    "solution",
}

_PAGE = Template((Path(__file__).parent / "page.html").read_text(encoding="utf-8"))


class _Renderer(IPythonRenderer):
    """Markdown as HTML: formulas become MathML, and HTML in the text stays text."""

    def block_math(self, body: str) -> str:
        return mathml(body, "block")

    def inline_math(self, body: str) -> str:
        return mathml(body, "inline")

    def text(self, text: str) -> str:
        return safe_entity(text)  # &lt; is a sign, and not five of them


class _ChapterExporter(HTMLExporter):
    """The body of a notebook's page."""

    def default_filters(self) -> Any:
        yield from super().default_filters()
        yield ("markdown2html", markdown_to_html)


def mathml(tex: str, display: str) -> str:
    r"""Turn a formula into MathML; one that cannot be read is shown as it was written.

    Parameters
    ----------
    tex
        The formula, in LaTeX.
    display
        ``"inline"``, or ``"block"`` for a line of its own.

    Examples
    --------
    >>> mathml(r"\hat\beta", "inline").startswith("<math"), mathml(r"\frac", "inline")
    (True, '<code>\\frac</code>')
    """
    try:
        drawn = convert(tex.strip(), display=display)
    except Exception:
        return f"<code>{escape(tex)}</code>"
    return drawn.replace("&#x0005E;", "&#x002C6;")  # the circumflex that sits close to its letter


def markdown_to_html(source: str) -> str:
    r"""Turn Markdown into HTML; raw HTML in it is shown, not obeyed.

    >>> markdown_to_html("one *word* <b>")
    '<p>one <em>word</em> &lt;b&gt;</p>\n'
    """
    renderer = _Renderer(escape=True, allow_harmful_protocols=False, exclude_anchor_links=True)
    return MarkdownWithMath(renderer=renderer).render(source)


def page(title: str, body: str, links: Mapping[str, str]) -> str:
    """Return a whole page.

    Parameters
    ----------
    title
        What the browser's tab says, as plain text.
    body
        HTML.
    links
        Where the line at the top leads, by what it says.

    Examples
    --------
    >>> "<title>A &amp; B</title>" in page("A & B", "<p>text</p>", {"index": "index.html"})
    True
    """
    navigation = " · ".join(
        f'<a href="{escape(to, quote=True)}">{escape(says)}</a>' for says, to in links.items()
    )
    return _PAGE.substitute(
        title=escape(title),
        highlighting=HtmlFormatter(style="default").get_style_defs(".highlight"),
        navigation=f"<nav>{navigation}</nav>" if links else "",
        body=body,
    )


def chapter_page(notebook: NotebookNode, links: Mapping[str, str]) -> str:
    """Return an executed chapter as a page, without the lines that tell its sentences.

    >>> from nbformat.v4 import new_markdown_cell, new_notebook
    >>> notebook = new_notebook(cells=[new_markdown_cell("# 1 · A title")])
    >>> "<title>1 · A title</title>" in chapter_page(notebook, {})
    True
    """
    for cell in notebook.cells:
        alt = cell.metadata.get("mystnb", {}).get("image", {}).get("alt")
        if alt:
            cell.metadata["alt"] = alt
    without_code = TagRemovePreprocessor(
        enabled=True,
        remove_input_tags={"remove-input"},
        remove_cell_tags=LEFT_OUT,
    )
    exporter = _ChapterExporter(template_name="basic", exclude_input_prompt=True)
    exporter.exclude_output_prompt = True
    exporter.register_preprocessor(without_code, enabled=True)
    body, _ = exporter.from_notebook_node(notebook)
    return page(title_of(notebook), body, links)


def title_of(notebook: NotebookNode) -> str:
    """Return a notebook's first heading as plain text.

    >>> from nbformat.v4 import new_markdown_cell, new_notebook
    >>> title_of(new_notebook(cells=[new_markdown_cell("# 1 · A title")]))
    '1 · A title'
    """
    for cell in notebook.cells:
        found = re.match(r"#\s+(.+)", cell.source) if cell.cell_type == "markdown" else None
        if found:
            return found[1].strip()
    return "a chapter"

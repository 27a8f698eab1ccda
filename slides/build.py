"""Make a deck of slides of each chapter, from its committed outputs: nothing is executed.

What becomes of a cell is in its metadata: ``slideshow.slide_type`` is ``slide`` or ``subslide``
where a slide begins, ``fragment`` for what appears on the next key, ``-`` for what stands on the
slide from the start, ``notes`` for what only the speaker sees, and ``skip``. Of a code cell a slide
shows what it gave; its code only where it has the tag ``slide-code``.
"""

import base64
import re
import shutil
import struct
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from string import Template
from typing import Annotated

import nbformat
import typer
from nbformat import NotebookNode
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from helpers.running.report.page import markdown_to_html, page, title_of
from helpers.study.installation import chapter_files

HERE = Path(__file__).resolve().parent
TEMPLATE = Template((HERE / "deck.html").read_text(encoding="utf-8"))
VENDORED = ("reveal.js", "reveal.css", "LICENSE")

# Code of these kinds, and what it gave, stays in the notebook.
LEFT_OUT = {"parameters", "injected-parameters", "answer", "solution", "live"}
WIDE = 1.75  # a figure of at least this ratio has its text below it, others beside
FEW = 620  # characters of text that may stand in larger type, if nothing else is on the slide
FORMULA = 130  # characters in whose room a displayed formula fits


@dataclass
class Figure:
    """A picture, its ratio of width to height, and what it shows in words."""

    html: str
    ratio: float


@dataclass
class Slide:
    """One slide: its heading, what stands below it in order, and what the speaker says."""

    heading: str
    parts: list[str | Figure] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def look(self) -> str:
        """The name by which the theme knows what kind of slide this is."""
        if self.heading.startswith("<h1"):
            return "title"
        if any(isinstance(part, Figure) or re.search("<table|<pre", part) for part in self.parts):
            return "full"
        html = "".join(map(str, self.parts))
        words = re.sub("<math.*?</math>|<[^>]*>", "", html, flags=re.S)
        return "few" if len(words) + FORMULA * html.count('display="block"') < FEW else "full"

    def to_html(self) -> str:
        """Return the slide as reveal.js wants it."""
        figures = [part for part in self.parts if isinstance(part, Figure)]
        texts = [part for part in self.parts if isinstance(part, str)]
        if len(figures) == 1 and texts and figures[0].ratio < WIDE:
            text = "\n".join(texts)
            body = f'<div class="beside">{figures[0].html}<div class="text">{text}</div></div>'
        else:
            body = "\n".join(part if isinstance(part, str) else part.html for part in self.parts)
        notes = f'<aside class="notes">{"".join(self.notes)}</aside>' if self.notes else ""
        background = ' data-background-color="#143a57"' if self.look == "title" else ""
        box = f'<div class="box {self.look}">{self.heading}<div class="body">{body}</div></div>'
        return f"<section{background}>{box}{notes}</section>\n"


def slides_of(notebook: NotebookNode) -> list[list[Slide]]:
    """Return a chapter's slides, one list a section."""
    sections: list[list[Slide]] = []
    running = ""  # the heading of a slide that has none of its own
    for cell in notebook.cells:
        if cell.cell_type == "code" and LEFT_OUT & set(cell.metadata.get("tags", [])):
            continue
        kind = cell.metadata.get("slideshow", {}).get("slide_type")
        if kind is None:
            raise ValueError(f"{title_of(notebook)}: the cell {cell.id} has no slide_type")
        if kind == "skip":
            continue
        heading, parts = shown_of(cell)
        if heading:
            running = heading.replace("<h1", "<h2").replace("</h1", "</h2")
        if kind in ("slide", "subslide"):
            slide = Slide(heading or running.replace("<h2", '<h2 class="again"'))
            if kind == "slide" or not sections:
                sections.append([])
            sections[-1].append(slide)
        elif not sections:
            raise ValueError(f"{title_of(notebook)}: the cell {cell.id} comes before any slide")
        slide = sections[-1][-1]
        if kind == "notes":
            slide.notes += [part for part in (heading, *parts) if isinstance(part, str)]
        elif kind == "fragment":
            slide.parts += [as_fragment(part) for part in parts]
        else:
            slide.parts += parts
    return sections


def as_fragment(part: str | Figure) -> str | Figure:
    """Return a part that appears on the next key."""
    if isinstance(part, Figure):
        return Figure(part.html.replace('class="', 'class="fragment ', 1), part.ratio)
    return f'<div class="fragment">{part}</div>'


def shown_of(cell: NotebookNode) -> tuple[str, list[str | Figure]]:
    """Return a cell's heading, if it begins with one, and what else it shows."""
    if cell.cell_type == "markdown":
        html = markdown_to_html(cell.source)
        found = re.match(r"<h[12].*?</h[12]>", html, flags=re.S)
        heading, rest = (found[0], html[found.end() :]) if found else ("", html)
        return heading, [rest] if rest.strip() else []
    parts: list[str | Figure] = []
    if "slide-code" in cell.metadata.get("tags", []):
        parts.append(highlight(cell.source, PythonLexer(), HtmlFormatter()))
    alt = cell.metadata.get("mystnb", {}).get("image", {}).get("alt", "")
    for output in cell.outputs:
        data = output.get("data", {"text/plain": output.get("text", "")})
        if "image/png" in data:
            parts.append(figure_of(data["image/png"], alt))
        elif "text/markdown" in data:
            parts.append(markdown_to_html(data["text/markdown"]))
        elif "text/html" in data:  # without the style that pandas puts beside a table
            found = re.findall(r"<table.*?</table>|<p>.*?</p>", data["text/html"], flags=re.S)
            parts.append(f'<div class="output">{"".join(found)}</div>')
        else:
            parts.append(f'<pre class="output">{escape(data["text/plain"])}</pre>')
    return "", parts


def figure_of(png: str, alt: str) -> Figure:
    """Return a picture, given in base64, as part of a slide."""
    width, height = struct.unpack(">II", base64.b64decode(png)[16:24])
    source = "".join(png.split())
    html = (
        f'<div class="figure"><img src="data:image/png;base64,{source}"'
        f' width="{width}" height="{height}" alt="{escape(alt, quote=True)}"></div>'
    )
    return Figure(html, width / height)


def deck(notebook: NotebookNode) -> str:
    """Return a chapter's deck as a page that needs only the folder reveal.js beside it."""
    sections = (
        f"<section>\n{''.join(slide.to_html() for slide in section)}</section>"
        for section in slides_of(notebook)
    )
    return TEMPLATE.substitute(
        title=escape(title_of(notebook)),
        theme=(HERE / "theme.css").read_text(encoding="utf-8"),
        speaker=(HERE / "speaker.js").read_text(encoding="utf-8"),
        highlighting=HtmlFormatter(style="default").get_style_defs(".highlight"),
        slides="\n".join(sections),
    )


def build(
    chapters: Annotated[Path, typer.Argument(help="The folder of executed chapters.")] = (
        HERE.parent / "notebooks"
    ),
    out: Annotated[Path, typer.Option(help="Where the decks go.")] = HERE.parent / "build/slides",
) -> None:
    """Make a deck of each chapter, and a page that lists them."""
    out.mkdir(parents=True, exist_ok=True)
    (out / "reveal.js").mkdir(exist_ok=True)
    for name in VENDORED:
        shutil.copyfile(HERE / "reveal.js" / name, out / "reveal.js" / name)
    listed = []
    for path in chapter_files(chapters):
        notebook = nbformat.read(path, as_version=4)
        (out / f"{path.stem}.html").write_text(deck(notebook), encoding="utf-8", newline="\n")
        listed.append(f"- [{title_of(notebook)}]({path.stem}.html)")
    usage = (HERE / "index.md").read_text(encoding="utf-8").replace("{decks}", "\n".join(listed))
    index = page("Slides", markdown_to_html(usage), {})
    (out / "index.html").write_text(index, encoding="utf-8", newline="\n")
    typer.echo(f"{len(listed)} decks; begin with {out / 'index.html'}")


if __name__ == "__main__":
    typer.run(build)

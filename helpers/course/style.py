"""What all figures share: colours, the looks of lines, and the pieces they are made of."""

import base64
import io
from collections.abc import Sequence
from functools import cache
from typing import Any
from xml.sax.saxutils import escape

import numpy as np
import pandas as pd
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.font_manager import findfont, get_font

from helpers.study.file import Study

# Okabe and Ito (2008), told apart by readers with any colour vision.
BLUE, VERMILION, GREEN, GREY, BLACK = "#0072B2", "#D55E00", "#009E73", "#8C8C8C", "#1A1A1A"
PURPLE = "#8A2F7C"
DARK_GREY = "#5F5F5F"  # units, wherever they are points

MOST_POINTS = 20_000  # more are a dark cloud, and take their time

# How each model's line looks, in every chapter.
LINES: dict[str, dict[str, Any]] = {
    "total": {"color": BLUE, "linestyle": "-", "linewidth": 2.4},
    "between": {"color": VERMILION, "linestyle": "--", "linewidth": 2.4},
    "within": {"color": GREEN, "linestyle": "-.", "linewidth": 2.4},
    "random intercept": {"color": PURPLE, "linestyle": ":", "linewidth": 3},
}

STYLE = rc_context(
    {
        "axes.axisbelow": True,
        "axes.grid": True,
        "axes.labelsize": 13,
        "axes.spines.right": False,
        "axes.spines.top": False,
        "axes.titlelocation": "left",
        "axes.titlesize": 13,
        "figure.constrained_layout.use": True,
        "figure.dpi": 100,
        "font.size": 13,
        "grid.color": "#E6E6E6",
        "legend.fontsize": 12,
        "legend.framealpha": 0.95,
    }
)


def legend_above(figure: Figure, axes: Axes, ncols: int = 3, title: str | None = None) -> None:
    """Put the legend over the plot, where it covers nothing."""
    handles, labels = axes.get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper right", ncols=ncols, title=title)


def scatter_of(study: Study) -> tuple[Figure, Axes]:
    """Make an empty plot of outcome against predictor."""
    figure = Figure(figsize=(8, 5.2))
    axes = figure.subplots()
    axes.set_xlabel(plain(study.predictor.label_with_units))
    axes.set_ylabel(plain(study.outcome.label_with_units))
    return figure, axes


def mark_levels(axes: Axes, study: Study) -> None:
    """Name the levels of a two-level predictor below its axis, in place of numbers.

    Examples
    --------
    >>> from helpers.study.reading import read_study
    >>> _, axes = scatter_of(read_study("radon"))
    >>> mark_levels(axes, read_study("radon"))
    >>> [text.get_text() for text in axes.get_xticklabels()]
    ['basement', 'first floor']
    """
    levels = study.levels.get(study.predictor.name)
    if levels is not None:
        axes.set_xticks([0, 1], [short(level) for level in levels])
        axes.set_xlim(-0.35, 1.35)
        axes.set_xlabel(plain(study.predictor.label))


def jittered(study: Study, values: pd.Series) -> pd.Series:
    """Move units of a two-level predictor a little to the sides, so that they do not make a stripe.

    Units of nearly the same outcome are moved apart, whatever the order of the rows.

    Parameters
    ----------
    study
        The study.
    values
        The predictor in some of the rows of its frame, by their index.

    Examples
    --------
    >>> from helpers.study.reading import read_study
    >>> study = read_study("radon")
    >>> float((jittered(study, study.frame["floor"]) - study.frame["floor"]).abs().max()) <= 0.12
    True
    """
    if study.predictor.name not in study.levels:
        return values
    frame = study.frame
    by = [study.outcome.name, study.group.name, study.predictor.name]
    in_order = frame.sort_values(by).index
    golden = (np.sqrt(5) - 1) / 2  # its multiples fall nowhere near each other
    moved = pd.Series(0.24 * (golden * np.arange(len(frame)) % 1 - 0.5), index=in_order)
    return values + moved.reindex(values.index)


def draw_points(axes: Axes, x: pd.Series, y: pd.Series) -> None:
    """Draw units as grey points, fainter the more there are, and no more than can be told apart.

    Where that is a sample, the figure says so with `sample_note`.
    """
    if len(x) > MOST_POINTS:
        shown = np.random.default_rng(0).choice(len(x), MOST_POINTS, replace=False)
        x, y = x.iloc[shown], y.iloc[shown]
    alpha = float(np.clip(60 / np.sqrt(len(x)) / 2, 0.12, 0.8))
    axes.scatter(x, y, s=9, color=DARK_GREY, alpha=alpha, linewidth=0)


def sample_note(n: int) -> str:
    """Return what a label adds where points are a sample.

    >>> sample_note(7185), sample_note(1_000_000)
    ('', ' (20,000 of 1,000,000, at random)')
    """
    return f" ({MOST_POINTS:,} of {n:,}, at random)" if n > MOST_POINTS else ""


def draw_means(axes: Axes, x: pd.Series, y: pd.Series, label: str) -> None:
    """Draw the means of groups as open circles."""
    axes.scatter(
        x, y, s=32, facecolor="white", edgecolor=BLACK, linewidth=1.1, label=label, zorder=3
    )


def draw_line(
    axes: Axes, x: pd.Series, coefficients: np.ndarray | Sequence[float], **kwargs: Any
) -> None:
    """Draw slope and intercept as a line over the range of `x`."""
    ends = np.array([x.min(), x.max()])
    axes.plot(ends, np.polyval(coefficients, ends), **kwargs)


def as_png(figure: Figure, dpi: int = 100) -> bytes:
    """Return a figure as the bytes of a picture.

    >>> as_png(Figure())[1:4]
    b'PNG'
    """
    file = io.BytesIO()
    figure.savefig(file, format="png", dpi=dpi)
    return file.getvalue()


def as_html(png: bytes, alt: str, style: str = "") -> str:
    """Return a picture as an HTML image that holds its own data.

    >>> as_html(b"...", 'A "line"')
    '<img alt="A &quot;line&quot;" src="data:image/png;base64,Li4u">'
    """
    alt = escape(alt, {'"': "&quot;"})
    look = f' style="{style}"' if style else ""
    data = base64.b64encode(png).decode()
    return f'<img alt="{alt}"{look} src="data:image/png;base64,{data}">'


def short(name: str) -> str:
    """Cut a long name, so that titles and legends keep their size."""
    return plain(name if len(name) <= 20 else f"{name[:19]}…")


def plain(text: str) -> str:
    r"""Keep a dollar sign from being read as mathematics, and put � for what no font here has.

    >>> plain("$5 🙂")
    '\\$5 �'
    """
    known = _characters()
    drawn = "".join(c if ord(c) in known else "�" for c in " ".join(text.split()))
    return drawn.replace("$", r"\$")


@cache
def _characters() -> frozenset[int]:
    """Return the characters that the figures' font can draw."""
    return frozenset(get_font(findfont("DejaVu Sans")).get_charmap())

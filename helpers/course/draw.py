"""Figures that several chapters share."""

from collections.abc import Mapping
from textwrap import fill

from matplotlib.figure import Figure

from helpers.course.style import (
    BLACK,
    GREY,
    STYLE,
    plain,
)
from helpers.models.estimate import Estimate


@STYLE
def intervals(rows: Mapping[str, Estimate], label: str) -> Figure:
    """Draw estimates with their 95% intervals, one above the other.

    Parameters
    ----------
    rows
        The estimates, by what to call them; the first stands on top.
    label
        What the axis measures.

    Returns
    -------
    Figure
        A point and a bar for each estimate that has an interval, a point alone for one that has
        none, and a line at zero.

    Examples
    --------
    >>> one = Estimate("total", "fixed", "x", 2.0, conf_low=1.0, conf_high=3.0)
    >>> [text.get_text() for text in intervals({"a": one}, "slope").axes[0].get_yticklabels()]
    ['a']
    """
    figure = Figure(figsize=(8, 1.1 + 0.5 * len(rows)))
    axes = figure.subplots()
    for position, row in enumerate(rows.values()):
        axes.plot([row.conf_low, row.conf_high], [position] * 2, color=BLACK, linewidth=2.6)
        axes.plot(row.estimate, position, "o^sD"[position % 4], markersize=8, color=BLACK)
    axes.axvline(0, color=GREY, linewidth=1.5)
    axes.set_yticks(range(len(rows)), [plain(name) for name in rows])
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.locator_params(axis="x", nbins=6)  # long numbers would run over each other
    axes.grid(axis="y", visible=False)
    axes.set_xlabel(fill(plain(label), 76))
    return figure

"""Figures of the live demonstrations, redrawn whenever a slider moves.

Each keeps its axes in place from one value to the next, so that what moves is what the slider
does. Margins are set by hand: to find them anew would take half of a redraw.
"""

from collections.abc import Mapping

import numpy as np
from matplotlib import rc_context
from matplotlib.figure import Figure

from helpers.course.style import BLACK, DARK_GREY, GREY, PURPLE, STYLE, VERMILION, plain
from helpers.models.reml import Array
from helpers.study.file import Study
from helpers.text import with_article


def _empty(width: float = 8.0, height: float = 4.6) -> Figure:
    with rc_context({"figure.constrained_layout.use": False}):
        return Figure(figsize=(width, height))


@STYLE
def draw_simulated_groups(
    values: Array, limits: tuple[float, float], study: Study, ordered: bool
) -> Figure:
    """Draw simulated units by group, and the groups' means.

    Parameters
    ----------
    values
        The outcome, a row a group, a column a unit.
    limits
        The ends of the outcome's axis.
    study
        The study, for its words.
    ordered
        Whether groups have true levels that differ, in whose order they stand.

    Returns
    -------
    Figure
        A column of grey points for each group, an open circle on its mean, and a dashed line at
        the mean of all.

    Examples
    --------
    >>> from helpers.study.reading import read_study
    >>> drawn = draw_simulated_groups(np.eye(3), (0.0, 1.0), read_study("hsb"), ordered=True)
    >>> len(drawn.axes[0].collections)
    2
    """
    figure = _empty()
    axes = figure.add_axes((0.1, 0.08, 0.88, 0.81))
    n_groups, n = values.shape
    place = np.arange(1, n_groups + 1)
    aside = np.linspace(-0.22, 0.22, n)  # so that points of one group do not hide each other
    axes.scatter(
        place[:, None] + aside,
        values,
        s=13,
        color=DARK_GREY,
        alpha=0.5,
        linewidth=0,
        label=with_article(plain(study.unit.one)),
    )
    axes.axhline(values.mean(), color=BLACK, linestyle="--", linewidth=1.2, label="mean of all")
    axes.scatter(
        place,
        values.mean(axis=1),
        s=62,
        facecolor="white",
        edgecolor=PURPLE,
        linewidth=2.2,
        zorder=3,
        label=f"mean of {with_article(plain(study.group.one))}",
    )
    axes.set_ylim(limits)
    axes.set_xlim(0.3, n_groups + 0.7)
    axes.set_xticks([])
    order = ", in order of their true level" if ordered else ""
    axes.set_xlabel(f"{plain(study.group.many)}{order}")
    axes.set_ylabel(plain(study.outcome.label_with_units))
    figure.legend(loc="upper right", ncols=3, bbox_to_anchor=(0.99, 1.0))
    return figure


@STYLE
def draw_drawn_in(own: Array, pooled: Array, true: Array, reach: float, study: Study) -> Figure:
    """Draw how far groups' own means are drawn in, and where the groups really are.

    Parameters
    ----------
    own, pooled, true
        The groups' own means, their partially pooled ones and their true levels, all as distances
        from the average.
    reach
        How far the axis reaches to either side; what lies beyond is at its edge.
    study
        The study, for its words.

    Returns
    -------
    Figure
        A row a group: an open circle on its own mean, an arrow from there to a filled one, and a
        short upright line at the true level.

    Examples
    --------
    >>> from helpers.study.reading import read_study
    >>> own = np.array([-2.0, 1.0])
    >>> len(draw_drawn_in(own, own / 2, own, 3.0, read_study("hsb")).axes[0].collections)
    4
    """
    figure = _empty(8.0, 5.2)
    axes = figure.add_axes((0.05, 0.12, 0.93, 0.78))
    row = np.arange(1, len(own) + 1)
    axes.axvline(0, color=BLACK, linestyle="--", linewidth=1.2, label="the average")
    axes.quiver(
        own,
        row,
        pooled - own,
        0 * own,
        angles="xy",
        scale_units="xy",
        scale=1,
        width=0.0028,
        headwidth=5,
        color=GREY,
    )
    axes.scatter(true, row, marker="|", s=130, color=BLACK, linewidth=2.2, label="true level")
    axes.scatter(
        own, row, s=48, facecolor="white", edgecolor=VERMILION, linewidth=1.8, label="own mean"
    )
    axes.scatter(pooled, row, s=44, color=PURPLE, marker="D", zorder=3, label="partially pooled")
    axes.set_xlim(-reach, reach)
    axes.set_ylim(0.3, len(own) + 0.7)
    axes.set_yticks([])
    axes.grid(axis="y", visible=False)
    axes.set_ylabel(plain(study.group.many))
    units = f" ({plain(study.outcome.units)})" if study.outcome.units else ""
    axes.set_xlabel(f"{plain(study.outcome.label)}: distance from the average line{units}")
    figure.legend(loc="upper right", ncols=4, bbox_to_anchor=(0.99, 1.0))
    return figure


@STYLE
def draw_naive_errors(
    estimates: Array,
    peak: float,
    reaches: Mapping[str, float],
    limits: tuple[float, float],
    title: str,
) -> Figure:
    """Draw the estimates of simulated studies, and how far intervals reach.

    Parameters
    ----------
    estimates
        The estimates so far; the truth is zero.
    peak
        How high the histogram is going to be, as a share of the estimates in one unit.
    reaches
        How far an interval reaches to either side on average, by what computed it; the first is
        that of the estimates themselves.
    limits
        The ends of the estimates' axis.
    title
        What stands above.

    Returns
    -------
    Figure
        A histogram, and below it a bar for each of `reaches`.

    Examples
    --------
    >>> reaches = {"estimates": 2.0, "OLS": 1.0, "mixed": 2.0}
    >>> drawn = draw_naive_errors(np.array([0.1, -0.2]), 50, reaches, (-3.0, 3.0), "two")
    >>> [label.get_text() for label in drawn.axes[0].get_yticklabels()]
    ['estimates', 'OLS', 'mixed']
    """
    figure = _empty()
    axes = figure.add_axes((0.24, 0.13, 0.74, 0.79))
    edges = np.linspace(*limits, 62)
    counts, _ = np.histogram(np.clip(estimates, *limits), edges)
    axes.stairs(counts, edges, fill=True, color="#BBD9EC")
    top = 1.3 * peak * (edges[1] - edges[0])
    rows = -top * np.linspace(0.14, 0.7, len(reaches))
    axes.axhline(0, color=GREY, linewidth=1)
    axes.axvline(0, color=BLACK, linestyle="--", linewidth=1.2)
    colors = (BLACK, VERMILION, PURPLE)
    for reach, row, color in zip(reaches.values(), rows, colors, strict=True):
        axes.plot([-reach, reach], [row, row], "|-", color=color, linewidth=3, markersize=14, mew=3)
    axes.set_yticks(rows, list(reaches), fontsize=12)
    axes.grid(axis="y", visible=False)
    axes.set_ylim(-0.84 * top, top)
    axes.set_xlim(limits)
    axes.set_xlabel("estimated difference (dashed: the truth, which is none)")
    axes.set_title(title)
    return figure

"""Figures of chapter 5: pairs of units, chance, reliability."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from helpers.course.style import (
    BLACK,
    BLUE,
    DARK_GREY,
    GREY,
    PURPLE,
    STYLE,
    VERMILION,
    draw_line,
    draw_points,
    legend_above,
    plain,
    sample_note,
)
from helpers.study.file import Study
from helpers.text import counted, with_article

FEW_VALUES = 7  # an outcome of no more makes heaps of points


@STYLE
def pairs(pairs: pd.DataFrame, slope: float, study: Study) -> Figure:
    """Draw pairs of units of one group: the outcome of one against that of the other.

    Parameters
    ----------
    pairs
        The outcome in the columns ``"one"`` and ``"other"``, a row a pair.
    slope
        How far above the mean the other unit is expected, if the one is one above it.
    study
        The study, for its words.

    Returns
    -------
    Figure
        A grey point for each pair, a dashed line of equal outcomes, and a solid one of that slope.
        Where the outcome has few values, so that points would hide each other, they are moved a
        little.

    Examples
    --------
    >>> from helpers.study.reading import read_study
    >>> frame = pd.DataFrame({"one": [1.0, 2.0], "other": [2.0, 3.0]})
    >>> len(pairs(frame, 0.2, read_study("hsb")).axes[0].lines)
    2
    """
    figure = Figure(figsize=(5.8, 5.6))
    axes = figure.subplots()
    values, label = np.unique(pairs.to_numpy()), f"a pair{sample_note(len(pairs))}"
    shown = pairs
    if 1 < len(values) <= FEW_VALUES:
        reach, label = 0.15 * np.diff(values).min(), f"{label}, moved a little"
        shown = pairs + np.random.default_rng(0).uniform(-reach, reach, pairs.shape)
        axes.set_xticks(values)
        axes.set_yticks(values)
    draw_points(axes, shown["one"], shown["other"])
    axes.scatter([], [], s=9, color=DARK_GREY, label=label)
    both = pd.Series([pairs.min().min(), pairs.max().max()])
    draw_line(axes, both, (1.0, 0.0), color=BLACK, linestyle="--", linewidth=1.5, label="equal")
    mean = float(pairs.to_numpy().mean())
    expected = (slope, mean - slope * mean)
    draw_line(axes, both, expected, color=VERMILION, linewidth=2.2, label="slope: the ICC")
    unit, label = plain(study.unit.one), plain(study.outcome.label_with_units)
    axes.set_xlabel(f"one {unit}: {label}")
    axes.set_ylabel(f"another of the same {plain(study.group.one)}")
    axes.set_aspect("equal")
    legend_above(figure, axes, ncols=2)
    return figure


@STYLE
def icc_by_chance(by_chance: Sequence[float], observed: float, study: Study) -> Figure:
    """Draw the intraclass correlations that chance makes, and the observed one.

    Parameters
    ----------
    by_chance
        The estimates after the units were dealt to the groups at random.
    observed
        The estimate in the data.
    study
        The study, for its words.

    Returns
    -------
    Figure
        A bar for the estimates that are exactly zero, a histogram of the others, and a dashed
        line; or, where the observed one lies far beyond, an arrow that points there. What there is
        none of has no place in the legend.

    Examples
    --------
    >>> from helpers.study.reading import read_study
    >>> len(icc_by_chance([0.0, 0.0, 0.01], 0.02, read_study("hsb")).axes[0].lines)
    1
    """
    values = np.asarray(by_chance)
    zeros, above = int((values == 0).sum()), values[values > 0]
    figure = Figure(figsize=(8, 3.6))
    axes = figure.subplots()
    reach = float(values.max()) or 0.05
    width = reach / 12
    if zeros:
        # A thin bar right on zero, so that it is not read as a range of values.
        label = "exactly zero (thin bar)"
        axes.bar(0, zeros, width / 3, color=BLUE, zorder=3, label=label)
    if len(above):
        edges = np.linspace(0.0, reach, 13).tolist()
        axes.hist(above, bins=edges, color="#BBD9EC", edgecolor="white", label="above zero")
    axes.set_xlim(-1.5 * width, 1.5 * max(reach, observed))
    if observed <= 3 * reach:
        style: dict[str, Any] = {"color": VERMILION, "linestyle": "--", "linewidth": 2}
        axes.axvline(observed, zorder=4, label="observed", **style)
    else:
        # Drawn to scale, it would squeeze all else into one corner.
        axes.set_xlim(-1.5 * width, 1.5 * reach)
        axes.annotate(
            f"observed: {observed:.3g}",
            (1, 0.5),
            xytext=(0.78, 0.5),
            xycoords="axes fraction",
            va="center",
            ha="right",
            color=VERMILION,
            fontsize=12,
            arrowprops={"arrowstyle": "->", "color": VERMILION, "linewidth": 2},
        )
    axes.set_xlabel("intraclass correlation")
    axes.set_ylabel(f"deals of {plain(study.unit.many)}\nto {plain(study.group.many)}")
    axes.yaxis.set_major_locator(MaxNLocator(5, integer=True))
    legend_above(figure, axes)
    return figure


@STYLE
def reliability(reliabilities: pd.Series, sizes: pd.Series, share: float, study: Study) -> Figure:
    """Draw the reliability of group means over the size of the groups.

    Parameters
    ----------
    reliabilities, sizes
        The reliability of each group's mean, and how many units it has.
    share
        The intraclass correlation.
    study
        The study, for its words.

    Returns
    -------
    Figure
        The curve that the correlation gives, a point for each group, and a dashed line at 0.8.

    Examples
    --------
    >>> from helpers.study.reading import read_study
    >>> sizes = pd.Series([4, 16])
    >>> len(reliability(sizes / (sizes + 4), sizes, 0.2, read_study("hsb")).axes[0].lines)
    2
    """
    figure = Figure(figsize=(8, 4))
    axes = figure.subplots()
    n = np.linspace(1, 1.05 * sizes.max(), 200)
    axes.plot(
        n, n * share / (1 + (n - 1) * share), color=PURPLE, linewidth=1.8, label="reliability"
    )
    look: dict[str, Any] = {"s": 30, "facecolor": PURPLE, "edgecolor": "none", "zorder": 3}
    axes.scatter(sizes, reliabilities.loc[sizes.index], alpha=0.35, **look)
    axes.scatter([], [], label=_who(sizes, study), **look)
    axes.axhline(0.8, color=GREY, linestyle="--", linewidth=1.5, label="0.8")
    axes.set_ylim(-0.02, 1.02)
    axes.set_xlim(left=0)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.set_xlabel(f"{plain(study.unit.many)} per {plain(study.group.one)}")
    axes.set_ylabel("reliability of its mean")
    legend_above(figure, axes)
    return figure


def _who(sizes: pd.Series, study: Study) -> str:
    """Say what a point is: a group, or all of them if they are of one size."""
    if sizes.min() == sizes.max():
        return f"all {plain(counted(len(sizes), study.group))}"
    return plain(with_article(study.group.one))

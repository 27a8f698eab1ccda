"""Figures of chapter 4: intercepts, their likelihood, pooling, shrinkage, conditional modes."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from helpers.chapters.random_effects.climb import Stop
from helpers.course import findings
from helpers.course.style import (
    BLACK,
    BLUE,
    DARK_GREY,
    GREY,
    LINES,
    PURPLE,
    STYLE,
    VERMILION,
    draw_line,
    draw_means,
    jittered,
    legend_above,
    mark_levels,
    plain,
    scatter_of,
    short,
)
from helpers.study.file import Study


@STYLE
def intercepts(separate: pd.Series, centre: float, sd: float, study: Study) -> Figure:
    """Draw the groups' separate intercepts and the distribution that they are taken to come from.

    Parameters
    ----------
    separate
        The groups' own levels of the outcome, one a group.
    centre, sd
        Mean and standard deviation of the estimated normal distribution.
    study
        The study, for its words.

    Returns
    -------
    Figure
        A histogram, and the curve scaled to the number of groups; a vertical line where `sd` is
        zero.

    Examples
    --------
    >>> from helpers.study.reading import read_study
    >>> separate = pd.Series([9.0, 12.0, 13.0, 16.0])
    >>> len(intercepts(separate, 12.5, 2.0, read_study("hsb")).axes[0].lines)
    1
    """
    figure = Figure(figsize=(8, 3.8))
    axes = figure.subplots()
    counts, edges, _ = axes.hist(
        separate, bins="auto", color="#BBD9EC", edgecolor="white", label="separate intercepts"
    )
    look = LINES["random intercept"]
    if sd > 0:
        reach = max(float(np.abs(separate - centre).max()), 3 * sd)
        values = np.linspace(centre - reach, centre + reach, 200)
        density = np.exp(-(((values - centre) / sd) ** 2) / 2) / (sd * np.sqrt(2 * np.pi))
        height = density * len(separate) * (edges[1] - edges[0])
        axes.plot(values, height, **look, label="estimated distribution")
    else:
        axes.axvline(centre, **look, label="estimated distribution: one value")
    axes.set_ylim(0, 1.15 * np.max(counts) if sd == 0 else None)
    axes.set_xlabel(f"intercept: {plain(study.outcome.label_with_units)}")
    axes.set_ylabel(f"number of {plain(study.group.many)}")
    axes.yaxis.set_major_locator(MaxNLocator(integer=True))
    legend_above(figure, axes)
    return figure


@STYLE
def likelihood(
    curve: pd.Series, optimum: tuple[float, float], stopped: Stop | None, study: Study
) -> Figure:
    """Draw the log-likelihood over the group variance, with its top and where a search stopped.

    Parameters
    ----------
    curve
        The log-likelihood, indexed by group variance.
    optimum
        Variance and log-likelihood of the top.
    stopped
        Where statsmodels stopped; left out where that is far from all of the curve's upper part.
    study
        The study, for its words.

    Returns
    -------
    Figure
        A curve, a marker for each place, and a dashed line 1.92 below the top, where half of
        chi-squared's 95% quantile cuts off the interval.

    Examples
    --------
    >>> from helpers.study.reading import read_study
    >>> curve = pd.Series([-9.0, -5.0, -7.0], index=[0.0, 1.0, 2.0])
    >>> len(likelihood(curve, (1.0, -5.0), None, read_study("hsb")).axes[0].lines)
    3
    """
    figure = Figure(figsize=(8, 4.2))
    axes = figure.subplots()
    best, top = optimum
    axes.plot(curve.index, curve, color=BLACK, linewidth=2, label="log-likelihood")
    axes.axhline(
        top - 1.92,
        color=GREY,
        linestyle="--",
        linewidth=1.5,
        label="1.92 below the top: 95% interval",
    )
    look: dict[str, Any] = {"markersize": 9, "zorder": 4}
    lowest = top - 6
    if stopped and _is_near(stopped, curve, top):
        open_mark = {"markerfacecolor": "none", "markersize": 14, "markeredgewidth": 2, "zorder": 5}
        name = "where statsmodels stopped"
        axes.plot(
            stopped.variance, stopped.llf, "^", color=VERMILION, label=name, **(look | open_mark)
        )
        lowest = min(lowest, stopped.llf - 1)
    axes.plot(best, top, "o", color=BLUE, label="the optimum", **look)
    axes.set_ylim(lowest, top + 0.8)
    squared = f" ({study.outcome.units} squared)" if study.outcome.units else ""
    axes.set_xlabel(plain(f"variance between {study.group.many}{squared}"))
    axes.set_ylabel("log-likelihood (REML)")
    axes.ticklabel_format(axis="y", useOffset=False)
    legend_above(figure, axes)
    return figure


def _is_near(stopped: Stop, curve: pd.Series, top: float) -> bool:
    """Tell whether a place can be shown without flattening what there is to see around the top."""
    # Not so where the log-likelihood is no number.
    return stopped.llf > top - 30 and stopped.variance <= 1.5 * curve.index.max()


def from_small_to_large(sizes: pd.Series) -> list[Any]:
    """Choose six groups to show, evenly from the smallest to the largest; all, where they are few.

    >>> from_small_to_large(pd.Series([30, 10, 20], index=["a", "b", "c"]))
    ['b', 'c', 'a']
    """
    by_size = sizes.sort_values(kind="stable").index
    return list(dict.fromkeys(by_size[np.linspace(0, len(sizes) - 1, 6).astype(int)]))


@STYLE
def pooling(
    data: pd.DataFrame,
    lines: Mapping[str, tuple[pd.Series, float]],
    shown: Sequence[Any],
    study: Study,
) -> Figure:
    """Draw complete, no and partial pooling in a few groups, side by side.

    Parameters
    ----------
    data
        The study's frame.
    lines
        The groups' intercepts, and the slope, of ``"complete pooling"``, ``"no pooling"``,
        ``"partial pooling"`` and, where it is wanted, the ``"average line"``.
    shown
        The groups to show, at most six.
    study
        The study, for its words.

    Returns
    -------
    Figure
        A panel for each group, with its units and the lines over the range of all predictors;
        lines that coincide are drawn as one, under all of their names.

    Examples
    --------
    >>> from helpers.study.reading import read_study
    >>> study = read_study("hsb")
    >>> level = study.frame.groupby("schoolid")["mathach"].mean()
    >>> names = ("complete pooling", "no pooling", "partial pooling")
    >>> len(pooling(study.frame, dict.fromkeys(names, (level, 2.0)), [1224], study).axes)
    1
    """
    x, y, group = study.predictor.name, study.outcome.name, study.group.name
    columns = min(len(shown), 3)
    rows = -(-len(shown) // columns)
    figure = Figure(figsize=(9.5, 0.9 + 2.6 * rows))
    grid = figure.subplots(rows, columns, sharex=True, sharey=True, squeeze=False)
    looks = {
        "complete pooling": LINES["total"],
        "no pooling": LINES["within"],
        "partial pooling": LINES["random intercept"],
        "average line": {"color": BLACK, "linewidth": 1.0},
    }
    ends = {
        name: np.add.outer(intercepts[list(shown)].to_numpy(), slope * _ends(data[x]))
        for name, (intercepts, slope) in lines.items()
    }
    named = _seen(ends, data[y])
    at_ends = {"marker": "o", "markersize": 5} if x in study.levels else {}
    for axes, one in zip(grid.flat, shown, strict=False):
        own = data[data[group] == one]
        axes.scatter(jittered(study, own[x]), own[y], s=16, color=DARK_GREY, linewidth=0, alpha=0.8)
        for name, label in named.items():
            intercepts, slope = lines[name]
            look = looks[name] | at_ends
            draw_line(axes, data[x], (slope, intercepts[one]), **look, label=label)
        axes.set_title(f"{short(study.name_of(one))}: n = {len(own):,}", fontsize=13)
    for axes in grid.flat[len(shown) :]:
        axes.set_visible(False)
    for axes in grid[-1]:
        axes.xaxis.set_major_locator(MaxNLocator(4))
        mark_levels(axes, study)
        axes.set_xlabel("")
    figure.supxlabel(plain(study.predictor.label_with_units), fontsize=13)
    figure.supylabel(plain(study.outcome.label_with_units), fontsize=13)
    legend_above(figure, grid.flat[0], ncols=4)
    return figure


def _ends(x: pd.Series) -> np.ndarray:
    """Return the lowest and the highest value of a predictor."""
    return np.array([x.min(), x.max()])


def _seen(heights: Mapping[str, np.ndarray], y: pd.Series) -> dict[str, str]:
    """Choose the lines that can be told apart, each with the names of all that coincide with it.

    Parameters
    ----------
    heights
        How high each line is at its ends, by its name.
    y
        What fills the plot: lines nearer to each other than half a hundredth of it are one.

    Examples
    --------
    >>> heights = {"total": np.array([1.0, 2.0]), "within": np.array([1.0, 2.001])}
    >>> _seen(heights, pd.Series([0.0, 3.0]))
    {'total': 'total, within'}
    """
    seen: dict[str, list[str]] = {}
    for name, height in heights.items():
        near = 0.005 * (y.max() - y.min())
        same = [known for known in seen if np.abs(heights[known] - height).max() < near]
        seen.setdefault(same[0] if same else name, []).append(name)
    return {name: ", ".join(names) for name, names in seen.items()}


@STYLE
def shrinkage(raw: pd.Series, modes: pd.Series, sizes: pd.Series, study: Study) -> Figure:
    """Draw each group's conditional mode against the distance it was shrunk from.

    Parameters
    ----------
    raw
        How far each group's mean lies from the average line.
    modes
        The groups' conditional modes.
    sizes
        How many units each group has.
    study
        The study, for its words.

    Returns
    -------
    Figure
        A point for each group, larger for a larger group, and a dashed line of no shrinkage.

    Examples
    --------
    >>> from helpers.study.reading import read_study
    >>> raw, sizes = pd.Series([-2.0, 1.0]), pd.Series([5, 50])
    >>> len(shrinkage(raw, raw / 2, sizes, read_study("hsb")).axes[0].lines)
    3
    """
    figure = Figure(figsize=(6.4, 5.4))
    axes = figure.subplots()
    for line in (axes.axhline, axes.axvline):
        line(0, color=GREY, linewidth=1, zorder=1)
    area = 12 + 110 * (sizes / sizes.max()).loc[modes.index]
    axes.scatter(
        raw.loc[modes.index],
        modes,
        s=area,
        facecolor=PURPLE,
        edgecolor="white",
        linewidth=0.6,
        alpha=0.65,
        label=f"one {plain(study.group.one)}; the larger, the more {plain(study.unit.many)}",
    )
    draw_line(
        axes, raw, (1.0, 0.0), color=BLACK, linestyle="--", linewidth=1.5, label="no shrinkage"
    )
    in_units = f"\n({plain(study.outcome.units)})" if study.outcome.units else ""
    axes.set_xlabel(f"mean of the {plain(study.group.one)}, minus the average line{in_units}")
    axes.set_ylabel(f"conditional mode{in_units}")
    legend_above(figure, axes, ncols=1)
    return figure


@STYLE
def caterpillar(modes: pd.Series, errors: pd.Series, study: Study) -> Figure:
    """Draw the conditional modes in order, each with an interval.

    Parameters
    ----------
    modes, errors
        The groups' conditional modes and their standard errors.
    study
        The study, for its words.

    Returns
    -------
    Figure
        A point and a bar of 1.96 standard errors to either side for each group, darker and with a
        filled point where the bar excludes zero, and a line at zero.

    Examples
    --------
    >>> from helpers.study.reading import read_study
    >>> modes = pd.Series([-2.0, 1.0])
    >>> len(caterpillar(modes, pd.Series([0.5, 2.0]), read_study("hsb")).axes[0].collections)
    2
    """
    order = modes.sort_values(kind="stable").index
    rank = pd.Series(np.arange(1, len(order) + 1), order)
    apart = findings.apart_from_average(modes, errors)[order]
    figure = Figure(figsize=(9, 4.4))
    axes = figure.subplots()
    reach = 1.96 * errors
    width = float(np.clip(260 / len(order), 0.4, 3.0))
    size = float(np.clip(700 / len(order), 1.5, 7.0))
    kinds = {
        "interval holds zero": (order[~apart], "#B9A3B8", "white"),
        "interval excludes zero": (order[apart], PURPLE, PURPLE),
    }
    for name, (own, colour, fill) in kinds.items():
        if len(own):
            ends = modes[own] - reach[own], modes[own] + reach[own]
            axes.vlines(rank[own], *ends, color=colour, linewidth=width)
            look: dict[str, Any] = {"marker": "o", "markerfacecolor": fill, "color": colour}
            axes.plot(rank[own], modes[own], linestyle="", markersize=size, **look)
            # In the legend a point is large enough to be seen, however many there are.
            axes.plot([], [], markersize=7, **look, label=f"{name}: {len(own):,}")
    axes.axhline(0, color=BLACK, linewidth=1.2)
    axes.grid(axis="x", visible=False)
    axes.xaxis.set_major_locator(MaxNLocator(6, integer=True))
    axes.set_xlabel(f"{plain(study.group.many)}, in order of their conditional mode")
    axes.set_ylabel(
        "conditional mode" + (f" ({plain(study.outcome.units)})" if study.outcome.units else "")
    )
    legend_above(figure, axes)
    return figure


@STYLE
def models(means: pd.DataFrame, models: Mapping[str, tuple[float, float]], study: Study) -> Figure:
    """Draw the lines of several models over the groups' means.

    Parameters
    ----------
    means
        The groups' means of predictor and outcome.
    models
        Intercept and slope of each model, by a name that ``LINES`` knows; one that is not finite
        is left out.
    study
        The study, for its words.

    Returns
    -------
    Figure
        Open circles and a line for each model; lines that coincide are drawn as one, under all of
        their names.

    Examples
    --------
    >>> from helpers.study.reading import read_study
    >>> study = read_study("hsb")
    >>> means = study.frame.groupby("schoolid")[["ses", "mathach"]].mean()
    >>> len(models(means, {"total": (12.7, 3.2), "within": (12.7, 2.2)}, study).axes[0].lines)
    2
    """
    x, y = study.predictor.name, study.outcome.name
    figure, axes = scatter_of(study)
    draw_means(axes, means[x], means[y], f"means of {plain(study.group.many)}")
    frame = study.frame
    # Equal means are no stretch to draw a line over.
    over = means[x] if findings.means_differ(means[x], frame[x]) else frame[x]
    ends = {
        name: intercept + slope * _ends(over)
        for name, (intercept, slope) in models.items()
        if np.isfinite(slope)
    }
    for name, label in _seen(ends, means[y]).items():
        intercept, slope = models[name]
        draw_line(axes, over, (slope, intercept), **LINES[name], label=label, zorder=4)
    if x in study.levels:
        high = study.levels[x][1]
        axes.set_xlabel(plain(f"{study.predictor.label}: share of “{high}”"))
    legend_above(figure, axes)
    return figure

"""Figures of chapter 6: kinds of groups, their lines, and the difference between them."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from helpers.chapters.sector_interaction.compare import PLACES
from helpers.course.draw import intervals
from helpers.course.style import (
    BLACK,
    BLUE,
    DARK_GREY,
    GREEN,
    GREY,
    STYLE,
    VERMILION,
    jittered,
    legend_above,
    mark_levels,
    plain,
    scatter_of,
    short,
)
from helpers.models.estimate import Estimate
from helpers.models.fit import MixedFit
from helpers.study.file import Study

# How kinds of groups look: at most three of them.
KINDS = (
    {"color": BLUE, "linestyle": "-", "marker": "o"},
    {"color": VERMILION, "linestyle": "--", "marker": "^"},
    {"color": GREEN, "linestyle": "-.", "marker": "s"},
)


def _named(kind: str) -> str:
    """Name a kind as it fits a figure; where a number is read has a name of the course's own."""
    return kind if kind in PLACES else short(kind)


def slopes(slopes: Mapping[str, Estimate], study: Study) -> Figure:
    """Draw the slope in each kind of group with its interval.

    Examples
    --------
    >>> from helpers.study.reading import read_study
    >>> slope = Estimate("cross_level", "fixed", "ses", 2.0, conf_low=1.0, conf_high=3.0)
    >>> slopes({"a": slope}, read_study("hsb")).axes[0].get_xlabel()
    'slope of math achievement on socio-economic status, with 95% intervals'
    """
    of = f"slope of {study.outcome.label} on {study.predictor.label}"
    if levels := study.levels.get(study.predictor.name):
        of = f"{study.outcome.label}: {short(levels[1])} minus {short(levels[0])}"
    return intervals(slopes, f"{of}, with 95% intervals")


# What is drawn of one group: a line or, where the predictor has two levels, a point beside each.
_OWN_LINE: dict[str, Any] = {"linestyle": ":", "linewidth": 2.6}
_OWN_POINT: dict[str, Any] = {"linestyle": "", "marker": "*", "markersize": 13}
_ASIDE = 0.2


def _draw_kind(axes: Axes, band: pd.DataFrame, study: Study) -> None:
    """Draw what is expected of a kind, and its band; two points if the predictor has two levels."""
    line, low, high = (band[name] for name in ("line", "low", "high"))
    if study.predictor.name not in study.levels:
        axes.plot(band.index, line, color=BLACK, linewidth=1.8, label="line of its kind")
        look: dict[str, Any] = {"color": "#BFBFBF", "alpha": 0.6, "linewidth": 0}
        axes.fill_between(band.index, low, high, label="its 95% interval", **look)
        return
    at, reach = [0, -1], np.array([line - low, high - line])
    axes.errorbar(
        band.index[at] - _ASIDE,
        line.iloc[at],
        reach[:, at],
        color=BLACK,
        fmt="D",
        capsize=5,
        label="expected of its kind, 95% interval",
    )


@STYLE
def prototypes(
    fit: MixedFit,
    bands: Mapping[str, pd.DataFrame],
    prototypes: Mapping[str, Any],
    data: pd.DataFrame,
    study: Study,
) -> Figure:
    """Draw the line of each kind of group with its band, and one group of that kind.

    Parameters
    ----------
    fit
        The model with the level-2 predictor times the deviation from the group mean.
    bands
        For each kind, the columns ``"line"``, ``"low"`` and ``"high"`` over the predictor.
    prototypes
        One group of each kind. Its own line has its own value of the level-2 predictor and its
        conditional modes.
    data
        The rows, with the columns of the model.
    study
        The study, for its words.

    Returns
    -------
    Figure
        A panel for each kind.

    Examples
    --------
    >>> from helpers import fit_mixed, read_study
    >>> study = read_study("hsb")
    >>> fit = fit_mixed("mathach ~ ses * sector", study.frame, "schoolid")
    >>> band = pd.DataFrame({"line": [1.0, 2], "low": [0.0, 1], "high": [2.0, 3]}, index=[-1.0, 1])
    >>> len(prototypes(fit, {"a": band}, {"a": 1224}, study.frame, study).axes)
    1
    """
    x, y, group = study.predictor.name, study.outcome.name, study.group.name
    figure = Figure(figsize=(max(4.9 * len(bands), 6), 4.6))
    grid = figure.subplots(1, len(bands), sharex=True, sharey=True, squeeze=False)[0]
    for axes, (kind, band), look in zip(grid, bands.items(), KINDS, strict=False):
        one = prototypes[kind]
        own = data[data[group] == one]
        _draw_kind(axes, band, study)
        axes.scatter(
            jittered(study, own[x]),
            own[y],
            s=20,
            color=look["color"],
            marker=look["marker"],
            alpha=0.7,
            linewidth=0,
        )
        ends = own.loc[[own[x].idxmin(), own[x].idxmax()]]
        line = fit.predict_groups(ends)["group"]
        own_look = _OWN_POINT if x in study.levels else _OWN_LINE
        aside = _ASIDE if x in study.levels else 0.0
        axes.plot(ends[x] + aside, line, color=look["color"], zorder=4, **own_look)
        axes.set_title(f"{short(study.name_of(one))} ({_named(kind)})")
        axes.set_xlabel(plain(study.predictor.label_with_units))
        mark_levels(axes, study)
    one_group = plain(study.group.one)
    what = "expected of" if x in study.levels else "line of"
    axes.plot([], [], color=GREY, label=f"{what} this {one_group}", **own_look)
    axes.plot([], [], "o", color=GREY, markersize=5, label=f"its {plain(study.unit.many)}")
    grid[0].set_ylabel(plain(study.outcome.label_with_units))
    legend_above(figure, axes, ncols=4)
    return figure


@STYLE
def means_by_kind(
    means: pd.DataFrame,
    w_of_group: pd.Series,
    kinds: Mapping[str, float],
    lines: Mapping[str, pd.Series],
    study: Study,
) -> Figure:
    """Draw the means of all groups by kind, with the line of each kind.

    Parameters
    ----------
    means
        The groups' means of predictor and outcome.
    w_of_group
        The level-2 predictor of each group.
    kinds
        The value of the level-2 predictor of each kind.
    lines
        For each kind, where means of its groups are expected.
    study
        The study, for its words.

    Returns
    -------
    Figure
        Two kinds have a marker and a line each, over the range of their own groups. Where the
        level-2 predictor is a number, groups above its mean are filled and others open, and each
        kind has a line.

    Examples
    --------
    >>> from helpers.study.reading import read_study
    >>> means = pd.DataFrame({"ses": [0.0, 1.0], "mathach": [9.0, 12.0]})
    >>> line = pd.Series([9.0, 12.0], index=[-1.0, 2.0])
    >>> kinds, lines = {"a": 0, "b": 1}, {"a": line, "b": line}
    >>> figure = means_by_kind(means, pd.Series([0, 1]), kinds, lines, read_study("hsb"))
    >>> len(figure.axes[0].lines)
    2
    """
    x, y = study.predictor.name, study.outcome.name
    figure, axes = scatter_of(study)
    two = len(kinds) == 2
    for (kind, value), look in zip(kinds.items(), KINDS, strict=False):
        if two:
            own = means[w_of_group == value]
            axes.scatter(
                own[x],
                own[y],
                s=34,
                facecolor="none",
                edgecolor=look["color"],
                marker=look["marker"],
                linewidth=1.3,
            )
        axes.plot(
            lines[kind].index,
            lines[kind],
            color=look["color"],
            linewidth=2.4,
            linestyle=look["linestyle"],
            marker=look["marker"] if two else "",
            markerfacecolor="none",
            markevery=[],  # in the legend alone: at its ends it would look like a group
            label=_named(kind),
            zorder=4,
        )
    if not two:
        above = w_of_group > w_of_group.mean()
        for rows, face, label in ((above, BLACK, "above its mean"), (~above, "white", "not above")):
            axes.scatter(
                means[x][rows],
                means[y][rows],
                s=26,
                facecolor=face,
                edgecolor=BLACK,
                linewidth=0.9,
                alpha=0.8,
                label=label,
            )
    of_groups = f"means of {plain(study.group.many)}"
    of_means = f"{plain(study.predictor.label_with_units)}: {of_groups}"
    if levels := study.levels.get(x):
        of_means = f"share of {short(levels[1])} in {plain(study.group.many)}"
    axes.set_xlabel(of_means)
    axes.set_ylabel(f"{plain(study.outcome.label_with_units)}:\n{of_groups}")
    title = plain(study.group_predictor.label) if study.group_predictor else ""
    legend_above(figure, axes, title=title)
    return figure


@STYLE
def difference(
    difference: pd.DataFrame, predictor: pd.Series, kinds: tuple[str, str], study: Study
) -> Figure:
    """Draw the difference between two kinds of groups over the predictor.

    Parameters
    ----------
    difference
        The columns ``"line"``, ``"low"`` and ``"high"`` over the predictor.
    predictor
        The units' values, marked at the bottom.
    kinds
        Two kinds of groups; the difference is the second one's outcome less that of the first.
    study
        The study, for its words.

    Returns
    -------
    Figure
        A line, a band, dark where it excludes zero, and a line at zero; for a predictor with two
        levels a point and an interval at each.

    Examples
    --------
    >>> from helpers.study.reading import read_study
    >>> band = pd.DataFrame({"line": [1.0, 2], "low": [-1.0, 1], "high": [2.0, 3]}, index=[-1.0, 1])
    >>> len(difference(band, band["low"], ("a", "b"), read_study("hsb")).axes[0].lines)
    3
    """
    lower, upper = map(_named, kinds)
    if levels := study.levels.get(study.predictor.name):
        rows = dict(zip(map(short, levels), difference.itertuples(index=False), strict=True))
        points = {
            level: Estimate("", "fixed", "", row.line, conf_low=row.low, conf_high=row.high)
            for level, row in rows.items()
        }
        return intervals(points, f"{study.outcome.label_with_units}: {upper} minus {lower}")
    figure = Figure(figsize=(8, 4.4))
    axes = figure.subplots()
    at, low, high = difference.index.to_numpy(), difference["low"], difference["high"]
    clear = ((low > 0) | (high < 0)).to_numpy()
    band: dict[str, Any] = {"color": "#D9D9D9"}
    dark: dict[str, Any] = {"facecolor": "#7DB8DE", "edgecolor": "white", "hatch": "//"}
    axes.fill_between(at, low, high, linewidth=0, **band)
    for where, look, says in ((~clear, band, "holds"), (clear, dark, "excludes")):
        if where.any():  # the legend names what is there
            label = f"95% interval, {says} zero"
            axes.fill_between(
                at, low, high, where=where, interpolate=True, linewidth=0, label=label, **look
            )
    axes.plot(at, difference["line"], color=BLACK, linewidth=2.2, label="difference")
    axes.axhline(0, color=BLACK, linewidth=1)
    ticks = np.unique(np.quantile(predictor, np.linspace(0, 1, 201)))
    ticks = ticks[(at[0] <= ticks) & (ticks <= at[-1])]
    floor = np.full(len(ticks), float(low.min()) - 0.06 * float(high.max() - low.min()))
    axes.plot(
        ticks,
        floor,
        "|",
        color=DARK_GREY,
        markersize=9,
        label=f"{plain(study.unit.many)}: a mark each 0.5%, ties in one",
    )
    axes.set_xlabel(plain(study.predictor.label_with_units))
    axes.set_ylabel(f"{plain(study.outcome.label_with_units)}:\n{upper}\nminus {lower}")
    legend_above(figure, axes, ncols=2)
    return figure

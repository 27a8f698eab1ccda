"""Figures of chapter 3: deviations from group means, and parallel lines."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure

from helpers.course.draw import intervals
from helpers.course.style import (
    BLUE,
    DARK_GREY,
    GREY,
    LINES,
    STYLE,
    VERMILION,
    draw_line,
    draw_points,
    jittered,
    legend_above,
    mark_levels,
    plain,
    sample_note,
    scatter_of,
    short,
)
from helpers.models.estimate import Estimate
from helpers.study.file import Study

MOST_LINES = 300  # more make a slab

FAINT: dict[str, Any] = {"color": "#A6A6A6", "linewidth": 0.8, "alpha": 0.7}


@STYLE
def deviations(data: pd.DataFrame, slope: float, study: Study) -> Figure:
    """Draw the units' deviations from their group means, with the within slope through zero.

    Parameters
    ----------
    data
        The study's frame with the columns ``<outcome>_within`` and ``<predictor>_within``.
    slope
        The within slope.
    study
        The study, for its words.

    Returns
    -------
    Figure
        A grey point for each unit, and a line.

    Examples
    --------
    >>> from helpers.study.reading import read_study
    >>> study = read_study("hsb")
    >>> data = study.frame.assign(ses_within=0.0, mathach_within=1.0)
    >>> len(deviations(data, 2.0, study).axes[0].lines)
    3
    """
    x, y = f"{study.predictor.name}_within", f"{study.outcome.name}_within"
    figure, axes = scatter_of(study)
    for line in (axes.axhline, axes.axvline):
        line(0, color=GREY, linewidth=1, zorder=1)
    draw_points(axes, data[x], data[y])
    units = plain(study.unit.many) + sample_note(len(data))
    axes.scatter([], [], s=16, color=DARK_GREY, label=units)
    draw_line(axes, data[x], (slope, 0.0), **LINES["within"], label="within slope", zorder=4)
    mean_of = f"minus the mean of the {plain(study.group.one)}"
    label = f"{plain(_coded(study))}, {mean_of}"
    axes.set_xlabel(label if len(label) <= 70 else label.replace(f", {mean_of}", f",\n{mean_of}"))
    axes.set_ylabel(f"{plain(study.outcome.label_with_units)},\n{mean_of}")
    legend_above(figure, axes)
    return figure


@STYLE
def parallel_lines(
    data: pd.DataFrame, intercepts: pd.Series, slope: float, marked: Sequence[Any], study: Study
) -> Figure:
    """Draw each group's line of one common slope, with a few groups marked.

    Parameters
    ----------
    data
        The study's frame.
    intercepts
        The groups' intercepts, indexed by group.
    slope
        The slope of all lines.
    marked
        The groups whose line is drawn thick, with their units, at most two.
    study
        The study, for its words.

    Returns
    -------
    Figure
        A thin grey line for each group over the range of its own predictor, and the marked ones.

    Examples
    --------
    >>> from helpers.study.reading import read_study
    >>> study = read_study("hsb")
    >>> intercepts = study.frame.groupby("schoolid")["mathach"].mean()
    >>> len(parallel_lines(study.frame, intercepts, 2.0, [1224], study).axes[0].lines)
    1
    """
    x, y, group = study.predictor.name, study.outcome.name, study.group.name
    figure, axes = scatter_of(study)
    ends = data.groupby(group)[x].agg(["min", "max"]).loc[intercepts.index]
    others = ends[ends["min"] < ends["max"]].drop(marked, errors="ignore")
    shown = others.sample(min(len(others), MOST_LINES), random_state=0).sort_index()
    at = shown.to_numpy()
    heights = intercepts[shown.index].to_numpy()[:, None] + slope * at
    lines = LineCollection(list(np.stack([at, heights], axis=-1)), **FAINT)
    axes.add_collection(lines)
    if len(shown):
        lines.set_label(_of_others(len(shown), len(others), study))
    looks = ((BLUE, "-", "o"), (VERMILION, "--", "^"))
    for one, (color, dashes, marker) in zip(marked, looks, strict=False):
        rows = data[data[group] == one]
        at = jittered(study, rows[x])
        axes.scatter(at, rows[y], s=22, color=color, marker=marker, alpha=0.65, linewidth=0)
        draw_line(
            axes,
            _reach(rows[x], data[x]),
            (slope, intercepts[one]),
            color=color,
            linestyle=dashes,
            marker=marker,
            markevery=[],  # in the legend alone: at its ends it would look like a unit
            linewidth=2.8,
            label=short(study.name_of(one)),
            zorder=4,
        )
    axes.autoscale_view()
    mark_levels(axes, study)
    legend_above(figure, axes)
    return figure


def _reach(own: pd.Series, of_all: pd.Series) -> pd.Series:
    """Return what a marked line spans: the group's own values, of one value a little about it."""
    if own.nunique() > 1:
        return own
    little = 0.03 * (of_all.max() - of_all.min())
    return own.iloc[0] + pd.Series([-little, little])


def errors(slopes: Mapping[str, Estimate], study: Study) -> Figure:
    """Draw one slope with the intervals that several standard errors make.

    Examples
    --------
    >>> from helpers.study.reading import read_study
    >>> slope = Estimate("within", "fixed", "ses", 2.2, conf_low=2.0, conf_high=2.4)
    >>> errors({"fixed effects": slope}, read_study("hsb")).axes[0].get_xlabel()[:32]
    'within slope of math achievement'
    """
    label = f"within slope of {study.outcome.label} on {study.predictor.label}"
    return intervals(slopes, f"{label}, with 95% intervals")


def _coded(study: Study) -> str:
    """Return the predictor's label, with what its numbers stand for."""
    levels = study.levels.get(study.predictor.name)
    if levels is None:
        return study.predictor.label_with_units
    return f"{study.predictor.label} (0 {levels[0]}, 1 {levels[1]})"


def _of_others(n_shown: int, n: int, study: Study) -> str:
    groups = plain(study.group.many)
    if n_shown < n:
        return f"{n_shown} other {groups}, at random"
    return f"other {groups}"

"""Figures of chapter 2: the lines through units and through means, and their weighted average."""

from collections.abc import Mapping
from textwrap import fill

import numpy as np
import pandas as pd
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure

from helpers.course.draw import intervals
from helpers.course.style import (
    DARK_GREY,
    GREEN,
    GREY,
    LINES,
    STYLE,
    draw_line,
    draw_means,
    draw_points,
    jittered,
    legend_above,
    mark_levels,
    plain,
    sample_note,
    scatter_of,
)
from helpers.models.estimate import Estimate
from helpers.study.file import Study
from helpers.text import number, percent


@STYLE
def total_and_between(
    data: pd.DataFrame,
    means: pd.DataFrame,
    total: Mapping[str, Estimate],
    between: Mapping[str, Estimate],
    study: Study,
) -> Figure:
    """Draw the units, the group means, and the line fitted to each.

    Parameters
    ----------
    data, means
        The study's frame, and the groups' means of predictor and outcome.
    total, between
        The coefficients of outcome on predictor in `data` and in `means`, by term.
    study
        The study, for its words.

    Returns
    -------
    Figure
        Grey points, open circles, a solid line over the range of the units and a dashed one over
        the range of the means; a line that is not identified is left out.

    Examples
    --------
    >>> from helpers.study.reading import read_study
    >>> study = read_study("hsb")
    >>> line = {term: Estimate("total", "fixed", term, 1.0) for term in ("Intercept", "ses")}
    >>> len(total_and_between(study.frame, study.frame, line, line, study).axes[0].lines)
    2
    """
    x, y = study.predictor.name, study.outcome.name
    figure, axes = scatter_of(study)
    units, groups = plain(study.unit.many), plain(study.group.many)
    mark_levels(axes, study)
    draw_points(axes, jittered(study, data[x]), data[y])
    axes.scatter([], [], s=16, color=DARK_GREY, label=units + sample_note(len(data)))
    draw_means(axes, means[x], means[y], f"means of {groups}")
    lines = {"total": (data, total, units), "between": (means, between, f"means of {groups}")}
    for model, (rows, terms, of) in lines.items():
        coefficients = [terms[term].estimate for term in (x, "Intercept")]
        if np.isfinite(coefficients).all():
            label = f"{model}: line through {of}"
            draw_line(axes, rows[x], coefficients, **LINES[model], label=label, zorder=4)
    legend_above(figure, axes, ncols=2)
    return figure


@STYLE
def within_and_between(
    data: pd.DataFrame, means: pd.DataFrame, slopes: Mapping[str, float], study: Study
) -> Figure:
    """Draw each group as a short line of the within slope, and all means with the between line.

    Parameters
    ----------
    data, means
        The study's frame, and the groups' means of predictor and outcome.
    slopes
        The slopes called ``"within"`` and ``"between"``; one that is not defined is ``nan`` and
        is left out.
    study
        The study, for its words.

    Returns
    -------
    Figure
        A point and a short line for each group, half a standard deviation of its predictor to
        either side, and the between line through the means; the more groups, the fainter.

    Examples
    --------
    >>> from helpers.study.reading import read_study
    >>> study = read_study("hsb")
    >>> means = study.frame.groupby("schoolid")[["ses", "mathach"]].mean()
    >>> figure = within_and_between(study.frame, means, {"within": 2, "between": 6}, study)
    >>> len(figure.axes[0].collections[0].get_segments())
    160
    """
    x, y, group = study.predictor.name, study.outcome.name, study.group.name
    figure, axes = scatter_of(study)
    half = data.groupby(group)[x].std().fillna(0).reindex(means.index) / 2
    rise = slopes["within"] * half
    ends = np.stack(
        [
            np.column_stack([means[x] - half, means[y] - rise]),
            np.column_stack([means[x] + half, means[y] + rise]),
        ],
        axis=1,
    )
    mark_levels(axes, study)
    axes.add_collection(
        LineCollection(
            list(ends),
            color=GREEN,
            alpha=float(np.clip(60 / len(means), 0.25, 0.8)),
            linewidth=1.1,
            label=f"within: a line for each {plain(study.group.one)}",
        )
    )
    draw_means(axes, means[x], means[y], f"means of {plain(study.group.many)}")
    if np.isfinite(slopes["between"]):
        intercept = means[y].mean() - slopes["between"] * means[x].mean()
        draw_line(
            axes,
            means[x],
            (slopes["between"], intercept),
            **LINES["between"] | {"linewidth": 3},
            label=f"between: line through means of {plain(study.group.many)}",
            zorder=4,
        )
    legend_above(figure, axes, ncols=2)
    return figure


@STYLE
def weighted_average(slopes: Mapping[str, Estimate], weight: float, study: Study) -> Figure:
    """Draw the total slope where it stands between the within and the between slope.

    Parameters
    ----------
    slopes
        The slopes called ``"within"``, ``"between"`` (groups weighted by their size) and
        ``"total"``.
    weight
        The weight of the between slope, from 0 to 1.
    study
        The study, for its words.

    Returns
    -------
    Figure
        A number line with three marked points; the two stretches beside the total slope are as
        long as the weights say.

    Examples
    --------
    >>> from helpers.study.reading import read_study
    >>> values = {"within": 2.0, "between": 6.0, "total": 3.0}
    >>> slopes = {name: Estimate(name, "fixed", "ses", value) for name, value in values.items()}
    >>> len(weighted_average(slopes, 0.25, read_study("hsb")).axes[0].lines)
    4
    """
    figure = Figure(figsize=(8, 2.1))
    axes = figure.subplots()
    # What differs from the total slope by rounding alone is the total slope.
    total, least = slopes["total"].estimate, 1e-9 * slopes["total"].std_error
    at = {
        model: total if abs(slope.estimate - total) < least else slope.estimate
        for model, slope in slopes.items()
    }
    ends = [at["within"], at["between"]]
    axes.plot(ends, [0, 0], color=GREY, linewidth=3, zorder=1)
    names = {"within": "within", "between": "between, by size", "total": "total"}
    for (model, name), marker in zip(names.items(), "osD", strict=True):
        value = at[model]
        if not np.isfinite(value):
            continue
        # A small mark on a large one: both are seen where two slopes are one.
        size = 9 if model == "total" else 15
        look = {"markersize": size, "color": LINES[model]["color"], "label": name}
        axes.plot(value, 0, marker, zorder=3, **look)
        # The two ends write outwards, so that they stay apart however short the line is.
        side = 0 if model == "total" else 1 if value > np.nanmean(ends) else -1
        axes.annotate(
            f"{name}\n{number(slopes[model])}",
            (value, 0),
            xytext=(10 * side, -14 if side else 12),
            textcoords="offset points",
            ha={-1: "right", 0: "center", 1: "left"}[side],
            va="top" if side else "bottom",
        )
    axes.set_ylim(-1, 1)
    axes.margins(x=0.3)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    label = (
        f"slope of {plain(study.outcome.label)} on {plain(study.predictor.label)} "
        f"(weight of between: {percent(weight)})"
    )
    axes.set_xlabel(fill(label, 76))
    return figure


def naive_and_robust(naive: Estimate, robust: Estimate, study: Study) -> Figure:
    """Draw the total slope with the interval of each of its standard errors.

    Parameters
    ----------
    naive, robust
        The slope with its naive, and with its cluster-robust standard error.
    study
        The study, for its words.

    Examples
    --------
    >>> from helpers.study.reading import read_study
    >>> slope = Estimate("total", "fixed", "ses", 3.2, conf_low=2.9, conf_high=3.4)
    >>> [text.get_text() for text in
    ...  naive_and_robust(slope, slope, read_study("hsb")).axes[0].get_yticklabels()]
    ['naive', 'cluster-robust']
    """
    return intervals(
        {"naive": naive, "cluster-robust": robust},
        f"total slope of {study.outcome.label} on {study.predictor.label}, with 95% intervals",
    )

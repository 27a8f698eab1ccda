"""The figures of the course, one function each.

Each takes frames, numbers and fits, with the study for its words, and returns a Matplotlib figure
that a notebook shows once. Colour is never the only code: a line has its own dashes, a point its
own marker.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from helpers.results import Estimate
from helpers.studyfile import Study

# Okabe and Ito (2008), told apart by readers with any colour vision.
BLUE, VERMILION, GREEN, GREY, BLACK = "#0072B2", "#D55E00", "#009E73", "#8C8C8C", "#1A1A1A"
PURPLE = "#8A2F7C"
DARK_GREY = "#5F5F5F"  # units, wherever they are points

# How each model's line looks, in every chapter.
LINES: dict[str, dict[str, Any]] = {
    "total": {"color": BLUE, "linestyle": "-", "linewidth": 2.4},
    "between": {"color": VERMILION, "linestyle": "--", "linewidth": 2.4},
    "within": {"color": GREEN, "linestyle": "-.", "linewidth": 2.4},
    "random intercept": {"color": PURPLE, "linestyle": ":", "linewidth": 3},
}

FEW_GROUPS = 20  # up to here each group gets a line of its own; beyond, an overview

_STYLE = rc_context(
    {
        "axes.axisbelow": True,
        "axes.grid": True,
        "axes.labelsize": 12,
        "axes.spines.right": False,
        "axes.spines.top": False,
        "axes.titlelocation": "left",
        "axes.titlesize": 12,
        "figure.constrained_layout.use": True,
        "figure.dpi": 100,
        "font.size": 11,
        "grid.color": "#E6E6E6",
        "legend.fontsize": 11,
        "legend.framealpha": 0.95,
    }
)


@_STYLE
def draw_group_sizes(sizes: pd.Series, study: Study) -> Figure:
    """Draw how many level-1 units each group holds.

    Parameters
    ----------
    sizes
        The number of units, indexed by group.
    study
        The study, for its words.

    Returns
    -------
    Figure
        A bar for each group where there are few, a histogram where there are many, with the
        median marked.

    Examples
    --------
    >>> from helpers.study import read_study
    >>> study = read_study("hsb")
    >>> len(draw_group_sizes(study.frame.groupby("schoolid").size(), study).axes)
    1
    """
    units, groups = _plain(study.unit.many), _plain(study.group.many)
    if len(sizes) <= FEW_GROUPS:
        figure = Figure(figsize=(8, 1.2 + 0.28 * len(sizes)))
        axes = figure.subplots()
        ordered = sizes.sort_values(kind="stable")
        axes.barh([_plain(str(group)) for group in ordered.index], ordered, color=BLUE, height=0.7)
        axes.set_ylabel(_plain(study.group.one))
        axes.grid(axis="y", visible=False)
    else:
        figure = Figure(figsize=(8, 3.6))
        axes = figure.subplots()
        few_sizes = bool(np.ptp(sizes) < 30)  # then one bar a size
        sns.histplot(sizes, ax=axes, color=BLUE, edgecolor="white", alpha=1, discrete=few_sizes)
        axes.set_ylabel(f"number of {groups}")
    axes.set_xlabel(f"{units} in one {_plain(study.group.one)}")
    axes.set_xlim(left=0)
    axes.axvline(sizes.median(), color=VERMILION, linestyle="--", linewidth=2, label="median")
    axes.legend(loc="best")
    return figure


@_STYLE
def draw_outcome_by_group(data: pd.DataFrame, shown: Sequence[Any], study: Study) -> Figure:
    """Draw the outcome group by group, raw and de-meaned, side by side.

    Parameters
    ----------
    data
        The study's frame.
    shown
        The groups that get a box of their own, at most as many as can be read.
    study
        The study, for its words.

    Returns
    -------
    Figure
        Two panels with a box for each group shown, sorted by median; above them, where these
        are not all groups, two that show every group: range, middle half and median.

    Examples
    --------
    >>> from helpers.study import read_study
    >>> study = read_study("hsb")
    >>> len(draw_outcome_by_group(study.frame, [1224, 1288, 1296], study).axes)
    4
    """
    group, outcome = study.group.name, study.outcome.name
    by_group = data.groupby(group)[outcome]
    deviation = data[outcome] - by_group.transform("mean")
    order = by_group.median().sort_values(kind="stable").index
    boxes = [g for g in order if g in set(shown)]
    n_groups, groups = len(order), _plain(study.group.many)

    all_shown = len(boxes) == n_groups
    heights = [0.9 + 0.3 * len(boxes)] if all_shown else [4.2, 0.9 + 0.3 * len(boxes)]
    figure = Figure(figsize=(9, sum(heights) + 0.4))
    grid = figure.subplots(
        len(heights), 2, sharex="col", squeeze=False, gridspec_kw={"height_ratios": heights}
    )
    for column, values in enumerate((data[outcome], deviation)):
        if not all_shown:
            _overview(grid[0, column], values, data[group], order)
        _boxes(grid[-1, column], values, data[group], boxes)
    # One scale, so that what is equally long looks equally long.
    _same_span(grid[-1, 0], grid[-1, 1])
    label = _plain(study.outcome.label_with_units)
    grid[-1, 0].set_xlabel(label)
    grid[-1, 1].set_xlabel(f"{label},\nminus the mean of the {_plain(study.group.one)}")
    if not all_shown:
        grid[0, 0].set_ylabel(f"all {n_groups:,} {groups}, sorted by median")
        figure.legend(*grid[0, 0].get_legend_handles_labels(), loc="outside upper right", ncols=3)
    head = f"all {n_groups:,} {groups}" if all_shown else f"{len(boxes)} of {n_groups:,} {groups}"
    grid[-1, 0].set_ylabel(head)
    grid[-1, 1].tick_params(labelleft=False)
    grid[0, 0].set_title("raw")
    grid[0, 1].set_title("de-meaned")
    return figure


def _same_span(*panels: Axes) -> None:
    """Widen the x axes about their middles until all span the same length."""
    limits = np.array([axes.get_xlim() for axes in panels])
    half = np.ptp(limits, axis=1).max() / 2
    for axes, middle in zip(panels, limits.mean(axis=1), strict=True):
        axes.set_xlim(middle - half, middle + half)


def _overview(axes: Axes, values: pd.Series, groups: pd.Series, order: pd.Index) -> None:
    """Draw each group as a thin line: its range, its middle half, its median."""
    quantiles = values.groupby(groups).quantile([0, 0.25, 0.5, 0.75, 1]).unstack().loc[order]
    rank = np.arange(1, len(order) + 1)
    thick = 320 / len(order)  # points: the lines of neighbours touch
    looks = {
        "range": (0.0, 1.0, {"color": "#B5B5B5", "linewidth": thick / 3}),
        "middle half": (0.25, 0.75, {"color": "#7DB8DE", "linewidth": thick}),
    }
    for label, (low, high, look) in looks.items():
        axes.hlines(rank, quantiles[low], quantiles[high], label=label, **look)
    axes.plot(
        quantiles[0.5], rank, linestyle="", marker="o", markersize=3, color=BLACK, label="median"
    )
    axes.set_yticks([])


def _boxes(axes: Axes, values: pd.Series, groups: pd.Series, order: Sequence[Any]) -> None:
    """Draw a horizontal box for each group, the first at the bottom."""
    names = [_plain(str(group)) for group in order]
    axes.boxplot(
        [values[groups == group] for group in order],
        orientation="horizontal",
        tick_labels=names,
        widths=0.65,
        patch_artist=True,
        boxprops={"facecolor": "#BBD9EC", "edgecolor": BLUE},
        medianprops={"color": BLACK, "linewidth": 1.8},
        whiskerprops={"color": BLUE},
        capprops={"color": BLUE},
        flierprops={"marker": ".", "markersize": 4, "markeredgecolor": GREY},
    )
    axes.grid(axis="y", visible=False)


@_STYLE
def draw_means_against_chance(means: pd.Series, chance: pd.Series, study: Study) -> Figure:
    """Draw the groups' means beside the means that chance alone deals.

    Parameters
    ----------
    means, chance
        The mean outcome of each group, as observed and after the units were dealt to the groups
        at random.
    study
        The study, for its words.

    Returns
    -------
    Figure
        Two rows of points, one a group, each above a bar of one standard deviation to either
        side of the points' own mean.

    Examples
    --------
    >>> import pandas as pd
    >>> from helpers.study import read_study
    >>> means = pd.Series([9.0, 12.0, 16.0])
    >>> len(draw_means_against_chance(means, means, read_study("hsb")).axes[0].collections)
    4
    """
    figure = Figure(figsize=(8, 3.2))
    axes = figure.subplots()
    groups, units = _plain(study.group.many), _plain(study.unit.many)
    rows = {f"{units} dealt\nat random": (chance, GREY, "s"), "as observed": (means, BLUE, "o")}
    spread = np.random.default_rng(1)  # the height of a point carries no meaning
    for row, (values, color, marker) in enumerate(rows.values()):
        heights = row + 0.08 + 0.36 * spread.random(len(values))
        axes.scatter(values, heights, s=26, color=color, marker=marker, alpha=0.6, linewidth=0)
        axes.errorbar(
            values.mean(), row - 0.1, xerr=values.std(), color=color, capsize=5, linewidth=2.4
        )
    axes.set_yticks(range(len(rows)), list(rows))
    axes.set_ylim(-0.35, len(rows) - 0.35)
    axes.grid(axis="y", visible=False)
    axes.set_xlabel(f"mean {_plain(study.outcome.label_with_units)} of {groups}")
    return figure


@_STYLE
def draw_slopes_in_groups(data: pd.DataFrame, shown: Sequence[Any], study: Study) -> Figure:
    """Draw predictor against outcome, overall and in a few groups.

    Parameters
    ----------
    data
        The study's frame.
    shown
        The groups to show, at most six.
    study
        The study, for its words.

    Returns
    -------
    Figure
        All units with their least-squares line, and a small panel for each group shown with the
        group's own line beside that of all. A group in which a line is not defined has points
        only.

    Examples
    --------
    >>> from helpers.study import read_study
    >>> study = read_study("hsb")
    >>> len(draw_slopes_in_groups(study.frame, [1224, 1288], study).axes)
    3
    """
    x, y, group = study.predictor.name, study.outcome.name, study.group.name
    n_columns = min(len(shown), 3)
    n_rows = -(-len(shown) // n_columns)
    figure = Figure(figsize=(10, 4.8))
    grid = figure.add_gridspec(n_rows, n_columns + 2, width_ratios=[1.25] * 2 + [1] * n_columns)
    overall = figure.add_subplot(grid[:, :2])
    _points(overall, data[x], data[y])
    overall_line = np.polyfit(data[x], data[y], 1)
    _line(overall, data[x], overall_line, **LINES["total"], label="line of all")
    overall.plot([], [], **LINES["within"], label=f"line of one {_plain(study.group.one)} alone")
    overall.xaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 5, 10]))
    figure.legend(loc="outside upper right", ncols=2)
    overall.set_title(f"all {len(data):,} {_plain(study.unit.many)}")
    overall.set_xlabel(_plain(study.predictor.label_with_units))
    overall.set_ylabel(_plain(study.outcome.label_with_units))
    for position, one in enumerate(shown):
        row, column = divmod(position, n_columns)
        axes = figure.add_subplot(grid[row, 2 + column], sharex=overall, sharey=overall)
        rows = data[data[group] == one]
        axes.scatter(rows[x], rows[y], s=14, color=DARK_GREY, linewidth=0, zorder=3)
        _line(axes, data[x], overall_line, **LINES["total"] | {"linewidth": 1.2})
        if rows[x].nunique() > 1:
            _line(axes, rows[x], np.polyfit(rows[x], rows[y], 1), **LINES["within"])
        axes.set_title(_short(study.name_of(one)), fontsize=10)
        axes.tick_params(labelleft=column == 0, labelbottom=row == n_rows - 1)
    return figure


@_STYLE
def draw_total_and_between(
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
    >>> from helpers.study import read_study
    >>> study = read_study("hsb")
    >>> line = {term: Estimate("total", "fixed", term, 1.0) for term in ("Intercept", "ses")}
    >>> len(draw_total_and_between(study.frame, study.frame, line, line, study).axes[0].lines)
    2
    """
    x, y = study.predictor.name, study.outcome.name
    figure, axes = _scatter_of(study)
    units, groups = _plain(study.unit.many), _plain(study.group.many)
    _points(axes, data[x], data[y])
    axes.scatter([], [], s=16, color=DARK_GREY, label=units)
    _means(axes, means[x], means[y], f"means of {groups}")
    lines = {"total": (data, total, units), "between": (means, between, f"means of {groups}")}
    for model, (rows, terms, of) in lines.items():
        coefficients = [terms[term].estimate for term in (x, "Intercept")]
        if np.isfinite(coefficients).all():
            label = f"{model}: line through {of}"
            _line(axes, rows[x], coefficients, **LINES[model], label=label, zorder=4)
    axes.legend(loc="best")
    return figure


@_STYLE
def draw_within_and_between(
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
        either side, and the between line through the means.

    Examples
    --------
    >>> from helpers.study import read_study
    >>> study = read_study("hsb")
    >>> means = study.frame.groupby("schoolid")[["ses", "mathach"]].mean()
    >>> figure = draw_within_and_between(study.frame, means, {"within": 2, "between": 6}, study)
    >>> len(figure.axes[0].collections[0].get_segments())
    160
    """
    x, y, group = study.predictor.name, study.outcome.name, study.group.name
    figure, axes = _scatter_of(study)
    half = data.groupby(group)[x].std().fillna(0).reindex(means.index) / 2
    rise = slopes["within"] * half
    ends = np.stack(
        [
            np.column_stack([means[x] - half, means[y] - rise]),
            np.column_stack([means[x] + half, means[y] + rise]),
        ],
        axis=1,
    )
    axes.add_collection(
        LineCollection(
            ends,
            color=GREEN,
            alpha=0.6,
            linewidth=1.1,
            label=f"within: the average slope inside {_plain(study.group.many)}",
        )
    )
    _means(axes, means[x], means[y], f"means of {_plain(study.group.many)}")
    if np.isfinite(slopes["between"]):
        intercept = means[y].mean() - slopes["between"] * means[x].mean()
        _line(
            axes,
            means[x],
            (slopes["between"], intercept),
            **LINES["between"] | {"linewidth": 3},
            label="between: line through the means",
            zorder=4,
        )
    axes.legend(loc="best")
    return figure


@_STYLE
def draw_weighted_average(slopes: Mapping[str, float], weight: float, study: Study) -> Figure:
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
    >>> from helpers.study import read_study
    >>> slopes = {"within": 2.0, "between": 6.0, "total": 3.0}
    >>> len(draw_weighted_average(slopes, 0.25, read_study("hsb")).axes[0].lines)
    4
    """
    figure = Figure(figsize=(8, 2.1))
    axes = figure.subplots()
    ends = [slopes["within"], slopes["between"]]
    axes.plot(ends, [0, 0], color=GREY, linewidth=3, zorder=1)
    names = {"within": "within", "between": "between, by size", "total": "total"}
    for (model, name), marker in zip(names.items(), "osD", strict=True):
        value = slopes[model]
        if not np.isfinite(value):
            continue
        look = LINES[model]["color"]
        axes.plot(value, 0, marker, markersize=11, color=look, label=name, zorder=3)
        # The two ends write outwards, so that they stay apart however short the line is.
        side = 0 if model == "total" else 1 if value > np.nanmean(ends) else -1
        axes.annotate(
            f"{name}\n{value:.4g}",
            (value, 0),
            xytext=(10 * side, -14 if side else 12),
            textcoords="offset points",
            ha={-1: "right", 0: "center", 1: "left"}[side],
            va="top" if side else "bottom",
        )
    axes.set_ylim(-1, 1)
    axes.margins(x=0.2)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.set_xlabel(
        f"slope of {_plain(study.outcome.label)} on {_plain(study.predictor.label)} "
        f"(weight of the between slope: {weight:.3g})"
    )
    return figure


@_STYLE
def draw_intervals(rows: Mapping[str, Estimate], label: str) -> Figure:
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
    >>> [text.get_text() for text in draw_intervals({"a": one}, "slope").axes[0].get_yticklabels()]
    ['a']
    """
    figure = Figure(figsize=(8, 1.1 + 0.5 * len(rows)))
    axes = figure.subplots()
    for position, row in enumerate(rows.values()):
        axes.plot([row.conf_low, row.conf_high], [position] * 2, color=BLACK, linewidth=2.6)
        axes.plot(row.estimate, position, "osD^"[position % 4], markersize=8, color=BLACK)
    axes.axvline(0, color=GREY, linewidth=1.5)
    axes.set_yticks(range(len(rows)), [_plain(name) for name in rows])
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.grid(axis="y", visible=False)
    axes.set_xlabel(_plain(label))
    return figure


@_STYLE
def draw_deviations(data: pd.DataFrame, slope: float, study: Study) -> Figure:
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
    >>> from helpers.study import read_study
    >>> study = read_study("hsb")
    >>> data = study.frame.assign(ses_within=0.0, mathach_within=1.0)
    >>> len(draw_deviations(data, 2.0, study).axes[0].lines)
    3
    """
    x, y = f"{study.predictor.name}_within", f"{study.outcome.name}_within"
    figure, axes = _scatter_of(study)
    for line in (axes.axhline, axes.axvline):
        line(0, color=GREY, linewidth=1, zorder=1)
    _points(axes, data[x], data[y])
    axes.scatter([], [], s=16, color=DARK_GREY, label=_plain(study.unit.many))
    _line(axes, data[x], (slope, 0.0), **LINES["within"], label="within slope", zorder=4)
    mean_of = f"minus the mean of the {_plain(study.group.one)}"
    axes.set_xlabel(f"{_plain(study.predictor.label_with_units)}, {mean_of}")
    axes.set_ylabel(f"{_plain(study.outcome.label_with_units)},\n{mean_of}")
    _legend_above(figure, axes)
    return figure


@_STYLE
def draw_parallel_lines(
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
    >>> from helpers.study import read_study
    >>> study = read_study("hsb")
    >>> intercepts = study.frame.groupby("schoolid")["mathach"].mean()
    >>> len(draw_parallel_lines(study.frame, intercepts, 2.0, [1224], study).axes[0].lines)
    1
    """
    x, y, group = study.predictor.name, study.outcome.name, study.group.name
    figure, axes = _scatter_of(study)
    ends = data.groupby(group)[x].agg(["min", "max"]).loc[intercepts.index].to_numpy()
    heights = intercepts.to_numpy()[:, None] + slope * ends
    axes.add_collection(
        LineCollection(
            np.stack([ends, heights], axis=-1),
            color="#A6A6A6",
            linewidth=0.8,
            alpha=0.7,
            label=f"the other {_plain(study.group.many)}",
        )
    )
    looks = ((BLUE, "-", "o"), (VERMILION, "--", "^"))
    for one, (color, dashes, marker) in zip(marked, looks, strict=False):
        rows = data[data[group] == one]
        axes.scatter(rows[x], rows[y], s=22, color=color, marker=marker, alpha=0.65, linewidth=0)
        _line(
            axes,
            rows[x],
            (slope, intercepts[one]),
            color=color,
            linestyle=dashes,
            marker=marker,
            linewidth=2.8,
            label=_short(study.name_of(one)),
            zorder=4,
        )
    axes.autoscale_view()
    _legend_above(figure, axes)
    return figure


@_STYLE
def draw_intercepts(separate: pd.Series, centre: float, sd: float, study: Study) -> Figure:
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
    >>> from helpers.study import read_study
    >>> separate = pd.Series([9.0, 12.0, 13.0, 16.0])
    >>> len(draw_intercepts(separate, 12.5, 2.0, read_study("hsb")).axes[0].lines)
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
    axes.set_ylim(0, 1.15 * counts.max() if sd == 0 else None)
    axes.set_xlabel(f"intercept: {_plain(study.outcome.label_with_units)}")
    axes.set_ylabel(f"number of {_plain(study.group.many)}")
    _legend_above(figure, axes)
    return figure


@_STYLE
def draw_likelihood(
    curve: pd.Series, marks: Mapping[str, tuple[float, float]], study: Study
) -> Figure:
    """Draw the log-likelihood over the group variance, with places on it.

    Parameters
    ----------
    curve
        The log-likelihood, indexed by group variance.
    marks
        Variance and log-likelihood of each place, by what to call it; the last is the optimum.
    study
        The study, for its words.

    Returns
    -------
    Figure
        A curve, a marker for each place, and a dashed line 1.92 below the top, where half of
        chi-squared's 95% quantile cuts off the interval.

    Examples
    --------
    >>> from helpers.study import read_study
    >>> curve = pd.Series([-9.0, -5.0, -7.0], index=[0.0, 1.0, 2.0])
    >>> len(draw_likelihood(curve, {"the optimum": (1.0, -5.0)}, read_study("hsb")).axes[0].lines)
    3
    """
    figure = Figure(figsize=(8, 4.2))
    axes = figure.subplots()
    *_, (_, top) = marks.values()
    axes.plot(curve.index, curve, color=BLACK, linewidth=2, label="log-likelihood")
    axes.axhline(
        top - 1.92,
        color=GREY,
        linestyle="--",
        linewidth=1.5,
        label="1.92 below the top: 95% interval",
    )
    looks = [(VERMILION, "^"), (BLUE, "o")][-len(marks) :]
    for (name, (variance, value)), (color, marker) in zip(marks.items(), looks, strict=True):
        axes.plot(variance, value, marker, markersize=9, color=color, label=name, zorder=4)
    # Far below the top there is nothing to see, and a steep fall would flatten what there is.
    lowest = min(top - 6, *(value - 1 for _, value in marks.values() if value > top - 30))
    axes.set_ylim(lowest, top + 0.8)
    squared = f" ({study.outcome.units} squared)" if study.outcome.units else ""
    axes.set_xlabel(_plain(f"variance between {study.group.many}{squared}"))
    axes.set_ylabel("log-likelihood (REML)")
    axes.ticklabel_format(axis="y", useOffset=False)
    _legend_above(figure, axes)
    return figure


@_STYLE
def draw_pooling(
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
        The groups' intercepts, and the slope, of ``"complete pooling"``, ``"no pooling"`` and
        ``"partial pooling"``.
    shown
        The groups to show, at most six.
    study
        The study, for its words.

    Returns
    -------
    Figure
        A panel for each group, with its units and three lines over the range of all predictors.

    Examples
    --------
    >>> from helpers.study import read_study
    >>> study = read_study("hsb")
    >>> level = study.frame.groupby("schoolid")["mathach"].mean()
    >>> names = ("complete pooling", "no pooling", "partial pooling")
    >>> len(draw_pooling(study.frame, dict.fromkeys(names, (level, 2.0)), [1224], study).axes)
    1
    """
    x, y, group = study.predictor.name, study.outcome.name, study.group.name
    columns = min(len(shown), 3)
    rows = -(-len(shown) // columns)
    figure = Figure(figsize=(9.5, 0.9 + 2.6 * rows))
    grid = figure.subplots(rows, columns, sharex=True, sharey=True, squeeze=False)
    looks = dict(zip(lines, ("total", "within", "random intercept"), strict=True))
    for axes, one in zip(grid.flat, shown, strict=False):
        own = data[data[group] == one]
        axes.scatter(own[x], own[y], s=16, color=DARK_GREY, linewidth=0, alpha=0.8)
        for name, (intercepts, slope) in lines.items():
            _line(axes, data[x], (slope, intercepts[one]), **LINES[looks[name]], label=name)
        axes.set_title(f"{_short(study.name_of(one))}: n = {len(own):,}", fontsize=11)
    for axes in grid.flat[len(shown) :]:
        axes.set_visible(False)
    for axes in grid[-1]:
        axes.xaxis.set_major_locator(MaxNLocator(4))
    figure.supxlabel(_plain(study.predictor.label_with_units), fontsize=12)
    figure.supylabel(_plain(study.outcome.label_with_units), fontsize=12)
    _legend_above(figure, grid.flat[0])
    return figure


@_STYLE
def draw_shrinkage(raw: pd.Series, modes: pd.Series, sizes: pd.Series, study: Study) -> Figure:
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
    >>> from helpers.study import read_study
    >>> raw, sizes = pd.Series([-2.0, 1.0]), pd.Series([5, 50])
    >>> len(draw_shrinkage(raw, raw / 2, sizes, read_study("hsb")).axes[0].lines)
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
        label=f"a {_plain(study.group.one)}, larger the more {_plain(study.unit.many)} it has",
    )
    _line(axes, raw, (1.0, 0.0), color=BLACK, linestyle="--", linewidth=1.5, label="no shrinkage")
    in_units = f"\n({_plain(study.outcome.units)})" if study.outcome.units else ""
    axes.set_xlabel(f"mean of the {_plain(study.group.one)}, minus the average line{in_units}")
    axes.set_ylabel(f"conditional mode{in_units}")
    _legend_above(figure, axes, ncols=1)
    return figure


@_STYLE
def draw_caterpillar(modes: pd.Series, errors: pd.Series, study: Study) -> Figure:
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
        A point and a bar of 1.96 standard errors to either side for each group, and a line at
        zero.

    Examples
    --------
    >>> from helpers.study import read_study
    >>> modes = pd.Series([-2.0, 1.0])
    >>> len(draw_caterpillar(modes, modes.abs(), read_study("hsb")).axes[0].collections)
    1
    """
    order = modes.sort_values(kind="stable").index
    rank = np.arange(1, len(order) + 1)
    figure = Figure(figsize=(9, 4.2))
    axes = figure.subplots()
    reach = 1.96 * errors.loc[order]
    width = float(np.clip(260 / len(order), 0.4, 3.0))
    axes.vlines(rank, modes[order] - reach, modes[order] + reach, color="#B08AAE", linewidth=width)
    size = float(np.clip(700 / len(order), 1.5, 7.0))
    axes.plot(rank, modes[order], "o", markersize=size, color=PURPLE)
    axes.axhline(0, color=BLACK, linewidth=1.2)
    axes.grid(axis="x", visible=False)
    axes.xaxis.set_major_locator(MaxNLocator(6, integer=True))
    axes.set_xlabel(f"{_plain(study.group.many)}, in order of their conditional mode")
    axes.set_ylabel(
        "conditional mode" + (f" ({_plain(study.outcome.units)})" if study.outcome.units else "")
    )
    return figure


@_STYLE
def draw_models(
    means: pd.DataFrame, models: Mapping[str, tuple[float, float]], study: Study
) -> Figure:
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
        Open circles and a line for each model.

    Examples
    --------
    >>> from helpers.study import read_study
    >>> study = read_study("hsb")
    >>> means = study.frame.groupby("schoolid")[["ses", "mathach"]].mean()
    >>> len(draw_models(means, {"total": (12.7, 3.2), "within": (12.7, 2.2)}, study).axes[0].lines)
    2
    """
    x, y = study.predictor.name, study.outcome.name
    figure, axes = _scatter_of(study)
    _means(axes, means[x], means[y], f"means of {_plain(study.group.many)}")
    for name, (intercept, slope) in models.items():
        if np.isfinite(slope):
            _line(axes, means[x], (slope, intercept), **LINES[name], label=name, zorder=4)
    _legend_above(figure, axes)
    return figure


@_STYLE
def draw_pairs(pairs: pd.DataFrame, study: Study) -> Figure:
    """Draw pairs of units of one group: the outcome of one against that of the other.

    Parameters
    ----------
    pairs
        The outcome in the columns ``"one"`` and ``"other"``, a row a pair.
    study
        The study, for its words.

    Returns
    -------
    Figure
        A grey point for each pair, and a dashed line of equal outcomes.

    Examples
    --------
    >>> from helpers.study import read_study
    >>> pairs = pd.DataFrame({"one": [1.0, 2.0], "other": [2.0, 3.0]})
    >>> len(draw_pairs(pairs, read_study("hsb")).axes[0].lines)
    1
    """
    figure = Figure(figsize=(5.8, 5.6))
    axes = figure.subplots()
    _points(axes, pairs["one"], pairs["other"])
    both = pd.Series([pairs.min().min(), pairs.max().max()])
    _line(axes, both, (1.0, 0.0), color=BLACK, linestyle="--", linewidth=1.5, label="equal")
    unit, label = _plain(study.unit.one), _plain(study.outcome.label_with_units)
    axes.set_xlabel(f"one {unit}: {label}")
    axes.set_ylabel(f"another of the same {_plain(study.group.one)}")
    axes.set_aspect("equal")
    _legend_above(figure, axes)
    return figure


@_STYLE
def draw_icc_by_chance(by_chance: Sequence[float], observed: float, study: Study) -> Figure:
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
        line; or, where the observed one lies far beyond, an arrow that points there.

    Examples
    --------
    >>> from helpers.study import read_study
    >>> len(draw_icc_by_chance([0.0, 0.0, 0.01], 0.02, read_study("hsb")).axes[0].lines)
    1
    """
    values = np.asarray(by_chance)
    above = values[values > 0]
    figure = Figure(figsize=(8, 3.6))
    axes = figure.subplots()
    width = max(float(values.max()), 1e-9) / 12
    axes.bar(
        -width / 2,
        (values == 0).sum(),
        width,
        color=BLUE,
        hatch="//",
        edgecolor="white",
        label="exactly zero",
    )
    if len(above):
        edges = np.linspace(0.0, float(values.max()), 13)
        axes.hist(above, bins=edges, color="#BBD9EC", edgecolor="white", label="above zero")
    reach = float(values.max())
    if observed <= 3 * reach:
        axes.axvline(observed, color=VERMILION, linestyle="--", linewidth=2, label="observed")
    else:
        # Drawn to scale, it would squeeze all else into one corner.
        axes.set_xlim(-1.5 * width, 1.5 * max(reach, width))
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
    axes.set_ylabel(f"deals of {_plain(study.unit.many)}\nto {_plain(study.group.many)}")
    axes.yaxis.set_major_locator(MaxNLocator(5, integer=True))
    _legend_above(figure, axes)
    return figure


@_STYLE
def draw_reliability(
    reliabilities: pd.Series, sizes: pd.Series, share: float, study: Study
) -> Figure:
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
    >>> from helpers.study import read_study
    >>> sizes = pd.Series([4, 16])
    >>> len(draw_reliability(sizes / (sizes + 4), sizes, 0.2, read_study("hsb")).axes[0].lines)
    2
    """
    figure = Figure(figsize=(8, 4))
    axes = figure.subplots()
    n = np.linspace(1, 1.05 * sizes.max(), 200)
    axes.plot(
        n, n * share / (1 + (n - 1) * share), color=PURPLE, linewidth=1.8, label="reliability"
    )
    axes.scatter(
        sizes,
        reliabilities.loc[sizes.index],
        s=26,
        facecolor="white",
        edgecolor=BLACK,
        linewidth=0.9,
        zorder=3,
        label=f"a {_plain(study.group.one)}",
    )
    axes.axhline(0.8, color=GREY, linestyle="--", linewidth=1.5, label="0.8")
    axes.set_ylim(-0.02, 1.02)
    axes.set_xlim(left=0)
    axes.set_xlabel(f"{_plain(study.unit.many)} in one {_plain(study.group.one)}")
    axes.set_ylabel("reliability of its mean")
    _legend_above(figure, axes)
    return figure


# How kinds of groups look: at most three of them.
KINDS = (
    {"color": BLUE, "linestyle": "-", "marker": "o"},
    {"color": VERMILION, "linestyle": "--", "marker": "^"},
    {"color": GREEN, "linestyle": "-.", "marker": "s"},
)


@_STYLE
def draw_prototypes(
    data: pd.DataFrame,
    bands: Mapping[str, pd.DataFrame],
    prototypes: Mapping[str, Any],
    shifts: pd.Series,
    study: Study,
) -> Figure:
    """Draw the line of each kind of group with its band, and one group of that kind.

    Parameters
    ----------
    data
        The study's frame.
    bands
        For each kind, the columns ``"line"``, ``"low"`` and ``"high"`` over the predictor.
    prototypes
        One group of each kind.
    shifts
        The groups' conditional modes.
    study
        The study, for its words.

    Returns
    -------
    Figure
        A panel for each kind.

    Examples
    --------
    >>> from helpers.study import read_study
    >>> study = read_study("hsb")
    >>> band = pd.DataFrame({"line": [1.0, 2], "low": [0.0, 1], "high": [2.0, 3]}, index=[-1.0, 1])
    >>> shifts = pd.Series({1224: -1.0})
    >>> len(draw_prototypes(study.frame, {"a": band}, {"a": 1224}, shifts, study).axes)
    1
    """
    x, y, group = study.predictor.name, study.outcome.name, study.group.name
    figure = Figure(figsize=(max(4.9 * len(bands), 6), 4.6))
    grid = figure.subplots(1, len(bands), sharex=True, sharey=True, squeeze=False)[0]
    for axes, (kind, band), look in zip(grid, bands.items(), KINDS, strict=False):
        one = prototypes[kind]
        own = data[data[group] == one]
        axes.fill_between(
            band.index,
            band["low"],
            band["high"],
            color="#BFBFBF",
            alpha=0.6,
            linewidth=0,
            label="95% interval of the line",
        )
        axes.plot(band.index, band["line"], color=BLACK, linewidth=2, label="line of its kind")
        axes.scatter(
            own[x], own[y], s=20, color=look["color"], marker=look["marker"], alpha=0.7, linewidth=0
        )
        axes.plot(
            band.index, band["line"] + shifts[one], color=look["color"], linestyle=":", linewidth=3
        )
        axes.set_title(f"{_short(study.name_of(one))} ({_short(kind)})")
        axes.set_xlabel(_plain(study.predictor.label_with_units))
    axes.plot([], [], color=BLACK, linestyle=":", linewidth=3, label="its own line")
    grid[0].set_ylabel(_plain(study.outcome.label_with_units))
    _legend_above(figure, axes)
    return figure


@_STYLE
def draw_means_by_kind(
    means: pd.DataFrame,
    w_of_group: pd.Series,
    kinds: Mapping[str, float],
    bands: Mapping[str, pd.DataFrame],
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
    bands
        For each kind, the column ``"line"`` over the predictor.
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
    >>> from helpers.study import read_study
    >>> means = pd.DataFrame({"ses": [0.0, 1.0], "mathach": [9.0, 12.0]})
    >>> band = pd.DataFrame({"line": [9.0, 12.0]}, index=[-1.0, 2.0])
    >>> kinds, bands = {"a": 0, "b": 1}, {"a": band, "b": band}
    >>> figure = draw_means_by_kind(means, pd.Series([0, 1]), kinds, bands, read_study("hsb"))
    >>> len(figure.axes[0].lines)
    2
    """
    x, y = study.predictor.name, study.outcome.name
    figure, axes = _scatter_of(study)
    two = len(kinds) == 2
    for (kind, value), look in zip(kinds.items(), KINDS, strict=False):
        own = means[w_of_group == value] if two else means
        if two:
            axes.scatter(
                own[x],
                own[y],
                s=34,
                facecolor="none",
                edgecolor=look["color"],
                marker=look["marker"],
                linewidth=1.3,
            )
        at = np.linspace(own[x].min(), own[x].max(), 2)
        band = bands[kind]["line"]
        axes.plot(
            at,
            np.interp(at, band.index, band),
            color=look["color"],
            linewidth=2.4,
            linestyle=look["linestyle"],
            marker=look["marker"] if two else "",
            label=_short(kind),
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
    title = _plain(study.group_predictor.label) if study.group_predictor else ""
    _legend_above(figure, axes, title=title)
    return figure


@_STYLE
def draw_difference(difference: pd.DataFrame, predictor: pd.Series, study: Study) -> Figure:
    """Draw the difference between two kinds of groups over the predictor.

    Parameters
    ----------
    difference
        The columns ``"line"``, ``"low"`` and ``"high"`` over the predictor.
    predictor
        The units' values, marked at the bottom.
    study
        The study, for its words.

    Returns
    -------
    Figure
        A line, a band, dark where it excludes zero, and a line at zero.

    Examples
    --------
    >>> from helpers.study import read_study
    >>> band = pd.DataFrame({"line": [1.0, 2], "low": [-1.0, 1], "high": [2.0, 3]}, index=[-1.0, 1])
    >>> len(draw_difference(band, pd.Series([0.0]), read_study("hsb")).axes[0].lines)
    3
    """
    figure = Figure(figsize=(8, 4.4))
    axes = figure.subplots()
    at, low, high = difference.index.to_numpy(), difference["low"], difference["high"]
    clear = ((low > 0) | (high < 0)).to_numpy()
    axes.fill_between(at, low, high, color="#D9D9D9", linewidth=0, label="95% interval")
    axes.fill_between(
        at,
        low,
        high,
        where=clear,
        interpolate=True,
        color="#7DB8DE",
        linewidth=0,
        hatch="//",
        edgecolor="white",
        label="excludes zero",
    )
    axes.plot(at, difference["line"], color=BLACK, linewidth=2.2, label="difference")
    axes.axhline(0, color=BLACK, linewidth=1)
    ticks = np.unique(np.quantile(predictor, np.linspace(0, 1, 201)))
    floor = np.full(len(ticks), float(low.min()) - 0.06 * float(high.max() - low.min()))
    axes.plot(
        ticks,
        floor,
        "|",
        color=DARK_GREY,
        markersize=9,
        label=f"between two marks: 0.5% of {_plain(study.unit.many)}",
    )
    axes.set_xlabel(_plain(study.predictor.label_with_units))
    axes.set_ylabel(f"difference in {_plain(study.outcome.label_with_units)}")
    _legend_above(figure, axes, ncols=2)
    return figure


def _legend_above(figure: Figure, axes: Axes, ncols: int = 3, title: str | None = None) -> None:
    """Put the legend over the plot, where it covers nothing."""
    handles, labels = axes.get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper right", ncols=ncols, title=title)


def _scatter_of(study: Study) -> tuple[Figure, Axes]:
    """Make an empty plot of outcome against predictor."""
    figure = Figure(figsize=(8, 5.2))
    axes = figure.subplots()
    axes.set_xlabel(_plain(study.predictor.label_with_units))
    axes.set_ylabel(_plain(study.outcome.label_with_units))
    return figure, axes


def _points(axes: Axes, x: pd.Series, y: pd.Series) -> None:
    """Draw units as grey points, fainter the more there are."""
    alpha = float(np.clip(60 / np.sqrt(len(x)) / 2, 0.12, 0.8))
    axes.scatter(x, y, s=9, color=DARK_GREY, alpha=alpha, linewidth=0)


def _means(axes: Axes, x: pd.Series, y: pd.Series, label: str) -> None:
    """Draw the means of groups as open circles."""
    axes.scatter(
        x, y, s=32, facecolor="white", edgecolor=BLACK, linewidth=1.1, label=label, zorder=3
    )


def _line(axes: Axes, x: pd.Series, coefficients: Sequence[float], **kwargs: Any) -> None:
    """Draw slope and intercept as a line over the range of `x`."""
    ends = np.array([x.min(), x.max()])
    axes.plot(ends, np.polyval(coefficients, ends), **kwargs)


def _short(name: str) -> str:
    """Cut a long name, so that titles and legends keep their size."""
    return _plain(name if len(name) <= 20 else f"{name[:19]}…")


def _plain(text: str) -> str:
    r"""Keep a dollar sign from being read as mathematics."""
    return text.replace("$", r"\$")

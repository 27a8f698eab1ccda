"""Figures of chapter 1: sizes, the outcome group by group, chance, a first look at slopes."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from helpers.course.findings import names_of_kinds
from helpers.course.style import (
    BLACK,
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
    short,
)
from helpers.study.file import Study

FEW_GROUPS = 20  # up to here each group gets a line of its own; beyond, an overview


@STYLE
def group_sizes(sizes: pd.Series, study: Study) -> Figure:
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
    >>> from helpers.study.reading import read_study
    >>> study = read_study("hsb")
    >>> len(group_sizes(study.frame.groupby("schoolid").size(), study).axes)
    1
    """
    units, groups = plain(study.unit.many), plain(study.group.many)
    if len(sizes) <= FEW_GROUPS:
        figure = Figure(figsize=(8, 1.2 + 0.28 * len(sizes)))
        axes = figure.subplots()
        ordered = sizes.sort_values(kind="stable")
        axes.barh([plain(str(group)) for group in ordered.index], ordered, color=BLUE, height=0.7)
        axes.set_ylabel(plain(study.group.one))
        axes.grid(axis="y", visible=False)
    else:
        figure = Figure(figsize=(8, 3.6))
        axes = figure.subplots()
        few_sizes = bool(np.ptp(sizes) < 30)  # then one bar a size
        sns.histplot(sizes, ax=axes, color=BLUE, edgecolor="white", alpha=1, discrete=few_sizes)
        axes.set_ylabel(f"number of {groups}")
        axes.yaxis.set_major_locator(MaxNLocator(integer=True, steps=[1, 2, 5, 10]))
    axes.set_xlabel(f"{units} per {plain(study.group.one)}")
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, steps=[1, 2, 5, 10]))
    axes.set_xlim(left=0)
    axes.axvline(sizes.median(), color=VERMILION, linestyle="--", linewidth=2, label="median")
    legend_above(figure, axes)
    return figure


@STYLE
def outcome_by_group(
    data: pd.DataFrame, ranked: Sequence[Any], boxed: Sequence[Any], study: Study
) -> Figure:
    """Draw the outcome group by group, raw and de-meaned, side by side.

    Parameters
    ----------
    data
        The study's frame.
    ranked
        The groups of the overview, as many as lines can be told apart.
    boxed
        Those of them that get a box of their own, at most as many as can be read.
    study
        The study, for its words.

    Returns
    -------
    Figure
        Two panels with a box for each group boxed, sorted by median; above them, where these
        are not all groups, two that show each group ranked: range, middle half and median.

    Examples
    --------
    >>> from helpers.study.reading import read_study
    >>> study = read_study("hsb")
    >>> schools = study.frame["schoolid"].unique()
    >>> len(outcome_by_group(study.frame, schools, schools[:3], study).axes)
    4
    """
    group, outcome = study.group.name, study.outcome.name
    by_group = data.groupby(group)[outcome]
    deviation = data[outcome] - by_group.transform("mean")
    order = by_group.median().sort_values(kind="stable").index
    boxes = [g for g in order if g in set(boxed)]
    n_groups, groups = len(order), plain(study.group.many)
    order = order[order.isin(ranked)]

    all_shown = len(boxes) == n_groups
    heights = [0.9 + 0.3 * len(boxes)] if all_shown else [2.5, 0.5 + 0.22 * len(boxes)]
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
    label = plain(study.outcome.label_with_units)
    grid[-1, 0].set_xlabel(label)
    grid[-1, 1].set_xlabel(f"{label},\nminus the mean of the {plain(study.group.one)}")
    if not all_shown:
        grid[0, 0].set_ylabel(f"{_of_all(len(order), n_groups)} {groups},\nsorted by median")
        figure.legend(*grid[0, 0].get_legend_handles_labels(), loc="outside upper right", ncols=3)
    grid[-1, 0].set_ylabel(f"{_of_all(len(boxes), n_groups)} {groups}")
    grid[-1, 1].tick_params(labelleft=False)
    grid[0, 0].set_title("raw")
    grid[0, 1].set_title("de-meaned")
    return figure


def _of_all(n: int, n_groups: int) -> str:
    return f"all {n:,}" if n == n_groups else f"{n:,} of {n_groups:,}"


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
    looks: dict[str, tuple[float, float, dict[str, Any]]] = {
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
    names = [plain(str(group)) for group in order]
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


@STYLE
def means_against_chance(means: pd.Series, chance: pd.Series, study: Study) -> Figure:
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
    >>> from helpers.study.reading import read_study
    >>> means = pd.Series([9.0, 12.0, 16.0])
    >>> len(means_against_chance(means, means, read_study("hsb")).axes[0].collections)
    4
    """
    units = plain(study.unit.many)
    rows = {f"{units} dealt\nat random": (chance, GREY, "s"), "as observed": (means, BLUE, "o")}
    return _rows_of_means(rows, study)


def _rows_of_means(rows: Mapping[str, tuple[pd.Series, str, str]], study: Study) -> Figure:
    """Draw rows of means above bars of one SD; the height of a point carries no meaning."""
    figure = Figure(figsize=(8, 3.2))
    axes = figure.subplots()
    spread = np.random.default_rng(1)
    for row, (values, color, marker) in enumerate(rows.values()):
        heights = row + 0.08 + 0.36 * spread.random(len(values))
        axes.scatter(values, heights, s=26, color=color, marker=marker, alpha=0.6, linewidth=0)
        axes.errorbar(
            values.mean(), row - 0.1, xerr=values.std(), color=color, capsize=5, linewidth=2.4
        )
    axes.set_yticks(range(len(rows)), list(rows))
    axes.set_ylim(-0.35, len(rows) - 0.35)
    axes.grid(axis="y", visible=False)
    axes.set_xlabel(f"mean {plain(study.outcome.label_with_units)} of {plain(study.group.many)}")
    return figure


@STYLE
def kinds_of_groups(of_groups: pd.DataFrame, study: Study) -> Figure:
    r"""Draw the groups' means by their value of the level-2 variable.

    Parameters
    ----------
    of_groups
        A row a group: the ``mean`` of its outcome, and ``kind``, its value of the level-2 variable.
    study
        The study, for its words.

    Returns
    -------
    Figure
        A row of points for each of two kinds, above a bar of one standard deviation to either side
        of their mean; or points only, where the variable has more values.

    Examples
    --------
    >>> from helpers.study.reading import read_study
    >>> of_groups = pd.DataFrame({"mean": [9.0, 12.0, 16.0], "kind": [0, 0, 1]})
    >>> axes = kinds_of_groups(of_groups, read_study("hsb")).axes[0]
    >>> [text.get_text() for text in axes.get_yticklabels()]
    ['sector:\npublic', 'sector:\nCatholic']
    """
    label = plain(study.group_predictor.label_with_units) if study.group_predictor else ""
    kinds = sorted(of_groups["kind"].unique())
    if len(kinds) == 2:
        names = [f"{label}:\n{short(name)}" for name in names_of_kinds(kinds, study)]
        means = [of_groups.loc[of_groups["kind"] == kind, "mean"] for kind in kinds]
        looks = ((BLUE, "o"), (VERMILION, "^"))
        rows = zip(names, means, looks, strict=True)
        return _rows_of_means({name: (values, *look) for name, values, look in rows}, study)
    figure = Figure(figsize=(8, 3.6))
    axes = figure.subplots()
    axes.scatter(of_groups["kind"], of_groups["mean"], s=32, color=BLUE, alpha=0.6, linewidth=0)
    axes.set_xlabel(label)
    axes.set_ylabel(f"mean {plain(study.outcome.label_with_units)}")
    axes.set_title(f"all {len(of_groups):,} {plain(study.group.many)}")
    return figure


@STYLE
def slopes_in_groups(data: pd.DataFrame, shown: Sequence[Any], study: Study) -> Figure:
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
    >>> from helpers.study.reading import read_study
    >>> study = read_study("hsb")
    >>> len(slopes_in_groups(study.frame, [1224, 1288], study).axes)
    3
    """
    x, y, group = study.predictor.name, study.outcome.name, study.group.name
    n_columns = min(len(shown), 3)
    n_rows = -(-len(shown) // n_columns)
    figure = Figure(figsize=(10, 4.8))
    grid = figure.add_gridspec(n_rows, n_columns + 2, width_ratios=[1.25] * 2 + [1] * n_columns)
    overall = figure.add_subplot(grid[:, :2])
    draw_points(overall, jittered(study, data[x]), data[y])
    overall_line = np.polyfit(data[x], data[y], 1)
    draw_line(overall, data[x], overall_line, **LINES["total"], label="line of all")
    varies = data[data[group].isin(shown)].groupby(group)[x].nunique() > 1
    if varies.any():
        overall.plot([], [], **LINES["within"], label=f"line of one {plain(study.group.one)} alone")
    overall.xaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 5, 10]))
    figure.legend(loc="outside upper right", ncols=2)
    units = plain(study.unit.many)
    note = sample_note(len(data))
    overall.set_title(f"{units}{note}" if note else f"all {len(data):,} {units}")
    overall.set_xlabel(plain(study.predictor.label_with_units))
    overall.set_ylabel(plain(study.outcome.label_with_units))
    mark_levels(overall, study)
    for position, one in enumerate(shown):
        row, column = divmod(position, n_columns)
        axes = figure.add_subplot(grid[row, 2 + column], sharex=overall, sharey=overall)
        rows = data[data[group] == one]
        axes.scatter(
            jittered(study, rows[x]), rows[y], s=14, color=DARK_GREY, linewidth=0, zorder=3
        )
        draw_line(axes, data[x], overall_line, **LINES["total"] | {"linewidth": 1.2})
        if rows[x].nunique() > 1:
            draw_line(axes, rows[x], np.polyfit(rows[x], rows[y], 1), **LINES["within"])
        axes.set_title(short(study.name_of(one)), fontsize=11)
        axes.tick_params(labelleft=column == 0, labelbottom=row == n_rows - 1, labelsize=10)
        if x in study.levels:  # whose names are too long here; they stand below the large panel
            axes.tick_params(labelbottom=False)
    return figure

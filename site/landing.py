"""The landing page's figure, and the sentence below it: what the course is about."""

import io
import json
from collections.abc import Iterable

from matplotlib import rc_context
from nbformat import NotebookNode

from helpers import (
    Estimate,
    contextual_effect,
    count,
    draw_within_and_between,
    fit_mixed,
    magnitude,
    number,
    read_study,
    verdict,
    words,
)
from helpers.course.estimates import collect_estimates, read_rows
from helpers.course.style import LINES, draw_line, legend_above

STUDY = read_study("hsb")


def estimates_of(notebooks: Iterable[NotebookNode]) -> dict[tuple[str, str, str], Estimate]:
    """Return the estimates that executed chapters carry, by chapter, model and term."""
    return read_rows(row for notebook in notebooks for row in collect_estimates(notebook))


def _slopes(notebooks: Iterable[NotebookNode]) -> dict[str, Estimate]:
    estimates, x = estimates_of(notebooks), STUDY.predictor.name
    return {
        "total": estimates["02", "total", x],
        "between": estimates["02", "between", x],
        "within": estimates["03", "within", x],
    }


def landing_figure(notebooks: Iterable[NotebookNode]) -> str:
    """Draw the slopes within, between and in total, as SVG."""
    data, x, y = STUDY.frame, STUDY.predictor.name, STUDY.outcome.name
    means = data.groupby(STUDY.group.name)[[x, y]].mean()
    slopes = {model: slope.estimate for model, slope in _slopes(notebooks).items()}
    figure = draw_within_and_between(data, means, slopes, STUDY)
    figure.set_size_inches(6.2, 5)  # so that its words can be read on a phone
    (axes,) = figure.axes
    intercept = data[y].mean() - slopes["total"] * data[x].mean()
    label = f"total: line through all {STUDY.unit.many}"
    draw_line(axes, means[x], (slopes["total"], intercept), **LINES["total"], label=label, zorder=4)
    axes.get_legend().remove()
    legend_above(figure, axes, ncols=1)
    svg = io.StringIO()
    with rc_context({"svg.hashsalt": "landing"}):  # the same bytes from the same data
        figure.savefig(svg, format="svg", metadata={"Date": None})
    return svg.getvalue()


def landing_values(notebooks: Iterable[NotebookNode]) -> dict[str, str]:
    """Return what fills the landing page: the figure as Markdown, with alt text and caption."""
    slopes, word = _slopes(notebooks), words(STUDY)
    within, between, total = slopes["within"], slopes["between"], slopes["total"]
    inside = verdict(
        within,
        higher=f"has on average {magnitude(within)}{word.in_y} more of {word.y}",
        lower=f"has on average {magnitude(within)}{word.in_y} less of {word.y}",
        unclear=f"cannot be said to have more, or less, of {word.y}",
    )
    among = verdict(
        between,
        higher=f"lies {magnitude(between)}{word.in_y} higher on average",
        lower=f"lies {magnitude(between)}{word.in_y} lower on average",
        unclear="cannot be said to lie higher, or lower",
    )
    x = STUDY.predictor.name
    fit = fit_mixed(f"{STUDY.outcome.name} ~ {x}", STUDY.frame, STUDY.group.name)
    mixed = f"""The two slopes differ by more than chance explains, and the line through all
        {word.units} mixes them: its slope is {number(total)}."""
    differ = verdict(
        contextual_effect(fit, x),
        higher=mixed,
        lower=mixed,
        unclear=f"""Chance may explain how the two slopes differ; that of the line through all
        {word.units} is {number(total)}.""",
    )
    groups = count(STUDY.frame[STUDY.group.name].nunique(), STUDY.group)
    caption = f"""{groups}, each a circle with a short line. Of two {word.units} of the *same*
        {word.group}, the one whose {word.x} is higher by 1 {inside}. Of two *{word.groups}*, the
        one whose mean {word.x} is higher by 1 {among}. {differ}"""
    alt = f"""A circle for each {STUDY.group.one} at its mean of {STUDY.predictor.label} and of
        {STUDY.outcome.label}. Through each circle goes a short line with the slope found among
        {STUDY.unit.many} of one {STUDY.group.one}. A dashed line goes through all circles, a solid
        line through all {STUDY.unit.many}."""
    # In quotes, as JSON writes them, any label is safe in an option.
    options = f":alt: {json.dumps(_one_line(alt), ensure_ascii=False)}"
    return {"figure": f"```{{figure}} landing.svg\n{options}\n\n{_one_line(caption)}\n```"}


def _one_line(text: str) -> str:
    return " ".join(text.split())

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
    fit_mixed,
    magnitude,
    number,
    read_study,
    words,
)
from helpers.chapters.between_within import draw
from helpers.course.estimates import collect_estimates, read_rows
from helpers.course.findings import Finding, direction
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
    figure = draw.within_and_between(data, means, slopes, STUDY)
    figure.set_size_inches(6.2, 5)  # so that its words can be read on a phone
    (axes,) = figure.axes
    intercept = data[y].mean() - slopes["total"] * data[x].mean()
    label = f"total: line through all {STUDY.unit.many}"
    draw_line(axes, means[x], (slopes["total"], intercept), **LINES["total"], label=label, zorder=4)
    figure.legends[0].remove()
    legend_above(figure, axes, ncols=1)
    svg = io.StringIO()
    with rc_context({"svg.hashsalt": "landing"}):  # the same bytes from the same data
        figure.savefig(svg, format="svg", metadata={"Date": None})
    return svg.getvalue()


def landing_values(notebooks: Iterable[NotebookNode]) -> dict[str, str]:
    """Return what fills the landing page: the figure as Markdown, with alt text and caption."""
    slopes, word = _slopes(notebooks), words(STUDY)
    groups = count(STUDY.frame[STUDY.group.name].nunique(), STUDY.group)
    inside, among = _inside(slopes["within"]), _among(slopes["between"])
    caption = f"""{groups}, each a circle with a short line. Of two {word.units} of the *same*
        {word.group}, the one whose {word.x} is higher by 1 {inside}. Of two *{word.groups}*, the
        one whose mean {word.x} is higher by 1 {among}. {_mixed(slopes["total"])}"""
    alt = f"""A circle for each {STUDY.group.one} at its mean of {STUDY.predictor.label} and of
        {STUDY.outcome.label}. Through each circle goes a short line with the slope found among
        {STUDY.unit.many} of one {STUDY.group.one}. A dashed line goes through all circles, a solid
        line through all {STUDY.unit.many}."""
    # In quotes, as JSON writes them, any label is safe in an option.
    options = f":alt: {json.dumps(_one_line(alt), ensure_ascii=False)}"
    return {"figure": f"```{{figure}} landing.svg\n{options}\n\n{_one_line(caption)}\n```"}


def _inside(slope: Estimate) -> str:
    """Say of a unit what a predictor higher by 1 than that of another in its group goes with."""
    word, found = words(STUDY), direction(slope)
    if found is Finding.HIGHER:
        return f"has on average {magnitude(slope)}{word.in_y} more of {word.y}"
    if found is Finding.LOWER:
        return f"has on average {magnitude(slope)}{word.in_y} less of {word.y}"
    return f"cannot be said to have more, or less, of {word.y}"


def _among(slope: Estimate) -> str:
    """Say of a group what a mean higher by 1 than that of another goes with."""
    word, found = words(STUDY), direction(slope)
    if found is Finding.HIGHER:
        return f"lies {magnitude(slope)}{word.in_y} higher on average"
    if found is Finding.LOWER:
        return f"lies {magnitude(slope)}{word.in_y} lower on average"
    return "cannot be said to lie higher, or lower"


def _mixed(total: Estimate) -> str:
    """Say whether the two slopes differ, and that the line through all mixes them if they do."""
    word, x = words(STUDY), STUDY.predictor.name
    fit = fit_mixed(f"{STUDY.outcome.name} ~ {x}", STUDY.frame, STUDY.group.name)
    if contextual_effect(fit, x).excludes_zero:
        return f"""The two slopes differ by more than chance explains, and the line through all
            {word.units} mixes them: its slope is {number(total)}."""
    return f"""Chance may explain how the two slopes differ; that of the line through all
        {word.units} is {number(total)}."""


def _one_line(text: str) -> str:
    return " ".join(text.split())

"""A study's index: what was asked, the data, the answer, the chapters, and how to run it again."""

import math
import shlex
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from helpers.chapters.sector_interaction.compare import NOTHING, kinds
from helpers.course.draw import intervals
from helpers.course.estimates import read_rows
from helpers.course.findings import Finding, Interaction, direction, interaction
from helpers.course.style import as_html, as_png
from helpers.course.words import (
    Words,
    count,
    interval,
    interval_of_magnitude,
    magnitude,
    words,
)
from helpers.models.estimate import Estimate
from helpers.running.report.page import markdown_to_html, page
from helpers.study.file import Study
from helpers.study.installation import versions
from helpers.text import number, percent, span

# The chapters that estimate what `answer` tells; the last one needs a group predictor.
ANSWERED_IN = ("02", "03", "04", "05", "06")


@dataclass(frozen=True)
class Chapter:
    """How a chapter of a run ended: its name and title, and what went wrong if anything did."""

    name: str
    title: str
    error: str = ""


def found_in(rows: Iterable[Mapping[str, Any]]) -> dict[tuple[str, str], Estimate]:
    """Return the estimates of a tidy table by model and term, each as its last chapter has it.

    >>> rows = [{"chapter": "05", "model": "null", "effect": "variance", "term": "icc",
    ...          "estimate": 0.2, "std_error": None, "method": "REML"}]
    >>> found_in(rows)["null", "icc"].estimate
    0.2
    """
    return {(model, term): each for (_, model, term), each in read_rows(rows).items()}


def slopes_of(study: Study, known: Mapping[tuple[str, str], Estimate]) -> dict[str, Estimate]:
    """Return the slopes of one predictor that the chapters estimated, by model.

    >>> from helpers.study.reading import read_study
    >>> one = Estimate("within", "fixed", "ses", 2.2)
    >>> list(slopes_of(read_study("hsb"), {("within", "ses"): one}))
    ['within']
    """
    x = study.predictor.name
    found = {
        "total": known.get(("total", x)),
        "between": known.get(("between", x)),
        "within": known.get(("within", x), known.get(("within_between", f"{x}_within"))),
        "random intercept": known.get(("random_intercept", x)),
    }
    return {says: each for says, each in found.items() if each and math.isfinite(each.estimate)}


def answer(study: Study, known: Mapping[tuple[str, str], Estimate]) -> str:
    """Write what the chapters found in a paragraph of Markdown, and leave out what they did not.

    >>> from helpers.study.reading import read_study
    >>> known = {("within", "ses"): Estimate("within", "fixed", "ses", 2.2, 0.1, 99, 2.0, 2.4)}
    >>> print(answer(read_study("hsb"), known).replace(": ", ":" + chr(10)))
    Within schools, a higher socio-economic status goes with a higher math achievement:
    a slope of 2.20 (95% interval 2.00 to 2.40).
    """
    word = words(study)
    known = {where: each for where, each in known.items() if math.isfinite(each.estimate)}
    slopes = slopes_of(study, known)
    sentences = []
    if share := known.get(("null", "icc")):
        sentences.append(_of_share(share, known.get(("random_intercept", "icc")), word))
    if within := slopes.get("within"):
        sentences.append(_of_slope(within, word))
    if between := slopes.get("between"):
        sentences.append(_of_slope_between(between, word))
    return " ".join([*sentences, *_of_kinds(study, known)])


def about_slopes(
    slopes: Iterable[str], known: Mapping[tuple[str, str], Estimate], study: Study
) -> str:
    """Write what each slope of the figure is a slope of.

    >>> from helpers.study.reading import read_study
    >>> about_slopes(["within"], {}, read_study("hsb"))
    'The slope *within* compares students of one school. It does not say what causes what.'
    """
    word = words(study)
    between = known.get(("between", study.predictor.name))
    alone = between is not None and not math.isfinite(between.estimate)
    about = {
        "total": f"*total* is over all {word.units}, and its interval takes them for independent "
        "(chapter 2)",
        "between": f"*between* is over the means of {word.groups}",
        "within": f"*within* compares {word.units} of one {word.group}",
        "random intercept": f"*random intercept* is the slope within, since {word.groups} do not "
        f"differ in {word.x_mean}"
        if alone
        else "*random intercept* is an average of the slopes between and within, weighted by "
        "precision",
    }
    told = [about[model] for model in slopes]
    if len(told) == 1:
        return f"The slope {told[0]}. It does not say what causes what."
    return f"Each slope has its own meaning: {'; '.join(told)}. None says what causes what."


def _of_share(share: Estimate, given: Estimate | None, word: Words) -> str:
    """Write how much of the variance lies between groups, and where it hides there at first."""
    if share.estimate > 0:
        return (
            f"Of the variance of {word.y}, {percent(share.estimate)} lies between {word.groups} "
            f"(95% interval {percent(share.conf_low)} to {percent(share.conf_high)})."
        )
    nothing = (
        f"Without a predictor none of the variance of {word.y} is found to lie between "
        f"{word.groups}"
    )
    if given is None or given.estimate == 0:
        return f"{nothing}."
    return (
        f"{nothing}; of what is left with {word.x} held equal, {percent(given.estimate)} does "
        f"(95% interval {percent(given.conf_low)} to {percent(given.conf_high)})."
    )


def _of_slope(slope: Estimate, word: Words) -> str:
    """Write which way outcome and predictor go together within groups."""
    found = direction(slope)
    if found is Finding.UNCLEAR:
        return (
            f"Within {word.groups} the direction of the relation of {word.y} and {word.x} cannot "
            f"be told: a slope of {number(slope)} ({interval(slope)})."
        )
    if word.x_levels:
        by = f"by {magnitude(slope)}{word.in_y} ({interval_of_magnitude(slope)})"
        return f"Within {word.groups}, {word.y} is {found.value} {word.x_step}, {by}."
    return (
        f"Within {word.groups}, a higher {word.x} goes with a {found.value} {word.y}: a slope of "
        f"{number(slope)} ({interval(slope)})."
    )


def _of_slope_between(slope: Estimate, word: Words) -> str:
    """Write which way the means of groups go together."""
    found, told = direction(slope), f"a slope of {number(slope)} ({interval(slope)})"
    if found is Finding.UNCLEAR:
        return (
            f"Between {word.groups} the direction of the relation of mean {word.y} and "
            f"{word.x_mean} cannot be told: {told}."
        )
    return (
        f"Between {word.groups}, a higher {word.x_mean} goes with a {found.value} mean {word.y}: "
        f"{told}."
    )


def _no_answer(study: Study, chapters: Sequence[Chapter]) -> str:
    """Say why there is nothing to answer from."""
    numbers = ANSWERED_IN if study.group_predictor else ANSWERED_IN[:-1]
    named = Words.list([number.lstrip("0") for number in numbers])
    done = {chapter.name[:2] for chapter in chapters if not chapter.error}
    if not done:
        return "No chapter has run to its end yet."
    if done.isdisjoint(numbers):
        return (
            f"The answer is drawn from chapters {named}, and none of these has run to its end yet."
        )
    return (
        f"The answer is drawn from chapters {named}; those of them that have run to their end "
        "could not estimate what it would tell."
    )


def _of_kinds(study: Study, known: Mapping[tuple[str, str], Estimate]) -> list[str]:
    """Write what was found about the group predictor, if there is one."""
    if study.group_predictor is None:
        return []
    word, w = words(study), study.group_predictor.name
    levels = study.levels.get(w)
    if levels:
        low, high = (f"{word.groups} with {word.w} {word.text(level)}" for level in levels)
        per = ""
    else:
        low, high = (f"{word.groups} with a {which} {word.w}" for which in ("lower", "higher"))
        per = f" for each unit of {word.w}"
    sentences = []
    if difference := known.get(("group_predictor", w)):
        sentences.append(_of_difference(difference, low, high, per, word))
    if ("cross_level", f"{study.predictor.name}:{w}") in known:
        sentences.append(_of_slopes(study, known, high, word))
    return sentences


def _of_difference(difference: Estimate, low: str, high: str, per: str, word: Words) -> str:
    """Write how the outcome differs with the group predictor, at equal predictor."""
    found, ends = direction(difference), interval_of_magnitude(difference)
    if found is Finding.UNCLEAR:
        return (
            f"Whether {word.y} differs with {word.w}, at equal {word.x}, cannot be told "
            f"({interval(difference)})."
        )
    return (
        f"At equal {word.x}, {word.y} is {found.value} in {high} than in {low}, by "
        f"{magnitude(difference)}{word.in_y}{per} ({ends})."
    )


def _of_slopes(
    study: Study, known: Mapping[tuple[str, str], Estimate], high: str, word: Words
) -> str:
    """Write how the slope differs with the group predictor, by the model with random slopes."""
    assert study.group_predictor
    x, w = f"{study.predictor.name}_within", study.group_predictor.name
    own = known.get(("cross_level_random_slope", f"{x}:{w}"), NOTHING)
    slope = known.get(("cross_level_random_slope", x), NOTHING).estimate
    at = list(kinds(study).values())
    found = interaction(own, *(slope + own.estimate * at[end] for end in (0, -1)))
    if found is Interaction.STEEPER:
        return f"The slope of {word.x} is steeper in {high}."
    if found is Interaction.FLATTER:
        return f"The slope of {word.x} is flatter in {high}."
    if found is Interaction.HIGHER:
        return f"The slope of {word.x} is higher in {high}."
    if found is Interaction.LOWER:
        return f"The slope of {word.x} is lower in {high}."
    if found is Interaction.ABSENT:
        return (
            f"Whether the slope of {word.x} depends on {word.w} is left open, as slopes that "
            f"differ from {word.group} to {word.group} cannot be fitted."
        )
    return f"Whether the slope of {word.x} depends on {word.w} cannot be told."


def describe(study: Study) -> str:
    """Write a study's data in one line of Markdown.

    >>> from helpers.study.reading import read_study
    >>> describe(read_study("hsb"))
    '7,185 students in 160 schools, 14 to 67 each; none of the rows is left out.'
    """
    word = words(study)
    sizes = study.frame.groupby(study.group.name).size()
    left_out = "none of the rows is left out."
    if study.n_left_out:
        are = "is" if study.n_left_out == 1 else "are"
        left_out = (
            f"{study.n_left_out:,} of {study.n_rows:,} rows {are} left out for a missing value "
            f"({word.missing})."
        )
    return (
        f"{count(len(study.frame), study.unit)} in {count(len(sizes), study.group)}, "
        f"{span(sizes)} each; {left_out}"
    )


def index_page(
    study: Study,
    chapters: Sequence[Chapter],
    rows: Sequence[Mapping[str, Any]],
    checksums: Mapping[str, str],
    command: Sequence[str],
    links: Mapping[str, str],
) -> str:
    """Return a study's index.

    Parameters
    ----------
    study
        The study, with its data.
    chapters
        The chapters of this run, in order.
    rows
        The tidy table of those that ran to their end.
    checksums
        SHA-256 of each file that the run read, by what to call it.
    command
        The words of the command that would run it again.
    links
        Where the line at the top leads, by what it says.

    Examples
    --------
    >>> from helpers.study.reading import read_study
    >>> html = index_page(read_study("hsb"), [], [], {}, ["run", "hsb"], {})
    >>> "High School and Beyond" in html
    True
    """
    word = words(study)
    known = found_in(rows)
    title = study.title or study.file.stem
    asked = study.question.strip() or (
        f"How does {word.x} go with {word.y}, within {word.groups} and between them?"
    )
    slopes = slopes_of(study, known)
    parts = [
        f"# {word.text(title)}",
        f"*{asked}*" if not study.question else asked,
        f"**The data.** {describe(study)}",
        f"**In short.** {answer(study, known) or _no_answer(study, chapters)}",
    ]
    body = markdown_to_html("\n\n".join(parts))
    if slopes:
        label = f"slope of {study.outcome.label} on {study.predictor.label}, with 95% intervals"
        alt = "Each model's slope as a point with its interval, and a line at zero."
        body += f"{as_html(as_png(intervals(slopes, label)), alt)}\n"
        body += markdown_to_html(about_slopes(slopes, known, study))
    body += markdown_to_html("## The chapters\n\n" + "\n".join(map(_line_of, chapters)))
    body += markdown_to_html(
        "All estimates, unrounded: [results.csv](results.csv).\n\n"
        "## How to run it again\n\n"
        f"    {shlex.join(command)}\n\n"
        + _table({"file": "SHA-256"} | {word.text(k): f"`{v}`" for k, v in checksums.items()})
        + "\n\n"
        + _table({"made with": "version"} | versions())
    )
    return page(title, body, links)


def _line_of(chapter: Chapter) -> str:
    """Write a chapter's line of the list in Markdown."""
    title = Words.text(chapter.title)
    if chapter.error:
        return f"- {title}: **did not run to its end.** {Words.text(chapter.error)}"
    return f"- [{title}]({chapter.name}.html) ([notebook]({chapter.name}.ipynb))"


def _table(rows: Mapping[str, str]) -> str:
    """Write a mapping as a Markdown table, its first pair as the header."""
    (first, second), *rest = rows.items()
    lines = [f"| {first} | {second} |", "|:---|:---|", *(f"| {k} | {v} |" for k, v in rest)]
    return "\n".join(lines)

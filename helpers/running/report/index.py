"""A study's index: what was asked, the data, the answer, the chapters, and how to run it again."""

import base64
import io
import math
import os
import platform
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from importlib.metadata import version
from typing import Any

from matplotlib.figure import Figure

from helpers.course.draw import intervals
from helpers.course.words import Words, choose, count, interval, magnitude, verdict, words
from helpers.models.estimate import Estimate
from helpers.running.report.page import markdown_to_html, page
from helpers.study.file import Study, Variable
from helpers.text import number, percent, span

PACKAGES = ("multilevel-course", "numpy", "pandas", "scipy", "statsmodels", "matplotlib")


ABOUT_SLOPES = {
    "total": "over all units, with an interval that takes them for independent (chapter 2)",
    "between": "over the means of groups",
    "within": "inside groups",
    "random intercept": "an average of the slopes between and within, weighted by precision",
}

# The chapters that estimate what `answer` tells; the last one needs a group predictor.
ANSWERED_IN = ("02", "03", "05", "06")


@dataclass(frozen=True)
class Chapter:
    """How a chapter of a run ended: its name and title, and what went wrong if anything did."""

    name: str
    title: str
    error: str = ""


def read_rows(rows: Sequence[Mapping[str, Any]]) -> dict[tuple[str, str], Estimate]:
    """Return the rows of a tidy table as estimates, by model and term.

    >>> rows = [{"chapter": "05", "model": "null", "effect": "variance", "term": "icc",
    ...          "estimate": 0.2, "std_error": None, "method": "REML"}]
    >>> read_rows(rows)["null", "icc"].estimate
    0.2
    """
    names = {each.name for each in fields(Estimate)}
    numbers = ("estimate", "std_error", "df", "conf_low", "conf_high")
    known = {}
    for row in rows:
        kept = {key: value for key, value in row.items() if key in names}
        kept |= {key: float("nan") for key in numbers if kept.get(key) is None}
        known[row["model"], row["term"]] = Estimate(**kept)
    return known


def slopes_of(study: Study, known: Mapping[tuple[str, str], Estimate]) -> dict[str, Estimate]:
    """Return the slopes of one predictor that the chapters estimated, by model.

    >>> from helpers.study.reading import read_study
    >>> one = Estimate("within", "fixed", "ses", 2.2)
    >>> list(slopes_of(read_study("hsb"), {("within", "ses"): one}))
    ['within']
    """
    x = study.predictor.name
    models = {"total": "total", "between": "between", "within": "within"}
    models |= {"random_intercept": "random intercept"}
    found = {says: known.get((model, x)) for model, says in models.items()}
    return {says: each for says, each in found.items() if each and math.isfinite(each.estimate)}


def answer(study: Study, known: Mapping[tuple[str, str], Estimate]) -> str:
    """Write what the chapters found in a paragraph of Markdown, and leave out what they did not.

    >>> from helpers.study.reading import read_study
    >>> known = {("within", "ses"): Estimate("within", "fixed", "ses", 2.2, 0.1, 99, 2.0, 2.4)}
    >>> print(answer(read_study("hsb"), known).replace(": ", ":" + chr(10)))
    Inside schools, a higher socio-economic status goes with a higher math achievement:
    a slope of 2.20 (95% interval 2.00 to 2.40).
    """
    word = words(study)
    known = {where: each for where, each in known.items() if math.isfinite(each.estimate)}
    sentences = []
    if share := known.get(("null", "icc")):
        sentences.append(
            choose(
                share.estimate == 0,
                f"Of the variance of {word.y} nothing is found to lie between {word.groups}.",
                otherwise=f"Of the variance of {word.y}, {percent(share.estimate)} lies between "
                f"{word.groups} (95% interval {percent(share.conf_low)} to "
                f"{percent(share.conf_high)}).",
            )
        )
    slopes = slopes_of(study, known)
    for model, place in (("within", "Inside"), ("between", "Between")):
        if slope := slopes.get(model):
            sentences.append(
                verdict(
                    slope,
                    higher=f"{place} {word.groups}, a higher {word.x} goes with a higher {word.y}: "
                    f"a slope of {number(slope)} ({interval(slope)}).",
                    lower=f"{place} {word.groups}, a higher {word.x} goes with a lower {word.y}: "
                    f"a slope of {number(slope)} ({interval(slope)}).",
                    unclear=f"{place} {word.groups} the direction of the relation of {word.y} and "
                    f"{word.x} cannot be told: a slope of {number(slope)} ({interval(slope)}).",
                )
            )
    if study.group_predictor is not None:
        sentences += _of_kinds(study, study.group_predictor, known)
    return " ".join(sentences)


def _no_answer(study: Study, chapters: Sequence[Chapter]) -> str:
    """Say why there is nothing to answer from."""
    numbers = ANSWERED_IN if study.group_predictor else ANSWERED_IN[:-1]
    named = Words.list([number.lstrip("0") for number in numbers])
    done = {chapter.name[:2] for chapter in chapters if not chapter.error}
    return choose(
        not done,
        "No chapter has run to its end yet.",
        done.isdisjoint(numbers),
        f"The answer is drawn from chapters {named}, and none of these has run to its end yet.",
        otherwise=f"The answer is drawn from chapters {named}; those of them that have run to "
        "their end could not estimate what it would tell.",
    )


def _of_kinds(
    study: Study, variable: Variable, known: Mapping[tuple[str, str], Estimate]
) -> list[str]:
    """Write what was found about the group predictor."""
    word, w = words(study), variable.name
    levels = study.levels.get(w)
    low, high = (
        (f"{word.groups} with {word.w} {word.text(level)}" for level in levels)
        if levels
        else (f"{word.groups} with a lower {word.w}", f"{word.groups} with a higher {word.w}")
    )
    sentences = []
    if difference := known.get(("group_predictor", w)):
        per = "" if levels else f" for each unit of {word.w}"
        sentences.append(
            verdict(
                difference,
                higher=f"At equal {word.x}, {word.y} is higher in {high} than in {low}, by "
                f"{magnitude(difference)}{word.in_y}{per} ({interval(difference)}).",
                lower=f"At equal {word.x}, {word.y} is lower in {high} than in {low}, by "
                f"{magnitude(difference)}{word.in_y}{per} ({interval(difference)} "
                "for the difference).",
                unclear=f"Whether {word.y} differs with {word.w}, at equal {word.x}, cannot be "
                f"told ({interval(difference)}).",
            )
        )
    if product := known.get(("cross_level", f"{study.predictor.name}:{w}")):
        sentences.append(
            verdict(
                product,
                higher=f"The slope of {word.x} is larger in {high}.",
                lower=f"The slope of {word.x} is smaller in {high}.",
                unclear=f"Whether the slope of {word.x} depends on {word.w} cannot be told.",
            )
        )
    return sentences


def describe(study: Study) -> str:
    """Write a study's data in one line of Markdown.

    >>> from helpers.study.reading import read_study
    >>> describe(read_study("hsb"))
    '7,185 students in 160 schools of 14 to 67; none of the rows is left out.'
    """
    word = words(study)
    sizes = study.frame.groupby(study.group.name).size()
    left_out = choose(
        study.n_left_out == 0,
        "none of the rows is left out.",
        otherwise=f"{study.n_left_out:,} of {study.n_rows:,} rows are left out for a missing value "
        f"({word.missing}).",
    )
    return (
        f"{count(len(study.frame), study.unit)} in {count(len(sizes), study.group)} of "
        f"{span(sizes)}; {left_out}"
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
    known = read_rows(rows)
    title = study.title or study.file.stem
    asked = study.question.strip() or (
        f"How does {word.x} go with {word.y}, inside {word.groups} and between them?"
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
        body += picture(intervals(slopes, label), alt)
        told = "; ".join(f"*{model}*, {ABOUT_SLOPES[model]}" for model in slopes)
        body += markdown_to_html(
            f"Each slope answers a question of its own: {told}. None of them says what causes what."
        )
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


def versions() -> dict[str, str]:
    """Return what computed the results, and in which version.

    >>> list(versions())[0]
    'Python'
    """
    return {"Python": platform.python_version()} | {name: version(name) for name in PACKAGES}


def picture(figure: Figure, alt: str) -> str:
    """Return a figure as an HTML image that holds its own data.

    >>> picture(Figure(), "nothing")[:23]
    '<img alt="nothing" src='
    """
    file = io.BytesIO()
    figure.savefig(file, format="png", dpi=100)
    data = base64.b64encode(file.getvalue()).decode()
    return f'<img alt="{alt}" src="data:image/png;base64,{data}">{os.linesep}'

"""The sentences and tables of chapter 1, one function a paragraph."""

import math
from collections.abc import Sequence

import numpy as np
import pandas as pd

from helpers.course import findings
from helpers.course.findings import Alikeness, Boxes, Heterogeneity, Line
from helpers.course.words import Prose, count, words
from helpers.study.file import Study
from helpers.text import number, p_value, percent


def about(study: Study) -> Prose:
    """Say what the study is called, and what it asks."""
    title, question = "", ""
    if study.title:
        title = f"**{words(study).title}**"
    if study.question:
        question = (
            f"{' '.join(study.question.split())} This chapter only looks; those to come build what "
            "an answer needs."
        )
    return Prose.of_paragraphs(title, question)


def story(study: Study) -> Prose:
    """Tell the study's story as its file does, and where it is from."""
    source = ""
    if study.source:
        source = f"*Source:* {study.source}"
    return Prose.of_paragraphs(study.about, source)


def rows(n_units: int, n_groups: int, study: Study) -> Prose:
    """Say how many rows the file holds, and how many of them are used."""
    return Prose(
        f"The file holds {count(study.n_rows)} rows.",
        _left_out(study),
        f"{count(n_units, study.unit)} in {count(n_groups, study.group)}.",
    )


def _left_out(study: Study) -> str:
    word = words(study)
    if study.n_left_out == 0:
        return "Each of them is complete, and used:"
    if study.n_left_out == 1:
        return (
            f"One of them is left out, because it lacks a value (missing: {word.missing}). Used "
            "are the complete rows:"
        )
    return (
        f"{count(study.n_left_out)} of them are left out, because they lack one value or more "
        f"(missing: {word.missing}). Used are the complete rows:"
    )


def levels(study: Study) -> Prose:
    """Say what level 1 and level 2 are, and at which of them each variable stands."""
    word = words(study)
    of_groups = "The study names no level-2 variable."
    if study.group_predictor is not None:
        of_groups = f"A level-2 variable is {word.w}: it has one value for each {word.group}."
    codes = ""
    if word.codes:
        codes = f"Categories are coded by numbers: {word.codes}."
    return Prose(
        f"In this study level 1 is the {word.unit} and level 2 the {word.group}. The outcome is "
        f"{word.y_with_units}, the predictor {word.x_with_units}; both are level-1 variables, and "
        f"in code they go by `{study.outcome.name}` and `{study.predictor.name}`.",
        of_groups,
        codes,
    )


def pairs(typical_same: float, typical_other: float, study: Study) -> Prose:
    """Say whether two units of one group are more alike than two of different groups.

    Parameters
    ----------
    typical_same, typical_other
        How far two units of one group, and two of different groups, typically differ, in units of
        the outcome.
    study
        The study, for its words.
    """
    word = words(study)
    return Prose(
        f"Two {word.units} of the same {word.group} typically differ by "
        f"{number(typical_same)}{word.in_y} in {word.y}, two of different {word.groups} by "
        f"{number(typical_other)}{word.in_y} (root mean square over all pairs).",
        _alikeness(findings.alikeness(typical_same, typical_other), study),
    )


def _alikeness(found: Alikeness, study: Study) -> str:
    word = words(study)
    if found is Alikeness.MORE:
        return (
            f"In these data, then, {word.units} of one {word.group} are more alike than "
            f"{word.units} of different ones. Whether that is more than chance is asked below."
        )
    if found is Alikeness.HARDLY:
        return (
            f"In these data, then, it hardly matters for two {word.units} whether they share a "
            f"{word.group}. For the means of many it can matter all the same; that is asked below."
        )
    return (
        f"In these data, then, {word.units} of one {word.group} are even less alike than "
        f"{word.units} of different ones. The test below looks for the opposite, and cannot judge "
        "this."
    )


def table_of_description(described: pd.DataFrame) -> pd.DataFrame:
    """Write what pandas' ``describe`` found, a row a variable, with the digits it deserves."""
    not_zero = described.abs().gt(1e-12 * described["std"], axis=0)  # more than rounding leaves
    counts = [count(int(n)) for n in described["count"]]
    return described.where(not_zero, 0.0).map("{:.5g}".format).assign(count=counts)


def description(described: pd.DataFrame, study: Study) -> Prose:
    """Say which mean and which spread outcome and predictor have over all units.

    Parameters
    ----------
    described
        What pandas' ``describe`` found, a row a variable.
    study
        The study, for its words.
    """
    word = words(study)
    of_y, of_x = described.loc[study.outcome.name], described.loc[study.predictor.name]
    return Prose(
        f"Over all {word.units} the mean of {word.y} is {_mean(of_y)}{word.in_y}, with a standard "
        f"deviation (SD) of {number(of_y['std'])}; the mean of {word.x} is "
        f"{_mean(of_x)}{word.in_x}, with an SD of {number(of_x['std'])}. No number of this table "
        f"knows of the {word.groups}."
    )


def _mean(described: pd.Series) -> str:
    return number(described["mean"], described["std"] / described["count"] ** 0.5)


def cross_table(categories: Sequence[str], study: Study) -> Prose:
    """Say what the cross table counts, or why there is none."""
    word = words(study)
    if len(categories) < 2:
        return Prose(
            "The file of this study names fewer than two categorical variables, so there is "
            "nothing to cross."
        )
    return Prose(
        f"Each {word.unit} for whom these are known is counted once, by "
        f"{word.list(categories[:3])}."
    )


def group_sizes(sizes: pd.Series, study: Study) -> Prose:
    """Say how large the groups are, and whether all are of one size."""
    word = words(study)
    smallest, largest = int(sizes.min()), int(sizes.max())
    design = (
        f"The {word.groups} hold {count(smallest)} to {count(largest, study.unit)}, "
        f"{sizes.mean():.1f} on average (median {sizes.median():g}): the design is *unbalanced*."
    )
    if smallest == largest:
        design = f"Every {word.group} holds {count(largest, study.unit)}: the design is *balanced*."
    alone = ""
    if smallest == 1:
        alone = (
            f"{count(int((sizes == 1).sum()), study.group)} with a single {word.unit} cannot tell "
            "anything about the variation within."
        )
    return Prose(design, alone)


def outcome_by_group(
    n_boxed: int, n_groups: int, outcome: pd.Series, deviation: pd.Series, study: Study
) -> Prose:
    """Say which groups are shown, and what to de-mean the outcome changes.

    Parameters
    ----------
    n_boxed, n_groups
        The number of groups with a box of their own, and of all groups.
    outcome, deviation
        The outcome of each unit, raw and de-meaned.
    study
        The study, for its words.
    """
    word = words(study)
    shown = (
        f"The upper panels show all {count(n_groups, study.group)}, sorted by their median; the "
        f"lower ones show {n_boxed} of them, drawn at random."
    )
    if n_boxed == n_groups:
        shown = f"All {count(n_groups, study.group)} are shown, sorted by their median."
    raw, demeaned = outcome.std(), deviation.std()
    spread = f"Here the means of the {word.groups} are all the same, and nothing goes."
    if findings.spread_shrinks(raw, demeaned):
        spread = (
            f"So the SD of {word.y} over all {word.units} shrinks: it is {number(raw)} raw and "
            f"{number(demeaned)} de-meaned."
        )
    return Prose(
        shown,
        f"Each box is as long on the right as on the left: to de-mean moves the {word.units} of "
        f"one {word.group} together, and changes no distance between them. What goes is the "
        f"distance between {word.groups}.",
        spread,
    )


def table_of_variation(squares: Sequence[float], dfs: Sequence[int]) -> pd.DataFrame:
    """Write the table of the analysis of variance.

    Parameters
    ----------
    squares, dfs
        The sums of squares between groups, within them and in total, and their degrees of freedom.
    """
    between, within, total = squares
    return pd.DataFrame(
        {
            "sum of squares": [number(each, total / 1e4) for each in squares],
            "share": [f"{each / total:.3f}" for each in squares],
            "df": [count(df) for df in dfs],
            "mean square": [number(between / dfs[0]), number(within / dfs[1]), ""],
        },
        index=["between", "within", "total"],
    )


def variation(between: float, within: float, study: Study) -> Prose:
    """Say which share of the outcome's sum of squares lies between groups, and which within."""
    word = words(study)
    return Prose(
        f"Of the variation in {word.y}, {percent(between)} lies between {word.groups} and "
        f"{percent(within)} within them."
    )


def means_against_chance(
    means: pd.Series, dealt: pd.Series, by_chance: float, eta_squared: float, study: Study
) -> Prose:
    """Say how the spread of the groups' means compares with what chance alone deals.

    Parameters
    ----------
    means, dealt
        The mean outcome of each group, as observed and after units were dealt to groups at random.
    by_chance, eta_squared
        The share of the variation between groups: by chance alone, on average, and as observed.
    study
        The study, for its words.
    """
    word = words(study)
    return Prose(
        f"The means of the {word.groups} have an SD of {number(means.std())}{word.in_y} as "
        f"observed and of {number(dealt.std())}{word.in_y} after this one deal. Chance alone "
        f"would put {percent(by_chance)} of the variation between {word.groups}, on average; here "
        f"it is {percent(eta_squared)}."
    )


def f_test(f_ratio: float, df_between: int, df_within: int, p: float, study: Study) -> Prose:
    """Say whether means of groups differ by more than chance.

    Parameters
    ----------
    f_ratio, df_between, df_within, p
        The F-test of the analysis of variance; F is infinite where nothing varies within groups.
    study
        The study, for its words.
    """
    word = words(study)
    ratio = (
        f"F is {number(f_ratio)} on {count(df_between)} and {count(df_within)} degrees of freedom, "
        f"{p_value(p)}."
    )
    if math.isinf(f_ratio):
        ratio = f"Within {word.groups} nothing varies at all, so F is infinite."
    if findings.means_beyond_chance(p):
        return Prose(
            ratio,
            f"If chance were all, the means of {word.groups} would seldom spread so widely. This "
            f"is evidence that {word.groups} differ, and so that {word.units} of one {word.group} "
            f"share something: the rows of {word.y} are not independent. The standard error that "
            "OLS gives an overall mean is then in doubt; for a regression it matters what the "
            "predictors leave over.",
        )
    return Prose(
        ratio,
        f"Chance alone would spread the means of {word.groups} at least this widely in "
        f"{percent(p)} of such deals, too often to rule it out. That does not show that all "
        f"{word.groups} are the same, only that this test cannot tell them apart.",
    )


def spread_inside(sds: pd.Series, levene_p: float, study: Study) -> Prose:
    """Say how the spread inside groups differs, and what that does to the F-test.

    Parameters
    ----------
    sds
        The SD of the outcome inside each group that has one.
    levene_p
        The p-value of Levene's test; nan where it cannot be made.
    study
        The study, for its words.
    """
    word, found = words(study), findings.heterogeneity(levene_p)
    if len(sds) < 2:
        return Prose()
    span = (
        f"Inside single {word.groups} the SD runs from {number(sds.min())} to {number(sds.max())}."
    )
    if found is Heterogeneity.FOUND:
        return Prose(
            span,
            f"That is more than chance would make it differ (Levene's test, {p_value(levene_p)}), "
            "so read the F-test as a rough answer. Where sizes are unequal, it finds differences "
            f"too easily if the smallest {word.groups} spread most, and too seldom if the largest "
            "do.",
        )
    if found is Heterogeneity.UNCLEAR:
        return Prose(
            span,
            f"Chance can make it differ that much (Levene's test, {p_value(levene_p)}); the SD of "
            f"few {word.units} is a rough SD.",
        )
    return Prose(span)


def what_eta_squared_is_not(study: Study) -> Prose:
    """Say that eta squared is not yet the intraclass correlation."""
    return Prose(
        "Eta squared is not yet the share of variance that belongs to "
        f"{words(study).groups}, since part of it is chance. Chapter 5 estimates that share with "
        "chance set aside, and calls it the intraclass correlation."
    )


def boxes_and_means(
    boxes_apart: np.ndarray, means_apart: np.ndarray, p: float, study: Study
) -> Prose:
    """Say what would be concluded from boxes that are apart, and what from means that are.

    Parameters
    ----------
    boxes_apart, means_apart
        Of each pair of groups: whether their boxes are apart, and whether their means are further
        apart than 95 in 100 by chance.
    p
        The p-value of the F-test.
    study
        The study, for its words.
    """
    word = words(study)
    of_boxes, of_means = float(boxes_apart.mean()), float(means_apart.mean())
    table = (
        f"| pairs of {word.groups}: {count(len(boxes_apart))} | share |\n"
        "|---|---|\n"
        f"| mistaken: the boxes are apart | {percent(of_boxes)} |\n"
        f"| better: the means are further apart than 95 in 100 by chance | {percent(of_means)} |\n"
        "| the same, on average, if chance were all | 5% |"
    )
    judged = Prose(
        _boxes(findings.boxes_beside_means(of_boxes, of_means, p), study),
        "Among many pairs some are far apart by chance, so the F-test, which looks at all "
        f"{word.groups} at once, is the better judge of whether they differ.",
    )
    return Prose.of_paragraphs(table, judged.text)


def _boxes(found: Boxes, study: Study) -> str:
    word = words(study)
    if found is Boxes.HARDLY_ANY:
        return (
            f"By the boxes hardly any two {word.groups} would differ, and yet the F-test above "
            "finds that their means do. Overlapping boxes do not show that means are equal."
        )
    if found is Boxes.FEWER:
        return (
            "The boxes tell fewer pairs apart than the means do. Overlapping boxes do not show "
            "that means are equal."
        )
    if found is Boxes.NO_FEWER:
        return (
            "Here the boxes tell no fewer pairs apart than the means do, and yet they are no test: "
            f"boxes of few {word.units} can be apart by chance, and boxes of many can overlap "
            "although their means differ."
        )
    return (
        "Here the F-test finds no difference of means beyond chance. If boxes overlap, that is "
        f"still not the reason: boxes compare {word.units}, and the test compares means."
    )


def slopes_in_groups(slope_of_all: float, slopes: pd.Series, n_groups: int, study: Study) -> Prose:
    """Say which way the line of all units goes, and which way those of single groups.

    Parameters
    ----------
    slope_of_all
        The least-squares slope of all units, in units of the outcome per unit of the predictor.
    slopes
        The slope of each group that has one.
    n_groups
        The number of all groups.
    study
        The study, for its words.
    """
    word = words(study)
    return Prose(
        _line_of_all(slope_of_all, study),
        _own_lines(slopes, n_groups, study),
        f"Their median slope is {number(slopes.median())}, that of the line of all {word.units} "
        f"{number(slope_of_all)}. A line through few {word.units} is a rough line, so single "
        "slopes differ by chance as well.",
    )


def _line_of_all(slope: float, study: Study) -> str:
    word, found = words(study), findings.line(slope)
    if found is Line.RISING:
        return (
            f"Over all {word.units} the line rises: where {word.x_with_units} is higher by 1, "
            f"{word.y} is higher by {number(slope)}{word.in_y} on average."
        )
    if found is Line.FALLING:
        return (
            f"Over all {word.units} the line falls: where {word.x_with_units} is higher by 1, "
            f"{word.y} is lower by {number(-slope)}{word.in_y} on average."
        )
    return f"Over all {word.units} the line is level."


def _own_lines(slopes: pd.Series, n_groups: int, study: Study) -> str:
    word, found = words(study), [findings.line(slope) for slope in slopes]
    rising, falling = (_or_none(found.count(way)) for way in (Line.RISING, Line.FALLING))
    if len(slopes) == n_groups:
        return (
            f"The own lines of {word.groups} rise in {rising} and fall in {falling} of "
            f"{count(n_groups)}."
        )
    return (
        f"A line of its own is defined for {count(len(slopes))} of "
        f"{count(n_groups, study.group)}, those in which {word.x} varies: it rises in {rising} "
        f"and falls in {falling}."
    )


def _or_none(n: int) -> str:
    if n == 0:
        return "none"
    return count(n)

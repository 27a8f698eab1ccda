"""The sentences and tables of chapter 2, one function a paragraph."""

from collections.abc import Mapping, Sequence

import pandas as pd

from helpers.course import findings
from helpers.course.findings import Fallacy, Finding, Lines, Steepness
from helpers.course.words import Prose, count, interval, magnitude, words
from helpers.models.estimate import Estimate
from helpers.study.file import Study
from helpers.text import counted, number, percent

# In all that follows the slope between groups has no numbers where these have one mean of the
# predictor, and no standard error where there are two groups.


def the_study(study: Study) -> Prose:
    """Say what is studied, and how many rows are left out."""
    word, frame = words(study), study.frame
    opening = (
        f"The study again: {count(len(frame), study.unit)} in "
        f"{count(frame[study.group.name].nunique(), study.group)}. The outcome is "
        f"{word.y_with_units}, the predictor {word.x_with_units}."
    )
    if study.n_left_out == 0:
        return Prose(opening)
    return Prose(
        opening,
        f"Left out for a missing value: {count(study.n_left_out)} of the {count(study.n_rows)} "
        f"rows of the file (missing: {word.missing}).",
    )


def two_regressions(total: Estimate, between: Estimate, n_groups: int, study: Study) -> Prose:
    """Say which way the lines through units and through means go, and which is the steeper.

    Parameters
    ----------
    total, between
        The slope of all units, and that of the means of groups.
    n_groups
        The number of groups.
    study
        The study, for its words.
    """
    return Prose(
        _directions(total, between, study),
        _steeper(total, between),
        _two_means(between, n_groups),
        "(Slopes in sentences end near the second significant digit of a standard error.)",
    )


def _directions(total: Estimate, between: Estimate, study: Study) -> str:
    word, found = words(study), findings.lines(total, between)
    if found is Lines.ABSENT:
        return (
            f"The means of {word.x} are the same in all {word.groups}, so there is no between "
            "slope in this study: a line needs points that differ."
        )
    if found is Lines.RISING:
        return (
            f"Both lines rise in these data. Where {word.x_with_units} is higher by 1, {word.y} is "
            f"higher on average by {magnitude(total)}{word.in_y} among {word.units}, and by "
            f"{magnitude(between)}{word.in_y} among means of {word.groups}."
        )
    if found is Lines.FALLING:
        return (
            f"Both lines fall in these data. Where {word.x_with_units} is higher by 1, {word.y} is "
            f"lower on average by {magnitude(total)}{word.in_y} among {word.units}, and by "
            f"{magnitude(between)}{word.in_y} among means of {word.groups}."
        )
    if found is Lines.LEVEL:
        return (
            f"The line through the means is level, since the means of {word.y} do not rise or fall "
            f"with those of {word.x}; the slope among {word.units} is {number(total)}."
        )
    return (
        "The two lines do not have the same direction in these data: among "
        f"{word.units} the slope is {number(total)}, among means of {word.groups} it is "
        f"{number(between)}."
    )


def _steeper(total: Estimate, between: Estimate) -> str:
    if findings.lines(total, between) not in (Lines.RISING, Lines.FALLING):
        return ""
    found = findings.steepness(between.estimate, total.estimate)
    if found is Steepness.ALIKE:
        return "The two lines are equally steep, or nearly so."
    if found is Steepness.STEEPER:
        return "The line through the means is the steeper one."
    return "The line through the means is the flatter one."


def _two_means(between: Estimate, n_groups: int) -> str:
    if n_groups > 2 or pd.isna(between.estimate):
        return ""
    return (
        "Two means always lie on one line, so the between slope comes without any measure of its "
        "uncertainty."
    )


def within_slope(
    total: Estimate, between: Estimate, within: Estimate, n_groups: int, study: Study
) -> Prose:
    """Say how steep the line through the means is beside the short lines inside groups.

    Parameters
    ----------
    total, between, within
        The slope of all units, of the means of groups, and of the deviations from them.
    n_groups
        The number of groups.
    study
        The study, for its words.
    """
    word = words(study)
    return Prose(
        f"Each short line has the within slope, {number(within.estimate, total.std_error)}, and "
        f"reaches half an SD of {word.x} in its own {word.group} to either side of the mean.",
        _dashed_line(between, within),
        _so_much(between, n_groups, study),
    )


def _dashed_line(between: Estimate, within: Estimate) -> str:
    found = findings.between_beside_within(between, within)
    if found is Steepness.ABSENT:
        return "No line is drawn through the means, because none is defined."
    if found is Steepness.OPPOSED:
        return (
            "The dashed line through the means has the opposite direction in these data, with a "
            f"slope of {number(between)}."
        )
    if found is Steepness.ALIKE:
        return (
            "The dashed line through the means is about as steep, with a slope of "
            f"{number(between)}."
        )
    if found is Steepness.STEEPER:
        return (
            "The dashed line through the means is steeper in these data, with a slope of "
            f"{number(between)}."
        )
    return (
        "The dashed line through the means is flatter in these data, with a slope of "
        f"{number(between)}."
    )


def _so_much(between: Estimate, n_groups: int, study: Study) -> str:
    if pd.isna(between.estimate):
        return ""
    return (
        f"So much describes these {count(n_groups, study.group)}. Whether the two slopes differ by "
        "more than chance is a question for a model that holds both, in chapter 4."
    )


def weighted_average(
    between: Estimate, by_size: float, eta_squared: float, sizes: pd.Series, study: Study
) -> Prose:
    """Say what the total slope is an average of, and what weighting by size does.

    Parameters
    ----------
    between
        The slope of the means of groups, each counted once.
    by_size
        The same with groups weighted by size, in units of the outcome over those of the predictor.
    eta_squared
        Its weight in the total slope, from 0 to 1.
    sizes
        The number of units in each group.
    study
        The study, for its words.
    """
    word = words(study)
    if pd.isna(between.estimate):
        return Prose(
            f"Since {word.x} has the same mean in all {word.groups}, its eta squared is zero: "
            "nothing of the total slope comes from between, and all of it is the within slope."
        )
    return Prose(
        f"The weighted average and the total slope agree, as they must. Of the variation in "
        f"{word.x}, {percent(eta_squared)} lies between {word.groups}, so the total slope stands "
        f"{percent(eta_squared)} of the way from the within slope to the between slope weighted by "
        "size.",
        _weighting(between, by_size, sizes, study),
    )


def _weighting(between: Estimate, by_size: float, sizes: pd.Series, study: Study) -> str:
    word = words(study)
    if sizes.min() == sizes.max():
        return f"All {word.groups} are of one size here, so weighting them by size changes nothing."
    if findings.written_alike(by_size, between):
        return f"Weighting {word.groups} by size hardly changes the between slope here."
    return (
        f"Weighting {word.groups} by size moves the between slope from {number(between)} to "
        f"{number(by_size, between.std_error)}, and it is the second that makes the identity hold."
    )


def what_it_is_worth(means_differ: bool, study: Study) -> Prose:
    """Say what the identity says of the total slope; `means_differ` where groups' means do."""
    opening = "This is arithmetic and holds in any data."
    if not means_differ:
        return Prose(opening)
    return Prose(
        opening,
        "It also says what the total slope is worth: it mixes two slopes, in a proportion that "
        f"depends on how these {words(study).groups} happened to be composed.",
    )


def ecological_fallacy(total: Estimate, between: Estimate, within: Estimate, study: Study) -> Prose:
    """Say what it would cost to take the slope of the means for a slope of units.

    Parameters
    ----------
    total, between, within
        The slope of all units, of the means of groups, and of the deviations from them.
    study
        The study, for its words.
    """
    word = words(study)
    rows = [
        f"| how much {word.y} goes with 1 more in {word.x_with_units} | slope |",
        "|---|---|",
        f"| mistaken for a slope of {word.units}: the means of {word.groups} | {number(between)} |",
        f"| all {word.units}, {word.groups} forgotten | {number(total)} |",
        f"| {word.units} of one {word.group}, on average | "
        f"{number(within.estimate, total.std_error)} |",
    ]
    cost = Prose(_cost(between, within, study), _chance(between))
    return Prose.of_paragraphs("\n".join(rows), cost.text)


def _cost(between: Estimate, within: Estimate, study: Study) -> str:
    word, found = words(study), findings.ecological_fallacy(between, within)
    if found is Fallacy.ABSENT:
        return (
            f"Here the mistake cannot be made: the means of {word.x} do not differ, and no slope "
            "can be read off them."
        )
    if found is Fallacy.TURNED:
        return (
            f"In these data the mistake would turn the relation inside {word.groups} round: read "
            "off the means it has the opposite direction."
        )
    if found is Fallacy.SIGNS_DIFFER:
        return (
            f"The slope of the means and the slope inside {word.groups} have opposite signs in "
            "these data, but at least one of them is so uncertain that its direction cannot be "
            "told."
        )
    if found is Fallacy.UNCLEAR:
        return (
            "Whether the mistake would mislead here cannot be told from these two regressions: the "
            f"slope of the means and the slope inside {word.groups} are not far apart for their "
            "standard errors."
        )
    if found is Fallacy.OVERSTATED:
        return (
            f"In these data the mistake would overstate the relation inside {word.groups}: read "
            "off the means it is steeper than it is there on average."
        )
    return (
        f"In these data the mistake would understate the relation inside {word.groups}: read off "
        "the means it is flatter than it is there on average."
    )


def _chance(between: Estimate) -> str:
    if pd.isna(between.estimate):
        return ""
    return "Part of any difference, or all of it, can be chance; chapter 4 asks how much."


def correlations(of_means: float, of_units: float, n_groups: int, study: Study) -> Prose:
    """Say how the correlations of means and of units compare; not of two means, whose is one.

    Parameters
    ----------
    of_means, of_units
        The correlation of outcome and predictor among means of groups, ``nan`` where it is not
        defined, and among units.
    n_groups
        The number of groups.
    study
        The study, for its words.
    """
    word = words(study)
    if n_groups == 2 or pd.isna(of_means):
        return Prose()
    return Prose(
        f"Robinson compared correlations. Here that of the means is {number(of_means)}, that of "
        f"all {word.units} {number(of_units)}. Averaging removes variation within {word.groups}. "
        f"Where {word.groups} differ by more than chance, that can take away more scatter than "
        "relation, so that correlations of means are often the stronger ones. That too says "
        f"nothing about single {word.units}."
    )


def robust_error(ratio: float, own_error: float, n_groups: int, study: Study) -> Prose:
    """Say how the cluster-robust standard error of the slope compares with the naive one.

    Parameters
    ----------
    ratio
        The cluster-robust standard error, in units of the naive one.
    own_error
        The error of the robust one, as a share of it.
    n_groups
        The number of groups.
    study
        The study, for its words.
    """
    word = words(study)
    return Prose(
        "A standard error is itself an estimate, and this one learns from "
        f"{count(n_groups, study.group)} only. As a rule of thumb it carries an error of its own "
        f"of about {percent(own_error)}, more if {word.groups} are unequal.",
        _beside_naive(ratio, own_error, study),
    )


def _beside_naive(ratio: float, own_error: float, study: Study) -> str:
    word, found = words(study), findings.robust_error(ratio, own_error)
    opening = f"The cluster-robust standard error of the slope is {ratio:.2f} times the naive one"
    if found is Finding.HIGHER:
        return (
            f"{opening}, more than such an error explains. Treating rows as independent and "
            "equally spread, OLS claims to know this slope better than it does."
        )
    if found is Finding.LOWER:
        return (
            f"{opening}, smaller than such an error explains. This can happen when the slope rests "
            f"mostly on comparisons inside {word.groups}: what all {word.units} of one "
            f"{word.group} share then drops out of it, but counts as noise in the naive formula."
        )
    return (
        f"{opening}. Such an error is enough to explain the difference, so the two cannot be told "
        "apart here. That does not show that rows are independent."
    )


def total_slope(robust: Estimate, n_groups: int, study: Study) -> Prose:
    """Say which way the outcome goes with the predictor over all units, and how surely.

    Parameters
    ----------
    robust
        The slope of all units, with its cluster-robust standard error.
    n_groups
        The number of groups.
    study
        The study, for its words.
    """
    return Prose(_over_all_units(robust, study), _caution(n_groups, study))


def _over_all_units(robust: Estimate, study: Study) -> str:
    word, found = words(study), findings.direction(robust)
    opening = (
        f"With the robust standard error the total slope is {number(robust)} ({interval(robust)}): "
        f"over all {word.units},"
    )
    if found is Finding.HIGHER:
        return (
            f"{opening} a higher value of {word.x} goes with a higher value of {word.y} on average."
        )
    if found is Finding.LOWER:
        return (
            f"{opening} a higher value of {word.x} goes with a lower value of {word.y} on average."
        )
    return f"{opening} its direction cannot be told."


def _caution(n_groups: int, study: Study) -> str:
    if not findings.too_few_clusters(n_groups):
        return ""
    return (
        f"One caution: with as few as {count(n_groups, study.group)} a cluster-robust standard "
        "error tends to come out too small, and the honest interval is probably wider. Do not lean "
        "on a direction whose interval ends near zero."
    )


def better_question(means_differ: bool) -> Prose:
    """Say what a better standard error leaves as it is; `means_differ` where groups' means do."""
    opening = "A better standard error does not make a better question."
    if not means_differ:
        return Prose(opening)
    return Prose(opening, "It is still the slope that mixes between and within.")


# -- tables ----------------------------------------------------------------------------------------


def table_of_regressions(
    total: Mapping[str, Estimate],
    between: Mapping[str, Estimate],
    r_squared: Sequence[float],
    n_groups: int,
    study: Study,
) -> pd.DataFrame:
    """Show the two regressions below each other.

    Parameters
    ----------
    total, between
        The coefficients of each, by term.
    r_squared
        The share of variance that each explains, from 0 to 1; ``nan`` where it is not defined.
    n_groups
        The number of groups.
    study
        The study, for its words.
    """
    x = study.predictor.name
    return pd.DataFrame(
        {
            "rows": [counted(len(study.frame), study.unit), counted(n_groups, study.group)],
            "intercept": [number(terms["Intercept"]) for terms in (total, between)],
            "slope": [number(terms[x]) for terms in (total, between)],
            "R²": [number(share) for share in r_squared],
        },
        index=["total", "between"],
    )


def table_of_slopes(
    total: Estimate,
    between: Estimate,
    by_size: float,
    within: Estimate,
    eta_squared: float,
    average: float,
) -> pd.DataFrame:
    """Show the parts of the total slope, with two digits more than in sentences.

    Parameters
    ----------
    total, between, within
        The slope of all units, of the means of groups, and of the deviations from them.
    by_size
        The slope of the means, groups weighted by size.
    eta_squared
        The weight of that slope, from 0 to 1.
    average
        The weighted average of between, by size, and within.
    """
    fine = total.std_error / 100  # to see that they agree
    return pd.Series(
        {
            "between slope, each group counted once": number(between.estimate, fine),
            "between slope, groups weighted by size": number(by_size, fine),
            "within slope": number(within.estimate, fine),
            "weight of the between slope (eta squared)": number(eta_squared, 1e-4),
            "weighted average": number(average, fine),
            "total slope": number(total.estimate, fine),
        }
    ).to_frame("value")


def table_of_errors(naive: Mapping[str, Estimate], robust: Mapping[str, Estimate]) -> pd.DataFrame:
    """Show the standard errors of each coefficient, naive and cluster-robust, and their ratio."""
    errors = [(naive[term].std_error, robust[term].std_error) for term in naive]
    return pd.DataFrame(
        {
            "naive": [number(one) for one, _ in errors],
            "cluster-robust": [number(other) for _, other in errors],
            "ratio": [f"{other / one:.2f}" for one, other in errors],
        },
        index=[f"standard error of the {name}" for name in ("intercept", "slope")],
    )

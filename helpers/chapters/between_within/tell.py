"""The sentences and tables of chapter 2, one function a paragraph."""

from collections.abc import Mapping, Sequence

import pandas as pd

from helpers.course import findings
from helpers.course.findings import Fallacy, Finding, Lines, Steepness
from helpers.course.tell import typed
from helpers.course.words import Prose, count, interval, magnitude, with_article, words
from helpers.models.estimate import Estimate
from helpers.study.file import Study
from helpers.text import counted, number, percent

# In all that follows the slope between groups has no numbers where these have one mean of the
# predictor, and no standard error where there are two groups.


def the_study(study: Study) -> Prose:
    """Say what is studied, and how many rows are left out."""
    word, frame = words(study), study.frame
    opening = (
        f"The study again: {count(len(frame), study.unit)} of "
        f"{count(frame[study.group.name].nunique(), study.group)}. The outcome is "
        f"{word.y_with_units}, the predictor {word.x_with_units}."
    )
    return Prose(opening, _coding(study), _left_out(study))


def _coding(study: Study) -> str:
    word = words(study)
    if word.x_levels is None:
        return ""
    return f"In numbers, {word.x} is 0 for {word.x_levels[0]} and 1 for {word.x_levels[1]}."


def _left_out(study: Study) -> str:
    if study.n_left_out == 0:
        return ""
    return (
        f"Left out for a missing value: {count(study.n_left_out)} of the {count(study.n_rows)} "
        f"rows of the file (missing: {words(study).missing})."
    )


def typed_out(x_mean_varies: bool, study: Study) -> Prose:
    """Show the two regressions with the study's names; `x_mean_varies` where its means do."""
    word, y, x = words(study), study.outcome.name, study.predictor.name
    total = f'smf.ols("{y} ~ {x}", data)'
    if x_mean_varies:
        return typed(total, f'smf.ols("{y} ~ {x}", means)')
    return Prose.of_paragraphs(
        typed(total, f'smf.ols("{y} ~ 1", means)').text,
        f"The {word.x_mean} is the same for all {word.groups}. So the second regression has no "
        "predictor and is no line, and the table leaves its numbers out.",
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
        "(A slope is written to the second significant digit of its standard error; further "
        "digits would be noise.)",
    )


def _directions(total: Estimate, between: Estimate, study: Study) -> str:
    word, found = words(study), findings.lines(total, between)
    if found is Lines.ABSENT:
        return (
            f"The slope among {word.units} is {number(total)}. The {word.x_mean} is the same for "
            f"all {word.groups}, so there is no between slope in this study: a line needs points "
            "that differ."
        )
    if found is Lines.RISING:
        return (
            f"Both lines rise in these data: {word.x_step}, {word.y} is higher on average by "
            f"{magnitude(total)}{word.in_y} among {word.units}. Among {word.groups}, mean {word.y} "
            f"is higher by {magnitude(between)}{word.in_y} where the {word.x_mean} is higher by 1."
        )
    if found is Lines.FALLING:
        return (
            f"Both lines fall in these data: {word.x_step}, {word.y} is lower on average by "
            f"{magnitude(total)}{word.in_y} among {word.units}. Among {word.groups}, mean {word.y} "
            f"is lower by {magnitude(between)}{word.in_y} where the {word.x_mean} is higher by 1."
        )
    if found is Lines.LEVEL:
        return (
            f"The line through the means is level, or nearly so: the means of {word.y} hardly "
            f"rise or fall with the {word.x_means}. The slope among {word.units} is "
            f"{number(total)}."
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


def questions(means_differ: bool, study: Study) -> Prose:
    """Say how many questions the total slope has to answer; `means_differ` where groups' means do.

    Parameters
    ----------
    means_differ
        Whether means of the predictor differ.
    study
        The study, for its words.
    """
    word = words(study)
    if not means_differ:
        return Prose(
            f"In this study only the second can be asked, since the {word.x_mean} is the same for "
            f"all {word.groups}."
        )
    return Prose(
        "The total slope is asked about the sum of both parts, and can give only one answer to two "
        "questions."
    )


def within_slope(between: Estimate, within: Estimate, n_groups: int, study: Study) -> Prose:
    """Say how steep the line through the means is beside the short lines within groups.

    Parameters
    ----------
    between, within
        The slope of the means of groups, and of the deviations from them.
    n_groups
        The number of groups.
    study
        The study, for its words.
    """
    word = words(study)
    return Prose(
        f"Each short line stands for one {word.group} and has the within slope, {number(within)}. "
        f"To either side of the mean it reaches half an SD of {word.x}, as that varies within the "
        f"{word.group}.",
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
    if pd.isna(between.std_error):
        return ""
    return (
        f"That describes the {count(n_groups, study.group)} at hand. Whether the two slopes differ "
        "by more than chance is a question for a model that holds both, in chapter 4."
    )


def weighted_average(
    between: Estimate, by_size: Estimate, eta_squared: float, sizes: pd.Series, study: Study
) -> Prose:
    """Say what the total slope is an average of, and what weighting by size does.

    Parameters
    ----------
    between, by_size
        The slope of the means of groups, each counted once, and each weighted by its size.
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
            f"Since the {word.x_mean} is the same for all {word.groups}, the eta squared of "
            f"{word.x} is zero: nothing of the total slope comes from between, and all of it is "
            "the within slope."
        )
    return Prose(
        f"The weighted average and the total slope agree, as they must. Of the variation in "
        f"{word.x}, {percent(eta_squared)} lies between {word.groups}, so the total slope stands "
        f"{percent(eta_squared)} of the way from the within slope to the between slope weighted by "
        "size.",
        _weighting(between, by_size, sizes, study),
    )


def _weighting(between: Estimate, by_size: Estimate, sizes: pd.Series, study: Study) -> str:
    word = words(study)
    if sizes.min() == sizes.max():
        return f"All {word.groups} are of one size here, so weighting them by size changes nothing."
    if pd.isna(between.std_error):
        return "Two means lie on one line, so weighting them by size changes nothing."
    if findings.slopes_alike(by_size.estimate, between):
        return f"Weighting {word.groups} by size hardly changes the between slope here."
    return (
        f"Weighting {word.groups} by size moves the between slope from {number(between)} to "
        f"{number(by_size)}, and it is the second that makes the identity hold."
    )


def what_it_is_worth(means_differ: bool, study: Study) -> Prose:
    """Say what the identity says of the total slope; `means_differ` where groups' means do."""
    word, opening = words(study), "This is arithmetic and holds in any data."
    if not means_differ:
        return Prose(opening)
    return Prose(
        opening,
        "It also says what the total slope is worth: it mixes two slopes, in a proportion that "
        f"depends on how much of the variation in {word.x} happens to lie between these "
        f"{word.groups}.",
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
        f"| how much higher {word.y} is {word.x_step} | slope |",
        "|---|---|",
        f"| mistaken for a slope of {word.units}: the means of {word.groups} | {number(between)} |",
        f"| all {word.units}, {word.groups} forgotten | {number(total)} |",
        f"| {word.units} of one {word.group}, on average | {number(within)} |",
    ]
    cost = Prose(_cost(between, within, study), _chapter_4(between, within))
    return Prose.of_paragraphs("\n".join(rows), cost.text)


def _cost(between: Estimate, within: Estimate, study: Study) -> str:
    word, found = words(study), findings.ecological_fallacy(between, within)
    if found is Fallacy.ABSENT:
        return (
            f"Here the mistake cannot be made: the {word.x_mean} is the same for all "
            f"{word.groups}, and no slope can be read off the means."
        )
    if found is Fallacy.UNMEASURED:
        return (
            "Whether the mistake would mislead here cannot be told: two means always lie on one "
            "line, so that their slope has no standard error."
        )
    if found is Fallacy.TURNED:
        return (
            f"In these data the mistake would turn the relation within {word.groups} round: read "
            "off the means it has the opposite direction."
        )
    if found is Fallacy.SIGNS_DIFFER:
        return (
            f"The slope of the means and the slope within {word.groups} have opposite signs in "
            "these data, but at least one of them is so uncertain that its direction cannot be "
            "told."
        )
    if found is Fallacy.UNCLEAR:
        return (
            "Whether the mistake would mislead here cannot be told from these two regressions: the "
            f"slope of the means and the slope within {word.groups} are not far apart for their "
            "standard errors."
        )
    if found is Fallacy.UNFOUNDED:
        return (
            f"In these data the mistake would report a relation that is not found within "
            f"{word.groups}: there the 95% interval of the slope holds zero."
        )
    if found is Fallacy.OVERSTATED:
        return (
            f"In these data the mistake would overstate the relation within {word.groups}: read "
            "off the means it is steeper than it is there on average."
        )
    return (
        f"In these data the mistake would understate the relation within {word.groups}: read off "
        "the means it is flatter than it is there on average."
    )


def _chapter_4(between: Estimate, within: Estimate) -> str:
    found = findings.ecological_fallacy(between, within)
    if found in (Fallacy.ABSENT, Fallacy.UNMEASURED):
        return ""
    if found in (Fallacy.UNCLEAR, Fallacy.SIGNS_DIFFER):
        return "Chapter 4 asks again, with both slopes in one model."
    return "How far apart the two slopes are, beyond chance, chapter 4 estimates."


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
        f"all {word.units} {number(of_units)}.",
        _often_stronger(of_means, of_units, study),
        "A correlation of means says nothing about the relation within "
        f"{with_article(word.group)}, and that is what the mistake is about.",
    )


def _often_stronger(of_means: float, of_units: float, study: Study) -> str:
    word, found = words(study), findings.steepness(of_means, of_units)
    opening = (
        f"A mean levels out what sets {word.units} of one {word.group} apart, so correlations of "
        "means are often the stronger ones"
    )
    if found is Steepness.STEEPER:
        return f"{opening}, as here."
    if found is Steepness.FLATTER:
        return f"{opening}, though not here."
    return f"{opening}; here the two are about as strong."


def robust_error(
    ratio: float, own_error: float, df: float, eta_squared: float, sizes: pd.Series, study: Study
) -> Prose:
    """Say how the cluster-robust standard error of the slope compares with the naive one.

    Parameters
    ----------
    ratio
        The cluster-robust standard error, in units of the naive one.
    own_error
        The error of the robust one, as a share of it.
    df
        The degrees of freedom of the robust one.
    eta_squared
        The share of the predictor's variation that lies between groups.
    sizes
        The number of units in each group.
    study
        The study, for its words.
    """
    word = words(study)
    return Prose(
        "A standard error is itself an estimate. This one is added up from "
        f"{count(len(sizes), study.group)}. If the errors of all {word.units} were independent, "
        f"normal and equally spread, it would have {_degrees_of_freedom(df)} (Bell and McCaffrey, "
        f"2002), and that means an error of its own of about {percent(own_error)}.",
        _were_they_alike(df, sizes, study),
        _beside_naive(ratio, own_error, eta_squared, study),
    )


def _degrees_of_freedom(df: float) -> str:
    if round(df) == 1:
        return "about 1 degree of freedom"
    return f"about {df:,.0f} degrees of freedom"


def _were_they_alike(df: float, sizes: pd.Series, study: Study) -> str:
    if round(df) >= len(sizes) - 1:
        return ""
    word, most = words(study), count(len(sizes) - 1)
    if findings.is_balanced(sizes):
        return f"(If all {word.groups} were alike in {word.x}, it would have {most}.)"
    return (
        f"(If all {word.groups} had equally many {word.units} and were alike in {word.x}, it would "
        f"have {most}.)"
    )


def _beside_naive(ratio: float, own_error: float, eta_squared: float, study: Study) -> str:
    word, found = words(study), findings.robust_error(ratio, own_error)
    if found is Finding.ABSENT:
        return (
            f"Here it comes out as zero, because the products of each {word.group} add up to "
            "zero. So it measures nothing, and is no sign of certainty."
        )
    opening = (
        f"The cluster-robust standard error of the slope is {number(ratio)} times the naive one"
    )
    if found is Finding.HIGHER:
        return (
            f"{opening}, more than such an error explains. Treating rows as independent and "
            "equally spread, OLS claims to know this slope better than it does."
        )
    if found is Finding.LOWER and not findings.rests_within(eta_squared):
        return (
            f"{opening}, less than such an error allows. This can happen when {word.y} spreads "
            f"less where {word.x} is far from its mean."
        )
    if found is Finding.LOWER:
        return (
            f"{opening}, less than such an error allows. Several things can do that. One is a "
            f"slope that rests mostly on comparisons within {word.groups}: what all {word.units} "
            f"of one {word.group} share then drops out of it, but counts as noise in the naive "
            f"formula. Another is that {word.y} spreads less where {word.x} is far from its mean."
        )
    return (
        f"{opening}. Such an error is enough to explain the difference, so the two cannot be told "
        "apart here. That does not show that rows are independent."
    )


def total_slope(
    total: Estimate, robust: Estimate, own_error: float, df: float, study: Study
) -> Prose:
    """Say which way the outcome goes with the predictor over all units, and how surely.

    Parameters
    ----------
    total, robust
        The slope of all units, with its naive and with its cluster-robust standard error.
    own_error
        The error of the robust one, as a share of it.
    df
        The degrees of freedom of the robust one.
    study
        The study, for its words.
    """
    ratio = robust.std_error / total.std_error
    if findings.robust_error(ratio, own_error) is Finding.ABSENT:
        return Prose("An error of zero gives no interval, so no direction is told of this slope.")
    return Prose(_over_all_units(total, robust, df, study), _caution(df))


def _over_all_units(total: Estimate, robust: Estimate, df: float, study: Study) -> str:
    word, found = words(study), findings.direction(robust)
    # By the smaller of its two errors, so that what is written lies inside of what follows.
    slope = number(total.estimate, min(total.std_error, robust.std_error))
    opening = (
        f"With the robust standard error the total slope is {slope} ({interval(robust)}): over all "
        f"{word.units},"
    )
    if robust.excludes_zero and not findings.direction_by(robust, round(df)).is_clear:
        return (
            f"{opening} its direction cannot be told all the same. That interval takes the error "
            f"for one with {count(int(robust.df))} degrees of freedom; with "
            f"{_degrees_of_freedom(df)}, as reckoned above, it would hold zero."
        )
    if found is Finding.HIGHER:
        return f"{opening} {word.y} is on average higher {word.x_step}."
    if found is Finding.LOWER:
        return f"{opening} {word.y} is on average lower {word.x_step}."
    return f"{opening} its direction cannot be told."


def _caution(df: float) -> str:
    if not findings.too_few_clusters(df):
        return ""
    return (
        "One caution: a cluster-robust standard error with as few degrees of freedom as "
        f"{df:,.0f} tends to come out too small, and the honest interval is probably wider "
        "(Cameron and Miller, 2015). Do not lean on a direction whose interval ends near zero."
    )


def better_question(means_differ: bool) -> Prose:
    """Say what a better standard error leaves as it is; `means_differ` where groups' means do."""
    opening = "A better standard error does not make a better question."
    if not means_differ:
        return Prose(opening)
    return Prose(opening, "It is still the slope that mixes between and within.")


def shared_predictor(
    naive: Estimate, robust: Estimate, own_error: float, n_groups: int, study: Study
) -> Prose:
    """Say how the two standard errors compare for a predictor that the units of a group share.

    Parameters
    ----------
    naive, robust
        The coefficient of the level-2 predictor, with either standard error; without numbers where
        the study names none, or has too few groups.
    own_error
        The error of the robust one, as a share of it.
    n_groups
        The number of groups.
    study
        The study, for its words.
    """
    word = words(study)
    if study.group_predictor is None:
        return Prose(
            "This study names no level-2 predictor to see it with; the course's own data have one."
        )
    if pd.isna(naive.estimate):
        return Prose(
            f"This study names one, {word.w}, but {count(n_groups, study.group)} are too few to "
            "learn from it."
        )
    return Prose(
        f"In this study {word.w} is such a predictor. The naive standard error of its coefficient "
        f"is {number(naive.std_error)}, the cluster-robust one {number(robust.std_error)}.",
        _of_shared(naive, robust, own_error, n_groups, study),
    )


def _of_shared(
    naive: Estimate, robust: Estimate, own_error: float, n_groups: int, study: Study
) -> str:
    word, ratio = words(study), robust.std_error / naive.std_error
    found = findings.robust_error(ratio, own_error)
    if found is Finding.ABSENT:
        return f"A zero measures nothing: the residuals of each {word.group} add up to zero."
    if found is Finding.HIGHER:
        return (
            f"That is {number(ratio)} times as large. OLS takes "
            f"{count(len(study.frame), study.unit)} for as many pieces of news about {word.w}, but "
            f"only {count(n_groups, study.group)} can differ in it."
        )
    if found is Finding.LOWER:
        return (
            f"That is {number(ratio)} times as large, less than its own error of about "
            f"{percent(own_error)} allows. This can happen when {word.units} of one {word.group} "
            "are less alike than chance would make them."
        )
    return (
        f"That is {number(ratio)} times as large, and its own error of about {percent(own_error)} "
        "is enough to explain the difference."
    )


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
    by_size: Estimate,
    within: Estimate,
    eta_squared: float,
    average: float,
) -> pd.DataFrame:
    """Show the parts of the total slope, with two digits more than in sentences.

    Parameters
    ----------
    total, between, by_size, within
        The slope of all units, of the means of groups, of these weighted by size, and of the
        deviations from them.
    eta_squared
        The weight of that slope, from 0 to 1.
    average
        The weighted average of between, by size, and within.
    """
    fine = total.std_error / 100  # to see that they agree
    return pd.Series(
        {
            "between slope, each group counted once": number(between.estimate, fine),
            "between slope, groups weighted by size": number(by_size.estimate, fine),
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
            "ratio": [number(other / one) for one, other in errors],
        },
        index=[f"standard error of the {name}" for name in ("intercept", "slope")],
    )

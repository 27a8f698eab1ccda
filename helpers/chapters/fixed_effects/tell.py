"""The sentences and tables of chapter 3, one function a paragraph."""

from collections.abc import Mapping, Sequence
from math import nan, sqrt
from typing import Any

import pandas as pd

from helpers.course import findings
from helpers.course.findings import Absorbed, Compared, Finding, Weights
from helpers.course.tell import the_study as the_study
from helpers.course.words import Prose, count, interval, magnitude, words
from helpers.models.estimate import Estimate
from helpers.study.file import Study
from helpers.text import number, percent

# In all that follows, a slope has degrees of freedom where the intercepts leave any, else none and
# no standard error.


def three_roads(slope: Estimate, dummies_fit: bool, sizes: pd.Series, study: Study) -> Prose:
    """Say that all roads lead to one slope, and that their standard errors differ.

    Parameters
    ----------
    slope
        The within slope.
    dummies_fit
        Whether the table of dummies was small enough for a notebook.
    sizes
        The number of units in each group.
    study
        The study, for its words.
    """
    question = (
        "The standard errors do not agree, and neither do the degrees of freedom. Which is right?"
    )
    if dummies_fit:
        return Prose(
            f"The three roads lead to one slope, {number(slope)}, to the last digit.", question
        )
    return Prose(
        f"De-meaning and the group mean lead to one slope, {number(slope)}, to the last digit.",
        f"The dummies would lead there too, but a table of {count(sizes.sum())} rows with a column "
        f"for each of {count(len(sizes), study.group)} is more than a notebook should hold, so "
        "that road is only told of here.",
        question,
    )


def right_error(
    slope: Estimate, naive_error: float, robust: float, sizes: pd.Series, study: Study
) -> Prose:
    """Say which standard error of the within slope is right, and what the others count.

    Parameters
    ----------
    slope
        The within slope, with its standard error on the right degrees of freedom.
    naive_error, robust
        What de-meaning prints, and the cluster-robust one.
    sizes
        The number of units in each group.
    study
        The study, for its words.
    """
    if not slope.df > 0:
        return Prose(
            f"None can be found here. With {count(len(sizes))} intercepts and a slope to estimate, "
            f"{count(sizes.sum(), study.unit)} leave nothing over."
        )
    word, n_groups, claimed, df = words(study), len(sizes), sizes.sum() - 1, int(slope.df)
    error = slope.std_error
    return Prose(
        f"The model has {count(n_groups)} intercepts and a slope, so "
        f"{count(sizes.sum(), study.unit)} leave {count(df)} degrees of freedom.",
        "The dummies know this. De-meaning hides it: the regression of deviations counts one "
        f"coefficient and believes in {count(claimed)}, though a mean was taken off in each "
        f"{word.group}.",
        f"Its standard error, {number(naive_error, naive_error / 10)}, is too small by a factor of "
        f"√({count(claimed)} / {count(df)}) = {sqrt(claimed / df):.3f}.",
        f"With that mended it is {number(error, error / 10)}, and that is right if the model is: "
        f"one slope, and equal residual variance, in all {word.groups}.",
        _small_factor(claimed, df, study),
        _cluster_robust(robust, error, n_groups, study),
    )


def _small_factor(claimed: int, df: int, study: Study) -> str:
    groups = words(study).groups
    if not findings.few_are_hidden(claimed, df):
        return ""
    return (
        f"Here the factor is small, since {groups} are large; in {groups} of two it would be "
        f"{sqrt(2):.2f} or so."
    )


def _cluster_robust(robust: float, error: float, n_groups: int, study: Study) -> str:
    groups, written = words(study).groups, number(robust, robust / 10)
    found = findings.robust_beside_model(robust, error, n_groups)
    if found is Compared.ABSENT:
        return ""
    if found is Compared.ALIKE:
        return (
            "The cluster-robust error of chapter 2, which does not ask for that, is "
            f"{number(robust, robust / 10)}."
        )
    if found is Compared.LARGER:
        return (
            f"The cluster-robust error of chapter 2 does not ask for that. It is {written}, "
            f"larger, which may be a sign that {groups} are not all alike in slope or spread."
        )
    return (
        f"The cluster-robust error of chapter 2 does not ask for that. It is {written}, smaller, "
        f"which may be a sign that {groups} are not all alike in slope or spread."
    )


def third_road(slope: Estimate, third: Estimate, x_mean_varies: bool, study: Study) -> Prose:
    """Say in which direction the standard error on the third road errs.

    Parameters
    ----------
    slope
        The within slope, with the right standard error.
    third
        The same slope where the group mean is a covariate; without numbers where that is none.
    x_mean_varies
        Whether groups' means of the predictor differ.
    study
        The study, for its words.
    """
    word, found = words(study), findings.beside_right_error(third.std_error, slope.std_error)
    if found is Compared.ABSENT:
        return Prose()
    if not x_mean_varies:
        return Prose(
            f"The third road has nothing to hold equal, as all {word.groups} have the same mean of "
            f"{word.x}. Its residuals still hold what {word.groups} differ in."
        )
    if found is Compared.ALIKE:
        return Prose(
            f"The third road leaves the differences between {word.groups} in its residuals; here "
            "they are so small that its standard error is about right, which one cannot rely on."
        )
    times = f"its standard error is {third.std_error / slope.std_error:.2f} times the right one"
    if found is Compared.LARGER:
        return Prose(
            f"The third road errs in the other direction: {times}. It removes the differences "
            f"between {word.groups} from the predictor, but leaves them in the residuals, and a "
            "larger residual spread is read as more uncertainty."
        )
    return Prose(
        f"The third road errs too: {times}. It leaves the differences between {word.groups} in the "
        "residuals, but believes in more degrees of freedom than there are; here the second counts "
        "for more."
    )


def within_slope(slope: Estimate, r_squared: float, study: Study) -> Prose:
    """Say which way the line through the deviations goes, and how much it accounts for.

    Parameters
    ----------
    slope
        The within slope.
    r_squared
        The share of the outcome's variation inside groups that it accounts for, from 0 to 1.
    study
        The study, for its words.
    """
    word = words(study)
    return Prose(
        _line(slope, study),
        f"It accounts for {percent(r_squared)} of the variation of {word.y} inside {word.groups}.",
    )


def _line(slope: Estimate, study: Study) -> str:
    word, found = words(study), findings.direction(slope)
    if found is Finding.HIGHER:
        return (
            f"The line rises. Of two {word.units} of the same {word.group}, the one whose "
            f"{word.x_with_units} is higher by 1 has on average {magnitude(slope)}{word.in_y} more "
            f"of {word.y} ({interval(slope)})."
        )
    if found is Finding.LOWER:
        return (
            f"The line falls. Of two {word.units} of the same {word.group}, the one whose "
            f"{word.x_with_units} is higher by 1 has on average {magnitude(slope)}{word.in_y} less "
            f"of {word.y} ({interval(slope)})."
        )
    return (
        f"Whether the line rises or falls cannot be told: its slope is {number(slope)} "
        f"({interval(slope)}). The data are compatible with no relation inside {word.groups}, and "
        "with a weak one either way."
    )


def weights_of_groups(weight: pd.Series, study: Study) -> Prose:
    """Say which groups the slope listens to.

    Parameters
    ----------
    weight
        The share of each group in the predictor's sum of squared deviations.
    study
        The study, for its words.
    """
    word = words(study)
    return Prose(
        f"Each {word.group} counts by its sum of squared deviations of {word.x}.",
        _half_of_the_weight(weight, study),
        _silent(findings.n_silent(weight), study),
    )


def _half_of_the_weight(weight: pd.Series, study: Study) -> str:
    word, found, n_groups = words(study), findings.weights(weight), len(weight)
    if found is Weights.EQUAL:
        return f"Here these sums are equal, so that every {word.group} has the same say."
    if found is Weights.ONE:
        return (
            f"Not every {word.group} has the same say: here one alone, of {count(n_groups)}, holds "
            "half of the weight or more."
        )
    half = count(findings.n_with_half(weight))
    if found is Weights.FEW:
        return (
            f"Not every {word.group} has the same say: the {half} with the largest sums, of "
            f"{count(n_groups)}, hold half of the weight."
        )
    return (
        f"Here the weight is spread rather evenly, as it takes {half} of the "
        f"{count(n_groups, study.group)} to gather half of it."
    )


def _silent(n_silent: int, study: Study) -> str:
    word = words(study)
    if n_silent == 0:
        return ""
    if n_silent == 1:
        return (
            f"One {word.group} has no say at all: its {word.units} do not differ in {word.x}, or "
            "there is only one of them."
        )
    return (
        f"{count(n_silent, study.group)} have no say at all: their {word.units} do not differ in "
        f"{word.x}, or there is only one of them."
    )


def marked_groups(means: pd.DataFrame, rounded: pd.Series, gap: Estimate, study: Study) -> Prose:
    """Say how far the two groups are apart whose means of the predictor are lowest and highest.

    Parameters
    ----------
    means
        The groups' means of outcome and predictor.
    rounded
        Those of the predictor, so far rounded that equal ones are tied.
    gap
        The intercept of the highest less that of the lowest.
    study
        The study, for its words.
    """
    word, lowest, highest = words(study), rounded.idxmin(), rounded.idxmax()
    if lowest == highest:
        return Prose(
            f"All {word.groups} have the same mean of {word.x} here, so that no two stand out; the "
            "marked line is the first one."
        )
    low, high = (word.text(study.name_of(one)) for one in (lowest, highest))
    y = means[study.outcome.name]
    of_means = y[highest] - y[lowest]
    favoured = high
    if of_means < 0:
        favoured = low
    return Prose(
        f"Marked are {low}, {_tied(lowest, rounded)}the lowest mean of {word.x}, and {high}, "
        f"{_tied(highest, rounded)}the highest.",
        f"Their mean {word.y} differs by {number(abs(of_means), gap.std_error)}{word.in_y}, in "
        f"favour of {favoured}.",
        _gap(gap, low, high, study),
    )


def _tied(one: object, rounded: pd.Series) -> str:
    n_tied = int((rounded == rounded[one]).sum())
    if n_tied == 1:
        return "with "
    return f"one of {count(n_tied)} with "


def _gap(gap: Estimate, low: str, high: str, study: Study) -> str:
    word, found = words(study), findings.direction(gap)
    if not gap.df > 0:
        return ""
    if found is Finding.HIGHER:
        return (
            f"At equal {word.x}, the model puts {high} higher, by {magnitude(gap)}{word.in_y} "
            f"({interval(gap)})."
        )
    if found is Finding.LOWER:
        return (
            f"At equal {word.x}, the model puts {low} higher, by {magnitude(gap)}{word.in_y} "
            f"({interval(gap)}: the difference as highest less lowest)."
        )
    return (
        f"At equal {word.x}, the model cannot tell which of the two is higher: the difference is "
        f"{number(gap)}{word.in_y} ({interval(gap)})."
    )


def absorbed(any_w: float, fits_differ: float, warned: bool, study: Study) -> Prose:
    """Say what becomes of the level-2 predictor beside the intercepts of groups.

    Parameters
    ----------
    any_w
        A coefficient that it was given beside zero; nan where it was not entered.
    fits_differ
        By how much fitted values differ between the two, in standard deviations of the outcome.
    warned
        Whether statsmodels warned of the design.
    study
        The study, for its words.
    """
    word = words(study)
    if study.group_predictor is None:
        return Prose(
            "This study names no level-2 predictor. Had it one, the table would show a third row, "
            f"with a zero in it: a variable that has one value in each {word.group} does not vary "
            "inside any."
        )
    return Prose(
        f"Inside {word.groups}, {word.w} does not vary at all. De-meaned it is zero in every row, "
        "and a column of zeros explains nothing.",
        _with_dummies(any_w, fits_differ, warned, study),
    )


def _with_dummies(any_w: float, fits_differ: float, warned: bool, study: Study) -> str:
    word, found = words(study), findings.beside_intercepts(fits_differ)
    if found is Absorbed.ABSENT:
        return ""
    if found is Absorbed.TO_ROUNDING:
        return (
            f"With dummies, the coefficient of {word.w} depends on rounding alone; it says nothing."
        )
    return " ".join(
        [
            "With dummies the same shows in another guise.",
            f"The column of {word.w} is a sum of multiples of the dummies, so that its coefficient "
            "can be anything, as long as the intercepts move against it: with 0 or with "
            f"{number(any_w)}, and intercepts to match, every fitted value is the same.",
            _of_statsmodels(warned),
            "Which one can hang on rounding, and differ from computer to computer; it says nothing "
            f"about {word.w}.",
            f"All that the data settle is a sum: a {word.group}'s intercept plus the coefficient "
            f"times its {word.w}.",
        ]
    )


def _of_statsmodels(warned: bool) -> str:
    if warned:
        return (
            "statsmodels warns that the design matrix is rank-deficient, and reports a coefficient "
            "all the same."
        )
    return "Without a warning, statsmodels reports a coefficient all the same."


def what_stays_unsaid(study: Study) -> Prose:
    """Say what fixed effects cannot say, and what they can."""
    word = words(study)
    rest = (
        f"They compare {word.units} of the same {word.group}. (Whether the *slope* depends on it "
        f"they can say: a product with the predictor varies inside {word.groups}. Chapter 6 comes "
        "to that.)"
    )
    if study.group_predictor is None:
        return Prose(
            "So fixed effects cannot say what goes with a variable that belongs to "
            f"{word.groups}. {rest}"
        )
    return Prose(f"So fixed effects cannot say what goes with {word.w}. {rest}")


def half_way(
    slope: Estimate,
    half: Estimate,
    variances: Sequence[float],
    n_groups: int,
    study: Study,
) -> Prose:
    """Say what de-meaning the predictor alone does to the standard error.

    Parameters
    ----------
    slope
        The within slope, with the right standard error.
    half
        The same slope with what the half-way regression prints.
    variances
        The residual variance of the half-way regression, and that of the fixed-effects model.
    n_groups
        The number of groups.
    study
        The study, for its words.
    """
    word, found = words(study), findings.beside_right_error(half.std_error, slope.std_error)
    if found is Compared.ABSENT:
        return Prose(
            f"With no degrees of freedom left, the fixed-effects model of {word.groups} has no "
            "standard error to compare with."
        )
    if found is Compared.ALIKE:
        return Prose(
            f"The same slope, and here nearly the same standard error: {word.groups} differ so "
            "little that leaving their differences in the residuals costs nothing. Elsewhere it "
            "does."
        )
    times = f"{half.std_error / slope.std_error:.2f} times"
    if found is Compared.LARGER:
        of_half, right = variances
        return Prose(
            f"The same slope, and a standard error that is {times} that of the fixed-effects "
            "model.",
            "Of the residual variance of the half-way regression, "
            f"{percent(1 - right / of_half)} is what {word.groups} differ in.",
            "The mistake makes the slope look less certain than it is, and a relation easier to "
            "miss.",
        )
    return Prose(
        f"The same slope, and a standard error that is {times} the right one.",
        f"{word.groups.capitalize()} hardly differ in these data, so little is left in the "
        f"residuals, but degrees of freedom are claimed that were spent on {count(n_groups)} "
        "means.",
        "The mistake makes the slope look more certain than it is.",
    )


# -- tables ----------------------------------------------------------------------------------------


def table_of_roads(roads: Mapping[str, tuple[Any, str]], naive_error: float) -> pd.DataFrame:
    """Show the slope of each road as statsmodels prints it, without those that were not taken.

    Parameters
    ----------
    roads
        A statsmodels fit, or none, and the term of its slope.
    naive_error
        A standard error: a thousandth of it is more digits than a sentence needs, to compare by.
    """
    rows = {
        road: {
            "slope": number(fit.params[term], naive_error / 1000),
            "standard error as printed": number(_printed_error(fit, term), naive_error / 1000),
            "residual degrees of freedom": f"{fit.df_resid:,.0f}",
        }
        for road, (fit, term) in roads.items()
        if fit is not None
    }
    return pd.DataFrame(rows).T


def _printed_error(fit: Any, term: str) -> float:
    if fit.df_resid > 0:
        return float(fit.bse[term])
    return nan  # to which statsmodels would come by dividing by zero


def table_of_spreads(
    variables: Mapping[str, str], of_units: pd.Series, inside: pd.Series
) -> pd.DataFrame:
    """Show how far variables scatter over all units, and inside groups.

    Parameters
    ----------
    variables
        A column's name by its role.
    of_units, inside
        Standard deviations of columns, and of their deviations from the means of groups.
    """
    rows = {
        f"{role}: {name}": {
            "SD over all units": number(of_units[name]),
            "SD of deviations from group means": number(inside[name]),
        }
        for role, name in variables.items()
    }
    return pd.DataFrame(rows).T


def table_of_errors(
    slopes: Mapping[str, Estimate], variances: Sequence[float], naive_error: float
) -> pd.DataFrame:
    """Show how standard errors of one slope come about.

    Parameters
    ----------
    slopes
        The slope by the name of each regression.
    variances
        The residual variance of each.
    naive_error
        A standard error: a thousandth of it is more digits than a sentence needs, to compare by.
    """
    fine = naive_error / 1000
    columns = {
        "slope": [number(slope.estimate, fine) for slope in slopes.values()],
        "residual variance": [number(variance) for variance in variances],
        "residual degrees of freedom": [f"{slope.df:,.0f}" for slope in slopes.values()],
        "standard error": [number(slope.std_error, fine) for slope in slopes.values()],
    }
    return pd.DataFrame(columns, index=list(slopes))

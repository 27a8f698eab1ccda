"""The sentences and tables of chapter 3, one function a paragraph."""

from collections.abc import Mapping, Sequence
from math import nan, sqrt
from typing import Any

import pandas as pd

from helpers.course import findings
from helpers.course.findings import Absorbed, Compared, Finding, Overlap, Strength, Weights
from helpers.course.tell import the_study as the_study
from helpers.course.tell import typed
from helpers.course.words import (
    Prose,
    count,
    interval,
    interval_of_magnitude,
    magnitude,
    words,
)
from helpers.models.estimate import Estimate
from helpers.study.file import Noun, Study
from helpers.text import number, percent

_DEGREE = Noun(one="degree of freedom", many="degrees of freedom")

# In all that follows, a slope has degrees of freedom where the intercepts leave any, else none and
# no standard error.


def typed_out(x_mean_varies: bool, dummies_fit: bool, study: Study) -> Prose:
    """Show the regressions with the study's names.

    Parameters
    ----------
    x_mean_varies
        Whether groups' means of the predictor differ.
    dummies_fit
        Whether the table of dummies was small enough for a notebook.
    study
        The study, for its words.
    """
    y, x, group = study.outcome.name, study.predictor.name, study.group.name
    dummies = f'smf.ols("{y} ~ 0 + C({group}) + {x}", data).fit()'
    demeaned = f'smf.ols("{y}_within ~ 0 + {x}_within", data).fit()'
    third = f'smf.ols("{y} ~ {x}", data).fit()'
    if x_mean_varies:
        third = f'smf.ols("{y} ~ {x} + {x}_mean", data).fit()'
    if not dummies_fit:
        return typed(demeaned, third)
    return typed(dummies, demeaned, third)


def three_ways(slope: Estimate, dummies_fit: bool, sizes: pd.Series, study: Study) -> Prose:
    """Say that all ways lead to one slope, and that their standard errors differ.

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
        "The standard errors in the table are not all the same, and neither are the degrees of "
        "freedom. Which are right?"
    )
    if dummies_fit:
        return Prose(
            f"The three ways lead to one slope, {number(slope)}. That is no accident but algebra.",
            question,
        )
    return Prose(
        f"De-meaning and the group mean lead to one slope, {number(slope)}. That is no accident "
        "but algebra.",
        f"The dummies would lead there too, but a table of {count(sizes.sum())} rows with a column "
        f"for each of {count(len(sizes), study.group)} is more than a notebook should hold, so "
        "that they are only told of here.",
        question,
    )


def right_error(
    slope: Estimate,
    naive_error: float,
    robust: Estimate,
    sizes: pd.Series,
    weight: pd.Series,
    study: Study,
) -> Prose:
    """Say which standard error of the within slope is right, and what the others count.

    Parameters
    ----------
    slope
        The within slope, with its standard error on the right degrees of freedom.
    naive_error
        The standard error that de-meaning prints.
    robust
        The slope with its cluster-robust standard error.
    sizes
        The number of units in each group.
    weight
        The share of each group in the predictor's sum of squared deviations.
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
    counted = Prose(
        f"The model has {count(n_groups)} intercepts and a slope, so "
        f"{count(sizes.sum(), study.unit)} leave {count(df, _DEGREE)}. A regression on the dummies "
        "counts them so.",
        "De-meaning hides it: the regression of deviations has one coefficient, and takes itself "
        f"to have {count(claimed)}, though the means of {count(n_groups, study.group)} were taken "
        "off before.",
        f"Its standard error, {number(naive_error, naive_error / 10)}, is too small by a factor of "
        f"√({count(claimed)} / {count(df)}) = {sqrt(claimed / df):.3f}.",
        _small_factor(claimed, df, sizes, study),
    )
    assumed = Prose(
        f"With that mended it is {number(error, error / 10)}. It takes three things for granted: "
        f"one slope in all {word.groups}, one residual variance in all of them, and residuals that "
        f"are independent of each other, those of the same {word.group} as well.",
        _cluster_robust(robust, error, weight, study),
    )
    return Prose.of_paragraphs(counted.text, assumed.text)


def _small_factor(claimed: int, df: int, sizes: pd.Series, study: Study) -> str:
    if not findings.few_are_hidden(claimed, df):
        return ""
    word, n_groups = words(study), len(sizes)
    return (
        f"Here the factor is small, since there are about {sizes.mean():,.0f} {word.units} to one "
        f"{word.group} on average; with two to each of {count(n_groups, study.group)} it would be "
        f"{sqrt((2 * n_groups - 1) / (n_groups - 1)):.2f}."
    )


def _cluster_robust(robust: Estimate, error: float, weight: pd.Series, study: Study) -> str:
    written = number(robust.std_error, robust.std_error / 10)
    df, n_groups = findings.robust_df(weight), len(weight)
    if findings.too_few_clusters(n_groups - 1):
        return (
            "The cluster-robust error of chapter 2 takes none of them for granted, but "
            f"{count(n_groups, study.group)} are too few for it to be trusted."
        )
    if findings.too_few_clusters(df):
        return (
            "The cluster-robust error of chapter 2 takes none of them for granted, but it is not "
            f"to be trusted here. The slope rests on {count(n_groups, study.group)} so unequally "
            f"that they tell no more of this error than about {df + 1:.0f} of equal "
            "weight would."
        )
    found = findings.robust_beside_model(robust.std_error, error, weight)
    opening = (
        f"The cluster-robust error of chapter 2 takes none of them for granted. It is {written}"
    )
    if found is Compared.ALIKE:
        return f"{opening}, and chance alone may make the two differ by so much."
    word = words(study)
    if found is Compared.LARGER:
        return (
            f"{opening}, larger by more than chance would easily make it. That is a sign that "
            f"something of the three does not hold: {word.groups} may differ in slope or in "
            f"residual variance, or residuals of the same {word.group} may go together, as they "
            "often do where the rows of a group are taken one after another (*serial "
            "correlation*). The robust error is then the one to trust."
        )
    return (
        f"{opening}, smaller by more than chance would easily make it. That is a sign that "
        f"something of the three does not hold: {word.groups} may differ in residual variance or "
        f"in slope, or residuals of the same {word.group} may go against each other."
    )


def third_way(slope: Estimate, third: Estimate, x_mean_varies: bool, study: Study) -> Prose:
    """Say in which direction the standard error errs where the group mean is a second predictor.

    Parameters
    ----------
    slope
        The within slope, with the right standard error.
    third
        The same slope beside the group mean; without numbers where that is no predictor.
    x_mean_varies
        Whether groups' means of the predictor differ.
    study
        The study, for its words.
    """
    word, found = words(study), findings.beside_right_error(third.std_error, slope.std_error)
    if not slope.df > 0:
        return Prose()
    if not x_mean_varies:
        return Prose(
            f"The third way has nothing to hold equal, as all {word.groups} have the same "
            f"{word.x_mean}: it is the regression of all {word.units}, and its residuals still "
            f"hold what {word.groups} differ in."
        )
    if found is Compared.ALIKE:
        return Prose(
            f"The third way leaves in its residuals whatever {word.groups} differ in beyond their "
            f"{word.x_means}. Here that hardly changes the residual variance, and its standard "
            "error is about right; one cannot rely on it."
        )
    times = f"its standard error is {_ratio(third, slope)} times the right one"
    if found is Compared.LARGER:
        return Prose(
            f"The third way errs in the other direction: {times}. It takes the differences between "
            f"{word.groups} out of the predictor, but leaves in its residuals whatever they differ "
            f"in beyond their {word.x_means}, and a larger residual variance is read as more "
            "uncertainty."
        )
    return Prose(
        f"The third way errs too: {times}. It leaves in its residuals whatever {word.groups} "
        f"differ in beyond their {word.x_means}. Here that is less than chance alone would be "
        "expected to make it, so that the residual variance comes out too small."
    )


def _ratio(one: Estimate, right: Estimate) -> str:
    ratio = one.std_error / right.std_error
    if ratio < 10:
        return f"{ratio:.2f}"
    return number(ratio)


def within_slope(
    slope: Estimate,
    robust: Estimate,
    r_squared: float,
    spreads: tuple[float, float],
    weight: pd.Series,
    study: Study,
) -> Prose:
    """Say which way the line through the deviations goes, and how much it accounts for.

    Parameters
    ----------
    slope, robust
        The within slope, with the model's standard error and with the cluster-robust one.
    r_squared
        The share of the outcome's variation within groups that it accounts for, from 0 to 1.
    spreads
        The standard deviations of predictor and outcome within groups.
    weight
        The share of each group in the predictor's sum of squared deviations.
    study
        The study, for its words.
    """
    word = words(study)
    return Prose(
        _line(slope, study),
        _strength(slope, spreads, study),
        _by_robust(slope, robust, weight),
        f"The line accounts for {percent(r_squared)} of the variation of {word.y} within "
        f"{word.groups}.",
    )


def _line(slope: Estimate, study: Study) -> str:
    word, found = words(study), findings.direction(slope)
    opening = f"among {word.units} of the same {word.group}, {word.y} is"
    if found is Finding.HIGHER:
        return (
            f"The line rises: {opening} higher by {magnitude(slope)}{word.in_y} on average "
            f"({interval(slope)}) {word.x_step}."
        )
    if found is Finding.LOWER:
        return (
            f"The line falls: {opening} lower by {magnitude(slope)}{word.in_y} on average "
            f"({interval_of_magnitude(slope)}) {word.x_step}."
        )
    return (
        f"Whether the line rises or falls cannot be told: its slope is {number(slope)} "
        f"({interval(slope)})."
    )


def _strength(slope: Estimate, spreads: tuple[float, float], study: Study) -> str:
    if findings.direction(slope).is_clear:
        return ""
    word, (sd_x, sd_y) = words(study), spreads
    if word.x_levels:
        step, compared = 1.0, word.x_step
    else:
        step, compared = 2 * sd_x, f"for a difference of two SDs in {word.x}"
    found = findings.strength(slope, step, sd_y)
    if found is Strength.UNKNOWN:
        return f"Nor can it be told how strong a relation within {word.groups} might be."
    ends = [abs(end) * step / sd_y for end in (slope.conf_low, slope.conf_high)]
    lower, higher = (number(end, end) for end in ends)  # two digits
    reach = (
        f"That reaches from {lower} SDs lower to {higher} SDs higher in {word.y} {compared} (SDs "
        f"within {word.groups})."
    )
    if found is Strength.WEAK:
        return f"{reach} So the relation within {word.groups} is weak, if there is one."
    if found is Strength.MODERATE:
        return (
            f"{reach} So there may be no relation within {word.groups}, or one that is more than "
            "weak, though not a strong one."
        )
    return (
        f"{reach} So there may be no relation within {word.groups}, but a strong one is not "
        "excluded either."
    )


def _by_robust(slope: Estimate, robust: Estimate, weight: pd.Series) -> str:
    found = findings.robust_beside_model(robust.std_error, slope.std_error, weight)
    if found is not Compared.LARGER:
        return ""
    opening = f"With the cluster-robust error the slope is {number(robust)} ({interval(robust)})"
    if not findings.direction(slope).is_clear:
        return f"{opening}."
    if findings.direction(robust).is_clear:
        return f"{opening}, and its direction the same."
    return f"{opening}, and even its direction cannot be told."


def weights_of_groups(weight: pd.Series, study: Study) -> Prose:
    """Say which groups the slope listens to.

    Parameters
    ----------
    weight
        The share of each group in the predictor's sum of squared deviations.
    study
        The study, for its words.
    """
    word, n_silent = words(study), findings.n_silent(weight)
    return Prose(
        f"The slope is an average of slopes, one for each {_heard(n_silent, study)}. Each is "
        f"weighted by a sum of squared deviations of {word.x}: the more {word.units} there are, "
        f"and the more they differ in {word.x}, the larger it is.",
        _half_of_the_weight(weight, study),
        _silent(n_silent, study),
    )


def _heard(n_silent: int, study: Study) -> str:
    word = words(study)
    if n_silent == 0:
        return word.group
    return f"{word.group} whose {word.units} differ in {word.x}"


def _half_of_the_weight(weight: pd.Series, study: Study) -> str:
    word, found, n_groups = words(study), findings.weights(weight), len(weight)
    if found is Weights.EQUAL:
        return f"Here these sums are equal, so that every {word.group} has the same say."
    if found is Weights.ONE:
        loudest = word.text(study.name_of(weight.idxmax()))
        return (
            f"Not every {word.group} has the same say: one of {count(n_groups)}, {loudest}, alone "
            "holds half of the weight or more."
        )
    half = count(findings.n_with_half(weight))
    if found is Weights.FEW:
        return (
            f"Not every {word.group} has the same say: the {half} with the largest sums, of "
            f"{count(n_groups)}, hold half of the weight or more."
        )
    return (
        f"The weight is spread rather evenly here: it takes {half} of the "
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
    low, high = (word.text(study.name_of(one)) for one in (lowest, highest))
    if lowest == highest:
        return Prose(
            f"All {word.groups} have the same {word.x_mean} here, so that no two stand out by it. "
            f"Marked is the first one, {low}."
        )
    y = means[study.outcome.name]
    return Prose(
        f"Marked are {low}, {_tied(lowest, rounded)}the lowest {word.x_mean}, and {high}, "
        f"{_tied(highest, rounded)}the highest.",
        _gap_of_means((y[lowest], y[highest]), gap, low, high, study),
        _gap(gap, low, high, study),
    )


def _tied(one: object, rounded: pd.Series) -> str:
    n_tied = int((rounded == rounded[one]).sum())
    if n_tied == 1:
        return "with "
    return f"one of {count(n_tied)} with "


def _gap_of_means(
    of_two: tuple[float, float], gap: Estimate, low: str, high: str, study: Study
) -> str:
    word, found = words(study), findings.gap_of_means(*of_two)
    apart = abs(of_two[1] - of_two[0])
    differ = f"{number(apart, min(gap.std_error, apart))}{word.in_y}"
    if found is Finding.HIGHER:
        return f"Their means of {word.y} differ by {differ}, and that of {high} is the higher one."
    if found is Finding.LOWER:
        return f"Their means of {word.y} differ by {differ}, and that of {low} is the higher one."
    return f"Their means of {word.y} are equal."


def _gap(gap: Estimate, low: str, high: str, study: Study) -> str:
    word, found = words(study), findings.direction(gap)
    if not gap.df > 0:
        return ""
    if found is Finding.HIGHER:
        return (
            f"With {word.x} held equal, the model puts {high} higher, by "
            f"{magnitude(gap)}{word.in_y} ({interval(gap)})."
        )
    if found is Finding.LOWER:
        return (
            f"With {word.x} held equal, the model puts {low} higher, by "
            f"{magnitude(gap)}{word.in_y} ({interval_of_magnitude(gap)})."
        )
    return (
        f"With {word.x} held equal, it cannot be told which of the two is higher: {high} less "
        f"{low} makes {number(gap)}{word.in_y} ({interval(gap)})."
    )


def marked_overlap(
    rounded: pd.Series,
    common: tuple[float, float, float],
    gap: Estimate,
    spreads: tuple[float, float],
    study: Study,
) -> Prose:
    """Say how much two groups have in common in the predictor, and what their interval is worth.

    Parameters
    ----------
    rounded
        The groups' means of the predictor, so far rounded that equal ones are tied.
    common
        Where both have units: the lower and the upper end, and the share of their units there.
    gap
        The intercept of the group with the highest mean less that with the lowest.
    spreads
        The standard deviations of predictor and outcome within groups.
    study
        The study, for its words.
    """
    if rounded.idxmin() == rounded.idxmax():
        return Prose()
    return Prose.of_paragraphs(
        _in_common(common, spreads[0], study), _picked(gap, len(rounded), study)
    )


def _in_common(common: tuple[float, float, float], sd: float, study: Study) -> str:
    word, (_, _, share) = words(study), common
    found, where = findings.overlap(share), _where(common, sd, study)
    held = f"What the model says of the two with {word.x} held equal"
    if found is Overlap.NONE:
        return (
            f"A warning: the two do not overlap in {word.x} at all. {held} rests wholly on the "
            f"lines, straight and with one slope for both, and not on {word.units} that are alike."
        )
    if found is Overlap.LITTLE:
        return (
            f"A warning: the two overlap little in {word.x}. Of their {word.units}, "
            f"{percent(share)} are {where}. {held} rests on the lines, straight and with one slope "
            f"for both, more than on {word.units} that are alike."
        )
    return f"Of their {word.units}, {percent(share)} are {where}."


def _where(common: tuple[float, float, float], sd: float, study: Study) -> str:
    word, (low, high, _) = words(study), common
    ends = [number(end, sd) for end in (low, high)]
    if word.x_levels:
        return f"at a level of {word.x} that occurs in both"
    if ends[0] == ends[1]:
        return f"at {number(low, sd)}, the one value of {word.x} that occurs in both"
    return f"in the range of {word.x} that both cover, {ends[0]} to {ends[1]}"


def _picked(gap: Estimate, n_groups: int, study: Study) -> str:
    if not gap.df > 0:
        return ""
    picked = (
        "The two were picked by their predictor alone, so that their interval is as good as it "
        "would be for a pair chosen in advance."
    )
    if n_groups == 2:
        return picked
    return (
        f"{picked} For the two {words(study).groups} whose *intercepts* differ most it would not "
        "be: there the outcome would have done the choosing."
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
            f"with a zero in it: a variable that has one value for all {word.units} of the same "
            f"{word.group} does not vary within {word.groups}."
        )
    return Prose(
        f"Within {word.groups}, {word.w} does not vary at all. De-meaned it is zero in every row, "
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
            f"The column of {word.w} is a sum of multiples of the dummies. A table of predictors, "
            "or *design matrix*, in which a column can be had from others like that is called "
            "*rank-deficient*, and the coefficient of such a column can be anything, as long as "
            f"the intercepts move against it: with 0 or with {number(any_w)}, and intercepts to "
            "match, every fitted value is the same.",
            _of_statsmodels(warned),
            "Which one can hang on rounding, and differ from computer to computer; it says nothing "
            f"about {word.w}.",
            f"All that the data settle is a sum for each {word.group}: the intercept plus the "
            f"coefficient times the value of {word.w}.",
        ]
    )


def _of_statsmodels(warned: bool) -> str:
    if warned:
        return "statsmodels warns of that, and reports a coefficient all the same."
    return "Without a warning, statsmodels reports a coefficient all the same."


def what_stays_unsaid(study: Study) -> Prose:
    """Say what fixed effects cannot say, and what they can."""
    word = words(study)
    rest = (
        f"It compares {word.units} of the same {word.group}. (Whether the *slope* depends on such "
        f"a variable it can say: a product with the predictor varies within {word.groups}. Chapter "
        "6 comes to that.)"
    )
    if study.group_predictor is None:
        return Prose(
            "So a fixed-effects model cannot say what goes with a variable that has one value for "
            f"all {word.units} of the same {word.group}. {rest}"
        )
    return Prose(f"So a fixed-effects model cannot say what goes with {word.w}. {rest}")


def half_way(slope: Estimate, half: Estimate, variances: Sequence[float], study: Study) -> Prose:
    """Say what de-meaning the predictor alone does to the standard error.

    Parameters
    ----------
    slope
        The within slope, with the right standard error.
    half
        The same slope with what the half-way regression prints.
    variances
        The residual variance of the half-way regression, and that of the fixed-effects model.
    study
        The study, for its words.
    """
    word, found = words(study), findings.beside_right_error(half.std_error, slope.std_error)
    if found is Compared.ABSENT:
        return Prose(
            "With no degrees of freedom left, the fixed-effects model has no standard error to "
            "compare with."
        )
    if found is Compared.ALIKE:
        return Prose(
            "The same slope, and here nearly the same standard error: that the differences between "
            f"{word.groups} stay in the residuals hardly changes their variance. On other data it "
            "can change it much."
        )
    times = f"The same slope, and a standard error that is {_ratio(half, slope)} times"
    of_half, right = variances
    if found is Compared.LARGER:
        return Prose(
            f"{times} that of the fixed-effects model.",
            f"The residual variance is {number(of_half)} in place of {number(right)}, since the "
            f"differences between {word.groups} stay in the residuals.",
            "The mistake makes the slope look less certain than it is, and a relation easier to "
            "miss.",
        )
    return Prose(
        f"{times} that of the fixed-effects model.",
        f"The means of {word.y} differ less between {word.groups} here than chance alone would be "
        "expected to make them. Left in the residuals, they bring the variance down, to "
        f"{number(of_half)} from {number(right)}.",
        "The mistake makes the slope look more certain than it is.",
    )


def what_the_table_holds(x_mean_varies: bool, study: Study) -> Prose:
    """Say what the tidy table shows; `x_mean_varies` where groups' means of the predictor do."""
    word = words(study)
    if not x_mean_varies:
        return Prose(
            "The estimates of this chapter. The contextual model is the third way. It is not "
            f"estimated here, since all {word.groups} have the same {word.x_mean}."
        )
    return Prose(
        "The estimates of this chapter. The contextual model is the third way. Its standard errors "
        f"are those of OLS, which take {word.units} of the same {word.group} for independent. For "
        f"the coefficient of the group mean that can make them far too small, since what is known "
        f"of it comes from differences between {word.groups}. Chapter 4 does better."
    )


# -- tables ----------------------------------------------------------------------------------------


def table_of_ways(ways: Mapping[str, tuple[Any, str]], naive_error: float) -> pd.DataFrame:
    """Show the slope of each way as statsmodels prints it, without those that were not gone.

    Parameters
    ----------
    ways
        A statsmodels fit, or none, and the term of its slope.
    naive_error
        A standard error: a thousandth of it is more digits than a sentence needs, to compare by.
    """
    rows = {
        way: {
            "slope": number(fit.params[term], naive_error / 1000),
            "standard error as printed": number(_printed_error(fit, term), naive_error / 1000),
            "residual degrees of freedom": f"{fit.df_resid:,.0f}",
        }
        for way, (fit, term) in ways.items()
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
    """Show how far variables scatter over all units, and within groups.

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

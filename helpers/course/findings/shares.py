"""Findings on shares of variance: the intraclass correlation, and what predictors explain."""

import math
from enum import Enum

import numpy as np
import pandas as pd
from scipy import special

from helpers.course.findings.basic import Compared
from helpers.course.findings.first_look import means_beyond_chance
from helpers.models.estimate import Estimate


class Share(Enum):
    """Where an intraclass correlation lies, and its interval."""

    ZERO = "it is estimated as exactly zero"
    FROM_ZERO = "its interval begins at zero"
    ABOVE = "its interval lies above zero"


class Reading(Enum):
    """How another estimate of an intraclass correlation compares with the model's."""

    BELOW_ZERO = "it is below zero, where the model's cannot be"
    ALIKE = "about the same"
    DIFFERENT = "different"


class Alike(Enum):
    """Whether groups may all be alike in their mean outcome, by a model without predictors."""

    HARDLY = "both tests speak against it"
    OPEN = "one test does, the other does not"
    POSSIBLE = "neither does"


class Change(Enum):
    """How an intraclass correlation changes once a predictor is in the model, and by what."""

    APPEARS = "it was zero, and is not"
    GOES_WITH = "smaller, and so is the variance between groups"
    WITHIN_FALLS_MORE = "larger, as the variance within falls by a larger part"
    BETWEEN_RISES = "larger, as the variance between rises and that within does not"
    BETWEEN_RISES_MORE = "larger, as the variance between rises by a larger part"
    OTHER = "hardly changed, or not by the predictor"


class Rise(Enum):
    """Why a variance between groups is larger with a predictor in the model than without."""

    SAME_MEANS = "the predictor moves no mean, and less of their scatter is put down to luck"
    LUCK = "means lie no further apart, and less of their scatter is put down to luck"
    APART = "means lie further apart at an equal predictor"
    BOTH = "they do, and less of their scatter is put down to luck"
    UNCLEAR = "neither"


class Repetition(Enum):
    """How much of what units could tell about a mean is repetition."""

    HARDLY_ANY = "hardly any"
    PART = "half or less"
    MOST = "more than half"


class Chance(Enum):
    """Where an intraclass correlation lies among those that chance makes."""

    BEYOND = "beyond all of them"
    ZERO = "at zero"
    AMONG = "among them"


class Claimed(Enum):
    """Whether numbers could be shares of variance that a model explains."""

    POSSIBLE = "between zero and one"
    NEGATIVE = "below zero, and none above one"
    IMPOSSIBLE = "above one"
    ABSENT = "there is nothing to explain"


def share_of_variance(icc: Estimate) -> Share:
    """Tell whether an intraclass correlation is above zero, by its 95% profile interval.

    The interval counts as beginning at zero if it does to within a millionth.

    Examples
    --------
    >>> share_of_variance(Estimate("null", "variance", "icc", 0.18, conf_low=0.15, conf_high=0.22))
    <Share.ABOVE: 'its interval lies above zero'>
    """
    if icc.estimate == 0:
        return Share.ZERO
    return Share.FROM_ZERO if icc.conf_low < 1e-6 else Share.ABOVE


def beside_eta_squared(icc: float, eta_squared: float) -> Compared:
    """Tell whether eta squared is larger than the intraclass correlation: to the third decimal.

    Examples
    --------
    >>> beside_eta_squared(0.1804, 0.1947)
    <Compared.LARGER: 'larger'>
    """
    icc, eta_squared = round(icc, 3), round(eta_squared, 3)
    if icc < eta_squared:
        return Compared.LARGER
    return Compared.SMALLER if icc > eta_squared else Compared.ALIKE


def other_reading(icc: float, other: float) -> Reading:
    """Tell whether another estimate of the intraclass correlation agrees with the model's.

    Two agree that are less than a hundredth apart, and less than a tenth of the model's: one rule
    for pairs and for the analysis of variance.

    Parameters
    ----------
    icc, other
        The model's, and another, which may be negative.

    Examples
    --------
    >>> other_reading(0.1804, 0.1736), other_reading(0.1804, 0.1666)
    (<Reading.ALIKE: 'about the same'>, <Reading.DIFFERENT: 'different'>)
    """
    if other < 0:
        return Reading.BELOW_ZERO
    return Reading.ALIKE if abs(other - icc) < min(0.01, 0.1 * icc) else Reading.DIFFERENT


def less_alike_than_chance(icc: float, f: float, df: tuple[int, int]) -> bool:
    """Tell whether the intraclass correlation is negative: means closer together than by chance.

    By the F of the analysis of variance, where the model puts the correlation at zero: independent
    units would give one as low in fewer than 2.5 in 100 samples.

    Parameters
    ----------
    icc
        The model's, which cannot be negative.
    f, df
        The ratio of the two mean squares, and their degrees of freedom.

    Examples
    --------
    >>> less_alike_than_chance(0.0, 0.38, (47, 364)), less_alike_than_chance(0.0, 0.67, (9, 22))
    (True, False)
    """
    return icc == 0 and bool(special.fdtr(*df, f) < 0.025)


def repetition(effective: float, n_units: int) -> Repetition:
    """Tell how much of the information on a mean is repetition within groups.

    By the effective sample size (Kish 1965, Survey Sampling); hardly any is less than two in a
    hundred.

    Examples
    --------
    >>> repetition(800.0, 7185)
    <Repetition.MOST: 'more than half'>
    """
    if effective > 0.98 * n_units:
        return Repetition.HARDLY_ANY
    return Repetition.MOST if effective < 0.5 * n_units else Repetition.PART


def beside_chance(icc: float, by_chance: np.ndarray) -> Chance:
    """Tell where an intraclass correlation lies among those of units dealt to groups at random.

    Examples
    --------
    >>> beside_chance(0.18, np.array([0.0, 0.003]))
    <Chance.BEYOND: 'beyond all of them'>
    """
    if icc > by_chance.max():
        return Chance.BEYOND
    return Chance.ZERO if icc == 0 else Chance.AMONG


def groups_alike(p_value: float, p_of_f: float) -> Alike:
    """Tell whether groups may be alike in their mean outcome: both tests at 5%, or it is left open.

    Parameters
    ----------
    p_value
        That of the likelihood-ratio test against an even mixture of zero and chi-squared (Self and
        Liang 1987, J. Am. Stat. Assoc. 82, 605-610), which holds for many groups.
    p_of_f
        That of the F-test of the analysis of variance, by which chapter 1 decides
        (:func:`means_beyond_chance`); it holds for any number of groups.

    Examples
    --------
    >>> groups_alike(0.039, 0.25)
    <Alike.OPEN: 'one test does, the other does not'>
    """
    against = p_value < 0.05, means_beyond_chance(p_of_f)
    if all(against):
        return Alike.HARDLY
    return Alike.OPEN if any(against) else Alike.POSSIBLE


def root_exceeds_two(n_groups: int) -> bool:
    """Tell whether √J, which the tutorial took for z, counts as significant: from four groups on.

    >>> root_exceeds_two(160), root_exceeds_two(3)
    (True, False)
    """
    return n_groups >= 4


def given_predictors(icc: float, conditional: float) -> Compared:
    """Tell whether the ICC is larger given predictors: by half a percentage point.

    Examples
    --------
    >>> given_predictors(0.1804, 0.1141)
    <Compared.SMALLER: 'smaller'>
    """
    if conditional < icc - 0.005:
        return Compared.SMALLER
    return Compared.LARGER if conditional > icc + 0.005 else Compared.ALIKE


def change_of_icc(
    null: tuple[float, float], given: tuple[float, float], means_differ: bool
) -> Change:
    """Tell how the intraclass correlation changes with a predictor, and which variance does it.

    By half a percentage point, as in :func:`given_predictors`.

    Parameters
    ----------
    null, given
        The variances between groups and within them, without the predictor and with it.
    means_differ
        Whether group means of the predictor differ, so that it can explain any between groups.

    Examples
    --------
    >>> change_of_icc((8.61, 39.15), (4.77, 37.03), means_differ=True)
    <Change.GOES_WITH: 'smaller, and so is the variance between groups'>
    >>> change_of_icc((0.0, 100.0), (70.4, 3.6), means_differ=True)
    <Change.APPEARS: 'it was zero, and is not'>
    """
    found = given_predictors(null[0] / sum(null), given[0] / sum(given))
    between_falls, within_falls = given[0] < null[0], given[1] < null[1]
    if found is Compared.SMALLER and between_falls and means_differ:
        return Change.GOES_WITH
    if found is not Compared.LARGER:
        return Change.OTHER
    if null[0] == 0:
        return Change.APPEARS
    if between_falls:
        return Change.WITHIN_FALLS_MORE
    return Change.BETWEEN_RISES if within_falls else Change.BETWEEN_RISES_MORE


def rise_between(means_differ: bool, apart: tuple[float, float], explained_within: float) -> Rise:
    """Tell why a variance between groups is larger with a predictor in the model than without.

    Parameters
    ----------
    means_differ
        Whether group means of the predictor differ, so that holding it equal moves any mean.
    apart
        The SD of the group means of the outcome: as they are, and at an equal predictor.
    explained_within
        The share of the variance within groups that the predictor explains.

    Examples
    --------
    >>> rise_between(False, (37.0, 37.0), 0.51)
    <Rise.SAME_MEANS: 'the predictor moves no mean, and less of their scatter is put down to luck'>
    >>> rise_between(True, (0.55, 0.58), 0.0)
    <Rise.APART: 'means lie further apart at an equal predictor'>
    """
    further, less_luck = means_differ and apart[1] > apart[0], explained_within > 0
    if further:
        return Rise.BOTH if less_luck else Rise.APART
    if not less_luck:
        return Rise.UNCLEAR
    return Rise.LUCK if means_differ else Rise.SAME_MEANS


def variance_given_predictors(explained: float) -> Compared:
    """Tell whether a variance is smaller with predictors in the model, or larger.

    Parameters
    ----------
    explained
        The pseudo-R² (Raudenbush and Bryk 2002, ch. 4); nan where the null model has no variance.

    Examples
    --------
    >>> variance_given_predictors(0.446), variance_given_predictors(-0.02)
    (<Compared.SMALLER: 'smaller'>, <Compared.LARGER: 'larger'>)
    """
    if math.isnan(explained):
        return Compared.ABSENT
    return Compared.LARGER if explained < 0 else Compared.SMALLER


def claimed_shares(shares: pd.Series) -> Claimed:
    """Tell whether numbers could be shares of variance: none above one, and none below zero.

    >>> claimed_shares(pd.Series({"group": 8.44, "unit": 46.43}))
    <Claimed.IMPOSSIBLE: 'above one'>
    """
    if shares.isna().any():
        return Claimed.ABSENT
    if shares.max() > 1:
        return Claimed.IMPOSSIBLE
    return Claimed.NEGATIVE if shares.min() < 0 else Claimed.POSSIBLE

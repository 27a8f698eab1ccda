"""What a study shows, decided once: each finding by one function, with its criterion and source.

A chapter's sentences, the index of a run, the page of several studies and the replies to exercises
word what is decided here, and decide nothing themselves.
"""

import math
from enum import Enum

import numpy as np
import pandas as pd

from helpers.models.estimate import Estimate


class Finding(Enum):
    """What was found of an effect, or of a difference between two."""

    HIGHER = "higher"
    LOWER = "lower"
    UNCLEAR = "unclear"  # the data do not tell
    ABSENT = "absent"  # the study has no such effect that could be asked about

    @property
    def is_clear(self) -> bool:
        """Whether a direction was found."""
        return self in (Finding.HIGHER, Finding.LOWER)


def direction(estimate: Estimate) -> Finding:
    """Tell whether an effect is above or below zero.

    By its 95% interval: unclear where that holds zero, or is not defined.

    Examples
    --------
    >>> direction(Estimate("total", "fixed", "x", 2.0, conf_low=1.0, conf_high=3.0))
    <Finding.HIGHER: 'higher'>
    """
    found = {1: Finding.HIGHER, -1: Finding.LOWER, 0: Finding.UNCLEAR}
    return found[estimate.direction]


def means_differ(means: pd.Series, values: pd.Series) -> bool:
    """Tell whether means of groups differ by more than rounding, so that they make a line.

    Parameters
    ----------
    means
        The mean of each group.
    values
        The values they are means of, one a unit.

    Examples
    --------
    >>> means_differ(pd.Series([1.0, 2.0]), pd.Series([0.0, 2.0, 1.0, 3.0]))
    True
    """
    return bool(means.std() > 1e-9 * values.std())


def contextual(effect: Estimate, means_differ: bool) -> Finding:
    """Tell whether the slope between groups is higher than the slope within them, or lower.

    By the 95% interval of the group mean's coefficient beside the predictor's own (t,
    Satterthwaite's df): Mundlak (1978, Econometrica 46, 69-85). Absent where all groups have the
    same mean of the predictor, or are too few for a slope between them.

    Examples
    --------
    >>> effect = Estimate("within_between", "fixed", "ses_mean", 3.7, conf_low=2.9, conf_high=4.4)
    >>> contextual(effect, means_differ=True)
    <Finding.HIGHER: 'higher'>
    """
    return direction(effect) if means_differ else Finding.ABSENT


# -- a share of variance: chapter 5 ----------------------------------------------------------------


class Compared(Enum):
    """How a number compares with one that was there before, or that it is held against."""

    LARGER = "larger"
    SMALLER = "smaller"
    ALIKE = "about the same"
    TURNED = "turned round"  # both clear, in opposite directions
    LOST = "no longer clear"
    ABSENT = "absent"  # one of the two does not exist


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

    POSSIBLE = "possible"
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
    if icc < eta_squared - 0.0005:
        return Compared.LARGER
    return Compared.SMALLER if icc > eta_squared + 0.0005 else Compared.ALIKE


def other_reading(icc: float, other: float, apart: float, of_it: float) -> Reading:
    """Tell whether another estimate of the intraclass correlation agrees with the model's.

    Parameters
    ----------
    icc, other
        The model's, and one from pairs or from the analysis of variance, which may be negative.
    apart, of_it
        How far the two may lie apart, and which share of the model's that may be.

    Examples
    --------
    >>> other_reading(0.1804, 0.1809, apart=0.005, of_it=0.05)
    <Reading.ALIKE: 'about the same'>
    """
    if other < 0:
        return Reading.BELOW_ZERO
    return Reading.ALIKE if abs(other - icc) < min(apart, of_it * icc) else Reading.DIFFERENT


def repetition(icc: float, effective: float, n_units: int) -> Repetition:
    """Tell how much of the information on a mean is repetition inside groups.

    By the effective sample size (Kish 1965, Survey Sampling); hardly any is a correlation below a
    thousandth.

    Examples
    --------
    >>> repetition(0.18, 800.0, 7185)
    <Repetition.MOST: 'more than half'>
    """
    if icc < 0.001:
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


def groups_differ(p_value: float) -> bool:
    """Tell whether a group variance of zero is hard to reconcile with the data: p below 0.05.

    The p-value is that of the likelihood-ratio test against an even mixture of zero and chi-squared
    (Self and Liang 1987, J. Am. Stat. Assoc. 82, 605-610).

    >>> groups_differ(0.001)
    True
    """
    return p_value < 0.05


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


def variance_falls(before: float, after: float) -> bool:
    """Tell whether a variance is smaller with predictors in the model than without.

    >>> variance_falls(8.61, 4.77)
    True
    """
    return after < before


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
    """Tell whether numbers could be shares of variance: none above one.

    >>> claimed_shares(pd.Series({"group": 8.44, "unit": 46.43}))
    <Claimed.IMPOSSIBLE: 'above one'>
    """
    if shares.isna().any():
        return Claimed.ABSENT
    return Claimed.IMPOSSIBLE if shares.max() > 1 else Claimed.POSSIBLE

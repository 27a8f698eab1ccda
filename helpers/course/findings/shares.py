"""Findings on shares of variance: the intraclass correlation, and what predictors explain."""

import math
from enum import Enum

import numpy as np
import pandas as pd

from helpers.course.findings.basic import Compared
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

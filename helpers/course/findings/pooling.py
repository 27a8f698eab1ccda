"""Findings on what groups learn from each other: variances, reliability, one slope or two."""

import math
from enum import Enum

import pandas as pd

from helpers.course.findings.basic import Finding
from helpers.models.estimate import Estimate


class Spread(Enum):
    """How the SD of a distribution compares with that of what is seen of it."""

    ZERO = "the distribution is one value"
    LESS = "less"
    ALIKE = "the same, to within a hundredth"
    MORE = "more"


class Top(Enum):
    """Whether a search for the highest likelihood has reached its top."""

    NO_FIT = "it has no likelihood to compare"
    REACHED = "reached"
    FLAT = "elsewhere on a top too flat to matter"
    NEARLY = "below it, but well inside the 95% interval"
    MISSED = "below it"


class Limits(Enum):
    """How the 95% interval of a variance lies about the estimate."""

    EDGE = "the estimate is zero"
    FROM_ZERO = "it begins at zero"
    FURTHER_UP = "it reaches further up than down"
    EVEN = "it reaches about as far up as down"


class Pooling(Enum):
    """How far groups are drawn to the average line."""

    COMPLETE = "all the way"
    HARDLY_ANY = "hardly"
    MOST = "most of the way"
    ALL_ALIKE = "all in one proportion"
    UNEQUAL = "some more than others"


class Nearer(Enum):
    """To which of two slopes, within or between groups, a third lies nearer."""

    WITHIN = "within"
    BETWEEN = "between"
    NEITHER = "neither"
    ABSENT = "there is one slope"


def spread_of_intercepts(tau: float, separate: float) -> Spread:
    """Tell how the SD of a model's distribution compares with the SD of separate estimates.

    The separate ones scatter by luck as well (Raudenbush and Bryk 2002, ch. 3); a hundredth counts.

    Parameters
    ----------
    tau, separate
        The standard deviation that the model estimates, and that of the groups' own intercepts, in
        units of the outcome.

    Examples
    --------
    >>> spread_of_intercepts(2.18, 2.42), spread_of_intercepts(0.0, 1.0)  # doctest: +ELLIPSIS
    (<Spread.LESS: 'less'>, <Spread.ZERO: ...>)
    """
    if tau == 0:
        return Spread.ZERO
    if tau < 0.99 * separate:
        return Spread.LESS
    return Spread.MORE if tau > 1.01 * separate else Spread.ALIKE


def top(stopped_at: tuple[float, float], optimum: tuple[float, float]) -> Top:
    """Tell whether a search for the highest likelihood stopped at its top.

    It did if its variance is within a thousandth of the best. Else what counts is how much higher
    the log-likelihood is there: up to 0.0001 is flat, up to 0.5 little beside the 1.92 that bound
    the 95% interval.

    Parameters
    ----------
    stopped_at, optimum
        Variance and log-likelihood of each.

    Examples
    --------
    >>> top((4.6702, -23322.5963), (4.7682, -23322.5847))
    <Top.NEARLY: 'below it, but well inside the 95% interval'>
    """
    (variance, llf), (best, highest) = stopped_at, optimum
    if not math.isfinite(llf):
        return Top.NO_FIT
    if not abs(variance - best) > 1e-3 * best:
        return Top.REACHED
    if not highest - llf > 1e-4:
        return Top.FLAT
    return Top.NEARLY if highest - llf < 0.5 else Top.MISSED


def limits_of_variance(variance: Estimate, boundary: bool) -> Limits:
    """Tell how the profile-likelihood interval of a variance lies about the estimate.

    Further up than down is by a twentieth or more.

    Parameters
    ----------
    variance
        The variance, with its interval.
    boundary
        Whether the optimum lies on the edge.

    Examples
    --------
    >>> variance = Estimate("m", "variance", "var_group", 4.8, conf_low=3.6, conf_high=6.3)
    >>> limits_of_variance(variance, boundary=False)
    <Limits.FURTHER_UP: 'it reaches further up than down'>
    """
    if boundary:
        return Limits.EDGE
    if variance.conf_low == 0:
        return Limits.FROM_ZERO
    up, down = variance.conf_high - variance.estimate, variance.estimate - variance.conf_low
    return Limits.FURTHER_UP if up > 1.05 * down else Limits.EVEN


def by_ml(variance: float, by_reml: float) -> Finding:
    """Tell whether ML puts a variance lower than REML, or higher; absent where REML's is zero.

    Examples
    --------
    >>> by_ml(4.73, 4.77)
    <Finding.LOWER: 'lower'>
    """
    if by_reml == 0:
        return Finding.ABSENT
    return Finding.LOWER if variance < by_reml else Finding.HIGHER


def pooling(reliability: pd.Series) -> Pooling:
    """Tell how far groups are drawn to the average line: by one minus their reliability.

    Hardly where each is above 0.95, most of the way where none is above 0.3, alike where they
    differ by less than 0.005 (the course's own limits).

    Parameters
    ----------
    reliability
        The reliability of each group's mean, from 0 to 1 (Raudenbush and Bryk 2002, ch. 3).

    Examples
    --------
    >>> pooling(pd.Series([0.71, 0.92]))
    <Pooling.UNEQUAL: 'some more than others'>
    """
    lowest, highest = reliability.min(), reliability.max()
    if highest == 0:
        return Pooling.COMPLETE
    if lowest > 0.95:
        return Pooling.HARDLY_ANY
    if highest < 0.3:
        return Pooling.MOST
    return Pooling.ALL_ALIKE if highest - lowest < 0.005 else Pooling.UNEQUAL


def n_apart_from_average(modes: pd.Series, errors: pd.Series) -> int:
    """Count the groups whose conditional mode is further from zero than 1.96 standard errors.

    Examples
    --------
    >>> n_apart_from_average(pd.Series([-3.0, 0.5]), pd.Series([1.0, 1.0]))
    1
    """
    return int((modes.abs() > 1.96 * errors).sum())


def nearer(slope: float, within: float, between: float) -> Nearer:
    """Tell to which of two slopes a third lies nearer.

    Neither, where its distances from the two differ by less than a twentieth of how far these are
    apart; absent where there is no slope between groups.

    Examples
    --------
    >>> nearer(2.39, within=2.19, between=5.91), nearer(2.39, 2.19, math.nan)
    (<Nearer.WITHIN: 'within'>, <Nearer.ABSENT: 'there is one slope'>)
    """
    if not math.isfinite(between):
        return Nearer.ABSENT
    from_within, from_between = abs(slope - within), abs(slope - between)
    if abs(from_between - from_within) <= 0.05 * abs(between - within):
        return Nearer.NEITHER
    return Nearer.WITHIN if from_within <= from_between else Nearer.BETWEEN


def mixture(weight: float) -> Nearer:
    """Tell whether an average of the slopes within and between is near one of the two.

    Parameters
    ----------
    weight
        The weight of the slope between groups, from 0 to 1; near is a weight of nine tenths.

    Examples
    --------
    >>> mixture(0.05), mixture(0.5)
    (<Nearer.WITHIN: 'within'>, <Nearer.NEITHER: 'neither'>)
    """
    if weight < 0.1:
        return Nearer.WITHIN
    return Nearer.BETWEEN if weight > 0.9 else Nearer.NEITHER

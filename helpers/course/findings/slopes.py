"""Findings on slopes between and within groups."""

import math
from enum import Enum

from scipy import special

from helpers.course.findings.basic import Finding
from helpers.models.estimate import Estimate


class Lines(Enum):
    """Which way two fitted lines go, those through units and through means of groups."""

    RISING = "both rise"
    FALLING = "both fall"
    LEVEL = "that through the means is level"
    UNLIKE = "not in one direction"
    ABSENT = "there is none through the means"


class Steepness(Enum):
    """How steep one slope is beside another."""

    STEEPER = "steeper"
    FLATTER = "flatter"
    ALIKE = "about as steep"
    OPPOSED = "in the opposite direction"
    ABSENT = "one of the two is not defined"


class Fallacy(Enum):
    """What the slope of means would say of units, were it taken for theirs."""

    TURNED = "the opposite"
    SIGNS_DIFFER = "the opposite, but a direction is not clear"
    UNCLEAR = "not told apart from what is true of them"
    UNMEASURED = "not to be told: the slope of two means has no standard error"
    UNFOUNDED = "a relation, where none is found among them"
    OVERSTATED = "too much"
    UNDERSTATED = "too little"
    ABSENT = "nothing: there is no such slope"


def _sign(slope: Estimate) -> int:
    """Return 1, -1, or 0 for a twentieth of a standard error or less, which is written as zero."""
    if abs(slope.estimate) <= 0.05 * slope.std_error:
        return 0
    return (slope.estimate > 0) - (slope.estimate < 0)


def lines(total: Estimate, between: Estimate) -> Lines:
    """Tell which way two fitted lines go: by their signs, whatever chance had to do with them.

    Level is one that rises or falls by no more than a twentieth of its standard error.

    Parameters
    ----------
    total, between
        The slope of all units, and that of the means of groups.

    Examples
    --------
    >>> total, between = (Estimate(m, "fixed", "x", b) for m, b in (("total", 3), ("between", 6)))
    >>> lines(total, between)
    <Lines.RISING: 'both rise'>
    """
    if math.isnan(between.estimate):
        return Lines.ABSENT
    if _sign(between) == 0:
        return Lines.LEVEL
    if _sign(total) != _sign(between):
        return Lines.UNLIKE
    return Lines.RISING if _sign(between) > 0 else Lines.FALLING


def steepness(slope: float, other: float) -> Steepness:
    """Tell which of two slopes is the steeper, whether it rises or falls.

    Alike are those whose difference is within two hundredths of the other.

    Examples
    --------
    >>> steepness(-5.9, 3.2), steepness(3.21, 3.2)
    (<Steepness.STEEPER: 'steeper'>, <Steepness.ALIKE: 'about as steep'>)
    """
    if abs(slope - other) <= 0.02 * abs(other):
        return Steepness.ALIKE
    return Steepness.STEEPER if abs(slope) > abs(other) else Steepness.FLATTER


def slopes_alike(value: float, estimate: Estimate) -> bool:
    """Tell whether a slope differs from an estimate by no more than a tenth of its standard error.

    Where that has none, because it is the slope of two means, by two hundredths of itself.

    Examples
    --------
    >>> slopes_alike(5.88, Estimate("between", "fixed", "x", 5.91, std_error=0.37))
    True
    """
    least = 0.1 * estimate.std_error
    return abs(value - estimate.estimate) <= (
        0.02 * abs(estimate.estimate) if math.isnan(least) else least
    )


def between_beside_within(between: Estimate, within: Estimate) -> Steepness:
    """Tell how steep the line through means of groups is beside the lines within them.

    It describes the lines. Whether they differ by more than chance is :func:`contextual`.

    Examples
    --------
    >>> between = Estimate("between", "fixed", "x", 5.9, std_error=0.4)
    >>> between_beside_within(between, Estimate("within", "fixed", "x_within", 2.2))
    <Steepness.STEEPER: 'steeper'>
    """
    if math.isnan(between.estimate):
        return Steepness.ABSENT
    if _sign(between) * _sign(within) < 0:
        return Steepness.OPPOSED
    if slopes_alike(within.estimate, between):
        return Steepness.ALIKE
    steeper = abs(between.estimate) > abs(within.estimate)
    return Steepness.STEEPER if steeper else Steepness.FLATTER


def ecological_fallacy(between: Estimate, within: Estimate) -> Fallacy:
    """Tell what would be said of units by the slope of means of groups.

    Turned round where both 95% intervals exclude zero, on opposite sides (Robinson 1950, American
    Sociological Review 15, 351-357). With one sign, the slopes are told apart if they differ by
    more than a 95% interval of the difference of two independent estimates reaches: the root of the
    sum of the squares of what their own reach. Those of two groups are not, since their means leave
    no standard error. Too much or too little is said only of a slope within groups whose interval
    excludes zero.

    Examples
    --------
    >>> between = Estimate("between", "fixed", "x", 5.9, 0.4, conf_low=5.1, conf_high=6.7)
    >>> within = Estimate("within", "fixed", "x_within", 2.2, 0.1, conf_low=2.0, conf_high=2.4)
    >>> ecological_fallacy(between, within)
    <Fallacy.OVERSTATED: 'too much'>
    """
    if math.isnan(between.estimate):
        return Fallacy.ABSENT
    if math.isnan(between.std_error):
        return Fallacy.UNMEASURED
    if _sign(between) * _sign(within) < 0:
        clear = between.excludes_zero and within.excludes_zero
        return Fallacy.TURNED if clear else Fallacy.SIGNS_DIFFER
    reach = math.hypot(*((each.conf_high - each.conf_low) / 2 for each in (between, within)))
    if abs(between.estimate - within.estimate) <= reach:
        return Fallacy.UNCLEAR
    if not within.excludes_zero:
        return Fallacy.UNFOUNDED
    steeper = abs(between.estimate) > abs(within.estimate)
    return Fallacy.OVERSTATED if steeper else Fallacy.UNDERSTATED


def robust_error(ratio: float, own_error: float) -> Finding:
    """Tell whether a cluster-robust standard error is higher than the naive one, or lower.

    By two standard errors of a standard error; absent where it is zero but for rounding.

    Parameters
    ----------
    ratio
        The cluster-robust standard error, in units of the naive one.
    own_error
        The error of the robust one, as a share of it.

    Examples
    --------
    >>> robust_error(1.37, own_error=0.056), robust_error(1.37, own_error=0.2)
    (<Finding.HIGHER: 'higher'>, <Finding.UNCLEAR: 'unclear'>)
    """
    if ratio < 1e-6:
        return Finding.ABSENT
    if ratio > 1 + 2 * own_error:
        return Finding.HIGHER
    return Finding.LOWER if ratio < 1 - 2 * own_error else Finding.UNCLEAR


def direction_by(slope: Estimate, df: int) -> Finding:
    """Tell whether a slope is above or below zero, if its error has so many degrees of freedom.

    Parameters
    ----------
    slope
        The slope and its standard error.
    df
        The degrees of freedom, instead of those behind its interval.

    Examples
    --------
    >>> slope = Estimate("total", "fixed", "x", 3.0, std_error=1.0)
    >>> direction_by(slope, 22), direction_by(slope, 3)
    (<Finding.HIGHER: 'higher'>, <Finding.UNCLEAR: 'unclear'>)
    """
    if abs(slope.estimate) <= special.stdtrit(df, 0.975) * slope.std_error:
        return Finding.UNCLEAR
    return Finding.HIGHER if slope.estimate > 0 else Finding.LOWER


def rests_within(eta_squared: float) -> bool:
    """Tell whether a slope of all units rests mostly on comparisons within groups.

    Parameters
    ----------
    eta_squared
        That of the predictor, which is the weight of the slope between groups.

    Examples
    --------
    >>> rests_within(0.25), rests_within(0.61)
    (True, False)
    """
    return eta_squared < 0.5


def too_few_clusters(df: float) -> bool:
    """Tell whether groups are too few for cluster-robust errors to be trusted: worth less than 40.

    Where few ends lies between 20 and 50 (Cameron and Miller 2015, Journal of Human Resources 50,
    317-372, section VI), and groups that weigh unequally are worth less than they are many (Carter,
    Schnepel and Steigerwald 2017, Review of Economics and Statistics 99, 698-709).

    Parameters
    ----------
    df
        The degrees of freedom of the standard error, one fewer than groups of equal weight.

    Examples
    --------
    >>> too_few_clusters(17.0), too_few_clusters(134.0)
    (True, False)
    """
    return df + 1 < 40

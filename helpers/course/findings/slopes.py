"""Findings on slopes between and within groups."""

import math
from enum import Enum

from helpers.course.findings.basic import Finding
from helpers.models.estimate import Estimate
from helpers.text import number


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
    OVERSTATED = "too much"
    UNDERSTATED = "too little"
    ABSENT = "nothing: there is no such slope"


def _without_rounding_error(slope: float) -> float:
    return round(slope, 12)


def lines(total: Estimate, between: Estimate) -> Lines:
    """Tell which way two fitted lines go: by their signs, whatever chance had to do with them.

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
    of_units, of_means = (_without_rounding_error(slope.estimate) for slope in (total, between))
    if math.isnan(of_means):
        return Lines.ABSENT
    if of_means == 0:
        return Lines.LEVEL
    if of_units * of_means <= 0:
        return Lines.UNLIKE
    return Lines.RISING if of_means > 0 else Lines.FALLING


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


def written_alike(value: float, estimate: Estimate) -> bool:
    """Tell whether a number is that of an estimate, to the second digit of its standard error.

    Examples
    --------
    >>> written_alike(5.88, Estimate("between", "fixed", "x", 5.91, std_error=0.37))
    False
    """
    return number(value, estimate.std_error) == number(estimate)


def between_beside_within(between: Estimate, within: Estimate) -> Steepness:
    """Tell how steep the line through means of groups is beside the lines inside them.

    It describes the lines. Whether they differ by more than chance is :func:`contextual`.

    Examples
    --------
    >>> between = Estimate("between", "fixed", "x", 5.9, std_error=0.4)
    >>> between_beside_within(between, Estimate("within", "fixed", "x_within", 2.2))
    <Steepness.STEEPER: 'steeper'>
    """
    of_means, inside = (_without_rounding_error(slope.estimate) for slope in (between, within))
    if math.isnan(of_means):
        return Steepness.ABSENT
    if of_means * inside < 0:
        return Steepness.OPPOSED
    if written_alike(inside, between):
        return Steepness.ALIKE
    return Steepness.STEEPER if abs(of_means) > abs(inside) else Steepness.FLATTER


def ecological_fallacy(between: Estimate, within: Estimate) -> Fallacy:
    """Tell what would be said of units by the slope of means of groups.

    Turned round where both 95% intervals exclude zero, on opposite sides (Robinson 1950, American
    Sociological Review 15, 351-357). With one sign, the slopes are told apart if they differ by
    twice the standard error of the difference of two independent estimates, or more; those of two
    groups, whose means leave no standard error, by any difference.

    Examples
    --------
    >>> between = Estimate("between", "fixed", "x", 5.9, std_error=0.4)
    >>> within = Estimate("within", "fixed", "x_within", 2.2, std_error=0.1)
    >>> ecological_fallacy(between, within)
    <Fallacy.OVERSTATED: 'too much'>
    """
    of_means, inside = (_without_rounding_error(slope.estimate) for slope in (between, within))
    if math.isnan(of_means):
        return Fallacy.ABSENT
    if of_means * inside < 0:
        clear = between.excludes_zero and within.excludes_zero
        return Fallacy.TURNED if clear else Fallacy.SIGNS_DIFFER
    if abs(of_means - inside) < 2 * math.hypot(between.std_error, within.std_error):
        return Fallacy.UNCLEAR
    return Fallacy.OVERSTATED if abs(of_means) > abs(inside) else Fallacy.UNDERSTATED


def robust_error(ratio: float, own_error: float) -> Finding:
    """Tell whether a cluster-robust standard error is higher than the naive one, or lower.

    By two standard errors of a standard error.

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
    if ratio > 1 + 2 * own_error:
        return Finding.HIGHER
    return Finding.LOWER if ratio < 1 - 2 * own_error else Finding.UNCLEAR


def too_few_clusters(n_groups: int) -> bool:
    """Tell whether groups are too few for cluster-robust errors to be trusted: below 40.

    Where few ends lies between 20 and 50 (Cameron and Miller 2015, Journal of Human Resources 50,
    317-372, section VI).

    Examples
    --------
    >>> too_few_clusters(18), too_few_clusters(160)
    (True, False)
    """
    return n_groups < 40

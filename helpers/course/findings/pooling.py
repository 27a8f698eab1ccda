"""Findings on what groups learn from each other: variances, reliability, one slope or two."""

import math
from enum import Enum

import numpy as np
import pandas as pd

from helpers.models.estimate import Estimate


class Spread(Enum):
    """How the SD of a distribution compares with that of what is seen of it."""

    ZERO = "the distribution is one value"
    LESS = "less"
    ALIKE = "the same, to within a hundredth"
    MORE = "more"


class Reason(Enum):
    """Why separate estimates scatter hardly more than the distribution they come from, or less."""

    FAR_APART = "groups differ far more than luck moves their means"
    LARGE_GROUPS = "groups are so large that luck moves their means little"
    UNEQUAL = "the groups that count most in the model scatter most"
    UNKNOWN = "none of these"


class ByMl(Enum):
    """What ML makes of a variance, beside REML."""

    BOTH_ZERO = "zero by both"
    ZERO = "zero by ML alone"
    LOWER = "lower"
    HIGHER = "higher, or the same"


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
    """Which of two slopes, within or between groups, counts for more in an average of them."""

    WITHIN = "within"
    BETWEEN = "between"
    NEITHER = "both about alike"
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


def as_expected(expected: float, sd: float) -> bool:
    """Tell whether a standard deviation is within a twentieth of what a model expects it to be.

    Examples
    --------
    >>> as_expected(2.38, 2.42), as_expected(0.736, 0.583)
    (True, False)
    """
    return abs(expected / sd - 1) <= 0.05


def why_no_less(tau2: float, sigma2: float, sizes: pd.Series, separate: pd.Series) -> Reason:
    """Tell why separate intercepts scatter no more than those that a model estimates, or hardly.

    The luck in a group's mean has variance σ² / n (Raudenbush and Bryk 2002, ch. 3). Where that is,
    over all groups, less than 4% of τ², it adds less than 2% to the standard deviation; whether
    because σ² is small beside τ² or because n is large, the smaller of σ² / τ² and 1 / n tells.
    Else the reason may be that a likelihood weighs groups by 1 / (τ² + σ² / n)², and the plain
    standard deviation all alike.

    Parameters
    ----------
    tau2, sigma2
        The variance between groups, above zero, and that inside them.
    sizes, separate
        Of each group: its number of units, its own intercept.

    Examples
    --------
    >>> own, sizes = pd.Series([-8.0, 0.0, 8.0]), pd.Series([3, 3, 4])
    >>> why_no_less(64.0, 3.5, sizes, own), why_no_less(64.0, 99.0, 100 * sizes, own)
    ... # doctest: +ELLIPSIS
    (<Reason.FAR_APART: ...>, <Reason.LARGE_GROUPS: ...>)
    """
    ratio, per_unit = sigma2 / tau2, float(np.mean(1 / sizes.to_numpy()))
    if ratio * per_unit < 0.04:
        return Reason.FAR_APART if ratio <= per_unit else Reason.LARGE_GROUPS
    if sizes.min() == sizes.max():
        return Reason.UNKNOWN
    weights = (tau2 + sigma2 / sizes) ** -2
    from_mean = separate - np.average(separate, weights=weights)
    weighted = np.average(from_mean**2, weights=weights)
    return Reason.UNEQUAL if weighted > 1.02 * separate.var(ddof=0) else Reason.UNKNOWN


def top(stopped_at: tuple[float, float], optimum: tuple[float, float]) -> Top:
    """Tell whether a search for the highest likelihood stopped at its top.

    It did if its variance is within a thousandth of the best. Else what counts is how much higher
    the log-likelihood is there: up to 0.0001 is flat, up to 0.1 little beside the 1.92 that bound
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
    return Top.NEARLY if highest - llf < 0.1 else Top.MISSED


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


def by_ml(variance: float, by_reml: float) -> ByMl:
    """Tell whether ML puts a variance lower than REML, or higher, or either puts it at zero.

    Examples
    --------
    >>> by_ml(4.73, 4.77), by_ml(0.0, 0.93)
    (<ByMl.LOWER: 'lower'>, <ByMl.ZERO: 'zero by ML alone'>)
    """
    if by_reml == 0:
        return ByMl.BOTH_ZERO
    if variance == 0:
        return ByMl.ZERO
    return ByMl.LOWER if variance < by_reml else ByMl.HIGHER


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


def apart_from_average(modes: pd.Series, errors: pd.Series) -> pd.Series:
    """Tell of each group whether its mode is further from zero than 1.96 standard errors.

    Examples
    --------
    >>> apart_from_average(pd.Series([-3.0, 0.5]), pd.Series([1.0, 1.0])).tolist()
    [True, False]
    """
    return modes.abs() > 1.96 * errors


def n_neighbours_that_overlap(modes: pd.Series, errors: pd.Series) -> int:
    """Count the neighbours in the order of conditional modes whose 95% intervals overlap.

    Examples
    --------
    >>> n_neighbours_that_overlap(pd.Series([-3.0, 0.5, 1.0]), pd.Series([0.5, 0.5, 0.5]))
    1
    """
    order = np.argsort(modes.to_numpy(), kind="stable")
    middle, reach = modes.to_numpy()[order], 1.96 * errors.to_numpy()[order]
    return int((middle[1:] - reach[1:] <= middle[:-1] + reach[:-1]).sum())


def on_the_line(distance: float, sigma2: float) -> bool:
    """Tell whether a group's mean lies on the average line, but for rounding.

    Parameters
    ----------
    distance
        How far it lies from the line.
    sigma2
        The variance inside groups, which says what is far.

    Examples
    --------
    >>> on_the_line(1e-15, 4.0), on_the_line(0.1, 4.0)
    (True, False)
    """
    return abs(distance) < 1e-9 * math.sqrt(sigma2)


def nearer(weight: float) -> Nearer:
    """Tell which of two slopes an average of them is nearer to: the one that counts for more.

    Parameters
    ----------
    weight
        The weight of the slope between groups, from 0 to 1; from 0.475 to 0.525 both count about
        alike. Not a number where there is no slope between groups.

    Examples
    --------
    >>> nearer(0.366), nearer(0.857), nearer(math.nan)  # doctest: +ELLIPSIS
    (<Nearer.WITHIN: 'within'>, <Nearer.BETWEEN: 'between'>, <Nearer.ABSENT: ...>)
    """
    if math.isnan(weight):
        return Nearer.ABSENT
    if abs(weight - 0.5) <= 0.025:
        return Nearer.NEITHER
    return Nearer.WITHIN if weight < 0.5 else Nearer.BETWEEN

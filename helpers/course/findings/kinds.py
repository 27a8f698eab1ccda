"""Findings on kinds of groups: the group predictor, and slopes that depend on it."""

import math
from collections.abc import Collection
from enum import Enum
from typing import NamedTuple

import numpy as np
import pandas as pd

from helpers.course.findings.basic import ROUNDING, Compared, Finding
from helpers.models.estimate import Estimate


class Slopes(Enum):
    """What the slopes in several kinds of groups have in common."""

    RISING = "all rise"
    FALLING = "all fall"
    OPPOSED = "one rises, one falls"
    UNCLEAR = "not all are clear"


class Interaction(Enum):
    """How the slope in groups with a higher group predictor compares with that in the others."""

    STEEPER = "both rise or both fall, and it is the steeper one"
    FLATTER = "both rise or both fall, and it is the flatter one"
    HIGHER = "they have opposite signs, and it is the higher one"
    LOWER = "they have opposite signs, and it is the lower one"
    UNCLEAR = "the data do not tell"
    ABSENT = "not judged: slopes that differ from group to group cannot be fitted"

    @property
    def is_clear(self) -> bool:
        """Whether a slope is found to depend on the group predictor."""
        return self not in (Interaction.UNCLEAR, Interaction.ABSENT)


class SlopeSpread(Enum):
    """What is known of the variance of slopes that the group predictor leaves."""

    FOUND = "interval and test exclude zero"
    BY_INTERVAL = "the interval excludes zero, the test does not"
    UNCLEAR = "neither excludes zero"
    ZERO = "estimated as zero"


class Edge(Enum):
    """On which edge of what is possible the estimated covariance of random effects lies."""

    NONE = "on none"
    SLOPES = "slopes do not differ"
    INTERCEPTS = "intercepts do not differ"
    ONE_LINE = "intercepts and slopes are perfectly correlated"


class Adjusted(Enum):
    """What becomes of a difference once something more is held equal."""

    UNCLEAR = "not told from none, before nor after"
    APPEARED = "told from none only after"
    TURNED = "told from none before and after, in opposite directions"
    LOST = "told from none only before"
    LARGER = "told from none before and after, larger after"
    SMALLER = "told from none before and after, smaller after"
    ALIKE = "told from none before and after, about the same"


class Region(NamedTuple):
    """A stretch of the predictor, and what is found of a difference there."""

    found: Finding
    start: float
    end: float


def support(df: float, n_groups: int) -> Compared:
    """Tell whether an interval's degrees of freedom are fewer than there are groups, or more.

    A level-2 coefficient has about as many as there are groups: from two thirds of them to one and
    a half times as many (Satterthwaite's; the limits are the course's own).

    Examples
    --------
    >>> support(153.5, 160), support(900.0, 160)
    (<Compared.ALIKE: 'about the same'>, <Compared.LARGER: 'larger'>)
    """
    if df < 0.67 * n_groups:
        return Compared.SMALLER
    return Compared.ALIKE if df < 1.5 * n_groups else Compared.LARGER


def simple_slopes(slopes: Collection[Estimate]) -> Slopes:
    """Tell whether the slopes in kinds of groups have one direction, each by its 95% interval.

    Aiken and West (1991), Multiple Regression, ch. 2.

    Examples
    --------
    >>> rising = Estimate("cross_level", "fixed", "ses", 2.0, conf_low=1.0, conf_high=3.0)
    >>> simple_slopes([rising, rising])
    <Slopes.RISING: 'all rise'>
    """
    found = {slope.direction for slope in slopes}
    if {1, -1} <= found:
        return Slopes.OPPOSED
    if found == {1}:
        return Slopes.RISING
    return Slopes.FALLING if found == {-1} else Slopes.UNCLEAR


def slopes_can_differ(x: pd.Series, w: pd.Series, group: pd.Series) -> bool:
    """Tell whether the predictor varies within groups of two values of the group predictor or more.

    Examples
    --------
    >>> group, w = pd.Series([1, 1, 2, 2]), pd.Series([0, 0, 1, 1])
    >>> [slopes_can_differ(pd.Series(x), w, group) for x in ([0, 1, 0, 1], [0, 1, 1, 1])]
    [True, False]
    """
    deviation = (x - x.groupby(group).transform("mean")).abs()
    return bool(w[deviation > ROUNDING * x.std()].nunique() > 1)


def agree(estimate: Estimate, other: Estimate) -> bool:
    """Tell whether two estimates of one thing are closer than half a standard error of the other.

    Examples
    --------
    >>> one, two = (Estimate("m", "fixed", "x", value, 0.2) for value in (-1.35, -1.31))
    >>> agree(one, two)
    True
    """
    return abs(estimate.estimate - other.estimate) < 0.5 * other.std_error


def interaction(own_slopes: Estimate, first: float, last: float) -> Interaction:
    """Tell whether and how a slope depends on the group predictor.

    By the 95% interval of the product of the two in the model in which slopes differ from group to
    group: without that the interval is too narrow (Heisig and Schaeffer 2019, European Sociological
    Review 35, 258-279, doi 10.1093/esr/jcy053). It is not judged where that model cannot be fitted.

    Parameters
    ----------
    own_slopes
        The product, where each group has a slope of its own.
    first, last
        The slope in the kind of groups with the lowest group predictor, and with the highest.

    Examples
    --------
    >>> product = Estimate("m", "fixed", "x:w", 5.2, conf_low=0.3, conf_high=10.2)
    >>> interaction(product, -21.1, -15.9)
    <Interaction.FLATTER: 'both rise or both fall, and it is the flatter one'>
    """
    if not math.isfinite(own_slopes.estimate):
        return Interaction.ABSENT
    if not own_slopes.excludes_zero:
        return Interaction.UNCLEAR
    if first * last > 0:
        return Interaction.STEEPER if abs(last) > abs(first) else Interaction.FLATTER
    return Interaction.HIGHER if own_slopes.direction > 0 else Interaction.LOWER


def spread_of_slopes(variance: Estimate, p_value: float) -> SlopeSpread:
    """Tell whether slopes differ from group to group beyond the group predictor.

    By the likelihood-ratio test, whose p-value is that of an even mixture of chi-squared with one
    and two degrees of freedom, since the covariance goes with the variance (Stram and Lee 1994,
    Biometrics 50, 1171-1177). The profile interval counts one parameter: it may exclude zero where
    the test does not, and never the other way round.

    Parameters
    ----------
    variance
        The variance of slopes with its 95% profile interval.
    p_value
        The test's.

    Examples
    --------
    >>> variance = Estimate("m", "variance", "var_slope", 0.13, conf_low=0.001, conf_high=0.37)
    >>> spread_of_slopes(variance, p_value=0.063)
    <SlopeSpread.BY_INTERVAL: 'the interval excludes zero, the test does not'>
    """
    if not variance.estimate > 0:
        return SlopeSpread.ZERO
    if p_value < 0.05:
        return SlopeSpread.FOUND
    return SlopeSpread.BY_INTERVAL if variance.conf_low > 0 else SlopeSpread.UNCLEAR


def edge(sd_intercepts: float, sd_slopes: float, singular: bool) -> Edge:
    """Tell which of the estimated variances is zero, if the fit is singular; else it is their line.

    A standard deviation counts as zero below a ten-thousandth of the residual one.

    Parameters
    ----------
    sd_intercepts, sd_slopes
        The standard deviations of intercepts, and of slopes times that of the predictor within
        groups, in units of the residual standard deviation.
    singular
        Whether the fit lies on the edge.

    Examples
    --------
    >>> edge(0.9, 0.3, singular=True)
    <Edge.ONE_LINE: 'intercepts and slopes are perfectly correlated'>
    """
    if not singular:
        return Edge.NONE
    if sd_slopes < 1e-4:
        return Edge.SLOPES
    return Edge.INTERCEPTS if sd_intercepts < 1e-4 else Edge.ONE_LINE


def step(before: float, after: float) -> Compared:
    """Tell whether a model leaves less variance than the one before it: by a hundredth of that.

    Raudenbush and Bryk (2002), Hierarchical Linear Models, 2nd ed., ch. 4. Absent where the model
    before leaves none.

    Examples
    --------
    >>> step(4.77, 3.69), step(0.0, 0.1)
    (<Compared.SMALLER: 'smaller'>, <Compared.ABSENT: 'absent'>)
    """
    if not before > 0:
        return Compared.ABSENT
    if abs(after - before) <= 0.01 * before:
        return Compared.ALIKE
    return Compared.LARGER if after > before else Compared.SMALLER


def regions_of_significance(difference: pd.DataFrame) -> list[Region]:
    """Find where along the predictor two kinds of groups differ.

    By the 95% interval at each value: Johnson and Neyman (1936, Statistical Research Memoirs 1,
    57-93). A region ends where a limit of the interval crosses zero, between two of the values.

    Parameters
    ----------
    difference
        The limits ``"low"`` and ``"high"`` of the difference over the predictor, in order; empty
        where nothing is compared.

    Examples
    --------
    >>> limits = pd.DataFrame({"low": [1.0, -1.0], "high": [3.0, 3.0]}, index=[0.0, 1.0])
    >>> [(found.value, start, end) for found, start, end in regions_of_significance(limits)]
    [('higher', 0.0, 0.5), ('unclear', 0.5, 1.0)]
    """
    if difference.empty:
        return []
    at = difference.index.to_numpy()
    low, high = (difference[name].to_numpy() for name in ("low", "high"))
    sign = (low > 0).astype(int) - (high < 0)
    edges, signs = [at[0]], [sign[0]]
    for i in np.flatnonzero(np.diff(sign)):
        # Where a limit crosses zero on the way; from one side to the other the two do, one by one.
        ways = [(limit, 1 if limit is low else -1) for limit in (low, high)]
        crossed = [
            (at[i] + limit[i] / (limit[i] - limit[i + 1]) * (at[i + 1] - at[i]), side)
            for limit, side in ways
            if side in sign[i : i + 2]
        ]
        for place, side in sorted(crossed):
            edges.append(place)
            signs.append(0 if signs[-1] == side else side)
    found = {1: Finding.HIGHER, -1: Finding.LOWER, 0: Finding.UNCLEAR}
    ends = zip(edges, [*edges[1:], at[-1]], strict=True)
    return [Region(found[each], *map(float, pair)) for each, pair in zip(signs, ends, strict=True)]


def adjusted(before: Estimate, after: Estimate) -> Adjusted:
    """Tell what becomes of a difference once something more is held equal.

    By the two 95% intervals; where both exclude zero on one side, larger or smaller by a tenth (the
    course's own limit).

    Examples
    --------
    >>> before = Estimate("m", "fixed", "w", 2.1, conf_low=1.4, conf_high=2.8)
    >>> adjusted(before, Estimate("m", "fixed", "w", 1.2, conf_low=0.6, conf_high=1.9)).name
    'SMALLER'
    """
    if not after.excludes_zero:
        return Adjusted.LOST if before.excludes_zero else Adjusted.UNCLEAR
    if not before.excludes_zero:
        return Adjusted.APPEARED
    if before.direction != after.direction:
        return Adjusted.TURNED
    ratio = after.estimate / before.estimate
    if ratio < 0.9:
        return Adjusted.SMALLER
    return Adjusted.LARGER if ratio > 1.1 else Adjusted.ALIKE

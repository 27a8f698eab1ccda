"""Findings on kinds of groups: the group predictor, and slopes that depend on it."""

import math
from collections.abc import Collection
from enum import Enum
from typing import NamedTuple

import numpy as np
import pandas as pd

from helpers.course.findings.basic import Compared, Finding
from helpers.models.estimate import Estimate


class Slopes(Enum):
    """What the slopes in several kinds of groups have in common."""

    RISING = "all rise"
    FALLING = "all fall"
    OPPOSED = "one rises, one falls"
    UNCLEAR = "not all are clear"


class Moderation(Enum):
    """Whether a slope depends on the group predictor."""

    FOUND = "found"
    WITH_ONE_SLOPE = "found only where all groups of a kind share one slope"
    UNCLEAR = "unclear"


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


def agree(estimate: Estimate, other: Estimate) -> bool:
    """Tell whether two estimates of one thing are closer than half a standard error of the other.

    Examples
    --------
    >>> one, two = (Estimate("m", "fixed", "x", value, 0.2) for value in (-1.35, -1.31))
    >>> agree(one, two)
    True
    """
    return abs(estimate.estimate - other.estimate) < 0.5 * other.std_error


def slopes_of_their_own(shared: Estimate, own: Estimate) -> Compared:
    """Tell whether a product is less surely known once slopes differ from group to group.

    If slopes differ beyond their kind, it is: its standard error is then that of a comparison of
    groups (Heisig and Schaeffer 2019, European Sociological Review 35). More than 3% counts.

    Parameters
    ----------
    shared, own
        The product, where groups of a kind share one slope, and where each has its own.

    Examples
    --------
    >>> one, two = (Estimate("m", "fixed", "x:w", -1.35, error) for error in (0.218, 0.235))
    >>> slopes_of_their_own(one, two)
    <Compared.LARGER: 'larger'>
    """
    if not math.isfinite(own.estimate):
        return Compared.ABSENT
    return Compared.LARGER if own.std_error > 1.03 * shared.std_error else Compared.ALIKE


def step(before: float, after: float, least: float) -> Compared:
    """Tell whether a model explains more of the null model's variance than the one before it.

    Parameters
    ----------
    before, after
        The shares that the two explain (pseudo R²: Raudenbush and Bryk 2002, ch. 4).
    least
        By how much they have to differ to count.

    Examples
    --------
    >>> step(0.45, 0.57, least=0.005)
    <Compared.LARGER: 'larger'>
    """
    change = after - before
    if not math.isfinite(change):
        return Compared.ABSENT
    if abs(change) <= least:
        return Compared.ALIKE
    return Compared.LARGER if change > 0 else Compared.SMALLER


def steeper(slope_of_means: float, slopes: Collection[Estimate]) -> Finding:
    """Tell whether means of groups rise, or fall, more steeply than the lines in kinds of groups.

    By one and a half times the steepest of the lines; unclear where they do not.

    Examples
    --------
    >>> line = Estimate("cross_level", "fixed", "ses", 2.0)
    >>> steeper(5.9, [line]), steeper(-5.9, [line]), steeper(2.1, [line])  # doctest: +ELLIPSIS
    (<Finding.HIGHER: 'higher'>, <Finding.LOWER: 'lower'>, <Finding.UNCLEAR: 'unclear'>)
    """
    if not abs(slope_of_means) > 1.5 * max(abs(slope.estimate) for slope in slopes):
        return Finding.UNCLEAR
    return Finding.HIGHER if slope_of_means > 0 else Finding.LOWER


def regions_of_significance(difference: pd.DataFrame) -> list[Region]:
    """Find where along the predictor two kinds of groups differ.

    By the 95% interval at each value: Johnson and Neyman (1936, Statistical Research Memoirs 1,
    57-93). A region ends where a limit of the interval crosses zero, between two of the values.

    Parameters
    ----------
    difference
        The limits ``"low"`` and ``"high"`` of the difference over the predictor, in order; empty
        where no value is found in both kinds.

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
        limit = low if 1 in sign[i : i + 2] else high
        share = limit[i] / (limit[i] - limit[i + 1])  # where the limit crosses zero on the way
        edges.append(at[i] + share * (at[i + 1] - at[i]))
        signs.append(sign[i + 1])
    found = {1: Finding.HIGHER, -1: Finding.LOWER, 0: Finding.UNCLEAR}
    ends = zip(edges, [*edges[1:], at[-1]], strict=True)
    return [Region(found[each], *map(float, pair)) for each, pair in zip(signs, ends, strict=True)]


def adjusted(before: Estimate, after: Estimate) -> Compared:
    """Tell what becomes of a difference once something more is held equal.

    Both clear by their 95% intervals and opposed: turned. Clear only before: lost. Else larger or
    smaller, by a tenth (the course's own limit).

    Examples
    --------
    >>> before = Estimate("m", "fixed", "w", 2.1, conf_low=1.4, conf_high=2.8)
    >>> adjusted(before, Estimate("m", "fixed", "w", 1.2, conf_low=0.6, conf_high=1.9))
    <Compared.SMALLER: 'smaller'>
    """
    if not math.isfinite(after.estimate):
        return Compared.ABSENT
    if before.direction * after.direction == -1:
        return Compared.TURNED
    if before.excludes_zero and not after.excludes_zero:
        return Compared.LOST
    ratio = abs(after.estimate), abs(before.estimate)
    if ratio[0] < 0.9 * ratio[1]:
        return Compared.SMALLER
    return Compared.LARGER if ratio[0] > 1.1 * ratio[1] else Compared.ALIKE


def moderation(product: Estimate, own_slopes: Estimate) -> Moderation:
    """Tell whether a slope depends on the group predictor.

    By the 95% interval of the product of the two. That is taken back where slopes that differ from
    group to group widen it until it holds zero; where these cannot be fitted it stands.

    Parameters
    ----------
    product, own_slopes
        The product, where groups of a kind share one slope, and where each has its own.

    Examples
    --------
    >>> product = Estimate("cross_level", "fixed", "x:w", -1.3, conf_low=-1.7, conf_high=-0.9)
    >>> moderation(product, product)
    <Moderation.FOUND: 'found'>
    """
    if not product.excludes_zero:
        return Moderation.UNCLEAR
    if math.isfinite(own_slopes.conf_low) and not own_slopes.excludes_zero:
        return Moderation.WITH_ONE_SLOPE
    return Moderation.FOUND

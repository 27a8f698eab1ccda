"""Findings of a first look at nested data: who is alike, which means differ, which way lines go."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

import numpy as np
import pandas as pd

from helpers.study.file import Study
from helpers.text import percent


class Alikeness(Enum):
    """How alike two units of one group are, beside two of different groups."""

    MORE = "more alike"
    HARDLY = "about as alike"
    LESS = "less alike"


class Means(Enum):
    """How far apart the means of groups lie, beside what chance makes of them."""

    BEYOND_CHANCE = "further apart than chance puts them"
    WITHIN_CHANCE = "chance can put them so far apart"
    NEAR = "nearer than chance"


class Heterogeneity(Enum):
    """Whether groups differ in their spread."""

    FOUND = "by more than chance makes them"
    UNCLEAR = "chance can make them differ that much"
    UNTESTED = "there is no test of it"


class Boxes(Enum):
    """What boxes tell of groups whose means are known to differ, or not to."""

    HARDLY_ANY = "hardly any two are apart, though means differ"
    FEWER = "fewer are apart than means are"
    AS_MANY = "about as many are apart as means are"
    MORE = "more are apart than means are"
    NO_DIFFERENCE = "means differ by no more than chance makes them"


class Line(Enum):
    """Which way a line through points goes."""

    RISING = "rising"
    FALLING = "falling"
    LEVEL = "level"


@dataclass(frozen=True)
class PileUp:
    """Rows that meet at an end of a variable: the ``lowest`` or the ``highest`` value."""

    end: str
    value: float
    n: int


def alikeness(same: float, different: float) -> Alikeness:
    """Tell whether two units of one group differ less than two of different groups.

    By two in a hundred, which is the course's own limit; whether that is chance is not asked.

    Parameters
    ----------
    same, different
        The root mean square difference of two units of one group, and of two groups.

    Examples
    --------
    >>> alikeness(8.80, 9.73), alikeness(9.70, 9.73)
    (<Alikeness.MORE: 'more alike'>, <Alikeness.HARDLY: 'about as alike'>)
    """
    if same < 0.98 * different:
        return Alikeness.MORE
    return Alikeness.HARDLY if same < 1.02 * different else Alikeness.LESS


def are_the_same(same: float, different: float) -> bool:
    """Tell whether units of one group have one value: they differ by no more than rounding.

    Examples
    --------
    >>> are_the_same(1e-15, 9.73), are_the_same(8.80, 9.73)
    (True, False)
    """
    return bool(same <= 1e-9 * different)


def spread_shrinks(raw: float, demeaned: float) -> bool:
    """Tell whether an SD is smaller once groups' means are subtracted, by more than rounding.

    Examples
    --------
    >>> spread_shrinks(6.88, 6.19), spread_shrinks(6.19, 6.19)
    (True, False)
    """
    return bool(demeaned < raw * (1 - 1e-9))


def means_beyond_chance(p_value: float) -> bool:
    """Tell whether means of groups differ by more than chance: p below 0.05.

    The p-value is that of the F-test of the analysis of variance (Fisher 1925, Statistical Methods
    for Research Workers, ch. 7).

    >>> means_beyond_chance(0.001)
    True
    """
    return bool(p_value < 0.05)


def spread_of_means(p_value: float) -> Means:
    """Tell how far apart the means of groups lie: by the upper and the lower 5% of the F-test.

    >>> spread_of_means(0.3), spread_of_means(0.99)
    (<Means.WITHIN_CHANCE: 'chance can put them so far apart'>, <Means.NEAR: 'nearer than chance'>)
    """
    if means_beyond_chance(p_value):
        return Means.BEYOND_CHANCE
    return Means.NEAR if p_value > 0.95 else Means.WITHIN_CHANCE


def is_balanced(sizes: pd.Series) -> bool:
    """Tell whether all groups are of one size.

    >>> is_balanced(pd.Series([4, 4])), is_balanced(pd.Series([4, 5]))
    (True, False)
    """
    return bool(sizes.min() == sizes.max())


def pile_ups(values: pd.Series) -> list[PileUp]:
    """Tell at which ends of a variable rows pile up: where a scale may stop too early.

    At least five rows share the value then, and three times as many as share another one on
    average, which is the course's own limit. A variable of two values has no such ends.

    >>> pile_ups(pd.Series([0, 0, 0, 0, 0, 0, 1, 2, 3, 4]))
    [PileUp(end='lowest', value=0.0, n=6)]
    """
    found, rows = np.unique(values, return_counts=True)
    if len(found) < 3:
        return []
    ends = [PileUp("lowest", float(found[0]), int(rows[0]))]
    ends += [PileUp("highest", float(found[-1]), int(rows[-1]))]
    usual = [(len(values) - end.n) / (len(found) - 1) for end in ends]
    return [end for end, n in zip(ends, usual, strict=True) if end.n >= max(5, 3 * n)]


def names_of_kinds(kinds: Sequence[float], study: Study) -> list[str]:
    """Return what two kinds of groups are called: by their levels, or by their values.

    >>> from helpers.study.reading import read_study
    >>> names_of_kinds([0, 1], read_study("hsb"))
    ['public', 'Catholic']
    """
    name = study.group_predictor.name if study.group_predictor else ""
    return study.levels.get(name, [f"{kind:.10g}" for kind in kinds])


def heterogeneity(p_value: float) -> Heterogeneity:
    """Tell whether the spread differs between groups by more than chance: p below 0.05.

    The p-value is that of Levene's test with distances from medians (Brown and Forsythe 1974, J.
    Am. Stat. Assoc. 69, 364-367), which takes the rows of one group for independent; nan where
    groups are too small for it.

    >>> heterogeneity(0.2)
    <Heterogeneity.UNCLEAR: 'chance can make them differ that much'>
    """
    if math.isnan(p_value):
        return Heterogeneity.UNTESTED
    return Heterogeneity.FOUND if p_value < 0.05 else Heterogeneity.UNCLEAR


def boxes_beside_means(boxes_apart: float, means_apart: float, p_value: float) -> Boxes:
    """Tell whether boxes would hide that means of groups differ.

    Shares that are written alike are about equal.

    Parameters
    ----------
    boxes_apart, means_apart
        The share of pairs of groups whose boxes are apart, and whose means are further apart than
        95 in 100 by chance. Hardly any boxes are fewer than those 5 in 100.
    p_value
        That of :func:`means_beyond_chance`.

    Examples
    --------
    >>> boxes_beside_means(0.081, 0.54, p_value=0.001)
    <Boxes.FEWER: 'fewer are apart than means are'>
    """
    if not means_beyond_chance(p_value):
        return Boxes.NO_DIFFERENCE
    if boxes_apart < 0.05:
        return Boxes.HARDLY_ANY
    if percent(boxes_apart) == percent(means_apart):
        return Boxes.AS_MANY
    return Boxes.FEWER if boxes_apart < means_apart else Boxes.MORE


def line(slope: float) -> Line:
    """Tell which way a line goes: by its sign, whatever chance had to do with it.

    What rounding leaves of a level line has to be taken off before.

    >>> line(3.18), line(0.0)
    (<Line.RISING: 'rising'>, <Line.LEVEL: 'level'>)
    """
    if slope > 0:
        return Line.RISING
    return Line.FALLING if slope < 0 else Line.LEVEL

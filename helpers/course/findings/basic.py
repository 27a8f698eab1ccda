"""The kinds of findings, and those that most chapters share."""

from enum import Enum

import pandas as pd

from helpers.models.estimate import Estimate

# Of an SD: means that differ by less are those of deviations from them, written with few digits.
ROUNDING = 1e-4


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


class Compared(Enum):
    """How a number compares with one that was there before, or that it is held against."""

    LARGER = "larger"
    SMALLER = "smaller"
    ALIKE = "about the same"
    TURNED = "turned round"  # both clear, in opposite directions
    LOST = "no longer clear"
    ABSENT = "absent"


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
    return bool(means.std() > ROUNDING * values.std())


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

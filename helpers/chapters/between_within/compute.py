"""What chapter 2 needs beside its regressions, and does not teach."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from helpers.course import findings
from helpers.models.estimate import Estimate
from helpers.study.file import Study
from helpers.study.reading import FEW_GROUPS

NOTHING = Estimate("", "", "", np.nan)  # stands for what was not estimated


def without_rounding_error(
    of_means: Mapping[str, Estimate], beside: Estimate
) -> dict[str, Estimate]:
    """Return coefficients of group means with zero for all that differs from it by rounding alone.

    Where means are all alike, a line through them has a slope and a standard error that are both
    rounding errors. The error of a slope through the units tells, in any units, how small that is.

    Parameters
    ----------
    of_means
        The coefficients by term.
    beside
        The slope through the units.

    Examples
    --------
    >>> slope = Estimate("between", "fixed", "x", 1e-15, std_error=1e-15)
    >>> beside = Estimate("total", "fixed", "x", 2.0, std_error=0.1)
    >>> without_rounding_error({"x": slope}, beside)["x"].estimate
    0.0
    """
    least = 1e-9 * beside.std_error

    def rounded(value: float) -> float:
        return 0.0 if abs(value) < least else value

    return {
        term: replace(
            each,
            estimate=rounded(each.estimate),
            std_error=rounded(each.std_error),
            conf_low=rounded(each.conf_low),
            conf_high=rounded(each.conf_high),
        )
        for term, each in of_means.items()
    }


def degrees_of_freedom(x: ArrayLike, groups: pd.Series | np.ndarray) -> float:
    """Return how many degrees of freedom a cluster-robust standard error of a slope has.

    As :func:`helpers.course.findings.robust_df`, if the rows are independent, equally spread and
    normal.

    Parameters
    ----------
    x
        The predictor.
    groups
        The group of each row.

    Examples
    --------
    >>> x = pd.Series([-1.0, 1.0] * 4)
    >>> round(degrees_of_freedom(x, pd.Series([1, 1, 2, 2, 3, 3, 4, 4])), 6)
    3.0
    """
    deviation, group = np.asarray(x, float), pd.factorize(groups)[0]
    deviation = deviation - deviation.mean()
    sums, squares = (np.bincount(group, each) for each in (deviation, deviation**2))
    total = squares.sum()
    return findings.robust_df(squares / total, sums / np.sqrt(len(group) * total))


def level_2_predictor(study: Study) -> str | None:
    """Return the name of the group predictor, if groups are enough to learn from it.

    Examples
    --------
    >>> from helpers.study.reading import read_study
    >>> level_2_predictor(read_study("hsb"))
    'sector'
    """
    w = study.group_predictor
    few = study.frame[study.group.name].nunique() < FEW_GROUPS
    return None if w is None or few else w.name

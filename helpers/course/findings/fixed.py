"""Findings on comparisons inside groups, and what their standard errors take for granted."""

import math
from enum import Enum

import pandas as pd

from helpers.course.findings.basic import Compared


class Weights(Enum):
    """How the weight of a within slope is spread over groups."""

    EQUAL = "all have the same"
    ONE = "one alone has half or more"
    FEW = "fewer than 45 in a hundred have half"
    MANY = "it is spread rather evenly"


class Absorbed(Enum):
    """What intercepts of groups leave of a group predictor."""

    WHOLLY = "any coefficient fits as well"
    TO_ROUNDING = "rounding alone decides"
    ABSENT = "it was not entered"


def few_are_hidden(claimed: int, df: int) -> bool:
    """Tell whether de-meaning hides so few degrees of freedom that its error is nearly right.

    Parameters
    ----------
    claimed, df
        The degrees of freedom that the regression of deviations counts, and those that the
        intercepts of groups leave. Nearly right is an error too small by less than a fiftieth.

    Examples
    --------
    >>> few_are_hidden(7184, 7024), few_are_hidden(79, 39)
    (True, False)
    """
    return math.sqrt(claimed / df) < 1.02


def beside_right_error(error: float, right: float) -> Compared:
    """Tell whether a standard error is larger than the right one, or smaller: by a hundredth.

    Absent where there is no right one, as intercepts leave no degrees of freedom.

    Examples
    --------
    >>> beside_right_error(0.1201, 0.1086), beside_right_error(0.1201, math.nan)
    (<Compared.LARGER: 'larger'>, <Compared.ABSENT: 'absent'>)
    """
    if math.isnan(right):
        return Compared.ABSENT
    if error > 1.01 * right:
        return Compared.LARGER
    return Compared.SMALLER if error < 0.99 * right else Compared.ALIKE


def robust_beside_model(robust: float, model_based: float, n_groups: int) -> Compared:
    """Tell whether a cluster-robust standard error differs from that of the model: by a twentieth.

    A difference is a sign that the model is wrong (White 1980, Econometrica 48, 817-838). Absent
    with fewer than 20 groups, where the robust one is not to be trusted (Cameron and Miller 2015,
    Journal of Human Resources 50, 317-372, section VI).

    Examples
    --------
    >>> robust_beside_model(0.130, 0.109, 160), robust_beside_model(0.130, 0.109, 12)
    (<Compared.LARGER: 'larger'>, <Compared.ABSENT: 'absent'>)
    """
    if n_groups < 20 or math.isnan(model_based):
        return Compared.ABSENT
    if not abs(robust - model_based) > 0.05 * model_based:
        return Compared.ALIKE
    return Compared.LARGER if robust > model_based else Compared.SMALLER


def n_silent(weight: pd.Series) -> int:
    """Count the groups that have no weight, to within rounding.

    >>> n_silent(pd.Series([0.6, 0.4, 0.0]))
    1
    """
    return int((weight < 1e-12).sum())


def n_with_half(weight: pd.Series) -> int:
    """Count the groups of largest weight that together have half of all weight.

    >>> n_with_half(pd.Series([0.3, 0.2, 0.4, 0.1]))
    2
    """
    largest_first = weight.sort_values(ascending=False)
    return int((largest_first.cumsum() < 0.5 - 1e-9).sum()) + 1


def weights(weight: pd.Series) -> Weights:
    """Tell how the weight of a within slope is spread over groups.

    A within slope averages those of groups, each weighted by its sum of squared deviations of the
    predictor. The limits are the course's own.

    Parameters
    ----------
    weight
        The share of each group, which sum to 1.

    Examples
    --------
    >>> weights(pd.Series([0.5, 0.5])), weights(pd.Series([0.8, 0.2]))  # doctest: +ELLIPSIS
    (<Weights.EQUAL: 'all have the same'>, <Weights.ONE: ...>)
    """
    if weight.max() - weight.min() < 1e-9:
        return Weights.EQUAL
    half = n_with_half(weight)
    if half == 1:
        return Weights.ONE
    return Weights.FEW if half < 0.45 * len(weight) else Weights.MANY


def beside_intercepts(fits_differ: float) -> Absorbed:
    """Tell whether intercepts of groups leave the coefficient of a group predictor open.

    They do if another coefficient, with intercepts to match, fits as well: to within a millionth of
    the outcome's standard deviation.

    Parameters
    ----------
    fits_differ
        The largest difference of two fitted values, in such units; nan where none were computed.

    Examples
    --------
    >>> beside_intercepts(1e-15), beside_intercepts(math.nan)  # doctest: +ELLIPSIS
    (<Absorbed.WHOLLY: 'any coefficient fits as well'>, <Absorbed.ABSENT: ...>)
    """
    if math.isnan(fits_differ):
        return Absorbed.ABSENT
    return Absorbed.WHOLLY if fits_differ < 1e-6 else Absorbed.TO_ROUNDING

"""Findings on comparisons inside groups, and what their standard errors take for granted."""

import math
from enum import Enum

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy.special import chdtr, chdtrc

from helpers.course.findings.basic import Compared, Finding
from helpers.course.findings.slopes import too_few_clusters
from helpers.models.estimate import Estimate


class Weights(Enum):
    """How the weight of a within slope is spread over groups."""

    EQUAL = "all have the same"
    ONE = "one alone has half or more"
    FEW = "some have more than others by far"
    MANY = "it is spread rather evenly"


class Strength(Enum):
    """How strong a relation may be whose direction cannot be told."""

    WEAK = "weak at most"
    MODERATE = "moderate at most"
    STRONG = "strong ones are not excluded"
    UNKNOWN = "there is no interval"


class Overlap(Enum):
    """How far two groups overlap in the predictor."""

    NONE = "not at all"
    LITTLE = "little"
    MUCH = "by half or more"


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


def robust_df(weight: ArrayLike, sums: ArrayLike = 0.0) -> float:
    """Return the degrees of freedom of a slope's cluster-robust error.

    Those of the chi-squared variable with the mean and the variance that its square has if the
    model is right (Bell and McCaffrey 2002, Survey Methodology 28, 169-181; Imbens and Kolesár
    2016, Review of Economics and Statistics 98, 701-712): one fewer than the groups if these weigh
    the same, and less if not.

    Parameters
    ----------
    weight
        The share of each group in the predictor's sum of squared deviations.
    sums
        The sum of each group's deviations, over the root of the number of rows times the sum of
        squares; zero for a slope within groups.

    Examples
    --------
    >>> round(robust_df(pd.Series(4 * [0.25])), 6), robust_df(pd.Series([1.0, 0.0]))
    (3.0, 1.0)
    """
    # The squared error is a quadratic form in the rows' errors, whose matrix has the eigenvalues
    # of diag(b) - aa' - bb': intercept and slope are taken out.
    b = np.asarray(weight, float)
    a = np.broadcast_to(np.asarray(sums, float), b.shape)
    trace = 1 - a @ a - b @ b
    of_square = (b**2).sum() - 2 * (a**2 + b**2) @ b
    of_square += (a @ a) ** 2 + (b @ b) ** 2 + 2 * (a @ b) ** 2
    return max(1.0, float(trace**2 / of_square)) if of_square > 1e-12 else 1.0


def robust_beside_model(robust: float, model_based: float, weight: pd.Series) -> Compared:
    """Tell whether a within slope's cluster-robust error differs from the model's beyond chance.

    A difference is a sign that the model is wrong (White 1980, Econometrica 48, 817-838). Were it
    right, the square of the robust error would be expected a little below that of the model's, and
    scatter as a chi-squared variable does; both depend on the groups' weights (:func:`robust_df`).
    It differs if p is below 0.05, either way. Absent where
    there is no error to compare, or groups are too few, or as good as, for the robust one.

    Parameters
    ----------
    robust, model_based
        The two standard errors, the robust one with the factor J / (J - 1) in its square.
    weight
        The share of each of J groups in the predictor's sum of squared deviations.

    Examples
    --------
    >>> alike = pd.Series(160 * [1 / 160])
    >>> robust_beside_model(0.130, 0.109, alike), robust_beside_model(0.112, 0.109, alike)
    (<Compared.LARGER: 'larger'>, <Compared.ALIKE: 'about the same'>)
    """
    df = robust_df(weight)
    if too_few_clusters(df) or math.isnan(model_based):
        return Compared.ABSENT
    n_groups, squares = len(weight), (weight.to_numpy() ** 2).sum()
    expected = model_based**2 * n_groups / (n_groups - 1) * (1 - squares)
    chi_squared = df * robust**2 / expected
    if chdtrc(df, chi_squared) < 0.025:
        return Compared.LARGER
    return Compared.SMALLER if chdtr(df, chi_squared) < 0.025 else Compared.ALIKE


def strength(slope: Estimate, step: float, sd: float) -> Strength:
    """Tell how strong a relation may be whose direction cannot be told: by its 95% interval.

    By the end that lies further from zero, in standard deviations of the outcome: below 0.2 it is
    weak, from 0.8 on strong (Cohen 1988, Statistical Power Analysis, ch. 2).

    Parameters
    ----------
    slope
        The slope, with its interval.
    step
        What the predictor differs by: the distance of its two levels, or two standard deviations,
        which compare with them (Gelman 2008, Statistics in Medicine 27, 2865-2873).
    sd
        The standard deviation of the outcome.

    Examples
    --------
    >>> slope = Estimate("within", "fixed", "x", -4.7, conf_low=-18.4, conf_high=8.9)
    >>> strength(slope, step=1.0, sd=20.0)
    <Strength.STRONG: 'strong ones are not excluded'>
    """
    if math.isnan(slope.conf_low):
        return Strength.UNKNOWN
    furthest = max(abs(slope.conf_low), abs(slope.conf_high)) * step / sd
    if furthest < 0.2:
        return Strength.WEAK
    return Strength.MODERATE if furthest < 0.8 else Strength.STRONG


def gap_of_means(one: float, other: float) -> Finding:
    """Tell whether the other of two means is the higher, in these data: unclear if they are equal.

    Examples
    --------
    >>> gap_of_means(23.4, 12.3), gap_of_means(0.3, 0.1 + 0.2)
    (<Finding.LOWER: 'lower'>, <Finding.UNCLEAR: 'unclear'>)
    """
    if math.isclose(one, other, rel_tol=1e-12):  # rounding error
        return Finding.UNCLEAR
    return Finding.HIGHER if other > one else Finding.LOWER


def overlap(share: float) -> Overlap:
    """Tell whether two groups overlap in the predictor: little if less than half of their units do.

    The limit is the course's own.

    Parameters
    ----------
    share
        The share of their units whose predictor lies where both groups have units, from 0 to 1.

    Examples
    --------
    >>> overlap(0.0), overlap(0.2)
    (<Overlap.NONE: 'not at all'>, <Overlap.LITTLE: 'little'>)
    """
    if share == 0:
        return Overlap.NONE
    return Overlap.LITTLE if share < 0.5 else Overlap.MUCH


def n_silent(weight: pd.Series) -> int:
    """Count the groups that have no weight, to within rounding.

    >>> n_silent(pd.Series([0.6, 0.4, 0.0]))
    1
    """
    return int((weight.to_numpy() < 1e-12).sum())


def n_with_half(weight: pd.Series) -> int:
    """Count the groups of largest weight that together have half of all weight.

    >>> n_with_half(pd.Series([0.3, 0.2, 0.4, 0.1]))
    2
    """
    largest_first = np.sort(weight.to_numpy())[::-1]
    return int((largest_first.cumsum() < 0.5 - 1e-9).sum()) + 1


def weights(weight: pd.Series) -> Weights:
    """Tell how the weight of a within slope is spread over groups.

    A within slope averages those of groups, each weighted by its sum of squared deviations of the
    predictor. Evenly if these tell as much as three in four of as many that weigh the same; the
    limits are the course's own.

    Parameters
    ----------
    weight
        The share of each group, which sum to 1.

    Examples
    --------
    >>> weights(pd.Series([0.5, 0.5])), weights(pd.Series([0.8, 0.2]))  # doctest: +ELLIPSIS
    (<Weights.EQUAL: 'all have the same'>, <Weights.ONE: ...>)
    """
    if np.ptp(weight.to_numpy()) < 1e-9:
        return Weights.EQUAL
    if n_with_half(weight) == 1:
        return Weights.ONE
    worth = 1 / (weight.to_numpy() ** 2).sum()
    return Weights.FEW if worth < 0.75 * len(weight) else Weights.MANY


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

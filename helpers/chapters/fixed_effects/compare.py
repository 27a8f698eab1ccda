"""What chapter 3 compares beside its slope: two groups, and fits that may warn."""

import math
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from helpers.models.estimate import Estimate


def intercepts(
    slope: Estimate,
    residual_variance: float,
    means: pd.DataFrame,
    sizes: pd.Series,
    pair: tuple[Any, Any],
) -> Estimate:
    """Estimate how much higher the intercept of one group is than that of another.

    Parameters
    ----------
    slope
        The within slope, with its standard error and degrees of freedom.
    residual_variance
        The model's residual variance; nan where it leaves no degrees of freedom.
    means
        The groups' means, a column for the slope's variable and one for the outcome.
    sizes
        The number of units in each group.
    pair
        The two groups, picked without regard to the outcome.

    Returns
    -------
    Estimate
        The intercept of the second group less that of the first, with its t interval.

    Examples
    --------
    >>> slope = Estimate("within", "fixed", "x", 2.0, std_error=0.5, df=30)
    >>> means, sizes = pd.DataFrame({"x": [0.0, 1.0], "y": [3.0, 6.0]}), pd.Series([16, 16])
    >>> gap = intercepts(slope, 2.0, means, sizes, (0, 1))
    >>> round(gap.estimate, 3), round(gap.std_error, 3)
    (1.0, 0.707)
    """
    one, other = pair
    x, (y,) = slope.term, (name for name in means if name != slope.term)
    apart = means[x][other] - means[x][one]
    gap = float(means[y][other] - means[y][one] - slope.estimate * apart)
    of_means = residual_variance * (1 / sizes[one] + 1 / sizes[other])
    error = math.sqrt(of_means + (apart * slope.std_error) ** 2)
    reach = stats.t.ppf(0.975, slope.df) * error
    return Estimate("within", "fixed", "gap", gap, error, slope.df, gap - reach, gap + reach)


def in_common(one: pd.Series, other: pd.Series) -> tuple[float, float, float]:
    """Find where two groups both have units, and which share of their units lies there.

    Parameters
    ----------
    one, other
        The predictor of the units of each.

    Returns
    -------
    tuple of float
        The lower and the upper end, the first above the second where the two do not overlap; and
        the share, from 0 to 1.

    Examples
    --------
    >>> in_common(pd.Series([0, 1, 2]), pd.Series([2, 3]))
    (2.0, 2.0, 0.4)
    """
    low, high = max(one.min(), other.min()), min(one.max(), other.max())
    units = np.concatenate([one, other])
    return float(low), float(high), float(((low <= units) & (units <= high)).mean())


def quietly(fit: Callable[[], Any]) -> tuple[Any, bool]:
    """Fit a model; return the fit, and whether a warning was given on the way.

    Examples
    --------
    >>> quietly(lambda: warnings.warn("the design matrix is rank-deficient"))
    (None, True)
    """
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        fitted = fit()
    return fitted, len(caught) > 0

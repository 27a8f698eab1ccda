"""Which kinds of groups chapter 6 compares, where both are found, and lines with their bands."""

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from helpers.models.estimate import Estimate
from helpers.models.fit import MixedFit
from helpers.study.file import Study
from helpers.study.reading import FEW_GROUPS

# What stands for an estimate in a study that has no kinds of groups.
NOTHING = Estimate("group_predictor", "fixed", "none", math.nan)

# Where a level-2 predictor that is a number is read.
PLACES = ("one SD below its mean", "at its mean", "one SD above its mean")


def kinds(study: Study) -> dict[str, float]:
    """Return the kinds of groups that are compared, and the level-2 predictor of each.

    Parameters
    ----------
    study
        The study.

    Returns
    -------
    dict of str to float
        Its two values, if there are two; else its mean over groups and one standard deviation to
        either side. None where the study has no level-2 predictor, or too few groups.

    Examples
    --------
    >>> from helpers.study.reading import read_study
    >>> {kind: int(value) for kind, value in kinds(read_study("hsb")).items()}
    {'public': 0, 'Catholic': 1}
    """
    if study.group_predictor is None:
        return {}
    w = study.group_predictor.name
    of_group = study.frame.groupby(study.group.name)[w].first()
    if len(of_group) < FEW_GROUPS:
        return {}
    values = np.sort(of_group.unique())
    if len(values) == 2:
        return dict(zip(study.levels.get(w, [f"{v:g}" for v in values]), values, strict=True))
    at = of_group.mean() + np.array([-1, 0, 1]) * of_group.std()
    return dict(zip(PLACES, at, strict=True))


def variances(fits: Mapping[str, MixedFit]) -> pd.DataFrame:
    """Return variances of random-intercept models: rows ``"group"`` and ``"unit"``, a column each.

    Examples
    --------
    >>> from helpers import fit_mixed, read_study
    >>> fit = fit_mixed("mathach ~ ses", read_study("hsb").frame, "schoolid")
    >>> variances({"ses": fit})["ses"].round(2).to_dict()
    {'group': 4.77, 'unit': 37.03}
    """
    of_fits = {name: (fit.cov_re.iloc[0, 0], fit.scale) for name, fit in fits.items()}
    return pd.DataFrame(of_fits, index=["group", "unit"])


def prototypes(
    means: pd.Series, w_of_group: pd.Series, kinds: Mapping[str, float], predictor: pd.Series
) -> dict[str, Any]:
    """Find for each kind the group whose mean of the predictor is closest to that of all units.

    Parameters
    ----------
    means, w_of_group
        The groups' means of the predictor, and their level-2 predictor.
    kinds
        The level-2 predictor of each kind. Of a number, closeness to it counts as well, both in
        standard deviations.
    predictor
        The units' values.

    Returns
    -------
    dict of str to object
        A group for each kind, none of them twice.

    Examples
    --------
    >>> means, w = pd.Series([0.0, 1, 2, 3]), pd.Series([0, 0, 1, 1])
    >>> found = prototypes(means, w, {"old": 0, "new": 1}, pd.Series([0.0, 1, 2, 3]))
    >>> {kind: int(one) for kind, one in found.items()}
    {'old': 1, 'new': 2}
    """
    far = (means - predictor.mean()).abs() / predictor.std()
    weight = 1e6 if len(kinds) == 2 else 1  # of two kinds, a group belongs to one
    found: dict[str, Any] = {}
    for kind, value in kinds.items():
        apart = far + (w_of_group - value).abs() / w_of_group.std() * weight
        found[kind] = apart.drop(list(found.values())).round(9).idxmin()
    return found


def without_rounding(values: pd.Series, sd: float) -> pd.Series:
    """Return values among which those are equal that differ by rounding, a 1e-9 of an SD, alone.

    >>> without_rounding(pd.Series([0.1 + 0.2, 0.3]), sd=1.0).nunique()
    1
    """
    return (values / (1e-9 * sd)).round() * (1e-9 * sd)


def common_range(values: pd.Series, kind: pd.Series) -> tuple[float, float]:
    """Return from where to where values are found in both of two kinds; all, if kinds are not two.

    Where the two have none in common, the first of the two numbers is the larger one.

    >>> common_range(pd.Series([0.0, 2.0, 1.0, 3.0]), pd.Series([0, 0, 1, 1]))
    (1.0, 2.0)
    """
    if kind.nunique() != 2:
        return float(values.min()), float(values.max())
    of_kind = values.groupby(kind)
    return float(of_kind.min().max()), float(of_kind.max().min())


def common_values(values: pd.Series, kind: pd.Series) -> np.ndarray:
    """Return 201 values over the range that two kinds have in common; none if there is no such.

    >>> len(common_values(pd.Series([0.0, 2.0, 1.0, 3.0]), pd.Series([0, 0, 1, 1])))
    201
    """
    low, high = common_range(values, kind)
    return np.linspace(low, high, 201 if low < high else 0)


def along(
    fit: MixedFit, values: np.ndarray, weights: Callable[[float], Mapping[str, float]]
) -> pd.DataFrame:
    """Estimate a combination of coefficients at each of some values of the predictor.

    Parameters
    ----------
    fit
        The model with the predictor, the level-2 predictor, and their product.
    values
        The values, shape (n,).
    weights
        What each coefficient is multiplied by, at a value.

    Returns
    -------
    DataFrame
        By value, the columns ``"line"``, ``"low"`` and ``"high"``: estimates and their 95%
        intervals.

    Examples
    --------
    >>> from helpers import fit_mixed, read_study
    >>> fit = fit_mixed("mathach ~ ses", read_study("hsb").frame, "schoolid")
    >>> along(fit, np.array([-1.0]), lambda at: {"Intercept": 1, "ses": at}).round(2)
           line   low   high
    -1.0  10.27  9.84  10.69
    """
    rows = [(e.estimate, e.conf_low, e.conf_high) for e in (fit.t_test(weights(v)) for v in values)]
    return pd.DataFrame(rows, values, ["line", "low", "high"])


def lines(fit: MixedFit, kinds: Mapping[str, float], study: Study) -> dict[str, pd.DataFrame]:
    """Estimate the line of each kind, over the values that its units have of the predictor.

    Parameters
    ----------
    fit
        The model with the predictor, the level-2 predictor, and their product.
    kinds
        The level-2 predictor of each kind.
    study
        The study.

    Returns
    -------
    dict of str to DataFrame
        For each kind, as :func:`along`.

    Examples
    --------
    >>> from helpers import fit_mixed, read_study
    >>> study = read_study("hsb")
    >>> fit = fit_mixed("mathach ~ ses * sector", study.frame, "schoolid")
    >>> lines(fit, {"public": 0}, study)["public"].round(2).head(1)
            line   low  high
    -3.758  0.71 -0.39   1.8
    """
    assert study.group_predictor
    data, x, w = study.frame, study.predictor.name, study.group_predictor.name

    def over_its_units(value: float) -> pd.DataFrame:
        own = data[x][data[w] == value] if len(kinds) == 2 else data[x]
        values = np.linspace(own.min(), own.max(), 61)
        return along(
            fit, values, lambda at: {"Intercept": 1, x: at, w: value, f"{x}:{w}": at * value}
        )

    return {kind: over_its_units(value) for kind, value in kinds.items()}

"""Which kinds of groups chapter 6 compares, where both are found, and lines with their bands."""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from helpers.course.findings import Edge, edge, slopes_can_differ
from helpers.course.findings import means_differ as means_differ
from helpers.models.estimate import Estimate
from helpers.models.fit import MixedFit, fit_mixed
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
        either side. None where the study has no level-2 predictor, or too few groups, or where the
        predictor varies within groups of one kind only.

    Examples
    --------
    >>> from helpers.study.reading import read_study
    >>> {kind: int(value) for kind, value in kinds(read_study("hsb")).items()}
    {'public': 0, 'Catholic': 1}
    """
    if study.group_predictor is None:
        return {}
    w = study.group_predictor.name
    frame = study.frame
    of_group = frame.groupby(study.group.name)[w].first()
    if len(of_group) < FEW_GROUPS:
        return {}
    if not slopes_can_differ(frame[study.predictor.name], frame[w], frame[study.group.name]):
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
    means: pd.Series,
    varies: pd.Series,
    w_of_group: pd.Series,
    kinds: Mapping[str, float],
    predictor: pd.Series,
) -> dict[str, Any]:
    """Find for each kind the group whose mean of the predictor is closest to that of all units.

    Parameters
    ----------
    means, varies, w_of_group
        The groups' means of the predictor, whether it varies in them, and their level-2 predictor.
        Groups in which it does not, and which show no slope, are the last to be taken.
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
    >>> varies = pd.Series([True, False, True, True])
    >>> found = prototypes(means, varies, w, {"old": 0, "new": 1}, pd.Series([0.0, 1, 2, 3]))
    >>> {kind: int(one) for kind, one in found.items()}
    {'old': 0, 'new': 2}
    """
    far = (means - predictor.mean()).abs() / predictor.std() + 1e3 * ~varies
    weight = 1e6 if len(kinds) == 2 else 1  # of two kinds, a group belongs to one
    found: dict[str, Any] = {}
    for kind, value in kinds.items():
        apart = far + (w_of_group - value).abs() / w_of_group.std() * weight
        found[kind] = apart.drop(list(found.values())).round(9).idxmin()
    return found


def beside_their_kinds(
    fit: MixedFit,
    prototypes: Mapping[str, Any],
    kinds: Mapping[str, float],
    groups: pd.DataFrame,
    study: Study,
) -> pd.DataFrame:
    """Compare each prototype's own line with the line of its kind, as the two are drawn.

    Parameters
    ----------
    fit
        As for :func:`weights`.
    prototypes
        One group of each kind.
    kinds
        The level-2 predictor of each kind.
    groups
        By group, the means of the predictor and the level-2 predictor.
    study
        The study.

    Returns
    -------
    DataFrame
        By kind, at the prototype's mean of the predictor, the line of the ``"kind"`` and that of
        the ``"group"``, which has its own mean, its own level-2 predictor and its conditional
        modes; and by how much its ``"slope"`` differs from that of its kind.

    Examples
    --------
    >>> from helpers import fit_mixed, read_study
    >>> hsb = read_study("hsb")
    >>> data = hsb.frame
    >>> data["ses_mean"] = data.groupby("schoolid")["ses"].transform("mean")
    >>> data["ses_within"] = data["ses"] - data["ses_mean"]
    >>> fit = fit_mixed("mathach ~ ses_within * sector + ses_mean", data, "schoolid")
    >>> schools = data.groupby("schoolid")[["ses", "sector"]].mean()
    >>> beside_their_kinds(fit, {"public": 1946}, {"public": 0}, schools, hsb).round(1)
            kind  group  slope
    public  12.1   12.7    0.0
    """
    assert study.group_predictor
    x, w = study.predictor.name, study.group_predictor.name
    product = f"{x}_within:{w}"

    def of(kind: str, one: Any) -> tuple[float, float, float]:
        (mean, own), modes = groups.loc[one, [x, w]], fit.conditional_modes.loc[one]
        at_mean = {"Intercept": 1.0, f"{x}_within": 0.0, f"{x}_mean": mean, w: own, product: 0.0}
        line = sum(fit.fe_params[term] * at_mean[term] for term in fit.design.fixed)
        of_kind = fit.t_test(weights(fit, study, mean, kinds[kind])).estimate
        slope = fit.fe_params[product] * (own - kinds[kind]) + sum(modes.iloc[1:])
        return of_kind, line + modes.iloc[0], slope

    rows = [of(*each) for each in prototypes.items()]
    return pd.DataFrame(rows, list(prototypes), ["kind", "group", "slope"])


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


def places(study: Study, placed: pd.Series, w: pd.Series) -> np.ndarray:
    """Return the values of the predictor at which two kinds of groups are compared.

    Parameters
    ----------
    study
        The study. Of a predictor with two levels these are its two values.
    placed
        The units' predictor as it would be in a group with the mean of all.
    w
        Their level-2 predictor.

    Returns
    -------
    ndarray
        201 values over the range that two kinds have in common (both lie around the mean of all),
        none below or above what the predictor has at all.

    Examples
    --------
    >>> from helpers.study.reading import read_study
    >>> hsb = read_study("hsb")
    >>> len(places(hsb, hsb.frame["ses"], hsb.frame["sector"]))
    201
    """
    if study.predictor.name in study.levels:
        return np.array([0.0, 1.0])
    low, high = common_range(placed, w)
    x = study.frame[study.predictor.name]
    return np.linspace(max(low, x.min()), min(high, x.max()), 201)


def weights(fit: MixedFit, study: Study, x: float, w: float) -> dict[str, float]:
    """Return what coefficients are multiplied by for a line in a group with the mean of all units.

    Parameters
    ----------
    fit
        The model with the level-2 predictor times the deviation from the group mean.
    study
        The study.
    x, w
        The predictor, and the level-2 predictor.

    Examples
    --------
    >>> from helpers import fit_mixed, read_study
    >>> data = read_study("hsb").frame
    >>> data["ses_within"] = data["ses"] - data.groupby("schoolid")["ses"].transform("mean")
    >>> fit = fit_mixed("mathach ~ ses_within * sector", data, "schoolid")
    >>> {n: round(v, 3) for n, v in weights(fit, read_study("hsb"), 1.0, 1.0).items()}
    {'Intercept': 1.0, 'ses_within': 1.0, 'sector': 1.0, 'ses_within:sector': 1.0}
    """
    assert study.group_predictor
    name, mean = study.predictor.name, float(study.frame[study.predictor.name].mean())
    of_w, deviation = study.group_predictor.name, x - mean
    values = {
        "Intercept": 1.0,
        f"{name}_within": deviation,
        f"{name}_mean": mean,
        of_w: w,
        f"{name}_within:{of_w}": deviation * w,
    }
    return {term: values[term] for term in fit.design.fixed}


def along(
    fit: MixedFit, values: np.ndarray, upper: float, lower: float | None, study: Study
) -> pd.DataFrame:
    """Estimate the line of a kind of groups, or how far two of them are apart, over the predictor.

    Parameters
    ----------
    fit
        As for :func:`weights`.
    values
        Values of the predictor, shape (n,).
    upper, lower
        The level-2 predictor of a kind, and of the one to be subtracted; None for a line by itself.
    study
        The study.

    Returns
    -------
    DataFrame
        By value, the columns ``"line"``, ``"low"`` and ``"high"``: estimates and their 95%
        intervals.

    Examples
    --------
    >>> from helpers import fit_mixed, read_study
    >>> hsb = read_study("hsb")
    >>> data = hsb.frame
    >>> data["ses_mean"] = data.groupby("schoolid")["ses"].transform("mean")
    >>> data["ses_within"] = data["ses"] - data["ses_mean"]
    >>> fit = fit_mixed("mathach ~ ses_within * sector + ses_mean", data, "schoolid")
    >>> along(fit, np.array([0.0]), 1.0, 0.0, hsb).round(1)
         line  low  high
    0.0   1.2  0.6   1.8
    """

    def at(value: float) -> Estimate:
        here = weights(fit, study, value, upper)
        if lower is not None:
            less = weights(fit, study, value, lower)
            here = {term: weight - less[term] for term, weight in here.items()}
        return fit.t_test(here)

    rows = [(e.estimate, e.conf_low, e.conf_high) for e in map(at, values)]
    return pd.DataFrame(rows, values, ["line", "low", "high"])


def lines(
    fit: MixedFit, kinds: Mapping[str, float], placed: pd.Series, study: Study
) -> dict[str, pd.DataFrame]:
    """Estimate the line of each kind, over the values that its units have of the predictor.

    Parameters
    ----------
    fit, placed
        As for :func:`weights` and :func:`places`.
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
    >>> hsb = read_study("hsb")
    >>> data = hsb.frame
    >>> data["ses_mean"] = data.groupby("schoolid")["ses"].transform("mean")
    >>> data["ses_within"] = data["ses"] - data["ses_mean"]
    >>> fit = fit_mixed("mathach ~ ses_within * sector + ses_mean", data, "schoolid")
    >>> lines(fit, {"public": 0}, data["ses_within"], hsb)["public"].shape
    (61, 3)
    """
    assert study.group_predictor
    x, w = (study.frame[one.name] for one in (study.predictor, study.group_predictor))

    def over_its_units(value: float) -> pd.DataFrame:
        own = placed[w == value] if len(kinds) == 2 else placed
        ends = max(own.min(), x.min()), min(own.max(), x.max())
        return along(fit, np.linspace(*ends, 61), value, None, study)

    return {kind: over_its_units(value) for kind, value in kinds.items()}


def lines_of_means(
    fit: MixedFit, kinds: Mapping[str, float], means: pd.Series, w_of_group: pd.Series, study: Study
) -> dict[str, pd.Series]:
    """Return where the model expects the means of groups of each kind, over their range.

    Parameters
    ----------
    fit
        As for :func:`weights`, with the group mean of the predictor.
    kinds, w_of_group
        The level-2 predictor of each kind, and of each group.
    means
        The groups' means of the predictor.
    study
        The study.

    Examples
    --------
    >>> from helpers import fit_mixed, read_study
    >>> hsb = read_study("hsb")
    >>> data = hsb.frame
    >>> data["ses_mean"] = data.groupby("schoolid")["ses"].transform("mean")
    >>> data["ses_within"] = data["ses"] - data["ses_mean"]
    >>> fit = fit_mixed("mathach ~ ses_within * sector + ses_mean", data, "schoolid")
    >>> of_school = data.groupby("schoolid")[["ses", "sector"]].mean()
    >>> at = lines_of_means(fit, {"public": 0}, of_school["ses"], of_school["sector"], hsb)
    >>> at["public"].round(1).tolist()
    [5.8, 16.5]
    """
    assert study.group_predictor
    b, w = fit.fe_params, study.group_predictor.name

    def over_its_groups(value: float) -> pd.Series:
        own = means[w_of_group == value] if len(kinds) == 2 else means
        at = np.array([own.min(), own.max()])
        return pd.Series(b["Intercept"] + b[f"{study.predictor.name}_mean"] * at + b[w] * value, at)

    return {kind: over_its_groups(value) for kind, value in kinds.items()}


def slope_variances(fit: MixedFit, data: pd.DataFrame) -> tuple[float, float]:
    """Return the variance of slopes without the cross-level product, and with it.

    Parameters
    ----------
    fit
        A model with a random intercept and slope and a product ``x:w``.
    data
        The rows.

    Examples
    --------
    >>> from helpers import fit_mixed, read_study
    >>> data = read_study("hsb").frame
    >>> data["within"] = data["ses"] - data.groupby("schoolid")["ses"].transform("mean")
    >>> fit = fit_mixed("mathach ~ within * sector", data, "schoolid", random="1 + within")
    >>> [round(variance, 1) for variance in slope_variances(fit, data)]
    [0.7, 0.3]
    """
    left = fit.design.formula.replace(" * ", " + ")
    without = fit_mixed(left, data, fit.groups, random=fit.design.random)
    return float(without.cov_re.iloc[1, 1]), float(fit.cov_re.iloc[1, 1])


def edge_of(fit: MixedFit, deviation: pd.Series) -> Edge:
    """Tell on which edge the variances of a random intercept and slope lie.

    Parameters
    ----------
    fit
        The model.
    deviation
        The predictor whose slope varies.

    Examples
    --------
    >>> from helpers import fit_mixed, read_study
    >>> data = read_study("hsb").frame
    >>> edge_of(fit_mixed("mathach ~ ses", data, "schoolid", random="1 + ses"), data["ses"]).name
    'NONE'
    """
    intercepts, slopes = np.sqrt(np.diag(fit.cov_re) / fit.scale)
    return edge(intercepts, slopes * deviation.std(), fit.boundary)

"""What chapter 5 needs and does not teach: pairs of units, rows of its table."""

from dataclasses import replace

import pandas as pd

from helpers.course import findings
from helpers.course.estimates import estimates_of
from helpers.models.estimate import Estimate
from helpers.models.fit import MixedFit
from helpers.models.variance import PseudoR2
from helpers.study.file import Study


def pairs(study: Study) -> pd.DataFrame:
    """Draw pairs of units of one group, none of the units twice.

    Returns
    -------
    DataFrame
        The outcome of each pair, in the columns ``"one"`` and ``"other"``.

    Examples
    --------
    >>> from helpers.study.reading import read_study
    >>> len(pairs(read_study("hsb")))
    3546
    """
    y, group = study.outcome.name, study.group.name
    shuffled = study.frame.sample(frac=1, random_state=5)
    place = shuffled.groupby(group).cumcount()
    partner = shuffled.assign(pair=place // 2, first=place % 2 == 0)
    found = partner.pivot(index=[group, "pair"], columns="first", values=y).dropna()
    return found.rename(columns={True: "one", False: "other"})


def means_differ(study: Study) -> bool:
    """Whether the groups' means of the predictor differ.

    >>> from helpers.study.reading import read_study
    >>> means_differ(read_study("hsb")), means_differ(read_study("sleepstudy"))
    (True, False)
    """
    values, groups = study.frame[study.predictor.name], study.frame[study.group.name]
    return findings.means_differ(values.groupby(groups).transform("mean"), values)


def has_slope_between(study: Study) -> bool:
    """Whether means of the predictor make a line through groups: they differ, in three or more.

    >>> from helpers.study.reading import read_study
    >>> has_slope_between(read_study("hsb"))
    True
    """
    return study.frame[study.group.name].nunique() > 2 and means_differ(study)


def estimates(
    fit: MixedFit, model: str, share: Estimate, explained: PseudoR2 | None = None
) -> dict[str, Estimate]:
    """Collect a model's rows of the tidy table, with its ICC and what it explains.

    Examples
    --------
    >>> from helpers import fit_mixed, icc, read_study
    >>> null = fit_mixed("mathach ~ 1", read_study("hsb").frame, "schoolid")
    >>> list(estimates(null, "null", icc(null)))
    ['Intercept', 'var_group', 'var_residual', 'loglik', 'icc']
    """
    found = estimates_of(fit, model) | {"icc": replace(share, model=model)}
    if explained:
        for level, value in {"group": explained.group, "residual": explained.residual}.items():
            term = f"pseudo_r2_{level}"
            found[term] = Estimate(model, "variance", term, value, method=fit.method)
    return found

"""A fit on a page."""

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from helpers.results import decimals
from helpers.sentences import p_value, span

if TYPE_CHECKING:
    from helpers.mixed import MixedFit


@dataclass(frozen=True)
class Summary:
    """Facts of a fit, a line each, and its tables; shown as text or, in JupyterLab, as HTML."""

    facts: list[str]
    tables: dict[str, pd.DataFrame]

    def __str__(self) -> str:
        tables = (f"\n{title}\n{table.to_string()}" for title, table in self.tables.items())
        return "\n".join([*self.facts, *tables])

    __repr__ = __str__

    def _repr_html_(self) -> str:
        facts = "<br>\n".join(escape(fact) for fact in self.facts)
        tables = (f"<p>{escape(t)}</p>\n{table.to_html()}" for t, table in self.tables.items())
        return "\n".join([f"<p>{facts}</p>", *tables])


def summarise(fit: "MixedFit") -> Summary:
    """Gather what a fit says.

    Examples
    --------
    >>> from helpers.mixed import fit_mixed
    >>> from helpers.study import read_study
    >>> print(fit_mixed("mathach ~ ses", read_study("hsb").frame, "schoolid").summary())
    Multilevel model: mathach ~ ses
    Random effects of schoolid: 1
    7,185 rows in 160 groups of 14 to 67
    REML, log-likelihood -23,322.585, gradient norm below 1e-6
    <BLANKLINE>
    Fixed effects, t with Satterthwaite's degrees of freedom
              estimate std. error       df      t        p 95% from      to
    Intercept   12.657      0.188    148.3  67.33  < 0.001   12.286  13.029
    ses          2.390      0.106  6,838.1  22.61  < 0.001    2.183   2.597
    <BLANKLINE>
    Random effects and residual
              variance std. deviation
    Intercept    4.768          2.184
    residual     37.03          6.086
    """
    sizes = fit.moments.n
    gradient = "below 1e-6" if fit.gradient_norm < 1e-6 else f"{fit.gradient_norm:.1g}"
    facts = [
        f"Multilevel model: {fit.design.formula}",
        f"Random effects of {fit.groups}: {fit.design.random}",
        f"{fit.nobs:,} rows in {fit.n_groups:,} groups of {span(sizes)}",
        f"{fit.method}, log-likelihood {fit.llf:,.3f}, gradient norm {gradient}",
    ]
    if fit.boundary:
        facts.append("On the boundary: a variance of zero, or a correlation of one or minus one")
    return Summary(
        facts,
        {
            "Fixed effects, t with Satterthwaite's degrees of freedom": _fixed(fit),
            "Random effects and residual": _covariance(fit),
        },
    )


def _fixed(fit: "MixedFit") -> pd.DataFrame:
    limits = fit.conf_int()
    rows = {}
    for term, estimate in fit.fe_params.items():
        error, df = fit.bse_fe[term], fit.df[term]
        places = decimals(estimate, error)
        rows[term] = {
            "estimate": f"{estimate:z,.{places}f}",
            "std. error": f"{error:z,.{places}f}",
            "df": f"{df:,.1f}",
            "t": f"{fit.tvalues[term]:z.2f}",
            "p": p_value(fit.pvalues[term]).removeprefix("p ").removeprefix("= "),
            "95% from": f"{limits.loc[term, 0]:z,.{places}f}",
            "to": f"{limits.loc[term, 1]:z,.{places}f}",
        }
    return pd.DataFrame.from_dict(rows, orient="index")


def _covariance(fit: "MixedFit") -> pd.DataFrame:
    effects = list(fit.cov_re)
    variances = np.append(np.diag(fit.cov_re), fit.scale)
    sds = np.sqrt(variances)
    rows = {}
    for i, term in enumerate([*effects, "residual"]):
        row = {
            "variance": f"{variances[i]:,.{decimals(variances[i])}f}",
            "std. deviation": f"{sds[i]:,.{decimals(sds[i])}f}",
        }
        for k, other in enumerate(effects[:-1]):
            known = k < i < len(effects) and sds[i] * sds[k] > 0
            row[f"corr. {other}"] = (
                f"{fit.cov_re.iloc[i, k] / (sds[i] * sds[k]):z.3f}" if known else ""
            )
        rows[term] = row
    return pd.DataFrame.from_dict(rows, orient="index")

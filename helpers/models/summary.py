"""A fit on a page."""

from dataclasses import dataclass
from html import escape

import numpy as np
import pandas as pd

from helpers.text import decimals, p_value


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


def fixed_table(rows: pd.DataFrame) -> pd.DataFrame:
    """Write fixed effects for a reader.

    Parameters
    ----------
    rows
        A row a term, with columns ``estimate``, ``std_error``, ``df``, ``t``, ``p``, ``low`` and
        ``high``.

    Examples
    --------
    >>> row = {"estimate": 2.39, "std_error": 0.106, "df": 6838.1, "t": 22.6, "p": 1e-9}
    >>> fixed_table(pd.DataFrame({"ses": row | {"low": 2.18, "high": 2.6}}).T)
        estimate std. error       df      t        p 95% from     to
    ses    2.390      0.106  6,838.1  22.60  < 0.001    2.180  2.600
    """
    written = {}
    for term, row in rows.iterrows():
        places = decimals(row["estimate"], row["std_error"])
        written[term] = {
            "estimate": f"{row['estimate']:z,.{places}f}",
            "std. error": f"{row['std_error']:z,.{places}f}",
            "df": f"{row['df']:,.1f}",
            "t": f"{row['t']:z.2f}",
            "p": p_value(row["p"]).removeprefix("p ").removeprefix("= "),
            "95% from": f"{row['low']:z,.{places}f}",
            "to": f"{row['high']:z,.{places}f}",
        }
    return pd.DataFrame.from_dict(written, orient="index")


def covariance_table(cov_re: pd.DataFrame, scale: float) -> pd.DataFrame:
    """Write the variances of random effects and residuals, and correlations, for a reader.

    Parameters
    ----------
    cov_re
        The covariance of the random effects, in units of the outcome squared over the terms'.
    scale
        The residual variance.

    Examples
    --------
    >>> covariance_table(pd.DataFrame({"Intercept": [4.768]}, ["Intercept"]), 37.03)
              variance std. deviation
    Intercept    4.768          2.184
    residual     37.03          6.085
    """
    effects = list(cov_re)
    variances = np.append(np.diag(cov_re), scale)
    sds = np.sqrt(variances)
    rows = {}
    for i, term in enumerate([*effects, "residual"]):
        row = {
            "variance": f"{variances[i]:,.{decimals(variances[i])}f}",
            "std. deviation": f"{sds[i]:,.{decimals(sds[i])}f}",
        }
        for k, other in enumerate(effects[:-1]):
            known = k < i < len(effects) and sds[i] * sds[k] > 0
            row[f"corr. {other}"] = f"{cov_re.iloc[i, k] / (sds[i] * sds[k]):z.3f}" if known else ""
        rows[term] = row
    return pd.DataFrame.from_dict(rows, orient="index")

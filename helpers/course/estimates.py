"""The tidy table of estimates that each chapter ends with, and its collection after a rerun."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import asdict, fields
from typing import Any

import pandas as pd

from helpers.models.estimate import Estimate
from helpers.models.fit import MixedFit
from helpers.text import decimals

COLUMNS = ["chapter", *(field.name for field in fields(Estimate))]


def estimates_of(
    fit: Any, model: str, method: str = "OLS", terms: Iterable[str] = ()
) -> dict[str, Estimate]:
    """Collect what a fit estimated, by term.

    Parameters
    ----------
    fit
        What :func:`helpers.fit_mixed` returns, with a random intercept and at most one slope; or a
        statsmodels result of ``smf.ols(...).fit()`` or its like, with t intervals.
    model
        The name to file them under.
    method
        How a regression was estimated; a multilevel model knows it.
    terms
        The terms that a regression should have. Where the fit lacks one, because the data do not
        identify it, these terms are returned without numbers.

    Returns
    -------
    dict of str to Estimate
        Of a regression the coefficients with their 95% intervals; where the fit leaves no degrees
        of freedom there is no standard error and no interval. Of a multilevel model the fixed
        effects with t intervals; ``var_group``, ``var_residual`` and, with a random slope,
        ``var_slope`` and ``cov_intercept_slope`` with profile-likelihood intervals; and ``loglik``.

    Examples
    --------
    >>> import pandas as pd, statsmodels.formula.api as smf
    >>> data = pd.DataFrame({"x": [0, 1, 2, 3], "y": [1, 2, 2, 3]})
    >>> round(estimates_of(smf.ols("y ~ x", data).fit(), "total")["x"].estimate, 6)
    0.6
    >>> from helpers import fit_mixed, read_study
    >>> fit = fit_mixed("mathach ~ 1", read_study("hsb").frame, "schoolid")
    >>> {term: round(each.estimate, 2) for term, each in estimates_of(fit, "null").items()}
    {'Intercept': 12.64, 'var_group': 8.61, 'var_residual': 39.15, 'loglik': -23558.4}
    """
    if isinstance(fit, MixedFit):
        return _of_mixed(fit, model)
    if not set(terms) <= set(fit.params.index):
        return {term: Estimate(model, "fixed", term, math.nan, method=method) for term in terms}
    return _of_regression(fit, model, method)


def _of_regression(fit: Any, model: str, method: str) -> dict[str, Estimate]:
    # With clustered errors statsmodels keeps the degrees of freedom of its t apart.
    df = float(getattr(fit, "df_resid_inference", None) or fit.df_resid)
    table = pd.DataFrame({"estimate": fit.params})
    if df > 0:
        table["std_error"] = fit.bse
        table[["conf_low", "conf_high"]] = fit.conf_int()
    return {
        term: Estimate(model, "fixed", term, df=df, method=method, **row)
        for term, row in table.astype(float).to_dict("index").items()
    }


def _of_mixed(fit: MixedFit, model: str) -> dict[str, Estimate]:
    lower, upper = fit.conf_int().to_numpy().T
    found = {
        term: Estimate(
            model,
            "fixed",
            term,
            float(fit.fe_params[term]),
            float(fit.bse_fe[term]),
            float(fit.df[term]),
            float(low),
            float(high),
            fit.method,
        )
        for term, low, high in zip(fit.fe_params.index, lower, upper, strict=True)
    }
    intercept, *slope = fit.cov_re.index
    names = {f"var({intercept})": "var_group"}
    if slope:
        names |= {f"var({slope[0]})": "var_slope"}
        names |= {f"cov({intercept}, {slope[0]})": "cov_intercept_slope"}
    names |= {"var(residual)": "var_residual"}
    profiled = fit.profile_intervals(list(names))
    for row, term in names.items():
        estimate, low, high = (float(profiled.loc[row, c]) for c in ("estimate", "lower", "upper"))
        found[term] = Estimate(
            model, "variance", term, estimate, conf_low=low, conf_high=high, method=fit.method
        )
    return found | {"loglik": Estimate(model, "fit", "loglik", fit.llf, method=fit.method)}


def show_estimates(chapter: str, *models: Mapping[str, Estimate]) -> None:
    """Show a chapter's tidy table, rounded; the unrounded rows ride in the output's metadata.

    A chapter that estimated nothing shows nothing.

    Parameters
    ----------
    chapter
        The chapter's number, such as ``"02"``.
    models
        Each model's estimates by term, as :func:`estimates_of` returns them.

    Examples
    --------
    >>> one = Estimate("anova", "variance", "eta", 0.2, method="ANOVA")
    >>> show_estimates("01", {"eta": one})  # doctest: +NORMALIZE_WHITESPACE
                        estimate std_error df conf_low conf_high method
    model effect   term
    anova variance eta    0.2000                                  ANOVA
    """
    from IPython.display import display

    estimates = [estimate for model in models for estimate in model.values()]
    if not estimates:
        return
    table = pd.DataFrame([_rounded(estimate) for estimate in estimates])
    rows = [{"chapter": chapter} | _without_nan(asdict(estimate)) for estimate in estimates]
    display(table.set_index(["model", "effect", "term"]), metadata={"estimates": rows})


def collect_estimates(notebook: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the unrounded rows that an executed notebook carries in its outputs.

    Examples
    --------
    >>> collect_estimates({"cells": [{"cell_type": "markdown", "source": "no output"}]})
    []
    """
    outputs = (output for cell in notebook["cells"] for output in cell.get("outputs", []))
    return [row for output in outputs for row in output.get("metadata", {}).get("estimates", [])]


def read_rows(rows: Iterable[Mapping[str, Any]]) -> dict[tuple[str, str, str], Estimate]:
    """Return rows of a tidy table as the estimates they were, by chapter, model and term.

    >>> rows = [{"chapter": "05", "model": "null", "effect": "variance", "term": "icc",
    ...          "estimate": 0.2, "std_error": None, "method": "REML"}]
    >>> read_rows(rows)["05", "null", "icc"].estimate
    0.2
    """
    return {(row["chapter"], row["model"], row["term"]): _read_row(row) for row in rows}


def _read_row(row: Mapping[str, Any]) -> Estimate:
    known: dict[str, Any] = {n: math.nan if v is None else v for n, v in row.items()}
    return Estimate(**{name: known[name] for name in COLUMNS[1:] if name in known})


def results_as_csv(rows: Iterable[Mapping[str, Any]]) -> str:
    """Return the tidy table of all chapters as text, in full double precision.

    >>> results_as_csv([])[:20]
    'chapter,model,effect'
    """
    return pd.DataFrame(rows, columns=COLUMNS).to_csv(index=False, lineterminator="\n")


def _rounded(estimate: Estimate) -> dict[str, str]:
    """Write a row for a reader."""
    row = asdict(estimate)
    digits = decimals(estimate.estimate, estimate.std_error)
    for name in ("estimate", "std_error", "conf_low", "conf_high"):
        row[name] = f"{row[name]:z,.{digits}f}" if math.isfinite(row[name]) else ""
    row["df"] = f"{estimate.df:,.4g}" if estimate.df < 1000 else f"{estimate.df:,.0f}"
    row["df"] = row["df"] if math.isfinite(estimate.df) else ""
    return row


def _without_nan(row: dict[str, Any]) -> dict[str, Any]:
    """Put None, which JSON knows, for numbers that are not finite."""
    return {
        name: None if isinstance(value, float) and not math.isfinite(value) else value
        for name, value in row.items()
    }

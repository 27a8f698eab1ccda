"""What the page on how numbers are checked is filled with: ours beside those of R and of print."""

import json
import math
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from landing import estimates_of
from nbformat import NotebookNode

from helpers import Estimate, MixedFit, fit_mixed, read_study

ROOT = Path(__file__).resolve().parent.parent
REFERENCE = ROOT / "tests" / "reference"

# Which of R's models each model of a chapter is.
MIXED = {
    ("04", "random_intercept"): "ses",
    ("04", "within_between"): "within_between",
    ("05", "null"): "null",
    ("05", "random_intercept"): "ses",
    ("06", "group_predictor"): "ses_sector",
    ("06", "cross_level"): "ses_by_sector",
    ("06", "cross_level_random_slope"): "sector_slopes",
}
OLS = {("02", "total"): "total", ("02", "between"): "between", ("03", "contextual"): "contextual"}

Row = dict[str, Any]


def numbers_values(notebooks: Iterable[NotebookNode]) -> dict[str, Any]:
    """Return what fills the page: tables as Markdown, and the numbers of its sentences."""
    lme4, more = _reference("lme4"), _reference("more")
    chapters = pd.DataFrame(_chapter_rows(estimates_of(notebooks), lme4["models"]))
    fits = pd.DataFrame(_course_fits(lme4["models"]))
    studies = pd.DataFrame(_study_fits(more["studies"]))
    worst = [*ESTIMATED, "df"]
    return {
        "versions": lme4["version"],
        "chapters": _table(chapters.drop(columns="relative"), "ccc"),
        "chapters_worst": _tiny(chapters["relative"].max()),
        "fits": _table(fits.assign(**fits[worst].map(_tiny)), "cc"),
        "n_fits": len(fits),
        "singular": " and ".join(_singular(lme4["models"])),
        "studies": _table(_worst_by_study(studies, worst), "c"),
        "n_studies": studies["study"].nunique(),
        "n_study_fits": len(studies),
        "df_worst": f"{100 * max(fits['df'].max(), studies['df'].max()):.1g}",
        "second_opinion": _tiny(_second_opinion(lme4)),
        "published": [_published(table) for table in _reference("published")],
        **_where_sas_stopped(),
    }


def _reference(name: str) -> Any:
    return json.loads((REFERENCE / f"{name}.json").read_text(encoding="utf-8"))


# The chapters


def _chapter_rows(
    estimates: Mapping[tuple[str, str, str], Estimate], lme4: Mapping[str, Any]
) -> Iterator[Row]:
    """Yield each committed estimate that R has computed, too."""
    r = _reference("ols")
    known = {("01", "anova", f"ms_{level}"): r["anova"]["ms"][i] for i, level in enumerate(LEVELS)}
    known |= {("03", "within", "ses"): r["within"]["estimate"]["ses_within"]}
    errors = {}
    for models, of in ((OLS, r), (MIXED, {name: model["reml"] for name, model in lme4.items()})):
        for place, name in models.items():
            for term, value in of[name]["estimate"].items():
                known[*place, _our(term)] = value
                errors[*place, _our(term)] = of[name]["std_error"][term]
    for place, name in MIXED.items():
        known[*place, "var_group"] = lme4[name]["reml"]["covariance"][0][0]
        known[*place, "var_residual"] = lme4[name]["reml"]["residual"]
        known[*place, "loglik"] = lme4[name]["reml"]["loglik"]
    for place in sorted(known, key=list(estimates).index):
        ours, error = estimates[place].estimate, estimates[place].std_error
        theirs, their_error = known[place], errors.get(place, math.nan)
        yield {
            "chapter": place[0].removeprefix("0"),
            "model": place[1].replace("_", " "),
            "term": f"`{place[2]}`",
            "estimate": _digits(ours),
            "in R": _digits(theirs),
            "difference": _tiny(ours - theirs),
            "std. error": _digits(error) if place in errors else "",
            "in R ": _digits(their_error),
            "difference ": _tiny(error - their_error),
            "relative": abs(ours / theirs - 1),
        }


LEVELS = ("between", "within")


# All models, fitted now

ESTIMATED = ["estimates", "std. errors", "variances", "log-likelihood"]


def _course_fits(lme4: Mapping[str, Any]) -> Iterator[Row]:
    """Fit each model of the course's data by REML and ML, and compare."""
    data = {"school": _hsb(), "Subject": pd.read_csv(REFERENCE / "sleepstudy.csv")}
    groups = {"school": "schoolid", "Subject": "Subject"}
    for model in lme4.values():
        for r in model.values():
            fixed, random, group = _parts(r["formula"])
            fit = fit_mixed(fixed, data[group], groups[group], random=random, reml=r["reml"])
            yield {"model in R": f"`{r['formula']}`", "by": fit.method} | _differences(fit, r)


def _singular(lme4: Mapping[str, Any]) -> list[str]:
    """Return the formulas of models that lme4, too, finds on the boundary."""
    return [f"`{r['reml']['formula']}`" for r in lme4.values() if r["reml"]["singular"]]


def _hsb() -> pd.DataFrame:
    hsb = read_study("hsb").frame
    # A column that the study file does not name.
    hsb["meanses"] = pd.read_csv(ROOT / "data" / "hsb.csv")["meanses"]
    hsb["ses_mean"] = hsb.groupby("schoolid")["ses"].transform("mean")
    hsb["ses_within"] = hsb["ses"] - hsb["ses_mean"]
    return hsb


def _study_fits(studies: Mapping[str, Any]) -> Iterator[Row]:
    """Fit each model of the other studies by REML, and compare."""
    for name, study in studies.items():
        read = read_study(ROOT / "data" / "more" / f"{name}.yaml")
        roles = {read.outcome.name: "y", read.predictor.name: "x", read.group.name: "g"}
        if read.group_predictor:
            roles[read.group_predictor.name] = "w"
        data = read.frame[list(roles)].rename(columns=roles)
        data["x_mean"] = data.groupby("g")["x"].transform("mean")
        data["x_within"] = data["x"] - data["x_mean"]
        for r in study["models"].values():
            fixed, random, _ = _parts(r["formula"])
            fit = fit_mixed(fixed, data, "g", random=random)
            yield {"study": name, "rows": study["rows"], "groups": study["groups"]} | _differences(
                fit, r
            )


def _parts(formula: str) -> tuple[str, str, str]:
    """Split a formula of lme4's into its fixed part, its random part and the group.

    >>> _parts("y ~ x + (x | school)")
    ('y ~ x', '1 + x', 'school')
    """
    fixed, random, group = re.fullmatch(r"(.*) \+ \((.*) \| (\w+)\)", formula).groups()
    return fixed, random if random == "1" else f"1 + {random}", group


def _differences(fit: MixedFit, r: Mapping[str, Any]) -> Row:
    """Return the largest relative difference of each kind; of log-likelihoods the plain one."""

    def largest(ours: pd.Series, theirs: Mapping[str, float]) -> float:
        # R may write an interaction the other way round.
        known = {frozenset(_our(term).split(":")): value for term, value in theirs.items()}
        values = np.array([known[frozenset(str(term).split(":"))] for term in ours.index])
        return float(np.abs(ours / values - 1).max())

    ours = np.append(fit.cov_re.to_numpy().ravel(), fit.scale)
    theirs = np.append(np.ravel(r["covariance"]), r["residual"])
    # A variance of zero has no relative difference: there the residual one is the measure.
    sizes = np.where(np.abs(theirs) > 1e-8, np.abs(theirs), fit.scale)
    return {
        "estimates": largest(fit.fe_params, r["estimate"]),
        "std. errors": largest(fit.bse_fe, r["std_error"]),
        "variances": float((np.abs(ours - theirs) / sizes).max()),
        "log-likelihood": abs(fit.llf - r["loglik"]),
        "df": largest(fit.df, r["df"]),
    }


def _worst_by_study(studies: pd.DataFrame, worst: list[str]) -> pd.DataFrame:
    by = studies.groupby(["study", "rows", "groups"])
    table = by[worst].max().map(_tiny)
    table.insert(0, "models", by.size())
    return table.reset_index()


def _second_opinion(lme4: Mapping[str, Any]) -> float:
    """Return the largest relative difference of fixed effects between lme4 and nlme."""
    return max(
        abs(value / lme4["models"][name]["reml"]["estimate"][term] - 1)
        for name, r in lme4["nlme"].items()
        for term, value in r["estimate"].items()
    )


# What is in print


def _fit_published(table: Mapping[str, Any]) -> MixedFit:
    sleep = table["study"] == "sleepstudy"
    data = pd.read_csv(REFERENCE / "sleepstudy.csv") if sleep else _hsb()
    groups = "Subject" if sleep else "schoolid"
    return fit_mixed(table["formula"], data, groups, random=table["random"])


def _published(table: Mapping[str, Any]) -> dict[str, str]:
    """Return a table in print as Markdown, ours beside it."""
    fit, printed = _fit_published(table), table["printed"]
    ours = {
        "estimate": fit.fe_params,
        "std_error": fit.bse_fe,
        "variance": pd.Series(np.diag(fit.cov_re), fit.cov_re.index),
    }
    rows = [
        (f"{kind.replace('std_error', 'std. error')}, {term}", value, ours[kind][term])
        for kind in ours
        for term, value in printed[kind].items()
    ]
    rows += [("residual variance", printed["residual"], fit.scale)]
    rows += [("deviance", printed["deviance"], -2 * fit.llf)]
    compared = pd.DataFrame(
        {"number": n, "printed": f"{p:,}", "ours": _digits(o), "difference": _tiny(o - p)}
        for n, p, o in rows
    )
    source = re.sub(r"(.*?)\.? (https://\S+)$", r"[\1](\2)", table["source"])
    return {"source": source, "formula": table["formula"], "table": _table(compared, "c")}


def _where_sas_stopped() -> dict[str, str]:
    """Compare the group variance that SAS printed for the null model with the optimum."""
    printed = next(t for t in _reference("published") if t["formula"] == "mathach ~ 1")
    fit, sas = _fit_published(printed), printed["printed"]["variance"]["Intercept"]
    lost = fit.llf - float(fit.profile_llf("Intercept", [sas]).iloc[0])
    return {
        "sas": f"{sas:.4f}",
        "top": f"{fit.cov_re.iloc[0, 0]:.4f}",
        "sas_relative": _tiny(sas / fit.cov_re.iloc[0, 0] - 1),
        "sas_lost": _tiny(lost),
    }


# How numbers are written


def _our(term: str) -> str:
    return term.replace("(Intercept)", "Intercept")


def _digits(value: float) -> str:
    """Write seven significant digits; nothing for a number that is not there."""
    return "" if math.isnan(value) else f"{value:,.7g}"


def _tiny(value: float) -> str:
    """Write the order of magnitude of a difference."""
    return "" if math.isnan(value) else "0" if value == 0 else f"{value:.0e}"


def _table(frame: pd.DataFrame, left: str) -> str:
    """Write a frame as Markdown, as many columns flush left as `left` has letters."""
    rules = [":--" if i < len(left) else "--:" for i in range(frame.shape[1])]
    rows = [frame.columns.str.strip(), rules, *frame.astype(str).to_numpy()]
    escaped = ([cell.replace("|", r"\|") for cell in row] for row in rows)
    return "\n".join(f"| {' | '.join(row)} |" for row in escaped)

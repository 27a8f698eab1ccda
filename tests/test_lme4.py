"""Each number of a multilevel model is lme4's: what R printed stands in tests/reference."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from helpers.models.fit import MixedFit, fit_mixed
from helpers.models.variance import icc, likelihood_ratio_test, pseudo_r2, variance_test

REFERENCE = Path(__file__).parent / "reference"
LME4 = json.loads((REFERENCE / "lme4.json").read_text("utf-8"))
PUBLISHED = json.loads((REFERENCE / "published.json").read_text("utf-8"))

MODELS = {
    "null": ("mathach ~ 1", "1"),
    "ses": ("mathach ~ ses", "1"),
    "ses_sector": ("mathach ~ ses + sector", "1"),
    "ses_by_sector": ("mathach ~ ses * sector", "1"),
    "within_between": ("mathach ~ ses_within + ses_mean", "1"),
    "contextual": ("mathach ~ ses + ses_mean", "1"),
    "meanses": ("mathach ~ meanses", "1"),
    "random_slope": ("mathach ~ ses_within", "1 + ses_within"),
    "sector_inside": ("mathach ~ ses_within * sector + ses_mean", "1"),
    "sector_slopes": ("mathach ~ ses_within * sector + ses_mean", "1 + ses_within"),
    "slopes_as_outcomes": (
        "mathach ~ meanses * ses_within + sector * ses_within",
        "1 + ses_within",
    ),
    "singular": ("mathach ~ ses * sector", "1 + ses"),
    "sleepstudy": ("Reaction ~ Days", "1 + Days"),
}
EVERY_FIT = [(name, by) for name in MODELS for by in ("reml", "ml")]
every_fit = pytest.mark.parametrize(("name", "by"), EVERY_FIT)


@cache
def data(study: str) -> pd.DataFrame:
    if study == "sleepstudy":
        return pd.read_csv(REFERENCE / "sleepstudy.csv")
    hsb = pd.read_csv(REFERENCE.parent.parent / "data" / "hsb.csv")
    hsb["ses_mean"] = hsb.groupby("schoolid")["ses"].transform("mean")
    hsb["ses_within"] = hsb["ses"] - hsb["ses_mean"]
    return hsb


@cache
def fitted(name: str, by: str) -> MixedFit:
    formula, random = MODELS[name]
    study, groups = ("sleepstudy", "Subject") if name == "sleepstudy" else ("hsb", "schoolid")
    return fit_mixed(formula, data(study), groups, random=random, reml=by == "reml")


def of_r(term: str) -> str:
    """Return how we name a term of R's."""
    return term.replace("(Intercept)", "Intercept")


def by_term(values: dict[str, float], like: pd.Series) -> np.ndarray:
    """Return R's values in the order of ours; R may write an interaction the other way round."""
    known = {frozenset(of_r(term).split(":")): value for term, value in values.items()}
    return np.array([known[frozenset(str(term).split(":"))] for term in like.index])


@every_fit
def test_fixed_effects_and_their_standard_errors_are_those_of_lme4(name: str, by: str) -> None:
    fit, r = fitted(name, by), LME4["models"][name][by]
    np.testing.assert_allclose(fit.fe_params, by_term(r["estimate"], fit.fe_params), rtol=1e-5)
    np.testing.assert_allclose(fit.bse_fe, by_term(r["std_error"], fit.bse_fe), rtol=1e-5)


@every_fit
def test_variances_are_those_of_lme4(name: str, by: str) -> None:
    fit, r = fitted(name, by), LME4["models"][name][by]
    np.testing.assert_allclose(fit.cov_re, r["covariance"], rtol=1e-4)
    np.testing.assert_allclose(fit.scale, r["residual"], rtol=1e-4)
    assert fit.boundary == r["singular"]


@every_fit
def test_log_likelihoods_are_those_of_lme4_and_none_is_below(name: str, by: str) -> None:
    fit, r = fitted(name, by), LME4["models"][name][by]
    assert fit.llf == pytest.approx(r["loglik"], abs=1e-4)
    assert fit.llf > r["loglik"] - 1e-8
    assert fit.gradient_norm < 1e-6


@every_fit
def test_degrees_of_freedom_t_and_p_are_those_of_lmertest(name: str, by: str) -> None:
    fit, r = fitted(name, by), LME4["models"][name][by]
    np.testing.assert_allclose(fit.df, by_term(r["df"], fit.df), rtol=0.01)
    np.testing.assert_allclose(fit.tvalues, by_term(r["t"], fit.tvalues), rtol=1e-4)
    np.testing.assert_allclose(fit.pvalues, by_term(r["p"], fit.pvalues), rtol=0.02, atol=1e-300)


@pytest.mark.parametrize("name", MODELS)
def test_aic_and_bic_are_those_of_lme4(name: str) -> None:
    fit, r = fitted(name, "ml"), LME4["models"][name]["ml"]
    assert fit.aic == pytest.approx(r["aic"], abs=1e-3)
    assert fit.bic == pytest.approx(r["bic"], abs=1e-3)


def our_name(term: str) -> str:
    """Return how `profile_intervals` names a term of R's `confint`."""
    term = of_r(term).split("|")[0]
    if term == "sigma":
        return "sd(residual)"
    kind, _, effects = term.partition("_")
    if kind == "sd":
        return f"sd({effects})"
    if kind == "cor":
        second, first = effects.split(".")
        return f"cor({first}, {second})"
    return term


@pytest.mark.parametrize(
    ("name", "by"), [fit for fit in EVERY_FIT if "profile" in LME4["models"][fit[0]][fit[1]]]
)
def test_profile_limits_are_those_of_lme4(name: str, by: str) -> None:
    printed = {our_name(t): v for t, v in LME4["models"][name][by]["profile"].items()}
    ours = fitted(name, by).profile_intervals(list(printed))
    np.testing.assert_allclose(
        ours[["lower", "upper"]].astype(float), list(printed.values()), rtol=1e-3
    )


@pytest.mark.parametrize(
    ("name", "by"), [fit for fit in EVERY_FIT if "modes" in LME4["models"][fit[0]][fit[1]]]
)
def test_conditional_modes_and_their_standard_errors_are_those_of_lme4(name: str, by: str) -> None:
    fit, modes = fitted(name, by), LME4["models"][name][by]["modes"]
    ours = fit.conditional_modes.set_axis(fit.conditional_modes.index.astype(str))
    errors = fit.conditional_std_errors.set_axis(ours.index)
    scale = np.abs(modes["mode"]).mean(axis=0)
    for column, size in enumerate(scale):
        theirs = np.array(modes["mode"])[:, column]
        np.testing.assert_allclose(
            ours.loc[modes["group"]].iloc[:, column], theirs, rtol=1e-4, atol=1e-5 * size
        )
    np.testing.assert_allclose(errors.loc[modes["group"]], modes["std_error"], rtol=1e-4)


@pytest.mark.parametrize("name", LME4["nlme"])
def test_nlme_which_shares_no_code_with_lme4_agrees(name: str) -> None:
    fit, r = fitted(name, "reml"), LME4["nlme"][name]
    np.testing.assert_allclose(fit.fe_params, by_term(r["estimate"], fit.fe_params), rtol=1e-5)
    np.testing.assert_allclose(fit.cov_re, r["covariance"], rtol=1e-3)
    assert fit.llf == pytest.approx(r["loglik"], abs=1e-4)


@pytest.mark.parametrize(
    ("test", "smaller", "larger"),
    [("ses", "null", "ses"), ("sector", "ses", "ses_by_sector")],
)
def test_likelihood_ratio_tests_are_those_of_lme4(test: str, smaller: str, larger: str) -> None:
    ours, r = (
        likelihood_ratio_test(fitted(smaller, "ml"), fitted(larger, "ml")),
        LME4["tests"][test],
    )
    assert ours.statistic == pytest.approx(r["statistic"], abs=1e-3)
    assert ours.df == (r["df"],)
    assert ours.p_value == pytest.approx(r["p_value"], rel=1e-3)


def test_statistics_of_tests_at_the_boundary_are_those_of_lme4() -> None:
    slope = variance_test(fitted("random_slope", "reml"))
    assert slope.statistic == pytest.approx(LME4["tests"]["slope"]["statistic"], abs=1e-3)
    none = variance_test(fitted("null", "reml"))
    assert none.statistic == pytest.approx(LME4["tests"]["no_school"]["statistic"], abs=1e-3)


@pytest.mark.parametrize("name", ["null", "ses", "ses_sector", "ses_by_sector"])
def test_the_icc_is_that_of_the_variances_lme4_prints(name: str) -> None:
    r = LME4["models"][name]["reml"]
    between = r["covariance"][0][0]
    ours = icc(fitted(name, "reml"))
    assert ours.estimate == pytest.approx(between / (between + r["residual"]), rel=1e-5)


def test_pseudo_r2_is_that_of_the_variances_lme4_prints() -> None:
    models = LME4["models"]
    null, with_ses = models["null"]["reml"], models["ses"]["reml"]
    ours = pseudo_r2(fitted("ses", "reml"), fitted("null", "reml"))
    assert ours.group == pytest.approx(
        1 - with_ses["covariance"][0][0] / null["covariance"][0][0], rel=1e-5
    )
    assert ours.residual == pytest.approx(1 - with_ses["residual"] / null["residual"], rel=1e-5)


def test_intervals_are_as_wide_as_t_says() -> None:
    fit, r = fitted("sleepstudy", "reml"), LME4["models"]["sleepstudy"]["reml"]
    # The quantile of t with 17 degrees of freedom, from a printed table.
    assert r["df"]["Days"] == pytest.approx(17, abs=1e-3)
    reach = (fit.conf_int()[1] - fit.fe_params)["Days"]
    assert reach / r["std_error"]["Days"] == pytest.approx(2.110, abs=5e-4)


@pytest.mark.parametrize("table", PUBLISHED, ids=lambda table: table["formula"])
def test_published_values_are_met_to_three_digits(table: dict[str, Any]) -> None:
    groups = "Subject" if table["study"] == "sleepstudy" else "schoolid"
    fit = fit_mixed(table["formula"], data(table["study"]), groups, random=table["random"])
    printed = table["printed"]
    assert fit.fe_params.to_dict() == pytest.approx(printed["estimate"], rel=5e-4)
    assert fit.bse_fe.to_dict() == pytest.approx(printed["std_error"], rel=3e-3)
    # SAS stopped where the likelihood is flat: its variances are a thousandth from the optimum.
    variances = dict(zip(fit.design.effects, np.diag(fit.cov_re), strict=True))
    assert variances == pytest.approx(printed["variance"], rel=2e-3)
    assert fit.scale == pytest.approx(printed["residual"], rel=1e-4)
    assert -2 * fit.llf == pytest.approx(printed["deviance"], abs=0.06)

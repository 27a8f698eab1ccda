"""What is said of variances follows from its formula, and is declined where there is none."""

import numpy as np
import pytest
from made_up import two_level
from scipy import stats

from helpers.models.fit import fit_mixed
from helpers.models.moments import FitError
from helpers.models.simulation import bootstrap
from helpers.models.variance import (
    contextual_effect,
    icc,
    likelihood_ratio_test,
    nakagawa_r2,
    pseudo_r2,
    reliability,
    variance_test,
)

STUDY = two_level(
    sizes=[8, 15, 11, 20, 6, 9, 14, 2, 1, 30], within=0.5, between=1.5, sd_group=1, seed=3
)
STUDY["x_mean"] = STUDY.groupby("group")["x"].transform("mean")
STUDY["x_within"] = STUDY["x"] - STUDY["x_mean"]
STUDY["w"] = STUDY["group"].isin(["g001", "g004", "g005", "g009"]).astype(int)


def test_the_limits_of_the_icc_are_where_the_likelihood_has_fallen_by_half_of_chi_squared() -> None:
    for reml in (True, False):
        fit = fit_mixed("y ~ x", STUDY, "group", reml=reml)
        share = icc(fit, level=0.9)
        for limit in (share.conf_low, share.conf_high):
            theta = np.array([np.sqrt(limit / (1 - limit))])
            rise = type(fit.best)(fit.best.data, reml, theta).value - fit.best.value
            assert rise == pytest.approx(stats.chi2.ppf(0.9, 1), rel=1e-5)
        assert share.conf_low < share.estimate < share.conf_high


def test_reliability_is_what_a_random_intercept_is_shrunk_by() -> None:
    fit = fit_mixed("y ~ 1", STUDY, "group")
    means = STUDY.groupby("group")["y"].mean()
    shrunk = reliability(fit)["Intercept"] * (means - fit.fe_params["Intercept"])
    np.testing.assert_allclose(fit.conditional_modes["Intercept"], shrunk, rtol=1e-8)


def test_reliability_of_a_slope_is_left_out_where_a_group_has_none_of_its_own() -> None:
    each = reliability(fit_mixed("y ~ x", STUDY, "group", random="x"))
    assert each.loc["g008"].isna().all()
    assert each.drop(index="g008").notna().all(axis=None)


def test_nakagawas_r2_is_that_of_the_rows() -> None:
    fit = fit_mixed("y ~ x", STUDY, "group", random="x")
    fixed = fit.predict().var()
    z = np.column_stack([np.ones(len(STUDY)), STUDY["x"]])
    random = np.einsum("ij,jk,ik->i", z, fit.cov_re.to_numpy(), z).mean()
    total = fixed + random + fit.scale
    shares = nakagawa_r2(fit)
    assert shares.marginal == pytest.approx(fixed / total, rel=1e-9)
    assert shares.conditional == pytest.approx((fixed + random) / total, rel=1e-9)


@pytest.mark.parametrize("formula", ["y ~ x", "y ~ x * w"])
@pytest.mark.parametrize("random", ["1", "x_within"])
def test_the_contextual_effect_is_the_coefficient_of_the_group_means(
    formula: str, random: str
) -> None:
    context = contextual_effect(fit_mixed(formula, STUDY, "group", random=random), "x")
    written_out = fit_mixed(f"{formula} + x_mean", STUDY, "group", random=random)
    assert context.term == "x_mean"
    assert context.estimate == pytest.approx(written_out.fe_params["x_mean"], rel=1e-6)
    assert context.std_error == pytest.approx(written_out.bse_fe["x_mean"], rel=1e-6)
    assert context.df == pytest.approx(written_out.df["x_mean"], rel=1e-4)
    assert context.p_value == pytest.approx(written_out.pvalues["x_mean"], rel=1e-4)


def test_on_balanced_data_mundlaks_test_is_hausmans() -> None:
    frame = two_level(sizes=[12] * 15, within=0.5, between=1.5, sd_group=1, seed=3)
    random = fit_mixed("y ~ x", frame, "group")
    context = contextual_effect(random, "x")
    frame["x_mean"] = frame.groupby("group")["x"].transform("mean")
    both = fit_mixed("y ~ x + x_mean", frame, "group")
    within, between = both.t_test({"x": 1}), both.t_test({"x": 1, "x_mean": 1})
    assert context.estimate == pytest.approx(between.estimate - within.estimate, rel=1e-9)
    # Independent estimates, so that their variances add up to that of the difference.
    assert context.std_error**2 == pytest.approx(
        within.std_error**2 + between.std_error**2, rel=1e-6
    )


def test_a_bootstrap_agrees_with_the_profile_about_how_sure_a_variance_is() -> None:
    frame = two_level(sizes=[6, 12, 9, 15] * 15, within=0.5, between=0.5, sd_group=0.8, seed=1)
    fit = fit_mixed("y ~ x", frame, "group")
    drawn = bootstrap(fit, 300, seed=4)
    limits = fit.profile_intervals(["var(Intercept)"]).loc["var(Intercept)"]
    width = drawn["var(Intercept)"].quantile(0.975) - drawn["var(Intercept)"].quantile(0.025)
    assert width == pytest.approx(limits["upper"] - limits["lower"], rel=0.25)


def test_a_bootstrap_with_a_seed_can_be_repeated() -> None:
    fit = fit_mixed("y ~ x", STUDY, "group")
    assert bootstrap(fit, 3, seed=4).equals(bootstrap(fit, 3, seed=4))


def fits() -> dict[str, object]:
    return {
        "null": fit_mixed("y ~ 1", STUDY, "group"),
        "x": fit_mixed("y ~ x", STUDY, "group"),
        "slope": fit_mixed("y ~ x", STUDY, "group", random="x"),
        "both": fit_mixed("y ~ x + x_mean + w", STUDY, "group"),
        "part": fit_mixed("y ~ 1", STUDY.iloc[:-1], "group"),
        "within": fit_mixed("y ~ x_within", STUDY, "group"),
    }


FITS = fits()


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda f: likelihood_ratio_test(f["null"], f["x"]), "by REML do not compare"),
        (lambda f: likelihood_ratio_test(f["x"], f["null"]), "which lacks"),
        (lambda f: likelihood_ratio_test(f["x"], f["x"]), "the same"),
        (lambda f: likelihood_ratio_test(f["null"].refit(reml=False), f["x"]), "the other by ML"),
        (lambda f: likelihood_ratio_test(f["part"], f["null"]), "not of the same"),
        (lambda f: f["x"].aic, "AIC compares"),
        (lambda f: f["x"].bic, "BIC compares"),
        (lambda f: icc(f["slope"]), "only the intercept varies"),
        (lambda f: pseudo_r2(f["slope"], f["null"]), "only the intercept varies"),
        (lambda f: variance_test(f["x"], "x"), "not among the random effects"),
        (lambda f: contextual_effect(f["null"], "x"), "not among the fixed effects"),
        (lambda f: contextual_effect(f["both"], "x"), "in the model already"),
        (lambda f: contextual_effect(f["both"], "w"), "does not vary within"),
        (lambda f: contextual_effect(f["within"], "x_within"), "same mean"),
        (lambda f: f["x"].t_test({"z": 1}), "not among the fixed effects"),
        (lambda f: f["x"].profile_intervals(["sd(x)"]), "no term 'sd"),
    ],
)
def test_what_is_not_defined_is_declined_in_words(call: object, said: str) -> None:
    with pytest.raises(FitError, match=said):
        call(FITS)  # type: ignore[operator]

"""A variance of zero is a result: found, reported, and tested as the edge that it is."""

from itertools import product

import numpy as np
import pandas as pd
import pytest
from made_up import two_level

from helpers.models.fit import fit_mixed
from helpers.models.reml import Point
from helpers.models.search import newton
from helpers.models.variance import icc, likelihood_ratio_test, pseudo_r2, variance_test

STUDY = two_level(sizes=[8, 15, 11, 20, 6, 9, 14], within=0.5, between=0.5, sd_group=1, seed=3)


def without_group_means(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.assign(y=frame["y"] - frame.groupby("group")["y"].transform("mean"))


def test_without_group_means_the_group_variance_is_exactly_zero() -> None:
    fit = fit_mixed("y ~ 1", without_group_means(STUDY), "group")
    assert fit.cov_re.iloc[0, 0] == 0
    assert fit.boundary
    assert fit.gradient_norm < 1e-8
    assert (fit.conditional_modes == 0).all(axis=None)
    # What is left is the plain regression.
    y = without_group_means(STUDY)["y"]
    assert fit.scale == pytest.approx(y.var(), rel=1e-10)
    assert fit.bse_fe["Intercept"] == pytest.approx(y.std() / np.sqrt(len(y)), rel=1e-8)
    assert fit.df["Intercept"] == pytest.approx(len(y) - 1, rel=1e-6)


@pytest.mark.parametrize("size", [1.0, 3.0, 7.0])
def test_groups_that_differ_exactly_as_much_as_their_units_have_no_variance(size: float) -> None:
    # The mean square between is that within, so that the likelihood is flat at zero but for
    # rounding: a valley of the fourth order.
    y = size * np.array([2, 0, 0, 0, 0, 0])
    data = pd.DataFrame({"g": [0, 0, 1, 1, 2, 2], "y": y})
    fit = fit_mixed("y ~ 1", data, "g")
    assert fit.cov_re.iloc[0, 0] == pytest.approx(0, abs=1e-4 * size**2)
    assert fit.scale == pytest.approx(y.var(ddof=1), rel=1e-4)


def test_at_the_boundary_shares_and_tests_say_none() -> None:
    fit = fit_mixed("y ~ 1", without_group_means(STUDY), "group")
    share = icc(fit)
    assert share.estimate == 0
    assert share.conf_low == 0
    assert 0 < share.conf_high < 0.2
    assert variance_test(fit).p_value == 1
    limits = fit.profile_intervals(["sd(Intercept)"]).loc["sd(Intercept)"]
    assert limits["lower"] == 0
    assert limits["upper"] > 0


def test_the_summary_says_that_the_optimum_is_on_the_boundary() -> None:
    assert "boundary" in str(fit_mixed("y ~ 1", without_group_means(STUDY), "group").summary())
    assert "boundary" not in str(fit_mixed("y ~ 1", STUDY, "group").summary())


def test_a_search_that_starts_on_a_false_boundary_leaves_it() -> None:
    best = fit_mixed("y ~ x", STUDY, "group", random="x").best
    for theta in ([0.0, 0.0, 0.0], [0.0, 0.0, 0.5], [0.5, 0.2, 0.0]):
        found = newton(Point(best.data, True, np.array(theta)))
        assert found.value == pytest.approx(best.value, abs=1e-7)


@pytest.mark.parametrize("scale", [1e-3, 1e3])
def test_an_almost_zero_and_an_almost_total_group_share_are_found(scale: float) -> None:
    means = STUDY.groupby("group")["y"].transform("mean")
    frame = STUDY.assign(y=STUDY["y"] - means + scale * means)
    fit = fit_mixed("y ~ x", frame, "group")
    grid = np.concatenate([[0], np.geomspace(1e-4, 1e5, 400)])
    values = [Point(fit.best.data, True, np.array([theta])).value for theta in grid]
    assert fit.best.value <= min(values) + 1e-9


def null_study(seed: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    groups = np.repeat(np.arange(30), rng.integers(3, 15, 30))
    x = rng.standard_normal(len(groups))
    return pd.DataFrame({"group": groups, "x": x, "y": 0.3 * x + rng.standard_normal(len(groups))})


@pytest.mark.slow
def test_the_test_of_a_group_variance_errs_about_as_often_as_it_says() -> None:
    p_values = [
        variance_test(fit_mixed("y ~ x", null_study(i), "group")).p_value for i in range(200)
    ]
    # 200 draws at 5%: 99.9% of binomial counts lie from 2 to 21, and the mixture is conservative.
    assert 2 <= sum(p < 0.05 for p in p_values) <= 21
    # About half of the fits are on the boundary; by how many more depends on the groups.
    assert 0.4 < np.mean([p == 1 for p in p_values]) < 0.75


def test_the_test_of_a_slope_variance_compares_with_one_and_two_degrees_of_freedom() -> None:
    fit = fit_mixed("y ~ x", STUDY, "group", random="x")
    test = variance_test(fit)
    assert test.df == (1, 2)
    by_models = likelihood_ratio_test(fit_mixed("y ~ x", STUDY, "group"), fit)
    assert test.statistic == pytest.approx(by_models.statistic, abs=1e-8)
    assert test.p_value == pytest.approx(by_models.p_value, abs=1e-8)


@pytest.mark.parametrize(("statistic", "p_value"), [(2.706, 0.05), (5.412, 0.01)])
def test_the_mixture_halves_the_tail_of_chi_squared(statistic: float, p_value: float) -> None:
    from helpers.models.variance import _ratio

    # Self and Liang's (1987) case 5: the 5% and the 1% point of the mixture.
    assert _ratio(statistic, 0, 0).p_value == pytest.approx(p_value, rel=1e-3)


def test_a_predictor_may_explain_less_than_nothing_of_a_variance() -> None:
    frame = two_level(sizes=[10] * 12, within=1.0, between=0, sd_group=1, sd_means=0, seed=1)
    null, with_x = (fit_mixed(f"y ~ {x}", frame, "group") for x in ("1", "x"))
    shares = pseudo_r2(with_x, null)
    assert shares.group < 0 < shares.residual
    assert "Below zero" in str(shares)


@pytest.mark.slow
def test_profile_limits_hold_where_a_fit_is_on_the_boundary() -> None:
    frame = two_level(sizes=[8, 15, 11, 20, 6, 9, 14], within=0.5, between=0.5, sd_group=1, seed=12)
    for seed in range(6):
        rng = np.random.default_rng(seed)
        frame["y"] = frame["x"] + rng.standard_normal(len(frame))
        fit = fit_mixed("y ~ x", frame, "group", random="x", reml=False)
        upper = fit.profile_intervals(["sd(x)"]).loc["sd(x)", "upper"]
        # At the limit no Λ with that standard deviation does better, wherever one looks for it.
        best = np.inf
        sigmas = np.sqrt(fit.scale) * np.array([0.8, 0.9, 1.0, 1.1])
        for sd, cor in product([0, 0.1, 0.2, 0.4, 0.8], [-1, -0.5, 0, 0.5, 1]):
            cov = np.array([[sd**2, sd * cor * upper], [sd * cor * upper, upper**2]])
            back = np.linalg.inv(fit.scaling.random * fit.scaling.scale)
            half = np.linalg.cholesky(back @ cov @ back.T + 1e-12 * np.eye(2))
            for sigma in sigmas / fit.scaling.scale:
                theta = (half / sigma)[np.tril_indices(2)]
                point = Point(fit.best.data, False, theta, float(2 * np.log(sigma)))
                best = min(best, point.value)
        assert best - fit.best.value > 3.84 - 1e-3


def test_a_likelihood_with_two_tops_is_climbed_to_the_higher_one() -> None:
    frame = pd.DataFrame(
        {
            "g": [1, 1, 1, 2, 2, 2, 3, 3],
            "x": [2, 1, 1, -1, 0, 1, 3, 2],
            "y": [1, -1, 0, -4, 3, 4, 1, -4],
        }
    )
    best = fit_mixed("y ~ x", frame, "g", reml=False).best
    values = [Point(best.data, False, np.array([t])).value for t in np.linspace(0, 10, 201)]
    assert best.value <= min(values) + 1e-9
    assert best.theta[0] > 2  # zero is the lower of two tops

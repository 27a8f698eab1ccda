"""The estimation holds to algebra that owes nothing to it: closed forms, dense matrices, units."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_up import two_level
from scipy.optimize import minimize

from helpers.models.fit import MixedFit, fit_mixed
from helpers.models.reml import Point
from helpers.models.simulation import simulate


def balanced(n_groups: int, n: int, sd_group: float, seed: int) -> pd.DataFrame:
    return two_level(sizes=[n] * n_groups, within=0.0, between=0.0, sd_group=sd_group, seed=seed)


@pytest.mark.parametrize("sd_group", [0.7, 1.0, 20.0])
def test_balanced_data_give_the_analysis_of_variance(sd_group: float) -> None:
    n_groups, n = 12, 7
    frame = balanced(n_groups, n, sd_group, seed=5)
    means = frame.groupby("group")["y"].mean()
    between = n * means.var()
    within = (frame["y"] - frame["group"].map(means)).pow(2).sum() / (n_groups * (n - 1))
    fit = fit_mixed("y ~ 1", frame, "group")
    assert fit.scale == pytest.approx(within, rel=1e-8)
    assert fit.cov_re.iloc[0, 0] == pytest.approx((between - within) / n, rel=1e-7)
    assert fit.fe_params["Intercept"] == pytest.approx(means.mean(), rel=1e-10)
    assert fit.bse_fe["Intercept"] == pytest.approx(np.sqrt(between / (n * n_groups)), rel=1e-8)
    # Its standard error is a mean square between the groups, with their degrees of freedom.
    assert fit.df["Intercept"] == pytest.approx(n_groups - 1, rel=1e-6)
    shrinkage = 1 - within / between
    expected = shrinkage * (means - means.mean())
    np.testing.assert_allclose(fit.conditional_modes["Intercept"], expected, rtol=1e-7, atol=1e-9)


def test_balanced_data_give_the_closed_form_of_ml_too() -> None:
    n_groups, n = 9, 6
    frame = balanced(n_groups, n, 1.0, seed=8)
    means = frame.groupby("group")["y"].mean()
    between = n * means.var(ddof=0)
    within = (frame["y"] - frame["group"].map(means)).pow(2).sum() / (n_groups * (n - 1))
    fit = fit_mixed("y ~ 1", frame, "group", reml=False)
    assert fit.scale == pytest.approx(within, rel=1e-8)
    assert fit.cov_re.iloc[0, 0] == pytest.approx((between - within) / n, rel=1e-7)


def dense_log_likelihood(
    frame: pd.DataFrame, x: np.ndarray, z: np.ndarray, sigma2: float, cov: np.ndarray, reml: bool
) -> float:
    """Write the likelihood out over all rows at once: no groups' moments, no θ."""
    same = frame["group"].to_numpy()[:, None] == frame["group"].to_numpy()
    v = sigma2 * np.eye(len(frame)) + same * (z @ cov @ z.T)
    y, inverse = frame["y"].to_numpy(), np.linalg.inv(v)
    information = x.T @ inverse @ x
    b = np.linalg.solve(information, x.T @ inverse @ y)
    residual = y - x @ b
    twice = np.linalg.slogdet(v)[1] + residual @ inverse @ residual
    degrees = len(y)
    if reml:
        twice += np.linalg.slogdet(information)[1]
        degrees -= x.shape[1]
    return -(twice + degrees * np.log(2 * np.pi)) / 2


def dense_columns(frame: pd.DataFrame, slope: bool) -> tuple[np.ndarray, np.ndarray]:
    x = np.column_stack([np.ones(len(frame)), frame["x"]])
    return x, x if slope else x[:, :1]


small_studies = st.fixed_dictionaries(
    {
        "sizes": st.lists(st.integers(1, 7), min_size=3, max_size=8).filter(
            lambda sizes: sum(sizes) > 2 * len(sizes) + 4
        ),
        "sd_group": st.sampled_from([0.0, 0.2, 1.0, 5.0]),
        "between": st.sampled_from([-2.0, 0.0, 1.0]),
        "seed": st.integers(0, 10_000),
    }
)


def drawn(study: dict[str, Any]) -> pd.DataFrame:
    return two_level(within=0.5, **study)


@settings(max_examples=30)
@given(small_studies, st.booleans(), st.booleans())
def test_the_log_likelihood_is_that_of_the_dense_matrices(
    study: dict[str, Any], slope: bool, reml: bool
) -> None:
    frame = drawn(study)
    fit = fit_mixed("y ~ x", frame, "group", random="x" if slope else "1", reml=reml)
    x, z = dense_columns(frame, slope)
    written_out = dense_log_likelihood(frame, x, z, fit.scale, fit.cov_re.to_numpy(), reml)
    assert fit.llf == pytest.approx(written_out, abs=1e-6)


@settings(max_examples=8)
@given(small_studies, st.booleans(), st.booleans())
def test_no_other_variances_have_a_higher_likelihood(
    study: dict[str, Any], slope: bool, reml: bool
) -> None:
    frame = drawn(study)
    fit = fit_mixed("y ~ x", frame, "group", random="x" if slope else "1", reml=reml)
    x, z = dense_columns(frame, slope)
    q = z.shape[1]

    def below(parameters: np.ndarray) -> float:
        half = np.zeros((q, q))
        half[np.tril_indices(q)] = parameters[1:]
        sigma2 = np.exp(np.clip(parameters[0], -20, 20))
        return -dense_log_likelihood(frame, x, z, sigma2, half @ half.T, reml)

    rng = np.random.default_rng(study["seed"])
    size = frame["y"].std()
    for _ in range(2):
        start = np.append(np.log(size**2), size * rng.standard_normal(q * (q + 1) // 2))
        found = minimize(below, start, method="Nelder-Mead", options={"maxiter": 400})
        assert fit.llf > -found.fun - 1e-6


@pytest.mark.parametrize("slope", [False, True])
def test_modes_and_their_errors_are_the_conditional_distribution(slope: bool) -> None:
    frame = two_level(sizes=[2, 9, 4, 6, 3, 8], within=0.5, between=1.0, sd_group=1.0, seed=4)
    fit = fit_mixed("y ~ x", frame, "group", random="x" if slope else "1")
    x, z = dense_columns(frame, slope)
    cov, residual = fit.cov_re.to_numpy(), frame["y"] - x @ fit.fe_params.to_numpy()
    for label, rows in frame.groupby("group").groups.items():
        z_j = z[rows]
        to_group = cov @ z_j.T @ np.linalg.inv(fit.scale * np.eye(len(rows)) + z_j @ cov @ z_j.T)
        np.testing.assert_allclose(
            fit.conditional_modes.loc[label], to_group @ residual[rows], rtol=1e-6, atol=1e-8
        )
        left = np.diag(cov - to_group @ z_j @ cov)
        np.testing.assert_allclose(
            fit.conditional_std_errors.loc[label], np.sqrt(np.maximum(left, 0)), atol=1e-7
        )


@pytest.mark.parametrize("reml", [False, True])
@pytest.mark.parametrize("given_variance", [None, 0.3])
def test_gradient_and_hessian_are_those_of_differences(
    reml: bool, given_variance: float | None
) -> None:
    frame = two_level(sizes=[2, 9, 4, 6, 3, 8, 5], within=0.5, between=1.0, sd_group=1.0, seed=4)
    data = fit_mixed("y ~ x", frame, "group", random="x").best.data
    theta = np.array([0.7, -0.2, 0.4])

    def at(theta: np.ndarray) -> Point:
        return Point(data, reml, theta, given_variance)

    gradient, hessian = at(theta).profiled
    for i, step in enumerate(1e-5 * np.eye(3)):
        up, down = at(theta + step), at(theta - step)
        assert gradient[i] == pytest.approx((up.value - down.value) / 2e-5, rel=1e-5, abs=1e-6)
        slopes = (up.profiled[0] - down.profiled[0]) / 2e-5
        np.testing.assert_allclose(hessian[i], slopes, rtol=1e-5, atol=1e-5)


def same_fit(one: MixedFit, other: MixedFit, rtol: float = 1e-7) -> None:
    """Assert that two fits agree in all that does not depend on units."""
    np.testing.assert_allclose(one.tvalues, other.tvalues, rtol=rtol)
    np.testing.assert_allclose(one.df, other.df, rtol=1e-5)
    np.testing.assert_allclose(one.best.theta, other.best.theta, rtol=1e-6, atol=1e-9)


UNBALANCED = two_level(
    sizes=[3, 12, 7, 25, 1, 9, 14, 2, 18, 6], within=0.5, between=1.2, sd_group=0.8, seed=11
)


@pytest.mark.parametrize("random", ["1", "x"])
@pytest.mark.parametrize("factor", [1e4, 1e-4])
def test_units_of_the_outcome_change_nothing_but_units(random: str, factor: float) -> None:
    plain = fit_mixed("y ~ x", UNBALANCED, "group", random=random)
    scaled = fit_mixed("y ~ x", UNBALANCED.assign(y=factor * UNBALANCED["y"]), "group", random)
    same_fit(plain, scaled)
    np.testing.assert_allclose(scaled.fe_params, factor * plain.fe_params, rtol=1e-8)
    np.testing.assert_allclose(scaled.cov_re, factor**2 * plain.cov_re, rtol=1e-6)
    moved = (plain.nobs - 2) * np.log(factor)
    assert scaled.llf == pytest.approx(plain.llf - moved, abs=1e-6)


@pytest.mark.parametrize("random", ["1", "x"])
def test_units_of_the_predictor_change_nothing_but_units(random: str) -> None:
    plain = fit_mixed("y ~ x", UNBALANCED, "group", random=random)
    scaled = fit_mixed("y ~ x", UNBALANCED.assign(x=1000 * UNBALANCED["x"]), "group", random)
    same_fit(plain, scaled)
    assert scaled.fe_params["x"] == pytest.approx(plain.fe_params["x"] / 1000, rel=1e-8)
    assert scaled.llf == pytest.approx(plain.llf + np.log(1000) * -1, abs=1e-6)


@pytest.mark.parametrize("random", ["1", "x"])
def test_the_predictors_zero_point_changes_no_slope_and_no_prediction(random: str) -> None:
    plain = fit_mixed("y ~ x", UNBALANCED, "group", random=random)
    moved = fit_mixed("y ~ x", UNBALANCED.assign(x=2000 + UNBALANCED["x"]), "group", random)
    for attribute in ("fe_params", "bse_fe", "df"):
        ours, theirs = getattr(moved, attribute)["x"], getattr(plain, attribute)["x"]
        assert ours == pytest.approx(theirs, rel=1e-6)
    assert moved.scale == pytest.approx(plain.scale, rel=1e-8)
    assert moved.llf == pytest.approx(plain.llf, abs=1e-6)
    np.testing.assert_allclose(moved.fittedvalues, plain.fittedvalues, atol=1e-6)


@given(st.permutations(range(len(UNBALANCED))))
@settings(max_examples=10)
def test_the_order_of_the_rows_changes_nothing(order: list[int]) -> None:
    plain = fit_mixed("y ~ x", UNBALANCED, "group", random="x")
    same_fit(plain, fit_mixed("y ~ x", UNBALANCED.iloc[order], "group", random="x"))


@pytest.mark.parametrize(
    "rename",
    [
        lambda ids: ids.str[1:].astype(int),
        lambda ids: ids.astype("category"),
        lambda ids: ids.map(lambda label: f"z{9 - int(label[1:])}"),
        lambda ids: ids.str[1:].astype(float),
    ],
    ids=["integers", "categories", "other names in another order", "floats"],
)
def test_what_the_groups_are_called_changes_nothing(rename: Any) -> None:
    plain = fit_mixed("y ~ x", UNBALANCED, "group", random="x")
    renamed = UNBALANCED.assign(group=rename(UNBALANCED["group"]))
    fit = fit_mixed("y ~ x", renamed, "group", random="x")
    same_fit(plain, fit)
    np.testing.assert_allclose(fit.fittedvalues, plain.fittedvalues, atol=1e-8)


@pytest.mark.parametrize("random", ["1", "x"])
def test_an_intercept_at_another_place_is_the_same_model(random: str) -> None:
    plain = fit_mixed("y ~ x", UNBALANCED, "group", random=random)
    moved = fit_mixed("y ~ x", UNBALANCED.assign(x=UNBALANCED["x"] - 3), "group", random)
    there = plain.t_test({"Intercept": 1, "x": 3})
    assert moved.fe_params["Intercept"] == pytest.approx(there.estimate, rel=1e-8)
    assert moved.bse_fe["Intercept"] == pytest.approx(there.std_error, rel=1e-7)
    assert moved.df["Intercept"] == pytest.approx(there.df, rel=1e-5)


@pytest.mark.slow
def test_simulated_moments_are_distributed_as_the_model_says() -> None:
    frame = two_level(sizes=[4, 9, 15, 6] * 5, within=0.5, between=0.5, sd_group=0.7, seed=2)
    fit = fit_mixed("y ~ x", frame, "group")
    fits = list(simulate(fit, 400, seed=3))
    slopes = np.array([each.fe_params["x"] for each in fits])
    residuals = np.array([each.scale for each in fits])
    # Means and spreads of estimates that are known exactly, or nearly so, within 4 standard errors.
    assert abs(slopes.mean() - fit.fe_params["x"]) < 4 * fit.bse_fe["x"] / np.sqrt(400)
    assert slopes.std() == pytest.approx(fit.bse_fe["x"], rel=4 / np.sqrt(2 * 400))
    degrees = fit.nobs - fit.n_groups - 1
    assert residuals.mean() == pytest.approx(fit.scale, rel=4 * np.sqrt(2 / degrees / 400))
    assert residuals.std() == pytest.approx(fit.scale * np.sqrt(2 / degrees), rel=0.15)


@pytest.mark.slow
def test_simulated_rows_and_simulated_moments_have_the_same_spread() -> None:
    frame = two_level(sizes=[3, 8, 5] * 6, within=0.5, between=0.5, sd_group=0.7, seed=6)
    fit = fit_mixed("y ~ x", frame, "group", random="x")
    half = np.linalg.cholesky(fit.cov_re.to_numpy() + 1e-12 * np.eye(2))
    codes, rng = frame["group"].factorize()[0], np.random.default_rng(1)
    by_rows = []
    for _ in range(60):
        effects = (half @ rng.standard_normal((2, fit.n_groups)))[:, codes]
        noise = np.sqrt(fit.scale) * rng.standard_normal(len(frame))
        y = fit.predict() + effects[0] + effects[1] * frame["x"] + noise
        by_rows.append(fit_mixed("y ~ x", frame.assign(y=y), "group", random="x").llf)
    by_moments = [each.llf for each in simulate(fit, 60, seed=2)]
    difference = np.mean(by_rows) - np.mean(by_moments)
    assert abs(difference) < 4 * np.sqrt((np.var(by_rows) + np.var(by_moments)) / 60)
    assert np.std(by_rows) == pytest.approx(np.std(by_moments), rel=0.4)

"""A profile limit is where the deviance has risen by 3.84, in any units, or the space ends."""

from collections.abc import Iterable

import numpy as np
import pandas as pd
import pytest
from made_up import two_level
from scipy.stats import chi2
from test_tops import of, tops

from helpers.models.fit import MixedFit, fit_mixed
from helpers.models.profile import CovarianceProfile

QUANTILE = chi2.ppf(0.95, 1)
SMALL = two_level(sizes=[3, 12, 7, 1, 9, 2], within=0.5, between=1.2, sd_group=0.8, seed=11)
EDGE = two_level(sizes=[2, 5, 1, 9], within=0.5, between=1.2, sd_group=0.1, seed=2)


@pytest.mark.parametrize(
    ("name", "formula", "random", "term", "lower"),
    [
        ("D", "y ~ w", "1 + w", "w", -6.893),
        ("fixed_profile_wrong_129", "y ~ x", "1 + x", "x", -2.852),
        ("cor_interval_unit", "y ~ x", "1 + x", "cor(Intercept, x)", -0.0786),
    ],
)
def test_limits_are_those_that_brute_force_found(
    name: str, formula: str, random: str, term: str, lower: float
) -> None:
    fit = fit_mixed(formula, of(name), "g", random, reml=False)
    assert fit.profile_intervals([term])["lower"].iloc[0] == pytest.approx(lower, abs=6e-4)


@pytest.mark.parametrize("frame", [SMALL, EDGE], ids=["small", "on the edge"])
@pytest.mark.parametrize("term", ["Intercept", "x"])
def test_a_fixed_effect_known_to_be_at_its_limit_fits_worse_by_384(
    frame: pd.DataFrame, term: str
) -> None:
    fit = fit_mixed("y ~ x", frame, "group", "1 + x", reml=False)
    for limit in fit.profile_intervals([term])[["lower", "upper"]].iloc[0]:
        column = 1.0 if term == "Intercept" else frame["x"]
        other = "y ~ 0 + x" if term == "Intercept" else "y ~ 1"
        held = fit_mixed(
            other, frame.assign(y=frame["y"] - limit * column), "group", "1 + x", False
        )
        assert 2 * (fit.llf - held.llf) == pytest.approx(QUANTILE, abs=1e-6)


@pytest.mark.parametrize("reml", [False, True])
@pytest.mark.parametrize(
    ("frame", "random"),
    [(SMALL, "1"), (SMALL, "1 + x"), (EDGE, "1 + x")],
    ids=["intercept", "slope", "edge"],
)
def test_at_a_limit_of_the_covariance_the_deviance_is_384(
    frame: pd.DataFrame, random: str, reml: bool
) -> None:
    fit = fit_mixed("y ~ x", frame, "group", random, reml)
    for kind, effects in parameters(fit):
        profile = CovarianceProfile(fit.best, kind, fit.scaling.random[effects])
        for limit in limits(fit, kind, effects):
            size = fit.scaling.scale ** {"cor": 0, "cov": 2}.get(kind, 1) * profile.unit
            rise = profile.at_best(limit / size) - fit.best.value
            if limit == 0 or (kind == "cor" and abs(limit) == 1):
                assert rise <= QUANTILE + 1e-6
            else:
                assert rise == pytest.approx(QUANTILE, abs=1e-6)


def parameters(fit: MixedFit) -> list[tuple[str, list[int]]]:
    q = len(fit.design.effects)
    both = [("cov", [0, 1]), ("cor", [0, 1])] if q == 2 and fit.cov_re.to_numpy().all() else []
    return [("residual", []), *(("sd", [i]) for i in range(q)), *both]


def limits(fit: MixedFit, kind: str, effects: list[int]) -> np.ndarray:
    names = [fit.design.effects[i] for i in effects] or ["residual"]
    term = f"{'sd' if kind == 'residual' else kind}({', '.join(names)})"
    return fit.profile_intervals([term])[["lower", "upper"]].to_numpy()[0]


def test_a_standard_deviation_that_nothing_bounds_has_no_upper_limit() -> None:
    # Two groups, and a level-2 predictor: the intercepts' variance has no data left.
    frame = two_level(sizes=[50, 45], within=0.5, between=0.5, sd_group=0.5, seed=1)
    frame["w"] = frame["group"].factorize()[0]
    fit = fit_mixed("y ~ w", frame, "group", "1 + x")
    lower, upper = fit.profile_intervals(["sd(Intercept)"])[["lower", "upper"]].iloc[0]
    assert (lower, upper) == (0, np.inf)


UNITS = [1e3, 1e-5]
OF_NO_ORIGIN = ["x", "sd(x)", "sd(residual)"]


@pytest.mark.slow
@pytest.mark.parametrize("frame", [SMALL, EDGE], ids=["small", "on the edge"])
def test_units_change_no_interval_but_for_units(frame: pd.DataFrame) -> None:
    plain = fit_mixed("y ~ x", frame, "group", "1 + x").profile_intervals()
    for factor in UNITS:
        scaled = fit_mixed("y ~ x", frame.assign(x=factor * frame["x"]), "group", "1 + x")
        found = scaled.profile_intervals()
        sizes = {"x": 1, "sd(x)": 1, "var(x)": 2, "cov(Intercept, x)": 1}
        for term in plain.index:
            back = found.loc[term, ["lower", "upper"]].astype(float) * factor ** sizes.get(term, 0)
            expected = plain.loc[term, ["lower", "upper"]].astype(float)
            np.testing.assert_allclose(back, expected, rtol=1e-6, atol=1e-9, err_msg=term)


def test_the_origin_changes_no_interval_that_does_not_depend_on_it() -> None:
    plain = fit_mixed("y ~ x", SMALL, "group", "1 + x").profile_intervals(OF_NO_ORIGIN)
    for shift in (10.0, 2000.0):
        moved = fit_mixed("y ~ x", SMALL.assign(x=SMALL["x"] + shift), "group", "1 + x")
        found = moved.profile_intervals(OF_NO_ORIGIN)[["lower", "upper"]].astype(float)
        expected = plain[["lower", "upper"]].astype(float)
        np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-9)


def stops_early(seeds: Iterable[int]) -> dict[int, dict[str, float]]:
    """Return limits at which a slow search finds a likelihood that is too high."""
    found = {}
    for seed in seeds:
        study = tops.draw(seed)
        if isinstance(tops.lost(study, seed), str):
            continue
        off = tops.limits_off(study, seed)
        found[seed] = {limit: by for limit, by in off.items() if by < -tops.TOLERANCE}
    return {seed: off for seed, off in found.items() if off}


@pytest.mark.slow
def test_no_slow_search_finds_that_a_limit_stops_early() -> None:
    assert not stops_early(range(200_000, 200_030))


def test_limits_that_stopped_at_a_second_branch_go_on() -> None:
    # Found by the slow search below: σ's profile had two branches.
    assert not stops_early([400_056, 400_087])

"""A fit is the highest top of its likelihood, and says where there is none."""

import importlib.util
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from made_up import two_level

from helpers.models.fit import fit_mixed
from helpers.models.moments import FitError
from helpers.models.reml import Point
from helpers.models.search import OneEffect
from helpers.models.variance import variance_test

HERE = Path(__file__).parent
spec = importlib.util.spec_from_file_location("tops", HERE.parent / "benchmarks" / "tops.py")
tops = importlib.util.module_from_spec(spec)
spec.loader.exec_module(tops)


def of(name: str) -> pd.DataFrame:
    return pd.read_csv(HERE / "fits" / f"{name}.csv")


@pytest.mark.parametrize(
    ("name", "formula", "random", "reml", "llf"),
    [
        ("missed_top_random_intercept", "y ~ x + C(c)", "1", True, -27.40249),
        ("local_optimum_random_slope", "y ~ x + C(c)", "1 + x", True, -80.69389),
        ("local_optimum_ML_J3", "y ~ x", "1 + x", False, -25.0915),
        ("local_optimum_edge_1", "y ~ 1", "1 + x", False, -128.9331),
        ("local_optimum_edge_2", "y ~ 1", "1 + x", True, -74.7382),
        ("no_optimum_one_start_fails", "y ~ w", "1 + x", False, -59.3192),
    ],
)
def test_the_higher_of_several_tops_is_found(
    name: str, formula: str, random: str, reml: bool, llf: float
) -> None:
    assert fit_mixed(formula, of(name), "g", random, reml).llf == pytest.approx(llf, abs=1e-4)


def none_is_lower(seeds: range) -> None:
    lost = {seed: tops.lost(tops.draw(seed), seed) for seed in seeds}
    found = {seed: by for seed, by in lost.items() if not isinstance(by, str)}
    assert len(found) > 0.8 * len(seeds)
    assert not {seed: by for seed, by in found.items() if by > tops.TOLERANCE}
    assert not [said for said in lost.values() if "no optimum" in str(said)]


def test_no_slow_search_from_a_thousand_places_finds_more() -> None:
    none_is_lower(range(30))


@pytest.mark.slow
def test_no_slow_search_of_many_studies_finds_more() -> None:
    none_is_lower(range(100_000, 100_400))


def test_no_top_of_a_random_intercept_lies_between_the_places_looked_at() -> None:
    rng = np.random.default_rng(2)
    several = 0
    for seed in range(40):
        sizes = np.maximum(rng.integers(-8, 9, rng.integers(3, 7)), 1)
        if sizes.max() < 3:
            continue
        frame = two_level(sizes=list(sizes), within=1, between=-2, sd_group=1, seed=seed)
        try:
            data = fit_mixed("y ~ x", frame, "group").best.data
        except FitError:
            continue
        reml = bool(seed % 2)
        u = np.arange(*OneEffect(data, reml).ends(), 0.01)
        values = np.array([Point(data, reml, np.exp([at / 2])).value for at in u[::40]])
        below = OneEffect(data, reml).slopes(u) < 0
        expected = int((below[:-1] & ~below[1:]).sum()) + int(not below[0])
        found = OneEffect(data, reml).tops()
        assert len(found) == expected
        several += expected > 1
        assert fit_mixed("y ~ x", frame, "group", reml=reml).best.value < values.min() + 1e-8
    assert several  # or the law was not tried


UNITS = [(1.0, 0.0), (1e8, 0.0), (1e-8, 0.0), (1.0, 1000.0), (0.1, 2000.0)]


def three_effects() -> pd.DataFrame:
    frame = two_level(sizes=[10] * 40, within=0.5, between=0.5, sd_group=1.0, seed=5)
    rng = np.random.default_rng(6)
    slopes = 0.4 * rng.standard_normal((2, 40))[:, frame["group"].str[1:].astype(int)]
    frame["z"] = rng.standard_normal(len(frame))
    frame["y"] += slopes[0] * frame["x"] + slopes[1] * frame["z"]
    return frame


@pytest.mark.parametrize(("factor", "shift"), UNITS)
def test_the_test_of_a_variance_is_twice_the_difference_of_two_fits(
    factor: float, shift: float
) -> None:
    frame = three_effects()
    frame["x"] = factor * (frame["x"] + shift)
    fit = fit_mixed("y ~ x + z", frame, "group", "1 + x + z")
    for effect, others in {"Intercept": "0 + x + z", "x": "1 + z", "z": "1 + x"}.items():
        without = fit_mixed("y ~ x + z", frame, "group", others)
        expected = 2 * (fit.llf - without.llf)
        assert variance_test(fit, effect).statistic == pytest.approx(expected, abs=1e-7)


def test_units_and_origin_change_no_test_of_a_slopes_variance() -> None:
    frame, statistics = three_effects(), []
    for factor, shift in UNITS:
        moved = frame.assign(x=factor * (frame["x"] + shift))
        fit = fit_mixed("y ~ x + z", moved, "group", "1 + x + z")
        statistics.append([variance_test(fit, "x").statistic, variance_test(fit, "z").statistic])
    np.testing.assert_allclose(statistics, [statistics[0]] * len(UNITS), rtol=1e-6)


def test_a_flat_likelihood_is_said_to_be_flat() -> None:
    fit = fit_mixed("y ~ x * s", of("flat_ridge_J3"), "g", "1 + x")
    assert fit.flat
    assert "likelihood is flat" in str(fit.summary())
    # Other variances, the same likelihood.
    values, vectors = np.linalg.eigh(fit.best.profiled[1])
    along = vectors[:, np.abs(values).argmin()]
    for length in (0.1, 0.5, 1.0):
        there = Point(fit.best.data, True, fit.best.theta + length * along)
        assert there.value == pytest.approx(fit.best.value, abs=1e-8)


def test_a_likelihood_that_is_not_flat_is_not_said_to_be() -> None:
    frame = two_level(sizes=[3, 12, 7, 25, 1, 9], within=0.5, between=1.2, sd_group=0.8, seed=1)
    for random, reml in product(("1", "0 + x", "1 + x"), (True, False)):
        fit = fit_mixed("y ~ x", frame, "group", random, reml)
        assert not fit.flat
        assert "flat" not in str(fit.summary())
    level = frame.assign(y=frame["y"] - frame.groupby("group")["y"].transform("mean"))
    assert not fit_mixed("y ~ 1", level, "group", "1 + x").flat

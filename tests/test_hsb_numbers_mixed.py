"""Every number of chapters 3 to 6 is true: the tidy tables against lme4, in full precision.

``reference/lme4.R`` printed ``reference/lme4.json``; what the tutorial printed wrongly is asserted
only where a chapter explains it.
"""

import json
from collections.abc import Callable

import numpy as np
import pytest
from conftest import ROOT, Executed

from helpers.course.findings import Finding, regions_of_significance

REFERENCE = ROOT / "tests" / "reference"
LME4 = json.loads((REFERENCE / "lme4.json").read_text("utf-8"))["models"]
OLS = json.loads((REFERENCE / "ols.json").read_text("utf-8"))

OnHsb = Callable[[str], Executed]


@pytest.mark.parametrize(
    ("chapter", "model", "lme4"),
    [
        ("04", "random_intercept", "ses"),
        ("04", "within_between", "within_between"),
        ("05", "null", "null"),
        ("05", "random_intercept", "ses"),
        ("06", "group_predictor", "ses_sector"),
        ("06", "cross_level", "ses_by_sector"),
        ("06", "cross_level_random_slope", "sector_slopes"),
    ],
)
def test_a_mixed_models_rows_are_those_of_lme4(
    chapter: str, model: str, lme4: str, on_hsb: OnHsb
) -> None:
    rows, r = on_hsb(chapter).estimates, LME4[lme4]["reml"]
    for term, value in r["estimate"].items():
        row = rows[model, term.replace("(Intercept)", "Intercept")]
        assert row["estimate"] == pytest.approx(value, rel=1e-5)
        assert row["std_error"] == pytest.approx(r["std_error"][term], rel=1e-5)
        assert row["df"] == pytest.approx(r["df"][term], rel=0.01)
        assert row["method"] == "REML"
    assert rows[model, "var_group"]["estimate"] == pytest.approx(r["covariance"][0][0], rel=1e-4)
    assert rows[model, "var_residual"]["estimate"] == pytest.approx(r["residual"], rel=1e-4)
    assert rows[model, "loglik"]["estimate"] == pytest.approx(r["loglik"], abs=1e-4)


def test_the_within_slope_has_its_fixed_effects_standard_error(on_hsb: OnHsb) -> None:
    row = on_hsb("03").estimates["within", "ses"]
    assert row["estimate"] == pytest.approx(2.191172, abs=1e-6)
    assert row["std_error"] == pytest.approx(0.1086, abs=5e-5)
    assert row["df"] == 7024
    half = on_hsb("03").variables["of_half"]
    assert round(half.std_error, 4) == 0.1201  # as the tutorial printed


def test_all_ways_to_the_within_slope_arrive(on_hsb: OnHsb) -> None:
    variables = on_hsb("03").variables
    slope = variables["slope"].estimate
    assert variables["dummies"].params["ses"] == pytest.approx(slope, rel=1e-9)
    assert variables["beside_mean"].params["ses"] == pytest.approx(slope, rel=1e-9)
    # The one way that statsmodels itself gets right says that the correction of another is right.
    assert variables["dummies"].bse["ses"] == pytest.approx(variables["error"], rel=1e-9)
    assert variables["dummies"].mse_resid == pytest.approx(variables["residual_variance"], rel=1e-9)


def test_the_contextual_rows_are_rs(on_hsb: OnHsb) -> None:
    rows, r = on_hsb("03").estimates, OLS["contextual"]
    for term, name in (("(Intercept)", "Intercept"), ("ses", "ses"), ("ses_mean", "ses_mean")):
        assert rows["contextual", name]["estimate"] == pytest.approx(r["estimate"][term], rel=1e-8)
        assert rows["contextual", name]["std_error"] == pytest.approx(
            r["std_error"][term], rel=1e-8
        )


def test_the_gap_of_two_intercepts_is_that_of_the_dummies(on_hsb: OnHsb) -> None:
    variables = on_hsb("03").variables
    low, high = variables["lowest"], variables["highest"]
    names = {g: f"C(schoolid)[{g}]" for g in (low, high)}
    test = variables["dummies"].t_test(f"{names[high]} - {names[low]} = 0")
    assert variables["of_gap"].estimate == pytest.approx(test.effect[0], rel=1e-8)
    assert variables["of_gap"].std_error == pytest.approx(test.sd[0][0], rel=1e-8)


def test_statsmodels_stops_where_it_is_said_to_stop(on_hsb: OnHsb) -> None:
    chapter = on_hsb("04")
    assert chapter.variables["stopped"].variance == pytest.approx(4.6702, abs=2e-4)
    assert chapter.variables["stopped"].llf == pytest.approx(-23322.5963, abs=1e-3)
    assert chapter.variables["random_intercept"].llf == pytest.approx(-23322.5847, abs=1e-4)
    assert "stopped at a group variance of 4.6702" in chapter.texts["top-say"]
    assert "can hang on rounding" in chapter.texts["top-say"]
    assert "is not the top" in chapter.texts["top-say"]


def test_the_likelihood_curve_has_its_top_at_the_estimate(on_hsb: OnHsb) -> None:
    variables = on_hsb("04").variables
    curve = variables["curve"]
    assert curve.max() <= variables["random_intercept"].llf + 1e-8
    assert abs(curve.idxmax() - 4.768) < curve.index[1] - curve.index[0]


def test_the_random_intercept_slope_is_the_weighted_average(on_hsb: OnHsb) -> None:
    v = on_hsb("04").variables
    between = np.polyfit(v["means"]["ses"], v["means"]["mathach"], 1, w=np.sqrt(v["precision"]))[0]
    average = v["omega"] * between + (1 - v["omega"]) * 2.191172
    assert average == pytest.approx(2.39018, abs=1e-4)


def test_the_contextual_effect_is_lme4s(on_hsb: OnHsb) -> None:
    context, r = on_hsb("04").variables["context"], LME4["contextual"]["reml"]
    assert context.estimate == pytest.approx(r["estimate"]["ses_mean"], rel=1e-5)
    assert context.std_error == pytest.approx(r["std_error"]["ses_mean"], rel=1e-5)


def test_one_mode_by_hand_is_the_fits(on_hsb: OnHsb) -> None:
    v = on_hsb("04").variables
    assert v["by_hand"] == pytest.approx(v["modes"][v["one"]], rel=1e-9)


def test_the_iccs_are_those_of_lme4s_variances(on_hsb: OnHsb) -> None:
    rows = on_hsb("05").estimates
    for model, name, known in (("null", "null", 0.1804), ("random_intercept", "ses", 0.1141)):
        r = LME4[name]["reml"]
        between = r["covariance"][0][0]
        row = rows[model, "icc"]
        assert row["estimate"] == pytest.approx(between / (between + r["residual"]), rel=1e-5)
        assert row["estimate"] == pytest.approx(known, abs=5e-5)
        assert row["conf_low"] < row["estimate"] < row["conf_high"]
    conditional = on_hsb("05").variables["conditional"]
    assert conditional["ses + sector"].estimate == pytest.approx(0.0905, abs=5e-5)
    assert conditional["ses * sector"].estimate == pytest.approx(0.0911, abs=5e-5)


def test_the_shares_explained_are_those_of_the_variances(on_hsb: OnHsb) -> None:
    rows = on_hsb("05").estimates
    group = rows["random_intercept", "pseudo_r2_group"]["estimate"]
    unit = rows["random_intercept", "pseudo_r2_residual"]["estimate"]
    assert group == pytest.approx(1 - 4.768175 / 8.614025, abs=1e-5)
    assert unit == pytest.approx(1 - 37.034399 / 39.148322, abs=1e-5)


def test_the_tutorials_mistakes_give_what_the_tutorial_printed(on_hsb: OnHsb) -> None:
    chapter = on_hsb("05")
    wrong = chapter.variables["mistakes"].loc["both mistakes"]
    assert (round(wrong["group"], 2), round(wrong["unit"], 2)) == (8.44, 46.43)
    assert round(chapter.variables["icc_mistaken"], 4) == 0.1603
    assert round(chapter.variables["z"], 2) == 12.65


def test_the_analysis_of_variance_is_rs(on_hsb: OnHsb) -> None:
    v, r = on_hsb("05").variables, OLS["anova"]
    assert [v["ms_between"], v["ms_within"]] == pytest.approx(r["ms"], rel=1e-9)


def test_simple_slopes_and_differences_follow_from_the_coefficients(on_hsb: OnHsb) -> None:
    v, r = on_hsb("06").variables, LME4["sector_slopes"]["reml"]["estimate"]
    slope, product = r["ses_within"], r["ses_within:sector"]
    assert v["slopes"]["public"].estimate == pytest.approx(slope, rel=1e-5)
    assert v["slopes"]["Catholic"].estimate == pytest.approx(slope + product, rel=1e-5)
    deviation = v["difference"].index.to_numpy() - v["data"]["ses"].mean()
    np.testing.assert_allclose(
        v["difference"]["line"], r["sector"] + product * deviation, rtol=1e-3, atol=1e-4
    )


def test_the_rows_of_random_slopes_are_those_of_lme4(on_hsb: OnHsb) -> None:
    rows, r = on_hsb("06").estimates, LME4["sector_slopes"]["reml"]
    variances = {"var_slope": (1, 1), "cov_intercept_slope": (0, 1)}
    for term, (i, j) in variances.items():
        row = rows["cross_level_random_slope", term]
        assert row["estimate"] == pytest.approx(r["covariance"][i][j], rel=1e-4)
        assert row["conf_low"] < row["estimate"] < row["conf_high"]
    # Heisig and Schaeffer: the error of a cross-level product needs the random slope.
    ratio = [
        LME4[f"sector_{name}"]["reml"]["std_error"]["ses_within:sector"]
        for name in ("slopes", "inside")
    ]
    assert f"{ratio[0] / ratio[1]:.2f} times as large" in on_hsb("06").texts["inside-say"]


def test_the_prototypes_are_the_schools_closest_to_the_average(on_hsb: OnHsb) -> None:
    v = on_hsb("06").variables
    assert v["prototypes"] == {"public": 1946, "Catholic": 5650}
    closest = v["means"]["ses"][[1946, 5650]]
    np.testing.assert_allclose(closest, [0.004051, 0.022444], atol=5e-7)


def test_the_region_ends_where_the_interval_reaches_zero(on_hsb: OnHsb) -> None:
    v = on_hsb("06").variables
    (first, _, end), (second, start, _), *_ = regions_of_significance(v["difference"])
    assert (first, second, end) == (Finding.HIGHER, Finding.UNCLEAR, start)
    at = end - v["data"]["ses"].mean()
    limit = v["own_slopes"].t_test({"sector": 1, "ses_within:sector": at})
    assert limit.conf_low == pytest.approx(0, abs=0.01)


def test_the_interaction_inside_schools_is_that_of_lme4(on_hsb: OnHsb) -> None:
    products = on_hsb("06").variables["products"]
    for name, model in (("with the deviation", "inside"), ("the same, slopes differ", "slopes")):
        r, row = LME4[f"sector_{model}"]["reml"], products[name]
        assert row.estimate == pytest.approx(r["estimate"]["ses_within:sector"], rel=1e-5)
        assert row.std_error == pytest.approx(r["std_error"]["ses_within:sector"], rel=1e-4)
        assert row.df == pytest.approx(r["df"]["ses_within:sector"], rel=0.01)


def test_the_group_mean_explains_what_lme4_says_it_does(on_hsb: OnHsb) -> None:
    null, both = (LME4[name]["reml"] for name in ("null", "within_between"))
    shares = on_hsb("05").variables["of_both"]
    left = both["covariance"][0][0] / null["covariance"][0][0]
    assert shares.group == pytest.approx(1 - left, rel=1e-4)
    assert shares.residual == pytest.approx(1 - both["residual"] / null["residual"], rel=1e-4)


def test_the_cluster_robust_error_of_the_within_slope_is_that_of_the_sandwich(
    on_hsb: OnHsb,
) -> None:
    variables = on_hsb("03").variables
    data = variables["data"]
    x = data["ses_within"]
    left = data["mathach_within"] - variables["slope"].estimate * x
    scores = (x * left).groupby(data["schoolid"]).sum()
    correction = 160 / 159 * 7184 / 7184  # as Stata: J / (J - 1), (N - 1) / (N - p)
    assert variables["robust"].std_error == pytest.approx(
        np.sqrt(correction * (scores**2).sum()) / (x**2).sum(), rel=1e-9
    )

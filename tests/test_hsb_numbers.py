"""Every number of chapters 1 and 2 is true: against the values known for these data, and R's.

``reference/ols.R`` printed ``reference/ols.json``; the other values stand in many publications on
the High School and Beyond data and were computed again for this course.
"""

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from conftest import ROOT, Executed

R = json.loads((ROOT / "tests" / "reference" / "ols.json").read_text(encoding="utf-8"))

OnHsb = Callable[[str], Executed]


def printed(value: float, like: str) -> str:
    """Write a value with as many decimals as `like` has."""
    return f"{value:.{len(like.partition('.')[2])}f}"


def assert_same_digits(values: Any, digits: str) -> None:
    expected = digits.split(", ")
    assert [printed(v, d) for v, d in zip(values, expected, strict=True)] == expected


DESCRIBED = ["mean", "std", "min", "25%", "50%", "75%", "max"]


def test_students_schools_and_sizes(on_hsb: OnHsb) -> None:
    chapter = on_hsb("01")
    sizes = chapter.variables["sizes"]
    assert (sizes.sum(), len(sizes), sizes.min(), sizes.max()) == (7185, 160, 14, 67)
    assert printed(sizes.mean(), "44.9") == "44.9"
    assert "7,185 students from 160 schools" in chapter.texts["about"]
    assert "14 to 67 students for each school, 44.9 on average" in chapter.texts["sizes-say"]


def test_the_description_of_outcome_and_predictor(on_hsb: OnHsb) -> None:
    described = on_hsb("01").variables["data"][["mathach", "ses"]].describe().T[DESCRIBED]
    assert_same_digits(
        described.loc["mathach"], "12.747853, 6.878246, -2.832, 7.275, 13.131, 18.317, 24.993"
    )
    assert_same_digits(
        described.loc["ses"], "0.000143, 0.779355, -3.758, -0.538, 0.002, 0.602, 2.692"
    )
    shown = on_hsb("01").results["describe-table"]
    assert list(shown["count"]) == ["7,185", "7,185"]
    for name, decimals in (("mathach", 3), ("ses", 4)):
        np.testing.assert_allclose(
            shown.loc[name, DESCRIBED].astype(float), described.loc[name], atol=0.51 * 10**-decimals
        )


def test_the_cross_table_of_sector_sex_and_minority(on_hsb: OnHsb) -> None:
    table = on_hsb("01").variables["cross_table"]
    cells = table.loc[["public", "Catholic"], ["male", "female"]]
    assert cells.to_numpy().tolist() == [[1315, 415, 1406, 506], [1166, 494, 1324, 559]]
    assert table.loc["all together", "all together"].item() == 7185


def test_the_analysis_of_variance_is_that_of_r(on_hsb: OnHsb) -> None:
    chapter = on_hsb("01")
    rows = {term: row for (_, term), row in chapter.estimates.items()}
    for level, place in (("between", 0), ("within", 1)):
        row = rows[f"ms_{level}"]
        assert row["estimate"] == pytest.approx(R["anova"]["ms"][place], rel=1e-10)
        assert row["df"] == R["anova"]["df"][place]
    shares = np.array(R["anova"]["ss"]) / sum(R["anova"]["ss"])
    assert rows["eta_squared"]["estimate"] == pytest.approx(shares[0], rel=1e-10)
    assert chapter.variables["f_ratio"] == pytest.approx(R["anova"]["f"], rel=1e-10)


def test_the_total_and_the_between_regression(on_hsb: OnHsb) -> None:
    variables = on_hsb("02").variables
    total, between = variables["total"], variables["between"]
    assert_same_digits([*total.params, total.rsquared], "12.7474, 3.1839, 0.130")
    assert_same_digits([*between.params, between.rsquared], "12.6573, 5.9093, 0.616")


@pytest.mark.parametrize("model", ["total", "between"])
@pytest.mark.parametrize("term", ["Intercept", "ses"])
def test_the_tidy_table_is_rs(model: str, term: str, on_hsb: OnHsb) -> None:
    row, expected = on_hsb("02").estimates[model, term], R[model]
    name = {"Intercept": "(Intercept)"}.get(term, term)
    for number in ("estimate", "std_error", "conf_low", "conf_high"):
        assert row[number] == pytest.approx(expected[number][name], rel=1e-9)
    assert row["df"] == expected["df"]
    assert (row["chapter"], row["effect"], row["method"]) == ("02", "fixed", "OLS")


def test_the_within_slope(on_hsb: OnHsb) -> None:
    within = on_hsb("02").variables["within"]
    assert_same_digits(within.params, "12.747853, 2.191172")
    assert within.params.iloc[1] == pytest.approx(R["contextual"]["estimate"]["ses"], rel=1e-10)


def test_the_between_slope_by_size_and_its_weight(on_hsb: OnHsb) -> None:
    variables = on_hsb("02").variables
    assert_same_digits([variables["slope_by_size"]], "5.7169")
    by_size = R["between_by_size"]["estimate"]["ses"]
    assert variables["slope_by_size"] == pytest.approx(by_size, rel=1e-10)
    assert variables["eta_squared"] == pytest.approx(R["eta_squared_ses"], rel=1e-10)


def test_the_total_slope_is_the_weighted_average(on_hsb: OnHsb) -> None:
    variables = on_hsb("02").variables
    assert variables["average"] == pytest.approx(variables["slope_total"], rel=1e-11)
    # With means that count each school once the identity fails, as the chapter says.
    eta = variables["eta_squared"]
    wrong = eta * variables["slope_between"] + (1 - eta) * variables["slope_within"]
    assert abs(wrong - variables["slope_total"]) > 0.05


def test_the_cluster_robust_standard_errors_are_rs(on_hsb: OnHsb) -> None:
    robust = on_hsb("02").variables["robust"]
    expected = R["cluster_robust_std_error"]
    assert list(robust.bse) == pytest.approx([expected["(Intercept)"], expected["ses"]], rel=1e-9)
    assert robust.df_resid_inference == 159

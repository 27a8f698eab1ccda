"""A fit takes any frame, refuses in words what it cannot fit, and predicts what its model says."""

from collections.abc import Callable
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import polars
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_up import two_level

from helpers.models import moments as room
from helpers.models.fit import MixedFit, fit_mixed
from helpers.models.moments import FitError, Moments

STUDY = two_level(sizes=[8, 15, 11, 20, 6, 9], within=0.5, between=1.5, sd_group=1, seed=3)
STUDY["w"] = STUDY["group"].isin(["g001", "g004"]).astype(int)
STUDY["kind"] = np.where(STUDY["w"] == 1, "new", "old")


def same_moments(one: Moments, other: Moments) -> None:
    assert list(one.labels) == list(other.labels)
    assert one.columns == other.columns
    for name in ("n", "means", "products"):
        np.testing.assert_allclose(getattr(one, name), getattr(other, name), rtol=1e-12, atol=1e-12)
    assert one.group_columns.to_dict("list") == other.group_columns.to_dict("list")


@pytest.mark.parametrize(
    "convert",
    [
        polars.from_pandas,
        lambda frame: polars.from_pandas(frame).lazy(),
        lambda frame: polars.from_pandas(frame).to_arrow(),
        lambda frame: duckdb.from_df(frame),
    ],
    ids=["polars", "lazy polars", "arrow", "duckdb"],
)
def test_moments_are_the_same_whatever_the_frame(convert: Callable[[pd.DataFrame], Any]) -> None:
    columns = ("group", ["x", "y"], ["w", "kind"])
    same_moments(Moments.from_frame(convert(STUDY), *columns), Moments.from_frame(STUDY, *columns))


def test_moments_are_those_that_pandas_computes() -> None:
    moments = Moments.from_frame(STUDY, "group", ["x", "y"])
    by_group = STUDY.groupby("group")[["x", "y"]]
    np.testing.assert_allclose(moments.means[1:].T, by_group.mean(), rtol=1e-12)
    expected = by_group.cov().to_numpy().reshape(-1, 2, 2) * (moments.n - 1)[:, None, None]
    np.testing.assert_allclose(moments.products[1:, 1:].transpose(2, 0, 1), expected, rtol=1e-10)


@settings(max_examples=10)
@given(st.integers(1, 30))
def test_moments_do_not_depend_on_how_the_rows_are_cut(chunk: int) -> None:
    whole = Moments.from_frame(STUDY, "group", ["x", "y"])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(room, "CHUNK", chunk)
        same_moments(Moments.from_frame(STUDY, "group", ["x", "y"]), whole)


def test_moments_keep_the_digits_of_columns_far_from_zero() -> None:
    plain = Moments.from_frame(STUDY, "group", ["x"])
    far = Moments.from_frame(STUDY.assign(x=STUDY["x"] + 2.0**20), "group", ["x"])
    np.testing.assert_allclose(far.products, plain.products, rtol=1e-8)


MODELS = [
    ("y ~ x", "1"),
    ("y ~ x_within + x_mean", "1 + x_within"),
    ("y ~ x * w", "x"),
    ("y ~ x_within * C(kind) + I(x_mean / 2)", "0 + x"),
]


@pytest.mark.parametrize(("formula", "random"), MODELS)
def test_moments_of_the_level_1_columns_serve_every_model(formula: str, random: str) -> None:
    moments = Moments.from_frame(STUDY, "group", ["x", "y"], ["w", "kind"])
    rows = STUDY.assign(x_mean=STUDY.groupby("group")["x"].transform("mean"))
    rows["x_within"] = rows["x"] - rows["x_mean"]
    by_moments = fit_mixed(formula, moments, random=random)
    by_rows = fit_mixed(formula, rows, "group", random=random)
    assert by_moments.llf == pytest.approx(by_rows.llf, abs=1e-8)
    np.testing.assert_allclose(by_moments.fe_params, by_rows.fe_params, rtol=1e-7)
    np.testing.assert_allclose(by_moments.df, by_rows.df, rtol=1e-4)


def test_polars_rows_give_the_same_fit_and_predictions() -> None:
    ours = fit_mixed("y ~ x * kind", STUDY, "group")
    theirs = fit_mixed("y ~ x * kind", polars.from_pandas(STUDY), "group")
    assert list(theirs.fe_params.index) == list(ours.fe_params.index)
    np.testing.assert_allclose(theirs.fittedvalues, ours.fittedvalues, rtol=1e-9)


def test_a_mean_inside_a_formula_is_that_of_all_rows_however_many() -> None:
    frame = pd.concat([STUDY.sort_values("x")] * 3)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(room, "CHUNK", 20)
        patch.setattr("helpers.models.design.CHUNK", 20)
        centred = fit_mixed("y ~ I(x - np.mean(x))", frame, "group")
    plain = fit_mixed("y ~ x", frame, "group")
    assert centred.fe_params.iloc[1] == pytest.approx(plain.fe_params["x"], rel=1e-9)


def test_a_level_2_column_of_one_group_in_thousands_is_no_obstacle() -> None:
    frame = two_level(sizes=[3] * 4500, within=1, between=1, sd_group=1)
    frame["w"] = (frame["group"] == "g017").astype(int)
    assert fit_mixed("y ~ x + w", frame, "group").fe_params.notna().all()


# -- predictions -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def fit() -> MixedFit:
    return fit_mixed("y ~ x", STUDY, "group", random="x")


def test_fitted_values_are_fixed_effects_plus_the_groups_modes(fit: MixedFit) -> None:
    modes = fit.conditional_modes.loc[STUDY["group"]].to_numpy()
    by_hand = (
        fit.fe_params["Intercept"] + modes[:, 0] + (fit.fe_params["x"] + modes[:, 1]) * STUDY["x"]
    )
    np.testing.assert_allclose(fit.fittedvalues, by_hand, rtol=1e-10)
    np.testing.assert_allclose(fit.resid, STUDY["y"] - by_hand, rtol=1e-8, atol=1e-10)


def test_a_new_group_gets_the_populations_prediction_and_is_named(fit: MixedFit) -> None:
    rows = pd.DataFrame({"x": [1.0, 1.0], "group": ["g003", "elsewhere"]}, index=["known", "new"])
    table = fit.predict_groups(rows)
    assert table["new"].to_dict() == {"known": False, "new": True}
    assert table.loc["new", "group"] == table.loc["new", "population"]
    assert table.loc["known", "group"] != table.loc["known", "population"]
    np.testing.assert_allclose(table["population"], fit.predict(rows))


def test_later_changes_of_the_frame_do_not_change_a_fit() -> None:
    frame = STUDY.copy()
    fit = fit_mixed("y ~ x", frame, "group")
    before = fit.fittedvalues
    frame["x"] = 0.0
    frame.loc[:, "y"] = 1.0
    pd.testing.assert_series_equal(fit.fittedvalues, before)


def test_random_effects_read_as_those_of_statsmodels(fit: MixedFit) -> None:
    assert fit.random_effects["g003"]["x"] == fit.conditional_modes.loc["g003", "x"]


def test_a_summary_reads_as_text_and_as_html(fit: MixedFit) -> None:
    text, html = str(fit.summary()), fit.summary()._repr_html_()
    for part in ("y ~ x", "69 rows in 6 groups of 6 to 20", "REML", "corr. Intercept"):
        assert part in text
        assert part in html
    assert max(len(line) for line in text.splitlines()) <= 100


# -- refusals --------------------------------------------------------------------------------------


def refuse(formula: str = "y ~ x", frame: Any = STUDY, **more: Any) -> str:
    with pytest.raises(FitError) as caught:
        fit_mixed(formula, frame, **({"groups": "group"} | more))
    return str(caught.value)


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ({"frame": STUDY[STUDY["group"] == "g001"]}, "only one group in 'group'"),
        ({"frame": STUDY.drop_duplicates("group")}, "each group of 'group' has one row"),
        ({"frame": STUDY.iloc[:0]}, "no rows"),
        ({"frame": STUDY.assign(x=np.where(STUDY.index < 3, np.nan, 1))}, "3 in 'x'"),
        ({"frame": STUDY.assign(x=np.where(STUDY.index < 3, np.nan, 1))}, "dropna"),
        ({"frame": STUDY.assign(group=STUDY["group"].where(STUDY.index > 4))}, "5 in 'group'"),
        (
            {"frame": STUDY.assign(x=np.where(STUDY.index == 3, np.inf, 1.0 * STUDY["w"]))},
            "'x' has inf",
        ),
        ({"frame": STUDY.assign(y=1.0)}, "'y' is the same in all rows"),
        ({"frame": STUDY.assign(y=STUDY["w"])}, "'y' does not vary within"),
        ({"frame": STUDY.assign(y=2 * STUDY["x"])}, "beyond what the formula explains"),
        ({"frame": "data.csv"}, "should be a data frame, not str"),
        ({"frame": duckdb.from_df(STUDY)}, "Moments.from_frame"),
        ({"groups": None}, "which column tells the groups apart"),
        ({"groups": "grup"}, "did you mean 'group'"),
        ({"formula": "y ~ xx"}, "no column 'xx'; did you mean 'x'"),
        ({"formula": "y ~ np.log(x)", "frame": STUDY.assign(x=-1.0)}, "makes missing values"),
        ({"formula": "y ~ x + C(group)"}, "'group' tells the groups apart"),
        ({"formula": "y ~ x", "random": "group"}, "'group' tells the groups apart"),
        ({"formula": "y ~ x + I(2 * x)"}, "'I(2 * x)' follows exactly from 'x'"),
        ({"formula": "y ~ x + I(x + w) + w"}, "'w' follows exactly from 'x' and 'I(x + w)'"),
        ({"formula": "y ~ x", "random": "x + I(2 * x)"}, "'I(2 * x)' follows exactly from 'x'"),
        ({"formula": "y ~ one", "frame": STUDY.assign(one=7)}, "'one' is the same in all rows"),
        ({"formula": "y ~ x +"}, "the formula cannot be used"),
        ({"formula": "y ~ Q(x)"}, "the formula cannot be used"),
        ({"formula": "~ x"}, "missing required outcome"),
        ({"formula": "y ~ 0"}, "no fixed effects"),
        ({"formula": "y ~ y"}, "the outcome and a predictor"),
        ({"formula": "kind ~ x"}, "one column of numbers"),
        ({"random": "0"}, "no effect varies"),
        ({"formula": "y ~ x + (1|w)"}, "write groups='w' and random='1'"),
        ({"formula": "y ~ x + (1 + x || w)"}, "write groups='w' and random='1 + x'"),
        (
            {"formula": "y ~ x", "random": "1 + x | group"},
            "write groups='group' and random='1 + x'",
        ),
        ({"formula": "y ~ (1|w) + (1|kind)"}, "crossed or several ones are fitted by lme4"),
        ({"formula": "y ~ x^2"}, "no power: ^ has another meaning in Python; write I(x**2)"),
        ({"formula": "y ~ I(x^2)"}, "write x**2"),
        ({"formula": "y ~ (x + w)^2"}, "write (x + w)**2"),
        ({"frame": STUDY.groupby("group").head(2), "random": "x"}, "no rows are left within"),
    ],
)
@pytest.mark.filterwarnings("ignore:invalid value encountered in log:RuntimeWarning")
def test_what_cannot_be_fitted_is_refused_in_words(keys: dict[str, Any], said: str) -> None:
    assert said in refuse(**keys)


@pytest.mark.parametrize(
    ("formula", "said"),
    [
        ("y ~ I(x ** 2)", "not linear in the level-1 columns"),
        ("y ~ np.exp(x)", "not linear in the level-1 columns"),
        ("y ~ I(x * x_within)", "not linear in the level-1 columns"),
        ("y ~ center(x)", "needs the rows"),
        ("y ~ I(x - x.mean())", "needs the rows"),
    ],
)
def test_moments_refuse_what_they_do_not_hold(formula: str, said: str) -> None:
    assert said in refuse(formula, Moments.from_frame(STUDY, "group", ["x", "y"]))


def test_a_fit_from_moments_has_no_rows_to_predict_for() -> None:
    fit = fit_mixed("y ~ x", Moments.from_frame(STUDY, "group", ["x", "y"]))
    with pytest.raises(FitError, match="give the rows"):
        _ = fit.fittedvalues
    assert fit.predict(STUDY).notna().all()


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ((["z"],), "no column 'z'"),
        ((["kind"],), "not numbers"),
        ((["x"], ["y"]), "more than one value in 6 of the groups"),
    ],
)
@pytest.mark.parametrize(
    "convert", [lambda frame: frame, duckdb.from_df], ids=["rows", "elsewhere"]
)
def test_moments_refuse_columns_in_words(columns: Any, said: str, convert: Any) -> None:
    with pytest.raises(FitError, match=said):
        Moments.from_frame(convert(STUDY), "group", *columns)


def test_a_variable_of_the_callers_is_not_taken_for_a_column() -> None:
    z = np.arange(len(STUDY))
    assert len(z)
    assert "no column 'z'" in refuse("y ~ z")


def test_numbers_and_functions_of_the_caller_may_stand_in_a_formula() -> None:
    far = 10
    assert far
    fit = fit_mixed("y ~ I(x - far)", STUDY, "group")
    assert fit.fe_params.index[1] == "I(x - far)"


def test_a_bar_between_comparisons_is_logic_and_may_stay() -> None:
    fit = fit_mixed("y ~ I((x > 1) | (x < -1))", STUDY, "group")
    far = STUDY.assign(far=1.0 * ((STUDY["x"] > 1) | (STUDY["x"] < -1)))
    np.testing.assert_allclose(fit.fe_params, fit_mixed("y ~ far", far, "group").fe_params)


@pytest.mark.parametrize("kind", ["int8", "uint8", "int16", "float16", "Int8"])
@pytest.mark.parametrize(
    "convert", [lambda frame: frame, polars.from_pandas], ids=["pandas", "polars"]
)
def test_small_numbers_do_not_overflow_in_a_formula(
    kind: str, convert: Callable[[pd.DataFrame], Any]
) -> None:
    wide = STUDY.assign(age=np.arange(len(STUDY)) % 80 + 30, w=100 * STUDY["w"])
    small = convert(wide.astype({"age": kind, "w": kind}))
    formula = "y ~ age + I(age**2) + I(w * age)"
    expected, found = (fit_mixed(formula, frame, "group") for frame in (wide, small))
    np.testing.assert_allclose(found.fe_params, expected.fe_params, rtol=1e-9)
    np.testing.assert_allclose(found.predict(small), expected.predict(wide), rtol=1e-9)
    np.testing.assert_allclose(found.resid, expected.resid, atol=1e-9)
    by_moments = fit_mixed("y ~ x + I(w**2)", Moments.from_frame(small, "group", ["x", "y"], ["w"]))
    by_rows = fit_mixed("y ~ x + I(w**2)", wide, "group")
    np.testing.assert_allclose(by_moments.fe_params, by_rows.fe_params, rtol=1e-9)


def test_levels_that_are_numbers_keep_their_names() -> None:
    fit = fit_mixed("y ~ x + C(w)", STUDY.astype({"w": "int8"}), "group")
    assert "C(w)[T.1]" in fit.fe_params.index


@pytest.mark.parametrize(
    "given",
    [
        lambda frame: frame["group"],
        lambda frame: frame["group"].astype("category"),
        lambda frame: frame["group"].rename("school"),
        lambda frame: frame["group"].to_numpy(),
        lambda frame: frame["group"].to_list(),
        lambda frame: frame["group"].str[1:].astype(int).rename(None),
    ],
    ids=["series", "category", "another name", "array", "list", "numbers"],
)
@pytest.mark.parametrize(
    "convert", [lambda frame: frame, polars.from_pandas], ids=["pandas", "polars"]
)
def test_groups_may_be_given_row_by_row(given: Any, convert: Any) -> None:
    by_name = fit_mixed("y ~ x", STUDY, "group")
    shuffled = STUDY.sample(frac=1, random_state=1)
    groups, frame = given(shuffled), convert(shuffled)
    if getattr(groups, "name", None) != "group":
        frame = convert(shuffled.drop(columns="group"))
    fit = fit_mixed("y ~ x", frame, groups=groups)
    assert fit.llf == pytest.approx(by_name.llf, abs=1e-9)
    np.testing.assert_allclose(np.sort(fit.fittedvalues), np.sort(by_name.fittedvalues), rtol=1e-9)


@pytest.mark.parametrize(
    ("groups", "said"),
    [
        (STUDY["group"].iloc[:-1], "a value for each of the 69 rows; it is Series of length 68"),
        (7, "groups should be the name of a column, or have a value for each"),
        (
            STUDY["kind"].rename("group"),
            "called 'group', as a column of the data with other values",
        ),
    ],
)
def test_groups_that_do_not_fit_the_rows_are_refused(groups: Any, said: str) -> None:
    assert said in refuse(groups=groups)

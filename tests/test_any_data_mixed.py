"""Every sentence of chapters 3 to 5 is true on any data: each follows its estimate, or declines."""

from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

import numpy as np
import pandas as pd
import pytest
from conftest import Executed, execute
from made_up import KEYS, two_level, write_study

OnData = Callable[..., Executed]


def without_group_means(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.assign(y=frame["y"] - frame.groupby("group")["y"].transform("mean"))


@cache
def reversed_study(number: str) -> Executed:
    """Run a chapter where all slopes are negative, and steeper between than within."""
    return run(number, two_level(sizes=[10] * 30, within=-1, between=-2, sd_group=0.5))


@cache
def flat_study(number: str) -> Executed:
    """Run a chapter where nothing differs between groups, and nothing within goes with x."""
    frame = two_level(sizes=[20] * 30, within=0, between=0, sd_group=0)
    return run(number, without_group_means(frame))


@cache
def uneven_study(number: str) -> Executed:
    """Run a chapter on groups of 1 to 400 units with one slope between and within."""
    sizes = [1, 1, 1, 2, 3, 5, 9, 20, 40, 80, 150, 400]
    return run(number, two_level(sizes=sizes, within=0.5, between=0.5, sd_group=0.7))


def run(number: str, frame: pd.DataFrame, keys: Mapping = KEYS) -> Executed:
    return execute(number, str(write_study(Path(mkdtemp()), frame, keys)))


@pytest.mark.slow
def test_a_falling_slope_is_said_to_fall_in_every_chapter() -> None:
    third = reversed_study("03")
    assert third.estimates["within", "x"]["conf_high"] < 0
    assert "The line falls" in third.texts["deviations-say"]


def test_groups_of_two_show_what_de_meaning_hides(on_data: OnData) -> None:
    frame = two_level(sizes=[2] * 40, within=0.5, between=1, sd_group=0.3)
    text = on_data("03", frame).texts["roads-say"]
    assert "too small by a factor of √(79 / 39) = 1.423" in text
    assert "Here the factor is small" not in text


def test_without_a_group_predictor_nothing_is_said_to_drop_out(on_data: OnData) -> None:
    frame = two_level(sizes=[10] * 12, within=0.5, between=1, sd_group=0.3)
    assert "names no level-2 predictor" in on_data("03", frame).texts["cost-say"]


def test_groups_in_which_nothing_varies_have_no_say() -> None:
    text = uneven_study("03").texts["deviations-say"]
    assert "3 groups have no say at all" in text


def test_a_flat_slope_is_not_given_a_direction() -> None:
    chapter = flat_study("03")
    row = chapter.estimates["within", "x"]
    assert row["conf_low"] < 0 < row["conf_high"]
    assert "cannot be told" in chapter.texts["deviations-say"]


@pytest.mark.slow
def test_a_group_variance_of_zero_is_a_result_everywhere() -> None:
    fourth = flat_study("04")
    assert fourth.estimates["random_intercept", "var_group"]["estimate"] == 0
    assert "as exactly zero" in fourth.texts["intercepts-say"]
    assert "lies on the edge" in fourth.texts["top-say"]
    assert fourth.variables["modes"].eq(0).all()


@pytest.mark.slow
def test_without_a_group_variance_there_is_no_share_of_it_to_explain() -> None:
    rows = flat_study("05").estimates
    assert rows["null", "icc"]["estimate"] == 0
    assert rows["random_intercept", "pseudo_r2_group"]["estimate"] is None


@pytest.mark.slow
def test_equal_means_of_the_predictor_leave_one_slope(on_data: OnData) -> None:
    frame = two_level(sizes=[10] * 30, within=1, between=0, sd_group=1)
    frame["x"] -= frame.groupby("group")["x"].transform("mean")
    assert "has nothing to hold equal" in on_data("03", frame).texts["roads-say"]
    fourth = on_data("04", frame)
    assert "there is no between slope" in fourth.texts["within-between-say"]
    assert "only one slope to read" in fourth.texts["easy-mistake-say"]
    assert ("within_between", "x_mean") not in fourth.estimates


@pytest.mark.slow
def test_two_groups_have_no_slope_between_them(on_data: OnData) -> None:
    chapter = on_data("04", two_level(sizes=[20, 30], within=0.5, between=1, sd_group=0.3))
    assert "With two groups there is no telling" in chapter.texts["within-between-say"]


@pytest.mark.slow
def test_a_shuffled_study_has_the_same_estimates(on_data: OnData) -> None:
    frame = two_level(sizes=[5, 9, 12, 30, 7], within=1, between=2, sd_group=1)
    expected = on_data("04", frame).estimates
    found = on_data("04", frame.sample(frac=1, random_state=1)).estimates
    for key, row in expected.items():
        assert found[key]["estimate"] == pytest.approx(row["estimate"], rel=1e-6)


@pytest.mark.slow
def test_groups_of_one_pattern_have_the_same_say(on_data: OnData) -> None:
    frame = two_level(sizes=[6] * 10, within=1, between=1, sd_group=1)
    frame["x"] = np.tile(np.arange(6.0), 10)
    assert "every group has the same say" in on_data("03", frame).texts["deviations-say"]


def test_a_group_that_shares_the_lowest_mean_is_said_to(on_data: OnData) -> None:
    frame = two_level(sizes=[8] * 9, within=1, between=1, sd_group=1)
    frame["x"] = (frame["x"] > 1.2).astype(float)
    means = frame.groupby("group")["x"].mean()
    tied = int((means == means.min()).sum())
    assert tied > 1
    assert f"one of {tied} with the lowest mean" in on_data("03", frame).texts["parallel-say"]

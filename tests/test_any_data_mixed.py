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
    fourth = reversed_study("04")
    assert fourth.variables["context"].conf_high < 0
    assert "have a lower y" in fourth.texts["within-between-say"]
    slopes = fourth.texts["models-say"].partition("highest:")[2]
    assert slopes.index("between -2") < slopes.index("total") < slopes.index("within -1")


def test_intercepts_that_use_up_all_units_leave_no_standard_error(on_data: OnData) -> None:
    chapter = on_data("03", two_level(sizes=[2, 1, 1, 1], within=1, between=2, sd_group=1))
    row = chapter.estimates["within", "x"]
    assert (row["df"], row["std_error"], row["conf_low"]) == (0, None, None)
    assert "None can be found here" in chapter.texts["roads-say"]
    assert "3 groups have no say at all" in chapter.texts["deviations-say"]


@pytest.mark.slow
def test_a_group_variance_of_zero_is_a_result_everywhere() -> None:
    fourth, fifth = flat_study("04"), flat_study("05")
    assert fourth.estimates["random_intercept", "var_group"]["estimate"] == 0
    assert "as exactly zero" in fourth.texts["intercepts-say"]
    assert "lies on the edge" in fourth.texts["top-say"]
    assert "slope of the likelihood is zero" not in fourth.texts["top-say"]
    assert "partial pooling is complete pooling" in fourth.texts["by-hand-say"]
    assert "All conditional modes are zero" in fourth.texts["shrinkage-say"]
    assert "cannot tell from none" in fourth.texts["within-between-say"]
    assert "not refuted" in fourth.texts["easy-mistake-say"]
    assert fifth.estimates["null", "icc"]["estimate"] == 0
    assert "The estimate is exactly zero, which is a result" in fifth.texts["null-say"]
    assert "group variance below zero" in fifth.texts["anova-say"]
    assert "compatible with groups that are all alike" in fifth.texts["zero-say"]
    assert "zero over zero" in fifth.texts["z-say"]
    assert "nothing can be explained there" in fifth.texts["explained-say"]
    assert "the mean of no group is reliable" in fifth.texts["reliability-say"]
    assert fifth.estimates["random_intercept", "pseudo_r2_group"]["estimate"] is None


def test_equal_sizes_shrink_alike_and_agree_with_the_analysis_of_variance() -> None:
    assert "all in one proportion" in reversed_study("04").texts["shrinkage-say"]
    assert "the same by algebra" in reversed_study("05").texts["anova-say"]


def test_unequal_groups_are_shrunk_by_their_size() -> None:
    chapter = uneven_study("04")
    assert "the small groups most" in chapter.texts["shrinkage-say"]
    reliability = chapter.variables["reliability"]
    text = f"the reliability goes from {reliability.min():.2f} to {reliability.max():.2f}"
    assert text in chapter.texts["by-hand-say"]


def test_one_slope_in_truth_is_not_said_to_be_two() -> None:
    chapter = uneven_study("04")
    context = chapter.variables["context"]
    assert context.conf_low < 0 < context.conf_high
    assert "cannot tell from none" in chapter.texts["within-between-say"]


def test_a_variance_explained_may_be_less_than_nothing(on_data: OnData) -> None:
    frame = two_level(sizes=[10] * 20, within=1.5, between=0, sd_group=1, sd_means=0)
    chapter = on_data("05", frame)
    assert chapter.estimates["random_intercept", "pseudo_r2_group"]["estimate"] < 0
    assert "the share is below zero" in chapter.texts["explained-say"]
    assert "It has risen" in chapter.texts["conditional-say"]


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
def test_groups_of_one_pattern_are_alike_in_size_and_reliability(on_data: OnData) -> None:
    frame = two_level(sizes=[6] * 10, within=1, between=1, sd_group=1)
    frame["x"] = np.tile(np.arange(6.0), 10)
    fourth = on_data("04", frame)
    assert "All groups have the same size." in fourth.texts["by-hand-say"]
    assert "All groups have this reliability." in fourth.texts["by-hand-say"]


def test_an_interval_that_ends_on_the_edge_is_said_to(on_data: OnData) -> None:
    frame = two_level(sizes=[12] * 10, within=0.5, between=0.5, sd_group=0.25, seed=3)
    chapter = on_data("04", frame)
    row = chapter.estimates["random_intercept", "var_group"]
    assert row["estimate"] > row["conf_low"] == 0
    assert "On the left it ends at zero" in chapter.texts["top-say"]

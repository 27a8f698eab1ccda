"""Every sentence of chapters 3 to 5 is true on any data: each follows its estimate, or declines."""

from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

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
    assert "has nothing to hold equal" in on_data("03", frame).texts["ways-say"]
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

"""Every sentence of a chapter is true on any data: it follows the numbers, or it declines."""

import re
from collections.abc import Callable
from pathlib import Path

import nbformat
import numpy as np
import pytest
from conftest import CHAPTERS, Executed, execute
from made_up import clinics, two_level

OnData = Callable[..., Executed]

BALANCED = [10] * 30


@pytest.mark.slow
def test_unequal_spread_makes_the_f_test_a_rough_answer(on_data: OnData) -> None:
    frame = two_level(sizes=[40] * 12, within=0, between=0, sd_group=0.3)
    frame["y"] *= 1 + 4 * (frame["group"] < "g004")
    assert "Read the F-test as a rough answer" in on_data("01", frame).texts["f-test-say"]


@pytest.mark.slow
def test_group_means_that_are_all_zero_give_no_false_digits(on_data: OnData) -> None:
    frame = two_level(sizes=BALANCED, within=1, between=2, sd_group=1)
    frame["y"] -= frame.groupby("group")["y"].transform("mean")
    first, second = on_data("01", frame), on_data("02", frame)
    assert "even less alike" in first.texts["pairs-say"]
    assert "less than 0.1%" not in first.prose
    assert "0% lies between groups and 100% within" in first.texts["anova-say"]
    assert "The line through the means is level" in second.texts["regressions-say"]
    assert "e-1" not in first.prose + second.prose


@pytest.mark.slow
def test_equal_means_of_the_predictor_have_no_between_slope(on_data: OnData) -> None:
    frame = two_level(sizes=BALANCED, within=1, between=0, sd_group=1)
    frame["x"] = 100 * (frame["x"] - frame.groupby("group")["x"].transform("mean"))
    chapter = on_data("02", frame)
    assert "there is no between slope in this study" in chapter.texts["regressions-say"]
    assert chapter.estimates["between", "x"]["estimate"] is None
    assert "mixes" not in chapter.prose


@pytest.mark.slow
def test_two_groups_have_a_between_slope_without_a_standard_error(on_data: OnData) -> None:
    frame = two_level(sizes=[20, 30], within=0.5, between=1, sd_group=0.3)
    chapter = on_data("02", frame)
    assert "without any measure of its uncertainty" in chapter.texts["regressions-say"]
    assert chapter.estimates["between", "x"]["std_error"] is None


def test_groups_of_one_unit_to_four_hundred_are_described_as_such(on_data: OnData) -> None:
    sizes = [1, 1, 1, 2, 3, 5, 9, 20, 40, 80, 150, 400]
    frame = two_level(sizes=sizes, within=0.5, between=0.5, sd_group=0.7)
    texts = on_data("01", frame).texts
    assert "There are 1 to 400 units for each group" in texts["sizes-say"]
    assert "From 3 groups with a single unit nothing can be learned" in texts["sizes-say"]
    assert "A line through one group alone is defined for 9 of 12" in texts["first-look-say"]


def test_a_level_line_is_level_on_any_scale_and_spread_that_is_equal_needs_no_test(
    on_data: OnData,
) -> None:
    frame = two_level(sizes=[4] * 12, within=0, between=0, sd_group=1)
    row = np.arange(len(frame)) % 4
    frame["x"] = np.array([-1.1, 1.1, 1.1, -1.1])[row]
    frame["y"] = 1e5 * np.array([1, 1, 2, 2])[row] + 1e7 * (frame["group"] > "g004")
    texts = on_data("01", frame).texts
    assert "the line is level" in texts["first-look-say"]
    assert "rises for none, falls for none and is level for" in texts["first-look-say"]
    assert "Levene" not in texts["f-test-say"]


@pytest.mark.parametrize(
    "seed", [0, *(pytest.param(seed, marks=pytest.mark.slow) for seed in (1, 2, 3))]
)
def test_the_identity_of_slopes_holds_in_any_data(seed: int, on_data: OnData) -> None:
    rng = np.random.default_rng(seed)
    frame = two_level(
        sizes=list(rng.integers(1, 30, size=12)),
        within=rng.normal(),
        between=rng.normal(),
        sd_group=1,
        seed=seed,
    )
    variables = on_data("02", frame).variables
    assert variables["average"] == pytest.approx(variables["slope_total"], rel=1e-9)


@pytest.mark.slow
def test_row_order_and_names_of_groups_change_no_estimate(on_data: OnData) -> None:
    frame = two_level(sizes=[5, 9, 12, 30, 7], within=1, between=2, sd_group=1)
    renamed = frame.assign(group=frame["group"].str[1:].astype(int) * -7)
    changed = renamed.sample(frac=1, random_state=1)
    for number in ("01", "02"):
        found = on_data(number, changed).estimates
        for key, row in on_data(number, frame).estimates.items():
            assert found[key]["estimate"] == pytest.approx(row["estimate"], rel=1e-9)
            if row["std_error"] is not None:
                assert found[key]["std_error"] == pytest.approx(row["std_error"], rel=1e-9)


@pytest.mark.slow
def test_units_of_measurement_only_rescale_the_estimates(on_data: OnData) -> None:
    frame = two_level(sizes=[5, 9, 12, 30, 7], within=1, between=2, sd_group=1)
    slopes = {key: row["estimate"] for key, row in on_data("02", frame).estimates.items()}
    changed = frame.assign(x=1000 * frame["x"] + 2000, y=1e-4 * frame["y"])
    for (model, term), row in on_data("02", changed).estimates.items():
        if term == "x":
            assert row["estimate"] == pytest.approx(slopes[model, term] * 1e-7, rel=1e-7)


def test_a_mapping_serves_as_a_study_too(tmp_path: Path) -> None:
    frame, keys = clinics()
    frame.to_csv(tmp_path / "data.csv", index=False)
    chapter = execute("02", {"data": str(tmp_path / "data.csv"), **keys})
    assert "231 patients of 12 clinics" in chapter.texts["the-study"]


def test_the_data_are_not_named_where_the_chapters_speak_for_themselves() -> None:
    for path in CHAPTERS:
        for cell in nbformat.read(path, as_version=4).cells:
            if cell.cell_type == "markdown":
                assert not re.findall(r"school|student|catholic|\bSES\b", cell.source, flags=re.I)

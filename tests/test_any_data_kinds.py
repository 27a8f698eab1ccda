"""Every sentence of chapter 6 is true on any data: two kinds of groups, a number, or none."""

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from conftest import Executed
from made_up import two_level, with_kinds

from helpers.course.findings import Finding, regions_of_significance

# What the sentences say is tested on thousands of studies by calling them; here a whole chapter is.
pytestmark = pytest.mark.slow

OnData = Callable[..., Executed]

TWO_KINDS = {"group_predictor": {"column": "w", "levels": {0: "old", 1: "new"}}}
A_NUMBER = {"group_predictor": {"column": "w", "label": "size"}}


def draw(**keys: Any) -> Any:
    return two_level(**({"within": 0.5, "between": 0.5, "sd_group": 0.5} | keys))


def test_a_slope_that_is_larger_is_said_to_be_and_the_lines_cross_where_they_are_said_to(
    on_data: OnData,
) -> None:
    frame = with_kinds(draw(sizes=[20] * 30), difference=0, interaction=1.5)
    chapter = on_data("06", frame, **TWO_KINDS)
    said = chapter.texts["slopes-say"]
    assert re.search("The slope is (steeper|higher) in groups with w new", said), said
    regions = regions_of_significance(chapter.variables["difference"])
    assert [each.found for each in regions] == [Finding.LOWER, Finding.UNCLEAR, Finding.HIGHER]
    text = chapter.texts["difference-say"]
    verdicts = ["y is lower in groups", "the two cannot be told apart", "y is higher in groups"]
    assert sorted(verdicts, key=text.index) == verdicts


def test_a_numeric_group_predictor_is_read_at_its_mean_and_an_sd_to_either_side(
    on_data: OnData,
) -> None:
    frame = with_kinds(draw(sizes=[15] * 40), difference=1, interaction=0.6, numeric=True)
    chapter = on_data("06", frame, **A_NUMBER)
    w = chapter.variables["w_of_group"]
    expected = w.mean() + np.array([-1, 0, 1]) * w.std()
    np.testing.assert_allclose(list(chapter.variables["kinds"].values()), expected)
    assert "size, a number" in chapter.texts["the-study"]
    assert "groups with size one SD above its mean" in chapter.texts["level-2-say"]
    coefficient = chapter.estimates["group_predictor", "w"]["estimate"]
    assert chapter.variables["of_w"].estimate == pytest.approx(2 * w.std() * coefficient)
    assert len(chapter.figures["prototypes-figure"].axes) == 3


def test_a_prototypes_own_line_is_read_at_its_own_value(on_data: OnData) -> None:
    frame = with_kinds(draw(sizes=[15] * 12), difference=3, interaction=1, numeric=True)
    chapter = on_data("06", frame, **A_NUMBER)
    v = chapter.variables
    panels = chapter.figures["prototypes-figure"].axes
    for one, axes in zip(v["prototypes"].values(), panels, strict=True):
        at, own = v["means"]["x"][one], v["w_of_group"][one]
        fit, mode = v["model"].fe_params, v["model"].conditional_modes["Intercept"][one]
        expected = fit["Intercept"] + fit["x_mean"] * at + fit["w"] * own + mode
        (line,) = [each for each in axes.lines if each.get_zorder() == 4]
        assert np.interp(at, *line.get_data()) == pytest.approx(expected)
        of_kind, tilt = axes.lines[0], np.diff(line.get_ydata()) / np.diff(line.get_xdata())
        (apart,) = [row for kind, row in v["beside"].iterrows() if v["prototypes"][kind] == one]
        assert apart["group"] == pytest.approx(expected)
        assert apart["kind"] == pytest.approx(np.interp(at, *of_kind.get_data()))
        of_kind_tilt = np.diff(of_kind.get_ydata()) / np.diff(of_kind.get_xdata())
        assert apart["slope"] == pytest.approx(tilt[0] - of_kind_tilt[0])


def test_slopes_that_differ_widely_make_a_difference_of_slopes_uncertain(on_data: OnData) -> None:
    frame = with_kinds(draw(sizes=[40] * 24), difference=0, interaction=0.3)
    own = np.random.default_rng(4).standard_normal(24)
    code = frame["group"].factorize()[0]
    frame["y"] += 0.8 * own[code] * (frame["x"] - frame.groupby("group")["x"].transform("mean"))
    chapter = on_data("06", frame, **TWO_KINDS)
    before, after = chapter.variables["of_inside"], chapter.variables["of_slopes"]
    assert after.std_error > 2 * before.std_error
    assert after.df < 30 < before.df
    text = chapter.texts["inside-say"]
    assert "in place of" in text
    assert "slopes differ from group to group: their" in chapter.texts["random-slopes-say"]
    told = chapter.texts["slopes-say"]
    assert ("cannot be told" in told) == (after.conf_low < 0 < after.conf_high)


def test_groups_too_small_for_slopes_of_their_own_are_said_to_be(on_data: OnData) -> None:
    frame = with_kinds(draw(sizes=[2] * 40), difference=1, interaction=0)
    chapter = on_data("06", frame, **TWO_KINDS)
    assert "cannot be fitted to these data" in chapter.texts["slopes-say"]
    assert "is left open" in chapter.texts["easy-mistake-say"]
    assert not {model for model, _ in chapter.estimates} & {"cross_level_random_slope"}


def test_a_predictor_that_varies_in_one_kind_only_is_said_to_be_no_ground_for_a_comparison(
    on_data: OnData,
) -> None:
    frame = with_kinds(draw(sizes=[8] * 20), difference=1, interaction=0)
    constant = frame["w"] == 1  # within groups, not between them
    frame.loc[constant, "x"] = frame.groupby("group")["x"].transform("mean")[constant]
    chapter = on_data("06", frame, **TWO_KINDS)
    assert "varies within groups of one kind only" in chapter.texts["the-study"]
    assert not chapter.estimates


def test_a_predictor_with_two_levels_is_compared_at_two_points(on_data: OnData) -> None:
    frame = with_kinds(draw(sizes=[20] * 20), difference=1, interaction=0.5)
    frame["x"] = (frame["x"] > 0).astype(int)
    levels = {"predictor": {"column": "x", "levels": {0: "low", 1: "high"}}}
    chapter = on_data("06", frame, **TWO_KINDS, **levels)
    assert list(chapter.variables["difference"].index) == [0, 1]
    axes = chapter.figures["difference-figure"].axes[0]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["low", "high"]
    text = chapter.texts["difference-say"]
    assert "Where x is low" in text
    assert "Where x is high" in text
    assert "Along" not in text


def test_without_a_group_predictor_the_chapter_says_what_it_would_need(on_data: OnData) -> None:
    chapter = on_data("06", draw(sizes=[10] * 12))
    assert "It names no level-2 predictor" in chapter.texts["the-study"]
    assert "`group_predictor:`" in chapter.texts["the-study"]
    assert not chapter.figures
    assert not chapter.estimates
    said = [name for name, text in chapter.texts.items() if text]
    assert not [name for name in said if name.endswith("-say")]
    shown = [result for result in chapter.results.values() if result is not None]
    assert not [result for result in shown if str(result)][1:]  # the study alone


def test_groups_of_1_to_400_in_two_kinds_are_compared(on_data: OnData) -> None:
    sizes = [1, 1, 1, 2, 3, 5, 9, 20, 40, 80, 150, 400]
    frame = with_kinds(draw(sizes=sizes), difference=3, interaction=0)
    chapter = on_data("06", frame, **TWO_KINDS)
    assert "y is higher in groups with w new" in chapter.texts["level-2-say"]
    lines = chapter.variables["beside"].loc["new"]
    shift = lines["group"] - lines["kind"]
    assert ("above" if shift >= 0 else "below") in chapter.texts["prototypes-say"]


def test_next_to_no_variance_between_groups_makes_units_count(on_data: OnData) -> None:
    frame = with_kinds(draw(sizes=[20] * 20, sd_group=0), difference=1, interaction=0)
    x_mean, y_mean = (frame.groupby("group")[name].transform("mean") for name in "xy")
    frame["y"] += 0.5 * x_mean + frame["w"] - y_mean
    chapter = on_data("06", frame, **TWO_KINDS)
    assert chapter.variables["of_w"].df > 30
    assert "more than there are groups" in chapter.texts["level-2-say"]

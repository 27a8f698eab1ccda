"""Figures draw what they say: each line where its fit puts it, every point, the study's labels."""

from collections.abc import Callable

import numpy as np
import pytest
from conftest import Executed
from made_up import two_level
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

OnHsb = Callable[[str], Executed]
SES = "socio-economic status"
MATH = "math achievement (points)"


def line_named(axes: Axes, name: str) -> Line2D:
    (line,) = (line for line in axes.lines if str(line.get_label()).startswith(name))
    return line


def slope_of(line: Line2D) -> float:
    (x0, x1), (y0, y1) = line.get_data()
    return float((y1 - y0) / (x1 - x0))


def legend_of(axes: Axes) -> list[str]:
    return [text.get_text() for text in axes.get_legend().get_texts()]


def test_sizes_are_counted_with_the_median_marked(on_hsb: OnHsb) -> None:
    (axes,) = on_hsb("01").figures["sizes-figure"].axes
    assert sum(bar.get_height() for bar in axes.patches) == 160
    assert line_named(axes, "median").get_xdata()[0] == 47
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("students per school", "number of schools")


def test_counts_are_judged_by_whole_numbers(on_data: Callable[..., Executed]) -> None:
    for sizes in ([3] * 4, [2, 3, 3, 4] * 6):
        frame = two_level(sizes=sizes, within=1, between=1, sd_group=1)
        (axes,) = on_data("01", frame).figures["sizes-figure"].axes
        ticks = list(axes.get_xticks())
        ticks += list(axes.get_yticks()) if len(sizes) > 20 else []
        assert all(float(tick).is_integer() for tick in ticks)


def test_schools_of_each_sector_stand_in_a_row_of_their_own(on_hsb: OnHsb) -> None:
    chapter = on_hsb("01")
    (axes,) = chapter.figures["level-2-figure"].axes
    public, _, catholic, _ = axes.collections
    assert (len(public.get_offsets()), len(catholic.get_offsets())) == (90, 70)
    names = [label.get_text() for label in axes.get_yticklabels()]
    assert names == ["sector:\npublic", "sector:\nCatholic"]
    assert axes.get_xlabel() == f"mean {MATH} of schools"


def test_of_very_many_groups_no_more_are_ranked_than_lines_can_be_told_apart(
    on_data: Callable[..., Executed],
) -> None:
    frame = two_level(sizes=[2] * 300, within=1, between=1, sd_group=1)
    chapter = on_data("01", frame)
    ranked, _, boxes, _ = chapter.figures["by-group-figure"].axes
    assert len(line_named(ranked, "median").get_xdata()) == 200
    assert ranked.get_ylabel() == "200 of 300 groups,\nsorted by median"
    assert set(chapter.variables["boxed"]) <= set(chapter.variables["ranked"])
    assert len(boxes.patches) == 12
    assert "show 200 of 300 groups, drawn at random" in chapter.texts["by-group-say"]


def test_outcome_by_group_shows_all_schools_sorted_and_a_dozen_boxes(on_hsb: OnHsb) -> None:
    chapter = on_hsb("01")
    raw, demeaned, raw_boxes, demeaned_boxes = chapter.figures["by-group-figure"].axes
    medians = line_named(raw, "median").get_xdata()
    data = chapter.variables["data"]
    expected = data.groupby("schoolid")["mathach"].median().sort_values()
    np.testing.assert_allclose(medians, expected)
    order = expected.sort_values(kind="stable").index
    deviation = data["mathach"] - data.groupby("schoolid")["mathach"].transform("mean")
    by_school = deviation.groupby(data["schoolid"]).median()
    np.testing.assert_allclose(
        sorted(line_named(demeaned, "median").get_xdata()), sorted(by_school.loc[order])
    )
    for axes in (raw_boxes, demeaned_boxes):
        assert len(axes.patches) == 12
    shown = [label.get_text() for label in raw_boxes.get_yticklabels()]
    assert sorted(shown) == sorted(str(s) for s in chapter.variables["boxed"])
    assert raw_boxes.get_xlabel() == MATH
    assert raw.get_ylabel() == "all 160 schools,\nsorted by median"
    assert raw_boxes.get_ylabel() == "12 of 160 schools"
    # What is equally long must look equally long.
    assert np.ptp(raw_boxes.get_xlim()) == pytest.approx(np.ptp(demeaned_boxes.get_xlim()))


def test_means_stand_beside_what_chance_deals(on_hsb: OnHsb) -> None:
    chapter = on_hsb("01")
    (axes,) = chapter.figures["chance-figure"].axes
    dealt, _, observed, _ = axes.collections
    np.testing.assert_allclose(observed.get_offsets()[:, 0], chapter.variables["means"])
    np.testing.assert_allclose(dealt.get_offsets()[:, 0], chapter.variables["chance"])
    assert axes.get_xlabel() == f"mean {MATH} of schools"


def test_the_first_look_draws_all_students_and_each_schools_own_line(on_hsb: OnHsb) -> None:
    chapter = on_hsb("01")
    overall, *panels = chapter.figures["first-look-figure"].axes
    assert len(overall.collections[0].get_offsets()) == 7185
    assert slope_of(line_named(overall, "line of all")) == pytest.approx(3.18387, abs=1e-5)
    assert (overall.get_xlabel(), overall.get_ylabel()) == (SES, MATH)
    slopes = chapter.variables["slopes"]
    assert len(panels) == len(chapter.variables["few"]) == 6
    for axes, school in zip(panels, chapter.variables["few"], strict=True):
        common, own = axes.lines
        assert axes.get_title(loc="left") == f"school {school}"
        assert slope_of(common) == pytest.approx(3.18387, abs=1e-5)
        assert slope_of(own) == pytest.approx(slopes[school])
        assert own.get_linestyle() != common.get_linestyle()


def test_total_and_between_lines_stand_on_one_plot(on_hsb: OnHsb) -> None:
    (axes,) = on_hsb("02").figures["regressions-figure"].axes
    students, _, schools = axes.collections
    assert (len(students.get_offsets()), len(schools.get_offsets())) == (7185, 160)
    total, between = line_named(axes, "total"), line_named(axes, "between")
    assert slope_of(total) == pytest.approx(3.18387, abs=1e-5)
    assert slope_of(between) == pytest.approx(5.90930, abs=1e-5)
    assert np.interp(0, *total.get_data()) == pytest.approx(12.7474, abs=1e-4)
    assert np.interp(0, *between.get_data()) == pytest.approx(12.6573, abs=1e-4)
    assert total.get_linestyle() != between.get_linestyle()
    assert (axes.get_xlabel(), axes.get_ylabel()) == (SES, MATH)
    assert legend_of(axes) == [
        "students",
        "means of schools",
        "total: line through students",
        "between: line through means of schools",
    ]


def test_each_school_has_a_short_line_of_the_within_slope(on_hsb: OnHsb) -> None:
    chapter = on_hsb("02")
    (axes,) = chapter.figures["within-figure"].axes
    lines, points = axes.collections
    segments = np.array(lines.get_segments())
    assert segments.shape == (160, 2, 2)
    run, rise = (segments[:, 1] - segments[:, 0]).T
    np.testing.assert_allclose(rise / run, 2.191172, atol=1e-6)
    means = chapter.variables["means"][["ses", "mathach"]]
    np.testing.assert_allclose(segments.mean(axis=1), means)
    np.testing.assert_allclose(points.get_offsets(), means)
    between = line_named(axes, "between")
    assert slope_of(between) == pytest.approx(5.90930, abs=1e-5)
    assert np.interp(0, *between.get_data()) == pytest.approx(12.6573, abs=1e-4)


def test_the_total_slope_stands_where_its_weight_puts_it(on_hsb: OnHsb) -> None:
    (axes,) = on_hsb("02").figures["identity-figure"].axes
    within, between, total = (
        line_named(axes, name).get_xdata()[0] for name in ("within", "between", "total")
    )
    assert (total - within) / (between - within) == pytest.approx(0.281560, abs=1e-6)
    assert between == pytest.approx(5.71688, abs=1e-5)
    assert len({line.get_marker() for line in axes.lines[1:]}) == 3


def test_both_intervals_of_the_total_slope_are_drawn(on_hsb: OnHsb) -> None:
    chapter = on_hsb("02")
    (axes,) = chapter.figures["robust-figure"].axes
    naive, _, robust, _ = (line.get_xdata() for line in axes.lines[:4])
    np.testing.assert_allclose(naive, chapter.variables["total"].conf_int().loc["ses"])
    np.testing.assert_allclose(robust, chapter.variables["robust"].conf_int().loc["ses"])
    assert [t.get_text() for t in axes.get_yticklabels()] == ["naive", "cluster-robust"]


def test_few_groups_are_drawn_one_by_one(on_data: Callable[..., Executed]) -> None:
    frame = two_level(sizes=[1, 4, 5, 9], within=1, between=1, sd_group=1)
    chapter = on_data("01", frame, group={"column": "group", "one": "$clinic", "many": "clinics"})
    (sizes,) = chapter.figures["sizes-figure"].axes
    assert sorted(bar.get_width() for bar in sizes.patches) == [1, 4, 5, 9]
    raw, demeaned = chapter.figures["by-group-figure"].axes
    assert len(raw.patches) == len(demeaned.patches) == 4
    _, *panels = chapter.figures["first-look-figure"].axes
    lines = {axes.get_title(loc="left"): len(axes.lines) for axes in panels}
    assert lines == {"g000": 1, "g001": 2, "g002": 2, "g003": 2}  # one unit has no line


def test_a_line_that_is_not_defined_is_not_drawn(on_data: Callable[..., Executed]) -> None:
    frame = two_level(sizes=[6] * 8, within=1, between=0, sd_group=1)
    frame["x"] -= frame.groupby("group")["x"].transform("mean")
    chapter = on_data("02", frame)
    labels = [str(line.get_label()) for line in chapter.figures["regressions-figure"].axes[0].lines]
    assert len([label for label in labels if label.startswith("between")]) == 0
    marks = [str(line.get_label()) for line in chapter.figures["identity-figure"].axes[0].lines]
    assert {"within", "total"} < set(marks)
    assert "between, by size" not in marks


def test_very_many_units_are_drawn_as_a_sample_and_said_to_be(
    on_data: Callable[..., Executed],
) -> None:
    chapter = on_data("03", two_level(sizes=[2100] * 10, within=1, between=1, sd_group=1))
    figure = chapter.figures["deviations-figure"]
    (axes,) = figure.axes
    assert len(axes.collections[0].get_offsets()) == 20_000
    (legend,) = figure.legends
    assert legend.get_texts()[0].get_text() == "units (20,000 of 21,000, at random)"

"""Figures of chapters 3 to 6 draw what they say: lines where fits put them, and every group."""

from collections.abc import Callable

import numpy as np
import pytest
from conftest import Executed
from matplotlib.figure import Figure
from test_hsb_figures import line_named, slope_of

from helpers import read_study
from helpers.chapters.fixed_effects.draw import parallel_lines

OnHsb = Callable[[str], Executed]


def legend_of(figure: Figure) -> list[str]:
    (legend,) = figure.legends
    return [text.get_text() for text in legend.get_texts()]


@pytest.mark.parametrize("number", ["03", "04", "05", "06"])
def test_every_axis_has_a_label_and_no_text_is_small(number: str, on_hsb: OnHsb) -> None:
    for figure in on_hsb(number).figures.values():
        shared = bool(figure._supxlabel)
        for axes in (axes for axes in figure.axes if axes.get_visible()):
            assert axes.get_xlabel() or shared
            texts = [*axes.get_xticklabels(), *axes.get_yticklabels(), axes.xaxis.label, axes.title]
            assert all(text.get_fontsize() >= 9 for text in texts)
        for legend in figure.legends:
            assert all(text.get_fontsize() >= 9 for text in legend.get_texts())


def test_deviations_have_the_within_slope_through_zero(on_hsb: OnHsb) -> None:
    (axes,) = on_hsb("03").figures["deviations-figure"].axes
    line = line_named(axes, "within")
    assert slope_of(line) == pytest.approx(2.191172, abs=1e-6)
    assert np.interp(0, *line.get_data()) == pytest.approx(0, abs=1e-9)
    assert len(axes.collections[0].get_offsets()) == 7185


def test_parallel_lines_have_one_slope_and_pass_through_their_means(on_hsb: OnHsb) -> None:
    chapter = on_hsb("03")
    (axes,) = chapter.figures["parallel-figure"].axes
    segments = np.array(axes.collections[0].get_segments())
    assert len(segments) == 158
    run, rise = (segments[:, 1] - segments[:, 0]).T
    np.testing.assert_allclose(rise / run, 2.191172, atol=1e-6)
    means = chapter.variables["means"]
    for one in chapter.variables["marked"]:
        line = line_named(axes, f"school {one}")
        at_mean = np.interp(means["ses"][one], *line.get_data())
        assert at_mean == pytest.approx(means["mathach"][one], abs=1e-9)
    assert len({line.get_linestyle() for line in axes.lines}) == 2


def test_a_marked_group_whose_predictor_does_not_vary_has_a_short_piece_of_its_line() -> None:
    study = read_study("radon")
    data = study.frame
    varies = data.groupby("county_name")["floor"].nunique() > 1
    alone, *_ = varies.index[~varies]
    figure = parallel_lines(
        data, data.groupby("county_name")["log_radon"].mean(), -0.7, [alone], study
    )
    (axes,) = figure.axes
    assert len(axes.collections[0].get_segments()) == varies.sum()
    assert legend_of(figure) == ["other counties", alone]
    assert 0 < np.ptp(line_named(axes, alone).get_xdata()) < 0.5
    only = data[data["county_name"] == alone]
    figure = parallel_lines(
        only, only.groupby("county_name")["log_radon"].mean(), -0.7, [alone], study
    )
    assert legend_of(figure) == [alone]


def test_of_very_many_lines_some_are_drawn_and_said_to_be() -> None:
    study = read_study("wages")
    data = study.frame
    figure = parallel_lines(data, data.groupby("id")["lnw"].mean(), 0.04, [], study)
    assert legend_of(figure) == ["300 other men, at random"]
    assert len(figure.axes[0].collections[0].get_segments()) == 300


def test_the_curve_over_the_intercepts_has_their_estimated_spread(on_hsb: OnHsb) -> None:
    (axes,) = on_hsb("04").figures["intercepts-figure"].axes
    values, height = line_named(axes, "estimated").get_data()
    mean = np.average(values, weights=height)
    spread = np.sqrt(np.average((values - mean) ** 2, weights=height))
    assert spread == pytest.approx(np.sqrt(4.768175), rel=0.01)


def test_the_top_is_marked_at_the_optimum_and_statsmodels_where_it_stopped(on_hsb: OnHsb) -> None:
    (axes,) = on_hsb("04").figures["top-figure"].axes
    assert line_named(axes, "the optimum").get_xdata()[0] == pytest.approx(4.768175, rel=1e-4)
    stopped = line_named(axes, "where statsmodels")
    assert stopped.get_xdata()[0] == pytest.approx(4.6702, abs=2e-4)
    assert line_named(axes, "the optimum").get_marker() != stopped.get_marker()
    cut = line_named(axes, "1.92 below").get_ydata()[0]
    assert cut == pytest.approx(-23322.5847 - 1.92, abs=1e-3)


def test_partial_pooling_lies_between_none_and_complete_at_the_mean(on_hsb: OnHsb) -> None:
    chapter = on_hsb("04")
    panels = chapter.figures["pooling-figure"].axes
    assert len(panels) == 6
    named = ["complete pooling", "no pooling", "partial pooling", "average line"]
    assert legend_of(chapter.figures["pooling-figure"]) == named
    means = chapter.variables["means"]["ses"]
    for axes, one in zip(panels, chapter.variables["shown"], strict=True):
        none = np.interp(means[one], *line_named(axes, "no").get_data())
        partial = np.interp(means[one], *line_named(axes, "partial").get_data())
        of_all = np.interp(means[one], *line_named(axes, "average").get_data())
        expected = chapter.variables["b0"] + chapter.variables["b"] * means[one]
        assert of_all == pytest.approx(expected)
        assert min(none, of_all) - 1e-9 <= partial <= max(none, of_all) + 1e-9
        assert len({line.get_linestyle() for line in axes.lines}) == 3


def test_shrinkage_and_caterpillar_show_every_school(on_hsb: OnHsb) -> None:
    chapter = on_hsb("04")
    modes = chapter.variables["modes"]
    (axes,) = chapter.figures["shrinkage-figure"].axes
    points = axes.collections[0].get_offsets()
    np.testing.assert_allclose(points[:, 1], modes)
    (axes,) = chapter.figures["caterpillar-figure"].axes
    drawn = np.concatenate([line.get_ydata() for line in axes.lines if len(line.get_ydata()) > 2])
    np.testing.assert_allclose(np.sort(drawn), np.sort(modes))
    counted = [len(bars.get_segments()) for bars in axes.collections]
    assert counted == [95, 65]
    assert "excludes zero in 65 of 160 schools" in chapter.texts["caterpillar-say"]


def test_all_models_stand_on_one_plot_told_apart_without_colour(on_hsb: OnHsb) -> None:
    (axes,) = on_hsb("04").figures["models-figure"].axes
    known = {"total": 3.18387, "between": 5.90930, "within": 2.191172, "random": 2.39018}
    for name, slope in known.items():
        assert slope_of(line_named(axes, name)) == pytest.approx(slope, abs=1e-4)
    assert len({line.get_linestyle() for line in axes.lines}) == 4


def test_chance_is_drawn_with_its_heap_at_zero(on_hsb: OnHsb) -> None:
    chapter = on_hsb("05")
    (axes,) = chapter.figures["chance-figure"].axes
    heights = [bar.get_height() for bar in axes.patches if hasattr(bar, "get_height")]
    assert sum(heights) == len(chapter.variables["by_chance"])
    zeros, middle = heights[0], axes.patches[0].get_x() + axes.patches[0].get_width() / 2
    assert zeros == (chapter.variables["by_chance"] == 0).sum()
    assert middle == pytest.approx(0, abs=1e-12)


def test_pairs_have_a_line_whose_slope_is_the_icc(on_hsb: OnHsb) -> None:
    (axes,) = on_hsb("05").figures["pairs-figure"].axes
    assert slope_of(line_named(axes, "slope")) == pytest.approx(0.1804, abs=5e-5)
    assert slope_of(line_named(axes, "equal")) == 1


def test_an_observed_icc_beyond_the_picture_is_pointed_at(on_hsb: OnHsb) -> None:
    (axes,) = on_hsb("05").figures["chance-figure"].axes
    assert [text.get_text() for text in axes.texts] == ["observed: 0.18"]


def test_reliabilities_lie_on_their_curve(on_hsb: OnHsb) -> None:
    (axes,) = on_hsb("05").figures["reliability-figure"].axes
    sizes, reliabilities = axes.collections[0].get_offsets().T
    curve = line_named(axes, "reliability").get_data()
    np.testing.assert_allclose(np.interp(sizes, *curve), reliabilities, atol=2e-3)


def test_the_lines_of_the_sectors_have_the_slope_of_the_group_mean(on_hsb: OnHsb) -> None:
    (axes,) = on_hsb("06").figures["means-figure"].axes
    of_means = on_hsb("06").estimates["cross_level_random_slope", "ses_mean"]["estimate"]
    for sector in ("public", "Catholic"):
        assert slope_of(line_named(axes, sector)) == pytest.approx(of_means, abs=1e-6)
    assert axes.get_xlabel() == "socio-economic status: means of schools"
    offsets = [len(points.get_offsets()) for points in axes.collections]
    assert offsets == [90, 70]
    assert len({line.get_marker() for line in axes.lines}) == 2


def test_the_difference_falls_and_crosses_zero_where_the_coefficients_say(on_hsb: OnHsb) -> None:
    (axes,) = on_hsb("06").figures["difference-figure"].axes
    line = line_named(axes, "difference")
    assert slope_of(line_ends(line)) == pytest.approx(-1.34776, abs=1e-4)
    assert axes.get_ylabel().endswith("Catholic\nminus public")
    at, height = line.get_data()
    assert np.interp(0, -height, at) == pytest.approx(1.25222 / 1.34776, abs=2e-3)


def line_ends(line: object) -> object:
    """Return a line through the first and the last point of another."""
    from matplotlib.lines import Line2D

    x, y = line.get_data()  # type: ignore[attr-defined]
    return Line2D([x[0], x[-1]], [y[0], y[-1]])

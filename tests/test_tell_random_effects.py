"""Chapter 4 says on any study what its numbers say, in sentences that keep the laws."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import pairwise, permutations

import numpy as np
import pandas as pd
import pytest
from laws import assert_lawful, hidden_alternatives, never_reached, unlawful
from quick_fits import Mixed, Numbers, estimate, thousands
from random_studies import with_frame

from helpers import Check, Estimate, fit_mixed, means_differ, read_study
from helpers.chapters.random_effects import draw, exercises, tell
from helpers.chapters.random_effects.climb import Record, Stop
from helpers.course import findings
from helpers.course.exercises.facts import Facts
from helpers.course.findings import ByMl, Finding, Limits, Nearer, Pooling, Reason, Spread, Top
from helpers.course.words import Prose
from helpers.study.file import Study
from helpers.text import number


@dataclass(frozen=True)
class Chapter:
    """What chapter 4 has computed of a study when it comes to its sentences."""

    seed: int
    study: Study
    fit: Mixed
    sizes: pd.Series
    first: pd.Series
    separate: pd.Series
    distance: pd.Series
    reliability: pd.Series
    modes: pd.Series
    errors: pd.Series
    within: Estimate
    between: Estimate | None
    context: Estimate | None
    weight: float
    by_precision: float
    hausman: float
    tau2_of_two: float
    models: dict[str, tuple[float, float]]

    @property
    def tau(self) -> float:
        """The SD of the groups' intercepts."""
        return float(np.sqrt(self.fit.tau2))

    @property
    def slope(self) -> Estimate:
        """The slope of the random-intercept model."""
        return self.fit.fixed["x"]


def chapter_of(numbers: Numbers, seed: int) -> Chapter:
    """Compute what the chapter computes, quickly."""
    fit, sizes, means = numbers.mixed("x"), numbers.sizes, numbers.means
    separate = means["y"] - fit.fixed["x"].estimate * means["x"]
    distance = separate - fit.fixed["Intercept"].estimate
    reliability = fit.tau2 / (fit.tau2 + fit.sigma2 / sizes)
    two_slopes = means_differ(means["x"], numbers.data["x"]) and len(sizes) > 2
    fit_of_both = numbers.mixed("x_within", *["x_mean"] * two_slopes)
    both = fit_of_both.fixed
    within, between, context = both["x_within"], both.get("x_mean"), None
    if between is not None:  # the two estimates are uncorrelated
        error = float(np.hypot(between.std_error, within.std_error))
        context = estimate(between.estimate - within.estimate, error, len(sizes) - 2)
    precision = 1 / (fit.tau2 + fit.sigma2 / sizes.to_numpy())
    slopes = {
        "total": slope_of(numbers.data),
        "between": slope_of(means) if two_slopes else np.nan,
        "within": within.estimate,
        "random intercept": fit.fixed["x"].estimate,
    }
    x_mean = means["x"].to_numpy()
    spread_between = precision @ (x_mean - np.average(x_mean, weights=precision)) ** 2
    spread_within = (numbers.data["x_within"].to_numpy() ** 2).sum() / fit.sigma2
    weight = float(spread_between / (spread_between + spread_within))
    by_precision = slope_of(means, precision) if two_slopes else np.nan
    return Chapter(
        seed=seed,
        study=numbers.study,
        fit=fit,
        sizes=sizes,
        first=numbers.data["y"].iloc[:5],
        separate=separate,
        distance=distance,
        reliability=reliability,
        modes=reliability * distance,
        errors=np.sqrt(fit.tau2 * (1 - reliability)),
        within=within,
        between=between,
        context=context,
        weight=weight,
        by_precision=by_precision,
        hausman=float((by_precision - within.estimate) ** 2 * (1 - weight) * spread_between),
        tau2_of_two=fit_of_both.tau2,
        models={name: (0.0, slope) for name, slope in slopes.items()},
    )


def slope_of(points: pd.DataFrame, weights: np.ndarray | None = None) -> float:
    """Return the least-squares slope of y on x."""
    x, y = (points[name].to_numpy(float) for name in "xy")
    from_mean = x - np.average(x, weights=weights)
    moved = from_mean if weights is None else weights * from_mean
    return float(moved @ y / (moved @ from_mean))


@cache
def chapters() -> list[Chapter]:
    return [chapter_of(numbers, seed) for seed, numbers in enumerate(thousands())]


def climb(c: Chapter) -> tuple[Stop | None, Record, tuple[float, float]]:
    """Draw where another search stopped and what it warned of; return where the top is, too."""
    rng, best, top = np.random.default_rng(c.seed), c.fit.tau2, -320.5
    record = Record()
    if rng.random() < 0.3:
        record.warnings = ["Gradient optimization failed", "The MLE may be on the boundary"]
        record.retried = bool(rng.random() < 0.5)
    chance = rng.random()
    if chance < 0.1:
        record.failure = "Singular matrix"
    if chance < 0.2:
        return None, record, (best, top)
    off = rng.choice([0.0, 0.1, 0.1]) * (best or c.fit.sigma2)
    llf = top - rng.choice([1e-7, 0.01, 3.0, np.nan])
    return Stop(best + off, float(llf), bool(rng.random() < 0.5)), record, (best, top)


def variance(c: Chapter) -> Estimate:
    """Draw limits for the variance between groups, as a profile may have them."""
    rng, tau2 = np.random.default_rng(c.seed), c.fit.tau2
    low = tau2 * rng.choice([0.0, 0.4, 0.9])
    high = tau2 * rng.choice([1.1, 3.0]) if tau2 else 0.1 * c.fit.sigma2
    return Estimate("m", "variance", "var_group", tau2, conf_low=low, conf_high=high)


def told(c: Chapter) -> Iterator[Prose]:
    """Yield each sentence of the chapter on a study."""
    study, sizes, by_reml = c.study, c.sizes, c.fit.tau2
    by_ml = by_reml * np.random.default_rng(c.seed).choice([0.0, 0.6, 0.97, 1.01])
    yield tell.the_study(study)
    yield intercepts(c)
    yield five_values(c)
    yield tell.where_it_stopped(*climb(c), study)
    yield tell.interval_of_variance(variance(c), c.fit.boundary)
    yield tell.ml_and_reml(by_ml, by_reml, len(sizes), study)
    yield tell.interval_by_ml(limits_by_ml(c, by_ml))
    yield by_hand(c)
    yield tell.shrinkage(c.distance, c.modes, c.reliability, sizes, study)
    yield tell.ranking(c.modes, c.errors, study)
    yield tell.two_slopes(c.slope, c.within, c.between, c.weight, c.context, study)
    yield tell.two_tests(c.context, c.hausman, (by_reml, c.tau2_of_two), study)
    yield slopes_of_all(c)
    yield tell.read_as_both(c.slope, c.within, c.between, c.weight, c.context, study)


def intercepts(c: Chapter) -> Prose:
    return tell.intercepts(c.separate, c.sizes, (c.fit.tau2, c.fit.sigma2), c.study)


def five_values(c: Chapter) -> Prose:
    return tell.five_values(c.first, float(c.first.std()) / 5**0.5, c.study)


def limits_by_ml(c: Chapter, by_ml: float) -> pd.Series:
    """Draw limits for the variance between groups by ML, as a profile may have them."""
    of_group = variance(c)
    return pd.Series(
        {"estimate": by_ml, "lower": 0.9 * of_group.conf_low, "upper": by_ml + of_group.conf_high}
    )


def slopes_of_all(c: Chapter) -> Prose:
    error = c.slope.std_error
    return tell.slopes_of_all(c.models, error, c.between, c.by_precision, c.weight, c.study)


def by_hand(c: Chapter) -> Prose:
    shown, variances = draw.from_small_to_large(c.sizes), (c.fit.tau2, c.fit.sigma2)
    computed = c.reliability[shown[0]] * c.distance[shown[0]]
    return tell.one_by_hand(
        shown, c.sizes, c.distance, c.reliability, computed, c.modes, variances, c.study
    )


def test_every_alternative_is_shown_on_random_studies_and_keeps_the_laws() -> None:
    every = chapters()

    def tell_all() -> None:
        for chapter in every:
            assert_lawful("\n\n".join(prose.text for prose in told(chapter)))
        assert_lawful(tell.typed('smf.ols("y ~ x", data)').text)
        fit = fit_mixed("mathach ~ ses", read_study("hsb").frame, "schoolid")
        tell.table_of_methods(fit, fit.refit(reml=False), "ses")
        for chapter in every[::20]:
            guesses = [-1.96, 0.0, 1.96]
            tell.table_of_guesses(guesses, [-9.92, -8.0, -9.92])
            table = tell.table_of_slopes(chapter.slope, chapter.within, chapter.between)
            assert not [cell for cell in table.to_numpy().ravel() if unlawful(cell)]

    assert never_reached(tell, tell_all) == []


def test_no_alternative_hides_inside_an_expression() -> None:
    assert hidden_alternatives(tell) == []


def test_a_higher_or_lower_outcome_is_said_only_of_intervals_on_that_side() -> None:
    for c in chapters():
        text = slopes_said(c)
        low, high = (c.context.conf_low, c.context.conf_high) if c.context else (-1.0, 1.0)
        assert ("have a higher growth" in text) == (low > 0)
        assert ("have a lower growth" in text) == (high < 0)
        assert ("cannot tell from none" in text) == (c.context is not None and low <= 0 <= high)
        assert ("tell against the sentence" in text) == (low > 0 or high < 0)
        assert ("the sentence is not refuted" in text) == ("cannot tell from none" in text)
        assert ("only one slope" in text) == (c.context is None)


def slopes_said(c: Chapter) -> str:
    slopes = c.slope, c.within, c.between
    told = tell.two_slopes(*slopes, c.weight, c.context, c.study)
    return f"{told} {tell.read_as_both(*slopes, c.weight, c.context, c.study)}"


def test_a_variance_of_zero_is_a_result_everywhere_and_nowhere_else() -> None:
    for c in chapters()[::4]:
        text = "\n".join(prose.text for prose in told(c))
        for said in (
            "as exactly zero",
            "lies on the edge",
            "the two hardly differ here",
            "With all modes at zero",
            "partial pooling is complete pooling",
            "All conditional modes are zero",
        ):
            assert (said in text) == c.fit.boundary, said


def test_a_mode_by_hand_is_its_distance_drawn_in() -> None:
    for c in chapters():
        one = c.sizes.idxmin()
        mode = number(c.reliability[one] * c.distance[one])
        text = by_hand(c).text
        assert f"which is {mode}; `fit_mixed` says {number(c.modes[one])}." in text
        on_it = abs(c.distance[one]) < 1e-9 * np.sqrt(c.fit.sigma2)
        side = "above" if c.distance[one] >= 0 else "below"
        assert ("is just what the average line" in text) == on_it
        assert on_it or f"{side} what the average line predicts" in text
        assert not re.search(r"lies 0(\.0+)? ", text)


def test_a_share_never_reads_as_none_or_all() -> None:
    for share in (1e-6, 0.004, 0.0054, 0.5, 0.9949, 0.995, 0.9996, 1 - 1e-6):
        for finer in (1, 10):
            assert 0 < float(tell._share(share, finer)) < 1
        assert float(tell._share(share)) == pytest.approx(share, abs=0.005)
    assert (tell._share(0.0), tell._share(0.956), tell._share(0.946)) == ("0", "0.96", "0.95")


def test_groups_of_one_size_are_drawn_in_alike_and_small_ones_most() -> None:
    for c in chapters()[::4]:
        drawn, by_one = (
            tell.shrinkage(c.distance, c.modes, c.reliability, c.sizes, c.study),
            by_hand(c),
        )
        equal = c.sizes.nunique() == 1
        assert ("all in one proportion" in drawn.text) == (equal and c.tau > 0)
        assert ("most. The standard" in drawn.text) == (not equal and c.tau > 0)
        assert ("have equally many" in by_one.text) == equal
        assert ("in order of size" in by_one.text) == (not equal)
        if "the reliability goes" in by_one.text:
            low, high = (float(n) for n in re.findall(r"from (\S+) to (\S+)\.$", by_one.text)[0])
            assert low == pytest.approx(c.reliability.min(), abs=0.005)
            assert high == pytest.approx(c.reliability.max(), abs=0.005)
            assert 0 < low <= high < 1


def test_an_interval_that_ends_on_the_edge_is_said_to() -> None:
    for c in chapters():
        of_group = variance(c)
        text = tell.interval_of_variance(of_group, c.fit.boundary).text
        up = of_group.conf_high - of_group.estimate
        down = of_group.estimate - of_group.conf_low
        assert ("On the left it ends at zero" in text) == (
            of_group.estimate > of_group.conf_low == 0
        )
        assert "further up than down" not in text or up > down > 0


def test_slopes_are_listed_from_the_lowest_to_the_highest() -> None:
    for c in chapters():
        text = slopes_of_all(c).text
        listed = re.split(r"\. (?=The|More)", text.partition("highest: ")[2])[0].rstrip(".")
        slopes = [float(n.replace(",", "")) for n in re.findall(r" (-?[\d,.]*\d)", listed)]
        if "the same in all of them" in text:
            finite = [slope for _, slope in c.models.values() if np.isfinite(slope)]
            assert np.ptp(finite) < c.slope.std_error / 10
            continue
        assert len(slopes) == 3 + (c.between is not None)
        assert slopes == sorted(slopes), text


def test_slopes_that_are_one_by_algebra_are_listed_in_one_order_whatever_their_rounding() -> None:
    study = chapters()[0].study
    for names in permutations(("total", "within", "random intercept")):
        models = dict.fromkeys(("total", "between", "within", "random intercept"), (0.0, 2.0))
        models["between"] = (0.0, np.nan)
        models |= {name: (0.0, 2.0 + i * 1e-15) for i, name in enumerate(names)}
        text = tell.slopes_of_all(models, 0.1, None, np.nan, np.nan, study).text
        assert text.endswith("In these digits it is the same in all of them, 2.00.")


def test_which_slope_counts_for_more_is_where_the_average_lies_nearer_in_every_sentence() -> None:
    for c in chapters():
        if c.between is None:
            continue
        text, read = slopes_of_all(c).text, slopes_said(c)
        slope, gap = c.slope.estimate, abs(c.by_precision - c.within.estimate)
        off = abs(slope - c.within.estimate) - abs(slope - c.by_precision)
        halfway = abs(c.weight - 0.5) <= 0.025
        nearer_within = not halfway and c.weight < 0.5
        assert ("The within slope counts for more" in text) == nearer_within
        assert ("The between slope counts for more" in text) == (not halfway and not nearer_within)
        assert ("the first counts for more" in read) == (
            nearer_within and "tell against the sentence" in read
        )
        assert not (nearer_within and "the second counts" in read)
        assert "near neither" not in read
        # Of an average, the nearer slope is the one with more weight; by algebra, not by this test.
        assert off == pytest.approx((2 * c.weight - 1) * gap, abs=1e-6 * (gap + abs(slope)))


def test_the_reason_why_luck_does_not_show_is_the_one_that_holds() -> None:
    for c in chapters():
        text, n = intercepts(c).text, c.sizes
        luck, ratio = c.fit.sigma2 * (1 / n).mean(), c.fit.sigma2 / max(c.fit.tau2, 1e-99)
        if "differ far more than luck moves them" in text:
            assert luck < 0.04 * c.fit.tau2
            assert ratio <= (1 / n).mean()
        if "has so many" in text:
            assert luck < 0.04 * c.fit.tau2
            assert n.mean() >= c.fit.tau2 / c.fit.sigma2
        if "counts those with many" in text:
            assert n.min() < n.max()


def test_where_levels_and_luck_do_not_add_up_to_what_is_seen_it_is_said() -> None:
    for c in chapters():
        text, sd = intercepts(c).text, c.separate.std()
        together = np.sqrt(c.fit.tau2 + c.fit.sigma2 * (1 / c.sizes).mean())
        if "*plus* the luck" in text:
            assert ("do not add up" in text) == (abs(together / sd - 1) > 0.05)


def test_a_difference_in_reliability_is_claimed_of_groups_that_differ_in_size() -> None:
    for c in chapters()[::200]:
        reply = exercises.mode_of_the_highest(Facts(c.study)).right
        largest = c.sizes[c.study.frame.groupby("g")["y"].mean().idxmax()]
        assert ("no group has fewer" in reply) <= (largest == c.sizes.min() < c.sizes.max())
        assert ("The more units" in reply) <= (c.sizes.min() < c.sizes.max())


def test_small_groups_that_differ_much_are_not_called_large() -> None:
    own = pd.Series(np.linspace(-20, 20, 48))
    sizes = pd.Series(np.full(48, 7))
    tau2 = own.var() - 0.5 / 7
    assert findings.why_no_less(tau2, 0.5, sizes, own) is Reason.FAR_APART
    study = chapters()[0].study
    text = tell.intercepts(own, sizes, (tau2, 0.5), study).text
    assert "differ far more than luck moves them" in text
    assert not re.search("so large|unequal", text)


def test_what_a_program_says_of_itself_is_not_denied() -> None:
    study, top = chapters()[0].study, (1.0, -100.0)
    for converged in (True, False):
        for retried in (True, False):
            record = Record(retried=retried)
            for llf in (-100.00001, -100.2, -103.0):
                stopped = Stop(1.1, llf, converged)
                text = tell.where_it_stopped(stopped, record, top, study).text
                missed = llf < -100.1
                assert ("nothing in the summary says so" in text) == (
                    missed and converged and not retried
                )
                assert ("as its *no* admits" in text) == (missed and not converged and not retried)
                assert ("*converged: no*" in text) == (not converged and not retried)


def test_a_warning_of_the_boundary_is_no_variance_of_zero() -> None:
    study = chapters()[0].study
    record = Record(warnings=["The MLE may be on the boundary of the parameter space"])
    for best in (0.003, 0.0):
        stopped = Stop(best, -100.0, converged=True)
        text = tell.where_it_stopped(stopped, record, (best, -100.0), study).text
        assert ("the optimum is not there" in text) == (best > 0)


def test_neighbours_are_said_to_overlap_as_often_as_they_do() -> None:
    for c in chapters()[::4]:
        text = tell.ranking(c.modes, c.errors, c.study).text
        order = c.modes.sort_values(kind="stable").index
        ends = [(c.modes[i] - 1.96 * c.errors[i], c.modes[i] + 1.96 * c.errors[i]) for i in order]
        overlaps = [high >= low for (_, high), (low, _) in pairwise(ends)]
        assert ("all neighbours overlap" in text) == (all(overlaps) and c.tau > 0)
        assert ("No two neighbours overlap" in text) == (not any(overlaps))


@pytest.mark.parametrize(
    ("llf", "said"),
    [
        (-100.00001, "so flat is the top"),
        (-100.05, "little beside the 1.92 that bounds the interval, but where statsmodels stopped"),
        (-100.38, "So where statsmodels stopped is not the top"),
        (-103.0, "So where statsmodels stopped is not the top"),
        (np.nan, "not finite here"),
        (np.inf, "not finite here"),
    ],
)
def test_a_search_that_stopped_elsewhere_is_held_against_the_top(llf: float, said: str) -> None:
    stopped, study = Stop(1.1, llf, converged=True), chapters()[0].study
    text = tell.where_it_stopped(stopped, Record(), (1.0, -100.0), study).text
    assert said in text
    assert "near as matters" not in text
    near = tell.where_it_stopped(stopped._replace(variance=1.0001), Record(), (1.0, -100.0), study)
    assert ("near as matters" in near.text) == np.isfinite(llf)


def found(c: Chapter) -> dict[str, object]:
    """Collect what the chapter finds, without a word of prose."""
    return {
        "spread": findings.spread_of_intercepts(c.tau, c.separate.std()),
        "pooling": findings.pooling(c.reliability),
        "apart": int(findings.apart_from_average(c.modes, c.errors).sum()),
        "overlap": findings.n_neighbours_that_overlap(c.modes, c.errors),
        "context": c.context and findings.contextual(c.context, means_differ=True),
        "nearer": findings.nearer(c.weight if c.between else np.nan),
    }


def again(c: Chapter, frame: pd.DataFrame) -> dict[str, object]:
    """Find anew, on other rows of the study."""
    other = with_frame(c.study, frame)
    return found(chapter_of(Numbers(other), c.seed))


FLIPPED = {Finding.HIGHER: Finding.LOWER, Finding.LOWER: Finding.HIGHER}


def test_a_flipped_outcome_flips_the_contextual_effect_and_nothing_else() -> None:
    for c in chapters()[::10]:
        before = found(c)
        before["context"] = FLIPPED.get(before["context"], before["context"])  # type: ignore
        assert again(c, c.study.frame.assign(y=lambda rows: -rows["y"])) == before, c.seed


def test_units_order_and_names_of_groups_change_no_finding() -> None:
    for c in chapters()[::10]:
        frame = c.study.frame
        in_other_units = frame.assign(y=1024 * frame["y"], x=frame["x"] / 64)
        assert again(c, in_other_units) == found(c), c.seed
        renamed = frame.assign(g=frame["g"].max() - frame["g"])
        assert again(c, renamed[::-1]) == found(c), c.seed


def test_each_finding_of_a_distribution_of_groups_is_found_on_some_study() -> None:
    every = [found(c) for c in chapters()]
    assert {each["spread"] for each in every} == set(Spread)
    assert {each["pooling"] for each in every} == set(Pooling)
    assert {each["nearer"] for each in every} == set(Nearer)
    climbs = [(stopped[:2], top) for stopped, _, top in map(climb, chapters()) if stopped]
    assert {findings.top(*each) for each in climbs} == set(Top)
    limits = {findings.limits_of_variance(variance(c), c.fit.boundary) for c in chapters()}
    assert limits == set(Limits)
    reasons = {
        findings.why_no_less(c.fit.tau2, c.fit.sigma2, c.sizes, c.separate)
        for c in chapters()
        if c.tau and findings.spread_of_intercepts(c.tau, c.separate.std()) is not Spread.LESS
    }
    assert reasons == set(Reason)
    assert {findings.by_ml(*pair) for pair in ((0, 0), (0, 1), (1, 2), (2, 1))} == set(ByMl)


def test_a_tenth_more_spread_is_never_less() -> None:
    order = [Spread.ZERO, Spread.LESS, Spread.ALIKE, Spread.MORE]
    for tau in np.linspace(0, 3, 61):
        less, more = (findings.spread_of_intercepts(each, 1.0) for each in (tau, 1.1 * tau))
        assert order.index(less) <= order.index(more)


def test_the_larger_a_reliability_the_less_is_pooled() -> None:
    order = [Pooling.COMPLETE, Pooling.MOST, Pooling.ALL_ALIKE, Pooling.HARDLY_ANY]
    pooled = [findings.pooling(pd.Series([each, each])) for each in np.linspace(0, 1, 101)]
    assert sorted(pooled, key=order.index) == pooled


def test_the_caterpillar_marks_the_groups_that_the_sentence_counts() -> None:
    for c in chapters()[::200]:
        figure = draw.caterpillar(c.modes, c.errors, c.study)
        apart = int((c.modes.abs() > 1.96 * c.errors).sum())
        marked = {"holds": len(c.modes) - apart, "excludes": apart}
        named = {text.get_text() for text in figure.legends[0].get_texts()}
        assert named == {f"interval {kind} zero: {n:,}" for kind, n in marked.items() if n}
        drawn = [len(bars.get_segments()) for bars in figure.axes[0].collections]
        assert drawn == [n for n in marked.values() if n]


def test_a_legend_names_each_line_that_is_seen_and_no_other() -> None:
    for c in chapters()[::200]:
        data, x = c.study.frame, c.study.frame["x"]
        means = data.groupby("g")[["x", "y"]].mean()
        figure = draw.models(means, c.models, c.study)
        lines = figure.axes[0].lines
        for line in lines:
            assert np.ptp(line.get_xdata()) > 1e-9 * x.std()
        named = [text.get_text() for text in figure.legends[0].get_texts()]
        assert len(named) == len(lines) + 1  # and the groups' means
        slopes = [name for name, (_, slope) in c.models.items() if np.isfinite(slope)]
        assert sorted(", ".join(named[1:]).split(", ")) == sorted(slopes)
        for one, other in permutations(lines, 2):
            apart = np.abs(np.subtract(one.get_ydata(), other.get_ydata())).max()
            assert apart >= 0.005 * np.ptp(means["y"])


def test_a_place_far_from_the_top_is_neither_drawn_nor_named() -> None:
    curve = pd.Series([-9.0, -5.0, -7.0], index=[0.0, 1.0, 2.0])
    places = {(1.1, -5.1): True, (2.5, -12.0): True, (9.0, -6.0): False, (0.5, -90.0): False}
    for (variance_there, llf), near in places.items():
        stopped = Stop(variance_there, llf, converged=True)
        figure = draw.likelihood(curve, (1.0, -5.0), stopped, chapters()[0].study)
        named = [text.get_text() for text in figure.legends[0].get_texts()]
        assert ("where statsmodels stopped" in named) == near
        (axes,) = figure.axes
        low, high = axes.get_ylim()
        assert not near or low < llf < high


def test_the_answer_on_two_slopes_is_the_chapters() -> None:
    letters = {"A": "The within slope counts", "B": "The between slope counts", "C": "about alike"}
    asked = [c for c in chapters() if c.between is not None and len(c.sizes) > 5][:8]
    for c in asked:
        facts = Facts(c.study)
        fit = facts.random_intercept
        tau2, sigma2 = float(fit.cov_re.iloc[0, 0]), fit.scale
        precision = 1 / (tau2 + sigma2 / facts.sizes)
        between = slope_of(facts.means, precision.to_numpy())
        off = abs(fit.fe_params["x"] - facts.slope_within) - abs(fit.fe_params["x"] - between)
        answer = exercises.nearer_slope(facts)
        assert letters[answer.right]
        assert answer.right == "C" or (answer.right == "A") == (off < 0)


def test_an_ordinary_regressions_error_is_not_taken_for_the_models() -> None:
    answer = Check("hsb").answer_to("04-6")
    for given in (0.0971, 0.09712):
        assert "ordinary regression" in answer.reply_to(given).text
    for given in (0.1044, 0.104, 0.1057, 0.11):
        assert answer.reply_to(given).verdict == "right"


def test_half_of_a_variance_lies_as_far_below_the_top_as_the_profile_says() -> None:
    check = Check("hsb")
    assert check.reply("04-5", 13.21).verdict == "right"
    assert "twice the distance" in check.reply("04-5", 26.43).text
    assert "mean of the group itself" in check.reply("04-2", 19.719).text


def test_a_solution_shows_its_number(monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list = []
    monkeypatch.setattr("helpers.chapters.checking.display", shown.append)
    Check("hsb")("04-5", 13.2146, folded=True)
    Check("early")("04-3", 1.0, folded=True)
    solved, lacking = (markdown.data for markdown in shown)
    assert "**04-5: right.** It is 13.21. " in solved
    assert "**04-3: no answer.**" in lacking

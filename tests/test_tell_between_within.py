"""Chapter 2 says on any study what its numbers say, in sentences that keep the laws."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd
import pytest
from laws import assert_lawful, hidden_alternatives, never_reached, unlawful
from quick_fits import Numbers, estimate, thousands
from random_studies import with_frame
from scipy import stats

from helpers import Estimate, number, read_study
from helpers.chapters.between_within import compute, exercises, tell
from helpers.course import findings
from helpers.course.exercises.facts import Facts
from helpers.course.findings import Fallacy, Finding, Lines, Steepness
from helpers.course.words import Prose
from helpers.study.file import Study


@dataclass(frozen=True)
class Chapter:
    """What chapter 2 has computed of a study when it comes to its sentences."""

    study: Study
    sizes: pd.Series
    of_total: dict[str, Estimate]
    of_between: dict[str, Estimate]
    of_robust: dict[str, Estimate]
    within: Estimate
    by_size: Estimate
    eta_squared: float
    correlation_of_means: float
    correlation_of_units: float
    df: float
    shared: tuple[Estimate, Estimate, float]

    @property
    def total(self) -> Estimate:
        """The slope of all units."""
        return self.of_total["x"]

    @property
    def between(self) -> Estimate:
        """The slope of the means."""
        return self.of_between["x"]

    @property
    def robust(self) -> Estimate:
        """The slope of all units, with its cluster-robust error."""
        return self.of_robust["x"]

    @property
    def ratio(self) -> float:
        """The cluster-robust error of the slope, in units of the naive one."""
        return self.robust.std_error / self.total.std_error

    @property
    def own_error(self) -> float:
        """The error of a standard error, as a share of it."""
        return float(1 / np.sqrt(2 * self.df))

    @property
    def x_mean_varies(self) -> bool:
        """Whether there is a slope of the means."""
        return bool(np.isfinite(self.between.estimate))


def line(x: np.ndarray, y: np.ndarray) -> dict[str, Estimate]:
    """Regress `y` on `x`; return the coefficients, with their intervals."""
    slope, influence = _ols(x, y)
    rest, df = y - y.mean() - slope * (x - x.mean()), len(y) - 2
    scale = rest @ rest / max(df, 1)
    errors = np.sqrt(scale * (influence**2).sum(axis=1))
    return _coefficients(x, y, slope, errors, df)


def cluster_robust(x: np.ndarray, y: np.ndarray, group: np.ndarray) -> dict[str, Estimate]:
    """Regress `y` on `x`, with Liang and Zeger's errors as statsmodels corrects them."""
    slope, influence = _ols(x, y)
    rest = y - y.mean() - slope * (x - x.mean())
    sums = np.array([np.bincount(group, each * rest) for each in influence])
    n, j = len(y), sums.shape[1]
    errors = np.sqrt((sums**2).sum(axis=1) * j / (j - 1) * (n - 1) / (n - 2))
    return _coefficients(x, y, slope, errors, j - 1)


def _ols(x: np.ndarray, y: np.ndarray) -> tuple[float, np.ndarray]:
    """Return the slope, and by how much each value moves intercept and slope."""
    per_unit = (x - x.mean()) / ((x - x.mean()) ** 2).sum()
    return float(per_unit @ y), np.stack([1 / len(x) - x.mean() * per_unit, per_unit])


def _coefficients(
    x: np.ndarray, y: np.ndarray, slope: float, errors: np.ndarray, df: int
) -> dict[str, Estimate]:
    values = {"Intercept": float(y.mean() - slope * x.mean()), "x": slope}
    return {
        term: estimate(value, float(error), df, term=term)
        for (term, value), error in zip(values.items(), errors, strict=True)
    }


def by_size(w: np.ndarray, x: np.ndarray, y: np.ndarray) -> Estimate:
    """Regress means y on means x, weighted by size."""
    deviation = x - np.average(x, weights=w)
    slope = (w * deviation) @ y / (w @ deviation**2)
    rest = y - np.average(y, weights=w) - slope * deviation
    df = len(x) - 2
    error = np.sqrt(w @ rest**2 / max(df, 1) / (w @ deviation**2))
    return estimate(float(slope), float(error), df)


def shared(study: Study, y: np.ndarray, group: np.ndarray) -> tuple[Estimate, Estimate, float]:
    """Regress y on the group predictor, with either error; say how large the second's own is."""
    if compute.level_2_predictor(study) is None:
        return compute.NOTHING, compute.NOTHING, np.nan
    w = study.frame["w"].to_numpy(float)
    own_error = 1 / np.sqrt(2 * compute.degrees_of_freedom(w, group))
    return line(w, y)["x"], cluster_robust(w, y, group)["x"], float(own_error)


def chapter_of(numbers: Numbers) -> Chapter:
    """Compute what the chapter computes, by sums of products."""
    study, sizes, group = numbers.study, numbers.sizes.to_numpy(), numbers.group
    x, y = (study.frame[name].to_numpy(float) for name in "xy")
    x_mean = numbers.of_group(x)
    means_of_x, means_of_y = (np.bincount(group, each) / sizes for each in (x, y))
    of_total = line(x, y)
    of_between = {term: Estimate("m", "fixed", term, np.nan) for term in ("Intercept", "x")}
    weighted, of_means = of_between["x"], np.nan
    if findings.means_differ(pd.Series(means_of_x), study.frame["x"]):
        of_between = line(means_of_x, means_of_y)
        of_between = compute.without_rounding_error(of_between, of_total["x"])
        weighted = by_size(sizes, means_of_x, means_of_y)
        weighted = compute.without_rounding_error({"x": weighted}, of_total["x"])["x"]
        if of_between["x"].estimate != 0 and means_of_y.std() > 0:
            of_means = of_between["x"].estimate * means_of_x.std() / means_of_y.std()
    return Chapter(
        study,
        numbers.sizes,
        of_total,
        of_between,
        cluster_robust(x, y, group),
        line(x - x_mean, y)["x"],
        weighted,
        x_mean.var() / x.var(),
        of_means,
        of_total["x"].estimate * x.std() / y.std(),
        compute.degrees_of_freedom(x, group),
        shared(study, y, group),
    )


@cache
def chapters() -> list[Chapter]:
    return [chapter_of(numbers) for numbers in thousands()]


def some() -> list[Chapter]:
    return chapters()[::10]


def robust_error(c: Chapter) -> Prose:
    """Return what is said of the robust standard error."""
    return tell.robust_error(c.ratio, c.own_error, c.df, c.eta_squared, c.sizes, c.study)


def told(c: Chapter) -> Iterator[Prose]:
    """Yield each sentence of the chapter on a study."""
    n_groups, study = len(c.sizes), c.study
    yield tell.the_study(study)
    yield tell.typed_out(c.x_mean_varies, study)
    yield tell.two_regressions(c.total, c.between, n_groups, study)
    yield tell.questions(c.x_mean_varies, study)
    yield tell.within_slope(c.between, c.within, n_groups, study)
    yield tell.weighted_average(c.between, c.by_size, c.eta_squared, c.sizes, study)
    yield tell.what_it_is_worth(c.x_mean_varies, study)
    yield tell.ecological_fallacy(c.total, c.between, c.within, study)
    yield tell.correlations(c.correlation_of_means, c.correlation_of_units, n_groups, study)
    yield robust_error(c)
    yield tell.total_slope(c.total, c.robust, c.own_error, c.df, study)
    yield tell.better_question(c.x_mean_varies)
    yield tell.shared_predictor(*c.shared, n_groups, study)


def whole(c: Chapter) -> str:
    """Return all sentences of the chapter on a study."""
    return "\n\n".join(prose.text for prose in told(c))


def tables(c: Chapter) -> Iterator[pd.DataFrame]:
    """Yield each table of the chapter on a study."""
    r_squared, average = (c.correlation_of_units**2, c.correlation_of_means**2), c.total.estimate
    yield tell.table_of_regressions(c.of_total, c.of_between, r_squared, len(c.sizes), c.study)
    yield tell.table_of_slopes(c.total, c.between, c.by_size, c.within, c.eta_squared, average)
    yield tell.table_of_errors(c.of_total, c.of_robust)


def test_every_alternative_is_shown_on_random_studies_and_keeps_the_laws() -> None:
    every, all_texts = chapters(), []

    def tell_all() -> None:
        all_texts.extend([prose.text for prose in told(chapter)] for chapter in every)
        assert all(len(table) for chapter in every[::20] for table in tables(chapter))

    assert never_reached(tell, tell_all) == []
    for texts in all_texts:
        assert_lawful("\n\n".join(texts))


def test_no_cell_of_a_table_breaks_a_law() -> None:
    for c in some():
        for table in tables(c):
            assert not [cell for cell in table.to_numpy().ravel() if unlawful(cell)]


def test_no_alternative_hides_inside_an_expression() -> None:
    assert hidden_alternatives(tell) == []


def test_a_direction_is_said_only_of_an_interval_on_that_side() -> None:
    for c in chapters():
        text = tell.total_slope(c.total, c.robust, c.own_error, c.df, c.study).text
        measured = c.robust.std_error > 1e-6 * c.total.std_error
        reach = (
            stats.t.ppf(0.975, round(c.df)) * c.robust.std_error
        )  # at least that of the interval
        higher, lower = c.robust.estimate > reach, c.robust.estimate < -reach
        assert ("growth is on average higher" in text) == (measured and higher)
        assert ("growth is on average lower" in text) == (measured and lower)
        assert ("cannot be told" in text) == (measured and not higher and not lower)
        assert not (measured and (higher or lower)) or c.robust.excludes_zero
        assert ("no direction is told" in text) == (not measured)


def test_lines_are_said_to_rise_only_if_both_do_and_to_fall_only_if_both_do() -> None:
    for c in chapters():
        text = tell.two_regressions(c.total, c.between, len(c.sizes), c.study).text
        slopes = (c.total, c.between)
        level = [abs(slope.estimate) <= 0.05 * slope.std_error for slope in slopes]
        rising = [
            slope.estimate > 0 and not flat for slope, flat in zip(slopes, level, strict=True)
        ]
        falling = [
            slope.estimate < 0 and not flat for slope, flat in zip(slopes, level, strict=True)
        ]
        assert ("Both lines rise" in text) == all(rising)
        assert ("Both lines fall" in text) == all(falling)
        steeper, flatter = (f"means is the {word} one" in text for word in ("steeper", "flatter"))
        assert not (steeper and abs(c.between.estimate) < abs(c.total.estimate))
        assert not (flatter and abs(c.between.estimate) > abs(c.total.estimate))
        assert not (steeper or flatter) or all(rising) or all(falling)


def test_without_a_slope_of_means_nothing_is_said_of_it() -> None:
    for c in some():
        text = whole(c)
        absent = ("no between slope", "none is defined", "only the second can be asked")
        present = (
            "Two means",
            "The dashed line",
            "steeper",
            "flatter",
            "is level",
            "mixes",
            "of the way",
        )
        for said in (*absent, "the mistake cannot be made"):
            assert (said in text) == (not c.x_mean_varies)
        assert c.x_mean_varies or not [said for said in present if said in text]


def test_the_fallacy_turns_a_relation_round_only_if_both_directions_are_clear() -> None:
    for c in chapters():
        found = findings.ecological_fallacy(c.between, c.within)
        opposed = c.between.direction * c.within.direction == -1
        assert (found is Fallacy.TURNED) == opposed


def test_no_relation_is_said_to_be_over_or_understated_that_is_unclear_or_not_apart() -> None:
    for c in chapters():
        found = findings.ecological_fallacy(c.between, c.within)
        apart = (Fallacy.OVERSTATED, Fallacy.UNDERSTATED, Fallacy.UNFOUNDED)
        if found in apart:
            ends = [each.conf_high - each.conf_low for each in (c.between, c.within)]
            distance = abs(c.between.estimate - c.within.estimate)
            assert distance > np.hypot(*ends) / 2
            assert (found is Fallacy.UNFOUNDED) == (not c.within.excludes_zero)
        if found in apart[:2]:
            assert len(c.sizes) > 2
            steeper = abs(c.between.estimate) > abs(c.within.estimate)
            assert (found is Fallacy.OVERSTATED) == steeper
        if len(c.sizes) == 2 and c.x_mean_varies:
            assert found is Fallacy.UNMEASURED


def test_errors_are_told_apart_only_by_two_errors_of_an_error() -> None:
    for c in chapters():
        text = robust_error(c).text
        distance = (c.ratio - 1) / c.own_error
        measured = c.ratio > 1e-6
        assert ("more than such an error explains" in text) == (distance > 2)
        assert ("less than such an error allows" in text) == (measured and distance < -2)
        assert ("it measures nothing" in text) == (not measured)
        rests_within = measured and distance < -2 and c.eta_squared < 0.5
        assert ("rests mostly on comparisons within" in text) == rests_within
        assert not ("had equally many" in text and c.sizes.nunique() == 1)


def design(name: str) -> tuple[np.ndarray, np.ndarray]:
    """Return predictor and groups of a study that comes with the course, or of a made-up one."""
    rng = np.random.default_rng(1)
    made_up = {
        "one large": [60, *[2] * 5],
        "unequal": list(rng.integers(2, 60, 20)),
        "three": [9] * 3,
    }
    if name not in made_up:
        study = read_study(name)
        x = study.frame[study.predictor.name].to_numpy(float)
        return x, pd.factorize(study.frame[study.group.name])[0]
    group = np.repeat(np.arange(len(made_up[name])), made_up[name])
    return rng.standard_normal(len(group)) + 5 * rng.standard_normal(20)[group], group


DESIGNS = ["hsb", "radon", "ratpups", "grunfeld", "igf", "one large", "unequal", "three"]
each_design = pytest.mark.parametrize("name", DESIGNS)


@each_design
def test_of_independent_rows_one_in_twenty_seems_to_err_and_hardly_more(name: str) -> None:
    x, group = design(name)
    deviation, n, n_draws = x - x.mean(), len(x), 600
    errors = np.random.default_rng(2).standard_normal((n_draws, n))
    errors -= errors.mean(axis=1, keepdims=True)
    errors -= np.outer(errors @ deviation, deviation) / (deviation @ deviation)
    in_group = np.eye(group.max() + 1)[group] * deviation[:, None]
    j = in_group.shape[1]
    robust = ((errors @ in_group) ** 2).sum(axis=1) * j / (j - 1) * (n - 1) / (n - 2)
    ratios = np.sqrt(robust / ((errors**2).sum(axis=1) / (n - 2) * (deviation @ deviation)))
    df = compute.degrees_of_freedom(x, group)
    told = [findings.robust_error(ratio, 1 / np.sqrt(2 * df)).is_clear for ratio in ratios]
    assert np.mean(told) <= 0.05 + 2 * np.sqrt(0.05 * 0.95 / n_draws)


@pytest.mark.parametrize("name", DESIGNS[1:])
def test_degrees_of_freedom_are_those_of_the_quadratic_form(name: str) -> None:
    x, group = design(name)
    deviation, n = x - x.mean(), len(x)
    residual = np.eye(n) - 1 / n - np.outer(deviation, deviation) / (deviation @ deviation)
    parts = residual @ (np.eye(group.max() + 1)[group] * deviation[:, None])
    weights = np.linalg.eigvalsh(parts.T @ parts)  # of chi-squared variables with one df each
    df = compute.degrees_of_freedom(x, group)
    assert df == pytest.approx(weights.sum() ** 2 / (weights**2).sum(), rel=1e-6)


def test_a_slope_is_written_one_way_throughout() -> None:
    for c in some():
        fallacy = tell.ecological_fallacy(c.total, c.between, c.within, c.study).text
        written = [number(slope) for slope in (c.between, c.total, c.within)]
        assert re.findall(r"\| ([^|]+) \|$", fallacy, flags=re.M)[1:] == written
        last = tell.total_slope(c.total, c.robust, c.own_error, c.df, c.study).text
        if c.robust.std_error >= c.total.std_error:  # else it may be written finer there
            assert f"the total slope is {number(c.total)} (" in last


def test_groups_may_be_people_and_islands() -> None:
    for c in some():
        text = whole(c)
        assert not re.search(r"\binside\b|\bits own (man|mother)|\bsingle\b", text)
        assert not re.search(r"\ba (island|earthquake|hour)\b", text)


def test_a_predictor_with_two_levels_is_spoken_of_by_them() -> None:
    for c in some():
        text = whole(c)
        if "x" in c.study.levels:
            low, high = c.study.levels["x"]
            assert f"0 for {low} and 1 for {high}" in text
            assert not re.search(r"dose( \(hours\))? is higher by 1|\bmeans? (of )?dose", text)
        else:
            assert not re.search(r"\bshares? (of|with)\b", text)


def found(c: Chapter) -> dict[str, object]:
    """Collect what the chapter finds, without a word of prose."""
    return {
        "lines": findings.lines(c.total, c.between),
        "steepness": findings.steepness(c.between.estimate, c.total.estimate),
        "beside within": findings.between_beside_within(c.between, c.within),
        "weighting": findings.slopes_alike(c.by_size.estimate, c.between),
        "fallacy": findings.ecological_fallacy(c.between, c.within),
        "error": findings.robust_error(c.ratio, c.own_error),
        "direction": findings.direction(c.robust),
    }


def again(c: Chapter, frame: pd.DataFrame) -> dict[str, object]:
    """Find anew, on other rows of the study."""
    other = with_frame(c.study, frame)
    return found(chapter_of(Numbers(other)))


FLIPPED = {
    "lines": {Lines.RISING: Lines.FALLING, Lines.FALLING: Lines.RISING},
    "direction": {Finding.HIGHER: Finding.LOWER, Finding.LOWER: Finding.HIGHER},
}


def test_a_flipped_outcome_flips_every_direction_and_nothing_else() -> None:
    for c in some():
        before = {
            name: FLIPPED.get(name, {}).get(each, each)  # type: ignore[call-overload]
            for name, each in found(c).items()
        }
        assert again(c, c.study.frame.assign(y=lambda rows: -rows["y"])) == before


def test_units_and_names_of_groups_change_no_finding() -> None:
    for place, c in enumerate(some()):
        frame = c.study.frame
        times = (1e7, 3.7, 1e-6)[place % 3]
        in_other_units = frame.assign(y=times * frame["y"], x=frame["x"] / 13)
        assert again(c, in_other_units) == found(c)
        frame = frame.assign(g=frame["g"].max() - frame["g"])
        assert again(c, frame[::-1]) == found(c)


def test_a_reply_and_a_sentence_name_the_same_line_as_the_steeper() -> None:
    letters = {"A": "is the steeper one", "B": "is the flatter one", "C": "equally steep"}
    for c in some():
        text = tell.two_regressions(c.total, c.between, len(c.sizes), c.study).text
        said = [letter for letter, words in letters.items() if words in text]
        if said:
            assert said == [exercises.steeper(Facts(c.study)).right]


def test_slopes_about_as_steep_are_not_said_to_mislead() -> None:
    for c in chapters():
        if findings.between_beside_within(c.between, c.within) is Steepness.ALIKE:
            cost = findings.ecological_fallacy(c.between, c.within)
            assert cost in (Fallacy.UNCLEAR, Fallacy.UNMEASURED)


def test_what_one_permutation_gives_is_near_and_not_right() -> None:
    facts = Facts(read_study("hsb"))
    answer = exercises.slope_after_permuting(facts)
    assert answer.reply_to(1.61).verdict == "right"
    for near in (1.4, 1.8, 1.5472913):
        assert answer.reply_to(near).verdict == "not yet"
        assert "as a permutation would be" in answer.reply_to(near).text
    assert "before permuting" in answer.reply_to(facts.slope_total).text
    assert "as a permutation" not in answer.reply_to(2.5).text


def test_likely_mistakes_have_a_name() -> None:
    facts = Facts(read_study("hsb"))
    assert "exceeds the within slope" in exercises.slope_by_size(facts).reply_to(3.526).text
    swapped = np.polyfit(facts.data[facts.y], facts.data[facts.x], 1)[0]
    reply = exercises.weight_of_the_outcome(facts).reply_to(swapped)
    assert "predictor on its outcome" in reply.text

"""Chapter 2 says on any study what its numbers say, in sentences that keep the laws."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd
from laws import assert_lawful, hidden_alternatives, never_reached, unlawful
from quick_fits import Numbers, estimate, thousands
from random_studies import with_frame

from helpers import Estimate
from helpers.chapters.between_within import exercises, tell
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
    by_size: float
    eta_squared: float
    correlation_of_means: float
    correlation_of_units: float

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
        return float(1 / np.sqrt(2 * (len(self.sizes) - 1)))

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


def chapter_of(numbers: Numbers) -> Chapter:
    """Compute what the chapter computes, by sums of products."""
    x, y, x_mean, x_within = (
        numbers.data[name].to_numpy(float) for name in ("x", "y", "x_mean", "x_within")
    )
    means_of_x, means_of_y = numbers.means["x"].to_numpy(), numbers.means["y"].to_numpy()
    of_between = {term: Estimate("m", "fixed", term, np.nan) for term in ("Intercept", "x")}
    by_size = of_means = np.nan
    if findings.means_differ(numbers.means["x"], numbers.data["x"]):
        of_between = line(means_of_x, means_of_y)
        by_size, _ = _ols(x_mean, y)
        if round(of_between["x"].estimate, 12) != 0 and means_of_y.std() > 0:
            of_means = of_between["x"].estimate * means_of_x.std() / means_of_y.std()
    of_total = line(x, y)
    return Chapter(
        numbers.study,
        numbers.sizes,
        of_total,
        of_between,
        cluster_robust(x, y, numbers.group),
        line(x_within, y)["x"],
        by_size,
        x_mean.var() / x.var(),
        of_means,
        of_total["x"].estimate * x.std() / y.std(),
    )


@cache
def chapters() -> list[Chapter]:
    return [chapter_of(numbers) for numbers in thousands()]


def some() -> list[Chapter]:
    return chapters()[::10]


def is_rounding_error(slope: Estimate, beside: Estimate) -> bool:
    return abs(slope.estimate) < 1e-9 * beside.std_error


def told(c: Chapter) -> Iterator[Prose]:
    """Yield each sentence of the chapter on a study."""
    n_groups, study = len(c.sizes), c.study
    yield tell.the_study(study)
    yield tell.two_regressions(c.total, c.between, n_groups, study)
    yield tell.within_slope(c.total, c.between, c.within, n_groups, study)
    yield tell.weighted_average(c.between, c.by_size, c.eta_squared, c.sizes, study)
    yield tell.what_it_is_worth(c.x_mean_varies, study)
    yield tell.ecological_fallacy(c.total, c.between, c.within, study)
    yield tell.correlations(c.correlation_of_means, c.correlation_of_units, n_groups, study)
    yield tell.robust_error(c.ratio, c.own_error, n_groups, study)
    yield tell.total_slope(c.robust, n_groups, study)
    yield tell.better_question(c.x_mean_varies)


def tables(c: Chapter) -> Iterator[pd.DataFrame]:
    """Yield each table of the chapter on a study."""
    r_squared, average = (c.correlation_of_units**2, c.correlation_of_means**2), c.total.estimate
    yield tell.table_of_regressions(c.of_total, c.of_between, r_squared, len(c.sizes), c.study)
    yield tell.table_of_slopes(c.total, c.between, c.by_size, c.within, c.eta_squared, average)
    yield tell.table_of_errors(c.of_total, c.of_robust)


def test_every_alternative_is_shown_on_random_studies_and_keeps_the_laws() -> None:
    every, whole = chapters(), []

    def tell_all() -> None:
        whole.extend([prose.text for prose in told(chapter)] for chapter in every)
        assert all(len(table) for chapter in every[::20] for table in tables(chapter))

    assert never_reached(tell, tell_all) == []
    for texts in whole:
        for text in texts:
            assert_lawful(text)
        assert not unlawful("\n\n".join(texts))


def test_no_cell_of_a_table_breaks_a_law() -> None:
    for c in some():
        for table in tables(c):
            assert not [cell for cell in table.to_numpy().ravel() if unlawful(cell)]


def test_no_alternative_hides_inside_an_expression() -> None:
    assert hidden_alternatives(tell) == []


def test_a_direction_is_said_only_of_an_interval_on_that_side() -> None:
    for c in chapters():
        text = tell.total_slope(c.robust, len(c.sizes), c.study).text
        assert ("a higher value of growth" in text) == (c.robust.conf_low > 0)
        assert ("a lower value of growth" in text) == (c.robust.conf_high < 0)
        assert ("cannot be told" in text) == (not c.robust.excludes_zero)


def test_lines_are_said_to_rise_only_if_both_do_and_to_fall_only_if_both_do() -> None:
    for c in chapters():
        text = tell.two_regressions(c.total, c.between, len(c.sizes), c.study).text
        rising = [round(slope.estimate, 12) > 0 for slope in (c.total, c.between)]
        falling = [round(slope.estimate, 12) < 0 for slope in (c.total, c.between)]
        assert ("Both lines rise" in text) == all(rising)
        assert ("Both lines fall" in text) == all(falling)
        steeper, flatter = (f"means is the {word} one" in text for word in ("steeper", "flatter"))
        assert not (steeper and abs(c.between.estimate) < abs(c.total.estimate))
        assert not (flatter and abs(c.between.estimate) > abs(c.total.estimate))
        assert not (steeper or flatter) or all(rising) or all(falling)


def test_without_a_slope_of_means_nothing_is_said_of_it() -> None:
    for c in some():
        whole = " ".join(prose.text for prose in told(c))
        absent = ("no between slope", "none is defined", "all of it is the within slope")
        present = ("Two means", "The dashed line", "steeper", "flatter", "level", "mixes", "stands")
        for said in (*absent, "the mistake cannot be made"):
            assert (said in whole) == (not c.x_mean_varies)
        assert c.x_mean_varies or not [said for said in present if said in whole]


def test_the_fallacy_turns_a_relation_round_only_if_both_directions_are_clear() -> None:
    for c in chapters():
        found = findings.ecological_fallacy(c.between, c.within)
        opposed = c.between.direction * c.within.direction == -1
        assert opposed or found is not Fallacy.TURNED
        assert found is Fallacy.TURNED or not opposed or is_rounding_error(c.between, c.total)
        if found in (Fallacy.OVERSTATED, Fallacy.UNDERSTATED):
            distance = abs(c.between.estimate - c.within.estimate)
            assert not distance < 2 * np.hypot(c.between.std_error, c.within.std_error)
            steeper = abs(c.between.estimate) > abs(c.within.estimate)
            assert (found is Fallacy.OVERSTATED) == steeper


def test_errors_are_told_apart_only_by_two_errors_of_an_error() -> None:
    for c in chapters():
        text = tell.robust_error(c.ratio, c.own_error, len(c.sizes), c.study).text
        distance = (c.ratio - 1) / c.own_error
        assert ("more than such an error explains" in text) == (distance > 2)
        assert ("smaller than such an error explains" in text) == (distance < -2)


def found(c: Chapter) -> dict[str, object]:
    """Collect what the chapter finds, without a word of prose."""
    return {
        "lines": findings.lines(c.total, c.between),
        "steepness": findings.steepness(c.between.estimate, c.total.estimate),
        "beside within": findings.between_beside_within(c.between, c.within),
        "weighting": findings.written_alike(c.by_size, c.between),
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
    for c in some():
        # A slope that is zero but for rounding is not known as such in all units.
        if any(is_rounding_error(slope, c.total) for slope in (c.total, c.between)):
            continue
        frame = c.study.frame
        # To the digits written two slopes are alike in units that differ by tens.
        in_tens = frame.assign(y=10 * frame["y"], x=frame["x"] / 10)
        assert again(c, in_tens) == found(c)
        frame["g"] = frame["g"].max() - frame["g"]
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
            assert cost is Fallacy.UNCLEAR or len(c.sizes) == 2

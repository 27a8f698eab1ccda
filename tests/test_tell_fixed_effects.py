"""Chapter 3 says on any study what its numbers say, in sentences that keep the laws."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from math import nan, sqrt
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from laws import EXCLUDE_EACH_OTHER, assert_lawful, hidden_alternatives, never_reached, unlawful
from quick_fits import Numbers, least_squares, thousands
from random_studies import with_frame

from helpers import Estimate
from helpers.chapters.fixed_effects import compare, tell
from helpers.chapters.fixed_effects.exercises import half_way_error
from helpers.course import findings
from helpers.course.exercises.facts import Facts
from helpers.course.findings import Compared, Finding, Weights
from helpers.course.words import Prose
from helpers.study.file import Study


@dataclass(frozen=True)
class Chapter:
    """What chapter 3 has computed of a study when it comes to its sentences."""

    study: Study
    sizes: pd.Series
    means: pd.DataFrame
    dummies_fit: bool
    x_mean_varies: bool
    slope: Estimate
    naive: Estimate
    robust: float
    third: Estimate
    half: Estimate
    variances: tuple[float, float]
    r_squared: float
    weight: pd.Series
    rounded: pd.Series
    gap: Estimate
    any_w: float
    fits_differ: float
    warned: bool

    @property
    def marked_groups(self) -> Prose:
        """What is said of the groups whose means of the predictor are lowest and highest."""
        return tell.marked_groups(self.means, self.rounded, self.gap, self.study)

    @property
    def half_way(self) -> Prose:
        """What is said of the standard error where only the predictor is de-meaned."""
        return tell.half_way(self.slope, self.half, self.variances, len(self.sizes), self.study)

    @property
    def third_road(self) -> Prose:
        """What is said of the standard error where the group mean is a covariate."""
        return tell.third_road(self.slope, self.third, self.x_mean_varies, self.study)

    @property
    def right_error(self) -> Prose:
        """What is said of the other standard errors."""
        error = self.naive.std_error
        return tell.right_error(self.slope, error, self.robust, self.sizes, self.study)


def chapter_of(numbers: Numbers, seed: int) -> Chapter:
    """Compute what the chapter computes, quickly; what statsmodels does is drawn."""
    rng, study, data = np.random.default_rng(seed), numbers.study, numbers.data
    sizes, means = numbers.sizes, numbers.means
    n, n_groups = len(data), len(sizes)
    df = n - n_groups - 1
    x, y = (data[f"{name}_within"].to_numpy() for name in "xy")
    raw = data["y"].to_numpy(float)
    slope = replace(least_squares(y, {"x": x}, df=df)["x"], df=df)
    naive = least_squares(y, {"x": x}, df=n - 1)["x"]
    left = y - slope.estimate * x
    scores = np.bincount(numbers.group, x * left)
    robust = sqrt(n_groups / (n_groups - 1) * (scores**2).sum()) / (x**2).sum()
    x_mean_varies = findings.means_differ(means["x"], data["x"])
    names = ["x", "x_mean"][: 1 + x_mean_varies]
    half = least_squares(raw, numbers.columns("x_within"))
    of_half = raw - half["Intercept"].estimate - half["x_within"].estimate * x
    variance = (left**2).sum() / df if df else nan
    rounded = (means["x"] / data["x"].std()).round(9)
    pair = rounded.idxmin(), rounded.idxmax()
    entered = study.group_predictor is not None and rng.random() < 0.9
    return Chapter(
        study=study,
        sizes=sizes,
        means=means,
        dummies_fit=bool(rng.random() < 0.9),
        x_mean_varies=x_mean_varies,
        slope=slope,
        naive=naive,
        robust=robust,
        third=least_squares(raw, numbers.columns(*names))["x"],
        half=half["x_within"],
        variances=((of_half**2).sum() / (n - 2), variance),
        r_squared=1 - (left**2).sum() / (y**2).sum(),
        weight=pd.Series(np.bincount(numbers.group, x**2) / (x**2).sum()),
        rounded=rounded,
        gap=compare.intercepts(slope, variance, means, sizes, pair),
        any_w=10 * float(raw.std(ddof=1)) if entered else nan,
        fits_differ=float(rng.choice([1e-15, 1e-15, 1e-3])) if entered else nan,
        warned=bool(rng.random() < 0.5),
    )


def with_one_pair(numbers: Numbers, rng: np.random.Generator) -> Numbers | None:
    """Keep one unit a group, and of one group two: the intercepts leave no degrees of freedom."""
    study = numbers.study
    frame = study.frame.sample(frac=1, random_state=rng)
    first = frame.drop_duplicates("g").set_index("g")
    x, y = (frame[name] - frame["g"].map(first[name]) for name in "xy")
    others = frame[(x != 0) & (y != 0)]
    if others.empty:
        return None
    few = pd.concat([first.reset_index(), others.head(1)])[frame.columns].sort_values("g")
    few = few.reset_index(drop=True)
    return Numbers(with_frame(study, few))


@cache
def chapters() -> list[Chapter]:
    return [chapter_of(numbers, seed) for seed, numbers in enumerate(thousands())]


@cache
def without_degrees_of_freedom() -> list[Chapter]:
    rng = np.random.default_rng(3)
    few = [with_one_pair(numbers, rng) for numbers in thousands()[:50]]
    return [chapter_of(numbers, seed) for seed, numbers in enumerate(few) if numbers]


def told(c: Chapter) -> Iterator[Prose]:
    """Yield each sentence of the chapter on a study."""
    yield tell.the_study(c.study)
    yield tell.three_roads(c.slope, c.dummies_fit, c.sizes, c.study)
    yield c.right_error
    yield c.third_road
    yield tell.within_slope(c.slope, c.r_squared, c.study)
    yield tell.weights_of_groups(c.weight, c.study)
    yield c.marked_groups
    yield tell.absorbed(c.any_w, c.fits_differ, c.warned, c.study)
    yield tell.what_stays_unsaid(c.study)
    yield c.half_way


def tables(c: Chapter) -> Iterator[pd.DataFrame]:
    """Yield each table of the chapter on a study."""
    roads = {
        name: (
            SimpleNamespace(params={"x": b.estimate}, bse={"x": b.std_error}, df_resid=b.df),
            "x",
        )
        for name, b in {"group dummies": c.slope, "de-meaning": c.naive}.items()
    }
    error = c.naive.std_error
    yield tell.table_of_roads(roads | {"not taken": (None, "x")}, error)
    spreads = c.means.std()
    yield tell.table_of_spreads({"outcome": "y", "predictor": "x"}, spreads, 0 * spreads)
    yield tell.table_of_errors({"half": c.half, "right": c.slope}, c.variances, error)


def test_every_alternative_is_shown_on_random_studies_and_keeps_the_laws() -> None:
    every = [*chapters(), *without_degrees_of_freedom()]

    def tell_all() -> None:
        for chapter in every:
            texts = [prose.text for prose in told(chapter)]
            for text in texts:
                assert_lawful(text)
            whole = "\n\n".join(texts)
            for pair in EXCLUDE_EACH_OTHER:
                assert not all(said in whole for said in pair), (pair, whole)
        for chapter in every[::20]:
            for table in tables(chapter):
                cells = [*table.index, *table.columns, *table.to_numpy().ravel()]
                assert not [cell for cell in cells if unlawful(cell)]

    assert never_reached(tell, tell_all) == []


def test_no_alternative_hides_inside_an_expression() -> None:
    assert hidden_alternatives(tell) == []


def test_higher_and_lower_are_said_only_of_intervals_on_that_side() -> None:
    for c in chapters():
        line = tell.within_slope(c.slope, c.r_squared, c.study).text
        assert ("The line rises" in line) == (c.slope.conf_low > 0)
        assert ("The line falls" in line) == (c.slope.conf_high < 0)
        one, other = (c.study.name_of(g) for g in (c.rounded.idxmin(), c.rounded.idxmax()))
        apart = one != other
        text = c.marked_groups.text
        assert (f"the model puts {other} higher" in text) == (apart and c.gap.conf_low > 0)
        assert (f"the model puts {one} higher" in text) == (apart and c.gap.conf_high < 0)
        assert ("cannot tell which" in text) == (apart and not c.gap.excludes_zero)


def test_a_standard_error_is_said_to_be_so_many_times_the_right_one_as_it_is() -> None:
    for c in chapters():
        right = c.slope.std_error
        for error, text in ((c.half, c.half_way.text), (c.third, c.third_road.text)):
            if "times" in text:
                assert f"{error.std_error / right:.2f} times" in text
                assert abs(error.std_error / right - 1) > 0.0099
        assert ("less certain than it is" in c.half_way.text) == (c.half.std_error > 1.01 * right)
        assert ("more certain than it is" in c.half_way.text) == (c.half.std_error < 0.99 * right)


def test_the_naive_error_times_the_factor_is_the_right_one() -> None:
    for c in chapters():
        n, df = c.sizes.sum(), int(c.slope.df)
        factor = sqrt((n - 1) / df)
        assert c.naive.std_error * factor == pytest.approx(c.slope.std_error)
        assert f"√({n - 1:,} / {df:,}) = {factor:.3f}" in c.right_error.text
        small = "Here the factor is small" in c.right_error.text
        assert small == (factor < 1.02)


def test_without_degrees_of_freedom_no_standard_error_is_spoken_of() -> None:
    assert without_degrees_of_freedom()
    for c in without_degrees_of_freedom():
        assert c.slope.df == 0
        assert "None can be found here" in c.right_error.text
        assert "no standard error to compare with" in c.half_way.text
        assert c.third_road.text == ""
        assert "At equal" not in c.marked_groups.text


def test_so_many_groups_as_are_said_to_have_half_of_the_weight_and_no_fewer() -> None:
    for c in chapters():
        largest_first = np.sort(c.weight.to_numpy())[::-1]
        half, silent = findings.n_with_half(c.weight), findings.n_silent(c.weight)
        assert largest_first[:half].sum() >= 0.5 - 1e-8
        assert largest_first[: half - 1].sum() < 0.5
        assert half + silent <= len(c.weight)
        found = findings.weights(c.weight)
        assert (found is Weights.EQUAL) == bool(np.ptp(largest_first) < 1e-9)
        text = tell.weights_of_groups(c.weight, c.study).text
        assert ("no say at all" in text) == (silent > 0)
        assert found is not Weights.FEW or f"the {half:,} with the largest" in text


def test_as_many_are_said_to_be_tied_as_have_that_mean() -> None:
    for c in chapters():
        text, means = c.marked_groups.text, c.rounded.to_numpy()
        for end, mean in (("the lowest", means.min()), ("the highest", means.max())):
            tied = int((means == mean).sum())
            assert (f"one of {tied:,} with {end}" in text) == (1 < tied < len(means))


def test_what_is_absorbed_is_named_only_where_the_study_names_it() -> None:
    for c in chapters():
        text = tell.absorbed(c.any_w, c.fits_differ, c.warned, c.study).text
        assert ("names no level-2 predictor" in text) == (c.study.group_predictor is None)
        assert ("With dummies" in text) == (not np.isnan(c.fits_differ))
        assert ("every fitted value is the same" in text) == (c.fits_differ < 1e-6)


def test_the_reply_to_the_prediction_is_what_the_sentence_says() -> None:
    answers = {
        "less certain than it is": "A",
        "more certain than it is": "B",
        "nearly the same standard error": "C",
    }
    for c in chapters()[::20]:
        (answer,) = (letter for said, letter in answers.items() if said in c.half_way.text)
        assert half_way_error(Facts(c.study)).right == answer


def found(c: Chapter) -> dict[str, object]:
    """Collect what the chapter finds, without a word of prose."""
    right, n = c.slope.std_error, len(c.sizes)
    return {
        "slope": findings.direction(c.slope),
        "few are hidden": findings.few_are_hidden(int(c.sizes.sum()) - 1, int(c.slope.df)),
        "robust": findings.robust_beside_model(c.robust, right, n),
        "third road": findings.beside_right_error(c.third.std_error, right),
        "half-way": findings.beside_right_error(c.half.std_error, right),
        "weights": findings.weights(c.weight),
        "silent": findings.n_silent(c.weight),
        "gap": findings.direction(c.gap),
    }


def again(numbers: Numbers, frame: pd.DataFrame) -> dict[str, object]:
    """Find anew, on other rows of the study."""
    other = with_frame(numbers.study, frame)
    return found(chapter_of(Numbers(other), 0))


SOME = range(0, 2000, 10)
FLIPPED = {Finding.HIGHER: Finding.LOWER, Finding.LOWER: Finding.HIGHER}


def test_a_flipped_outcome_flips_every_direction_and_nothing_else() -> None:
    for seed in SOME:
        frame = thousands()[seed].study.frame.assign(y=lambda rows: -rows["y"])
        before = {name: FLIPPED.get(f, f) for name, f in found(chapters()[seed]).items()}  # type: ignore[call-overload]
        assert again(thousands()[seed], frame) == before, seed


def test_units_order_and_names_of_groups_change_no_finding() -> None:
    for seed in SOME:
        numbers, before = thousands()[seed], found(chapters()[seed])
        frame = numbers.study.frame.assign(
            y=lambda rows: 1024 * rows["y"], x=lambda rows: rows["x"] / 64
        )
        assert again(numbers, frame) == before, seed
        frame = numbers.study.frame
        frame["g"] = frame["g"].max() - frame["g"]
        after = again(numbers, frame[::-1].reset_index(drop=True))
        rounded = chapters()[seed].rounded
        if {(rounded == end).sum() for end in (rounded.min(), rounded.max())} != {1}:
            after["gap"] = before["gap"]  # of groups that are tied the first is marked
        assert after == before, seed


def test_a_shift_of_one_groups_outcome_changes_what_it_absorbs_and_nothing_else() -> None:
    for seed in SOME:
        numbers, before = thousands()[seed], found(chapters()[seed])
        frame = numbers.study.frame
        frame["y"] += 3 * frame["y"].std() * (frame["g"] == 0)
        after = again(numbers, frame)
        for name in ("slope", "robust", "weights", "silent", "few are hidden"):
            assert after[name] == before[name], (seed, name)


def test_an_error_is_larger_or_smaller_or_neither() -> None:
    for ratio in np.linspace(0.9, 1.1, 41):
        larger, smaller = ratio > 1.01, ratio < 0.99
        expected = {(1, 0): Compared.LARGER, (0, 1): Compared.SMALLER, (0, 0): Compared.ALIKE}
        assert findings.beside_right_error(ratio, 1.0) is expected[larger, smaller]
        assert findings.robust_beside_model(ratio, 1.0, 19) is Compared.ABSENT

"""Chapter 3 says on any study what its numbers say, in sentences that keep the laws."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from itertools import chain
from math import nan, sqrt
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from laws import assert_lawful, hidden_alternatives, never_reached, unlawful
from quick_fits import Numbers, estimate, least_squares, thousands
from random_studies import with_frame

from helpers import Estimate, number
from helpers.chapters.between_within.compute import degrees_of_freedom
from helpers.chapters.fixed_effects import compare, tell
from helpers.chapters.fixed_effects.exercises import half_way_error
from helpers.course import findings
from helpers.course.exercises.facts import Facts
from helpers.course.findings import Compared, Finding, Weights
from helpers.course.words import Prose, words
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
    robust: Estimate
    third: Estimate
    half: Estimate
    variances: tuple[float, float]
    r_squared: float
    spreads: tuple[float, float]
    weight: pd.Series
    rounded: pd.Series
    gap: Estimate
    common: tuple[float, float, float]
    any_w: float
    fits_differ: float
    warned: bool

    @property
    def marked_groups(self) -> Prose:
        """What is said of the groups whose means of the predictor are lowest and highest."""
        return tell.marked_groups(self.means, self.rounded, self.gap, self.study)

    @property
    def marked_overlap(self) -> Prose:
        """What is said of what these two have in common."""
        return tell.marked_overlap(self.rounded, self.common, self.gap, self.spreads, self.study)

    @property
    def line(self) -> Prose:
        """What is said of the line through the deviations."""
        return tell.within_slope(
            self.slope, self.robust, self.r_squared, self.spreads, self.weight, self.study
        )

    @property
    def half_way(self) -> Prose:
        """What is said of the standard error where only the predictor is de-meaned."""
        return tell.half_way(self.slope, self.half, self.variances, self.study)

    @property
    def third_way(self) -> Prose:
        """What is said of the standard error where the group mean is a second predictor."""
        return tell.third_way(self.slope, self.third, self.x_mean_varies, self.study)

    @property
    def right_error(self) -> Prose:
        """What is said of the other standard errors."""
        error = self.naive.std_error
        return tell.right_error(self.slope, error, self.robust, self.sizes, self.weight, self.study)


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
    robust_error = sqrt(n_groups / (n_groups - 1) * (scores**2).sum()) / (x**2).sum()
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
        robust=estimate(slope.estimate, robust_error, n_groups - 1),
        third=least_squares(raw, numbers.columns(*names))["x"],
        half=half["x_within"],
        variances=((of_half**2).sum() / (n - 2), variance),
        r_squared=1 - (left**2).sum() / (y**2).sum(),
        spreads=(sqrt((x**2).sum() / (n - n_groups)), sqrt((y**2).sum() / (n - n_groups))),
        weight=pd.Series(np.bincount(numbers.group, x**2) / (x**2).sum()),
        rounded=rounded,
        gap=compare.intercepts(slope, variance, means, sizes, pair),
        common=compare.in_common(*(data["x"][numbers.group == one] for one in pair)),
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


def of_many_groups(rho: float, seed: int, sizes: int = 6, n_groups: int = 80) -> Numbers:
    """Draw groups whose rows follow each other in time, with residuals that go on by `rho`."""
    rng, study = np.random.default_rng(seed), thousands()[3].study
    left = rng.standard_normal((n_groups, sizes))
    for t in range(1, sizes):
        left[:, t] = rho * left[:, t - 1] + sqrt(1 - rho**2) * left[:, t]
    frame = pd.DataFrame(
        {
            "g": np.repeat(np.arange(n_groups), sizes),
            "x": np.tile(np.arange(float(sizes)), n_groups),
            "y": (left + rng.standard_normal((n_groups, 1))).ravel(),
        }
    )
    return Numbers(with_frame(study, frame.assign(w=frame["g"] % 2)))


@cache
def in_time() -> dict[float, list[Chapter]]:
    """Return studies in time by how their residuals go on: in turns, independently, or alike."""
    return {
        rho: [chapter_of(of_many_groups(rho, seed), seed) for seed in range(20, 40)]
        for rho in (-0.8, 0.0, 0.8)
    }


def told(c: Chapter) -> Iterator[Prose]:
    """Yield each sentence of the chapter on a study."""
    yield tell.the_study(c.study)
    yield tell.typed_out(c.x_mean_varies, c.dummies_fit, c.study)
    yield tell.three_ways(c.slope, c.dummies_fit, c.sizes, c.study)
    yield c.right_error
    yield c.third_way
    yield c.line
    yield tell.weights_of_groups(c.weight, c.study)
    yield c.marked_groups
    yield c.marked_overlap
    yield tell.absorbed(c.any_w, c.fits_differ, c.warned, c.study)
    yield tell.what_stays_unsaid(c.study)
    yield c.half_way
    yield tell.what_the_table_holds(c.x_mean_varies, c.study)


def tables(c: Chapter) -> Iterator[pd.DataFrame]:
    """Yield each table of the chapter on a study."""
    ways = {
        name: (
            SimpleNamespace(params={"x": b.estimate}, bse={"x": b.std_error}, df_resid=b.df),
            "x",
        )
        for name, b in {"group dummies": c.slope, "de-meaning": c.naive}.items()
    }
    error = c.naive.std_error
    yield tell.table_of_ways(ways | {"not gone": (None, "x")}, error)
    spreads = c.means.std()
    yield tell.table_of_spreads({"outcome": "y", "predictor": "x"}, spreads, 0 * spreads)
    yield tell.table_of_errors({"half": c.half, "right": c.slope}, c.variances, error)


def test_every_alternative_is_shown_on_random_studies_and_keeps_the_laws() -> None:
    every = [*chapters(), *without_degrees_of_freedom(), *chain(*in_time().values())]

    def tell_all() -> None:
        for chapter in every:
            assert_lawful("\n\n".join(prose.text for prose in told(chapter)))
        for chapter in every[::20]:
            for table in tables(chapter):
                cells = [*table.index, *table.columns, *table.to_numpy().ravel()]
                assert not [cell for cell in cells if unlawful(cell)]

    assert never_reached(tell, tell_all) == []


def test_no_alternative_hides_inside_an_expression() -> None:
    assert hidden_alternatives(tell) == []


def test_higher_and_lower_are_said_only_of_intervals_on_that_side() -> None:
    for c in chapters():
        line = c.line.text
        assert ("The line rises" in line) == (c.slope.conf_low > 0)
        assert ("The line falls" in line) == (c.slope.conf_high < 0)
        one, other = (c.study.name_of(g) for g in (c.rounded.idxmin(), c.rounded.idxmax()))
        apart = one != other
        text = c.marked_groups.text
        assert (f"the model puts {other} higher" in text) == (apart and c.gap.conf_low > 0)
        assert (f"the model puts {one} higher" in text) == (apart and c.gap.conf_high < 0)
        assert ("cannot be told which" in text) == (apart and not c.gap.excludes_zero)


def test_a_standard_error_is_said_to_be_so_many_times_the_right_one_as_it_is() -> None:
    for c in chapters():
        right = c.slope.std_error
        for error, text in ((c.half, c.half_way.text), (c.third, c.third_way.text)):
            if "times" in text:
                ratio = error.std_error / right
                assert f"{ratio:.2f} times" in text or (ratio >= 10 and number(ratio) in text)
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


def test_residuals_that_go_together_are_seen_and_independent_ones_seldom_suspected() -> None:
    said = {rho: [c.right_error.text for c in every] for rho, every in in_time().items()}
    larger, smaller = (f"{word} by more than chance" for word in ("larger", "smaller"))
    assert all(larger in text and "*serial correlation*" in text for text in said[0.8])
    assert all(smaller in text for text in said[-0.8])
    assert sum("by more than chance" in text for text in said[0.0]) <= 3
    for text in said[0.8] + said[0.0] + said[-0.8]:
        assert "takes three things for granted" in text
        assert "independent of each other, those of the same" in text


@pytest.mark.parametrize("n_groups", [60, 200])
@pytest.mark.parametrize("unequal", [0.0, 0.5])
def test_were_the_model_right_few_robust_errors_would_be_found_to_differ(
    n_groups: int, unequal: float
) -> None:
    rng = np.random.default_rng(n_groups)
    group = np.repeat(np.arange(n_groups), 5)
    x = rng.standard_normal(len(group)) * np.exp(unequal * rng.standard_normal(n_groups))[group]

    def within(values: np.ndarray) -> np.ndarray:
        return values - (np.bincount(group, values) / 5)[group]

    x = within(x)
    weight = pd.Series(np.bincount(group, x**2) / (x**2).sum())
    n_found = 0
    for _ in range(400):
        y = within(rng.standard_normal(len(group)))
        left = y - (x @ y) / (x @ x) * x
        model = sqrt((left @ left) / (4 * n_groups - 1) / (x @ x))
        scores = np.bincount(group, x * left)
        robust = sqrt(n_groups / (n_groups - 1) * (scores @ scores)) / (x @ x)
        found = findings.robust_beside_model(float(robust), float(model), weight)
        n_found += found in (Compared.LARGER, Compared.SMALLER)
    assert n_found <= 0.08 * 400


def test_a_robust_error_has_the_degrees_of_freedom_that_chapter_2_finds() -> None:
    for c in chapters()[::20]:
        deviations = c.study.frame.groupby("g")["x"].transform(lambda x: x - x.mean())
        df = degrees_of_freedom(deviations, c.study.frame["g"])
        assert findings.robust_df(c.weight) == pytest.approx(df, rel=1e-6)


def test_a_robust_error_is_trusted_only_where_chapter_2_would() -> None:
    for c in chapters():
        few = findings.too_few_clusters(findings.robust_df(c.weight))
        text = c.right_error.text
        assert few == ("to be trusted" in text)
        assert few <= ("With the cluster-robust error" not in c.line.text)


def test_how_strong_an_unclear_relation_may_be_is_what_its_interval_allows() -> None:
    seen = set()
    for c in chapters():
        text, two_levels = c.line.text, words(c.study).x_levels is not None
        per_sd = (1 if two_levels else 2 * c.spreads[0]) / c.spreads[1]
        furthest = per_sd * max(abs(c.slope.conf_low), abs(c.slope.conf_high))
        unclear = not c.slope.excludes_zero
        assert ("is weak, if there is one" in text) == (unclear and furthest < 0.2)
        assert ("though not a strong one" in text) == (unclear and 0.2 <= furthest < 0.8)
        assert ("a strong one is not excluded" in text) == (unclear and furthest >= 0.8)
        seen.add((unclear, two_levels))
    assert len(seen) == 4


def test_of_two_means_the_higher_is_named_unless_they_are_equal() -> None:
    for c in chapters():
        low, high = c.rounded.idxmin(), c.rounded.idxmax()
        text, apart = c.marked_groups.text, float(c.means["y"][high] - c.means["y"][low])
        if "is the higher one" in text:
            higher = c.study.name_of(high if apart > 0 else low)
            assert f"and that of {higher} is the higher one" in text
            (amount,) = re.findall(r"differ by ([\d.,]+)", text)
            assert float(amount.replace(",", "")) > 0
        elif low != high:
            assert "are equal." in text
            assert abs(apart) <= 1e-9 * c.means["y"].abs().max()


def test_a_tie_of_two_means_favours_none() -> None:
    study = thousands()[3].study
    frame = pd.DataFrame({"g": [0, 0, 1, 1], "x": [0.0, 1, 2, 4], "y": [1.0, 3, 3, 1], "w": 0})
    text = chapter_of(Numbers(with_frame(study, frame)), 0).marked_groups.text
    assert "are equal." in text
    assert "higher one" not in text


def test_a_warning_is_given_where_the_marked_groups_have_little_in_common() -> None:
    seen = set()
    for c in chapters()[::4]:
        ends = [c.study.frame.loc[c.study.frame["g"] == g, "x"] for g in _marked(c)]
        one, other = (set(np.asarray(x)) for x in ends)
        both = sum(
            max(min(one), min(other)) <= x <= min(max(one), max(other)) for e in ends for x in e
        )
        share = both / sum(map(len, ends))
        text, two = c.marked_overlap.text, len(set(_marked(c))) == 2
        assert ("do not overlap in" in text) == (two and share == 0)
        assert ("overlap little in" in text) == (two and 0 < share < 0.5)
        assert ("A warning" in text) == (two and share < 0.5)
        seen.add(text.partition(".")[0])
    assert len(seen) > 2


def _marked(c: Chapter) -> tuple[int, int]:
    return int(c.rounded.idxmin()), int(c.rounded.idxmax())


def test_the_interval_of_a_picked_pair_is_spoken_of_only_where_there_is_one_to_pick() -> None:
    for c in chapters():
        two, text = len(set(_marked(c))) == 2, c.marked_overlap.text
        assert ("picked by their predictor alone" in text) == two
        assert ("*intercepts* differ most" in text) == (two and len(c.sizes) > 2)


def test_the_reason_given_for_an_error_that_is_too_small_is_the_reason() -> None:
    for c in chapters():
        n, n_groups, y = len(c.study.frame), len(c.sizes), c.means["y"]
        between = (c.sizes * (y - (c.sizes * y).sum() / n) ** 2).sum() / (n_groups - 1)
        of_half, right = c.variances
        assert ("less between" in c.half_way.text) <= (between < right)
        assert ("place of" in c.half_way.text) <= (of_half > right)


def test_groups_may_be_people() -> None:
    for c in [*chapters()[::5], *without_degrees_of_freedom()]:
        one, many = c.study.group.one, c.study.group.many
        for prose in told(c):
            wrong = rf"\b(inside|in each|in every|in|its own|single|are large) ({one}|{many})\b"
            assert not re.search(wrong, prose.text), prose
            assert not re.search(rf"\b1 ({c.study.unit.many}|{many}|degrees)\b", prose.text), prose


def test_a_single_degree_of_freedom_is_one() -> None:
    frame = pd.DataFrame({"g": [0, 0, 1, 1, 2], "x": [0.0, 1, 2, 4, 1], "y": [1.0, 2, 4, 3, 3]})
    c = chapter_of(Numbers(with_frame(thousands()[3].study, frame.assign(w=0))), 0)
    assert "leave 1 degree of freedom." in c.right_error.text


def test_weights_that_leave_a_group_out_are_not_spread_evenly() -> None:
    assert findings.weights(pd.Series([0.49, 0.49, 0.02])) is Weights.FEW
    assert findings.weights(pd.Series([0.26, 0.25, 0.25, 0.24])) is Weights.MANY


def test_without_degrees_of_freedom_no_standard_error_is_spoken_of() -> None:
    assert without_degrees_of_freedom()
    for c in without_degrees_of_freedom():
        assert c.slope.df == 0
        assert "None can be found here" in c.right_error.text
        assert "no standard error to compare with" in c.half_way.text
        assert c.third_way.text == ""
        assert "held equal" not in c.marked_groups.text


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
        assert ("slopes, one for each group whose" in text.replace(c.study.group.one, "group")) == (
            silent > 0
        )
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
    right = c.slope.std_error
    return {
        "slope": findings.direction(c.slope),
        "few are hidden": findings.few_are_hidden(int(c.sizes.sum()) - 1, int(c.slope.df)),
        "robust": findings.robust_beside_model(c.robust.std_error, right, c.weight),
        "strength": findings.strength(c.slope, 2 * c.spreads[0], c.spreads[1]),
        "third way": findings.beside_right_error(c.third.std_error, right),
        "half-way": findings.beside_right_error(c.half.std_error, right),
        "weights": findings.weights(c.weight),
        "silent": findings.n_silent(c.weight),
        "gap": findings.direction(c.gap),
        "overlap": findings.overlap(c.common[2]),
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
            for name in ("gap", "overlap"):
                after[name] = before[name]  # of groups that are tied the first is marked
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
        few = pd.Series(39 * [1 / 39])
        assert findings.robust_beside_model(ratio, 1.0, few) is Compared.ABSENT

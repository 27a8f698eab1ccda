"""Chapter 1 says on any study what its numbers say, in sentences that keep the laws."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd
import pytest
from laws import assert_lawful, hidden_alternatives, never_reached, unlawful
from quick_fits import least_squares, thousands
from scipy import special

from helpers import Estimate
from helpers.chapters.exploration import tell
from helpers.chapters.exploration.exercises import Average
from helpers.course import findings
from helpers.course.findings import Alikeness, Line
from helpers.course.words import Prose, count
from helpers.study.file import Study
from helpers.text import number, percent


@dataclass(frozen=True)
class Chapter:
    """What chapter 1 has computed of a study when it comes to its sentences."""

    study: Study
    data: pd.DataFrame
    n_groups: int
    typical: tuple[float, float]
    sizes: pd.Series
    deviation: pd.Series
    squares: tuple[float, float, float]
    means: pd.Series
    dealt: pd.Series
    f_ratio: float
    p: float
    sds: pd.Series
    levene_p: float
    boxes_apart: np.ndarray
    means_apart: np.ndarray
    line_of_all: Estimate
    slopes: pd.Series

    @property
    def n_shown(self) -> int:
        """How many groups stand in an overview, and are compared in pairs: here no more than 30."""
        return min(self.n_groups, 30)

    @property
    def of_groups(self) -> pd.DataFrame:
        """What is known of each group: its size, its mean and what kind it is of."""
        of_groups = pd.DataFrame({"size": self.sizes, "mean": self.means})
        if self.study.group_predictor is not None:
            first = np.cumsum(self.sizes) - self.sizes
            of_groups["kind"] = self.data["w"].to_numpy()[first]
        return of_groups

    @property
    def boxes_beside_means(self) -> str:
        """What is said of pairs."""
        shown = np.triu_indices(self.n_groups, k=1)[1] < self.n_shown
        apart = self.boxes_apart[shown], self.means_apart[shown]
        tests = self.p, self.levene_p
        return tell.boxes_and_means(*apart, self.n_shown, self.n_groups, *tests, self.study).text

    @property
    def f_test(self) -> str:
        """What is said of the F-test."""
        return tell.f_test(self.f_ratio, *self.dfs[:2], self.p, self.typical, self.study).text

    @property
    def dfs(self) -> tuple[int, int, int]:
        """Degrees of freedom between groups, within them and in total."""
        n_units = len(self.data)
        return self.n_groups - 1, n_units - self.n_groups, n_units - 1

    @property
    def described(self) -> pd.DataFrame:
        """The part of pandas' description that sentences tell of."""
        values = self.data[["y", "x"]].to_numpy(float)
        rows = [np.full(2, len(values)), values.mean(axis=0), values.std(axis=0, ddof=1)]
        return pd.DataFrame(np.transpose(rows), ["y", "x"], ["count", "mean", "std"])


def between_and_within(y: np.ndarray, group: np.ndarray) -> tuple[float, float, float]:
    """Return the sums of squares between groups, within them, and F; infinite where none within."""
    sizes = np.bincount(group)
    means = (np.bincount(group, y) / sizes)[group]
    between, within = ((means - y.mean()) ** 2).sum(), ((y - means) ** 2).sum()
    if within <= 1e-12 * (between + within):
        return between, within, np.inf
    df_between, df_within = len(sizes) - 1, len(y) - len(sizes)
    return between, within, between / df_between / (within / df_within)


def quantiles(y: np.ndarray, sizes: np.ndarray, share: float) -> np.ndarray:
    """Return a quantile of each group; `y` is in order within groups, one behind the other."""
    start = np.cumsum(sizes) - sizes
    return np.interp(start + share * (sizes - 1), np.arange(len(y)), y)


def chapter_of(study: Study, frame: pd.DataFrame, seed: int = 0) -> Chapter:
    """Compute what the chapter computes, quickly."""
    rng = np.random.default_rng(seed)
    frame = frame.iloc[np.lexsort((frame["y"], frame["g"]))].reset_index(drop=True)
    group, x, y = (frame[name].to_numpy() for name in "gxy")
    n = np.bincount(group)
    start = np.cumsum(n) - n
    between, within, f_ratio = between_and_within(y, group)
    mean, x_mean, dealt = (np.bincount(group, values) / n for values in (y, x, rng.permutation(y)))
    deviation, x_within = y - mean[group], x - x_mean[group]
    squares = np.bincount(group, deviation**2)
    in_groups, n_pairs = (n * (n - 1)).sum(), len(y) * (len(y) - 1)
    same, of_all = 2 * (n * squares).sum(), 2 * y.var(ddof=1) * n_pairs
    typical = np.sqrt(same / in_groups), np.sqrt((of_all - same) / (n_pairs - in_groups))

    df_between, df_within = len(n) - 1, len(y) - len(n)
    one, other = np.triu_indices(len(n), k=1)
    low, high = quantiles(y, n, 0.25), quantiles(y, n, 0.75)
    gap = np.maximum(low[other] - high[one], low[one] - high[other])
    error = np.sqrt(within / df_within * (1 / n[one] + 1 / n[other]))
    varies = np.maximum.reduceat(x, start) > np.minimum.reduceat(x, start)
    products, spread = np.bincount(group, x_within * y), np.bincount(group, x_within**2)
    return Chapter(
        study,
        frame,
        len(n),
        (float(typical[0]), float(typical[1])),
        pd.Series(n),
        pd.Series(deviation),
        (between, within, between + within),
        pd.Series(mean),
        pd.Series(dealt),
        f_ratio,
        float(special.fdtrc(df_between, df_within, f_ratio)),
        pd.Series(np.sqrt(squares / np.where(n > 1, n - 1, np.nan))),
        levene(y, n, group) if np.isfinite(f_ratio) else np.nan,
        gap > 1e-9 * y.std(),
        np.abs(mean[one] - mean[other]) > special.stdtrit(df_within, 0.975) * error,
        line_of_all(x, y),
        without_rounding(pd.Series(products[varies] / spread[varies]), x, y),
    )


def line_of_all(x: np.ndarray, y: np.ndarray) -> Estimate:
    """Return the slope of all units with its error, zero where rounding alone makes it steep."""
    from_mean, n = x - x.mean(), len(x)
    ss_x = from_mean @ from_mean
    slope = pd.Series([from_mean @ y / ss_x])
    rest = ((y - y.mean() - slope[0] * from_mean) ** 2).sum()
    error = np.sqrt(rest / (n - 2) / ss_x)
    return Estimate("total", "fixed", "x", float(without_rounding(slope, x, y)[0]), float(error))


def without_rounding(slopes: pd.Series, x: np.ndarray, y: np.ndarray) -> pd.Series:
    return slopes * (slopes.abs() > 1e-9 * y.std() / x.std())


def levene(y: np.ndarray, n: np.ndarray, group: np.ndarray) -> float:
    """Return the p-value of Levene's test among groups of more than two units."""
    distances = np.abs(y - quantiles(y, n, 0.5)[group])[n[group] > 2]
    codes = np.repeat(np.arange((n > 2).sum()), n[n > 2])
    if codes.max(initial=0) == 0:
        return np.nan
    *_, ratio = between_and_within(distances, codes)
    return float(special.fdtrc(codes.max(), len(codes) - codes.max() - 1, ratio))


def rare(frame: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Turn some studies into what few are: constant in groups, level, or with a ceiling."""
    means = frame.groupby("g")["y"].transform("mean") if seed % 20 < 2 else frame["y"]
    if seed % 20 == 0 and means.std() > 1e-9 * frame["y"].std():
        return frame.assign(y=means)
    if seed % 20 == 1:
        x = frame["x"] - frame["x"].mean()
        return frame.assign(y=frame["y"] - x * (x @ frame["y"]) / (x @ x))
    if seed % 20 == 2:
        return frame.assign(y=frame["y"].clip(*frame["y"].quantile([0.2, 0.7])))
    return frame


@cache
def chapters() -> list[Chapter]:
    return [
        chapter_of(numbers.study, rare(numbers.study.frame, seed), seed)
        for seed, numbers in enumerate(thousands())
    ]


def told(c: Chapter) -> Iterator[Prose]:
    """Yield each sentence of the chapter on a study, but for what its file tells."""
    eta_squared, rest = c.squares[0] / c.squares[2], c.squares[1] / c.squares[2]
    df_between, _, df_total = c.dfs
    n_boxed = min(c.n_groups, 12) if c.n_groups > 20 else c.n_groups
    yield tell.about(c.study)
    yield tell.story(c.study)
    yield tell.rows(len(c.data), c.n_groups, c.study)
    yield tell.levels(c.study)
    yield tell.pairs(*c.typical, c.study)
    yield tell.description(c.described, c.study)
    yield tell.ends_of_scale(c.data["y"], c.study)
    yield tell.cross_table(list(c.study.labelled), c.study)
    yield tell.group_sizes(c.sizes, c.study)
    shown = (c.n_shown, n_boxed, c.n_groups)
    yield tell.outcome_by_group(*shown, c.data["y"], c.deviation, c.study)
    yield tell.variation(eta_squared, rest, c.study)
    yield tell.means_against_chance(c.means, c.dealt, df_between / df_total, eta_squared, c.study)
    yield Prose(c.f_test)
    yield tell.spread_inside(c.sds, c.levene_p, c.sizes, c.study)
    yield tell.what_eta_squared_is_not(c.study)
    yield Prose(c.boxes_beside_means)
    yield tell.slopes_in_groups(c.line_of_all, c.slopes, c.n_groups, c.study)


def tables(c: Chapter) -> Iterator[pd.DataFrame]:
    """Yield each table of the chapter on a study."""
    yield tell.table_of_description(c.data[["y", "x"]].describe().T)
    yield tell.table_of_description(c.sizes.describe().to_frame().T)
    yield tell.table_of_variation(c.squares, c.dfs)


# Of people, places and times alike: nothing is in a man, none is large, and no tree is a whom.
AWKWARD = re.compile(
    r"\b[Ii]nside\b|\bsingle (?:men|mothers|clinics|islands|earthquakes)\b|\bwhom?\b"
    r"|twice as large|of one size"
)


def test_every_alternative_is_shown_on_random_studies_and_keeps_the_laws() -> None:
    every, texts = chapters(), list[list[str]]()

    def tell_all() -> None:
        texts.extend([prose.text for prose in told(chapter)] for chapter in every)
        for text, c in zip(texts[::3], every[::3], strict=True):
            text.append(tell.kinds_of_groups(c.of_groups, c.data["y"], c.study).text)
        for chapter in every[::20]:
            texts.extend(
                [str(cell) for cell in table.to_numpy().ravel()] for table in tables(chapter)
            )

    assert never_reached(tell, tell_all) == []
    for whole in texts[: len(every)]:
        text = "\n\n".join(whole)
        assert_lawful(text)
        assert not AWKWARD.search(text), text
    assert not [cell for table in texts[len(every) :] for cell in table if unlawful(cell)]


def test_no_alternative_hides_inside_an_expression() -> None:
    assert hidden_alternatives(tell) == []


def test_the_f_test_and_the_comparison_of_boxes_judge_means_alike() -> None:
    for c in chapters():
        test, boxes = c.f_test, c.boxes_beside_means
        assert ("would seldom spread so widely" in test) == (c.p < 0.05)
        assert ("too often to rule it out" in test) == (0.05 <= c.p <= 0.95)
        assert ("nearly always" in test) == (c.p > 0.95)
        assert ("no difference of means beyond chance" in boxes) == (c.p >= 0.05)
        shown = np.triu_indices(c.n_groups, k=1)[1] < c.n_shown
        of_boxes, of_means = c.boxes_apart[shown].mean(), c.means_apart[shown].mean()
        alike = percent(of_boxes) == percent(of_means) and of_boxes >= 0.05
        hides = c.p < 0.05 and of_boxes < max(0.05, of_means) and not alike
        assert ("Overlapping boxes do not show" in boxes) == hides
        assert ("fewer pairs apart" in boxes or "By the boxes hardly any" in boxes) == hides
        tested = c.levene_p < 0.05 and c.n_groups > 2
        assert ("takes one spread for all" in boxes) == tested


def test_a_share_of_samples_is_that_of_the_f_test_and_never_all_of_them() -> None:
    for c in chapters():
        shares = re.findall(r"in (\S+%) of (\w+)", c.f_test)
        assert shares == [(percent(c.p), "samples")] * (0.05 <= c.p <= 0.95)


def test_pairs_and_the_f_test_never_say_the_opposite_without_a_reason() -> None:
    against = [c for c in chapters() if c.p < 0.05 and c.typical[0] >= 1.02 * c.typical[1]]
    assert against
    for c in against:
        assert "Pair by pair that did not show" in c.f_test
        assert c.sizes.nunique() > 1
    for c in chapters():
        pairs = tell.pairs(*c.typical, c.study).text
        assert not ("even less alike" in pairs and "share something" in c.f_test)


def test_units_that_are_all_the_same_do_not_differ_by_zero() -> None:
    for c in chapters():
        text = tell.pairs(*c.typical, c.study).text
        assert ("never differ" in text) == (not np.isfinite(c.f_ratio))


def test_pairs_are_counted_and_called_a_sample_where_they_are_one() -> None:
    for c in chapters():
        text = c.boxes_beside_means
        assert ("the only pair" in text) == (c.n_groups == 2)
        assert (" pairs one or another" in text) == (c.n_groups > 2)
        assert ("drawn at random" in text) == (c.n_shown < c.n_groups)
        counted = f": {count(c.n_shown * (c.n_shown - 1) // 2)} |"
        assert (counted in text) == (c.n_groups > 2)


def test_kinds_of_groups_are_counted_and_their_means_are_those_of_groups() -> None:
    for c in chapters()[::20]:
        text = tell.kinds_of_groups(c.of_groups, c.data["y"], c.study).text
        assert ("no level-2 variable" in text) == (c.study.group_predictor is None)
        if c.study.group_predictor is None or c.data["w"].nunique() > 2:
            continue
        kinds = c.of_groups.groupby("kind")
        first, second = kinds.size()
        assert text.startswith(f"For {count(first, c.study.group)} ")
        assert f", for {count(second)} it is " in text
        errors = kinds["mean"].std() / kinds.size() ** 0.5
        if "is the same in all" in text:
            assert c.means.std() < 1e-3 * c.data["y"].std()
            continue
        for kind, mean in kinds["mean"].mean().items():
            assert f" {number(mean, errors[kind])}" in text


def test_units_that_pile_up_at_an_end_are_told() -> None:
    told_of = 0
    for c in chapters()[2::4]:
        y, text = c.data["y"].to_numpy(), tell.ends_of_scale(c.data["y"], c.study).text
        values, rows = np.unique(y, return_counts=True)
        for end, n in (("lowest", rows[0]), ("highest", rows[-1])):
            rest = (len(y) - n) / max(len(values) - 1, 1)
            piles_up = len(values) > 2 and n >= 5 and n >= 3 * rest
            assert (f"{count(int(n))} of" in text and end in text) == piles_up
            told_of += piles_up
    assert told_of > 50


def test_one_slope_is_written_with_the_digits_of_its_standard_error_everywhere() -> None:
    for c in chapters()[::10]:
        frame = c.data
        ones = {"Intercept": np.ones(len(frame)), "x": frame["x"].to_numpy(float)}
        slope = least_squares(frame["y"].to_numpy(float), ones)["x"]
        if not number(slope).strip("0."):
            continue
        text = tell.slopes_in_groups(c.line_of_all, c.slopes, c.n_groups, c.study).text
        written = number(slope)
        assert f"has {written}." in text
        assert f"er by {number(abs(slope.estimate), slope.std_error)}" in text


def test_units_of_one_group_are_called_more_alike_only_if_they_typically_differ_less() -> None:
    for c in chapters():
        same, other = c.typical
        text = tell.pairs(same, other, c.study).text
        assert ("are more alike" in text) == (same < 0.98 * other)
        assert ("even less alike" in text) == (same >= 1.02 * other)


def test_a_line_is_said_to_go_the_way_of_its_slope() -> None:
    for c in chapters():
        text = tell.slopes_in_groups(c.line_of_all, c.slopes, c.n_groups, c.study).text
        assert ("the line rises" in text) == (c.line_of_all.estimate > 0)
        assert ("the line falls" in text) == (c.line_of_all.estimate < 0)
        assert ("rises for none" in text) == (c.slopes <= 0).all()
        ways = re.findall(r"(?:rises|falls|level) for (none|[\d,]*\d)", text)
        counted = [int(n.replace("none", "0").replace(",", "")) for n in ways]
        assert sum(counted) == len(c.slopes)


def test_groups_are_called_of_one_size_only_if_they_are() -> None:
    for c in chapters():
        text = tell.group_sizes(c.sizes, c.study).text
        assert ("*balanced*" in text) == (c.sizes.nunique() == 1)
        assert ("with a single" in text) == (c.sizes == 1).any()


def test_rows_that_are_used_and_left_out_add_up() -> None:
    for c in chapters():
        text = tell.rows(len(c.data), c.n_groups, c.study).text
        assert ("Each of them is complete" in text) == (c.study.n_rows == len(c.data))
        assert ("missing: " in text) == (c.study.n_rows > len(c.data))


def test_a_spread_is_called_unequal_only_if_a_test_says_so() -> None:
    for c in chapters():
        text = tell.spread_inside(c.sds, c.levene_p, c.sizes, c.study).text
        assert ("the F-test as a rough answer" in text) == (c.levene_p < 0.05)
        assert ("are independent (Levene's test" in text) == (c.levene_p < 0.05)
        assert ("Levene's test" in text) == np.isfinite(c.levene_p)
        balanced = c.sizes.nunique() == 1
        assert ("as here, unequal spread" in text) == (balanced and c.levene_p < 0.05)
        assert ("too easily if" in text) == (not balanced and c.levene_p < 0.05)
        assert not re.search(r"between (\S+) and \1\. ", text + " ")
        if "Levene's test" in text:  # what is said to lie between is what was tested
            sds = c.sds[c.sizes > 2]
            assert f"between {number(sds.min())} and {number(sds.max())}." in text
            assert ("three or more" in text) == (c.sizes.min() < 3)


def found(c: Chapter) -> dict[str, object]:
    """Collect what the chapter finds, without a word of prose."""
    return {
        "alikeness": findings.alikeness(*c.typical),
        "shrinks": findings.spread_shrinks(c.data["y"].std(), c.deviation.std()),
        "means": findings.means_beyond_chance(c.p),
        "spread": findings.heterogeneity(c.levene_p),
        "balanced": findings.is_balanced(c.sizes),
        "far": findings.spread_of_means(c.p),
        "boxes": findings.boxes_beside_means(c.boxes_apart.mean(), c.means_apart.mean(), c.p),
        "line": findings.line(c.line_of_all.estimate),
        "lines": [findings.line(slope) for slope in c.slopes],
    }


SOME = [seed for seed in range(0, 2000, 7) if seed % 20 > 1]  # those that rounding decides aside
FLIPPED = {Line.RISING: Line.FALLING, Line.FALLING: Line.RISING, Line.LEVEL: Line.LEVEL}


def test_a_flipped_outcome_flips_every_line_and_nothing_else() -> None:
    for seed in SOME:
        c = chapters()[seed]
        expected = found(c)
        expected |= {
            "line": FLIPPED[findings.line(c.line_of_all.estimate)],
            "lines": [FLIPPED[findings.line(slope)] for slope in c.slopes],
        }
        assert found(chapter_of(c.study, c.data.assign(y=-c.data["y"]))) == expected, seed


def test_units_of_measurement_order_of_rows_and_names_of_groups_change_no_finding() -> None:
    for seed in SOME:
        c = chapters()[seed]
        scaled = c.data.assign(y=1024 * c.data["y"], x=c.data["x"] / 64)
        assert found(chapter_of(c.study, scaled)) == found(c), seed
        larger = c.data.assign(y=2.0**40 * c.data["y"])
        assert found(chapter_of(c.study, larger)) == found(c), seed
        renamed = c.data.assign(g=c.data["g"].max() - c.data["g"])[::-1]
        lines = list(reversed(found(c)["lines"]))  # type: ignore[call-overload]
        assert found(chapter_of(c.study, renamed)) == found(c) | {"lines": lines}, seed


def test_a_line_that_is_level_is_level_in_any_units() -> None:
    for seed in range(1, 2000, 140):
        for scale in (1e-9, 1.0, 1e9):
            c = chapters()[seed]
            frame = c.data.assign(y=scale * c.data["y"])
            assert findings.line(chapter_of(c.study, frame).line_of_all.estimate) is Line.LEVEL


def test_an_average_of_few_deals_is_right_and_a_mistake_is_one() -> None:
    answer = Average(0.0221, "Yes.", {"As observed.": 0.191}, tolerance=0.0007, reach=0.0031)
    assert answer.reply_to(0.0224).text == "Yes."
    assert answer.reply_to(0.0247).verdict == "right"
    assert "deal more often" in answer.reply_to(0.0247).text
    assert answer.reply_to(0.191).text == "As observed."
    assert answer.reply_to(0.0291).verdict == "not yet"


@pytest.mark.parametrize(
    ("same", "expected"),
    [
        (9.0, Alikeness.MORE),
        (9.9, Alikeness.HARDLY),
        (10.1, Alikeness.HARDLY),
        (10.3, Alikeness.LESS),
    ],
)
def test_two_in_a_hundred_hardly_matter(same: float, expected: Alikeness) -> None:
    assert findings.alikeness(same, 10.0) is expected

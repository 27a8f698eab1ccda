"""Chapter 6 says on any study what its numbers say, in sentences that keep the laws."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from laws import assert_lawful, hidden_alternatives, never_reached, unlawful
from quick_fits import Numbers, estimate, thousands
from random_studies import with_frame
from scipy import special

from helpers import Estimate
from helpers.chapters.sector_interaction import compare, tell
from helpers.course import findings
from helpers.course.findings import Adjusted, Edge, Finding, Interaction, Slopes
from helpers.course.words import Prose
from helpers.running.report.index import answer
from helpers.study.file import Study


@dataclass(frozen=True)
class Fit:
    """A random-intercept model as quickly fitted, of which combinations can be estimated."""

    names: list[str]
    b: np.ndarray
    covariance: np.ndarray
    df: float
    variances: tuple[float, float]

    def t_test(self, weights: dict[str, float]) -> Estimate:
        """Estimate a combination of coefficients."""
        at = np.array([float(weights.get(name, 0)) for name in self.names])
        return estimate(float(at @ self.b), float(np.sqrt(at @ self.covariance @ at)), self.df)


def fit(numbers: Numbers, df: float, **columns: np.ndarray) -> Fit:
    """Fit columns beside an intercept, as `Numbers.mixed` does it."""
    y, n = numbers.data["y"].to_numpy(float), numbers.sizes.to_numpy()
    x = np.column_stack([np.ones(len(y)), *columns.values()])
    rest = y - x @ np.linalg.lstsq(x, y, rcond=None)[0]
    inside = rest - numbers.of_group(rest)
    sigma2 = (inside**2).sum() / max(len(y) - len(n) - 1, 1)
    between = (rest**2).sum() - (inside**2).sum()
    mean_size = (len(y) - (n**2).sum() / len(y)) / (len(n) - 1)
    tau2 = max((between / (len(n) - 1) - sigma2) / mean_size, 0.0)
    if tau2 * mean_size < 1e-9 * sigma2:  # rounding error
        tau2 = 0.0
    part = (1 - np.sqrt(sigma2 / (sigma2 + n * tau2)))[numbers.group]
    x = np.column_stack([column - part * numbers.of_group(column) for column in x.T])
    size = np.linalg.norm(x, axis=0)
    size[size == 0] = 1
    inverse = np.linalg.pinv(x / size) / size[:, None]
    names = ["Intercept", *columns]
    b = inverse @ (y - part * numbers.of_group(y))
    return Fit(names, b, sigma2 * inverse @ inverse.T, df, (tau2, sigma2))


@dataclass(frozen=True)
class Chapter:
    """What chapter 6 has computed of a study when it comes to its sentences."""

    study: Study
    kinds: dict[str, float]
    w_of_group: pd.Series | None
    placed: pd.Series
    means: pd.DataFrame
    of_w: Estimate
    variances: pd.DataFrame
    slope_variances: tuple[float, float]
    product: Estimate
    slopes: dict[str, Estimate]
    shared: Estimate
    own: Estimate
    rows: dict[tuple[str, str], Estimate]
    of_own: dict[str, Estimate]
    p: float
    edge: Edge
    range_of_means: tuple[float, float]
    of_means: Estimate
    at_mean: Estimate
    difference: pd.DataFrame
    adjusted: Estimate

    @property
    def regions(self) -> list[findings.Region]:
        """Where the kinds differ."""
        return findings.regions_of_significance(self.difference)

    @property
    def verdict(self) -> Interaction:
        """How the slope depends on the kind."""
        first, *_, last = self.slopes.values()
        return findings.interaction(self.own, first.estimate, last.estimate)


def wider(one: Fit, slopes: list[str], factor: float, df: float) -> Fit:
    """Return a fit in which slopes are less surely known, as where they differ between groups."""
    by = np.array([factor if name in slopes else 1.0 for name in one.names])
    return replace(one, covariance=by[:, None] * one.covariance * by, df=df)


def chapter_of(numbers: Numbers, seed: int) -> Chapter:
    """Compute what the chapter computes, quickly; what takes an optimum is drawn."""
    rng, study, data = np.random.default_rng(seed), numbers.study, numbers.data
    kinds = compare.kinds(study)
    n_groups, x = len(numbers.sizes), data["x"].to_numpy(float)
    dfs = n_groups * rng.choice([0.4, 1.0, 4.0])
    fits = {"1": fit(numbers, dfs), "x": fit(numbers, dfs, x=x)}
    nothing = compare.NOTHING
    w_of_group = None
    of_w = product = shared = own = at_mean = adjusted = of_means = nothing
    slopes: dict[str, Estimate] = {}
    of_own: dict[str, Estimate] = {}
    rows: dict[tuple[str, str], Estimate] = {}
    difference, limits, p, edge = pd.DataFrame(), (np.nan, np.nan), np.nan, Edge.NONE
    slope_variances = (np.nan, np.nan)
    placed = data["x_within"] + data["x"].mean()
    if kinds:
        w_of_group = data["w"].groupby(numbers.group).first()
        w = data["w"].to_numpy(float)
        first, *_, last = kinds.values()
        contrast = float(last - first)
        fits["x + w"] = fit(numbers, dfs, x=x, w=w)
        fits["x * w"] = cross = fit(numbers, 10 * dfs, x=x, w=w, xw=x * w)
        of_w, product = fits["x + w"].t_test({"w": contrast}), cross.t_test({"xw": contrast})
        within, mean = (data[f"x_{part}"].to_numpy(float) for part in ("within", "mean"))
        free = findings.means_differ(numbers.means["x"], data["x"])
        columns = {"within": within, "w": w, "xw": within * w} | ({"mean": mean} if free else {})
        model = fit(numbers, 10 * dfs, **columns)
        shared = model.t_test({"xw": contrast})
        rows["cross_level", "x:w"] = product
        if rng.random() < 0.9:  # else slopes of their own cannot be fitted
            factor = rng.choice([1.0, 1.0, 1.5, 4.0])
            model = wider(model, ["within", "xw"], factor, dfs)
            own = model.t_test({"xw": contrast})
            for name, term in (("x_within", "within"), ("x_within:w", "xw")):
                rows["cross_level_random_slope", name] = model.t_test({term: 1})
            edge = Edge(rng.choice(list(Edge)))
            variance, reach = rng.choice([0.01, 2.0]), rng.choice([0.5, 1.5])
            variance = 0.0 if edge is Edge.SLOPES else variance
            p = float(rng.choice([0.001, 0.07])) if reach < 1 else 0.4
            slope_variances = (variance * rng.choice([0.5, 1.0, 3.0]), variance)
            of_own = {
                "var_slope": variance_row(variance, max(0.0, variance * (1 - reach))),
                "cov_intercept_slope": estimate(rng.normal(), 0.5, 20),
            }
        slopes = {kind: model.t_test({"within": 1, "xw": at}) for kind, at in kinds.items()}
        at_mean = model.t_test({"w": contrast})
        values = compare.places(study, placed, data["w"])
        if len(values):
            at = values[:: max(len(values) // 20, 1)]
            each = np.zeros((len(at), len(model.names)))
            each[:, model.names.index("w")] = contrast
            each[:, model.names.index("xw")] = contrast * (at - data["x"].mean())
            line = each @ model.b
            reach = np.sqrt(((each @ model.covariance) * each).sum(axis=1))
            reach *= special.stdtrit(model.df, 0.975)
            band = np.column_stack([line, line - reach, line + reach])
            difference = pd.DataFrame(band, at, ["line", "low", "high"])
        limits = compare.common_range(numbers.means["x"], w_of_group)
        if free:
            of_means = model.t_test({"mean": 1})
            adjusted = fit(numbers, dfs, x=x, w=w, mean=mean).t_test({"w": contrast})
            if rng.random() < 0.05:
                adjusted = estimate(-of_w.estimate, of_w.std_error, dfs)
    variances = pd.DataFrame(
        {name: each.variances for name, each in fits.items()}, index=["group", "unit"]
    )
    return Chapter(
        study,
        kinds,
        w_of_group,
        placed,
        numbers.means,
        of_w,
        variances,
        slope_variances,
        product,
        slopes,
        shared,
        own,
        rows,
        of_own,
        p,
        edge,
        limits,
        of_means,
        at_mean,
        difference,
        adjusted,
    )


def variance_row(value: float, low: float) -> Estimate:
    return Estimate("m", "variance", "var_slope", value, conf_low=low, conf_high=3 * value + 1)


@cache
def chapters() -> list[Chapter]:
    return [chapter_of(numbers, seed) for seed, numbers in enumerate(thousands())]


def with_kinds() -> list[Chapter]:
    return [each for each in chapters() if each.kinds]


def told(c: Chapter) -> Iterator[Prose]:
    """Yield each sentence of the chapter on a study."""
    rng = np.random.default_rng(len(c.placed))
    prototypes = dict(zip(c.kinds, rng.permutation(len(c.means)), strict=False))
    yield tell.the_study(c.kinds, c.w_of_group, c.study)
    yield tell.difference_of_levels(c.of_w, len(c.means), c.kinds, c.study)
    yield tell.change_of_variances(c.variances.iloc[:, :3], c.study)
    yield tell.what_is_equal(c.means["x"], c.kinds, c.study)
    yield tell.simple_slopes(c.own, c.slopes, c.study)
    yield tell.random_slopes(c.of_own, c.p, c.edge, c.study)
    yield tell.tutorials_way(c.product, c.shared, c.own, c.kinds, c.study)
    yield tell.what_it_explains(c.variances, c.slope_variances, c.own, c.study)
    yield tell.prototypes(prototypes, beside(c), c.study)
    yield tell.means_by_kind(c.range_of_means, c.means["x"], c.of_means, c.kinds, c.study)
    yield where_they_differ(c)
    yield tell.at_equal_means(c.of_w, c.adjusted, c.kinds, c.study)
    yield tell.moderation(c.own, c.slopes, c.study)


def where_they_differ(c: Chapter) -> Prose:
    return tell.where_they_differ(c.of_w, c.at_mean, c.difference, c.placed, c.kinds, c.study)


def beside(c: Chapter) -> pd.DataFrame:
    """Draw where lines of prototypes lie, and how they tilt where slopes differ."""
    drawn = np.random.default_rng(len(c.placed)).standard_normal((len(c.kinds), 3))
    drawn[:, 2] *= bool(c.of_own)
    return pd.DataFrame(drawn, list(c.kinds), ["kind", "group", "slope"])


def tables(c: Chapter) -> Iterator[pd.DataFrame]:
    """Yield each table of the chapter on a study."""
    sizes = pd.Series(2, c.means.index)
    prototypes = dict.fromkeys(c.kinds, 0)
    yield tell.table_of_products({"product": c.product, "deviation": c.shared, "own": c.own})
    explained = 1 - c.variances.div(c.variances["1"], axis="index")
    yield tell.table_of_variances(c.variances, explained)
    yield tell.table_of_prototypes(prototypes, sizes, c.means, beside(c), c.study)
    yield tell.table_of_differences(c.of_w, c.adjusted)
    yield tell.table_of_questions(c.own)


def test_every_alternative_is_shown_on_random_studies_and_keeps_the_laws() -> None:
    every = chapters()

    def tell_all() -> None:
        for chapter in every:
            texts = [prose.text for prose in told(chapter)]
            free = compare.NOTHING is not chapter.of_means
            texts += [tell.as_typed(free, chapter.kinds, chapter.study).text]
            assert_lawful("\n\n".join(texts))
        for chapter in every[::20]:
            for table in tables(chapter):
                assert not [cell for cell in table.to_numpy().ravel() if unlawful(cell)]

    missed = never_reached(tell, tell_all)
    assert missed == [], missed


def test_no_alternative_hides_inside_an_expression() -> None:
    assert hidden_alternatives(tell) == []


def test_higher_and_lower_are_said_only_of_intervals_on_that_side() -> None:
    for c in with_kinds():
        level = tell.difference_of_levels(c.of_w, len(c.means), c.kinds, c.study).text
        assert ("is higher in" in level) == (c.of_w.conf_low > 0)
        assert ("is lower in" in level) == (c.of_w.conf_high < 0)
        slope = tell.simple_slopes(c.own, c.slopes, c.study).text
        assert ("relation rises." in slope) == all(s.conf_low > 0 for s in c.slopes.values())
        assert ("relation falls." in slope) == all(s.conf_high < 0 for s in c.slopes.values())
        if c.study.predictor.name in c.study.levels:
            continue
        said = where_they_differ(c).text
        mean, *_ = said.partition(" Along ")
        assert ("is higher in" in mean) == (c.at_mean.conf_low > 0)
        assert ("is lower in" in mean) == (c.at_mean.conf_high < 0)
        same = findings.direction(c.of_w) is findings.direction(c.at_mean)
        assert ("gave another difference" in said) != same


def test_a_prototype_lies_as_far_from_its_kind_as_its_lines_in_the_table() -> None:
    for c in with_kinds()[::20]:
        lines = beside(c)
        said = tell.prototypes(dict.fromkeys(c.kinds, 0), lines, c.study).text
        sides = re.findall(r" (above|below)", said.split("own lines lie")[1].partition(".  ")[0])
        above = lines["group"] >= lines["kind"]
        assert sides[: len(lines)] == ["above" if each else "below" for each in above]
        assert ("slopes are those of their kinds" in said) != lines["slope"].any()


DIRECTIONS = {Finding.HIGHER, Finding.LOWER}

# How each text words the verdict on the interaction.
WORDED = {
    Interaction.STEEPER: "The slope is steeper in",
    Interaction.FLATTER: "The slope is flatter in",
    Interaction.HIGHER: "The slope is higher in",
    Interaction.LOWER: "The slope is lower in",
    Interaction.UNCLEAR: "whether the two differ cannot be told",
    Interaction.ABSENT: "is left open",
}
ON_THE_INDEX = {
    Interaction.STEEPER: " is steeper in",
    Interaction.FLATTER: " is flatter in",
    Interaction.HIGHER: "The slope of dose is higher in",
    Interaction.LOWER: "The slope of dose is lower in",
    Interaction.UNCLEAR: "Whether the slope of dose depends on kind cannot be told.",
    Interaction.ABSENT: "is left open",
}


def test_index_and_chapter_never_differ_on_the_interaction() -> None:
    seen = set()
    for c in with_kinds():
        on_index = answer(c.study, c.rows)
        verdict = tell.simple_slopes(c.own, c.slopes, c.study).text
        last = tell.moderation(c.own, c.slopes, c.study).text
        for texts, text in ((WORDED, verdict), (ON_THE_INDEX, on_index)):
            assert [each for each, said in texts.items() if said in text] == [c.verdict], text
        assert ("depends on kind." in verdict) == c.verdict.is_clear
        assert ("moderate each other" in last) == c.verdict.is_clear
        assert ("is left open" in last) == (c.verdict is Interaction.ABSENT)
        way = tell.tutorials_way(c.product, c.shared, c.own, c.kinds, c.study).text
        assert ("says that it does" in way) <= c.verdict.is_clear
        assert not ("to go by" in way and c.own.direction == c.product.direction)
        seen.add(c.verdict)
    assert seen == set(Interaction)


def test_the_verdict_is_that_of_the_interval_with_slopes_that_differ() -> None:
    for c in with_kinds():
        assert c.verdict.is_clear == c.own.excludes_zero
        first, *_, last = (slope.estimate for slope in c.slopes.values())
        if c.verdict in (Interaction.STEEPER, Interaction.FLATTER):
            assert first * last > 0
            assert (abs(last) > abs(first)) == (c.verdict is Interaction.STEEPER)
        elif c.verdict.is_clear:
            assert (last > first) == (c.verdict is Interaction.HIGHER)


@pytest.mark.parametrize("statistic", [0.0, 2.0, 3.0, 3.9, 4.7, 5.0, 5.3, 9.0])
def test_interval_and_test_of_the_variance_of_slopes_never_contradict(statistic: float) -> None:
    # The interval excludes zero above 3.84, the test above 5.14.
    p = (special.chdtrc(1, statistic) + special.chdtrc(2, statistic)) / 2
    variance = variance_row(0.1, 0.05 if statistic > 3.8415 else 0.0)
    study = chapters()[0].study
    text = tell.random_slopes(
        {"var_slope": variance, "cov_intercept_slope": estimate(0.1, 1.0, 9)}, p, Edge.NONE, study
    ).text
    assert ("Beyond" in text) == (statistic > 5.14)
    assert ("on the border" in text) == (3.8415 < statistic < 5.14)
    assert ("cannot be told: their standard" in text) == (statistic < 3.8415)


def test_a_share_of_a_variance_that_is_taken_away_is_a_share() -> None:
    shares = re.compile(r"lowers .*? by (-?[\d.,]+)%")
    for c in with_kinds():
        text = tell.what_it_explains(c.variances, c.slope_variances, c.own, c.study).text
        assert all(0 < float(found.replace(",", "")) <= 100 for found in shares.findall(text))
        before, after = c.variances.loc["group"].iloc[2:]
        assert ("this variance is estimated larger" in text) == (after > 1.01 * before > 0)


def test_part_of_a_difference_is_ascribed_only_where_both_are_clear() -> None:
    for c in with_kinds():
        text = tell.at_equal_means(c.of_w, c.adjusted, c.kinds, c.study).text
        both = c.of_w.excludes_zero and c.adjusted.excludes_zero
        assert ("part of it goes with" in text) <= both
        assert ("it is larger among" in text) <= both


def test_a_study_without_a_group_predictor_is_told_so_once() -> None:
    for c in chapters():
        if not c.kinds:
            first, *rest = (prose.text for prose in told(c))
            assert "nothing is computed below" in first
            assert not any(rest)


def test_regions_cover_the_range_and_hold_what_is_found_in_them() -> None:
    for c in with_kinds():
        at, low, high = c.difference.index.to_numpy(), *c.difference[["low", "high"]].to_numpy().T
        starts, ends = ([getattr(r, name) for r in c.regions] for name in ("start", "end"))
        assert (starts[0], ends[-1]) == (at[0], at[-1])
        assert starts[1:] == ends[:-1]
        assert all(one.found is not two.found for one, two in pairwise(c.regions))
        # From higher to lower leads a stretch where that cannot be told.
        assert not any({one.found, two.found} == DIRECTIONS for one, two in pairwise(c.regions))
        for region in c.regions:
            own = (at > region.start) & (at < region.end)
            assert not own.any() or (low[own] > 0).all() == (region.found is Finding.HIGHER)
            assert not own.any() or (high[own] < 0).all() == (region.found is Finding.LOWER)


def found(c: Chapter) -> dict[str, object]:
    """Collect what the chapter finds, without a word of prose."""
    _, with_x, with_w, _ = c.variances.loc["group"]
    return {
        "level": findings.direction(c.of_w),
        "support": findings.support(c.of_w.df, len(c.means)),
        "product": findings.direction(c.product),
        "interaction": c.verdict,
        "slopes": findings.simple_slopes(c.slopes.values()),
        "agree": findings.agree(c.shared, c.product),
        "between": findings.step(with_x, with_w),
        "of means": findings.direction(c.of_means),
        "at mean": findings.direction(c.at_mean),
        "regions": [region.found for region in c.regions],
        "adjusted": findings.adjusted(c.of_w, c.adjusted),
    }


def again(numbers: Numbers, seed: int, frame: pd.DataFrame) -> dict[str, object]:
    """Find anew, on other rows of the study."""
    study = numbers.study
    other = with_frame(study, frame)
    return found(chapter_of(Numbers(other), seed))


FLIPPED = {
    Finding.HIGHER: Finding.LOWER,
    Finding.LOWER: Finding.HIGHER,
    Slopes.RISING: Slopes.FALLING,
    Slopes.FALLING: Slopes.RISING,
    Interaction.HIGHER: Interaction.LOWER,
    Interaction.LOWER: Interaction.HIGHER,
}


def flipped(finding: object) -> object:
    if isinstance(finding, list):
        return [flipped(each) for each in finding]
    return FLIPPED.get(finding, finding)  # type: ignore[call-overload]


SOME = range(0, 2000, 10)


def test_a_flipped_outcome_flips_every_direction_and_nothing_else() -> None:
    for seed in SOME:
        if chapters()[seed].kinds:
            numbers = thousands()[seed]
            frame = numbers.study.frame.assign(y=lambda rows: -rows["y"])
            before = {name: flipped(each) for name, each in found(chapters()[seed]).items()}
            assert again(numbers, seed, frame) == before, seed


def test_units_and_names_of_groups_change_no_finding() -> None:
    for seed in SOME:
        if chapters()[seed].kinds:
            numbers = thousands()[seed]
            by = 1 if "x" in numbers.study.levels else 64
            frame = numbers.study.frame.assign(y=lambda rows: 1024 * rows["y"])
            frame["x"] /= by
            assert again(numbers, seed, frame) == found(chapters()[seed]), seed
            frame = numbers.study.frame
            frame["g"] = frame["g"].max() - frame["g"]
            assert again(numbers, seed, frame[::-1]) == found(chapters()[seed]), seed


def test_kinds_compared_the_other_way_round_differ_the_other_way_round() -> None:
    for c in with_kinds():
        band = -c.difference.rename(columns={"low": "high", "high": "low"})
        regions = findings.regions_of_significance(band)
        assert [flipped(each.found) for each in c.regions] == [each.found for each in regions]
        assert [each[1:] for each in c.regions] == [each[1:] for each in regions]


def test_what_is_held_equal_is_said_to_turn_a_difference_only_if_both_are_clear() -> None:
    for c in with_kinds():
        turned = {findings.direction(c.of_w), findings.direction(c.adjusted)}
        expected = turned == {Finding.HIGHER, Finding.LOWER}
        assert (findings.adjusted(c.of_w, c.adjusted) is Adjusted.TURNED) == expected


@pytest.mark.parametrize(
    ("df", "said"),
    [(3.0, "fewer even than"), (20.0, "roughly as many as"), (300.0, "more than there are")],
)
def test_degrees_of_freedom_are_held_against_the_number_of_groups(df: float, said: str) -> None:
    c = with_kinds()[0]
    text = tell.difference_of_levels(replace(c.of_w, df=df), 20, c.kinds, c.study).text
    assert said in text

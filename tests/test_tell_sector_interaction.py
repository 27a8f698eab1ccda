"""Chapter 6 says on any study what its numbers say, in sentences that keep the laws."""

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
from helpers.course.findings import Compared, Finding, Moderation, Slopes
from helpers.course.words import Prose
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
    x: pd.Series
    means: pd.DataFrame
    of_w: Estimate
    variances: pd.DataFrame
    explained: pd.DataFrame
    product: Estimate
    slopes: dict[str, Estimate]
    shared: Estimate
    own: Estimate
    range_of_means: tuple[float, float]
    slope_of_means: float
    at_mean: Estimate
    difference: pd.DataFrame
    adjusted: Estimate

    @property
    def regions(self) -> list[findings.Region]:
        """Where the kinds differ."""
        return findings.regions_of_significance(self.difference)


def chapter_of(numbers: Numbers, seed: int) -> Chapter:
    """Compute what the chapter computes, quickly; what takes an optimum is drawn."""
    rng, study, data = np.random.default_rng(seed), numbers.study, numbers.data
    kinds = compare.kinds(study)
    n_groups, x = len(numbers.sizes), data["x"].to_numpy(float)
    dfs = n_groups * rng.choice([0.4, 1.0, 4.0])
    fits = {"1": fit(numbers, dfs), "x": fit(numbers, dfs, x=x)}
    nothing = compare.NOTHING
    w_of_group = None
    of_w = product = shared = own = at_mean = adjusted = nothing
    slopes: dict[str, Estimate] = {}
    difference, limits, slope_of_means = pd.DataFrame(), (np.nan, np.nan), np.nan
    if kinds:
        w_of_group = data["w"].groupby(numbers.group).first()
        w = data["w"].to_numpy(float)
        first, *_, last = kinds.values()
        contrast = float(last - first)
        fits["x + w"] = fit(numbers, dfs, x=x, w=w)
        fits["x * w"] = cross = fit(numbers, 10 * dfs, x=x, w=w, xw=x * w)
        of_w, product = fits["x + w"].t_test({"w": contrast}), cross.t_test({"xw": contrast})
        slopes = {kind: cross.t_test({"x": 1, "xw": at}) for kind, at in kinds.items()}
        within, mean = (data[f"x_{part}"].to_numpy(float) for part in ("within", "mean"))
        shared = fit(numbers, 10 * dfs, x=within, xw=within * w, mean=mean, w=w).t_test(
            {"xw": contrast}
        )
        if rng.random() < 0.9:  # else slopes of their own cannot be fitted
            error = shared.std_error * rng.choice([1.0, 1.0, 1.5, 4.0])
            own = estimate(shared.estimate, error, dfs)
        at_mean = cross.t_test({"w": contrast, "xw": contrast * x.mean()})
        values = compare.common_values(data["x"], data["w"])
        if len(values):
            at = values[::10]
            each = np.outer(at, [0, 0, 0, contrast]) + np.array([0, 0, contrast, 0])
            line = each @ cross.b
            reach = np.sqrt(((each @ cross.covariance) * each).sum(axis=1))
            reach *= special.stdtrit(cross.df, 0.975)
            rows = np.column_stack([line, line - reach, line + reach])
            difference = pd.DataFrame(rows, at, ["line", "low", "high"])
        limits = compare.common_range(numbers.means["x"], w_of_group)
        if findings.means_differ(numbers.means["x"], data["x"]):
            with_means = fit(numbers, dfs, x=x, w=w, xw=x * w, mean=mean)
            adjusted = with_means.t_test({"w": contrast, "xw": contrast * x.mean()})
            design = np.column_stack([np.ones(n_groups), numbers.means["x"], w_of_group])
            slope_of_means = np.linalg.lstsq(design, numbers.means["y"], rcond=None)[0][1]
    variances = pd.DataFrame(
        {name: each.variances for name, each in fits.items()}, index=["group", "unit"]
    )
    explained = 1 - variances.div(variances["1"], axis="index")
    return Chapter(
        study,
        kinds,
        w_of_group,
        data["x"],
        numbers.means,
        of_w,
        variances,
        explained,
        product,
        slopes,
        shared,
        own,
        limits,
        slope_of_means,
        at_mean,
        difference,
        adjusted,
    )


@cache
def chapters() -> list[Chapter]:
    return [chapter_of(numbers, seed) for seed, numbers in enumerate(thousands())]


def with_kinds() -> list[Chapter]:
    return [each for each in chapters() if each.kinds]


def told(c: Chapter) -> Iterator[Prose]:
    """Yield each sentence of the chapter on a study."""
    rng, prototypes, shifts = np.random.default_rng(len(c.x)), {}, None
    if c.kinds:
        prototypes = dict(zip(c.kinds, rng.permutation(len(c.means)), strict=False))
        shifts = pd.Series(rng.standard_normal(len(c.means)))
    yield tell.the_study(c.kinds, c.w_of_group, c.study)
    yield tell.difference_of_levels(c.of_w, len(c.means), c.kinds, c.study)
    yield tell.change_of_variances(c.variances.iloc[:, :3], c.study)
    yield tell.what_is_equal(c.kinds, c.study)
    yield tell.simple_slopes(c.product, c.slopes, c.study)
    yield tell.inside_groups(c.product, c.shared, c.own, c.kinds, c.study)
    yield tell.what_follows(c.shared, c.own, c.study)
    yield tell.what_it_explains(c.explained, c.product, c.study)
    yield tell.prototypes(prototypes, shifts, c.study)
    yield tell.means_by_kind(c.range_of_means, c.means["x"], c.slope_of_means, c.slopes, c.study)
    yield where_they_differ(c)
    yield tell.at_equal_means(c.at_mean, c.adjusted, c.difference, c.kinds, c.study)
    yield tell.moderation(c.product, c.own, c.kinds, c.study)


def where_they_differ(c: Chapter) -> Prose:
    return tell.where_they_differ(c.at_mean, c.difference, c.x, c.kinds, c.study)


def tables(c: Chapter) -> Iterator[pd.DataFrame]:
    """Yield each table of the chapter on a study."""
    sizes = pd.Series(2, c.means.index)
    predicted = c.means.set_axis(["population", "group"], axis=1)
    prototypes = dict.fromkeys(c.kinds, 0)
    yield tell.table_of_products({"product": c.product, "deviation": c.shared, "own": c.own})
    yield tell.table_of_variances(c.variances, c.explained)
    yield tell.table_of_prototypes(prototypes, sizes, c.means, predicted, c.study)
    yield tell.table_of_differences(c.at_mean, c.adjusted)
    yield tell.table_of_questions(c.product)


def test_every_alternative_is_shown_on_random_studies_and_keeps_the_laws() -> None:
    every = chapters()

    def tell_all() -> None:
        for chapter in every:
            texts = [prose.text for prose in told(chapter)]
            for text in texts:
                assert_lawful(text)
            whole = "\n\n".join(texts)
            assert not unlawful(whole), (unlawful(whole), whole)
        for chapter in every[::20]:
            for table in tables(chapter):
                cells = [cell for cell in table.to_numpy().ravel() if cell != "-0.0%"]
                assert not [cell for cell in cells if unlawful(cell)]

    assert never_reached(tell, tell_all) == []


def test_no_alternative_hides_inside_an_expression() -> None:
    assert hidden_alternatives(tell) == []


def test_higher_and_lower_are_said_only_of_intervals_on_that_side() -> None:
    for c in with_kinds():
        level = tell.difference_of_levels(c.of_w, len(c.means), c.kinds, c.study).text
        assert ("is higher in" in level) == (c.of_w.conf_low > 0)
        assert ("is lower in" in level) == (c.of_w.conf_high < 0)
        slope = tell.simple_slopes(c.product, c.slopes, c.study).text
        assert ("larger in" in slope) == (c.product.conf_low > 0)
        assert ("smaller in" in slope) == (c.product.conf_high < 0)
        assert ("relation rises." in slope) == all(s.conf_low > 0 for s in c.slopes.values())
        assert ("relation falls." in slope) == all(s.conf_high < 0 for s in c.slopes.values())
        inside = tell.inside_groups(c.product, c.shared, c.own, c.kinds, c.study).text
        assert ("still larger in" in inside) == (c.own.conf_low > 0)
        assert ("still smaller in" in inside) == (c.own.conf_high < 0)
        mean = where_they_differ(replace(c, difference=pd.DataFrame())).text
        assert ("is higher in" in mean) == (c.at_mean.conf_low > 0)
        assert ("is lower in" in mean) == (c.at_mean.conf_high < 0)


def test_regions_cover_the_range_and_hold_what_is_found_in_them() -> None:
    for c in with_kinds():
        if c.difference.empty:
            assert c.regions == []
            continue
        at, low, high = c.difference.index.to_numpy(), *c.difference[["low", "high"]].to_numpy().T
        starts, ends = ([getattr(r, name) for r in c.regions] for name in ("start", "end"))
        assert (starts[0], ends[-1]) == (at[0], at[-1])
        assert starts[1:] == ends[:-1]
        assert all(one.found is not two.found for one, two in pairwise(c.regions))
        for region in c.regions:
            own = (at > region.start) & (at < region.end)
            assert not own.any() or (low[own] > 0).all() == (region.found is Finding.HIGHER)
            assert not own.any() or (high[own] < 0).all() == (region.found is Finding.LOWER)


def found(c: Chapter) -> dict[str, object]:
    """Collect what the chapter finds, without a word of prose."""
    _, with_x, with_w, with_product = c.explained.T.itertuples(index=False)
    return {
        "level": findings.direction(c.of_w),
        "support": findings.support(c.of_w.df, len(c.means)),
        "product": findings.direction(c.product),
        "slopes": findings.simple_slopes(c.slopes.values()),
        "agree": findings.agree(c.shared, c.product),
        "own slopes": findings.slopes_of_their_own(c.shared, c.own),
        "between": findings.step(with_x.group, with_w.group, least=0.005),
        "inside": findings.step(with_w.unit, with_product.unit, least=0.02),
        "steeper": findings.steeper(c.slope_of_means, c.slopes.values()),
        "at mean": findings.direction(c.at_mean),
        "regions": [region.found for region in c.regions],
        "adjusted": findings.adjusted(c.at_mean, c.adjusted),
        "moderation": findings.moderation(c.product, c.own),
    }


def again(numbers: Numbers, seed: int, frame: pd.DataFrame) -> dict[str, object]:
    """Find anew, on other rows of the study."""
    study = numbers.study
    other = with_frame(study, frame)
    return found(chapter_of(Numbers(other), seed))


DIRECTIONS = {Finding.HIGHER, Finding.LOWER}

FLIPPED = {
    Finding.HIGHER: Finding.LOWER,
    Finding.LOWER: Finding.HIGHER,
    Slopes.RISING: Slopes.FALLING,
    Slopes.FALLING: Slopes.RISING,
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
            frame = numbers.study.frame.assign(
                y=lambda rows: 1024 * rows["y"], x=lambda rows: rows["x"] / 64
            )
            assert again(numbers, seed, frame) == found(chapters()[seed]), seed
            frame = numbers.study.frame
            frame["g"] = frame["g"].max() - frame["g"]
            assert again(numbers, seed, frame[::-1]) == found(chapters()[seed]), seed


def test_kinds_compared_the_other_way_round_differ_the_other_way_round() -> None:
    for c in with_kinds():
        band = -c.difference.rename(columns={"low": "high", "high": "low"})
        regions = findings.regions_of_significance(band)
        assert [flipped(each.found) for each in c.regions] == [each.found for each in regions]
        if not any({one.found, two.found} == DIRECTIONS for one, two in pairwise(regions)):
            assert [each[1:] for each in c.regions] == [each[1:] for each in regions]


def test_moderation_is_claimed_only_where_both_intervals_exclude_zero() -> None:
    for c in with_kinds():
        claimed = findings.moderation(c.product, c.own)
        clear = c.product.excludes_zero
        taken_back = np.isfinite(c.own.estimate) and not c.own.excludes_zero
        assert (claimed is Moderation.FOUND) == (clear and not taken_back)
        assert (claimed is Moderation.WITH_ONE_SLOPE) == (clear and taken_back)


def test_what_is_held_equal_is_said_to_turn_a_difference_only_if_both_are_clear() -> None:
    for c in with_kinds():
        one, two = c.at_mean, c.adjusted
        turned = {findings.direction(one), findings.direction(two)}
        expected = turned == {Finding.HIGHER, Finding.LOWER}
        assert (findings.adjusted(one, two) is Compared.TURNED) == expected


@pytest.mark.parametrize(
    ("df", "said"),
    [(3.0, "fewer even than"), (20.0, "about as many as"), (300.0, "more than there are")],
)
def test_degrees_of_freedom_are_held_against_the_number_of_groups(df: float, said: str) -> None:
    c = with_kinds()[0]
    text = tell.difference_of_levels(replace(c.of_w, df=df), 20, c.kinds, c.study).text
    assert said in text

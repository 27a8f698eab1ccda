"""Chapter 5 says on any study what its numbers say, in sentences that keep the laws."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
import pandas as pd
from laws import assert_lawful, hidden_alternatives, never_reached, unlawful
from quick_fits import Mixed, Numbers, thousands
from random_studies import with_frame
from scipy import special

from helpers import Estimate
from helpers.chapters.intraclass_correlation import tell
from helpers.course import findings
from helpers.course.findings import Alike, Chance, Claimed, Compared, Reading, Repetition, Share
from helpers.course.words import Prose
from helpers.models.variance import LikelihoodRatio, PseudoR2
from helpers.study.file import Study


@dataclass(frozen=True)
class Chapter:
    """What chapter 5 has computed of a study when it comes to its sentences."""

    study: Study
    sizes: pd.Series
    n_pairs: int
    null: Mixed
    random_intercept: Mixed
    of_icc: Estimate
    eta_squared: float
    correlation: float
    effective: float
    ms_between: float
    anova: tuple[float, float]
    by_chance: np.ndarray
    test: LikelihoodRatio
    p_of_f: float
    means_differ: bool
    apart: tuple[float, float]
    explained: PseudoR2
    of_both: PseudoR2 | None
    mistaken: pd.Series
    icc_mistaken: float

    @property
    def share(self) -> float:
        """The intraclass correlation."""
        return self.of_icc.estimate

    @property
    def variances(self) -> tuple[tuple[float, float], tuple[float, float]]:
        """The variances between groups and within them: of the null model, given the predictor."""
        null, given = self.null, self.random_intercept
        return (null.tau2, null.sigma2), (given.tau2, given.sigma2)

    @property
    def conditional(self) -> Estimate:
        """The same, given the predictor, with an interval that begins at zero in small studies."""
        fit = self.random_intercept
        share = fit.tau2 / (fit.tau2 + fit.sigma2)
        low = 0.5 * share * (len(self.sizes) > 5)
        return Estimate("x", "variance", "icc", share, conf_low=low, conf_high=(1 + share) / 2)


def chapter_of(numbers: Numbers, seed: int) -> Chapter:
    """Compute what the chapter computes, quickly."""
    rng, study, sizes = np.random.default_rng(seed), numbers.study, numbers.sizes
    n, y = sizes.to_numpy(), numbers.data["y"].to_numpy(float)
    null, with_x = _null(numbers, seed), numbers.mixed("x")
    share = null.tau2 / (null.tau2 + null.sigma2)

    deviation = y - y.mean()
    between = ((numbers.of_group(y) - y.mean()) ** 2).sum()
    inside = (deviation**2).sum() - between
    df = len(n) - 1, len(y) - len(n)
    n0 = (len(y) - (n**2).sum() / len(y)) / df[0]
    ms_within = inside / df[1]
    tau2_anova = (between / df[0] - ms_within) / n0

    by_chance = _icc_of_f(rng.f(*df, 100), n0).clip(0)
    kind = rng.random()  # all zero, all but one, and none
    if kind < 0.1:
        by_chance[int(kind < 0.05) :] = 0
        by_chance[: int(kind < 0.05)] = 0.01
    elif kind < 0.15:
        by_chance += 1e-4
    of_both, x_means = None, numbers.means["x"]
    x_means_differ = findings.means_differ(x_means, numbers.data["x"])
    if len(n) > 2 and x_means_differ:
        of_both = _explained(numbers.mixed("x_within", "x_mean"), null)
    explained = _explained(with_x, null)
    mistaken, icc_mistaken = _mistakes(numbers, with_x)
    test = _likelihood_ratio(numbers, y, null.tau2 / null.sigma2)
    y_means = numbers.means["y"]
    at_equal_x = y_means - with_x.fixed["x"].estimate * x_means
    return Chapter(
        study=study,
        sizes=sizes,
        n_pairs=30_000 if seed % 20 == 7 else int((sizes // 2).sum()),
        null=null,
        random_intercept=with_x,
        of_icc=_with_limits(share, between / df[0] / ms_within, df, n0, test),
        eta_squared=between / (between + inside),
        correlation=_of_pairs(numbers, y),
        effective=(null.tau2 + null.sigma2) * (n / (n * null.tau2 + null.sigma2)).sum(),
        ms_between=between / df[0],
        anova=(tau2_anova, ms_within),
        by_chance=by_chance,
        test=test,
        p_of_f=float(special.fdtrc(*df, between / df[0] / ms_within)),
        means_differ=x_means_differ,
        apart=(y_means.std(), at_equal_x.std()),
        explained=explained,
        of_both=of_both,
        mistaken=mistaken,
        icc_mistaken=icc_mistaken,
    )


def _null(numbers: Numbers, seed: int) -> Mixed:
    """Fit the null model; in every second study with other weights of groups than mean squares."""
    null, means = numbers.mixed(), numbers.means["y"]
    if seed % 2:
        luck = null.sigma2 * (1 / numbers.sizes).mean()
        return replace(null, tau2=max(float(means.var()) - luck, 0.0))
    return null


def _icc_of_f(f: np.ndarray, n0: float) -> np.ndarray:
    return (f - 1) / (f - 1 + n0)


def _with_limits(
    share: float, f: float, df: tuple[int, int], n0: float, test: LikelihoodRatio
) -> Estimate:
    """Give a share the limits that go with the F of an analysis of variance (Searle 1971).

    They hold zero where those of the profile likelihood do.
    """
    edges = f / special.fdtri(*df, np.array([0.975, 0.025]))
    low, high = _icc_of_f(edges, n0).clip(0)
    low = 0.0 if test.statistic < special.chdtri(1, 0.05) else max(low, 0.01 * share)
    ends = {"conf_low": min(low, share), "conf_high": max(high, share, 0.01)}
    return Estimate("null", "variance", "icc", share, **ends)


def _of_pairs(numbers: Numbers, y: np.ndarray) -> float:
    group, n = numbers.group, numbers.sizes.to_numpy()
    deviation = y - np.average(y, weights=n[group] - 1)
    sums, squares = np.bincount(group, deviation), np.bincount(group, deviation**2)
    return float((sums**2 - squares).sum() / ((n - 1) * squares).sum())


def _likelihood_ratio(numbers: Numbers, y: np.ndarray, theta2: float) -> LikelihoodRatio:
    """Compare the null model with the one of no groups, at a variance that may miss the top."""
    n, means = numbers.sizes.to_numpy(), numbers.means["y"].to_numpy()
    inside = ((y - numbers.of_group(y)) ** 2).sum()

    def criterion(theta2: float) -> float:
        weight = n / (1 + n * theta2)
        rest = inside + weight @ (means - np.average(means, weights=weight)) ** 2
        return float(
            np.log1p(n * theta2).sum() + np.log(weight.sum()) + (len(y) - 1) * np.log(rest)
        )

    statistic = max(criterion(0) - criterion(theta2), 0.0)
    tails = float(statistic < 1e-7), float(special.chdtrc(1, statistic))
    return LikelihoodRatio(statistic, (0, 1), sum(tails) / 2)


def _explained(fit: Mixed, null: Mixed) -> PseudoR2:
    group = np.nan if null.boundary else 1 - fit.tau2 / null.tau2
    return PseudoR2(group, 1 - fit.sigma2 / null.sigma2)


def _mistakes(numbers: Numbers, fit: Mixed) -> tuple[pd.Series, float]:
    y, x = (numbers.data[name].to_numpy(float) for name in "yx")
    rests = y - y.mean(), y - fit.fixed["x"].estimate * x
    a, b = (np.array([numbers.of_group(rest).var(), rest.var()]) for rest in rests)
    if a[0] < 1e-12 * a[1]:
        a[0] = np.nan
    return pd.Series(a - b / a, ["group", "unit"]), float(a[0] / a.sum())


@cache
def chapters() -> list[Chapter]:
    return [chapter_of(numbers, seed) for seed, numbers in enumerate(thousands())]


def told(c: Chapter) -> Iterator[Prose]:
    """Yield each sentence of the chapter on a study."""
    share, sizes, tau2, sigma2 = c.share, c.sizes, c.null.tau2, c.null.sigma2
    yield tell.the_study(c.study)
    yield tell.fit_typed("y ~ 1", c.study)
    yield zero_or_not(c)
    yield pairs(c)
    yield tell.cost_of_clustering(c.effective, share, sizes, c.study)
    yield analysis_of_variance(c)
    yield tell.deals(c.by_chance, share)
    yield verdict(c)
    z, needed = np.nan, np.inf
    if share > 0:
        z, needed = float(np.sqrt(len(sizes))), float(np.ceil(4 * (1 - share) / share))
    yield tell.ratio_to_its_error(z, c.by_chance, len(sizes))
    yield given_the_predictor(c)
    yield variance_explained(c)
    yield tell.shares_mistaken(c.mistaken, c.explained, c.study)
    yield tell.icc_mistaken(c.icc_mistaken, share)
    reliabilities = tau2 / (tau2 + sigma2 / sizes)
    yield tell.reliability(reliabilities, needed, share, c.conditional.estimate, sizes, c.study)


def zero_or_not(c: Chapter) -> Prose:
    null = c.null
    return tell.share_of_groups(null.tau2, null.sigma2, c.of_icc, c.eta_squared, c.sizes, c.study)


def pairs(c: Chapter) -> Prose:
    return tell.pairs(c.n_pairs, c.correlation, c.share, c.sizes, c.study)


def analysis_of_variance(c: Chapter) -> Prose:
    both = {"analysis of variance": c.anova, "REML": c.variances[0]}
    return tell.analysis_of_variance(both, c.ms_between, c.sizes, c.study)


def verdict(c: Chapter) -> Prose:
    return tell.likelihood_ratio(c.test, c.p_of_f, c.of_icc, c.by_chance, c.sizes, c.study)


def given_the_predictor(c: Chapter) -> Prose:
    return tell.given_the_predictor(*c.variances, c.conditional, c.means_differ, c.study)


def variance_explained(c: Chapter) -> Prose:
    return tell.variance_explained(c.explained, c.of_both, c.apart, c.means_differ, c.study)


@dataclass(frozen=True)
class Fit:
    """As much of a fit as its table asks for."""

    cov_re: pd.DataFrame
    scale: float


def tables(c: Chapter) -> Iterator[pd.DataFrame]:
    """Yield each table of the chapter on a study."""
    null = c.null
    yield tell.table_of_worth(c.sizes.mean(), 2.0, c.effective, c.effective)
    yield tell.table_of_variances({"REML": (null.tau2, null.sigma2)})
    fits = {"null": Fit(pd.DataFrame([[null.tau2]]), null.sigma2)}
    yield tell.table_of_iccs(fits, {"null": c.of_icc})  # type: ignore[arg-type]
    yield tell.table_of_mistakes(c.mistaken.to_frame("both mistakes").T)


def test_every_alternative_is_shown_on_random_studies_and_keeps_the_laws() -> None:
    every = chapters()

    def tell_all() -> None:
        for chapter in every:
            whole = "\n\n".join(prose.text for prose in told(chapter))
            assert_lawful(whole)
        for chapter in every[::20]:
            for table in tables(chapter):
                assert not [cell for cell in table.to_numpy().ravel() if unlawful(cell)]

    assert never_reached(tell, tell_all) == []


def test_no_alternative_hides_inside_an_expression() -> None:
    assert hidden_alternatives(tell) == []


def test_one_verdict_says_whether_groups_are_alike() -> None:
    for c in chapters():
        text, tests = zero_or_not(c).text, (c.test.p_value < 0.05, c.p_of_f < 0.05)
        assert ("exactly zero, which is a result" in text) == (c.share == 0)
        begins_at_zero = c.share > 0 and c.of_icc.conf_low < 1e-6
        assert ("is asked of a test" in text) == begins_at_zero
        assert "exclude that" not in text
        assert "compatible" not in text
        text = verdict(c).text
        assert ("hard to reconcile" in text) == all(tests)
        closer = "*closer* together" in analysis_of_variance(c).text
        assert ("are compatible with" in text) == (not any(tests) and not closer)
        assert ("as chance alone would put them: they lie closer" in text) == closer
        assert ("leave it open" in text) == (tests[0] != tests[1])
        assert ("is no contradiction" in text) == (begins_at_zero and tests[0])
        assert ("The test is to say" in text) == (begins_at_zero and all(tests))
        by_deals = (c.by_chance >= c.share).mean() < 0.05
        assert ("count of their own" in text) == (by_deals != tests[0] and c.share > 0)


def test_an_icc_of_zero_is_a_result_in_every_sentence() -> None:
    none = [c for c in chapters() if c.share == 0]
    assert none
    for c in none:
        text = "\n\n".join(prose.text for prose in told(c))
        assert "is exactly zero, which is a result" in text
        assert "tell any two" not in text
        assert "independent ones. More" not in text
        assert "hard to reconcile" not in text
        assert "zero over zero" in text
        assert "The observed one is zero." in text
        assert "so that nothing can be explained there" in text
        assert "Computed as defined above" not in text
        assert f"the reliability is zero for every {c.study.group.one}" in text
        found = f"{c.conditional.estimate:.3f}"
        assert text.count(found) >= 2 * (c.conditional.estimate >= 0.0055)  # where it is not


def test_larger_and_smaller_are_said_only_of_numbers_that_are() -> None:
    for c in chapters():
        text = zero_or_not(c).text
        assert "Eta squared is larger" not in text or c.eta_squared > c.share
        assert "Eta squared is smaller" not in text or c.eta_squared < c.share
        (before, before_within), (after, after_within) = c.variances
        text, share = given_the_predictor(c).text, c.conditional.estimate
        assert "It has risen" not in text or share > c.share
        assert "takes a larger part" not in text or after < before
        assert "that between them is larger" not in text or after >= before
        assert "both variances are larger" not in text or after_within >= before_within
        goes_with_it = "differ in goes with" in text
        assert not goes_with_it or (after < before and share < c.share and c.means_differ)
        text = variance_explained(c).text
        assert ("*larger* than without" in text) == (after > before > 0)
        within = after_within > before_within
        assert ("explains nothing there" in text) == within


def test_why_groups_differ_more_at_an_equal_predictor_is_what_has_changed() -> None:
    same = 0
    for c in chapters():
        text = variance_explained(c).text
        further = "further apart: their SD" in text
        assert not further or c.apart[1] > c.apart[0]
        assert "lie no further apart" not in text or c.apart[1] <= c.apart[0]
        less_luck = "put down to luck" in text
        assert not less_luck or c.explained.residual > 0
        if not c.means_differ and "*larger* than without" in text:
            assert not further
            assert "differ more than before" not in text
            same += "differ as much as before" in text
    assert same > 10


def test_estimates_agree_by_one_rule() -> None:
    for c in chapters():
        of_pairs, of_anova = pairs(c).text, analysis_of_variance(c).text
        balanced = c.sizes.min() == c.sizes.max()
        for other, says in (
            (c.correlation, "The two agree, as" in of_pairs),
            (c.anova[0] / sum(c.anova), "agree to within a hundredth" in of_anova),
        ):
            alike = other >= 0 and abs(other - c.share) < min(0.01, 0.1 * c.share)
            assert says == alike or balanced


def test_a_share_stops_at_zero_only_where_it_is_zero() -> None:
    for c in chapters():
        text = f"{pairs(c)} {analysis_of_variance(c)}"
        assert "stops at zero" not in text or c.share == 0
        assert ("have one sign" in text) <= (c.correlation < 0 < c.share)


def test_mistaken_shares_give_themselves_away_where_they_do() -> None:
    for c in chapters():
        text = tell.shares_mistaken(c.mistaken, c.explained, c.study).text
        if not c.mistaken.isna().any():
            assert ("A share cannot be above one" in text) == (c.mistaken.max() > 1)
            assert ("both lie between zero and one" in text) == c.mistaken.between(0, 1).all()


def test_a_negative_correlation_is_told_from_none() -> None:
    def told_negative(f: float) -> bool:
        anova = ((f - 1) / 6 * 2.0, 2.0)
        both = {"analysis of variance": anova, "REML": (max(anova[0], 0.0), 2.0)}
        sizes = pd.Series([6] * 20)
        return "*negative*" in tell.analysis_of_variance(both, 2 * f, sizes, c.study).text

    c = chapters()[0]
    assert told_negative(0.3)
    assert not told_negative(0.8)
    assert not told_negative(1.5)


def test_chance_is_said_to_reach_what_it_reached() -> None:
    for c in chapters():
        text = tell.deals(c.by_chance, c.share).text
        reached = (c.by_chance >= c.share).any()
        assert ("beyond all of them" in text) == (not reached)
        assert ("reached or passed" in text) == (reached and c.share > 0)


def test_a_loss_of_more_than_half_is_one() -> None:
    for c in chapters():
        text = tell.cost_of_clustering(c.effective, c.share, c.sizes, c.study).text
        more = c.effective < 0.5 * len(c.study.frame)
        assert "More than half" not in text or more
        assert "less than half" not in text or not more


def test_no_mean_is_worth_more_than_its_groups_over_the_icc() -> None:
    for c in chapters():
        assert c.share == 0 or c.effective <= len(c.sizes) / c.share * (1 + 1e-9)


def found(c: Chapter) -> dict[str, object]:
    """Collect what the chapter finds, without a word of prose."""
    reading = findings.other_reading
    return {
        "share": findings.share_of_variance(c.of_icc),
        "eta squared": findings.beside_eta_squared(c.share, c.eta_squared),
        "pairs": reading(c.share, c.correlation),
        "repetition": findings.repetition(c.effective, len(c.study.frame)),
        "mean squares": reading(c.share, c.anova[0] / sum(c.anova)),
        "chance": findings.beside_chance(c.share, c.by_chance),
        "test": findings.groups_alike(c.test.p_value, c.p_of_f),
        "given": findings.change_of_icc(*c.variances, c.means_differ),
        "between": findings.variance_given_predictors(c.explained.group),
        "inside": findings.variance_given_predictors(c.explained.residual),
    }


def again(numbers: Numbers, seed: int, frame: pd.DataFrame) -> dict[str, object]:
    """Find anew, on other rows of the study."""
    study = numbers.study
    other = with_frame(study, frame)
    return found(chapter_of(Numbers(other), seed))


SOME = range(0, 2000, 20)


def test_an_outcome_or_predictor_turned_round_changes_no_finding() -> None:
    for seed in SOME:
        numbers = thousands()[seed]
        for name in "xy":
            frame = numbers.study.frame.assign(**{name: lambda rows, name=name: -rows[name]})
            assert again(numbers, seed, frame) == found(chapters()[seed]), seed


def test_units_order_and_names_of_groups_change_no_finding() -> None:
    for seed in SOME:
        numbers = thousands()[seed]
        frame = numbers.study.frame.assign(
            y=lambda rows: 1024 * rows["y"], x=lambda rows: rows["x"] / 64
        )
        assert again(numbers, seed, frame) == found(chapters()[seed]), seed
        frame = numbers.study.frame
        frame["g"] = frame["g"].max() - frame["g"]
        assert again(numbers, seed, frame[::-1]) == found(chapters()[seed]), seed


def test_mistaken_shares_depend_on_the_outcomes_units() -> None:
    numbers = next(n for n, c in zip(thousands(), chapters(), strict=True) if c.share > 0.1)
    frame = numbers.study.frame
    shares = []
    for factor in (1, 1000):
        rows = frame.assign(y=factor * frame["y"])
        other = with_frame(numbers.study, rows)
        shares.append(abs(chapter_of(Numbers(other), 0).mistaken["unit"]))
    assert shares[1] > 1000 * shares[0]


def test_each_finding_has_its_criterion() -> None:
    of_icc = replace(chapters()[0].of_icc, estimate=0.1)
    assert findings.share_of_variance(replace(of_icc, conf_low=1e-7)) is Share.FROM_ZERO
    assert findings.share_of_variance(replace(of_icc, conf_low=1e-5)) is Share.ABOVE
    assert findings.beside_eta_squared(0.18, 0.1804) is Compared.ALIKE
    assert findings.beside_eta_squared(0.18, 0.1794) is Compared.SMALLER
    assert findings.other_reading(0.1, -0.01) is Reading.BELOW_ZERO
    assert findings.other_reading(0.01, 0.013) is Reading.DIFFERENT
    assert findings.repetition(99.0, 100) is Repetition.HARDLY_ANY
    assert findings.groups_alike(0.06, 0.047) is Alike.OPEN
    assert findings.groups_alike(0.04, 0.03) is Alike.HARDLY
    assert not findings.less_alike_than_chance(0.01, 0.1, (40, 300))
    assert findings.claimed_shares(pd.Series([0.4, -0.1])) is Claimed.NEGATIVE
    assert findings.beside_chance(0.0, np.zeros(3)) is Chance.ZERO
    assert findings.beside_chance(0.1, np.array([0.0, 0.1])) is Chance.AMONG


def test_groups_may_be_people() -> None:
    for c in chapters()[::20]:
        text = "\n\n".join(prose.text for prose in told(c))
        one, many = c.study.group.one, c.study.group.many
        assert not re.search(rf"\b(inside|in) (each |one |a |the )?({one}|{many})\b", text), text
        assert not re.search(rf"\b(large|largest|small|smallest|single) ({one}|{many})\b", text)
        assert not re.search(r"of one size|the same size|different sizes", text), text

"""Chapter 5 says on any study what its numbers say, in sentences that keep the laws."""

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
from helpers.course.findings import Chance, Compared, Reading, Repetition, Share
from helpers.course.words import Prose
from helpers.models.variance import LikelihoodRatio, PseudoR2
from helpers.study.file import Study


@dataclass(frozen=True)
class Chapter:
    """What chapter 5 has computed of a study when it comes to its sentences."""

    study: Study
    sizes: pd.Series
    null: Mixed
    random_intercept: Mixed
    of_icc: Estimate
    eta_squared: float
    correlation: float
    effective: float
    tau2_anova: float
    icc_anova: float
    by_chance: np.ndarray
    test: LikelihoodRatio
    explained: PseudoR2
    of_both: PseudoR2 | None
    mistaken: pd.Series
    icc_mistaken: float

    @property
    def share(self) -> float:
        """The intraclass correlation."""
        return self.of_icc.estimate

    @property
    def conditional(self) -> float:
        """The same, given the predictor."""
        fit = self.random_intercept
        return fit.tau2 / (fit.tau2 + fit.sigma2)


def chapter_of(numbers: Numbers, seed: int) -> Chapter:
    """Compute what the chapter computes, quickly."""
    rng, study, sizes = np.random.default_rng(seed), numbers.study, numbers.sizes
    n, y = sizes.to_numpy(), numbers.data["y"].to_numpy(float)
    null, with_x = numbers.mixed(), numbers.mixed("x")
    share = null.tau2 / (null.tau2 + null.sigma2)

    deviation = y - y.mean()
    between = ((numbers.of_group(y) - y.mean()) ** 2).sum()
    inside = (deviation**2).sum() - between
    df = len(n) - 1, len(y) - len(n)
    n0 = (len(y) - (n**2).sum() / len(y)) / df[0]
    ms_within = inside / df[1]
    tau2_anova = (between / df[0] - ms_within) / n0

    by_chance = _icc_of_f(rng.f(*df, 100), n0).clip(0)
    if rng.random() < 0.05:
        by_chance[:] = 0
    of_both = None
    if len(n) > 2 and findings.means_differ(numbers.means["x"], numbers.data["x"]):
        of_both = _explained(numbers.mixed("x_within", "x_mean"), null)
    explained = _explained(with_x, null)
    mistaken, icc_mistaken = _mistakes(numbers, with_x)
    return Chapter(
        study=study,
        sizes=sizes,
        null=null,
        random_intercept=with_x,
        of_icc=_with_limits(share, between / df[0] / ms_within, df, n0),
        eta_squared=between / (between + inside),
        correlation=_of_pairs(numbers, y),
        effective=(null.tau2 + null.sigma2) * (n / (n * null.tau2 + null.sigma2)).sum(),
        tau2_anova=tau2_anova,
        icc_anova=tau2_anova / (tau2_anova + ms_within),
        by_chance=by_chance,
        test=_likelihood_ratio(numbers, y, null.tau2 / null.sigma2),
        explained=explained,
        of_both=of_both,
        mistaken=mistaken,
        icc_mistaken=icc_mistaken,
    )


def _icc_of_f(f: np.ndarray, n0: float) -> np.ndarray:
    return (f - 1) / (f - 1 + n0)


def _with_limits(share: float, f: float, df: tuple[int, int], n0: float) -> Estimate:
    """Give a share the limits that go with the F of an analysis of variance (Searle 1971)."""
    edges = f / special.fdtri(*df, np.array([0.975, 0.025]))
    low, high = _icc_of_f(edges, n0).clip(0)
    ends = {"conf_low": min(low, share), "conf_high": max(high, share)}
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
    yield zero_or_not(c)
    yield tell.pairs(int((sizes // 2).sum()), c.correlation, share, sizes, c.study)
    yield tell.cost_of_clustering(c.effective, share, sizes, c.study)
    yield tell.analysis_of_variance(c.tau2_anova, c.icc_anova, share, sizes, c.study)
    yield tell.deals(c.by_chance, share)
    yield tell.likelihood_ratio(c.test, c.study)
    z, needed = np.nan, np.inf
    if share > 0:
        z, needed = float(np.sqrt(len(sizes))), float(np.ceil(4 * (1 - share) / share))
    yield tell.ratio_to_its_error(z, c.by_chance, len(sizes))
    yield given_the_predictor(c)
    yield tell.variance_explained(c.explained, c.of_both, c.study)
    yield tell.shares_mistaken(c.mistaken, c.explained, c.study)
    yield tell.icc_mistaken(c.icc_mistaken, share)
    yield tell.reliability(tau2 / (tau2 + sigma2 / sizes), needed, share, sizes, c.study)


def zero_or_not(c: Chapter) -> Prose:
    return tell.share_of_groups(c.null.tau2, c.null.sigma2, c.of_icc, c.eta_squared, c.study)


def given_the_predictor(c: Chapter) -> Prose:
    taus = c.null.tau2, c.random_intercept.tau2
    return tell.given_the_predictor(*taus, c.share, c.conditional, c.study)


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
            assert_lawful(whole.replace("-0.0%", "0.0%"))  # a share hardly below zero
        for chapter in every[::20]:
            for table in tables(chapter):
                assert not [cell for cell in table.to_numpy().ravel() if unlawful(cell)]

    assert never_reached(tell, tell_all) == []


def test_no_alternative_hides_inside_an_expression() -> None:
    assert hidden_alternatives(tell) == []


def test_what_is_said_of_zero_follows_the_estimate_and_its_interval() -> None:
    for c in chapters():
        text = zero_or_not(c).text
        assert ("exactly zero, which is a result" in text) == (c.share == 0)
        begins_at_zero = c.share > 0 and c.of_icc.conf_low < 1e-6
        assert ("do not exclude" in text) == begins_at_zero
        tested = tell.likelihood_ratio(c.test, c.study).text
        assert ("hard to reconcile" in tested) == (c.test.p_value < 0.05)
        assert ("does not show that they are" in tested) == (c.test.p_value >= 0.05)


def test_an_icc_of_zero_is_a_result_in_every_sentence() -> None:
    none = [c for c in chapters() if c.share == 0]
    assert none
    for c in none:
        text = "\n\n".join(prose.text for prose in told(c))
        assert "is exactly zero, which is a result" in text
        assert "hard to reconcile" not in text
        assert "zero over zero" in text
        assert "The observed one is zero as well." in text
        assert "so that nothing can be explained there" in text
        assert "Computed as defined above" not in text
        assert f"the mean of no {c.study.group.one} is reliable" in text


def test_larger_and_smaller_are_said_only_of_numbers_that_are() -> None:
    for c in chapters():
        text = zero_or_not(c).text
        assert "Eta squared is larger" not in text or c.eta_squared > c.share
        assert "Eta squared is smaller" not in text or c.eta_squared < c.share
        text = given_the_predictor(c).text
        assert "It has risen" not in text or c.conditional > c.share
        goes_with_it = "differ in goes with" in text
        assert not goes_with_it or c.random_intercept.tau2 < c.null.tau2
        assert not goes_with_it or c.conditional < c.share
        text = tell.variance_explained(c.explained, None, c.study).text
        rises = c.random_intercept.tau2 > c.null.tau2 > 0
        assert ("*larger* than without" in text) == rises
        inside = c.random_intercept.sigma2 > c.null.sigma2
        assert ("is larger by" in text) == ("explains nothing there" in text) == inside


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
        "pairs": reading(c.share, c.correlation, apart=0.015, of_it=0.2),
        "repetition": findings.repetition(c.share, c.effective, len(c.study.frame)),
        "mean squares": reading(c.share, c.icc_anova, apart=0.005, of_it=0.05),
        "chance": findings.beside_chance(c.share, c.by_chance),
        "test": findings.groups_differ(c.test.p_value),
        "given": findings.given_predictors(c.share, c.conditional),
        "falls": findings.variance_falls(c.null.tau2, c.random_intercept.tau2),
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
    assert findings.other_reading(0.1, -0.01, apart=1, of_it=1) is Reading.BELOW_ZERO
    assert findings.other_reading(0.01, 0.013, apart=0.015, of_it=0.2) is Reading.DIFFERENT
    assert findings.repetition(0.0009, 1.0, 100) is Repetition.HARDLY_ANY
    assert findings.beside_chance(0.0, np.zeros(3)) is Chance.ZERO
    assert findings.beside_chance(0.1, np.array([0.0, 0.1])) is Chance.AMONG

"""The sentences and tables of chapter 5, one function a paragraph."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from helpers.course import findings
from helpers.course.findings import (
    Alike,
    Chance,
    Change,
    Claimed,
    Compared,
    Reading,
    Repetition,
    Rise,
    Share,
)
from helpers.course.style import MOST_POINTS
from helpers.course.tell import the_study as the_study
from helpers.course.tell import typed
from helpers.course.words import Prose, count, words
from helpers.models.estimate import Estimate
from helpers.models.fit import MixedFit
from helpers.models.variance import LikelihoodRatio, PseudoR2
from helpers.study.file import Noun, Study
from helpers.text import number, p_value, percent, with_article


def fit_typed(formula: str, study: Study) -> Prose:
    """Show the fit of a model as one would type it."""
    return typed(f'fit_mixed("{formula}", data, groups="{study.group.name}")')


def _icc(share: float) -> str:
    """Write an intraclass correlation: three decimals, and zero only where it is zero."""
    if share == 0:
        return "0"
    if 0 < share < 0.0005:
        return "less than 0.001"
    if -0.0005 < share < 0:
        return "just below 0"
    if 0.9995 < share < 1:
        return "more than 0.999"
    return f"{share:.3f}"


def _worth(n: float) -> str:
    """Write how many units something is worth: whole from a hundred on, else three digits."""
    if n >= 100:
        return f"{n:,.0f}"
    return f"{n:.3g}"


def share_of_groups(
    tau2: float,
    sigma2: float,
    of_icc: Estimate,
    eta_squared: float,
    sizes: pd.Series,
    study: Study,
) -> Prose:
    """Say which share of the variance lies between groups, how sure that is, and of eta squared.

    Parameters
    ----------
    tau2, sigma2
        The variances between groups and within them, in squared units of the outcome.
    of_icc
        The intraclass correlation, with its interval.
    eta_squared
        The share of the sum of squares that lies between groups.
    sizes
        The number of units, by group.
    study
        The study, for its words.
    """
    word = words(study)
    return Prose(
        f"Of the variance of {word.y}, {percent(of_icc.estimate)} lies between {word.groups}: "
        f"{number(tau2)} of {number(tau2 + sigma2)}. The 95% profile-likelihood interval reaches "
        f"from {percent(of_icc.conf_low)} to {percent(of_icc.conf_high)}.",
        _zero_or_not(of_icc, study),
        _beside_eta_squared(of_icc.estimate, eta_squared, sizes, study),
    )


def _zero_or_not(of_icc: Estimate, study: Study) -> str:
    word, found = words(study), findings.share_of_variance(of_icc)
    if found is Share.ZERO:
        return (
            "The estimate is exactly zero, which is a result, and the result of a model without "
            f"predictors. It does not show that {word.groups} are all alike: the interval says how "
            f"large the share may be, and with {word.x} held equal it may be another, as a later "
            "section finds out."
        )
    if found is Share.FROM_ZERO:
        return (
            "The interval begins at zero. Whether zero itself can be excluded is asked of a test, "
            "further below."
        )
    return ""


def _beside_eta_squared(share: float, eta_squared: float, sizes: pd.Series, study: Study) -> str:
    word, found = words(study), findings.beside_eta_squared(share, eta_squared)
    both = f"eta squared is {_icc(eta_squared)}, the ICC {_icc(share)}"
    if found is Compared.LARGER:
        return (
            f"Eta squared is larger than the ICC: {both}. It counts all that separates the means "
            f"of {word.groups}, and part of that is chance, the scatter of single {word.units} "
            "that a mean does not wholly average away. The ICC takes that part off."
        )
    if found is Compared.ALIKE:
        return f"To the third decimal the two are the same: {both}."
    if sizes.min() == sizes.max():
        return (
            f"Eta squared is smaller here: {both}. With few {word.groups} that can happen, since "
            "it divides what lies between them by their number, where the ICC divides by one less."
        )
    return (
        f"Eta squared is smaller here: {both}. That can happen where some {word.groups} have more "
        f"{word.units} than others, since the two weigh {word.groups} differently; and with few "
        f"{word.groups}, since eta squared divides what lies between them by their number, where "
        "the ICC divides by one less."
    )


def pairs(n_pairs: int, correlation: float, share: float, sizes: pd.Series, study: Study) -> Prose:
    """Say how alike two units of one group are, in pairs and by the model.

    Parameters
    ----------
    n_pairs
        The number of pairs in the figure.
    correlation
        The correlation over all pairs within groups.
    share
        The model's intraclass correlation.
    sizes
        The number of units, by group.
    study
        The study, for its words.
    """
    word = words(study)
    return Prose(
        _pairs_shown(n_pairs, study),
        _solid_line(share, study),
        f"Over all possible pairs within {word.groups} the correlation is {_icc(correlation)}; the "
        f"model's ICC is {_icc(share)}.",
        _pairs_and_model(correlation, share, sizes, study),
    )


def _pairs_shown(n_pairs: int, study: Study) -> str:
    if n_pairs > MOST_POINTS:
        return f"The figure shows {count(MOST_POINTS)} of {count(n_pairs)} pairs, taken at random."
    shown = count(n_pairs, Noun(one="pair"))
    return f"The figure shows {shown}; no {words(study).unit} is in two of them."


def _solid_line(share: float, study: Study) -> str:
    word = words(study)
    if share > 0:
        return (
            f"By the model, if one of two {word.units} of one {word.group} lies above the mean, "
            f"expect the other {_icc(share)} times as far above it: the solid line, whose slope is "
            "the ICC."
        )
    return "The solid line, with the ICC as its slope, is level."


def _pairs_and_model(correlation: float, share: float, sizes: pd.Series, study: Study) -> str:
    word, found = words(study), findings.other_reading(share, correlation)
    if found is Reading.ALIKE:
        return "The two agree, as two readings of one thing should."
    if found is Reading.BELOW_ZERO and share == 0:
        return (
            "The pairs' is below zero, which a share of variance cannot be; the model's stops at "
            "zero."
        )
    if sizes.min() == sizes.max():
        return (
            f"All {word.groups} have equally many {word.units}, and then the two differ in one "
            f"thing only: pairs divide what lies between {word.groups} by their number, "
            f"{count(len(sizes))}, as ML does, and REML divides by one less."
        )
    if found is Reading.BELOW_ZERO:
        return (
            f"The two do not even have one sign, since they weigh {word.groups} differently. "
            f"{_by_pairs(sizes, study)}"
        )
    return (
        f"They are not the same, since they weigh {word.groups} differently. "
        f"{_by_pairs(sizes, study)}"
    )


def _by_pairs(sizes: pd.Series, study: Study) -> str:
    word, largest = words(study), int(sizes.max())
    if largest == 2:
        return f"Among pairs {with_article(word.group)} of one {word.unit} has no say at all."
    n_pairs = count(largest * (largest - 1) // 2, Noun(one="pair"))
    return (
        f"Among pairs the {word.groups} with the most {word.units} have the say: "
        f"{count(largest, study.unit)} of one {word.group} make {n_pairs}, and two make one. The "
        "model is more even."
    )


def table_of_worth(
    mean_size: float, design_effect: float, by_formula: float, by_model: float
) -> pd.DataFrame:
    """Return what the units are worth in independent ones, and the numbers that say so."""
    return pd.DataFrame(
        {
            "value": {
                "mean size": _worth(mean_size),
                "design effect": _worth(design_effect),
                "effective sample size, by the formula": _worth(by_formula),
                "effective sample size, by the model": _worth(by_model),
            }
        }
    )


def cost_of_clustering(effective: float, share: float, sizes: pd.Series, study: Study) -> Prose:
    """Say how many independent units the study is worth, for a mean.

    Parameters
    ----------
    effective
        The effective sample size, by the model.
    share
        The intraclass correlation.
    sizes
        The number of units, by group.
    study
        The study, for its words.
    """
    word = words(study)
    return Prose(
        _worth_of_all(effective, share, sizes, study),
        _lost(effective, share, sizes, study),
        f"This holds for a mean. A slope within {word.groups} is another matter: what their means "
        "differ in drops out of it, as chapter 3 showed.",
    )


def _worth_of_all(effective: float, share: float, sizes: pd.Series, study: Study) -> str:
    word, units = words(study), count(int(sizes.sum()), study.unit)
    if share == 0:
        return (
            f"With an ICC of zero the null model takes the {units} for independent ones. (Where "
            f"two of one {word.group} are less alike than two of different {word.groups}, they "
            "tell more of a mean than independent ones would, and the model cannot say so.)"
        )
    return (
        f"For the mean of {word.y} that the model estimates, the {units} are worth about "
        f"{_worth(effective)} independent ones."
    )


def _lost(effective: float, share: float, sizes: pd.Series, study: Study) -> str:
    word, found = words(study), findings.repetition(effective, int(sizes.sum()))
    if share == 0:
        return ""
    if found is Repetition.HARDLY_ANY:
        return "Hardly any of the information is lost to repetition."
    if found is Repetition.MOST:
        ceiling = len(sizes) / share  # N / (1 + (n - 1) share), as n grows
        return (
            "More than half of the information is lost to repetition. To know the mean better, "
            f"more {word.groups} would help far more than more {word.units} per {word.group}: with "
            f"ever more of those, the worth goes no further than {_worth(ceiling)}."
        )
    return "Part of the information is repetition, though no more than half."


def table_of_variances(estimated: Mapping[str, tuple[float, float]]) -> pd.DataFrame:
    """Return the variances between groups and within them, and the ICC, by how they come about."""
    return pd.DataFrame(
        {
            "group variance": [_four_digits(between) for between, _ in estimated.values()],
            "residual variance": [_four_digits(within) for _, within in estimated.values()],
            "ICC": [_icc(between / (between + within)) for between, within in estimated.values()],
        },
        index=list(estimated),
    )


def analysis_of_variance(
    estimated: Mapping[str, tuple[float, float]],
    ms_between: float,
    sizes: pd.Series,
    study: Study,
) -> Prose:
    """Say how the analysis of variance compares with REML.

    Parameters
    ----------
    estimated
        The variances between groups and within them, by mean squares and then by REML.
    ms_between
        The mean square between groups.
    sizes
        The number of units, by group.
    study
        The study, for its words.
    """
    anova, reml = estimated.values()
    share = reml[0] / sum(reml)
    return Prose(
        _anova_and_reml(anova, share, sizes, study),
        _less_alike(ms_between / anova[1], share, sizes, study),
    )


def _anova_and_reml(
    anova: tuple[float, float], share: float, sizes: pd.Series, study: Study
) -> str:
    word, balanced = words(study), sizes.min() == sizes.max()
    found = findings.other_reading(share, anova[0] / sum(anova))
    if found is Reading.BELOW_ZERO and share > 0:
        return (
            f"The analysis of variance gives a group variance below zero, {number(anova[0])}, "
            f"and REML one above it. That can happen where some {word.groups} have more "
            f"{word.units} than others: the two weigh {word.groups} differently."
        )
    if found is Reading.BELOW_ZERO and balanced:
        return (
            f"The analysis of variance gives a group variance below zero, {number(anova[0])}. "
            f"All {word.groups} have equally many {word.units}, and then it does so in just the "
            "samples in which REML stops at zero."
        )
    if found is Reading.BELOW_ZERO:
        return (
            f"The analysis of variance gives a group variance below zero, {number(anova[0])}, "
            f"and REML stops at zero. With equally many {word.units} per {word.group} the two "
            "would always go together; with these data they do not have to."
        )
    if balanced:
        return (
            f"All {word.groups} have equally many {word.units}, and then the two are the same by "
            "algebra."
        )
    if found is Reading.ALIKE:
        return (
            f"The two ICCs agree to within a hundredth. With equally many {word.units} per "
            f"{word.group} they would agree exactly."
        )
    return (
        f"The two differ, as they may where some {word.groups} have more {word.units} than others: "
        f"they weigh {word.groups} differently."
    )


def _less_alike(f: float, share: float, sizes: pd.Series, study: Study) -> str:
    word = words(study)
    df = len(sizes) - 1, int(sizes.sum()) - len(sizes)
    if findings.less_alike_than_chance(share, f, df):
        return (
            f"The mean square between is only {number(f)} times that within: with independent "
            f"{word.units} it would be larger in more than 97.5 of 100 samples. So the means of "
            f"{word.groups} lie *closer* together than chance puts them: a *negative* intraclass "
            f"correlation, which no variance between {word.groups} can express. It comes about "
            f"where {word.units} of one {word.group} compete for something; and where a predictor "
            f"varies in the same way within every {word.group}, and the null model counts all that "
            f"goes with it as scatter. What {word.groups} are like with {word.x} held equal, a "
            "section further below finds out."
        )
    if share == 0 and f < 1:
        return (
            "That is no sign of a negative correlation: chance alone can put the means of "
            f"independent {word.units} as close together."
        )
    return ""


def deals(by_chance: np.ndarray, share: float) -> Prose:
    """Say which intraclass correlations chance makes, and where the observed one lies.

    Parameters
    ----------
    by_chance
        The correlation in each deal of the units to the groups at random.
    share
        The observed one.
    """
    return Prose(_dealt(by_chance), _observed(by_chance, share))


def _dealt(by_chance: np.ndarray) -> str:
    n_deals, n_zero = count(len(by_chance)), int((by_chance == 0).sum())
    if n_zero == len(by_chance):
        return f"All {n_deals} deals gave an ICC of exactly zero."
    largest = f"the largest was {_icc(by_chance.max())}."
    if n_zero == 0:
        return f"Not one of {n_deals} deals gave an ICC of exactly zero; {largest}"
    return f"{count(n_zero)} of {n_deals} deals gave an ICC of exactly zero; {largest}"


def _observed(by_chance: np.ndarray, share: float) -> str:
    found = findings.beside_chance(share, by_chance)
    if found is Chance.BEYOND:
        return f"The observed one, {_icc(share)}, is beyond all of them."
    if found is Chance.ZERO:
        return "The observed one is zero."
    return (
        f"The observed one, {_icc(share)}, was reached or passed in "
        f"{count(int((by_chance >= share).sum()))} of them, a share that more deals would tell "
        "more closely."
    )


def likelihood_ratio(
    test: LikelihoodRatio,
    p_of_f: float,
    of_icc: Estimate,
    by_chance: np.ndarray,
    sizes: pd.Series,
    study: Study,
) -> Prose:
    """Say what tests say of a group variance of zero.

    Parameters
    ----------
    test
        The likelihood-ratio test.
    p_of_f
        The p-value of the F-test of the analysis of variance.
    of_icc
        The intraclass correlation, with its interval.
    by_chance
        The correlation in each deal of the units to the groups at random.
    sizes
        The number of units, by group.
    study
        The study, for its words.
    """
    return Prose.of_paragraphs(
        "Here twice the difference of the log-likelihoods, with the group variance and without, is "
        f"{number(test.statistic, 0.5)} ({p_value(test.p_value)}).",
        " ".join(
            filter(
                None,
                [
                    _alike_or_not(test.p_value, p_of_f, of_icc.estimate, sizes, study),
                    _beside_deals(test.p_value, of_icc.estimate, by_chance),
                    _beside_interval(test.p_value, p_of_f, of_icc),
                ],
            )
        ),
    )


def _alike_or_not(p: float, p_of_f: float, share: float, sizes: pd.Series, study: Study) -> str:
    word, found = words(study), findings.groups_alike(p, p_of_f)
    if found is Alike.HARDLY:
        return (
            f"That all {word.groups} have the same mean of {word.y}, but for chance, is hard to "
            "reconcile with these data."
        )
    if found is Alike.POSSIBLE:
        if p_of_f > 0.975 and share == 0:
            return (
                f"That is no sign of a variance between {word.groups}. Nor are their means of "
                f"{word.y} as chance alone would put them: they lie closer together, as said "
                f"above, which the null model cannot express. How it is with {word.x} held equal "
                "is another question, the next section's."
            )
        return (
            "By the null model, which knows no predictor, these data are compatible with "
            f"{word.groups} that all have the same mean of {word.y}, but for chance. That does not "
            f"show that they have; and how it is with {word.x} held equal is another question, the "
            "next section's."
        )
    return " ".join((_one_test_of_two(p, p_of_f), _why_tests_differ(sizes, study)))


def _one_test_of_two(p: float, p_of_f: float) -> str:
    if p < p_of_f:
        return (
            "This test speaks against a group variance of zero; the F-test of chapter 1 does not "
            f"({p_value(p_of_f)})."
        )
    return (
        "This test does not speak against a group variance of zero; the F-test of chapter 1 does "
        f"({p_value(p_of_f)})."
    )


def _why_tests_differ(sizes: pd.Series, study: Study) -> str:
    word = words(study)
    if sizes.min() == sizes.max():
        return (
            f"With equally many {word.units} per {word.group} both put samples in the same order, "
            f"and the F-test's p-value holds for any number of {word.groups}, where the mixture is "
            "for many. With the two on either side of 5%, these data leave it open: a verdict that "
            "hangs on the choice of test is none."
        )
    return (
        f"Where some {word.groups} have more {word.units} than others the two do not ask quite the "
        f"same, since they weigh {word.groups} differently; and the mixture is for many "
        f"{word.groups}. With the two on either side of 5%, these data leave it open: a verdict "
        "that hangs on the choice of test is none."
    )


def _beside_deals(p: float, share: float, by_chance: np.ndarray) -> str:
    reached = by_chance >= share
    if share == 0 or (reached.mean() < 0.05) == (p < 0.05):
        return ""
    return (
        f"(The deals have a count of their own: {count(int(reached.sum()))} of "
        f"{count(len(by_chance))} reached the observed ICC. They take nothing for normal, but so "
        "few of them tell such a share only roughly.)"
    )


def _beside_interval(p: float, p_of_f: float, of_icc: Estimate) -> str:
    if p >= 0.05 or findings.share_of_variance(of_icc) is not Share.FROM_ZERO:
        return ""
    why = (
        "That the interval further above begins at zero is no contradiction. It looks to both "
        "sides, and leaves zero out where twice the difference is above 3.84; a variance can be "
        "larger than zero only, so the test looks to one side, and 2.71 is enough."
    )
    if findings.groups_alike(p, p_of_f) is Alike.OPEN:
        return f"({why})"
    return (
        f"({why} The test is to say whether there is a group variance, the interval how large it "
        "may be.)"
    )


def ratio_to_its_error(z: float, by_chance: np.ndarray, n_groups: int) -> Prose:
    """Say what comes of dividing an ICC by itself over the root of the number of groups.

    Parameters
    ----------
    z
        That ratio; nan for an ICC of zero.
    by_chance
        The correlation in each deal of the units to the groups at random.
    n_groups
        The number of groups.
    """
    return Prose(_z(z, n_groups), _z_by_chance(z, by_chance, n_groups))


def _z(z: float, n_groups: int) -> str:
    if np.isnan(z):
        return "Here the ICC is zero, and z would be zero over zero."
    return f"Here z would be {number(z)}, which is √{n_groups:,} and nothing else."


def _z_by_chance(z: float, by_chance: np.ndarray, n_groups: int) -> str:
    n_above = int((by_chance > 0).sum())
    if n_above == 0 or not findings.root_exceeds_two(n_groups):
        return ""
    if n_above == 1:
        return (
            f"In the one deal at random with an ICC above zero z is √{n_groups:,}: this “test” "
            "would have found a group effect there."
        )
    if np.isnan(z):
        return (
            f"In the {count(n_above)} deals at random with an ICC above zero z is √{n_groups:,}: "
            "this “test” would have found a group effect in every one of them."
        )
    return (
        f"In the {count(n_above)} deals at random with an ICC above zero z is √{n_groups:,} as "
        "well: this “test” would have found a group effect in every one of them."
    )


def table_of_iccs(
    fits: Mapping[str, MixedFit], conditional: Mapping[str, Estimate]
) -> pd.DataFrame:
    """Return the variances that models leave, and their ICC, a row a model."""
    return pd.DataFrame(
        {
            "group variance": [_four_digits(fit.cov_re.to_numpy()[0, 0]) for fit in fits.values()],
            "residual variance": [_four_digits(fit.scale) for fit in fits.values()],
            "ICC": [_icc(each.estimate) for each in conditional.values()],
            "95% interval": [
                f"{_icc(each.conf_low)} to {_icc(each.conf_high)}" for each in conditional.values()
            ],
        },
        index=list(fits),
    )


def _four_digits(variance: float) -> str:
    """Write a variance with four digits, so that one model's differs from the next one's."""
    return number(variance, abs(variance) / 100)


def given_the_predictor(
    null: tuple[float, float],
    given: tuple[float, float],
    conditional: Estimate,
    means_differ: bool,
    study: Study,
) -> Prose:
    """Say what becomes of the ICC once the predictor is in the model.

    Parameters
    ----------
    null, given
        The variances between groups and within them, without the predictor and given it.
    conditional
        The ICC given the predictor, with its interval.
    means_differ
        Whether the groups' means of the predictor differ.
    study
        The study, for its words.
    """
    change = findings.change_of_icc(null, given, means_differ)
    return Prose(
        _change_of_icc(change, null[0] / sum(null), conditional, study),
        "A conditional ICC is not a better estimate of the ICC. It answers another question.",
    )


def _change_of_icc(change: Change, share: float, conditional: Estimate, study: Study) -> str:
    word = words(study)
    if change is Change.APPEARS:
        return (
            f"Given {word.x}, the ICC is {_icc(conditional.estimate)}, where it was 0. That zero "
            f"was the null model's, which counts all that goes with {word.x} within {word.groups} "
            f"as scatter. {_hidden_or_not(conditional, study)}"
        )
    told = f"Given {word.x}, the ICC is {_icc(conditional.estimate)}, where it was {_icc(share)}"
    if change is Change.GOES_WITH:
        return f"{told}: part of what {word.groups} differ in goes with {word.x}."
    if change is Change.WITHIN_FALLS_MORE:
        return (
            f"{told}. It has risen: {word.x} takes a larger part from the variance within "
            f"{word.groups} than from that between them."
        )
    if change is Change.BETWEEN_RISES:
        return (
            f"{told}. It has risen: with {word.x} in the model the variance within {word.groups} "
            "is smaller, and that between them is larger, which the next section looks into."
        )
    if change is Change.BETWEEN_RISES_MORE:
        return (
            f"{told}. It has risen, and not since {word.x} explained anything: with it in the "
            "model both variances are larger."
        )
    if _icc(conditional.estimate) == _icc(share):
        return f"Given {word.x}, the ICC stays at {_icc(share)}."
    return f"{told}."


def _hidden_or_not(conditional: Estimate, study: Study) -> str:
    word = words(study)
    if findings.share_of_variance(conditional) is Share.ABOVE:
        return (
            f"With {word.x} held equal, {word.groups} differ: the 95% interval is "
            f"{_icc(conditional.conf_low)} to {_icc(conditional.conf_high)}."
        )
    return (
        f"Whether {word.groups} differ with {word.x} held equal is not certain all the same: this "
        "interval, too, begins at zero."
    )


def variance_explained(
    explained: PseudoR2,
    of_both: PseudoR2 | None,
    apart: tuple[float, float],
    means_differ: bool,
    study: Study,
) -> Prose:
    """Say what the predictor explains at each level.

    Parameters
    ----------
    explained
        By the predictor, with one slope for both levels.
    of_both
        With the group mean as a predictor of its own; None where it cannot be one.
    apart
        The SD of the group means of the outcome: as they are, and at an equal predictor.
    means_differ
        Whether the groups' means of the predictor differ.
    study
        The study, for its words.
    """
    return Prose(
        _explained_between(explained, apart, means_differ, study),
        _explained_within(explained.residual, study),
        "This is a model with one slope for both levels.",
        _explained_by_both(of_both, study),
        "To explain a variance is to predict, not to cause.",
    )


def _explained_between(
    explained: PseudoR2, apart: tuple[float, float], means_differ: bool, study: Study
) -> str:
    word, found = words(study), findings.variance_given_predictors(explained.group)
    if found is Compared.ABSENT:
        return (
            f"The null model has no variance between {word.groups}, so that nothing can be "
            "explained there."
        )
    if found is Compared.LARGER:
        why = findings.rise_between(means_differ, apart, explained.residual)
        return (
            f"Between {word.groups} the share is below zero: with {word.x} in the model, the "
            f"variance between {word.groups} is *larger* than without, by "
            f"{percent(-explained.group)}. {_why_larger(why, apart, study)}"
        )
    return (
        f"With {word.x} in the model, the variance between {word.groups} is smaller by "
        f"{percent(explained.group)}."
    )


def _why_larger(why: Rise, apart: tuple[float, float], study: Study) -> str:
    word, before, after = words(study), *(number(sd) for sd in apart)
    if why is Rise.SAME_MEANS:
        return (
            f"All {word.groups} have the same {word.x_mean}, so that holding {word.x} equal moves "
            f"none of them: they differ as much as before. But single {word.units} scatter less, "
            f"so that less of what separates the means of {word.groups} is put down to luck."
        )
    if why is Rise.LUCK:
        return (
            f"With {word.x} held equal the means of {word.groups} lie no further apart than "
            f"before. But single {word.units} scatter less, so that less of what separates these "
            "means is put down to luck."
        )
    if why is Rise.APART:
        return (
            f"With {word.x} held equal the means of {word.groups} lie further apart: their SD is "
            f"{after}, where it was {before}."
        )
    if why is Rise.BOTH:
        return (
            f"There are two reasons. With {word.x} held equal the means of {word.groups} lie "
            f"further apart: their SD is {after}, where it was {before}. And single {word.units} "
            "scatter less, so that less of what separates these means is put down to luck."
        )
    return (
        f"The means of {word.groups} do not lie further apart with {word.x} held equal, and the "
        "variance within is no smaller. The two variances are estimated together, and can rise "
        "together."
    )


def _explained_within(explained: float, study: Study) -> str:
    word = words(study)
    if findings.variance_given_predictors(explained) is Compared.LARGER:
        return (
            f"Within {word.groups} the variance is larger by {percent(-explained)}, which is to "
            f"say that {word.x} explains nothing there."
        )
    return f"Within {word.groups} the variance is smaller by {percent(explained)}."


def _explained_by_both(of_both: PseudoR2 | None, study: Study) -> str:
    if of_both is None or np.isnan(of_both.group):
        return ""
    return (
        "With the group mean as a predictor of its own (chapter 4) the shares are "
        f"{percent(of_both.group)} between {words(study).groups} and {percent(of_both.residual)} "
        "within them."
    )


def table_of_mistakes(mistakes: pd.DataFrame) -> pd.DataFrame:
    """Return the shares explained with both mistakes, with one, and with none."""
    return mistakes.map(lambda value: number(value, 0.05))


def shares_mistaken(mistaken: pd.Series, explained: PseudoR2, study: Study) -> Prose:
    """Say what the tutorial's formula gives, and what is right.

    Parameters
    ----------
    mistaken
        The shares explained as the tutorial has them, ``"group"`` and ``"unit"``.
    explained
        The shares as they are defined.
    study
        The study, for its words.
    """
    word = words(study)
    return Prose(
        "The tutorial read its results as percentages: in these data "
        f"{number(mistaken['group'], 0.5)} between {word.groups} and "
        f"{number(mistaken['unit'], 0.5)} within them, each “percent”.",
        _impossible_or_not(mistaken, study),
        _as_defined(explained),
    )


def _impossible_or_not(mistaken: pd.Series, study: Study) -> str:
    word, found = words(study), findings.claimed_shares(mistaken)
    if found is Claimed.ABSENT:
        return f"Between {word.groups} there is nothing to divide by."
    if found is Claimed.IMPOSSIBLE:
        return (
            "A share cannot be above one, and there is a plain reason why one here is: the first "
            f"term is a variance, in the square of the outcome's units. Measure {word.y} in other "
            "units, and the “share” changes."
        )
    if found is Claimed.NEGATIVE:
        return (
            "A number below zero might be taken for a share that happens to be negative, and it is "
            "no share at all: the first term is a variance, in the square of the outcome's units, "
            "and would change with them."
        )
    return (
        "Nothing in them gives them away here, since both lie between zero and one. Yet the first "
        "term is a variance, in the square of the outcome's units, and would change with them."
    )


def _as_defined(explained: PseudoR2) -> str:
    if np.isnan(explained.group):
        return ""
    return (
        f"Computed as defined above they are {percent(explained.group)} and "
        f"{percent(explained.residual)}."
    )


def icc_mistaken(mistaken: float, share: float) -> Prose:
    """Say what the tutorial's standard deviations make of the ICC.

    Parameters
    ----------
    mistaken
        The ICC from the tutorial's standard deviations; nan where these do not give one.
    share
        The right one.
    """
    if np.isnan(mistaken):
        return Prose()
    wrong, right = _icc(mistaken), _icc(share)
    if wrong == right:
        return Prose(
            f"The same standard deviations went into its ICC. It is {wrong} in these data, by good "
            "luck the same to three decimals as the right one."
        )
    return Prose(
        "The same standard deviations went into its ICC: "
        f"{wrong} in these data, where {right} is right."
    )


def reliability(
    reliabilities: pd.Series,
    needed: float,
    share: float,
    conditional: float,
    sizes: pd.Series,
    study: Study,
) -> Prose:
    """Say how reliable means of groups are, and how many units a reliability of 0.8 takes.

    Parameters
    ----------
    reliabilities, sizes
        The reliability of each group's mean, and how many units it has.
    needed
        The number of units that a reliability of 0.8 takes.
    share, conditional
        The intraclass correlation, without the predictor and given it.
    study
        The study, for its words.
    """
    if share == 0:
        return Prose(_not_reliable(conditional, study))
    return Prose(_reliabilities(reliabilities, sizes, study), _large_enough(needed, sizes, study))


def _not_reliable(conditional: float, study: Study) -> str:
    word = words(study)
    if conditional > 0:
        return (
            f"With an ICC of zero the reliability is zero for every {word.group}, as the null "
            f"model sees it. With {word.x} held equal the ICC is {_icc(conditional)}, and chapter "
            "4's shrinkage goes by that."
        )
    return (
        f"With an ICC of zero the reliability is zero for every {word.group}: by this model the "
        f"means of {word.groups} tell no more than the mean of all."
    )


def _reliabilities(reliabilities: pd.Series, sizes: pd.Series, study: Study) -> str:
    mean, low, high = (
        _icc(share) for share in (reliabilities.mean(), reliabilities.min(), reliabilities.max())
    )
    if low == high:
        return f"The reliability is {mean} for each of the {count(len(sizes), study.group)}."
    return (
        f"Over the {count(len(sizes), study.group)} the reliability is {mean} on average, from "
        f"{low} to {high}."
    )


def _large_enough(needed: float, sizes: pd.Series, study: Study) -> str:
    word, n_enough = words(study), int((sizes >= needed).sum())
    groups = count(len(sizes), study.group)
    takes = (
        f"A reliability of 0.8 takes {count(int(min(needed, 1e9)), study.unit)} per {word.group}"
    )
    if n_enough == 0:
        return f"{takes}; none of the {groups} has as many."
    if n_enough == len(sizes):
        return f"{takes}; each of the {groups} has at least as many."
    if n_enough == 1:
        return f"{takes}; one of the {groups} has at least as many."
    return f"{takes}; {count(n_enough)} of the {groups} have at least as many."

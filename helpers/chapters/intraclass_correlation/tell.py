"""The sentences and tables of chapter 5, one function a paragraph."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from helpers.course import findings
from helpers.course.findings import Chance, Claimed, Compared, Reading, Repetition, Share
from helpers.course.tell import the_study as the_study
from helpers.course.words import Prose, count, words
from helpers.models.estimate import Estimate
from helpers.models.fit import MixedFit
from helpers.models.variance import LikelihoodRatio, PseudoR2
from helpers.study.file import Study
from helpers.text import number, p_value, percent


def share_of_groups(
    tau2: float, sigma2: float, of_icc: Estimate, eta_squared: float, study: Study
) -> Prose:
    """Say which share of the variance lies between groups, how sure that is, and of eta squared.

    Parameters
    ----------
    tau2, sigma2
        The variances between groups and inside them, in squared units of the outcome.
    of_icc
        The intraclass correlation, with its interval.
    eta_squared
        The share of the sum of squares that lies between groups.
    study
        The study, for its words.
    """
    word = words(study)
    return Prose(
        f"Of the variance of {word.y}, {percent(of_icc.estimate)} lies between {word.groups}: "
        f"{number(tau2)} of {number(tau2 + sigma2)}. The 95% profile-likelihood interval reaches "
        f"from {percent(of_icc.conf_low)} to {percent(of_icc.conf_high)}.",
        _zero_or_not(of_icc, study),
        _beside_eta_squared(of_icc.estimate, eta_squared, study),
    )


def _zero_or_not(of_icc: Estimate, study: Study) -> str:
    word, found = words(study), findings.share_of_variance(of_icc)
    if found is Share.ZERO:
        return (
            f"The estimate is exactly zero, which is a result: the means of {word.groups} do not "
            f"differ more than chance makes them. It does not show that {word.groups} are all "
            "alike, as the interval says."
        )
    if found is Share.FROM_ZERO:
        return (
            "The interval begins at zero, so that these data do not exclude that "
            f"{word.groups} are all alike."
        )
    return ""


def _beside_eta_squared(share: float, eta_squared: float, study: Study) -> str:
    word, found = words(study), findings.beside_eta_squared(share, eta_squared)
    if found is Compared.LARGER:
        return (
            f"Eta squared is larger, {percent(eta_squared)}: it counts what separates the means of "
            f"{word.groups}, and part of that is the luck of which {word.units} of each "
            f"{word.group} were drawn. The ICC takes that part off."
        )
    if found is Compared.SMALLER:
        return (
            f"Eta squared is smaller here, {percent(eta_squared)}. With few {word.groups} that can "
            "happen, since it divides what lies between them by their number, where the ICC "
            "divides by one less; with unequal sizes too, since the two weigh "
            f"{word.groups} differently."
        )
    return f"Eta squared is {percent(eta_squared)}, about the same."


def pairs(n_pairs: int, correlation: float, share: float, sizes: pd.Series, study: Study) -> Prose:
    """Say how alike two units of one group are, in pairs and by the model.

    Parameters
    ----------
    n_pairs
        The number of pairs in the figure.
    correlation
        The correlation over all pairs inside groups.
    share
        The model's intraclass correlation.
    sizes
        The number of units, by group.
    study
        The study, for its words.
    """
    word = words(study)
    return Prose(
        f"The figure shows {count(n_pairs)} pairs; no {word.unit} is in two of them.",
        _solid_line(share, study),
        f"Over all possible pairs inside {word.groups} the correlation is "
        f"{number(correlation, 0.005)}; the model says {number(share, 0.005)}.",
        _pairs_and_model(correlation, share, sizes, study),
    )


def _solid_line(share: float, study: Study) -> str:
    word = words(study)
    if share > 0:
        return (
            f"Of two {word.units} of one {word.group}, if one lies above the mean, expect the "
            f"other {number(share)} times as far above it: the solid line, whose slope is the ICC."
        )
    return "The solid line, with the ICC as its slope, is level."


def _pairs_and_model(correlation: float, share: float, sizes: pd.Series, study: Study) -> str:
    word = words(study)
    found = findings.other_reading(share, correlation, apart=0.015, of_it=0.2)
    if found is Reading.BELOW_ZERO:
        return (
            f"Below zero: two {word.units} of one {word.group} are less alike than two of "
            "different ones. A variance cannot say that; in the model the share stops at zero."
        )
    if found is Reading.ALIKE:
        return "The two agree, as two readings of one thing should."
    if sizes.min() == sizes.max():
        return "They are two estimates of one thing, and differ as estimates do."
    return (
        f"They are not the same: a large {word.group} has many more pairs than a small one, and "
        f"the model weighs {word.groups} otherwise."
    )


def table_of_worth(
    mean_size: float, design_effect: float, by_formula: float, by_model: float
) -> pd.DataFrame:
    """Return what the units are worth in independent ones, and the numbers that say so."""
    return pd.DataFrame(
        {
            "value": {
                "mean size": number(mean_size),
                "design effect": number(design_effect),
                "effective sample size, by the formula": number(by_formula),
                "effective sample size, by the model": number(by_model),
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
        f"For the mean of {word.y} that the model estimates, the "
        f"{count(int(sizes.sum()), study.unit)} are worth about {number(effective)} independent "
        "ones.",
        _lost(effective, share, sizes, study),
        f"This holds for a mean. A slope within {word.groups} is another matter: what "
        f"{word.groups} differ in leaves its residuals, as chapter 3 found.",
    )


def _lost(effective: float, share: float, sizes: pd.Series, study: Study) -> str:
    word, found = words(study), findings.repetition(share, effective, int(sizes.sum()))
    if found is Repetition.HARDLY_ANY:
        return f"They are hardly correlated inside {word.groups}, so hardly anything is lost."
    if found is Repetition.MOST:
        ceiling = len(sizes) / share  # N / (1 + (n - 1) share), as n grows
        return (
            "More than half of the information is lost to repetition. To know the mean better, "
            f"more {word.groups} would help far more than more {word.units} in each: with ever "
            f"more of those, the worth goes no further than {number(ceiling)}."
        )
    return "Part of the information is repetition, though less than half."


def table_of_variances(estimated: Mapping[str, tuple[float, float]]) -> pd.DataFrame:
    """Return the variances between groups and inside them, and the ICC, by how they come about."""
    return pd.DataFrame(
        {
            "group variance": [number(between) for between, _ in estimated.values()],
            "residual variance": [number(inside) for _, inside in estimated.values()],
            "ICC": [number(between / (between + inside)) for between, inside in estimated.values()],
        },
        index=list(estimated),
    )


def analysis_of_variance(
    tau2_anova: float, icc_anova: float, share: float, sizes: pd.Series, study: Study
) -> Prose:
    """Say how the analysis of variance compares with REML.

    Parameters
    ----------
    tau2_anova, icc_anova
        The variance between groups by mean squares, and the ICC that comes of it.
    share
        The ICC by REML.
    sizes
        The number of units, by group.
    study
        The study, for its words.
    """
    word = words(study)
    found = findings.other_reading(share, icc_anova, apart=0.005, of_it=0.05)
    if found is Reading.BELOW_ZERO:
        return Prose(
            "The analysis of variance gives a group variance below zero, "
            f"{number(tau2_anova)}: the means of {word.groups} differ less than chance would make "
            "them. REML stops at zero."
        )
    if sizes.min() == sizes.max():
        return Prose(
            f"All {word.groups} have the same size, and then the two are the same by algebra."
        )
    if found is Reading.ALIKE:
        return Prose(
            f"The two agree closely. With {word.groups} of one size they would agree exactly."
        )
    return Prose(
        f"The two differ, as they may when {word.groups} are of different sizes: they weigh "
        f"{word.groups} differently."
    )


def deals(by_chance: np.ndarray, share: float) -> Prose:
    """Say which intraclass correlations chance makes, and where the observed one lies.

    Parameters
    ----------
    by_chance
        The correlation in each deal of the units to the groups at random.
    share
        The observed one.
    """
    return Prose(
        f"Of {count(len(by_chance))} deals, {percent((by_chance == 0).mean())} gave an ICC of "
        f"exactly zero, and the largest was {number(by_chance.max())}.",
        _observed(by_chance, share),
    )


def _observed(by_chance: np.ndarray, share: float) -> str:
    found = findings.beside_chance(share, by_chance)
    if found is Chance.BEYOND:
        return f"The observed one, {number(share)}, is beyond all of them."
    if found is Chance.ZERO:
        return "The observed one is zero as well."
    return (
        f"The observed one, {number(share)}, was reached or passed in "
        f"{percent((by_chance >= share).mean())} of them."
    )


def likelihood_ratio(test: LikelihoodRatio, study: Study) -> Prose:
    """Say what the likelihood-ratio test says of a group variance of zero."""
    return Prose(
        "That is the shape of the null distribution: a heap at zero, and one tail. The "
        "likelihood-ratio test respects it, by REML, as the fixed effects are the same. Twice the "
        "difference of the log-likelihoods with and without the group variance is "
        f"{number(test.statistic)}; it is compared with a mixture, half of it at zero, half "
        f"chi-squared with one degree of freedom ({p_value(test.p_value)}).",
        _alike_or_not(test.p_value, study),
    )


def _alike_or_not(p: float, study: Study) -> str:
    word = words(study)
    if findings.groups_differ(p):
        return f"That {word.groups} are all alike in {word.y} is hard to reconcile with these data."
    return (
        f"These data are compatible with {word.groups} that are all alike in {word.y}, which does "
        "not show that they are."
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
    return f"Here z would be {number(z)}, which is √{n_groups} and nothing else."


def _z_by_chance(z: float, by_chance: np.ndarray, n_groups: int) -> str:
    n_above = int((by_chance > 0).sum())
    if n_above == 0 or not findings.root_exceeds_two(n_groups):
        return ""
    if np.isnan(z):
        return (
            f"In the {count(n_above)} deals at random with an ICC above zero z is √{n_groups}: "
            "this “test” would have found a group effect in every one of them."
        )
    return (
        f"In the {count(n_above)} deals at random with an ICC above zero z is √{n_groups} as well: "
        "this “test” would have found a group effect in every one of them."
    )


def table_of_iccs(
    fits: Mapping[str, MixedFit], conditional: Mapping[str, Estimate]
) -> pd.DataFrame:
    """Return the variances that models leave, and their ICC, a row a model."""
    return pd.DataFrame(
        {
            "group variance": [_four_digits(fit.cov_re.to_numpy()[0, 0]) for fit in fits.values()],
            "residual variance": [_four_digits(fit.scale) for fit in fits.values()],
            "ICC": [number(each.estimate, 0.005) for each in conditional.values()],
            "interval": [
                f"{percent(each.conf_low)} to {percent(each.conf_high)}"
                for each in conditional.values()
            ],
        },
        index=list(fits),
    )


def _four_digits(variance: float) -> str:
    """Write a variance with four digits, so that one model's differs from the next one's."""
    return number(variance, variance / 100)


def given_the_predictor(
    tau2: float, tau2_given: float, share: float, conditional: float, study: Study
) -> Prose:
    """Say what becomes of the ICC once the predictor is in the model.

    Parameters
    ----------
    tau2, tau2_given
        The variance between groups without the predictor, and given it.
    share, conditional
        The ICC without the predictor, and given it.
    study
        The study, for its words.
    """
    return Prose(
        _change_of_icc(findings.variance_falls(tau2, tau2_given), share, conditional, study),
        "A conditional ICC is not a better estimate of the ICC. It answers another question.",
    )


def _change_of_icc(falls: bool, share: float, conditional: float, study: Study) -> str:
    word, found = words(study), findings.given_predictors(share, conditional)
    if found is Compared.SMALLER and falls:
        return (
            f"Given {word.x}, the ICC is {percent(conditional)}, where it was {percent(share)}: "
            f"part of what {word.groups} differ in goes with {word.x}."
        )
    if found is Compared.LARGER:
        return (
            f"Given {word.x}, the ICC is {percent(conditional)}, where it was {percent(share)}. It "
            f"has risen: {word.x} takes a larger part from the variance inside {word.groups} than "
            "from that between them."
        )
    return f"Given {word.x}, the ICC is {percent(conditional)}; it was {percent(share)}."


def variance_explained(explained: PseudoR2, of_both: PseudoR2 | None, study: Study) -> Prose:
    """Say what the predictor explains at each level.

    Parameters
    ----------
    explained
        By the predictor, with one slope for both levels.
    of_both
        With the group mean as a predictor of its own; None where it cannot be one.
    study
        The study, for its words.
    """
    return Prose(
        _explained_between(explained.group, study),
        _explained_inside(explained.residual, study),
        "This is a model with one slope for both levels.",
        _explained_by_both(of_both, study),
        "To explain a variance is to predict, not to cause.",
    )


def _explained_between(explained: float, study: Study) -> str:
    word, found = words(study), findings.variance_given_predictors(explained)
    if found is Compared.ABSENT:
        return (
            f"The null model has no variance between {word.groups}, so that nothing can be "
            "explained there."
        )
    if found is Compared.LARGER:
        return (
            f"Between {word.groups} the share is below zero: with {word.x} in the model, the "
            f"variance between {word.groups} is *larger* than without. Once {word.x} is held "
            f"equal, {word.groups} differ more than before."
        )
    return (
        f"With {word.x} in the model, the variance between {word.groups} is smaller by "
        f"{percent(explained)}."
    )


def _explained_inside(explained: float, study: Study) -> str:
    word = words(study)
    if findings.variance_given_predictors(explained) is Compared.LARGER:
        return (
            f"Inside {word.groups} the variance is larger by {percent(-explained)}, which is to "
            f"say that {word.x} explains nothing there."
        )
    return f"Inside {word.groups} the variance is smaller by {percent(explained)}."


def _explained_by_both(of_both: PseudoR2 | None, study: Study) -> str:
    if of_both is None or np.isnan(of_both.group):
        return ""
    return (
        "With the group mean as a predictor of its own (chapter 4) the shares are "
        f"{percent(of_both.group)} between {words(study).groups} and {percent(of_both.residual)} "
        "inside them."
    )


def table_of_mistakes(mistakes: pd.DataFrame) -> pd.DataFrame:
    """Return the shares explained with both mistakes, with one, and with none."""
    return mistakes.map(lambda value: number(value, 0.0005))


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
            "As shares of one they are impossible, and that they are has a plain reason: the first "
            f"term is a variance, in the square of the outcome's units. Measure {word.y} in other "
            "units, and the “share” changes."
        )
    return (
        "They look possible here, which is the worse luck: the first term is a variance, in the "
        "square of the outcome's units, and would change with them."
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
    return Prose(
        "The same standard deviations went into its ICC: "
        f"{number(mistaken, 0.005)} in these data, where {number(share, 0.005)} is right."
    )


def reliability(
    reliabilities: pd.Series, needed: float, share: float, sizes: pd.Series, study: Study
) -> Prose:
    """Say how reliable means of groups are, and how many units a reliability of 0.8 takes.

    Parameters
    ----------
    reliabilities, sizes
        The reliability of each group's mean, and how many units it has.
    needed
        The number of units that a reliability of 0.8 takes.
    share
        The intraclass correlation.
    study
        The study, for its words.
    """
    word, n_groups = words(study), len(sizes)
    if share == 0:
        return Prose(
            f"With an ICC of zero the mean of no {word.group} is reliable: the data do not tell "
            "any two of them apart."
        )
    return Prose(
        f"Over the {count(n_groups, study.group)} the reliability is "
        f"{number(reliabilities.mean())} on average, from {number(reliabilities.min())} to "
        f"{number(reliabilities.max())}. A reliability of 0.8 takes "
        f"{count(int(min(needed, 1e9)), study.unit)} in one {word.group}; "
        f"{count(int((sizes >= needed).sum()))} of {count(n_groups)} have at least as many."
    )

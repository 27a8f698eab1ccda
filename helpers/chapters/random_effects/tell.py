"""The sentences and tables of chapter 4, one function a paragraph."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from helpers.chapters.random_effects.climb import Record, Stop
from helpers.course import findings
from helpers.course.findings import Finding, Limits, Nearer, Pooling, Spread, Top
from helpers.course.tell import the_study as the_study
from helpers.course.words import Prose, count, interval, words
from helpers.models.estimate import Estimate
from helpers.models.fit import MixedFit
from helpers.study.file import Study
from helpers.text import NOT_AVAILABLE, number, p_value, percent


def intercepts(separate: pd.Series, tau: float, study: Study) -> Prose:
    """Say how the SD of separate intercepts compares with the one that the model estimates.

    Parameters
    ----------
    separate
        Each group's own intercept, at the slope of the model.
    tau
        The model's standard deviation of intercepts, in units of the outcome.
    study
        The study, for its words.
    """
    word, found = words(study), findings.spread_of_intercepts(tau, separate.std())
    opening = (
        f"Taken with the slope of this model, the separate intercepts have a standard deviation of "
        f"{number(separate.std())}{word.in_y}."
    )
    if found is Spread.ZERO:
        return Prose(
            opening,
            "The model estimates that of the distribution they come from as exactly zero: the "
            "separate intercepts do not scatter more than the chance of who is in which "
            f"{word.group} explains. What this chapter says about learning from other "
            f"{word.groups} is then simple: all {word.groups} get the same intercept.",
        )
    if found is Spread.LESS:
        return Prose(
            opening,
            "The model estimates that of the distribution they come from as "
            f"{number(tau)}{word.in_y}, less. A separate intercept is the {word.group}'s own level "
            "*plus* the luck of a finite sample, and the luck scatters too. The curve shows what "
            "remains without it.",
        )
    return Prose(
        opening,
        "The model estimates that of the distribution they come from as "
        f"{number(tau)}{word.in_y}, no less in these data, or hardly: {word.groups} are so large "
        "that luck adds hardly anything, or so unequal that the plain standard deviation counts "
        "the small ones too little.",
    )


def where_it_stopped(
    stopped: Stop | None, record: Record, optimum: tuple[float, float], study: Study
) -> Prose:
    """Say where statsmodels stopped, what it warned of, and whether that is the top.

    Parameters
    ----------
    stopped
        Where it stopped; None where it found no fit, or was not run.
    record
        Its warnings, and the error it ended with.
    optimum
        Group variance and log-likelihood of the top.
    study
        The study, for its words.
    """
    complaint = ""
    if record.warnings:
        complaint = f"On the way it warned: {words(study).list(record.warnings)}."
    if record.failure:
        return Prose(
            "statsmodels found no fit in these data: its search ended with the error "
            f"“{record.failure}”.",
            complaint,
        )
    if stopped is None:
        return Prose(
            f"With {count(len(study.frame), study.unit)} statsmodels would take a minute or more, "
            "so it was not run here."
        )
    found = findings.top(stopped[:2], optimum)
    return Prose(
        _its_stop(stopped, record, optimum[0], found),
        complaint,
        _against_the_top(stopped, record, optimum, found),
    )


def _its_stop(stopped: Stop, record: Record, best: float, found: Top) -> str:
    if found is Top.NO_FIT:
        return (
            "statsmodels reports a log-likelihood that is not finite here, and a group variance of "
            f"{number(stopped.variance)}. That is no estimate, whatever it says about convergence."
        )
    shown = number(stopped.variance, max(best, abs(stopped.variance - best)) / 1000)
    if record.retried:
        return (
            f"statsmodels stopped at a group variance of {shown}. Its first method failed, and it "
            "went on with others from where that stood. Whether it ends with *converged: yes* or "
            "*no* can then hang on rounding, and differ from computer to computer, so that the "
            "summary above leaves it out."
        )
    answer = "no"
    if stopped.converged:
        answer = "yes"
    return (
        f"statsmodels stopped at a group variance of {shown}, and says of itself *converged: "
        f"{answer}*."
    )


def _against_the_top(
    stopped: Stop, record: Record, optimum: tuple[float, float], found: Top
) -> str:
    best, highest = optimum
    at, higher = number(best, best / 1000), number(highest - stopped.llf)
    if found is Top.NO_FIT:
        return ""
    if found is Top.REACHED:
        return "That is the optimum, as near as matters."
    if found is Top.FLAT:
        return (
            f"The optimum is at {at}; so flat is the top that the two log-likelihoods hardly "
            "differ."
        )
    opening = f"The optimum is at {at}, and its log-likelihood is higher by {higher}."
    said = "and nothing in the summary says so"
    if record.retried:
        said = "even where the summary says *converged: yes*"
    if found is Top.NEARLY:
        return (
            f"{opening} That is little beside the 1.92 that bound the interval, but it is not the "
            f"top, {said}."
        )
    return f"{opening} So it is not the top, {said}."


def interval_of_variance(variance: Estimate, boundary: bool) -> Prose:
    """Say how far the interval of the group variance reaches, and whether further up than down.

    Parameters
    ----------
    variance
        The variance, with its profile-likelihood interval.
    boundary
        Whether the optimum lies on the edge, at a variance of zero.
    """
    found = findings.limits_of_variance(variance, boundary)
    if found is Limits.EDGE:
        return Prose(
            "Here the optimum lies on the edge, at a variance of zero: the curve falls from there "
            f"on. Values up to {number(variance.conf_high)} are not excluded by the data."
        )
    low, high = (
        number(end, variance.estimate / 100) for end in (variance.conf_low, variance.conf_high)
    )
    opening = (
        "Where `fit_mixed` stopped, the slope of the likelihood is zero up to rounding. The 95% "
        "interval is cut off where the log-likelihood is 1.92 below the top. It reaches from "
        f"{low} to {high}."
    )
    if found is Limits.FROM_ZERO:
        return Prose(
            opening, "On the left it ends at zero, the edge, where the curve is not yet so low."
        )
    if found is Limits.FURTHER_UP:
        return Prose(
            opening, "It reaches further up than down, unlike estimate ± 2 standard errors."
        )
    return Prose(opening)


def table_of_methods(by_reml: MixedFit, by_ml: MixedFit, x: str) -> pd.DataFrame:
    """Put what REML and ML estimate beside each other.

    Parameters
    ----------
    by_reml, by_ml
        A random-intercept model by each.
    x
        The predictor, as the model names it.
    """
    variance = by_reml.cov_re.iloc[0, 0]
    return pd.DataFrame(
        {
            fit.method: {
                "group variance": number(fit.cov_re.iloc[0, 0], variance / 1000),
                "residual variance": number(fit.scale, fit.scale / 10_000),
                f"slope of {x}": number(fit.fe_params[x], fit.bse_fe[x] / 100),
                "log-likelihood": f"{fit.llf:,.2f}",
            }
            for fit in (by_reml, by_ml)
        }
    )


def ml_and_reml(by_ml: float, by_reml: float, n_groups: int, study: Study) -> Prose:
    """Say by how much ML's group variance differs from REML's.

    Parameters
    ----------
    by_ml, by_reml
        The group variance by each.
    n_groups
        The number of groups.
    study
        The study, for its words.
    """
    word, found = words(study), findings.by_ml(by_ml, by_reml)
    incomparable = "The two log-likelihoods are not comparable with each other."
    if found is Finding.ABSENT:
        return Prose("With a group variance of zero the two hardly differ here.", incomparable)
    change = percent(abs(by_ml / by_reml - 1))
    of_groups = (
        f"What counts most is the number of {word.groups}: there are "
        f"{count(n_groups)} here, and the more there are, the nearer the two come."
    )
    if found is Finding.LOWER:
        return Prose(
            f"ML puts the group variance {change} lower than REML.", of_groups, incomparable
        )
    return Prose(f"ML puts the group variance {change} higher than REML.", of_groups, incomparable)


def one_by_hand(
    shown: Sequence[Any],
    sizes: pd.Series,
    distance: pd.Series,
    reliability: pd.Series,
    modes: pd.Series,
    variances: tuple[float, float],
    study: Study,
) -> Prose:
    """Say which groups are shown, and compute the conditional mode of the first by hand.

    Parameters
    ----------
    shown
        The groups that the panels show, the smallest first.
    sizes, distance, reliability, modes
        Of each group: its number of units, how far its mean lies from the average line, its
        reliability, its conditional mode.
    variances
        The variance between groups, and that inside them.
    study
        The study, for its words.
    """
    word, one = words(study), shown[0]
    tau2, sigma2 = variances
    side = "below"
    if distance[one] >= 0:
        side = "above"
    return Prose.of_paragraphs(
        f"{_panels(len(shown), sizes, study)} {_order(sizes, study)}",
        f"One by hand: {word.text(study.name_of(one))} has {count(int(sizes[one]), study.unit)}. "
        f"Its mean lies {number(abs(distance[one]))}{word.in_y} {side} what the average line "
        f"predicts at its mean of {word.x}. Its reliability is",
        f"$$\n\\lambda = \\frac{{{tau2:.4g}}}{{{tau2:.4g} + {sigma2:.4g} / {sizes[one]}}}\n"
        f"= {reliability[one]:.3f},\n$$",
        f"so that its conditional mode is {reliability[one]:.3f} times {number(distance[one])}, "
        f"which is {number(reliability[one] * distance[one])}; `fit_mixed` says "
        f"{number(modes[one])}. {_reliabilities(reliability, study)}",
    )


def _panels(n_shown: int, sizes: pd.Series, study: Study) -> str:
    every = count(len(sizes), study.group)
    if n_shown == len(sizes):
        return f"The panels show all {every}."
    return f"The panels show {count(n_shown)} of the {every}."


def _order(sizes: pd.Series, study: Study) -> str:
    if sizes.min() == sizes.max():
        return f"All {words(study).groups} have the same size."
    return "They stand in order of size, the smallest first."


def _reliabilities(reliability: pd.Series, study: Study) -> str:
    word, found = words(study), findings.pooling(reliability)
    if found is Pooling.COMPLETE:
        return (
            "With a group variance of zero every reliability is zero: partial pooling is complete "
            "pooling in these data."
        )
    if found is Pooling.HARDLY_ANY:
        return (
            f"All {word.groups} here have a reliability above 0.95, so that partial pooling is "
            "nearly no pooling."
        )
    if found is Pooling.MOST:
        return (
            f"No {word.group} here has a reliability above 0.3, so that partial pooling is nearer "
            "to complete pooling than to none."
        )
    if found is Pooling.ALL_ALIKE:
        return f"All {word.groups} have this reliability."
    return (
        f"Over all {word.groups} the reliability goes from {reliability.min():.2f} to "
        f"{reliability.max():.2f}."
    )


def shrinkage(
    distance: pd.Series,
    modes: pd.Series,
    reliability: pd.Series,
    sizes: pd.Series,
    study: Study,
) -> Prose:
    """Say how groups are drawn to the average line, and what that is good for.

    Parameters
    ----------
    distance, modes, reliability, sizes
        As for :func:`one_by_hand`.
    study
        The study, for its words.
    """
    word = words(study)
    return Prose(
        _drawn_in(distance, modes, reliability, sizes, study),
        f"If the model holds, shrinkage makes the guesses better on average over {word.groups}, in "
        f"squared error. One {word.group} that is truly unusual pays for it: its guess is drawn to "
        "the average.",
    )


def _drawn_in(
    distance: pd.Series,
    modes: pd.Series,
    reliability: pd.Series,
    sizes: pd.Series,
    study: Study,
) -> str:
    word = words(study)
    if findings.pooling(reliability) is Pooling.COMPLETE:
        return f"All conditional modes are zero: every {word.group} is drawn in all the way."
    spread = (
        f"The standard deviation of the raw distances is {number(distance.std())}, that of the "
        f"modes {number(modes.std())}{word.in_y}."
    )
    if sizes.min() == sizes.max():
        return (
            "Without shrinkage all points would lie on the dashed line. They lie nearer to zero "
            f"than it does, all in one proportion, as {word.groups} are of one size. {spread}"
        )
    return (
        "Without shrinkage all points would lie on the dashed line. They lie nearer to zero than "
        f"it does, in proportion the small {word.groups} most. {spread}"
    )


def ranking(modes: pd.Series, errors: pd.Series, study: Study) -> Prose:
    """Say how many groups are clearly apart from the average, and how little an order is worth.

    Parameters
    ----------
    modes, errors
        Each group's conditional mode, and its standard error.
    study
        The study, for its words.
    """
    word = words(study)
    return Prose(
        _apart(findings.n_apart_from_average(modes, errors), len(modes), study),
        "The order is shown more surely than it is known: neighbours overlap, and a rank would "
        f"change with other {word.units} from the same {word.groups}. The intervals take the fixed "
        "effects and variances as known, and they compare with zero, not with each other.",
    )


def _apart(apart: int, n_groups: int, study: Study) -> str:
    word = words(study)
    if apart == 0:
        return f"No {word.group} has an interval that excludes the average."
    if apart == n_groups:
        return f"The interval of every {word.group} excludes the average."
    return (
        f"The interval excludes zero in {count(apart)} of {count(n_groups, study.group)}, and "
        f"holds it in {count(n_groups - apart)}."
    )


def two_slopes(
    slope: Estimate,
    within: Estimate,
    between: Estimate | None,
    weight: float,
    by_precision: float,
    context: Estimate | None,
    study: Study,
) -> Prose:
    """Say what the slope of the random-intercept model is an average of, and whether of two.

    Parameters
    ----------
    slope, within, between
        The slope of the random-intercept model, and the two of the within-between model; None
        where there is no slope between groups.
    weight
        The weight of the slope between, in that average: from 0 to 1.
    by_precision
        The slope between groups that is averaged: means weighted by their precision.
    context
        The slope between less the slope within; None where there is none between.
    study
        The study, for its words.
    """
    word = words(study)
    if between is None or context is None:
        return Prose(_no_slope_between(study))
    return Prose(
        f"In the random-intercept model the slope is {number(slope)}. Within {word.groups} it is "
        f"{number(within)} ({interval(within)}), between them {number(between)} "
        f"({interval(between)}). In the average, the between slope (at the group variance of the "
        f"random-intercept model it is {number(by_precision, between.std_error / 10)}) has a "
        f"weight of {number(weight)}.",
        _contextual(context, study),
    )


def _no_slope_between(study: Study) -> str:
    word = words(study)
    if study.frame[study.group.name].nunique() == 2:
        return (
            f"With two {word.groups} there is no telling a slope between them from the difference "
            "of two intercepts, so that no between slope is estimated here."
        )
    return (
        f"All {word.groups} have the same mean of {word.x} here, so that there is no between slope "
        "and nothing to average: the slope of the random-intercept model is the within slope."
    )


def _contextual(context: Estimate, study: Study) -> str:
    word, found = words(study), findings.contextual(context, means_differ=True)
    measured = (
        f"The contextual effect is {number(context)} ({interval(context)}; "
        f"{p_value(context.p_value)})"
    )
    if found is Finding.HIGHER:
        return (
            f"{measured}: at equal {word.x}, {word.units} in {word.groups} with a higher mean of "
            f"{word.x} have a higher {word.y}. The two slopes are two, and one slope for both is a "
            "mixture of them."
        )
    if found is Finding.LOWER:
        return (
            f"{measured}: at equal {word.x}, {word.units} in {word.groups} with a higher mean of "
            f"{word.x} have a lower {word.y}. The two slopes are two, and one slope for both is a "
            "mixture of them."
        )
    return (
        f"{measured}, which these data cannot tell from none. That does not show that the two "
        "slopes are one; see how wide the interval is."
    )


def slopes_of_all(models: Mapping[str, tuple[float, float]], error: float) -> Prose:
    """List the slopes of the course's models, and say where the random-intercept model's lies.

    Parameters
    ----------
    models
        Intercept and slope of ``"total"``, ``"between"``, ``"within"`` and ``"random intercept"``;
        not finite where there is none between.
    error
        The standard error of the last.
    """
    slopes = {name: slope for name, (_, slope) in models.items() if math.isfinite(slope)}
    # Slopes that are one by algebra differ by rounding, which is no order.
    from_lowest = sorted(slopes.items(), key=lambda model: round(model[1] / error, 6))
    listed = ", ".join(f"{name} {number(slope, error)}" for name, slope in from_lowest[:-1])
    highest, its_slope = from_lowest[-1]
    return Prose(
        "The models of the course with one slope. Their slopes, from the lowest to the highest: "
        f"{listed} and {highest} {number(its_slope, error)}.",
        _where_it_lies(slopes),
    )


def _where_it_lies(slopes: Mapping[str, float]) -> str:
    between = slopes.get("between", math.nan)
    found = findings.nearer(slopes["random intercept"], slopes["within"], between)
    if found is Nearer.ABSENT:
        return ""
    if found is Nearer.NEITHER:
        return (
            "The slope of the random-intercept model lies about halfway between the within slope "
            "and the between slope."
        )
    if found is Nearer.WITHIN:
        return (
            "The slope of the random-intercept model lies nearer to the within slope than to the "
            "between slope, since the within slope is known more precisely."
        )
    return (
        "The slope of the random-intercept model lies nearer to the between slope than to the "
        "within slope."
    )


def table_of_slopes(slope: Estimate, within: Estimate, between: Estimate | None) -> pd.DataFrame:
    """Put the slope that is read as both beside the two; they are those of :func:`two_slopes`."""
    rows = {"random intercept, read as both": slope, "within": within, "between": between}
    cells = {name: _slope_and_interval(each) for name, each in rows.items()}
    return pd.DataFrame.from_dict(cells, orient="index", columns=["slope", "interval"])


def _slope_and_interval(slope: Estimate | None) -> tuple[str, str]:
    if slope is None:
        return NOT_AVAILABLE, f"95% interval {NOT_AVAILABLE}"
    return number(slope), interval(slope)


def read_as_both(
    slope: Estimate,
    within: Estimate,
    between: Estimate | None,
    weight: float,
    context: Estimate | None,
    study: Study,
) -> Prose:
    """Say whether reading one slope as the slope of everything is wrong in these data.

    Parameters
    ----------
    slope, within, between, weight, context
        As for :func:`two_slopes`.
    study
        The study, for its words.
    """
    word = words(study)
    if between is None or context is None:
        return Prose(f"Here there is only one slope to read, that within {word.groups}.")
    if not findings.contextual(context, means_differ=True).is_clear:
        return Prose(
            "In these data the two slopes cannot be told apart, so that the sentence is not "
            "refuted. It is not shown either."
        )
    opening = (
        f"In these data the sentence is wrong. Within {word.groups} the slope is {number(within)}, "
        f"between them {number(between)}; the {number(slope)} of the random-intercept model is a "
        "mixture, and"
    )
    found = findings.mixture(weight)
    if found is Nearer.WITHIN:
        return Prose(f"{opening} not far from the first, which counts for more.")
    if found is Nearer.BETWEEN:
        return Prose(f"{opening} not far from the second, which counts for more.")
    return Prose(f"{opening} near neither of the two.")

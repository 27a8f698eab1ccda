"""The sentences and tables of chapter 4, one function a paragraph."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from helpers.chapters.random_effects.climb import Record, Stop
from helpers.course import findings
from helpers.course.findings import ByMl, Finding, Limits, Nearer, Pooling, Reason, Spread, Top
from helpers.course.tell import the_study as the_study
from helpers.course.tell import typed as typed
from helpers.course.words import Prose, count, interval, words
from helpers.models.estimate import Estimate
from helpers.models.fit import MixedFit
from helpers.study.file import Study
from helpers.text import in_formula, number, p_value, percent


def intercepts(
    separate: pd.Series, sizes: pd.Series, variances: tuple[float, float], study: Study
) -> Prose:
    """Say how the SD of separate intercepts compares with the one that the model estimates.

    Parameters
    ----------
    separate, sizes
        Of each group: its own intercept, at the slope of the model; its number of units.
    variances
        The model's variance between groups, and that inside them.
    study
        The study, for its words.
    """
    word, (tau2, sigma2) = words(study), variances
    tau, luck = math.sqrt(tau2), math.sqrt(sigma2 * np.mean(1 / sizes.to_numpy()))
    sd = float(np.std(separate.to_numpy(), ddof=1))
    found = findings.spread_of_intercepts(tau, sd)
    opening = (
        f"Taken with the slope of this model, the separate intercepts have a standard deviation of "
        f"{number(sd)}{word.in_y}."
    )
    if found is Spread.ZERO:
        return Prose(
            opening,
            "The model estimates that of the distribution they come from as exactly zero: the "
            "separate intercepts do not scatter more than chance alone would make them. What this "
            f"chapter says about learning from other {word.groups} is then simple: all "
            f"{word.groups} get the same intercept.",
        )
    estimated = (
        f"The model estimates that of the distribution they come from as {number(tau)}{word.in_y}"
    )
    if found is Spread.LESS:
        return Prose(
            opening,
            f"{estimated}, less. A separate intercept is the level of the {word.group} *plus* the "
            "luck of a finite sample, and the luck scatters too: by the model, with a standard "
            f"deviation of about {number(luck)}. The curve shows what remains without it.",
            _together(math.hypot(tau, luck), sd),
        )
    reason = findings.why_no_less(tau2, sigma2, sizes, separate)
    if found is Spread.ALIKE:
        return Prose(opening, f"{estimated}, the same or nearly.", _why(reason, luck, study))
    return Prose(opening, f"{estimated}, more.", _why(reason, luck, study))


def _together(expected: float, sd: float) -> str:
    if findings.as_expected(expected, sd):
        return ""
    return (
        "(Levels and luck do not add up to what is seen: by the model, the two together would be "
        f"expected to have a standard deviation of {number(expected)}; {number(sd)} is what "
        "happened.)"
    )


def _why(reason: Reason, luck: float, study: Study) -> str:
    word = words(study)
    if reason is Reason.FAR_APART:
        return (
            f"The luck of a finite sample, with a standard deviation of about {number(luck)}, adds "
            f"hardly anything to that: {word.groups} differ far more than luck moves them."
        )
    if reason is Reason.LARGE_GROUPS:
        return (
            "The luck of a finite sample adds hardly anything to that: each "
            f"{word.group} has so many {word.units} that its standard deviation is only about "
            f"{number(luck)}."
        )
    if reason is Reason.UNEQUAL:
        return (
            "The luck of a finite sample scatters, too. But the plain standard deviation counts "
            f"all {word.groups} alike; the model counts those with many {word.units} for more, "
            "and these are further apart here."
        )
    return (
        "As a separate intercept holds the luck of a finite sample as well, one would expect less. "
        "But both standard deviations are estimates; and the model's allows for a slope that was "
        f"fitted to the same {word.groups}, as that of the separate intercepts does not."
    )


def five_values(few: pd.Series, error: float, study: Study) -> Prose:
    """Say where the likelihood of a mean is highest, and how it falls from there.

    Parameters
    ----------
    few
        Some values of the outcome, taken for independent draws from a normal distribution.
    error
        The standard error of their mean.
    study
        The study, for its words.
    """
    word = words(study)
    values = word.list(map(number, few))
    return Prose(
        f"The first values of {word.y} in the data are {values}. Their likelihood is highest at "
        f"their mean, {number(few.mean(), error)}{word.in_y}: of all guesses, that one makes them "
        f"most probable. One standard error ({number(error)}) to either side, the log-likelihood "
        "is lower by 0.50; 1.96 standard errors away, by 1.92."
    )


def table_of_guesses(guesses: Sequence[float], heights: Sequence[float]) -> pd.DataFrame:
    """Put the log-likelihoods of some guesses beside each other.

    Parameters
    ----------
    guesses, heights
        Guesses of a mean, in order, and the log-likelihood of each.
    """
    top, step = max(heights), abs(guesses[-1] - guesses[0])
    rows = {
        number(guess, step / 10): {
            "log-likelihood": f"{height:,.2f}",
            "below the highest": f"{top - height:.2f}",
            "likelihood, highest = 1": f"{math.exp(height - top):.2f}",
        }
        for guess, height in zip(guesses, heights, strict=True)
    }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("mean, as guessed")


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
    complaint = _warned(record, optimum[0], study)
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


def _warned(record: Record, best: float, study: Study) -> str:
    if not record.warnings:
        return ""
    said = f"On the way it warned: {words(study).list(record.warnings)}."
    if best > 0 and any("boundary" in warning for warning in record.warnings):
        return (
            f"{said} Of the boundary, which is a variance of zero, it warns wherever a variance is "
            "below 0.01, whatever its units; the optimum is not there."
        )
    return said


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
            "went on with others from where that stood. Whether it then says *converged: yes* or "
            "*no* can hang on rounding, and differ from computer to computer, so that the summary "
            "above leaves it out."
        )
    if stopped.converged:
        return (
            f"statsmodels stopped at a group variance of {shown}, and says of itself *converged: "
            "yes*."
        )
    return (
        f"statsmodels stopped at a group variance of {shown}, and says of itself *converged: no*."
    )


def _against_the_top(
    stopped: Stop, record: Record, optimum: tuple[float, float], found: Top
) -> str:
    best, highest = optimum
    at, higher = number(best, best / 1000), number(highest - stopped.llf)
    if found is Top.NO_FIT:
        return ""
    if found is Top.REACHED:
        return (
            "Where it stopped is the optimum, as near as matters"
            f"{_despite_its_no(stopped, record)}."
        )
    if found is Top.FLAT:
        return (
            f"The optimum is at {at}; so flat is the top that the two log-likelihoods hardly "
            f"differ{_despite_its_no(stopped, record)}."
        )
    opening = f"The optimum is at {at}, and its log-likelihood is higher by {higher}."
    if found is Top.NEARLY:
        return (
            f"{opening} That is little beside the 1.92 that bounds the interval, but where "
            f"statsmodels stopped is not the top, {_what_is_said_of_it(stopped, record)}."
        )
    return (
        f"{opening} So where statsmodels stopped is not the top, "
        f"{_what_is_said_of_it(stopped, record)}."
    )


def _despite_its_no(stopped: Stop, record: Record) -> str:
    if record.retried or stopped.converged:
        return ""
    return ", though its own answer is *no*"


def _what_is_said_of_it(stopped: Stop, record: Record) -> str:
    if record.retried:
        return "whatever the summary may say on one computer or another"
    if stopped.converged:
        return "and nothing in the summary says so"
    return "as its *no* admits"


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
    if found is ByMl.BOTH_ZERO:
        return Prose("With a group variance of zero the two hardly differ here.", incomparable)
    of_groups = (
        f"What counts most is the number of {word.groups}: there are "
        f"{count(n_groups)} here, and the more there are, the nearer the two come."
    )
    if found is ByMl.ZERO:
        return Prose(
            f"ML puts the group variance at exactly zero, REML at {number(by_reml)}.",
            of_groups,
            incomparable,
        )
    change = percent(abs(by_ml / by_reml - 1))
    if found is ByMl.LOWER:
        return Prose(
            f"ML puts the group variance {change} lower than REML.", of_groups, incomparable
        )
    return Prose(f"ML puts the group variance {change} higher than REML.", of_groups, incomparable)


def interval_by_ml(limits: pd.Series) -> Prose:
    """Say which interval other software prints, and that of the standard deviation.

    Parameters
    ----------
    limits
        The ``estimate`` of the group variance by ML, and ``lower`` and ``upper`` of its interval.
    """
    low, high = limits["lower"], limits["upper"]
    digits = max(limits["estimate"], high / 10) / 100
    sds = [number(math.sqrt(end), math.sqrt(high) / 100) for end in (low, high)]
    return Prose(
        "The interval of the section before is cut from the restricted likelihood. In lme4, "
        "`confint` cuts it from ML's, even where the model was fitted by REML, and prints standard "
        f"deviations. By ML the interval of the variance is {number(low, digits)} to "
        f"{number(high, digits)}, and that of the standard deviation {sds[0]} to {sds[1]}.",
    )


def one_by_hand(
    shown: Sequence[Any],
    sizes: pd.Series,
    distance: pd.Series,
    reliability: pd.Series,
    by_hand: float,
    modes: pd.Series,
    variances: tuple[float, float],
    study: Study,
) -> Prose:
    """Say which groups are shown, and compute the conditional mode of the first by hand.

    Parameters
    ----------
    shown
        The groups that the panels show, the smallest first.
    sizes, distance, reliability
        Of each group: its number of units, how far its mean lies from the average line, its
        reliability.
    by_hand
        The conditional mode of the first, as computed from these.
    modes
        The conditional modes of the fit.
    variances
        The variance between groups, and that inside them.
    study
        The study, for its words.
    """
    word, one = words(study), shown[0]
    tau2, sigma2 = (in_formula(number(variance, variance / 100)) for variance in variances)
    weight = _share(reliability[one], finer=10)
    return Prose.of_paragraphs(
        f"{_panels(len(shown), sizes, study)} {_order(sizes, study)}",
        f"One by hand, the {word.group} shown first: {word.text(study.name_of(one))}, with "
        f"{count(int(sizes[one]), study.unit)}. {_place(distance[one], variances[1], study)} The "
        "reliability of that mean is",
        f"$$\n\\lambda = \\frac{{{tau2}}}{{{tau2} + {sigma2} / {sizes[one]}}}\n= {weight},\n$$",
        f"so that the conditional mode is {weight} times {number(distance[one])}, which is "
        f"{number(by_hand)}; `fit_mixed` says {number(modes[one])}. "
        f"{_reliabilities(reliability, study)}",
    )


def _place(distance: float, sigma2: float, study: Study) -> str:
    word = words(study)
    mean = f"For this {word.group}, the mean of {word.y}"
    predicted = f"the average line predicts at the {word.x_mean} of the same {word.group}"
    if findings.on_the_line(distance, sigma2):
        return f"{mean} is just what {predicted}: the distance is 0."
    if distance > 0:
        return f"{mean} lies {number(distance)}{word.in_y} above what {predicted}."
    return f"{mean} lies {number(-distance)}{word.in_y} below what {predicted}."


def _share(value: float, finer: float = 1.0) -> str:
    """Write a share of one by two decimals, and more where it would read as none or all."""
    return number(value, min(0.1, 10 * value, 10 * (1 - value)) / finer)


def _panels(n_shown: int, sizes: pd.Series, study: Study) -> str:
    every = count(len(sizes), study.group)
    if len(sizes) == 2:
        return f"The panels show both {words(study).groups}."
    if n_shown == len(sizes):
        return f"The panels show all {every}."
    return f"The panels show {count(n_shown)} of the {every}."


def _order(sizes: pd.Series, study: Study) -> str:
    if sizes.min() == sizes.max():
        word = words(study)
        return f"All {word.groups} have equally many {word.units}, {count(int(sizes.min()))} each."
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
    if found is Pooling.ALL_ALIKE and reliability.nunique() == 1:
        return f"All {word.groups} have this reliability."
    if found is Pooling.ALL_ALIKE:
        return f"All {word.groups} have this reliability, or nearly."
    return (
        f"Over all {word.groups} the reliability goes from {_share(reliability.min())} to "
        f"{_share(reliability.max())}."
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
        "If the model holds and its variances are well known, shrinkage makes the guesses better "
        f"on average over {word.groups}, in squared error. A truly unusual {word.group} pays for "
        "it: the guess is drawn to the average.",
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
            f"than it does, all in one proportion, as {word.groups} have equally many "
            f"{word.units}. {spread}"
        )
    return (
        "Without shrinkage all points would lie on the dashed line. They lie nearer to zero than "
        f"it does, in proportion {word.groups} with few {word.units} most. {spread}"
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
    apart = int(findings.apart_from_average(modes, errors).sum())
    return Prose(
        _apart(apart, len(modes), study),
        _in_order(modes, errors, study),
        "The intervals take the fixed effects and variances as known, and they compare with zero, "
        "not with each other.",
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


def _in_order(modes: pd.Series, errors: pd.Series, study: Study) -> str:
    word, pairs = words(study), len(modes) - 1
    if not errors.to_numpy().any():
        return "With all modes at zero there is no order."
    overlapping = findings.n_neighbours_that_overlap(modes, errors)
    if overlapping == 0:
        return (
            "No two neighbours overlap in the order, so that it is better known than most such "
            "orders are."
        )
    if overlapping == pairs:
        return (
            "The order is shown more surely than it is known: all neighbours overlap, and ranks "
            f"could change with other {word.units} from the same {word.groups}."
        )
    return (
        "The order is shown more surely than it is known: the intervals of neighbours overlap in "
        f"{count(overlapping)} of {count(pairs)} pairs, and ranks could change there with other "
        f"{word.units} from the same {word.groups}."
    )


def two_slopes(
    slope: Estimate,
    within: Estimate,
    between: Estimate | None,
    weight: float,
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
        f"({interval(between)}). In the average, the between slope has a weight ω of "
        f"{_share(weight)}, and the within slope of {_share(1 - weight)}.",
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
        f"All {word.groups} have the same {word.x_mean} here, so that there is no between slope "
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
            f"{measured}: at equal {word.x}, {word.units} from {word.groups} with a higher "
            f"{word.x_mean} have a higher {word.y}. These data tell against one slope for both, "
            "which is a mixture of the two."
        )
    if found is Finding.LOWER:
        return (
            f"{measured}: at equal {word.x}, {word.units} from {word.groups} with a higher "
            f"{word.x_mean} have a lower {word.y}. These data tell against one slope for both, "
            "which is a mixture of the two."
        )
    return (
        f"{measured}, which these data cannot tell from none. That does not show that the two "
        "slopes are one; see how wide the interval is."
    )


def two_tests(
    context: Estimate | None, hausman: float, variances: tuple[float, float], study: Study
) -> Prose:
    """Put Hausman's statistic beside the square of the contextual effect's t.

    Parameters
    ----------
    context
        The slope between less the slope within; None where there is none between.
    hausman
        The squared difference of the two slopes over its variance, both at the variances of the
        random-intercept model.
    variances
        The variance between groups of the random-intercept model, and of the within-between model.
    study
        The study, for its words.
    """
    if context is None:
        return Prose("Without a slope between, there is nothing for these tests to compare here.")
    of_one, of_two = (number(variance) for variance in variances)
    wald = (context.estimate / context.std_error) ** 2
    return Prose(
        f"Here Hausman's statistic is {hausman:,.2f}, and Mundlak's, the square of *t* of the "
        f"contextual effect, is {wald:,.2f}. Both come to the difference of the between and the "
        "within slope over its standard error, squared. Hausman's takes the variances from the "
        f"model with one slope, where that between {words(study).groups} is {of_one}, and "
        f"Mundlak's from the model with two, where it is {of_two}."
    )


def slopes_of_all(
    models: Mapping[str, tuple[float, float]],
    error: float,
    between: Estimate | None,
    by_precision: float,
    weight: float,
    study: Study,
) -> Prose:
    """List the slopes of the course's models, and say what the random-intercept model's averages.

    Parameters
    ----------
    models
        Intercept and slope of ``"total"``, ``"between"``, ``"within"`` and ``"random intercept"``;
        not finite where there is none between.
    error
        The standard error of the last.
    between, weight
        As for :func:`two_slopes`.
    by_precision
        The slope between groups that is averaged: means weighted by their precision.
    study
        The study, for its words.
    """
    slopes = {name: slope for name, (_, slope) in models.items() if math.isfinite(slope)}
    # Slopes that are one by algebra differ by rounding, which is no order.
    from_lowest = sorted(slopes.items(), key=lambda model: round(model[1] / error, 6))
    if between is None:
        return Prose(_in_order_of_slope(from_lowest, error))
    fine = min(error, between.std_error)
    of_chapter_2, averaged, of_two = (
        number(slope, fine) for slope in (slopes["between"], by_precision, between.estimate)
    )
    return Prose(
        _in_order_of_slope(from_lowest, fine),
        _slopes_between(of_chapter_2, averaged, of_two, study),
        _counts(weight),
    )


def _in_order_of_slope(from_lowest: Sequence[tuple[str, float]], error: float) -> str:
    opening, written = "The models of the course with one slope.", number(from_lowest[0][1], error)
    if all(number(slope, error) == written for _, slope in from_lowest):
        return f"{opening} In these digits it is the same in all of them, {written}."
    listed = ", ".join(f"{name} {number(slope, error)}" for name, slope in from_lowest[:-1])
    highest, its_slope = from_lowest[-1]
    return (
        f"{opening} Their slopes, from the lowest to the highest: {listed} and {highest} "
        f"{number(its_slope, error)}."
    )


def _slopes_between(of_chapter_2: str, averaged: str, of_two: str, study: Study) -> str:
    if of_chapter_2 == averaged == of_two:
        return (
            f"The between slope is {averaged} both for means that count alike, as in chapter 2 and "
            "in the figure, and for means that count by their precision, as here."
        )
    opening = (
        f"More than one number goes by the name of between slope. {of_chapter_2} is that of "
        f"chapter 2 and of the figure, where each {words(study).group} counts once."
    )
    if averaged == of_two:
        return (
            f"{opening} {averaged} counts means by their precision; in these digits it is the same "
            "with the precision in the random-intercept model and with that in the within-between "
            "model."
        )
    return (
        f"{opening} {averaged} counts means by their precision in the random-intercept model, and "
        f"{of_two} by that in the within-between model."
    )


def _counts(weight: float) -> str:
    found = findings.nearer(weight)
    opening = (
        "The random-intercept model averages the within slope and the between slope at its own "
        "variances."
    )
    if found is Nearer.NEITHER:
        return f"{opening} The two count about alike: its slope lies about halfway between them."
    if found is Nearer.WITHIN:
        return (
            f"{opening} The within slope counts for more, with a weight of {_share(1 - weight)}: "
            "at these variances it is known more precisely, and the slope lies nearer to it."
        )
    return (
        f"{opening} The between slope counts for more, with a weight of {_share(weight)}: at these "
        "variances it is known more precisely, and the slope lies nearer to it."
    )


def table_of_slopes(slope: Estimate, within: Estimate, between: Estimate | None) -> pd.DataFrame:
    """Put the slope that is read as both beside those of :func:`two_slopes`, as far as they are."""
    rows = {"random intercept, read as both": slope, "within": within, "between": between}
    cells = {name: _slope_and_interval(each) for name, each in rows.items() if each is not None}
    return pd.DataFrame.from_dict(cells, orient="index", columns=["slope", "interval"])


def _slope_and_interval(slope: Estimate) -> tuple[str, str]:
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
        f"These data tell against the sentence ({p_value(context.p_value)}). Within {word.groups} "
        f"the slope is {number(within)}, between them {number(between)}; the {number(slope)} of "
        "the random-intercept model is a mixture of the two"
    )
    found = findings.nearer(weight)
    if found is Nearer.WITHIN:
        return Prose(f"{opening}, in which the first counts for more.")
    if found is Nearer.BETWEEN:
        return Prose(f"{opening}, in which the second counts for more.")
    return Prose(f"{opening}, in which both count about alike.")

"""Answers to the exercises of chapter 4, random effects."""

import numpy as np

from helpers.course import findings
from helpers.course.exercises.facts import Answers, Facts, group_variance
from helpers.course.exercises.kinds import Choice, Number, prediction, variance
from helpers.course.findings import Nearer, Spread
from helpers.text import number


def spread_of_intercepts(facts: Facts) -> Choice:
    """04-a: whether the model's tau is larger than the SD of separate intercepts."""
    fit = facts.random_intercept
    separate = (facts.means[facts.y] - fit.fe_params[facts.x] * facts.means[facts.x]).std()
    tau = float(np.sqrt(group_variance(fit)))
    letters = {Spread.MORE: "A", Spread.ALIKE: "B", Spread.LESS: "C", Spread.ZERO: "C"}
    return prediction(
        letters[findings.spread_of_intercepts(tau, separate)],
        "ABC",
        f"The model's estimate is {number(tau)}; the separate intercepts have a standard deviation "
        f"of {number(separate)}.",
    )


def nearer_slope(facts: Facts) -> Choice:
    """04-b: whether the random-intercept slope lies nearer to within or to between."""
    facts.need_means_that_differ(groups=3)
    b = facts.random_intercept.fe_params[facts.x]
    within, between = facts.slope_within, facts.slope_between
    letters = {Nearer.WITHIN: "A", Nearer.BETWEEN: "B", Nearer.NEITHER: "C"}
    return prediction(
        letters[findings.nearer(b, within, between)],
        "ABC",
        f"The slope is {number(b)}; within groups it is {number(within)}, between "
        f"their plain means {number(between)}.",
    )


TWO_CLINICS = Choice(
    "A",
    {
        "A": "A mean of eight patients has a lower reliability λ than one of eight hundred, so "
        "that less of its distance from the average is expected to last. The conditional mode is "
        "drawn in by just that much.",
        "B": "Nothing wears off. The share of eight hundred patients is hardly luck, so most of "
        "its distance from the average is the clinic's own.",
        "C": "They reported the same share, but not with the same certainty: of the distance of "
        "the small clinic more is luck, and next year's luck is drawn anew.",
        "D": "For a fixed effect each clinic is its own best guess, as if the others told "
        "nothing. Averaged over clinics, a guess that is drawn in does better.",
    },
)


def mode_of_the_highest(facts: Facts) -> Number:
    """04-2: the conditional mode of the group with the highest mean, by hand."""
    fit = facts.random_intercept
    b0, b = fit.fe_params
    distance = facts.means[facts.y] - b0 - b * facts.means[facts.x]
    tau2, sigma2 = group_variance(fit), fit.scale
    reliability = tau2 / (tau2 + sigma2 / facts.sizes)
    highest, smallest = facts.means[facts.y].idxmax(), facts.sizes.idxmin()
    raw, weight = distance[highest], reliability[highest]
    tau, error = np.sqrt(tau2), np.sqrt(sigma2 / facts.sizes[highest])
    mode, above = float(weight * raw), facts.means[facts.y][highest] - facts.data[facts.y].mean()
    return Number(
        mode,
        f"Its reliability is {number(weight)}; that of the smallest group is "
        f"{number(reliability[smallest])}. The larger a group, the higher its reliability.",
        {
            "This is how far the mean lies from the average line; it is not drawn in yet.": raw,
            "This is what shrinkage takes away; asked for is what it leaves.": (1 - weight) * raw,
            "This weighs with standard deviations; a reliability is a ratio of variances.": (
                tau / (tau + error) * raw
            ),
            "This is the smallest group's; asked for is that of the highest mean.": (
                reliability[smallest] * distance[smallest]
            ),
            "This is the distance from the mean of all units; the model's distance is from the "
            "average line, at the group's own mean of the predictor.": above,
            "This draws in the distance from the mean of all units; the model's distance is from "
            "the average line, at the group's own mean of the predictor.": weight * above,
        },
        std_error=0.01 * float(tau),
    )


def contextual_effect(facts: Facts) -> Number:
    """04-3."""
    fit = facts.contextual
    within, effect = fit.fe_params[facts.x], fit.fe_params[f"{facts.x}_mean"]
    return Number(
        effect,
        "The coefficient of the group mean is the contextual effect: by so much the outcomes of "
        "two units differ whose own predictors are equal, and whose group means differ by one. The "
        "coefficient of the predictor is the within slope.",
        {
            "This is the coefficient of the predictor, which is the within slope here.": within,
            "This is the slope between groups; the contextual effect is how much it differs from "
            "the within slope.": within + effect,
            "This is within minus between; the contextual effect is between minus within.": -effect,
            "This is the slope of the model without the group mean.": (
                facts.random_intercept.fe_params[facts.x]
            ),
        },
        std_error=fit.bse_fe[f"{facts.x}_mean"],
    )


def variance_by_reml(facts: Facts) -> Number:
    """04-4: the group variance of the model with the group mean."""
    fit, before = facts.contextual, group_variance(facts.random_intercept)
    moved = (
        "What lies between groups and goes with their mean has moved into the coefficient."
        if group_variance(fit) < before
        else "It is no smaller here: the group means have nothing to add."
    )
    return variance(
        group_variance(fit),
        f"Without the group mean it was {number(before)}. {moved}",
        {
            "This is by ML; asked for is REML's, which allows for the fixed effects.": (
                group_variance(fit.refit(reml=False))
            ),
            "This is the variance inside groups; asked for is that between them.": fit.scale,
            "This is the model without the group mean.": before,
            "This is the model without the group mean, and by ML.": group_variance(
                facts.random_intercept.refit(reml=False)
            ),
        },
    )


def spread_of_drawn_slopes(facts: Facts) -> Number:
    """04-5: the standard deviation of slopes fitted to outcomes drawn from the model."""
    error = facts.random_intercept.bse_fe[facts.x]
    return Number(
        error,
        "That is what a standard error is: how much the estimate would vary from one draw to "
        f"the next. The summary says {number(error)}; with 200 draws the two agree to within a "
        "tenth or so.",
        {
            "This is their variance; asked for is their standard deviation.": error**2,
            "This is the estimate; asked for is how much it varies from draw to draw.": (
                facts.random_intercept.fe_params[facts.x]
            ),
        },
        tolerance=0.3 * error,  # of a standard deviation found from 50 draws: three of its errors
    )


ANSWERS: Answers = {
    "04-a": spread_of_intercepts,
    "04-b": nearer_slope,
    "04-1": TWO_CLINICS,
    "04-2": mode_of_the_highest,
    "04-3": contextual_effect,
    "04-4": variance_by_reml,
    "04-5": spread_of_drawn_slopes,
}

"""Answers to the exercises of chapter 4, random effects."""

import numpy as np

from helpers.course import findings
from helpers.course.estimates import estimates_of
from helpers.course.exercises.facts import Answers, Facts, group_variance
from helpers.course.exercises.kinds import Choice, NoAnswerError, Number, prediction, variance
from helpers.course.findings import Nearer, Spread
from helpers.models.fit import MixedFit
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
    """04-b: whether within or between counts for more in the random-intercept slope."""
    facts.need_means_that_differ(groups=3)
    fit = facts.random_intercept
    precision = 1 / (group_variance(fit) + fit.scale / facts.sizes)
    means, within = facts.means, facts.within(facts.x)
    from_mean = means[facts.x] - np.average(means[facts.x], weights=precision)
    spread_between = precision * from_mean**2
    spread_within = (within**2).sum() / fit.scale
    weight = float(spread_between.sum() / (spread_between.sum() + spread_within))
    between = float((precision * from_mean * means[facts.y]).sum() / spread_between.sum())
    digits = min(0.1, 10 * weight, 10 * (1 - weight))
    letters = {Nearer.WITHIN: "A", Nearer.BETWEEN: "B", Nearer.NEITHER: "C"}
    return prediction(
        letters[findings.nearer(weight)],
        "ABC",
        f"The weight of the between slope is {number(weight, digits)}: the slope is "
        f"{number(fit.fe_params[facts.x])}, within groups it is {number(facts.slope_within)}, "
        f"between their means, weighted by their precision, {number(between)}.",
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
        f"The reliability is {number(weight)}; that of the group with the fewest units is "
        f"{number(reliability[smallest])}. {_by_size(facts, highest, tau2)}",
        {
            "This is the mean of the group itself; asked for is how far its level lies from the "
            "average line, drawn in.": facts.means[facts.y][highest],
            "This is how far the mean lies from the average line; it is not drawn in yet.": raw,
            "This is what shrinkage takes away; asked for is what it leaves.": (1 - weight) * raw,
            "This weighs with standard deviations; a reliability is a ratio of variances.": (
                tau / (tau + error) * raw
            ),
            "This is that of the group with the fewest units; asked for is that of the highest "
            "mean.": (reliability[smallest] * distance[smallest]),
            "This is the distance from the mean of all units; the model's distance is from the "
            "average line, at the group's own mean of the predictor.": above,
            "This draws in the distance from the mean of all units; the model's distance is from "
            "the average line, at the group's own mean of the predictor.": weight * above,
        },
        std_error=0.01 * float(tau),
    )


def _by_size(facts: Facts, highest: object, tau2: float) -> str:
    sizes = facts.sizes
    if tau2 == 0:
        return "With a group variance of zero, every reliability is zero."
    if sizes.min() == sizes.max():
        return "As all groups have equally many, all have the same."
    rule = "The more units a group has, the higher its reliability"
    if sizes[highest] == sizes.min():
        return f"{rule}; here no group has fewer than the one with the highest mean."
    return f"{rule}."


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
    return variance(
        group_variance(fit),
        f"Without the group mean it was {number(before)}. {_moved(facts, before)}",
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


def _moved(facts: Facts, before: float) -> str:
    effect = estimates_of(facts.contextual, "contextual")[f"{facts.x}_mean"]
    if group_variance(facts.contextual) >= before:
        return "It is no smaller here: the group means have nothing to add."
    if not findings.contextual(effect, means_differ=True).is_clear:
        return (
            "It is smaller here, but the contextual effect cannot be told from none: chance alone "
            "may have made it so."
        )
    return "What lies between groups and goes with their mean has moved into the coefficient."


def below_the_top(facts: Facts) -> Number:
    """04-5: how far the log-likelihood at half of the group variance lies below the top."""
    fit = facts.random_intercept
    variance_of_groups = group_variance(fit)
    if variance_of_groups == 0:
        raise NoAnswerError("the variance between groups is zero, and so is half of it.")
    half = float(fit.profile_llf("Intercept", [variance_of_groups / 2]).iloc[0])
    drop = fit.llf - half
    where = (
        "less than 1.92, so that half the variance lies inside the 95% interval. That is a value "
        "the data do not exclude, but it is not the top"
        if drop < 1.92
        else "more than 1.92, so that half the variance lies outside the 95% interval"
    )
    return Number(
        drop,
        f"That is {where}: a program that stopped there would have stopped too early, whatever it "
        "said of itself.",
        {
            "This is twice the distance, which is compared with 3.84; asked for is the distance "
            "itself.": 2 * drop,
            "This is the other way round; asked for is how far below the top it is.": -drop,
            "This is the log-likelihood there; asked for is how far below the top it is.": half,
            "This is the log-likelihood at the top.": fit.llf,
            "This is by ML; the fit at hand is by REML.": _drop_by_ml(fit),
        },
        std_error=0.01,
    )


def _drop_by_ml(fit: MixedFit) -> float:
    by_ml = fit.refit(reml=False)
    half = by_ml.profile_llf("Intercept", [group_variance(by_ml) / 2])
    return float(by_ml.llf - half.iloc[0])


def spread_of_drawn_slopes(facts: Facts) -> Number:
    """04-6: the standard deviation of slopes fitted to outcomes drawn from the model."""
    error, naive = facts.random_intercept.bse_fe[facts.x], _error_without_groups(facts)
    mistakes = {
        "This is their variance; asked for is their standard deviation.": error**2,
        "This is the estimate; asked for is how much it varies from draw to draw.": (
            facts.random_intercept.fe_params[facts.x]
        ),
    }
    if abs(naive / error - 1) > 0.02:  # nearer than that, draws could not tell the two apart
        mistakes |= {
            "This is the standard error of an ordinary regression, which takes all units for "
            "independent; the slopes of the draws vary as the model says, groups and all.": naive
        }
    # Of a standard deviation found from n draws, three of its errors of 1 / √(2n).
    n_draws = 200 if facts.n_groups < 1000 else 50
    return Number(
        error,
        "That is what a standard error is: how much the estimate would vary from one draw to "
        f"the next. The summary says {number(error)}; with {n_draws} draws the two agree to within "
        "a tenth or so.",
        mistakes,
        tolerance=3 * error / (2 * n_draws) ** 0.5,
    )


def _error_without_groups(facts: Facts) -> float:
    """Return the standard error of the slope by ordinary regression."""
    x, y = (facts.data[name] - facts.data[name].mean() for name in (facts.x, facts.y))
    rest = y - facts.slope_total * x
    return float(np.sqrt((rest**2).sum() / (facts.n_units - 2) / (x**2).sum()))


ANSWERS: Answers = {
    "04-a": spread_of_intercepts,
    "04-b": nearer_slope,
    "04-1": TWO_CLINICS,
    "04-2": mode_of_the_highest,
    "04-3": contextual_effect,
    "04-4": variance_by_reml,
    "04-5": below_the_top,
    "04-6": spread_of_drawn_slopes,
}

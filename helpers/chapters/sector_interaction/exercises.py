"""Answers to the exercises of chapter 6, sector interaction."""

import math

from helpers.course.exercises.facts import Answers, Facts, group_variance
from helpers.course.exercises.kinds import Choice, NoAnswerError, Number, prediction
from helpers.course.findings import Finding, direction
from helpers.models.estimate import Estimate
from helpers.models.fit import MixedFit, fit_mixed
from helpers.models.moments import FitError
from helpers.text import number


def variances_that_move(facts: Facts) -> Choice:
    """06-a: which variance a level-2 predictor changes by more than a hundredth."""
    _ = facts.kinds
    before, after = facts.random_intercept, facts.fit(f"{facts.x} + {facts.w}")
    moved = {
        level: abs(b - a) > 0.01 * a
        for level, a, b in (
            ("between", group_variance(before), group_variance(after)),
            ("within", before.scale, after.scale),
        )
    }
    letters = {(True, False): "A", (False, True): "B", (True, True): "C", (False, False): "D"}
    return prediction(
        letters[moved["between"], moved["within"]],
        "ABCD",
        f"Between groups the variance goes from {number(group_variance(before))} to "
        f"{number(group_variance(after))}, inside them from {number(before.scale)} to "
        f"{number(after.scale)}.",
    )


def what_changes_most(facts: Facts) -> Choice:
    """06-b: what changes most, in proportion, once slopes differ from group to group."""
    one, own = (
        fit.t_test({f"{facts.x}_within:{facts.w}": facts.contrast})
        for fit in (facts.fit(_predictors(facts)), _own_slopes(facts))
    )
    changes = {
        "A": own.estimate / one.estimate - 1,
        "B": own.std_error / one.std_error - 1,
        "C": own.df / one.df - 1,
    }
    most = max(changes, key=lambda letter: abs(changes[letter]))
    return prediction(
        most if abs(changes[most]) >= 0.01 else "D",
        "ABCD",
        f"The estimate goes from {number(one.estimate, one.std_error)} to "
        f"{number(own.estimate, own.std_error)}, its standard error from {number(one.std_error)} "
        f"to {number(own.std_error)}, its degrees of freedom from {number(one.df)} to "
        f"{number(own.df)}.",
    )


CLINIC_SIZE = Choice(
    "A",
    {
        "A": "The drug's relation to recovery is another in small clinics: that is moderation. "
        "Size would mediate if the drug changed how large clinics are, and that changed recovery.",
        "B": "For that the drug would have to change how large a clinic is, and size would have to "
        "change recovery. Nothing of the kind is said.",
        "C": "The two words are exchanged often, and mean different things: a relation that "
        "depends on a third variable, and a chain of causes.",
        "D": "Moderation says only that the relation differs with size, and that can be seen "
        "without lots. Whether size is the *cause* of the difference is the harder question; lots "
        "are the cleanest way to answer it.",
    },
)


def _predictors(facts: Facts) -> str:
    _ = facts.kinds
    return f"{facts.x}_within * {facts.w}" + (f" + {facts.x}_mean" if facts.means_differ else "")


def _own_slopes(facts: Facts) -> MixedFit:
    """Return the model in which slopes depend on w, and differ from group to group beyond it."""
    formula, random = f"{facts.y} ~ {_predictors(facts)}", f"1 + {facts.x}_within"
    try:
        return fit_mixed(formula, facts.with_parts, facts.group, random=random)
    except FitError as error:
        raise NoAnswerError("slopes that differ from group to group cannot be fitted.") from error


def simple_slope(facts: Facts) -> Number:
    """06-2: the lower limit of the slope's interval in groups with the largest w."""
    fit, x, w = _own_slopes(facts), f"{facts.x}_within", facts.w
    of_largest, of_smallest = (
        fit.t_test({x: 1, f"{x}:{w}": float(facts.kinds[i])}) for i in (-1, 0)
    )
    errors = fit.bse_fe[x], float(facts.kinds[-1]) * fit.bse_fe[f"{x}:{w}"]
    half = of_largest.estimate - of_largest.conf_low
    return Number(
        of_largest.conf_low,
        f"The slope is {number(of_largest)}, with a standard error of "
        f"{number(of_largest.std_error)} on {number(of_largest.df)} degrees of freedom. The two "
        "coefficients that it is made of are estimated from the same data, so the error takes "
        "their covariance as well.",
        {
            "This is the slope; asked for is the lower limit of its interval.": (
                of_largest.estimate
            ),
            "This is the upper limit; asked for is the lower one.": of_largest.conf_high,
            "This is for the smallest value of w; asked for is the largest.": of_smallest.conf_low,
            "This leaves out the covariance of the two coefficients.": of_largest.estimate
            - half * math.hypot(*errors) / of_largest.std_error,
            "This is one standard error below the slope; the interval reaches further.": (
                of_largest.estimate - of_largest.std_error
            ),
        },
        std_error=of_largest.std_error,
    )


def prediction_for_a_new_group(facts: Facts) -> Number:
    """06-3: an average unit in a new group with an average mean and the largest value of w."""
    fit, mean = _own_slopes(facts), float(facts.data[facts.x].mean())
    highest, lowest = float(facts.kinds[-1]), float(facts.kinds[0])
    b = fit.fe_params
    of_mean = b[f"{facts.x}_mean"] * mean if facts.means_differ else 0.0

    def line(w: float) -> float:
        return float(b["Intercept"] + of_mean + b[facts.w] * w)

    return Number(
        line(highest),
        "The population's line: of a group that nobody has seen, zero is the best guess of its "
        "random effects. A band says how surely such a line is known. It leaves out how far the "
        "new group lies from it, and how far a unit lies from its group.",
        {
            "This is a group with the smallest value; asked for is the largest.": line(lowest),
            "This leaves out the group mean, which has a coefficient of its own.": (
                line(highest) - of_mean
            ),
            "This is the mean of all units, whatever their group's w.": float(
                facts.data[facts.y].mean()
            ),
        },
    )


def difference_above_the_mean(facts: Facts) -> Number:
    """06-4: the lower limit of the difference for units one SD above their group's mean."""
    fit, w = _own_slopes(facts), str(facts.w)
    apart, sd = float(facts.kinds[-1] - facts.kinds[0]), float(facts.data[facts.x].std())

    def at(deviation: float) -> Estimate:
        return fit.t_test({str(w): apart, f"{facts.x}_within:{w}": apart * deviation})

    above, below, mean = at(sd), at(-sd), at(0.0)
    lies = {
        Finding.HIGHER: "excludes zero, so that this place lies in a region of significance: the "
        "outcome is higher where w is largest",
        Finding.LOWER: "excludes zero, so that this place lies in a region of significance: the "
        "outcome is lower where w is largest",
        Finding.UNCLEAR: "holds zero, so that this place lies in no region of significance",
    }
    return Number(
        above.conf_low,
        f"The difference there is {number(above)}, and its interval, {number(above.conf_low)} to "
        f"{number(above.conf_high)}, {lies[direction(above)]}.",
        {
            "This is the difference; asked for is the lower limit of its interval.": (
                above.estimate
            ),
            "This is the upper limit; asked for is the lower one.": above.conf_high,
            "This is at the mean of the group; asked for is one standard deviation above it.": (
                mean.conf_low
            ),
            "This is below the mean of the group; asked for is above it.": below.conf_low,
        },
        std_error=above.std_error,
    )


def product_with_the_mean(facts: Facts) -> Number:
    """06-5: the product of w and the group mean of the predictor."""
    _ = facts.kinds
    facts.need_means_that_differ(groups=6)
    x, w = facts.x, facts.w
    fit = facts.fit(f"{x}_within * {w} + {x}_mean * {w}")
    term = f"{x}_mean:{w}"
    of_means, error = fit.fe_params[term], fit.bse_fe[term]
    unlike_groups = (
        " (more than that only because next to no variance between groups is left)"
        if fit.df[term] > 1.5 * facts.n_groups
        else ""
    )
    return Number(
        of_means,
        f"It says how the slope *between* groups depends on w. The means of {facts.n_groups:,} "
        f"groups are all it is learned from. It has {number(fit.df[term])} degrees of freedom"
        f"{unlike_groups} and a standard error of {number(error)}.",
        {
            "This is the product with the deviation; asked for is that with the group mean.": (
                fit.fe_params[f"{x}_within:{w}"]
            ),
            "This is the product with the predictor as a whole.": (
                facts.cross_level.fe_params[f"{x}:{w}"]
            ),
        },
        std_error=error,
    )


ANSWERS: Answers = {
    "06-a": variances_that_move,
    "06-b": what_changes_most,
    "06-1": CLINIC_SIZE,
    "06-2": simple_slope,
    "06-3": prediction_for_a_new_group,
    "06-4": difference_above_the_mean,
    "06-5": product_with_the_mean,
}

"""Answers to the exercises of chapter 6, sector interaction."""

from helpers.course.exercises.facts import Answers, Facts, group_variance
from helpers.course.exercises.kinds import Choice, NoAnswerError, Number, prediction
from helpers.models.fit import fit_mixed
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
    _ = facts.kinds
    x, w = f"{facts.x}_within", facts.w
    formula = f"{facts.y} ~ {x} * {w}" + (f" + {facts.x}_mean" if facts.means_differ else "")
    try:
        one, own = (
            fit_mixed(formula, facts.with_parts, facts.group, random=random).t_test(
                {f"{x}:{w}": facts.contrast}
            )
            for random in ("1", f"1 + {x}")
        )
    except FitError as error:
        raise NoAnswerError("slopes that differ from group to group cannot be fitted.") from error
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


def coefficient_after_a_shift(facts: Facts) -> Number:
    """06-2: the coefficient of w, once one is subtracted from the predictor."""
    level, product = _coefficients(facts)
    return Number(
        level + product,
        "The intercept and the coefficient of w change: both are read where the predictor is zero, "
        "and that is now where it was one. The slope and the product stay, and so does every "
        "difference between groups at one and the same place: only the place called zero has "
        "moved.",
        {
            "This is the coefficient before anything was subtracted.": level,
            "The other direction: the new zero is where the predictor was one.": level - product,
            "This is the coefficient of the product, which stays.": product,
        },
        std_error=facts.cross_level.bse_fe[facts.w],
    )


def prediction_for_a_new_group(facts: Facts) -> Number:
    """06-3: an average unit in a new group with the largest value of w."""
    highest, lowest = float(facts.kinds[-1]), float(facts.kinds[0])
    at = float(facts.data[facts.x].mean())
    level, product = _coefficients(facts)
    b0, b = facts.cross_level.fe_params[["Intercept", facts.x]]

    def line(x: float, w: float) -> float:
        return float(b0 + b * x + level * w + product * w * x)

    return Number(
        line(at, highest),
        "The population's line: of a group that nobody has seen, zero is the best guess of its "
        "random effect. A band says how surely such a line is known. It leaves out how far the new "
        "group lies from it, and how far a unit lies from its group.",
        {
            "This is a group with the smallest value; asked for is the largest.": line(at, lowest),
            "This is where the predictor is zero; asked for is its mean.": line(0.0, highest),
            "This leaves the product out.": line(at, highest) - product * highest * at,
        },
        std_error=0.01 * float(facts.data[facts.y].std()),
    )


def product_with_the_mean(facts: Facts) -> Number:
    """06-4: the product of w and the group mean of the predictor."""
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
        f"It says how the slope *between* groups depends on w. The means of {facts.n_groups} "
        f"groups are all it is learned from. It has {number(fit.df[term])} degrees of freedom"
        f"{unlike_groups} and a standard error of {number(error)}.",
        {
            "This is the product with the deviation; asked for is that with the group mean.": (
                fit.fe_params[f"{x}_within:{w}"]
            ),
            "This is the product with the predictor as a whole.": _coefficients(facts)[1],
        },
        std_error=error,
    )


def _coefficients(facts: Facts) -> tuple[float, float]:
    """Return the coefficients of w and of its product with the predictor."""
    estimates = facts.cross_level.fe_params
    return float(estimates[facts.w]), float(estimates[f"{facts.x}:{facts.w}"])


ANSWERS: Answers = {
    "06-a": variances_that_move,
    "06-b": what_changes_most,
    "06-1": CLINIC_SIZE,
    "06-2": coefficient_after_a_shift,
    "06-3": prediction_for_a_new_group,
    "06-4": product_with_the_mean,
}

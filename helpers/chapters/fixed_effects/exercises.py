"""Answers to the exercises of chapter 3, fixed effects."""

import numpy as np
import pandas as pd

from helpers.course import findings
from helpers.course.exercises.facts import Answers, Facts, slope
from helpers.course.exercises.kinds import Choice, NoAnswerError, Number, Prediction, prediction
from helpers.course.findings import Compared
from helpers.text import number

THREE_WAYS = Prediction(
    "A",
    {
        "A": "The slopes are one, by algebra. The standard errors are not: software counts other "
        "degrees of freedom, or other residuals, each way.",
        "B": "The slopes are one, by algebra. But software counts other degrees of freedom, or "
        "other residuals, each way.",
        "C": "They answer one question. Each way the slope compares the same thing: the "
        "predictor's deviations from the means of the groups.",
    },
)


def half_way_error(facts: Facts) -> Choice:
    """03-b: whether the standard error is too large if only the predictor is de-meaned."""
    df = facts.n_units - facts.n_groups - 1
    if df <= 0:
        raise NoAnswerError("its intercepts leave no degrees of freedom.")
    explained = facts.slope_within**2 * (facts.within(facts.x) ** 2).sum()
    half = (facts.data[facts.y].var(ddof=0) * facts.n_units - explained) / (facts.n_units - 2)
    right = ((facts.within(facts.y) ** 2).sum() - explained) / df
    ratio = np.sqrt(half / right) if right > 0 else np.inf
    letter = {Compared.LARGER: "A", Compared.SMALLER: "B", Compared.ALIKE: "C"}
    return prediction(
        letter[findings.beside_right_error(np.sqrt(half), np.sqrt(right))],
        "ABC",
        f"It is {number(ratio)} times that of the fixed-effects model.",
    )


FIRM_SIZE = Choice(
    "C",
    {
        "A": "There is nothing to tell it from: two workers of one firm have the same number of "
        "employees. Software may print a number, and it means nothing.",
        "B": "More data of the same sort do not help. In every firm, however many there are, the "
        "number of employees is the same for all.",
        "C": "The dummies take up whatever the workers of a firm share, its size included. "
        "Whether the slope of wages on, say, experience is another in large firms can be asked: "
        "a product of the two varies inside firms.",
        "D": "Standard errors are not the trouble. The coefficient itself is not determined: it "
        "can be anything, with the dummies' coefficients moved against it.",
    },
)


def range_of_intercepts(facts: Facts) -> Number:
    """03-2."""
    levels = _intercepts(facts.means, facts, facts.slope_within)
    by_total = _intercepts(facts.means, facts, facts.slope_total)
    means_of_y, ends = facts.means[facts.y], facts.means[facts.x].round(9)
    gap = float(levels.max() - levels.min())
    return Number(
        gap,
        "At an equal predictor these two are so far apart. A pair picked for being furthest apart "
        "owes part of its distance to chance: on average the difference is too large, and the "
        "interval made for a pair chosen in advance holds the true one too seldom. (With two "
        "groups there is nothing to pick. If the predictor picks the same pair, its interval is "
        "sound for that reason.)",
        {
            "How far apart: give it without the minus sign.": -gap,
            "This is how far apart the means of the outcome of these two groups are; an intercept "
            "takes the predictor into account.": (
                means_of_y[levels.idxmax()] - means_of_y[levels.idxmin()]
            ),
            "This is how far means of the outcome are apart at most; asked for are intercepts.": (
                means_of_y.max() - means_of_y.min()
            ),
            "This takes the total slope; the model's is the within slope.": (
                by_total.max() - by_total.min()
            ),
            "This is the pair that the figure marks, picked by the predictor; asked for are the "
            "largest and the smallest of all intercepts.": (
                abs(levels[ends.idxmax()] - levels[ends.idxmin()]) if facts.means_differ else np.nan
            ),
        },
    )


def slope_without_the_loudest(facts: Facts) -> Number:
    """03-3: the slope of the groups that are left without the one that has the most say."""
    rest = _without_the_loudest(facts)
    x, y = facts.within(facts.x)[rest], facts.within(facts.y)[rest]
    without = slope(x, y)
    return Number(
        without,
        "The within slope is a weighted average of the groups' own slopes, so that the others "
        f"still answer when one is left out: {number(without)}, where it was "
        f"{number(facts.slope_within)} with all. How much it moves depends on the group's say, and "
        "on how far its own slope lies from the rest.",
        {
            "This is the slope with all groups in.": facts.slope_within,
            "This is the total slope of the other groups; asked for is their within slope.": slope(
                facts.data.loc[rest, facts.x], facts.data.loc[rest, facts.y]
            ),
            "This is the own slope of the group with the most say; it is the one to leave out.": (
                _slope_or_none(facts.within(facts.x)[~rest], facts.within(facts.y)[~rest])
            ),
            "This leaves out the group with the most units; the one with the most say has the "
            "largest sum of squared deviations.": _slope_without(facts, facts.sizes.idxmax()),
            "This leaves out the group whose squared deviations are largest on average; what "
            "counts is their sum.": _slope_without(facts, (_spread(facts) / facts.sizes).idxmax()),
        },
    )


def error_without_the_loudest(facts: Facts) -> Number:
    """03-4: the standard error of that slope, on the degrees of freedom that intercepts leave."""
    rest = _without_the_loudest(facts)
    x, y = facts.within(facts.x)[rest], facts.within(facts.y)[rest]
    n_units, n_groups = int(rest.sum()), facts.n_groups - 1
    df = n_units - n_groups - 1
    if df <= 0:
        raise NoAnswerError("without that group its intercepts leave no degrees of freedom.")
    left = ((y - slope(x, y) * x) ** 2).sum() / (x**2).sum()
    return Number(
        float(np.sqrt(left / df)),
        f"The other {n_groups:,} groups take as many intercepts, and the slope one number more: "
        f"{n_units:,} units leave {df:,}, where the printed error counts {n_units - 1:,}.",
        {
            "This is what the regression of deviations prints. It does not count the means that "
            "were taken off before.": np.sqrt(left / (n_units - 1)),
            "This still counts the intercept of the group that was left out.": (
                np.sqrt(left / (df - 1)) if df > 1 else np.nan
            ),
            "This does not count the slope, which takes a degree of freedom, too.": (
                np.sqrt(left / (df + 1))
            ),
            "This is the standard error with all groups in.": _error_with_all(facts),
        },
    )


def _spread(facts: Facts) -> pd.Series:
    """Return the groups' sums of squared deviations of the predictor."""
    return (facts.within(facts.x) ** 2).groupby(facts.data[facts.group]).sum()


def _without_the_loudest(facts: Facts) -> pd.Series:
    """Tell which rows are left without the group that has the most say, if any slope is."""
    say = _spread(facts)
    rest = facts.data[facts.group] != (say / say.sum()).round(9).idxmax()
    if not _varies(facts.within(facts.x)[rest], facts):
        raise NoAnswerError("outside the group with the most say nothing varies within a group.")
    return rest


def _varies(x: pd.Series, facts: Facts) -> bool:
    return bool((x**2).sum() >= 1e-12 * facts.data[facts.x].var() * facts.n_units)


def _slope_without(facts: Facts, one: object) -> float:
    rest = facts.data[facts.group] != one
    x, y = facts.within(facts.x)[rest], facts.within(facts.y)[rest]
    return slope(x, y) if _varies(x, facts) else np.nan


def _error_with_all(facts: Facts) -> float:
    x, y = facts.within(facts.x), facts.within(facts.y)
    left = float(((y - facts.slope_within * x) ** 2).sum() / (x**2).sum())
    return float(np.sqrt(left / (facts.n_units - facts.n_groups - 1)))


def intercept_after_a_shift(facts: Facts) -> Number:
    """03-5: the change of a group's intercept when its predictor is raised by one."""
    b = facts.slope_within
    return Number(
        -b,
        "The deviations stay, and so does the slope. The group's line moves to the right by 1, so "
        "that at zero it is lower by the slope (higher, if the slope is negative).",
        {
            "The other direction: the group's points move to the right, and its line with them. "
            "Where is it at zero, lower or higher than before?": b,
            "The slope does not change, but the intercept does: the line passes through the same "
            "mean of the outcome at another mean of the predictor.": 0.0,
            "This takes the total slope; the line has the within slope.": -facts.slope_total,
        },
        std_error=1e-9 * float(facts.data[facts.y].std()),
    )


def _intercepts(means: pd.DataFrame, facts: Facts, b: float) -> pd.Series:
    return means[facts.y] - b * means[facts.x]


def _slope_or_none(x: pd.Series, y: pd.Series) -> float:
    return slope(x, y) if (x**2).sum() > 0 else np.nan


ANSWERS: Answers = {
    "03-a": THREE_WAYS,
    "03-b": half_way_error,
    "03-1": FIRM_SIZE,
    "03-2": range_of_intercepts,
    "03-3": slope_without_the_loudest,
    "03-4": error_without_the_loudest,
    "03-5": intercept_after_a_shift,
}

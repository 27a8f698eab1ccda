"""Answers to the exercises of chapter 3, fixed effects."""

import numpy as np
import pandas as pd

from helpers.course import findings
from helpers.course.exercises.facts import Answers, Facts, slope
from helpers.course.exercises.kinds import Choice, NoAnswerError, Number, Prediction, prediction
from helpers.course.findings import Compared
from helpers.text import number

THREE_ROADS = Prediction(
    "A",
    {
        "A": "The slopes are one, by algebra. The standard errors are not: software counts other "
        "degrees of freedom, or other residuals, on each road.",
        "B": "The slopes are one, by algebra. But software counts other degrees of freedom, or "
        "other residuals, on each road.",
        "C": "They answer one question. On each road the slope compares the same thing: the "
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
    means_of_y = facts.means[facts.y]
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
            "This is how far the means of the outcome range; asked for are intercepts.": (
                means_of_y.max() - means_of_y.min()
            ),
            "This takes the total slope; the model's is the within slope.": (
                by_total.max() - by_total.min()
            ),
        },
    )


def slope_without_the_loudest(facts: Facts) -> Number:
    """03-3: the slope of the groups that are left without the one that has the most say."""
    say = (facts.within(facts.x) ** 2).groupby(facts.data[facts.group]).sum()
    rest = facts.data[facts.group] != (say / say.sum()).round(9).idxmax()
    x, y = facts.within(facts.x)[rest], facts.within(facts.y)[rest]
    if (x**2).sum() < 1e-12 * facts.data[facts.x].var() * facts.n_units:
        raise NoAnswerError("outside the group with the most say nothing varies within a group.")
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
        },
    )


def intercept_after_a_shift(facts: Facts) -> Number:
    """03-4: the change of a group's intercept when its predictor is raised by one."""
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
    "03-a": THREE_ROADS,
    "03-b": half_way_error,
    "03-1": FIRM_SIZE,
    "03-2": range_of_intercepts,
    "03-3": slope_without_the_loudest,
    "03-4": intercept_after_a_shift,
}

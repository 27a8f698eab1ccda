"""Answers to the exercises of chapter 3, fixed effects."""

import numpy as np
import pandas as pd

from helpers.exercises.facts import Facts, slope
from helpers.exercises.kinds import Choice, NoAnswerError, Number, outcome
from helpers.sentences import number

THREE_ROADS = Choice(
    "A",
    {
        "A": "The slopes are one, by algebra. The standard errors are not: software counts other "
        "degrees of freedom, or other residuals, on each road.",
        "B": "Not nearly: exactly. A group's own level, its mean taken off, or its mean as a "
        "covariate all leave the deviations from the mean to compare.",
        "C": "Each road removes the same thing, what the units of a group share, and leaves the "
        "same deviations to compare.",
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
    return outcome(
        "A" if ratio > 1.01 else "B" if ratio < 0.99 else "C",
        "ABC",
        f"it is {number(ratio)} times that of the fixed-effects model.",
    )


FIRM_SIZE = Choice(
    "C",
    {
        "A": "There is nothing left to estimate it from: two workers of one firm have the same "
        "number of employees.",
        "B": "More data of the same sort do not help. In every firm, however many there are, the "
        "number of employees is the same for all.",
        "C": "The dummies take up whatever the workers of a firm share, its size included. "
        "Whether the slope of wages on, say, schooling is another in large firms can be asked: "
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
        "At an equal predictor these two are so far apart. But the outcome chose them, out of "
        "all pairs, for being far apart: an interval for a pair chosen in advance would be too "
        "narrow, and around a difference that is too large.",
        {
            "These are the means of the outcome of the two groups; an intercept takes the "
            "predictor into account.": (means_of_y[levels.idxmax()] - means_of_y[levels.idxmin()]),
            "This is how far the means of the outcome range; asked for are intercepts.": (
                means_of_y.max() - means_of_y.min()
            ),
            "This takes the total slope; the model's is the within slope.": (
                by_total.max() - by_total.min()
            ),
        },
    )


def slope_without_the_largest(facts: Facts) -> Number:
    """03-3."""
    rest = facts.data[facts.group] != facts.sizes.idxmax()
    x, y = facts.within(facts.x)[rest], facts.within(facts.y)[rest]
    if (x**2).sum() < 1e-12 * facts.data[facts.x].var() * facts.n_units:
        raise NoAnswerError("outside its largest group nothing varies within a group.")
    without = slope(x, y)
    return Number(
        without,
        "A slope within groups is an average over groups, so that one of many can be left out "
        f"and the rest still answer: {number(without)}, where it was "
        f"{number(facts.slope_within)}.",
        {
            "This is the slope with all groups in.": facts.slope_within,
            "This is the total slope of the other groups; it was to be de-meaned.": slope(
                facts.data.loc[rest, facts.x], facts.data.loc[rest, facts.y]
            ),
            "This is the slope of the largest group alone; it is the one to leave out.": (
                _slope_or_none(facts.within(facts.x)[~rest], facts.within(facts.y)[~rest])
            ),
        },
    )


def intercept_after_a_shift(facts: Facts) -> Number:
    """03-4: the change of a group's intercept when its predictor is raised by one."""
    b = facts.slope_within
    return Number(
        -b,
        "The deviations stay, and so does the slope. The group's line is now read one unit "
        "further to the right, so at zero it is lower by one slope (higher, if the slope is "
        "negative).",
        {
            "The other direction: the group's points move to the right, and its line with them. "
            "Where is it at zero, lower or higher than before?": b,
            "The slope does not change, but the intercept does: the line passes through the same "
            "mean of the outcome at another mean of the predictor.": 0.0,
            "This takes the total slope; the line has the within slope.": -facts.slope_total,
        },
        tolerance=max(0.005 * abs(b), 1e-9 * float(facts.data[facts.y].std())),
    )


def _intercepts(means: pd.DataFrame, facts: Facts, b: float) -> pd.Series:
    return means[facts.y] - b * means[facts.x]


def _slope_or_none(x: pd.Series, y: pd.Series) -> float:
    return slope(x, y) if (x**2).sum() > 0 else np.nan


ANSWERS = {
    "03-a": THREE_ROADS,
    "03-b": half_way_error,
    "03-1": FIRM_SIZE,
    "03-2": range_of_intercepts,
    "03-3": slope_without_the_largest,
    "03-4": intercept_after_a_shift,
}

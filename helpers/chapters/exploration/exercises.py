"""Answers to the exercises of chapter 1, exploration."""

from dataclasses import dataclass
from math import isclose, nan

import numpy as np

from helpers.course.exercises.facts import Answers, Facts
from helpers.course.exercises.kinds import (
    Choice,
    NoAnswerError,
    Number,
    Prediction,
    Reply,
    prediction,
    share,
)
from helpers.course.findings import Alikeness, alikeness
from helpers.text import number


@dataclass(frozen=True)
class Average(Number):
    """An answer that is an average over random deals: of few it comes less near than of many.

    Attributes
    ----------
    reach
        How far off an average of ten deals may be.
    """

    reach: float = nan

    def reply_to(self, answer: float) -> Reply:
        """Take an average of few deals for right as well, and say how it comes nearer."""
        reply = super().reply_to(answer)
        # By luck an average can come near a mistake.
        is_mistake = any(isclose(answer, each, rel_tol=1e-3) for each in self.mistakes.values())
        if reply.verdict == "right" or is_mistake or not abs(answer - self.value) <= self.reach:
            return reply
        return Reply("right", f"{self.right} Yours is some way off: deal more often.")


def two_units(facts: Facts) -> Choice:
    """01-a: whether two units of one group are more alike than two of different groups."""
    squares = (facts.within(facts.y) ** 2).groupby(facts.data[facts.group]).sum()
    in_groups = (facts.sizes * (facts.sizes - 1)).sum()
    same = 2 * (facts.sizes * squares).sum()
    of_all = 2 * facts.n_units**2 * facts.data[facts.y].var(ddof=0)
    elsewhere = facts.n_units * (facts.n_units - 1) - in_groups
    typical_same, typical_other = np.sqrt(same / in_groups), np.sqrt((of_all - same) / elsewhere)
    letters = {Alikeness.MORE: "A", Alikeness.LESS: "B", Alikeness.HARDLY: "C"}
    return prediction(
        letters[alikeness(typical_same, typical_other)],
        "ABC",
        f"Two units of one group typically differ by {number(typical_same)}, two of different "
        f"groups by {number(typical_other)}.",
    )


DEMEANED_BOXES = Prediction(
    "C",
    {
        "A": "What can get smaller is the spread over all units. A box shows one group, and to "
        "de-mean moves all units of a group by the same amount.",
        "B": "Nothing is added to any distance: all units of a group move by the same amount.",
        "C": "To de-mean moves all units of a group by the same amount, so that their distances "
        "from each other stay. What goes is the distance between the groups' means.",
    },
)

THIRTY_CLINICS = Choice(
    "B",
    {
        "A": "Three hundred rows, but not three hundred pieces of news: patients of one clinic "
        "share a doctor, a neighbourhood, a waiting room.",
        "B": "The formula takes errors of any two rows to be independent. If patients of a clinic "
        "are alike, the rows repeat part of each other's news, and the mean is known less surely "
        "than the formula says. Ask her how alike they are: for eta squared, beside what chance "
        "alone would make of it.",
        "C": "It is the other way round: rows that repeat each other's news carry less of it, so "
        "the true standard error of the mean is larger. (It would be so if only these thirty "
        "clinics mattered. She wants to speak of all.)",
        "D": "With ten patients in every clinic each clinic counts the same in the mean, and the "
        "mean is as good an estimate as before. What is in doubt is how sure it is.",
    },
)


def eta_squared_of_the_predictor(facts: Facts) -> Number:
    """01-2."""
    eta, means = facts.eta_squared(facts.x), facts.means[facts.x]
    unweighted = {
        "This divides the variance of the groups' means by that of all units. Each mean has to "
        "count as often as its group has units.": means.var() / facts.data[facts.x].var(),
        "This divides the variance of the groups' means (by J) by that of all units (by N). Each "
        "mean has to count as often as its group has units.": (
            means.var(ddof=0) / facts.data[facts.x].var(ddof=0)
        ),
    }
    return share(
        eta,
        _compared(eta, facts.eta_squared(facts.y)),
        {
            "This is eta squared of the outcome; asked for is that of the predictor.": (
                facts.eta_squared(facts.y)
            ),
            "This is the share within groups; eta squared is the share between.": 1 - eta,
            "This divides by the sum of squares within; eta squared divides by the total.": (
                eta / (1 - eta) if eta < 1 else np.nan
            ),
            "This is its square root, eta; asked for is eta squared.": np.sqrt(eta),
            **unweighted,
        },
    )


def sd_within(facts: Facts) -> Number:
    """01-3."""
    df = facts.n_units - facts.n_groups
    if df == 0:
        raise NoAnswerError("each group has one unit only.")
    squares = (facts.within(facts.y) ** 2).sum()
    sd = float(np.sqrt(squares / df))
    return Number(
        sd,
        f"{number(sd)} estimates the SD inside a group, one for all groups. The raw distances from "
        "the groups' means come out shorter, the more so the fewer units a group has, since each "
        "mean was found from the same units.",
        {
            "This is how far the units at hand lie from the means at hand. Each group's mean was "
            "found from the same units, and costs a degree of freedom.": np.sqrt(
                squares / facts.n_units
            ),
            "This is the mean square, a variance; asked for is its square root.": squares / df,
            "This divides by one less than there are units. Each group's mean costs a degree of "
            "freedom as well, so fewer are left.": np.sqrt(squares / (facts.n_units - 1)),
            "This is the mean of the groups' SDs. Pool the squares: add them up over all groups, "
            "then divide, then take the root.": float(
                facts.data.groupby(facts.group)[facts.y].std().mean()
            ),
            "This is the SD over all units, the distances between groups included.": (
                facts.data[facts.y].std()
            ),
        },
    )


def eta_squared_by_chance(facts: Facts) -> Number:
    """01-4: the mean over many deals of the units to the groups."""
    expected, observed = (facts.n_groups - 1) / (facts.n_units - 1), facts.eta_squared(facts.y)
    # Of one deal, beside the mean of all; as if outcomes were normal.
    sd = np.sqrt(2 * (facts.n_units - facts.n_groups) / (facts.n_groups - 1) / (facts.n_units + 1))
    # Four standard errors of the mean of 200 deals, and of ten.
    many, few = (float(np.clip(4 * sd / np.sqrt(n), 0.02, 0.5)) for n in (200, 10))
    return Average(
        expected,
        f"Over all possible deals the mean is exactly (J − 1) / (N − 1), here {number(expected)}, "
        f"and an average over many comes near it. Observed was {number(observed)}, which is "
        f"{'more' if observed > expected else 'no more'}.",
        {
            "This is eta squared as observed; asked for is the mean after dealing at random.": (
                observed
            ),
            "Not zero: means of groups dealt at random differ too, by the luck of the deal.": 0.0,
            "This is a percentage; asked for is the proportion, a hundredth of it.": 100 * expected,
        },
        tolerance=expected * many,
        reach=expected * few,
    )


def _compared(of_x: float, of_y: float) -> str:
    """Say whether the predictor or the outcome is more a matter of groups."""
    if of_x < 1e-12:
        return "None of the predictor's sum of squares lies between groups: all have the same mean."
    said = (
        f"{number(of_x)} of the predictor's sum of squares lies between groups, and "
        f"{number(of_y)} of the outcome's: "
    )
    if number(of_x) == number(of_y):
        return said + "the two are about equally a matter of groups."
    return said + f"the predictor is {'more' if of_x > of_y else 'less'} a matter of groups."


ANSWERS: Answers = {
    "01-a": two_units,
    "01-b": DEMEANED_BOXES,
    "01-1": THIRTY_CLINICS,
    "01-2": eta_squared_of_the_predictor,
    "01-3": sd_within,
    "01-4": eta_squared_by_chance,
}

"""Answers to the exercises of chapter 2, between and within."""

from dataclasses import dataclass

import numpy as np

from helpers.course.exercises.facts import Answers, Facts, slope
from helpers.course.exercises.kinds import Choice, Number, Reply, prediction, share
from helpers.course.findings import Steepness, steepness
from helpers.text import number


def steeper(facts: Facts) -> Choice:
    """02-a: whether the line through the means is steeper than that through the units."""
    facts.need_means_that_differ()
    between, total = facts.slope_between, facts.slope_total
    letters = {Steepness.STEEPER: "A", Steepness.FLATTER: "B", Steepness.ALIKE: "C"}
    return prediction(
        letters[steepness(between, total)],
        "ABC",
        f"The slope of the means is {number(between)}, that of all units {number(total)}.",
    )


def robust_error(facts: Facts) -> Choice:
    """02-b: whether the cluster-robust standard error is larger than the naive one."""
    n, j = facts.n_units, facts.n_groups
    x = facts.data[facts.x] - facts.data[facts.x].mean()
    y = facts.data[facts.y] - facts.data[facts.y].mean()
    residual = y - facts.slope_total * x
    naive = (residual**2).sum() / (n - 2) / (x**2).sum()
    scores = (x * residual).groupby(facts.data[facts.group]).sum()
    # Liang and Zeger (1986), with the correction for few groups that software applies.
    robust = (scores**2).sum() / (x**2).sum() ** 2 * j / (j - 1) * (n - 1) / (n - 2)
    ratio = np.sqrt(robust / naive) if naive > 0 else np.nan
    return prediction(
        "A" if ratio > 1.1 else "B" if ratio < 0.9 else "C",
        "ABC",
        f"The cluster-robust standard error is {number(ratio)} times the naive one.",
    )


TEA = Choice(
    "A",
    {
        "A": "The towns may differ in a hundred things beside tea. Whether those who drink more "
        "tea sleep worse takes data on persons, and the slope within towns. Even then it is "
        "another question whether the tea is the cause.",
        "B": "The atomistic fallacy goes the other way: from persons to towns.",
        "C": "Towns do consist of people, and still the slope of their averages can have the "
        "opposite sign of that among their people: Robinson's states did.",
        "D": "A better standard error would make the slope of the towns' averages more honest, "
        "and leave it the slope of averages.",
    },
)


def weight_of_the_outcome(facts: Facts) -> Number:
    """02-2: the weight of the between slope when outcome and predictor are exchanged."""
    of_y, of_x = facts.eta_squared(facts.y), facts.eta_squared(facts.x)
    return share(
        of_y,
        "The weight is eta squared of whatever is the predictor, and that is now the chapter's "
        "outcome.",
        {
            "This is eta squared of the chapter's predictor, which is now the outcome.": of_x,
            "This is the weight of the within slope; asked for is that of the between slope.": (
                1 - of_y
            ),
            "This is the slope of the chapter's predictor on its outcome; asked for is the weight "
            "of the between slope in it.": slope(facts.data[facts.y], facts.data[facts.x]),
        },
    )


def slope_by_size(facts: Facts) -> Number:
    """02-3: the between slope from a regression of all units on their group's mean."""
    facts.need_means_that_differ()
    by_size = facts.slope_between_by_size
    return Number(
        by_size,
        "Each group stands in this regression as often as it has units. So it is the slope "
        "weighted by size, which the identity needs. (Where all groups are of one size, the two "
        "are the same.)",
        {
            "This slope counts each group once. A regression on all units counts a group as "
            "often as it has units.": facts.slope_between,
            "This is the total slope: the predictor is to be replaced by its group mean.": (
                facts.slope_total
            ),
            "This is the within slope; asked for is one between groups.": facts.slope_within,
            "This is by how much the between slope exceeds the within slope: the coefficient of "
            "the group mean beside the predictor. Here the group mean stands alone.": (
                by_size - facts.slope_within
            ),
        },
    )


@dataclass(frozen=True)
class ButForChance(Number):
    """A number to be reasoned out, which a single random draw comes near.

    Attributes
    ----------
    chance
        How far from it a draw may be, in its own units.
    """

    chance: float = 0.0

    def reply_to(self, answer: float) -> Reply:
        """Say what a number is, and of what a draw may have given that it is near."""
        reply = super().reply_to(answer)
        if reply.verdict == "right" or reply.text in self.mistakes:
            return reply
        if abs(answer - self.value) > self.chance:
            return reply
        return Reply(
            "not yet",
            "Near, as a permutation would be: another one gives another number. The identity says "
            "around which they scatter.",
        )


def slope_after_permuting(facts: Facts) -> Number:
    """02-4: the total slope that is left, but for chance, once values are permuted in groups."""
    of_x = facts.eta_squared(facts.x)
    expected = of_x * facts.slope_between_by_size if facts.means_differ else 0.0
    deviations = {name: facts.within(name) for name in (facts.x, facts.y)}
    squares = {
        name: (d**2).groupby(facts.data[facts.group]).sum() for name, d in deviations.items()
    }
    several = facts.sizes > 1
    # The variance of a sum of products under permutation, group by group.
    spread = (squares[facts.x] * squares[facts.y])[several] / (facts.sizes[several] - 1)
    total = facts.data[facts.x].var(ddof=0) * facts.n_units
    return ButForChance(
        expected,
        "Permuting within groups leaves the means, and with them the between slope and its "
        "weight; the within slope becomes zero but for chance. So the total slope becomes the "
        f"between slope weighted by size, times eta squared: {number(expected)}."
        if facts.means_differ
        else "Here all groups have the same mean of the predictor, so that the weight of the "
        "between slope is zero. The within slope becomes zero but for chance, and the total slope "
        "with it.",
        {
            "This is the total slope before permuting. Did pandas put the rows back in order, by "
            "their index?": facts.slope_total,
            "This is the between slope by size, which stays as it was; the total slope holds only "
            "a part of it.": facts.slope_between_by_size,
            "This is the between slope that counts each group once, times eta squared; the "
            "identity holds for the one weighted by size.": of_x * facts.slope_between,
            "This is the within slope before permuting.": facts.slope_within,
            "This permutes over all rows; groups were to keep their values.": (
                0.0 if facts.means_differ else np.nan
            ),
        },
        chance=float(4 * np.sqrt(spread.sum()) / total),
    )


ANSWERS: Answers = {
    "02-a": steeper,
    "02-b": robust_error,
    "02-1": TEA,
    "02-2": weight_of_the_outcome,
    "02-3": slope_by_size,
    "02-4": slope_after_permuting,
}

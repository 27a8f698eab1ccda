"""Answers to the exercises of chapter 5, the intraclass correlation."""

import numpy as np

from helpers.course import findings
from helpers.course.exercises.facts import Answers, Facts, group_variance
from helpers.course.exercises.kinds import (
    PERCENTAGE,
    Choice,
    NoAnswerError,
    Number,
    prediction,
    share,
)
from helpers.course.findings import Compared
from helpers.models.fit import MixedFit
from helpers.models.variance import icc
from helpers.text import number


def beside_eta_squared(facts: Facts) -> Choice:
    """05-a: whether the ICC is larger than eta squared."""
    eta = facts.eta_squared(facts.y)
    letters = {Compared.SMALLER: "A", Compared.ALIKE: "B", Compared.LARGER: "C"}  # of eta squared
    return prediction(
        letters[findings.beside_eta_squared(facts.icc, eta)],
        "ABC",
        f"The ICC is {facts.icc:.3f}, eta squared {eta:.3f}.",
    )


def given_the_predictor(facts: Facts) -> Choice:
    """05-b: whether the ICC rises once the predictor is in the model."""
    conditional = icc(facts.random_intercept).estimate
    letters = {Compared.LARGER: "A", Compared.SMALLER: "B", Compared.ALIKE: "C"}
    return prediction(
        letters[findings.given_predictors(facts.icc, conditional)],
        "ABC",
        f"It was {facts.icc:.3f}, and is {conditional:.3f} given the predictor.",
    )


BY_ML = (
    "This is by ML; the chapter's fits are by REML, which fit_mixed takes unless told otherwise."
)

NEGLIGIBLE = Choice(
    "D",
    {
        "A": "Not any. With groups of two, a mean loses next to nothing to an ICC of two "
        "hundredths.",
        "B": "Whether an ICC can be told from zero is one question; what it does to a mean is "
        "another. In the design effect it is multiplied by the size of the groups.",
        "C": "Two units of one group are hardly correlated. But with a hundred in each group "
        "every unit is a little like ninety-nine others.",
        "D": "The design effect is 1 + (n − 1) ρ. For pairs an ICC of 0.02 changes hardly "
        "anything; with groups of fifty or so a sample is worth half as much for a mean.",
    },
)


def half_as_many_groups(facts: Facts) -> Number:
    """05-2: the effective sample size with half as many groups of twice the size."""
    n, rho, size = facts.n_units, facts.icc, facts.n_units / facts.n_groups
    if rho == 0:
        raise NoAnswerError(
            "its ICC is zero, so that groups cost a mean nothing, whatever their size."
        )
    effective = n / (1 + (2 * size - 1) * rho)
    as_it_is = n / (1 + (size - 1) * rho)
    return Number(
        effective,
        f"The same number of units, and they are worth {number(effective)} independent ones, "
        f"where they were worth {number(as_it_is)}.",
        {
            "This is the study as it is; the groups were to be twice as large.": as_it_is,
            "This is the design effect; the number of units divided by it is asked for.": (
                1 + (2 * size - 1) * rho
            ),
            "The size is doubled before one is subtracted: 2n − 1, and not 2(n − 1).": (
                n / (1 + 2 * (size - 1) * rho)
            ),
            "Half as many groups of twice the size hold as many units as before, not half.": (
                effective / 2
            ),
        },
    )


def explained_by_group_means(facts: Facts) -> Number:
    """05-3: the group level's pseudo-R² of the model with the group mean alone."""
    facts.need_means_that_differ(groups=3)
    before, after = _explicable(facts), facts.fit(f"{facts.x}_mean")
    explained = _pseudo_r2(before, after)
    mistakes = {
        BY_ML: _by_ml(facts, f"{facts.x}_mean"),
        "This is the part that remains; asked for is the part that is gone.": 1 - explained,
        "This is the unit level; asked for is the group level.": 1 - after.scale / before.scale,
        "This is the model with the predictor itself; asked for is its group mean.": _pseudo_r2(
            before, facts.random_intercept
        ),
        "This compares standard deviations; asked for are variances.": (
            1 - np.sqrt(1 - explained) if explained <= 1 else np.nan
        ),
    }
    found = (
        "Of the variance between groups in the null model this share goes with the group means."
        if explained >= 0
        else "The share is below zero: with the group means in the model the estimated variance "
        "between groups is larger than without, so that they explain nothing there."
    )
    why = (
        "A model drops rows in which one of its variables is missing. Then the two variances would "
        "be of different units, and the share would mix what the predictor explains with who was "
        "left out."
    )
    return share(explained, f"{found} {why}", mistakes)


def units_for_nine_tenths(facts: Facts) -> Number:
    """05-4: how many units make the mean of a group reliable to 0.9."""
    rho = facts.icc
    if rho == 0:
        raise NoAnswerError("its ICC is zero, so that no number of units would do.")
    exact = 9 * (1 - rho) / rho
    needed = float(np.ceil(exact))
    return Number(
        needed,
        f"Solved for n the formula says λ / (1 − λ) times (1 − ρ) / ρ, which is {exact:,.2f}; "
        "units come whole, so round up.",
        {
            "Units come whole: round up.": exact,
            "With one unit less the reliability falls short of 0.9: round up.": needed - 1,
            "This is for a reliability of 0.8, as in the chapter.": float(np.ceil(exact * 4 / 9)),
            "This forgets the factor λ / (1 − λ), which is 9 here.": float(np.ceil(exact / 9)),
        },
        whole=True,
    )


def explained_by_deviations(facts: Facts) -> Number:
    """05-5: the group level's pseudo-R² of the model with the de-meaned predictor."""
    before, after = _explicable(facts), facts.fit(f"{facts.x}_within")
    explained = _pseudo_r2(before, after)
    if after.scale > 0.99 * before.scale:
        moves = "Here the predictor explains next to nothing within groups either."
        if after.scale > before.scale and explained > 0:
            moves += (
                " It even costs a little: the variance within is estimated somewhat larger, so "
                "that more of that scatter counts as luck, and the share is above zero."
            )
    elif explained < 0:
        moves = (
            "The variance within fell here, so that less of that scatter counts as luck, and the "
            "variance between groups rose: the share is below zero."
        )
    else:
        moves = (
            "It fell here. With groups of unequal size the weights of the groups move as well, and "
            "the variance between groups did not rise."
        )
    return Number(
        explained,
        "De-meaned, the predictor has the same mean in every group and can explain nothing "
        "between them. What changes is the variance within, and with it how much of the scatter "
        f"of means is put down to luck. {moves}",
        {
            PERCENTAGE: 100 * explained,
            BY_ML: _by_ml(facts, f"{facts.x}_within"),
            "This is the unit level; asked for is the group level.": 1 - after.scale / before.scale,
            "This is the model with the predictor as it is; subtract its group mean first.": (
                _pseudo_r2(before, facts.random_intercept)
            ),
            "The sign is the other way: has the variance between groups fallen, or risen?": (
                -explained
            ),
        },
        std_error=0.001,
    )


def _explicable(facts: Facts) -> MixedFit:
    """Return the null model, if it has a variance between groups to explain."""
    if group_variance(facts.null) == 0:
        raise NoAnswerError("its null model has no variance between groups to explain.")
    return facts.null


def _by_ml(facts: Facts, predictors: str) -> float:
    """Return the group level's pseudo-R² by maximum likelihood; nan with no variance there."""
    before, after = (facts.fit(each, reml=False) for each in ("1", predictors))
    return _pseudo_r2(before, after) if group_variance(before) > 0 else np.nan


def _pseudo_r2(before: MixedFit, after: MixedFit) -> float:
    return 1 - group_variance(after) / group_variance(before)


ANSWERS: Answers = {
    "05-a": beside_eta_squared,
    "05-b": given_the_predictor,
    "05-1": NEGLIGIBLE,
    "05-2": half_as_many_groups,
    "05-3": explained_by_group_means,
    "05-4": units_for_nine_tenths,
    "05-5": explained_by_deviations,
}

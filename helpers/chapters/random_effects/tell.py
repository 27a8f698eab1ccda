"""The sentences of chapter 4, one function a paragraph."""

import pandas as pd

from helpers.course.tell import the_study as the_study
from helpers.course.words import Prose, words
from helpers.study.file import Study
from helpers.text import number


def intercepts(separate: pd.Series, tau: float, study: Study) -> Prose:
    """Say how the SD of separate intercepts compares with the one that the model estimates.

    Parameters
    ----------
    separate
        Each group's own intercept, at the slope of the model.
    tau
        The model's standard deviation of intercepts, in units of the outcome.
    study
        The study, for its words.
    """
    word = words(study)
    opening = (
        f"Taken with the slope of this model, the separate intercepts have a standard deviation of "
        f"{number(separate.std())}{word.in_y}."
    )
    if tau == 0:
        return Prose(
            opening,
            "The model estimates that of the distribution they come from as exactly zero: the "
            "separate intercepts do not scatter more than the chance of who is in which "
            f"{word.group} explains. What this chapter says about learning from other "
            f"{word.groups} is then simple: all {word.groups} get the same intercept.",
        )
    if tau < 0.99 * separate.std():
        return Prose(
            opening,
            "The model estimates that of the distribution they come from as "
            f"{number(tau)}{word.in_y}, less. A separate intercept is the {word.group}'s own level "
            "*plus* the luck of a finite sample, and the luck scatters too. The curve shows what "
            "remains without it.",
        )
    return Prose(
        opening,
        "The model estimates that of the distribution they come from as "
        f"{number(tau)}{word.in_y}, no less in these data, or hardly: {word.groups} are so large "
        "that luck adds hardly anything, or so unequal that the plain standard deviation counts "
        "the small ones too little.",
    )

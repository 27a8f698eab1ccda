"""Chapter 4 says on any study what its numbers say, in sentences that keep the laws."""

from collections.abc import Iterator

import numpy as np
from laws import assert_lawful, hidden_alternatives, never_reached
from quick_fits import Numbers, thousands

from helpers.chapters.random_effects import tell
from helpers.course.words import Prose


def told(numbers: Numbers) -> Iterator[Prose]:
    """Yield each sentence of the chapter on a study."""
    study, means = numbers.study, numbers.means
    fit = numbers.mixed("x")
    tau = float(np.sqrt(fit.tau2))
    separate = means["y"] - fit.fixed["x"].estimate * means["x"]
    yield tell.intercepts(separate, tau, study)


def test_every_alternative_is_shown_on_random_studies_and_keeps_the_laws() -> None:
    studies = thousands()

    def tell_all() -> None:
        for numbers in studies:
            for prose in told(numbers):
                assert_lawful(prose.text)

    assert never_reached(tell, tell_all) == []


def test_no_alternative_hides_inside_an_expression() -> None:
    assert hidden_alternatives(tell) == []

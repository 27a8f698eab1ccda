"""Answers to the exercises are those of R where R was asked, and chapters' solutions reach them."""

import json
from collections.abc import Callable

import pytest
from conftest import CHAPTERS, ROOT, Executed

from helpers import Check, read_study
from helpers.chapters.checking import ANSWERS

LME4 = json.loads((ROOT / "tests/reference/lme4.json").read_text(encoding="utf-8"))["models"]


@pytest.mark.parametrize("number", [path.name[:2] for path in CHAPTERS])
def test_each_solution_is_right(number: str, on_hsb: Callable[[str], Executed]) -> None:
    texts = on_hsb(number).texts
    computed = [name for name in ANSWERS if name.startswith(number) and name[3] in "2345"]
    assert len(computed) >= 3
    for name in computed:
        assert f"**{name}: right.**" in texts[f"solution-{name}"]


def test_answers_of_mixed_models_are_those_of_lme4() -> None:
    check = Check("hsb")
    contextual, null = LME4["contextual"], LME4["null"]["reml"]
    assert check.answer_to("04-3").value == pytest.approx(
        contextual["reml"]["estimate"]["ses_mean"], rel=1e-6
    )
    right, wrong = (contextual[by]["covariance"][0][0] for by in ("reml", "ml"))
    assert check.answer_to("04-4").value == pytest.approx(right, rel=1e-4)
    assert "by ML" in check.reply("04-4", wrong).text
    tau2, sigma2 = null["covariance"][0][0], null["residual"]
    icc = tau2 / (tau2 + sigma2)
    assert check.answer_to("05-2").value == pytest.approx(
        7185 / (1 + (2 * 7185 / 160 - 1) * icc), rel=1e-4
    )
    # The limit lies so many errors below the slope; what mistakes give is R's, term by term.
    b = LME4["sector_slopes"]["reml"]["estimate"]
    slope = b["ses_within"] + b["ses_within:sector"]
    mistakes = check.answer_to("06-2").mistakes.values()
    assert any(value == pytest.approx(slope, rel=1e-6) for value in mistakes)
    average = b["(Intercept)"] + b["sector"] + b["ses_mean"] * read_study("hsb").frame["ses"].mean()
    assert check.answer_to("06-3").value == pytest.approx(average, rel=1e-6)

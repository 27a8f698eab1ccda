"""A study's index says what its chapters found, whichever of them have run."""

import json
import math
from dataclasses import replace
from itertools import combinations, product
from typing import Any

import nbformat
import numpy as np
import pandas as pd
import pytest
from conftest import CHAPTERS
from laws import assert_lawful
from random_studies import random_studies

from helpers import Estimate, read_study, show_estimates
from helpers.course.estimates import collect_estimates, read_rows
from helpers.running.report.index import (
    Chapter,
    about_slopes,
    answer,
    describe,
    found_in,
    index_page,
)
from helpers.running.report.overview import draw_forest

NAMES = [path.stem for path in CHAPTERS]
ROWS = {p.stem: collect_estimates(nbformat.read(p, as_version=4)) for p in CHAPTERS}
HSB = read_study("hsb")
SLOPES = ("total", "between", "within", "random_intercept")


def in_short(done: tuple[str, ...], failed: tuple[str, ...]) -> str:
    """Return the paragraph below the data's, after chapters that ran and chapters that did not."""
    chapters = [Chapter(n, n, "it stopped" if n in failed else "") for n in (*done, *failed)]
    rows = [row for name in done for row in ROWS[name]]
    page = index_page(HSB, chapters, rows, {}, [], {})
    return page.partition("<strong>In short.</strong>")[2].partition("</p>")[0]


@pytest.fixture(autouse=True)
def _without_figures(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("helpers.running.report.index.as_png", lambda figure: b"")


@pytest.mark.parametrize("low", [-1.5, math.nan])
def test_a_row_read_back_is_the_estimate_that_was_shown(
    low: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows: list[dict[str, Any]] = []
    monkeypatch.setattr(
        "IPython.display.display", lambda _, metadata: rows.extend(metadata["estimates"])
    )
    shown = Estimate("within", "fixed", "x", 0.1 + 0.2, df=math.inf, conf_low=low, method="OLS")
    show_estimates("03", {"x": shown})
    expected = replace(shown, df=math.nan)  # a table holds finite numbers
    for table in (json.loads(json.dumps(rows)), pd.DataFrame(rows).to_dict("records")):
        assert str(read_rows(table)) == str({("03", "within", "x"): expected})


@pytest.mark.parametrize("number", range(len(NAMES) + 1))
def test_the_answer_is_true_after_any_of_the_chapters(number: int) -> None:
    told = dict(zip(NAMES, (answer(HSB, found_in(ROWS[name])) for name in NAMES), strict=True))
    for done in combinations(NAMES, number):
        rest = tuple(name for name in NAMES if name not in done)
        for failed in ((), rest):
            text = in_short(done, failed)
            assert ("No chapter has run" in text) == (not done)
            assert ("none of these has run" in text) == bool(done and not any(map(told.get, done)))
            assert "could not estimate" not in text
            assert ("lies between schools" in text) == (NAMES[4] in done)
            assert ("Within schools" in text) == (NAMES[2] in done or NAMES[3] in done)
            assert ("Between schools" in text) == (NAMES[1] in done)
            assert ("is higher in" in text) == (NAMES[5] in done)


def test_estimates_that_are_none_are_not_told_as_if_they_were() -> None:
    chapters = [Chapter(name, name) for name in NAMES]
    for group_predictor in (HSB.group_predictor, None):
        study = HSB.model_copy(update={"group_predictor": group_predictor})
        rows = [row | {"estimate": None} for name in NAMES for row in ROWS[name]]
        for some in (rows, []):
            page = index_page(study, chapters, some, {}, [], {})
            assert "could not estimate what it would tell" in page
            assert "not available" not in page
            assert ("2, 3, 4, 5 and 6;" in page) == (group_predictor is not None)


def test_what_is_told_of_any_study_keeps_the_laws() -> None:
    rng = np.random.default_rng(0)
    for study in random_studies(300):
        known = {}
        known["null", "icc"] = Estimate("null", "variance", "icc", 0.2, conf_low=0, conf_high=0.7)
        for where in [(model, "x") for model in SLOPES] + [("group_predictor", "w")]:
            middle, error = rng.choice([1e-7, 1, 1e6]) * rng.random(2)
            middle *= rng.choice([-1, 1])
            ends = middle - 2 * error, middle + 2 * error
            known[where] = Estimate(where[0], "fixed", where[1], middle, error, 9, *ends)
        if rng.random() < 0.3:
            known["between", "x"] = Estimate("between", "fixed", "x", math.nan)
        slopes = [model for model in SLOPES if math.isfinite(known[model, "x"].estimate)]
        about = about_slopes([model.replace("_", " ") for model in slopes], known, study)
        assert_lawful(f"{describe(study)} {answer(study, known)} {about}")
        if "between" not in slopes:
            assert "average of the slopes" not in about


def test_a_panel_that_no_study_has_an_estimate_for_is_not_drawn() -> None:
    one = Estimate("m", "fixed", "x", 0.2, conf_low=0.1, conf_high=0.3)
    panels = ["intraclass correlation", "slope within", "slope between"]
    for number in range(1, 4):
        for some in combinations(panels, number):
            figure = draw_forest({"a": dict.fromkeys(some, one), "b": {}}, {"a": 1.0, "b": 1.0})
            assert [axes.get_title(loc="left") for axes in figure.axes] == list(some)


def test_a_share_of_zero_is_told_with_the_model_that_found_it() -> None:
    none = Estimate("null", "variance", "icc", 0.0, conf_low=0.0, conf_high=0.3)
    given = Estimate("random_intercept", "variance", "icc", 0.95, conf_low=0.87, conf_high=0.99)
    text = answer(HSB, {("null", "icc"): none, ("random_intercept", "icc"): given})
    assert text.startswith("Without a predictor none of the variance")
    assert "of what is left with socio-economic status held equal, 95% does" in text
    assert "is left" not in answer(HSB, {("null", "icc"): none})


def test_every_chapter_that_ran_is_linked_and_no_other() -> None:
    for states in product(["ran", "failed", "absent"], repeat=3):
        chapters = [
            Chapter(name, name, "it stopped" if state == "failed" else "")
            for name, state in zip(NAMES, states, strict=False)
            if state != "absent"
        ]
        page = index_page(HSB, chapters, [], {}, [], {})
        for name, state in zip(NAMES, states, strict=False):
            assert (f'href="{name}.html"' in page) == (state == "ran")

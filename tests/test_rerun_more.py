"""The course runs on real studies of other fields: its numbers are lme4's, its sentences lawful."""

import json
import re
from functools import cache

import pandas as pd
import pytest
from conftest import CHAPTERS, ROOT, Executed, execute

from helpers import read_study
from helpers.course.estimates import COLUMNS
from helpers.running.report.overview import overview_page

# One worker executes each study once, for all tests of it.
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("more")]

MORE = sorted(path.stem for path in (ROOT / "data" / "more").glob("*.yaml"))
# Of those on which sentences were false, the ones that no other study is like; see their README.
CASES = ("ahd", "earthquake", "petrol", "pairs")
STUDIES = {name: name for name in MORE} | {
    name: str(ROOT / "tests" / "cases" / f"{name}.yaml") for name in CASES
}
LME4 = json.loads((ROOT / "tests" / "reference" / "more.json").read_text("utf-8"))["studies"]
MODELS = {
    "random_intercept": "x",
    "within_between": "within_between",
    "group_predictor": "x_w",
    "cross_level": "x_by_w",
    "cross_level_random_slope": "x_by_w_slopes",
}


@cache
def executed(name: str) -> dict[str, Executed]:
    """Execute all chapters on a study, once."""
    return {path.name[:2]: execute(path.name[:2], STUDIES[name]) for path in CHAPTERS}


def results(name: str) -> pd.DataFrame:
    rows = [
        {"chapter": number} | row
        for number, chapter in executed(name).items()
        for row in chapter.estimates.values()
    ]
    return pd.DataFrame(rows, columns=COLUMNS)


@pytest.mark.parametrize("name", STUDIES)
def test_whole_chapters_keep_the_laws(name: str) -> None:
    assert all(chapter.prose for chapter in executed(name).values())  # see `execute`


@pytest.mark.parametrize("name", MORE)
def test_results_are_those_of_lme4(name: str) -> None:
    study, models = read_study(name), LME4[name]["models"]
    rows = results(name).set_index(["model", "term"])
    rows = rows[~rows.index.duplicated()]  # a model stands in two chapters
    assert rows.loc[("null", "icc"), "estimate"] == pytest.approx(LME4[name]["icc"], abs=1e-5)
    ours = {"(Intercept)": "Intercept", "x": study.predictor.name}
    if study.group_predictor:
        ours["w"] = study.group_predictor.name
    for model, of_r in MODELS.items():
        if of_r not in models:
            continue
        for term, value in models[of_r]["estimate"].items():
            parts = [part.replace("x_", f"{ours['x']}_") for part in term.split(":")]
            place = (model, ":".join(ours.get(part, part) for part in parts))
            row = rows.loc[place]
            assert row["estimate"] == pytest.approx(value, rel=1e-4, abs=1e-8), place
            assert row["std_error"] == pytest.approx(models[of_r]["std_error"][term], rel=1e-3)
        variance = rows.loc[(model, "var_group"), "estimate"]
        assert variance == pytest.approx(models[of_r]["covariance"][0][0], rel=1e-3, abs=1e-6)


def test_one_page_lays_the_studies_side_by_side() -> None:
    names = MORE[:3]
    studies = {name: read_study(name) for name in names}
    links = {name: f"{name}/index.html" for name in names}
    page = overview_page(studies, {name: results(name) for name in names}, links)
    assert "3 studies side by side" in page
    assert "not estimated" not in page
    assert re.findall(r'href="(.*?/index.html)"', page) == list(links.values())

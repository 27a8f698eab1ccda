"""The course runs on real studies of other fields, and results.csv holds lme4's numbers."""

import json
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from conftest import CHAPTERS, ROOT

from helpers import read_study

pytestmark = pytest.mark.slow

# Small ones, as unlike each other as can be; `run` takes all eleven on demand.
NAMES = ("sleepstudy", "gasoline", "orthodont")
LME4 = json.loads((ROOT / "tests" / "reference" / "more.json").read_text("utf-8"))["studies"]
MODELS = {
    "random_intercept": "x",
    "within_between": "within_between",
    "group_predictor": "x_w",
    "cross_level": "x_by_w",
    "cross_level_random_slope": "x_by_w_slopes",
}


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("more")
    command = [sys.executable, "-m", "helpers", "run", *NAMES, "--out", str(folder)]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    n = len(CHAPTERS) * len(NAMES)
    assert result.stdout.startswith(f"{n} of {n} chapters")
    return folder


@pytest.fixture(scope="module")
def results(out: Path) -> pd.DataFrame:
    reading = {"keep_default_na": False, "na_values": [""], "dtype": {"chapter": str}}
    return pd.read_csv(out / "results.csv", **reading)


@pytest.mark.parametrize("name", NAMES)
def test_results_are_those_of_lme4(name: str, results: pd.DataFrame) -> None:
    study, models = read_study(name), LME4[name]["models"]
    rows = results[results["study"] == name].set_index(["model", "term"])
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


def test_one_page_lays_the_studies_side_by_side(out: Path) -> None:
    page = (out / "index.html").read_text("utf-8")
    assert "3 studies side by side" in page
    for name in NAMES:
        assert f'href="{name}/index.html"' in page
        assert (out / name / "index.html").exists()

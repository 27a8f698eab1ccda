"""The studies in data/more are what their codebook says, and each number of their models is lme4's.

``reference/more.R`` printed ``reference/more.json``.
"""

import hashlib
import importlib.util
import json
import re
from functools import cache
from types import ModuleType
from typing import Any

import numpy as np
import pandas as pd
import pytest
from conftest import ROOT

from helpers import MixedFit, Study, fit_mixed, icc, read_study

MORE = ROOT / "data" / "more"
CODEBOOK = (MORE / "README.md").read_text(encoding="utf-8")
LME4 = json.loads((ROOT / "tests" / "reference" / "more.json").read_text("utf-8"))["studies"]
NAMES = sorted(path.stem for path in MORE.glob("*.yaml"))
each_study = pytest.mark.parametrize("name", NAMES)
each_fit = pytest.mark.parametrize(
    ("name", "model"), [(name, model) for name in NAMES for model in LME4[name]["models"]]
)


@cache
def study(name: str) -> Study:
    return read_study(MORE / f"{name}.yaml")


@cache
def table(name: str) -> pd.DataFrame:
    return pd.read_csv(MORE / f"{name}.csv")


def section(name: str) -> str:
    """Return what the codebook says of one file."""
    (found,) = re.findall(rf"^## {name}\.csv: .*?(?=^## |\Z)", CODEBOOK, flags=re.M | re.S)
    return found


@pytest.fixture(scope="module")
def building() -> ModuleType:
    spec = importlib.util.spec_from_file_location("build_more", MORE / "build.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_study_has_a_file_a_source_a_codebook_and_a_reference(building: ModuleType) -> None:
    assert len(NAMES) >= 6
    assert sorted(path.stem for path in MORE.glob("*.csv")) == NAMES
    assert sorted(building.SOURCES) == NAMES
    assert re.findall(r"^## (\w+)\.csv: ", CODEBOOK, flags=re.M) == NAMES
    assert re.findall(r"^\| (\w+) \| [^|]* \| [^|]* \|$", CODEBOOK, flags=re.M)[1:] == NAMES
    assert sorted(LME4) == NAMES


@each_study
def test_building_again_gives_the_same_bytes(name: str, building: ModuleType) -> None:
    assert building.as_text(name).encode() == (MORE / f"{name}.csv").read_bytes()


@each_study
def test_the_codebook_names_the_checksum_of_each_file(name: str) -> None:
    checksum = hashlib.sha256((MORE / f"{name}.csv").read_bytes()).hexdigest()
    assert f"**SHA-256.** `{checksum}`" in section(name)


@each_study
def test_the_codebook_names_the_table_and_the_package_of_each_file(
    name: str, building: ModuleType
) -> None:
    package, item, _ = building.SOURCES[name]
    prose = " ".join(section(name).split())
    assert f"**How it came here.** The table `{item}` of R's package {package}, " in prose
    assert f"**Licence.** {package} is under the GPL" in prose


@each_study
def test_the_codebook_gives_each_columns_range_and_level(name: str) -> None:
    data, group = table(name), study(name).group.column
    lines = re.findall(r"^\| `([\w.]+)` \| .* \| (.+) \| ([12]) \|$", section(name), flags=re.M)
    assert [column for column, *_ in lines] == list(data.columns)
    assert not data.isna().any().any()
    for column, values, level in lines:
        if " to " in values:
            for written, value in zip(
                values.split(" to "), (data[column].min(), data[column].max()), strict=True
            ):
                decimals = len(written.partition(".")[2])
                assert float(written) == round(value, decimals)
                assert decimals == 3 or float(written) == value
        elif values.endswith(" texts"):
            assert f"{data[column].nunique()} texts" == values
        else:
            assert set(values.split(", ")) == set(data[column])
        varies_within = (data.groupby(group)[column].nunique() > 1).any()
        assert level == ("1" if varies_within else "2")


@each_study
def test_the_codebook_counts_the_rows_and_the_groups(name: str) -> None:
    data = table(name)
    n_groups = data[study(name).group.column].nunique()
    counted = re.search(r"^([\d,]+) [a-z ]+? (\d+) ", section(name), flags=re.M)
    assert counted.groups() == (f"{len(data):,}", str(n_groups))
    sizes = data.groupby(study(name).group.column).size()
    assert ("the design is balanced" in section(name)) == (sizes.min() == sizes.max())


@each_study
def test_every_study_is_read_whole_with_its_story(name: str) -> None:
    read = study(name)
    assert len(read.frame) == len(table(name)) == LME4[name]["rows"]
    assert read.frame[read.group.name].nunique() == LME4[name]["groups"]
    assert read.n_left_out == 0
    assert read.title
    assert read.question.endswith("?")
    assert read.about.endswith(".")
    assert "in R's " in read.source


def test_the_studies_differ_in_what_they_ask_of_a_model() -> None:
    kinds = set()
    for name in NAMES:
        read = study(name)
        for role, variable in (("w", read.group_predictor), ("x", read.predictor)):
            levels = getattr(variable, "name", None) in read.levels
            kinds.add((role, "none" if variable is None else "levels" if levels else "number"))
    assert len(kinds) == 5
    assert any(LME4[name]["groups"] <= 10 for name in NAMES)
    assert any(LME4[name]["models"]["null"]["singular"] for name in NAMES)
    assert any("within_between" not in LME4[name]["models"] for name in NAMES)


@cache
def fitted(name: str, model: str) -> MixedFit:
    read = study(name)
    roles = {read.outcome.name: "y", read.predictor.name: "x", read.group.name: "g"}
    if read.group_predictor is not None:
        roles[read.group_predictor.name] = "w"
    frame = read.frame[list(roles)].rename(columns=roles)
    frame["x_mean"] = frame.groupby("g")["x"].transform("mean")
    frame["x_within"] = frame["x"] - frame["x_mean"]
    fixed, random = re.fullmatch(
        r"(.*) \+ \((.*) \| g\)", LME4[name]["models"][model]["formula"]
    ).groups()
    return fit_mixed(fixed, frame, groups="g", random=random if random == "1" else f"1 + {random}")


def by_term(values: dict[str, Any], like: pd.Series) -> np.ndarray:
    """Return R's values in the order of ours."""
    return np.array([values["(Intercept)" if t == "Intercept" else t] for t in like.index])


@each_fit
def test_fixed_effects_and_their_standard_errors_are_those_of_lme4(name: str, model: str) -> None:
    fit, r = fitted(name, model), LME4[name]["models"][model]
    np.testing.assert_allclose(fit.fe_params, by_term(r["estimate"], fit.fe_params), rtol=1e-5)
    np.testing.assert_allclose(fit.bse_fe, by_term(r["std_error"], fit.bse_fe), rtol=1e-5)


@each_fit
def test_degrees_of_freedom_are_those_of_lmertest(name: str, model: str) -> None:
    fit, r = fitted(name, model), LME4[name]["models"][model]
    np.testing.assert_allclose(fit.df, by_term(r["df"], fit.df), rtol=0.01)


@each_fit
def test_variances_and_log_likelihoods_are_those_of_lme4(name: str, model: str) -> None:
    fit, r = fitted(name, model), LME4[name]["models"][model]
    np.testing.assert_allclose(fit.cov_re, r["covariance"], rtol=1e-4)
    np.testing.assert_allclose(fit.scale, r["residual"], rtol=1e-4)
    assert fit.llf == pytest.approx(r["loglik"], abs=1e-4)
    assert fit.llf > r["loglik"] - 1e-8
    assert fit.gradient_norm < 1e-6
    assert fit.boundary == r["singular"]


@each_study
def test_the_icc_is_that_of_the_variances_lme4_prints(name: str) -> None:
    assert icc(fitted(name, "null")).estimate == pytest.approx(LME4[name]["icc"], rel=1e-5)

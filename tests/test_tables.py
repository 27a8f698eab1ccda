"""Data come in many kinds of files, and say the same in each."""

import gzip
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from made_up import KEYS, two_level, with_kinds

from helpers import StudyError, read_study

FRAME = with_kinds(
    two_level(sizes=[3, 4, 5], within=1, between=1, sd_group=1), difference=1, interaction=0
).round(3)
FRAME["group"] = FRAME["group"].str.replace("g00", "clinique n\u00b0 ")
KINDS = KEYS | {"group_predictor": {"column": "w"}}


def read(path: Path, **keys: object) -> pd.DataFrame:
    return read_study({"data": str(path)} | KINDS | keys).frame


def as_text(separator: str, decimal: str = ".", encoding: str = "utf-8") -> Callable:
    def write(path: Path) -> Path:
        FRAME.to_csv(path, sep=separator, decimal=decimal, encoding=encoding, index=False)
        return path

    return write


@pytest.mark.parametrize(
    ("name", "write"),
    [
        ("a.csv", as_text(",")),
        ("a.csv", as_text(";")),
        ("a.csv", as_text("\t")),
        ("a.csv", as_text(";", decimal=",")),
        ("a.tsv", as_text("\t")),
        ("a.tsv", as_text("\t", decimal=",")),
        ("a.csv", as_text(",", encoding="utf-8-sig")),
        ("a.csv", as_text(",", encoding="latin-1")),
        ("a.csv", as_text(";", decimal=",", encoding="cp1252")),
        ("a.csv", as_text(",", encoding="utf-16")),
        ("a.csv.gz", as_text(",")),
        ("a.tsv.gz", as_text("\t")),
    ],
)
def test_delimited_text_is_read_however_it_was_written(
    name: str, write: Callable[[Path], Path], tmp_path: Path
) -> None:
    pd.testing.assert_frame_equal(read(write(tmp_path / name)), read_reference(tmp_path))


def read_reference(folder: Path) -> pd.DataFrame:
    path = folder / "reference.csv"
    FRAME.to_csv(path, index=False)
    return read(path)


def test_parquet_excel_and_spss_say_what_the_csv_says(tmp_path: Path) -> None:
    import pyreadstat

    FRAME.to_parquet(tmp_path / "a.parquet")
    FRAME.to_excel(tmp_path / "a.xlsx", index=False)
    pyreadstat.write_sav(FRAME, str(tmp_path / "a.sav"))
    for name in ("a.parquet", "a.xlsx", "a.sav"):
        found, expected = read(tmp_path / name), read_reference(tmp_path)
        pd.testing.assert_frame_equal(found, expected, check_dtype=False)


@pytest.mark.parametrize("kind", ["dta", "sav"])
def test_labels_of_values_in_the_file_name_the_levels(kind: str, tmp_path: Path) -> None:
    import pyreadstat

    path, labels = tmp_path / f"a.{kind}", {"w": {0: "rural", 1: "urban"}}
    write = pyreadstat.write_dta if kind == "dta" else pyreadstat.write_sav
    write(FRAME.astype({"w": float}), str(path), variable_value_labels=labels)
    study = read_study({"data": str(path)} | KINDS)
    assert study.levels == {"w": ["rural", "urban"]}
    # The study file's own word goes before the data's.
    own = {"group_predictor": {"column": "w", "levels": {0: "village", 1: "town"}}}
    assert read_study({"data": str(path)} | KINDS | own).levels == {"w": ["village", "town"]}


def test_categories_of_parquet_are_levels_or_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    kinds = FRAME["w"].map({0: "rural", 1: "urban"}).astype("category")
    FRAME.assign(w=kinds).to_parquet(path)
    assert read_study({"data": str(path)} | KINDS).levels == {"w": ["rural", "urban"]}
    FRAME.assign(y=kinds).to_parquet(path)
    with pytest.raises(StudyError, match=r"outcome column 'y' in a\.parquet holds"):
        read(path)


@pytest.mark.parametrize(
    ("values", "named"),
    [
        (pd.date_range("2020-01-01", periods=len(FRAME)), "date"),
        (np.arange(len(FRAME)) % 2 == 0, "boolean"),
    ],
)
def test_dates_and_booleans_in_the_wrong_place_are_named(
    values: object, named: str, tmp_path: Path
) -> None:
    path = tmp_path / "a.parquet"
    FRAME.assign(y=values).to_parquet(path)
    with pytest.raises(StudyError, match=f"outcome column 'y' in a.parquet holds {named}"):
        read(path)


def test_a_comma_within_numbers_of_a_comma_file_is_no_decimal(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    FRAME.assign(y=FRAME["y"].map(lambda y: f"{y:.1f}".replace(".", ","))).to_csv(path, index=False)
    with pytest.raises(StudyError, match="holds what is no finite number"):
        read(path)


def test_a_damaged_file_is_told_in_one_line(tmp_path: Path) -> None:
    for name in ("a.parquet", "a.xlsx", "a.sav", "a.dta", "a.csv.gz"):
        (tmp_path / name).write_bytes(b"this is no such file")
        with pytest.raises(StudyError, match=f"{name} could not be read") as error:
            read(tmp_path / name)
        assert "\n" not in str(error.value)
    (tmp_path / "b.csv.gz").write_bytes(gzip.compress(b"")[:8])
    with pytest.raises(StudyError, match="could not be read"):
        read(tmp_path / "b.csv.gz")

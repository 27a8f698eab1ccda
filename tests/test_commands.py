"""`check` says what the course will see, `new` proposes a study file that `check` accepts."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml
from conftest import ROOT
from made_up import KEYS, clinics, two_level, with_kinds, write_study
from typer.testing import CliRunner

from helpers.commands import app

FRAME = with_kinds(
    two_level(sizes=[1, 4, 6, 5], within=1, between=1, sd_group=1), difference=0, interaction=0
)


def ok(*arguments: object) -> str:
    result = CliRunner().invoke(app, [str(each) for each in arguments])
    assert result.exit_code == 0, result.stderr
    return " ".join(result.stdout.split())


def refused(*arguments: object) -> list[str]:
    result = CliRunner().invoke(app, [str(each) for each in arguments])
    assert result.exit_code == 1
    assert not result.stdout
    return result.stderr.splitlines()


def test_check_says_rows_groups_sizes_and_what_is_missing(tmp_path: Path) -> None:
    said = ok("check", write_study(tmp_path, *clinics()))
    assert "236 rows, 5 of them left out" in said
    assert "2 in relief from pain, 3 in waiting time" in said
    assert "12 clinics (column 'Clinic ID') of 5 to 40 patients" in said
    assert "group predictor none" in said
    assert said.endswith("fit to run")


def test_check_counts_groups_of_one_and_kinds_of_groups(tmp_path: Path) -> None:
    keys = KEYS | {"group_predictor": {"column": "w", "levels": {0: "old", 1: "new"}}}
    said = ok("check", write_study(tmp_path, FRAME, keys))
    assert "1 group of one unit alone" in said
    assert "2 groups old, 2 groups new; one value in each group" in said
    assert "few groups of one kind" in said


def test_check_points_at_a_value_far_off_by_its_row_in_the_file(tmp_path: Path) -> None:
    frame = FRAME.copy()
    frame.loc[2, "y"] = np.nan  # rows are counted in the file, not among the complete ones
    frame.loc[9, "y"] = 4000.0
    said = ok("check", write_study(tmp_path, frame, KEYS))
    assert "far off: 4000 in data row 10" in said


def test_check_tells_a_nearly_constant_column(tmp_path: Path) -> None:
    frame = two_level(sizes=[30] * 4, within=1, between=1, sd_group=1)
    frame["x"] = 0.0
    frame.loc[[3, 40], "x"] = 1.0
    assert "nearly constant: 0 in 98% of rows" in ok("check", write_study(tmp_path, frame, KEYS))


def test_check_tells_all_problems_at_once_each_on_a_line(tmp_path: Path) -> None:
    keys = KEYS | {"group_predictor": {"column": "w"}}
    lines = refused("check", write_study(tmp_path, FRAME.assign(y="?", x="!"), keys))
    assert len(lines) == 2
    assert "outcome column 'y'" in lines[0]
    assert "predictor column 'x'" in lines[1]
    varying = FRAME.assign(y=1.0, w=np.arange(len(FRAME)) % 2)
    lines = refused("check", write_study(tmp_path, varying, keys))
    assert len(lines) == 2
    assert "never varies" in lines[0]
    assert "varies within" in lines[1]


def test_new_proposes_what_check_accepts(tmp_path: Path) -> None:
    (tmp_path / "hsb.csv").write_bytes((ROOT / "data" / "hsb.csv").read_bytes())
    assert "hsb.yaml is written" in ok("new", tmp_path / "hsb.csv")
    given = yaml.safe_load((tmp_path / "hsb.yaml").read_text("utf-8"))
    roles = ("group", "outcome", "predictor", "group_predictor")
    assert [given[role]["column"] for role in roles] == ["schoolid", "mathach", "ses", "sector"]
    assert "fit to run" in ok("check", tmp_path / "hsb.yaml")


def test_new_takes_the_columns_it_is_given(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes((ROOT / "data" / "hsb.csv").read_bytes())
    ok("new", tmp_path / "a.csv", "--outcome", "ses", "--group-predictor", "pracad")
    given = yaml.safe_load((tmp_path / "a.yaml").read_text("utf-8"))
    assert given["outcome"]["column"] == "ses"
    assert given["group_predictor"]["column"] == "pracad"
    assert "fit to run" in ok("check", tmp_path / "a.yaml")


def test_new_never_overwrites(tmp_path: Path) -> None:
    FRAME.to_csv(tmp_path / "a.csv", index=False)
    (tmp_path / "a.yaml").write_text("mine")
    (line,) = refused("new", tmp_path / "a.csv")
    assert "is there already and is left as it is" in line
    assert (tmp_path / "a.yaml").read_text() == "mine"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--group", "gruop"], "has no such column; did you mean 'group'"),
        (["--outcome", "x", "--predictor", "x"], "one column cannot have two roles"),
    ],
)
def test_new_refuses_columns_that_are_not_there_or_named_twice(
    options: list[str], message: str, tmp_path: Path
) -> None:
    FRAME.to_csv(tmp_path / "a.csv", index=False)
    (line,) = refused("new", tmp_path / "a.csv", *options)
    assert message in line
    assert not (tmp_path / "a.yaml").exists()


def test_new_says_which_role_nothing_fits(tmp_path: Path) -> None:
    pd.DataFrame({"a": range(5), "b": list("vwxyz")}).to_csv(tmp_path / "a.csv", index=False)
    (line,) = refused("new", tmp_path / "a.csv")
    assert "no column of a.csv looks like a group" in line
    (line,) = refused("new", tmp_path / "b.csv")
    assert "there is no file" in line


def test_new_writes_names_of_columns_that_yaml_reads_back(tmp_path: Path) -> None:
    odd = {"group": 'g: "#1"', "x": "x); import os; os.system('", "y": "y\\n#🙂"}
    FRAME.drop(columns="w").rename(columns=odd).to_csv(tmp_path / "a.csv", index=False)
    ok("new", tmp_path / "a.csv", "--group", odd["group"])
    given = yaml.safe_load((tmp_path / "a.yaml").read_text("utf-8"))
    columns = {given[role]["column"] for role in ("group", "outcome", "predictor")}
    assert columns == set(odd.values())
    assert "fit to run" in ok("check", tmp_path / "a.yaml")

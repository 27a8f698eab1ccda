"""A study file is read as it is meant, and what is wrong with it is said once, with the remedy."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from made_up import KEYS, clinics, two_level, write_study

from helpers import Study, StudyError, read_study
from helpers.study.file import DATA_FOLDER, clean_name, find_study

FRAME = two_level(sizes=[4, 5, 6, 7], within=1, between=1, sd_group=1)

Refuse = Callable[..., str]
Read = Callable[..., Study]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Write a study on a frame with columns group, x and y, and read it."""

    def study(frame: pd.DataFrame = FRAME, **keys: Any) -> Study:
        return read_study(write_study(tmp_path, frame, KEYS | keys))

    return study


@pytest.fixture
def refuse(read: Read) -> Refuse:
    """Read a study that is wrong, and return the message of the error."""

    def message(frame: pd.DataFrame = FRAME, **keys: Any) -> str:
        with pytest.raises(StudyError) as error:
            read(frame, **keys)
        return str(error.value)

    return message


def test_only_data_and_three_columns_are_required(read: Read) -> None:
    study = read()
    assert list(study.frame) == ["group", "y", "x"]
    assert (study.unit.one, study.unit.many) == ("unit", "units")
    assert (study.group.one, study.group.many) == ("group", "groups")
    assert study.outcome.label == "y"
    assert study.group_predictor is None


def test_a_name_a_path_and_a_mapping_mean_the_same_study(tmp_path: Path) -> None:
    path = write_study(tmp_path, FRAME, KEYS)
    mapping = {"data": str(tmp_path / "data.csv"), **KEYS}
    for study in (read_study(str(path)), read_study(mapping), read_study(read_study(path))):
        pd.testing.assert_frame_equal(study.frame, read_study(path).frame)


def test_incomplete_rows_are_left_out_and_counted(tmp_path: Path) -> None:
    frame, keys = clinics()
    study = read_study(write_study(tmp_path, frame, keys))
    own = frame[["Clinic ID", "Relief", "Wait.hours"]]
    assert study.n_rows == len(frame)
    assert study.n_left_out == own.isna().any(axis=1).sum() == 5
    assert study.missing == {"Clinic ID": 1, "relief from pain": 2, "waiting time": 3}
    assert len(study.frame) == len(frame) - 5


def test_a_missing_covariate_leaves_no_row_out(read: Read) -> None:
    frame = FRAME.assign(sex=["f", "m", None] + ["f"] * (len(FRAME) - 3))
    covariate = {"column": "sex", "levels": {"f": "female", "m": "male"}}
    study = read(frame, covariates=[covariate])
    assert study.n_left_out == 0
    assert study.labelled["sex"].isna().sum() == 1


def test_columns_get_names_that_formulas_can_hold(tmp_path: Path) -> None:
    frame = FRAME.rename(columns={"x": "IQ.verb", "y": "class"})
    keys = KEYS | {"outcome": {"column": "class"}, "predictor": {"column": "IQ.verb"}}
    assert list(read_study(write_study(tmp_path, frame, keys)).frame) == [
        "group",
        "class_",
        "iq_verb",
    ]
    keys["predictor"]["name"] = "verbal"
    assert "verbal" in read_study(write_study(tmp_path, frame, keys)).frame


@given(st.text(min_size=1))
@example("𑁒")
def test_every_column_name_becomes_an_identifier(column: str) -> None:
    assert clean_name(column).isidentifier()
    assert clean_name(clean_name(column)) == clean_name(column)


def test_levels_are_coded_from_zero_in_their_own_order(read: Read) -> None:
    kind = FRAME["group"].map({"g000": "b", "g001": "a"}).fillna("b")
    study = read(FRAME.assign(w=kind), group_predictor={"column": "w"})
    assert study.levels == {"w": ["a", "b"]}
    assert list(study.frame["w"]) == [int(k == "b") for k in kind]
    levels = {"column": "w", "levels": {"b": "private", "a": "state"}}
    study = read(FRAME.assign(w=kind), group_predictor=levels)
    assert study.levels == {"w": ["private", "state"]}
    assert list(study.frame["w"]) == [int(k == "a") for k in kind]


def test_number_levels_keep_the_order_of_the_numbers() -> None:
    assert read_study("hsb").levels["sector"] == ["public", "Catholic"]
    frame = read_study("hsb").frame
    assert frame.groupby("schoolid")["sector"].first().sum() == 70


def test_texts_of_a_covariate_are_its_categories(read: Read) -> None:
    frame = FRAME.assign(kind=["b", "c", "a", None] + ["c"] * (len(FRAME) - 4))
    study = read(frame, covariates=[{"column": "kind"}])
    assert study.levels == {"kind": ["a", "b", "c"]}
    assert list(study.labelled["kind"][:3]) == ["b", "c", "a"]


def test_ids_of_groups_are_taken_as_they_stand(read: Read) -> None:
    ids = {"g000": "01", "g001": "1", "g002": "NA", "g003": "9" * 30}
    study = read(FRAME.assign(group=FRAME["group"].map(ids)))
    assert sorted(study.frame["group"].unique()) == sorted(ids.values())
    assert study.n_left_out == 0
    numbers = FRAME.assign(group=FRAME["group"].str[1:].astype(int) - 1)
    study = read(numbers)
    assert study.frame["group"].dtype == "int64"
    assert study.frame["group"].min() == -1


def test_levels_match_numbers_and_texts_alike(read: Read) -> None:
    levels = {"column": "w", "levels": {"0": "low", "1": "high"}}
    frame = FRAME.assign(w=(FRAME["group"] > "g001").astype(float))
    study = read(frame, group_predictor=levels)
    assert study.levels == {"w": ["low", "high"]}
    assert list(study.frame["w"]) == list(frame["w"])


def test_long_numbers_are_levels_of_their_own(read: Read) -> None:
    levels = {"column": "w", "levels": {2019001: "first", 2019002: "second"}}
    frame = FRAME.assign(w=2019001 + (FRAME["group"] > "g001").astype(int))
    study = read(frame, group_predictor=levels)
    assert list(study.frame["w"]) == list(frame["w"] - 2019001)


def test_a_noun_that_is_none_is_said_once(refuse: Refuse) -> None:
    message = refuse(unit={"one": [1]})
    assert "unit.one should be a text; it holds [1]" in message
    assert "\n" not in message


def test_rows_longer_than_the_header_are_refused(tmp_path: Path) -> None:
    path = write_study(tmp_path, FRAME, KEYS)
    header, *rows = (tmp_path / "data.csv").read_text().splitlines()
    (tmp_path / "data.csv").write_text("\n".join([header, *(f"{row},7" for row in rows)]))
    with pytest.raises(StudyError, match=r"data.csv could not be read as csv"):
        read_study(path)


def test_a_header_that_names_a_column_twice_is_refused(tmp_path: Path) -> None:
    path = write_study(tmp_path, FRAME, KEYS)
    (tmp_path / "data.csv").write_text("group,x,y,y\na,1,2,3\nb,2,3,4\n")
    with pytest.raises(StudyError, match=r"its header names y twice; rename one"):
        read_study(path)


def test_what_is_no_study_at_all_is_refused() -> None:
    with pytest.raises(StudyError, match=r"a study is a name, a path or a mapping, not int"):
        read_study(5)


def test_true_and_false_can_tell_groups_apart(read: Read) -> None:
    study = read(FRAME.assign(group=FRAME["group"] > "g001"))
    assert sorted(study.frame["group"].unique()) == ["False", "True"]


def test_integer_ids_stay_integers_when_one_is_missing(read: Read) -> None:
    ids = FRAME["group"].str[1:].astype(float)
    ids[0] = np.nan
    study = read(FRAME.assign(group=ids))
    assert study.frame["group"].dtype == "int64"


def test_an_unknown_key_is_refused_with_the_nearest_known_one(refuse: Refuse) -> None:
    assert "unknown key outcom; did you mean 'outcome'?" in refuse(outcom={"column": "y"})
    message = refuse(outcome={"column": "y", "lable": "yield"})
    assert "unknown key outcome.lable; did you mean 'label'?" in message
    message = refuse(group={"column": "group", "plural": "groups"})
    assert "unknown key group.plural (known: one, many, column, name)" in message
    message = refuse(file="x.csv")
    assert "unknown key file" in message
    assert "known: title, data, sheet" in message


def test_a_missing_key_is_named(read: Read) -> None:
    with pytest.raises(StudyError, match="the key data is missing; add it"):
        read_study(KEYS)
    with pytest.raises(StudyError, match=r"the key outcome\.column is missing; add it"):
        read(outcome={"label": "yield"})


def test_a_missing_study_is_refused_with_the_nearest_known_one() -> None:
    with pytest.raises(StudyError, match=r"no study 'hbs'.*did you mean 'hsb'"):
        read_study("hbs")


def test_a_study_is_found_by_name_in_both_folders_of_the_project() -> None:
    assert find_study("hsb") == DATA_FOLDER / "hsb.yaml"
    assert find_study("sleepstudy") == DATA_FOLDER / "more" / "sleepstudy.yaml"
    assert read_study("sleepstudy").group.many == "subjects"
    with pytest.raises(StudyError, match=r"did you mean 'wages'\? \(.*hsb, .*sleepstudy, .*\)"):
        find_study("wage")


def test_a_data_file_is_no_study_file(tmp_path: Path) -> None:
    write_study(tmp_path, FRAME, KEYS)
    with pytest.raises(StudyError, match=r"data.csv is no study file; write a .yaml file"):
        read_study(tmp_path / "data.csv")


def test_a_key_written_twice_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "study.yaml"
    path.write_text("data: x.csv\noutcome: {column: y, column: z}", encoding="utf-8")
    with pytest.raises(StudyError, match=r"the key 'column' stands twice"):
        read_study(path)


def test_a_key_without_a_value_counts_as_not_written(read: Read, tmp_path: Path) -> None:
    keys = KEYS | {"question": None, "title": " ", "group_predictor": None}
    keys["outcome"] = {"column": "y", "label": None, "units": None}
    study = read_study(write_study(tmp_path, FRAME, keys))
    assert (study.question, study.title, study.outcome.label) == ("", "", "y")
    with pytest.raises(StudyError, match=r"the key outcome\.column is missing"):
        read(outcome={"column": None})


def test_broken_yaml_is_refused_with_its_place(tmp_path: Path) -> None:
    path = tmp_path / "study.yaml"
    path.write_text("data: [x.csv\noutcome: {", encoding="utf-8")
    with pytest.raises(StudyError, match=r"study.yaml is not valid YAML: line 2: .*; mend it"):
        read_study(path)


def test_a_missing_data_file_is_named_with_the_nearest_one(refuse: Refuse) -> None:
    message = refuse(data="date.csv")
    assert "study.yaml: `data` names" in message
    assert "date.csv, which is not there; did you mean 'data.csv'?" in message


def test_a_kind_of_file_that_is_not_read_is_refused(refuse: Refuse) -> None:
    assert "save it as one of .csv, .tsv" in refuse(data="data.docx")


def test_a_column_that_is_not_there_is_refused_with_the_nearest_one(refuse: Refuse) -> None:
    message = refuse(outcome={"column": "yy"})
    assert "study.yaml: outcome.column is 'yy', which data.csv does not have" in message
    assert "did you mean 'y'? (columns there: group, x, y)" in message


@pytest.mark.parametrize("value", ["n/a!", "12,5", "inf"])
def test_an_outcome_that_is_no_number_is_refused_with_its_row(value: str, refuse: Refuse) -> None:
    frame = FRAME.astype({"y": object})
    frame.loc[6, "y"] = value
    message = refuse(frame)
    assert "outcome column 'y' in data.csv holds what is no finite number" in message
    assert f"such as {value} (data row 7); write numbers there" in message


def test_true_and_false_are_no_outcome(refuse: Refuse) -> None:
    assert "holds boolean values, not numbers" in refuse(FRAME.assign(y=FRAME["y"] > 0))


def test_a_group_predictor_that_varies_within_groups_names_three_of_them(refuse: Refuse) -> None:
    message = refuse(FRAME.assign(w=range(len(FRAME))), group_predictor={"column": "w"})
    assert "group_predictor column 'w' in data.csv varies within 4 of 4 groups" in message
    assert "such as g000, g001, g002; a group predictor has one value in each group" in message


def test_a_group_predictor_of_three_texts_is_refused(refuse: Refuse) -> None:
    frame = FRAME.assign(w=FRAME["group"].replace("g003", "g002"))
    message = refuse(frame, group_predictor={"column": "w"})
    assert "a group predictor holds numbers or exactly two texts" in message


def test_a_group_predictor_that_never_varies_is_refused(refuse: Refuse) -> None:
    message = refuse(FRAME.assign(w=1), group_predictor={"column": "w"})
    assert "'w' in data.csv is the same in every group" in message


def test_values_that_levels_do_not_list_are_named(refuse: Refuse) -> None:
    frame = FRAME.assign(w=(FRAME["group"] == "g000").astype(int))
    levels = {"column": "w", "levels": {1: "a", 2: "b"}}
    assert "holds 0, which `levels` does not list (1, 2)" in refuse(frame, group_predictor=levels)
    levels["levels"] = {0: "a", 1: "a"}
    assert "two levels have one name" in refuse(frame, group_predictor=levels)
    levels["levels"] = {0: "a", 1: "b", 2: "c"}
    assert "should list two levels" in refuse(frame, group_predictor=levels)


def test_fewer_than_two_groups_are_refused(refuse: Refuse) -> None:
    message = refuse(FRAME[FRAME["group"] == "g001"])
    assert "group column 'group' in data.csv has 1 group with complete rows" in message
    assert "no row of data.csv has values in all of" in refuse(FRAME.assign(group=None))


def test_groups_of_one_unit_each_are_refused(refuse: Refuse) -> None:
    message = refuse(FRAME.assign(group=range(len(FRAME))))
    assert "has a group of its own for each of the 22 complete rows" in message


def test_an_outcome_or_predictor_that_never_varies_is_refused(refuse: Refuse) -> None:
    assert "outcome column 'y' in data.csv never varies (it is 3" in refuse(FRAME.assign(y=3))
    assert "predictor column 'x' in data.csv never varies" in refuse(FRAME.assign(x=0))


@pytest.mark.parametrize(("factor", "constant"), [(1, 1e9), (1e-7, 0), (1e10, 0)])
def test_values_at_which_a_regression_loses_digits_are_refused(
    factor: float, constant: float, refuse: Refuse
) -> None:
    message = refuse(FRAME.assign(x=factor * FRAME["x"] + constant))
    assert "column 'x' in data.csv has values of a size" in message
    assert "use another unit, or subtract a constant" in message


def test_an_exact_line_leaves_nothing_to_model(refuse: Refuse) -> None:
    assert "is an exact linear function of" in refuse(FRAME.assign(y=3 - 2 * FRAME["x"]))


def test_a_predictor_that_never_varies_within_a_group_is_refused(refuse: Refuse) -> None:
    frame = FRAME.assign(x=FRAME["group"].str[1:].astype(int))
    assert "never varies within a group, so it is a group predictor" in refuse(frame)


def test_one_column_cannot_play_two_parts(refuse: Refuse) -> None:
    message = refuse(predictor={"column": "y"})
    assert "outcome and predictor share the column 'y'" in message


def test_names_that_clash_are_refused(refuse: Refuse) -> None:
    assert "share the name 'y'" in refuse(predictor={"column": "x", "name": "y"})
    assert "share the label 'y'" in refuse(predictor={"column": "x", "label": "y"})
    message = refuse(outcome={"column": "y", "name": "x_mean"})
    assert "'x_mean', which the chapters need for a column of their own" in message
    assert "is no identifier; use letters, digits and _" in refuse(
        predictor={"column": "x", "name": "2 x"}
    )

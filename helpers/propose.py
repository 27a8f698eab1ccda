"""A study file proposed for a data file: which columns could be what, and why."""

import json
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from helpers.studyfile import StudyError
from helpers.tables import READERS, kind_of, read_table
from helpers.text import did_you_mean

ROLES = ("group", "outcome", "predictor", "group_predictor")

# Names that columns of a role often have, in the order of how telling they are.
HINTS = {
    "group": r"school|class|clinic|hospital|site|cent(er|re)|firm|county|region|country|plot|"
    r"litter|subject|person|patient|child|family|house|village|group|cluster|team|(_|^)id$|id$",
    "outcome": r"score|achieve|outcome|result|response|reaction|weight|wage|income|height|^y$",
    "predictor": r"age|time|day|dose|year|hours|status|^x$",
}


@dataclass(frozen=True)
class Candidate:
    """A column that could have a role, and why."""

    column: str
    why: str
    score: float


def propose(data: Path, chosen: dict[str, str | None]) -> tuple[Path, str]:
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
        Where the study file belongs, beside the data, and what it holds.

    Raises
    ------
    StudyError
        If the data cannot be read, a named column is not there, no column fits a role, or there
        is a file of that name.
    """
    table = _read(data)
    given = {role: column for role, column in chosen.items() if column}
    for role, column in given.items():
        if column not in table.columns:
            raise StudyError(
                f"--{role.replace('_', '-')} {column!r}: {data.name} has no such column"
                f"{did_you_mean(column, table.columns)} (there: {', '.join(table.columns)})"
            )
    if len(set(given.values())) < len(given):
        raise StudyError("one column cannot have two roles; name another for one of them")
    path = data.with_name(f"{data.name.split('.')[0]}.yaml")
    if path.exists():
        raise StudyError(f"{path} is there already and is left as it is; rename or remove it first")
    found: dict[str, list[Candidate]] = {}
    taken = dict(given)
    for role in ROLES:
        others = [column for column in table.columns if column not in taken.values()]
        found[role] = _candidates(role, table, others, taken)
        if role not in taken and found[role]:
            taken[role] = found[role][0].column
    for role in ROLES[:3]:
        if role not in taken:
            raise StudyError(
                f"no column of {data.name} looks like a {role}: {_wanted(role)}; "
                f"name one with --{role}"
            )
    return path, _write(data, taken, given, found)


def _read(data: Path) -> pd.DataFrame:
    if kind_of(data) not in READERS:
        raise StudyError(
            f"{data.name} is of a kind that is not read here; save it as one of "
            f"{', '.join(READERS)}"
        )
    try:
        return read_table(data)
    except FileNotFoundError:
        near = [str(path) for path in data.parent.glob("*") if kind_of(path) in READERS]
        raise StudyError(f"there is no file {data}{did_you_mean(str(data), near)}") from None
    except Exception as error:  # each reader has errors of its own
        raise StudyError(f"{data.name} could not be read ({error}); save it again") from error


def _wanted(role: str) -> str:
    return {
        "group": "one that repeats, with at least two different values",
        "outcome": "a number that varies within the groups",
        "predictor": "another number that varies within the groups",
        "group_predictor": "one with a single value in each group, numeric or of two kinds",
    }[role]


def _candidates(
    role: str, table: pd.DataFrame, columns: list[str], taken: dict[str, str]
) -> list[Candidate]:
    """Return the columns that could have a role, the likeliest first."""
    if role != "group" and "group" not in taken:
        return []
    groups = table[taken["group"]] if role != "group" else None
    found = [_judge(role, column, table[column], groups) for column in columns]
    fitting = [candidate for candidate in found if candidate is not None]
    return sorted(fitting, key=lambda candidate: -candidate.score)


def _judge(role: str, column: str, values: pd.Series, groups: pd.Series | None) -> Candidate | None:
    """Say why a column could have a role, or None if it could not."""
    hinted = bool(re.search(HINTS.get(role, r"(?!)"), column, flags=re.IGNORECASE))
    distinct = values.nunique()
    numeric = pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values)
    if role == "group":
        if not 2 <= distinct <= len(values) / 2:
            return None
        whole = not numeric or bool((values.dropna() % 1 == 0).all())
        why = f"{distinct:,} different values, {len(values) / distinct:.1f} rows each on average"
        return Candidate(column, why, 4 * hinted + 2 * whole + (distinct >= 5) + (not numeric))
    varies = groups is not None and (values.groupby(groups).nunique() > 1).mean()
    if role == "group_predictor":
        if varies or distinct < 2 or not (numeric or distinct == 2):
            return None
        why = "one value in each group, " + ("two kinds" if distinct == 2 else "a number")
        return Candidate(column, why, 1.0 + (distinct == 2))
    if not numeric or not varies or distinct < 3:
        return None
    why = f"a number with {distinct:,} different values that varies within groups"
    return Candidate(column, why, 4 * hinted + float(np.log10(distinct)) + float(varies))


def _write(
    data: Path,
    taken: dict[str, str],
    given: dict[str, str],
    found: dict[str, list[Candidate]],
) -> str:
    """Write the study file with comments."""
    lines = [
        f"# A study file for {data.name}, proposed by looking at the data. Read each line, mend",
        "# what is wrong, and give everything the words that your sentences should use.",
        f"title: {_quoted(data.name.split('.')[0])}",
        f"data: {_quoted(data.name)}",
        "unit: {one: unit, many: units}              # what a row is, such as patient, patients",
    ]
    for role in ROLES:
        others = [c for c in found[role] if c.column != taken.get(role)][:3]
        chosen = next((c for c in found[role] if c.column == taken.get(role)), None)
        lines.append("")
        if role in given:
            lines.append(f"# {role}: as you said.")
        elif chosen is not None:
            lines.append(f"# {role}: {chosen.why}.")
        lines += [_comment(f"It could also be {c.column}: {c.why}.") for c in others]
        if role not in taken:
            lines.append(f"# {role}: {_wanted(role)}; none was found.")
        elif role == "group":
            lines.append(
                f"group: {{column: {_quoted(taken[role])}, one: group, many: groups}}"
                "    # such as clinic, clinics"
            )
        else:
            column = _quoted(taken[role])
            lines.append(f"{role}: {{column: {column}, label: {column}}}")
    lines += [
        "",
        "# question: What is it that you want to know?",
        "# about: |",
        "#   The study's own story, in Markdown.",
        "# source: who made the data, and on what terms they may be used",
    ]
    return "\n".join(lines) + "\n"


def _comment(text: str) -> str:
    return f"# {' '.join(text.split())}"


def _quoted(text: str) -> str:
    """Write a text so that YAML reads it back whatever it holds."""
    return json.dumps(text, ensure_ascii=False)

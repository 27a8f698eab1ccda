"""Reading a study: its file, then its data, checked whole, as a frame with clean names."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from helpers.checksums import unchanged
from helpers.installation import how_to_add
from helpers.studyfile import (
    Group,
    Study,
    StudyError,
    Variable,
    find_study,
    read_yaml,
    validate,
)
from helpers.tables import READERS, VALUE_LABELS, kind_of, read_table
from helpers.text import did_you_mean

MOST_CATEGORIES = 20  # a cross table of more could not be read

# How many levels the data may give a variable that the study file lists none for.
MOST_LEVELS = {"group_predictor": 2, "outcome": 0, "predictor": 0}


def read_study(study: str | Path | Mapping[str, Any] | Study) -> Study:
    """Read a study file and its data, and check both.

    Parameters
    ----------
    study
        The name of a study that comes with the course (``"hsb"``), the path of a study file, or
        the mapping that such a file holds. A path under ``data:`` starts from the file's own
        folder, in a mapping from the working directory. A study that was read already is handed
        back as it is.

    Returns
    -------
    Study
        The description, with the complete rows in ``frame``.

    Raises
    ------
    StudyError
        If the file, the data or a column is missing, unknown or unfit. The message names the
        file, the column and what to do.

    Examples
    --------
    >>> study = read_study("hsb")
    >>> study.outcome.label
    'math achievement'
    >>> study.frame[["schoolid", "mathach", "ses"]].shape
    (7185, 3)
    """
    if isinstance(study, Study):
        return study
    if isinstance(study, Mapping):
        return _load(validate(study, "the study"), "the study", Path.cwd(), {})
    path = find_study(study)
    with unchanged(path) as checksum:
        given = read_yaml(path)
    return _load(validate(given, path.name), path.name, path.parent, {path.name: checksum})


def _load(study: Study, where: str, folder: Path, checksums: dict[str, str]) -> Study:
    """Read the data that `study` names, check them, and return the study with them.

    `checksums` holds that of the study file.
    """
    raw, checksum = _read_table(folder / study.data, study.group.column, where)
    file = study.data.name
    absent = [
        f"{where}: {role}.column is {part.column!r}, which {file} does not have"
        f"{did_you_mean(part.column, raw.columns)} (columns there: {', '.join(raw.columns)})"
        for role, part in study.columns.items()
        if part.column not in raw.columns
    ]
    if absent:
        raise StudyError("\n".join(absent))
    value_labels = raw.attrs.get(VALUE_LABELS, {})
    columns = {part.column: part.name for part in study.columns.values()}
    frame = raw[list(columns)].rename(columns=columns)
    # An empty text is how Stata and SPSS write a missing one.
    texts = frame.select_dtypes(["object", "string"]).columns
    frame[texts] = frame[texts].replace(r"^\s*$", np.nan, regex=True)
    named_levels: dict[str, list[str]] = {}
    problems = []
    for role, part in study.columns.items():
        if isinstance(part, Variable):
            values = frame[part.name]
            if isinstance(values.dtype, pd.CategoricalDtype):
                values = values.astype(object)
            if part.levels is None:
                part = _with_labels(part, values, role, value_labels.get(part.column, {}))
            levels = _levels_of(values, part, role)
            if levels is not None:
                named_levels[part.name] = [(part.levels or {}).get(k, str(k)) for k in levels]
            place = f"{where}: {role} column {part.column!r} in {file}"
            try:
                frame[part.name] = _as_numbers(values, levels, role, place)
            except StudyError as error:
                problems.append(str(error))
    if problems:
        raise StudyError("\n".join(problems))

    own = [p for role, p in study.columns.items() if not role.startswith("covariates")]
    n_missing = {getattr(p, "label", p.column): int(frame[p.name].isna().sum()) for p in own}
    complete = frame.dropna(subset=[p.name for p in own])
    row_numbers = complete.index.to_numpy() + 1
    complete = complete.reset_index(drop=True)
    for name in named_levels:
        if complete[name].notna().all():
            complete[name] = complete[name].astype("int64")
    complete[study.group.name] = _as_ids(complete[study.group.name])
    problems = list(_problems_of(complete, study, where, file))
    if problems:
        raise StudyError("\n".join(problems))
    missing = {label: n for label, n in n_missing.items() if n}
    checksums = checksums | {file: checksum}
    return study.with_rows(complete, len(raw), missing, named_levels, row_numbers, checksums)


def _with_labels(
    variable: Variable, values: pd.Series, role: str, labels: Mapping[Any, str]
) -> Variable:
    """Take a file's own labels of values for levels, where each value has one."""
    found = values.dropna().unique()
    at_most = MOST_LEVELS.get(role, MOST_CATEGORIES)
    if not 2 <= len(found) <= at_most or not all(value in labels for value in found):
        return variable
    return variable.model_copy(update={"levels": {v: labels[v] for v in sorted(found)}})


def _read_table(path: Path, ids: str, where: str) -> tuple[pd.DataFrame, str]:
    """Read a data file; return the table, and the SHA-256 of the file."""
    suffix = kind_of(path)
    if suffix not in READERS:
        raise StudyError(
            f"{where}: `data` names {path.name}, a kind of file that is not read here; "
            f"save it as one of {', '.join(READERS)}"
        )
    try:
        with unchanged(path) as checksum:
            return read_table(path, ids), checksum
    except StudyError:
        raise
    except FileNotFoundError:
        there = [p.name for p in path.parent.glob("*") if p.is_file()]
        raise StudyError(
            f"{where}: `data` names {path}, which is not there{did_you_mean(path.name, there)}"
        ) from None
    except ImportError as error:
        raise StudyError(
            f"{where}: reading {path.name} needs a package that is not installed; run "
            f"`{how_to_add('openpyxl', 'pyarrow', 'pyreadstat')}` ({str(error).splitlines()[0]})"
        ) from error
    except Exception as error:  # each reader has errors of its own
        raise StudyError(
            f"{where}: {path.name} could not be read as {suffix[1:]} ({error}); "
            f"mend it, or save it again"
        ) from error


def _as_numbers(values: pd.Series, levels: list[Any] | None, role: str, where: str) -> pd.Series:
    """Return a variable's values as numbers: 0, 1, ... for levels, else as they are.

    `where` says where the values stand, for the error that refuses them.
    """
    kind = pd.api.types.infer_dtype(values)
    if levels is not None:
        codes = {_as_level(level): code for code, level in enumerate(levels)}
        found = values.map(_as_level, na_action="ignore")
        unknown = values[found.notna() & ~found.isin(codes)].unique()
        if len(unknown):
            raise StudyError(
                f"{where} holds {_quote(unknown[:3])}, which `levels` does not list "
                f"({_quote(levels)}); add it there (in quotes if it is yes, no, on or off), "
                f"or mend the data"
            )
        return found.map(codes).astype(float)
    if kind.startswith(("bool", "date", "time")):
        raise StudyError(
            f"{where} holds {kind} values, not numbers; "
            f"turn them into numbers, give `levels`, or name another column"
        )
    numbers = pd.to_numeric(values, errors="coerce").astype(float)
    wrong = values[values.notna() & ~np.isfinite(numbers)]
    if len(wrong):
        rows = ", ".join(str(row + 1) for row in wrong.index[:3])
        advice = {
            "group_predictor": "a group predictor holds numbers or exactly two texts",
            "outcome": "write numbers there, leave what is missing empty, or name another column",
            "predictor": "write numbers there, leave what is missing empty, or give `levels`",
        }.get(role, f"a covariate holds numbers or at most {MOST_CATEGORIES} different texts")
        raise StudyError(
            f"{where} holds what is no finite number, such as {_quote(wrong.unique()[:3])} "
            f"(data row {rows}); {advice}"
        )
    return numbers


def _as_level(value: Any) -> str:
    """Write a value so that 0, 0.0 and "0" are one level, and true and "True" another."""
    is_whole = isinstance(value, float) and value.is_integer()
    return str(int(value) if is_whole else value).strip()


def _as_ids(values: pd.Series) -> pd.Series:
    """Return ids of groups as integers where that is what they are, else as they stand."""
    if pd.api.types.is_float_dtype(values) and (values % 1 == 0).all():
        return values.astype("int64")  # a missing one had made them floats
    if pd.api.types.is_bool_dtype(values) or values.map(type).nunique() > 1:
        values = values.astype(str)  # true and false would be a filter; 1 and "a" have no order
    if pd.api.types.infer_dtype(values) == "string":
        # Short enough for an integer, and written as one: no sign but minus, no leading zero.
        whole = values.str.removesuffix(".0") if values.str.endswith(".0").all() else values
        if whole.str.fullmatch(r"0|-?[1-9]\d{0,17}").all():
            return whole.astype("int64")
    return values


def _levels_of(values: pd.Series, variable: Variable, role: str) -> list[Any] | None:
    """Return the variable's levels in the order of their codes, or None where it is numeric."""
    if variable.levels is not None:
        levels = list(variable.levels)
        return levels if any(isinstance(level, str) for level in levels) else sorted(levels)
    distinct = values.dropna().unique()
    numeric = pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values)
    at_most = MOST_LEVELS.get(role, MOST_CATEGORIES)
    if not numeric and 1 <= len(distinct) <= at_most:
        return sorted(distinct, key=str)
    return None


def _problems_of(frame: pd.DataFrame, study: Study, where: str, file: str) -> Iterator[str]:
    """Say, one by one, why no chapter could learn anything from these rows."""
    group, outcome, predictor = study.group, study.outcome, study.predictor
    n_groups = frame[group.name].nunique()
    if frame.empty:
        roles = ("group", "outcome", "predictor", "group_predictor")
        own = [repr(study.columns[role].column) for role in roles if role in study.columns]
        yield (
            f"{where}: no row of {file} has values in all of the columns "
            f"{_quote(own)}; fill them in, or name other columns"
        )
        return
    if n_groups < 2:
        yield (
            f"{where}: group column {group.column!r} in {file} has {n_groups} "
            f"{group.one if n_groups == 1 else group.many} with complete rows; a multilevel study "
            f"needs two or more: name the column that tells {group.many} apart"
        )
        return
    if n_groups == len(frame):
        yield (
            f"{where}: group column {group.column!r} in {file} has a {group.one} of its own for "
            f"each of the {len(frame):,} complete rows, so nothing can vary within one; name the "
            f"column that holds several {study.unit.many} together"
        )
        return
    for role, variable in (("outcome", outcome), ("predictor", predictor)):
        if frame[variable.name].nunique() < 2:
            yield (
                f"{where}: {role} column {variable.column!r} in {file} never varies (it is "
                f"{frame[variable.name].iloc[0]:g} in every complete row); name another column"
            )
    varies = frame[predictor.name].nunique() > 1 and frame[outcome.name].nunique() > 1
    if varies and (frame.groupby(group.name)[predictor.name].nunique() < 2).all():
        yield (
            f"{where}: predictor column {predictor.column!r} in {file} never varies within a "
            f"{group.one}, so it is a group predictor; name as predictor a column that differs "
            f"between {study.unit.many} of one {group.one}"
        )
    x, y = frame[predictor.name], frame[outcome.name]
    for role, variable, values in (("outcome", outcome, y), ("predictor", predictor, x)):
        mean, sd = values.mean(), values.std()
        flat = role == "predictor" and sd > 1e8 * y.std()  # its slope is next to nothing
        if varies and (not 1e-6 < sd < 1e9 or sd < 1e-10 * mean**2 or flat):
            yield (
                f"{where}: {role} column {variable.column!r} in {file} has values of a size "
                f"(mean {mean:.3g}, standard deviation {sd:.3g}) at which a regression of it "
                f"would lose digits; use another unit, or subtract a constant"
            )
    if varies and abs(x.corr(y)) > 1 - 1e-12:
        yield (
            f"{where}: outcome column {outcome.column!r} in {file} is an exact linear function of "
            f"predictor column {predictor.column!r}, so nothing is left to model; name another"
        )
    if study.group_predictor is not None:
        yield from _problems_within(frame, study.group_predictor, group, where, file)


def _problems_within(
    frame: pd.DataFrame, variable: Variable, group: Group, where: str, file: str
) -> Iterator[str]:
    """Say why a group predictor is none."""
    per_group = frame.groupby(group.name)[variable.name].nunique()
    varying = per_group.index[per_group > 1]
    if len(varying):
        yield (
            f"{where}: group_predictor column {variable.column!r} in {file} varies within "
            f"{len(varying)} of {len(per_group)} {group.many}, such as {_quote(varying[:3])}; "
            f"a group predictor has one value in each {group.one}: mend the data, name another "
            f"column, or leave group_predictor out"
        )
    if frame[variable.name].nunique() < 2:
        yield (
            f"{where}: group_predictor column {variable.column!r} in {file} is the same in every "
            f"{group.one}; name another column, or leave group_predictor out"
        )


def _quote(values: Iterable[Any]) -> str:
    return ", ".join(str(value) for value in values)

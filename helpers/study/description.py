"""What the course will see in a study: printed before anything runs."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from helpers.study.file import Study, Variable
from helpers.study.tables import as_written
from helpers.text import counted, number, percent, span

FAR = 5.0  # robust standard deviations from the median at which a value is pointed out
NEARLY_ALL = 0.95  # a column that holds one value this often is called nearly constant


def describe_study(study: Study) -> list[str]:
    """Describe a study's data as the chapters will see them, a line each.

    Examples
    --------
    >>> from helpers.study.reading import read_study
    >>> for line in describe_study(read_study("hsb"))[:2]:
    ...     print(line)
    data             hsb.csv: 7,185 rows, all complete
    groups           160 schools (column 'schoolid') of 14 to 67 students, median 47
    """
    return [f"{head:16} {text}" for head, text in _lines(study)]


def _lines(study: Study) -> Iterator[tuple[str, str]]:
    frame, group = study.frame, study.group
    yield "data", f"{study.file.name}: {_rows(study)}"
    yield from (("", note) for note in study.notes)
    sizes = frame.groupby(group.name).size()
    yield (
        "groups",
        f"{counted(len(sizes), group)} (column {group.column!r}) of {span(sizes)} "
        f"{study.unit.many}, median {sizes.median():g}",
    )
    if (sizes == 1).any():
        alone = int((sizes == 1).sum())
        yield "", f"{counted(alone, group)} of one {study.unit.one} alone: no say within groups"
    for role, variable in (("outcome", study.outcome), ("predictor", study.predictor)):
        yield role, _describe(study, variable, frame[variable.name])
        yield from (("", note) for note in _notes(study, variable))
    within = frame.groupby(group.name)[study.predictor.name].transform("mean")
    share = 1 - within.var() / frame[study.predictor.name].var()
    yield "", f"{percent(share)} of the predictor's variance is within {group.many}"
    if study.group_predictor is not None:
        yield from _of_group_predictor(study, study.group_predictor)
    else:
        yield "group predictor", "none: chapter 6 will say what it would take"
    for variable in study.covariates:
        missing = int(frame[variable.name].isna().sum())
        gaps = f", {missing:,} missing" if missing else ""
        yield "covariate", _describe(study, variable, frame[variable.name]) + gaps


def _rows(study: Study) -> str:
    if not study.n_left_out:
        return f"{study.n_rows:,} rows, all complete"
    missing = ", ".join(f"{n:,} in {label}" for label, n in study.missing.items())
    return f"{study.n_rows:,} rows, {study.n_left_out:,} of them left out (missing: {missing})"


def _describe(study: Study, variable: Variable, values: pd.Series) -> str:
    """Say how a variable is distributed: means rounded, values of the data as they stand there."""
    head = f"{variable.label} (column {variable.column!r})"
    if levels := study.levels.get(variable.name):
        kinds = (f"{int((values == code).sum()):,} {name}" for code, name in enumerate(levels))
        return f"{head}: {', '.join(kinds)}"
    units = f" {variable.units}" if variable.units else ""
    stored = _as_stored(values)
    return (
        f"{head}: mean {number(values.mean())}{units}, SD {number(values.std())}, "
        f"from {as_written(stored.min())} to {as_written(stored.max())}"
    )


def _as_stored(values: pd.Series) -> pd.Series:
    """Return values in single precision where a file held them so, as Stata's mostly do."""
    with np.errstate(over="ignore"):
        single = values.astype("float32")
    return single if single.astype(float).equals(values.astype(float)) else values


def _notes(study: Study, variable: Variable) -> Iterator[str]:
    """Point out a nearly constant column, and the values farthest off."""
    values = study.frame[variable.name]
    stored, levels = _as_stored(values), study.levels.get(variable.name)
    share = stored.value_counts(normalize=True)
    if share.iloc[0] > NEARLY_ALL:
        most = levels[int(share.index[0])] if levels else as_written(share.index[0])
        yield f"nearly constant: {most} in {percent(share.iloc[0])} of rows"
    distance = (values - values.median()).abs()
    spread = 1.4826 * distance.median()  # the standard deviation, were the values normal
    if spread == 0 or levels:
        return
    row_numbers = study.row_numbers
    farthest = (distance / spread).nlargest(2)
    for row, off in farthest[farthest > FAR].items():
        yield (
            f"far off: {as_written(stored[row])} in data row {row_numbers[row]:,}, "
            f"{off:.1f} (robust) SDs from the median"
        )


def _of_group_predictor(study: Study, variable: Variable) -> Iterator[tuple[str, str]]:
    per_group = study.frame.groupby(study.group.name)[variable.name].first()
    levels = study.levels.get(variable.name)
    one_value = f"one value in each {study.group.one}"
    if levels is None and per_group.nunique() > 2:
        yield "group predictor", f"{_describe(study, variable, per_group)}; {one_value}"
        return
    values = np.sort(per_group.unique())
    names = levels or [as_written(value) for value in values]
    kinds = [
        f"{counted(int((per_group == value).sum()), study.group)} {name}"
        for value, name in zip(values, names, strict=False)
    ]
    yield (
        "group predictor",
        f"{variable.label} (column {variable.column!r}): {', '.join(kinds)}; {one_value}",
    )
    if (per_group.value_counts() < 5).any():
        yield "", f"few {study.group.many} of one kind: expect wide intervals in chapter 6"

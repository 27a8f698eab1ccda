"""Reading a study: its file, then its data, checked whole, as a frame with clean names."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from helpers.study.checksums import unchanged
from helpers.study.file import (
    Study,
    StudyError,
    Variable,
    as_level,
    fault_of_levels,
    find_study,
    read_yaml,
    validate,
)
from helpers.study.installation import how_to_add
from helpers.study.tables import (
    LEFT_OUT,
    NOTES,
    READERS,
    SHEETS,
    VALUE_LABELS,
    TableError,
    as_written,
    kind_of,
    read_table,
    tidy,
)
from helpers.text import did_you_mean, listed, near_file, with_article

MOST_CATEGORIES = 20  # a cross table of more could not be read

FEW_GROUPS = 5  # with fewer, the chapters learn nothing from what distinguishes groups

# The share of a column's variation that others must leave; what is less is rounding.
ROUNDING = 1e-9

LARGEST = 1e20  # of a value; squares of much larger ones overflow

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
    raw, checksum = _read_table(folder / study.file, study, where)
    file = study.file.name
    _refuse(where, _absent_columns(raw, study, file))
    notes = list(raw.attrs.get(NOTES, []))
    columns: dict[str, pd.Series] = {}
    named_levels: dict[str, list[str]] = {}
    problems = []
    for role, part in study.columns.items():
        values, changed = _tidied(raw[part.column])
        notes += _said_of(changed, part.column)
        if isinstance(part, Variable):
            try:
                labels = raw.attrs.get(VALUE_LABELS, {}).get(part.column, {})
                levels = _levels_of(values, part, role, labels)
                values = _as_numbers(values, None if levels is None else list(levels), role)
            except ValueError as error:
                problems.append(f"{role} column {part.column!r} in {file} {error}")
                continue
            if levels is not None:
                named_levels[part.name] = list(levels.values())
        columns[part.name] = values
    _refuse(where, problems)

    frame = pd.DataFrame(columns)
    frame.attrs.clear()
    own = [p for role, p in study.columns.items() if not role.startswith("covariates")]
    n_missing = {getattr(p, "label", p.column): int(frame[p.name].isna().sum()) for p in own}
    complete = frame.dropna(subset=[p.name for p in own]) if any(n_missing.values()) else frame
    row_numbers = complete.index.to_numpy() + 1
    complete = complete.reset_index(drop=True)
    for name in named_levels:
        if complete[name].notna().all():
            complete[name] = complete[name].astype("int64")
    complete[study.group.name] = _as_ids(complete[study.group.name])
    _refuse(where, _problems_of(complete, study, file))
    missing = {label: n for label, n in n_missing.items() if n}
    checksums = checksums | {file: checksum}
    return study.with_rows(complete, len(raw), missing, named_levels, row_numbers, notes, checksums)


def _refuse(where: str, problems: Iterable[str]) -> None:
    """Raise an error that says each problem on a line of its own, if there are any."""
    lines = [f"{where}: {' '.join(problem.split())}" for problem in problems]
    if lines:
        raise StudyError("\n".join(lines))


def _read_table(path: Path, study: Study, where: str) -> tuple[pd.DataFrame, str]:
    """Read the data file, and its SHA-256; what is wrong with it is one problem."""
    suffix, name = kind_of(path), as_written(path.name)
    if suffix not in READERS:
        kinds = ", ".join(READERS)
        said = (
            f"`data` names {name}, a kind of file that is not read here; save it as one of {kinds}"
        )
        raise StudyError(f"{where}: {said}")
    try:
        with unchanged(path) as checksum:
            return read_table(path, study.group.column, study.sheet), checksum
    except StudyError:
        raise
    except IsADirectoryError:
        said = f"`data` names {as_written(path)}, which is a folder; name a file in it"
    except FileNotFoundError:
        near = near_file(Path(path.name), [Path(p.name) for p in path.parent.glob("*.*")])
        said = f"`data` names {as_written(path)}, which is not there{near}"
    except TableError as error:
        said = f"{name} could not be read as {suffix[1:]}: {error}"
    except ImportError as error:
        said = (
            f"reading {name} needs a package that is not installed; run "
            f"`{how_to_add('openpyxl', 'pyarrow', 'pyreadstat')}` ({str(error).splitlines()[0]})"
        )
    except Exception as error:  # each reader has errors of its own
        why = as_written(error)[:300]
        said = f"{name} could not be read as {suffix[1:]} ({why}); mend it, or save it again"
    raise StudyError(f"{where}: {said}")


def _absent_columns(raw: pd.DataFrame, study: Study, file: str) -> Iterator[str]:
    """Say which columns the data do not have, or have in a form that is not read."""
    left_out, sheets = raw.attrs.get(LEFT_OUT, {}), raw.attrs.get(SHEETS, "")
    for role, part in study.columns.items():
        if part.column in left_out:
            yield f"{role} column {part.column!r} in {file} {left_out[part.column]}"
        elif part.column not in raw.columns:
            yield (
                f"{role}.column is {part.column!r}, which {file} does not have"
                f"{did_you_mean(part.column, raw.columns)} (columns there: "
                f"{listed(raw.columns, near=part.column)}){sheets}"
            )


def _tidied(values: pd.Series) -> tuple[pd.Series, dict[str, str]]:
    """Return a column with its texts tidied, and the texts that this changed.

    Each kind of text is looked at once, however many rows hold it. An empty text is how Stata and
    SPSS write a missing one.
    """
    if isinstance(values.dtype, pd.CategoricalDtype):
        values = values.astype(values.cat.categories.dtype)
    if not (values.dtype == object or pd.api.types.is_string_dtype(values)):
        return values, {}
    codes, kinds = _codes_of(values)
    texts = {kind: tidy(kind) for kind in kinds if isinstance(kind, str)}
    changed = {kind: text for kind, text in texts.items() if kind != text or not text}
    if not changed:
        return values, {}
    neat = [changed.get(kind, kind) if isinstance(kind, str) else kind for kind in kinds]
    lookup = np.array([*(None if text == "" else text for text in neat), None], dtype=object)
    tidied = pd.Series(lookup[codes], values.index, dtype=values.dtype)
    return tidied, {kind: text for kind, text in changed.items() if text}


def _codes_of(values: pd.Series) -> tuple[np.ndarray, list[Any]]:
    """Return each row's place among the different values (-1 where missing), and those values."""
    codes, kinds = pd.factorize(values)
    return codes, kinds.tolist()


def _said_of(changed: Mapping[str, str], column: str) -> Iterator[str]:
    """Say which texts of a column were tidied, by what was wrong with them."""
    faults: dict[str, list[str]] = {}
    for raw, text in changed.items():
        if raw.strip() == text:
            fault = "blanks around them"
        elif unicodedata.normalize("NFC", raw) == raw:
            fault = "characters that do not show"
        else:
            fault = "accents apart from their letters"
        faults.setdefault(fault, []).append(raw)
    for fault, raws in faults.items():
        texts = "1 text" if len(raws) == 1 else f"{len(raws):,} texts"
        yield f"{texts} of column {column!r} had {fault}: {raws[0]!a} is {changed[raws[0]]!r}"


def _levels_of(
    values: pd.Series, variable: Variable, role: str, labels: Mapping[Any, str]
) -> dict[Any, str] | None:
    """Return the variable's levels and their names in the order of their codes, None for numbers.

    They are those of the study file, else the file's own labels where each value has one, else
    the texts that are found.
    """
    if variable.levels is not None:
        in_order = any(isinstance(level, str) for level in variable.levels)
        return variable.levels if in_order else dict(sorted(variable.levels.items()))
    numeric = pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values)
    if numeric and not labels:
        return None
    found = list(values.dropna().unique())
    if not 1 <= len(found) <= MOST_LEVELS.get(role, MOST_CATEGORIES):
        return None
    if len(found) > 1 and all(value in labels for value in found):
        named = {value: tidy(str(labels[value])) for value in sorted(found)}
        if fault := fault_of_levels(named):
            raise ValueError(
                f"has value labels in which {fault}; give each value its own name under `levels`, "
                f"or mend the data"
            )
        return named
    return None if numeric else {value: as_written(value) for value in sorted(found, key=str)}


def _as_numbers(values: pd.Series, levels: list[Any] | None, role: str) -> pd.Series:
    """Return a variable's values as numbers: 0, 1, ... for levels, else as they are."""
    if levels is not None:
        known = {as_level(level): code for code, level in enumerate(levels)}
        codes, kinds = _codes_of(values)
        found = [known.get(as_level(kind)) for kind in kinds]
        unknown = [kind for kind, code in zip(kinds, found, strict=True) if code is None]
        if unknown:
            raise ValueError(
                f"holds {_quote(unknown[:3])}, which `levels` does not list ({_quote(levels)}); "
                f"add it there (in quotes if it is yes, no, on or off), or mend the data"
            )
        return pd.Series(np.array([*found, np.nan], dtype=float)[codes], values.index)
    kind = pd.api.types.infer_dtype(values)
    if kind.startswith(("bool", "date", "time", "period", "interval")):
        raise ValueError(
            f"holds {kind} values, not numbers; turn them into numbers, give `levels`, or name "
            f"another column"
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
        raise ValueError(
            f"holds what is no finite number, such as {_quote(wrong.unique()[:3])} "
            f"(data row {rows}); {advice}"
        )
    return numbers


def _as_ids(values: pd.Series) -> pd.Series:
    """Return ids of groups as integers where that is what they are, else as they stand."""
    if pd.api.types.is_float_dtype(values) and (values % 1 == 0).all():
        return values.astype("int64")  # a missing one had made them floats
    if pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values):
        return values
    codes, kinds = _codes_of(values)
    if pd.api.types.is_bool_dtype(values) or len({type(kind) for kind in kinds}) > 1:
        kinds = [str(kind) for kind in kinds]
        # True and false would be a filter; 1 and "a" have no order.
        values = values.astype(str)
    if all(isinstance(kind, str) for kind in kinds):
        cut = 2 if all(kind.endswith(".0") for kind in kinds) else 0
        whole = [kind[: len(kind) - cut] for kind in kinds]
        # Short enough for an integer, and written as one: no sign but minus, no leading zero.
        if all(re.fullmatch(r"0|-?[1-9][0-9]{0,17}", each) for each in whole):
            return pd.Series(np.array([int(each) for each in whole])[codes], values.index)
    return values


def _problems_of(frame: pd.DataFrame, study: Study, file: str) -> Iterator[str]:
    """Say, one by one, why no chapter could learn anything from these rows."""
    group, unit = study.group, study.unit
    measured = {
        role: part
        for role, part in study.columns.items()
        if role in ("outcome", "predictor", "group_predictor")
    }
    if frame.empty:
        columns = _quote(repr(part.column) for part in (group, *measured.values()))
        yield (
            f"no row of {file} has values in all of the columns {columns}; fill them in, or name "
            f"other columns"
        )
        return
    codes, ids = pd.factorize(frame[group.name])
    n, n_groups = len(frame), len(ids)
    of_groups = f"group column {group.column!r} in {file}"
    if n_groups < 2:
        yield (
            f"{of_groups} has {n_groups} {group.one} with complete rows; a multilevel study needs "
            f"two or more: name the column that tells {group.many} apart"
        )
        return
    if n_groups == n:
        yield (
            f"{of_groups} has {with_article(group.one)} of its own for each of the {n:,} complete "
            f"rows, so nothing can vary within one; name the column that holds several {unit.many} "
            f"together"
        )
        return
    if n <= n_groups + 1:
        yield (
            f"{of_groups} has {n_groups:,} {group.many} for {n:,} complete rows; a level for each "
            f"{group.one} and a slope leave no row to tell chance by: add rows, or name a column "
            f"that holds more {unit.many} together"
        )
        return
    x, y = (_Values.of(frame[part.name], codes) for part in (study.predictor, study.outcome))
    kind = study.group_predictor
    w = None if kind is None else _Values.of(frame[kind.name], codes)
    of = {role: f"{role} column {part.column!r} in {file}" for role, part in measured.items()}
    found = [*_unfit_alone(x, y, of, study)]
    if w is not None:
        found += _unfit_group_predictor(w, of["group_predictor"], study, ids)
    if not found:
        found += _unfit_together(x, y, w, codes, of, study)
    yield from found


@dataclass(frozen=True)
class _Values:
    """A variable's values, their deviations from the mean of all and from those of the groups."""

    values: np.ndarray
    centred: np.ndarray
    within: np.ndarray
    varying: np.ndarray  # the places of the groups in which it varies

    @classmethod
    def of(cls, values: pd.Series, codes: np.ndarray) -> "_Values":
        array = values.to_numpy(dtype=float)
        centred = array - array.mean()
        within = centred - (np.bincount(codes, centred) / np.bincount(codes))[codes]
        # What is left of equal values is rounding.
        far = np.abs(within) > 1e-12 * np.abs(array).max()
        return cls(array, centred, within, np.flatnonzero(np.bincount(codes, far)))

    @property
    def size(self) -> float:
        return float(np.abs(self.values).max())

    @property
    def constant(self) -> bool:
        return bool(self.values.min() == self.values.max())

    @property
    def share_within(self) -> float:
        """The share of the variation that is within groups."""
        return float(self.within @ self.within / (self.centred @ self.centred))


def _unfit_alone(x: _Values, y: _Values, of: Mapping[str, str], study: Study) -> Iterator[str]:
    """Say why outcome or predictor cannot be what the study file says they are."""
    group, unit = study.group, study.unit
    for role, v in (("outcome", y), ("predictor", x)):
        if v.constant:
            yield (
                f"{of[role]} never varies (it is {as_written(v.values[0])} in every complete row); "
                f"name another column"
            )
    if x.constant or y.constant:
        return
    if max(x.size, y.size) > LARGEST:
        role, v = ("outcome", y) if y.size > LARGEST else ("predictor", x)
        yield f"{of[role]} has values as large as {v.size:.3g}; use another unit, or mend the data"
        return
    for role, v in (("outcome", y), ("predictor", x)):
        remedy = f"name as {role} a column that differs between {unit.many} of one {group.one}"
        if not len(v.varying):
            what = {"predictor": ", so it is a group predictor", "outcome": ""}[role]
            yield f"{of[role]} never varies within {with_article(group.one)}{what}; {remedy}"
        elif v.share_within < ROUNDING:
            yield (
                f"{of[role]} varies so little within {group.many}, beside how much it does between "
                f"them, that a model would lose it; {remedy}"
            )
    for role, v in (("outcome", y), ("predictor", x)):
        mean, sd = v.values.mean(), v.values.std(ddof=1)
        flat = role == "predictor" and sd > 1e8 * y.values.std(
            ddof=1
        )  # its slope is next to nothing
        if not 1e-6 < sd < 1e9 or sd < 1e-10 * mean**2 or flat:
            yield (
                f"{of[role]} has values of a size (mean {mean:.3g}, standard deviation {sd:.3g}) "
                f"at which a regression of it would lose digits; use another unit, or subtract a "
                f"constant"
            )


def _unfit_group_predictor(
    w: _Values, of_w: str, study: Study, ids: pd.Index | np.ndarray
) -> Iterator[str]:
    """Say why a group predictor is none."""
    group = study.group
    if len(w.varying):
        yield (
            f"{of_w} varies within {len(w.varying):,} of {len(ids):,} {group.many}, such as "
            f"{_quote(ids[w.varying[:3]])}; a group predictor has one value in each {group.one}: "
            f"mend the data, name another column, or leave group_predictor out"
        )
    if w.constant:
        yield (
            f"{of_w} is the same in every {group.one}; name another column, or leave "
            f"group_predictor out"
        )
    elif w.size > LARGEST or w.centred.std() < ROUNDING * w.size:
        yield (
            f"{of_w} has values of a size ({as_written(w.values[0])}) at which a model of it would "
            f"lose digits; use another unit, or subtract a constant"
        )


def _unfit_together(
    x: _Values,
    y: _Values,
    w: _Values | None,
    codes: np.ndarray,
    of: Mapping[str, str],
    study: Study,
) -> Iterator[str]:
    """Say why the chapters' models of these variables have no estimates."""
    on_x = f"{of['outcome']} is an exact linear function of predictor column"
    if y.share_within * _left_over(x.within, y.within) < ROUNDING:
        yield (
            f"{on_x} {study.predictor.column!r} within {study.group.many}, so nothing is left to "
            f"model; name another"
        )
        return
    if w is None or study.group_predictor is None or codes.max() + 1 < FEW_GROUPS:
        return
    of_x, of_w = f"predictor column {study.predictor.column!r}", of["group_predictor"]
    remedy = "name another group predictor, or leave it out"
    inside = [x.within, w.values * x.within]
    if y.share_within * _left_over(*inside, y.within) < ROUNDING:
        yield (
            f"{on_x} {study.predictor.column!r} within {study.group.many} once slopes depend on "
            f"{study.group_predictor.label}, so nothing is left to model; {remedy}"
        )
        return
    product, means = w.centred * x.centred, x.centred - x.within
    product -= product.mean()
    if _left_over(w.centred, x.centred, product) < ROUNDING:
        yield (
            f"{of_w} and {of_x} determine their product, so that slopes cannot be compared by it: "
            f"{of_x} does not vary enough in all {study.group.many}; {remedy}"
        )
    elif means.std() > ROUNDING * x.centred.std() and (
        _left_over(w.centred, x.centred, product, means) < ROUNDING
    ):
        yield (
            f"{of_w} determines the means of {of_x} in the {study.group.many}, so that the two "
            f"cannot be told apart; {remedy}"
        )


def _left_over(*columns: np.ndarray) -> float:
    """Return the share of the last column's sum of squares that the others leave."""
    stacked = np.array(columns)
    sizes = np.sqrt(np.einsum("ij,ij->i", stacked, stacked))
    stacked /= np.where(sizes > 0, sizes, 1.0)[:, None]
    cross = stacked @ stacked.T
    # Of columns that determine each other one counts.
    weights = np.linalg.lstsq(cross[:-1, :-1], cross[:-1, -1], rcond=1e-10)[0]
    return float(1.0 - weights @ cross[:-1, -1])


def _quote(values: Iterable[Any]) -> str:
    return ", ".join(as_written(value) for value in values)

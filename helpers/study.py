"""The study file: which data, which columns, and what things are called.

A study is read once, checked whole, and handed on as a data frame with clean names.
Everything wrong with it is a :class:`StudyError` that names the file, the column and the remedy.
"""

import difflib
import keyword
import re
import unicodedata
import warnings
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any, Self

import numpy as np
import pandas as pd
import yaml
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    PrivateAttr,
    ValidationError,
    field_validator,
    model_validator,
)

MOST_CATEGORIES = 20  # a cross table of more could not be read
DATA_FOLDER = Path(__file__).resolve().parent.parent / "data"


def _read_text(path: Path, ids: str, separator: str) -> pd.DataFrame:
    """Read delimited text, with the ids of groups as they stand there."""
    header = pd.read_csv(path, sep=separator, header=None, nrows=1, dtype=str).iloc[0]
    twice = header[header.duplicated()].unique()
    if len(twice):
        raise ValueError(f"its header names {_quote(twice)} twice; rename one")
    with warnings.catch_warnings():
        # A row longer than the header would shift or lose values.
        warnings.simplefilter("error", pd.errors.ParserWarning)
        table = pd.read_csv(path, sep=separator, index_col=False, low_memory=False)
    if ids in table:
        # 01 and 1 are two ids, and NA is one; only an empty cell is none.
        as_text = {"dtype": str, "keep_default_na": False, "na_values": [""]}
        table[ids] = pd.read_csv(path, sep=separator, index_col=False, usecols=[ids], **as_text)
    return table


# What reads each kind of file, given its path and the column that holds the ids of groups.
_READERS: dict[str, Callable[[Path, str], pd.DataFrame]] = {
    ".csv": lambda path, ids: _read_text(path, ids, ","),
    ".tsv": lambda path, ids: _read_text(path, ids, "\t"),
    ".parquet": lambda path, _: pd.read_parquet(path),
    ".dta": lambda path, _: pd.read_stata(path, convert_categoricals=False),
    ".sav": lambda path, _: pd.read_spss(path, convert_categoricals=False),
    ".xlsx": lambda path, _: pd.read_excel(path),
}


class StudyError(ValueError):
    """A study file, or the data it names, cannot be used; says what is wrong and what to do.

    Examples
    --------
    >>> read_study("hbs")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    ...
    helpers.study.StudyError: there is no study 'hbs': ... did you mean 'hsb'? ...
    """


class _Part(BaseModel):
    """A part of a study file: fixed once read, and no key in it goes unnoticed."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, coerce_numbers_to_str=True, str_strip_whitespace=True
    )

    @model_validator(mode="before")
    @classmethod
    def _drop_empty_keys(cls, given: Any) -> Any:
        """Take a key without a value for one that was not written."""
        if isinstance(given, Mapping):
            return {key: v for key, v in given.items() if v is not None and str(v).strip()}
        return given


class Noun(_Part):
    """What one and many of something are called.

    >>> Noun(one="clinic").many
    'clinics'
    """

    one: str = "unit"
    many: str = Field(default_factory=lambda given: f"{given['one']}s")


class _Column(_Part):
    """A column of the data and the identifier it goes by in code and formulas."""

    column: str
    name: str = Field(default_factory=lambda given: clean_name(given.get("column", "")))

    @model_validator(mode="after")
    def _check_name(self) -> Self:
        if not self.name.isidentifier() or keyword.iskeyword(self.name):
            raise ValueError(
                f"name {self.name!r} is no identifier; use letters, digits and _, "
                f"for instance {clean_name(self.name)!r}"
            )
        return self


class Group(_Column, Noun):
    """The grouping factor: its column, and what one and many groups are called."""

    one: str = "group"


class Variable(_Column):
    """A column that is measured: what it is called, its units, and its levels if it has two."""

    label: str = Field(default_factory=lambda given: given.get("column", ""))
    units: str = ""
    levels: dict[int | float | bool | str, str] | None = Field(default=None, min_length=2)

    @field_validator("levels")
    @classmethod
    def _check_levels(cls, levels: dict[Any, str] | None) -> dict[Any, str] | None:
        if levels and len(set(levels.values())) < len(levels):
            raise ValueError("two levels have one name; give each its own, or merge them")
        return levels

    @property
    def label_with_units(self) -> str:
        """The label, with the units behind it in brackets where there are any."""
        return f"{self.label} ({self.units})" if self.units else self.label


class Study(_Part):
    """A study as its file describes it, together with its data.

    Made by :func:`read_study`. The fields are the keys of the study file; ``frame`` and what
    stands after it come from the data.

    Examples
    --------
    >>> study = read_study("hsb")
    >>> study.group.many, study.predictor.name, study.n_left_out
    ('schools', 'ses', 0)
    """

    title: str = ""
    data: Path
    unit: Noun = Noun(one="unit")
    group: Group
    outcome: Variable
    predictor: Variable
    group_predictor: Variable | None = None
    covariates: Annotated[tuple[Variable, ...], Field(max_length=20)] = ()
    question: str = ""
    about: str = ""
    source: str = ""

    _frame: pd.DataFrame = PrivateAttr(default_factory=pd.DataFrame)
    _n_rows: int = PrivateAttr(default=0)
    _missing: dict[str, int] = PrivateAttr(default_factory=dict)
    _levels: dict[str, list[str]] = PrivateAttr(default_factory=dict)

    @model_validator(mode="after")
    def _check_columns_and_names(self) -> Self:
        parts = self._columns()
        for attribute in ("column", "name", "label"):
            seen: dict[str, str] = {}
            for role, part in parts.items():
                value = getattr(part, attribute, role)
                if value in seen:
                    raise ValueError(
                        f"{seen[value]} and {role} share the {attribute} {value!r}; "
                        f"give one of them another {attribute}"
                    )
                seen[value] = role
        for role in ("outcome", "predictor", "group_predictor"):
            levels = getattr(parts.get(role), "levels", None)
            if levels and len(levels) != 2:
                raise ValueError(f"{role}.levels should list two levels; merge some, or list none")
        derived = {f"{self.predictor.name}_{end}" for end in ("mean", "within")} | {"Intercept"}
        for role, part in parts.items():
            if part.name in derived:
                raise ValueError(
                    f"{role} goes by {part.name!r}, which the chapters need for a column of "
                    f"their own; give it another name with `name:`"
                )
        return self

    @property
    def frame(self) -> pd.DataFrame:
        """The complete rows, one a level-1 unit, in the order of the file, with clean names."""
        return self._frame.copy()

    @property
    def n_rows(self) -> int:
        """How many rows the file holds, complete or not."""
        return self._n_rows

    @property
    def n_left_out(self) -> int:
        """How many rows were left out because a value of the study's own variables is missing."""
        return self._n_rows - len(self._frame)

    @property
    def missing(self) -> dict[str, int]:
        """For each of the study's own variables with missing values, by label: how many."""
        return dict(self._missing)

    @property
    def levels(self) -> dict[str, list[str]]:
        """For each variable with levels, by name: what they are called, in the order 0, 1, ..."""
        return dict(self._levels)

    @property
    def labelled(self) -> pd.DataFrame:
        """The variables with levels, as categories, under their labels; the rows of `frame`."""
        return pd.DataFrame(
            {
                variable.label: pd.Categorical.from_codes(
                    self._frame[variable.name].fillna(-1).astype(int), self._levels[variable.name]
                )
                for variable in self._columns().values()
                if variable.name in self._levels and isinstance(variable, Variable)
            }
        )

    def _columns(self) -> dict[str, _Column]:
        """Every column the study names, by its role, in the order of the frame."""
        parts: dict[str, _Column | None] = {
            "group": self.group,
            "outcome": self.outcome,
            "predictor": self.predictor,
            "group_predictor": self.group_predictor,
        }
        parts |= {f"covariates[{i}]": part for i, part in enumerate(self.covariates)}
        return {role: part for role, part in parts.items() if part is not None}


def clean_name(column: str) -> str:
    """Turn a column's name into an identifier for code and formulas.

    >>> clean_name("IQ.verb")
    'iq_verb'
    >>> clean_name("2nd visit")
    'v2nd_visit'
    """
    name = unicodedata.normalize("NFKC", column).lower()
    name = re.sub(r"\W+", "_", name).strip("_") or "column"
    if not name.isidentifier():
        name = f"v{name}"
    return f"{name}_" if keyword.iskeyword(name) else name


def read_study(study: str | Path | Mapping[str, Any] | Study) -> Study:
    """Read a study file and its data, and check both.

    Parameters
    ----------
    study
        The name of a study in the project's ``data`` folder (``"hsb"``), the path of a study
        file, or the mapping that such a file holds. A path under ``data:`` starts from the
        file's own folder, in a mapping from the working directory. A study that was read
        already is handed back as it is.

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
        return _load(_validate(study, "the study"), "the study", Path.cwd())
    path = find_study(study)
    return _load(_validate(_read_yaml(path), path.name), path.name, path.parent)


def find_study(study: str | Path) -> Path:
    """Return the path of the study file that a name or a path stands for.

    Raises
    ------
    StudyError
        If there is no such file, or it is no study file.

    Examples
    --------
    >>> find_study("hsb").name
    'hsb.yaml'
    """
    if not isinstance(study, str | Path):
        raise StudyError(f"a study is a name, a path or a mapping, not {type(study).__name__}")
    by_name = DATA_FOLDER / f"{study}.yaml"
    if re.fullmatch(r"[\w-]+", str(study)) and by_name.is_file():
        return by_name
    path = Path(study)
    if path.is_file():
        if path.suffix.lower() not in (".yaml", ".yml"):
            raise StudyError(
                f"{path} is no study file; write a .yaml file that names it under `data:` "
                f"(data/hsb.yaml is one to start from)"
            )
        return path.resolve()
    names = [known.stem for known in sorted(DATA_FOLDER.glob("*.yaml"))]
    beside = [str(near) for near in sorted(path.parent.glob("*.y*ml"))]
    raise StudyError(
        f"there is no study {str(study)!r}: no such file, and none of that name in data/"
        f"{_did_you_mean(str(study), [*beside, *names])} (studies there: {', '.join(names)})"
    )


class _Loader(yaml.SafeLoader):
    """PyYAML's safe loader, which would let the last of two equal keys win unnoticed."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [key.value for key, _ in node.value]
        for key in keys:
            if keys.count(key) > 1:
                raise yaml.YAMLError(f"the key {key!r} stands twice in one place; keep one")
        return super().construct_mapping(node, deep)


def _read_yaml(path: Path) -> Any:
    try:
        return yaml.load(path.read_text(encoding="utf-8-sig"), _Loader)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise StudyError(f"{path.name} is not valid YAML in UTF-8: {error}") from error


def _validate(given: Any, where: str) -> Study:
    if not isinstance(given, Mapping):
        raise StudyError(f"{where} should hold keys and values, such as `data: hsb.csv`")
    try:
        return Study.model_validate(given)
    except ValidationError as error:
        problems = [_explain(problem) for problem in error.errors()]
        raise StudyError(f"{where}: " + f"\n{where}: ".join(problems)) from None


def _explain(problem: Mapping[str, Any]) -> str:
    """Say one of pydantic's findings in the words of the study file."""
    *parents, key = problem["loc"] or ("",)
    place = ".".join(str(part) for part in problem["loc"])
    if problem["type"] == "extra_forbidden":
        known = _known_keys(parents)
        return f"unknown key {place!r}{_did_you_mean(str(key), known)} (known: {', '.join(known)})"
    if problem["type"] == "missing":
        return f"the key {place!r} is missing; add it"
    if problem["type"] == "model_type":
        known = _known_keys(problem["loc"])
        example = "column" if "column" in known else known[0]
        return f"{place!r} should hold keys of its own ({', '.join(known)}): {{{example}: ...}}"
    if problem["type"] == "value_error":
        return f"{place + ': ' if place else ''}{problem['ctx']['error']}"
    if problem["type"] == "tuple_type":
        return f"{place!r} should be a list: [{{column: ...}}]"
    if isinstance(problem["input"], bool):
        return f"{place!r} is {problem['input']}, as YAML reads yes, no, on and off; put quotes"
    return f"{place!r}: {problem['msg']} (it holds {problem['input']!r})"


def _known_keys(place: Iterable[str | int]) -> list[str]:
    """List the keys that the study file may hold at a place, such as ``["outcome"]``."""
    part = next(iter(place), None)
    models = {"unit": Noun, "group": Group}
    model = Study if part is None else models.get(str(part), Variable)
    return list(model.model_fields)


def _did_you_mean(word: str, known: Iterable[str]) -> str:
    """Name the known word nearest to `word`, however far it is."""
    near = difflib.get_close_matches(word.lower(), [k.lower() for k in known], n=1, cutoff=0.0)
    exact = [k for k in known if [k.lower()] == near]
    return f"; did you mean {exact[0]!r}?" if exact else ""


def _load(study: Study, where: str, folder: Path) -> Study:
    """Read the data that `study` names, check them, and attach the frame to the study."""
    raw = _read_table(folder / study.data, study.group.column, where)
    raw.columns = [str(column) for column in raw.columns]
    file = study.data.name
    for role, part in study._columns().items():
        if part.column not in raw.columns:
            raise StudyError(
                f"{where}: {role}.column is {part.column!r}, which {file} does not have"
                f"{_did_you_mean(part.column, raw.columns)} "
                f"(columns there: {', '.join(raw.columns)})"
            )
    columns = {part.column: part.name for part in study._columns().values()}
    frame = raw[list(columns)].rename(columns=columns)
    # An empty text is how Stata and SPSS write a missing one.
    texts = frame.select_dtypes(["object", "string"]).columns
    frame[texts] = frame[texts].replace(r"^\s*$", np.nan, regex=True)
    for role, part in study._columns().items():
        if isinstance(part, Variable):
            values = frame[part.name]
            levels = _levels_of(values, part, role)
            if levels is not None:
                study._levels[part.name] = [(part.levels or {}).get(k, str(k)) for k in levels]
            place = f"{where}: {role} column {part.column!r} in {file}"
            frame[part.name] = _as_numbers(values, levels, role, place)

    own = [p for role, p in study._columns().items() if not role.startswith("covariates")]
    n_missing = {p.column: int(frame[p.name].isna().sum()) for p in own}
    complete = frame.dropna(subset=[p.name for p in own]).reset_index(drop=True)
    for name in study._levels:
        if complete[name].notna().all():
            complete[name] = complete[name].astype("int64")
    complete[study.group.name] = _as_ids(complete[study.group.name])
    _check_rows(complete, study, where, file)

    study._frame = complete
    study._n_rows = len(raw)
    study._missing = {
        getattr(p, "label", p.column): n_missing[p.column] for p in own if n_missing[p.column]
    }
    return study


def _read_table(path: Path, ids: str, where: str) -> pd.DataFrame:
    # A compressed csv or tsv reads like the plain one.
    suffix = next((s for s in reversed(path.suffixes) if s != ".gz"), "").lower()
    if suffix not in _READERS:
        raise StudyError(
            f"{where}: `data` names {path.name}, a kind of file that is not read here; "
            f"save it as one of {', '.join(_READERS)}"
        )
    try:
        return _READERS[suffix](path, ids)
    except FileNotFoundError:
        there = [p.name for p in path.parent.glob("*") if p.is_file()]
        raise StudyError(
            f"{where}: `data` names {path}, which is not there{_did_you_mean(path.name, there)}"
        ) from None
    except ImportError as error:
        raise StudyError(
            f"{where}: reading {path.name} needs a package that is not installed; run `python -m "
            f"pip install --editable '.[formats]'` in the project's folder ({error})"
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
        }.get(role, f"a covariate holds numbers or 2 to {MOST_CATEGORIES} different texts")
        raise StudyError(
            f"{where} holds what is no finite number, such as {_quote(wrong.unique()[:3])} "
            f"(data row {rows}); {advice}"
        )
    return numbers


def _as_level(value: Any) -> str:
    """Write a value so that 0, 0.0 and "0" are one level, and true and "True" another."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return f"{value:g}" if is_number else str(value).strip()


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
    at_most = {"group_predictor": 2, "outcome": 0, "predictor": 0}.get(role, MOST_CATEGORIES)
    if not numeric and 1 <= len(distinct) <= at_most:
        return sorted(distinct, key=str)
    return None


def _check_rows(frame: pd.DataFrame, study: Study, where: str, file: str) -> None:
    """Refuse rows from which no chapter could learn anything."""
    group, outcome, predictor = study.group, study.outcome, study.predictor
    n_groups = frame[group.name].nunique()
    if n_groups < 2:
        raise StudyError(
            f"{where}: group column {group.column!r} in {file} has {n_groups} "
            f"{group.one if n_groups == 1 else group.many} with complete rows; a multilevel study "
            f"needs two or more: name the column that tells {group.many} apart"
        )
    if n_groups == len(frame):
        raise StudyError(
            f"{where}: group column {group.column!r} in {file} has a {group.one} of its own for "
            f"each of the {len(frame):,} complete rows, so nothing can vary within one; name the "
            f"column that holds several {study.unit.many} together"
        )
    for role, variable in (("outcome", outcome), ("predictor", predictor)):
        if frame[variable.name].nunique() < 2:
            raise StudyError(
                f"{where}: {role} column {variable.column!r} in {file} never varies (it is "
                f"{frame[variable.name].iloc[0]:g} in every complete row); name another column"
            )
    if (frame.groupby(group.name)[predictor.name].nunique() < 2).all():
        raise StudyError(
            f"{where}: predictor column {predictor.column!r} in {file} never varies within a "
            f"{group.one}, so it is a group predictor; name as predictor a column that differs "
            f"between {study.unit.many} of one {group.one}"
        )
    x, y = frame[predictor.name], frame[outcome.name]
    for role, variable, values in (("outcome", outcome, y), ("predictor", predictor, x)):
        mean, sd = values.mean(), values.std()
        flat = role == "predictor" and sd > 1e8 * y.std()  # its slope is next to nothing
        if not 1e-6 < sd < 1e9 or sd < 1e-10 * mean**2 or flat:
            raise StudyError(
                f"{where}: {role} column {variable.column!r} in {file} has values of a size "
                f"(mean {mean:.3g}, standard deviation {sd:.3g}) at which a regression of it "
                f"would lose digits; use another unit, or subtract a constant"
            )
    if abs(x.corr(y)) > 1 - 1e-12:
        raise StudyError(
            f"{where}: outcome column {outcome.column!r} in {file} is an exact linear function of "
            f"predictor column {predictor.column!r}, so nothing is left to model; name another"
        )
    if study.group_predictor is not None:
        _check_constant_within(frame, study.group_predictor, group, where, file)


def _check_constant_within(
    frame: pd.DataFrame, variable: Variable, group: Group, where: str, file: str
) -> None:
    per_group = frame.groupby(group.name)[variable.name].nunique()
    varying = per_group.index[per_group > 1]
    if len(varying):
        raise StudyError(
            f"{where}: group_predictor column {variable.column!r} in {file} varies within "
            f"{len(varying)} of {len(per_group)} {group.many}, such as {_quote(varying[:3])}; "
            f"a group predictor has one value in each {group.one}: mend the data, name another "
            f"column, or leave group_predictor out"
        )
    if frame[variable.name].nunique() < 2:
        raise StudyError(
            f"{where}: group_predictor column {variable.column!r} in {file} is the same in every "
            f"{group.one}; name another column, or leave group_predictor out"
        )


def _quote(values: Iterable[Any]) -> str:
    return ", ".join(str(value) for value in values)

"""The study file: its keys, its words, and what is said when they are wrong.

Everything wrong with a study is a :class:`StudyError` that names the file, the column and the
remedy.
"""

import keyword
import re
import unicodedata
from collections.abc import Hashable, Iterable, Mapping
from datetime import date
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

from helpers.study.installation import DATA_FOLDER
from helpers.study.tables import as_written, tidy
from helpers.text import did_you_mean, near_file

STUDY_FOLDERS = (DATA_FOLDER / "more", DATA_FOLDER)  # of two equal names the last counts

MOST_BYTES = 1_000_000  # of a study file
MOST_TOLD = 20  # of what is wrong with a study file
MOST_NESTED = 20  # parts of a study file, one inside the other

# Names that a study's variables cannot go by: those that patsy and pandas use, and those that the
# chapters give to columns and to terms of their own.
OF_LIBRARIES = frozenset({"C", "Q", "Intercept", "dtype", "design_info", "self"})
OF_COLUMNS = frozenset({"pair", "first", "mean_of_x", "deviation_of_x", "moved_within"})
OF_TERMS = frozenset(
    {
        *("icc", "loglik", "var_group", "var_residual", "var_slope", "cov_intercept_slope"),
        *("pseudo_r2_group", "pseudo_r2_residual"),
    }
)
TAKEN = OF_LIBRARIES | OF_COLUMNS | OF_TERMS


class StudyError(ValueError):
    """A study file, or the data it names, cannot be used; says what is wrong and what to do.

    Examples
    --------
    >>> find_study("hbs")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    ...
    helpers.study.file.StudyError: there is no study 'hbs': ... did you mean 'hsb'? ...
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
        if not isinstance(given, Mapping):
            return given
        texts = {key: tidy(v) if isinstance(v, str) else v for key, v in given.items()}
        return {key: v for key, v in texts.items() if v is not None and v != ""}


class Noun(_Part):
    """What one and many of something are called.

    >>> Noun(one="clinic").many
    'clinics'
    """

    one: str = "unit"
    many: str = Field(default_factory=lambda given: f"{given['one']}s")


class Column(_Part):
    """A column of the data and the identifier it goes by in code and formulas."""

    column: str
    name: str = Field(default_factory=lambda given: clean_name(given.get("column", "")))

    @model_validator(mode="after")
    def _check_name(self) -> Self:
        if not _is_identifier(self.name):
            raise ValueError(
                f"name {self.name!r} is no identifier; use letters, digits and _, "
                f"for instance {clean_name(self.name)!r}"
            )
        if _is_taken(self.name):
            raise ValueError(
                f"name {self.name!r} stands for something else in formulas or chapters; "
                f"use another, for instance {self.name + '_'!r}"
            )
        return self


class Group(Column, Noun):
    """The grouping factor: its column, and what one and many groups are called."""

    one: str = "group"


class Variable(Column):
    """A column that is measured: what it is called, its units, and its levels if it has two."""

    label: str = Field(default_factory=lambda given: given.get("column", ""))
    units: str = ""
    levels: dict[int | float | bool | str, str] | None = Field(default=None, min_length=2)

    @field_validator("levels")
    @classmethod
    def _check_levels(cls, levels: dict[Any, str] | None) -> dict[Any, str] | None:
        if not levels:
            return levels
        own = {tidy(k) if isinstance(k, str) else k: tidy(name) for k, name in levels.items()}
        if len({as_level(value) for value in own}) < len(levels):
            raise ValueError("two levels are one value; list each value once")
        if fault := fault_of_levels(own):
            raise ValueError(f"{fault}; give each its own, or merge them")
        return own

    @property
    def label_with_units(self) -> str:
        """The label, with the units behind it in brackets where there are any."""
        return f"{self.label} ({self.units})" if self.units else self.label


class Study(_Part):
    """A study as its file describes it, together with its data.

    Made by :func:`helpers.read_study`. The fields are the keys of the study file, but that its
    ``data`` is ``file`` here; ``frame`` and what stands after it come from the data. As frames have
    no plain equality, a study equals itself alone.

    Examples
    --------
    >>> from helpers.study.reading import read_study
    >>> study = read_study("hsb")
    >>> study.group.many, study.predictor.name, study.n_left_out
    ('schools', 'ses', 0)
    """

    title: str = ""
    file: Path = Field(alias="data")
    sheet: str | None = None
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
    _row_numbers: np.ndarray = PrivateAttr(default_factory=lambda: np.empty(0, dtype=int))
    _notes: list[str] = PrivateAttr(default_factory=list)
    _checksums: dict[str, str] = PrivateAttr(default_factory=dict)

    __eq__ = object.__eq__
    __hash__ = object.__hash__

    @model_validator(mode="after")
    def _check_columns_and_names(self) -> Self:
        parts = self.columns
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
        derived = {"Intercept"} | {
            f"{part.name}_{end}"
            for part in (self.predictor, self.outcome)
            for end in ("mean", "within")
        }
        for role, part in parts.items():
            if part.name in derived:
                raise ValueError(
                    f"{role} goes by {part.name!r}, which the chapters need for a column of "
                    f"their own; give it another name with `name:`"
                )
        return self

    def with_rows(
        self,
        frame: pd.DataFrame,
        n_rows: int,
        missing: dict[str, int],
        levels: dict[str, list[str]],
        row_numbers: np.ndarray,
        notes: list[str],
        checksums: dict[str, str],
    ) -> Self:
        """Return this study together with its data; the arguments are the properties below."""
        study = self.model_copy()
        study._frame, study._n_rows = frame, n_rows
        study._missing, study._levels = missing, levels
        study._row_numbers, study._notes, study._checksums = row_numbers, notes, checksums
        return study

    def name_of(self, one: object) -> str:
        """Return what to call one group: its id, behind the noun where it is a bare number.

        >>> from helpers.study.reading import read_study
        >>> read_study("hsb").name_of(1224)
        'school 1224'
        """
        return f"{self.group.one} {one}" if str(one).isdigit() else str(one)

    @property
    def frame(self) -> pd.DataFrame:
        """The complete rows, one a level-1 unit, in the order of the file, with clean names."""
        return self._frame.copy()

    @property
    def row_numbers(self) -> list[int]:
        """Where each of these rows stands in the file, the first below the header being 1."""
        return self._row_numbers.tolist()

    @property
    def notes(self) -> list[str]:
        """What was done to the file to read it, such as blanks taken off ids, a text each."""
        return list(self._notes)

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
    def checksums(self) -> dict[str, str]:
        """The SHA-256 of each file that the study was read from, by the file's name."""
        return dict(self._checksums)

    @property
    def labelled(self) -> pd.DataFrame:
        """The variables with levels, as categories, under their labels; the rows of `frame`."""
        return pd.DataFrame(
            {
                variable.label: pd.Categorical.from_codes(
                    self._frame[variable.name].fillna(-1).astype(int), self._levels[variable.name]
                )
                for variable in self.columns.values()
                if variable.name in self._levels and isinstance(variable, Variable)
            }
        )

    @property
    def columns(self) -> dict[str, Column]:
        """Every column the study names, by its role, in the order of the frame."""
        parts: dict[str, Column | None] = {
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
    name = "".join(each if _is_identifier(f"v{each}") else " " for each in name)
    name = re.sub(r"\s+", "_", name).strip("_") or "column"
    if not name.isidentifier():
        name = f"v{name}"
    return f"{name}_" if keyword.iskeyword(name) or _is_taken(name) else name


def _is_identifier(name: str) -> bool:
    """Say whether formulas can hold a name: Python reads one in its composed form, and patsy words.

    Some characters count as part of a word though no identifier may hold them, numerals mostly, and
    some the other way round.
    """
    composed = unicodedata.normalize("NFKC", name) == name
    plain = name.isidentifier() and not keyword.iskeyword(name) and not name.startswith("__")
    return composed and plain and re.fullmatch(r"\w+", name) is not None


def _is_taken(name: str) -> bool:
    """Say whether a name stands for something else in formulas, or in the chapters."""
    return name in TAKEN or name.lower() in ("nan", "inf", "infinity")


def as_level(value: Any) -> str:
    """Write a value so that 0, 0.0 and "0" are one level, and true and "True" another.

    >>> as_level(0), as_level(0.0), as_level("0 "), as_level(0.5)
    ('0', '0', '0', '0.5')
    """
    is_whole = isinstance(value, float) and value.is_integer()
    return tidy(str(int(value) if is_whole else value))


def fault_of_levels(levels: Mapping[Any, str]) -> str:
    """Say what keeps the names of levels from telling their values apart, or nothing.

    >>> fault_of_levels({0: "town", 1: "town", 2: "village"})
    "two levels have one name, 'town' (0, 1)"
    """
    values: dict[str, list[str]] = {}
    for value, name in levels.items():
        values.setdefault(name, []).append(as_written(value))
    for name, own in values.items():
        if not name:
            return f"a level has no name ({', '.join(own)})"
        if len(own) > 1:
            return f"two levels have one name, {name!r} ({', '.join(own)})"
    return ""


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
    known = {path.stem: path for folder in STUDY_FOLDERS for path in folder.glob("*.yaml")}
    if str(study) in known:
        return known[str(study)]
    path = Path(study)
    if path.is_file():
        if path.suffix.lower() not in (".yaml", ".yml"):
            raise StudyError(
                f"{path} is no study file; write a .yaml file that names it under `data:` "
                f"(the command `new` proposes one)"
            )
        return path.resolve()
    if path.is_dir():
        inside = ", ".join(str(each) for each in sorted(path.glob("*.y*ml"))) or "there is none"
        raise StudyError(f"{path} is a folder; name the study file in it ({inside})")
    names = sorted(known)
    near = near_file(path, path.parent.glob("*.y*ml")) or did_you_mean(str(study), names)
    raise StudyError(
        f"there is no study {str(study)!r}: no such file, and none of that name comes with the "
        f"course{near} (studies: {', '.join(names)})"
    )


class _Loader(yaml.SafeLoader):
    """PyYAML's safe loader, which would let the last of two equal keys win unnoticed.

    Aliases are refused: a few lines of them can stand for gigabytes. So is what PyYAML cannot make
    a value of, which it tells by errors of many kinds.
    """

    depth = 0

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        event = self.peek_event()
        if isinstance(event, yaml.AliasEvent):
            raise _yaml_error("an alias (*name) is not read here; write its value out", event)
        if self.depth > MOST_NESTED:
            raise _yaml_error(f"parts are nested more than {MOST_NESTED} deep", event)
        self.depth += 1
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:
        try:
            return super().construct_object(node, deep)
        except yaml.YAMLError:
            raise
        except Exception as error:
            kind = node.tag.rpartition(":")[2]
            text = str(node.value)
            shown = text if len(text) <= 40 else f"{text[:40]}..."
            said = f"{shown!r} cannot be read as YAML's {kind}; put quotes around it"
            raise _yaml_error(said, node) from error

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[Any] = set()
        for key_node, _ in node.value if isinstance(node, yaml.MappingNode) else ():
            key = self.construct_object(key_node, deep=True)
            if not isinstance(key, Hashable):
                raise _yaml_error("a key should be a single word", key_node)
            if key in seen:
                raise _yaml_error(f"the key {key!r} stands twice in one place; keep one", key_node)
            seen.add(key)
        return super().construct_mapping(node, deep)


def _yaml_error(said: str, where: yaml.Event | yaml.Node) -> yaml.MarkedYAMLError:
    return yaml.MarkedYAMLError(problem=said, problem_mark=where.start_mark)


def read_yaml(path: Path) -> Any:
    """Return what a YAML file in UTF-8 holds, read with the safe loader.

    >>> read_yaml(DATA_FOLDER / "hsb.yaml")["data"]
    'hsb.csv'
    """
    if path.stat().st_size > MOST_BYTES:
        raise StudyError(
            f"{path.name} is larger than a study file can be ({MOST_BYTES:,} bytes); "
            f"name the data under `data:` rather than writing them there"
        )
    raw = path.read_bytes()
    try:
        return yaml.load(raw.decode("utf-8-sig"), _Loader)
    except UnicodeDecodeError as error:
        line, said = (
            raw.count(b"\n", 0, error.start),
            f"byte 0x{raw[error.start]:02x} is not UTF-8; save it as UTF-8",
        )
    except yaml.reader.ReaderError as error:
        line = raw.decode("utf-8-sig").count("\n", 0, error.position)
        said = f"the character U+{error.character:04X} has no place in a text"
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line if error.problem_mark else 0
        said = " ".join(f"{error.problem}".split())
        if said.startswith("but "):  # the half of a sentence
            said = f"{error.context}, {said}"
    remedy = "" if ";" in said else "; mend it"
    raise StudyError(f"{path.name} is not valid YAML: line {line + 1}: {said}{remedy}")


def validate(given: Any, where: str) -> Study:
    """Return the study that a study file's keys describe, without its data yet.

    `where` names the file in an error.

    >>> roles = {role: {"column": role} for role in ("group", "outcome", "predictor")}
    >>> validate({"data": "x.csv"} | roles, "x.yaml").outcome.label
    'outcome'
    """
    if not isinstance(given, Mapping):
        raise StudyError(f"{where} should hold keys and values, such as `data: hsb.csv`")
    try:
        return Study.model_validate(given)
    except ValidationError as error:
        # A default that could not be made has its cause among the other errors.
        causes = [e for e in error.errors() if e["type"] != "default_factory_not_called"]
        problems = list(dict.fromkeys(_explain(problem) for problem in causes))
        if len(problems) > MOST_TOLD:
            problems[MOST_TOLD:] = [f"and {len(problems) - MOST_TOLD:,} more like these"]
        raise StudyError(f"{where}: " + f"\n{where}: ".join(problems)) from None


def _explain(problem: Mapping[str, Any]) -> str:
    """Say one of pydantic's findings in the words of the study file."""
    loc, kind = problem["loc"], problem["type"]
    place = place_of(loc)
    if kind == "extra_forbidden":
        *parents, key = loc
        known = _known_keys(parents)
        return f"unknown key {place}{did_you_mean(str(key), known)} (known: {', '.join(known)})"
    if kind == "invalid_key":
        return f"unknown key {place} (known: {', '.join(_known_keys(loc[:-1]))})"
    if kind == "missing":
        return f"the key {place} is missing; add it"
    if kind == "model_type":
        known = _known_keys(loc)
        example = "column" if "column" in known else known[0]
        return f"{place} should hold keys of its own ({', '.join(known)}): {{{example}: ...}}"
    if "[key]" in loc:
        place = place_of(loc[: loc.index("[key]") - 1])
        return (
            f"{place} should list values, numbers or texts; it holds {_shortened(problem['input'])}"
        )
    if kind == "value_error":
        return f"{place + ': ' if place else ''}{problem['ctx']['error']}"
    if kind == "tuple_type":
        return f"{place} should be a list: [{{column: ...}}]"
    if kind == "too_short":
        return f"{place} should list two levels; list both, or leave it out"
    if kind == "too_long":
        return f"{place} lists more than {problem['ctx']['max_length']}; name fewer"
    if kind == "dict_type":
        return f"{place} should hold values and their names: {{0: ..., 1: ...}}"
    held = problem["input"]
    if isinstance(held, bool):
        return f"{place} is {held}, as YAML reads yes, no, on and off; put quotes"
    if isinstance(held, date):
        return f"{place} is a date, as YAML reads {held}; put quotes around it"
    return f"{place} should be a text; it holds {_shortened(held)}"


def place_of(parts: Iterable[str | int]) -> str:
    """Write where in a study file something stands; the first of a list is ``[0]``.

    >>> place_of(["covariates", 0, "levels"])
    'covariates[0].levels'
    """
    place = ""
    for part in parts:
        plain = isinstance(part, str) and part.isidentifier() and len(part) <= 40
        place += f".{part}" if plain else f"[{_shortened(part)}]"
    return place.removeprefix(".")


def _shortened(value: Any) -> str:
    """Write what a study file holds on one line, and no longer than need be.

    >>> _shortened("a" * 100)
    "'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa..."
    """
    text = repr(value)
    return text if len(text) <= 43 else f"{text[:40]}..."


def _known_keys(place: Iterable[str | int]) -> list[str]:
    """List the keys that the study file may hold at a place, such as ``["outcome"]``."""
    part = next(iter(place), None)
    models: dict[str, type[_Part]] = {"unit": Noun, "group": Group}
    model = Study if part is None else models.get(str(part), Variable)
    return [field.alias or name for name, field in model.model_fields.items()]

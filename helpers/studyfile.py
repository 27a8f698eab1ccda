"""The study file: its keys, its words, and what is said when they are wrong.

Everything wrong with a study is a :class:`StudyError` that names the file, the column and the
remedy.
"""

import keyword
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Self

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

from helpers.installation import DATA_FOLDER
from helpers.text import did_you_mean

STUDY_FOLDERS = (DATA_FOLDER / "more", DATA_FOLDER)  # of two equal names the last counts

MOST_BYTES = 1_000_000  # of a study file


class StudyError(ValueError):
    """A study file, or the data it names, cannot be used; says what is wrong and what to do.

    Examples
    --------
    >>> find_study("hbs")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    ...
    helpers.studyfile.StudyError: there is no study 'hbs': ... did you mean 'hsb'? ...
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


class Column(_Part):
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
        if levels and len(set(levels.values())) < len(levels):
            raise ValueError("two levels have one name; give each its own, or merge them")
        return levels

    @property
    def label_with_units(self) -> str:
        """The label, with the units behind it in brackets where there are any."""
        return f"{self.label} ({self.units})" if self.units else self.label


class Study(_Part):
    """A study as its file describes it, together with its data.

    Made by :func:`helpers.read_study`. The fields are the keys of the study file; ``frame`` and
    what stands after it come from the data.

    Examples
    --------
    >>> from helpers.study import read_study
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
    _row_numbers: list[int] = PrivateAttr(default_factory=list)
    _checksums: dict[str, str] = PrivateAttr(default_factory=dict)

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
        row_numbers: Sequence[int],
        checksums: dict[str, str],
    ) -> Self:
        """Return this study together with its data; the arguments are the properties below."""
        study = self.model_copy()
        study._frame, study._n_rows = frame, n_rows
        study._missing, study._levels = missing, levels
        study._row_numbers, study._checksums = list(row_numbers), checksums
        return study

    def name_of(self, one: object) -> str:
        """Return what to call one group: its id, behind the noun where it is a bare number.

        >>> from helpers.study import read_study
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
        return list(self._row_numbers)

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
    # Some characters count as part of a word though no identifier may hold them, numerals mostly.
    name = "".join(each if f"v{each}".isidentifier() else " " for each in name)
    name = re.sub(r"\s+", "_", name).strip("_") or "column"
    if not name.isidentifier():
        name = f"v{name}"
    return f"{name}_" if keyword.iskeyword(name) else name


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
    names = sorted(known)
    beside = [str(near) for near in sorted(path.parent.glob("*.y*ml"))]
    raise StudyError(
        f"there is no study {str(study)!r}: no such file, and none of that name comes with the "
        f"course{did_you_mean(str(study), [*beside, *names])} (studies: {', '.join(names)})"
    )


class _Loader(yaml.SafeLoader):
    """PyYAML's safe loader, which would let the last of two equal keys win unnoticed.

    Aliases are refused: a few lines of them can stand for gigabytes.
    """

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            raise yaml.YAMLError("an alias (*name) is not read here; write its value out")
        return super().compose_node(parent, index)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [key.value for key, _ in node.value]
        for key in keys:
            if keys.count(key) > 1:
                raise yaml.YAMLError(f"the key {key!r} stands twice in one place; keep one")
        return super().construct_mapping(node, deep)


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
    try:
        return yaml.load(path.read_text(encoding="utf-8-sig"), _Loader)
    except yaml.MarkedYAMLError as error:
        line = f"line {error.problem_mark.line + 1}: " if error.problem_mark else ""
        raise StudyError(
            f"{path.name} is not valid YAML: {line}{error.problem}; mend it"
        ) from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise StudyError(f"{path.name} is not valid YAML in UTF-8: {error}") from error


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
        problems = [_explain(problem) for problem in causes]
        raise StudyError(f"{where}: " + f"\n{where}: ".join(problems)) from None


def _explain(problem: Mapping[str, Any]) -> str:
    """Say one of pydantic's findings in the words of the study file."""
    *parents, key = problem["loc"] or ("",)
    place = ".".join(str(part) for part in problem["loc"])
    if problem["type"] == "extra_forbidden":
        known = _known_keys(parents)
        return f"unknown key {place!r}{did_you_mean(str(key), known)} (known: {', '.join(known)})"
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
    if problem["type"] == "too_short":
        return f"{place!r} should list two levels; list both, or leave it out"
    if isinstance(problem["input"], bool):
        return f"{place!r} is {problem['input']}, as YAML reads yes, no, on and off; put quotes"
    return f"{place!r}: {problem['msg']} (it holds {problem['input']!r})"


def _known_keys(place: Iterable[str | int]) -> list[str]:
    """List the keys that the study file may hold at a place, such as ``["outcome"]``."""
    part = next(iter(place), None)
    models = {"unit": Noun, "group": Group}
    model = Study if part is None else models.get(str(part), Variable)
    return list(model.model_fields)

"""Guessing which column of a table has which role in a study, and saying why.

What a column is like comes first: how often its values repeat, whether they stand together in the
file, whether they vary within groups. Its name adds to that. Scores only put columns in an order.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

ROLES = ("group", "outcome", "predictor", "group_predictor")

MOST_COMPARED = 30  # other columns that each candidate is compared with; a table may have thousands
MOST_GROUPINGS = 4  # groupings for which all roles are judged, when nothing varies within the first
MOST_ROWS = 10_000  # rows for comparisons that need not be exact
NEARLY_ALL = 0.9

# Words in the names of columns, by what they tell. A number behind a word is left out.
WORDS = {
    "id": "id ids uid nr no code fips key index",
    "group": (
        "school class classroom clinic hospital site center centre firm company business county "
        "region country nation state province district city town municipality village community "
        "commune plot block batch lot litter herd subject subj person patient participant "
        "respondent individual child kid pupil student woman man mother mom family household "
        "house group cluster team judge rater worker teacher professor prof animal rat dog cow "
        "pig chick bird tree plant sample species"
    ),
    "result": (
        "y score outcome result response resp reaction achievement attainment yield rating exam "
        "test post performance"
    ),
    "measure": (
        "weight height length growth gain rate concentration conc count wage wages earnings cost "
        "costs sales spending expenditure expenditures investment invest math reading read gpa "
        "deaths"
    ),
    "time": (
        "time day days date hour hours minute minutes week weeks month months quarter year years "
        "yr occasion visit wave period session age ages"
    ),
    "condition": (
        "x dose ses iq sex gender treatment treat trt experience exper temperature temp pre base "
        "baseline income population pop"
    ),
}
ID_ENDINGS = "(id|nr|no|code)$"  # as in schoolid and pupilNR
DERIVED = r"(l|ln|log|lag|c|d|z)[_.]?(?=..)|(_1|2|_?sq)$"  # as in lwage, wage_1 and agesq


@dataclass(frozen=True)
class Candidate:
    """A column that could have a role, and why."""

    column: str
    why: str
    score: float


@dataclass(frozen=True)
class Facts:
    """What a column is like, whatever its role may be."""

    name: str
    values: pd.Series
    place: float  # from 0, the first column, to 1, the last
    derived: bool  # whether its name is another column's with a prefix or an ending

    @cached_property
    def numeric(self) -> bool:
        """Whether it holds numbers, all of them finite."""
        kind = self.values.dtype
        if not pd.api.types.is_numeric_dtype(kind) or pd.api.types.is_bool_dtype(kind):
            return False
        return bool(np.isfinite(self.numbers[self.values.notna().to_numpy()]).all())

    @cached_property
    def numbers(self) -> np.ndarray:
        """The values of a numeric column; what is missing is nan."""
        return self.values.to_numpy(float, na_value=np.nan)

    @cached_property
    def whole(self) -> bool:
        """Whether it holds whole numbers."""
        return self.numeric and bool((self.numbers[self.codes >= 0] % 1 == 0).all())

    @cached_property
    def codes(self) -> np.ndarray:
        """Which of its values each row holds, counted from the least; -1 where it holds none."""
        return pd.factorize(self.values, sort=self.numeric)[0].astype(np.int64)

    @cached_property
    def present(self) -> np.ndarray:
        """The codes of the rows that hold a value."""
        return self.codes[self.codes >= 0]

    @cached_property
    def distinct(self) -> int:
        """How many different values there are."""
        return int(self.codes.max(initial=-1)) + 1

    @cached_property
    def two_valued(self) -> bool:
        """Whether it holds two different values, which count as 0 and 1."""
        texts = ("string", "boolean")
        return self.distinct == 2 and (
            self.numeric or pd.api.types.infer_dtype(self.values, skipna=True) in texts
        )

    @cached_property
    def in_blocks(self) -> float:
        """How nearly the rows of each value stand together in the file: 0 as if shuffled, to 1."""
        if self.distinct == len(self.present):  # each stands together with itself
            return 0.0
        runs = 1 + np.count_nonzero(np.diff(self.present))
        by_itself = self.distinct / len(self.present)
        return (self.distinct / runs - by_itself) / (1 - by_itself)

    @cached_property
    def tells_rows_apart(self) -> bool:
        """Whether it is a number for each row, not a measurement: nearly all different, whole."""
        if not self.whole or self.distinct <= NEARLY_ALL * len(self.present):
            return False
        dense = np.ptp(self.numbers[self.codes >= 0]) < 2 * self.distinct
        return bool(dense or (np.diff(self.present) > 0).all() or self.says("id", "group"))

    @cached_property
    def words(self) -> set[str]:
        """The words in its name, in lower case: IQ.verb2 holds iq and verb, schoolNR school, nr."""
        parts = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", self.name)
        words = {word.lower() for word in re.findall(r"[^\W\d_]+", parts)}
        nouns = WORDS["group"].split()
        for word in list(words):
            stem = re.sub(ID_ENDINGS, "", word)
            if 2 < len(stem) < len(word) and any(noun.startswith(stem) for noun in nouns):
                words |= {stem, "id"}
        return words

    def says(self, *kinds: str) -> bool:
        """Whether its name holds a word of one of these kinds."""
        return any(not self.words.isdisjoint(WORDS[kind].split()) for kind in kinds)

    @cached_property
    def named_as_time(self) -> bool:
        """Whether its name says when or how old, and not how long a reaction took."""
        return self.says("time") and not self.says("result")

    @cached_property
    def named_as_group(self) -> bool:
        """Whether its name is that of an id or a noun, with nothing of a measurement in it."""
        return self.says("id", "group") and not self.says("result", "measure", "time")

    def values_in(self, group: "Facts", rows: np.ndarray | None = None) -> np.ndarray:
        """Count the different values in each group, leaving out groups without any."""
        both = (self.codes >= 0) & (group.codes >= 0)
        both = both if rows is None else both & rows
        pairs = group.codes[both] * self.distinct + self.codes[both]
        counts = np.bincount(_different(pairs) // max(self.distinct, 1))
        return counts[counts > 0]

    def varies_within(self, group: "Facts", rows: np.ndarray | None = None) -> float:
        """Return the share of groups in which it has more than one value."""
        counts = self.values_in(group, rows)
        return float((counts > 1).mean()) if len(counts) else 0.0

    def recurs_across(self, group: "Facts") -> float:
        """Return the share of groups in which a value of its is found, on average."""
        return float(self.values_in(group).sum()) / max(self.distinct * group.distinct, 1)

    def rises_within(self, group: "Facts") -> float:
        """Return the share of steps from row to row of one group that lead upwards."""
        steps = np.diff(self.codes)[np.diff(group.codes) == 0]
        return float((steps > 0).mean()) if len(steps) else 0.0

    def nested_in(self, group: "Facts") -> bool:
        """Whether it looks like ids of smaller groups, each within one of these."""
        repeats = group.distinct < self.distinct <= len(self.present) / 3
        return self.whole and repeats and self.values_in(group).sum() == self.distinct

    def names_kinds(self, others: Iterable["Facts"]) -> float:
        """Return how much more it tells of other columns as a name than as a number.

        That is the share of their variance that lies between its values, beyond what a straight
        line takes up, on average and at least 0. Numbers that are mere names tell nothing else.
        """
        if not self.numeric:
            return 0.0
        every = slice(None, None, 1 + len(self.codes) // MOST_ROWS)
        gains = []
        for other in others:
            x, y = self.numbers[every], other.numbers[every]
            held = ~np.isnan(x) & ~np.isnan(y)
            x, y, kind = x[held], y[held], self.codes[every][held]
            sizes = np.bincount(kind)
            n, n_kinds = len(y), np.count_nonzero(sizes)
            if not 2 < n_kinds < n - 2 or np.ptp(y) == 0:
                continue
            means = np.bincount(kind, y) / np.maximum(sizes, 1)
            within = ((y - means[kind]) ** 2).sum() / (n - n_kinds)
            about_line = (1 - np.corrcoef(x, y)[0, 1] ** 2) * y.var() * n / (n - 2)
            gains.append((about_line - within) / y.var(ddof=1))
        return max(0.0, float(np.mean(gains))) if gains else 0.0


def _different(codes: np.ndarray) -> np.ndarray:
    """Return the different codes in order; as np.unique, without sorting where that is dearer."""
    if codes.max(initial=0) < 10 * len(codes) + 1000:
        return np.flatnonzero(np.bincount(codes))
    return np.unique(codes)


def facts_of(table: pd.DataFrame) -> dict[str, Facts]:
    """Return what each column is like, without those that can have no role.

    Left out are columns of lists and the like, empty ones, and ones without a name.

    >>> list(facts_of(pd.DataFrame({"id": ["a", "b"], "tags": [[1], [2, 3]], "": [1, 2]})))
    ['id']
    """
    facts = {}
    names = {column.lower() for column in table.columns}
    for i, column in enumerate(table.columns):
        try:
            values = _as_read(table[column])
            held = values.nunique()
        except TypeError:  # lists and mappings have no different values to count
            continue
        if held and column:
            without = re.sub(DERIVED, "", column.lower(), count=1)
            derived = without != column.lower() and without in names
            facts[column] = Facts(column, values, i / max(len(table.columns) - 1, 1), derived)
    return facts


def _as_read(values: pd.Series) -> pd.Series:
    """Return a column as a study reads it: texts without blanks around, or numbers if all are."""
    if isinstance(values.dtype, pd.CategoricalDtype):
        values = values.astype(object)
    if pd.api.types.infer_dtype(values, skipna=True) != "string":
        return values
    values = values.str.strip().replace("", np.nan)
    numbers = pd.to_numeric(values, errors="coerce")
    return numbers if numbers.notna().equals(values.notna()) else values


def guess(facts: Mapping[str, Facts], given: Mapping[str, str]) -> dict[str, list[Candidate]]:
    """Judge the columns for every role, the likeliest first.

    Parameters
    ----------
    facts
        What each column is like.
    given
        The columns that are settled, by role.

    Returns
    -------
    dict
        The candidates for each of `ROLES` that is not given. The likeliest one is taken for
        granted where the roles after it are judged.

    Examples
    --------
    >>> from helpers.study.file import DATA_FOLDER
    >>> found = guess(facts_of(pd.read_csv(DATA_FOLDER / "hsb.csv")), given={"outcome": "mathach"})
    >>> found["group"][0].column, found["predictor"][0].column
    ('schoolid', 'ses')
    """
    if "group" in given:
        return _guess_variables(facts, given)
    free = [each for column, each in facts.items() if column not in given.values()]
    judged = [_as_group(each, free[:MOST_COMPARED]) for each in free]
    groups = sorted(filter(None, judged), key=lambda candidate: -candidate.score)
    found: dict[str, list[Candidate]] = {role: [] for role in ROLES if role not in given}
    for group in groups[:MOST_GROUPINGS]:
        variables = _guess_variables(facts, {**given, "group": group.column})
        if all(variables.get(role, True) for role in ("outcome", "predictor")):
            # Within others nothing, or too little, varies.
            rest = [candidate for candidate in groups if candidate is not group]
            return {"group": [group, *rest]} | variables
    return found | {"group": groups}


def _guess_variables(
    facts: Mapping[str, Facts], given: Mapping[str, str]
) -> dict[str, list[Candidate]]:
    """Judge the columns for the roles after that of the group, which is given."""
    taken = dict(given)
    found: dict[str, list[Candidate]] = {}
    for role in ROLES[1:]:
        if role in given:
            continue
        free = [each for column, each in facts.items() if column not in taken.values()]
        group, outcome = facts[taken["group"]], facts.get(taken.get("outcome", ""))
        rows = outcome.codes >= 0 if outcome else None
        judged = [_JUDGES[role](each, group, rows) for each in free]
        found[role] = sorted(filter(None, judged), key=lambda candidate: -candidate.score)
        if found[role]:
            taken[role] = found[role][0].column
    return found


def _as_group(column: Facts, others: list[Facts]) -> Candidate | None:
    """Judge a column as what tells groups apart: it repeats, and other columns follow it."""
    n, distinct = len(column.present), column.distinct
    if (
        not 2 <= distinct <= 0.7 * n
        or (column.numeric and not column.whole)
        or column.tells_rows_apart
    ):
        return None
    coarser = [o for o in others if 1 < o.distinct < distinct and not o.varies_within(column)]
    measured = [o for o in others if o.numeric and o.distinct > 5 and o is not column][:10]
    score: float = 3 * column.says("id") + 2 * column.says("group") + (not column.numeric)
    score += (distinct >= 5) - 2 * (distinct == 2) - 3 * column.named_as_time
    score -= 2 * (column.says("result", "condition") and not column.says("id", "group"))
    score += 3 * column.in_blocks + 0.75 * min(len(coarser), 4) + 4 * column.names_kinds(measured)
    why = f"{distinct:,} different values, {n / distinct:.1f} rows each on average"
    return Candidate(column.name, why, float(score))


def _as_outcome(column: Facts, group: Facts, _: np.ndarray | None) -> Candidate | None:
    """Judge a column as outcome: a measurement; one of two values, or a time, comes last."""
    if not (varies := _varies(column, group, None)):
        return None
    named = column.says("result", "measure")
    score = min(np.log10(column.distinct), 1.5) + varies - 2.5 * column.place
    score += 3 * column.says("result") + 1.2 * column.says("measure") - 1.5 * column.derived
    score -= 1.5 * column.says("condition") + 8 * column.named_as_time + 3 * column.named_as_group
    score -= 4 * max(0, column.recurs_across(group) - 0.5)  # as what was set by design does
    score -= 3 * column.nested_in(group) + 5 * column.two_valued
    score -= 2.5 * (column.whole and not named and column.rises_within(group) > 0.95)  # counts
    return Candidate(column.name, _why(column), float(score))


def _as_predictor(column: Facts, group: Facts, rows: np.ndarray | None) -> Candidate | None:
    """Judge a column as predictor: times and conditions come first."""
    if not (varies := _varies(column, group, rows)):
        return None
    score = 0.3 * min(np.log10(column.distinct), 2) + varies + column.recurs_across(group)
    score += 3 * column.named_as_time + 1.5 * column.says("condition") + 4 * (column.words == {"x"})
    score -= column.says("result", "measure") + 1.5 * column.derived + column.two_valued
    score -= 3 * column.named_as_group + 3 * column.nested_in(group)
    return Candidate(column.name, _why(column), float(score))


def _as_group_predictor(column: Facts, group: Facts, rows: np.ndarray | None) -> Candidate | None:
    """Judge a column as group predictor: one value in each group, and no other id of it."""
    usable = column.two_valued or column.numeric
    if not usable or column.distinct < 2 or column.varies_within(group, rows):
        return None
    if column.whole and not column.two_valued and column.named_as_group:
        return None
    kinds = "two kinds" if column.two_valued else "a number"
    score = column.two_valued + 0.5 * column.says("condition") - column.derived
    return Candidate(column.name, f"one value in each group, {kinds}", float(score))


_JUDGES = {
    "outcome": _as_outcome,
    "predictor": _as_predictor,
    "group_predictor": _as_group_predictor,
}


def _varies(column: Facts, group: Facts, rows: np.ndarray | None) -> float:
    """Return how far a column that could be a variable varies within groups, else 0."""
    measures = column.numeric and column.distinct > 2 and not column.named_as_group
    if not (measures or column.two_valued) or column.tells_rows_apart:
        return 0.0
    return column.varies_within(group, rows)


def _why(column: Facts) -> str:
    if column.two_valued:
        return "two values, counted as 0 and 1, that vary within groups"
    return f"a number with {column.distinct:,} different values that varies within groups"

"""From a formula to columns: of the rows of a frame, or of the groups where moments are given."""

import ast
import builtins
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from types import ModuleType
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd
import patsy

from helpers.models.moments import (
    CHUNK,
    CONSTANT,
    FitError,
    Moments,
    check_complete,
    check_known,
    group_codes,
    row_slices,
)


@dataclass(frozen=True)
class Design:
    """The outcome, the fixed and the random effects of a formula, ready to be evaluated.

    Parameters
    ----------
    formula, random
        As in :func:`helpers.models.fit.fit_mixed`.
    names
        The variables that they use.
    infos
        What patsy knows of outcome, fixed and random effects: levels of categories and the like.
    """

    formula: str
    random: str
    names: tuple[str, ...]
    infos: tuple[patsy.DesignInfo, patsy.DesignInfo, patsy.DesignInfo]

    @property
    def outcome(self) -> str:
        """The outcome, as the formula writes it."""
        return self.infos[0].column_names[0]

    @property
    def fixed(self) -> list[str]:
        """The terms of the fixed effects."""
        return list(self.infos[1].column_names)

    @property
    def effects(self) -> list[str]:
        """The terms of the random effects."""
        return list(self.infos[2].column_names)

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """All columns that the model needs, each once, without the constant."""
        terms = dict.fromkeys([*self.fixed, *self.effects, self.outcome])
        return tuple(term for term in terms if term != CONSTANT)

    @cached_property
    def predictors(self) -> tuple[str, ...]:
        """The variables that the fixed and the random effects use."""
        factors = (factor for info in self.infos[1:] for factor in info.factor_infos)
        used = {name for factor in factors for name in _names_in(factor.code)}
        return tuple(name for name in self.names if name in used)

    def evaluated(self, values: pd.DataFrame) -> np.ndarray:
        """Return the columns for some rows, shape (number of columns, rows)."""
        found: dict[str, np.ndarray] = {}
        for info in self.infos:
            found.update(zip(info.column_names, self._matrix(info, values).T, strict=True))
        return np.array([found[name] for name in self.columns]).reshape(-1, len(values))

    def fixed_matrix(self, values: pd.DataFrame) -> np.ndarray:
        """Return X for some rows, shape (rows, p)."""
        return self._matrix(self.infos[1], values)

    def random_matrix(self, values: pd.DataFrame) -> np.ndarray:
        """Return Z for some rows, shape (rows, q)."""
        return self._matrix(self.infos[2], values)

    def _matrix(self, info: patsy.DesignInfo, values: pd.DataFrame) -> np.ndarray:
        with _plain_errors():
            (matrix,) = patsy.build_design_matrices(
                [info], values, NA_action=patsy.NAAction(on_NA="raise")
            )
        return np.asarray(matrix)


def design_of_rows(
    formula: str,
    random: str,
    frame: nw.DataFrame[Any],
    groups: str,
    environment: patsy.EvalEnvironment,
) -> Design:
    """Read a formula for a frame with a row a unit."""
    names = _names(formula, random, frame.columns, environment)
    if groups in names:
        raise FitError(
            f"{groups!r} tells the groups apart and cannot be a predictor too; take it out of the "
            "formula: the random effects stand for the groups"
        )
    check_known([groups], frame.columns)
    check_complete(frame, [*names, groups])
    return _read(formula, random, names, lambda: row_chunks(frame, names), environment)


def design_of_groups(
    formula: str, random: str, moments: Moments, environment: patsy.EvalEnvironment
) -> Design:
    """Read a formula for the groups of some moments."""
    level_1 = moments.columns[1:]
    known = [*level_1, *(f"{x}{end}" for x in level_1 for end in ("_mean", "_within"))]
    names = _names(formula, random, [*known, *moments.group_columns], environment)
    typical = _group_values(moments, np.zeros(len(level_1)))
    design = _read(formula, random, names, lambda: iter([typical]), environment)
    for info in design.infos:
        for factor, known_of in info.factor_infos.items():
            if known_of.state["transforms"]:
                raise FitError(f"{factor.code!r} needs the rows; give the data frame")
    return design


def moments_of_rows(design: Design, frame: nw.DataFrame[Any], groups: str) -> Moments:
    """Take the moments of a design's columns."""
    codes, labels = group_codes(frame, groups)
    chunks = (design.evaluated(values) for values in row_chunks(frame, design.names))
    if len(frame) > CHUNK and _looks_at_other_rows(design, next(row_chunks(frame, design.names))):
        # Such as a mean inside the formula: then all rows must be seen at once.
        whole = design.evaluated(next(row_chunks(frame, design.names, len(frame))))
        chunks = (whole[:, rows] for rows in row_slices(len(frame)))
    return Moments.from_chunks(codes, labels, design.columns, chunks)


def moments_of_groups(design: Design, moments: Moments) -> Moments:
    """Map moments to those of a design's columns, which are linear in the level-1 columns.

    A linear function is known by its values at one point and one step along each axis.
    """
    level_1 = len(moments.columns) - 1
    if _looks_at_other_rows(design, _group_values(moments, np.zeros(level_1))):
        raise FitError(
            f"{design.formula!r} takes a mean or the like of a column, which needs the rows; give "
            "the data frame"
        )
    steps = np.sqrt(np.einsum("kkj->k", moments.products)[1:] / moments.n_rows)
    steps[steps == 0] = 1.0
    means = design.evaluated(_group_values(moments, np.zeros(level_1)))
    slopes = np.zeros((len(means), level_1 + 1, len(moments.n)))
    for i, step in enumerate(np.diag(steps)):
        slopes[:, i + 1] = (design.evaluated(_group_values(moments, step)) - means) / steps[i]
    # Off the axes, and both ways: what bends or multiplies two columns shows here.
    for sign in (1.0, -1.7):
        elsewhere = design.evaluated(_group_values(moments, sign * steps))
        expected = means + np.einsum("akj,k->aj", slopes[:, 1:], sign * steps)
        off = np.abs(elsewhere - expected).max(axis=1)
        size = np.abs(means).max(axis=1) + np.abs(slopes[:, 1:]).max(axis=2) @ steps
        for name, wrong in zip(design.columns, off > 1e-8 * size, strict=True):
            if wrong:
                raise FitError(
                    f"{name!r} is not linear in the level-1 columns, so that moments do not hold "
                    "what it needs; give the data frame"
                )
    return moments.mapped(design.columns, means, slopes)


def _looks_at_other_rows(design: Design, values: pd.DataFrame) -> bool:
    """Say whether a row's columns depend on which other rows are there."""
    half = len(values) // 2
    if half == 0:
        return False
    whole, part = design.evaluated(values)[:, :half], design.evaluated(values.iloc[:half])
    return not np.allclose(whole, part, rtol=1e-9, atol=0, equal_nan=True)


def row_chunks(
    frame: nw.DataFrame[Any], names: Sequence[str], size: int | None = None
) -> Iterator[pd.DataFrame]:
    """Cut the columns that a formula uses into chunks of rows that patsy reads."""
    columns = {name: _readable(frame.get_column(name)) for name in names}
    for rows in row_slices(len(frame), size):
        yield pd.DataFrame(
            {name: column[rows] for name, column in columns.items()},
            index=range(rows.stop - rows.start),
        )


def _readable(column: nw.Series[Any]) -> Any:
    """Return a column as NumPy's, or a pandas category, which keeps the order of its levels."""
    native = column.to_native()
    if isinstance(native, pd.Series) and isinstance(native.dtype, pd.CategoricalDtype):
        return native.array
    values = column.to_numpy()
    return values.astype(object) if values.dtype.kind in "UTS" else values


def _group_values(moments: Moments, step: np.ndarray) -> pd.DataFrame:
    """Return one row a group, the level-1 columns so far from their group means."""
    derived: dict[str, np.ndarray] = {}
    level_1: dict[str, np.ndarray] = {}
    for x, mean, by in zip(moments.columns[1:], moments.means[1:], step, strict=True):
        derived |= {f"{x}_mean": mean, f"{x}_within": np.full_like(mean, by)}
        level_1[x] = mean + by
    own = moments.group_columns.reset_index(drop=True)
    # A column of such a name that was given on purpose wins.
    values = derived | level_1
    return pd.DataFrame({name: v for name, v in values.items() if name not in own}).join(own)


def _read(
    formula: str,
    random: str,
    names: tuple[str, ...],
    chunks: Callable[[], Iterator[pd.DataFrame]],
    environment: patsy.EvalEnvironment,
) -> Design:
    with _plain_errors():
        outcome, fixed = patsy.incr_dbuilders(formula, chunks, environment)
        effects = patsy.incr_dbuilder(f"~ {random}", chunks, environment)
    design = Design(formula, random, names, (outcome, fixed, effects))
    if len(outcome.column_names) != 1:
        raise FitError(f"the outcome of {formula!r} should be one column of numbers")
    if not design.fixed:
        raise FitError(f"{formula!r} has no fixed effects; write at least '~ 1'")
    if not design.effects:
        raise FitError(
            "no effect varies between the groups; write random='1' for the intercept, or use "
            "statsmodels' ols"
        )
    if design.outcome in [*design.fixed, *design.effects]:
        raise FitError(f"{design.outcome!r} is the outcome and a predictor of {formula!r}")
    return design


def _names(
    formula: str, random: str, known: Sequence[str], environment: patsy.EvalEnvironment
) -> tuple[str, ...]:
    """Return the columns that the formulas use; refuse other names that would stand for data."""
    with _plain_errors():
        parts = [patsy.ModelDesc.from_formula(formula), patsy.ModelDesc.from_formula(f"~{random}")]
        terms = (term for part in parts for term in part.lhs_termlist + part.rhs_termlist)
        factors = (factor for term in terms for factor in term.factors)
        used = dict.fromkeys(name for factor in factors for name in _names_in(factor.code))
    if CONSTANT in used:
        raise FitError(f"a column cannot be called {CONSTANT!r}, as the constant is; rename it")
    for name in (name for name in used if name not in known):
        # A function, a module or a number may come from the caller; a column may not.
        meant = environment.namespace.get(name, vars(patsy.builtins).get(name))
        meant = vars(builtins).get(name, meant)
        if not (callable(meant) or isinstance(meant, ModuleType | int | float | str)):
            check_known([name], known)
    return tuple(name for name in used if name in known)


def _names_in(code: str) -> Iterator[str]:
    """Return the variables in a piece of Python, with those that patsy quotes by ``Q("...")``."""
    for node in ast.walk(ast.parse(code, mode="eval")):
        if isinstance(node, ast.Name) and node.id != "Q":
            yield node.id
        elif isinstance(node, ast.Call) and ast.unparse(node.func) == "Q":
            yield from (str(one.value) for one in node.args if isinstance(one, ast.Constant))


@contextmanager
def _plain_errors() -> Iterator[None]:
    """Say in our own words what patsy found wrong with a formula."""
    try:
        yield
    except (patsy.PatsyError, SyntaxError) as error:
        said = str(error)
        if "missing values" in said:
            said = "it makes missing values of numbers (the logarithm of one below zero?)"
        raise FitError(f"the formula cannot be used: {said}") from None

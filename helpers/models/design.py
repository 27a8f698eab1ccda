"""From a formula to columns: of the rows of a frame, or of the groups where moments are given."""

import ast
import builtins
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
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

    @cached_property
    def levels(self) -> frozenset[str]:
        """The variables that stand for levels, inside ``C(...)``."""
        return _levels(factor.code for info in self.infos for factor in info.factor_infos)

    def rows(self, frame: nw.DataFrame[Any], names: Sequence[str]) -> Iterator[pd.DataFrame]:
        """Cut the columns that the formula uses into chunks of rows that patsy reads."""
        return row_chunks(frame, names, self.levels)

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
    names, levels = _names(formula, random, frame.columns, environment)
    if groups in names:
        raise FitError(
            f"{groups!r} tells the groups apart and cannot be a predictor too; take it out of the "
            "formula: the random effects stand for the groups"
        )
    check_known([groups], frame.columns)
    check_complete(frame, [*names, groups])
    return _read(formula, random, names, lambda: row_chunks(frame, names, levels), environment)


def design_of_groups(
    formula: str, random: str, moments: Moments, environment: patsy.EvalEnvironment
) -> Design:
    """Read a formula for the groups of some moments."""
    level_1 = moments.columns[1:]
    known = [*level_1, *(f"{x}{end}" for x in level_1 for end in ("_mean", "_within"))]
    names, levels = _names(formula, random, [*known, *moments.group_columns], environment)
    typical = _group_values(moments, np.zeros(len(level_1)), levels)
    design = _read(formula, random, names, lambda: iter([typical]), environment)
    for info in design.infos:
        for factor, known_of in info.factor_infos.items():
            if known_of.state["transforms"]:
                raise FitError(f"{factor.code!r} needs the rows; give the data frame")
    return design


def moments_of_rows(design: Design, frame: nw.DataFrame[Any], groups: str) -> Moments:
    """Take the moments of a design's columns."""
    codes, labels = group_codes(frame, groups)
    chunks = (design.evaluated(values) for values in design.rows(frame, design.names))
    if len(frame) > CHUNK and _looks_at_other_rows(design, next(design.rows(frame, design.names))):
        # Such as a mean inside the formula: then all rows must be seen at once.
        whole = design.evaluated(next(row_chunks(frame, design.names, design.levels, len(frame))))
        chunks = (whole[:, rows] for rows in row_slices(len(frame)))
    return Moments.from_chunks(codes, labels, design.columns, chunks)


def moments_of_groups(design: Design, moments: Moments) -> Moments:
    """Map moments to those of a design's columns, which are linear in the level-1 columns.

    A linear function is known by its values at one point and one step along each axis.
    """
    level_1 = len(moments.columns) - 1

    def at(step: np.ndarray) -> pd.DataFrame:
        return _group_values(moments, step, design.levels)

    if _looks_at_other_rows(design, at(np.zeros(level_1))):
        raise FitError(
            f"{design.formula!r} takes a mean or the like of a column, which needs the rows; give "
            "the data frame"
        )
    steps = np.sqrt(np.einsum("kkj->k", moments.products)[1:] / moments.n_rows)
    steps[steps == 0] = 1.0
    means = design.evaluated(at(np.zeros(level_1)))
    slopes = np.zeros((len(means), level_1 + 1, len(moments.n)))
    for i, step in enumerate(np.diag(steps)):
        slopes[:, i + 1] = (design.evaluated(at(step)) - means) / steps[i]
    # Off the axes, and both ways: what bends or multiplies two columns shows here.
    for sign in (1.0, -1.7):
        elsewhere = design.evaluated(at(sign * steps))
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
    frame: nw.DataFrame[Any],
    names: Sequence[str],
    levels: frozenset[str] = frozenset(),
    size: int | None = None,
) -> Iterator[pd.DataFrame]:
    """Cut the columns that a formula uses into chunks of rows that patsy reads.

    Numbers become floats, but for those in `levels`, whose names would change.
    """
    columns = {name: _readable(frame.get_column(name), name in levels) for name in names}
    for rows in row_slices(len(frame), size):
        yield pd.DataFrame(
            {name: column[rows] for name, column in columns.items()},
            index=range(rows.stop - rows.start),
        )


def _readable(column: nw.Series[Any], as_levels: bool) -> Any:
    """Return a column as NumPy's, or a pandas category, which keeps the order of its levels."""
    native = column.to_native()
    if isinstance(native, pd.Series) and isinstance(native.dtype, pd.CategoricalDtype):
        return native.array
    values = column.to_numpy()
    return values.astype(object) if values.dtype.kind in "UTS" else _wide(values, as_levels)


def _wide(values: np.ndarray, as_levels: bool) -> np.ndarray:
    """Return numbers in a type whose squares and products fit: those of small integers do not."""
    wide = {"i": np.int64, "u": np.uint64} if as_levels else dict.fromkeys("iuf", np.float64)
    return values.astype(wide.get(values.dtype.kind, values.dtype), copy=False)


def _group_values(moments: Moments, step: np.ndarray, levels: frozenset[str]) -> pd.DataFrame:
    """Return one row a group, the level-1 columns so far from their group means."""
    derived: dict[str, np.ndarray] = {}
    level_1: dict[str, np.ndarray] = {}
    for x, mean, by in zip(moments.columns[1:], moments.means[1:], step, strict=True):
        derived |= {f"{x}_mean": mean, f"{x}_within": np.full_like(mean, by)}
        level_1[x] = mean + by
    own = moments.group_columns.reset_index(drop=True)
    for name in own.columns[[isinstance(kind, np.dtype) for kind in own.dtypes]]:
        own[name] = _wide(own[name].to_numpy(), name in levels)
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
) -> tuple[tuple[str, ...], frozenset[str]]:
    """Return the columns that the formulas use, and which of them are used as levels.

    Other names that would stand for data are refused, and signs that mean something else in R.
    """
    for text in (formula, random):
        if "||" in text:
            raise FitError(_not_a_bar(text))
        if sums := re.search(r"(\([^()]*\))\s*\^\s*(\d+)", text):
            raise FitError(
                f"{sums[0]!r} in {text!r} is no power: ^ has another meaning in Python; write "
                f"{sums[1]}**{sums[2]}"
            )
    with _plain_errors():
        codes = {
            text: [
                factor.code
                for term in part.lhs_termlist + part.rhs_termlist
                for factor in term.factors
            ]
            for text, part in (
                (formula, patsy.ModelDesc.from_formula(formula)),
                (random, patsy.ModelDesc.from_formula(f"~{random}")),
            )
        }
        for text, own in codes.items():
            for code in own:
                _check_signs(text, code)
        every = [code for own in codes.values() for code in own]
        used = dict.fromkeys(name for code in every for name in _names_in(code))
    if CONSTANT in used:
        raise FitError(f"a column cannot be called {CONSTANT!r}, as the constant is; rename it")
    for name in (name for name in used if name not in known):
        # A function, a module or a number may come from the caller; a column may not.
        meant = environment.namespace.get(name, vars(patsy.builtins).get(name))
        meant = vars(builtins).get(name, meant)
        if not (callable(meant) or isinstance(meant, ModuleType | int | float | str)):
            check_known([name], known)
    return tuple(name for name in used if name in known), _levels(every)


def _check_signs(text: str, code: str) -> None:
    """Refuse a bar or a caret that is not logic: in R they make random effects and powers."""
    for node in ast.walk(ast.parse(code, mode="eval")):
        if not isinstance(node, ast.BinOp) or _is_logical(node):
            continue
        if isinstance(node.op, ast.BitOr):
            raise FitError(_not_a_bar(text))
        if isinstance(node.op, ast.BitXor):
            written = ast.unparse(node)
            power = f"{ast.unparse(node.left)}**{ast.unparse(node.right)}"
            raise FitError(
                f"{written!r} in {text!r} is no power: ^ has another meaning in Python; write "
                f"{f'I({power})' if code == written else power}"
            )


def _is_logical(node: ast.AST) -> bool:
    """Whether a piece of Python is true or false by its form."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr | ast.BitAnd | ast.BitXor):
        return _is_logical(node.left) and _is_logical(node.right)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Invert):
        return _is_logical(node.operand)
    return isinstance(node, ast.Compare)


def _not_a_bar(text: str) -> str:
    """Say what to write for a random effect as lme4 has it."""
    found = re.search(r"([^()|~]*)\|\|?\s*([\w.]+)", text)
    varies, groups = (found[1].strip(), found[2]) if found else ("1", "...")
    return (
        f"{text!r} has a bar, which makes no random effect here: write groups={groups!r} and "
        f"random={varies or '1'!r} instead. There is one grouping factor; models with crossed or "
        "several ones are fitted by lme4 in R, or by statsmodels' MixedLM with vc_formula"
    )


def _levels(codes: Iterable[str]) -> frozenset[str]:
    """Return the variables inside ``C(...)`` in pieces of Python."""
    calls = (
        ast.unparse(node)
        for code in codes
        for node in ast.walk(ast.parse(code, mode="eval"))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "C"
    )
    return frozenset(name for call in calls for name in _names_in(call))


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

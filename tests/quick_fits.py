"""Fits in a fraction of a millisecond, for sentences to be told of thousands of studies.

Variances are those of the analysis of variance (Searle, Casella and McCulloch 1992, ch. 4), none
below zero, and coefficients least squares of columns from which a part of their group's mean is
taken (Fuller and Battese 1974). They are no REML; what chapters say must be true of them as well.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np
import pandas as pd
from random_studies import random_studies
from scipy import special

from helpers import Estimate
from helpers.study.file import Study


def estimate(value: float, error: float, df: float, model: str = "m", term: str = "x") -> Estimate:
    """Return an estimate with its t interval; without degrees of freedom it has none."""
    if not df > 0:
        return Estimate(model, "fixed", term, value)
    reach = float(special.stdtrit(df, 0.975)) * error
    return Estimate(model, "fixed", term, value, error, df, value - reach, value + reach)


def least_squares(y: np.ndarray, columns: Mapping[str, np.ndarray], df: int | None = None) -> dict:
    """Regress `y` on columns (the intercept is one of them); return estimates by name."""
    x = np.column_stack(list(columns.values()))
    b, *_ = np.linalg.lstsq(x, y, rcond=None)
    left = len(y) - x.shape[1] if df is None else df
    scale = ((y - x @ b) ** 2).sum() / left if left > 0 else np.nan
    errors = np.sqrt(scale * np.diag(np.linalg.pinv(x.T @ x)))
    return {
        name: estimate(float(b[i]), float(errors[i]), left, term=name)
        for i, name in enumerate(columns)
    }


@dataclass(frozen=True)
class Mixed:
    """A random-intercept model as quickly fitted: fixed effects, and the two variances."""

    fixed: dict[str, Estimate]
    tau2: float
    sigma2: float

    @property
    def boundary(self) -> bool:
        """Whether the variance of groups is zero."""
        return self.tau2 == 0


@dataclass(frozen=True)
class Numbers:
    """What chapters compute of a study, quickly."""

    study: Study

    @cached_property
    def data(self) -> pd.DataFrame:
        """The rows, with the two parts of outcome and predictor."""
        columns = {name: values.to_numpy() for name, values in self.study.frame.items()}
        for name in "xy":
            columns[f"{name}_mean"] = self.of_group(columns[name])
            columns[f"{name}_within"] = columns[name] - columns[f"{name}_mean"]
        return pd.DataFrame(columns)

    @cached_property
    def group(self) -> np.ndarray:
        """The number of each unit's group, from 0."""
        return self.study.frame["g"].to_numpy()

    @cached_property
    def sizes(self) -> pd.Series:
        """Number of units, by group."""
        return pd.Series(np.bincount(self.group))

    def of_group(self, values: np.ndarray) -> np.ndarray:
        """Return for each unit the mean of its group."""
        return (np.bincount(self.group, values) / self.sizes.to_numpy())[self.group]

    @cached_property
    def means(self) -> pd.DataFrame:
        """Means of both variables, by group."""
        sums = {name: np.bincount(self.group, self.data[name]) for name in "xy"}
        return pd.DataFrame({name: sums[name] / self.sizes.to_numpy() for name in "xy"})

    def columns(self, *names: str) -> dict[str, np.ndarray]:
        """Return columns by name, behind that of the intercept."""
        ones = {"Intercept": np.ones(len(self.data))}
        return ones | {name: self.data[name].to_numpy(float) for name in names}

    def mixed(self, *names: str) -> Mixed:
        """Fit a random intercept and the columns named."""
        y, columns = self.data["y"].to_numpy(float), self.columns(*names)
        x, n = np.column_stack(list(columns.values())), self.sizes.to_numpy()
        b = np.linalg.lstsq(x, y, rcond=None)[0]
        rest = y - x @ b
        inside = rest - self.of_group(rest)
        n_groups, total = len(n), len(y)
        sigma2 = (inside**2).sum() / max(total - n_groups - 1, 1)
        between = (rest**2).sum() - (inside**2).sum()
        mean_size = (total - (n**2).sum() / total) / (n_groups - 1)
        tau2 = max((between / (n_groups - 1) - sigma2) / mean_size, 0.0)
        part = (1 - np.sqrt(sigma2 / (sigma2 + n * tau2)))[self.group]
        moved = {name: column - part * self.of_group(column) for name, column in columns.items()}
        fixed = least_squares(y - part * self.of_group(y), moved)
        return Mixed(fixed, float(tau2), float(sigma2))


@cache
def thousands() -> list[Numbers]:
    """Draw the studies that every chapter's sentences are told of, once in a process."""
    return [Numbers(study) for study in random_studies(2000)]

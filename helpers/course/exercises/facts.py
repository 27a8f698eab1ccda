"""What answers are computed from: a study's sums of squares, slopes and fits, each once.

Slopes are ratios of sums here, and not regressions as in the chapters, so that an answer and a
chapter's code check each other.
"""

from collections.abc import Callable
from functools import cached_property

import numpy as np
import pandas as pd

from helpers.course.exercises.kinds import Answer, Choice, NoAnswerError
from helpers.course.findings import means_differ, slopes_can_differ
from helpers.models.fit import MixedFit, fit_mixed
from helpers.models.moments import FitError
from helpers.models.variance import icc
from helpers.study.file import Study
from helpers.study.reading import FEW_GROUPS


class Facts:
    """A study's numbers, under the names that the chapters give them."""

    def __init__(self, study: Study) -> None:
        self.study = study
        self.y, self.x, self.group = study.outcome.name, study.predictor.name, study.group.name
        self.w = study.group_predictor.name if study.group_predictor else None
        own = [self.group, self.y, self.x, *([self.w] if self.w else [])]
        self.data = study.frame[own].copy()

    @property
    def n_units(self) -> int:
        """Number of level-1 units."""
        return len(self.data)

    @property
    def n_groups(self) -> int:
        """Number of groups."""
        return len(self.sizes)

    @cached_property
    def sizes(self) -> pd.Series:
        """Number of units, by group."""
        return self.data.groupby(self.group).size()

    @cached_property
    def means(self) -> pd.DataFrame:
        """Means of outcome and predictor, by group."""
        return self.data.groupby(self.group)[[self.x, self.y]].mean()

    def mean_of_group(self, column: str) -> pd.Series:
        """Return for each unit the mean of its group."""
        return self.data.groupby(self.group)[column].transform("mean")

    def within(self, column: str) -> pd.Series:
        """Return for each unit its deviation from the mean of its group."""
        return self.data[column] - self.mean_of_group(column)

    def eta_squared(self, column: str) -> float:
        """Return the share of a column's sum of squares that lies between groups."""
        total = self.data[column] - self.data[column].mean()
        # With equal means, rounding could leave a little less than nothing between groups.
        return max(0.0, float(1 - (self.within(column) ** 2).sum() / (total**2).sum()))

    @cached_property
    def means_differ(self) -> bool:
        """Whether group means of the predictor differ, so that a line through them is defined."""
        return means_differ(self.means[self.x], self.data[self.x])

    def need_means_that_differ(self, groups: int = 2) -> None:
        """Raise NoAnswerError where there is no slope between `groups` groups or more."""
        if not self.means_differ:
            raise NoAnswerError("all groups have the same mean of the predictor.")
        if self.n_groups < groups:
            raise NoAnswerError(f"it takes {groups} groups or more.")

    @property
    def slope_total(self) -> float:
        """The slope of all units."""
        return slope(self.data[self.x], self.data[self.y])

    @property
    def slope_within(self) -> float:
        """The slope of the deviations from group means."""
        return slope(self.within(self.x), self.within(self.y))

    @property
    def slope_between(self) -> float:
        """The slope of the group means, each group counted once; NaN where they do not differ."""
        return slope(self.means[self.x], self.means[self.y]) if self.means_differ else np.nan

    @property
    def slope_between_by_size(self) -> float:
        """The slope of the group means, weighted by size; NaN where they do not differ."""
        by_size = self.mean_of_group(self.x)
        return slope(by_size, self.data[self.y]) if self.means_differ else np.nan

    @cached_property
    def with_parts(self) -> pd.DataFrame:
        """The data with the predictor's two parts as columns, as the chapters name them."""
        parts = {
            f"{self.x}_mean": self.mean_of_group(self.x),
            f"{self.x}_within": self.within(self.x),
        }
        return self.data.assign(**parts)

    def fit(self, predictors: str, reml: bool = True) -> MixedFit:
        """Fit a random intercept; a study that leaves nothing to fit has no answer."""
        try:
            return fit_mixed(f"{self.y} ~ {predictors}", self.with_parts, self.group, reml=reml)
        except FitError as error:
            raise NoAnswerError(f"{error}.") from error

    @cached_property
    def null(self) -> MixedFit:
        """The model without predictors."""
        return self.fit("1")

    @cached_property
    def random_intercept(self) -> MixedFit:
        """The model with the predictor."""
        return self.fit(self.x)

    @cached_property
    def contextual(self) -> MixedFit:
        """The model with the predictor and its group mean."""
        self.need_means_that_differ(groups=3)
        return self.fit(f"{self.x} + {self.x}_mean")

    @cached_property
    def icc(self) -> float:
        """The intraclass correlation of the null model."""
        return icc(self.null).estimate

    @cached_property
    def kinds(self) -> np.ndarray:
        """The values of the level-2 predictor, in order."""
        if self.w is None:
            raise NoAnswerError("it names no level-2 predictor.")
        if self.n_groups < FEW_GROUPS:
            raise NoAnswerError("it has too few groups to compare kinds of them.")
        if not slopes_can_differ(self.data[self.x], self.data[self.w], self.data[self.group]):
            raise NoAnswerError("the predictor varies within groups of one kind only.")
        return np.sort(self.data[self.w].unique())

    @cached_property
    def contrast(self) -> float:
        """How far apart in w the kinds at the ends are: two values, or two SDs over groups."""
        if len(self.kinds) == 2:
            return float(self.kinds[1] - self.kinds[0])
        return 2 * float(self.data.groupby(self.group)[self.w].first().std())

    @cached_property
    def cross_level(self) -> MixedFit:
        """The model with the predictor, the level-2 predictor, and their product."""
        _ = self.kinds
        return self.fit(f"{self.x} * {self.w}")


def slope(x: pd.Series, y: pd.Series) -> float:
    """Return the least-squares slope of `y` on `x`.

    >>> slope(pd.Series([0.0, 1.0, 2.0]), pd.Series([1.0, 3.0, 5.0]))
    2.0
    """
    deviation = x - x.mean()
    return float((deviation * y).sum() / (deviation**2).sum())


def group_variance(fit: MixedFit) -> float:
    """Return the variance between groups that a random-intercept model estimates."""
    return float(fit.cov_re.iloc[0, 0])


# A chapter's answers by the exercise's number: a choice, or how an answer is computed.
Answers = dict[str, Choice | Callable[[Facts], Answer]]

"""Demonstrations for a lecture: a slider, a picture that follows it, and what the picture shows.

Each is simulated on the scale of a study, so that a room sees the field it knows. A demonstration
knows nothing of widgets or pages: :mod:`helpers.course.demonstrations.live` shows it in a
notebook, and a page that has no kernel shows pictures and sentences made beforehand.
"""

from abc import ABC, abstractmethod
from functools import cached_property
from typing import ClassVar, NamedTuple

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from scipy.special import stdtrit
from scipy.stats import norm

from helpers.course.demonstrations.figures import (
    draw_drawn_in,
    draw_naive_errors,
    draw_opposed_slopes,
    draw_simulated_groups,
)
from helpers.course.style import as_png
from helpers.models.fit import MixedFit, fit_mixed
from helpers.models.moments import CONSTANT, Moments
from helpers.models.reml import Array, Point
from helpers.models.search import optimum
from helpers.models.variance import icc
from helpers.study.file import Study
from helpers.text import number, percent


class Demonstration(ABC):
    """What happens as one number changes.

    In a notebook it shows itself: a slider, the picture and the sentence.

    Parameters
    ----------
    study
        The study whose scale and words it takes.
    """

    label: str  # what the slider sets
    values: tuple[float, ...]  # where it can stand
    start: float  # where it stands at first
    alt: ClassVar[str]  # what the picture draws
    more: ClassVar[str] = ""  # what a button says that lets `advance` go on

    def __init__(self, study: Study) -> None:
        self.study = study

    def write(self, value: float) -> str:
        """Write where the slider stands."""
        return f"{value:g}"

    @abstractmethod
    def draw(self, value: float) -> Figure:
        """Draw the picture for a value."""

    @abstractmethod
    def say(self, value: float) -> str:
        """Say what the picture shows, as plain text."""

    def advance(self, value: float) -> bool:
        """Do the next part of what the picture for a value is made of; tell whether more waits."""
        return False

    def picture(self, value: float) -> bytes:
        """Draw the picture for a value, as a PNG."""
        return as_png(self.draw(value), dpi=120)

    def _ipython_display_(self) -> None:
        from helpers.course.demonstrations.live import show

        show(self)


def nearest(values: tuple[float, ...], wanted: float) -> float:
    """Return the value that is nearest.

    >>> nearest((0.0, 0.1, 0.2), 0.18)
    0.2
    """
    return min(values, key=lambda value: abs(value - wanted))


def own_icc(study: Study) -> float:
    """Return the intraclass correlation of the study's own outcome.

    >>> from helpers.study.reading import read_study
    >>> round(own_icc(read_study("hsb")), 3)
    0.18
    """
    null = fit_mixed(f"{study.outcome.name} ~ 1", study.frame, study.group.name)
    return icc(null).estimate


class BetweenWithinDemonstration(Demonstration):
    """The weight of the between slope as a slider: five groups in which two slopes are opposed."""

    alt = (
        "A few made-up units in five groups, a sign of its own for each group and a rising line "
        "through its units; an open circle on each mean, a falling dashed line through these, and "
        "a solid line through all units, whose direction follows the slider."
    )
    within, between = 1.0, -1.0

    def __init__(self, study: Study) -> None:
        super().__init__(study)
        self.label = "eta squared of the predictor"
        self.values = tuple(i / 20 for i in range(20))
        x, of_group = study.frame[study.predictor.name], study.frame[study.group.name]
        squares = ((x - x.groupby(of_group).transform("mean")) ** 2).sum()
        self.start = nearest(self.values, float(1 - squares / ((x - x.mean()) ** 2).sum()))

    def write(self, value: float) -> str:
        """Write an eta squared."""
        return f"{value:.2f}"

    def drawn(self, value: float) -> tuple[Array, Array]:
        """Return predictor and outcome, a row a group: the variance of the predictor is one."""
        means = np.sqrt(value / 2) * np.arange(-2.0, 3.0)[:, None]
        deviations = np.sqrt(1.5 * (1 - value)) * np.array([[-1.0, 0.0, 1.0]])
        # What the lines leave over is related neither to means nor to deviations.
        left = 0.3 * np.array([[1.0], [-1.0], [0.0], [-1.0], [1.0]]) * [1.0, -0.5, 1.0]
        return means + deviations, self.between * means + self.within * deviations + left

    def total(self, value: float) -> float:
        """Return the slope of all units, by the identity."""
        return value * self.between + (1 - value) * self.within

    def draw(self, value: float) -> Figure:
        """Draw the groups, and the three kinds of lines."""
        slopes = {"within": self.within, "between": self.between if value > 0 else np.nan}
        return draw_opposed_slopes(
            *self.drawn(value), slopes | {"total": self.total(value)}, self.study
        )

    def say(self, value: float) -> str:
        """Say what the identity makes of the two slopes."""
        group, units, written = self.study.group, self.study.unit.many, self.write(value)
        opening = f"Five {group.many} of three {units} are made up. Within each {group.one} the"
        if value == 0:
            return (
                f"{opening} slope is {self.within:g}, and all have the same mean of the predictor: "
                f"there is no between slope, and the total slope is {self.total(value):.2f}, that "
                "within."
            )
        rest = self.write(1 - value)
        total = self.total(value)
        verdict = (
            "The line through all is level: the two cancel."
            if abs(total) < 1e-9
            else f"The line through all rises, as those within {group.many} do."
            if total > 0
            else f"The line through all falls, though it rises within each {group.one}."
        )
        return (
            f"{opening} slope is {self.within:g}, that of the means is {self.between:g}. Eta "
            f"squared is {written}, so the total slope is {written} · ({self.between:g}) + "
            f"{rest} · {self.within:g} = {total:z.2f}. {verdict}"
        )


class IccDemonstration(Demonstration):
    """The intraclass correlation as a slider: the same draws, more or less of them the group's."""

    alt = (
        "Simulated values of the outcome as columns of grey points, a column a group, in order of "
        "the groups' true levels; an open circle on the mean of each group, and a dashed line at "
        "the mean of all."
    )
    n_groups, n_units = 20, 25

    def __init__(self, study: Study) -> None:
        super().__init__(study)
        self.label = "intraclass correlation (ICC)"
        self.values = tuple(i / 20 for i in range(19))
        outcome = study.frame[study.outcome.name]
        self._mean, self._sd = outcome.mean(), outcome.std()
        rng = np.random.default_rng(192)  # a sample as most are: no ICC is missed by chance
        self._levels = np.sort(rng.standard_normal(self.n_groups))
        self._errors = rng.standard_normal((self.n_groups, self.n_units))
        self.start = nearest(self.values, own_icc(study))

    def write(self, value: float) -> str:
        """Write an ICC."""
        return f"{value:.2f}"

    def drawn(self, value: float) -> Array:
        """Return the simulated outcome, a row a group: the total variance is the study's."""
        shares = np.sqrt(value) * self._levels[:, None] + np.sqrt(1 - value) * self._errors
        return self._mean + self._sd * shares

    def draw(self, value: float) -> Figure:
        """Draw the simulated values by group."""
        limits = self._mean - 3.4 * self._sd, self._mean + 3.4 * self._sd
        return draw_simulated_groups(self.drawn(value), limits, self.study, ordered=value > 0)

    def say(self, value: float) -> str:
        """Tell the ICC that was set from the one that the picture's values would be given."""
        groups, outcome = self.study.group.many, self.study.outcome.label
        values = self.drawn(value)
        in_group = np.repeat(np.arange(self.n_groups), self.n_units)
        rows = pd.DataFrame({"y": values.ravel(), "g": in_group})
        found = icc(fit_mixed("y ~ 1", rows, "g"))
        holds = found.conf_low <= value <= found.conf_high
        return " ".join(
            [
                f"The ICC is set to {self.write(value)}:",
                f"of the variance of {outcome}, {percent(value)} is between {groups}."
                if value > 0
                else f"but for chance, {groups} are all alike.",
                f"From the {values.size:,} {self.study.unit.many} drawn here one would estimate",
                f"{found.estimate:z.3f} (95% interval {found.conf_low:z.3f} to",
                f"{found.conf_high:z.3f}), and the interval",
                "holds the value that was set."
                if holds
                else "misses the value that was set, as one in twenty does by chance.",
            ]
        )


class ShrinkageDemonstration(Demonstration):
    """The size of groups as a slider: how far own means scatter, and how far they are drawn in."""

    alt = (
        "A row for each of some simulated groups, in order of their true levels: an open circle on "
        "the group's own mean, an arrow from there to a filled diamond on its partially pooled "
        "mean, and a short upright line at its true level; a dashed line marks the average."
    )
    n_groups = 20

    def __init__(self, study: Study) -> None:
        super().__init__(study)
        self.label = f"{study.unit.many} per {study.group.one}"
        self.values = (2, 3, 5, 8, 12, 20, 30, 50, 80, 120, 200)
        y, x, group = study.outcome.name, study.predictor.name, study.group.name
        fit = fit_mixed(f"{y} ~ {x}", study.frame, group)
        self._tau2, self._sigma2 = float(fit.cov_re.iloc[0, 0]), fit.scale
        self.start = nearest(self.values, float(study.frame.groupby(group).size().median()))
        rng = np.random.default_rng(234)  # levels and luck as most are, and not related
        self._levels = np.sort(rng.standard_normal(self.n_groups))
        self._luck = rng.standard_normal(self.n_groups)

    def reliability(self, n: float) -> float:
        """Return λ, the share of an own mean's variance that is not luck."""
        return self._tau2 / (self._tau2 + self._sigma2 / n)

    def drawn(self, n: float) -> tuple[Array, Array, Array]:
        """Return own means of n units, partially pooled means and true levels of the groups."""
        true = np.sqrt(self._tau2) * self._levels
        own = true + np.sqrt(self._sigma2 / n) * self._luck
        return own, self.reliability(n) * own, true

    def draw(self, value: float) -> Figure:
        """Draw the means and where they are drawn to."""
        reach = 1.1 * max(np.abs(each).max() for each in self.drawn(self.values[0]))
        return draw_drawn_in(*self.drawn(value), reach, self.study)

    def say(self, value: float) -> str:
        """Say how far means are drawn in, and which of the two are nearer to the truth here."""
        one, many = self.study.group.one, self.study.group.many
        units = f" {self.study.outcome.units}" if self.study.outcome.units else ""
        own, pooled, true = self.drawn(value)
        off = {
            name: float(np.sqrt(np.mean((each - true) ** 2)))
            for name, each in {"own": own, "pooled": pooled}.items()
        }
        counted = f"{value:,} {self.study.unit.many}"
        if self._tau2 == 0:
            return (
                f"In this study the variance between {many} is estimated as zero. Then λ is zero "
                f"for any size: whatever its own mean says, each {one} is given the average. "
                f"With {counted} per {one} the own means are off by {number(off['own'])}"
                f"{units} (root mean square), by luck alone."
            )
        share = self.reliability(value)
        return (
            f"With {counted} per {one}, λ = τ²/(τ² + σ²/n) is {share:.2f}: each own mean is "
            f"drawn {percent(1 - share)} of the way to the average. The own means of these "
            f"{self.n_groups} simulated {many} are off their true levels by {number(off['own'])}"
            f"{units} (root mean square), the partially pooled ones by {number(off['pooled'])}: "
            + (
                "no difference that matters."
                if number(off["pooled"]) == number(off["own"])
                else "nearer to the truth."
                if off["pooled"] < off["own"]
                else "by chance no nearer this time, though on average they are."
            )
        )


class Fitted(NamedTuple):
    """A simulated study, fitted as if its rows were independent (naive) and as a mixed model.

    The truth is zero, and with groups of one size both give the same estimate. An interval's reach
    is half of its width.
    """

    estimate: float
    naive_error: float
    naive_reach: float
    mixed_error: float
    mixed_reach: float


class NaiveErrorDemonstration(Demonstration):
    """The intraclass correlation as a slider: what a standard error that ignores it gets wrong."""

    alt = (
        "A histogram of the estimates of simulated studies around a truth of zero; below it, three "
        "bars: where the estimates lie, and how far the intervals of an ordinary regression and of "
        "a mixed model reach, each with the share of intervals that miss the truth."
    )
    more = "Run a thousand studies"
    n_studies, batch = 1000, 25

    def __init__(self, study: Study) -> None:
        super().__init__(study)
        self.label = "intraclass correlation (ICC)"
        self.values = (0.0, 0.02, 0.05, 0.1, 0.2, 0.5)
        sizes = study.frame.groupby(study.group.name).size()
        self.n_groups = 2 * round(np.clip(len(sizes), 10, 100) / 2)
        self.n_units = round(np.clip(sizes.mean(), 2, 100))
        self._sd = float(study.frame[study.outcome.name].std())
        self.start = nearest(self.values, own_icc(study))
        self._rngs = {value: np.random.default_rng(8) for value in self.values}
        self._fitted: dict[float, list[Fitted]] = {value: [] for value in self.values}

    def write(self, value: float) -> str:
        """Write an ICC."""
        return f"{value:.2f}"

    def advance(self, value: float) -> bool:
        """Simulate and fit another batch of studies; tell whether there are to be more."""
        if len(self._fitted[value]) < self.n_studies:
            rng = self._rngs[value]
            self._fitted[value] += [self._simulate(value, rng) for _ in range(self.batch)]
        return len(self._fitted[value]) < self.n_studies

    def fitted(self, value: float) -> pd.DataFrame:
        """Return the studies so far, a row a study; at least one batch."""
        if not self._fitted[value]:
            self.advance(value)
        return pd.DataFrame(self._fitted[value])

    @cached_property
    def _plan(self) -> MixedFit:
        """The design of each study, as a fit to an outcome that is going to be redrawn."""
        groups = pd.RangeIndex(self.n_groups, name="group")
        n = np.full(self.n_groups, self.n_units)
        means = np.array([np.ones(self.n_groups), np.sin(groups)])
        products = np.zeros((2, 2, self.n_groups))
        products[1, 1] = n - 1
        kinds = pd.DataFrame({"kind": np.arange(self.n_groups) % 2}, groups)
        return fit_mixed("y ~ kind", Moments(groups, (CONSTANT, "y"), n, means, products, kinds))

    def _simulate(self, value: float, rng: np.random.Generator) -> Fitted:
        """Draw one study in which the kind of group makes no difference, and fit it twice."""
        data, units = self._plan.best.data, self._plan.scaling
        theta = np.array([np.sqrt(value / (1 - value))])
        sigma = np.sqrt(1 - value) * self._sd / units.scale
        drawn = data.redrawn(np.zeros(2), theta[:, None], sigma, rng)
        naive = Point(drawn, True, np.zeros(1))
        mixed = optimum(drawn, True)
        kind = units.fixed[1]
        variances = [each.variance * kind @ each.inverse @ kind for each in (naive, mixed)]
        errors = units.scale * np.sqrt(variances)
        degrees = data.n_rows - data.n_fixed, mixed.satterthwaite(kind)
        reaches = errors * stdtrit(degrees, 0.975)  # the quantiles of t
        estimate = units.scale * float(kind @ mixed.coefficients)
        return Fitted(estimate, errors[0], reaches[0], errors[1], reaches[1])

    def error_of_estimate(self, value: float) -> float:
        """Return the standard deviation that the estimate has by algebra."""
        of_mean = self._sd**2 * (value + (1 - value) / self.n_units)
        return float(np.sqrt(4 * of_mean / self.n_groups))

    def draw(self, value: float) -> Figure:
        """Draw the estimates so far, and what the two kinds of interval make of them."""
        fitted = self.fitted(value)
        naive, mixed = self.missed(value)
        reaches = {
            "95% of the estimates": fitted["estimate"].abs().quantile(0.95),
            f"rows independent:\n{percent(naive)} miss the truth": fitted["naive_reach"].mean(),
            f"mixed model:\n{percent(mixed)} miss the truth": fitted["mixed_reach"].mean(),
        }
        limit = 3.2 * self.error_of_estimate(self.values[-1])
        return draw_naive_errors(
            fitted["estimate"].to_numpy(),
            self.n_studies * float(norm.pdf(0)) / self.error_of_estimate(value),
            reaches,
            (-limit, limit),
            f"{len(fitted):,} of {self.n_studies:,} studies",
        )

    def missed(self, value: float) -> tuple[float, float]:
        """Return the shares of naive and of mixed intervals that miss the truth."""
        fitted = self.fitted(value)
        off = fitted["estimate"].abs()
        naive, mixed = off > fitted["naive_reach"], off > fitted["mixed_reach"]
        return float(naive.mean()), float(mixed.mean())

    def say(self, value: float) -> str:
        """Say how often the intervals so far miss, and how far off the naive error is."""
        group, units = self.study.group, self.study.unit.many
        fitted = self.fitted(value)
        naive, mixed = self.missed(value)
        spread, error = float(fitted["estimate"].std()), float(fitted["naive_error"].mean())
        design = np.sqrt(1 + (self.n_units - 1) * value)
        few = ["With as few as here it is somewhat larger."] if self.n_groups < 30 else []
        return " ".join(
            [
                f"Each study compares two kinds of {group.one} that do not differ:",
                f"{self.n_groups} {group.many} of {self.n_units} {units}.",
                f"Of {len(fitted):,} studies, the 95% interval that takes {units} for independent",
                f"misses the truth in {_against_promise(naive, len(fitted))};",
                f"that of the mixed model in {_against_promise(mixed, len(fitted))}.",
                f"The estimates' standard deviation is {number(spread / error)} times the naive",
                "standard error. With many groups that ratio is the square root of the design",
                f"effect, √(1 + {self.n_units - 1} · {self.write(value)}) = {number(design)}.",
                *few,
            ]
        )


def _against_promise(share: float, n: int) -> str:
    """Write the share of n 95% intervals that miss the truth, beside the 5% that should.

    >>> _against_promise(0.51, 1000)
    '51%, further from the promised 5% than chance explains'
    >>> _against_promise(0.06, 1000)
    '6.0%, the promised 5% but for chance'
    """
    if abs(share - 0.05) <= 3 * np.sqrt(0.05 * 0.95 / n):
        return f"{percent(share)}, the promised 5% but for chance"
    if share < 0.05:
        return f"{percent(share)}, fewer than the promised 5%: it errs on the careful side"
    return f"{percent(share)}, further from the promised 5% than chance explains"


def demonstrate_between_within(study: Study) -> Demonstration:
    """Show how a total slope turns from that within groups to that between them.

    Parameters
    ----------
    study
        The study whose words are used, and at the eta squared of whose predictor the slider starts.

    Returns
    -------
    Demonstration
        Five made-up groups of three units, with opposite slopes within and between.

    Examples
    --------
    >>> from helpers.study.reading import read_study
    >>> demonstrate_between_within(read_study("hsb")).say(0.75)[-63:]
    'The line through all falls, though it rises within each school.'
    """
    return BetweenWithinDemonstration(study)


def demonstrate_icc(study: Study) -> Demonstration:
    """Show what an intraclass correlation looks like, from none to nearly all.

    Parameters
    ----------
    study
        The study whose outcome and words are used, and at whose own ICC the slider starts.

    Returns
    -------
    Demonstration
        Twenty simulated groups: the same random draws at every value, so that only the ICC moves.

    Examples
    --------
    >>> from helpers.study.reading import read_study
    >>> demonstrate_icc(read_study("hsb")).say(0.2)[:61]
    'The ICC is set to 0.20: of the variance of math achievement, '
    """
    return IccDemonstration(study)


def demonstrate_shrinkage(study: Study) -> Demonstration:
    """Show how far means of groups are drawn towards the average, by the size of the groups.

    Parameters
    ----------
    study
        The study; its own variances, of the model with its predictor, are taken for the truth.

    Returns
    -------
    Demonstration
        Twenty simulated groups with their true levels: the same random draws at every size.

    Examples
    --------
    >>> from helpers.study.reading import read_study
    >>> demonstrate_shrinkage(read_study("hsb")).say(8)[:55]
    'With 8 students per school, λ = τ²/(τ² + σ²/n) is 0.51:'
    """
    return ShrinkageDemonstration(study)


def demonstrate_naive_error(study: Study) -> Demonstration:
    """Show what a standard error gets wrong that takes the units of a group for independent.

    Parameters
    ----------
    study
        The study, for the number and size of the groups, the outcome's scale and the words.

    Returns
    -------
    Demonstration
        Simulated studies of a group-level predictor that makes no difference, each fitted by
        ordinary regression and by :func:`~helpers.models.fit.fit_mixed`'s REML, batch by batch.

    Examples
    --------
    >>> from helpers.study.reading import read_study
    >>> demonstrate_naive_error(read_study("hsb")).say(0.2)[:82]
    'Each study compares two kinds of school that do not differ: 100 schools of 45 stud'
    """
    return NaiveErrorDemonstration(study)

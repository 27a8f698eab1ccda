"""Profile-likelihood intervals: what values the data do not speak against.

The interval of a parameter holds the values at which, with all others at their best, minus twice
the log-likelihood is above its minimum by no more than the quantile of chi-squared with one degree
of freedom (Bates, Mächler, Bolker and Walker, 2015, J. Stat. Softw. 67(1), section 5.1).

All is done in standardised columns, and in combinations of them of length one, so that units and
origin make no difference.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.linalg import null_space
from scipy.stats import chi2

from helpers.models.reml import Array, Point, Reduced, triangle
from helpers.models.search import Landscape, apart, lower_triangular, newton, optimum, places

# How near a limit's deviance comes to the quantile, in its square root.
CLOSE = 1e-9

# Beyond so many standard deviations of the outcome there is no limit to be found: data that do not
# exclude those exclude nothing.
FAR = 1e3

# From how many places is climbed to see whether a profile is at its best.
CLIMBED = 6


def fixed_effect_limits(best: Point, contrast: Array, level: float) -> tuple[float, float]:
    """Return the profile-likelihood limits of a linear combination of the fixed effects.

    The likelihood is the plain one: restricted likelihoods with other fixed effects do not compare.

    Parameters
    ----------
    best
        The optimum by ML.
    contrast
        The combination's weights, shape (p,), not all zero.
    level
        The interval's coverage, such as 0.95.
    """
    length = float(np.linalg.norm(contrast))
    weights = contrast / length
    turned = best.data.in_basis(fixed=_completed(weights[None]))

    def profile(value: float) -> float:
        return optimum(turned.with_first_fixed_at(value), False).value

    estimate = float(weights @ best.coefficients)
    step = math.sqrt(best.variance * weights @ best.inverse @ weights)
    low, high = _limits(profile, best.value, estimate, step, level)
    return low * length, high * length


def icc_limits(best: Point, level: float) -> tuple[float, float]:
    """Return the profile-likelihood limits of θ²/(1 + θ²), for a random intercept alone."""

    def profile(share: float) -> float:
        return Point(best.data, best.reml, np.sqrt([share / (1.0 - share)])).value

    relative = float(best.theta[0] ** 2)
    # No share of one: there σ² would be zero.
    return _limits(profile, best.value, relative / (1.0 + relative), 0.05, level, 0.0, 1.0 - 1e-9)


def covariance_limits(best: Point, kind: str, effects: Array, level: float) -> tuple[float, float]:
    """Return the profile-likelihood limits of a parameter of the covariance.

    The arguments are those of :class:`CovarianceProfile`, and the interval's coverage.
    """
    profile = CovarianceProfile(best, kind, effects)
    limits = _limits(
        profile,
        best.value,
        profile.estimate,
        profile.step,
        level,
        *BOUNDS[kind],
        check=profile.at_best,
    )
    return limits[0] * profile.unit, limits[1] * profile.unit


# The edges of each parameter's space.
BOUNDS = {
    "sd": (0.0, math.inf),
    "residual": (0.0, math.inf),
    "cov": (-math.inf, math.inf),
    "cor": (-1.0, 1.0),
}


class CovarianceProfile:
    """Minus twice the log-likelihood as a function of a parameter of the covariance.

    All other parameters are at their best. The likelihood is that of the fit, restricted or not.
    The parameter is measured in `unit`, that of combinations of length one.

    Parameters
    ----------
    best
        The optimum.
    kind
        ``"sd"`` of one random effect, ``"cov"`` or ``"cor"`` of two, or ``"residual"`` for σ.
    effects
        Those effects as combinations of the standardised ones, shape (0, 1 or 2, q).
    """

    def __init__(self, best: Point, kind: str, effects: Array) -> None:
        lengths = np.linalg.norm(effects, axis=1)
        self.kind, self.reml = kind, best.reml
        self.unit = 1.0 if kind == "cor" else float(lengths.prod())
        self.basis = _completed(effects / lengths[:, None])
        self.data = best.data.in_basis(random=self.basis)
        self.view = Landscape(self.data, best.reml)
        found = lower_triangular(math.sqrt(best.variance) * self.basis @ best.factor)
        start = np.append(found[triangle(len(found))], best.log_variance)
        self.estimate, size = _value(kind, start)
        n_units = self.data.n_rows if kind == "residual" else self.data.inside.shape[-1]
        self.step = size * math.sqrt(2.0 / n_units)
        # The lowest ends known, by the parameter's value.
        self.known = {self.estimate: _rest(kind, start)}
        self.values: dict[float, float] = {}
        self.discovered: list[Array] = []

    def __call__(self, value: float) -> float:
        """Return the lowest value that is reached from ends known nearby."""
        if self._edge(value):
            return self._without_effects(value)
        nearest = sorted(self.known, key=lambda other: abs(other - value))[:2]
        return self._lowest(value, [*(self.known[other] for other in nearest), *self.discovered])

    def at_best(self, value: float) -> float:
        """Return the lowest value, looked for everywhere."""
        near = self(value)
        if self._edge(value):
            return near
        found = self._lowest(value, self._promising(value))
        if found < near - 1e-8 and value in self.known:
            # Another branch, to be followed from now on besides the nearest ends.
            self.discovered = [*self.discovered[-2:], self.known[value]]
        return min(near, found)

    def _lowest(self, value: float, starts: list[Array]) -> float:
        """Walk down from several starts, remember the lowest end, and return its value."""
        lowest, without = math.inf, self._without_effects(value)
        for start in starts:
            end = self._walked(value, start)
            if end is not None and end.value < min(lowest, without):
                lowest = end.value
                if lowest < self.values.get(value, math.inf):
                    self.values[value], self.known[value] = lowest, end.theta
        return min(lowest, without)

    def _edge(self, value: float) -> bool:
        """Whether there are no other coordinates: no such effect, or no residual variance."""
        return self.kind in ("sd", "residual") and value == 0

    def _walked(self, value: float, rest: Array) -> "Held | None":
        start = Held(self.data, self.reml, self.kind, value, rest)
        if not math.isfinite(start.value):
            return None
        try:
            return newton(start)
        except (RuntimeError, np.linalg.LinAlgError):
            return None

    def _without_effects(self, value: float) -> float:
        """Return the value at the best models in which the parameter stands for nothing.

        With no variance of one of two effects any correlation will do; with a standard deviation
        of zero there is no effect.
        """
        if self.kind == "cor":
            return self._value_without_one
        return self._value_without_one if self.kind == "sd" and value == 0 else math.inf

    @cached_property
    def _value_without_one(self) -> float:
        effects = range(2 if self.kind == "cor" else 1)
        return min(optimum(self.data.without_effect(i), self.reml).value for i in effects)

    @cached_property
    def _everywhere(self) -> tuple[Array, Array]:
        """Λ and log σ² at many places, without the parameter being held."""
        halves = self.basis @ places(self.data)
        lower = np.linalg.qr(halves.transpose(0, 2, 1)).R.transpose(0, 2, 1)
        lower = lower * np.where(np.diagonal(lower, axis1=1, axis2=2) < 0, -1.0, 1.0)[:, None]
        # σ² lies between what is left within the groups, and everything.
        lowest = math.log(self.data.residual_outside / self.data.n_rows)
        levels = np.linspace(lowest, max(0.5, lowest + 1), 12 if self.data.n_random == 1 else 4)
        if self.kind in ("cor", "residual"):
            levels = levels[:1]
        return np.repeat(lower, len(levels), axis=0), np.tile(levels, len(lower))

    def _promising(self, value: float) -> list[Array]:
        """Return coordinates of the lowest of many places where the parameter has a value."""
        lower, log_variances = self._everywhere
        given: Array | None = log_variances
        if self.kind == "residual":
            given = np.full(len(lower), 2 * math.log(value))
        elif self.kind == "cor":
            given = None
        sigma = np.ones(len(lower)) if given is None else np.exp(given / 2)
        rows, columns = triangle(self.data.n_random)
        flat = np.column_stack([lower[:, rows, columns] * sigma[:, None], log_variances])
        if given is not None:
            flat[:, -1] = given
        rests = _rest(self.kind, flat.T)
        joined = _join(self.kind, value, rests)
        halves = np.zeros_like(lower)
        halves[:, rows, columns] = (joined[:-1] / sigma).T
        values = self.view.values(halves, given)
        chosen = apart(halves, values, 0.3, CLIMBED)
        found = []
        for i in chosen:
            rest = rests[:, i].copy()
            if given is None:
                theta = halves[i][rows, columns]
                log_variance = Point(self.data, self.reml, theta).log_variance
                rest[:-1] *= math.exp(log_variance / 2)
                rest[-1] = log_variance
            found.append(rest)
        return found


def _value(kind: str, v: Array) -> tuple[float, float]:
    """Return a parameter's value, and a size to measure steps by.

    A covariance is given by the lower triangle L of its Cholesky factor, row by row, and log σ².
    """
    if kind == "sd":
        return abs(v[0]), max(abs(v[0]), 0.1)
    if kind == "cov":
        return v[0] * v[1], max(v[0] * math.hypot(v[1], v[2]), 0.01)
    if kind == "cor":
        spread = math.hypot(v[1], v[2])
        return (min(max(v[1] / spread, -1.0), 1.0) if spread else 0.0), 1.0
    sigma = math.exp(v[-1] / 2)
    return sigma, sigma


def _rest(kind: str, v: Array) -> Array:
    """Return the other coordinates, with which :func:`_join` makes up the covariance again."""
    if kind == "sd":
        return v[1:].copy()
    if kind == "cov":
        return np.concatenate([np.log(np.maximum(v[:1], 1e-3)), v[2:]])
    if kind == "cor":
        return np.concatenate([v[:1], np.hypot(v[1:2], v[2:3]), v[3:]])
    return v[:-1].copy()


def _join(kind: str, value: float, rest: Array) -> Array:
    """Return L and log σ² of a parameter's value and the other coordinates."""
    if kind == "sd":
        return np.concatenate([np.full_like(rest[:1], value), rest])
    if kind == "cov":
        size = np.exp(rest[:1])
        return np.concatenate([size, value / size, rest[1:]])
    if kind == "cor":
        other = math.sqrt(1.0 - value**2)
        return np.concatenate([rest[:1], value * rest[1:2], other * rest[1:2], rest[2:]])
    return np.concatenate([rest, np.full_like(rest[:1], 2 * math.log(value))])


@dataclass(frozen=True)
class Held:
    """Minus twice the log-likelihood in all coordinates but a parameter that is held.

    Parameters
    ----------
    data, reml
        As in :class:`~helpers.models.reml.Point`.
    kind, held
        The parameter, and its value.
    theta
        The other coordinates.
    """

    data: Reduced
    reml: bool
    kind: str
    held: float
    theta: Array

    @cached_property
    def _joined(self) -> Array:
        return _join(self.kind, self.held, self.theta)

    @cached_property
    def _point(self) -> Point:
        log_variance = float(self._joined[-1])
        theta = self._joined[:-1] * math.exp(-log_variance / 2)
        return Point(self.data, self.reml, theta, log_variance)

    @property
    def value(self) -> float:
        """Minus twice the log-likelihood; infinite where there is none."""
        # A standard deviation below zero would turn the correlation round.
        if self.kind == "cor" and min(self.theta[:2]) < 0:
            return math.inf
        try:
            with np.errstate(over="raise", invalid="raise", divide="raise"):
                return self._point.value
        except (FloatingPointError, OverflowError, np.linalg.LinAlgError):
            return math.inf

    @cached_property
    def profiled(self) -> tuple[Array, Array]:
        """Gradient and Hessian in the other coordinates."""
        gradient, hessian = self._point.derivatives
        theta = self._point.theta
        shrunk = math.exp(-self._joined[-1] / 2)
        # From θ = L / σ and log σ² to L and log σ².
        first = np.diag(np.append(np.full(len(theta), shrunk), 1.0))
        first[:-1, -1] = -theta / 2
        bent = first.T @ hessian @ first
        bent[:-1, -1] -= gradient[:-1] * shrunk / 2
        bent[-1, :-1] -= gradient[:-1] * shrunk / 2
        bent[-1, -1] += gradient[:-1] @ theta / 4
        slopes = first.T @ gradient
        # From there to the coordinates, by complex steps, which have no rounding to trade off
        # against (Squire and Trapp, 1998).
        steps = self.theta[:, None] + 1e-30j * np.eye(len(self.theta))
        second = _join(self.kind, self.held, steps).imag / 1e-30
        hessian = second.T @ bent @ second
        if self.kind == "cov":  # the one whose coordinates are bent
            hessian[0, 0] += slopes[:2] @ self._joined[:2]
        return second.T @ slopes, hessian


def _limits(
    profile: Callable[[float], float],
    minimum: float,
    estimate: float,
    step: float,
    level: float,
    low: float = -math.inf,
    high: float = math.inf,
    check: Callable[[float], float] | None = None,
) -> tuple[float, float]:
    """Find where a profile has risen above the minimum by the quantile of chi-squared.

    Where a profile follows some branches only, `check` looks for lower ones.
    """
    rise = math.sqrt(chi2.ppf(level, 1))
    look = profile if check is None else check

    def beyond(value: float) -> float:
        # The root of the rise is nearly a straight line on either side, and soon solved.
        return math.sqrt(max(profile(value) - minimum, 0.0)) - rise

    def limit(bound: float, direction: int) -> float:
        if math.isfinite(bound) and math.sqrt(max(look(bound) - minimum, 0.0)) <= rise:
            return bound
        inner, width = estimate, step
        for _ in range(200):
            outer = inner + direction * width
            outer = max(outer, bound) if direction < 0 else min(outer, bound)
            width *= 2
            if beyond(outer) > 0:
                found = _root(beyond, inner, outer)
                if math.sqrt(max(look(found) - minimum, 0.0)) - rise > -100 * CLOSE:
                    return found
                # There is a lower branch, which goes on.
                outer = found
            inner = outer
            if abs(inner) > FAR * max(1.0, abs(estimate), step):
                return direction * math.inf
        raise RuntimeError("a profile has no limit within reach")

    return limit(low, -1), limit(high, 1)


def _root(function: Callable[[float], float], inside: float, outside: float) -> float:
    """Find where a function that is below zero inside, and above outside, is zero."""
    below, above = function(inside), function(outside)
    if below >= -CLOSE:
        return inside
    kept = 0
    for turn in range(200):
        # False position, by the Illinois rule; and halves where that is slow.
        straight = math.isfinite(above) and turn % 8 < 7
        share = below / (below - above) if straight else 0.5
        middle = inside + share * (outside - inside)
        value = function(middle)
        if abs(value) < CLOSE or middle in (inside, outside):
            return middle
        if value < 0:
            inside, below = middle, value
            above = above / 2 if kept < 0 else above
            kept = -1
        else:
            outside, above = middle, value
            below = below / 2 if kept > 0 else below
            kept = 1
    return inside


def _completed(rows: Array) -> Array:
    """Add orthonormal rows to independent ones until the matrix is square."""
    return np.vstack([rows, null_space(rows).T]) if len(rows) < rows.shape[1] else rows

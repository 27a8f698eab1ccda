"""Profile-likelihood intervals: what values the data do not speak against.

The interval of a parameter holds the values at which, with all others at their best, minus twice
the log-likelihood is above its minimum by no more than the quantile of chi-squared with one degree
of freedom (Bates, Mächler, Bolker and Walker, 2015, J. Stat. Softw. 67(1), section 5.1).
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np
from scipy.linalg import null_space
from scipy.optimize import brentq, minimize
from scipy.stats import chi2

from helpers.models.reml import Array, Point, Reduced, triangle
from helpers.models.search import newton


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
    turned = best.data.in_basis(fixed=_completed(contrast[None]))
    theta = best.theta

    def profile(value: float) -> float:
        nonlocal theta
        point = newton(Point(turned.with_first_fixed_at(value), False, theta))
        theta = point.theta
        return point.value

    estimate = float(contrast @ best.coefficients)
    step = math.sqrt(best.variance * contrast @ best.inverse @ contrast)
    return _limits(profile, best.value, estimate, step, level)


def icc_limits(best: Point, level: float) -> tuple[float, float]:
    """Return the profile-likelihood limits of θ²/(1 + θ²), for a random intercept alone."""

    def profile(share: float) -> float:
        return Point(best.data, best.reml, np.sqrt([share / (1.0 - share)])).value

    relative = float(best.theta[0] ** 2)
    # No share of one: there σ² would be zero.
    return _limits(profile, best.value, relative / (1.0 + relative), 0.05, level, 0.0, 1.0 - 1e-9)


def covariance_limits(best: Point, kind: str, effects: Array, level: float) -> tuple[float, float]:
    """Return the profile-likelihood limits of a parameter of the covariance.

    The arguments are those of :func:`covariance_profile`, and the interval's coverage.
    """
    profile, estimate, step = covariance_profile(best, kind, effects)
    return _limits(profile, best.value, estimate, step, level, *_PARAMETERS[kind].bounds)


def covariance_profile(
    best: Point, kind: str, effects: Array
) -> tuple[Callable[[float], float], float, float]:
    """Return minus twice the log-likelihood as a function of a parameter of the covariance.

    All other parameters are at their best. The likelihood is that of the fit, restricted or not.

    Parameters
    ----------
    best
        The optimum.
    kind
        ``"sd"`` of one random effect, ``"cov"`` or ``"cor"`` of two, or ``"residual"`` for σ.
    effects
        Those effects as combinations of the standardised ones, shape (0, 1 or 2, q).

    Returns
    -------
    tuple
        The function, the parameter's estimate, and a step that is small beside its uncertainty.
    """
    basis = _completed(effects)
    data = best.data.in_basis(random=basis)
    half = _lower_triangular(math.sqrt(best.variance) * basis @ best.factor)
    parameter = _PARAMETERS[kind]
    found = np.append(half[triangle(data.n_random)], best.log_variance)
    # The slope is zero wherever a diagonal entry of L is, and a covariance may have to change its
    # sign on the way: so the search also starts away from zero, and with covariances turned round.
    diagonal = np.append(np.equal(*triangle(data.n_random)), True)
    away = np.where(diagonal[:-1] & (found[:-1] < 0.1), 0.2, found[:-1])
    away = np.append(away, found[-1])
    others = [away, np.where(diagonal, away, -away)] if data.n_random > 1 else []
    last = parameter.rest(away)

    @cache
    def profile(value: float) -> float:
        nonlocal last
        starts = [np.where(np.abs(last) < 1e-3, 0.1, last), *map(parameter.rest, others)]
        minima = [_best_rest(data, best.reml, parameter, value, start) for start in starts]
        lowest = min(minima, key=lambda minimum: minimum[0])
        last = lowest[1]
        return lowest[0]

    n_units = data.n_rows if kind == "residual" else data.inside.shape[-1]
    return profile, parameter.value(found), parameter.scale(found) * math.sqrt(2.0 / n_units)


@dataclass(frozen=True)
class _Parameter:
    """One parameter of the covariance, as a coordinate beside the rest of them.

    The covariance is given by the vector of the lower triangle L of its Cholesky factor, row by
    row, and log σ². `value` and `rest` take such a vector apart, `join` puts it together; `scale`
    is a size to measure steps by.
    """

    value: Callable[[Array], float]
    rest: Callable[[Array], Array]
    join: Callable[[float, Array], Array]
    scale: Callable[[Array], float]
    bounds: tuple[float, float]


_PARAMETERS = {
    "sd": _Parameter(
        value=lambda v: abs(v[0]),
        rest=lambda v: v[1:],
        join=lambda sd, rest: np.concatenate([[sd], rest]),
        scale=lambda v: max(abs(v[0]), 0.1),
        bounds=(0.0, np.inf),
    ),
    "cov": _Parameter(
        value=lambda v: v[0] * v[1],
        rest=lambda v: np.concatenate([[np.log(max(v[0], 0.01))], v[2:]]),
        join=lambda cov, rest: np.concatenate(
            [[np.exp(rest[0]), cov * np.exp(-rest[0])], rest[1:]]
        ),
        scale=lambda v: max(v[0] * np.hypot(v[1], v[2]), 0.01),
        bounds=(-np.inf, np.inf),
    ),
    "cor": _Parameter(
        value=lambda v: v[1] / np.hypot(v[1], v[2]),
        # Logs, since a standard deviation below zero would turn the correlation round.
        rest=lambda v: np.concatenate([np.log([v[0], np.hypot(v[1], v[2])]), v[3:]]),
        join=lambda cor, rest: np.concatenate(
            [
                [np.exp(rest[0]), cor * np.exp(rest[1]), np.sqrt(1 - cor**2) * np.exp(rest[1])],
                rest[2:],
            ]
        ),
        scale=lambda v: 1.0,
        bounds=(-1.0, 1.0),
    ),
    "residual": _Parameter(
        value=lambda v: math.exp(v[-1] / 2),
        rest=lambda v: v[:-1],
        join=lambda sigma, rest: np.concatenate([rest, [2 * np.log(sigma)]]),
        scale=lambda v: math.exp(v[-1] / 2),
        bounds=(0.0, np.inf),
    ),
}


def _best_rest(
    data: Reduced, reml: bool, parameter: _Parameter, value: float, start: Array
) -> tuple[float, Array]:
    """Return the least minus twice the log-likelihood, given one parameter, and where it is."""

    def at(rest: Array) -> tuple[float, Array]:
        try:
            with np.errstate(over="raise", invalid="raise", divide="raise"):
                return _value_and_gradient(data, reml, parameter, value, rest)
        except (FloatingPointError, np.linalg.LinAlgError, ZeroDivisionError):
            # A step that leaves the numbers is too long; the search then shortens it.
            return 1e300, np.zeros_like(rest)

    with np.errstate(over="ignore", invalid="ignore"):
        minimum = minimize(at, start, jac=True, method="BFGS", options={"gtol": 1e-6})
    return float(minimum.fun), minimum.x


def _value_and_gradient(
    data: Reduced, reml: bool, parameter: _Parameter, value: float, rest: Array
) -> tuple[float, Array]:
    """Return minus twice the log-likelihood with one parameter given, and its slope in the rest."""

    def relative(rest: Array) -> Array:
        joined = parameter.join(value, rest)
        return np.concatenate([joined[:-1] * np.exp(-joined[-1] / 2), joined[-1:]])

    at = relative(rest)
    point = Point(data, reml, at[:-1], float(at[-1]))
    # A complex step has no rounding to trade off against (Squire and Trapp, 1998).
    steps = rest + 1e-30j * np.eye(len(rest))
    jacobian = np.array([relative(step).imag for step in steps]) / 1e-30
    return point.value, jacobian @ point.derivatives[0]


def _limits(
    profile: Callable[[float], float],
    minimum: float,
    estimate: float,
    step: float,
    level: float,
    low: float = -np.inf,
    high: float = np.inf,
) -> tuple[float, float]:
    """Find where a profile has risen above the minimum by the quantile of chi-squared."""
    rise = math.sqrt(chi2.ppf(level, 1))

    def beyond(value: float) -> float:
        # The root of the rise is nearly a straight line on either side, and soon solved.
        return math.sqrt(max(profile(value) - minimum, 0.0)) - rise

    def limit(bound: float, direction: int, step: float) -> float:
        inner, outer = estimate, estimate
        while outer != bound:
            outer = estimate + direction * step
            outer = max(outer, bound) if direction < 0 else min(outer, bound)
            if beyond(outer) > 0:
                return float(brentq(beyond, inner, outer, xtol=1e-9 * step, rtol=1e-8))
            inner, step = outer, 2 * step
        return bound

    return limit(low, -1, step), limit(high, 1, step)


def _completed(rows: Array) -> Array:
    """Add orthonormal rows to independent ones until the matrix is square."""
    return np.vstack([rows, null_space(rows).T]) if len(rows) < rows.shape[1] else rows


def _lower_triangular(matrix: Array) -> Array:
    """Return lower triangular L with LL' = matrix matrix' and a diagonal not below zero."""
    lower = np.linalg.qr(matrix.T).R.T
    return lower * np.where(np.diag(lower) < 0, -1.0, 1.0)

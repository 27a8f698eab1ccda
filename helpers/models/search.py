"""The search for the highest top of the likelihood, which may have several.

With few groups a likelihood often has more than one top, and the one that a climb from some start
reaches need not be the highest. A random intercept has one parameter, and all its tops are found:
:class:`OneEffect` says why none fits between the places where it is looked at. With more random
effects the likelihood is looked at on a grid that holds the edges, where a variance is zero or a
correlation one, and climbed from every top of that grid.
"""

from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache
from itertools import combinations_with_replacement, product
from typing import Any, ClassVar, Protocol, TypeVar

import numpy as np

from helpers.models.reml import BOUNDARY_TOLERANCE, RANK_TOLERANCE, Array, Point, Reduced, triangle

# Most groups that the grid is looked at with; of more a part will do to tell where to start.
MOST_GROUPS = 200

# Up to how many groups a likelihood is taken to be rugged.
FEW = 50

# How wide the narrowest combination of two random effects is beside the widest, in standard
# deviations: on the edge, near it, well inside; with many groups, and with few.
MIDDLE = (0.0, 0.15, 0.6)
NARROWER = (0.0, 0.07, 0.2, 0.35, 0.6)

# With three random effects or more: how many places are drawn.
DRAWN = 600

# From how many places is climbed at most.
CLIMBED = 8


class Hill(Protocol):
    """What :func:`newton` walks down: a function of `theta` with its first two derivatives."""

    __dataclass_fields__: ClassVar[dict[str, Any]]

    @property
    def theta(self) -> Array:
        """Where it is."""

    @property
    def value(self) -> float:
        """The function's value."""

    @property
    def profiled(self) -> tuple[Array, Array]:
        """Gradient and Hessian."""


AnyHill = TypeVar("AnyHill", bound=Hill)


def optimum(data: Reduced, reml: bool) -> Point:
    """Find the θ of highest likelihood.

    Parameters
    ----------
    data, reml
        As in :class:`~helpers.models.reml.Point`.

    Raises
    ------
    RuntimeError, LinAlgError
        If no climb arrives.
    """
    if data.n_random == 0:
        return Point(data, reml, np.empty(0))
    found = lowest(Point(data, reml, theta) for theta in starts(data, reml))
    if data.n_random == 2 and data.inside.shape[-1] > FEW and _near_edge(found):
        # There even a likelihood of many groups may have several tops.
        more = [Point(data, reml, theta) for theta in starts(data, reml, rugged=True)]
        found = lowest([found, *more])
    rows, columns = triangle(data.n_random)
    theta = np.where(np.abs(found.theta) < BOUNDARY_TOLERANCE**1.5, 0.0, found.theta)
    signs = np.where(theta[rows == columns] < 0, -1.0, 1.0)
    return Point(data, reml, theta * signs[columns])


def lowest(places: Iterable[AnyHill]) -> AnyHill:
    """Walk down from several places, of which some may lead nowhere; return the lowest end."""
    ends: list[AnyHill] = []
    failed: Exception = RuntimeError("there is nowhere to start")
    for place in places:
        try:
            ends.append(newton(place))
        except (RuntimeError, np.linalg.LinAlgError) as error:
            failed = error
    if not ends:
        raise failed
    best = min(ends, key=lambda end: end.value)
    for end in ends:
        # Of equals the smallest: on a flat likelihood it would be rounding that chooses.
        if (
            end.value < best.value + 1e-8
            and np.abs(end.theta).max() < 0.9 * np.abs(best.theta).max()
        ):
            best = end
    return best


def _near_edge(point: Point) -> bool:
    widths = np.linalg.svd(point.factor, compute_uv=False)
    return bool(widths[-1] < 0.1 * widths[0])


def starts(data: Reduced, reml: bool, rugged: bool | None = None) -> list[Array]:
    """Return the θ from which some climb reaches the highest top.

    A likelihood of two random effects is looked at closely where it is rugged; None if that is to
    be told by the number of groups.
    """
    rugged = data.inside.shape[-1] <= FEW if rugged is None else rugged
    if data.n_random == 1:
        return OneEffect(data, reml).tops()
    few = _some_groups(data)
    view = Landscape(few, reml)
    if data.n_random == 2:
        halves = _tops_of_two(view, rugged)
    else:
        drawn = draws(data.n_random, _sizes(data, rugged=True)[-1])
        halves = [drawn[i] for i in apart(drawn, view.values(drawn), 0.5, CLIMBED)]
        halves += _from_smaller_models(few, reml)
    nothing = np.zeros_like(halves[0])
    at_nothing, *values = view.values(np.array([nothing, *halves]))
    if at_nothing < min(values) + 1.0:
        halves.append(nothing)
    thetas = [lower_triangular(half)[triangle(data.n_random)] for half in halves]
    if few is not data:
        most = 3 if rugged else 1
        return sorted(thetas, key=lambda theta: Point(data, reml, theta).value)[:most]
    return thetas


def _some_groups(data: Reduced) -> Reduced:
    if data.inside.shape[-1] <= MOST_GROUPS:
        return data
    few = data.thinned(MOST_GROUPS)
    values = np.linalg.eigvalsh(few.cross)
    # A rare level-2 column may be missing among those few.
    return data if values[0] < 1e-9 * values[-1] else few


class OneEffect:
    """The criterion of a single random effect, as a function of u = log θ².

    Only weights 1 / (1 + R_j² θ²) depend on θ. For a complex u with |Im u| < π they lie in an open
    half plane, and then so do (y - Xb)'V⁻¹(y - Xb) and the pivots of X'V⁻¹X; none is zero, and the
    criterion is analytic in that strip. By Nyquist's rule for such functions places a quarter apart
    tell it to exp(-4π²) of its size: no top fits in between that the slopes there do not betray.

    Parameters
    ----------
    data, reml
        As in :class:`~helpers.models.reml.Point`, with one random effect.
    """

    SPACING = 0.25

    def __init__(self, data: Reduced, reml: bool) -> None:
        self.data, self.reml = data, reml
        self.degrees = data.n_rows - reml * data.n_fixed
        sizes, rows = data.inside[0, 0] ** 2, data.inside[1:, 0]
        # Of a column that is zero in a group, rounding may have left something.
        sizes[sizes < RANK_TOLERANCE * sizes.max()] = 0.0
        pairs = list(combinations_with_replacement(range(len(rows)), 2))
        products = np.array([rows[a] * rows[b] for a, b in pairs])
        self.counts = np.ones(len(sizes))
        if len(sizes) > MOST_GROUPS:
            sizes, of = np.unique(sizes, return_inverse=True)
            self.counts = np.bincount(of).astype(float)
            products = np.array([np.bincount(of, product) for product in products])
        place = np.zeros((len(rows), len(rows)), dtype=int)
        for i, (a, b) in enumerate(pairs):
            place[a, b] = place[b, a] = i
        self.sizes, self.products = sizes, products[place.ravel()].T

    def slopes(self, u: Array) -> Array:
        """Return the derivative at each of some u."""
        relative = np.exp(u)[:, None] * self.sizes
        weights = 1.0 / (1.0 + relative)
        shape = (len(u), *self.data.outside.shape)
        gram = (weights @ self.products).reshape(shape) + self.data.outside
        moved = -((relative * weights**2) @ self.products).reshape(shape)
        last = np.linalg.inv(gram)[:, -1]
        squares = np.einsum("ga,gab,gb->g", last, moved, last) / last[:, -1]
        slopes = (relative * weights) @ self.counts + self.degrees * squares
        if self.reml:
            inverse = np.linalg.inv(gram[:, :-1, :-1])
            slopes += np.einsum("gab,gab->g", inverse, moved[:, :-1, :-1])
        return slopes

    def ends(self) -> tuple[float, float]:
        """Return the u below which the criterion is that of θ = 0, and beyond which it rises."""
        data, sizes = self.data, self.sizes[self.sizes > 0]
        within = data.outside_values.min(initial=data.n_rows) / data.n_rows
        between = float((data.inside[-1] ** 2).sum()) / data.residual_outside
        last = 1e3 * (data.n_rows - data.n_outside + self.degrees * between) / within
        return float(np.log(1e-5 / sizes.max())), float(np.log(last / sizes.min()))

    def tops(self) -> list[Array]:
        """Return the θ of all tops, nearly, zero among them if it is one."""
        first, last = self.ends()
        u = np.linspace(first, last, int((last - first) / self.SPACING) + 2)
        slopes = self.slopes(u)
        for _ in range(20):
            closer = self._betrayed(u, slopes)
            if len(closer) == 0:
                break
            u, order = np.unique(np.concatenate([u, closer]), return_index=True)
            slopes = np.concatenate([slopes, self.slopes(closer)])[order]
        turns = np.flatnonzero((slopes[:-1] < 0) & (slopes[1:] >= 0))
        share = slopes[turns] / (slopes[turns] - slopes[turns + 1])
        found = u[turns] + share * (u[turns + 1] - u[turns])
        return [np.zeros(1)] * bool(slopes[0] >= 0) + [np.exp([at / 2]) for at in found]

    @staticmethod
    def _betrayed(u: Array, slopes: Array) -> Array:
        """Return places beside those where the slope nears zero, as if to pass it and come back."""
        away = np.abs(slopes)
        before, here, after = away[:-2], away[1:-1], away[2:]
        one_sign = (slopes[:-2] * slopes[1:-1] > 0) & (slopes[1:-1] * slopes[2:] > 0)
        near = one_sign & (here <= before) & (here <= after)
        near &= 2 * here < np.maximum(before, after)
        i = np.flatnonzero(near) + 1
        return np.concatenate([(u[i - 1] + u[i]) / 2, (u[i] + u[i + 1]) / 2])


class Landscape:
    """Minus twice the log-likelihood at many places at once, to see where to start.

    Parameters
    ----------
    data, reml
        As in :class:`~helpers.models.reml.Point`.
    """

    def __init__(self, data: Reduced, reml: bool) -> None:
        self.data, self.reml = data, reml
        q, d = data.n_random, data.inside.shape[1]
        self.pairs = list(combinations_with_replacement(range(d), 2))
        rows, others = data.inside[:q], data.inside[q:]
        spreads, products = [], []
        for i, k in self.pairs:
            spreads.append((rows[:, None, i] * rows[:, k]).reshape(q * q, -1))
            product = others[:, None, i] * others[:, k]
            products.append(product if i == k else product + product.transpose(1, 0, 2))
        self.spreads = np.concatenate(spreads, axis=1)
        flat = [product.reshape(data.outside.size, -1) for product in products]
        self.products = np.concatenate(flat, axis=1).T

    def values(self, halves: Array, log_variance: Array | float | None = None) -> Array:
        """Return the values at places.

        Parameters
        ----------
        halves
            A square matrix for each place, whose product with its transpose is ΛΛ'; shape
            (g, q, q).
        log_variance
            Logs of the residual variance σ²; None for the best ones.
        """
        q, p, n = self.data.n_random, self.data.n_fixed, len(halves)
        relative = (halves @ halves.transpose(0, 2, 1)).reshape(n, q * q)
        entries = (relative @ self.spreads).reshape(n, len(self.pairs), self.data.inside.shape[-1])
        for place, (i, k) in enumerate(self.pairs):
            if i == k:
                entries[:, place] += 1.0
        log_det = _invert(entries, self.pairs)
        gram = (entries.reshape(n, len(self.products)) @ self.products).reshape(n, p + 1, p + 1)
        gram += self.data.outside
        with np.errstate(divide="ignore", invalid="ignore"):
            pivots = _pivots(gram)
            log_squares = np.log(pivots[-1])
            degrees = self.data.n_rows - self.reml * p
            if log_variance is None:
                log_variance = log_squares - np.log(degrees)
            value = log_det + degrees * (np.log(2 * np.pi) + log_variance)
            value += np.exp(log_squares - log_variance)
            if self.reml:
                value += np.log(pivots[:-1]).sum(axis=0)
        return np.where(np.isnan(value), np.inf, value)


def _invert(entries: Array, pairs: list[tuple[int, int]]) -> Array:
    """Invert symmetric matrices in place, given by entries; return sums of log determinants."""
    if len(pairs) == 3:
        a, b, c = (entries[:, i] for i in range(3))
        determinant = a * c - b * b
        b *= -1.0 / determinant
        a[:], c[:] = c / determinant, a / determinant
        return np.log(determinant).sum(axis=-1)
    place = {pair: i for i, pair in enumerate(pairs)}
    log_det = np.zeros(len(entries))
    for k in range(max(pairs)[0] + 1):
        # Beaton's sweep, of all matrices at once.
        pivot = entries[:, place[k, k]].copy()
        log_det += np.log(pivot).sum(axis=-1)
        side = {
            i: entries[:, place[min(i, k), max(i, k)]].copy()
            for i in range(max(pairs)[0] + 1)
            if i != k
        }
        for i, j in pairs:
            if k not in (i, j):
                entries[:, place[i, j]] -= side[i] * side[j] / pivot
        for i, entry in side.items():
            entries[:, place[min(i, k), max(i, k)]] = entry / pivot
        entries[:, place[k, k]] = -1.0 / pivot
    np.negative(entries, out=entries)
    return log_det


def _pivots(matrices: Array) -> Array:
    """Return the pivots of Gauss's elimination, shape (size, number of matrices), spoiling them."""
    size = matrices.shape[-1]
    for i in range(size - 1):
        column = matrices[:, i + 1 :, i] / matrices[:, i, i, None]
        matrices[:, i + 1 :, i + 1 :] -= column[:, :, None] * matrices[:, i, None, i + 1 :]
    return np.diagonal(matrices, axis1=1, axis2=2).T


def _tops_of_two(view: Landscape, rugged: bool) -> list[Array]:
    """Return halves near the tops of the likelihood of two random effects.

    A covariance is taken as a direction, a size along it, and how narrow it is across. Where it is
    not narrow at all, on the edge, the likelihood may have a ridge where a group lies across the
    direction, so as not to be widened: those directions are looked at beside the even ones. Zero is
    near enough to the smallest size to be reached from there.
    """
    tops = []
    sizes = _sizes(view.data, rugged)
    for narrow in NARROWER if rugged else MIDDLE:
        angles = _angles(view.data, narrow, rugged)
        looked = np.stack(np.broadcast_arrays(sizes, angles[:, None], narrow), axis=-1)
        values = view.values(_halves(looked.reshape(-1, 3))).reshape(looked.shape[:2])
        # Directions come round again, sizes end.
        around = np.full((len(angles) + 2, len(sizes) + 2), np.inf)
        around[1:-1, 1:-1] = values
        around[0], around[-1] = around[-2], around[1]
        lowest_near = np.lib.stride_tricks.sliding_window_view(around, (3, 3)).min(axis=(2, 3))
        tops.append(np.dstack([looked, values])[values <= lowest_near])
    return _climbable(view, np.concatenate(tops), rugged)


def _climbable(view: Landscape, tops: Array, rugged: bool) -> list[Array]:
    """Look more closely around tops of the grid, and return halves at those worth a climb."""
    # How much lower a closer look may find a place: more where many groups make slopes steep.
    slack = 40.0 * max(1.0, view.data.inside.shape[-1] / FEW) if rugged else 4.0
    places, values = tops[:, :3], tops[:, 3]
    for i in range(4 if rugged else 2):
        near = values <= values.min() + slack / 2**i
        # What is on the edge stays there: a top on it and one beside it are two.
        edge, inside = places[near & (places[:, 2] == 0)], places[near & (places[:, 2] > 0)]
        closer = [
            _lowest_around(view, part, steps / 2**i)
            for part, steps in ((edge, _AROUND[::3]), (inside, _AROUND))
            if len(part)
        ]
        places, values = (np.concatenate(each) for each in zip(*closer, strict=True))
    near = values <= values.min() + 1.0
    places, values = places[near], values[near]
    chosen = []
    for kind in (places[:, 2] == 0, places[:, 2] > 0):
        halves = _halves(places[kind])
        chosen += [halves[i] for i in apart(halves, values[kind], 0.2, CLIMBED)]
    return chosen


# Steps of log size, direction and relative width to look around by.
_AROUND = np.array(list(product((0.0, 0.4, -0.4), (0.0, 0.06, -0.06), (0.0, 0.1, -0.1))))


def _lowest_around(view: Landscape, places: Array, steps: Array) -> tuple[Array, Array]:
    """Return the lowest place within some steps of each, and its value."""
    around = places[:, None] + steps * [0, 1, 1]
    around[..., 0] *= np.exp(steps[:, 0])
    around[..., 2] = around[..., 2].clip(0, 1)
    values = view.values(_halves(around.reshape(-1, 3))).reshape(around.shape[:2])
    best = values.argmin(axis=1)[:, None]
    return (
        np.take_along_axis(around, best[..., None], axis=1)[:, 0],
        np.take_along_axis(values, best, axis=1)[:, 0],
    )


def _sizes(data: Reduced, rugged: bool) -> Array:
    """Return the standard deviations to look at, relative to σ.

    What is left within the groups says how small σ may be beside the outcome, whose standard
    deviation is one.
    """
    largest = max(40.0, 3.0 * np.sqrt(data.n_rows / data.residual_outside))
    n_groups = data.inside.shape[-1]
    # The fewer the groups, the more rugged is the likelihood.
    smallest = 0.03 if rugged else 0.1
    ratio = 1.5 if n_groups <= 15 else 2.5 if rugged else 7.0
    n = int(np.ceil(np.log(largest / smallest) / np.log(ratio))) + 1
    return np.exp(np.linspace(np.log(smallest), np.log(largest), n))


def _angles(data: Reduced, narrow: float, rugged: bool) -> Array:
    """Return the directions to look along, sorted."""
    n = 8 if not rugged else 32 if narrow else 96
    even = np.pi * (np.arange(n) + 0.5) / n
    if narrow or not rugged:
        return even
    across = np.linalg.eigh(np.einsum("kdj,ldj->jkl", data.inside[:2], data.inside[:2]))[1][:, :, 0]
    return np.sort(np.concatenate([even, np.arctan2(across[:, 1], across[:, 0]) % np.pi]))


def _halves(places: Array) -> Array:
    """Return halves for sizes, directions and relative widths across, shape (..., 2, 2)."""
    size, angle, narrow = np.moveaxis(places, -1, 0)
    cos, sin = size * np.cos(angle), size * np.sin(angle)
    return np.stack([cos, -narrow * sin, sin, narrow * cos], axis=-1).reshape(*size.shape, 2, 2)


def places(data: Reduced) -> Array:
    """Return halves all over the space of the random effects, shape (g, q, q)."""
    q = data.n_random
    if q == 1:
        return _sizes(data, rugged=True)[:, None, None]
    if q > 2:
        return draws(q, _sizes(data, rugged=True)[-1])
    rugged = data.inside.shape[-1] <= FEW
    return _halves(
        np.concatenate(
            [
                np.stack(
                    np.broadcast_arrays(_sizes(data, rugged)[::2], angles, narrow), axis=-1
                ).reshape(-1, 3)
                for narrow in MIDDLE
                for angles in [_angles(data, narrow, rugged)[:, None]]
            ]
        )
    )


@lru_cache(maxsize=8)
def draws(q: int, largest: float) -> Array:
    """Return halves for q random effects in all directions, of all widths and ranks."""
    rng = np.random.default_rng(q)
    turns = np.linalg.qr(rng.standard_normal((DRAWN, q, q)))[0]
    sizes = np.exp(rng.uniform(np.log(0.03), np.log(largest), DRAWN))
    narrower = rng.uniform(0, 1, (DRAWN, q)).cumprod(axis=1)
    narrower *= np.arange(q) < rng.integers(1, q + 1, DRAWN)[:, None]
    return turns * (sizes[:, None] * narrower / narrower[:, :1])[:, None]


def apart(halves: Array, values: Array, share: float, most: int) -> list[int]:
    """Return which are the lowest places, leaving out those that are close to a lower one."""
    chosen: list[int] = []
    covariances = halves @ halves.transpose(0, 2, 1)
    for i in np.argsort(values):
        near = (
            abs(covariances[i] - covariances[k]).max() <= share * abs(covariances[k]).max()
            for k in chosen
        )
        if not any(near):
            chosen.append(int(i))
        if len(chosen) == most:
            break
    return chosen


def _from_smaller_models(data: Reduced, reml: bool) -> list[Array]:
    """Return the optimum without each of the random effects, and with a little of it."""
    found = []
    for effect in range(data.n_random):
        half = np.zeros((data.n_random, data.n_random))
        others = [i for i in range(data.n_random) if i != effect]
        half[np.ix_(others, others)] = optimum(data.without_effect(effect), reml).factor
        found.append(half)
    return found


def lower_triangular(matrix: Array) -> Array:
    """Return lower triangular L with LL' = matrix matrix' and a diagonal not below zero."""
    lower = np.linalg.qr(matrix.T).R.T
    return lower * np.where(np.diag(lower) < 0, -1.0, 1.0)


def newton(point: AnyHill, steps: int = 200) -> AnyHill:
    """Walk downhill by Newton's method, made safe by the absolute eigenvalues of the Hessian."""
    for _ in range(steps):
        gradient, hessian = point.profiled
        values, vectors = np.linalg.eigh(hessian)
        along = vectors.T @ gradient
        curvature = np.maximum(np.abs(values), 1e-8 * np.abs(values).max() + 1e-12)
        move = -along / curvature
        gain = float(along @ (along / curvature))
        # Where between and within groups vary exactly alike, the curvature at zero is rounding.
        falling = values < -max(1e-6 * np.abs(values).max(), 1e-9)
        # A gain this small is lost in the rounding of the value; the last step is still a good one.
        arrived = gain < max(1e-9, 1e-13 * abs(point.value))
        if arrived and not falling.any():
            return replace(point, theta=point.theta + vectors @ move)
        if arrived:
            # A saddle: the gradient says nothing, the curvature does.
            move = np.where(falling, 0.1, 0.0)
            gain = 0.0
        step, share = vectors @ move, 1.0
        longest = np.abs(step).max() / (1.0 + np.abs(point.theta).max())
        share = min(1.0, 3.0 / longest)
        while True:
            trial = replace(point, theta=point.theta + share * step)
            if trial.value < point.value - 1e-4 * share * gain:
                break
            if share < 1e-10:
                return point
            share /= 2
        point = trial
    raise RuntimeError("the likelihood has no optimum within reach")

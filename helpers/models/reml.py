"""Exact maximum likelihood, plain (ML) or restricted (REML), from the moments of the groups.

The model, with relative covariance factor Λ (lower triangular, entries θ; Bates, Mächler, Bolker
and Walker, 2015, J. Stat. Softw. 67(1), doi 10.18637/jss.v067.i01):

    y_j = X_j b + Z_j u_j + e_j,    u_j ~ N(0, σ² Λ Λ'),    e_j ~ N(0, σ² I).

A group's rows split in two. With Q_j an orthonormal basis of Z_j's columns, and Z_j = Q_j R_j, the
part of the data outside that basis holds no u_j: summed over the groups it is one matrix of
cross-products, the same for every θ. What is inside are the q numbers Q_j'y_j, with Q_j'X_j and
R_j; their covariance is σ² M_j, M_j = I + R_j Λ Λ' R_j'. For a random intercept this is the split
into deviations from the group mean and √n_j times the group mean. So

    X'V⁻¹X = outside + Σ (Q_j'X_j)' M_j⁻¹ (Q_j'X_j),    log|V| = Σ log|M_j|    (in units of σ²),

b and σ² profile out, and one evaluation costs O(J q² (p + q)), whatever the number of rows. Nothing
is subtracted that could cancel, so that a large θ loses no digits.

In arrays the groups come last: that axis is contiguous, and the loops over q are short.
"""

import math
from dataclasses import dataclass, replace
from functools import cache, cached_property

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

# Below this share of a column's variance, what other columns leave of it is rounding error.
RANK_TOLERANCE = 1e-12

# Below this, an entry of Λ (in standardised units) is a variance of zero.
BOUNDARY_TOLERANCE = 1e-5


@dataclass(frozen=True)
class Reduced:
    """What the likelihood needs of the data, in standardised units.

    Parameters
    ----------
    inside
        (Q_j'[Z_j X_j y_j])', shape (q + p + 1, d, J), with d the number of columns of Q_j.
    exists
        Which of those d dimensions a group's data span, shape (d, J).
    outside
        Cross-products of [X y] outside the random effects' columns, summed over the groups,
        shape (p + 1, p + 1).
    n_rows
        N, the number of level-1 units.
    """

    inside: Array
    exists: NDArray[np.bool_]
    outside: Array
    n_rows: int

    @property
    def n_random(self) -> int:
        """The number of random effects of a group, q."""
        return len(self.inside) - len(self.outside)

    @property
    def n_fixed(self) -> int:
        """The number of fixed effects, p."""
        return len(self.outside) - 1

    @cached_property
    def _outside_basis(self) -> tuple[Array, Array]:
        """Eigenvalues and eigenvectors of X's part of `outside`, the zero ones left out."""
        values, vectors = np.linalg.eigh(self.outside[:-1, :-1])
        spanned = values > RANK_TOLERANCE * self.n_rows
        return values[spanned], vectors[:, spanned]

    @property
    def outside_values(self) -> Array:
        """The eigenvalues of X'X outside, those of zero left out."""
        return self._outside_basis[0]

    @property
    def n_outside(self) -> int:
        """The dimensions that neither the random nor the fixed effects span within the groups."""
        return self.n_rows - int(self.exists.sum()) - len(self._outside_basis[0])

    @property
    def n_between(self) -> int:
        """The dimensions inside that the fixed effects do not span."""
        return int(self.exists.sum()) - (self.n_fixed - len(self._outside_basis[0]))

    @property
    def residual_outside(self) -> float:
        """The outcome's sum of squares in those dimensions."""
        values, vectors = self._outside_basis
        explained = ((vectors.T @ self.outside[:-1, -1]) ** 2 / values).sum()
        return float(self.outside[-1, -1] - explained)

    def in_basis(self, fixed: Array | None = None, random: Array | None = None) -> "Reduced":
        """Express effects in another basis: new effects = matrix @ effects, both invertible."""
        q, inside, outside = self.n_random, self.inside.copy(), self.outside.copy()
        if random is not None:
            inside[:q] = _times(np.linalg.inv(random).T, inside[:q])
        if fixed is not None:
            inverse = np.linalg.inv(fixed)
            inside[q:-1] = _times(inverse.T, inside[q:-1])
            outside[:-1] = inverse.T @ outside[:-1]
            outside[:, :-1] = outside[:, :-1] @ inverse
        return replace(self, inside=inside, outside=outside)

    def thinned(self, most: int) -> "Reduced":
        """Keep at most about so many groups, evenly chosen, and as large a part of the rest."""
        step = max(self.inside.shape[-1] // most, 1)
        return replace(
            self,
            inside=self.inside[..., ::step],
            exists=self.exists[:, ::step],
            outside=self.outside / step,
            n_rows=self.n_rows // step,
        )

    @property
    def cross(self) -> Array:
        """X'X, shape (p, p)."""
        flat = self.inside[self.n_random : -1].reshape(self.n_fixed, -1)
        return flat @ flat.T + self.outside[:-1, :-1]

    def left_of_last_fixed(self) -> float:
        """Return the sum of squares that the other fixed effects leave of the last one."""
        cross = self.cross
        explained = np.linalg.solve(cross[:-1, :-1], cross[:-1, -1])
        return float(cross[-1, -1] - explained @ cross[:-1, -1])

    def with_random(self, combinations: Array) -> "Reduced":
        """Let combinations of the random effects' columns take their place, shape (q, fewer).

        What they no longer span holds only e, and goes outside; where none is left it may stay.
        """
        q, fewer = self.n_random, combinations.shape[1]
        rows, others = _times(combinations.T, self.inside[:q]), self.inside[q:]
        if fewer == 0:
            return replace(self, inside=others)
        turn = np.linalg.qr(rows.transpose(2, 1, 0), mode="complete").Q
        inside = np.einsum("kdj,jde->kej", np.concatenate([rows, others]), turn, optimize=True)
        left = inside[fewer:, fewer:].reshape(len(others), -1)
        inside = inside[:, :fewer]
        exists = np.abs(np.einsum("iij->ij", inside[:fewer])) ** 2 > RANK_TOLERANCE
        return replace(self, inside=inside, exists=exists, outside=self.outside + left @ left.T)

    def without_effect(self, effect: int) -> "Reduced":
        """Take a random effect out of the model."""
        return self.with_random(np.delete(np.eye(self.n_random), effect, axis=1))

    def with_level_2_column(self, values: Array, constant: int) -> "Reduced":
        """Add a fixed effect of a level-2 column, shape (J,), after the others.

        `constant` says which random effect is the intercept, whose column spans this one.
        """
        inside = np.insert(self.inside, -1, values * self.inside[constant], axis=0)
        outside = np.insert(np.insert(self.outside, -1, 0.0, axis=0), -1, 0.0, axis=1)
        return replace(self, inside=inside, outside=outside)

    def with_first_fixed_at(self, value: float) -> "Reduced":
        """Take the first fixed effect as known: its part off y, and itself out of X."""
        q = self.n_random
        inside = np.delete(self.inside, q, axis=0)
        inside[-1] -= value * self.inside[q]
        change = np.eye(self.n_fixed + 1)
        change[0, -1] = -value
        outside = (change.T @ self.outside @ change)[1:, 1:]
        return replace(self, inside=inside, outside=outside)

    def redrawn(
        self, coefficients: Array, factor: Array, sigma: float, rng: np.random.Generator
    ) -> "Reduced":
        """Draw another outcome from the model: its moments, without its rows.

        Inside, Q'y = Q'X b + R u + e with e of q independent errors. Outside, X'e is normal with
        covariance σ² X'X, and what X leaves of e'e is σ² times a chi-squared.
        """
        q, p, n_groups = self.n_random, self.n_fixed, self.inside.shape[-1]
        inside, outside = self.inside.copy(), self.outside.copy()
        effects = factor @ rng.standard_normal((q, n_groups))
        noise = rng.standard_normal(self.exists.shape) * self.exists
        inside[-1] = _times(coefficients, self.inside[q:-1]) + sigma * noise
        inside[-1] += sigma * (effects[:, None] * self.inside[:q]).sum(axis=0)

        values, vectors = self._outside_basis
        score = rng.standard_normal(len(values))
        with_errors = sigma * vectors @ (np.sqrt(values) * score)
        errors = sigma**2 * (score @ score + rng.chisquare(self.n_outside))
        explained = outside[:p, :p] @ coefficients
        outside[:p, -1] = outside[-1, :p] = explained + with_errors
        outside[-1, -1] = coefficients @ (explained + 2 * with_errors) + errors
        return replace(self, inside=inside, outside=outside)


@dataclass(frozen=True)
class Scaling:
    """The way back from standardised columns to the user's units.

    Parameters
    ----------
    fixed, random
        Matrices C with standardised X = X C, shape (p, p), and the same for Z, shape (q, q).
    centre, scale
        What was taken off the outcome, and what it was then divided by.
    intercept
        Where the constant stands among the fixed effects, or None.
    """

    fixed: Array
    random: Array
    centre: float
    scale: float
    intercept: int | None

    def without_effect(self, effect: int) -> Array:
        """Return an orthonormal basis of the random effects' columns but one, shape (q, q - 1).

        It is given in standardised columns. In the user's own units, or far from zero, columns
        may be so unlike in size, or so alike, that an optimiser would lose its way.
        """
        others = np.delete(np.linalg.inv(self.random), effect, axis=1)
        return np.linalg.qr(others / np.linalg.norm(others, axis=0)).Q

    def coefficients(self, standardised: Array) -> Array:
        """Return the fixed effects in the user's units."""
        back = self.scale * self.fixed @ standardised
        if self.intercept is not None:
            back[self.intercept] += self.centre
        return back

    def log_jacobian(self, n_rows: int, reml: bool) -> float:
        """Return what the units add to minus twice the log-likelihood."""
        degrees = n_rows - reml * len(self.fixed)
        return 2 * degrees * np.log(self.scale) - 2 * reml * np.linalg.slogdet(self.fixed)[1]


def reduce(
    n: Array, means: Array, products: Array, fixed: list[int], random: list[int], outcome: int
) -> tuple[Reduced, Scaling]:
    """Standardise the columns and split each group inside and outside its random effects' columns.

    Parameters
    ----------
    n, means, products
        Counts, means and centred cross-products of the groups, shapes (J,), (k, J), (k, k, J).
        Column 0 is the constant.
    fixed, random, outcome
        Which columns are X, Z and y. A column is centred only where a constant stands beside it
        to take up the shift.
    """
    q, order = len(random), [*random, *fixed, outcome]
    beside_constant = [0 in random] * q + [0 in fixed] * (len(fixed) + 1)
    centred = np.array(beside_constant) & (np.array(order) > 0)
    shift = np.where(centred, (means @ n / n.sum())[order], 0.0)
    m = means[order] - shift[:, None]
    scale = np.sqrt((np.einsum("kkj->k", products)[order] + m**2 @ n) / n.sum())
    m /= scale[:, None]
    left = products[np.ix_(order, order)] / np.multiply.outer(scale, scale)[:, :, None]

    inside = np.zeros((len(order), q, len(n)))
    exists = np.ones((q, len(n)), dtype=bool)
    if 0 in random:
        # What the group means leave is centred already, to the last digit.
        inside[:, random.index(0)] = np.sqrt(n) * m
    else:
        left += n * m[:, None] * m
    for i in (i for i in range(q) if random[i] != 0):
        square = left[i, i]
        exists[i] = square > RANK_TOLERANCE * n
        safe = np.where(exists[i], square, 1.0)
        inside[:, i] = np.where(exists[i], left[i] / np.sqrt(safe), 0.0)
        left -= inside[:, None, i] * inside[None, :, i]
    scaling = Scaling(
        _standardising(scale[q:-1], shift[q:-1], fixed),
        _standardising(scale[:q], shift[:q], random),
        float(shift[-1]),
        float(scale[-1]),
        fixed.index(0) if 0 in fixed else None,
    )
    return Reduced(inside, exists, left[q:, q:].sum(axis=-1), int(n.sum())), scaling


def _standardising(scale: Array, shift: Array, columns: list[int]) -> Array:
    """Return C with standardised columns = columns @ C."""
    matrix = np.diag(1.0 / scale)
    if 0 in columns:
        matrix[columns.index(0)] -= shift / scale
    return matrix


@dataclass(frozen=True)
class Point:
    """Minus twice the log-likelihood at one θ, and what it is made of, in standardised units.

    Parameters
    ----------
    data
        The data, reduced.
    reml
        Whether the likelihood is the restricted one.
    theta
        The lower triangle of Λ, row by row.
    given_log_variance
        The log of the residual variance σ²; None to take the best one.
    """

    data: Reduced
    reml: bool
    theta: Array
    given_log_variance: float | None = None

    @cached_property
    def factor(self) -> Array:
        """Λ, shape (q, q)."""
        matrix = np.zeros((self.data.n_random, self.data.n_random))
        matrix[triangle(self.data.n_random)] = self.theta
        return matrix

    @property
    def method(self) -> str:
        """``"REML"`` or ``"ML"``."""
        return "REML" if self.reml else "ML"

    @property
    def degrees(self) -> int:
        """N, less the fixed effects under REML."""
        return self.data.n_rows - self.reml * self.data.n_fixed

    @cached_property
    def _whitened(self) -> tuple[Array, float]:
        """The rows inside times K⁻¹, where K K' = M_j is Cholesky's; and Σ log|M_j|."""
        whitened = self.data.inside.copy()
        spread = _times(self.factor.T, whitened[: self.data.n_random])
        dimensions, n_groups = self.data.exists.shape
        cholesky = np.zeros((dimensions, dimensions, n_groups))
        log_det = 0.0
        for i in range(dimensions):
            for k in range(i + 1):
                entry = (spread[:, i] * spread[:, k]).sum(axis=0) + float(i == k)
                for h in range(k):
                    entry -= cholesky[i, h] * cholesky[k, h]
                cholesky[i, k] = np.sqrt(entry) if i == k else entry / cholesky[k, k]
            for k in range(i):
                whitened[:, i] -= cholesky[i, k] * whitened[:, k]
            whitened[:, i] /= cholesky[i, i]
            log_det += 2.0 * np.log(cholesky[i, i]).sum()
        return whitened, log_det

    @cached_property
    def _gram(self) -> Array:
        """[X y]'V⁻¹[X y], in units of σ²."""
        p = self.data.n_fixed
        flat = self._whitened[0][self.data.n_random :].reshape(p + 1, -1)
        return flat @ flat.T + self.data.outside

    @cached_property
    def _half_inverse(self) -> Array:
        """The inverse of the Cholesky factor of X'V⁻¹X."""
        return np.linalg.inv(np.linalg.cholesky(self._gram[:-1, :-1]))

    @cached_property
    def inverse(self) -> Array:
        """(X'V⁻¹X)⁻¹, in units of σ², shape (p, p)."""
        return self._half_inverse.T @ self._half_inverse

    @cached_property
    def coefficients(self) -> Array:
        """The fixed effects b, shape (p,)."""
        return self.inverse @ self._gram[:-1, -1]

    @cached_property
    def squares(self) -> float:
        """(y - Xb)'V⁻¹(y - Xb), in units of σ²."""
        residual = np.append(-self.coefficients, 1.0)
        return float(residual @ self._gram @ residual)

    @cached_property
    def log_variance(self) -> float:
        """Log σ²."""
        if self.given_log_variance is not None:
            return self.given_log_variance
        return float(np.log(self.squares / self.degrees))

    @cached_property
    def variance(self) -> float:
        """The residual variance σ²."""
        return float(np.exp(self.log_variance))

    @cached_property
    def value(self) -> float:
        """Minus twice the log-likelihood."""
        value = self._whitened[1] + self.degrees * (np.log(2 * np.pi) + self.log_variance)
        if self.reml:
            value -= 2 * np.log(np.diag(self._half_inverse)).sum()
        return float(value + self.squares / self.variance)

    @cached_property
    def _scores(self) -> tuple[Array, Array]:
        """R_j'M_j⁻¹R_j, shape (q, q, J); R_j'M_j⁻¹[Q_j'X_j, residual], shape (p + 1, q, J)."""
        q, whitened = self.data.n_random, self._whitened[0]
        right = whitened[q:].copy()
        right[-1] -= _times(self.coefficients, whitened[q:-1])
        left = whitened[:q]
        return np.einsum("kij,lij->klj", left, left), np.einsum("cij,kij->ckj", right, left)

    @cached_property
    def directions(self) -> Array:
        """dΨ for each entry of θ, Ψ = ΛΛ', shape (m, q, q)."""
        rows, columns = triangle(self.data.n_random)
        half = np.eye(self.data.n_random)[rows][:, :, None] * self.factor.T[columns][:, None]
        return half + half.transpose(0, 2, 1)

    @cached_property
    def _sums(self) -> Array:
        """Sums over the groups of the products of the scores, shape (p + 1, q, p + 1, q)."""
        scores = self._scores[1]
        flat = scores.reshape(-1, scores.shape[-1])
        return (flat @ flat.T).reshape(scores.shape[:2] * 2)

    @cached_property
    def derivatives(self) -> tuple[Array, Array]:
        """Gradient and Hessian of `value` in (θ, log σ²), shapes (m + 1,) and (m + 1, m + 1)."""
        q, m = self.data.n_random, len(self.theta)
        information, scores = self._scores
        flat_directions = self.directions.reshape(m, q * q)
        residual = self._sums[-1, :, -1] / self.variance
        slope = information.sum(axis=-1) - residual
        outer = (2 / self.variance * scores[-1])[:, None] * scores[-1] - information
        if self.reml:
            half = _times(self._half_inverse, scores[:-1])
            taken = (half[:, :, None] * half[:, None]).sum(axis=0)
            slope -= taken.sum(axis=-1)
            outer += 2 * taken

        gradient = np.empty(m + 1)
        gradient[:m] = flat_directions @ slope.ravel()
        gradient[m] = self.degrees - self.squares / self.variance

        pairs = (information.reshape(q * q, -1) @ outer.reshape(q * q, -1).T).reshape(q, q, q, q)
        within = flat_directions @ pairs.transpose(3, 0, 1, 2).reshape(q * q, q * q)
        within = within @ flat_directions.T
        half_cross = flat_directions @ self._sums[:-1, :, -1].reshape(-1, q * q).T
        half_cross = half_cross @ self._half_inverse.T
        within -= 2 / self.variance * half_cross @ half_cross.T
        if self.reml:
            moved = self.inverse @ self.moved
            within -= moved.reshape(m, -1) @ moved.transpose(0, 2, 1).reshape(m, -1).T
        rows, columns = triangle(q)
        within += 2 * slope[rows][:, rows] * (columns[:, None] == columns)

        hessian = np.empty((m + 1, m + 1))
        hessian[:m, :m] = (within + within.T) / 2
        hessian[:m, m] = hessian[m, :m] = flat_directions @ residual.ravel()
        hessian[m, m] = self.squares / self.variance
        return gradient, hessian

    @cached_property
    def moved(self) -> Array:
        """-d(X'V⁻¹X) for each entry of θ, shape (m, p, p)."""
        return np.einsum("aij,cidj->acd", self.directions, self._sums[:-1, :, :-1])

    @cached_property
    def profiled(self) -> tuple[Array, Array]:
        """Gradient and Hessian in θ, with σ² at its best or as given."""
        gradient, hessian = self.derivatives
        if self.given_log_variance is not None:
            return gradient[:-1], hessian[:-1, :-1]
        along = hessian[:-1, -1]
        return gradient[:-1], hessian[:-1, :-1] - np.outer(along, along) / hessian[-1, -1]

    @cached_property
    def boundary(self) -> bool:
        """Whether Λ is singular: a variance of zero, or a correlation of one."""
        return bool(np.linalg.svd(self.factor, compute_uv=False)[-1] < BOUNDARY_TOLERANCE)

    @cached_property
    def flat(self) -> bool:
        """Whether other random effects have the very same likelihood, here at an optimum."""
        values, vectors = np.linalg.eigh(self.profiled[1])
        for i in np.flatnonzero(np.abs(values) <= 1e-6 * np.abs(values).max()):
            for length in (0.1, -0.1):
                step = length * (1.0 + np.abs(self.theta).max()) * vectors[:, i]
                other = replace(self, theta=self.theta + step)
                moved = other.factor @ other.factor.T - self.factor @ self.factor.T
                if abs(other.value - self.value) < 1e-7 and np.abs(moved).max() > 1e-3:
                    return True
        return False

    @cached_property
    def conditional_modes(self) -> Array:
        """Λ times the modes of the spherical random effects: u_j given y_j, shape (q, J)."""
        return _times(self.factor @ self.factor.T, self._scores[1][-1])

    @cached_property
    def conditional_covariance(self) -> Array:
        """Covariance of u_j given y_j, at the estimates, shape (q, q, J)."""
        relative = self.factor @ self.factor.T
        taken = np.einsum("ik,klj,lm->imj", relative, self._scores[0], relative, optimize=True)
        return self.variance * (relative[:, :, None] - taken)

    def satterthwaite(self, contrast: Array) -> float:
        """Return the degrees of freedom of a linear combination of the fixed effects.

        Satterthwaite (1946, Biometrics Bull. 2) as in Kuznetsova, Brockhoff and Christensen (2017,
        J. Stat. Softw. 82(13)): twice the squared variance of the combination, over the variance
        of that variance.
        """
        side = self.inverse @ contrast
        variance = self.variance * contrast @ side
        gradient = np.append(
            self.variance * np.einsum("c,acd,d->a", side, self.moved, side), variance
        )
        hessian = self.derivatives[1]
        # In units of its own curvature, so that a large θ is not taken for an unknown one.
        size = np.sqrt(np.maximum(np.abs(np.diag(hessian)), 1e-300))
        values, vectors = np.linalg.eigh(hessian / np.outer(size, size))
        known = values > 1e-8
        spread = (vectors.T @ (gradient / size))[known] ** 2 / values[known]
        return float(variance**2 / spread.sum())


def _times(matrix: NDArray[np.floating], stack: Array) -> Array:
    """Combine a stack's first axis: tensordot with one axis, without its overhead."""
    combined = matrix @ stack.reshape(len(stack), math.prod(stack.shape[1:]))
    return combined.reshape(*matrix.shape[:-1], *stack.shape[1:])


@cache
def triangle(q: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Rows and columns of the lower triangle of a q by q matrix, row by row."""
    return np.tril_indices(q)

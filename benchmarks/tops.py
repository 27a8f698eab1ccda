"""Whether a fit is the highest top of its likelihood: print the table of benchmarks/tops.md.

    python benchmarks/tops.py > benchmarks/tops.md

Studies are drawn that make a likelihood with several tops likely: few groups, of very unequal
sizes, with outlying units. Each is fitted, and its likelihood is searched again by an oracle that
shares no code with the fit and takes a hundred times as many looks: moments of rows instead of
orthonormal ones, V⁻¹ = I - Z A Z' with A in closed form, and a pattern search from many places.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from helpers.models.fit import fit_mixed
from helpers.models.moments import FitError

Array = np.ndarray

FORMULAS = ("y ~ 1", "y ~ x", "y ~ w", "y ~ x + w", "y ~ x * w", "y ~ x + C(c)")
EFFECTS = ("1", "0 + x", "1 + x", "1 + x")
TOLERANCE = 1e-6
CHI2 = 3.841458820694124


@dataclass(frozen=True)
class Drawn:
    """A study, and the model to fit."""

    frame: pd.DataFrame
    formula: str
    random: str
    reml: bool

    @property
    def kind(self) -> str:
        """What kind of study the table counts it as."""
        few = "2 to 4" if self.frame["g"].nunique() <= 4 else "5 to 12"
        few = few if self.frame["g"].nunique() <= 12 else "13 to 250"
        effects = {"1": "intercept", "0 + x": "slope alone"}.get(self.random, "both")
        return f"{few} | {effects} | {'REML' if self.reml else 'ML'}"


def draw(seed: int) -> Drawn:
    """Draw a study and a model."""
    rng = np.random.default_rng([seed, 15])
    many = rng.random() < 0.05
    n_groups = int(rng.integers(13, 250) if many else rng.integers(2, 13))
    largest = 20 if many else 60
    shapes: list[Callable[[], Array]] = [
        lambda: rng.integers(1, largest + 1, n_groups),
        lambda: np.exp(rng.uniform(0, np.log(largest), n_groups)).astype(int),
        lambda: np.where(rng.random(n_groups) < 0.6, 1, rng.integers(1, largest + 1, n_groups)),
        lambda: rng.integers(1, 5, n_groups),
    ]
    sizes = shapes[rng.integers(4)]()
    sizes[rng.integers(n_groups)] += 3
    group = np.repeat(np.arange(n_groups), sizes)
    x = rng.standard_normal(len(group)) if rng.random() < 0.7 else rng.standard_t(2, len(group))
    x += rng.choice([0.0, 0.5, 3.0]) * rng.standard_normal(n_groups)[group]
    w = rng.standard_normal(n_groups).round(2)
    half = rng.choice([0.0, 0.3, 1.0, 4.0], 2)[:, None] * rng.standard_normal((2, 2))
    effects = half @ rng.standard_normal((2, n_groups))
    y = 0.5 * x + effects[0, group] + effects[1, group] * x + 0.3 * w[group]
    y += rng.standard_normal(len(group)) if rng.random() < 0.8 else rng.standard_t(2, len(group))
    frame = pd.DataFrame({"g": group, "x": x.round(3), "w": w[group], "y": y.round(3)})
    frame["c"] = rng.choice(list("abc"), len(group))
    formula, random = FORMULAS[rng.integers(len(FORMULAS))], EFFECTS[rng.integers(len(EFFECTS))]
    return Drawn(frame, formula, random, bool(rng.random() < 0.5))


class Oracle:
    """The likelihood of up to two random effects, and a slow search for its highest top.

    Parameters
    ----------
    x, z, y, group
        Fixed-effects columns, random-effects columns, outcome and the groups' numbers.
    reml
        Whether the likelihood is the restricted one.
    """

    def __init__(self, x: Array, z: Array, y: Array, group: Array, reml: bool) -> None:
        self.reml, self.n_rows, self.p = reml, len(y), x.shape[1]
        self.q, self.data = z.shape[1], (x, z, y, group)
        self.back = np.eye(2)
        if self.q == 1:
            z = np.column_stack([z, np.zeros(len(y))])
        if self.q == 2:  # other columns of the same span: the same model
            slope = z[:, 1] - z[:, 1].mean()
            self.back = np.array([[1.0, -z[:, 1].mean() / slope.std()], [0.0, 1 / slope.std()]])
            z = np.column_stack([np.ones(len(y)), slope / slope.std()])
        self.z = z
        self.spread = float(np.sqrt((z**2).mean()))
        own, each = np.column_stack([x, y]), range(group.max() + 1)
        self.own = own.T @ own
        rows = [group == j for j in each]
        self.crossed = np.array([z[at].T @ own[at] for at in rows])
        self.cross = np.array([z[at].T @ z[at] for at in rows])
        self.determinants = np.array(
            [at.sum() * ((z[at, 1] - z[at, 1].mean()) ** 2).sum() for at in rows]
        ) * (self.q == 2)
        first, second = self.crossed[:, 0], self.crossed[:, 1]
        mixed = first[:, :, None] * second[:, None]
        self.products = [
            first[:, :, None] * first[:, None],
            mixed + mixed.transpose(0, 2, 1),
            second[:, :, None] * second[:, None],
        ]

    def log_likelihood(self, places: Array) -> Array:
        """Return it at places given by log size, direction and width across; shape (g, 3)."""
        return self.of_covariance(*_covariance(places))

    def of_covariance(
        self, covariance: Array, determinant: Array, variance: Array | None = None
    ) -> Array:
        """Return it for covariances relative to σ², shape (3, g), and σ², if that is given."""
        joint = determinant[:, None]
        a, b, c = self.cross[:, 0, 0], self.cross[:, 0, 1], self.cross[:, 1, 1]
        inner = covariance.T @ np.array([a, 2 * b, c]) + 1 + joint * self.determinants
        log_det = np.log(inner).sum(axis=1)
        weights = [
            (covariance[0][:, None] + joint * c) / inner,
            (covariance[1][:, None] - joint * b) / inner,
            (covariance[2][:, None] + joint * a) / inner,
        ]
        gram = np.broadcast_to(self.own, (covariance.shape[1], *self.own.shape)).copy()
        for weight, product in zip(weights, self.products, strict=True):
            gram -= np.tensordot(weight, product, 1)
        pivots = _pivots(gram)
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            degrees = self.n_rows - self.reml * self.p
            if variance is None:
                variance = pivots[-1] / degrees
            twice = log_det + degrees * np.log(2 * np.pi * variance) + pivots[-1] / variance
            if self.reml:
                twice = twice + np.log(pivots[:-1]).sum(axis=0)
        return np.nan_to_num(-twice / 2, nan=-np.inf, posinf=-np.inf)

    def highest(self, seed: int) -> float:
        """Search for the highest top, or nothing at all."""
        free = np.array([True, self.q == 2, self.q == 2])
        place = self._climb(self.log_likelihood, seed, free)[1]
        return max(self.written_out(place), self.nothing())

    def written_out(self, place: Array) -> float:
        """Return the log-likelihood at a place by whole matrices of the groups' covariance.

        Where a covariance is large, what :meth:`of_covariance` takes away leaves too few digits.
        """
        a, b, c = _covariance(place[None])[0][:, 0]
        x, _, y, group = self.data
        own, twice = np.column_stack([x, y]), 0.0
        gram = np.zeros((self.p + 1, self.p + 1))
        for j in range(group.max() + 1):
            rows, z = own[group == j], self.z[group == j]
            v = np.eye(len(z)) + z @ np.array([[a, b], [b, c]]) @ z.T
            gram += rows.T @ np.linalg.solve(v, rows)
            twice += np.linalg.slogdet(v)[1]
        pivots = _pivots(gram[None])[:, 0]
        degrees = self.n_rows - self.reml * self.p
        twice += degrees * (np.log(2 * np.pi * pivots[-1] / degrees) + 1)
        return float(-(twice + self.reml * np.log(pivots[:-1]).sum()) / 2)

    def nothing(self) -> float:
        """Return the log-likelihood of a model in which nothing varies."""
        return float(self.log_likelihood(np.array([[-40.0, 0.0, 0.0]]))[0])

    def highest_with(self, kind: str, effects: list[int], value: float, seed: int) -> float:
        """Search for the highest place where a parameter of the covariance has a value.

        The residual variance is what makes it so, but for a correlation, which depends on the
        covariance alone.
        """
        weights = self.back[effects]
        free = np.array([True, self.q == 2, self.q == 2])
        if kind == "cor":
            inverse = np.linalg.inv(self.back)

            def of_two(places: Array) -> Array:
                # How large one effect is, and the other beside it.
                sds = np.exp(np.column_stack([places[:, 0], places[:, 0] + 6 * places[:, 1] - 9.4]))
                own = np.array([sds[:, 0] ** 2, value * sds.prod(axis=1), sds[:, 1] ** 2])
                full = inverse @ own[[0, 1, 1, 2]].T.reshape(-1, 2, 2) @ inverse.T
                relative = full.reshape(-1, 4)[:, [0, 1, 3]].T
                joint = sds.prod(axis=1) ** 2 * (1 - value**2) * np.linalg.det(inverse) ** 2
                return self.of_covariance(relative, joint)

            free[2] = False
            ends = [self._climb(of_two, seed, free)[0]]
            for column in range(2):  # with no variance of one of them any correlation will do
                alone = self._part(column)
                ends.append(alone.highest(seed))
            return max(ends)

        def with_variance(places: Array) -> Array:
            covariance, determinant = _covariance(places)
            if kind == "sd" and not effects:
                return self.of_covariance(covariance, determinant, np.full(len(places), value**2))
            one, other = weights[0], weights[-1]
            made = (
                one[0] * other[0] * covariance[0]
                + (one[0] * other[1] + one[1] * other[0]) * covariance[1]
                + one[1] * other[1] * covariance[2]
            )
            aim = value**2 if kind == "sd" else value
            with np.errstate(divide="ignore", invalid="ignore"):
                variance = aim / made
                found = self.of_covariance(covariance, determinant, variance)
            return np.where(variance > 0, found, -np.inf)

        return self._climb(with_variance, seed, free)[0]

    def _part(self, column: int) -> "Oracle":
        """Return the model in which one of two effects does not vary."""
        x, z, y, group = self.data
        return Oracle(x, z[:, [1 - column]], y, group, self.reml)

    def _climb(
        self, height: Callable[[Array], Array], seed: int, free: Array
    ) -> tuple[float, Array]:
        """Climb from many places, each by steps that shrink where none leads up."""
        rng = np.random.default_rng(seed)
        n = 2000
        places = free * np.column_stack(
            [
                rng.uniform(np.log(0.01), np.log(300.0), n) - np.log(self.spread),
                rng.uniform(0, np.pi, n),
                np.where(rng.random(n) < 0.4, 0, rng.beta(0.5, 1.0, n)),
            ]
        )
        values = height(places)
        order = np.argsort(-values)
        # The best, and some of all the others: a narrow top may look low from beside it.
        chosen = np.concatenate([order[:16], order[16:400:16], order[400:1200:50]])
        places, values = places[chosen], values[chosen]
        steps = np.full(len(places), 0.3)
        moves = np.stack(np.meshgrid(*[[-1.0, 0.0, 1.0]] * 3), axis=-1).reshape(-1, 3)
        moves = np.unique(moves * free, axis=0)
        moves = moves[np.abs(moves).sum(axis=1) > 0] * [1, 0.3, 0.3]
        for i in range(90):
            if i == 15:  # go on with those that may still win
                kept = np.argsort(-values)[:12]
                places, values, steps = places[kept], values[kept], steps[kept]
            trials = places[:, None] + steps[:, None, None] * moves
            found = height(trials.reshape(-1, 3)).reshape(len(places), -1)
            best = found.argmax(axis=1)
            higher = found.max(axis=1) > values
            places = np.where(higher[:, None], trials[np.arange(len(places)), best], places)
            values = np.maximum(values, found.max(axis=1))
            steps = np.where(higher, steps * 1.2, steps / 2)
        return float(values.max()), places[values.argmax()]


def _covariance(places: Array) -> tuple[Array, Array]:
    """Return the covariance of places of log size, direction and width across; its determinant."""
    size, angle, narrow = np.exp(2 * places[:, 0]), places[:, 1], places[:, 2] ** 2
    cos, sin = np.cos(angle), np.sin(angle)
    entries = [cos**2 + narrow * sin**2, cos * sin * (1 - narrow), sin**2 + narrow * cos**2]
    return size * np.array(entries), size**2 * narrow


def _pivots(gram: Array) -> Array:
    """Return the pivots of Gauss's elimination, of many matrices at once."""
    size = gram.shape[-1]
    pivots = np.empty((size, len(gram)))
    for i in range(size):
        pivots[i] = gram[:, i, i]
        with np.errstate(divide="ignore", invalid="ignore"):
            row = gram[:, i] / pivots[i][:, None]
        gram = gram - gram[:, :, i, None] * row[:, None]
    return pivots


def lost(study: Drawn, seed: int) -> float | str:
    """Return by how much a fit's log-likelihood is below the oracle's; or what the fit said."""
    try:
        fit = fit_mixed(study.formula, study.frame, "g", study.random, reml=study.reml)
    except FitError as error:
        return str(error)
    frame, design = study.frame, fit.design
    x, z = design.fixed_matrix(frame), design.random_matrix(frame)
    oracle = Oracle(x, z, frame["y"].to_numpy(), frame["g"].to_numpy(), study.reml)
    return oracle.highest(seed) - fit.llf


def limits_off(study: Drawn, seed: int) -> dict[str, float]:
    """Return how far the deviance at each profile limit is from the quantile of chi-squared.

    Limits at the edge of a parameter's space are left out where the deviance is below.
    """
    fit = fit_mixed(study.formula, study.frame, "g", study.random, reml=study.reml)
    by_ml = fit.refit(reml=False)
    frame, design = study.frame, fit.design
    x, z = design.fixed_matrix(frame), design.random_matrix(frame)
    y, group = frame["y"].to_numpy(), frame["g"].to_numpy()
    whole = Oracle(x, z, y, group, study.reml)
    names = {"residual": []} | {term: [i] for i, term in enumerate(design.effects)}
    off = {}
    for term, row in fit.profile_intervals().iterrows():
        for end in ("lower", "upper"):
            value = float(row[end])
            if term.startswith("var(") or not np.isfinite(value):
                continue
            if term in design.fixed:
                i = design.fixed.index(term)
                left = Oracle(np.delete(x, i, axis=1), z, y - value * x[:, i], group, False)
                deviance = 2 * (by_ml.llf - left.highest(seed))
            elif term.startswith("sd(") and value == 0:
                others = [i for i in range(z.shape[1]) if i != names[term[3:-1]][0]]
                left = Oracle(x, z[:, others], y, group, study.reml) if others else None
                highest = left.highest(seed) if left else whole.nothing()
                deviance = 2 * (fit.llf - highest)
            else:
                kind, of = term[:-1].split("(", 1)
                effects = [i for name in of.split(", ") for i in names[name]]
                deviance = 2 * (fit.llf - whole.highest_with(kind, effects, value, seed))
            edge = (term.startswith("cor") and abs(value) == 1) or value == 0
            off[f"{term} {end}"] = max(deviance - CHI2, 0) if edge else deviance - CHI2
    return off


@dataclass
class Tally:
    """What was found of one kind of study."""

    studies: int = 0
    refused: int = 0
    lower: int = 0
    higher: int = 0
    worst: float = 0.0


def main() -> None:
    """Draw, fit and search until all is done or interrupted; print a row for each kind of study."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--studies", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=0, help="the first study's number")
    options = parser.parse_args()
    tallies: dict[str, Tally] = {}
    refusals: Counter[str] = Counter()
    done = 0
    try:
        for seed in range(options.seed, options.seed + options.studies):
            study = draw(seed)
            count(study, lost(study, seed), seed, tallies.setdefault(study.kind, Tally()), refusals)
            done += 1
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
    print(HEAD.format(n=done, first=options.seed))
    for kind in sorted(tallies):
        tally = tallies[kind]
        print(
            f"| {kind} | {tally.studies:,} | {tally.refused:,} | {tally.lower} | "
            f"{tally.worst:.0e} | {tally.higher} |"
        )
    print("\nWhat was said of those refused:\n")
    for said, times in refusals.most_common():
        print(f"- {times:,} times: {said}")


def count(
    study: Drawn, found: float | str, seed: int, tally: Tally, refusals: Counter[str]
) -> None:
    """Add what was found of a study; of what should not be say its number at once."""
    tally.studies += 1
    if isinstance(found, str):
        tally.refused += 1
        refusals[found.split(";")[0]] += 1
        wrong = "no optimum" in found
    else:
        tally.worst = max(tally.worst, found)
        tally.lower += found > TOLERANCE
        tally.higher += found < -TOLERANCE
        wrong = found > TOLERANCE
    if wrong:
        print(seed, study.kind, found, file=sys.stderr, flush=True)
    elif seed % 500 == 0:
        print(seed, file=sys.stderr, flush=True)


HEAD = """# Whether a fit is the highest top of its likelihood

In {n:,} simulated studies from number {first:,} on; `benchmarks/tops.py` prints this page and says
how they are made and searched again. *Lower* counts fits whose log-likelihood is below the oracle's
by more than 1e-6; *most* is the largest such difference, rounding included; *higher* counts those
where it was the oracle that missed the top. *Refused* are models that the drawn data do not
identify.

| groups | effects that vary | by | studies | refused | lower | most | higher |
|---|---|---|--:|--:|--:|--:|--:|"""


if __name__ == "__main__":
    main()

"""Data that a fitted model would make, fitted again: by drawing moments, not rows."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from helpers.models.fit import MixedFit
from helpers.models.search import optimum


def simulate(fit: MixedFit, n: int, seed: int | None = None) -> Iterator[MixedFit]:
    """Draw outcomes from a fitted model, with its groups and predictors as they are, and refit.

    Parameters
    ----------
    fit
        The model, whose estimates are taken for the truth.
    n
        How many data sets to draw.
    seed
        The random numbers' seed.

    Yields
    ------
    MixedFit
        The same model fitted to a drawn outcome, by the same criterion.

    Notes
    -----
    What a fit takes from the rows are moments, and their distribution under the model is known:
    inside the random effects' columns a few normals a group, outside them a normal for each fixed
    effect and one chi-squared. No row is drawn, and a refit costs the same for any number of rows.

    Examples
    --------
    >>> from helpers.models.fit import fit_mixed
    >>> from helpers.study.reading import read_study
    >>> fit = fit_mixed("mathach ~ ses", read_study("hsb").frame, "schoolid")
    >>> slopes = [drawn.fe_params["ses"] for drawn in simulate(fit, 100, seed=1)]
    >>> bool(abs(np.mean(slopes) - fit.fe_params["ses"]) < 0.05)
    True
    """
    rng, best = np.random.default_rng(seed), fit.best
    for _ in range(n):
        data = best.data.redrawn(best.coefficients, best.factor, np.sqrt(best.variance), rng)
        # The rows hold the outcome that was observed, and are no rows of this fit.
        yield replace(fit, best=optimum(data, fit.reml), rows=None)


def bootstrap(
    fit: MixedFit,
    n: int,
    statistic: Callable[[MixedFit], Mapping[str, float]] | None = None,
    seed: int | None = None,
) -> pd.DataFrame:
    """Return what a parametric bootstrap estimates, a row a drawn data set.

    Parameters
    ----------
    fit, n, seed
        As in :func:`simulate`.
    statistic
        What to take from each refit; None for the fixed effects and the variances. Quantiles of
        a column are a percentile interval.

    Examples
    --------
    >>> from helpers.models.fit import fit_mixed
    >>> from helpers.study.reading import read_study
    >>> fit = fit_mixed("mathach ~ ses", read_study("hsb").frame, "schoolid")
    >>> drawn = bootstrap(fit, 50, seed=1)
    >>> list(drawn)
    ['Intercept', 'ses', 'var(Intercept)', 'var(residual)']
    """
    return pd.DataFrame([(statistic or _estimates)(drawn) for drawn in simulate(fit, n, seed)])


def _estimates(fit: MixedFit) -> dict[str, float]:
    # By arrays: a labelled frame a refit would take as long as the refit.
    half = fit.scaling.scale * fit.scaling.random @ fit.best.factor
    variances = fit.best.variance * (half**2).sum(axis=1)
    names = [f"var({term})" for term in fit.design.effects]
    return (
        dict(
            zip(
                fit.design.fixed,
                fit.scaling.coefficients(fit.best.coefficients),
                strict=True,
            )
        )
        | dict(zip(names, variances, strict=True))
        | {"var(residual)": fit.scale}
    )

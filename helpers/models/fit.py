"""Multilevel models by formula: `fit_mixed`, and what a fit knows."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import combinations
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd
import patsy
from scipy import stats

from helpers.models.design import (
    Design,
    design_of_groups,
    design_of_rows,
    moments_of_groups,
    moments_of_rows,
)
from helpers.models.estimate import Estimate
from helpers.models.moments import (
    CONSTANT,
    FitError,
    Moments,
    check_complete,
    check_known,
    group_ids,
)
from helpers.models.profile import CovarianceProfile, covariance_limits, fixed_effect_limits
from helpers.models.reml import (
    Array,
    Point,
    Scaling,
    reduce,
)
from helpers.models.search import optimum
from helpers.models.summary import Summary, covariance_table, fixed_table
from helpers.text import number, span

# The share of a column's variance that other columns must leave to tell it apart from them.
COLLINEAR = 1e-10

RESIDUAL = "residual"


def fit_mixed(
    formula: str, data: Any, groups: Any = None, random: str = "1", reml: bool = True
) -> "MixedFit":
    """Fit a multilevel model with one grouping factor, exactly.

    Parameters
    ----------
    formula
        Outcome and fixed effects, as in statsmodels: ``"mathach ~ ses * sector"``.
    data
        A data frame with a row a unit: pandas, Polars or another that narwhals reads. Or
        :class:`~helpers.models.moments.Moments`: the formula may then use the level-1 columns,
        for each such column ``x`` also ``x_mean`` and ``x_within``, and the group columns, and
        must be linear in the level-1 columns within each group.
    groups
        The column that tells groups apart, by name, or as a Series or an array with a value for
        each row; moments bring their own. Neither the type of the ids nor the order of the rows
        makes a difference.
    random
        The effects that vary from group to group, as the right side of a formula: ``"1"`` for the
        intercept, ``"1 + ses"`` for a slope too, with their covariance.
    reml
        Restricted maximum likelihood, or plain maximum likelihood.

    Returns
    -------
    MixedFit
        The fit at the optimum. That a variance is zero there is a result: see ``boundary``.

    Raises
    ------
    FitError
        If the model is not identified (one group, one unit a group, columns that determine each
        other), if values are missing or infinite, or if a name in the formula is not a column.

    Notes
    -----
    Bates, Mächler, Bolker and Walker (2015), J. Stat. Softw. 67(1), equations 35 (ML) and 42
    (REML), computed from the moments of the groups as :mod:`helpers.models.reml` explains.

    Examples
    --------
    >>> from helpers.study.reading import read_study
    >>> hsb = read_study("hsb").frame
    >>> fit = fit_mixed("mathach ~ ses", hsb, groups="schoolid")
    >>> fit.fe_params.round(4).to_dict()
    {'Intercept': 12.6575, 'ses': 2.3902}
    >>> fit.cov_re.round(4).to_dict(), round(fit.scale, 4)
    ({'Intercept': {'Intercept': 4.7682}}, 37.0344)
    """
    environment = patsy.EvalEnvironment.capture(1)
    if isinstance(data, Moments):
        design = design_of_groups(formula, random, data, environment)
        return _fit(design, moments_of_groups(design, data), reml, None)
    if groups is None:
        raise FitError("say which column tells the groups apart: groups='...'")
    frame = nw.from_native(data, pass_through=True)
    if not isinstance(frame, nw.DataFrame | nw.LazyFrame):
        raise FitError(f"the data should be a data frame, not {type(data).__name__}")
    if isinstance(frame, nw.LazyFrame):
        raise FitError(
            "the rows are not in memory; take their moments first: "
            "Moments.from_frame(data, groups, columns), and fit those"
        )
    if len(frame) == 0:
        raise FitError("the data have no rows")
    if not isinstance(groups, str):
        frame, groups = _with_groups(frame, groups)
    design = design_of_rows(formula, random, frame, groups, environment)
    kept = frame.select(*dict.fromkeys([*design.names, groups]))
    return _fit(design, moments_of_rows(design, frame, groups), reml, kept)


@dataclass(frozen=True)
class MixedFit:
    """A fitted multilevel model.

    Names are those of statsmodels' ``MixedLMResults`` where it has the same thing. What differs:
    tables of coefficients hold the fixed effects only; their standard errors are those of
    (X'V⁻¹X)⁻¹ at the estimates; intervals and p-values use t with Satterthwaite's degrees of
    freedom; the random intercept is called ``Intercept``.

    Parameters
    ----------
    design
        The formula, read.
    moments
        The moments of the formula's columns.
    best
        The optimum, in standardised units.
    scaling
        The way back to the user's units.
    rows
        The columns that the formula uses; None where the fit was made from moments.

    Examples
    --------
    >>> from helpers.study.reading import read_study
    >>> hsb = read_study("hsb").frame
    >>> fit = fit_mixed("mathach ~ ses", hsb, groups="schoolid")
    >>> fit.boundary, fit.gradient_norm < 1e-6
    (False, True)
    >>> fit.bse_fe.round(4).to_dict(), fit.df.round(1).to_dict()
    ({'Intercept': 0.188, 'ses': 0.1057}, {'Intercept': 148.3, 'ses': 6838.1})
    """

    design: Design
    moments: Moments
    best: Point
    scaling: Scaling
    rows: Any = None

    # -- what was fitted ---------------------------------------------------------------------

    @property
    def reml(self) -> bool:
        """Whether the fit is by REML."""
        return self.best.reml

    @property
    def groups(self) -> str:
        """The column that tells groups apart."""
        return str(self.moments.labels.name)

    @property
    def nobs(self) -> int:
        """The number of level-1 units."""
        return self.moments.n_rows

    @property
    def n_groups(self) -> int:
        """The number of groups."""
        return len(self.moments.n)

    @property
    def boundary(self) -> bool:
        """Whether the optimum lies on the edge: a variance of zero, or a correlation of one."""
        return self.best.boundary

    @property
    def flat(self) -> bool:
        """Whether other variances have the same likelihood: the data do not tell them apart."""
        return self.best.flat

    @property
    def gradient_norm(self) -> float:
        """The slope of minus twice the log-likelihood in θ at the optimum; zero but for rounding.

        θ is taken with all columns in standard deviations, so that units do not matter.
        """
        return float(np.linalg.norm(self.best.profiled[0]))

    def refit(self, *, reml: bool) -> "MixedFit":
        """Fit the same model by the other criterion, from the same moments.

        Examples
        --------
        >>> data = pd.DataFrame({"g": [1, 1, 2, 2, 3, 3], "y": [1.0, 2, 5, 6, 9, 11]})
        >>> fit_mixed("y ~ 1", data, "g").refit(reml=False).reml
        False
        """
        return self if reml == self.reml else replace(self, best=optimum(self.best.data, reml))

    # -- fixed effects -----------------------------------------------------------------------

    @cached_property
    def fe_params(self) -> pd.Series:
        """The fixed effects, in units of the outcome over those of the term."""
        return pd.Series(self.scaling.coefficients(self.best.coefficients), self.design.fixed)

    @cached_property
    def _cov_fe(self) -> Array:
        back = self.scaling.scale * self.scaling.fixed
        return self.best.variance * back @ self.best.inverse @ back.T

    def cov_params(self) -> pd.DataFrame:
        """Return the covariance of the fixed effects' estimates, σ²(X'V⁻¹X)⁻¹."""
        return pd.DataFrame(self._cov_fe, self.design.fixed, self.design.fixed)

    @cached_property
    def bse_fe(self) -> pd.Series:
        """The fixed effects' standard errors."""
        return pd.Series(np.sqrt(np.diag(self._cov_fe)), self.design.fixed)

    @cached_property
    def df(self) -> pd.Series:
        """Satterthwaite's degrees of freedom of the fixed effects."""
        each = [self._df(weights) for weights in np.eye(len(self.design.fixed))]
        return pd.Series(each, self.design.fixed)

    def _df(self, weights: Array) -> float:
        return self.best.satterthwaite(self.scaling.fixed.T @ weights)

    @property
    def tvalues(self) -> pd.Series:
        """The fixed effects over their standard errors."""
        return self.fe_params / self.bse_fe

    @property
    def pvalues(self) -> pd.Series:
        """Two-sided p-values of the fixed effects, by t."""
        return pd.Series(2 * stats.t.sf(np.abs(self.tvalues), self.df), self.design.fixed)

    def conf_int(self, alpha: float = 0.05) -> pd.DataFrame:
        """Return the fixed effects' 1 - alpha intervals by t, columns 0 and 1 as statsmodels has.

        Profile-likelihood intervals, of these and of the variances, come from
        :meth:`profile_intervals`.
        """
        reach = stats.t.ppf(1 - alpha / 2, self.df) * self.bse_fe
        return pd.DataFrame({0: self.fe_params - reach, 1: self.fe_params + reach})

    def t_test(self, weights: Mapping[str, float]) -> Estimate:
        """Estimate a linear combination of the fixed effects.

        Parameters
        ----------
        weights
            What each term is multiplied by before all are summed; terms not named count zero.

        Returns
        -------
        Estimate
            The combination with its standard error, Satterthwaite's degrees of freedom, 95%
            interval, and ``p_value`` against zero.

        Raises
        ------
        FitError
            If a term is not among the fixed effects.

        Examples
        --------
        >>> from helpers.study.reading import read_study
        >>> fit = fit_mixed("mathach ~ ses * sector", read_study("hsb").frame, "schoolid")
        >>> in_catholic = fit.t_test({"ses": 1, "ses:sector": 1})
        >>> round(in_catholic.estimate, 3), round(in_catholic.std_error, 3)
        (1.638, 0.159)
        """
        for term in weights:
            check_among(term, self.design.fixed, "fixed effects")
        vector = np.array([float(weights.get(term, 0.0)) for term in self.design.fixed])
        name = " + ".join(f"{weight:g} {term}" for term, weight in weights.items())
        return combination(self.best, self.scaling, vector, self.design.formula, name)

    @property
    def method(self) -> str:
        """``"REML"`` or ``"ML"``."""
        return self.best.method

    # -- variances ---------------------------------------------------------------------------

    @cached_property
    def cov_re(self) -> pd.DataFrame:
        """The covariance of the random effects, in the outcome's units squared over the terms'."""
        half = self.scaling.scale * self.scaling.random @ self.best.factor
        effects = self.design.effects
        return pd.DataFrame(self.best.variance * half @ half.T, effects, effects)

    @property
    def scale(self) -> float:
        """The residual variance, in the outcome's units squared."""
        return self.best.variance * self.scaling.scale**2

    # -- likelihood --------------------------------------------------------------------------

    @property
    def llf(self) -> float:
        """The log-likelihood; the restricted one for a fit by REML."""
        moved = self.scaling.log_jacobian(self.nobs, self.reml)
        return float(-(self.best.value + moved) / 2)

    @property
    def n_parameters(self) -> int:
        """How many numbers the model estimates, variances and covariances included."""
        p, q = len(self.design.fixed), len(self.design.effects)
        return p + q * (q + 1) // 2 + 1

    @property
    def aic(self) -> float:
        """Akaike's information criterion, of a fit by ML."""
        self._check_ml("AIC")
        return -2 * self.llf + 2 * self.n_parameters

    @property
    def bic(self) -> float:
        """Schwarz's criterion, of a fit by ML; its sample size is the number of level-1 units."""
        self._check_ml("BIC")
        return -2 * self.llf + math.log(self.nobs) * self.n_parameters

    def _check_ml(self, what: str) -> None:
        if self.reml:
            raise FitError(
                f"{what} compares models by their likelihood, and restricted likelihoods compare "
                "only with the same fixed effects; take it of fit.refit(reml=False)"
            )

    def profile_intervals(
        self, terms: Sequence[str] | None = None, level: float = 0.95, reml: bool | None = None
    ) -> pd.DataFrame:
        """Return profile-likelihood intervals.

        An interval holds the values that, with everything else at its best, lower twice the
        log-likelihood by no more than the quantile of chi-squared with one degree of freedom.

        Parameters
        ----------
        terms
            Fixed effects by name; ``sd(...)`` and ``var(...)`` of a random effect or of
            ``residual``; ``cov(a, b)`` and ``cor(a, b)`` of two random effects. None for all.
        level
            The coverage.
        reml
            Which likelihood to profile for the variances; None for the fit's own. With few groups
            prefer REML: at 20 groups ML's 95% intervals for the group variance held the truth in
            91 to 93% of simulated studies, REML's in 95 to 96% (``benchmarks/coverage.md``). Fixed
            effects are always profiled by ML, as restricted likelihoods do not compare there.

        Returns
        -------
        DataFrame
            A row a term: ``estimate``, ``lower``, ``upper`` and ``method``. A limit may be 0 for a
            standard deviation, or -1 or 1 for a correlation: then the data do not exclude it.

        Raises
        ------
        FitError
            If a term is not known.

        Examples
        --------
        >>> from helpers.study.reading import read_study
        >>> fit = fit_mixed("mathach ~ 1", read_study("hsb").frame, "schoolid", reml=False)
        >>> limits = fit.profile_intervals(["sd(Intercept)", "Intercept"])
        >>> limits[["lower", "upper"]].round(3).to_numpy().tolist()
        [[2.595, 3.316], [12.156, 13.117]]
        """
        check_level(level)
        covariance = self if reml is None else self.refit(reml=reml)
        parameters = _covariance_parameters(self.design.effects)
        known = [*self.design.fixed, *parameters]
        rows = {}
        for term in known if terms is None else terms:
            if term not in known:
                raise FitError(f"no term {term!r} in this fit; there are {', '.join(known)}")
            rows[term] = (
                covariance._covariance_profile(*parameters[term], level)
                if term in parameters
                else self.refit(reml=False)._fixed_profile(self.design.fixed.index(term), level)
            )
        columns = ["estimate", "lower", "upper", "method"]
        return pd.DataFrame.from_dict(rows, orient="index", columns=columns)

    def profile_llf(self, effect: str, variances: Sequence[float]) -> pd.Series:
        """Return the log-likelihood with a random effect's variance at each of some values.

        All other parameters are at their best for that value, so that the largest value stands at
        the fit's own estimate.

        Parameters
        ----------
        effect
            The random effect, such as ``"Intercept"``.
        variances
            The values, not below zero, in the units of :attr:`cov_re`.

        Raises
        ------
        FitError
            If the fit has no such random effect.

        Examples
        --------
        >>> from helpers.study.reading import read_study
        >>> fit = fit_mixed("mathach ~ ses", read_study("hsb").frame, "schoolid")
        >>> fit.profile_llf("Intercept", [4.0, 4.7682, 6.0]).round(2).tolist()
        [-23323.41, -23322.58, -23323.95]
        """
        check_among(effect, self.design.effects, "random effects")
        weights = self.scaling.random[[self.design.effects.index(effect)]]
        profile = CovarianceProfile(self.best, "sd", weights)
        moved = self.scaling.log_jacobian(self.nobs, self.reml)
        sds = np.sqrt(variances) / (self.scaling.scale * profile.unit)
        values = [profile.at_best(sd) for sd in sds]
        return pd.Series([-(value + moved) / 2 for value in values], pd.Index(variances))

    def _fixed_profile(self, i: int, level: float) -> tuple[Any, ...]:
        limits = np.array(fixed_effect_limits(self.best, self.scaling.fixed[i], level))
        limits *= self.scaling.scale
        limits += self.scaling.centre if i == self.scaling.intercept else 0.0
        return (float(self.fe_params.iloc[i]), *limits.tolist(), self.method)

    def _covariance_profile(self, kind: str, effects: list[int], level: float) -> tuple[Any, ...]:
        sds = np.sqrt(np.diag(self.cov_re))[effects] if effects else np.sqrt([self.scale])
        size = self.scaling.scale ** {"sd": 1, "var": 2, "cov": 2, "cor": 0}[kind]
        if kind in ("sd", "var"):
            power = 1 if kind == "sd" else 2
            estimate, kind = float(sds[0]) ** power, "sd" if effects else RESIDUAL
        else:
            power, estimate = 1, float(self.cov_re.iloc[*effects])
            if kind == "cor":
                # Where a variance is zero there is no correlation.
                estimate = estimate / sds.prod() if sds.all() else math.nan
        if math.isnan(estimate):
            return estimate, math.nan, math.nan, self.method
        limits = covariance_limits(self.best, kind, self.scaling.random[effects], level)
        return (estimate, *(limit**power * size for limit in limits), self.method)

    # -- groups ------------------------------------------------------------------------------

    @cached_property
    def conditional_modes(self) -> pd.DataFrame:
        """The groups' random effects given the data and the estimates (BLUPs): a row a group."""
        modes = self.scaling.scale * self.scaling.random @ self.best.conditional_modes
        return pd.DataFrame(modes.T, self.moments.labels, self.design.effects)

    @cached_property
    def conditional_std_errors(self) -> pd.DataFrame:
        """The conditional modes' standard errors: a row a group.

        They are the conditional standard deviations of the random effects given the data, with
        fixed effects and variances taken as known, as in lme4's ``ranef(condVar = TRUE)``.
        """
        back = self.scaling.scale * self.scaling.random
        covariance = self.best.conditional_covariance
        variances = np.einsum("ik,klj,il->ij", back, covariance, back, optimize=True)
        errors = np.sqrt(np.maximum(variances, 0.0))
        return pd.DataFrame(errors.T, self.moments.labels, self.design.effects)

    @property
    def random_effects(self) -> dict[Any, pd.Series]:
        """The conditional modes as statsmodels has them: one Series a group."""
        modes = self.conditional_modes
        return {label: modes.loc[label] for label in modes.index}

    # -- predictions -------------------------------------------------------------------------

    def predict(self, data: Any = None) -> pd.Series:
        """Predict the outcome for the population: by the fixed effects alone.

        Parameters
        ----------
        data
            A frame with the formula's columns; None for the rows of the fit.

        Returns
        -------
        Series
            One value a row, with the frame's index where it has one.

        Raises
        ------
        FitError
            If a column is not in the data or has missing values; or if `data` is None and the fit
            was made from moments, which have no rows.

        Examples
        --------
        >>> from helpers.study.reading import read_study
        >>> fit = fit_mixed("mathach ~ ses", read_study("hsb").frame, "schoolid")
        >>> fit.predict(pd.DataFrame({"ses": [0.0, 1.0]})).round(2).tolist()
        [12.66, 15.05]
        """
        frame, index = self._rows_of(data, [])
        chunks = [
            self.design.fixed_matrix(values) @ self.fe_params.to_numpy()
            for values in self.design.rows(frame, self.design.predictors)
        ]
        return pd.Series(np.concatenate(chunks), index, name="population")

    def predict_groups(self, data: Any = None) -> pd.DataFrame:
        """Predict the outcome for named groups: with their conditional modes.

        Parameters
        ----------
        data
            A frame with the formula's columns and the groups'; None for the rows of the fit.

        Returns
        -------
        DataFrame
            A row a row: ``population``, by the fixed effects alone; ``group``, with the group's
            conditional modes; and ``new``, whether the group is one that the fit has not seen. A
            new group's modes are zero, so that it gets the population's prediction.

        Raises
        ------
        FitError
            As :meth:`predict`.

        Examples
        --------
        >>> from helpers.study.reading import read_study
        >>> fit = fit_mixed("mathach ~ ses", read_study("hsb").frame, "schoolid")
        >>> two = pd.DataFrame({"ses": [0.0, 0.0], "schoolid": [2305, 9999]})
        >>> fit.predict_groups(two).round(2).to_numpy().tolist()
        [[12.66, 12.64, False], [12.66, 12.66, True]]
        """
        frame, index = self._rows_of(data, [self.groups])
        place = self.moments.labels.get_indexer(pd.Index(group_ids(frame, self.groups)))
        new = place < 0
        # One more row than groups: zeros, for the new ones, whose place is -1.
        modes = np.vstack([self.conditional_modes.to_numpy(), np.zeros(len(self.design.effects))])
        population = self.predict(data)
        parts = [
            self.design.random_matrix(v) for v in self.design.rows(frame, self.design.predictors)
        ]
        shifts = (np.concatenate(parts) * modes[place]).sum(axis=1)
        return pd.DataFrame(
            {"population": population, "group": population + shifts, "new": new}, index
        )

    @property
    def fittedvalues(self) -> pd.Series:
        """Predictions for the rows of the fit, the groups' conditional modes included."""
        return self.predict_groups()["group"]

    @property
    def resid(self) -> pd.Series:
        """The outcome less :attr:`fittedvalues`."""
        fitted = self.fittedvalues
        outcome = self.design.columns.index(self.design.outcome)
        chunks = [
            self.design.evaluated(v)[outcome]
            for v in self.design.rows(self.rows, self.design.names)
        ]
        return np.concatenate(chunks) - fitted

    def _rows_of(self, data: Any, more: list[str]) -> tuple[nw.DataFrame[Any], pd.Index]:
        """Return the rows to predict for, checked, and their index."""
        if data is None:
            if self.rows is None:
                raise FitError("the fit was made from moments, which have no rows; give the rows")
            frame = self.rows
        else:
            frame = nw.from_native(data, eager_only=True)
        if len(frame) == 0:
            raise FitError("there are no rows to predict for")
        needed = [*self.design.predictors, *more]
        check_known(needed, frame.columns)
        check_complete(frame, needed)
        native = frame.to_native()
        return frame, native.index if isinstance(native, pd.DataFrame) else pd.RangeIndex(
            len(frame)
        )

    # -- display -----------------------------------------------------------------------------

    def summary(self) -> Summary:
        """Return what the fit says, as a page of text or of HTML.

        Examples
        --------
        >>> from helpers.study.reading import read_study
        >>> print(fit_mixed("mathach ~ ses", read_study("hsb").frame, "schoolid").summary())
        Multilevel model: mathach ~ ses
        Random effects of schoolid: 1
        7,185 rows in 160 groups of 14 to 67
        REML, log-likelihood -23,322.585, gradient norm below 1e-6
        <BLANKLINE>
        Fixed effects, t with Satterthwaite's degrees of freedom
                  estimate std. error       df      t        p 95% from      to
        Intercept   12.657      0.188    148.3  67.33  < 0.001   12.286  13.029
        ses          2.390      0.106  6,838.1  22.61  < 0.001    2.183   2.597
        <BLANKLINE>
        Random effects and residual
                  variance std. deviation
        Intercept    4.768          2.184
        residual     37.03          6.086
        """
        gradient = "below 1e-6" if self.gradient_norm < 1e-6 else number(self.gradient_norm)
        facts = [
            f"Multilevel model: {self.design.formula}",
            f"Random effects of {self.groups}: {self.design.random}",
            f"{self.nobs:,} rows in {self.n_groups:,} groups of {span(self.moments.n)}",
            f"{self.method}, log-likelihood {self.llf:,.3f}, gradient norm {gradient}",
        ]
        if self.boundary:
            facts.append(
                "On the boundary: a variance of zero, or a correlation of one or minus one"
            )
        if self.flat:
            facts.append(
                "The likelihood is flat: other variances of the random effects have the same, so "
                "that the data hardly tell them, nor the standard errors that rest on them"
            )
        limits = self.conf_int()
        fixed = pd.DataFrame(
            {
                "estimate": self.fe_params,
                "std_error": self.bse_fe,
                "df": self.df,
                "t": self.tvalues,
                "p": self.pvalues,
                "low": limits[0],
                "high": limits[1],
            }
        )
        return Summary(
            facts,
            {
                "Fixed effects, t with Satterthwaite's degrees of freedom": fixed_table(fixed),
                "Random effects and residual": covariance_table(self.cov_re, self.scale),
            },
        )

    def __repr__(self) -> str:
        return f"<MixedFit {self.design.formula!r}, {self.n_groups:,} groups by {self.groups!r}>"


def _with_groups(frame: nw.DataFrame[Any], groups: Any) -> tuple[nw.DataFrame[Any], str]:
    """Return the frame with a column for groups that were given row by row, and its name."""
    if np.ndim(groups) != 1 or len(groups) != len(frame):
        length = f" of length {len(groups):,}" if np.ndim(groups) == 1 else ""
        raise FitError(
            "groups should be the name of a column, or have a value for each of the "
            f"{len(frame):,} rows; it is {type(groups).__name__}{length}"
        )
    own = getattr(groups, "name", None)
    name = own if isinstance(own, str) and own else "group"
    ids = pd.Series(pd.array(np.asarray(groups)))
    if name in frame.columns:
        if not ids.equals(pd.Series(pd.array(group_ids(frame, name).to_numpy()))):
            raise FitError(
                f"the groups are called {name!r}, as a column of the data with other values is; "
                "rename them"
            )
        return frame, name
    native = frame.to_native()
    if isinstance(native, pd.DataFrame):
        return nw.from_native(native.assign(**{name: ids.array}), eager_only=True), name
    column = nw.new_series(name, ids.to_list(), backend=nw.get_native_namespace(frame))
    return frame.with_columns(column), name


def check_among(term: str, terms: list[str], what: str) -> None:
    """Refuse a term that the fit does not have."""
    if term not in terms:
        raise FitError(f"{term!r} is not among the {what} {terms}")


def check_level(level: float) -> None:
    """Refuse a coverage that is not between 0 and 1."""
    if not 0 < level < 1:
        raise FitError(f"the level should lie between 0 and 1, such as 0.95; it is {level}")


def combination(best: Point, scaling: Scaling, weights: Array, model: str, term: str) -> Estimate:
    """Estimate a linear combination of the fixed effects, in the user's units.

    `weights` are those of the fixed effects in the user's units, shape (p,).
    """
    standardised = scaling.fixed.T @ weights
    estimate = float(weights @ scaling.coefficients(best.coefficients))
    error = scaling.scale * math.sqrt(best.variance * standardised @ best.inverse @ standardised)
    df = best.satterthwaite(standardised)
    reach = float(stats.t.ppf(0.975, df)) * error
    ends = estimate - reach, estimate + reach
    return Estimate(model, "fixed", term, estimate, error, df, *ends, best.method)


def _covariance_parameters(effects: list[str]) -> dict[str, tuple[str, list[int]]]:
    """Name each parameter of the covariance: its kind, and the random effects it is about."""
    parameters: dict[str, tuple[str, list[int]]] = {}
    for kind in ("sd", "var"):
        parameters |= {f"{kind}({term})": (kind, [i]) for i, term in enumerate(effects)}
    for k, i in combinations(range(len(effects)), 2):
        parameters |= {
            f"{kind}({effects[k]}, {effects[i]})": (kind, [k, i]) for kind in ("cov", "cor")
        }
    return parameters | {f"{kind}({RESIDUAL})": (kind, []) for kind in ("sd", "var")}


def _fit(design: Design, moments: Moments, reml: bool, rows: Any) -> MixedFit:
    _check_groups(moments, design)
    total = moments.total_products
    if _is_constant(total[-1, -1], moments.means[-1], moments.n_rows):
        raise FitError(f"{design.outcome!r} is the same in all rows; there is nothing to explain")
    for terms in (design.fixed, design.effects):
        _check_independent(terms, moments, total)
    place = {name: i for i, name in enumerate(moments.columns)}
    data, scaling = reduce(
        moments.n.astype(float),
        moments.means,
        moments.products,
        [place[term] for term in design.fixed],
        [place[term] for term in design.effects],
        place[design.outcome],
    )
    if data.n_outside <= 0:
        raise FitError(
            f"no rows are left within the groups of {moments.labels.name!r} to tell the residual "
            f"variance from that of {' and '.join(design.effects)}; fewer effects may vary between "
            "the groups, or the groups need more rows"
        )
    if data.n_between <= 0:
        raise FitError(
            f"{len(moments.n)} groups of {moments.labels.name!r} are too few for the terms of the "
            "formula that belong to groups; nothing is left to tell a variance between them from"
        )
    if data.residual_outside < COLLINEAR * moments.n_rows:
        raise FitError(
            f"{design.outcome!r} does not vary within the groups beyond what the formula explains; "
            "there is no residual variance to estimate"
        )
    try:
        return MixedFit(design, moments, optimum(data, reml), scaling, rows)
    except (RuntimeError, np.linalg.LinAlgError) as error:
        raise FitError(
            f"no optimum was found ({error}); the data may hold too little for the random effects "
            f"{' and '.join(design.effects)}, or values of very different size"
        ) from None


def _check_groups(moments: Moments, design: Design) -> None:
    name = moments.labels.name
    if len(moments.n) < 2:
        raise FitError(
            f"there is only one group in {name!r}; a variance between groups needs several"
        )
    if moments.n.max() == 1:
        raise FitError(
            f"each group of {name!r} has one row, so that variance between groups and within them "
            "cannot be told apart; is it the right column?"
        )
    if moments.n_rows <= len(design.fixed):
        raise FitError(f"{moments.n_rows} rows are too few for {len(design.fixed)} fixed effects")


def _is_constant(total: float, means: Array, n_rows: int) -> bool:
    return bool(total <= n_rows * (COLLINEAR * np.abs(means).max()) ** 2)


def _check_independent(terms: list[str], moments: Moments, total: Array) -> None:
    """Refuse a term that the terms before it determine, and name them."""
    centred = CONSTANT in terms
    cross = total
    if not centred:
        cross = total + moments.n_rows * np.outer(moments.grand_means, moments.grand_means)
    before: list[int] = []
    for k in (moments.columns.index(term) for term in terms if term != CONSTANT):
        term = moments.columns[k]
        if not centred and cross[k, k] <= 0:
            raise FitError(f"{term!r} is zero in all rows; leave it out")
        if centred and _is_constant(cross[k, k], moments.means[k], moments.n_rows):
            raise FitError(f"{term!r} is the same in all rows, as the intercept is; leave it out")
        sizes = np.sqrt(np.diag(cross)[[*before, k]])
        correlations = cross[np.ix_([*before, k], [*before, k])] / np.outer(sizes, sizes)
        weights = np.linalg.solve(correlations[:-1, :-1], correlations[:-1, -1])
        if 1.0 - weights @ correlations[:-1, -1] < COLLINEAR:
            others = [
                repr(moments.columns[i])
                for i, weight in zip(before, weights, strict=True)
                if abs(weight) > 1e-6
            ]
            raise FitError(
                f"{term!r} follows exactly from {' and '.join(others)}; leave one of them out"
            )
        before.append(k)

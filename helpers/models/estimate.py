"""What a model estimated: one number, and how surely."""

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Estimate:
    """One number that a model estimated: a row of the tidy table.

    Parameters
    ----------
    model
        The model's name in the course, such as ``"total"``.
    effect
        What kind of number it is: ``"fixed"``, ``"variance"`` or ``"fit"``.
    term
        What it belongs to: ``"Intercept"``, a variable's name, a variance's name.
    estimate, std_error, df, conf_low, conf_high
        The estimate, its standard error, the degrees of freedom behind its interval, and the
        limits of the 95% interval; ``nan`` where a number is not defined.
    method
        How it was estimated, such as ``"OLS"``.

    Examples
    --------
    >>> slope = Estimate("total", "fixed", "ses", 3.18, method="OLS")
    >>> slope.term, slope.std_error
    ('ses', nan)
    """

    model: str
    effect: str
    term: str
    estimate: float
    std_error: float = math.nan
    df: float = math.nan
    conf_low: float = math.nan
    conf_high: float = math.nan
    method: str = ""

    @property
    def direction(self) -> int:
        """Which side of zero the 95% interval lies on: 1 above, -1 below, 0 where it holds zero.

        An interval that is not defined lies on no side.

        >>> Estimate("total", "fixed", "x", 2.0, conf_low=1.0, conf_high=3.0).direction
        1
        """
        return int(self.conf_low > 0) - int(self.conf_high < 0)

    @property
    def excludes_zero(self) -> bool:
        """Whether the 95% interval lies wholly on one side of zero.

        >>> Estimate("total", "fixed", "x", 2.0, conf_low=-1.0, conf_high=5.0).excludes_zero
        False
        """
        return self.direction != 0

    @property
    def p_value(self) -> float:
        """The two-sided p-value against zero, by t."""
        from scipy.stats import t

        if not (self.std_error > 0 and self.df > 0):
            return math.nan
        return float(2 * t.sf(abs(self.estimate / self.std_error), self.df))

"""What statsmodels says on its climb to the top of a likelihood, and where it stops."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import takewhile
from typing import Any, NamedTuple

import numpy as np


class Stop(NamedTuple):
    """Where statsmodels stopped: group variance, log-likelihood, and what it says of itself."""

    variance: float
    llf: float
    converged: bool


@dataclass
class Record:
    """What was heard on the climb: its warnings, each once, and the error that ended it.

    ``retried`` says that other methods went on from where the first one failed. What is said from
    there on can hang on rounding, so that ``warnings`` are those before.
    """

    warnings: list[str] = field(default_factory=list)
    failure: str = ""
    retried: bool = False


@contextmanager
def recorded() -> Iterator[Record]:
    """Keep what a fit warns of, and the error of a matrix that it cannot invert.

    Examples
    --------
    >>> with recorded() as record:
    ...     warnings.warn("It is steep. Climb on.", stacklevel=1)
    ...     raise np.linalg.LinAlgError("Singular matrix")
    >>> record
    Record(warnings=['It is steep'], failure='Singular matrix', retried=False)
    """
    record = Record()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            yield record
        except np.linalg.LinAlgError as error:
            record.failure = str(error)
    said = dict.fromkeys(str(each.message).split(".")[0] for each in caught)
    before = [*takewhile(lambda warning: not warning.startswith("Retrying"), said)]
    record.warnings, record.retried = sorted(before), len(before) < len(said)


def summary(fitted: Any, record: Record) -> Any:
    """Return statsmodels' own summary, without an opinion on convergence that hangs on rounding."""
    if fitted is None:
        return "no fit"
    summary = fitted.summary()
    if record.retried:
        summary.tables[0] = summary.tables[0].replace(["Yes", "No"], "(see below)")
    return summary


def stop(fitted: Any) -> Stop | None:
    """Return where a fit of ``smf.mixedlm`` stopped, or None where there is none."""
    if fitted is None:
        return None
    return Stop(float(fitted.cov_re.iloc[0, 0]), float(fitted.llf), bool(fitted.converged))

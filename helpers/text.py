"""Plain words and numbers for people; knows nothing of what they are about."""

import difflib
import math
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

NOT_AVAILABLE = "not available"
NEAR = 0.6  # how much of two words has to agree for one to be meant by the other

SMALLEST, LARGEST = 1e-9, 1e12  # numbers beyond are written by powers of ten
_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_LOWERED = {raised: chr(lowered) for lowered, raised in _RAISED.items()}

# Words that begin with the sound of a vowel: by their first letter but for "unit" and "one", with a
# silent h, as numbers, and by letters that are spelled one by one.
_VOWEL = re.compile(
    r"(?i:(?!eu|ewe|one\b|once\b|u\b|uk|ug[ai]|uni(?![dmn])|ur[aiy]|us[aeiu]|ut[ei]|ubi)[aeiou])"
    r"|(?i:heir|honest|hono|hour)|8|1[18](?!\d)|[FHLMNRSX][A-Z]{0,2}(?![A-Za-z])"
)


@runtime_checkable
class Estimated(Protocol):
    """A number that brings its standard error."""

    @property
    def estimate(self) -> float:
        """The number."""

    @property
    def std_error(self) -> float:
        """Its standard error, in its units."""


def number(value: float | Estimated, std_error: float | None = None) -> str:
    """Write a number with the digits it deserves.

    Parameters
    ----------
    value
        A number, or an estimate, which brings its own standard error.
    std_error
        The standard error of the number, in its units. The last digit written is the second
        significant digit of the standard error; without one, three significant digits are.

    Examples
    --------
    >>> number(3.183870, std_error=0.097121)
    '3.184'
    >>> number(12.747853), number(64907.0), number(-0.0004321), number(float("nan"))
    ('12.7', '64,900', '-0.000432', 'not available')
    >>> number(9.36e-06), number(103793412.0), number(1.2345e-11)
    ('0.00000936', '104,000,000', '1.23 × 10⁻¹¹')
    """
    if isinstance(value, Estimated):
        std_error, value = value.std_error, value.estimate
    error = std_error if std_error is not None and 0 < std_error < math.inf else 0.0
    if not math.isfinite(value):
        return NOT_AVAILABLE
    if abs(value) < 1e-12 * (error or 1.0):  # rounding error
        return "0"
    magnitude = math.floor(math.log10(abs(value)))
    # No more than seven digits, however small the standard error.
    decimals = min(1 - math.floor(math.log10(error)), 6 - magnitude) if error else 2 - magnitude
    largest = max(abs(value), error)
    if not SMALLEST <= largest < LARGEST:
        return _by_powers(value, decimals, math.floor(math.log10(largest)))
    written = f"{round(value, decimals):,.{max(decimals, 0)}f}"
    return written.removeprefix("-") if float(written.replace(",", "")) == 0 else written


def _by_powers(value: float, decimals: int, magnitude: int) -> str:
    """Write a number as so many times a power of ten."""
    written = f"{value / 10.0**magnitude:z.{max(decimals + magnitude, 0)}f}"
    if float(written) == 0:
        return "0"
    return f"{written} × 10{str(magnitude).translate(_RAISED)}"


def told_apart(one: float, other: float) -> tuple[str, str]:
    """Write two numbers with the digits they deserve, and more where both would read the same.

    Examples
    --------
    >>> told_apart(2.41, 3.0), told_apart(2.5011, 2.5023)
    (('2.41', '3.00'), ('2.5011', '2.5023'))
    """
    pair = number(one), number(other)
    if pair[0] != pair[1] or one == other:
        return pair
    apart = abs(other - one)
    return number(one, apart), number(other, apart)


def in_formula(written: str) -> str:
    r"""Return a number as `number` wrote it, for a formula in LaTeX.

    Examples
    --------
    >>> print(in_formula("64,900"), in_formula("1.20 × 10⁻¹¹"))
    64{,}900 1.20 \times 10^{-11}
    """
    mantissa, times, power = written.replace(",", "{,}").partition(" × 10")
    return rf"{mantissa} \times 10^{{{power.translate(_LOWERED)}}}" if times else mantissa


class Named(Protocol):
    """What is counted, in the singular and the plural."""

    one: str
    many: str


def counted(n: int, noun: Named | None = None) -> str:
    """Write a count, with what is counted in the singular or plural.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> counted(3, SimpleNamespace(one="school_year", many="school_years")), counted(7185)
    ('3 school_years', '7,185')
    """
    if noun is None:
        return f"{n:,}"
    return f"{n:,} {noun.one if n == 1 else noun.many}"


def with_article(noun: str) -> str:
    """Write what one of something is called behind "a" or "an", by how its beginning sounds.

    Examples
    --------
    >>> [with_article(noun) for noun in ("school", "island", "hour", "unit", "European", "MRI")]
    ['a school', 'an island', 'an hour', 'a unit', 'a European', 'an MRI']
    """
    return f"{'an' if _VOWEL.match(noun) else 'a'} {noun}"


def percent(share: float) -> str:
    """Write a share of one as a percentage, never rounding it to none or all.

    Examples
    --------
    >>> percent(0.1804), percent(0.022), percent(0.00001), percent(0.9999), percent(1.0)
    ('18%', '2.2%', 'less than 0.1%', 'more than 99.9%', '100%')
    >>> percent(-0.0002), percent(-0.31), percent(1.0004), percent(12.5)
    ('just below 0%', '-31%', 'just above 100%', '1,250%')
    """
    if not math.isfinite(share):
        return NOT_AVAILABLE
    from_none, from_all = abs(share), abs(1 - share)
    if min(from_none, from_all) < 1e-12:  # rounding error
        return f"{share:z.0%}"
    if from_none < 0.001:
        return "less than 0.1%" if share > 0 else "just below 0%"
    if from_all < 0.001:
        return "more than 99.9%" if share < 1 else "just above 100%"
    return f"{share:,.1%}" if from_none < 0.0995 or from_all < 0.015 else f"{share:,.0%}"


def p_value(p: float) -> str:
    """Write a p-value, never as zero.

    Examples
    --------
    >>> p_value(0.0123), p_value(1e-12), p_value(0.53)
    ('p = 0.012', 'p < 0.001', 'p = 0.53')
    """
    if not math.isfinite(p):
        return f"p {NOT_AVAILABLE}"
    if p < 0.001:
        return "p < 0.001"
    if p > 0.99:
        return "p > 0.99"
    return f"p = {p:.3f}" if p < 0.0995 else f"p = {p:.2f}"


def span(sizes: Any) -> str:
    """Write from which size to which groups go.

    Examples
    --------
    >>> import numpy as np
    >>> span(np.array([14, 67])), span(np.array([10, 10]))
    ('14 to 67', '10')
    """
    low, high = int(sizes.min()), int(sizes.max())
    return f"{low:,} to {high:,}" if low < high else f"{low:,}"


def decimals(estimate: float, std_error: float = math.nan) -> int:
    """Return how many decimals a table shows: to the third digit of the standard error.

    >>> decimals(12.657, 0.188), decimals(37.03)
    (3, 2)
    """
    if math.isfinite(std_error) and std_error > 0:
        digits = 2 - math.floor(math.log10(std_error))
    else:
        size = abs(estimate)
        digits = 3 - math.floor(math.log10(size)) if math.isfinite(size) and size > 0 else 3
    return min(max(digits, 0), 15)


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Name the known word nearest to `word`, if one is near.

    >>> did_you_mean("lable", ["label", "units"]), did_you_mean("nosuch", ["label", "units"])
    ("; did you mean 'label'?", '')
    """
    by_lower = {each.lower(): each for each in known if each != word}
    near = difflib.get_close_matches(word.lower(), by_lower, n=1, cutoff=NEAR)
    return f"; did you mean {by_lower[near[0]]!r}?" if near else ""


def near_file(path: Path, there: Iterable[Path]) -> str:
    """Name the file nearest to one that is not there, by what is before the ending.

    >>> near_file(Path("data/hbs.csv"), [Path("data/hsb.csv"), Path("data/readme.csv")])
    "; did you mean 'data/hsb.csv'?"
    """
    by_stem = {each.stem.lower(): each for each in sorted(there) if each != path}
    near = difflib.get_close_matches(path.stem.lower(), by_stem, n=1, cutoff=NEAR)
    return f"; did you mean {str(by_stem[near[0]])!r}?" if near else ""


def listed(names: Iterable[str], near: str = "", most: int = 10) -> str:
    """List names, or of many those nearest to a word, and how many more there are.

    >>> listed(["a", "b", "c"])
    'a, b, c'
    >>> listed([f"q{i}" for i in range(3000)], near="q7x", most=2)
    'q7, q97 and 2,998 more'
    """
    names = list(names)
    if len(names) <= most:
        return ", ".join(names)
    nearest = difflib.get_close_matches(near, names, n=most, cutoff=0.0)
    return f"{', '.join(nearest)} and {len(names) - most:,} more"

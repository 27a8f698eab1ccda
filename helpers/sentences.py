"""Numbers and verdicts in words.

Chapters write their sentences themselves, each version in full; what stands here chooses between
them, rounds, and keeps a study's own words from being read as Markdown.
"""

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from helpers.results import Estimate

if TYPE_CHECKING:  # estimation needs words for numbers, and no study
    from helpers.studyfile import Noun, Study

NOT_AVAILABLE = "not available"


def say(text: str) -> None:
    """Show text as the page's own prose.

    Parameters
    ----------
    text
        Markdown, its facts already computed. Line breaks inside a paragraph are spaces.

    Examples
    --------
    >>> say(f"The slope is {number(2.39018)}.")
    <IPython.core.display.Markdown object>
    """
    from IPython.display import Markdown, display

    display(Markdown(text.strip()))


def number(value: float | Estimate, std_error: float | None = None) -> str:
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
    """
    if isinstance(value, Estimate):
        value, std_error = value.estimate, value.std_error
    if not math.isfinite(value):
        return NOT_AVAILABLE
    if abs(value) < 1e-12:  # rounding error
        return "0"
    magnitude = math.floor(math.log10(abs(value)))
    if not -5 <= magnitude <= 8:
        return f"{value:.3g}"
    if std_error is not None and math.isfinite(std_error) and std_error > 0:
        # No more than seven digits, however small the standard error.
        decimals = min(1 - math.floor(math.log10(std_error)), 6 - magnitude)
    else:
        decimals = 2 - magnitude
    written = f"{round(value, decimals):,.{max(decimals, 0)}f}"
    return written.removeprefix("-") if float(written.replace(",", "")) == 0 else written


def size(estimate: Estimate) -> str:
    """Write how large an estimate is, for a sentence that says its direction in words.

    Examples
    --------
    >>> size(Estimate("total", "fixed", "x", -2.41, std_error=0.13))
    '2.41'
    """
    return number(abs(estimate.estimate), estimate.std_error)


def interval(estimate: Estimate) -> str:
    """Write an estimate's 95% interval.

    Examples
    --------
    >>> slope = Estimate("total", "fixed", "x", 3.18, 0.133485, 159, 2.920238, 3.447503)
    >>> interval(slope)
    '95% interval 2.92 to 3.45'
    """
    ends = [number(end, estimate.std_error) for end in (estimate.conf_low, estimate.conf_high)]
    return f"95% interval {NOT_AVAILABLE if NOT_AVAILABLE in ends else ' to '.join(ends)}"


def percent(share: float) -> str:
    """Write a share of one as a percentage, never rounding it to none or all.

    Examples
    --------
    >>> percent(0.1804), percent(0.022), percent(0.00001), percent(0.9999), percent(1.0)
    ('18%', '2.2%', 'less than 0.1%', 'more than 99.9%', '100%')
    """
    if not math.isfinite(share):
        return NOT_AVAILABLE
    if min(abs(share), abs(1 - share)) < 1e-12:  # rounding error
        return f"{share:z.0%}"
    if 0 < share < 0.001:
        return "less than 0.1%"
    if 0.999 < share < 1:
        return "more than 99.9%"
    return f"{share:.1%}" if share < 0.0995 or share > 0.985 else f"{share:.0%}"


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


def count(n: int, noun: "Noun | None" = None) -> str:
    r"""Write a count in Markdown, with what is counted in the singular or plural.

    Examples
    --------
    >>> from helpers.studyfile import Noun
    >>> count(7185, Noun(one="student")), count(1, Noun(one="school")), count(7185)
    ('7,185 students', '1 school', '7,185')
    >>> count(3, Noun(one="school_year"))
    '3 school\\_years'
    """
    return _as_text(counted(n, noun))


def counted(n: int, noun: "Noun | None" = None) -> str:
    """Write what :func:`count` does as plain text, for a terminal, a figure or a table.

    Examples
    --------
    >>> from helpers.studyfile import Noun
    >>> counted(3, Noun(one="school_year"))
    '3 school_years'
    """
    if noun is None:
        return f"{n:,}"
    return f"{n:,} {noun.one if n == 1 else noun.many}"


def span(sizes: Any) -> str:
    """Write from which size to which groups go.

    Examples
    --------
    >>> import numpy as np
    >>> span(np.array([14, 67])), span(np.array([10, 10]))
    ('14 to 67', '10')
    """
    low, high = sizes.min(), sizes.max()
    return f"{low:,} to {high:,}" if low < high else f"{low:,}"


def verdict(estimate: Estimate, *, higher: str, lower: str, unclear: str, null: float = 0.0) -> str:
    """Choose the sentence that an estimate's 95% interval supports.

    Parameters
    ----------
    estimate
        The estimate, with its interval.
    higher, lower, unclear
        The sentence for an interval wholly above `null`, wholly below it, and for one that
        holds it or is not defined.
    null
        The value to be told apart from, in the estimate's units.

    Examples
    --------
    >>> slope = Estimate("total", "fixed", "x", 2.0, conf_low=1.0, conf_high=3.0)
    >>> verdict(slope, higher="It rises.", lower="It falls.", unclear="It cannot be told.")
    'It rises.'
    """
    if estimate.conf_low > null:
        return _one_line(higher)
    if estimate.conf_high < null:
        return _one_line(lower)
    return _one_line(unclear)


def choose(*cases: bool | str, otherwise: str = "") -> str:
    """Choose the first sentence whose condition holds.

    Where a sentence depends on an estimate, use :func:`verdict`; this is for what is a plain fact
    of the data, such as which of two computed numbers is larger.

    Parameters
    ----------
    *cases
        A condition, the sentence that is true under it, and so on in turn.
    otherwise
        The sentence for when no condition holds.

    Examples
    --------
    >>> choose(3 > 4, "It is larger.", 3 < 4, "It is smaller.", otherwise="They are equal.")
    'It is smaller.'
    """
    conditions, sentences = cases[::2], cases[1::2]
    fitting = [s for c, s in zip(conditions, sentences, strict=True) if c]
    return _one_line(str(fitting[0]) if fitting else otherwise)


@dataclass(frozen=True)
class Words:
    """A study's own words, safe to stand in Markdown.

    ``in_y`` and ``in_x`` are what follows an amount of the outcome and of the predictor: units
    behind a space, or nothing.
    ``w`` is the group predictor's label, ``missing`` how many values each variable lacks; both are
    empty where the study has none, and so is ``codes``, what the numbers of categories stand for.
    """

    title: str
    unit: str
    units: str
    group: str
    groups: str
    y: str
    x: str
    w: str
    y_with_units: str
    x_with_units: str
    in_y: str
    in_x: str
    codes: str
    missing: str

    @staticmethod
    def text(label: str) -> str:
        r"""Return a label as it may stand in a sentence.

        >>> Words.text("clinic_7")
        'clinic\\_7'
        """
        return _as_text(label)

    @staticmethod
    def list(labels: Iterable[str]) -> str:
        """Return labels as a list in a sentence.

        >>> Words.list(["sector", "sex", "age"])
        'sector, sex and age'
        """
        *first, last = [_as_text(label) for label in labels] or [""]
        return f"{', '.join(first)} and {last}" if first else last


def words(study: "Study") -> Words:
    """Collect the words a study uses for its units, groups and variables.

    Examples
    --------
    >>> from helpers.study import read_study
    >>> word = words(read_study("hsb"))
    >>> f"{word.y} of {word.units} in {word.groups}"
    'math achievement of students in schools'
    """
    return Words(
        title=_as_text(study.title),
        unit=_as_text(study.unit.one),
        units=_as_text(study.unit.many),
        group=_as_text(study.group.one),
        groups=_as_text(study.group.many),
        y=_as_text(study.outcome.label),
        x=_as_text(study.predictor.label),
        w=_as_text(study.group_predictor.label) if study.group_predictor else "",
        y_with_units=_as_text(study.outcome.label_with_units),
        x_with_units=_as_text(study.predictor.label_with_units),
        in_y=f" {_as_text(study.outcome.units)}" if study.outcome.units else "",
        in_x=f" {_as_text(study.predictor.units)}" if study.predictor.units else "",
        codes="; ".join(
            f"{_as_text(name)} {', '.join(f'{i} {_as_text(c)}' for i, c in enumerate(levels))}"
            for name, levels in study.levels.items()
        ),
        missing=", ".join(f"{n:,} in {_as_text(label)}" for label, n in study.missing.items()),
    )


def _one_line(sentence: str) -> str:
    """Take out the line breaks and indents that a sentence has in a cell's code."""
    return " ".join(sentence.split())


def _as_text(label: str) -> str:
    r"""Keep a label from being read as Markdown, HTML or mathematics.

    >>> _as_text("IQ_verbal <script> $5*"), _as_text("1. visit")
    ('IQ\\_verbal &lt;script&gt; \\$5\\*', '1\\. visit')
    """
    plain = " ".join(label.split()).replace("&", "&amp;").replace("<", "&lt;")
    plain = re.sub(r"([\\`*_{}\[\]#|~$])", r"\\\1", plain.replace(">", "&gt;"))
    # At the start of a line these would begin a list.
    return re.sub(r"^(\d*)([-+.)])(?=\s|$)", r"\1\\\2", plain)

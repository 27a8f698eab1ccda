"""What sentences are made of: prose, intervals, counts, and a study's own words.

Chapters write their sentences themselves, each version in full, in their ``tell``; what stands here
puts them together and keeps a study's own words from being read as Markdown.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cache
from typing import Self, TypedDict
from weakref import WeakKeyDictionary

from helpers.models.estimate import Estimate
from helpers.study.file import Noun, Study
from helpers.text import NOT_AVAILABLE, counted, number, told_apart
from helpers.text import with_article as with_article

# Names of levels that say nothing without their variable.
_BARE_ANSWERS = frozenset(
    ("yes", "no", "true", "false", "on", "off", "none", "any", "present", "absent")
)


class Prose:
    """A paragraph, shown as the page's own prose.

    Parameters
    ----------
    *sentences
        Whole sentences in Markdown, their facts already computed. Those that are empty are left
        out.

    Examples
    --------
    >>> Prose("It rises.", "", "By how much, chapter 4 says.")
    It rises. By how much, chapter 4 says.
    """

    def __init__(self, *sentences: str) -> None:
        self.text = " ".join(filter(None, sentences))

    @classmethod
    def of_paragraphs(cls, *paragraphs: str) -> Self:
        """Put paragraphs below each other; those that are empty are left out."""
        return cls("\n\n".join(filter(None, paragraphs)))

    def __str__(self) -> str:
        return self.text

    __repr__ = __str__

    def _repr_markdown_(self) -> str:
        return self.text


def magnitude(estimate: Estimate) -> str:
    """Write how large an estimate is, for a sentence that says its direction in words.

    Examples
    --------
    >>> magnitude(Estimate("total", "fixed", "x", -2.41, std_error=0.13))
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
    return f"95% interval {_ends(estimate)}"


def interval_of_magnitude(estimate: Estimate) -> str:
    """Write the 95% interval of a `magnitude`: signed as the sentence that says the direction.

    Examples
    --------
    >>> gap = Estimate("within", "fixed", "g", -23.3, 1.7, 30, -26.8, -19.9)
    >>> f"lower by {magnitude(gap)} ({interval_of_magnitude(gap)})"
    'lower by 23.3 (95% interval 19.9 to 26.8)'
    """
    if estimate.estimate >= 0:
        return interval(estimate)
    low, high = -estimate.conf_high, -estimate.conf_low
    return interval(replace(estimate, conf_low=low, conf_high=high))


def _ends(estimate: Estimate) -> str:
    low, high = estimate.conf_low, estimate.conf_high
    ends = [number(end, estimate.std_error) for end in (low, high)]
    if NOT_AVAILABLE in ends:
        return NOT_AVAILABLE
    if ends[0] == ends[1]:
        ends = list(told_apart(low, high))
    if ends[0] == ends[1]:
        return f"{ends[0]} at both ends, in these digits"
    return " to ".join(ends)


def count(n: int, noun: Noun | None = None) -> str:
    r"""Write a count in Markdown, with what is counted in the singular or plural.

    Examples
    --------
    >>> count(7185, Noun(one="student")), count(1, Noun(one="school")), count(7185)
    ('7,185 students', '1 school', '7,185')
    >>> count(3, Noun(one="school_year"))
    '3 school\\_years'
    """
    return _as_text(counted(n, noun))


@dataclass(frozen=True)
class Words:
    """A study's own words, safe to stand in Markdown.

    ``in_y`` and ``in_x`` are what follows an amount of the outcome and of the predictor: units
    behind a space, or nothing.
    ``w`` is the group predictor's label, ``missing`` how many values each variable lacks; both are
    empty where the study has none, and so is ``codes``, what the numbers of categories stand for.

    A predictor with two levels is spoken of by them: ``x_step`` says what a slope compares,
    ``x_mean`` what the mean of a group is (``x_means`` of several), ``x_coding`` which number
    stands for which level, and ``x_levels`` holds their names; the last two are empty for others.
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
    x_step: str
    x_mean: str
    x_means: str
    x_coding: str
    x_levels: tuple[str, str] | None

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


class _OfPredictor(TypedDict):
    x_step: str
    x_mean: str
    x_means: str
    x_coding: str
    x_levels: tuple[str, str] | None


# Each sentence asks for them: collected once a study, for as long as it is there.
_WORDS: WeakKeyDictionary[Study, Words] = WeakKeyDictionary()


def words(study: Study) -> Words:
    """Collect the words a study uses for its units, groups and variables.

    Examples
    --------
    >>> from helpers.study.reading import read_study
    >>> word = words(read_study("hsb"))
    >>> f"{word.y} of {word.units} in {word.groups}"
    'math achievement of students in schools'
    >>> word.x_step, word.x_mean, word.x_coding, word.x_levels
    ('where socio-economic status is higher by 1', 'mean socio-economic status', '', None)
    >>> word = words(read_study("radon"))
    >>> word.x_step, word.x_mean
    ('for first floor compared with basement homes', 'share of first floor homes')
    >>> word.x_coding, word.x_levels
    ('floor: 0 basement, 1 first floor', ('basement', 'first floor'))
    """
    if study not in _WORDS:
        _WORDS[study] = _collected(study)
    return _WORDS[study]


def _collected(study: Study) -> Words:
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
            f"{_as_text(name)} {_coding(levels)}" for name, levels in study.levels.items()
        ),
        missing=", ".join(f"{n:,} in {_as_text(label)}" for label, n in study.missing.items()),
        **_of_predictor(study),
    )


def _coding(levels: Iterable[str]) -> str:
    """Write which number stands for which level: 0 male, 1 female."""
    return ", ".join(f"{code} {_as_text(name)}" for code, name in enumerate(levels))


def _of_predictor(study: Study) -> _OfPredictor:
    """Collect how the predictor's slope and its means are spoken of."""
    x, levels = _as_text(study.predictor.label), study.levels.get(study.predictor.name)
    if levels is None:
        return _OfPredictor(
            x_step=f"where {_as_text(study.predictor.label_with_units)} is higher by 1",
            x_mean=f"mean {x}",
            x_means=f"means of {x}",
            x_coding="",
            x_levels=None,
        )
    low, high = map(_as_text, levels)
    if any(len(name) < 2 or name.lower() in _BARE_ANSWERS for name in levels):
        step, share = f"where {x} is {high} rather than {low}", f"with {x} {high}"
    else:
        units = _as_text(study.unit.many)
        step, share = f"for {high} compared with {low} {units}", f"of {high} {units}"
    return _OfPredictor(
        x_step=step,
        x_mean=f"share {share}",
        x_means=f"shares {share}",
        x_coding=f"{x}: {_coding(levels)}",
        x_levels=(low, high),
    )


@cache
def _as_text(label: str) -> str:
    r"""Keep a label from being read as Markdown, HTML or mathematics.

    >>> _as_text("IQ_verbal <script> $5*"), _as_text("1. visit")
    ('IQ\\_verbal &lt;script&gt; \\$5\\*', '1\\. visit')
    """
    plain = " ".join(label.split()).replace("&", "&amp;").replace("<", "&lt;")
    plain = re.sub(r"([\\`*_{}\[\]#|~$])", r"\\\1", plain.replace(">", "&gt;"))
    # At the start of a line these would begin a list.
    return re.sub(r"^(\d*)([-+.)])(?=\s|$)", r"\1\\\2", plain)

"""Sentences that several chapters share."""

from helpers.course.words import Prose, count, words
from helpers.study.file import Study


def the_study(study: Study) -> Prose:
    """Say what is studied, for a chapter that begins with it.

    Examples
    --------
    >>> from helpers.study.reading import read_study
    >>> print(str(the_study(read_study("hsb")))[:50])
    The study: 7,185 students in 160 schools; the outc
    """
    word, frame = words(study), study.frame
    coded = ""
    if word.x_levels:
        coded = f"In numbers, {word.x} is 0 for {word.x_levels[0]} and 1 for {word.x_levels[1]}."
    return Prose(
        f"The study: {count(len(frame), study.unit)} in "
        f"{count(frame[study.group.name].nunique(), study.group)}; the outcome is "
        f"{word.y_with_units}, the predictor {word.x_with_units}.",
        coded,
    )


def typed(*lines: str) -> Prose:
    """Show what one would type with a study's own names, for code that takes them from its file.

    Parameters
    ----------
    *lines
        Lines of code with the names filled in, as in ``f'smf.ols("{y} ~ {x}", data)'``.

    Examples
    --------
    >>> typed('smf.ols("mathach ~ ses", data)')
    With the names of this study typed out:
    <BLANKLINE>
    ```python
    smf.ols("mathach ~ ses", data)
    ```
    """
    code = "\n".join(["```python", *lines, "```"])
    return Prose.of_paragraphs("With the names of this study typed out:", code)

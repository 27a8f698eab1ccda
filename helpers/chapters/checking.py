"""Comparing an answer with what the study at hand gives."""

import difflib
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from IPython.display import Markdown, display

from helpers.chapters.between_within import exercises as between_within
from helpers.chapters.exploration import exercises as exploration
from helpers.chapters.fixed_effects import exercises as fixed_effects
from helpers.chapters.intraclass_correlation import exercises as intraclass_correlation
from helpers.chapters.random_effects import exercises as random_effects
from helpers.chapters.sector_interaction import exercises as sector_interaction
from helpers.course.exercises.facts import Answers, Facts
from helpers.course.exercises.kinds import Answer, Choice, NoAnswerError, Reply, number_in
from helpers.study.file import Study
from helpers.study.reading import read_study
from helpers.text import number, with_article

ANSWERS: Answers = {
    **exploration.ANSWERS,
    **between_within.ANSWERS,
    **fixed_effects.ANSWERS,
    **random_effects.ANSWERS,
    **intraclass_correlation.ANSWERS,
    **sector_interaction.ANSWERS,
}

# Hints in the chapters are folded alike.
FOLD = "<details><summary>{about}</summary>\n\n{text}\n\n</details>"


class Check:
    """Tells whether an answer to an exercise is right, for the study at hand.

    Parameters
    ----------
    study
        The study, or what :func:`helpers.read_study` takes for one. What is done to its frame
        afterwards changes no answer.

    Examples
    --------
    >>> check = Check("hsb")
    >>> check("05-1", "D")
    <IPython.core.display.Markdown object>
    >>> print(check.reply("01-2", 28.156))
    not yet. This is a percentage; asked for is the proportion, a hundredth of it.
    """

    def __init__(self, study: Study | str | Path | Mapping[str, Any]) -> None:
        self._facts = Facts(read_study(study))
        self._answers: dict[str, Answer] = {}

    def __call__(self, exercise: str, answer: Any, *, folded: bool = False) -> None:
        """Show the reply to an answer.

        Parameters
        ----------
        exercise
            The exercise's number, such as ``"04-2"``.
        answer
            A number, or the letter of an option; three dots or None if there is none yet.
        folded
            Whether the reply is to be unfolded first. Solutions do this, because JupyterLab shows
            the output of every cell that is run, folded or not.

        Raises
        ------
        ValueError
            If there is no exercise of this number.
        """
        reply = self.reply(exercise, answer)
        right = self._answers.get(exercise)
        given = right.letter_in(answer) if isinstance(right, Choice) and _is_text(answer) else ""
        letter = f" {given}" if given else ""
        # A solution's number is in no cell's output but this.
        value = _as_number(answer) if folded and reply.verdict == "right" else None
        solved = "" if value is None else f"It is {number(value, abs(value) / 100)}. "
        text = f"**{exercise}{letter}: {reply.verdict}.** {solved}{reply.text}"
        if folded:
            text = FOLD.format(about=f"{exercise}{letter}: the reply", text=text)
        display(Markdown(text.strip()))

    def reply(self, exercise: str, answer: Any) -> Reply:
        """Return the reply to an answer; as calling, but nothing is shown.

        >>> Check("hsb").reply("05-1", "D").verdict
        'right'
        """
        try:
            right = self.answer_to(exercise)
        except NoAnswerError as lacking:
            return Reply("no answer", f"This study does not have what is asked for: {lacking}")
        if answer is None or answer is ...:
            return Reply("not attempted yet", "Put your answer where the three dots are.")
        if isinstance(right, Choice):
            letter = right.letter_in(answer) if _is_text(answer) else ""
            if not letter:
                first, *_, last = right.reasons
                return Reply("not yet", f'Answer with a letter from "{first}" to "{last}".')
            return right.reply_to(letter)
        value = _as_number(answer)
        if value is None:
            return Reply("not yet", f"A single number is asked for; this is {_what_it_is(answer)}.")
        if not math.isfinite(value):
            return Reply("not yet", f"This is no finite number ({value}): which step made it?")
        return right.reply_to(value)

    def answer_to(self, exercise: str) -> Answer:
        """Return the right answer, computed once.

        Raises
        ------
        ValueError
            If there is no exercise of this number.
        NoAnswerError
            If the study does not have what the exercise asks about.
        """
        if exercise not in ANSWERS:
            close = difflib.get_close_matches(str(exercise), ANSWERS, n=1, cutoff=0)
            raise ValueError(f"there is no exercise {exercise!r}; did you mean {close[0]!r}?")
        if exercise not in self._answers:
            answer = ANSWERS[exercise]
            self._answers[exercise] = answer if isinstance(answer, Choice) else answer(self._facts)
        return self._answers[exercise]


def _as_number(answer: Any) -> float | None:
    """Return a number, an estimate's number, or the one number that an array holds."""
    answer = getattr(answer, "estimate", answer)
    if isinstance(answer, str):
        return number_in(answer)
    if isinstance(answer, bool):
        return None
    try:
        values = np.asarray(answer, dtype=float).ravel()
    except (TypeError, ValueError):
        return None
    return float(values[0]) if len(values) == 1 else None


def _what_it_is(answer: Any) -> str:
    if isinstance(answer, str):
        return f"the text {answer!r}; write the number without quotes and with a decimal point"
    size = f" with {len(answer)} values" if hasattr(answer, "__len__") else ""
    return f"{with_article(type(answer).__name__)}{size}"


def _is_text(answer: Any) -> bool:
    return isinstance(answer, str)

"""What an answer can be: a number, with the mistakes that are easily made, or a choice."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field


class NoAnswerError(ValueError):
    """The study at hand does not have what an exercise asks about; says what it lacks."""


@dataclass(frozen=True)
class Reply:
    """What a reader is told of an answer.

    Attributes
    ----------
    verdict
        ``"right"`` or ``"not yet"``, of a prediction ``"so it is"`` or ``"otherwise"``; ``"not
        attempted yet"``, or ``"no answer"`` where the study has none.
    text
        The reason, in a sentence or two.
    """

    verdict: str
    text: str

    def __str__(self) -> str:
        return f"{self.verdict}. {self.text}"


@dataclass(frozen=True)
class Number:
    """An answer that is a number.

    Attributes
    ----------
    value
        The right one.
    right
        What is said of it.
    mistakes
        What is said of another number, and that number. One that is the right number in the
        study at hand is no mistake there, and one that is not defined cannot be made.
    tolerance
        How far off an answer may be, in its own units, to count as rounded.
    """

    value: float
    right: str
    mistakes: Mapping[str, float] = field(default_factory=dict)
    tolerance: float = math.nan

    def reply_to(self, answer: float) -> Reply:
        """Say what a number is: the right one, a mistake that has a name, or neither."""
        for said, mistaken in self.named_mistakes().items():
            if math.isclose(answer, mistaken, rel_tol=1e-7, abs_tol=1e-12):
                return Reply("not yet", said)
        if self._is_near(answer, self.value):
            return Reply("right", self.right)
        if any(math.isclose(answer, float(f"{self.value:.{n}g}"), rel_tol=1e-9) for n in (1, 2)):
            return Reply("not yet", "Near, but rounded too far: give three digits or more.")
        for said, mistaken in self.named_mistakes().items():
            if self._is_near(answer, mistaken):
                return Reply("not yet", said)
        return Reply("not yet", "This is not the number asked for. The hint may help.")

    def named_mistakes(self) -> dict[str, float]:
        """Return the mistakes that can be told from the right answer in the study at hand."""
        return {
            said: mistaken
            for said, mistaken in self.mistakes.items()
            if math.isfinite(mistaken)
            and not math.isclose(mistaken, self.value, rel_tol=1e-5, abs_tol=1e-12)
        }

    def _is_near(self, answer: float, value: float) -> bool:
        # Three digits are enough, unless the exercise says otherwise.
        tolerance = 0.005 * abs(value) if math.isnan(self.tolerance) else self.tolerance
        return abs(answer - value) <= max(tolerance, 1e-12)


@dataclass(frozen=True)
class Choice:
    """An answer that is one of several letters.

    Attributes
    ----------
    right
        The letter of the right option.
    reasons
        Why an option is right, or is not, by its letter.
    """

    right: str
    reasons: Mapping[str, str]

    def reply_to(self, letter: str) -> Reply:
        """Say why an option is right, or is not."""
        return Reply("right" if letter == self.right else "not yet", self.reasons[letter])


class Prediction(Choice):
    """A choice made before the answer can be known, so that no option is a mistake."""

    def reply_to(self, letter: str) -> Reply:
        """Say how it came out."""
        return Reply("so it is" if letter == self.right else "otherwise", self.reasons[letter])


Answer = Number | Choice


def prediction(right: str, letters: str, found: str) -> Prediction:
    """Return the answer to a prediction that the study decides: the same is found for all."""
    return Prediction(right, dict.fromkeys(letters, found))


def share(value: float, right: str, mistakes: Mapping[str, float]) -> Number:
    """Return an answer that is a share of one, which is easily given as a percentage."""
    percentage = {
        "This is a percentage; asked for is the proportion, a hundredth of it.": 100 * value
    }
    return Number(value, right, {**mistakes, **percentage})


def variance(value: float, right: str, mistakes: Mapping[str, float]) -> Number:
    """Return an answer that is a variance, for which its square root is easily given."""
    root = {
        "This is the standard deviation; asked for is the variance, its square.": math.sqrt(value)
    }
    return Number(value, right, {**mistakes, **root})

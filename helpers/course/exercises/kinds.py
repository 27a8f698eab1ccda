"""What an answer can be: a number, with the mistakes that are easily made, or a choice."""

import math
import re
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
        ``"right"`` or ``"not yet"``, of a prediction ``"you saw it coming"`` or ``"it came out
        differently"``; ``"not attempted yet"``, or ``"no answer"`` where the study has none.
    text
        The reason, in a sentence or two.
    """

    verdict: str
    text: str

    def __str__(self) -> str:
        return f"{self.verdict}. {self.text}"


MOST_DIGITS = 15  # that a float holds
TYPED = 6  # significant digits; a number that has more was computed

TOO_FAR = "Near, but rounded too far: give two digits or more."
LAST_DIGIT = "Near, but the last digit is off: round once, at the end."
WHOLE = "A whole number is asked for."
PERCENTAGE = "This is a percentage; asked for is the proportion, a hundredth of it."
ANOTHER = "This is not the number asked for. The hint may help."


@dataclass(frozen=True)
class Number:
    """An answer that is a number: right if it equals the right one at the digits it is given with.

    Two significant digits are enough. Rounding half up is as good as half to even, and zeros at the
    end count as given, since a float does not show them.

    Attributes
    ----------
    value
        The right one.
    right
        What is said of it.
    mistakes
        What is said of another number, and that number. One that is the right number in the
        study at hand is no mistake there, and one that is not defined cannot be made. A mistake
        is named where the answer agrees with it in more digits than with the right number.
    std_error
        How surely the right number is known: digits beyond the second of it are not asked for.
    tolerance
        How far off an answer may be that luck has a part in, in its own units.
    whole
        Whether it is a count, which is right as it is or not at all.

    Examples
    --------
    >>> answer = Number(13.936, "Yes.", {"This leaves the product out.": 15.21})
    >>> [answer.reply_to(given).verdict for given in (13.9, 13.94, 14, 13.95)]
    ['right', 'right', 'right', 'not yet']
    >>> answer.reply_to(15.2).text
    'This leaves the product out.'
    """

    value: float
    right: str
    mistakes: Mapping[str, float] = field(default_factory=dict)
    std_error: float = math.nan
    tolerance: float = 0.0
    whole: bool = False

    def reply_to(self, answer: float) -> Reply:
        """Say what a number is: the right one, a mistake that has a name, or neither."""
        agreed = self._digits_right(answer)
        said, most = self._nearest_mistake(answer)
        if most >= 2 and most > agreed:
            return Reply("not yet", said)
        if agreed >= 2 or self._is_near(answer):
            return Reply("right", self.right)
        if self.whole:
            return Reply("not yet", ANOTHER if float(answer).is_integer() else WHOLE)
        if agreed == 1:
            return Reply("not yet", TOO_FAR)
        near = min(_last_place(answer), 0.05 * abs(self.value))
        return Reply("not yet", LAST_DIGIT if abs(answer - self.value) <= near else ANOTHER)

    def named_mistakes(self) -> dict[str, float]:
        """Return the mistakes that can be told from the right answer in the study at hand."""
        return {
            said: mistaken
            for said, mistaken in self.mistakes.items()
            if math.isfinite(mistaken)
            and not math.isclose(mistaken, self.value, rel_tol=1e-5, abs_tol=1e-12)
        }

    def _nearest_mistake(self, answer: float) -> tuple[str, int]:
        """Return what is said of the mistake that the answer agrees with in most digits."""
        agreed = {
            said: digits_agreed(answer, mistaken)
            for said, mistaken in self.named_mistakes().items()
        }
        return max(agreed.items(), key=lambda pair: pair[1], default=("", 0))

    def _digits_right(self, answer: float) -> int:
        if self.whole:
            return MOST_DIGITS if answer == self.value else 0
        return digits_agreed(answer, self.value, self.std_error)

    def _is_near(self, answer: float) -> bool:
        """Whether luck, or another program's last digits, explain how far off an answer is."""
        near = self.tolerance
        if not self.whole and float(f"{answer:.{TYPED}g}") != answer:
            error = 0.0 if math.isnan(self.std_error) else self.std_error
            near = max(near, 2e-4 * abs(self.value), 1e-3 * error)
        return abs(answer - self.value) <= near


def digits_agreed(answer: float, value: float, std_error: float = math.nan) -> int:
    """Return to how many significant digits a number is another one rounded, 0 if to none.

    Those of `value` count, or of its standard error where that is larger.

    >>> [digits_agreed(answer, 0.28043) for answer in (0.2804, 0.28, 0.3, 0.29)]
    [4, 3, 1, 0]
    """
    if math.isclose(answer, value, rel_tol=1e-7, abs_tol=1e-12):
        return MOST_DIGITS
    size = max(abs(value), 0.0 if math.isnan(std_error) else std_error)
    if size == 0:
        return 0
    for digits in range(MOST_DIGITS, 0, -1):
        places = digits - 1 - math.floor(math.log10(size))
        given = math.isclose(round(answer, places), answer, rel_tol=1e-12)
        if given and abs(answer - value) <= 0.500001 * 10.0**-places:
            return digits
    return 0


def _last_place(answer: float) -> float:
    """Return what one more in the last digit of a number is, of one with a point."""
    return 10.0 ** -len(f"{answer:.{MOST_DIGITS}g}".partition(".")[2])


# Numbers with thousands set off by commas, and by points; a single mark might be either.
_BY_COMMAS = re.compile(r"[1-9]\d{0,2}(,\d{3})+\.\d+|[1-9]\d{0,2}(,\d{3}){2,}")
_BY_POINTS = re.compile(r"[1-9]\d{0,2}(\.\d{3})+,\d+|[1-9]\d{0,2}(\.\d{3}){2,}")


def number_in(text: str) -> float | None:
    """Return the number that a text holds, if that can be but one; a percentage as a share.

    >>> [number_in(text) for text in ("13.9", "13,9", "1,234.5", "28%", "1,234", "a lot")]
    [13.9, 13.9, 1234.5, 0.28, None, None]
    """
    written = re.sub(r"\s", "", text).replace("−", "-")
    sign = "-" if written.startswith("-") else ""
    digits = re.sub(r"^[-+]|%$", "", written)
    if re.fullmatch(r"[1-9]\d{0,2},\d{3}", digits):
        return None  # a comma for thousands, or before decimals
    if _BY_COMMAS.fullmatch(digits):
        digits = digits.replace(",", "")
    elif _BY_POINTS.fullmatch(digits):
        digits = digits.replace(".", "")
    digits = digits.replace(",", ".")
    if not re.fullmatch(r"(\d+\.?\d*|\.\d+)(e[-+]?\d+)?", digits, re.IGNORECASE):
        return None
    return float(sign + digits) / (100 if written.endswith("%") else 1)


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

    def letter_in(self, text: str) -> str:
        """Return the option that a text names, such as ``"A"``, ``"a)"`` or ``"(A)"``, or nothing.

        >>> [Choice("A", {"A": "Yes.", "B": "No."}).letter_in(text) for text in ("(a)", "E", "ab")]
        ['A', '', '']
        """
        named = re.fullmatch(r"\W*(\w)\W*", text)
        letter = named[1].upper() if named else ""
        return letter if letter in self.reasons else ""

    def reply_to(self, letter: str) -> Reply:
        """Say why an option is right, or is not."""
        return Reply("right" if letter == self.right else "not yet", self.reasons[letter])


class Prediction(Choice):
    """A choice made before the answer can be known, so that no option is a mistake."""

    def reply_to(self, letter: str) -> Reply:
        """Say how it came out."""
        seen = "you saw it coming" if letter == self.right else "it came out differently"
        return Reply(seen, self.reasons[letter])


Answer = Number | Choice


def prediction(right: str, letters: str, found: str) -> Prediction:
    """Return the answer to a prediction that the study decides: the same is found for all."""
    return Prediction(right, dict.fromkeys(letters, found))


def share(value: float, right: str, mistakes: Mapping[str, float]) -> Number:
    """Return an answer that is a share of one, which is easily given as a percentage."""
    return Number(value, right, {**mistakes, PERCENTAGE: 100 * value})


def variance(value: float, right: str, mistakes: Mapping[str, float]) -> Number:
    """Return an answer that is a variance, for which its square root is easily given."""
    root = {
        "This is the standard deviation; asked for is the variance, its square.": math.sqrt(value)
    }
    return Number(value, right, {**mistakes, **root})

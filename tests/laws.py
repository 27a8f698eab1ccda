"""What every text of the course keeps to, whatever the data: laws, not snapshots."""

import ast
import importlib
import re
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import coverage

# No text, and no whole chapter, says two of a pair.
EXCLUDE_EACH_OTHER = [
    ("of one size", "in order of size"),
    ("The line rises", "The line falls"),
    ("there is no between slope", "the between slope has a weight"),
    ("The line rises", "the line rises or falls cannot be told"),
    ("The line falls", "the line rises or falls cannot be told"),
    ("The three roads lead to one slope", "is more than a notebook should hold"),
    ("None can be found here", "With that mended it is"),
    ("None can be found here", "The third road"),
    ("None can be found here", "The same slope, and"),
    ("With no degrees of freedom left", "The same slope, and"),
    ("The third road errs in the other direction", "The third road errs too"),
    ("The third road has nothing to hold equal", "Marked are"),
    ("no two stand out", "Marked are"),
    ("no two stand out", "At equal"),
    ("has the same say.", "no say at all"),
    ("has the same say.", "has the same say:"),
    ("the model puts", "the model cannot tell which of the two is higher"),
    ("names no level-2 predictor", "does not vary at all"),
    ("less certain than it is", "more certain than it is"),
]

# Words of the course's own data, which no other study may meet in a computed sentence.
OF_HSB = re.compile(r"\b(schools?|students?|pupils?|math|Catholic|public|sector|ses)\b")

UNLAWFUL = {
    "a number that is none": r"(?<![\w-])(nan|inf|-inf)(?![\w-])",
    "a zero with a sign": r"(?<![\w.])[-−]0(\.0+)?%?(?![\w.,]*[1-9])(?![\w])",
    "a p-value of zero": r"p = 0\.0*(?![\d])",
    "a number in e notation inside a formula": r"\$[^$]*\d[eE][+-]?\d[^$]*\$",
    "an object's name": r"<[\w.]+ object|Estimate\(|Finding\.|None\b(?! can be)|np\.float",
    "a space before a mark": r" [.,;:!?](?!\.)",
    "two marks": r"[.,;:][.,;]|\.\.(?!\.)",
    "a sentence that begins small": r"[.!?] (?!statsmodels\b)[a-z](?!\.)(?![\w-]*\()",
    "two spaces": r"\S  +\S",
}


def unlawful(text: str) -> list[str]:
    """Return the laws that a text breaks, each with the place."""
    found = [
        f"{law}: …{text[max(0, m.start() - 30) : m.end() + 30]}…"
        for law, pattern in UNLAWFUL.items()
        for m in re.finditer(pattern, text)
    ]
    found += [f"both {a!r} and {b!r}" for a, b in EXCLUDE_EACH_OTHER if a in text and b in text]
    marks = re.sub(r"\\.|`[^`]*`", "", text)
    found += [f"unpaired {mark}" for mark in ("$", "(") if _unpaired(marks, mark)]
    return found


def _unpaired(text: str, mark: str) -> bool:
    if mark == "(":
        return text.count("(") != text.count(")")
    return text.count(mark) % 2 == 1


def assert_lawful(text: str, *, of_hsb: bool = False) -> None:
    """Fail where a text breaks a law; `of_hsb` says that the course's own words may stand there."""
    assert not unlawful(text), (unlawful(text), text)
    if not of_hsb:
        assert not OF_HSB.search(text), text


def never_reached(module: ModuleType, call: Callable[[], object]) -> list[str]:
    """Return the lines of a module that a call never reaches, or leaves one way only."""
    path = str(module.__file__)
    measured = coverage.Coverage(branch=True, include=[path], data_file=None, messages=False)
    measured.start()
    try:
        importlib.reload(module)
        call()
    finally:
        measured.stop()
    lines = Path(path).read_text("utf-8").splitlines()
    missing = set(measured.analysis2(path)[3])
    missing |= {at for at, (ways, taken) in measured.branch_stats(path).items() if taken < ways}
    return [f"{at}: {lines[at - 1].strip()}" for at in sorted(missing)]


def hidden_alternatives(module: ModuleType) -> list[int]:
    """Return the lines where a module chooses inside an expression, which coverage cannot see."""
    tree = ast.parse(Path(str(module.__file__)).read_text("utf-8"))
    return [node.lineno for node in ast.walk(tree) if isinstance(node, ast.IfExp)]
